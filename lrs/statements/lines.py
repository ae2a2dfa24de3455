"""Statements of which each stands for itself, however many: each is stored, found there already, or refused.

What is at fault in one changes nothing for the others. They are checked one by one and stored some hundreds at a time;
where the database refuses a group, it is parted until only the one at fault is left out. What is held in memory does
not depend on how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from lrs.attachments import MOST_BYTES, Content
from lrs.credentials import Identity
from lrs.db import Database, Session
from lrs.errors import Fault, InvalidRequest, InvalidStatement, LrsError, StatementConflict
from lrs.statements.store import Batch, check, join, put_new
from lrs.statements.validate import decode

__all__ = ["AT_ONCE", "BYTES_AT_ONCE", "Outcome", "Sent", "Summary", "read", "split", "store_each"]

AT_ONCE = 500
"""Statements stored in one transaction."""

BYTES_AT_ONCE = 4 * 1024 * 1024
"""So many bytes of lines and Attachments make a group of their own, however few Statements that are."""

MOST_FAULTS = 50
"""So many faults of one Statement are named."""

_NEEDS_ID = "sent in this way, a Statement needs its own id; without one, sending the line again would store it again"


@dataclass(frozen=True, slots=True)
class Sent:
    """A decoded document that ought to be a Statement, and the line on which it came."""

    line: int
    document: Any
    size: int
    """Bytes that it took, Attachments included."""
    version: str = "2.0.0"
    contents: Sequence[Content] = ()
    place: str = ""
    """JSON pointer to it within the line."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: `id` is None where the line did not say one."""

    line: int
    id: str | None
    result: Literal["stored", "there", "refused"]
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Summary:
    """How many lines became what; blank ones are not counted."""

    stored: int = 0
    there: int = 0
    refused: int = 0
    lines: int = 0

    def count(self, outcome: Outcome) -> None:
        self.lines += 1
        setattr(self, outcome.result, getattr(self, outcome.result) + 1)


# --- From bytes to documents


