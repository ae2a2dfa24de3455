"""A certificate that says something wrong is corrected: withdrawn, and another, with its own number, in its place.

What is wrong is put right in the records first (the worker's name, the title's decision); the new certificate says what
they say then, and which number it replaces. Withdrawing, numbering and the acts are one transaction; signing comes
after it, as ever, so that killed anywhere `correct` goes on when it is called again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from certification.acts import chain
from certification.certificates import issuing, keys, recognised, register
from certification.certificates.keys import Issuer
from certification.certificates.register import Entry, NotWithdrawable
from certification.dossiers import ending
from certification.errors import CertificationError
from lrs.db import Database, Session

__all__ = ["NothingToCorrect", "correct"]


class NothingToCorrect(CertificationError):
    """The certificate says what the records say."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Giấy số {number} ghi đúng như hồ sơ (họ tên, số, ngày quyết định, cơ quan); sửa hồ sơ trước, rồi cấp lại"
        )


def correct(
    database: Database,
    tenant: UUID,
    certificate: UUID,
    *,
    reason: str,
    public_url: str,
    secret: bytes,
    by: str,
    clock: Callable[[], datetime],
) -> Entry:
    """Issues the certificate that stands in the place of this one, and gives it as the register has it.

    `reason` is what was wrong; the register shows it. Raises UnknownCertificate; NotWithdrawable for one that is
    withdrawn or corrected already, whose title is withdrawn, or without a reason; NothingToCorrect; NoPublicAddress,
    NoCertificateForm, SealedElsewhere. Then nothing has changed.
    """
    issuer = Issuer.of(public_url, tenant)
    told: dict[str, Any] = {"reason": reason.strip(), "public_url": public_url, "secret": secret, "by": by}
    with database.writing(tenant) as session:
        new = _replace(session, tenant, issuer, certificate, now=clock(), **told)
    issuing.sign_all(database, tenant, issuer, secret=secret, by=by, clock=clock)
    with database.reading(tenant) as session:
        return register.find(session, tenant, new)


def _replace(
    session: Session,
    tenant: UUID,
    issuer: Issuer,
    certificate: UUID,
    *,
    reason: str,
    public_url: str,
    secret: bytes,
    by: str,
    now: datetime,
) -> UUID:
    """The new certificate, numbered; the one that is numbered already where an earlier call was broken off."""
    if not reason:
        raise NotWithdrawable("ghi lý do: giấy sai chỗ nào")
    ending.certificates_alone(session, tenant)
    keys.alone(session, tenant)
    entry = register.find(session, tenant, certificate)
    if entry.replaced_by is not None:
        there = register.find(session, tenant, entry.replaced_by)
        if there.issued is None and there.withdrawn_on is None:
            return there.id
        raise NotWithdrawable(f"giấy số {entry.number} đã được thay bằng giấy số {there.number}; cấp lại giấy đó")
    if entry.withdrawn_on is not None:
        raise NotWithdrawable(f"giấy số {entry.number} đã thu hồi ngày {entry.withdrawn_on:%d/%m/%Y}")
    title = recognised.title(session, tenant, entry.programme, entry.worker, entry.year)
    if title is None:
        raise NotWithdrawable(f"danh hiệu của giấy số {entry.number} không còn; không cấp lại")
    right = title.full_name, title.decision_number, title.decided_on, title.body
    if right == (entry.name, entry.decision_number, entry.decided_on, entry.body):
        raise NothingToCorrect(entry.number)
    of_title = entry.worker, entry.programme, entry.year
    ending.withdraw_certificates(session, tenant, *of_title, reason=reason, title=False, by=by, now=now)
    (new,) = issuing.number(
        session,
        tenant,
        issuer,
        [title],
        programme=entry.programme,
        public_url=public_url,
        secret=secret,
        by=by,
        now=now,
    )
    detail = {"number": entry.number, "by": register.find(session, tenant, new).number, "reason": reason}
    chain.add(
        session, tenant, by=by, act="certificate.correct", subject=f"certificate:{entry.id}", worker=entry.worker,
        detail=detail, now=now,
    )  # fmt: skip
    return new
