"""The Activities Resource: what is known of an Activity (xAPI 1.0.3 Communication 2.5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from lrs import definitions
from lrs.activities import canonical_definitions
from lrs.resources.access import caller, database, guarded
from lrs.resources.etags import tagged
from lrs.resources.query_string import read
from lrs.statements.validate import check_iri, encode


def register(blueprint: Blueprint) -> None:
    """Add the view to the endpoint."""
    blueprint.add_url_rule("/activities", view_func=get_activity, methods=["GET"])


@guarded("statements/read/mine")
def get_activity() -> Response:
    """The Activity with its definition; of one never heard of, what was asked with (Communication 2.5)."""
    identity = caller("statements/read/mine")
    parameters = read(request.args, "xAPI 1.0.3 Communication 2.5", needed={"activityId": check_iri}, allowed={})
    iri: str = parameters["activityId"]
    definitions.catch_up(database(), identity.tenant)
    with database().reading(identity.tenant) as session:
        known = canonical_definitions(session, identity.tenant, [iri])
    activity: dict[str, Any] = {"objectType": "Activity", "id": iri}
    if iri in known:
        activity["definition"] = known[iri]
    return tagged(Response(encode(activity), mimetype="application/json"))
