"""One step of a destination: what comes next is read, sent with no transaction open, and settled.

What is refused as a batch is sent in halves down to the Statements at fault; these are laid aside, and what stands
before the first one of which nothing is known is settled. A destination that refuses all there is, one after another,
is taken for one that is set up wrongly first, and nothing is laid aside. A webhook gets messages of its own, one by
one, in the place of Statements (`lrs.forwarding.webhooks`); all else is the same.

A Statement that voids another goes where that one goes: after it, whatever the filter says of the voiding itself.
Statements in which a person was erased go nowhere, and nothing goes anywhere while an erasure is under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs import attachments, erasure, outgoing
from lrs.attachments import Kept
from lrs.copies import copied_since
from lrs.db import Database, Session, among
from lrs.errors import InvalidRequest, InvalidStatement
from lrs.forwarding import destinations, filters, letters, webhooks
from lrs.forwarding.destinations import WEBHOOK
from lrs.forwarding.filters import More
from lrs.forwarding.letters import Letter
from lrs.forwarding.posting import LONGEST_REASON, SECONDS, Meaning, Post, Verdict, post
from lrs.models import Destination, Reference
from lrs.peers import later
from lrs.statements import originals, query
from lrs.statements.keys import VOIDED
from lrs.statements.query import One
from lrs.statements.rows import read_exact
from lrs.statements.validate import check_statements, encode

__all__ = ["MOST", "Sender"]

MOST = 100
"""Statements in one request."""

MOST_BYTES = 1024 * 1024
ATTACHMENT_BYTES = 8 * 1024 * 1024
"""So many bytes of texts and of Attachments go together; a Statement that has more goes alone."""

ALONE_AFTER = 3
GIVE_UP_AFTER = 12
"""After so many answers 500 in a row a batch is parted, and a Statement that is alone with it laid aside."""

WRONGLY_SET = 20
"""So many Statements refused, and none taken, are more likely the fault of how the destination is set up …"""

BELIEVED_AFTER = 5
"""… until it was tried again so many times."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A Statement to be sent. `place` is the one that is passed with it."""

    id: UUID
    seq: int
    place: int
    text: str
    files: tuple[Kept, ...] = ()


@dataclass(slots=True)
class _Batch:
    """What a step takes: what is to be sent, what cannot be, and the place up to which that is all."""

    row: Destination
    secrets: list[str] = field(default_factory=list)
    """The password; of a webhook all that signs."""
    items: list[_Item] = field(default_factory=list)
    unsendable: list[Letter] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)
    """Dead letters that go nowhere any more."""
    contents: dict[str, bytes] = field(default_factory=dict)
    through: int = 0
    replayed: bool = False
    full: bool = False
    """There may be more after it."""


@dataclass(slots=True)
class _Outcome:
    taken: list[_Item] = field(default_factory=list)
    refused: list[Letter] = field(default_factory=list)
    stopped_by: Verdict | None = None
    stopped_at: _Item | None = None
    words: str = ""


