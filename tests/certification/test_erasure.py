"""What becomes of evidence when the person whom it is about is erased from the store."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from certification.acts import chain
from certification.evidence import attendance_lists, declarations, feed, forgetting, issuing, kept_files
from certification.evidence.declared import Declared
from certification.evidence.forgetting import Forgotten
from certification.evidence.witnesses import Witness
from certification.models import KeptFile, WaitingStatement, Worker, WorkerIdentifier
from certification.people import linking, merging
from lrs import api, credentials, erasure
from lrs.db import Database
from lrs.errors import InvalidRequest
from lrs.models import Statement
from lrs.privacy import OpaqueAccounts
from tests.certification.evidence.test_attendance_lists import USUAL, list_csv, said
from tests.certification.evidence.test_declarations import COURSE, PDF, PNG, READING
from tests.certification.learning import facts, follow_all, group, ifi, statement, store, waiting
from tests.certification.spreadsheets.workbooks import xlsx
from tests.certification.world import World
from tests.conftest import PEPPER


def erase(database: Database, identity: api.Identity, name: str, now: datetime) -> None:
    agent = statement(name)["actor"]
    accounts = OpaqueAccounts.of(identity.tenant, PEPPER)
    erasure.erase(database, identity.tenant, agent, key=identity.erasure_key, accounts=accounts, reason="", now=now)


def test_facts_stay_until_they_are_rebuilt_and_then_count_for_nobody(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an"), statement(group("an", "nobody")))
    follow_all(database, tenant, now)
    before = facts(database, tenant)
    assert before
    erase(database, identity, "an", now)
    follow_all(database, tenant, now)
    assert facts(database, tenant) == before
    with database.writing(tenant) as session:
        assert linking.forget_actor(session, tenant, ifi("an")) == (True, 0)
        assert linking.forget_actor(session, tenant, ifi("an")) == (False, 0)
    feed.rebuild(database, tenant, now=now)
    assert facts(database, tenant) == set()
    assert [actor for actor, *_ in waiting(database, tenant)] == [ifi("nobody")]


def test_an_unknown_actor_who_is_erased_is_listed_no_more_whatever_comes_first(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("stranger"), statement("another"))
    follow_all(database, tenant, now)
    store(database, identity, statement("stranger"))
    erase(database, identity, "stranger", now)
    follow_all(database, tenant, now)
    with database.reading(tenant) as session:
        listed = [actor.ifi for actor in linking.unknown_actors(session, tenant)]
    assert sorted(listed) == sorted([ifi("another"), ifi("stranger")])
    feed.rebuild(database, tenant, now=now)
    with database.reading(tenant) as session:
        assert [actor.ifi for actor in linking.unknown_actors(session, tenant)] == [ifi("another")]


def test_the_command_forgets_link_and_waiting_statements(
    app: Flask, database: Database, tenant: UUID, other_tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    def run(*words: str) -> Result:
        return app.test_cli_runner().invoke(args=["certification", *words])

    store(database, identity, statement("an"), statement("stranger"))
    follow_all(database, tenant, now)
    assert "linked to nobody" in run("forget-actor", ifi("an"), "--tenant", "other").output
    assert "is no more" in run("forget-actor", ifi("an")).output
    assert "1 Statements waited" in run("forget-actor", ifi("stranger")).output
    with database.reading(tenant) as session:
        for table in (WorkerIdentifier, WaitingStatement):
            assert session.scalars(sa.select(table.ifi).where(table.tenant_id == tenant)).all() == []
    assert run("forget-actor", "nothing at all").exit_code == 1


# ---------------------------------------------------------------- files that show the person

OFFICER = Witness("can-bo-1")


def known(world: World, *names: str) -> None:
    """NV-1, NV-2 … in dn/a, each known by an account."""
    with world.database.writing(world.tenant) as session:
        for place, name in enumerate(names, start=1):
            world.employ(session, "dn/a")
            linking.link(session, world.tenant, ifi(name), f"NV-{place}", by="test", now=world.now)


def forget(world: World, name: str) -> Forgotten:
    with world.database.writing(world.tenant) as session:
        return forgetting.forget_actor(session, world.tenant, ifi(name), by="operator", now=world.now)


def declare(world: World, number: str, what: Declared, file: bytes) -> UUID:
    told = {"file_name": f"{number}.pdf", "witness": Witness(number), "secret": PEPPER, "now": world.now}
    with world.database.writing(world.tenant) as session:
        return declarations.declare(session, world.tenant, number, what, file=file, **told).id  # type: ignore[arg-type]


def take_in(world: World, data: bytes, code: str = "DS-01", name: str = "ds.csv") -> attendance_lists.ListResult:
    told = {"organizer": "cdcs/a", "kind": "paper", "witness": OFFICER, "secret": PEPPER, "now": world.now}
    with world.database.writing(world.tenant) as session:
        return attendance_lists.take_in(session, world.tenant, data, code=code, file_name=name, **told)  # type: ignore[arg-type]


def files(world: World, tenant: UUID | None = None) -> dict[str, tuple[str, bytes]]:
    owner = tenant or world.tenant
    with world.database.reading(owner) as session:
        asked = sa.select(KeptFile.sha256, KeptFile.content_type, KeptFile.content, KeptFile.length)
        rows = session.execute(asked.where(KeptFile.tenant_id == owner)).all()
    assert all(row.length == len(row.content) for row in rows)
    return {row.sha256: (row.content_type, row.content) for row in rows}


def test_files_that_the_person_declared_go_and_what_another_declared_stays(world: World) -> None:
    known(world, "an", "binh")
    own = declare(world, "NV-1", COURSE, PDF + b" of an")
    declare(world, "NV-1", READING, PNG)
    others = declare(world, "NV-2", READING, PNG)
    assert forget(world, "an") == Forgotten(True, 0, 1, 0, 0)
    assert [content for _, content in files(world).values()] == [PNG], "the other one's proof"
    with world.database.reading(world.tenant) as session:
        [listed] = [one for one in declarations.listing(session, world.tenant, number="NV-1") if one.id == own]
        assert (listed.sha256, listed.file_name, listed.title) == (None, None, COURSE.title), "the record stays"
        with pytest.raises(kept_files.UnknownFile):
            declarations.read_file(session, world.tenant, "NV-1", own)
        assert declarations.read_file(session, world.tenant, "NV-2", others)[1] == PNG
    assert forget(world, "an") == Forgotten(False, 0, 0, 0, 0)


def test_in_lists_the_rows_of_the_person_are_emptied_and_the_others_stay_cell_by_cell(
    world: World, now: datetime
) -> None:
    known(world, "an", "binh", "chi")
    first = list_csv(said("NV-1"), said("NV-2"), said("NV-3", minutes="45"))
    second = list_csv(said("NV-2"), said("NV-1", minutes="30"), said("NV-1", activity="Khác"))
    elsewhere = list_csv(said("NV-3", activity="Không có người ấy"))
    for data in (first, second):
        take_in(world, data, name="Danh sách.v1.csv")
    take_in(world, elsewhere, "DS-02")
    follow_all(world.database, world.tenant, now)
    before, stored = facts(world.database, world.tenant), files(world)

    assert forget(world, "an") == Forgotten(True, 0, 0, 2, 0)
    kept = files(world)
    assert kept.keys() == stored.keys(), "known by the hash of what was handed in"
    hashes = [kept_files.hash_of(data) for data in (first, second, elsewhere)]
    assert kept[hashes[2]] == stored[hashes[2]]
    for sha256, whole, theirs in ((hashes[0], first, [1]), (hashes[1], second, [2, 3])):
        lines, originals = (text.decode("utf-8-sig").splitlines() for text in (kept[sha256][1], whole))
        assert lines == ["" if number in theirs else line for number, line in enumerate(originals)]
        assert b"NV-1" not in kept[sha256][1]
    assert facts(world.database, world.tenant) == before
    assert take_in(world, second).version == 2, "the original again is no news"
    assert files(world) == kept, "and does not come back"
    with world.database.reading(world.tenant) as session:
        of_list = attendance_lists.versions(session, world.tenant, "cdcs/a", "DS-01")
    assert [one.file_name for one in of_list] == ["Danh sách.v1.csv"] * 2
    assert forget(world, "chi").lists_emptied == 2
    assert not any(b"NV-3" in content for _, content in files(world).values())


def test_a_workbook_becomes_a_table_without_the_person(world: World) -> None:
    known(world, "an", "binh")
    rows = [{**USUAL, **said("NV-1")}, {**USUAL, **said("NV-2")}]
    page: list[list[object]] = [["Danh sách tham gia"], [], list(rows[0]), [], *[list(row.values()) for row in rows]]
    take_in(world, xlsx(*page), name="ds.xlsx")
    assert forget(world, "an").lists_emptied == 1
    [(content_type, content)] = files(world).values()
    assert content_type == "text/csv"
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Mã người lao động,Nội dung")
    assert [number for number, line in enumerate(lines, start=1) if line.strip(",")] == [1, 6]
    assert lines[5].startswith("NV-2,")
    with world.database.reading(world.tenant) as session:
        [version] = attendance_lists.versions(session, world.tenant, "cdcs/a", "DS-01")
    assert version.file_name == "ds.csv"


def test_numbers_of_records_that_were_merged_are_the_persons_too_and_another_tenants_files_stay(
    world: World, other_world: World
) -> None:
    known(world, "an", "binh", "chi")
    take_in(world, list_csv(said("NV-1"), said("NV-2"), said("NV-3")))
    known_there = list_csv(said("NV-1"))
    take_in(other_world, known_there)
    with world.database.writing(world.tenant) as session:
        merging.merge(session, world.tenant, "NV-1", "NV-2", by="Chị Hoa", basis="một người", now=world.now)
    assert forget(world, "an").lists_emptied == 1
    [(_, content)] = files(world).values()
    assert b"NV-3" in content
    assert not (b"NV-1" in content or b"NV-2" in content)
    assert known_there in [data for _, data in files(other_world).values()]


# ---------------------------------------------------------------- Statements that we made, acts on record


def texts(world: World, tenant: UUID | None = None) -> bytes:
    owner = tenant or world.tenant
    with world.database.reading(owner) as session:
        return "\n".join(session.scalars(sa.select(Statement.exact).where(Statement.tenant_id == owner))).encode()


def test_statements_made_of_lists_and_declarations_name_the_worker_no_more(world: World, other_world: World) -> None:
    known(world, "an", "binh")
    known(other_world, "an")
    declare(world, "NV-1", COURSE, PDF)
    declare(other_world, "NV-1", COURSE, PDF)
    take_in(world, list_csv(said("NV-1"), said("NV-2")))
    number = issuing.agent(world.tenant, "worker/NV-1")
    assert texts(world).count(b'"worker/NV-1"') == 3, "the Actor of both, and the Authority of what the worker declared"
    accounts, key = OpaqueAccounts.of(world.tenant, PEPPER), credentials.erasure_key(PEPPER, world.tenant)
    erasure.erase(world.database, world.tenant, number, key=key, accounts=accounts, reason="", now=world.now)
    assert b"NV-1" not in texts(world)
    assert b'"worker/NV-2"' in texts(world)
    assert b'"worker/NV-1"' in texts(other_world)


def test_an_organization_that_speaks_is_no_person_to_erase(world: World) -> None:
    accounts, key = OpaqueAccounts.of(world.tenant, PEPPER), credentials.erasure_key(PEPPER, world.tenant)
    with pytest.raises(InvalidRequest):
        erasure.erase(
            world.database, world.tenant, issuing.agent(world.tenant, "organization/dn/a"), key=key, accounts=accounts,
            reason="", now=world.now,
        )  # fmt: skip


def test_acts_about_the_person_lose_their_details_and_the_chain_holds(world: World, other_world: World) -> None:
    known(world, "an", "binh")
    with world.database.writing(world.tenant) as session:
        merging.merge(session, world.tenant, "NV-2", "NV-1", by="Chị Hoa", basis="một người", now=world.now)
        asked = sa.select(Worker.id, Worker.number).where(Worker.tenant_id == world.tenant).order_by(Worker.number)
        said_of = [(f"certificate:{one.number}", one.id, {"number": "01"}) for one in session.execute(asked)]
        about = [*said_of, ("unit:dn/a", None, {"name": "A"})]
        chain.add_many(session, world.tenant, about, by="hoa", act="certificate.number", now=world.now)
    assert forget(world, "an").acts_emptied == 3, "the merging too"
    with world.database.reading(world.tenant) as session:
        details = {
            one.subject: one.detail for one in chain.listed(session, world.tenant, limit=10) if one.act != chain.ERASING
        }
        assert details.pop("unit:dn/a") == {"name": "A"}
        assert {"certificate:NV-1", "certificate:NV-2"} < details.keys()
        assert set(details.values()) == {None}
        assert chain.verify(session, world.tenant).faults == ()
    assert forget(world, "an").acts_emptied == 0
