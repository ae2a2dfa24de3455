"""What repeats something is no more below this step, and comes back above it with all that it lends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command

import migrations
from certification.judgement import judging
from certification.models import Fact, FeedPosition, Occasion, Repeat
from lrs import api
from lrs.db import EVERY_TENANT, NOBODY, Database
from tests.certification.learning import PROFILE, VERBS, add_worker, follow_all, kept, load_rules, statement, store
from tests.conftest import PEPPER

CERTIFICATE = f"{PROFILE}/extension/certificate-number"


def told(database: Database, tenant: UUID) -> dict[str, set[tuple[Any, ...]]]:
    """Facts, repeats and occasions, whole."""
    with database.reading(tenant) as session:
        return {
            model.__tablename__: {
                tuple(row) for row in session.execute(sa.select(model.__table__).where(model.tenant_id == tenant))
            }
            for model in (Fact, Repeat, Occasion)
        }


def plain_facts(database: Database) -> set[tuple[Any, ...]]:
    """Facts as both sides of the step have them."""
    names = "worker_id, statement_id, what, day, year, minutes, score, quality, activity_key"
    with database.reading(EVERY_TENANT) as session:
        return {tuple(map(str, row)) for row in session.execute(sa.text(f"SELECT {names} FROM certification_fact"))}


def test_real_repeats_go_and_come_back_as_they_were(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    load_rules(database, tenant, now=now)
    add_worker(database, tenant, "NV-AN", "an", now=now)
    add_worker(database, tenant, "NV-BINH", "binh", now=now)
    keys = [credential(tenant) for _ in range(2)]
    with database.reading(NOBODY) as session:
        first, second = (api.identify(session, key, pepper=PEPPER, now=now) for key in keys)
    for name in ("an", "binh"):
        store(database, first, statement(name, result={"duration": "PT45M"}), statement(name, "reading"))
        store(
            database, second,
            statement(name, verb={"id": VERBS + "passed"}, timestamp="2026-05-04T09:00:00Z"),
        )  # fmt: skip
    certified = [statement("an", "digital-able", timestamp=f"2026-0{month}-04T03:00:00Z") for month in (6, 7)]
    for sender, one in zip((first, second), certified, strict=True):
        one["context"]["extensions"] = {CERTIFICATE: "CC-2026/0815"}
        store(database, sender, one)
    follow_all(database, tenant, now)
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    before, facts, results = told(database, tenant), plain_facts(database), kept(database, tenant)
    assert len({row[2] for row in before["certification_repeat"]}) == 3, "three Statements repeat others"
    assert len(before["certification_occasion"]) == 2

    config = migrations.config_for(database)
    command.downgrade(config, "0018")
    assert plain_facts(database) == facts
    assert not {"certification_repeat", "certification_occasion"} & set(sa.inspect(database.engine).get_table_names())

    migrations.upgrade(database)
    assert plain_facts(database) == facts
    with database.reading(tenant) as session:
        [token] = session.scalars(sa.select(FeedPosition.token).where(FeedPosition.tenant_id == tenant))
    assert token == "", "what did not count was not kept, so all is read again"
    follow_all(database, tenant, now)
    assert told(database, tenant) == before
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    assert kept(database, tenant) == results, "nobody is judged otherwise"
