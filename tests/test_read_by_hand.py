"""Whoever reads the database by hand is in PostgreSQL's own log, as docs/operate.md sets it; the program is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction

from tests.postgresql import Cluster

OPERATE = Path(__file__).parent.parent / "docs" / "operate.md"
READER = "lan"


@pytest.fixture
def reader(postgresql: Cluster) -> Iterator[str]:
    """The URL of a database for a role made by the commands of the page."""
    told = OPERATE.read_text().partition("<!-- by hand -->")[2].partition("<!-- /by hand -->")[0]
    commands = re.findall(r"^    (.+;)$", told, re.MULTILINE)
    assert len(commands) == 4
    with postgresql.lent_database("migrated") as url:
        for command in commands:
            postgresql.as_superuser(sql.SQL(cast(LiteralString, command)))
        yield url.replace("+psycopg", "")
        postgresql.as_superuser(sql.SQL("DROP ROLE {}").format(sql.Identifier(READER)))


def test_what_is_read_by_hand_is_logged_and_what_the_program_reads_is_not(postgresql: Cluster, reader: str) -> None:
    folder = postgresql.superuser.execute("SHOW data_directory").fetchone()
    assert folder is not None
    with psycopg.connect(reader) as program:
        program.execute("SELECT 'by the program' FROM certification_worker")
    with psycopg.connect(reader.replace("//cdht@", f"//{READER}@"), autocommit=True) as by_hand:
        rows = by_hand.execute("SELECT number, 'by hand' FROM certification_worker").fetchall()
        assert rows, "past the wall between tenants"
        with pytest.raises(InsufficientPrivilege):
            by_hand.execute("SET log_statement = 'none'")
        with pytest.raises(ReadOnlySqlTransaction):
            by_hand.execute("CREATE TABLE own ()")
    log = (Path(folder[0]).parent / "log").read_text()
    assert "statement: SELECT number, 'by hand' FROM certification_worker" in log
    assert "by the program" not in log
