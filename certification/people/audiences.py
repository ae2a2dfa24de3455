"""Which table of the criteria applies to a worker in an assessment year.

It is told for a year and holds for the years after, until something else is told for a later one; years before the
first have the first. Of whom nothing is told, is a worker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa

from certification.models import Audience
from certification.rules.criteria import AUDIENCE
from lrs.db import Session, among, beside

__all__ = ["AUDIENCES", "choices", "of", "told"]

AUDIENCES: Mapping[str, str] = {
    AUDIENCE: "người lao động",
    "can-bo-doanh-nhan": "cán bộ công nhân viên, doanh nhân",
    "nguoi-dan-trong-xa": "người dân trong xã",
    "hoc-sinh-sinh-vien": "học sinh, sinh viên, học viên",
}
"""The four groups of 324/QĐ-KHVN, by the identifier that a criteria set names its audience with."""


def choices() -> dict[str, str | None]:
    """What may be written for each group; an empty cell says nothing."""
    return {**{words: code for code, words in AUDIENCES.items()}, **{code: code for code in AUDIENCES}, "": None}


def of(session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int) -> dict[UUID, str]:
    """The audience of each of these workers in the assessment year, in one SQL command."""
    by_worker = told(session, tenant, worker_ids)
    return {worker_id: in_year(by_worker.get(worker_id, {}), year) for worker_id in worker_ids}


def told(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> dict[UUID, dict[int, str]]:
    """What is told of these workers, by the year from which on it holds; those of whom nothing is are left out."""
    rows = session.execute(
        sa.select(Audience.worker_id, Audience.year, Audience.audience).where(
            beside(Audience.tenant_id) == tenant, among(session, Audience.worker_id, worker_ids)
        )
    )
    found: dict[UUID, dict[int, str]] = {}
    for worker_id, year, audience in rows:
        found.setdefault(worker_id, {})[year] = audience
    return found


def in_year(by_year: Mapping[int, str], year: int) -> str:
    """What holds in a year of what was told by year."""
    if not by_year:
        return AUDIENCE
    before = [one for one in by_year if one <= year]
    return by_year[max(before) if before else min(by_year)]
