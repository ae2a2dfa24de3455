"""What workers agree to: each purpose by itself, with the proof of it; and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from certification.acts import chain
from certification.privacy import consents, purposes
from certification.privacy.consents import Agreed, Receipt, UnknownConsents
from certification.rules import personal_data
from certification.rules.personal_data import NoPersonalDataRules
from certification.spreadsheets import ImportFaults
from certification.vietnam import vietnam_day
from tests.certification.world import World

TRANSCRIPT = "employer-transcript"


@pytest.fixture
def lan(world: World) -> UUID:
    """NV-1, who works at dn/a."""
    with world.database.writing(world.tenant) as session:
        return world.employ(session, "dn/a")


@pytest.fixture
def today(now: datetime) -> date:
    return vietnam_day(now)


def agreed(world: World, recipient: str, *names: str, on: date) -> list[Agreed]:
    """What somebody who was shown today's words agrees to."""
    with world.database.reading(world.tenant) as session:
        shown = {one.purpose.id: one.digest for one in consents.wordings(session, world.tenant, recipient, on)}
    return [Agreed(name, shown[name]) for name in names]


def give(world: World, recipient: str, what: Sequence[Agreed], **other: Any) -> list[Receipt]:
    told: dict[str, Any] = {"how": consents.OWN_ACCOUNT, "by": "worker:lan", "now": world.now} | other
    with world.database.writing(world.tenant) as session:
        return consents.give(session, world.tenant, "NV-1", recipient, what, **told)


def held(world: World, lan: UUID, on: date, *, purpose: str = TRANSCRIPT, recipient: str = "dn/a") -> bool:
    with world.database.reading(world.tenant) as session:
        found = consents.holds(session, world.tenant, [lan], purpose, world.ids[recipient], on)
    assert found <= {lan}
    return bool(found)


def test_nobody_has_agreed_to_anything_beforehand(world: World, lan: UUID, today: date) -> None:
    with world.database.reading(world.tenant) as session:
        assert consents.of_worker(session, world.tenant, lan) == []
    assert not held(world, lan, today)


def test_a_consent_is_kept_with_what_was_shown_and_holds_for_one_purpose_and_recipient(
    world: World, other_world: World, lan: UUID, today: date
) -> None:
    (one,) = give(world, "dn/a", agreed(world, "dn/a", TRANSCRIPT, on=today))
    with world.database.reading(world.tenant) as session:
        shown = {each.purpose.id: each for each in consents.wordings(session, world.tenant, "dn/a", today)}
    assert one.shown == shown[TRANSCRIPT].text
    assert "Doanh nghiệp A" in one.shown
    assert "rút lại" in one.shown
    assert "365 ngày" in one.shown
    assert (one.given, one.given_by, one.given_how, one.ended) == (world.now, "worker:lan", "own_account", None)
    assert (one.starts, one.expires) == (today, today + timedelta(days=364))
    assert held(world, lan, today)
    assert held(world, lan, one.expires)
    assert not held(world, lan, one.expires + timedelta(days=1))
    assert not held(world, lan, today - timedelta(days=1))
    assert not held(world, lan, today, recipient="dn/b")
    assert not held(world, lan, today, purpose="new-employer")
    with other_world.database.reading(other_world.tenant) as session:
        assert not consents.holds(session, other_world.tenant, [lan], TRANSCRIPT, world.ids["dn/a"], today)


def test_giving_and_withdrawing_are_acts_on_record_about_the_worker(world: World, lan: UUID, today: date) -> None:
    (one,) = give(world, "dn/a", agreed(world, "dn/a", TRANSCRIPT, on=today))
    with world.database.writing(world.tenant) as session:
        consents.withdraw(session, world.tenant, "NV-1", [one.id], by="worker:lan", now=world.now)
    with world.database.reading(world.tenant) as session:
        acts = chain.listed(session, world.tenant, limit=10, worker=lan)
        assert chain.verify(session, world.tenant).faults == ()
    assert [(act.act, act.subject, act.by) for act in acts] == [
        ("consent.withdraw", f"consent:{one.id}", "worker:lan"),
        ("consent.give", f"consent:{one.id}", "worker:lan"),
    ]
    assert acts[1].detail is not None
    assert acts[1].detail["shown_digest"] == one.shown_digest


