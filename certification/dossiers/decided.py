"""About whom it is decided whether the title of a year is given: what that rests on is not taken back in bulk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa

from certification.models import Award, Dossier
from certification.rules.criteria import PROGRAMME
from lrs.db import Session, among

__all__ = ["titles"]

_DECIDED = ("granted", "refused", "appealed", "upheld")


def titles(
    session: Session, tenant: UUID, workers: Collection[UUID], programme: str = PROGRAMME
) -> Mapping[tuple[UUID, int], str]:
    """Which of these workers hold the title of a year, or were refused it, by worker and assessed year, each in words.
    Two SQL commands."""
    of_dossier = sa.select(Dossier.worker_id, Dossier.year).where(
        Dossier.tenant_id == tenant, Dossier.programme == programme, Dossier.state.in_(_DECIDED),
        among(session, Dossier.worker_id, workers),
    )  # fmt: skip
    of_award = sa.select(Award.worker_id, Award.year).where(
        Award.tenant_id == tenant, Award.programme == programme, Award.withdrawn_on.is_(None),
        among(session, Award.worker_id, workers),
    )  # fmt: skip
    found = {
        (worker, year): f"hồ sơ danh hiệu năm {year} đã có quyết định" for worker, year in session.execute(of_dossier)
    }
    return found | {
        (worker, year): f"đã được công nhận danh hiệu năm {year}" for worker, year in session.execute(of_award)
    }
