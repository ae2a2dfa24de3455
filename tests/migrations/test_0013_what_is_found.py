"""Results kept as JSON stay readable beside findings; on the way back findings leave outcome and total behind."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import command

import migrations
from certification.judgement import kept
from lrs.db import EVERY_TENANT, Database

OLD = {
    "as_of": "2026-11-20", "criteria_set": "x", "indicators": [], "outcome": "met", "reasons": [], "rubric": "",
    "total": 80, "year": 2026,
}  # fmt: skip


def put(database: Database, workers: list[UUID], result: object) -> None:
    with database.writing(EVERY_TENANT) as session:
        table = sa.Table("certification_assessment", sa.MetaData(), autoload_with=session.connection())
        ids = {
            name: uuid4() if isinstance(table.c[name].type, sa.Uuid) else uuid4().hex
            for name in ("tenant_id", "criteria_set_id")
        }
        for minute, worker in enumerate(workers):
            own = worker if isinstance(table.c.worker_id.type, sa.Uuid) else worker.hex
            said = {"programme": "p", "year": 2026, "version": 1, "outcome": "met", "total": 80, "result": result}
            when = {"as_of": date(2026, 11, 20), "judged": datetime(2026, 11, 20, 5, minute, tzinfo=UTC)}
            new = {"causes": 0, "watermark": "", "place": minute + 1} if "place" in table.c else {}
            session.execute(table.insert(), [{"worker_id": own, **ids, **said, **when, **new}])


def test_results_as_json_come_up_in_order_and_findings_go_down_as_json(database: Database) -> None:
    config = migrations.config_for(database)
    command.downgrade(config, "0012")
    workers = [uuid4() for _ in range(3)]
    put(database, workers, json.dumps(OLD))

    command.upgrade(config, "0013")
    with database.reading(EVERY_TENANT) as session:
        rows = session.execute(sa.text("SELECT result, place FROM certification_assessment ORDER BY judged")).all()
        marked = session.scalar(sa.text("SELECT count(*) FROM certification_stale WHERE causes = 64"))
    assert [row.place for row in rows] == [1, 2, 3]
    assert {kept.of_old(bytes(row.result)).total for row in rows} == {80}
    assert marked == 3

    later = uuid4()
    put(database, [later], b"\x96\x01")
    command.downgrade(config, "0012")
    with database.reading(EVERY_TENANT) as session:
        texts = session.scalars(sa.text("SELECT result FROM certification_assessment")).all()
    told = [json.loads(text) for text in texts]
    assert [one["outcome"] for one in told] == ["met"] * 4
    assert {(one["as_of"], one["total"], one["year"]) for one in told} == {("2026-11-20", 80, 2026)}
