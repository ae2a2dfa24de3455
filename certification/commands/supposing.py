"""`flask certification what-if`, `what-if-all`, `close-year`, `reopen-year`, `year-history`."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from certification.commands import engines, invocation
from certification.commands.invocation import Day, for_tenant, for_year
from certification.judgement import closings, explanations, judging, what_if
from certification.judgement.what_if import Course, Supposed, Supposition
from certification.people import workers
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import read_day
from certification.targets.counting import employed_by
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.units import organizations
from certification.vietnam import vietnam_day

__all__ = ["SUPPOSING"]

year_named = click.argument("year", type=click.IntRange(2000, 2100))
decision = click.option("--decision", required=True, help="The decision it rests on, or the reason.")
by_whom = click.option("--by", required=True, metavar="WHO", help="Who decided.")


class Learning(click.ParamType[Supposed]):
    """KIND:DAY, with :LEVEL and :SCORE (per cent) if they matter: reading:2026-12-01, language:2026-12-05:3:85."""

    name = "learning"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Supposed:
        if isinstance(value, Supposed):
            return value
        parts = str(value).split(":")
        try:
            what, day = parts[0], read_day(parts[1])
            level = int(parts[2]) if len(parts) > 2 else 2
            score = int(parts[3]) * 100 if len(parts) > 3 else None
        except (IndexError, ValueError):
            self.fail(f"{value!r} is no learning; write KIND:DAY[:LEVEL[:PER CENT]]", param, ctx)
        if not what or not 0 <= level <= 3 or not (score is None or 0 <= score <= 10_000) or len(parts) > 4:
            self.fail(f"{value!r}: the level is 0 to 3, the score 0 to 100 per cent", param, ctx)
        return Supposed(what, day, level, 0, score)


class Points(click.ParamType[tuple[str, int]]):
    """INDICATOR=POINTS: CS4=7."""

    name = "points"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        indicator, _, points = str(value).partition("=")
        if not points.isdecimal():
            self.fail(f"{value!r} are no points; write CS4=7", param, ctx)
        return (indicator.strip().upper(), int(points))


course = click.option(
    "--course",
    "courses",
    type=(str, Day()),
    multiple=True,
    metavar="IRI DAY",
    help="A course that is finished on a day, by the id of its Activity; again for more.",
)
learn = click.option("--learn", type=Learning(), multiple=True, help="KIND:DAY[:LEVEL[:PER CENT]]; again for more.")
points = click.option("--points", type=Points(), multiple=True, help="CS4=7: points somebody gives; again for more.")


def _supposition(
    learned: tuple[Supposed, ...],
    courses: tuple[tuple[str, date], ...],
    given: tuple[tuple[str, int], ...],
    pass_mark: int | None = None,
    floor: int | None = None,
) -> Supposition:
    """Each learning is a Statement and, where it is not a course, an activity of its own."""
    each = tuple(
        Supposed(one.what, one.day, one.quality, one.minutes, one.score, place, place)
        for place, one in enumerate(learned)
    )
    finished = tuple(Course(iri, day, statement=place) for place, (iri, day) in enumerate(courses, start=len(learned)))
    return Supposition(each, given, pass_mark, floor, finished)


@click.command("what-if")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@learn
@course
@points
@for_year
@for_tenant
def what_if_worker(
    worker_number: str,
    learn: tuple[Supposed, ...],
    courses: tuple[tuple[str, date], ...],
    points: tuple[tuple[str, int], ...],
    year: int | None,
    tenant: str,
) -> None:
    """Say what a worker would be judged to be with more learning or with points that somebody gives. Keeps nothing."""
    as_of = vietnam_day(invocation.now())
    year = year or as_of.year
    with invocation.reading(tenant) as (session, owner):
        person = workers.find(session, owner, worker_number)
        try:
            supposed = _supposition(learn, courses, points)
            answer = what_if.of_worker(session, owner, person.id, PROGRAMME, year, as_of, supposed)
        except ValueError as refusal:
            raise click.ClickException(str(refusal)) from None
    now = explanations.explain(answer.rules, answer.now)
    then = explanations.explain(answer.supposed_rules, answer.then)
    click.echo(f"Bây giờ: {now.summary}")
    click.echo(f"Nếu vậy: {then.summary}")
    for before, after in zip(now.rows, then.rows, strict=True):
        if before.points != after.points:
            was = "chưa có" if before.points is None else before.points
            click.echo(f"  {after.indicator}: {was} → {'chưa có' if after.points is None else after.points} điểm")
    for remark in then.remarks:
        click.echo(f"  • {remark}")


@click.command("what-if-all")
@click.option("--pass-mark", type=click.IntRange(0, 1000), help="Another total to reach.")
@click.option("--floor", type=click.IntRange(0, 1000), help="Another least for each chỉ số.")
@click.option("--enterprise", metavar="CODE", help="Only workers of this enterprise today.")
@learn
@course
@points
@engines.by_engine
@for_year
@for_tenant
def what_if_all(
    pass_mark: int | None,
    floor: int | None,
    enterprise: str | None,
    learn: tuple[Supposed, ...],
    courses: tuple[tuple[str, date], ...],
    points: tuple[tuple[str, int], ...],
    engine: str,
    spark_master: str | None,
    year: int | None,
    tenant: str,
) -> None:
    """Say how many would meet the criteria by another pass mark, or if everybody learned something. Keeps nothing."""
    worked_on_by = engines.chosen(engine, spark_master)
    as_of: date = vietnam_day(invocation.now())
    year = year or as_of.year
    with invocation.reading(tenant) as (session, owner):
        if enterprise is None:
            ids = workers.ids(session, owner)
        else:
            node = organizations.tree(session, owner, as_of).node(enterprise)
            ids = list(session.scalars(employed_by(session, owner, [node.id], as_of).distinct()))
    with invocation.refusing():
        try:
            counts = what_if.of_everybody(
                invocation.database(),
                owner,
                ids,
                PROGRAMME,
                year,
                as_of,
                _supposition(learn, courses, points, pass_mark, floor),
                worked_on_by,
            )
        except ValueError as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(f"{number(counts.workers)} workers, year {year}, as of {as_of.isoformat()}:")
    for outcome, words in explanations.OUTCOMES.items():
        click.echo(f"  {words}: {number(counts.now[outcome])} → {number(counts.then[outcome])}")


@click.command("close-year")
@year_named
@decision
@by_whom
@click.option("--still-running", is_flag=True, help="Close it though it is not over; what is learned later is lost.")
@for_tenant
def close_year(year: int, decision: str, by: str, still_running: bool, tenant: str) -> None:
    """Close an assessment year: its results stay as they are, and no rule loaded later counts for it."""
    with invocation.writing(tenant) as (session, owner):
        act = closings.close(
            session,
            owner,
            year,
            decision=decision,
            by=by,
            now=invocation.now(),
            programme=PROGRAMME,
            still_running=still_running,
        )
    click.echo(f"The assessment year {year} is closed: {printable(act.decision)}, by {printable(act.decided_by)}.")


@click.command("reopen-year")
@year_named
@decision
@by_whom
@for_tenant
def reopen_year(year: int, decision: str, by: str, tenant: str) -> None:
    """Open a closed year again: what came late is judged, by the rules it was closed with."""
    with invocation.writing(tenant) as (session, owner):
        closings.reopen(session, owner, year, decision=decision, by=by, now=invocation.now(), programme=PROGRAMME)
        waiting = judging.count_waiting(session, owner, year)
    click.echo(f"The assessment year {year} is open; {number(waiting)} workers are judged again.")


@click.command("year-history")
@year_named
@for_tenant
def year_history(year: int, tenant: str) -> None:
    """List who closed or opened a year, when, on what decision, and for how many something came late."""
    with invocation.reading(tenant) as (session, owner):
        acts = closings.history(session, owner, PROGRAMME, year)
        waiting = judging.count_waiting(session, owner, year)
    for act in acts:
        did = "closed" if act.closes else "opened"
        on = vietnam_day(act.recorded)
        click.echo(f"{on.isoformat()} {did} by {printable(act.decided_by)}: {printable(act.decision)}")
    if not acts:
        click.echo(f"Nobody has closed the assessment year {year}.")
    click.echo(f"{number(waiting)} workers wait to be judged for {year}.")


SUPPOSING = (what_if_worker, what_if_all, close_year, reopen_year, year_history)
