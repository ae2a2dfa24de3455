"""Statements of which each stands for itself, however many: each is stored, found there already, or refused.

What is at fault in one changes nothing for the others. They are checked one by one and stored some hundreds at a time;
where the database refuses a group, it is parted until only the one at fault is left out. What is held in memory does
not depend on how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec

from lrs import provenance
from lrs.attachments import MOST_BYTES, Content
from lrs.credentials import Identity
from lrs.db import Database, Session
from lrs.errors import Fault, InvalidRequest, InvalidStatement, LrsError, StatementConflict, listed
from lrs.statements.store import Batch, check, join, put
from lrs.statements.validate import decode

__all__ = [
    "AT_ONCE",
    "BYTES_AT_ONCE",
    "Outcome",
    "Sent",
    "Summary",
    "put_apart",
    "read",
    "refused",
    "split",
    "store_each",
]

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
    there: Collection[str] = ()
    """Hashes of Attachments that need not come with it, because they are stored already."""
    chain: Sequence[Mapping[str, Any]] = ()
    """What the stores that it came through said of it (`lrs.provenance`)."""
    place: str = ""
    """JSON pointer to it within the line."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: `id` is None where the line did not say one."""

    line: int
    id: str | None
    result: Literal["stored", "there", "refused"]
    faults: tuple[Fault, ...] = ()

    def line_of_answer(self) -> bytes:
        """This as a line of NDJSON."""
        answer: dict[str, Any] = {"line": self.line, "id": self.id, "result": self.result}
        if self.faults:
            answer["errors"] = listed(self.faults)
        return msgspec.json.encode(answer) + b"\n"


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
            if not held and (blank := _BLANK_LINES.match(piece, start)):  # millions of them fold into a few bytes
                number, start = number + piece.count(b"\n", start, blank.end()), blank.end()
                continue
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
_BLANK_LINES = re.compile(rb"(?:[ \t\r\x0b\x0c]*\n)+")


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
            yield refused(Sent(number, None, len(text)), error)


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


def store_each(
    database: Database,
    identity: Identity,
    statements: Iterable[Sent | Outcome],
    *,
    most_bytes: int = MOST_BYTES,
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
                group.known.append(refused(one, error))
            else:
                if batch.rows[0].id in group.ids:  # the first of two has to be there before the other is compared
                    yield from _settle(database, identity, group)
                    group = _Group()
                group.waiting.append((one, batch))
                group.ids.add(batch.rows[0].id)
                group.size += one.size
        if group.is_full:
            yield from _settle(database, identity, group)
            group = _Group()
    yield from _settle(database, identity, group)


def _checked(identity: Identity, one: Sent, most_bytes: int) -> Batch:
    """The Statement as a batch of its own; raises LrsError."""
    if not isinstance(one.document, dict):
        raise InvalidRequest.at("", "a line holds one Statement, which is a JSON object")
    if "id" not in one.document:
        raise InvalidRequest.at("/id", _NEEDS_ID)
    return check(
        identity, [one.document], version=one.version, contents=one.contents, there=one.there, most_bytes=most_bytes
    )


def _settle(database: Database, identity: Identity, group: _Group) -> Iterator[Outcome]:
    settled = group.known
    if group.waiting:

        def put_some(session: Session, waiting: Sequence[tuple[Sent, Batch]]) -> list[Outcome]:
            return _put(session, identity, waiting)

        stored = put_apart(
            database, identity.tenant, group.waiting, put_some, lambda one, error: refused(one[0], error)
        )
        settled = sorted([*settled, *stored], key=lambda one: one.line)
    yield from settled


def _put(session: Session, identity: Identity, waiting: Sequence[tuple[Sent, Batch]]) -> list[Outcome]:
    new = put(session, join([batch for _, batch in waiting]))
    ids = [batch.rows[0].id for _, batch in waiting]
    chains = {id_: one.chain for id_, (one, _) in zip(ids, waiting, strict=True) if one.chain and id_ in new}
    provenance.keep(session, identity.tenant, chains)
    return [
        Outcome(one.line, str(id_), "stored" if id_ in new else "there")
        for id_, (one, _) in zip(ids, waiting, strict=True)
    ]


T = TypeVar("T")
Put = Callable[[Session, Sequence[T]], list[Outcome]]
Refuse = Callable[[T, LrsError], Outcome]


def put_apart(database: Database, tenant: UUID, things: Sequence[T], put: Put[T], refuse: Refuse[T]) -> list[Outcome]:
    """Have `put` store these in one transaction; where it refuses them, store all those it does not refuse alone."""
    try:
        with database.writing(tenant) as session:
            return put(session, things)
    except (StatementConflict, InvalidStatement):
        pass
    with database.writing(tenant) as session:
        return _halves(session, things, put, refuse)


def _halves(session: Session, things: Sequence[T], put: Put[T], refuse: Refuse[T]) -> list[Outcome]:
    settled: list[Outcome] = []
    half = len(things) // 2
    for part in (things[:half], things[half:]):
        if not part:
            continue
        try:
            with session.begin_nested():
                settled += put(session, part)
        except (StatementConflict, InvalidStatement) as error:
            settled += [refuse(part[0], error)] if len(part) == 1 else _halves(session, part, put, refuse)
    return settled


def refused(one: Sent, error: LrsError) -> Outcome:
    """What is told of a Statement that this store does not take."""
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
