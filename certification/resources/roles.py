"""/api/roles: who holds which role over which branch; giving, ending and handing over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights, roles
from certification.access.permissions import Act, Role
from certification.access.roles import Given
from certification.resources.access import changing, database, now, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, Body, Parameters
from certification.resources.shapes import Answer, AsOf
from lrs.db import Session

resource = Resource("roles", "Who may do what where: roles over branches of the trees, with dates and purposes.")

_OTHERS = [one.value for one in Role if one is not Role.WORKER]


class RolesParameters(Parameters):
    """`on`: those in force on that day; today when left out."""

    on = fields.Date(format="iso", validate=DAY, error_messages={"invalid": "not a day; write it as yyyy-mm-dd"})


class RoleBody(Body):
    """A role to give."""

    role = fields.String(required=True, validate=validate.OneOf(_OTHERS))
    account = fields.String(allow_none=True, metadata={"description": "The account's name; or else `key`."})
    key = fields.String(allow_none=True)
    organization = fields.String(
        allow_none=True, metadata={"description": "The code of the unit; null is the whole tenant."}
    )
    team = fields.String(allow_none=True, metadata={"description": "The team's name, for a team lead."})
    purpose = fields.String(allow_none=True, validate=validate.Length(min=1, max=500))
    starts = fields.Date(allow_none=True, validate=DAY, metadata={"description": "Today when left out."})
    until = fields.Date(
        allow_none=True, validate=DAY, metadata={"description": "The first day on which it no longer holds."}
    )
    reason = fields.String(required=True, validate=REASON)


class EndBody(Body):
    """From which day the role no longer holds, and why."""

    on = fields.Date(allow_none=True, validate=DAY, metadata={"description": "Today when left out."})
    reason = fields.String(required=True, validate=REASON)


class HandOverBody(EndBody):
    """To whom the role goes."""

    to = fields.String(required=True, metadata={"description": "The name of the account that takes over."})


class RoleAnswer(Answer):
    """A role as it is kept."""

    id = fields.UUID()
    role = fields.String()
    account = fields.String(allow_none=True)
    key = fields.String(allow_none=True)
    organization = fields.String(allow_none=True)
    team = fields.String(allow_none=True)
    purpose = fields.String()
    starts = fields.Date()
    until = fields.Date(allow_none=True, metadata={"description": "The first day on which it no longer holds."})
    given_by = fields.String()
    given = fields.DateTime()


class RolesAnswer(AsOf):
    """Roles in force on the day."""

    roles = fields.List(fields.Nested(RoleAnswer))


class ChangedRoleAnswer(AsOf):
    """The role as it is now."""

    role = fields.Nested(RoleAnswer)


@resource.get("/roles", Act.READ_ROLES, query=RolesParameters, answers=RolesAnswer)
def list_roles(query: Mapping[str, Any]) -> Any:
    """Roles in force on a day, over units of the caller's branches"""
    asking = who()
    on: date = query.get("on") or today()
    with database().reading(asking.tenant) as session:
        within = rights.reach(asking, Act.READ_ROLES, today())
        found = roles.given(session, asking.tenant, on=on, within=within)
    return {"as_of": on, "roles": [_shown(one) for one in found]}


@resource.post("/roles", Act.GIVE_ROLES, body=RoleBody, answers=ChangedRoleAnswer, status=201)
def give_role(body: Mapping[str, Any]) -> Any:
    """Give a role to an account or a key

    An operator gives every role; an officer those below, within the own branch; nobody to himself or herself.
    """
    asking = who()
    with changing(asking.tenant) as session:
        new = roles.give(
            session,
            asking,
            Role(body["role"]),
            account=body.get("account"),
            key=body.get("key"),
            organization=body.get("organization"),
            team=body.get("team"),
            purpose=body.get("purpose"),
            starts=_not_before_today(body.get("starts"), "starts"),
            until=body.get("until"),
            reason=body["reason"],
            now=now(),
        )
        return _changed(session, new)


@resource.post("/roles/<id>/end", Act.GIVE_ROLES, body=EndBody, answers=ChangedRoleAnswer)
def end_role(id: str, body: Mapping[str, Any]) -> Any:
    """End a role

    From the day `on` it no longer holds; what was done by it stays.
    """
    role_id = _id(id)
    asking = who()
    with changing(asking.tenant) as session:
        _known(session, role_id)
        on = _not_before_today(body.get("on"), "on")
        roles.end(session, asking, role_id, on=on, reason=body["reason"], now=now())
        return _changed(session, role_id)


@resource.post("/roles/<id>/hand-over", Act.GIVE_ROLES, body=HandOverBody, answers=ChangedRoleAnswer)
def hand_over_role(id: str, body: Mapping[str, Any]) -> Any:
    """Hand a role over from one officer to the next

    One act: the one's ends the day before `on`, the other's begins. The answer is the new role.
    """
    role_id = _id(id)
    asking = who()
    with changing(asking.tenant) as session:
        _known(session, role_id)
        on = _not_before_today(body.get("on"), "on")
        new = roles.hand_over(session, asking, role_id, body["to"], on=on, reason=body["reason"], now=now())
        return _changed(session, new)


def _not_before_today(day: date | None, field: str) -> date:
    """The day, today without one. Rights are not changed for days that are over: what was done then was by others."""
    if day is not None and day < today():
        raise BadRequest(Fault(f"/{field}", f"{day} is over; name today or a later day"))
    return day or today()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(Fault("path/id", f"there is no role {text!r}")) from None


def _known(session: Session, role_id: UUID) -> None:
    """Raise NotFound for a role that is not within the caller's branches, as for one that never was."""
    asking = who()
    within = rights.reach(asking, Act.READ_ROLES, today())
    if not roles.given(session, asking.tenant, role_id=role_id, within=within):
        raise NotFound(Fault("path/id", f"there is no role '{role_id}'"))


def _changed(session: Session, role_id: UUID) -> dict[str, Any]:
    session.flush()
    (one,) = roles.given(session, who().tenant, role_id=role_id)
    return {"as_of": today(), "role": _shown(one)}


def _shown(one: Given) -> dict[str, Any]:
    return {
        "id": one.id,
        "role": one.role.value,
        "account": one.account,
        "key": one.key,
        "organization": one.organization,
        "team": one.team,
        "purpose": one.purpose,
        "starts": one.starts,
        "until": one.until,
        "given_by": one.given_by,
        "given": one.given,
    }
