"""A store that changes its place: an export of this program goes into an empty tenant just as it is.

Places, `stored`, authorities, what was known of Activities and Agents, and what signatures were found to prove stay as
they are in the export, so that every query is answered alike. A tenant that holds the beginning of the same export (a
move that broke off, or an export continued by a later one) is moved on from there. Everybody else's Statements are
refused: meanwhile nobody may store in the tenant.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import sqlalchemy as sa

from lrs import attachments, provenance, signatures
from lrs.attachments import Content
from lrs.db import Database, Session
from lrs.errors import InvalidRequest, LrsError, StatementConflict
from lrs.models import Signature, Statement, StatementLink
from lrs.statements import query, references
from lrs.statements.lines import AT_ONCE, BYTES_AT_ONCE, Outcome, Sent, put_apart, refused
from lrs.statements.order import enter, microseconds, next_place
from lrs.statements.references import Link
from lrs.statements.rows import Row, prepare
from lrs.statements.validate import check_statements, check_timestamp, decode, encode
from lrs.transfer import form, restoring
from lrs.transfer.brought import Brought, bringing
from lrs.transfer.reading import Numbered, version_of

__all__ = ["is_continued", "move"]

_SKEW = timedelta(days=1)
"""A `stored` may be so far ahead of this machine's clock."""

_MOST_PLACES = 10**18
_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")
_STOPPED = "somebody else stores in this tenant; a move needs it for itself until it is done. Import the file again"


def is_continued(database: Database, tenant: UUID, header: form.Header, first: form.Statement | None) -> bool:
    """Whether the tenant is empty, or holds what comes before this export or its beginning (`first`), and no more."""
    with database.reading(tenant) as session:
        newest = query.newest_place(session, tenant)
        before = query.after(session, tenant, header.after - 1, 1) if header.after else []
        begun = query.after(session, tenant, header.after, 1)
    if header.after and [one.id for one in before if one.seq == header.after] != [header.after_id]:
        return False
    if newest == header.after or first is None:
        return newest == header.after
    return bool(begun) and begun[0].seq == first.place and _says(first, begun[0].exact)


def move(
    database: Database, tenant: UUID, items: Iterable[Numbered | Sent | Outcome], *, now: datetime, most_bytes: int
) -> Iterator[Outcome]:
    """Put every line where it was, after `is_continued` said that it can be.

    Raises InvalidRequest when the tenant holds something else after all. What was told is committed.
    """
    with bringing(database, tenant) as brought:
        mover = _Mover(database, tenant, brought, now, most_bytes)
        for item in items:
            if not isinstance(item, Sent):  # no export holds Statements without a line of its form
                yield from mover.take(item)
        yield from mover.settle()


@dataclass(frozen=True, slots=True)
class _Placed:
    """A Statement ready to be put at its place."""

    number: int
    row: Row
    place: int
    stored: int
    exact: str
    contents: Sequence[Content]
    line: form.Statement


