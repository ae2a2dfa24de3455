"""Which titles a decision recognised, and which decision is meant: bodies number theirs alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import CertificationError
from certification.models import Award, DossierStep, Organization, TitleDecision, Worker
from lrs.db import Session

__all__ = ["Decision", "NothingToIssue", "SeveralDecisions", "decision", "title", "titles"]


class NothingToIssue(CertificationError):
    """No recognised title answers to what was asked."""


class SeveralDecisions(CertificationError):
    """Decisions of several bodies or days have this number."""

    def __init__(self, number: str, found: Sequence[Decision]) -> None:
        each = "; ".join(f"{one.body}, ngày {one.decided_on:%d/%m/%Y}" for one in found)
        super().__init__(
            f"Số “{number}” là của {len(found)} quyết định: {each}. Ghi thêm cơ quan và ngày, hoặc mã quyết định"
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as titles name it: its number, the body's name and its day in Vietnam."""

    number: str
    body: str
    decided_on: date


def decision(
    session: Session,
    tenant: UUID,
    programme: str,
    told: str,
    *,
    body: str | None = None,
    decided_on: date | None = None,
) -> Decision:
    """The decision meant by its id or by its number, where several have that with its `body` (name or code of the
    organization) and day. Raises NothingToIssue, SeveralDecisions."""
    number = told.strip().replace("\0", "")
    asked: list[Any] = [Award.decision_number == number]
    try:
        by_id = UUID(number)
    except ValueError:
        pass
    else:
        this = TitleDecision.tenant_id == tenant, TitleDecision.id == by_id
        granted = sa.select(DossierStep.worker_id).where(
            DossierStep.tenant_id == tenant, DossierStep.batch_id == by_id, DossierStep.step == "grant"
        )
        asked = [
            Award.worker_id.in_(granted),
            Award.decision_number == sa.select(TitleDecision.number).where(*this).scalar_subquery(),
            Award.decided_on == sa.select(TitleDecision.decided_on).where(*this).scalar_subquery(),
        ]
    if body is not None:
        named = sa.select(Organization.name).where(
            Organization.tenant_id == tenant, Organization.code == body.strip().replace("\0", "")
        )
        asked.append(sa.or_(Award.body == body.strip().replace("\0", ""), Award.body.in_(named)))
    if decided_on is not None:
        asked.append(Award.decided_on == decided_on)
    rows = session.execute(
        sa.select(Award.decision_number, Award.body, Award.decided_on)
        .where(Award.tenant_id == tenant, Award.programme == programme, *asked)
        .distinct()
        .order_by(Award.decided_on, Award.body)
    )
    found = [Decision(*row) for row in rows]
    if not found:
        raise NothingToIssue(
            f"No title is recorded that the decision {told} recognised. Record it first, or write its number as it was "
            "recorded."
        )
    if len(found) > 1:
        raise SeveralDecisions(number, found)
    return found[0]


def titles(session: Session, tenant: UUID, programme: str, of: Decision) -> Sequence[Any]:
    """Titles that the decision recognised, neither withdrawn nor of an erased worker, by the workers' numbers: rows
    with worker_id, year, body, decision_number, decided_on, full_name."""
    asked = (
        Award.decision_number == of.number, Award.body == of.body, Award.decided_on == of.decided_on,
    )  # fmt: skip
    return session.execute(_titles(tenant, programme).where(*asked).order_by(Award.year, Worker.number)).all()


def title(session: Session, tenant: UUID, programme: str, worker: UUID, year: int) -> Any:
    """A worker's title of a year as a row of `titles`; None where there is none, it is withdrawn, or
    the worker was erased."""
    asked = Award.worker_id == worker, Award.year == year
    return session.execute(_titles(tenant, programme).where(*asked)).first()


def _titles(tenant: UUID, programme: str) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Award.worker_id, Award.year, Award.body, Award.decision_number, Award.decided_on, Worker.full_name)
        .join(Worker, Worker.id == Award.worker_id)
        .where(
            Award.tenant_id == tenant,
            Award.programme == programme,
            Award.withdrawn_on.is_(None),
            Worker.erased.is_(None),
        )
    )
