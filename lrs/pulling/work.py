"""The loop that pulls, for every tenant, until it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from lrs.attachments import MOST_BYTES
from lrs.db import Database
from lrs.errands import Errand, keep_doing
from lrs.models import Source
from lrs.pulling.taking import Puller

__all__ = ["pull"]


def pull(
    database: Database,
    *,
    pepper: bytes,
    hosts: Collection[str],
    most_bytes: int = MOST_BYTES,
    stop: threading.Event,
    clock: Callable[[], datetime],
) -> None:
    """Pulls until `stop` is set. `hosts` are those at which sources may lie; where there is none, nothing is ever asked
    and this ends at once."""

    def make(tenant: UUID, source: UUID) -> Errand:
        return Puller(
            database, tenant, source, pepper=pepper, hosts=hosts, most_bytes=most_bytes, clock=clock, stop=stop
        ).step

    if hosts:
        keep_doing(database, Source, make, what="pulling", stop=stop)