class _Mover:
    def __init__(self, database: Database, tenant: UUID, brought: Brought, now: datetime, most_bytes: int) -> None:
        self._database, self._tenant, self._brought, self._most_bytes = database, tenant, brought, most_bytes
        self._latest = microseconds(now + _SKEW)
        with database.reading(tenant) as session:
            self._there = self._end = query.newest_place(session, tenant)
            newest = query.after(session, tenant, self._there - 1, 1)
        self._place, self._stored = 0, newest[0].stored if newest else 0
        self._outcomes: list[Outcome] = []
        self._passing: list[tuple[int, form.Statement]] = []
        self._waiting: list[_Placed] = []
        self._definitions: list[tuple[int, form.Activity | form.Agent]] = []
        self._size = 0

    def take(self, item: Numbered | Outcome) -> Iterator[Outcome]:
        """Have the next line put, now or with those that follow."""
        if isinstance(item, Outcome):
            self._outcomes.append(item)
        else:
            try:
                self._take(item.number, item.line)
            except LrsError as error:
                self._outcomes.append(_refused(item.number, item.line, error))
        count = len(self._outcomes) + len(self._passing) + len(self._waiting) + len(self._definitions)
        if count >= AT_ONCE or self._size >= BYTES_AT_ONCE:
            yield from self.settle()

    def settle(self) -> Iterator[Outcome]:
        """Put what waits."""
        outcomes = self._outcomes
        if self._passing:
            outcomes += self._compare()
            self._brought.let_stored_go()
        if self._waiting:
            outcomes += put_apart(self._database, self._tenant, self._waiting, self._put, _refused_placed)
        if self._definitions:
            with self._database.writing(self._tenant) as session:
                restoring.restore_definitions(session, self._tenant, [line for _, line in self._definitions])
            outcomes += [Outcome(number, None, "stored") for number, _ in self._definitions]
        self._outcomes, self._passing, self._waiting, self._definitions = [], [], [], []
        self._size = 0
        yield from sorted(outcomes, key=lambda one: one.line)

    def _take(self, number: int, line: form.Line) -> None:
        if isinstance(line, form.Attachment):
            self._brought.take(line)
        elif isinstance(line, form.Document):
            with self._database.writing(self._tenant) as session:
                self._outcomes.append(restoring.restore_document(session, self._tenant, number, line, replacing=True))
        elif isinstance(line, form.Activity | form.Agent):
            restoring.check_definition(line)
            self._definitions.append((number, line))
        elif isinstance(line, form.Statement):
            if not self._place < line.place < _MOST_PLACES:
                raise InvalidRequest.at("/place", f"does not come after {self._place}, the place of the one before")
            if line.place <= self._there:
                self._passing.append((number, line))
            else:
                self._waiting.append(placed := self._placed(number, line))
                self._stored = placed.stored
                self._size += len(placed.exact) + sum(len(one.data) for one in placed.contents)
            self._place = line.place

    def _compare(self) -> Iterator[Outcome]:
        """Pass over what is there; raises InvalidRequest where that is something else than the file holds."""
        places = {line.place: (number, line) for number, line in self._passing}
        with self._database.reading(self._tenant) as session:
            found = query.after(session, self._tenant, self._passing[0][1].place - 1, len(places) + 1)
        for one in found:
            if one.seq > self._passing[-1][1].place:
                break
            number, line = places.pop(one.seq, (0, None))
            if line is None or not _says(line, one.exact):
                raise InvalidRequest.at(
                    "",
                    f"this tenant holds another Statement at place {one.seq} than the export; nothing more was moved",
                )
            yield Outcome(number, str(one.id), "there")
        for number, line in places.values():
            message = "it was left out before, and what comes after it is there; post it, or take it over on its own"
            yield _refused(number, line, InvalidRequest.at("/place", message))

    def _placed(self, number: int, line: form.Statement) -> _Placed:
        """The Statement of this line after all checks; raises LrsError."""
        document = decode(bytes(line.statement))
        version = version_of(document)
        check_statements([document], version=version)
        missing = [key for key in ("id", "stored", "authority", "timestamp", "version") if key not in document]
        if missing:
            raise InvalidRequest.at("/statement", f"what a store sets is missing: {', '.join(missing)}")
        contents, there = self._brought.of(document)
        attachments.check([document], contents, self._most_bytes, there)
        signatures.check([document], contents)
        row = prepare(document, document["authority"], version)
        if row.document != {key: value for key, value in document.items() if key != "stored"}:
            raise InvalidRequest.at("/statement", "is not written as this program stores it")
        if row.keys.authority is None:
            raise InvalidRequest.at("/statement/authority", "is none that this program gives")
        stored = microseconds(check_timestamp(document["stored"]))
        if not self._stored <= stored <= self._latest:
            raise InvalidRequest.at(
                "/statement/stored", "is before the one of the Statement before it, or in the future"
            )
        restoring.checked_chain(line.provenance)
        declared = {one["sha2"].lower() for _, one in attachments.declared(document)}
        for index, signature in enumerate(line.signatures):
            prints = [text for text in (signature.certificate, signature.root) if text is not None]
            if signature.sha2 not in declared or not all(map(_FINGERPRINT.match, prints)):
                raise InvalidRequest.at(f"/signatures/{index}", "is not what is known of a signature of this Statement")
        return _Placed(number, row, line.place, stored, encode(document), contents, line)

    def _put(self, session: Session, waiting: Sequence[_Placed]) -> list[Outcome]:
        """Put these at their places. Raises StatementConflict or InvalidStatement, then not all of them can be."""
        enter(session, self._tenant)
        if next_place(session, self._tenant).seq != self._end + 1:
            raise InvalidRequest.at("", _STOPPED)
        rows = {one.row.id: one for one in waiting}
        if there := query.many(session, self._tenant, rows):
            raise StatementConflict(there[0].id)
        if len(rows) < len(waiting):
            raise StatementConflict(waiting[-1].row.id)
        documents = [one.row.document for one in waiting]
        contents = [content for one in waiting for content in one.contents]
        if contents:
            attachments.keep(session, self._tenant, documents, contents)
        self._insert(session, waiting)
        provenance.keep(
            session, self._tenant, {id_: one.line.provenance for id_, one in rows.items() if one.line.provenance}
        )
        signed = [
            {"tenant_id": self._tenant, "statement_id": id_, **msgspec.structs.asdict(each)}
            for id_, one in rows.items()
            for each in one.line.signatures
        ]
        if signed:
            session.execute(sa.insert(Signature), signed)
        self._end = waiting[-1].place
        return [Outcome(one.number, str(one.row.id), "stored") for one in waiting]

    def _insert(self, session: Session, waiting: Sequence[_Placed]) -> None:
        """Insert the rows and what they are found by, as `lrs.statements.store` does for new ones."""
        placed = {one.row.id: (one.place, one.row) for one in waiting}
        referring = references.referring_to(session, self._tenant, list(placed))
        voided = {one.target_id for one in referring if one.voids}
        session.execute(
            sa.insert(Statement),
            [
                {
                    "tenant_id": self._tenant,
                    "id": one.row.id,
                    "seq": one.place,
                    "stored": one.stored,
                    "actor_key": one.row.keys.actor,
                    "verb_key": one.row.keys.verb,
                    "object_key": one.row.keys.object,
                    "registration": one.row.keys.registration,
                    "authority_key": one.row.keys.authority,
                    "voided": one.row.id in voided and not one.row.voids,
                    "exact": one.exact,
                }
                for one in waiting
            ],
        )
        attachments.note_use(session, self._tenant, {id_: row.document for id_, (_, row) in placed.items()})
        links = [Link(key, one.place, one.row.id) for one in waiting for key in sorted(one.row.keys.links)]
        several = len(waiting) > 1
        pointers = {one.row.id: f"/{one.number}" if several else "/statement" for one in waiting if one.row.voids}
        links += references.keep(session, self._tenant, placed, referring, pointers)
        if links:
            session.execute(sa.insert(StatementLink), [{"tenant_id": self._tenant, **asdict(link)} for link in links])


def _says(line: form.Statement, exact: str) -> bool:
    """Whether the line holds the Statement that is stored like this."""
    if bytes(line.statement) == exact.encode():
        return True
    try:
        return encode(decode(bytes(line.statement))) == exact
    except LrsError:
        return False


def _refused(number: int, line: form.Line | None, error: LrsError) -> Outcome:
    document = None
    if isinstance(line, form.Statement):
        with contextlib.suppress(InvalidRequest):
            document = decode(bytes(line.statement))
    return refused(Sent(number, document, 0), error)


def _refused_placed(one: _Placed, error: LrsError) -> Outcome:
    return _refused(one.number, one.line, error)
