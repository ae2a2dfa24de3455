"""Who is proposed or recognised although the last word is not that the criteria are met.

Whoever is competent decides: nothing is refused here. What is known when the act is taken, and why it is taken all the
same where somebody says so, is kept with the step and with the act.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from certification.evidence.words import reason_faults
from certification.judgement import archive
from certification.rules import criteria
from certification.spreadsheets import Fault
from lrs.db import Session

__all__ = ["despite_faults", "told"]


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
    """What the act about each of these workers says of that, by worker: points had and needed, and why all the same.
    Nothing of whoever meets the criteria or was never judged. `by` asks what had been said by an instant. Few SQL
    commands."""
    rows = archive.not_met(session, tenant, worker_ids, programme, year, by=by)
    needs = {
        one: criteria.of_rule_file(session, tenant, one).total_at_least for one in {each[1] for each in rows.values()}
    }
    found: dict[UUID, dict[str, Any]] = {
        worker: {"points": total, "needed": needs[rules]} for worker, (total, rules) in rows.items()
    }
    for worker, reason in despite.items():
        found.setdefault(worker, {})["despite"] = reason
    return found


def despite_faults(place: int, number: str, reason: str | None) -> list[Fault]:
    """What is wrong with a reason that somebody gave."""
    if reason is None:
        return []
    return [Fault(place, "despite", f"mã “{number}”: {one.message}") for one in reason_faults(place, "despite", reason)]
