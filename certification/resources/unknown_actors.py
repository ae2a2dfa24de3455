"""GET /api/unknown-actors: Actors of Statements whom nobody has linked to a worker."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from certification.access.permissions import Act
from certification.people import workers
from certification.resources.access import caller, database
from certification.resources.frame import Resource
from certification.resources.shapes import Answer, AsOf
from certification.vietnam import vietnam_day

resource = Resource("unknown actors", "Actors of Statements whom nobody has linked to a worker.")


class UnknownActor(Answer):
    """An Actor of Statements that wait."""

    ifi = fields.String(metadata={"description": "The Inverse Functional Identifier, in its canonical form."})
    statements = fields.Integer(metadata={"description": "How many of its Statements wait."})
    first_seen = fields.DateTime(metadata={"description": "Since when (UTC)."})


class UnknownActorsAnswer(AsOf):
    """Whom nobody knows."""

    waiting = fields.Integer(metadata={"description": "Statements that wait, of all of these."})
    actors = fields.List(fields.Nested(UnknownActor))


@resource.get("/unknown-actors", Act.READ_UNKNOWN_ACTORS, answers=UnknownActorsAnswer)
def list_unknown_actors() -> Any:
    """Actors nobody has linked to a worker

    Those with most Statements first.
    """
    tenant = caller().tenant
    with database().reading(tenant) as session:
        actors = workers.unknown_actors(session, tenant)
    return {
        "as_of": vietnam_day(datetime.now(UTC)),
        "waiting": sum(one.statements for one in actors),
        "actors": [{"ifi": one.ifi, "statements": one.statements, "first_seen": one.first_seen} for one in actors],
    }
