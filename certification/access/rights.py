"""What somebody may do, and about whom: roles in force held against the dated trees.

    reach            how far an act goes for somebody, as a condition of SQL
    may              whether an act is allowed about a unit or a worker
    find_worker      the worker with this number, if the caller may know of him or her
    witness          who speaks when somebody attests (`evidence.witnesses`)

`on` is the day of asking, in Vietnam: a role that ended yesterday allows nothing today, and a unit that moved to
another branch is seen from there alone, whatever day the figures asked for are of. A worker is seen where he or she is
employed on that day; who is employed nowhere and agreed that a union keeps the record is seen by the officers of that
union's branch, as far as `permissions.OF_KEPT_RECORDS` goes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.access.permissions import KEEPERS, OF_KEPT_RECORDS, TABLE, Act, Role
from certification.access.who import Held, Who
from certification.errors import CertificationError
from certification.evidence.witnesses import AsRole, Witness
from certification.models import Consent, Employment, Organization, OrganizationParent, Team, TeamMember, Worker
from certification.people import workers
from certification.people.workers import Known, Person, UnknownWorker, everybody
from certification.privacy import consents
from certification.units.trees import ENTERPRISE
from lrs.db import Session, among, asked_once, beside

__all__ = [
    "NotAllowed",
    "Reach",
    "Unit",
    "all_of",
    "branch",
    "find_worker",
    "keeps",
    "knowing",
    "may",
    "organizations_within",
    "reach",
    "reach_of",
    "touches",
    "units_within",
    "witness",
]

Condition = sa.ColumnElement[bool]

WIDE = 2_000
"""People; of fewer, the branch is looked up and put in order."""


class NotAllowed(CertificationError):
    """Somebody may not do this, here."""

    def __init__(self, who: Who, act: Act) -> None:
        super().__init__(f"{who.name} may not {act.value} here: no role in force allows it for this unit or person")


@dataclass(frozen=True, slots=True)
class Unit:
    """An organization of a branch."""

    id: UUID
    code: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one act goes for somebody on a day: everything, or these branches, teams and own records."""

    tenant: UUID
    on: date
    everything: bool
    roots: frozenset[UUID]
    teams: frozenset[UUID]
    own: frozenset[UUID]
    keeping: frozenset[UUID] = frozenset()
    """Those of the roots whose unions' kept records the act may be about."""

    def __bool__(self) -> bool:
        return bool(self.everything or self.roots or self.teams or self.own)

    def organizations(self, session: Session, column: Any) -> Condition:
        """That `column` names an organization within the branches."""
        if self.everything:
            return sa.true()
        if not self.roots:
            return sa.false()
        return among(session, column, _inside(session, self.tenant, self.roots, self.on))

    @property
    def employed(self) -> tuple[Condition, ...]:
        """That an employment of the tenant holds on the day."""
        return (Employment.tenant_id == self.tenant, *self._holds)

    @property
    def _holds(self) -> tuple[Condition, ...]:
        return Employment.started <= self.on, sa.or_(Employment.ended.is_(None), Employment.ended >= self.on)

    def is_wide(self, session: Session) -> bool:
        """Whether the branches employ so many people that a list of them is better read by going through everybody and
        leaving out who is not of them. Asked of the database once in a session."""
        if self.everything or not self.roots:
            return self.everything
        known: dict[object, bool] = session.info.setdefault("wide", {})
        key = self.tenant, self.roots, self.on
        if key not in known:
            some = self._branches(session).limit(WIDE + 1).subquery()
            known[key] = (session.scalar(sa.select(sa.func.count()).select_from(some)) or 0) > WIDE
        return known[key]

    def _branches(self, session: Session) -> sa.Select[Any]:
        """Whom the branches employ."""
        below = among(session, Employment.enterprise_id, _inside(session, self.tenant, self.roots, self.on))
        return sa.select(Employment.worker_id).where(*self.employed, below)

    def members(self, session: Session) -> sa.Select[Any]:
        """The workers of the teams, as long as they are employed where the team is."""
        there = sa.and_(Employment.worker_id == TeamMember.worker_id, Employment.enterprise_id == Team.enterprise_id)
        return (
            sa.select(TeamMember.worker_id)
            .join(Team, Team.id == TeamMember.team_id)
            .join(Employment, there)
            .where(
                TeamMember.tenant_id == self.tenant,
                Team.tenant_id == self.tenant,
                among(session, Team.id, self.teams),
                TeamMember.starts <= self.on,
                sa.or_(TeamMember.until.is_(None), TeamMember.until > self.on),
                *self.employed,
            )
        )

    def kept(self, session: Session) -> sa.Select[Any]:
        """The workers who are employed nowhere and agreed that a union of the branches keeps their record."""
        unions = among(session, Consent.recipient_id, _inside(session, self.tenant, self.keeping, self.on))
        mine = _of_tenant(Employment.tenant_id, self.tenant)
        still = sa.exists().where(Employment.worker_id == Consent.worker_id, mine, *self._holds)
        return consents.kept_by(self.tenant, consents.UNION_RECORD, unions, self.on).where(~still)

    def workers(self, session: Session, column: Any) -> Condition:
        """That `column` names a worker whom the act may be about."""
        if self.everything:
            return sa.true()
        found: list[Condition] = []
        if self.roots:
            if self.is_wide(session):
                # Each one's employer is held against the branch, not each of the branch looked for; the branch is
                # known before, for PostgreSQL would read it through for every worker. The employment has another
                # name, since `column` may be one of employments too.
                below = _inside(session, self.tenant, self.roots, self.on)
                own = aliased(Employment)
                inside = among(session, beside(own.enterprise_id), below)
                days = own.started <= self.on, sa.or_(own.ended.is_(None), own.ended >= self.on)
                mine = own.worker_id == column, _of_tenant(own.tenant_id, self.tenant), inside, *days
                found.append(sa.select(sa.literal(1)).where(*mine).limit(1).scalar_subquery() == 1)
                found += [column.in_(self.kept(session))] if self.keeping else []
            else:
                whom = [self._branches(session), *([self.kept(session)] if self.keeping else [])]
                found.append(column.in_(sa.union_all(*whom) if len(whom) > 1 else whom[0]))
        if self.teams:
            found.append(column.in_(self.members(session)))
        if self.own:
            found.append(among(session, column, self.own))
        return sa.or_(*found) if found else sa.false()


