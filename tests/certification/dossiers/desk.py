"""Workers of two unions, officers, a body that may decide: everything a dossier needs, in a tenant of the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.dossiers import decisions, proceedings, proposals
from certification.dossiers.decisions import Decision, Refused
from certification.dossiers.proposals import Meeting, Proposal, Voted
from certification.dossiers.steps import OneDossier
from certification.evidence import self_scores
from certification.evidence.self_scores import OwnScore
from certification.models import Award, Dossier
from certification.rules import criteria
from certification.units import letterheads
from lrs.db import Session
from tests.certification.learning import PROGRAMME
from tests.certification.world import World

YEAR = 2026
MET = date(2026, 11, 18)
DECIDED = date(2026, 11, 19)
BODY = "vn/lai-chau"
MEETING = Meeting(MET, present=10, absent=1, minutes="01/BB-CĐCS", chair="Lê Hoa", secretary="Trần Nam")


class Desk:
    """NV-1, NV-2 in dn/a, NV-3 in dn/b, NV-4 in dn/c of another province.

    `hoa` is the officer of cdcs/a, `upper` of the union of the province, `operator` of everything.
    """

    def __init__(self, world: World) -> None:
        self.world, self.tenant, self.now = world, world.tenant, world.now
        self.workers: dict[str, UUID] = {}
        with world.database.writing(self.tenant) as session:
            for number, unit in (("NV-1", "dn/a"), ("NV-2", "dn/a"), ("NV-3", "dn/b"), ("NV-4", "dn/c")):
                self.workers[number] = world.employ(session, unit)
            letterheads.add_signer(
                session, self.tenant, BODY, name="Lê Văn Ký", office="CHỦ TỊCH", authority="TM. ỦY BAN NHÂN DÂN",
                starts=date(2026, 1, 1), source="QĐ 1", by="test", now=self.now,
            )  # fmt: skip
            _, criteria_set = criteria.in_force(session, self.tenant, PROGRAMME, criteria.AUDIENCE, YEAR)
        self.indicators = [one.id for one in criteria_set.indicators]
        self.hoa = self.who("hoa", Role.GRASSROOTS_OFFICER, "cdcs/a")
        self.upper = self.who("upper", Role.UPPER_OFFICER, "cd/lai-chau")
        self.operator = Who(self.tenant, "operator", roles=(Held(Role.OPERATOR),))

    def who(self, name: str, role: Role, unit: str, *, worker: str | None = None) -> Who:
        mine = None if worker is None else self.workers[worker]
        own = () if mine is None else (Held(Role.WORKER),)
        return Who(self.tenant, name, worker=mine, roles=(Held(role, self.world.ids[unit]), *own))

    def oneself(self, number: str, name: str = "toi") -> Who:
        return Who(self.tenant, name, worker=self.workers[number], roles=(Held(Role.WORKER),))

    def step(
        self, who: Who, name: str, number: str, *, reason: str | None = None, now: datetime | None = None
    ) -> OneDossier:
        with self.world.database.writing(self.tenant) as session:
            return proceedings.step(session, self.tenant, who, name, number, YEAR, reason=reason, now=now or self.now)

    def score(self, number: str, *indicators: str) -> None:
        with self.world.database.writing(self.tenant) as session:
            scores = [OwnScore(one, 9, None) for one in indicators or self.indicators]
            self_scores.score(session, self.tenant, number, YEAR, scores, by=number, now=self.now)

    def reviewed(self, *numbers: str) -> None:
        """These workers' dossiers, ready to be proposed."""
        for number in numbers:
            self.score(number)
            for who, name in (
                (self.oneself(number), "register"), (self.oneself(number), "self-assess"), (self.operator, "confirm"),
                (self.operator, "review"),
            ):  # fmt: skip
                self.step(who, name, number)

    def propose(
        self, *numbers: str, who: Who | None = None, unit: str = "cdcs/a", meeting: Meeting = MEETING,
        votes: tuple[int | None, int | None] = (9, 10), despite: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> Proposal:  # fmt: skip
        with self.world.database.writing(self.tenant) as session:
            return proposals.propose(
                session, self.tenant, who or self.hoa, unit, YEAR, meeting,
                [Voted(one, *votes, (despite or {}).get(one)) for one in numbers], now=now or self.now,
            )  # fmt: skip

    def decide(self, *granted: str, refused: Sequence[Refused] = (), who: Who | None = None, **told: Any) -> Decision:
        said = {"number": "12/QĐ-UBND", "decided_on": DECIDED, "signer": "Lê Văn Ký", "now": self.now, **told}
        body = said.pop("body", BODY)
        with self.world.database.writing(self.tenant) as session:
            return decisions.decide(
                session, self.tenant, who or self.upper, body, YEAR, granted=granted, refused=refused, **said
            )

    def state(self, number: str) -> str | None:
        with self.world.database.reading(self.tenant) as session:
            found: str | None = session.scalar(
                sa.select(Dossier.state).where(Dossier.worker_id == self.workers[number], Dossier.year == YEAR)
            )
        return found

    def titles(self) -> set[str]:
        """The numbers of those who hold a title."""
        with self.world.database.reading(self.tenant) as session:
            held = set(session.scalars(sa.select(Award.worker_id).where(Award.tenant_id == self.tenant)))
        return {number for number, one in self.workers.items() if one in held}

    def reading(self) -> Any:
        return self.world.database.reading(self.tenant)


def award(session: Session, worker: UUID) -> Award:
    return session.scalars(sa.select(Award).where(Award.worker_id == worker, Award.year == YEAR)).one()
