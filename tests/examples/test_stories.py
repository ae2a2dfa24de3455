"""Every story in `cau-chuyen`: what happened, step by step, through the whole program on both databases, and what must
be said then of a worker, of a rate, of what waits.

For what an example of one worker (`test_examples.py`) cannot say: employers, accounts that are merged, years that are
closed, plans that follow each other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification import marks
from certification.errors import NoCriteriaInForce
from certification.judgement import assessments, closings, judging
from certification.judgement.explanations import explain
from certification.models import Audience, Finding, WaitingStatement, Worker
from certification.people import linking, merging
from certification.rules import criteria, rule_files
from certification.rules.criteria import PROGRAMME
from certification.targets import settling
from certification.targets.populations import ALL_ENTERPRISES, UNIONISED
from certification.targets.rates import rates
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.rules.test_criteria import RUBRIC, own_rubric
from tests.certification.shipped_rules import plan_text
from tests.certification.world import World

FOLDER = Path(__file__).parent / "cau-chuyen"
STORIES = sorted(FOLDER.glob("*.toml"))


class Story:
    """A tenant with a few enterprises, in which the steps of a story happen one after the other."""

    def __init__(self, world: World, identity: api.Identity) -> None:
        self.world, self.identity = world, identity
        self.database, self.tenant, self.now = world.database, world.tenant, world.now
        self.people: dict[str, UUID] = {}
        self.sent: dict[str, dict[str, Any]] = {}

    def follow(self) -> None:
        """Lets the program take in and judge everything that waits."""
        learning.follow_all(self.database, self.tenant, self.now)
        judging.judge_all_stale(self.database, self.tenant, clock=lambda: self.now)
        settling.settle_all(self.database, self.tenant, today=self.now.date())

    # ------------------------------------------------------------ what happens

    def worker(self, *, name: str, accounts: list[str], employed: list[dict[str, Any]], audience: str = "") -> None:
        with self.database.writing(self.tenant) as session:
            first, *others = employed
            times = {"started": first["from"], "ended": first.get("to")}
            worker = self.world.employ(session, first["at"], **times)
            for other in others:
                self.world.also(session, worker, other["at"], started=other["from"], ended=other.get("to"))
            if audience:
                session.add(Audience(worker_id=worker, year=2000, tenant_id=self.tenant, audience=audience))
        self.people[name] = worker
        for account in accounts:
            self.link(worker=name, account=account)

    def link(self, *, worker: str, account: str) -> None:
        with self.database.writing(self.tenant) as session:
            number = self.number(session, worker)
            linking.link(session, self.tenant, learning.ifi(account), number, by="cán bộ", now=self.now)

    def send(self, **said: Any) -> None:
        """A Statement: of an account, of a Group with members (`group`), or of one that names nobody (`anonymous`)."""
        actor: Any = said.get("account")
        if "group" in said:
            actor = learning.group(*said["group"])
        elif said.get("anonymous"):
            actor = learning.group(mbox="mailto:to-may@example.org")
        parts: dict[str, Any] = {"timestamp": said["on"].isoformat()}
        if isinstance(said["on"], date) and not isinstance(said["on"], datetime):
            parts["timestamp"] = f"{said['on']}T08:00:00+07:00"
        one = learning.statement(actor, said["about"], **parts)
        if "called" in said:
            self.sent[said["called"]] = one
        learning.store(self.database, self.identity, one)

    def void(self, called: str) -> None:
        learning.store(self.database, self.identity, learning.voiding(self.sent[called]))

    def merge(self, *, into: str, other: str) -> None:
        self.follow()
        with self.database.writing(self.tenant) as session:
            numbers = self.number(session, into), self.number(session, other)
            merging.merge(session, self.tenant, *numbers, by="cán bộ", basis="cùng một người", now=self.now)

    def attest(self, *, worker: str, points: Mapping[str, int], on: date) -> None:
        with self.database.writing(self.tenant) as session:
            person, year = self.people[worker], on.year
            learning.attest(session, self.tenant, person, dict(points), on=on, year=year, now=self.now)
            marks.mark_stale(session, self.tenant, [(person, year)])

    def close(self, year: int) -> None:
        self.follow()
        with self.database.writing(self.tenant) as session:
            closings.close(
                session,
                self.tenant,
                year,
                decision="12/QĐ-UBND",
                by="cán bộ",
                now=self.now,
                programme=PROGRAMME,
                still_running=True,
            )

    def reopen(self, year: int) -> None:
        with self.database.writing(self.tenant) as session:
            closings.reopen(
                session, self.tenant, year, decision="Xét bổ sung", by="cán bộ", now=self.now, programme=PROGRAMME
            )

    def newer_rubric(self, first_year: int) -> None:
        """Loads a rubric that holds in the place of the shipped one from a year on."""
        self.load(own_rubric("thang-diem-moi", first_year, f'replaces = "{RUBRIC}"'))

    def plan(self, **said: Any) -> None:
        self.load(plan_text(**said))

    def load(self, text: str) -> None:
        with self.database.writing(self.tenant) as session:
            later = self.now + timedelta(days=1)
            loaded = rule_files.load_text(session, self.tenant, "moi.toml", text, now=later)
            judging.mark_touched(session, self.tenant, [loaded.id])

    # ------------------------------------------------------------ what must come of it

    def expect_worker(self, *, name: str, year: int, **expected: Any) -> None:
        self.follow()
        with self.database.reading(self.tenant) as session:
            kept = assessments.versions(session, self.tenant, self.people[name], PROGRAMME, year)
            assert len(kept) == expected.get("versions", len(kept))
            assert kept, "nothing has been judged"
            result = kept[-1].result
            rules = criteria.of_rule_file(session, self.tenant, kept[-1].criteria_set_id)
        points = {one.indicator: one.points for one in result.indicators}
        suggested = {one.indicator: one.suggested for one in result.indicators}
        assert result.outcome == expected.get("outcome", result.outcome), result
        assert result.total == expected.get("total", result.total), points
        assert {one: points[one] for one in expected.get("points", {})} == expected.get("points", {})
        assert {one: suggested[one] for one in expected.get("suggested", {})} == expected.get("suggested", {})
        assert result.rubric == (expected.get("rubric") or result.rubric)
        said = str(explain(rules, result))
        assert [words for words in expected.get("words", ()) if words not in said] == []

    def expect_refusal(self, *, name: str, year: int, words: list[str]) -> None:
        """Nobody can be judged for want of criteria, and it is said why."""
        with pytest.raises(NoCriteriaInForce) as refused, self.database.writing(self.tenant) as session:
            told: dict[str, Any] = {"as_of": date(year, 12, 31), "now": self.now}
            assessments.assess(session, self.tenant, [self.people[name]], PROGRAMME, year, **told)
        assert [one for one in words if one not in str(refused.value)] == []

    def expect_rate(self, *, unit: str, target: str, on: date, **expected: Any) -> None:
        """[counted, lượt, headcount] over all enterprises and over those with a union, as kept and as counted."""
        self.follow()
        for name, basis in (("all", ALL_ENTERPRISES), ("unionised", UNIONISED)):
            if name not in expected:
                continue
            with self.database.reading(self.tenant) as session:
                for headcount_on in (None, on):  # a stated day of the headcount is always counted from the rows
                    told: dict[str, Any] = {"on": on, "today": self.now.date(), "basis": basis}
                    found = rates(session, self.tenant, unit, headcount_on=headcount_on, **told)
                    figures = next(one.figures for one in found.targets if one.figures.target == target)
                    assert [figures.counted, figures.participations, figures.denominator] == expected[name], figures
                    assert figures.plan == expected.get("plan", figures.plan)
                    if "short" in expected:
                        assert [one.short for one in figures.year_targets] == expected["short"]

    def expect_waiting(self, accounts: list[str]) -> None:
        self.follow()
        with self.database.reading(self.tenant) as session:
            found = session.scalars(
                sa.select(WaitingStatement.ifi).where(WaitingStatement.tenant_id == self.tenant).distinct()
            ).all()
        assert sorted(found) == sorted(map(learning.ifi, accounts))

    def expect_finding(self, *, code: str, times: int) -> None:
        self.follow()
        with self.database.reading(self.tenant) as session:
            found = session.scalar(
                sa.select(sa.func.count()).where(Finding.tenant_id == self.tenant, Finding.code == code)
            )
        assert found == times

    def number(self, session: Any, name: str) -> str:
        number: str = session.scalar(sa.select(Worker.number).where(Worker.id == self.people[name]))
        return number


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_comes_out_as_it_says(
    database: Database, tenant: UUID, identity: api.Identity, now: datetime, path: Path
) -> None:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    story = Story(World(database, tenant, now), identity)
    for place, step in enumerate(told["step"], start=1):
        ((what, said),) = ((key, value) for key, value in step.items() if key != "why")
        act = getattr(story, what)
        try:
            act(**said) if isinstance(said, dict) else act(said)
        except AssertionError as wrong:
            wrong.add_note(f"{path.name}, step {place}: {step.get('why', what)}")
            raise


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_explains_itself(path: Path) -> None:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(told) == {"title", "why", "step"}
    assert told["title"] and told["why"]
    assert all(len([key for key in step if key != "why"]) == 1 for step in told["step"])
    assert any(key.startswith("expect_") for step in told["step"] for key in step)
    assert all(step["why"] for step in told["step"] if any(key.startswith("expect_") for key in step))
