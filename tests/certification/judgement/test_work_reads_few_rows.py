"""What one turn of the work loop asks for is looked up by ids: no command of it reads all that a tenant has.

SQLite says how it will read before it knows how much there is, so its plans for a few rows are those for millions;
PostgreSQL plans by what it has counted. What is asked is the same of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evidence import feed
from certification.judgement import judging
from certification.models import Base
from certification.targets import settling
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database
from tests.certification.learning import statement, store

GROWING = sorted(
    name
    for name, table in Base.metadata.tables.items()
    if table.info.get("distribution") in ("worker_id", "id", "actor_key", "statement_id")
    and name not in ("certification_stale", "certification_uncounted")  # marks: what there is to do, and no more
)
"""Tables of which a tenant has more rows the more people it has."""

OF_ONE = re.compile(r"\b(id|worker_id|statement_id|actor_key|occasion_key|merged_into|place)\b")
"""What a row is found by: the worker, the Statement, the Actor, the newest place."""

LAST_PLACE = re.compile(
    r"^SELECT certification_assessment\.place\s.*ORDER BY certification_assessment\.place DESC\s+LIMIT", re.S
)
"""What is asked of the end of an index."""

Plan = tuple[str, list[str]]


@contextmanager
def plans(database: Database) -> Iterator[list[Plan]]:
    """Of every question that is asked in the block: its text, and how its tables are read, each as "table: by what"."""
    found: list[Plan] = []
    seen: set[str] = set()

    def note(_connection: sa.Connection, cursor: Any, command: str, values: Any, _context: Any, many: bool) -> None:
        if command in seen or many or not command.lstrip().startswith(("SELECT", "WITH")):
            return
        seen.add(command)
        steps = _steps(cursor.connection.cursor(), command, values) if database.is_sqlite else []
        found.append((command, steps))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


def _steps(cursor: Any, command: str, values: Any) -> list[str]:
    steps = [row[3] for row in cursor.execute("EXPLAIN QUERY PLAN " + command, values)]
    return [
        f"{step.split()[1]}: {'' if step.startswith('SCAN') else step.partition('(')[2]}"
        for step in steps
        if step.startswith(("SCAN certification_", "SEARCH certification_"))
    ]


def test_no_command_of_a_turn_reads_all_that_a_tenant_has(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, other_an: UUID, now: datetime
) -> None:
    settling.settle_all(database, tenant, today=vietnam_day(now))
    commands: list[int] = []
    for many in (1, 2, 30):  # from the second time on there is something to be compared with
        said = [
            statement(name, object={"id": f"https://hoc.example.org/{many}/{n}"})
            for name in ("an", "nobody")
            for n in range(many)
        ]
        store(database, identity, *said)
        with plans(database) as found:
            assert feed.follow(database, tenant, now=now).changes == 2 * many
            assert judging.judge_stale(database, tenant, now=now) == 1
            assert settling.settle(database, tenant, today=vietnam_day(now)) == 1
        commands.append(len(found))
    assert commands[1] == commands[2] > 30
    wide = [
        (step, " ".join(command.split()))
        for command, steps in found
        for step in steps
        if not LAST_PLACE.search(command)
        and step.partition(":")[0] in GROWING
        and not OF_ONE.search(step.partition(":")[2])
    ]
    assert not wide
    waiting = [step for _, steps in found for step in steps if step.startswith("certification_waiting_statement")]
    assert bool(waiting) == database.is_sqlite
    assert all("statement_id=?" in step for step in waiting), "of one Actor a million Statements may wait"
