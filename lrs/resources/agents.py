"""The Agents Resource: what is known of an Agent, as a Person Object (xAPI 1.0.3 Communication 2.4).

It tells names, which come from Statements of every credential of the tenant; so it takes the scope that opens those.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from lrs import actors, definitions
from lrs.errors import InvalidRequest
from lrs.privacy import known_as
from lrs.resources.access import caller, database, guarded
from lrs.resources.etags import tagged
from lrs.resources.query_string import read, read_agent
from lrs.statements.validate import encode

_CLAUSE = "xAPI 1.0.3 Communication 2.4"


def register(blueprint: Blueprint) -> None:
    """Add the view to the endpoint."""
    blueprint.add_url_rule("/agents", view_func=get_person, methods=["GET"])


@guarded("statements/read")
def get_person() -> Response:
    """The Person Object of the Agent asked with, whether it was ever heard of or not."""
    identity = caller("statements/read")
    parameters = read(request.args, _CLAUSE, needed={"agent": _read_single_agent}, allowed={})
    agent = known_as(identity.opaque_accounts, parameters["agent"])
    definitions.catch_up(database(), identity.tenant)
    with database().reading(identity.tenant) as session:
        person = actors.person(session, identity.tenant, agent)
    return tagged(Response(encode(person), mimetype="application/json"))


def _read_single_agent(text: str, name: str) -> dict[str, Any]:
    agent = read_agent(text, name)
    if agent.get("objectType") == "Group":
        raise InvalidRequest.at(f"{name}/objectType", "must be an Agent; a Group is nobody's persona", _CLAUSE)
    return agent
