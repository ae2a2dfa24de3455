"""Which Word template a tenant's documents of a kind are filled into on a day.

A document that went out looks the same whenever it is drawn again: what was filed keeps the very bytes of its template
(`use`, `used`), ours as well as an officer's, and nobody loads one for a day on or before which a document of the kind
went out already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.documents.kinds import DECISION, LIST, MINUTES, PROPOSAL, REPORT, Kind
from certification.documents.template_checks import Fault, check
from certification.documents.word_layout import default_template
from certification.models import DocumentTemplate, Proposal, ReportFiling, TitleDecision, UsedTemplate
from lrs.db import Session

__all__ = ["Loaded", "Template", "load", "loaded", "template", "use", "used"]


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

    Putting one in for the same day again replaces it. Raises BrokenTemplate with every fault, also where a document of
    the kind went out on that day or later, and keeps nothing then.
    """
    last = _last_issued(session, tenant, kind)
    late = [] if last is None or starts > last else [Fault("starts", _too_early(kind, starts, last))]
    check(content, kind, late)
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


def use(session: Session, tenant: UUID, kind: Kind, on: date, *, now: datetime) -> str:
    """Keeps the template in force on the day for good, for a document that goes out; gives its digest (SHA-256)."""
    content = template(session, tenant, kind, on).content
    digest = hashlib.sha256(content).hexdigest()
    bulk.upsert(session, UsedTemplate, [{"tenant_id": tenant, "sha256": digest, "content": content, "used": now}])
    return digest


def used(session: Session, tenant: UUID, digest: str) -> bytes:
    """The template of a document that went out. Raises KeyError for one that nothing was drawn with."""
    content = session.scalar(
        sa.select(UsedTemplate.content).where(UsedTemplate.tenant_id == tenant, UsedTemplate.sha256 == digest)
    )
    if content is None:
        raise KeyError(f"no document was drawn with a template of the digest {digest}")
    return content


_DAYS: Mapping[str, tuple[Any, Any]] = {
    REPORT.id: (ReportFiling.filed_on, ReportFiling.tenant_id),
    DECISION.id: (TitleDecision.decided_on, TitleDecision.tenant_id),
    **{one.id: (Proposal.met_on, Proposal.tenant_id) for one in (PROPOSAL, MINUTES, LIST)},
}
"""The day on each document of a kind that went out, and whose it is. Sheets of self-assessment are drawn anew each time
and kept on paper alone."""


def _last_issued(session: Session, tenant: UUID, kind: Kind) -> date | None:
    """The last day on a document of the kind that went out; None where none did."""
    if kind.id not in _DAYS:
        return None
    day, owner = _DAYS[kind.id]
    last: date | None = session.scalar(sa.select(sa.func.max(day)).where(owner == tenant))
    return last


def _too_early(kind: Kind, starts: date, last: date) -> str:
    return (
        f"đã có {kind.name.lower()} ghi ngày {last:%d/%m/%Y}, in theo mẫu trước; mẫu mới áp dụng từ ngày "
        f"{last + timedelta(days=1):%d/%m/%Y} trở đi, không phải từ {starts:%d/%m/%Y}"
    )
