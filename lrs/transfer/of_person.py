"""What the store holds of one person, as an export of the form that `moving` puts back: byte for byte.

Statements whose Actor the person is, or a member of whose Group, those that void them, their Attachments, signatures,
and the person's documents of State and Agent Profiles.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa

from lrs import attachments
from lrs.db import Database, Session, among
from lrs.errors import Fault, InvalidRequest
from lrs.models import Document, Reference
from lrs.provenance import provenance
from lrs.statements import query
from lrs.statements.keys import key_of
from lrs.statements.rows import read_exact
from lrs.statements.validate import decode
from lrs.transfer import exporting, form, moving, reading

__all__ = ["put_back", "write"]


def write(session: Session, tenant: UUID, ifis: Collection[str], *, name: str, now: datetime) -> tuple[bytes, int]:
    """The export of the person with these identifiers (canonical texts), as lines, and how many Statements are in it.

    A fixed number of SQL commands, and one for each Attachment.
    """
    about = query.about(session, tenant, [key_of(ifi) for ifi in ifis]) if ifis else []
    voiding = session.scalars(
        sa.select(Reference.statement_id).where(
            Reference.tenant_id == tenant, among(session, Reference.target_id, about), Reference.voids
        )
    )
    found = query.many(session, tenant, {*about, *voiding})
    documents = session.scalars(
        sa.select(Document)
        .where(Document.tenant_id == tenant, among(session, Document.agent, sorted(ifis)))
        .order_by(Document.kind, Document.updated)
    ).all()
    chains = provenance(session, tenant, [one.id for one in found])
    signed = exporting.signatures(session, tenant, found)
    header = form.Header(
        format=form.FORMAT, store=tenant, tenant=name, made=now.isoformat(), after=0, after_id=None,
        through=found[-1].seq if found else 0,
        counts=form.Counts(statements=len(found), documents=len(documents), activities=0, agents=0),
    )  # fmt: skip
    lines: list[form.Line] = [header]
    written: set[str] = set()
    for one in found:
        declared = [each["sha2"].lower() for _, each in attachments.declared(read_exact(one.exact))]
        for sha2 in attachments.known(session, tenant, [each for each in declared if each not in written]):
            written.add(sha2)
            lines.append(form.Attachment(sha2, attachments.read(session, tenant, sha2)))
        lines.append(
            form.Statement(one.seq, msgspec.Raw(one.exact.encode()), chains.get(one.id, []), signed.get(one.id, []))
        )
    lines += [
        form.Document(
            of=cast(Any, row.kind), activity=row.activity, agent=row.agent, registration=row.registration,
            id=decode(row.document_id.encode()), content_type=row.content_type, content=row.content,
            updated=row.updated,
        )
        for row in documents
    ]  # fmt: skip
    lines.append(form.End(len(lines) + 1))
    return b"".join(form.write_line(line) for line in lines), len(found)


def put_back(database: Database, tenant: UUID, data: bytes, *, now: datetime, most_bytes: int) -> list[Fault]:
    """Puts what `write` gave into a tenant that holds nothing yet, or the beginning of it, in transactions of its own;
    gives what is wrong with which line. Raises InvalidRequest for a tenant that holds something else."""
    lines = data.splitlines(keepends=True)
    source = reading.read_source(reading.numbered(io.BytesIO(data)))
    first = next((one for one in map(form.read_line, lines) if isinstance(one, form.Statement)), None)
    if source.header is None:
        raise InvalidRequest.at("", "this is no export of this program")
    if not moving.is_continued(database, tenant, source.header, first):
        raise InvalidRequest.at("", "the tenant holds other Statements already; import into one that holds none")
    outcomes = moving.move(database, tenant, source.items, now=now, most_bytes=most_bytes)
    return [
        Fault(f"line {one.line}{fault.place}", fault.message, fault.clause)
        for one in outcomes
        if one.result == "refused"
        for fault in one.faults
    ]
