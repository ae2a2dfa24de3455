"""Giving, ending and handing over roles, and the teams of team leads.

A role is over a node of a tree with everything below, from one day to another, for a purpose. It is never removed and
only ever ended. Who gives it must be allowed to, there (`permissions.MAY_GIVE`), and never gives to himself or herself;
every act is recorded (`access.records`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import accounts, records, rights
from certification.access.permissions import MAY_GIVE, OVER, PURPOSES, Act, Role
from certification.access.who import Held, Who
from certification.errors import CertificationError
from certification.models import Account, Organization, RoleGiven, Team, TeamMember
from certification.people import workers
from certification.units.trees import ENTERPRISE
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, among, new_id

__all__ = [
    "TERMINAL",
    "Given",
    "RoleRefused",
    "at_terminal",
    "end",
    "find_team",
    "give",
    "given",
    "hand_over",
    "held_by",
    "set_team",
]

TERMINAL = "operator at the terminal"
"""Who acts by a command: whoever can run one holds the installation's secret and its database anyway."""


class RoleRefused(CertificationError):
    """A role that cannot be given, ended or handed over; the text says why and what to do."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Given:
    """A role as it is kept."""

    id: UUID
    role: Role
    account: str | None
    key: str | None
    organization: str | None
    team: str | None
    purpose: str
    starts: date
    until: date | None
    """The first day (in Vietnam) on which it no longer holds."""
    given_by: str
    given: datetime
    organization_id: UUID | None
    account_id: UUID | None
    team_id: UUID | None


def at_terminal(tenant: UUID) -> Who:
    """Who gives roles by a command."""
    return Who(tenant, TERMINAL, roles=(Held(Role.OPERATOR),))


def held_by(
    session: Session, tenant: UUID, on: date, *, account: UUID | None = None, key: str | None = None
) -> tuple[Held, ...]:
    """The roles of an account or of a key that hold on the day, in one SQL command."""
    whose = RoleGiven.account_id == account if key is None else RoleGiven.key == key
    rows = session.execute(
        sa.select(
            RoleGiven.role,
            RoleGiven.organization_id,
            RoleGiven.team_id,
            RoleGiven.purpose,
            RoleGiven.id,
            RoleGiven.starts,
            RoleGiven.until,
        )
        .where(RoleGiven.tenant_id == tenant, whose, *_in_force(on))
        .order_by(RoleGiven.starts, RoleGiven.id)
    )
    return tuple(Held(Role(row[0]), *row[1:]) for row in rows)


def given(
    session: Session,
    tenant: UUID,
    *,
    on: date | None = None,
    role_id: UUID | None = None,
    within: rights.Reach | None = None,
    account: UUID | None = None,
) -> list[Given]:
    """Roles of the tenant by day of beginning; those that hold `on` the day, the one with this id, those over a unit
    `within` reach, those of an account."""
    query = (
        sa.select(
            RoleGiven.id,
            RoleGiven.role,
            Account.name,
            RoleGiven.key,
            Organization.code,
            Team.name,
            RoleGiven.purpose,
            RoleGiven.starts,
            RoleGiven.until,
            RoleGiven.given_by,
            RoleGiven.given,
            RoleGiven.organization_id,
            RoleGiven.account_id,
            RoleGiven.team_id,
        )
        .outerjoin(Account, Account.id == RoleGiven.account_id)
        .outerjoin(Organization, Organization.id == RoleGiven.organization_id)
        .outerjoin(Team, Team.id == RoleGiven.team_id)
        .where(RoleGiven.tenant_id == tenant)
        .order_by(RoleGiven.starts, RoleGiven.id)
    )
    if on is not None:
        query = query.where(*_in_force(on))
    if account is not None:
        query = query.where(RoleGiven.account_id == account)
    if role_id is not None:
        query = query.where(RoleGiven.id == role_id)
    if within is not None:
        query = query.where(within.organizations(session, RoleGiven.organization_id))
    return [Given(row[0], Role(row[1]), *tuple(row)[2:]) for row in session.execute(query)]


def give(
    session: Session,
    who: Who,
    role: Role,
    *,
    account: str | None = None,
    key: str | None = None,
    organization: str | None = None,
    team: str | None = None,
    purpose: str | None = None,
    starts: date,
    until: date | None = None,
    reason: str,
    now: datetime,
) -> UUID:
    """Give a role to an account (by name) or a key, over the unit with the code `organization`; the role's id.

    From the day `starts` to the day before `until`. `team` names a team of the enterprise, for a team lead. Raises
    RoleRefused, AccountRefused; NotAllowed for who may not give it there, or gives it to himself or herself.
    """
    tenant = who.tenant
    if role is Role.WORKER:
        raise RoleRefused("role", "nobody gives the role of a worker: an account that is a worker has it")
    if (account is None) == (key is None):
        raise RoleRefused("account", "give the role to an account or to a key")
    if until is not None and until <= starts:
        raise RoleRefused("until", f"the role ends on {until}, before it begins; name a later day, or none")
    if not reason.strip():
        raise RoleRefused("reason", "say by which decision or for what reason")
    unit = _unit(session, tenant, organization)
    if (unit.kind if unit else "") not in OVER[role]:
        kinds = ", ".join(sorted(kind or "none, for the whole tenant" for kind in OVER[role]))
        raise RoleRefused("organization", f"the role {role.value} is over a unit of kind: {kinds}")
    if (team is None) == (role is Role.TEAM_LEAD):
        raise RoleRefused("team", "a team lead, and nobody else, has a team: name it")
    led = find_team(session, tenant, unit.id, team) if unit and team is not None else None
    holder = accounts.find(session, tenant, account) if account is not None else None
    if holder is not None and holder.deactivated is not None:
        raise RoleRefused("account", f"{account!r} is deactivated; reactivate it first")
    if key is not None and not any(one.key == key and not one.test for one in api.credentials(session, tenant)):
        raise RoleRefused("key", f"there is no key {key!r}")
    _require_giver(session, who, role, unit.id if unit else None, holder.id if holder else None, vietnam_day(now))
    holding = RoleGiven.account_id == holder.id if holder else RoleGiven.key == key
    _refuse_twice(session, tenant, role, holding, holder, unit.id if unit else None, led, starts, until)
    new = new_id()
    session.add(
        RoleGiven(
            id=new,
            tenant_id=tenant,
            account_id=holder.id if holder else None,
            key=key,
            role=role.value,
            organization_id=unit.id if unit else None,
            team_id=led,
            purpose=purpose or PURPOSES[role],
            starts=starts,
            until=until,
            given_by=who.name,
            given=now,
        )
    )
    about = account or key or ""
    records.add(session, tenant, by=who.name, act="give-role", about=about, reason=reason, now=now, role=new)
    session.flush()
    return new


def _refuse_twice(
    session: Session,
    tenant: UUID,
    role: Role,
    holding: sa.ColumnElement[bool],
    holder: accounts.KnownAccount | None,
    unit: UUID | None,
    team: UUID | None,
    starts: date,
    until: date | None,
) -> None:
    """Raise RoleRefused where the holder has this very role on one of the days: of two, whoever ends one believes that
    nothing is left."""
    if holder is not None:  # two who give it at once come one after the other
        session.execute(sa.select(Account.id).where(Account.id == holder.id).with_for_update())
    there = session.execute(
        sa.select(RoleGiven.id, RoleGiven.starts, RoleGiven.until)
        .where(
            RoleGiven.tenant_id == tenant,
            holding,
            RoleGiven.role == role.value,
            RoleGiven.organization_id == unit if unit else RoleGiven.organization_id.is_(None),
            RoleGiven.team_id == team if team else RoleGiven.team_id.is_(None),
            sa.or_(RoleGiven.until.is_(None), RoleGiven.until > starts),
            RoleGiven.starts < until if until else sa.true(),
        )
        .order_by(RoleGiven.starts)
        .limit(1)
    ).one_or_none()
    if there is not None:
        ends = f"until {there.until}" if there.until else "without an end"
        message = f"this very role is held already from {there.starts} {ends} ({there.id}); end that one first"
        raise RoleRefused("account" if holder else "key", message)


def end(session: Session, who: Who, role_id: UUID, *, on: date, reason: str, now: datetime) -> None:
    """End a role: `on` is the first day on which it no longer holds. Raises RoleRefused or NotAllowed."""
    one = _found(session, who.tenant, role_id)
    if not reason.strip():
        raise RoleRefused("reason", "say by which decision or for what reason")
    if one.until is not None and one.until <= on:
        raise RoleRefused("on", f"the role ended before {one.until} already")
    _require_giver(session, who, one.role, one.organization_id, None, vietnam_day(now))
    _end(session, who, one, on, reason, now, act="end-role")


def hand_over(session: Session, who: Who, role_id: UUID, to: str, *, on: date, reason: str, now: datetime) -> UUID:
    """End a role with the day before `on` and give the same to the account `to` from `on`: one act; the new role's id.

    Raises RoleRefused, AccountRefused or NotAllowed; nothing has changed then.
    """
    one = _found(session, who.tenant, role_id)
    if one.account is None:
        raise RoleRefused("role", "this role is a key's; make a new key instead, and end this one's")
    if one.account == to:
        raise RoleRefused("to", f"{to!r} holds this role")
    if on <= one.starts or (one.until is not None and one.until <= on):
        raise RoleRefused("on", "the role does not hold on the day before; choose a day on which it does")
    try:
        new = give(
            session,
            who,
            one.role,
            account=to,
            organization=one.organization,
            team=one.team,
            purpose=one.purpose,
            starts=on,
            until=one.until,
            reason=reason,
            now=now,
        )
    except RoleRefused as error:
        raise RoleRefused("to" if error.field == "account" else error.field, str(error)) from None
    _end(session, who, one, on, f"handed over to {to}: {reason}", now, act="hand-over")
    return new


def set_team(
    session: Session, tenant: UUID, enterprise: str, name: str, numbers: Collection[str], *, on: date
) -> tuple[int, int]:
    """Make the team `name` of an enterprise consist of the workers with these numbers from the day `on`: how many came,
    how many left. Raises RoleRefused, UnknownWorker."""
    unit = _unit(session, tenant, enterprise)
    if unit is None or unit.kind != ENTERPRISE:
        raise RoleRefused("organization", "a team is of an enterprise")
    if not name.strip() or "\0" in name:
        raise RoleRefused("team", "give the team a name")
    bulk.upsert(session, Team, [{"id": new_id(), "tenant_id": tenant, "enterprise_id": unit.id, "name": name.strip()}])
    team = find_team(session, tenant, unit.id, name.strip())
    known = workers.known_workers(session, tenant, numbers)
    for number in numbers:
        if number not in known:
            raise workers.UnknownWorker(number)
    wanted = {known[number].id for number in numbers}
    here = (TeamMember.tenant_id == tenant, TeamMember.team_id == team)
    there = set(session.scalars(sa.select(TeamMember.worker_id).where(*here, TeamMember.until.is_(None))))
    session.execute(
        sa.update(TeamMember)
        .where(*here, TeamMember.until.is_(None), among(session, TeamMember.worker_id, there - wanted))
        .values(until=on)
    )
    session.execute(sa.delete(TeamMember).where(*here, TeamMember.until <= TeamMember.starts))
    bulk.upsert(
        session,
        TeamMember,
        [
            {"worker_id": one, "team_id": team, "tenant_id": tenant, "starts": on, "until": None}
            for one in sorted(wanted - there)
        ],
        replacing=["until"],
    )
    return len(wanted - there), len(there - wanted)


def find_team(session: Session, tenant: UUID, enterprise: UUID, name: str) -> UUID:
    """The team of this name. Raises RoleRefused."""
    query = sa.select(Team.id).where(Team.tenant_id == tenant, Team.enterprise_id == enterprise, Team.name == name)
    found = None if "\0" in name else session.scalar(query)
    if found is None:
        raise RoleRefused("team", f"the enterprise has no team {name!r}; make it first")
    return found


def _require_giver(
    session: Session, who: Who, role: Role, organization: UUID | None, holder: UUID | None, on: date
) -> None:
    """Raise NotAllowed unless `who` may give or end this role over this unit, to this account."""
    if holder is not None and holder == who.account:
        raise rights.NotAllowed(who, Act.GIVE_ROLES)
    for held in who.roles:
        if role not in MAY_GIVE.get(held.role, frozenset()):
            continue
        alone = Who(who.tenant, who.name, who.account, who.key, who.worker, roles=(held,))
        found = rights.reach(alone, Act.GIVE_ROLES, on)
        if found.everything:
            return
        if organization is not None and rights.may(session, alone, Act.GIVE_ROLES, on, organization=organization):
            return
    raise rights.NotAllowed(who, Act.GIVE_ROLES)


def _end(session: Session, who: Who, one: Given, on: date, reason: str, now: datetime, *, act: str) -> None:
    first = max(on, one.starts)
    session.execute(
        sa.update(RoleGiven).where(RoleGiven.tenant_id == who.tenant, RoleGiven.id == one.id).values(until=first)
    )
    about = one.account or one.key or ""
    records.add(session, who.tenant, by=who.name, act=act, about=about, reason=reason, now=now, role=one.id)


def _found(session: Session, tenant: UUID, role_id: UUID) -> Given:
    found = given(session, tenant, role_id=role_id)
    if not found:
        raise RoleRefused("role", f"there is no role {role_id}")
    return found[0]


@dataclass(frozen=True, slots=True)
class _Unit:
    id: UUID
    kind: str


def _unit(session: Session, tenant: UUID, code: str | None) -> _Unit | None:
    if code is None:
        return None
    query = sa.select(Organization.id, Organization.kind).where(
        Organization.tenant_id == tenant, Organization.code == code
    )
    row = None if "\0" in code else session.execute(query).one_or_none()
    if row is None:
        raise RoleRefused("organization", f"there is no unit {code!r}")
    return _Unit(row.id, row.kind)


def _in_force(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return RoleGiven.starts <= on, sa.or_(RoleGiven.until.is_(None), RoleGiven.until > on)
