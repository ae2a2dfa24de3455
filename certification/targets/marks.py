"""Marks: whose contribution to the summaries must be worked out again.

Whatever changes what a count rests on (facts, employments, cadre roles, gender, titles, results) marks the workers it
concerns, in the same transaction. `targets.summaries` takes the marks away again.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from certification import bulk
from certification.models import Uncounted
from lrs.db import Session, new_id

__all__ = ["EVERY_YEAR", "mark_uncounted"]

EVERY_YEAR = 0
"""Stands for all years: an employment or a title changed, say."""


def mark_uncounted(session: Session, tenant: UUID, concerned: Iterable[tuple[UUID, int]]) -> None:
    """Marks workers for counting again: pairs of a worker's id and a year (or `EVERY_YEAR`), in one SQL command.

    A pair that is marked already gets a new mark, so that a count under way leaves it to be counted; since when it
    waits stays. May be called any number of times.
    """
    pairs = sorted(set(concerned), key=lambda pair: (pair[0].int, pair[1]))
    if pairs:
        workers, years = zip(*pairs, strict=True)
        bulk.insert_columns(
            session,
            Uncounted,
            {"worker_id": workers, "year": years},
            everywhere={"tenant_id": tenant, "mark": uuid4(), "since": new_id()},
            replacing=("mark",),
        )
