"""Writes all of a tenant, page by page: no transaction is longer than a page, and the order makes it consistent.

Statements are those up to the place that was the last one when it began. What is no Statement (documents, definitions)
is written after them, as it stands then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from lrs import attachments, models
from lrs.db import Database, Session, among
from lrs.definitions import catch_up
from lrs.errors import InvalidRequest
from lrs.provenance import provenance
from lrs.statements import query
from lrs.statements.rows import read_exact
from lrs.statements.validate import decode
from lrs.transfer import form

__all__ = ["PAGE", "begin", "lines", "signatures", "statements"]

PAGE = 500
"""Rows read at a time."""

_DECLARES = '"attachments":'


def begin(database: Database, tenant: UUID, *, name: str, after: int, now: datetime) -> form.Header:
    """What the export of this tenant, called `name`, will hold: its first line.

    Raises InvalidRequest when no Statement has the place `after` (0 stands for the beginning).
    """
    catch_up(database, tenant)
    with database.reading(tenant, snapshot=True) as session:
        through = query.newest_place(session, tenant)
        before = query.after(session, tenant, after - 1, 1) if after else []
        if after and (not before or before[0].seq != after):
            raise InvalidRequest.at("--after", f"nothing here has the place {form.token(after)}; export all of it")
        return form.Header(
            format=form.FORMAT,
            store=tenant,
            tenant=name,
            made=now.isoformat(),
            after=after,
            after_id=before[0].id if before else None,
            through=through,
            counts=form.Counts(
                statements=_count(session, models.Statement, tenant, models.Statement.seq > after),
                documents=_count(session, models.Document, tenant),
                activities=_count(session, models.Activity, tenant),
                agents=_count(session, models.AgentNames, tenant),
            ),
        )


def lines(database: Database, header: form.Header) -> Iterator[form.Line]:
    """The lines of an export that begins like this, the first and the last one included."""
    count = 1
    yield header
    for line in _between(database, header):
        yield line
        count += 1
    yield form.End(count + 1)


def _between(database: Database, header: form.Header) -> Iterator[form.Line]:
    yield from statements(database, header.store, header.after, header.through)
    yield from _documents(database, header.store)
    catch_up(database, header.store)
    yield from _activities(database, header.store)
    yield from _agents(database, header.store)


def statements(database: Database, tenant: UUID, after: int, through: int) -> Iterator[form.Line]:
    """The Statements at the places after one through another, each Attachment before the first that declares it."""
    written: set[bytes] = set()
    while after < through:
        with database.reading(tenant) as session:
            found = [one for one in query.after(session, tenant, after, PAGE) if one.seq <= through]
            chains = provenance(session, tenant, [one.id for one in found])
            signed = signatures(session, tenant, found)
            declaring = [read_exact(one.exact) if _DECLARES in one.exact else None for one in found]
            kept = {one.sha2 for one in attachments.find(session, tenant, [one for one in declaring if one])}
        if not found:
            return
        for one, document in zip(found, declaring, strict=True):
            for _, declared in attachments.declared(document) if document else ():
                sha2 = declared["sha2"].lower()
                if sha2 in kept and (known := bytes.fromhex(sha2)) not in written:
                    written.add(known)
                    yield from _attachment(database, tenant, sha2)
            yield form.Statement(
                one.seq, msgspec.Raw(one.exact.encode()), chains.get(one.id, []), signed.get(one.id, [])
            )
        after = found[-1].seq


def _attachment(database: Database, tenant: UUID, sha2: str) -> Iterator[form.Line]:
    """The one with this hash, unless it was erased since it was found."""
    with database.reading(tenant) as session:
        there = attachments.known(session, tenant, [sha2])
        content = attachments.read(session, tenant, sha2) if there else None
    if content is not None:
        yield form.Attachment(sha2, content)


def signatures(session: Session, tenant: UUID, found: Sequence[query.One]) -> dict[UUID, list[form.Signature]]:
    signature = models.Signature
    rows = session.execute(
        sa.select(signature.statement_id, signature.sha2, signature.certificate, signature.root).where(
            signature.tenant_id == tenant, among(session, signature.statement_id, [one.id for one in found])
        )
    )
    signatures: dict[UUID, list[form.Signature]] = {}
    for row in rows:
        signatures.setdefault(row.statement_id, []).append(form.Signature(row.sha2, row.certificate, row.root))
    return signatures


def _documents(database: Database, tenant: UUID) -> Iterator[form.Line]:
    table = models.Base.metadata.tables[models.Document.__tablename__]
    for row in _rows(database, tenant, table, (table.c.context_key, table.c.document_key), at_once=20):
        yield form.Document(
            of=row.kind,
            activity=row.activity,
            agent=row.agent,
            registration=row.registration,
            id=decode(row.document_id.encode()),
            content_type=row.content_type,
            content=row.content,
            updated=row.updated,
        )


def _activities(database: Database, tenant: UUID) -> Iterator[form.Line]:
    table = models.Base.metadata.tables[models.Activity.__tablename__]
    for row in _rows(database, tenant, table, (table.c.activity_key,)):
        yield form.Activity(row.iri, msgspec.Raw(row.definition.encode()))


def _agents(database: Database, tenant: UUID) -> Iterator[form.Line]:
    table = models.Base.metadata.tables[models.AgentNames.__tablename__]
    for row in _rows(database, tenant, table, (table.c.agent_key,)):
        yield form.Agent(row.ifi, msgspec.json.decode(row.names))


def _count(session: Session, model: type[models.Base], tenant: UUID, *conditions: sa.ColumnElement[bool]) -> int:
    table = models.Base.metadata.tables[model.__tablename__]
    query = sa.select(sa.func.count()).select_from(table).where(table.c.tenant_id == tenant, *conditions)
    return session.scalar(query) or 0


def _rows(
    database: Database, tenant: UUID, table: sa.Table, key: Sequence[sa.Column[Any]], at_once: int = PAGE
) -> Iterator[Any]:
    """All rows of a tenant in the order of their key, a page at a time."""
    last: Sequence[Any] | None = None
    query = sa.select(table).where(table.c.tenant_id == tenant).order_by(*key).limit(at_once)
    while True:
        with database.reading(tenant) as session:
            rows = session.execute(query if last is None else query.where(sa.tuple_(*key) > sa.tuple_(*last))).all()
        yield from rows
        if len(rows) < at_once:
            return
        last = [getattr(rows[-1], column.name) for column in key]
