"""Rows of one worker become another's, whatever table they are in, and go back: for mergers and splits (`merging`).

Where both workers have what there can be only one of, one row stays in force and the other is kept whole, as JSON in
the history, so that nothing is lost.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import Award, Base, Dossier, Employment, Fact, NationalNumber, UnionRole
from certification.people import identity_words
from lrs.db import Session, UtcDateTime

__all__ = ["Changes", "Row", "key_of", "move_all", "move_back", "moving", "read", "repoint", "written"]

_FACT = Base.metadata.tables[Fact.__tablename__]

Row = dict[str, Any]


@dataclass(slots=True)
class Changes:
    """What became of the rows of one table: keys moved (the primary key without the worker), rows removed whole."""

    moved: list[list[Any]] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)


def moving() -> list[sa.Table]:
    """The tables whose rows are of a worker and become another's (`certification.models`: unless they say "stays")."""
    tables = Base.metadata.sorted_tables
    return [table for table in tables if "worker_id" in table.c and table.info.get("merging") != "stays"]


def key_of(table: sa.Table) -> list[str]:
    """The primary key without the worker."""
    return [column.name for column in table.primary_key.columns if column.name != "worker_id"]


def _only_one(table: sa.Table) -> list[list[str]]:
    """What a worker can have only once: the columns beside `worker_id` of each unique key that contains it."""
    unique: list[Iterable[sa.Column[Any]]] = [table.primary_key.columns]
    unique += [one.columns for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
    unique += [one.columns for one in table.indexes if one.unique]
    named = [[column.name for column in columns] for columns in unique]
    return [[name for name in names if name != "worker_id"] for names in named if "worker_id" in names]


def move_all(session: Session, tenant: UUID, source: UUID, target: UUID, notes: list[str]) -> dict[str, Changes]:
    """Makes every row of one worker that of another, three SQL commands a table; what was done, by table.

    Adds to `notes` what a person should look at."""
    done = {}
    for table in moving():
        query = sa.select(table).where(table.c.tenant_id == tenant, table.c.worker_id.in_((source, target)))
        rows = [dict(row) for row in session.execute(query).mappings()]
        mine = [row for row in rows if row["worker_id"] == target]
        theirs = [row for row in rows if row["worker_id"] == source]
        if not theirs:
            continue
        removed = _removed(table, mine, theirs, notes)
        _delete(session, table, removed)
        moved = [row for row in theirs if row not in removed]
        if moved:
            of_source = table.c.tenant_id == tenant, table.c.worker_id == source
            session.execute(sa.update(table).where(*of_source).values(worker_id=target))
        done[table.name] = Changes([[row[name] for name in key_of(table)] for row in moved], removed)
    return done


def _removed(table: sa.Table, mine: Sequence[Row], theirs: Sequence[Row], notes: list[str]) -> list[Row]:
    """The rows that cannot stand beside one of the other worker's, those that are kept aside."""
    rule = _RULES.get(table.name)
    removed: list[Row] = []
    for names in _only_one(table):
        known = {tuple(row[name] for name in names): row for row in mine}
        for row in theirs:
            twin = known.get(tuple(row[name] for name in names))
            if twin is None or row in removed or twin in removed:
                continue
            goes = rule(twin, row, notes) if rule else row
            removed.append(goes)
    return removed


def _weaker_title(mine: Row, theirs: Row, notes: list[str]) -> Row:
    def rank(row: Row) -> tuple[bool, date, bool]:
        return (row["withdrawn_on"] is not None, row["decided_on"], row is theirs)

    kept, goes = sorted((mine, theirs), key=rank)
    notes.append(identity_words.both_titles(kept["year"], kept["decision_number"], goes["decision_number"]))
    return goes


def _nearer_to_nothing(mine: Row, theirs: Row, notes: list[str]) -> Row:
    """Of two dossiers of a year the one that led to the title stays, then the one with more steps."""
    kept, goes = sorted((mine, theirs), key=lambda row: (row["state"] != "granted", -row["version"], row is theirs))
    notes.append(identity_words.both_dossiers(kept["year"]))
    return goes


def _other_national_number(mine: Row, theirs: Row, notes: list[str]) -> Row:
    if mine["digest"] != theirs["digest"]:
        notes.append(identity_words.national_numbers_differ(mine["ending"], theirs["ending"]))
    return theirs


def _shorter(mine: Row, theirs: Row, notes: list[str]) -> Row:
    del notes  # `_overlapping` tells of it, by the enterprise's code
    return mine if (mine["ended"] or date.max) < (theirs["ended"] or date.max) else theirs


_RULES: Mapping[str, Callable[[Row, Row, list[str]], Row]] = {
    Award.__tablename__: _weaker_title,
    Dossier.__tablename__: _nearer_to_nothing,
    Employment.__tablename__: _shorter,
    NationalNumber.__tablename__: _other_national_number,
    UnionRole.__tablename__: _shorter,
}
"""Which of two rows goes that cannot stand side by side. Anywhere else, the survivor's stays."""


def _delete(session: Session, table: sa.Table, rows: Sequence[Row]) -> None:
    if rows:
        names = [column.name for column in table.primary_key.columns]
        is_row = [table.c[name] == sa.bindparam(f"of_{name}") for name in names]
        session.execute(sa.delete(table).where(*is_row), [{f"of_{name}": row[name] for name in names} for row in rows])


def repoint(session: Session, table: sa.Table, keys: Sequence[Sequence[Any]], source: UUID, target: UUID) -> None:
    """Makes the rows with these keys those of another worker."""
    if keys:
        names = key_of(table)
        is_row = [table.c[name] == sa.bindparam(f"of_{name}") for name in names]
        session.execute(
            sa.update(table).where(*is_row, table.c.worker_id == source).values(worker_id=target),
            [{f"of_{name}": part for name, part in zip(names, key, strict=True)} for key in keys],
        )


def move_back(session: Session, tenant: UUID, table: sa.Table, changes: Changes, kept: UUID, gone: UUID) -> int:
    """Gives back what was moved, and puts in what was removed; how many rows are there no more."""
    names = key_of(table)
    query = sa.select(table).where(table.c.tenant_id == tenant, table.c.worker_id == kept)
    now_kept = {tuple(row[name] for name in names): dict(row) for row in session.execute(query).mappings()}
    back = [key for key in changes.moved if tuple(key) in now_kept]
    repoint(session, table, back, kept, gone)
    lost = len(changes.moved) - len(back)
    removed = changes.removed
    if table is _FACT:
        # What a Statement says may have changed since; if it says nothing any more, to neither of them.
        twins = [now_kept.get(tuple(row[name] for name in names)) for row in removed]
        removed = [{**twin, "worker_id": gone} for twin in twins if twin is not None]
        lost = 0
    taken = {tuple(key) for key in back}
    free = [row for row in removed if row["worker_id"] == gone or tuple(row[name] for name in names) in taken]
    free += [row for row in removed if row not in free and tuple(row[name] for name in names) not in now_kept]
    if free:
        session.execute(sa.insert(table), free)
    return lost


# ---------------------------------------------------------------- what the history keeps of rows


def written(changes: Mapping[str, Changes]) -> str:
    """What was done, as the history keeps it."""
    told = {name: {"moved": one.moved, "removed": one.removed} for name, one in changes.items()}
    return json.dumps(told, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, UUID | bytes):
        return value.hex() if isinstance(value, bytes) else value.hex
    if isinstance(value, date):  # an instant, too
        return value.isoformat()
    raise TypeError(f"a column holds a {type(value).__name__}, which the history cannot keep; say here how")


def read(text: str) -> dict[str, Changes]:
    """What the history says was done."""
    found: dict[str, Changes] = defaultdict(Changes)
    for name, told in json.loads(text).items():
        table = Base.metadata.tables[name]
        names = key_of(table)
        found[name] = Changes(
            [[_typed(table.c[name], part) for name, part in zip(names, key, strict=True)] for key in told["moved"]],
            [{name: _typed(table.c[name], part) for name, part in row.items()} for row in told["removed"]],
        )
    return dict(found)


def _typed(column: sa.Column[Any], value: Any) -> Any:
    """A value as the column holds it, from what JSON made of it."""
    if not isinstance(value, str):
        return value
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    kind = column.type.python_type
    if kind is UUID:
        return UUID(value)
    if kind is bytes:
        return bytes.fromhex(value)
    return date.fromisoformat(value) if kind is date else value
