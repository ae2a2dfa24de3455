"""What an import of a roster changed, worker by worker, so that it can be undone (`roster_undoing`).

Of each thing touched it says what it was before and what the import left: None where there was, or is, nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.models import FileImportChange
from lrs.db import Session, among

__all__ = ["Journal", "Told", "read"]

Value = list[Any] | None


@dataclass(slots=True)
class Told:
    """What became of one worker. Keys are joined with "|"; each value is a pair of what was and what is."""

    is_new: bool = False
    person: list[Value] = field(default_factory=list)
    """Name and gender, before and after; empty where they stayed."""
    jobs: dict[str, list[Value]] = field(default_factory=dict)
    """Enterprise and first day: last day and position."""
    roles: dict[str, list[Value]] = field(default_factory=dict)
    """Enterprise, role and first day: last day."""
    audiences: dict[str, list[Value]] = field(default_factory=dict)
    """Year: audience."""
    numbers: dict[str, list[Value]] = field(default_factory=dict)
    """Kind: digest; that before is not kept, only that there was one."""
    links: list[str] = field(default_factory=list)
    """Actors that were linked."""


@dataclass(slots=True)
class Journal:
    """What one import does. Given to `roster.take_in`, which tells it everything and has it written at the end."""

    import_id: UUID
    told: dict[UUID, Told] = field(default_factory=dict)

    def of(self, worker: UUID) -> Told:
        """What is told of a worker so far."""
        return self.told.setdefault(worker, Told())

    def person(self, worker: UUID, before: Value, after: Value) -> None:
        """A name or gender; without `before` the worker is new."""
        told = self.of(worker)
        told.is_new = told.is_new or before is None
        told.person = [told.person[0] if told.person else before, after]

    def job(self, worker: UUID, enterprise: UUID, day: date, before: Value, after: Value) -> None:
        """An employment."""
        _note(self.of(worker).jobs, f"{enterprise}|{day}", before, after)

    def role(self, worker: UUID, enterprise: UUID, role: str, day: date, before: Value, after: Value) -> None:
        """A period of a role in the union."""
        _note(self.of(worker).roles, f"{enterprise}|{role}|{day}", before, after)

    def audience(self, worker: UUID, year: int, before: str | None, after: str) -> None:
        """To which group of work somebody belongs."""
        _note(self.of(worker).audiences, str(year), None if before is None else [before], [after])

    def number(self, worker: UUID, kind: str, before: str | None, after: str) -> None:
        """A national number, by its digest."""
        _note(self.of(worker).numbers, kind, None if before is None else [], [after])

    def link(self, worker: UUID, ifi: str) -> None:
        """An Actor that is the worker from now on."""
        self.of(worker).links.append(ifi)

    def write(self, session: Session, tenant: UUID) -> None:
        """Keeps what was told."""
        rows = [
            {
                "worker_id": worker,
                "import_id": self.import_id,
                "tenant_id": tenant,
                "changes": json.dumps(asdict(told), ensure_ascii=False, default=str),
            }
            for worker, told in sorted(self.told.items())
        ]
        bulk.insert(session, FileImportChange, rows)


def _note(changes: dict[str, list[Value]], key: str, before: Value, after: Value) -> None:
    """Of several changes of one thing, what was before the first and what is after the last."""
    known = changes.get(key)
    changes[key] = [before if known is None else known[0], after]


def read(session: Session, tenant: UUID, import_id: UUID, only: Collection[UUID] | None = None) -> dict[UUID, Told]:
    """What an import changed, by worker; of some workers alone with `only`. One SQL command."""
    query = sa.select(FileImportChange.worker_id, FileImportChange.changes).where(
        FileImportChange.tenant_id == tenant, FileImportChange.import_id == import_id
    )
    if only is not None:
        query = query.where(among(session, FileImportChange.worker_id, only))
    return {worker: Told(**json.loads(changes)) for worker, changes in session.execute(query)}
