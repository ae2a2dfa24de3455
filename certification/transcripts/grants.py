"""On which ground an enterprise is given the transcript of a worker, for what and until when; or why it is not.

While the worker is employed there, and the purpose rests on the contract of employment, it is told of the learning of
those days (Law 91/2025/QH15, article 25). For a purpose that rests on consent the worker's own has to be in force for
this enterprise; one that was given before an employment there ended does not outlive it. Nothing else opens one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import CertificationError
from certification.models import Employment, Worker
from certification.privacy import consents, purposes
from certification.rules.personal_data import CONSENT as BY_CONSENT
from certification.rules.personal_data import Purpose
from certification.transcripts import words
from certification.transcripts.told import CONSENT, EMPLOYMENT, Basis
from certification.units.trees import ENTERPRISE, Node
from lrs.db import Session, among, beside

__all__ = ["NotGranted", "PurposeWithoutTranscripts", "Refusal", "grants", "offered", "purpose_of"]

_BY_CONTRACT = "employment"
"""The basis of purposes that the contract of employment carries (`rules.personal_data`)."""


class PurposeWithoutTranscripts(CertificationError):
    """For this purpose no enterprise is given transcripts."""


class NotGranted(CertificationError):
    """The enterprise may not have this transcript; says why, and what would open it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an enterprise is given no transcript: a code of `words.REFUSALS`, and the last day of its right."""

    code: str
    last: date | None = None

    @property
    def said(self) -> str:
        """In Vietnamese."""
        return words.refused(self.code, self.last)


def purpose_of(session: Session, tenant: UUID, purpose: str, on: date) -> Purpose:
    """The purpose with this id. Raises NoPersonalDataRules, UnknownPurpose, PurposeWithoutTranscripts."""
    found = purposes.find(session, tenant, purpose, on)
    if not _for_enterprises(found):
        others = [one.id for one in offered(session, tenant, on)]
        raise PurposeWithoutTranscripts(
            f"Mục đích “{purpose}” không dùng để cấp bảng kê cho doanh nghiệp; chọn một trong: {', '.join(others)}"
        )
    return found


def offered(session: Session, tenant: UUID, on: date) -> list[Purpose]:
    """The purposes for which an enterprise may be given transcripts, in the order of the rules.

    Raises NoPersonalDataRules.
    """
    return [one for one in purposes.listed(session, tenant, on) if _for_enterprises(one)]


def grants(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], enterprise: Node, purpose: Purpose, on: date
) -> dict[UUID, Basis | Refusal]:
    """For each of these workers the basis on which the enterprise has the transcript on the day, or why it has none.

    None of whoever had this use of data restricted (`consents.held_back`), which is told only to an enterprise that
    would have one otherwise, and none of whoever was erased. Four SQL commands. The purpose is one of `purpose_of`.
    """
    employed = _employments(session, tenant, worker_ids, enterprise.id)
    agreed = (
        consents.terms(session, tenant, worker_ids, purpose.id, enterprise.id, on)
        if purpose.basis == BY_CONSENT
        else {}
    )
    stopped = consents.held_back(session, tenant, worker_ids, purpose.id, on)
    erased = _erased(session, tenant, worker_ids)
    found: dict[UUID, Basis | Refusal] = {}
    for worker in worker_ids:
        spans = employed.get(worker, [])
        if worker in erased:
            found[worker] = Refusal(words.GONE)
            continue
        if purpose.basis == BY_CONSENT:
            found[worker] = _by_consent(spans, agreed.get(worker), enterprise, purpose, on)
        else:
            found[worker] = _by_contract(spans, enterprise, purpose, on)
        if worker in stopped and isinstance(found[worker], Basis):
            found[worker] = Refusal(words.RESTRICTED)
    return found


def _erased(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> set[UUID]:
    gone = sa.select(Worker.id).where(
        among(session, Worker.id, worker_ids), beside(Worker.tenant_id) == tenant, Worker.erased.is_not(None)
    )
    return set(session.scalars(gone))


_Span = tuple[date, date | None]


def _by_contract(employed: list[_Span], enterprise: Node, purpose: Purpose, on: date) -> Basis | Refusal:
    present = [one for one in employed if _holds(one, on)]
    if present:
        return Basis(EMPLOYMENT, purpose.title, enterprise.name, tuple(present), _last(present), employer=enterprise.id)
    return _ended(employed, on) or Refusal(words.NEVER_EMPLOYED)


def _by_consent(
    employed: list[_Span], agreed: consents.Term | None, enterprise: Node, purpose: Purpose, on: date
) -> Basis | Refusal:
    present = [one for one in employed if _holds(one, on)]
    if agreed is None:
        return Refusal(words.NO_CONSENT) if present else _ended(employed, on) or Refusal(words.NEVER_EMPLOYED)
    if agreed.last < on:
        return Refusal(words.WITHDRAWN if agreed.ended_why else words.RAN_OUT, agreed.last)
    ended = None if present else _ended(employed, on)
    if ended is not None and ended.last is not None and agreed.starts <= ended.last:
        return ended
    last = _last(present) if present else None
    until = agreed.last if last is None else min(last, agreed.last)
    return Basis(CONSENT, purpose.title, enterprise.name, None, until, employer=enterprise.id)


def _ended(employed: list[_Span], on: date) -> Refusal | None:
    days = [last for _, last in employed if last is not None and last < on]
    return Refusal(words.LEFT, max(days)) if days else None


def _holds(span: _Span, on: date) -> bool:
    return span[0] <= on and (span[1] is None or on <= span[1])


def _last(spans: Collection[_Span]) -> date | None:
    """The last day of all of these, None where one has no end."""
    days = [last for _, last in spans]
    return None if None in days else max(one for one in days if one is not None)


def _for_enterprises(purpose: Purpose) -> bool:
    return purpose.basis == _BY_CONTRACT or (purpose.basis == BY_CONSENT and ENTERPRISE in purpose.recipients)


def _employments(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], enterprise: UUID
) -> dict[UUID, list[_Span]]:
    rows: Iterable[Any] = session.execute(
        sa.select(Employment.worker_id, Employment.started, Employment.ended)
        .where(
            among(session, Employment.worker_id, worker_ids),
            beside(Employment.tenant_id) == tenant,
            beside(Employment.enterprise_id) == enterprise,
        )
        .order_by(Employment.worker_id, Employment.started)
    )
    found: dict[UUID, list[_Span]] = defaultdict(list)
    for worker, started, ended in rows:
        found[worker].append((started, ended))
    return found
