"""GET /api/unknown-actors: Actors of Statements whom nobody has linked to a worker."""

from __future__ import annotations

from flask import Response

from certification.access.permissions import Act, guarded
from certification.people import workers
from certification.resources.access import caller, database
from certification.resources.answers import answer
from certification.resources.parameters import Parameters, parameters

__all__ = ["show"]


class UnknownActorsParameters(Parameters):
    """Takes none."""


@guarded(Act.READ_UNKNOWN_ACTORS)
def show() -> Response:
    """Those with most Statements first: canonical identifier, how many Statements wait, since when (UTC)."""
    parameters(UnknownActorsParameters)
    tenant = caller().tenant
    with database().reading(tenant) as session:
        actors = workers.unknown_actors(session, tenant)
    return answer(
        {
            "waiting": sum(one.statements for one in actors),
            "actors": [{"ifi": one.ifi, "statements": one.statements, "first_seen": one.first_seen} for one in actors],
        }
    )
