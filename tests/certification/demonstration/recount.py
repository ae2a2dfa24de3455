"""The demonstration's rates once more, from the raw Statements alone: a few lines of SQL that share nothing with ours.

What is copied into an empty SQLite database in memory, from either engine, are the Statements as they were stored, and
what officers told: whose account is whose, who is employed where, who holds titles. No fact, count or result of ours.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from lrs.db import Database

GROUPS = {
    "G1": ("law-labour", "law-trade-union", "working-class-theory"),
    "G2": ("skill-new-hire", "skill-upskilling", "skill-contest", "skill-external"),
    "G3": (
        "life-industrial-style", "life-conduct", "life-traffic", "life-health", "life-social-evils", "life-family",
        "life-children",
    ),
    "G4": ("digital-reached", "digital-able"),
}  # fmt: skip
"""Which topics reach somebody for a group of 1268/QĐ-TTg."""

TOLD = {
    "statement": "SELECT exact FROM lrs_statement WHERE tenant_id = :tenant ORDER BY seq",
    "identifier": "SELECT ifi, worker_id FROM certification_worker_identifier WHERE tenant_id = :tenant",
    "employment": """
        SELECT worker_id, code, started, ended FROM certification_employment
        JOIN certification_organization ON certification_organization.id = enterprise_id
        WHERE certification_employment.tenant_id = :tenant""",
    "title": """
        SELECT worker_id, year, decided_on, withdrawn_on FROM certification_award WHERE tenant_id = :tenant""",
}

EMPLOYED = """
    SELECT code, count(DISTINCT worker_id) FROM employment
    WHERE started <= :day AND coalesce(ended, '9999') >= :day GROUP BY code"""

REACHED = """
    WITH
    standing AS (SELECT text FROM statement WHERE text ->> '$.id' NOT IN
        (SELECT text ->> '$.object.id' FROM statement WHERE text ->> '$.verb.id' LIKE '%/voided')
        AND coalesce(text ->> '$.result.success', 1)),  -- what was failed reaches nobody
    agent(text, one) AS (
        SELECT text, text -> '$.actor' FROM standing UNION ALL
        SELECT standing.text, member.value FROM standing, json_each(standing.text, '$.actor.member') AS member),
    learned AS (
        SELECT date(text ->> '$.timestamp', '+7 hours') AS day, text, CASE
            WHEN one ->> '$.account.name' IS NOT NULL
                THEN 'account ' || (one ->> '$.account.homePage') || '|' || (one ->> '$.account.name')
            WHEN one ->> '$.mbox' IS NOT NULL THEN 'mbox ' || (one ->> '$.mbox')
            ELSE 'mbox_sha1sum ' || (one ->> '$.mbox_sha1sum') END AS ifi
        FROM agent)
    SELECT code, count(DISTINCT employment.worker_id)
    FROM learned
    JOIN json_each(learned.text, '$.context.contextActivities.category') AS tag
        ON tag.value ->> '$.id' IN (SELECT value FROM json_each(:tags))
    JOIN identifier ON identifier.ifi = learned.ifi
    JOIN employment ON employment.worker_id = identifier.worker_id
        AND started <= :day AND coalesce(ended, '9999') >= :day
    WHERE day BETWEEN substr(:day, 1, 4) || '-01-01' AND :day
    GROUP BY code"""

HOLDING = """
    SELECT code, count(DISTINCT employment.worker_id) FROM title
    JOIN employment ON employment.worker_id = title.worker_id
        AND started <= :day AND coalesce(ended, '9999') >= :day
    WHERE year IN (substr(:day, 1, 4) + 0, substr(:day, 1, 4) - 1)
        AND decided_on <= :day AND coalesce(withdrawn_on, '9999') > :day
    GROUP BY code"""


def recount(database: Database, tenant: UUID, day: date, profile: str) -> dict[tuple[str, str], int]:
    """Persons by code of an enterprise and what they are counted for: "employed", and the groups G1 to G5."""
    with closing(sqlite3.connect(":memory:")) as raw:
        raw.executescript("""
            CREATE TABLE statement (text); CREATE TABLE identifier (ifi, worker_id);
            CREATE TABLE employment (worker_id, code, started, ended);
            CREATE TABLE title (worker_id, year, decided_on, withdrawn_on);
        """)
        with database.reading(tenant) as session:
            for table, command in TOLD.items():
                rows = session.execute(sa.text(command), {"tenant": tenant if not database.is_sqlite else tenant.hex})
                for row in rows:
                    values = [value if value is None or isinstance(value, int) else str(value) for value in row]
                    raw.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
        counted = {(code, "employed"): count for code, count in raw.execute(EMPLOYED, {"day": f"{day}"})}
        for group, topics in GROUPS.items():
            tags = json.dumps([f"{profile}/topic/{topic}" for topic in topics])
            counted |= {(code, group): n for code, n in raw.execute(REACHED, {"day": f"{day}", "tags": tags})}
        counted |= {(code, "G5"): count for code, count in raw.execute(HOLDING, {"day": f"{day}"})}
    return counted
