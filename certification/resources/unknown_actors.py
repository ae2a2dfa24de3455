"""/api/unknown-actors: Actors of Statements whom nobody has linked to a worker, listed by reference; one is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.acts import chain
from certification.evidence import waiting_list
from certification.evidence.waiting_list import Unknown
from certification.people import suggestions, work_list
from certification.people.actor_references import NoSuchActor, References, shortened
from certification.people.suggestions import ActorSuggestion
from certification.people.workers import everybody
from certification.resources import cursors
from certification.resources.access import caller, changing, database, now, pepper, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from lrs.db import Session

__all__ = ["find"]

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

    actor = fields.UUID(metadata={"description": "What it is called by: /api/links takes it as `ifi`."})
    shown = fields.String(metadata={"description": "Its account, shortened so that it is known again and no more."})
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


class OpenActorBody(Body):
    """Which Actor to open."""

    actor = fields.UUID(required=True, metadata={"description": "The reference that the list gave."})


class OpenedActorAnswer(AsOf):
    """An unknown Actor in full."""

    actor = fields.UUID()
    ifi = fields.String(metadata={"description": "The Inverse Functional Identifier, in its canonical form."})
    statements = fields.Integer()
    may_be = fields.List(fields.Nested(Suggested))


@resource.get("/unknown-actors", Act.READ_UNKNOWN_ACTORS, query=Paging, answers=UnknownActorsAnswer)
def list_unknown_actors(query: Mapping[str, Any]) -> Any:
    """Actors nobody has linked to a worker

    Those with most Statements first, each with an example of what it sent and whom it may be. Whoever has a branch gets
    those that may be somebody of it, and of whom each may be those of the branch alone; a part may then hold fewer than
    were asked for, or none, though more follow. Accounts are shortened; whoever may link one opens it.
    """
    tenant = caller().tenant
    limit: int = query["limit"]
    references = References(tenant, pepper())
    left = cursors.after(tenant, (int, UUID))
    after = None if left is None else references.place(left[0], left[1])
    with database().reading(tenant) as session:
        known = rights.knowing(session, who(), Act.READ_UNKNOWN_ACTORS, today())
        if known is not everybody:
            found = work_list.unknown_of_branch(session, tenant, known, limit=limit, after=after)
            examples = waiting_list.described(session, tenant, [actor for actor, _ in found.actors])
            show = partial(_shown, references, examples, {one.ifi: of for one, of in found.actors})
            listed = [actor for actor, _ in found.actors]
            goes_on = None if found.last is None else _place(references, found.last)
            return cursors.part(tenant, listed, goes_on, as_of=today(), show=show, actors=None, waiting=None)
        unknown, waiting = waiting_list.totals(session, tenant)
        actors = waiting_list.page(session, tenant, limit=limit + 1, after=after)
        examples = waiting_list.described(session, tenant, actors[:limit])
        may_be = suggestions.for_actors(session, tenant, [one.ifi for one in actors[:limit]])
    return cursors.page(
        tenant,
        actors,
        limit,
        as_of=today(),
        key=partial(_place, references),
        show=partial(_shown, references, examples, may_be),
        actors=unknown,
        waiting=waiting,
    )


@resource.post("/unknown-actors/open", Act.CHANGE_IDENTITY, body=OpenActorBody, answers=OpenedActorAnswer)
def open_actor(body: Mapping[str, Any]) -> Any:
    """Open an unknown Actor

    Its account in full, for whoever links it; that it was opened, and by whom, stands in the record of acts.
    """
    asking = who()
    reference: UUID = body["actor"]
    with changing(asking.tenant) as session:
        try:
            actor, may_be = find(session, reference)
        except NoSuchActor as error:
            raise NotFound(Fault("/actor", str(error))) from None
        chain.add(session, asking.tenant, by=asking.name, act="actor.open", subject=f"actor:{reference}", now=now())
    return {
        "as_of": today(),
        "actor": reference,
        "ifi": actor.ifi,
        "statements": actor.statements,
        "may_be": [_suggested(one) for one in may_be],
    }


def find(session: Session, reference: UUID) -> tuple[Unknown, list[ActorSuggestion]]:
    """The unknown Actor of a reference, and whom of the caller's branch it may be. Raises NoSuchActor, also for one who
    may be nobody of the branch."""
    tenant = who().tenant
    actor = References(tenant, pepper()).find(session, reference)
    may_be = suggestions.for_actors(session, tenant, [actor.ifi]).get(actor.ifi, [])
    known = rights.knowing(session, who(), Act.CHANGE_IDENTITY, today())
    if known is not everybody:
        mine = known({one.worker.id for one in may_be})
        may_be = [one for one in may_be if one.worker.id in mine]
        if not may_be:
            raise NoSuchActor(reference)
    return actor, may_be


def _place(references: References, actor: Unknown) -> tuple[int, UUID]:
    return actor.statements, references.of(actor)


def _shown(
    references: References,
    examples: Mapping[str, waiting_list.Example],
    may_be: Mapping[str, Sequence[suggestions.ActorSuggestion]],
    one: waiting_list.Unknown,
) -> dict[str, Any]:
    return {
        "actor": references.of(one),
        "shown": shortened(one.ifi),
        "statements": one.statements,
        "first_seen": one.first_seen,
        "example": examples.get(one.ifi),
        "may_be": [_suggested(other) for other in may_be.get(one.ifi, ())],
    }


def _suggested(other: ActorSuggestion) -> dict[str, Any]:
    return {
        "worker": other.worker.number,
        "full_name": other.worker.full_name,
        "score": other.score,
        "strength": suggestions.strength(other.score),
        "reasons": other.reasons,
    }
