"""Who is in which team on a day: the teams of enterprises, for whoever leads one or gives that role.

`roles.set_team` says who is in one from a day on; here it is read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.access.permissions import Role
from certification.access.rights import Reach
from certification.models import Account, Employment, Organization, RoleGiven, Team, TeamMember, Worker
from lrs.db import Session, among, beside

__all__ = ["KnownTeam", "Member", "employed", "members", "teams"]


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A team of an enterprise (its code), with how many are in it and which accounts lead it on the day."""

    id: UUID
    enterprise: str
    name: str
    members: int
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A worker of a team: since when, and until which day (the first on which it no longer holds)."""

    number: str
    full_name: str
    starts: date
    until: date | None


def teams(
    session: Session,
    tenant: UUID,
    on: date,
    *,
    within: Reach,
    enterprise: str | None = None,
    team: UUID | None = None,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> list[KnownTeam]:
    """Teams that may be known `within` reach, by enterprise and name, from behind `after` on. Two SQL commands."""
    seen = sa.or_(within.organizations(session, Team.enterprise_id), among(session, Team.id, within.teams))
    here = (
        sa.select(sa.func.count())
        .where(TeamMember.tenant_id == tenant, TeamMember.team_id == Team.id, *_in(on))
        .scalar_subquery()
    )
    query = (
        sa.select(Team.id, Organization.code, Team.name, here)
        .join(Organization, Organization.id == Team.enterprise_id)
        .where(Team.tenant_id == tenant, seen)
        .order_by(Organization.code, Team.name)
        .limit(limit)
    )
    if enterprise is not None:
        query = query.where(Organization.code == enterprise)
    if team is not None:
        query = query.where(Team.id == team)
    if after is not None:
        later = sa.and_(Organization.code == after[0], Team.name > after[1])
        query = query.where(sa.or_(Organization.code > after[0], later))
    found = session.execute(query).all()
    leads: dict[UUID | None, list[str]] = {}
    for id, name in session.execute(
        sa.select(RoleGiven.team_id, Account.name)
        .join(Account, Account.id == RoleGiven.account_id)
        .where(
            RoleGiven.tenant_id == tenant,
            RoleGiven.role == Role.TEAM_LEAD.value,
            among(session, RoleGiven.team_id, [row[0] for row in found]),
            RoleGiven.starts <= on,
            sa.or_(RoleGiven.until.is_(None), RoleGiven.until > on),
        )
        .order_by(Account.name)
    ):
        leads.setdefault(id, []).append(name)
    return [KnownTeam(id, code, name, count, tuple(leads.get(id, ()))) for id, code, name, count in found]


def members(
    session: Session, tenant: UUID, team: UUID, on: date, *, after: str | None = None, limit: int | None = None
) -> list[Member]:
    """Who is in a team on the day, by number, from behind the number `after` on. One SQL command."""
    query = (
        sa.select(Worker.number, Worker.full_name, TeamMember.starts, TeamMember.until)
        .join(Worker, Worker.id == TeamMember.worker_id)
        .where(TeamMember.tenant_id == tenant, TeamMember.team_id == team, *_in(on))
        .order_by(Worker.number)
        .limit(limit)
    )
    rows = session.execute(query if after is None else query.where(Worker.number > after))
    return [Member(*row) for row in rows]


def employed(
    session: Session, tenant: UUID, enterprise: UUID, worker_ids: Collection[UUID], on: date
) -> frozenset[UUID]:
    """Those of these workers whom the enterprise employs on the day. One SQL command."""
    query = sa.select(Employment.worker_id).where(
        beside(Employment.tenant_id) == tenant,
        Employment.enterprise_id == enterprise,
        among(session, Employment.worker_id, worker_ids),
        Employment.started <= on,
        sa.or_(Employment.ended.is_(None), Employment.ended >= on),
    )
    return frozenset(session.scalars(query))


def _in(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return TeamMember.starts <= on, sa.or_(TeamMember.until.is_(None), TeamMember.until > on)
