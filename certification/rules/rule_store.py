"""Rule files as they lie in the database, read back as documents. Loading and checking: `rules.rule_files`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import RuleFile
from lrs.db import Session

__all__ = ["StoredRule", "ids", "stored"]


@dataclass(frozen=True, slots=True)
class StoredRule:
    """One loaded rule file. `document` holds its TOML as Python values (days are dates), shared: do not change it."""

    id: UUID
    kind: str
    identifier: str
    sha256: str
    document: Mapping[str, Any]
    loaded: datetime


def stored(session: Session, tenant: UUID, *kinds: str) -> list[StoredRule]:
    """The tenant's loaded rule files of these kinds (none named: of all), by kind and identifier. One SQL command."""
    query = sa.select(RuleFile.id, RuleFile.kind, RuleFile.identifier, RuleFile.sha256, RuleFile.text, RuleFile.loaded)
    query = query.where(RuleFile.tenant_id == tenant)
    if kinds:
        query = query.where(RuleFile.kind.in_(kinds))
    rows = session.execute(query).all()
    found = [StoredRule(row.id, row.kind, row.identifier, row.sha256, _parsed(row.text), row.loaded) for row in rows]
    return sorted(found, key=lambda rule: (rule.kind, rule.identifier))


def ids(session: Session, tenant: UUID, *kinds: str) -> frozenset[UUID]:
    """The ids of the tenant's loaded rule files of these kinds: equal as long as nothing was loaded since."""
    query = sa.select(RuleFile.id).where(RuleFile.tenant_id == tenant, RuleFile.kind.in_(kinds))
    return frozenset(session.scalars(query))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Mapping[str, Any]:
    return tomllib.loads(text)
