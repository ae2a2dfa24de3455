"""GET /api/unknown-actors: Actors of Statements whom nobody has linked to a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import waiting_list
from certification.people import suggestions, work_list
from certification.people.workers import everybody
from certification.resources import cursors
from certification.resources.access import caller, database, today, who
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

    actors = fields.Integer(
        allow_none=True,
        metadata={"description": "How many Actors there are, on all pages; null for whoever has a branch."},
    )
    waiting = fields.Integer(
        allow_none=True, metadata={"description": "Statements that wait, of all of them; null likewise."}
    )
    items = fields.List(fields.Nested(UnknownActor))


@resource.get("/unknown-actors", Act.READ_UNKNOWN_ACTORS, query=Paging, answers=UnknownActorsAnswer)
def list_unknown_actors(query: Mapping[str, Any]) -> Any:
    """Actors nobody has linked to a worker

    Those with most Statements first, each with an example of what it sent and whom it may be. Whoever has a branch gets
    those that may be somebody of it, and of whom each may be those of the branch alone; a part may then hold fewer than
    were asked for, or none, though more follow.
    """
    tenant = caller().tenant
    limit: int = query["limit"]
    after = cursors.after(tenant, (int, int, str))
    with database().reading(tenant) as session:
        known = rights.knowing(session, who(), Act.READ_UNKNOWN_ACTORS, today())
        if known is not everybody:
            found = work_list.unknown_of_branch(session, tenant, known, limit=limit, after=after)
            examples = waiting_list.described(session, tenant, [actor for actor, _ in found.actors])
            show = partial(_shown, examples, {one.ifi: of for one, of in found.actors})
            listed = [actor for actor, _ in found.actors]
            return cursors.part(tenant, listed, found.after, as_of=today(), show=show, actors=None, waiting=None)
        unknown, waiting = waiting_list.totals(session, tenant)
        actors = waiting_list.page(session, tenant, limit=limit + 1, after=after)
        examples = waiting_list.described(session, tenant, actors[:limit])
        may_be = suggestions.for_actors(session, tenant, [one.ifi for one in actors[:limit]])
    return cursors.page(
        tenant,
        actors,
        limit,
        as_of=today(),
        key=lambda one: (one.statements, one.key, one.ifi),
        show=partial(_shown, examples, may_be),
        actors=unknown,
        waiting=waiting,
    )


def _shown(
    examples: Mapping[str, waiting_list.Example],
    may_be: Mapping[str, Sequence[suggestions.ActorSuggestion]],
    one: waiting_list.Unknown,
) -> dict[str, Any]:
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
