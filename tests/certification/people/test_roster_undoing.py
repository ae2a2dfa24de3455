"""An import of a roster is undone: what it brought in goes, what it changed comes back, what rests on it stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification import import_undoing
from certification.access import roles
from certification.acts import chain
from certification.import_undoing import Plan, Undoing
from certification.models import (
    Audience,
    Employment,
    FileImport,
    FileImportChange,
    NationalNumber,
    Stale,
    TeamMember,
    UnionRole,
    Worker,
    WorkerIdentifier,
)
from certification.people import file_imports, national_numbers, roster, workers
from certification.people.file_imports import Outcome
from certification.people.roster_file import read_roster
from certification.people.roster_journal import Journal
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs.db import Database, new_id
from tests.certification.import_files import ORGANIZATIONS
from tests.certification.people.test_roster import file, row
from tests.conftest import PEPPER

OWNER = UUID(int=7)
TABLES = Worker, Employment, UnionRole, Audience, WorkerIdentifier


class Office:
    """Whoever takes files in, one after the other, and undoes them."""

    def __init__(self, database: Database, tenant: UUID, now: datetime) -> None:
        self.database, self.tenant, self.now = database, tenant, now
        with database.writing(tenant) as session:
            organizations.import_organizations(session, tenant, ORGANIZATIONS, now=now)

    def take_in(self, *rows: dict[str, object]) -> UUID:
        keys = national_numbers.Keys.of(self.tenant, PEPPER)
        with self.database.writing(self.tenant) as session:
            made = file_imports.begin(
                session, self.tenant, account=OWNER, by="lan", kind="roster", file_name="ds.csv", data=b"x",
                checks=False, pepper=PEPPER, now=self.now,
            )  # fmt: skip
        with self.database.writing(self.tenant) as session:
            told = read_roster(file(*rows), today=vietnam_day(self.now))
            roster.take_in(session, self.tenant, told, now=self.now, keys=keys, journal=Journal(made))
            file_imports.end(session, self.tenant, made, file_imports.DONE, Outcome())
        return made

    def undo(self, made: UUID) -> Plan:
        with self.database.writing(self.tenant) as session:
            known = file_imports.find(session, self.tenant, made, OWNER)
            undoing = Undoing(by="lan", reason="nhầm tệp", now=self.now, secret=PEPPER)
            return import_undoing.undo(session, self.tenant, known, undoing)

    def stands(self) -> dict[str, set[tuple[Any, ...]]]:
        """Every row about people as it is, by table, without the records of those taken out."""
        found: dict[str, set[tuple[Any, ...]]] = {}
        with self.database.reading(self.tenant) as session:
            for model in TABLES:
                table = model.__table__
                columns = [one for one in table.c if one.name not in ("linked", "erased")]  # type: ignore[attr-defined]
                query = sa.select(*columns).where(table.c.tenant_id == self.tenant)
                if model is Worker:
                    query = query.where(Worker.erased.is_(None))
                found[table.name] = {tuple(one) for one in session.execute(query)}  # type: ignore[attr-defined]
        return found

    def ask(self, query: Any) -> Any:
        with self.database.reading(self.tenant) as session:
            return session.scalars(query).all()


@pytest.fixture
def office(database: Database, tenant: UUID, now: datetime) -> Office:
    return Office(database, tenant, now)


KNOWN = (
    row("A1", position="Thợ may", member="có", gender="nữ"),
    row("A2", position="Thợ cắt", member="không"),
)
NEXT = (
    row("A1", name="Nguyễn Thị Hoà", position="Tổ trưởng", member="không", gender="nữ"),
    row("A2", position="Thợ cắt", member="có", end="31/10/2026"),
    row("B1", name="Lê Văn Mới", position="Thợ phụ", member="có", gender="nam"),
)


def test_everything_is_as_before_and_it_is_an_act_after_which_all_are_judged_again(office: Office) -> None:
    office.take_in(*KNOWN)
    before = office.stands()
    made = office.take_in(*NEXT)
    assert office.stands() != before
    with office.database.writing(office.tenant) as session:
        session.execute(sa.delete(Stale).where(Stale.tenant_id == office.tenant))
    plan = office.undo(made)
    assert (plan.removed, plan.put_back, plan.left) == (1, 2, [])
    assert office.stands() == before
    assert office.ask(
        sa.select(Worker.full_name).where(Worker.tenant_id == office.tenant, Worker.erased.is_not(None))
    ) == ["(đã hoàn tác)"]
    assert len(office.ask(sa.select(Stale.worker_id).where(Stale.tenant_id == office.tenant).distinct())) == 3
    with office.database.reading(office.tenant) as session:
        done = chain.listed(session, office.tenant, limit=1)[0]
        assert chain.verify(session, office.tenant).faults == ()
    assert (done.act, done.subject, done.detail and done.detail["reason"]) == (
        "import.undo", f"import:{made}", "nhầm tệp",
    )  # fmt: skip
    assert office.ask(sa.select(FileImportChange.worker_id).where(FileImportChange.import_id == made)) == []
    with pytest.raises(import_undoing.NotUndone, match="đã được hoàn tác"):
        office.undo(made)
    again = office.take_in(*NEXT)
    assert office.undo(again).left == [], "the number of whoever was taken out is free again"
    assert office.stands() == before


def test_what_a_second_import_changed_meanwhile_stays_and_is_named(office: Office) -> None:
    office.take_in(*KNOWN)
    first = office.take_in(*NEXT)
    office.take_in(row("A1", name="Nguyễn Thị Hoà", position="Quản đốc", gender="nữ"), row("B1", name="Lê Văn Mới B"))
    after = office.stands()
    plan = office.undo(first)
    assert [(one.number, one.why) for one in plan.left] == [
        ("A1", "nơi làm việc đã sửa lại sau đó"),
        ("B1", "người mới, đã được sửa sau lần nhập này; giữ nguyên cả hồ sơ"),
    ]
    assert (plan.removed, plan.put_back) == (0, 2)
    now = office.stands()
    jobs = Employment.__tablename__
    of = {one.number: one.id for one in office.ask(sa.select(Worker).where(Worker.tenant_id == office.tenant))}
    for name in ("A1", "B1"):
        assert {one for one in now[jobs] if of[name] in one} == {one for one in after[jobs] if of[name] in one}
    named = sa.select(Worker.full_name).where(Worker.tenant_id == office.tenant).order_by(Worker.number)
    assert office.ask(named)[0::2] == ["Nguyễn Thị Hoa", "Lê Văn Mới B"]


def test_a_new_worker_on_whom_something_rests_stays_whole(office: Office) -> None:
    made = office.take_in(*NEXT)
    with office.database.writing(office.tenant) as session:
        roles.set_team(session, office.tenant, "dn/1", "Tổ 1", ["B1"], on=vietnam_day(office.now))
    plan = office.undo(made)
    assert [(one.number, one.why) for one in plan.left] == [("B1", "người mới, đã vào một tổ; giữ nguyên cả hồ sơ")]
    with office.database.reading(office.tenant) as session:
        assert workers.known_workers(session, office.tenant, ["A1", "A2", "B1"]).keys() == {"B1"}
        assert session.scalars(sa.select(TeamMember.worker_id).where(TeamMember.tenant_id == office.tenant)).one()
        kept = sa.select(Employment.started).where(Employment.tenant_id == office.tenant)
        assert session.scalars(kept).all() == [date(2020, 2, 1)]


def test_an_old_employment_does_not_come_back_over_a_later_one(office: Office) -> None:
    office.take_in(row("A1"))
    ended = office.take_in(row("A1", end="31/03/2026"))
    office.take_in(row("A1", start="01/06/2026"))
    with office.database.reading(office.tenant) as session:
        known = file_imports.find(session, office.tenant, ended, OWNER)
        plan = import_undoing.survey(session, office.tenant, known)
    assert [one.why for one in plan.left] == ["nơi làm việc đã sửa lại sau đó"]
    with pytest.raises(import_undoing.NotUndone, match="mọi dòng"):
        office.undo(ended)


def test_new_national_numbers_and_accounts_go_and_old_numbers_are_named(office: Office) -> None:
    office.take_in(row("A1", cccd="001190000123"), row("A2"))
    made = office.take_in(row("A1", cccd="001190000456"), row("A2", cccd="001190000789"))
    plan = office.undo(made)
    assert [(one.number, one.why) for one in plan.left] == [
        ("A1", "số định danh cũ không còn được giữ, hoặc đã đổi sau đó")
    ]
    mine = NationalNumber.tenant_id == office.tenant
    assert office.ask(sa.select(NationalNumber.ending).where(mine)) == ["456"]


def test_files_and_imports_are_forgotten_in_time_and_nobody_else_finds_them(office: Office) -> None:
    made = office.take_in(*KNOWN)
    with office.database.reading(office.tenant) as session:
        with pytest.raises(file_imports.UnknownImport):
            file_imports.find(session, office.tenant, made, new_id())
        with pytest.raises(file_imports.UnknownImport):
            file_imports.find(session, new_id(), made, None)
    office.now += file_imports.KEPT + timedelta(seconds=1)
    office.take_in(row("A3"))
    assert (
        office.ask(sa.select(FileImport.id).where(FileImport.tenant_id == office.tenant, FileImport.id == made)) == []
    )
    assert office.ask(sa.select(FileImportChange.worker_id).where(FileImportChange.import_id == made)) == []
