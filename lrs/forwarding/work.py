"""The loop that forwards, for every tenant, until it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from lrs.db import Database
from lrs.errands import Errand, keep_doing
from lrs.forwarding.filters import More
from lrs.forwarding.sending import Sender
from lrs.models import Destination

__all__ = ["forward"]


def forward(
    database: Database,
    *,
    pepper: bytes,
    hosts: Collection[str],
    more: More | None = None,
    site: str = "",
    stop: threading.Event,
    clock: Callable[[], datetime],
) -> None:
    """Forwards until `stop` is set. `hosts` are those at which destinations may lie; where there is none, nothing is
    ever sent and this ends at once. `site` is the installation's own address, to which messages of webhooks lead."""

    def make(tenant: UUID, destination: UUID) -> Errand:
        return Sender(
            database,
            tenant,
            destination,
            pepper=pepper,
            hosts=hosts,
            more=more or {},
            site=site,
            clock=clock,
            stop=stop,
        ).step

    if hosts:
        keep_doing(database, Destination, make, what="forwarding", stop=stop)
