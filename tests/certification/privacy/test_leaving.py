"""When the employment has ended: the enterprise sees nothing, the worker chooses, and by default all goes in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.acts import chain
from certification.models import Consent, Employment, NationalNumber, RuleFile, Worker
from certification.people import national_numbers
from certification.privacy import leaving
from certification.privacy.leaving import Leaver, NoTermForLeavers
from lrs.db import new_id
from tests.certification.dossiers.desk import Desk
from tests.certification.learning import PROGRAMME
from tests.conftest import PEPPER

LAST = date(2026, 8, 1)
DUE = LAST + timedelta(days=91)


def leave(desk: Desk, *numbers: str) -> None:
    ids = [desk.workers[one] for one in numbers]
    with desk.world.database.writing(desk.tenant) as session:
        session.execute(sa.update(Employment).where(Employment.worker_id.in_(ids)).values(ended=LAST))


def agree(desk: Desk, number: str, until: date) -> None:
    said = {"recipient_id": desk.world.ids["cdcs/a"], "rule_file_id": new_id(), "shown": "x", "shown_digest": "x"}
    how = {"given": desk.now, "given_by": "hoa", "given_how": "paper", "paper": "1", "starts": LAST, "expires": until}
    with desk.world.database.writing(desk.tenant) as session:
        session.add(
            Consent(
                worker_id=desk.workers[number], id=new_id(), tenant_id=desk.tenant, purpose=leaving.UNION_RECORD,
                until=until, **said, **how,
            )
        )  # fmt: skip


def listed(desk: Desk, today: date) -> list[Leaver]:
    with desk.reading() as session:
        return leaving.leavers(session, desk.tenant, today, programme=PROGRAMME)


def test_who_left_is_due_after_the_days_unless_the_union_keeps_the_record(desk: Desk) -> None:
    assert listed(desk, DUE) == []
    leave(desk, "NV-1", "NV-2", "NV-3")
    with desk.world.database.writing(desk.tenant) as session:
        desk.world.also(session, desk.workers["NV-3"], "dn/b", started=date(2026, 9, 1))
    agree(desk, "NV-2", date(2027, 8, 1))
    found = listed(desk, DUE)
    assert [(one.number, one.last_day, one.due) for one in found] == [("NV-1", LAST, DUE), ("NV-2", LAST, DUE)]
    assert [one.erased_on(DUE) for one in found] == [True, False]
    assert not found[0].erased_on(DUE - timedelta(days=1))
    assert [one.erased_on(date(2027, 8, 1)) for one in listed(desk, date(2027, 8, 1))] == [True, True]
    assert listed(desk, LAST) == [], "employed on the last day still"


def test_with_the_last_day_the_enterprise_sees_nothing_any_more(desk: Desk) -> None:
    leave(desk, "NV-1")
    employer = desk.who("dn", Role.ENTERPRISE, "dn/a")
    for day, seen in ((LAST, {"NV-1", "NV-2"}), (LAST + timedelta(days=1), {"NV-2"})):
        with desk.reading() as session:
            within = rights.reach(employer, Act.READ_LEARNING, day).workers(session, Worker.id)
            assert set(session.scalars(sa.select(Worker.number).where(Worker.tenant_id == desk.tenant, within))) == seen


def test_a_record_that_the_union_keeps_loses_the_national_number(desk: Desk) -> None:
    leave(desk, "NV-1", "NV-2")
    agree(desk, "NV-2", date(2027, 8, 1))
    keys = national_numbers.Keys.of(desk.tenant, PEPPER)
    with desk.world.database.writing(desk.tenant) as session:
        for number, digits in (("NV-2", "001090000002"), ("NV-3", "001090000003")):
            one = national_numbers.check(digits)
            row = national_numbers.row(keys, one, desk.workers[number], sealed=False, now=desk.now)
            session.add(NationalNumber(**row))
    told = {"by": "timer", "now": datetime.combine(DUE, desk.now.timetz())}
    assert leaving.without_employer(desk.world.database, desk.tenant, listed(desk, DUE), **told) == 1  # type: ignore[arg-type]
    assert leaving.without_employer(desk.world.database, desk.tenant, listed(desk, DUE), **told) == 0  # type: ignore[arg-type]
    with desk.reading() as session:
        left: list[UUID] = list(
            session.scalars(sa.select(NationalNumber.worker_id).where(NationalNumber.tenant_id == desk.tenant))
        )
        acts = [one.act for one in chain.listed(session, desk.tenant, limit=5, worker=desk.workers["NV-2"])]
    assert left == [desk.workers["NV-3"]]
    assert acts == [leaving.NUMBER_ERASED]


def test_where_the_rules_say_nothing_nobody_is_erased(desk: Desk) -> None:
    with desk.world.database.writing(desk.tenant) as session:
        row = session.scalars(
            sa.select(RuleFile).where(RuleFile.tenant_id == desk.tenant, RuleFile.kind == "personal-data")
        ).one()
        before, _, after = row.text.partition("[leavers]")
        row.id, row.text = new_id(), before + after.partition("# ---")[1] + after.partition("# ---")[2]
    with pytest.raises(NoTermForLeavers):
        listed(desk, DUE)
