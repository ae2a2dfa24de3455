"""What the models declare of how tables are spread."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

__all__ = ["LOCAL", "REFERENCE", "NotOurTable", "chosen", "spread_by"]

REFERENCE = "reference"
"""Small, and copied to every machine."""

LOCAL = "local"
"""On the machine that is asked, and on no other."""


class NotOurTable(Exception):
    """A table was named that there is not, or that is not spread."""


def spread_by(table: sa.Table) -> sa.Column[object] | None:
    """The column by which the rows of a table are spread; None for one that lies whole wherever it lies."""
    declared: str = table.info["distribution"]
    return None if declared in (REFERENCE, LOCAL) else table.c[declared]


def chosen(tables: Iterable[sa.Table], names: Iterable[str]) -> list[sa.Table]:
    """The tables that are spread; of these the ones named, where any are. Raises NotOurTable for another name."""
    spread = {table.name: table for table in tables if spread_by(table) is not None}
    wanted = set(names)
    if strangers := sorted(wanted - spread.keys()):
        raise NotOurTable(f"not among the tables that are spread: {', '.join(strangers)}")
    return [spread[name] for name in sorted(wanted or spread)]
