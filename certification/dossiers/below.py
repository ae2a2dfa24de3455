"""Who is confirmed, proposed or recognised although the last word is not that the criteria are met.

That word is one of two: the criteria are not met, whatever comes of the points that are awaited; or it is not yet
known, since somebody has still to give points. Whoever was never judged is neither. Whoever is competent decides:
nothing is refused here. What is known when the act is taken, and why it is taken all the same where somebody says so,
is kept with the step and with the act.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from certification.evaluation.results import NOT_MET, NOT_YET_KNOWN
from certification.evidence.words import reason_faults
from certification.judgement import archive, statuses
from certification.rules import criteria
from certification.spreadsheets import Fault
from lrs.db import Session

__all__ = ["OUTCOMES", "despite_faults", "said", "told"]

OUTCOMES = frozenset({NOT_MET, NOT_YET_KNOWN})
"""The last words of whoever is below."""


def told(
    session: Session,
    tenant: UUID,
    programme: str,
    year: int,
    worker_ids: Collection[UUID],
    despite: Mapping[UUID, str],
    *,
    by: datetime | None = None,
) -> dict[UUID, dict[str, Any]]:
    """What the act about each of these workers says of that, by worker: points had and needed; of whom it is not yet
    known, the indicators that wait for points (`waiting`); and why all the same, which is a mere reason where somebody
    is not below. Nothing else of whoever is not. `by` asks what had been said by an instant. Few SQL commands."""
    rows = archive.having(session, tenant, worker_ids, programme, year, OUTCOMES, by=by)
    needs = {
        one: criteria.of_rule_file(session, tenant, one).total_at_least for one in {each[2] for each in rows.values()}
    }
    found: dict[UUID, dict[str, Any]] = {
        worker: {"points": total, "needed": needs[rules]} for worker, (_outcome, total, rules) in rows.items()
    }
    unknown = [worker for worker, row in rows.items() if row[0] == NOT_YET_KNOWN]
    for worker, one in archive.latest_of(session, tenant, unknown, programme, year, by=by).items():
        found[worker]["waiting"] = [
            code for code, points in statuses.status(one).points.items() if points is None
        ]  # fmt: skip
    for worker, reason in despite.items():
        if worker in rows:
            found[worker]["despite"] = reason
        else:
            found[worker] = {"reason": reason}
    return found


def said(about: Mapping[str, Any]) -> str:
    """What `told` of a worker as papers have it; empty where he or she is not below."""
    if "points" not in about:
        return ""
    points = f"{about['points']}/{about['needed']} điểm theo minh chứng"
    if "waiting" in about:
        return f"chưa kết luận được ({points}, chờ xác nhận {', '.join(about['waiting'])})"
    return f"chưa đạt ({points})"


def despite_faults(place: int, number: str, reason: str | None) -> list[Fault]:
    """What is wrong with a reason that somebody gave."""
    if reason is None:
        return []
    return [Fault(place, "despite", f"mã “{number}”: {one.message}") for one in reason_faults(place, "despite", reason)]
