"""A title ends: the award, the dossier and every certificate of it together, whoever ends it and from where.

The dossier's own step (`proceedings`), the register (`certificates.register`) and a review (`reviews`) all go through
`end`, within one transaction: where it is broken off, nothing of it was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.marks import EVERY_YEAR, mark_uncounted
from certification.models import Award, Certificate, Dossier, DossierStep, TitleReview
from certification.rules.title_procedures import ALONE
from certification.vietnam import vietnam_day
from lrs.api import key_of
from lrs.db import Session, is_postgresql

__all__ = ["OPEN", "Ended", "certificates_alone", "end", "hold", "withdraw_certificates"]

REVOKE = "revoke"
OPEN, WITHDRAWN = "open", "withdrawn"


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended with the title: whether it was recognised until now, and how many certificates."""

    title: bool
    certificates: int
    dossier: bool


def end(
    session: Session, tenant: UUID, worker: UUID, programme: str, year: int, *, reason: str, by: str, now: datetime
) -> Ended:
    """Ends the worker's title of the year from today on (in Vietnam), with its certificates, which the public list
    says then, and its dossier; what is ended already stays as it is. Reviews of it that are open are answered by it.

    The acts are of `by`; call it last in the transaction. A few SQL commands.
    """
    dossier = _dossier(session, tenant, worker, programme, year)
    if dossier is not None:
        _step(session, tenant, dossier, reason, by, now)
    certificates_alone(session, tenant)
    today = vietnam_day(now)
    of_title = Award.worker_id == worker, Award.programme == programme, Award.year == year
    ended = session.connection().execute(
        sa.update(Award)
        .where(Award.tenant_id == tenant, *of_title, Award.withdrawn_on.is_(None))
        .values(withdrawn_on=today, withdrawal=reason)
    )
    mark_uncounted(session, tenant, [(worker, EVERY_YEAR)])
    session.execute(
        sa.update(TitleReview)
        .where(
            TitleReview.tenant_id == tenant, TitleReview.worker_id == worker, TitleReview.programme == programme,
            TitleReview.year == year, TitleReview.state == OPEN,
        )
        .values(state=WITHDRAWN, decided_by=by, decided=now, reason=reason)
    )  # fmt: skip
    papers = withdraw_certificates(session, tenant, worker, programme, year, reason=reason, title=True, by=by, now=now)
    if dossier is not None:
        chain.add(
            session, tenant, by=by, act=f"dossier.{REVOKE}", subject=f"dossier:{dossier.id}", worker=worker, now=now,
            detail={"year": year, "reason": reason},
        )  # fmt: skip
    return Ended(bool(ended.rowcount), papers, dossier is not None)


def withdraw_certificates(
    session: Session,
    tenant: UUID,
    worker: UUID,
    programme: str,
    year: int,
    *,
    reason: str,
    title: bool,
    by: str,
    now: datetime,
) -> int:
    """Withdraws whatever certificates of the title are not yet, with an act each, last in the transaction; how many."""
    certificates_alone(session, tenant)
    live = (
        Certificate.tenant_id == tenant, Certificate.worker_id == worker, Certificate.programme == programme,
        Certificate.year == year, Certificate.withdrawn_on.is_(None),
    )  # fmt: skip
    found = session.execute(sa.select(Certificate.id, Certificate.printed_number).where(*live)).all()
    if found:
        session.execute(sa.update(Certificate).where(*live).values(withdrawn_on=vietnam_day(now), withdrawal=reason))
        about: list[tuple[str, UUID | None, dict[str, Any]]] = [
            (f"certificate:{one.id}", worker, {"number": one.printed_number, "reason": reason, "title": title})
            for one in found
        ]
        chain.add_many(session, tenant, about, by=by, act="certificate.withdraw", now=now)
    return len(found)


def certificates_alone(session: Session, tenant: UUID) -> None:
    """Whoever numbers, signs or withdraws certificates does so alone until the caller's transaction ends, so that
    numbers have no gaps and none is given for a title that just ended."""
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key_of(f"certification certificates {tenant}"))))


def hold(session: Session, tenant: UUID, worker: UUID, programme: str, year: int) -> None:
    """Takes the locks of `end`, in its order: for whoever changes something else of the title before."""
    _dossier(session, tenant, worker, programme, year)
    certificates_alone(session, tenant)


def _dossier(session: Session, tenant: UUID, worker: UUID, programme: str, year: int) -> Any:
    """The dossier by which the title was recognised, as long as it says so, locked."""
    return session.execute(
        sa.select(Dossier.worker_id, Dossier.id, Dossier.version)
        .where(
            Dossier.tenant_id == tenant, Dossier.worker_id == worker, Dossier.programme == programme,
            Dossier.year == year, Dossier.state == ALONE["grant"],
        )
        .with_for_update(of=Dossier)
    ).first()  # fmt: skip


def _step(session: Session, tenant: UUID, dossier: Any, reason: str, by: str, now: datetime) -> None:
    session.execute(
        sa.update(Dossier)
        .where(Dossier.tenant_id == tenant, Dossier.worker_id == dossier.worker_id, Dossier.id == dossier.id)
        .values(state=ALONE[REVOKE], version=dossier.version + 1, changed=now)
    )
    session.add(
        DossierStep(
            worker_id=dossier.worker_id, dossier_id=dossier.id, place=dossier.version + 1, tenant_id=tenant,
            step=REVOKE, state=ALONE[REVOKE], done_by=by, done=now, reason=reason, batch_id=None, votes_for=None,
            votes_of=None, points=None,
        )
    )  # fmt: skip
    session.flush()