def test_withdrawing_holds_at_once_and_once_is_enough(world: World, lan: UUID, today: date) -> None:
    two = give(world, "dn/a", agreed(world, "dn/a", TRANSCRIPT, "new-employer", on=today))
    later = world.now + timedelta(days=10)
    first = next(one for one in two if one.purpose == TRANSCRIPT)
    for _ in range(2):
        with world.database.writing(world.tenant) as session:
            (ended,) = consents.withdraw(session, world.tenant, "NV-1", [first.id], by="lan", now=later)
        assert (ended.ended, ended.ended_by, ended.ended_why) == (later, "lan", "withdrawn")
    assert held(world, lan, vietnam_day(later) - timedelta(days=1))
    assert not held(world, lan, vietnam_day(later))
    assert held(world, lan, vietnam_day(later), purpose="new-employer")
    with world.database.reading(world.tenant) as session:
        acts = chain.listed(session, world.tenant, limit=10, worker=lan)
    assert [act.act for act in acts].count("consent.withdraw") == 1
    with world.database.writing(world.tenant) as session, pytest.raises(UnknownConsents):
        consents.withdraw(session, world.tenant, "NV-1", [UUID(int=1)], by="lan", now=later)


def test_agreeing_again_replaces_what_is_in_force(world: World, lan: UUID, today: date) -> None:
    (first,) = give(world, "dn/a", agreed(world, "dn/a", TRANSCRIPT, on=today))
    later = world.now + timedelta(days=300)
    day = vietnam_day(later)
    (second,) = give(world, "dn/a", agreed(world, "dn/a", TRANSCRIPT, on=day), now=later)
    with world.database.reading(world.tenant) as session:
        before = next(one for one in consents.of_worker(session, world.tenant, lan) if one.id == first.id)
        soon = consents.running_out(session, world.tenant, world.ids["dn/a"], day, 400)
    assert before.ended_why == "replaced"
    assert second.holds_on(day)
    assert not before.holds_on(day)
    assert [one.id for one in soon] == [second.id]


def test_a_signed_paper_is_noted_by_an_officer_and_may_run_out_sooner(world: World, lan: UUID, today: date) -> None:
    what = agreed(world, "dn/a", TRANSCRIPT, on=today)
    (one,) = give(world, "dn/a", what, how="paper", paper="Tủ 2, cặp 14", by="hoa", expires=today)
    assert (one.given_by, one.paper, one.expires) == ("hoa", "Tủ 2, cặp 14", today)
    assert not held(world, lan, today + timedelta(days=1))


def test_every_fault_is_told_and_nothing_is_kept(world: World, lan: UUID, today: date) -> None:
    good = agreed(world, "dn/a", TRANSCRIPT, on=today)[0]
    wrong = [
        good,
        good,
        Agreed("*", good.shown),
        Agreed("union-work", good.shown),
        Agreed("learning-society", good.shown),
        Agreed("new-employer", good.shown),
    ]
    with pytest.raises(ImportFaults) as refused:
        give(world, "dn/a", wrong, how="miệng", paper="x", expires=today - timedelta(days=1))
    assert [fault.column for fault in refused.value.faults] == [
        "how",
        "expires",
        "agreed/1/purpose",
        "agreed/2/purpose",
        "agreed/3/purpose",
        "agreed/4/purpose",
        "agreed/5/shown",
    ]
    for what, told, column in (
        ([], {}, "agreed"),
        ([good], {"how": "paper"}, "paper"),
        ([good], {"paper": "x"}, "paper"),
        ([good], {"expires": today + timedelta(days=365)}, "expires"),
    ):
        with pytest.raises(ImportFaults) as refused:
            give(world, "dn/a", what, **told)  # type: ignore[arg-type]
        assert [fault.column for fault in refused.value.faults] == [column]
    with pytest.raises(ImportFaults) as refused:
        give(world, "dn/x", [good])
    assert [fault.column for fault in refused.value.faults] == ["recipient"]
    with world.database.reading(world.tenant) as session:
        assert consents.of_worker(session, world.tenant, lan) == []
        assert chain.listed(session, world.tenant, limit=10, worker=lan) == []


def test_purposes_are_those_of_the_day(world: World, today: date) -> None:
    with world.database.reading(world.tenant) as session:
        listed = purposes.listed(session, world.tenant, today)
        assert purposes.find(session, world.tenant, TRANSCRIPT, today).needs_consent
        with pytest.raises(purposes.UnknownPurpose, match="employer-transcript"):
            purposes.find(session, world.tenant, "marketing", today)
        with pytest.raises(NoPersonalDataRules):
            purposes.listed(session, world.tenant, date(2025, 12, 31))
        terms = purposes.rules(session, world.tenant, today).terms
    ids = [one.id for one in listed]
    assert {*purposes.OF_ROLE.values(), purposes.CONNECTED} <= set(ids)
    assert all(one.ground for one in listed)
    restrict = terms["restrict"]
    assert (restrict.days, restrict.days_with_others, restrict.extension_days) == (15, 20, 15)
    assert [kind for kind in personal_data.REQUESTS if terms[kind].sure] == ["restrict", "object", "withdraw"]
