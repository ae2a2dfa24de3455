"""Which Word template a tenant's documents of a kind are filled into on a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.documents.kinds import Kind
from certification.documents.template_checks import check
from certification.documents.word_layout import default_template
from certification.models import DocumentTemplate
from lrs.db import Session

__all__ = ["Loaded", "Template", "load", "loaded", "template"]


@dataclass(frozen=True, slots=True)
class Template:
    """A Word file with fields; `told_from`: from which day an officer wants it so, None for ours."""

    content: bytes
    told_from: date | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """That documents of a kind look so from a day on: digest of the file, who loaded it and when (UTC)."""

    kind: str
    starts: date
    sha256: str
    loaded_by: str
    loaded: datetime


def loaded(session: Session, tenant: UUID) -> list[Loaded]:
    """Every template that was loaded, by kind and first day. One SQL command, which reads no file."""
    rows = session.execute(
        sa.select(
            DocumentTemplate.kind,
            DocumentTemplate.valid_from,
            DocumentTemplate.sha256,
            DocumentTemplate.loaded_by,
            DocumentTemplate.loaded,
        )
        .where(DocumentTemplate.tenant_id == tenant)
        .order_by(DocumentTemplate.kind, DocumentTemplate.valid_from)
    )
    return [Loaded(*row) for row in rows]


def template(session: Session, tenant: UUID, kind: Kind, on: date) -> Template:
    """The template in force on the day: the one put in last for a day not after it, otherwise ours."""
    row = session.execute(
        sa.select(DocumentTemplate.content, DocumentTemplate.valid_from)
        .where(
            DocumentTemplate.tenant_id == tenant, DocumentTemplate.kind == kind.id, DocumentTemplate.valid_from <= on
        )
        .order_by(DocumentTemplate.valid_from.desc())
        .limit(1)
    ).first()
    return Template(default_template(kind), None) if row is None else Template(*row)


def load(session: Session, tenant: UUID, kind: Kind, content: bytes, *, starts: date, by: str, now: datetime) -> None:
    """From the day `starts` on documents of the kind are filled into this template, until another one's day.

    Putting one in for the same day again replaces it. Raises BrokenTemplate with every fault, and keeps nothing then.
    """
    check(content, kind)
    digest = hashlib.sha256(content).hexdigest()
    row = {
        "tenant_id": tenant, "kind": kind.id, "valid_from": starts, "content": content, "sha256": digest,
        "loaded": now, "loaded_by": by,
    }  # fmt: skip
    bulk.upsert(session, DocumentTemplate, [row], replacing=("content", "sha256", "loaded", "loaded_by"))
    detail = {"from": starts.isoformat(), "sha256": digest}
    chain.add(
        session, tenant, by=by, act="document-template.load", subject=f"document-template:{kind.id}", detail=detail,
        now=now,
    )  # fmt: skip
