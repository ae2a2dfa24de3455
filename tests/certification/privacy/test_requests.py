"""What persons ask about their data: by when it is met, in working days too, and what comes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from certification.acts import chain
from certification.evidence.cases import NotSo
from certification.evidence.witnesses import NotForYou, Witness
from certification.privacy import consents, requests
from certification.privacy.requests import Request
from certification.rules import rule_files, working_days
from certification.rules.criteria import PROGRAMME
from certification.rules.working_days import Counted, YearCalendar
from certification.spreadsheets import ImportFaults
from lrs.db import Database
from tests.certification.world import World

FRIDAY = datetime(2026, 11, 20, 5, tzinfo=UTC)
HOA = Witness("hoa")


@pytest.fixture
def lan(world: World) -> UUID:
    """NV-1, who works at dn/a."""
    with world.database.writing(world.tenant) as session:
        return world.employ(session, "dn/a")


def own(lan: UUID) -> Witness:
    return Witness("lan", worker_ids=frozenset({lan}), enterprise_ids=frozenset())


def ask(world: World, lan: UUID, kind: str, *, now: datetime = FRIDAY, **other: Any) -> Request:
    told = {"reason": "tôi muốn vậy", "witness": own(lan)} | other
    with world.database.writing(world.tenant) as session:
        return requests.open_request(session, world.tenant, "NV-1", kind=kind, now=now, **told)


def step(world: World, what: Any, one: Request, *, now: datetime = FRIDAY, **other: Any) -> Request:
    told = {"reason": "đã xem xét", "witness": HOA} | other
    with world.database.writing(world.tenant) as session:
        done: Request = what(session, world.tenant, "NV-1", one.id, now=now, **told)
        return done


# ---------------------------------------------------------------- working days


def test_working_days_pass_over_weekends_holidays_and_count_swapped_days(world: World) -> None:
    with world.database.reading(world.tenant) as session:
        known = working_days.calendars(session, world.tenant, PROGRAMME, date(2026, 11, 20))
    for day, term, last in (
        (date(2026, 11, 20), 2, date(2026, 11, 24)),  # Friday
        (date(2026, 2, 13), 1, date(2026, 2, 23)),  # the Friday before Tết
        (date(2026, 2, 12), 2, date(2026, 2, 23)),
        (date(2026, 1, 9), 1, date(2026, 1, 10)),  # a Saturday that is worked
        (date(2026, 8, 28), 1, date(2026, 9, 3)),  # the 31st is swapped
    ):
        assert working_days.count(known, day, term) == Counted(last, ()), day


def test_a_year_without_a_calendar_is_counted_by_weeks_and_named(world: World) -> None:
    with world.database.reading(world.tenant) as session:
        known = working_days.calendars(session, world.tenant, PROGRAMME, date(2026, 12, 31))
        before = working_days.calendars(session, world.tenant, PROGRAMME, date(2025, 12, 31))
    assert (set(known), before) == ({2026}, {})
    assert working_days.count(known, date(2026, 12, 30), 2) == Counted(date(2027, 1, 1), (2027,))
    assert working_days.count({}, date(2026, 11, 20), 2) == Counted(date(2026, 11, 24), (2026,))


def test_a_corrected_calendar_of_a_year_takes_the_place_of_the_first(world: World, now: datetime) -> None:
    text = (rule_files.PROGRAMMES / PROGRAMME / "working-days-2026.toml").read_text(encoding="utf-8")
    text = text.replace("in_force_from = 2026-01-01", "in_force_from = 2026-11-01").replace(
        'id = "working-days-2026"', 'id = "working-days-2026-sua"'
    )
    culture = '{ day = 2026-11-24, what = "Ngày Văn hoá", status = "INFERRED", sources = [], checked = 2026-11-21 },'
    text = text.replace("off = [", f"off = [\n{culture}", 1)
    with world.database.writing(world.tenant) as session:
        rule_files.load_text(session, world.tenant, "sua.toml", text, now=now)
        for on, last in ((date(2026, 10, 31), 24), (date(2026, 11, 1), 25)):
            known = working_days.calendars(session, world.tenant, PROGRAMME, on)
            assert working_days.count(known, date(2026, 11, 20), 2).day == date(2026, 11, last)
    assert not YearCalendar(2026, frozenset(), frozenset({date(2026, 1, 1)}), frozenset()).is_worked(date(2026, 1, 1))


# ---------------------------------------------------------------- requests


def test_a_request_has_its_days(world: World, lan: UUID) -> None:
    one = ask(world, lan, "restrict")
    assert (one.state, one.due, one.confirm_by) == ("received", date(2026, 11, 24), date(2026, 11, 24))
    assert (one.received_on, one.meet_by) == (date(2026, 11, 20), date(2026, 12, 5))
    assert one.unknown_years == ()
    assert ask(world, lan, "restrict").id == one.id
    confirmed = step(world, requests.confirm, one, with_others=True)
    assert (confirmed.state, confirmed.due, confirmed.with_others) == ("confirmed", date(2026, 12, 10), True)
    extended = step(world, requests.extend, confirmed, reason="phải hỏi ba doanh nghiệp")
    assert (extended.state, extended.due) == ("extended", date(2026, 12, 25))
    with pytest.raises(NotSo):
        step(world, requests.extend, extended)
    done = step(world, requests.meet, extended, now=FRIDAY + timedelta(days=9))
    assert (done.state, done.closed_on) == ("done", date(2026, 11, 29))
    with pytest.raises(NotSo):
        step(world, requests.refuse, done)
    with world.database.reading(world.tenant) as session:
        steps = requests.history(session, world.tenant, lan, one.id)
        acts = chain.listed(session, world.tenant, limit=10, worker=lan)
        assert chain.verify(session, world.tenant).faults == ()
    assert [(each.what, each.recorded_by) for each in steps] == [
        ("opened", "lan"),
        ("confirmed", "hoa"),
        ("extended", "hoa"),
        ("met", "hoa"),
    ]
    assert [act.act for act in reversed(acts)] == [
        "request.open",
        "request.confirmed",
        "request.extended",
        "request.met",
    ]
    assert {act.subject for act in acts} == {f"request:{one.id}"}


def test_each_kind_has_the_days_of_the_rules(world: World, lan: UUID) -> None:
    days = {kind: (ask(world, lan, kind).meet_by - FRIDAY.date()).days for kind in ("see", "copy", "correct", "delete")}
    assert days == {"see": 10, "copy": 10, "correct": 10, "delete": 20}
    late = ask(world, lan, "see", reason="trên giấy", received_on=date(2026, 11, 18))
    assert (late.confirm_by, late.meet_by) == (date(2026, 11, 20), date(2026, 11, 28))


def test_what_nobody_answers_is_overdue_and_cannot_be_put_off_any_more(
    world: World, other_world: World, lan: UUID
) -> None:
    one = ask(world, lan, "object")

    def late(on: date) -> list[UUID]:
        with world.database.reading(world.tenant) as session:
            found = requests.overdue(session, world.tenant, on)
        assert all(each.is_overdue(on) for each in found)
        return [each.id for each in found]

    assert late(date(2026, 11, 24)) == []
    assert late(date(2026, 11, 25)) == [one.id]
    step(world, requests.confirm, one, now=FRIDAY + timedelta(days=6))
    assert late(date(2026, 12, 5)) == []
    assert late(date(2026, 12, 6)) == [one.id]
    with pytest.raises(ImportFaults):
        step(world, requests.extend, one, now=FRIDAY + timedelta(days=16))
    step(world, requests.refuse, one, now=FRIDAY + timedelta(days=17))
    assert late(date(2026, 12, 20)) == []
    with other_world.database.reading(other_world.tenant) as session:
        assert requests.listing(session, other_world.tenant) == []


def test_nobody_answers_the_own_request_and_only_the_worker_takes_it_back(world: World, lan: UUID) -> None:
    one = ask(world, lan, "see")
    for what in (requests.confirm, requests.extend, requests.meet, requests.refuse):
        with pytest.raises(NotForYou):
            step(world, what, one, witness=own(lan))
    with pytest.raises(NotForYou):
        step(world, requests.take_back, one)
    assert step(world, requests.take_back, one, witness=own(lan)).state == "taken_back"
    with pytest.raises(NotForYou):
        ask(world, lan, "see", witness=Witness("khác", enterprise_ids=frozenset()))


def test_asking_to_withdraw_ends_the_consents_at_once(world: World, lan: UUID) -> None:
    today = FRIDAY.date()
    with world.database.writing(world.tenant) as session:
        shown = consents.wordings(session, world.tenant, "dn/a", today)
        agreed = [consents.Agreed(one.purpose.id, one.digest) for one in shown]
        told: dict[str, Any] = {"how": consents.OWN_ACCOUNT, "by": "lan", "now": FRIDAY - timedelta(days=3)}
        consents.give(session, world.tenant, "NV-1", "dn/a", agreed, **told)

    def held() -> set[str]:
        with world.database.reading(world.tenant) as session:
            return {
                one.purpose.id
                for one in shown
                if consents.holds(session, world.tenant, [lan], one.purpose.id, world.ids["dn/a"], today)
            }

    assert held() == {"employer-transcript", "new-employer"}
    ask(world, lan, "withdraw", purpose="new-employer")
    assert held() == {"employer-transcript"}
    ask(world, lan, "withdraw")
    assert held() == set()


def test_a_restriction_holds_back_what_was_agreed_to_until_it_is_lifted(world: World, lan: UUID) -> None:
    today = FRIDAY.date()
    with world.database.writing(world.tenant) as session:
        shown = consents.wordings(session, world.tenant, "dn/a", today)
        agreed = [consents.Agreed(one.purpose.id, one.digest) for one in shown]
        consents.give(session, world.tenant, "NV-1", "dn/a", agreed, how="own_account", by="lan", now=FRIDAY)

    def usable(purpose: str) -> bool:
        with world.database.reading(world.tenant) as session:
            free = consents.holds(session, world.tenant, [lan], purpose, world.ids["dn/a"], today)
            stopped = consents.held_back(session, world.tenant, [lan], purpose, today)
        assert not free & stopped
        return bool(free)

    one = ask(world, lan, "restrict", purpose="employer-transcript")
    assert usable("employer-transcript")
    done = step(world, requests.meet, one)
    assert not usable("employer-transcript")
    assert usable("new-employer")
    step(world, requests.lift, done)
    assert usable("employer-transcript")
    seen = step(world, requests.meet, ask(world, lan, "see"))
    with pytest.raises(ImportFaults):
        step(world, requests.lift, seen)


def test_every_fault_of_a_request_is_told(world: World, lan: UUID) -> None:
    with pytest.raises(ImportFaults) as refused:
        ask(world, lan, "quên", reason=" ", purpose="không có", received_on=date(2026, 11, 21))
    assert [fault.column for fault in refused.value.faults] == ["reason", "kind", "purpose", "received_on"]
    with pytest.raises(ImportFaults):
        ask(world, lan, "see", received_on=date(2026, 10, 20))
    database: Database = world.database
    with database.reading(world.tenant) as session:
        assert requests.listing(session, world.tenant) == []
