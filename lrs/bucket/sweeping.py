"""What lies in the bucket and no row names, and what rows name and is not there.

A request puts bytes there before it says so in the database; where it broke off in between, they stay. What is younger
than a day may belong to a request, or a backup's time, that is not over, and is left alone. A restored copy of the
database removes nothing: what it does not know may be what the installation it was copied from lives on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from lrs.bucket.store import Bucket, Object
from lrs.copies import copied_since
from lrs.db import EVERY_TENANT, NOBODY, Database, among
from lrs.models import Attachment

__all__ = ["LEFT_ALONE", "Swept", "sweep"]

LEFT_ALONE = timedelta(days=1)

_AT_ONCE = 1000


@dataclass(slots=True)
class Swept:
    """What was found."""

    kept: int = 0
    """Objects that rows name."""
    removed: int = 0
    young: int = 0
    """Nobody's, and left alone for now."""
    foreign: int = 0
    """Not put there by this program."""
    missing: int = 0
    """Rows whose object is not there."""


def sweep(database: Database, bucket: Bucket, *, now: datetime) -> Swept:
    """Remove what nobody needs. Raises StoreAway; broken off, it can be called again."""
    found = Swept()
    with database.reading(NOBODY) as session:
        is_copy = copied_since(session) is not None
    with database.reading(EVERY_TENANT) as session:
        named = session.scalar(sa.select(sa.func.count()).where(Attachment.name.is_not(None))) or 0
    chunk: list[Object] = []
    for one in bucket.listed():
        if one.tenant is None:
            found.foreign += 1
            continue
        chunk.append(one)
        if len(chunk) == _AT_ONCE:
            _settle(database, bucket, chunk, found, is_copy=is_copy, now=now)
            chunk = []
    _settle(database, bucket, chunk, found, is_copy=is_copy, now=now)
    found.missing = max(0, named - found.kept)
    return found


def _settle(
    database: Database, bucket: Bucket, chunk: list[Object], found: Swept, *, is_copy: bool, now: datetime
) -> None:
    with database.reading(EVERY_TENANT) as session:
        query = sa.select(Attachment.name).where(
            among(session, Attachment.tenant_id, list({one.tenant for one in chunk if one.tenant is not None})),
            among(session, Attachment.sha2, list({one.name.split("/")[1] for one in chunk})),
        )
        known = set(session.scalars(query))
    for one in chunk:
        if one.name in known:
            found.kept += 1
        elif is_copy or now - one.put < LEFT_ALONE:
            found.young += 1
        else:
            bucket.remove(one.name)
            found.removed += 1