def reach(who: Who, act: Act, on: date) -> Reach:
    """How far `act` goes for `who` on the day `on`, by the one table of permissions: what it gives, as
    `.workers(session, Worker.id)` say, stands in the WHERE of a list. Asks no database."""
    rule = TABLE[act]
    found = reach_of(who, rule.roles, on, everything=rule.scope is not None and rule.scope in who.scopes)
    if act not in OF_KEPT_RECORDS:
        return found
    return replace(found, keeping=reach_of(who, rule.roles & KEEPERS, on).roots)


def all_of(tenant: UUID, on: date) -> Reach:
    """Everybody of the tenant: for whoever has the terminal of the installation."""
    return Reach(tenant, on, True, frozenset(), frozenset(), frozenset())


def reach_of(who: Who, roles: Collection[Role], on: date, *, everything: bool = False) -> Reach:
    """How far these of the roles go that `who` holds on the day. Asks no database."""
    roots: set[UUID] = set()
    teams: set[UUID] = set()
    own: set[UUID] = set()
    for held in who.roles:
        if held.role not in roles or not _holds(held, on):
            continue
        if held.role is Role.WORKER:
            own |= set() if who.worker is None else {who.worker}
        elif held.role is Role.TEAM_LEAD:
            teams |= set() if held.team is None else {held.team}
        elif held.organization is not None:
            roots.add(held.organization)
        elif held.role in (Role.OPERATOR, Role.AUDITOR):
            everything = True
    return Reach(who.tenant, on, everything, frozenset(roots), frozenset(teams), frozenset(own))


