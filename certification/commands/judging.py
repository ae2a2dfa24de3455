"""`flask certification work`, `assess`, `rebuild-facts`, `explain` …: from Statements to what is said of a worker."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import click
from flask import current_app

from certification.commands import engines, invocation
from certification.commands.invocation import Day, for_tenant, for_year
from certification.evidence import disputes, feed
from certification.evidence.forwarded import MORE
from certification.federation.sending import send
from certification.judgement import assessments, judging, population, versions
from certification.judgement import work as work_loop
from certification.judgement.pulse import Pulse
from certification.people import workers
from certification.rules import evidence_mapping
from certification.rules.criteria import PROGRAMME
from certification.targets import persons, settling
from certification.targets.figures import number
from certification.terminal.explanation import print_explanation
from certification.terminal.printable import printable
from certification.terminal.progress import console
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database

__all__ = ["JUDGING"]


@click.command("work")
@click.option("--once", is_flag=True, help="Take in and judge all there is, then end.")
@click.option("--tenant", default=None, help="With --once: this tenant only. Default: every tenant.")
def work(once: bool, tenant: str | None) -> None:
    """Follow new Statements and judge whom they concern, for every tenant, until stopped (Ctrl-C or SIGTERM).

    Statements go out to other stores meanwhile (`flask certification destinations`), and come in from others
    (`flask certification sources`); signed roll-ups go to whoever adds them up.
    """
    if tenant is not None and not once:
        raise click.UsageError("--tenant goes with --once; without it every tenant is worked for")
    database = invocation.database_to_write()
    if once:
        with invocation.refusing(), database.reading(NOBODY) as session:
            owners = [(api.find_tenant(session, tenant), tenant)] if tenant else api.tenants(session)
        for owner, name in owners:
            with invocation.refusing():
                followed, judged = _drain(database, owner)
            click.echo(f"{printable(name)}: {number(followed)} changes taken in, {number(judged)} workers judged.")
        return
    api.configure_logs(current_app.extensions["settings"].log_format)
    stop, figures = threading.Event(), current_app.extensions["figures"]
    figures.count_messages()
    with _stopping(stop):
        threading.Thread(target=figures.keep_writing, kwargs={"stop": stop}, name="figures", daemon=True).start()
        settings = current_app.extensions["settings"]
        told = {"pepper": settings.secret_key, "hosts": settings.outgoing_hosts, "stop": stop, "clock": invocation.now}
        beside = [
            threading.Thread(target=target, args=(database,), kwargs=told | more, name=target.__name__, daemon=True)
            for target, more in (
                (api.forward, {"more": MORE, "site": settings.public_url}),
                (send, {}),
                (api.pull, {"most_bytes": settings.attachment_max_bytes}),
            )
        ]
        for thread in beside:
            thread.start()
        work_loop.work(database, stop=stop, clock=invocation.now, beat=Pulse(settings.data_dir))
        for thread in beside:
            thread.join(5)


def _drain(database: Database, tenant: UUID) -> tuple[int, int]:
    """Takes in and judges until nothing that is due is left, whoever else works meanwhile; how much this one did."""
    changes = 0
    complete = False
    while not complete:
        followed = feed.follow(database, tenant, now=invocation.now())
        changes, complete = changes + followed.changes, followed.complete
    while feed.reconsider(database, tenant):
        pass
    judged = judging.judge_all_stale(database, tenant, clock=invocation.now)
    settling.settle_all(database, tenant, today=invocation.today())
    return changes, judged


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Sets `stop` on SIGTERM and SIGINT while the block runs."""
    before = {which: signal.signal(which, lambda *_: stop.set()) for which in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


@click.command("assess")
@click.argument("worker_numbers", nargs=-1, metavar="[WORKER_NUMBER]...")
@click.option("--all", "everybody", is_flag=True, help="Every worker of the tenant.")
@engines.by_engine
@for_year
@for_tenant
def assess(
    worker_numbers: tuple[str, ...],
    everybody: bool,
    engine: str,
    spark_master: str | None,
    year: int | None,
    tenant: str,
) -> None:
    """Judge workers again for a year, on what is known now; with --all every worker of the tenant.

    Workers whose evidence changed are judged by themselves; this is for an operator who wants it done now.
    What differs from the last result is kept as a new version; nothing is overwritten. With --all the figures of every
    unit have counted the results when it ends, and a digest of all results is told: it is the same for the same
    evidence, rules and day, whichever engine judged.
    """
    if everybody == bool(worker_numbers):
        raise click.UsageError("name workers by their numbers, or give --all")
    if engine != "builtin" and not everybody:
        raise click.UsageError("--engine goes with --all")
    worked_on_by = engines.chosen(engine, spark_master)
    now = invocation.now()
    as_of = vietnam_day(now)
    year = year or as_of.year
    with invocation.reading(tenant) as (session, owner):
        ids = (
            workers.ids(session, owner)
            if everybody
            else [workers.find(session, owner, one).id for one in worker_numbers]
        )
    with invocation.refusing():
        judged = population.judge_everybody(
            invocation.database_to_write(),
            owner,
            ids,
            programme=PROGRAMME,
            year=year,
            as_of=as_of,
            now=now,
            engine=worked_on_by,
        )
        if everybody:
            settling.settle_all(invocation.database_to_write(), owner, today=as_of)
    outcomes = judged.outcomes
    click.echo(
        f"{number(judged.workers)} workers judged for {year}: {number(outcomes['met'])} meet the criteria, "
        f"{number(outcomes['not_met'])} do not, {number(outcomes['not_yet_known'])} not yet known; "
        f"{number(judged.new)} results are new."
    )
    if everybody:
        click.echo(f"Digest of all results: {judged.digest}")


@click.command("rebuild-facts")
@for_tenant
def rebuild_facts(tenant: str) -> None:
    """Work out the facts of every Statement of the tenant again; they must come out the same as by following.

    For the operator alone: over HTTP nobody may.
    """
    owner = invocation.tenant_id(tenant)
    with invocation.refusing():
        done = feed.rebuild(invocation.database_to_write(), owner, now=invocation.now())
    click.echo(
        f"{number(done.changes)} Statements read, {number(done.facts)} facts added, {number(done.waiting)} waiting."
    )


@click.command("explain")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@for_year
@for_tenant
def explain(worker_number: str, year: int | None, tenant: str) -> None:
    """Say why a worker meets the criteria of a year or not: points, evidence counted, what is missing."""
    year = year or invocation.today().year
    with invocation.reading(tenant) as (session, owner):
        person = workers.find(session, owner, worker_number)
        last = assessments.latest(session, owner, person.id, PROGRAMME, year)
        if last is None:
            named = printable(worker_number)
            raise click.ClickException(
                f"{named} has not been judged for {year}; run `flask certification assess {named} --year {year}`"
            )
        print_explanation(session, owner, console(), last, number=person.number, full_name=person.full_name)
        waiting = disputes.standing(session, owner, [person.id], year, invocation.today()).get(person.id, ())
    for one in waiting:
        about = f"minh chứng {one.statement_id}" if one.statement_id else "thiếu minh chứng"
        click.echo(printable(f"Khiếu nại chờ trả lời ({about}), hạn {one.due:%d/%m/%Y}: {one.words}", lines=True))


@click.command("assessment-history")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@for_year
@for_tenant
def assessment_history(worker_number: str, year: int | None, tenant: str) -> None:
    """Say how a worker's result for a year changed: what changed it, whose act that was, when, and what differs."""
    year = year or invocation.today().year
    with invocation.reading(tenant) as (session, owner):
        person = workers.find(session, owner, worker_number)
        found = versions.history(session, owner, person.id, PROGRAMME, year)
    click.echo(printable(f"{person.number}  {person.full_name}, {year}"))
    for one in found:
        for place, line in enumerate(one.words):
            click.echo(printable(line if place == 0 else f"    {line}"))
    if not found:
        click.echo(f"Nothing has been kept for {year}.")


@click.command("personal-targets")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@click.option("--on", "as_of", type=Day(), help="By what had happened by this day; default: today in Vietnam.")
@for_tenant
def personal_targets(worker_number: str, as_of: date | None, tenant: str) -> None:
    """Say what each target of the plans that bind a worker's enterprise says of the worker, and what is missing."""
    on = as_of or invocation.today()
    with invocation.reading(tenant) as (session, owner):
        person = workers.find(session, owner, worker_number)
        found = persons.of_worker(session, owner, person.id, on)
        topics = evidence_mapping.titles(session, owner)
    click.echo(printable(f"{person.number}  {person.full_name}, {on:%d/%m/%Y}"))
    for one in found:
        click.echo(printable(f"{one.plan}: {persons.words(one, topics)}"))
        for beside in one.beside:
            click.echo(printable(f"    {persons.words(beside, topics)}"))
    if not found:
        click.echo("No plan binds where this worker works on that day.")


JUDGING = (work, assess, rebuild_facts, explain, assessment_history, personal_targets)
