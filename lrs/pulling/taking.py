"""One step of a source: a page is asked for, its Statements are stored like any other, and what came of it is noted."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs import attachments, erasure, outgoing, peers
from lrs.attachments import MOST_BYTES as MOST_ATTACHMENT_BYTES
from lrs.attachments import SIGNATURE, Content
from lrs.copies import copied_since
from lrs.credentials import acting
from lrs.db import Database, Session, among
from lrs.errors import InvalidRequest, listed
from lrs.models import Base, Refusal, Source
from lrs.pulling import asking
from lrs.pulling.asking import Page, Unanswered
from lrs.statements.lines import Outcome, Sent, store_each
from lrs.statements.validate import check_timestamp, decode, encode
from lrs.transfer.brought import declared
from lrs.transfer.reading import sent

__all__ = ["AUTHORITY", "Puller"]

AUTHORITY = "source/"
"""Statements of a source bear this and its name as the account of their authority."""

MOST_FAULTS = 20
LONGEST_MESSAGE = 500

_REFUSAL = Base.metadata.tables[Refusal.__tablename__]


class Puller:
    """Pulls from one source."""

    def __init__(
        self,
        database: Database,
        tenant: UUID,
        source: UUID,
        *,
        pepper: bytes,
        hosts: Collection[str],
        clock: Callable[[], datetime],
        stop: threading.Event | None = None,
        most_bytes: int = MOST_ATTACHMENT_BYTES,
        seconds: float = asking.SECONDS,
    ) -> None:
        self._database, self._tenant, self._id = database, tenant, source
        self._pepper, self._hosts, self._clock = pepper, hosts, clock
        self._stop, self._most_bytes, self._seconds = stop or threading.Event(), most_bytes, seconds

    def step(self) -> bool:
        """Takes the next page, if it is time; whether there is another one at once."""
        now = self._clock()
        with self._database.reading(self._tenant) as session:
            row = session.get(Source, (self._tenant, self._id))
            if row is None or row.paused is not None or (row.again_at is not None and row.again_at > now):
                return False
            if copied_since(session) is not None or erasure.unfinished(session, self._tenant):
                return False
            session.expunge(row)
        try:
            page = self._page(row, now)
            more = page.more and asking.next_address(row.endpoint, page.more)
            if more and more == row.more:
                raise Unanswered("its more leads in a circle")
        except Unanswered as fault:
            self._failed(row, fault)
            return False
        outcomes = list(self._store(row, page))
        return self._note(row, page, more, outcomes)

    def _page(self, row: Source, now: datetime) -> Page:
        password = peers.unseal(self._pepper, row.id, row.sealed)
        if password is None:
            raise Unanswered("the password was encrypted under another SECRET_KEY; set it again")
        if not outgoing.is_listed(row.endpoint, self._hosts):
            raise Unanswered(f"{outgoing.host_of(row.endpoint)} is not in OUTGOING_HOSTS")
        where = row.more
        if not where:
            since = row.since if row.reached is None else row.reached - timedelta(seconds=row.overlap)
            if row.since is not None and since is not None:
                since = max(since, row.since)
            where = asking.address(row.endpoint, decode(row.parameters.encode()), since, row.until)
        return asking.ask(where, row.username, password, row.version, now=now, seconds=self._seconds)

    def _failed(self, row: Source, fault: Unanswered) -> None:
        now = self._clock()
        values: dict[str, Any] = {"tried": now, "answer": str(fault)} | peers.later(row.failures, fault.wait, now)
        if row.more and fault.status in (400, 404, 410):  # pages are kept for a while only: the round begins anew
            values |= {"more": "", "answer": f"{fault}; the round begins anew"}
        with self._database.writing(self._tenant) as session:
            self._write(session, row, values)

    # ---------------------------------------------------------------- storing

    def _store(self, row: Source, page: Page) -> Iterator[Outcome]:
        with self._database.reading(self._tenant) as session:
            account = f"{AUTHORITY}{row.name}"
            identity = acting(session, self._tenant, account, name=row.name, pepper=self._pepper)
        each = page.size // max(1, len(page.statements))
        items = (self._sent(at, document, each, page) for at, document in enumerate(page.statements))
        yield from store_each(self._database, identity, items, most_bytes=self._most_bytes)

    def _sent(self, at: int, document: Any, size: int, page: Page) -> Sent:
        one = sent(at, document, size)
        wanted = dict(declared(document))
        if not wanted:
            return one
        contents = {sha2: page.contents[sha2] for sha2 in wanted if sha2 in page.contents}
        with self._database.reading(self._tenant) as session:
            there = attachments.known(session, self._tenant, wanted.keys())
            for sha2 in there - contents.keys():
                if wanted[sha2] == SIGNATURE:
                    contents[sha2] = Content(sha2, attachments.read(session, self._tenant, sha2))
        return replace(one, contents=list(contents.values()), there=there)

    # ---------------------------------------------------------------- noting

    def _note(self, row: Source, page: Page, more: str, outcomes: Sequence[Outcome]) -> bool:
        now = self._clock()
        new = sum(one.result == "stored" for one in outcomes)
        values: dict[str, Any] = {
            "tried": now, "answer": "200", "failures": 0, "more": more, "again_at": None,
            "stored": Source.stored + new, "reached": _reached(row, page, now),
        }  # fmt: skip
        if not more:
            values |= {"finished": now, "again_at": now + timedelta(seconds=row.every)}
            if row.until is not None and now > row.until + timedelta(seconds=row.overlap):
                values |= {"paused": now, "answer": "200; all up to the end that was asked for is here"}
        with self._database.writing(self._tenant) as session:
            if self._write(session, row, values):
                self._keep_refusals(session, page, outcomes, now)
        return bool(more)

    def _write(self, session: Session, row: Source, values: Mapping[str, Any]) -> bool:
        """Unless somebody else went on, or the source is another one by now."""
        command = sa.update(Source).where(
            Source.tenant_id == self._tenant, Source.id == self._id, Source.endpoint == row.endpoint,
            Source.more == row.more, Source.parameters == row.parameters,
        )  # fmt: skip
        return bool(session.connection().execute(command.values(**values)).rowcount)

    def _keep_refusals(self, session: Session, page: Page, outcomes: Sequence[Outcome], now: datetime) -> None:
        called = {one.line: _called(page.statements[one.line]) for one in outcomes}
        here = _REFUSAL.c.tenant_id == self._tenant, _REFUSAL.c.source_id == self._id
        session.execute(sa.delete(_REFUSAL).where(*here, among(session, _REFUSAL.c.statement, set(called.values()))))
        rows = {
            called[one.line]: encode(
                [
                    {"place": fault["place"], "message": fault["message"][:LONGEST_MESSAGE]}
                    for fault in listed(one.faults[:MOST_FAULTS])
                ]
            )
            for one in outcomes
            if one.result == "refused"
        }
        of = {"tenant_id": self._tenant, "source_id": self._id, "refused": now}
        if rows:
            session.execute(
                sa.insert(_REFUSAL), [{**of, "statement": name, "faults": faults} for name, faults in rows.items()]
            )


def _reached(row: Source, page: Page, now: datetime) -> datetime | None:
    """Up to where all is here by this page: what its last Statement says, as far as its store may be believed."""
    found = [at for one in page.statements if (at := _stored(one)) is not None]
    if not found:
        return row.reached
    last = min(one for one in (max(found), page.through, now) if one is not None)
    return last if row.reached is None else max(last, row.reached)


def _stored(document: Any) -> datetime | None:
    said = document.get("stored") if isinstance(document, dict) else None
    try:
        return check_timestamp(said, "stored").astimezone(UTC) if isinstance(said, str) else None
    except InvalidRequest:
        return None


def _called(document: Any) -> str:
    """What a Statement is called in a list: its id, or a digest where it says none that can be one."""
    said = document.get("id") if isinstance(document, dict) else None
    try:
        return str(UUID(said))
    except (ValueError, TypeError, AttributeError):
        return "sha256:" + hashlib.sha256(encode(document).encode()).hexdigest()
