"""A report goes from entering to approval, up the tree, and nobody approves the own one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from certification.access.permissions import Role
from certification.access.rights import NotAllowed
from certification.access.who import Held
from certification.acts import chain
from certification.evidence.witnesses import NotForYou
from certification.models import Account, OrganizationParent, ReportValue
from certification.reports import reading, steps
from certification.reports.places import NotAsked
from certification.reports.reading import Key, UnknownPeriod
from certification.reports.steps import WrongStep
from certification.rules.report_forms import NoReportForm
from certification.spreadsheets import ImportFaults
from certification.units.trees import NotOnThatDay, UnknownOrganization
from lrs.db import new_id
from tests.certification.reports.office import KEY, TEXTS, TOP, Office


def places(error: pytest.ExceptionInfo[ImportFaults]) -> list[str]:
    return [fault.column for fault in error.value.faults]


def test_values_come_up_the_tree_once_they_are_approved(office: Office) -> None:
    office.approved(
        office.hoa, "cdcs/a", {"loudspeaker-items": {"value": "4"}, "commune-spending": {"value": "1.500.000"}}
    )
    office.enter(office.binh, "cdcs/b", {**TEXTS, "loudspeaker-items": {"value": 6}})
    office.take(office.binh, "cdcs/b", "submit")
    office.enter(office.chi, TOP, {**TEXTS, "loudspeaker-items": {"value": 1}})

    seen = office.show(TOP)
    assert [(one.unit.code, one.state) for one in seen.below] == [
        ("cdcs/a", "approved"), ("cdcs/b", "submitted"), ("cdcs/trong", "new"),
    ]  # fmt: skip
    assert [one.due for one in seen.below] == [date(2026, 11, 19)] * 3
    assert seen.due == date(2026, 11, 24)
    assert seen.entered.number("loudspeaker-items") == 5
    assert seen.entered.joined["loudspeaker-items"].organizations == 2
    assert seen.entered.number("commune-spending") == 1_500_000
    assert [one.organization for one in seen.entered.apart["results-text"]] == ["CĐCS A"]

    office.take(office.dung, "cdcs/b", "approve")
    assert office.show(TOP).entered.number("loudspeaker-items") == 11
    office.take(office.chi, TOP, "submit")
    office.take(office.dung, "cdcs/b", "return", "Đếm lại tin, bài")
    after = office.show(TOP)
    assert after.entered.number("loudspeaker-items") == 11  # as it was handed in
    assert after.now.number("loudspeaker-items") == 5


def test_a_report_is_returned_with_a_comment_corrected_and_approved_and_every_step_stays(office: Office) -> None:
    office.enter(office.hoa, "cdcs/a", {**TEXTS, "contests": {"value": 2}})
    office.take(office.hoa, "cdcs/a", "submit")
    with pytest.raises(WrongStep):
        office.enter(office.hoa, "cdcs/a", {"contests": {"value": 3}})
    for empty in (None, " "):
        with pytest.raises(ImportFaults) as refused:
            office.take(office.chi, "cdcs/a", "return", empty)
        assert places(refused) == ["comment"]
    office.take(office.chi, "cdcs/a", "return", "Thiếu hội thi tháng 5")
    office.enter(office.hoa, "cdcs/a", {"contests": {"value": 3}})
    office.take(office.hoa, "cdcs/a", "submit")
    done = office.take(office.chi, "cdcs/a", "approve")
    assert [(one.place, one.step, one.state, one.by, one.comment) for one in done.steps] == [
        (1, "open", "draft", "hoa", None),
        (2, "submit", "submitted", "hoa", None),
        (3, "return", "returned", "chi", "Thiếu hội thi tháng 5"),
        (4, "submit", "submitted", "hoa", None),
        (5, "approve", "approved", "chi", None),
    ]
    assert done.entered.number("contests") == 3
    assert done.row is not None
    with office.world.database.reading(office.tenant) as session:
        acts = chain.listed(session, office.tenant, limit=10, subject=f"report:{done.row.id}")
        assert not chain.verify(session, office.tenant).faults
    assert [(one.act, one.by) for one in reversed(acts)] == [
        ("report.submit", "hoa"), ("report.return", "chi"), ("report.submit", "hoa"), ("report.approve", "chi"),
    ]  # fmt: skip
    assert acts[0].detail == {"unit": "cdcs/a", "plan": KEY.plan, "period": "yearly", "cut_off": "2026-10-31"}


def test_nobody_approves_what_he_or_she_entered_or_handed_in(office: Office) -> None:
    office.enter(office.chi, TOP, TEXTS)
    office.take(office.dung, TOP, "submit")
    for own in (office.chi, office.dung):
        with pytest.raises(NotForYou):
            office.take(own, TOP, "approve")
    with pytest.raises(NotForYou):
        office.take(replace(office.operator, name="chi"), TOP, "approve")
    # another account of the same person
    worker = new_id()
    with office.world.database.writing(office.tenant) as session:
        same = Account(
            id=new_id(), tenant_id=office.tenant, name="chi", full_name="Chi", worker_id=worker, password=None,
            password_set=None, created=office.now, deactivated=None,
        )  # fmt: skip
        session.add(same)
    other = replace(office.who("chi-2", Role.UPPER_OFFICER, TOP), worker=worker)
    with pytest.raises(NotForYou):
        office.take(other, TOP, "approve")
    assert office.show(TOP).state == "submitted"
    assert office.take(office.operator, TOP, "approve").state == "approved"


def test_nobody_approves_what_he_or_she_ever_entered_though_others_replaced_it(office: Office) -> None:
    office.enter(office.operator, TOP, {**TEXTS, "contests": {"value": 2}, "loudspeaker-items": {"value": 3}})
    office.enter(office.chi, TOP, {"contests": {"value": 4}})
    office.enter(office.dung, TOP, {"contests": {"value": 4}})  # says what stands there: nothing of hers
    office.enter(office.operator, TOP, {"contests": {"value": 5}})
    away = office.who("xoa", Role.UPPER_OFFICER, TOP)
    office.enter(away, TOP, {"loudspeaker-items": None})
    assert {one.by for one in office.show(TOP).own.values()} == {"operator"}
    office.take(office.operator, TOP, "submit")
    for author in (office.chi, away, office.operator):
        with pytest.raises(NotForYou):
            office.take(author, TOP, "approve")
    assert office.take(office.dung, TOP, "approve").state == "approved"


def test_a_role_reaches_as_far_as_its_branch_and_approving_takes_one_above(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.enter(office.hoa, "cdcs/b", TEXTS)
    with pytest.raises(NotAllowed):
        office.enter(office.hoa, TOP, TEXTS)
    office.enter(office.hoa, "cdcs/a", TEXTS)
    with pytest.raises(NotAllowed):
        office.take(office.binh, "cdcs/a", "submit")
    office.take(office.hoa, "cdcs/a", "submit")
    for low in (office.binh, office.hoa, office.who("phu", Role.UPPER_OFFICER, "cdcs/a")):
        with pytest.raises(NotAllowed):
            office.take(low, "cdcs/a", "approve")
    with pytest.raises(NotAllowed):
        office.take(replace(office.chi, roles=(Held(Role.AUDITOR),)), "cdcs/a", "approve")
    assert office.take(office.chi, "cdcs/a", "approve").state == "approved"


def test_whatever_is_missing_is_told_at_once_and_nothing_is_kept(office: Office) -> None:
    office.enter(office.hoa, "cdcs/a", {"contests": {"value": 1}})
    with pytest.raises(ImportFaults) as refused:
        office.take(office.hoa, "cdcs/a", "submit")
    assert places(refused) == ["values/results-text", "values/limits-text"]
    assert office.show("cdcs/a").state == "draft"
    for step in ("approve", "return", "file", "reopen"):
        with pytest.raises(WrongStep):
            office.take(office.chi, "cdcs/a", step, "Vì sao")
    with pytest.raises(WrongStep):
        office.take(office.chi, "cdcs/b", "submit")


def test_nothing_is_handed_in_before_the_cut_off_day(office: Office) -> None:
    later = Key(KEY.plan, "interim", date(2026, 11, 30))
    office.enter(office.hoa, "cdcs/a", TEXTS, later)
    with pytest.raises(WrongStep) as refused:
        office.take(office.hoa, "cdcs/a", "submit", key=later)
    assert "30/11/2026" in str(refused.value)
    on_the_day = datetime(2026, 11, 29, 17, 0, tzinfo=UTC)  # midnight in Vietnam
    assert office.take(office.hoa, "cdcs/a", "submit", key=later, now=on_the_day).due is None


def test_who_does_not_report_is_told_so(office: Office) -> None:
    for code, error in (
        ("dn/a", NotAsked),
        ("cdcs/c", NotAsked),
        ("vn/lai-chau", NotAsked),
        ("khong-co", UnknownOrganization),
        ("cd/thanh-hoa/hoang-hoa", NotOnThatDay),
    ):
        with pytest.raises(error):
            office.show(code)
    with pytest.raises(NoReportForm):
        office.show(TOP, Key("khong-co", "yearly", KEY.cut_off))
    with pytest.raises(UnknownPeriod):
        office.show(TOP, replace(KEY, period="weekly"))


def test_the_tree_is_that_of_the_cut_off_day(office: Office) -> None:
    with office.world.database.writing(office.tenant) as session:
        edge = OrganizationParent.__table__
        session.execute(
            sa.update(edge)
            .where(edge.c.organization_id == office.world.ids["cdcs/b"])
            .values(valid_to=KEY.cut_off - timedelta(days=1))
        )
    assert [one.unit.code for one in office.show(TOP).below] == ["cdcs/a", "cdcs/trong"]
    with pytest.raises(NotAsked):
        office.show("cdcs/b")


def test_a_report_is_opened_in_a_few_commands_however_many_hand_in(
    office: Office, count_commands: Callable[[], Any]
) -> None:
    def commands() -> int:
        with office.world.database.reading(office.tenant) as session, count_commands() as sent:
            reading.show(session, office.tenant, TOP, KEY)
        return len(sent)

    office.enter(office.chi, TOP, TEXTS)
    office.show(TOP)
    before = commands()
    office.approved(office.hoa, "cdcs/a", {"contests": {"value": 1}})
    office.approved(office.binh, "cdcs/b", {"contests": {"value": 1}})
    assert commands() == before <= 10


def test_two_who_open_a_report_at_once_have_one(office: Office) -> None:
    office.enter(office.hoa, "cdcs/a", {"contests": {"value": 1}})
    again = office.enter(office.chi, "cdcs/a", {"contests": {"value": 1}, "dialogues": {"value": 2}})
    assert [one.step for one in again.steps] == ["open"]
    assert {item: one.by for item, one in again.own.items()} == {"contests": "hoa", "dialogues": "chi"}
    with office.world.database.reading(office.tenant) as session:
        kept = sa.select(sa.func.count()).select_from(ReportValue).where(ReportValue.tenant_id == office.tenant)
        assert session.scalar(kept) == 2


def test_whoever_enters_first_while_somebody_hands_in_is_told(office: Office) -> None:
    seen = office.show("cdcs/a")
    office.enter(office.hoa, "cdcs/a", TEXTS)
    office.take(office.hoa, "cdcs/a", "submit")
    with office.world.database.writing(office.tenant) as session:
        there = steps.opened(session, office.tenant, office.hoa, seen, office.now)
    assert (there.state, there.row) == ("submitted", office.show("cdcs/a").row)
    assert [one.step for one in there.steps] == ["open", "submit"]
