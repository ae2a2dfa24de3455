"""What somebody works as, and where: one of the roles that he or she holds. It chooses home and navigation.

It narrows what is shown first and gives no right: what may be seen follows from all roles (`access.rights`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.access.permissions import Role
from certification.access.who import Who
from certification.models import Organization, Team
from certification.resources import access, cookies
from lrs.db import Session, among

__all__ = ["AUDIENCE_OF", "ROLES", "Place", "choose", "here", "places", "places_of"]

ROLES: Mapping[Role, object] = {
    Role.WORKER: _l("Người lao động"),
    Role.TEAM_LEAD: _l("Tổ trưởng"),
    Role.GRASSROOTS_OFFICER: _l("Cán bộ công đoàn cơ sở"),
    Role.UPPER_OFFICER: _l("Cán bộ cấp trên"),
    Role.ENTERPRISE: _l("Doanh nghiệp"),
    Role.AUDITOR: _l("Người kiểm tra"),
    Role.OPERATOR: _l("Người vận hành"),
}

AUDIENCE_OF: Mapping[Role, str] = {
    Role.GRASSROOTS_OFFICER: "officers",
    Role.UPPER_OFFICER: "officers",
    Role.TEAM_LEAD: "officers",
    Role.ENTERPRISE: "enterprises",
    Role.WORKER: "workers",
    Role.OPERATOR: "operators",
    Role.AUDITOR: "operators",
}
"""The package of pages for a role, in the order in which somebody with several begins."""


@dataclass(frozen=True, slots=True)
class Place:
    """A role somewhere. `organization` and `code` are None over the whole tenant, and for a worker's own record."""

    id: str
    role: Role
    organization: UUID | None
    code: str | None
    name: str
    kind: str | None
    team: UUID | None

    @property
    def audience(self) -> str:
        """The package of pages for this role."""
        return AUDIENCE_OF[self.role]

    @property
    def role_words(self) -> object:
        """The role, in words."""
        return ROLES[self.role]


def places_of(session: Session, who: Who) -> list[Place]:
    """The places of somebody, in the order of `AUDIENCE_OF`, then by name. At most two SQL commands."""
    ids = {one.organization for one in who.roles if one.organization is not None}
    teams = {one.team for one in who.roles if one.team is not None}
    units = {}
    if ids:
        columns = Organization.id, Organization.code, Organization.name, Organization.kind
        known = Organization.tenant_id == who.tenant, among(session, Organization.id, ids)
        units = {row.id: row for row in session.execute(sa.select(*columns).where(*known))}
    named = {}
    if teams:
        known = Team.tenant_id == who.tenant, among(session, Team.id, teams)
        named = {row.id: row.name for row in session.execute(sa.select(Team.id, Team.name).where(*known))}
    order = list(AUDIENCE_OF)
    found = []
    for held in who.roles:
        unit = units.get(held.organization)
        name = unit.name if unit else _("Hồ sơ của tôi") if held.role is Role.WORKER else _("Toàn hệ thống")
        if held.team is not None:
            name = f"{named.get(held.team, '')}, {name}"
        key = "toi" if held.id is None else str(held.id)
        code, kind = (unit.code, unit.kind) if unit else (None, None)
        found.append(Place(key, held.role, held.organization, code, name, kind, held.team))
    return sorted(found, key=lambda one: (order.index(one.role), one.name))


def places() -> list[Place]:
    """The places of whoever is signed in; nothing for nobody."""
    if "places" not in g:
        caller = g.get("certification_caller")
        g.places = []
        if caller is not None and caller.signed_in is not None:
            with access.database().reading(caller.tenant) as session:
                g.places = places_of(session, caller.who)
    found: list[Place] = g.places
    return found


def here() -> Place | None:
    """Where whoever is signed in works just now: as chosen, otherwise the first place; None without any role."""
    chosen = cookies.sent(cookies.PLACE)
    return next((one for one in places() if one.id == chosen), next(iter(places()), None))


def choose(key: str) -> Place | None:
    """The place of this id, if it is one of the caller's."""
    return next((one for one in places() if one.id == key), None)
