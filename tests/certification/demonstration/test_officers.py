"""Lists on paper become Statements of their unions; two records of one person become one, with all that is theirs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.demonstration import officers, people, preparation
from certification.demonstration.people import World
from certification.models import AttendanceRow
from certification.people import linking, workers
from lrs import api
from lrs.db import Database
from tests.conftest import PEPPER

AS_OF = date(2026, 11, 20)


@pytest.fixture
def world(database: Database, tenant: UUID, now: datetime, tmp_path: Path) -> World:
    invented = people.invent(seed=1268, as_of=AS_OF, workers=120)
    preparation.load_rules(database, tenant, now=now)
    preparation.import_people(database, tenant, invented, tmp_path, now=now, on_row=lambda count: None)
    return invented


def test_lists_count_once_and_a_correction_voids_what_is_gone(
    database: Database, tenant: UUID, world: World, now: datetime, tmp_path: Path
) -> None:
    def take_in() -> int:
        return officers.take_in_lists(
            database, tenant, world, tmp_path, secret=PEPPER, now=now, on_row=lambda count: None
        )

    brought = list(officers.lists(world))
    assert sum(one.reason is not None for one in brought) == 1
    final = {one.code: one.rows for one in brought}
    assert len(final) > 8
    for _ in range(2):  # a second time everything is there
        assert take_in() == sum(final.values())
        with database.reading(tenant) as session:
            live = session.scalars(
                sa.select(AttendanceRow.statement_id).where(
                    AttendanceRow.tenant_id == tenant, AttendanceRow.removed_in.is_(None)
                )
            ).all()
            assert len(live) == sum(final.values())
            assert not any(one.voided for one in api.get_statements(session, tenant, live))


def test_who_was_on_the_roster_twice_is_one_person_with_both_accounts(
    database: Database, tenant: UUID, world: World, now: datetime
) -> None:
    doubles = [one for one in world.people if one.double]
    for _ in range(2):
        assert officers.merge_doubles(database, tenant, world, now=now) == len(doubles) == 2
    with database.reading(tenant) as session:
        employed = workers.employments(session, tenant, AS_OF)
        assert len(employed) == sum(job.on(AS_OF) for one in world.people for job in one.jobs)
        for person in doubles:
            kept = workers.find(session, tenant, person.double)
            assert kept.number == person.number
            assert len(linking.links_of(session, tenant, kept.id)) == len(person.accounts)