class Sender:
    """Sends to one destination. What a destination finds too large is remembered as long as this lives."""

    def __init__(
        self,
        database: Database,
        tenant: UUID,
        destination: UUID,
        *,
        pepper: bytes,
        hosts: Collection[str],
        more: More,
        site: str = "",
        clock: Callable[[], datetime],
        stop: threading.Event | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._database, self._tenant, self._id = database, tenant, destination
        self._pepper, self._hosts, self._more, self._site = pepper, hosts, more, site
        self._clock, self._stop, self._seconds = clock, stop or threading.Event(), seconds
        self._limit = MOST

    def step(self) -> bool:
        """Sends what comes next, if anything does; whether there may be more to send at once."""
        with self._database.reading(self._tenant) as session:
            batch = self._next(session)
        if batch is None:
            return False
        if isinstance(batch, Verdict):
            self._wait(batch)
            return False
        if not (batch.items or batch.unsendable or batch.gone) and batch.through == batch.row.position:
            return False
        outcome = _Outcome()
        complete = self._deliver(batch, batch.items, outcome)
        return self._settle(batch, outcome) and complete and batch.full

    # ---------------------------------------------------------------- what comes next

    def _next(self, session: Session) -> _Batch | Verdict | None:
        """What is to be sent now; a Verdict where nothing can be; None where nothing is to be."""
        now = self._clock()
        row = session.get(Destination, (self._tenant, self._id))
        if row is None or row.paused is not None or (row.again_at is not None and row.again_at > now):
            return None
        if copied_since(session) is not None or erasure.unfinished(session, self._tenant):
            return None
        wanted = letters.wanted(session, self._tenant, self._id, self._limit)
        found = [] if wanted else query.after(session, self._tenant, row.position, self._limit)
        if not wanted and not found:
            return None
        session.expunge(row)
        if not outgoing.is_listed(row.endpoint, self._hosts):
            return Verdict(Meaning.LATER, f"{outgoing.host_of(row.endpoint)} is not in OUTGOING_HOSTS")
        secrets = destinations.secrets_of(row, self._pepper, now)
        if secrets is None:
            return Verdict(Meaning.LATER, "the password was encrypted under another SECRET_KEY; set it again")
        batch = _Batch(row, secrets, through=row.position, replayed=bool(wanted))
        if wanted:
            self._take_letters(session, batch, wanted)
        else:
            try:
                takes = filters.made(session, self._tenant, read_exact(row.filter), self._more, now=now)
            except InvalidRequest as error:
                return Verdict(Meaning.LATER, f"the filter is not understood any more: {error}"[:LONGEST_REASON])
            self._take_found(session, batch, found, takes)
        for item in batch.items:
            for one in item.files:
                batch.contents[one.sha2] = attachments.read(session, self._tenant, one.sha2)
        return batch

    def _take_letters(self, session: Session, batch: _Batch, wanted: Sequence[UUID]) -> None:
        there = query.many(session, self._tenant, wanted)
        erased = originals.known(session, self._tenant, wanted)
        batch.gone = [one for one in wanted if one in erased]
        batch.full = True
        for one in there:
            if one.id not in erased and not self._add(session, batch, one, one.seq):
                break

    def _take_found(self, session: Session, batch: _Batch, found: Sequence[One], takes: filters.Takes) -> None:
        documents = {one.id: read_exact(one.exact) for one in found}
        targets = {id_: target for id_, one in documents.items() if (target := _voided_by(one)) is not None}
        known = {one.id: one for one in query.many(session, self._tenant, list(targets.values()))} if targets else {}
        erased = originals.known(session, self._tenant, list(documents))
        voidings = self._voidings(session, [one.id for one in found if one.voided])
        batch.full = len(found) == self._limit
        for one in found:
            goes = [one]
            if one.id in erased:
                goes = []
            elif (target := targets.get(one.id)) is not None:
                voided = known.get(target)  # what is voided before it comes takes its voiding along when it does
                if voided is None or voided.seq > one.seq or not takes(read_exact(voided.exact)):
                    goes = []
            elif takes(documents[one.id]):
                goes += [other for other in voidings.get(one.id, ()) if other.seq < one.seq]
            else:
                goes = []
            for each in goes:
                if not self._add(session, batch, each, one.seq):
                    batch.full = True
                    return
            batch.through = one.seq

    def _voidings(self, session: Session, ids: Collection[UUID]) -> Mapping[UUID, list[One]]:
        """The Statements that void these."""
        if not ids:
            return {}
        rows = session.execute(
            sa.select(Reference.target_id, Reference.statement_id).where(
                Reference.tenant_id == self._tenant,
                Reference.voids.is_(sa.true()),
                among(session, Reference.target_id, ids),
            )
        ).all()
        ones = {one.id: one for one in query.many(session, self._tenant, [row.statement_id for row in rows])}
        found: dict[UUID, list[One]] = {}
        for row in rows:
            if row.statement_id in ones:
                found.setdefault(row.target_id, []).append(ones[row.statement_id])
        return found

    def _add(self, session: Session, batch: _Batch, one: One, place: int) -> bool:
        """Takes a Statement along; False where it is for the next step."""
        if any(item.id == one.id for item in batch.items):
            return True
        document = read_exact(one.exact)
        if batch.row.kind == WEBHOOK:
            if len(batch.items) == webhooks.MOST:
                return False
            text = webhooks.message(one.id, document, _voided_by(document), self._site)
            batch.items.append(_Item(one.id, one.seq, place, text))
            return True
        text = one.exact
        if batch.row.version.startswith("1."):
            try:
                text = _in_first_version(document)
            except InvalidStatement as error:
                said = "; ".join(f"{fault.place}: {fault.message}" for fault in error.faults)
                why = f"xAPI {batch.row.version} has no such Statement: {said}"
                batch.unsendable.append(Letter(one.id, one.seq, 0, why[:LONGEST_REASON], self._clock(), again=False))
                return True
        files = tuple(attachments.find(session, self._tenant, [document]))
        texts = sum(len(item.text) for item in batch.items) + len(text)
        bytes_ = sum(file.length for item in batch.items for file in item.files) + sum(file.length for file in files)
        if batch.items and (texts > MOST_BYTES or bytes_ > ATTACHMENT_BYTES):
            return False
        batch.items.append(_Item(one.id, one.seq, place, text, files))
        return True

    # ---------------------------------------------------------------- sending

    def _deliver(self, batch: _Batch, items: Sequence[_Item], outcome: _Outcome) -> bool:
        """Sends these, parted where they are refused together; False where it stopped."""
        if not items:
            return True
        if self._stop.is_set():
            outcome.stopped_at = items[0]
            return False
        row = batch.row
        if row.kind == WEBHOOK and len(items) > 1:
            return all(self._deliver(batch, [one], outcome) for one in items)
        verdict = self._post(batch, items)
        outcome.words = verdict.words
        if verdict.meaning is Meaning.TAKEN:
            outcome.taken += items
            return True
        if verdict.meaning is Meaning.TOO_LARGE:
            self._limit = max(1, min(self._limit, len(items)) // 2)
        is_theirs = verdict.meaning in (Meaning.REFUSED, Meaning.TOO_LARGE)
        if len(items) > 1 and (is_theirs or (verdict.meaning is Meaning.FAILED and row.failures >= ALONE_AFTER)):
            half = len(items) // 2
            return self._deliver(batch, items[:half], outcome) and self._deliver(batch, items[half:], outcome)
        if is_theirs or (verdict.meaning is Meaning.FAILED and row.failures >= GIVE_UP_AFTER):
            one = items[0]
            outcome.refused.append(Letter(one.id, one.seq, verdict.status, verdict.reason, self._clock(), again=False))
            if len(outcome.refused) < WRONGLY_SET or outcome.taken or row.failures >= BELIEVED_AFTER:
                return True
            outcome.refused.clear()
            words = f"{verdict.words}: it refuses whatever it is sent; look at how it is set up here and there"
            verdict, items = Verdict(Meaning.LATER, words, verdict.status), batch.items
            outcome.words = words
        outcome.stopped_by, outcome.stopped_at = verdict, items[0]
        return False

    def _post(self, batch: _Batch, items: Sequence[_Item]) -> Verdict:
        row, now = batch.row, self._clock()
        if row.kind == WEBHOOK:
            [one] = items
            return webhooks.post(row.endpoint, one.id, one.text, batch.secrets, now=now, seconds=self._seconds)
        files = {file.sha2: file for item in items for file in item.files}
        what = Post(
            [item.id for item in items],
            [item.text for item in items],
            [(file, batch.contents[sha2]) for sha2, file in files.items()],
        )
        return post(row.endpoint, row.username, batch.secrets[0], row.version, what, now=now, seconds=self._seconds)

    # ---------------------------------------------------------------- settling

    def _settle(self, batch: _Batch, outcome: _Outcome) -> bool:
        """Keeps what became of it, unless somebody else moved on or the destination is another one by now."""
        row, now = batch.row, self._clock()
        position = batch.through
        if outcome.stopped_at is not None:
            position = min(position, outcome.stopped_at.place - 1)
        if batch.replayed:
            position = row.position
        progress = bool(outcome.taken or outcome.refused or batch.gone) or position > row.position
        values: dict[str, Any] = {"position": position}
        if outcome.words:
            values |= {"tried": now, "answer": outcome.words}
        if outcome.taken:
            values |= {"took": now, "delivered": Destination.delivered + len(outcome.taken)}
        if outcome.stopped_by is not None:
            values |= later(0 if progress else row.failures, outcome.stopped_by.wait, now)
            if outcome.stopped_by.meaning is Meaning.GONE:
                values["paused"] = now
        elif outcome.stopped_at is None:
            values |= {"failures": 0, "again_at": None}
        laid = [one for one in batch.unsendable if batch.replayed or one.seq <= position] + outcome.refused
        with self._database.writing(self._tenant) as session:
            if not self._write(session, row, values):
                return True
            letters.settled(session, self._tenant, self._id, [*(item.id for item in outcome.taken), *batch.gone])
            letters.lay_aside(session, self._tenant, self._id, laid)
        return outcome.stopped_at is None

    def _wait(self, verdict: Verdict) -> None:
        with self._database.writing(self._tenant) as session:
            row = session.get(Destination, (self._tenant, self._id))
            if row is not None:
                values = {"answer": verdict.words} | later(row.failures, verdict.wait, self._clock())
                self._write(session, row, values)

    def _write(self, session: Session, row: Destination, values: Mapping[str, Any]) -> bool:
        command = sa.update(Destination).where(
            Destination.tenant_id == self._tenant, Destination.id == self._id, Destination.position == row.position,
            Destination.endpoint == row.endpoint,
        )  # fmt: skip
        changed = session.connection().execute(command.values(**values))
        return bool(changed.rowcount)


def _voided_by(statement: Mapping[str, Any]) -> UUID | None:
    """Which Statement this one voids."""
    if statement["verb"]["id"] != VOIDED or statement["object"].get("objectType") != "StatementRef":
        return None
    return UUID(statement["object"]["id"])


def _in_first_version(statement: dict[str, Any]) -> str:
    """The Statement as a store of xAPI 1.0.3 takes it: what says more than that version can is not sent as less.
    Raises InvalidStatement."""
    if str(statement.get("version", "")).startswith("2."):
        statement = {**statement, "version": "1.0.0"}
    check_statements([statement], version="1.0.3")
    return encode(statement)
