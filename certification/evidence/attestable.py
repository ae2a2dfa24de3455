"""Who may attest which chỉ số: parted by role where the procedure in force says so, else every one is open.

Parting.told(...)     why a witness may not attest a chỉ số of somebody, in Vietnamese, or nothing
of_workers(...)       which chỉ số a witness may attest of each worker: what a page lets somebody write into
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from certification.access.permissions import Role
from certification.evidence import witnesses
from certification.evidence.witnesses import Witness
from certification.rules import procedures
from certification.rules.rule_store import StoredRule, last_begun, stored
from lrs.db import Session

__all__ = ["ROLES", "Parting", "in_force", "of_rules", "of_workers"]

ROLES: Mapping[Role, str] = {
    Role.TEAM_LEAD: "tổ trưởng",
    Role.GRASSROOTS_OFFICER: "cán bộ công đoàn cơ sở",
    Role.UPPER_OFFICER: "cán bộ công đoàn cấp trên",
}
"""Who may attest at all, as a table says it and a refusal names it."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Which chỉ số the roles may attest that a procedure names; a role that it does not name may attest every one."""

    procedure: str = ""
    parted: Mapping[Role, frozenset[str]] = field(default_factory=dict)

    def open_to(self, roles: Collection[Role], indicators: Collection[str]) -> frozenset[str]:
        """Those of the indicators that somebody in these roles may attest; of whom no role is known, those that every
        role may."""
        each = [self._of(role, indicators) for role in roles]
        if each:
            return frozenset().union(*each)
        return frozenset(indicators).intersection(*(self._of(role, indicators) for role in ROLES))

    def roles(self, indicator: str) -> list[Role]:
        """Which of them may attest the indicator."""
        return [role for role in ROLES if self._of(role, {indicator})]

    def told(self, roles: Collection[Role], indicator: str) -> str | None:
        """Why somebody in these roles may not attest the indicator; None where it may be attested."""
        if self.open_to(roles, {indicator}):
            return None
        may = [ROLES[role] for role in self.roles(indicator)]
        if not may:
            return f"theo quy trình “{self.procedure}” không ai xác nhận chỉ số này; bỏ ô này"
        whose = f"theo quy trình “{self.procedure}” chỉ số này do {' hoặc '.join(may)} xác nhận"
        return f"{whose}; nhờ người đó, hoặc bỏ ô này" if roles else f"{whose}; ghi rõ xác nhận với tư cách nào"

    def _of(self, role: Role, indicators: Collection[str]) -> frozenset[str]:
        return frozenset(indicators) & self.parted[role] if role in self.parted else frozenset(indicators)


def in_force(session: Session, tenant: UUID, programme: str, day: date) -> Parting:
    """How chỉ số are parted among who attests on a day. Without a procedure they are not. One SQL command or two."""
    return of_rules(stored(session, tenant, "procedure"), programme, day)


def of_rules(rules: Iterable[StoredRule], programme: str, day: date) -> Parting:
    """As `in_force`, of the loaded procedures."""
    rule = last_begun(rules, programme, day)
    if rule is None:
        return Parting()
    found = procedures.build(rule.document, rule.id)
    return Parting(found.title, found.parted)


def of_workers(
    session: Session,
    tenant: UUID,
    witness: Witness,
    worker_ids: Collection[UUID],
    indicators: Collection[str],
    *,
    programme: str,
    year: int,
    day: date,
) -> Mapping[UUID, frozenset[str]]:
    """Which of the indicators the witness may attest of each worker for the year, on a day. Three SQL commands at
    most."""
    parting = in_force(session, tenant, programme, day)
    if not parting.parted:
        return dict.fromkeys(worker_ids, frozenset(indicators))
    roles = witnesses.roles_about(session, tenant, witness, worker_ids, date(year, 1, 1), day)
    return {one: parting.open_to(roles[one], indicators) for one in worker_ids}
