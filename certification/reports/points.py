"""Points of each chỉ số among those of whom a body decided whether they hold the title of the year, as sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.evaluation.findings import tally
from certification.judgement import archive, kept
from certification.judgement.archive import Assessed
from certification.models import Assessment, Dossier, TitleDecision
from certification.reports.figures import IndicatorPoints
from certification.targets.disclosure import BELOW
from certification.targets.figures import HIDDEN
from certification.targets.numerators import Workers
from lrs.db import Session

__all__ = ["DECIDED", "of_decided"]

DECIDED = ("granted", "refused", "appealed", "upheld")
"""States of dossiers of which a body decided; a title that was revoked is none."""


def of_decided(
    session: Session, tenant: UUID, year: int, workers: Workers, *, on: date, programme: str
) -> tuple[IndicatorPoints, ...]:
    """The points of each chỉ số, in the order of the criteria, over those of the `workers` of whom it was decided on or
    before the day `on`, by the last result that had been kept when the decision was recorded.

    Whoever was decided about without a result is not among them. The points of few persons are hidden (`HIDDEN`): a
    mean of one is that person's. A number of SQL commands that does not grow with them.
    """
    rows = session.execute(
        sa.select(*archive.COLUMNS)
        .join(Dossier, sa.and_(Dossier.worker_id == Assessment.worker_id, Dossier.programme == Assessment.programme,
                               Dossier.year == Assessment.year))
        .join(TitleDecision, TitleDecision.id == Dossier.decision_id)
        .where(
            Dossier.tenant_id == tenant,
            Dossier.programme == programme,
            Dossier.year == year,
            Dossier.state.in_(DECIDED),
            Dossier.worker_id.in_(workers),
            TitleDecision.tenant_id == tenant,
            TitleDecision.decided_on <= on,
            Assessment.tenant_id == tenant,
            Assessment.version == archive.newest(programme, year, TitleDecision.recorded),
        )
    ).all()  # fmt: skip
    return _summed(archive.read(session, tenant, rows, year))


def _summed(results: Iterable[Assessed]) -> tuple[IndicatorPoints, ...]:
    sums: dict[tuple[str, str], list[int]] = {}
    for one in results:
        for indicator, suggested, decided in _points(one):
            at = sums.setdefault(indicator, [0, 0, 0, 0])
            for place, points in ((0, suggested), (2, decided)):
                if points is not None:
                    at[place] += points
                    at[place + 1] += 1
    found = tuple(
        IndicatorPoints(*indicator, *_hidden(*numbers[:2]), *_hidden(*numbers[2:]))
        for indicator, numbers in sums.items()
    )
    return found if any(one.suggested_of > 0 or one.decided_of > 0 for one in found) else ()


def _hidden(total: int, persons: int) -> tuple[int, int]:
    """A sum over so many persons; of few of them neither."""
    return (0, HIDDEN) if 0 < persons < BELOW else (total, persons)


def _points(one: Assessed) -> Iterable[tuple[tuple[str, str], int | None, int | None]]:
    """Each indicator (id, title) with what the log suggests and what counts."""
    named = [(indicator.id, indicator.title) for indicator in one.rules.criteria_set.indicators]
    if kept.is_of_old(one.kept):
        known = {result.indicator: result for result in one.result.indicators}
        return [(name, known[name[0]].suggested, known[name[0]].points) for name in named if name[0] in known]
    suggested: Sequence[int | None]
    suggested, decided, _, _ = tally(one.rules, kept.decode(one.kept))
    return zip(named, suggested, decided, strict=True)
