"""Requests that wait to store are put in together, by one of them, in one transaction and with one commit.

A durable commit costs about the same for one Statement as for fifty, and each tenant's Statements enter one after the
other in any case (`lrs.statements.order`). So of the requests that want to store for a tenant one leads: it waits for
the critical section, takes along whoever has come meanwhile, puts all in and commits. Then everyone has their own
answer, and the first of those that came too late leads next. A request that meets nobody leads itself alone and loses
no time.

Each request is refused for its own faults only, as if all had come one after the other; and nothing is acknowledged
before the commit.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from lrs import attachments
from lrs.db import Database, Session
from lrs.errors import LrsError, NotStored
from lrs.statements.order import enter
from lrs.statements.store import Batch, join, put_inside

MOST_STATEMENTS = 500
"""Put in together; a larger batch goes in alone."""


@dataclass(slots=True, eq=False)
class _Request:
    """What one request wants to store, and what became of it once `called` and not asked to lead."""

    batch: Batch
    called: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    error: LrsError | None = None


class Writer:
    """The way into one database for the requests of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mutex = threading.Lock()
        self._queues: dict[UUID, deque[_Request]] = {}
        """Tenant → those not yet put in, the one who leads at the head; a tenant is here while somebody leads."""

    def put(self, batch: Batch) -> list[UUID]:
        """Store a checked batch in a transaction of its own or shared with others; returns the ids in the order sent.

        Raises what `store.put` raises, or NotStored when the one who led could not put it in.
        """
        tenant = batch.sender.tenant
        if batch.contents:
            batch = replace(batch, contents=attachments.put_away(self._database, tenant, batch.contents))
        try:
            return self._put(tenant, batch)
        except LrsError as error:
            if not isinstance(error, NotStored):
                attachments.take_back(self._database, batch.contents)
            raise

    def _put(self, tenant: UUID, batch: Batch) -> list[UUID]:
        request = _Request(batch)
        with self._mutex:
            queue = self._queues.setdefault(tenant, deque())
            queue.append(request)
            request.leads = len(queue) == 1
        if not request.leads:
            request.called.wait()
        if request.leads:
            self._lead(tenant)
        if request.error is not None:
            raise request.error
        return [row.id for row in batch.rows]

    def _lead(self, tenant: UUID) -> None:
        """Put in the head of the queue, which is the caller's, and whoever has come behind it; answer all of them."""
        group: list[_Request] = []
        try:
            try:
                with self._database.writing(tenant) as session:
                    enter(session, tenant)
                    group = self._waiting(tenant)
                    put_inside(session, join([request.batch for request in group]))
            except LrsError:
                if len(group) == 1:
                    raise
                with self._database.writing(tenant) as session:
                    enter(session, tenant)
                    _put_each(session, group)
        except BaseException as error:
            self._answer(tenant, len(group), error)
            raise
        self._answer(tenant, len(group))

    def _waiting(self, tenant: UUID) -> list[_Request]:
        """Those at the head of the queue that may go in as one batch: not too many, and no Statement twice."""
        with self._mutex:
            queue = list(self._queues[tenant])
        group: list[_Request] = []
        ids: set[UUID] = set()
        for request in queue:
            rows = request.batch.rows
            if group and (len(ids) + len(rows) > MOST_STATEMENTS or not ids.isdisjoint(row.id for row in rows)):
                break
            group.append(request)
            ids.update(row.id for row in rows)
        return group

    def _answer(self, tenant: UUID, taken: int, error: BaseException | None = None) -> None:
        """Let go those who were taken along, and call the next to lead; where none could be, all who wait are let go.

        After an error those who did not lead know that nothing of theirs was stored.
        """
        with self._mutex:
            queue = self._queues[tenant]
            done = [queue.popleft() for _ in range(taken or len(queue))]
            if queue:
                queue[0].leads = True
                done.append(queue[0])
            else:
                del self._queues[tenant]
        for request in done:
            if error is not None and not request.leads:
                request.error = NotStored()
                request.error.__cause__ = error
            request.called.set()


def _put_each(session: Session, group: Sequence[_Request]) -> None:
    """Put these in one after the other, noting of each that is refused why."""
    for request in group:
        try:
            with session.begin_nested():
                put_inside(session, request.batch)
        except LrsError as refusal:
            request.error = refusal
