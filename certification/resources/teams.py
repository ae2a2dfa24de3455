"""/api/teams: who is in which team of an enterprise, for team leads and those who give that role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields, validate

from certification.access import rights, roles, teams
from certification.access.permissions import Act
from certification.people import workers
from certification.resources import cursors, looking
from certification.resources.access import changing, database, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Body, DryRun, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.speaking import record_id
from certification.units import organizations
from certification.units.trees import ENTERPRISE

resource = Resource("teams", "Who is in which team (tổ, chuyền) of an enterprise, from day to day.")

_ON: dict[str, Any] = {
    "format": "iso",
    "validate": DAY,
    "error_messages": {"invalid": "not a day; write it as yyyy-mm-dd"},
}


class TeamsParameters(Paging):
    """`on`: as it was on that day, today when left out; `enterprise`: of this one alone."""

    on = fields.Date(**_ON)
    enterprise = fields.String()


class MembersParameters(Paging):
    """`on`: as it was on that day, today when left out."""

    on = fields.Date(**_ON)


class TeamBody(Body):
    """Who is in a team from a day on."""

    enterprise = fields.String(required=True, metadata={"description": "Its code."})
    team = fields.String(required=True, validate=validate.Length(min=1, max=200), metadata={"description": "Its name."})
    members = fields.List(
        fields.String(validate=validate.Length(min=1, max=100)),
        required=True,
        validate=validate.Length(max=1000),
        metadata={"description": "Numbers of the workers; whoever is not named leaves it."},
    )
    on = fields.Date(**_ON, metadata={"description": "From this day on; today when left out, and not before."})


class TeamAnswer(Answer):
    """A team."""

    id = fields.UUID()
    enterprise = fields.String()
    name = fields.String()
    members = fields.Integer(metadata={"description": "How many are in it on the day."})
    leads = fields.List(fields.String(), metadata={"description": "Accounts that lead it on the day."})


class TeamsPage(Page):
    """Teams that the caller may know, by enterprise and name."""

    items = fields.List(fields.Nested(TeamAnswer))


class MemberAnswer(Answer):
    """Somebody of a team."""

    number = fields.String()
    full_name = fields.String()
    starts = fields.Date()
    until = fields.Date(allow_none=True, metadata={"description": "The first day on which it no longer holds."})


class TeamPage(Page):
    """A team, and who is in it on the day, by number."""

    team = fields.Nested(TeamAnswer)
    items = fields.List(fields.Nested(MemberAnswer))


class TeamSetAnswer(AsOf):
    """What changed."""

    team = fields.Nested(TeamAnswer)
    came = fields.Integer()
    left = fields.Integer()


@resource.get("/teams", Act.READ_TEAMS, query=TeamsParameters, answers=TeamsPage)
def list_teams(query: Mapping[str, Any]) -> Any:
    """Teams of enterprises of the caller's branches; of a team lead, those he or she leads"""
    asking = who()
    on: date = query.get("on") or today()
    left = cursors.after(asking.tenant, (str, str))
    with database().reading(asking.tenant) as session:
        found = teams.teams(
            session,
            asking.tenant,
            on,
            within=rights.reach(asking, Act.READ_TEAMS, today()),
            enterprise=query.get("enterprise"),
            after=(left[0], left[1]) if left else None,
            limit=query["limit"] + 1,
        )
    return cursors.page(
        asking.tenant, found, query["limit"], as_of=on, key=lambda one: (one.enterprise, one.name), show=lambda one: one
    )


@resource.get("/teams/<id>", Act.READ_TEAMS, query=MembersParameters, answers=TeamPage)
def show_team(id: str, query: Mapping[str, Any]) -> Any:
    """Who is in a team on a day"""
    asking = who()
    on: date = query.get("on") or today()
    left = cursors.after(asking.tenant, (str,))
    team = record_id(id)
    with database().reading(asking.tenant) as session:
        within = rights.reach(asking, Act.READ_TEAMS, today())
        known = teams.teams(session, asking.tenant, on, within=within, team=team)
        if not known:
            raise NotFound(Fault("path/id", f"there is no team {id!r}"))
        found = teams.members(
            session, asking.tenant, team, on, after=left[0] if left else None, limit=query["limit"] + 1
        )
    looking.saw(one.number for one in found[: query["limit"]])
    return cursors.page(
        asking.tenant,
        found,
        query["limit"],
        as_of=on,
        key=lambda one: (one.number,),
        show=lambda one: one,
        team=known[0],
    )


@resource.put("/teams", Act.CHANGE_TEAMS, query=DryRun, body=TeamBody, answers=TeamSetAnswer)
def set_team(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Say who is in a team from a day on

    The team is made where there is none of that name. Members are workers whom the enterprise employs on the day. What
    its lead could see and attest on earlier days stays as it was.
    """
    asking = who()
    tenant = asking.tenant
    on: date = body.get("on") or today()
    with changing(tenant, dry_run=query["dry_run"]) as session:
        faults = [] if on >= today() else [Fault("/on", f"{on} is over; name today or a later day")]
        if "\0" in body["team"] or not body["team"].strip():
            faults.append(Fault("/team", "give the team a name"))
        node = organizations.find(session, tenant, body["enterprise"])
        if (
            node is None
            or node.kind != ENTERPRISE
            or not rights.may(session, asking, Act.CHANGE_TEAMS, today(), organization=node.id)
        ):
            raise BadRequest(*faults, Fault("/enterprise", f"there is no enterprise {body['enterprise']!r} of yours"))
        people = workers.known_workers(session, tenant, body["members"])
        there = teams.employed(session, tenant, node.id, {person.id for person in people.values()}, on)
        for place, number in enumerate(body["members"]):
            if number not in people or people[number].id not in there:
                message = f"{body['enterprise']!r} employs no worker {number!r} on {on}"
                faults.append(Fault(f"/members/{place}", message))
        if faults:
            raise BadRequest(*faults)
        came, gone = roles.set_team(session, tenant, node.code, body["team"], body["members"], on=on)
        team = roles.find_team(session, tenant, node.id, body["team"].strip())
        within = rights.reach(asking, Act.CHANGE_TEAMS, today())
        [known] = teams.teams(session, tenant, on, within=within, team=team)
    return {"as_of": on, "team": known, "came": came, "left": gone}