def split(pieces: Iterable[bytes], most_bytes: int, first: int = 1) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of each line that is not blank; None for one of more than `most_bytes`, which is not held.

    Lines end with LF or CRLF, the last one with or without. A byte order mark at the very beginning is passed over.
    """
    number = first
    parts: list[bytes] = []
    held = 0

    def finished(last: bytes) -> bytes | None:
        if held + len(last) > most_bytes + 1:  # one more: the CR of a line's end
            return None
        line = b"".join((*parts, last)).removesuffix(b"\r")
        if number == first:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        return None if len(line) > most_bytes else line

    for piece in pieces:
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            line = finished(piece[start:end])
            if line is None or line.strip():
                yield number, line
            number, parts, held, start = number + 1, [], 0, end + 1
        rest = piece[start:]
        held += len(rest)
        if held <= most_bytes + 1:
            parts.append(rest)
        else:
            parts.clear()
    line = finished(b"")
    if line is None or line.strip():
        yield number, line


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(lines: Iterable[tuple[int, bytes | None]], most_bytes: int, *, version: str) -> Iterator[Sent | Outcome]:
    """What each line holds; an Outcome where it is no JSON or longer than `most_bytes`."""
    for number, text in lines:
        if text is None:
            message = f"the line is longer than the {most_bytes} bytes that are taken here; it was not read"
            yield Outcome(number, None, "refused", (Fault("", message, ""),))
            continue
        try:
            yield Sent(number, decode(text), len(text), version)
        except InvalidRequest as error:
            yield Outcome(number, None, "refused", error.faults)


# --- From documents to what became of them


@dataclass(slots=True)
class _Group:
    """Good Statements of different ids, waiting to be stored together, between Outcomes that are known already."""

    waiting: list[tuple[Sent, Batch]] = field(default_factory=list)
    known: list[Outcome] = field(default_factory=list)
    ids: set[UUID] = field(default_factory=set)
    size: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.waiting) + len(self.known) >= AT_ONCE or self.size >= BYTES_AT_ONCE


Afterwards = Callable[[Session, Sequence[Sent], set[UUID]], None]
"""Called in the transaction that stored Statements, with them and the ids of those that are new."""


def store_each(
    database: Database,
    identity: Identity,
    statements: Iterable[Sent | Outcome],
    *,
    most_bytes: int = MOST_BYTES,
    afterwards: Afterwards | None = None,
) -> Iterator[Outcome]:
    """Store each Statement as `identity` and say what became of it, in the order given.

    Outcomes among the Statements are handed on at their turn. What was said to be stored is committed.
    """
    group = _Group()
    for one in statements:
        if isinstance(one, Outcome):
            group.known.append(one)
        else:
            try:
                batch = _checked(identity, one, most_bytes)
            except LrsError as error:
                group.known.append(_refused(one, error))
            else:
                if batch.rows[0].id in group.ids:  # the first of two has to be there before the other is compared
                    yield from _settle(database, identity, group, afterwards)
                    group = _Group()
                group.waiting.append((one, batch))
                group.ids.add(batch.rows[0].id)
                group.size += one.size
        if group.is_full:
            yield from _settle(database, identity, group, afterwards)
            group = _Group()
    yield from _settle(database, identity, group, afterwards)


def _checked(identity: Identity, one: Sent, most_bytes: int) -> Batch:
    """The Statement as a batch of its own; raises LrsError."""
    if not isinstance(one.document, dict):
        raise InvalidRequest.at("", "a line holds one Statement, which is a JSON object")
    if "id" not in one.document:
        raise InvalidRequest.at("/id", _NEEDS_ID)
    return check(identity, [one.document], version=one.version, contents=one.contents, most_bytes=most_bytes)


def _settle(database: Database, identity: Identity, group: _Group, afterwards: Afterwards | None) -> Iterator[Outcome]:
    settled = group.known
    if group.waiting:
        settled = sorted([*settled, *_stored(database, identity, group.waiting, afterwards)], key=lambda one: one.line)
    yield from settled


def _stored(
    database: Database, identity: Identity, waiting: list[tuple[Sent, Batch]], afterwards: Afterwards | None
) -> list[Outcome]:
    try:
        with database.writing(identity.tenant) as session:
            return _put(session, identity, waiting, afterwards)
    except (StatementConflict, InvalidStatement):
        pass
    with database.writing(identity.tenant) as session:
        return _put_apart(session, identity, waiting, afterwards)


def _put_apart(
    session: Session, identity: Identity, waiting: list[tuple[Sent, Batch]], afterwards: Afterwards | None
) -> list[Outcome]:
    """Store what can be stored of a group that was refused: parted in halves, down to the one at fault."""
    half = len(waiting) // 2
    settled = []
    for part in (waiting[:half], waiting[half:]):
        if not part:
            continue
        try:
            with session.begin_nested():
                settled += _put(session, identity, part, afterwards)
        except (StatementConflict, InvalidStatement) as error:
            if len(part) == 1:
                settled.append(_refused(part[0][0], error))
            else:
                settled += _put_apart(session, identity, part, afterwards)
    return settled


def _put(
    session: Session, identity: Identity, waiting: list[tuple[Sent, Batch]], afterwards: Afterwards | None
) -> list[Outcome]:
    new = put_new(session, identity, join([batch for _, batch in waiting]))
    if afterwards:
        afterwards(session, [one for one, _ in waiting], new)
    return [
        Outcome(one.line, str(batch.rows[0].id), "stored" if batch.rows[0].id in new else "there")
        for one, batch in waiting
    ]


def _refused(one: Sent, error: LrsError) -> Outcome:
    if isinstance(error, InvalidRequest | InvalidStatement):
        faults = error.faults[:MOST_FAULTS]
        if len(error.faults) > MOST_FAULTS:
            faults += (Fault("", "there are more; mend these first, then send it again", ""),)
    elif isinstance(error, StatementConflict):
        faults = (Fault("/id", str(error), "xAPI 1.0.3 Communication 2.1.2"),)
    else:
        faults = (Fault("", str(error), ""),)
    said = one.document.get("id") if isinstance(one.document, dict) else None
    return Outcome(
        one.line,
        said if isinstance(said, str) and len(said) <= _LONGEST_ID else None,
        "refused",
        tuple(Fault(one.place + fault.place, fault.message, fault.clause) for fault in faults),
    )


_LONGEST_ID = 100
"""What was sent as an id is said again where it is no longer than this; a UUID has 36 characters."""