def may(
    session: Session, who: Who, act: Act, on: date, *, organization: UUID | None = None, worker: UUID | None = None
) -> bool:
    """Whether `who` may do `act` about this unit, or this worker; without either, whether about anything at all."""
    found = reach(who, act, on)
    if organization is not None and not found.everything:
        itself = sa.select(Organization.id).where(Organization.id == organization)
        if not _under(session, found, itself):
            return False
    if worker is not None and not found.everything and worker not in found.own:
        _, *days = found.employed
        employers = sa.select(Employment.enterprise_id).where(
            Employment.worker_id == worker, _of_tenant(Employment.tenant_id, who.tenant), *days
        )
        if not (_under(session, found, employers) or _led(session, found, worker) or keeps(session, found, worker)):
            return False
    return bool(found)


def find_worker(session: Session, who: Who, act: Act, number: str, on: date) -> Person:
    """The worker with this number. Raises UnknownWorker for one of whom `who` may not know, as if there were none."""
    person = workers.find(session, who.tenant, number)
    if not may(session, who, act, on, worker=person.id):
        raise UnknownWorker(number)
    return person


def knowing(session: Session, who: Who, act: Act, on: date) -> Known:
    """Which of some workers `act` may be about, in one SQL command: what imports ask of whoever has a branch."""
    found = reach(who, act, on)
    if found.everything:
        return everybody

    def known(worker_ids: Collection[UUID]) -> frozenset[UUID]:
        mine = among(session, Worker.id, worker_ids), found.workers(session, Worker.id)
        return frozenset(session.scalars(sa.select(Worker.id).where(Worker.tenant_id == who.tenant, *mine)))

    return known


def organizations_within(session: Session, who: Who, act: Act, on: date) -> frozenset[UUID] | None:
    """Ids of the organizations that `act` may be about; None where it may be about all."""
    found = reach(who, act, on)
    return None if found.everything else frozenset(one.id for one in units_within(session, found))


def witness(session: Session, who: Who, act: Act, on: date) -> Witness:
    """Who speaks about whom when `who` does `act`, and in which role: the enterprises of the branches, the members of
    the teams.

    Never with the own record: nobody attests for himself or herself. Raises NotAllowed for whom it may be about nobody.
    Two SQL commands at most for each role.
    """
    found = replace(reach(who, act, on), own=frozenset(), keeping=frozenset())
    if not found:
        raise NotAllowed(who, act)
    own = frozenset() if who.worker is None else frozenset({who.worker})
    if found.everything:
        return Witness(who.name, worker_ids=own)
    roles = tuple(_as_role(session, who, role, on) for role in Role if role in TABLE[act].roles - {Role.WORKER})
    return Witness(
        who.name,
        worker_ids=own,
        enterprise_ids=frozenset().union(*(one.enterprise_ids or () for one in roles)),
        team=frozenset().union(*(one.team for one in roles)),
        roles=tuple(one for one in roles if one.enterprise_ids or one.team),
    )


def _as_role(session: Session, who: Who, role: Role, on: date) -> AsRole:
    """How far one role goes when somebody speaks."""
    found = reach_of(who, {role}, on)
    over = [one.id for one in units_within(session, found) if one.kind == ENTERPRISE] if found.roots else []
    led: Any = ()
    if found.teams:
        members = sa.select(TeamMember.worker_id).where(
            TeamMember.tenant_id == who.tenant, found.workers(session, TeamMember.worker_id)
        )
        led = session.scalars(members)
    return AsRole(role, frozenset(over), frozenset(led))


def branch(session: Session, tenant: UUID, organization: UUID, on: date) -> frozenset[UUID]:
    """The organization and all below it on either tree, as they stood on the day; nothing for one that had ended."""
    return _inside(session, tenant, frozenset({organization}), on)


def units_within(session: Session, reach: Reach) -> list[Unit]:
    """The organizations within reach, by code, in one SQL command."""
    query = sa.select(Organization.id, Organization.code, Organization.kind).where(
        Organization.tenant_id == reach.tenant, reach.organizations(session, Organization.id)
    )
    return [Unit(*row) for row in session.execute(query.order_by(Organization.code))]


