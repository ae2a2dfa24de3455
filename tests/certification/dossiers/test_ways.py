"""Whatever steps anybody takes in whatever order: no title without all of them, and one title each."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, event, given, settings

from certification.access.permissions import Role
from certification.dossiers import listing, proceedings
from certification.dossiers.decisions import Refused
from certification.errors import CertificationError
from certification.rules import rule_files, title_procedures
from certification.rules.title_procedures import ALONE, JUDGING, NEW, STATES, NoSuchStep, NoTitleProcedure, ways
from lrs.db import Database
from tests.certification.dossiers.desk import YEAR, Desk

SHIPPED = rule_files.PROGRAMMES / "cong-dan-hoc-tap" / "title-procedure-2026.toml"
NEEDED = ("register", "self-assess", "confirm", "review", "propose", "grant")
STEPS = (*proceedings.SINGLE, "propose", "decide", "refuse")
ANY = st.tuples(st.sampled_from(STEPS), st.sampled_from(("hoa", "upper", "operator", "self")))
ON_THE_WAY = ("register", "self-assess", "confirm", "review", "propose", "decide")


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[str, str]]:
    """The way to a title with some of it left out, and with any other steps of anybody in between."""
    taken: list[tuple[str, str]] = []
    for name in ON_THE_WAY:
        taken += draw(st.lists(ANY, max_size=2))
        taken += [] if draw(st.integers(0, 9)) == 9 else [(name, "operator")]
    return taken


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(orders())
def test_no_order_of_steps_gives_a_title_without_all_steps(desk: Desk, taken: list[tuple[str, str]]) -> None:
    with desk.world.database.writing(desk.tenant) as session:
        worker = desk.world.employ(session, "dn/a")
        number = f"NV-{desk.world._numbers}"
    desk.workers[number] = worker
    desk.score(number)
    speakers = {"hoa": desk.hoa, "upper": desk.upper, "operator": desk.operator, "self": desk.oneself(number)}
    for place, (name, speaker) in enumerate(taken):
        with suppress(CertificationError):
            if name == "propose":
                desk.propose(number, who=speakers[speaker])
            elif name == "decide":
                desk.decide(number, who=speakers[speaker], number=f"{number}/{place}")
            elif name == "refuse":
                why = [title_refused(number)]
                desk.decide(refused=why, who=speakers[speaker], number=f"{number}/{place}")
            else:
                desk.step(speakers[speaker], name, number, reason="lý do")
    with desk.reading() as session, suppress(CertificationError):
        one = listing.find(session, desk.tenant, worker, number, YEAR)
        history = listing.history(session, desk.tenant, one)
        names = [step.step for step in history]
        held = listing.title(session, desk.tenant, one) is not None
        assert held == ("grant" in names)
        assert [step.place for step in history] == list(range(1, one.version + 1))
        if held:
            done = names[: names.index("grant") + 1]
            places = [len(done) - 1 - done[::-1].index(name) for name in NEEDED]
            assert places[1:] == sorted(places[1:])
            judged = [step.done_by for step in history if step.step in JUDGING]
            assert "toi" not in judged
        event("with a title" if held else "without one")
        assert names.count("grant") <= 1


def title_refused(number: str) -> Refused:
    return Refused(number, "chưa đủ")


def test_the_shipped_procedure_says_all_that_is_to_be_said() -> None:
    procedure = title_procedures.build(rule_files.read(SHIPPED), UUID(int=0))
    steps = [(one.before, one.after) for one in procedure.steps.values()]
    assert ways(steps) == {NEW, *STATES}
    assert {*proceedings.SINGLE, *ALONE} == set(procedure.steps)
    assert procedure.status == "PROPOSAL"
    for name in NEEDED:
        others = [(one.before, one.after) for one in procedure.steps.values() if one.name != name]
        assert "granted" not in ways(others), name
    assert all(one.own == "never" for one in procedure.steps.values() if one.name in JUDGING)


def test_a_later_procedure_holds_from_its_day(desk: Desk, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace('id = "title-procedure-2026"', 'id = "khac"')
    text = text.replace("in_force_from = 2022-10-19", "in_force_from = 2026-11-20")
    text = text.replace(
        'roles = ["grassroots_officer", "operator"]\nown = "never"\n\n',
        'roles = ["upper_officer"]\nown = "never"\n\n',
        1,
    )
    at = text.index('[[step]]\nname = "revoke"')
    text = text[:at] + text[text.index("[appeal]") :]
    path = tmp_path / "khac.toml"
    path.write_text(text, encoding="utf-8")
    with desk.world.database.writing(desk.tenant) as session:
        rule_files.load(session, desk.tenant, path, now=desk.now)
        before = title_procedures.in_force(session, desk.tenant, "cong-dan-hoc-tap", date(2026, 11, 19))
        since = title_procedures.in_force(session, desk.tenant, "cong-dan-hoc-tap", date(2026, 11, 20))
        with pytest.raises(NoTitleProcedure):
            title_procedures.in_force(session, desk.tenant, "cong-dan-hoc-tap", date(2022, 1, 1))
    assert (before.id, since.id) == ("title-procedure-2026", "khac")
    assert since.step("confirm").roles == {Role.UPPER_OFFICER}
    desk.score("NV-1")
    desk.step(desk.hoa, "register", "NV-1")
    desk.step(desk.hoa, "self-assess", "NV-1")
    with pytest.raises(CertificationError):
        desk.step(desk.hoa, "confirm", "NV-1")
    desk.step(desk.upper, "confirm", "NV-1")
    with pytest.raises(NoSuchStep):
        desk.step(desk.operator, "revoke", "NV-1", reason="x")


def test_lists_and_counts_are_of_a_unit_a_state_and_a_reach(desk: Desk, database: Database, now: datetime) -> None:
    assert now.tzinfo is UTC
    desk.reviewed("NV-1", "NV-2")
    desk.step(desk.operator, "register", "NV-3")
    desk.step(desk.operator, "register", "NV-4")
    desk.step(desk.oneself("NV-4"), "withdraw", "NV-4", reason="thôi")
    desk.propose("NV-1", "NV-2")
    desk.decide("NV-1", refused=[title_refused("NV-2")])
    on = now.date()
    with database.reading(desk.tenant) as session:
        everybody = listing.listing(session, desk.tenant, YEAR, on=on, limit=10)
        assert [one.number for one in everybody] == ["NV-1", "NV-2", "NV-3", "NV-4"]
        rest = listing.listing(session, desk.tenant, YEAR, on=on, limit=2, after=everybody[0].id)
        assert rest == everybody[1:3]
        of_unit = listing.listing(session, desk.tenant, YEAR, on=on, unit=desk.world.ids["cdcs/a"], limit=10)
        assert of_unit == everybody[:2]
        assert listing.listing(session, desk.tenant, YEAR, on=on, state="granted", limit=10) == everybody[:1]
        assert listing.listing(session, desk.tenant, 2025, on=on, limit=10) == []
        all_of_them = listing.counts(session, desk.tenant, YEAR, None, on=on)
        of_b = listing.counts(session, desk.tenant, YEAR, desk.world.ids["cdcs/b"], on=on)
    assert (all_of_them.registered, all_of_them.self_assessed, all_of_them.proposed) == (3, 2, 2)
    assert (all_of_them.recognised, all_of_them.refused) == (1, 1)
    assert all_of_them.by_state["withdrawn"] == 1
    assert (of_b.registered, of_b.self_assessed) == (1, 0)
