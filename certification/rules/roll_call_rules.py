"""How roll-calls with a rotating code are held: data, since no source says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from certification.errors import CertificationError
from certification.rules.rule_store import in_force_on
from lrs.db import Session

__all__ = ["NoRollCallRules", "RollCallRules", "build", "in_force"]


class NoRollCallRules(CertificationError):
    """No loaded file covers the day."""

    def __init__(self, on: date) -> None:
        super().__init__(
            f"No rules of roll-calls are in force on {on.isoformat()}. Load a file of kind roll-call whose "
            f"in_force_from is {on.isoformat()} or earlier (flask certification load-rules)."
        )


@dataclass(frozen=True, slots=True)
class RollCallRules:
    """Seconds for which a code is shown; for how long a scan lets somebody sign in and confirm; within what time what
    was kept without a network is taken; from how many minutes before the start to how many after the end codes are
    taken, where whoever opens a roll-call says nothing else."""

    id: str
    rule_file_id: UUID
    step_seconds: int
    ticket: timedelta
    send_within: timedelta
    early_minutes: int
    late_minutes: int


def in_force(session: Session, tenant: UUID, programme: str, on: date) -> RollCallRules:
    """The rules in force on a day: of those begun the ones that began last. Raises NoRollCallRules."""
    rule = in_force_on(session, tenant, "roll-call", programme, on)
    if rule is None:
        raise NoRollCallRules(on)
    return build(rule.document, rule.id)


def build(document: Mapping[str, Any], rule_file_id: UUID) -> RollCallRules:
    """Rules from a checked document."""
    code, window = document["code"], document["window"]
    return RollCallRules(
        id=document["id"],
        rule_file_id=rule_file_id,
        step_seconds=code["step_seconds"]["value"],
        ticket=timedelta(minutes=code["ticket_minutes"]["value"]),
        send_within=timedelta(hours=code["send_within_hours"]["value"]),
        early_minutes=window["early_minutes"]["value"],
        late_minutes=window["late_minutes"]["value"],
    )
