"""The invented files are what an officer could import: without fault, and a second time changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from certification.demonstration import people, preparation
from certification.demonstration.enterprises import merger
from certification.people import workers
from certification.units import organizations
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE
from lrs.db import Database

AS_OF = date(2026, 11, 20)


def test_every_file_is_imported_and_a_second_import_changes_nothing(
    database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    world = people.invent(seed=1268, as_of=AS_OF, workers=120)
    preparation.load_rules(database, tenant, now=now)
    rows: list[int] = []
    preparation.import_people(database, tenant, world, tmp_path, now=now, on_row=rows.append)
    with database.reading(tenant) as session:
        employed = workers.employments(session, tenant, AS_OF)
        tree = organizations.tree(session, tenant, AS_OF)
    records = {one.number: 1 + bool(one.double) for one in world.people}
    assert sum(records.values()) == len(world.people) + 2
    assert len(employed) == sum(job.on(AS_OF) * records[one.number] for one in world.people for job in one.jobs)
    assert rows[2] == sum(len(one.jobs) * records[one.number] for one in world.people)
    above = [tree.ancestors(node.code) for node in tree.nodes if node.kind == ENTERPRISE]
    assert len(above) == len(world.enterprises)
    assert all({"vn", "cd"} <= set(chain) for chain in above)

    new = merger(AS_OF)
    with database.reading(tenant) as session:
        before = organizations.tree(session, tenant, new.day - timedelta(days=1))
    below = [set(before.descendants(old, ADMINISTRATIVE)) - {old} for old in new.communes]
    assert all(below)
    assert set.union(*below) == set(tree.descendants(new.code, ADMINISTRATIVE)) - {new.code}
    assert not any(tree.exists(old) for old in new.communes)

    again: list[int] = []
    preparation.import_people(database, tenant, world, tmp_path, now=now, on_row=again.append)
    assert again == rows
    with database.reading(tenant) as session:
        assert workers.employments(session, tenant, AS_OF) == employed


def test_the_files_stay_in_the_folder_to_be_looked_at(
    database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    world = people.invent(seed=1268, as_of=AS_OF, workers=42)
    preparation.load_rules(database, tenant, now=now)
    preparation.import_people(database, tenant, world, tmp_path, now=now, on_row=lambda count: None)
    assert {path.name for path in tmp_path.glob("*.csv")} == {
        "to-chuc.csv",
        "sap-xep.csv",
        "nguoi-lao-dong.csv",
        "danh-hieu.csv",
        "xac-nhan.csv",
        "cam-ket.csv",
    }
    heading = (tmp_path / "nguoi-lao-dong.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert heading.startswith("Mã người lao động,Họ và tên,Giới tính,Mã doanh nghiệp")
