"""The register of certificates (sổ cấp giấy): listed, and what becomes of a certificate later.

A number that was given is never given again, and nothing is struck out: a certificate is withdrawn, or corrected by
another one, by an act of a named person with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.credentials import status_lists
from certification.dossiers import ending
from certification.errors import CertificationError
from certification.models import Certificate
from lrs.db import Session

__all__ = [
    "Entry",
    "NotWithdrawable",
    "UnknownCertificate",
    "entries",
    "find",
    "lists",
    "signed",
    "withdraw",
    "withdrawn_places",
]


class UnknownCertificate(CertificationError):
    """No certificate of the tenant answers to that."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Không có giấy công nhận “{what}”; kiểm tra lại số vào sổ hoặc mã")


class NotWithdrawable(CertificationError):
    """The certificate is withdrawn already, or the reason is missing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register. `issued` in UTC, None while it is numbered and not signed yet."""

    id: UUID
    worker: UUID
    programme: str
    number: str
    name: str
    year: int
    body: str
    decision_number: str
    decided_on: date
    code: str
    numbered: datetime
    issued: datetime | None
    withdrawn_on: date | None
    withdrawal: str | None
    replaced_by: UUID | None


_COLUMNS: tuple[Any, ...] = (
    Certificate.id, Certificate.worker_id, Certificate.programme, Certificate.printed_number, Certificate.name,
    Certificate.year, Certificate.body, Certificate.decision_number, Certificate.decided_on, Certificate.code,
    Certificate.numbered, Certificate.issued, Certificate.withdrawn_on, Certificate.withdrawal, Certificate.replaced_by,
)  # fmt: skip


def entries(
    session: Session,
    tenant: UUID,
    *,
    limit: int,
    register_year: int | None = None,
    body: str | None = None,
    decision: str | None = None,
    worker: UUID | None = None,
    after: UUID | None = None,
) -> Sequence[Entry]:
    """Lines of the register in the order in which they were numbered; at most `limit`, those after the id `after`."""
    query = sa.select(*_COLUMNS).where(Certificate.tenant_id == tenant)
    for column, value in (
        (Certificate.register_year, register_year),
        (Certificate.body, body),
        (Certificate.decision_number, decision),
        (Certificate.worker_id, worker),
    ):
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(Certificate.id > after)
    return [Entry(*row) for row in session.execute(query.order_by(Certificate.id).limit(limit))]


def find(session: Session, tenant: UUID, certificate: UUID) -> Entry:
    """A line by its certificate's id. Raises UnknownCertificate."""
    row = session.execute(
        sa.select(*_COLUMNS).where(Certificate.tenant_id == tenant, Certificate.id == certificate)
    ).first()
    if row is None:
        raise UnknownCertificate(str(certificate))
    return Entry(*row)


def signed(session: Session, tenant: UUID, certificate: UUID) -> bytes:
    """The signed credential, JSON in UTF-8. Raises UnknownCertificate, also for one that is not signed yet, or
    whose holder was erased."""
    found = session.scalar(
        sa.select(Certificate.signed).where(Certificate.tenant_id == tenant, Certificate.id == certificate)
    )
    if not found:
        raise UnknownCertificate(str(certificate))
    return found


def withdraw(
    session: Session, tenant: UUID, certificate: UUID, *, reason: str, ends_title: bool, by: str, now: datetime
) -> None:
    """Withdraws a certificate from today on, and with `ends_title` the title itself with its dossier; otherwise another
    certificate can be issued for it, to correct this one.

    `reason` is the decision it rests on, or why. Raises UnknownCertificate, NotWithdrawable.
    """
    if not reason.strip():
        raise NotWithdrawable("ghi quyết định thu hồi hoặc lý do")
    entry = find(session, tenant, certificate)
    if entry.withdrawn_on is not None:
        raise NotWithdrawable(f"giấy số {entry.number} đã thu hồi ngày {entry.withdrawn_on:%d/%m/%Y}")
    told: dict[str, Any] = {"reason": reason.strip(), "by": by, "now": now}
    of_title = entry.worker, entry.programme, entry.year
    if ends_title:
        ended = ending.end(session, tenant, *of_title, **told).certificates
    else:
        ended = ending.withdraw_certificates(session, tenant, *of_title, title=False, **told)
    if not ended:
        raise NotWithdrawable(f"giấy số {entry.number} vừa được người khác thu hồi")


def lists(session: Session, tenant: UUID) -> int:
    """How many lists of what is withdrawn there are: one at least, and one more for each that is full."""
    last = session.scalar(sa.select(sa.func.max(Certificate.list_place)).where(Certificate.tenant_id == tenant))
    return (last or 0) // status_lists.LENGTH + 1


def withdrawn_places(session: Session, tenant: UUID, first: int, last: int) -> list[int]:
    """The places from `first` to `last` whose certificates are withdrawn."""
    return list(
        session.scalars(
            sa.select(Certificate.list_place).where(
                Certificate.tenant_id == tenant,
                Certificate.withdrawn_on.is_not(None),
                Certificate.list_place.between(first, last),
            )
        )
    )
