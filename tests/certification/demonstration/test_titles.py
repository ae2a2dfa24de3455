"""The demonstration's officers lead who meets the criteria to certificates, which anybody can verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.certificates import register
from certification.demonstration import people, preparation, titles
from certification.demonstration.errors import NotVerified
from certification.demonstration.people import Vouching, World
from certification.demonstration.poster import Connection
from certification.demonstration.titles import Union
from certification.dossiers import listing, reviews
from certification.judgement import assessments, judging
from certification.models import Award
from certification.people import workers
from certification.rules.criteria import PROGRAMME
from lrs.db import Database
from tests.conftest import PEPPER

AS_OF = date(2026, 11, 20)
PUBLIC_URL = "https://cdht.example.vn"
INDICATORS = [f"CS{number}" for number in range(1, 11)]


@pytest.fixture
def world(database: Database, tenant: UUID, now: datetime, tmp_path: Path) -> World:
    """Six people of one enterprise, and one of another below the same union, for whom others vouch in everything."""
    invented = people.invent(seed=1268, as_of=AS_OF, workers=120)
    of = {"dn/vd-02": 6, "dn/vd-03": 1}
    made = []
    for person in invented.people:
        if len(person.jobs) == 1 and person.employed_on(AS_OF) and not person.double and of.get(person.enterprise.code):
            of[person.enterprise.code] -= 1
            given = tuple(Vouching(2026, one, 9, "Tổ (bịa)", AS_OF, "Nhận xét (bịa)") for one in INDICATORS)
            person = replace(person, vouchings=given)
        made.append(person)
    invented = replace(invented, people=tuple(made))
    preparation.load_rules(database, tenant, now=now)
    preparation.import_people(database, tenant, invented, tmp_path, now=now, on_row=lambda count: None)
    return invented


def _unions(database: Database, tenant: UUID, world: World) -> tuple[Union, ...]:
    with database.reading(tenant) as session:
        known = workers.known_workers(session, tenant, [one.number for one in world.people])
        found = assessments.known_on(session, tenant, [one.id for one in known.values()], PROGRAMME, AS_OF)
    judged = {one.worker_id: one for one in found}
    return titles.unions(world, {number: judged[one.id] for number, one in known.items() if one.id in judged})


def _issued(database: Database, tenant: UUID, world: World, folder: Path) -> None:
    told = _unions(database, tenant, world)
    assert [(one.code, len(one.people)) for one in told] == [("cdcs/vd-02", 6), ("cdcs/vd-03", 1)]
    counted: list[int] = []
    titles.recognise(database, tenant, world, told, on_person=counted.append)
    assert sum(counted) == 7
    titles.issue_and_draw(
        database, tenant, AS_OF, folder, public_url=PUBLIC_URL, secret=PEPPER, on_paper=lambda count: None
    )


def test_certificates_come_of_a_decision_and_verify_and_a_second_time_nothing_changes(
    database: Database, tenant: UUID, world: World, tmp_path: Path, connect: Callable[[], Connection]
) -> None:
    folder = tmp_path / titles.FOLDER
    files: list[dict[str, bytes]] = []
    for _ in range(2):
        _issued(database, tenant, world, folder)
        files.append({one.name: one.read_bytes() for one in folder.iterdir() if one.suffix != ".xlsx"})
    assert files[0] == files[1]
    assert len(files[0]) == 12  # six papers and their credentials; the register is a workbook
    with database.reading(tenant) as session:
        found = listing.counts(session, tenant, 2026, None, on=AS_OF)
        assert (found.registered, found.proposed, found.recognised, found.refused) == (7, 7, 6, 1)
        assert not chain.verify(session, tenant).faults
    checked: list[int] = []
    titles.verify(folder, connect().base, on_checked=checked.append)
    assert len(checked) == 6


def test_a_title_whose_ground_changed_is_kept_by_an_officer_once(
    database: Database, tenant: UUID, world: World, now: datetime, tmp_path: Path
) -> None:
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    _issued(database, tenant, world, tmp_path / titles.FOLDER)
    told = _unions(database, tenant, world)
    for _ in range(2):
        titles.review(database, tenant, told, now=now + timedelta(days=1))
    with database.reading(tenant) as session:
        (one,) = reviews.listing(session, tenant, limit=10, state=None)
        held = session.scalars(sa.select(Award.withdrawn_on).where(Award.tenant_id == tenant, Award.year == 2026)).all()
        assert not chain.verify(session, tenant).faults
    assert (one.state, [each.kind for each in one.why]) == ("kept", ["attestation_withdrawn"])
    assert set(held) == {None}


def test_a_changed_or_withdrawn_certificate_is_told(
    database: Database, tenant: UUID, world: World, now: datetime, tmp_path: Path, connect: Callable[[], Connection]
) -> None:
    folder = tmp_path / titles.FOLDER
    _issued(database, tenant, world, folder)
    file = sorted(folder.glob("*.json"))[-1]
    kept = file.read_bytes()
    file.write_bytes(kept.replace("năm 2026".encode(), "năm 2027".encode()))
    with pytest.raises(NotVerified, match=f"{file.name}: The document was changed"):
        titles.verify(folder, connect().base, on_checked=lambda count: None)
    file.write_bytes(kept)
    with database.writing(tenant) as session:
        code = json.loads(kept)["evidence"][0]["id"].rpartition("/")[2]
        entry = next(one for one in titles.issued(session, tenant) if one.code == code)
        register.withdraw(session, tenant, entry.id, reason="QĐ 9", ends_title=True, by="hoa", now=now)
    with pytest.raises(NotVerified, match="is withdrawn"):
        titles.verify(folder, connect().base, on_checked=lambda count: None)


def test_where_nobody_meets_the_criteria_nobody_is_recognised(
    database: Database, tenant: UUID, world: World, tmp_path: Path
) -> None:
    assert titles.unions(world, {}) == ()
    titles.recognise(database, tenant, world, (), on_person=lambda count: None)
    with database.reading(tenant) as session:
        assert titles.issued(session, tenant) == []
