"""Statements as people look at them within the program: the lists of the Statements Resource, without HTTP.

find         what a query string of the Statements Resource asks for, part by part
attachments  what is stored of the Attachments that a Statement declares
indented     a Statement as text for people
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec
from werkzeug.datastructures import MultiDict

from lrs import attachments as kept_attachments
from lrs.activities import canonical_definitions
from lrs.attachments import Kept
from lrs.db import Session
from lrs.privacy import OpaqueAccounts
from lrs.statements import formats, query
from lrs.statements.parameters import Shape, Single, read_parameters
from lrs.statements.rows import read_exact
from lrs.statements.validate import encode
from lrs.tenants import has_opaque_accounts

__all__ = ["Found", "attachments", "find", "indented"]


@dataclass(frozen=True, slots=True)
class Found:
    """Statements in order: `documents` as stored, `drawn` in the format asked for; `next_after` is the place after
    which the next part begins, None at the end."""

    documents: list[dict[str, Any]]
    drawn: list[dict[str, Any]]
    next_after: int | None


def find(
    session: Session,
    tenant: UUID,
    arguments: Mapping[str, str],
    *,
    after: int | None = None,
    most: int,
    secret: bytes,
    languages: str = "vi",
) -> Found:
    """What the query string `arguments` of GET /xapi/statements asks for, at most `most` of it, from a place on.

    A list leaves voided Statements out, as ever. Raises InvalidRequest with every parameter at fault. A few SQL
    commands, whose cost does not grow with what is stored.
    """
    wanted = read_parameters(MultiDict(dict(arguments)))
    if isinstance(wanted, Single):
        one = query.one(session, tenant, wanted.id, voided=wanted.voided)
        documents = [] if one is None else [read_exact(one.exact)]
        return Found(documents, _drawn(session, tenant, documents, wanted.shape, languages), None)
    opaque = OpaqueAccounts.of(tenant, secret) if has_opaque_accounts(session, tenant) else None
    filters = wanted.filters(None, opaque)
    limit = min(filters.limit or most, most)
    page = query.page(session, tenant, replace(filters, limit=limit), after)
    documents = [read_exact(text) for text in page.texts]
    return Found(documents, _drawn(session, tenant, documents, wanted.shape, languages), page.next_after)


def attachments(session: Session, tenant: UUID, statement: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], int]]:
    """Every Attachment that a Statement declares, with how many bytes of it are stored; -1 where none are."""
    kept: dict[str, Kept] = {one.sha2: one for one in kept_attachments.find(session, tenant, [statement])}
    found = []
    for _place, declared in kept_attachments.declared(statement):
        stored = kept.get(declared["sha2"].lower())
        found.append((declared, -1 if stored is None else stored.length))
    return found


def indented(document: Mapping[str, Any]) -> str:
    """A Statement as JSON, two blanks a level, every number as it came."""
    return msgspec.json.format(encode(document), indent=2)


def _drawn(
    session: Session, tenant: UUID, documents: Sequence[dict[str, Any]], shape: Shape, languages: str
) -> list[dict[str, Any]]:
    if shape.format == "ids":
        return [formats.ids(one) for one in documents]
    if shape.format == "canonical":
        iris = {iri for one in documents for iri in formats.activity_ids(one)}
        definitions = canonical_definitions(session, tenant, iris)
        wanted = formats.read_languages(languages)
        return [formats.canonical(one, definitions, wanted) for one in documents]
    return list(documents)
