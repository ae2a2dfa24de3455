"""A round added up: each member's figures, who is missing, late or corrected, and the sum, which says whether it is
whole. A missing member is never a nought: it is in no sum, and the sum says that it lacks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa

from certification.federation import documents, members, rounds
from certification.federation.documents import RollUpDocument
from certification.federation.members import Member
from certification.federation.rounds import Round
from certification.models import ReceivedRollUp
from certification.rules import plans
from certification.rules.plans import Plan, Target, TargetValue
from certification.targets.attainment import YearTarget, year_target
from certification.vietnam import vietnam_day
from lrs.db import Session

__all__ = ["Gathered", "Line", "Received", "Share", "Sum", "gather", "received"]

MISSING = "missing"
WAITED_FOR = "waited_for"
LATE = "late"
IN_TIME = "in_time"


@dataclass(frozen=True, slots=True)
class Received:
    """A roll-up as it was received."""

    document: RollUpDocument
    sha256: str
    received: datetime
    received_by: str


@dataclass(frozen=True, slots=True)
class Share:
    """What a member says of a target, or all that came together."""

    counted: int
    participations: int
    denominator: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.counted, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Line:
    """A member in a round: `missing` (the due day is past), `waited_for` (it is not), `late` or `in_time`. `days` late,
    or missing since, or left. `editions` are all that came, the one that stands last."""

    member: Member
    state: str
    days: int
    editions: tuple[Received, ...]

    @property
    def stands(self) -> Received | None:
        return self.editions[-1] if self.editions else None

    def share(self, target: str) -> Share | None:
        """What stands for a target; None where nothing came."""
        if self.stands is None:
            return None
        found = next(one for one in self.stands.document.targets if one.id == target)
        return Share(found.counted, found.participations, found.denominator)


@dataclass(frozen=True, slots=True)
class Sum:
    """All that came for a target, added up."""

    target: Target
    share: Share


@dataclass(frozen=True, slots=True)
class Gathered:
    """A round as it stands. `lacking`: of how many members nothing came; the sums are whole when it is 0. Where they
    are not, no target is said to be met or missed by the sum."""

    round: Round
    plan: Plan | None
    lines: tuple[Line, ...]
    sums: tuple[Sum, ...]
    headcount: int
    enterprises: int
    reporting: int
    declared: int
    lacking: int

    @property
    def is_whole(self) -> bool:
        return bool(self.lines) and self.lacking == 0

    def count(self, state: str) -> int:
        return sum(1 for one in self.lines if one.state == state)

    def asked(self, target: Target, share: Share) -> YearTarget | None:
        """What a target asks by the end of the cut-off's year, or of the next year it names, held against this."""
        value = _value(target, self.round.cut_off.year)
        return None if value is None else year_target(value, target.operator, share.counted, share.denominator)

    def percent_of(self, target: Target) -> int | None:
        """How many per cent it asks for then."""
        value = _value(target, self.round.cut_off.year)
        return None if value is None else value.percent


def gather(session: Session, tenant: UUID, id: UUID, *, today: date) -> Gathered:
    """A round with everybody who is asked or has sent. SQL commands do not grow with the members. Raises
    UnknownRound."""
    round_ = rounds.find(session, tenant, id)
    came: dict[UUID, list[Received]] = {}
    for row in session.scalars(
        sa.select(ReceivedRollUp)
        .where(ReceivedRollUp.tenant_id == tenant, ReceivedRollUp.round_id == id)
        .order_by(ReceivedRollUp.edition)
    ):
        came.setdefault(row.member_id, []).append(_received(row))
    lines = tuple(
        _line(one, tuple(came.get(one.id, ())), round_, today)
        for one in members.members(session, tenant)
        if one.is_asked(round_.cut_off) or one.id in came
    )
    plan = next((one for one in plans.all_plans(session, tenant) if one.id == round_.plan), None)
    standing = [one.stands.document for one in lines if one.stands is not None]
    lacking = sum(1 for one in lines if one.stands is None)
    return Gathered(
        round_,
        plan,
        lines,
        tuple(_sum(target, lines) for target in (plan.targets if plan else ())),
        sum(one.headcount for one in standing),
        sum(one.enterprises for one in standing),
        sum(one.reporting for one in standing),
        sum(one.declared for one in standing),
        lacking,
    )


def received(session: Session, tenant: UUID, id: UUID) -> Received | None:
    """One roll-up as it came; None where none did under this id."""
    row = session.get(ReceivedRollUp, (tenant, id))
    return None if row is None else _received(row)


def _value(target: Target, year: int) -> TargetValue | None:
    values = sorted(target.values, key=lambda one: one.year)
    return next((one for one in values if one.year >= year), values[-1] if values else None)


def _received(row: ReceivedRollUp) -> Received:
    return Received(documents.read(row.content), row.sha256, row.received, row.received_by)


def _line(member: Member, editions: Sequence[Received], round_: Round, today: date) -> Line:
    if editions:
        late = max(0, (vietnam_day(editions[0].received) - round_.due).days)
        return Line(member, LATE if late else IN_TIME, late, tuple(editions))
    over = (today - round_.due).days
    return Line(member, MISSING if over > 0 else WAITED_FOR, abs(over), ())


def _sum(target: Target, lines: Sequence[Line]) -> Sum:
    shares = [share for one in lines if (share := one.share(target.id)) is not None]
    whole = Share(
        sum(one.counted for one in shares), sum(one.participations for one in shares),
        sum(one.denominator for one in shares),
    )  # fmt: skip
    return Sum(target, whole)
