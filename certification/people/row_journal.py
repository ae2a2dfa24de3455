"""What an import of a table changed, row by row, so that it can be undone (`certification.import_undoing`).

Of each row it says what it was before and what the import left: None where there was, or is, nothing. A roster has a
journal of its own, worker by worker (`roster_journal`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.models import FileImportRow
from lrs.db import Session

__all__ = ["Change", "RowJournal", "Values", "plain", "read", "told_at"]

Values = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one row. All values are plain, as JSON has them."""

    key: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    words: str
    """Which row that is, for people; what is about a worker says nothing of who that is."""
    worker: UUID | None = None


@dataclass(slots=True)
class RowJournal:
    """What one import does, told row by row by whatever takes the table in, and written in the same transaction."""

    import_id: UUID
    changes: list[Change] = field(default_factory=list)

    def add(
        self, key: Mapping[str, Any], before: Values, after: Values, *, words: str, worker: UUID | None = None
    ) -> None:
        """A row that is new, or another than before."""
        told = [None if one is None else {name: plain(value) for name, value in one.items()} for one in (before, after)]
        self.changes.append(
            Change({name: plain(value) for name, value in key.items()}, told[0], told[1], words, worker)
        )

    def write(self, session: Session, tenant: UUID) -> None:
        """Keeps what was told."""
        rows = []
        for place, one in enumerate(self.changes):
            told = {name: value for name, value in asdict(one).items() if name != "worker"}
            rows.append(
                {
                    "import_id": self.import_id, "place": place, "tenant_id": tenant, "worker_id": one.worker,
                    "changes": json.dumps(told, ensure_ascii=False),
                }
            )  # fmt: skip
        bulk.insert(session, FileImportRow, rows)


def plain(value: Any) -> Any:
    """A value as JSON has it; equal values are equal texts, whatever zone an instant was given in."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, date | UUID) else value


def told_at(text: str) -> datetime:
    """An instant as `plain` wrote it."""
    return datetime.fromisoformat(text)


def read(session: Session, tenant: UUID, import_id: UUID) -> list[Change]:
    """What an import changed, in the order it told. One SQL command."""
    query = sa.select(FileImportRow.worker_id, FileImportRow.changes).where(
        FileImportRow.tenant_id == tenant, FileImportRow.import_id == import_id
    )
    rows = session.execute(query.order_by(FileImportRow.place))
    return [Change(**json.loads(changes), worker=worker) for worker, changes in rows]
