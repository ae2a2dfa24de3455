"""Which steps lead to a title, who may take them and until when: data, since no source says who signs for a worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from certification.access.permissions import Role
from certification.errors import CertificationError
from certification.rules.rule_store import in_force_on
from lrs.db import Session

__all__ = [
    "ALONE",
    "JUDGING",
    "NEEDED",
    "NEW",
    "STATES",
    "NoSuchStep",
    "NoTitleProcedure",
    "Step",
    "TitleProcedure",
    "build",
    "in_force",
    "ways",
]

NEW = "new"
"""Where no dossier is yet."""

STATES = (
    "registered", "self_assessed", "confirmed", "reviewed", "proposed", "granted", "refused", "appealed", "upheld",
    "withdrawn", "revoked",
)  # fmt: skip
"""How a dossier can stand. "upheld": the refusal stood after an appeal; "revoked": the title was taken away."""

NEEDED = ("register", "self-assess", "propose", "grant")
"""No title without these steps, whatever a file says."""

JUDGING = frozenset(
    {"confirm", "return", "review", "propose", "grant", "refuse", "uphold", "reconsider", "revoke"}
)  # fmt: skip
"""Steps that nobody takes about the own dossier."""

ALONE: Mapping[str, str] = {
    "grant": "granted",
    "refuse": "refused",
    "propose": "proposed",
    "appeal": "appealed",
    "uphold": "upheld",
    "withdraw": "withdrawn",
    "revoke": "revoked",
}
"""The one step that leads to a state, and to nothing else: more is written down with it than a state."""


class NoTitleProcedure(CertificationError):
    """No loaded procedure covers the day."""

    def __init__(self, on: date) -> None:
        super().__init__(
            f"No title procedure is in force on {on.isoformat()}, so nobody knows which steps lead to a title. Load "
            f"one whose in_force_from is {on.isoformat()} or earlier (flask certification load-rules)."
        )


class NoSuchStep(CertificationError):
    """The procedure in force has no such step."""

    def __init__(self, name: str, procedure: str) -> None:
        super().__init__(f"Quy trình “{procedure}” không có bước “{name}”")


@dataclass(frozen=True, slots=True)
class Step:
    """A step: from which states to which, which roles may, and about whose dossier (`own`: only, may, never).

    `needs` "other_hands": whoever took the step before does not take this one. `closes` is how many days after the
    assessed year it can be taken at last; None: at any time.
    """

    name: str
    before: tuple[str, ...]
    after: str
    roles: frozenset[Role]
    own: str
    needs: frozenset[str]
    closes: int | None

    def last_day(self, year: int) -> date | None:
        """The last day (in Vietnam) for a dossier of this year."""
        return None if self.closes is None else date(year, 12, 31) + timedelta(days=self.closes)


@dataclass(frozen=True, slots=True)
class TitleProcedure:
    """The steps by name, and how long an appeal may be made and is to be answered, in days.

    Of the meeting that proposes: how many of those called must have come at least (`present_per_cent`), and how many of
    the votes that were cast somebody needs; None where no document says.
    """

    id: str
    rule_file_id: UUID
    title: str
    status: str
    steps: Mapping[str, Step]
    appeal_within_days: int
    answer_within_days: int
    present_per_cent: int | None = None
    votes_per_cent: int | None = None

    def step(self, name: str) -> Step:
        """The step of this name. Raises NoSuchStep."""
        if name not in self.steps:
            raise NoSuchStep(name, self.id)
        return self.steps[name]


def in_force(session: Session, tenant: UUID, programme: str, on: date) -> TitleProcedure:
    """The procedure in force on a day: of those begun the one that began last. Raises NoTitleProcedure."""
    rule = in_force_on(session, tenant, "title-procedure", programme, on)
    if rule is None:
        raise NoTitleProcedure(on)
    return build(rule.document, rule.id)


def build(document: Mapping[str, Any], rule_file_id: UUID) -> TitleProcedure:
    """A procedure from a checked document."""
    steps = (
        Step(
            one["name"],
            tuple(one["from"]),
            one["to"],
            frozenset(Role(role) for role in one["roles"]),
            one["own"],
            frozenset(one.get("needs", ())),
            one["closes"]["value"] if "closes" in one else None,
        )
        for one in document["step"]
    )
    meeting = {name: one["value"] for name, one in document.get("meeting", {}).items()}
    return TitleProcedure(
        id=document["id"],
        rule_file_id=rule_file_id,
        title=document["title"],
        status=document["status"],
        steps={one.name: one for one in steps},
        appeal_within_days=document["appeal"]["within_days"]["value"],
        answer_within_days=document["appeal"]["answer_within_days"]["value"],
        **meeting,
    )


def ways(steps: Iterable[tuple[Iterable[str], str]]) -> set[str]:
    """The states that can be reached from nothing by steps given as (from, to)."""
    known = {NEW}
    each = [(set(before), after) for before, after in steps]
    while news := {after for before, after in each if before & known} - known:
        known |= news
    return known
