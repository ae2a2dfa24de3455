"""Rule files as they lie in the database, read back as documents. Loading and checking: `rules.rule_files`."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import RuleFile
from lrs.db import Session, among, asked_once

__all__ = ["StoredRule", "ids", "in_force_on", "last_begun", "one_stored", "stored"]


@dataclass(frozen=True, slots=True, eq=False)
class StoredRule:
    """One loaded rule file. `document` holds its TOML as Python values (days are dates), shared: do not change it.

    A loaded file never changes, so a process reads each once and keeps the object, and what is made of it beside.
    """

    id: UUID
    kind: str
    identifier: str
    sha256: str
    document: Mapping[str, Any]
    loaded: datetime


def stored(session: Session, tenant: UUID, *kinds: str) -> list[StoredRule]:
    """The tenant's loaded rule files of these kinds (none named: of all), by kind and identifier.

    One SQL command for what there is, and another for the texts that this process has not read yet.
    """
    wanted = asked_once(session, ("rule files", tenant, *kinds), lambda: _loaded(session, tenant, kinds))
    found = {one: _read[one] for one in wanted if one in _read}
    if len(found) < len(wanted):
        rows = session.execute(
            sa.select(
                RuleFile.id, RuleFile.kind, RuleFile.identifier, RuleFile.sha256, RuleFile.text, RuleFile.loaded
            ).where(RuleFile.tenant_id == tenant, among(session, RuleFile.id, set(wanted) - found.keys()))
        )
        for row in rows:
            document = _parsed(row.text)
            found[row.id] = StoredRule(row.id, row.kind, row.identifier, row.sha256, document, row.loaded)
        _keep(found)
    return sorted(found.values(), key=lambda rule: (rule.kind, rule.identifier))


def _loaded(session: Session, tenant: UUID, kinds: Collection[str]) -> Sequence[UUID]:
    query = sa.select(RuleFile.id).where(RuleFile.tenant_id == tenant)
    if kinds:
        query = query.where(RuleFile.kind.in_(kinds))
    return session.scalars(query).all()


def one_stored(session: Session, tenant: UUID, rule_file: UUID) -> StoredRule:
    """A loaded rule file that something of the tenant's names by its id. An SQL command or two the first time."""
    found = _read.get(rule_file)
    return found if found is not None else next(one for one in stored(session, tenant) if one.id == rule_file)


def in_force_on(session: Session, tenant: UUID, kind: str, programme: str, on: date) -> StoredRule | None:
    """Of the loaded files of a kind of which one holds at a time: of those begun by the day the one that began last."""
    return last_begun(stored(session, tenant, kind), programme, on)


def last_begun(rules: Iterable[StoredRule], programme: str, on: date) -> StoredRule | None:
    """As `in_force_on`, of rules of one kind that were read already."""
    begun = [rule for rule in rules if rule.document["programme"] == programme and rule.document["in_force_from"] <= on]
    return max(begun, key=lambda one: (one.document["in_force_from"], one.identifier), default=None)


MOST_READ = 1000
"""Rule files that a process keeps; a tenant has some ten."""

_read: dict[UUID, StoredRule] = {}


def _keep(found: Mapping[UUID, StoredRule]) -> None:
    """Keeps what was read for the next time, the latest longest."""
    for one, rule in found.items():
        _read.setdefault(one, rule)
    for one in list(_read)[: max(0, len(_read) - MOST_READ)]:
        _read.pop(one, None)


def ids(session: Session, tenant: UUID, *kinds: str) -> frozenset[UUID]:
    """The ids of the tenant's loaded rule files of these kinds: equal as long as nothing was loaded since."""
    query = sa.select(RuleFile.id).where(RuleFile.tenant_id == tenant, RuleFile.kind.in_(kinds))
    return frozenset(session.scalars(query))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Mapping[str, Any]:
    return tomllib.loads(text)
