"""GET /api/unknown-actors: Actors of Statements whom nobody has linked to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from certification.access.permissions import Act
from certification.evidence import waiting_list
from certification.people import suggestions
from certification.resources import cursors
from certification.resources.access import caller, database, today
from certification.resources.frame import Resource
from certification.resources.parameters import Paging
from certification.resources.shapes import Answer, Page

resource = Resource("unknown actors", "Actors of Statements whom nobody has linked to a worker.")


class ExampleOfUnknown(Answer):
    """One of the Statements that wait."""

    statement = fields.UUID()
    authority = fields.String(metadata={"description": "Who sent it: the Authority's identifier, canonical."})
    authority_name = fields.String(allow_none=True)
    platform = fields.String(allow_none=True)
    activity = fields.String(allow_none=True)
    activity_name = fields.String(allow_none=True)


class SuggestedReason(Answer):
    """Why it may be that worker."""

    code = fields.String()
    words = fields.String(metadata={"description": "In Vietnamese."})


class Suggested(Answer):
    """A worker whom the Actor may be. Never applied by itself."""

    worker = fields.String()
    full_name = fields.String()
    score = fields.Integer(metadata={"description": "0 to 100."})
    strength = fields.String()
    reasons = fields.List(fields.Nested(SuggestedReason))


class UnknownActor(Answer):
    """An Actor of Statements that wait."""

    ifi = fields.String(metadata={"description": "The Inverse Functional Identifier, in its canonical form."})
    statements = fields.Integer(metadata={"description": "How many of its Statements wait."})
    first_seen = fields.DateTime(metadata={"description": "Since when (UTC)."})
    example = fields.Nested(ExampleOfUnknown, allow_none=True)
    may_be = fields.List(fields.Nested(Suggested))


class UnknownActorsAnswer(Page):
    """Whom nobody knows."""

    actors = fields.Integer(metadata={"description": "How many Actors there are, on all pages."})
    waiting = fields.Integer(metadata={"description": "Statements that wait, of all of them."})
    items = fields.List(fields.Nested(UnknownActor))


@resource.get("/unknown-actors", Act.READ_UNKNOWN_ACTORS, query=Paging, answers=UnknownActorsAnswer)
def list_unknown_actors(query: Mapping[str, Any]) -> Any:
    """Actors nobody has linked to a worker

    Those with most Statements first, each with an example of what it sent and whom it may be.
    """
    tenant = caller().tenant
    limit: int = query["limit"]
    after = cursors.after(tenant, (int, int, str))
    with database().reading(tenant) as session:
        unknown, waiting = waiting_list.totals(session, tenant)
        actors = waiting_list.page(session, tenant, limit=limit + 1, after=after)
        examples = waiting_list.described(session, tenant, actors[:limit])
        may_be = suggestions.for_actors(session, tenant, [one.ifi for one in actors[:limit]])

    def show(one: waiting_list.Unknown) -> dict[str, Any]:
        return {
            "ifi": one.ifi,
            "statements": one.statements,
            "first_seen": one.first_seen,
            "example": examples.get(one.ifi),
            "may_be": [
                {
                    "worker": other.worker.number,
                    "full_name": other.worker.full_name,
                    "score": other.score,
                    "strength": suggestions.strength(other.score),
                    "reasons": other.reasons,
                }
                for other in may_be.get(one.ifi, ())
            ],
        }

    return cursors.page(
        tenant,
        actors,
        limit,
        as_of=today(),
        key=lambda one: (one.statements, one.key, one.ifi),
        show=show,
        actors=unknown,
        waiting=waiting,
    )
