"""Statements of another store become this one's: with our `stored` and `authority`, and theirs kept as provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lrs.credentials import Identity
from lrs.db import Database
from lrs.errors import InvalidRequest
from lrs.statements.lines import Outcome, Sent, store_each
from lrs.statements.validate import decode
from lrs.transfer import form, restoring
from lrs.transfer.brought import Brought, bringing
from lrs.transfer.reading import Numbered, sent

__all__ = ["take_over"]


def take_over(
    database: Database, identity: Identity, items: Iterable[Numbered | Sent | Outcome], *, most_bytes: int
) -> Iterator[Outcome]:
    """Store each Statement as `identity`, checked like any other; documents where none is there yet.

    Attachments and definitions of an export have no Outcome of their own unless they are at fault: the former come with
    their Statements, the latter follow from them.
    """
    with bringing(database, identity.tenant) as brought:
        statements = _statements(database, identity, items, brought)
        yield from store_each(database, identity, statements, most_bytes=most_bytes)


def _statements(
    database: Database, identity: Identity, items: Iterable[Numbered | Sent | Outcome], brought: Brought
) -> Iterator[Sent | Outcome]:
    for item in items:
        if not isinstance(item, Numbered):
            yield item
            continue
        number, line = item.number, item.line
        try:
            if isinstance(line, form.Attachment):
                brought.take(line)
            elif isinstance(line, form.Statement):
                document = decode(bytes(line.statement))
                contents, there = brought.of(document)
                size = len(line.statement) + sum(len(one.data) for one in contents)
                chain = restoring.checked_chain(line.provenance)
                one = sent(number, document, size, place="/statement", chain=chain)
                yield replace(one, contents=contents, there=there)
            elif isinstance(line, form.Document):
                with database.writing(identity.tenant) as session:
                    yield restoring.restore_document(
                        session, identity.tenant, number, line, replacing=False, accounts=identity.opaque_accounts
                    )
        except InvalidRequest as error:
            yield Outcome(number, None, "refused", error.faults)