def touches(session: Session, reach: Reach, organization: UUID) -> bool:
    """Whether an organization, or anything below it on either tree, lies within reach: of such a one somebody may know
    that it acts upon the own branch."""
    below = _below(session, reach.tenant, frozenset({organization}), reach.on)
    shared = sa.select(Organization.id).where(
        Organization.tenant_id == reach.tenant,
        Organization.id.in_(below),
        reach.organizations(session, Organization.id),
    )
    return session.scalar(shared.limit(1)) is not None


def _holds(held: Held, on: date) -> bool:
    return (held.starts is None or held.starts <= on) and (held.until is None or on < held.until)


def _under(session: Session, reach: Reach, which: sa.Select[Any]) -> bool:
    """Whether one of these organizations is one of the roots or below it: upwards, a few steps, however wide the trees.

    By the same edges and ends as `_below`; a test holds the two against each other.
    """
    if not reach.roots:
        return False
    there = _exists(reach.tenant, reach.on)
    up = sa.select(Organization.id).where(there, Organization.id.in_(which)).cte(recursive=True)
    step = (
        sa.select(OrganizationParent.parent_id)
        .join(up, OrganizationParent.organization_id == up.c.id)
        .where(_is_there(OrganizationParent.parent_id, there), *_edge_holds(reach.on))
    )
    up = up.union(step)
    return session.scalar(sa.select(up.c.id).where(among(session, up.c.id, reach.roots)).limit(1)) is not None


def _led(session: Session, reach: Reach, worker: UUID) -> bool:
    """Whether the worker is of one of the teams."""
    if not reach.teams:
        return False
    return session.scalar(reach.members(session).where(TeamMember.worker_id == worker).limit(1)) is not None


def keeps(session: Session, reach: Reach, worker: UUID) -> bool:
    """Whether a union of the branches keeps the worker's record."""
    if not reach.keeping:
        return False
    return session.scalar(reach.kept(session).where(Consent.worker_id == worker).limit(1)) is not None


def _of_tenant(column: Any, tenant: UUID) -> Condition:
    """That a row is of the tenant, checked on rows that are found by their ids: SQLite would look it up by an index of
    the tenant otherwise, and read all there is."""
    return sa.case((column == tenant, 1), else_=0) == 1


def _exists(tenant: UUID, on: date) -> Condition:
    return sa.and_(
        _of_tenant(Organization.tenant_id, tenant),
        sa.or_(Organization.exists_from.is_(None), Organization.exists_from <= on),
        sa.or_(Organization.exists_to.is_(None), Organization.exists_to >= on),
    )


def _is_there(column: Any, there: Condition) -> Condition:
    """That the organization of an edge is there. Asked of each edge that is come to, never joined: PostgreSQL guesses
    that few organizations are, and would join every organization to every edge again for each step down."""
    found = sa.select(sa.literal(1)).where(Organization.id == column, there).correlate(OrganizationParent)
    return found.scalar_subquery() == 1


def _edge_holds(on: date) -> tuple[Condition, ...]:
    return (
        OrganizationParent.valid_from <= on,
        sa.or_(OrganizationParent.valid_to.is_(None), OrganizationParent.valid_to >= on),
    )


def _inside(session: Session, tenant: UUID, roots: frozenset[UUID], on: date) -> frozenset[UUID]:
    """What `_below` finds."""
    below = _below(session, tenant, roots, on)
    return asked_once(session, ("inside", tenant, roots, on), lambda: frozenset(session.scalars(below)))


def _below(session: Session, tenant: UUID, roots: frozenset[UUID] | set[UUID], on: date) -> sa.Select[Any]:
    """Ids of these organizations and of all below them, by edges that hold on the day between ends that exist then."""
    there = _exists(tenant, on)
    down = sa.select(Organization.id).where(there, among(session, Organization.id, roots)).cte(recursive=True)
    step = (
        sa.select(OrganizationParent.organization_id)
        .join(down, OrganizationParent.parent_id == down.c.id)
        .where(_is_there(OrganizationParent.organization_id, there), *_edge_holds(on))
    )
    down = down.union(step)
    return sa.select(down.c.id)
