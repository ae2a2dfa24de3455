"""What posting Statements would come to, without storing anything: for whoever tries out a client.

Nothing is decided here. Each Statement goes through the same functions as one that is posted (`store.check`,
`store.compare`, `references`); only, each is answered for itself, and the last step is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from lrs.credentials import Identity
from lrs.db import Session
from lrs.errors import Fault, InvalidStatement
from lrs.statements import query, references
from lrs.statements.order import microseconds, timestamp_text
from lrs.statements.rows import Row
from lrs.statements.store import check, compare
from lrs.statements.validate import repeated_id


class Outcome(Enum):
    """What the store would do with a Statement."""

    REFUSED = "refused"
    NEW = "new"
    ALREADY_THERE = "already there"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of one Statement: as `lrs.api.Trial`, with the Statement as the text that is kept."""

    outcome: Outcome
    faults: tuple[Fault, ...] = ()
    differences: tuple[str, ...] = ()
    kept: query.One | None = None


def try_out(
    session: Session, identity: Identity, documents: Sequence[Any], *, version: str = "2.0.0", now: datetime
) -> list[Trial]:
    """What posting these at `now`, without Attachments, would come to for each of them, in the order given.

    A handful of SQL commands, however many there are. Raises nothing for what is wrong with a Statement.
    """
    faults: dict[int, tuple[Fault, ...]] = {}
    rows: dict[int, Row] = {}
    ids: dict[str, int] = {}
    for index, document in enumerate(documents):
        try:
            [rows[index]] = check(identity, [document], version=version).rows
        except InvalidStatement as error:
            faults[index] = error.faults
        if isinstance(document, dict) and (fault := repeated_id(document, index, ids)) is not None:
            faults[index] = (*faults.get(index, ()), fault)
            rows.pop(index, None)
    known = compare(session, identity, list(rows.values()))
    new = [row for row in rows.values() if row.id not in known]
    refused = references.refused_voiding(session, identity.tenant, new)
    waiting = references.referring_to(session, identity.tenant, list(rows_by_id := {row.id: row for row in new}))
    voided = {one.target_id for one in waiting if one.voids and not rows_by_id[one.target_id].voids}
    voided |= {row.refers_to for row in new if row.voids and row.refers_to and row.id not in refused}
    already = {one.id: one for one in query.many(session, identity.tenant, list(known))}

    def trial(index: int) -> Trial:
        if index in faults:
            return Trial(Outcome.REFUSED, faults=faults[index])
        row = rows[index]
        if row.id in refused:
            return Trial(Outcome.REFUSED, faults=(refused[row.id],))
        if (differences := known.get(row.id)) is not None:
            return Trial(Outcome.CONFLICT, differences=differences)
        if row.id in known:
            kept = already[row.id]
            return Trial(Outcome.ALREADY_THERE, kept=replace(kept, voided=kept.voided or row.id in voided))
        return Trial(Outcome.NEW, kept=_as_kept(row, row.id in voided, now))

    return [trial(index) for index in range(len(documents))]


def _as_kept(row: Row, voided: bool, now: datetime) -> query.One:
    stored = microseconds(now)
    return query.One(row.id, 0, stored, voided, row.exact(timestamp_text(stored)))
