"""Running a command in a test, and what to read off it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from click.testing import Result

from lrs.db import Database

__all__ = ["Run", "count", "succeeded", "told_apart_from_the_database"]

Run = Callable[..., Result]


def succeeded(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def count(database: Database, table: type[Any], tenant: UUID) -> int:
    with database.reading(tenant) as session:
        found = session.scalar(sa.select(sa.func.count()).where(table.tenant_id == tenant))
    return found or 0


def told_apart_from_the_database(result: Result) -> list[str]:
    """The lines on standard error, after the one that says which database is written to."""
    first, *others = result.stderr.splitlines()
    assert first.startswith("Database: ")
    return others
