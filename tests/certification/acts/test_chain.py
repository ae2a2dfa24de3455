"""The record of acts tells every way in which somebody could change it, and erasing a person is none of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.acts.chain import Head
from certification.models import RecordedAct
from lrs.db import Database

NOW = datetime(2026, 11, 21, 2, 30, 15, 123456, tzinfo=UTC)
LAN = UUID("0190f3b0-0000-7000-8000-000000000001")
NAM = UUID("0190f3b0-0000-7000-8000-000000000002")


@pytest.fixture
def five(database: Database, tenant: UUID) -> Database:
    """Five acts of an officer: three about Lan, one about a batch, one more about Lan."""
    for number, act in enumerate(("register", "confirm", "propose", "decide", "issue")):
        with database.writing(tenant) as session:
            chain.add(
                session,
                tenant,
                by="chi.hoa",
                act=f"dossier.{act}",
                subject="batch:1" if act == "decide" else "dossier:lan",
                worker=None if act == "decide" else LAN,
                detail={"lý do": "đủ điều kiện", "số": number},
                now=NOW + timedelta(minutes=number),
            )
    return database


def checked(database: Database, tenant: UUID, known: Head | None = None) -> chain.Checked:
    with database.reading(tenant) as session:
        return chain.verify(session, tenant, known)


def change(database: Database, tenant: UUID, number: int, /, **values: Any) -> None:
    with database.writing(tenant) as session:
        session.execute(
            sa.update(RecordedAct).where(RecordedAct.tenant_id == tenant, RecordedAct.number == number).values(**values)
        )


def test_a_record_that_nobody_touched_is_whole(five: Database, tenant: UUID) -> None:
    found = checked(five, tenant)
    assert (found.faults, found.head.number, found.erased) == ((), 5, 0)
    with five.reading(tenant) as session:
        assert chain.head(session, tenant) == found.head


def test_a_tenant_without_acts_has_the_head_zero(database: Database, tenant: UUID) -> None:
    assert checked(database, tenant) == chain.Checked(Head(0, "00" * 32), 0, ())


@pytest.mark.parametrize(
    "values",
    [
        {"at": NOW - timedelta(days=1)},
        {"done_by": "anh.nam"},
        {"act": "dossier.refuse"},
        {"subject": "dossier:nam"},
        {"worker_id": NAM},
        {"worker_id": None},
        {"detail_digest": b"x" * 32},
        {"digest": b"x" * 32},
    ],
    ids=lambda values: f"{next(iter(values))}={next(iter(values.values()))!r:.12}",
)
def test_whatever_is_changed_in_an_act_is_told(five: Database, tenant: UUID, values: dict[str, Any]) -> None:
    change(five, tenant, 3, **values)
    assert any(fault.startswith("act 3:") for fault in checked(five, tenant).faults)


@pytest.mark.parametrize("values", [{"detail": '{"lý do":"khác","số":2}'}, {"salt": b"x" * 16}])
def test_a_detail_that_was_changed_is_one_fault(five: Database, tenant: UUID, values: dict[str, Any]) -> None:
    change(five, tenant, 3, **values)
    assert checked(five, tenant).faults == ("act 3: its detail is not what was written",)


@pytest.mark.parametrize("values", [{"detail": None, "salt": None}, {"detail": None}, {"salt": None}])
def test_a_detail_that_is_gone_without_an_act_of_erasing_is_told(
    five: Database, tenant: UUID, values: dict[str, Any]
) -> None:
    change(five, tenant, 3, **values)
    assert checked(five, tenant).faults == ("act 3: its detail is gone, and no act of erasing says why",)


def test_an_act_that_was_removed_is_told(five: Database, tenant: UUID) -> None:
    with five.writing(tenant) as session:
        session.execute(sa.delete(RecordedAct).where(RecordedAct.tenant_id == tenant, RecordedAct.number == 2))
    assert checked(five, tenant).faults == (
        "act 2 to 2: missing",
        "act 3: changed after it was written, or something before it is missing or added",
    )


def test_two_acts_that_changed_places_are_told(five: Database, tenant: UUID) -> None:
    for number, place in ((2, 99), (3, 2), (99, 3)):
        change(five, tenant, number, number=place)
    assert len(checked(five, tenant).faults) >= 2


def test_a_record_cut_short_holds_in_itself_and_not_the_head_known_from_elsewhere(five: Database, tenant: UUID) -> None:
    known = checked(five, tenant).head
    with five.writing(tenant) as session:
        session.execute(sa.delete(RecordedAct).where(RecordedAct.tenant_id == tenant, RecordedAct.number == 5))
    assert checked(five, tenant).faults == ()
    assert checked(five, tenant, known).faults == ("act 5: known from elsewhere, but the record ends with act 4",)


def test_a_record_written_anew_from_an_act_on_does_not_hold_the_head_known_from_elsewhere(
    five: Database, tenant: UUID
) -> None:
    known = checked(five, tenant).head
    with five.writing(tenant) as session:
        session.execute(sa.delete(RecordedAct).where(RecordedAct.tenant_id == tenant, RecordedAct.number == 5))
        chain.add(session, tenant, by="anh.nam", act="dossier.issue", subject="dossier:lan", worker=LAN, now=NOW)
    assert checked(five, tenant).faults == ()
    assert [fault[:20] for fault in checked(five, tenant, known).faults] == ["act 5: its digest is"]


def test_a_person_is_erased_and_the_record_holds_with_the_head_known_before(five: Database, tenant: UUID) -> None:
    known = checked(five, tenant).head
    with five.writing(tenant) as session:
        assert chain.erase_details(session, tenant, LAN, by="operator", now=NOW) == 4
    found = checked(five, tenant, known)
    assert (found.faults, found.erased, found.head.number) == ((), 4, 6)
    with five.writing(tenant) as session:
        assert chain.erase_details(session, tenant, uuid4(), by="operator", now=NOW) == 0
        acts = chain.listed(session, tenant, limit=10)
    assert [one.number for one in acts] == [6, 5, 4, 3, 2, 1]
    assert [one.detail for one in acts if one.worker == LAN] == [{}, None, None, None, None]
    assert next(one.detail for one in acts if one.worker is None) == {"lý do": "đủ điều kiện", "số": 3}


def test_many_acts_at_once_are_the_same_as_one_after_the_other(five: Database, tenant: UUID) -> None:
    about = [(f"dossier:{n}", uuid4(), {"số": n}) for n in range(3000)]
    with five.writing(tenant) as session:
        numbers = chain.add_many(session, tenant, about, by="chi.hoa", act="dossier.propose", now=NOW)
    assert numbers == list(range(6, 3006))
    assert checked(five, tenant) == chain.Checked(checked(five, tenant).head, 0, ())
    with five.writing(tenant) as session:
        assert chain.add_many(session, tenant, [], by="x", act="x", now=NOW) == []
        assert chain.listed(session, tenant, limit=1, subject="dossier:7")[0].number == 13
        assert [one.number for one in chain.listed(session, tenant, limit=9, worker=LAN, before=4)] == [3, 2, 1]


def test_what_is_not_committed_leaves_no_gap(five: Database, tenant: UUID) -> None:
    with pytest.raises(ZeroDivisionError), five.writing(tenant) as session:
        chain.add(session, tenant, by="x", act="x", subject="x", now=NOW)
        raise ZeroDivisionError
    assert checked(five, tenant).head.number == 5
