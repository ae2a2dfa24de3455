"""/api/links, /api/workers/<number>/identity …: which Actor is which worker, and which records are one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.people import (
    doubles,
    identifiers,
    identity_events,
    identity_words,
    linking,
    merging,
    splitting,
    suggestions,
    undoing,
    work_list,
    workers,
)
from certification.people.actor_references import NoSuchActor
from certification.people.doubles import Branch
from certification.people.identifiers import Opaque
from certification.people.merging import Merged
from certification.resources import cursors, unknown_actors
from certification.resources.access import changing, database, known_worker, now, pepper, today, who
from certification.resources.errors import BadRequest, Conflict, Fault, Forbidden, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from lrs import api
from lrs.db import Session

resource = Resource("identity", "Which Actor is which worker, which records are one person, and who decided it.")

_IFI = {"description": "As a roster writes an account, or the `actor` of a list of unknown Actors."}


class BasisBody(Body):
    """Why."""

    basis = fields.String(required=True, validate=REASON, metadata={"description": "Why; kept in the history."})


class IfiBody(BasisBody):
    """An Actor, and why."""

    ifi = fields.String(required=True, validate=validate.Length(min=1, max=20_000), metadata=_IFI)


class LinkBody(IfiBody):
    """An Actor and the worker it is (or is not)."""

    worker = fields.String(required=True, metadata={"description": "The worker's number."})


class OtherBody(BasisBody):
    """Another worker, and why."""

    other = fields.String(required=True, metadata={"description": "The other worker's number."})


class EmploymentBody(Body):
    """An employment, by what tells it from others."""

    enterprise = fields.String(required=True)
    started = fields.Date(required=True)


class SplitBody(OtherBody):
    """What of a worker is another person's; whatever is not named stays."""

    full_name = fields.String(allow_none=True, validate=validate.Length(min=1, max=200))
    accounts = fields.List(fields.String(validate=validate.Length(max=20_000)), load_default=list)
    employments = fields.List(fields.Nested(EmploymentBody), load_default=list)
    titles = fields.List(fields.Integer(), load_default=list)
    attestations = fields.List(fields.UUID(), load_default=list)


class IdentityLinkAnswer(Answer):
    """An Actor that is a worker."""

    ifi = fields.String()
    sureness = fields.String(metadata={"description": "stated by a list, or confirmed by a person."})
    linked_by = fields.String(metadata={"description": "Who vouches; empty where a list says so."})
    basis = fields.String()
    linked = fields.DateTime()


class IdentityEventAnswer(Answer):
    """One entry of the history."""

    id = fields.UUID()
    kind = fields.String(metadata={"description": "link, unlink, confirm, merge, split, undo or different."})
    worker = fields.String()
    other = fields.String(allow_none=True)
    ifi = fields.String(allow_none=True)
    undoes = fields.UUID(allow_none=True)
    undone = fields.Boolean()
    done_by = fields.String()
    basis = fields.String()
    at = fields.DateTime()


class IdentityAnswer(AsOf):
    """Who somebody is, and how that is known."""

    worker = fields.String(metadata={"description": "The number that holds all; another than was asked, if merged."})
    full_name = fields.String()
    links = fields.List(fields.Nested(IdentityLinkAnswer))
    history = fields.List(fields.Nested(IdentityEventAnswer))


class ChangedIdentityAnswer(AsOf):
    """What was done."""

    worker = fields.String()
    statements = fields.Integer(metadata={"description": "Statements that were read again."})


class MergedAnswer(AsOf):
    """What was done, and what a person should look at."""

    event = fields.UUID(metadata={"description": "Take it back with this."})
    worker = fields.String()
    other = fields.String()
    notes = fields.List(fields.String(), metadata={"description": "In Vietnamese."})


class DoubleReasonAnswer(Answer):
    """Why two may be one."""

    code = fields.String()
    words = fields.String()


class DoubleAnswer(Answer):
    """Two workers who may be one person."""

    worker = fields.String()
    full_name = fields.String()
    other = fields.String()
    other_name = fields.String()
    score = fields.Integer(metadata={"description": "0 to 100."})
    strength = fields.String()
    reasons = fields.List(fields.Nested(DoubleReasonAnswer))


class DoublesAnswer(Page):
    """The likeliest first."""

    items = fields.List(fields.Nested(DoubleAnswer))


class WorkWaitingAnswer(Answer):
    """How many of a kind wait for a person."""

    code = fields.String()
    words = fields.String()
    to_do = fields.String(metadata={"description": "What to do about them, in Vietnamese."})
    count = fields.Integer()


class WorkListAnswer(AsOf):
    """What waits for a person."""

    waiting = fields.List(fields.Nested(WorkWaitingAnswer))


# ---------------------------------------------------------------- reading


@resource.get("/work-list", Act.READ_WORK_LIST, answers=WorkListAnswer)
def show_work_list() -> Any:
    """What waits for a person, by kind

    Each kind has a list of its own. Whoever has a branch gets those kinds that concern its workers.
    """
    tenant = who().tenant
    with database().reading(tenant) as session:
        found = work_list.summary(session, tenant, today(), branch=_branch(session, Act.READ_WORK_LIST))
    return {"as_of": today(), "waiting": found}


@resource.get("/double-workers", Act.READ_DOUBLES, query=Paging, answers=DoublesAnswer)
def list_double_workers(query: Mapping[str, Any]) -> Any:
    """Records that may be one person's, with reasons

    Those of one national number first. Nothing is applied by itself. What somebody has said is not so is left out.
    Whoever has a branch gets those of whom both are of the branch.
    """
    tenant = who().tenant
    limit: int = query["limit"]
    after = cursors.after(tenant, (int, str, UUID, UUID, UUID))
    with database().reading(tenant) as session:
        branch = _branch(session, Act.READ_DOUBLES) or doubles.EVERYWHERE
        found = doubles.page(session, tenant, limit=limit + 1, after=after, branch=branch)

    def show(one: doubles.Double) -> dict[str, Any]:
        return {
            "worker": one.first.number,
            "full_name": one.first.full_name,
            "other": one.second.number,
            "other_name": one.second.full_name,
            "score": one.score,
            "strength": suggestions.strength(one.score),
            "reasons": one.reasons,
        }

    return cursors.page(tenant, found, limit, as_of=today(), key=lambda one: one.place, show=show)


def _branch(session: Session, act: Act) -> Branch | None:
    """Of whom the caller may know; None for all."""
    reach = rights.reach(who(), act, today())
    if reach.everything:
        return None
    return Branch(lambda column: reach.workers(session, column), lambda column: reach.organizations(session, column))


@resource.get("/workers/<path:number>/identity", Act.READ_IDENTITY, answers=IdentityAnswer)
def show_identity(number: str) -> Any:
    """A worker's accounts, and all that was ever decided about who that is

    The latest first. A number that was merged answers with the one who holds all.
    """
    tenant = who().tenant
    with database().reading(tenant) as session:
        person = known_worker(session, number, Act.READ_IDENTITY)
        links = linking.links_of(session, tenant, person.id)
        events = identity_events.history(session, tenant, workers.ids_of(session, tenant, person.id))
    return {
        "as_of": today(),
        "worker": person.number,
        "full_name": person.full_name,
        "links": [
            {
                "ifi": one.ifi,
                "sureness": one.sureness,
                "linked_by": one.linked_by,
                "basis": one.basis,
                "linked": one.linked,
            }
            for one in links
        ],
        "history": [
            {
                "id": one.id,
                "kind": one.kind,
                "worker": one.number,
                "other": one.other,
                "ifi": one.ifi,
                "undoes": one.undoes,
                "undone": one.undone,
                "done_by": one.done_by,
                "basis": one.basis,
                "at": one.at,
            }
            for one in events
        ],
    }


# ---------------------------------------------------------------- changing


@resource.post("/links", Act.CHANGE_IDENTITY, body=LinkBody, answers=ChangedIdentityAnswer)
def link_actor(body: Mapping[str, Any]) -> Any:
    """Say that an Actor is a worker

    Statements that waited count from now on. A link that only a list stated is confirmed.
    """
    asking = who()
    with _refusing(), changing(asking.tenant) as session:
        person = _worker(session, body["worker"], "/worker")
        ifi = _named(session, body["ifi"])
        ifis = identifiers.kept_as(identifiers.read(ifi), _opaque(asking.tenant))
        for owner in linking.owners(session, asking.tenant, ifis).values():
            if owner.id != person.id and not _may(session, owner.id):
                raise Conflict(Fault("/ifi", identity_words.taken_elsewhere(ifis[0])))
        released = linking.link(
            session,
            asking.tenant,
            ifi,
            person.number,
            by=asking.name,
            basis=body["basis"],
            now=now(),
            opaque=_opaque(asking.tenant),
        )
    return {"as_of": today(), "worker": person.number, "statements": released}


@resource.post("/links/remove", Act.CHANGE_IDENTITY, body=IfiBody, answers=ChangedIdentityAnswer)
def unlink_actor(body: Mapping[str, Any]) -> Any:
    """Say that an Actor is not the worker it was linked to

    Its Statements wait again.
    """
    asking = who()
    opaque = _opaque(asking.tenant)
    with _refusing(), changing(asking.tenant) as session:
        ifis = identifiers.kept_as(identifiers.read(body["ifi"]), opaque)
        owner = next(iter(linking.owners(session, asking.tenant, ifis).values()), None)
        if owner is None or not _may(session, owner.id):
            raise linking.NotLinked(ifis[0])
        _another(session, owner)
        read = linking.unlink(
            session, asking.tenant, body["ifi"], by=asking.name, basis=body["basis"], now=now(), opaque=opaque
        )
    return {"as_of": today(), "worker": owner.number, "statements": read}


@resource.post("/links/not", Act.CHANGE_IDENTITY, body=LinkBody, answers=ChangedIdentityAnswer)
def deny_link(body: Mapping[str, Any]) -> Any:
    """Say that an Actor is not the worker it is suggested to be

    It is suggested no more.
    """
    asking = who()
    with _refusing(), changing(asking.tenant) as session:
        person = _worker(session, body["worker"], "/worker")
        ifi = _named(session, body["ifi"])
        merging.not_the_worker(
            session, asking.tenant, ifi, person.number, by=asking.name, basis=body["basis"], now=now()
        )
    return {"as_of": today(), "worker": person.number, "statements": 0}


@resource.post("/workers/<path:number>/merge", Act.CHANGE_IDENTITY, body=OtherBody, answers=MergedAnswer)
def merge_workers(number: str, body: Mapping[str, Any]) -> Any:
    """Say that another record is the same person

    All that is of `other` becomes this worker's; its number is still found. Both have to be within the caller's reach.
    """
    asking = who()
    with _refusing(), changing(asking.tenant) as session:
        _another(session, known_worker(session, number, Act.CHANGE_IDENTITY))
        _worker(session, body["other"], "/other")
        done = merging.merge(
            session, asking.tenant, number, body["other"], by=asking.name, basis=body["basis"], now=now()
        )
    return _merged(done)


@resource.post("/workers/<path:number>/different", Act.CHANGE_IDENTITY, body=OtherBody, answers=MergedAnswer)
def deny_double(number: str, body: Mapping[str, Any]) -> Any:
    """Say that another record is another person

    The two are suggested no more.
    """
    asking = who()
    with _refusing(), changing(asking.tenant) as session:
        person = _another(session, known_worker(session, number, Act.CHANGE_IDENTITY))
        other = _worker(session, body["other"], "/other")
        event = merging.different(
            session, asking.tenant, number, body["other"], by=asking.name, basis=body["basis"], now=now()
        )
    return _merged(Merged(event, person, other, ()))


@resource.post("/workers/<path:number>/split", Act.CHANGE_IDENTITY, body=SplitBody, answers=MergedAnswer)
def split_worker(number: str, body: Mapping[str, Any]) -> Any:
    """Say that a record is two people, and what is the other one's

    `other` is a new number, or one that was merged into this one. Statements go with the account that made them.
    """
    asking = who()
    with _refusing(), changing(asking.tenant) as session:
        person = _another(session, known_worker(session, number, Act.CHANGE_IDENTITY))
        done = splitting.split(
            session,
            asking.tenant,
            person.number,
            body["other"],
            full_name=body.get("full_name"),
            accounts=body["accounts"],
            employments=[(one["enterprise"], one["started"]) for one in body["employments"]],
            titles=body["titles"],
            attestations=body["attestations"],
            by=asking.name,
            basis=body["basis"],
            now=now(),
            known=rights.knowing(session, asking, Act.CHANGE_IDENTITY, today()),
        )
    return _merged(done)


@resource.post("/identity-events/<id>/undo", Act.CHANGE_IDENTITY, body=BasisBody, answers=MergedAnswer)
def undo_identity(id: str, body: Mapping[str, Any]) -> Any:
    """Take back a link, an unlinking, a merger or a split

    Everything is as it was before, exactly; later mergers and splits of the same workers are taken back first.
    """
    asking = who()
    with _refusing(), changing(asking.tenant) as session:
        event_id = _id(id)
        event = identity_events.find(session, asking.tenant, event_id)
        for number in {event.number, event.other or event.number}:
            person = workers.find(session, asking.tenant, number)
            if not _may(session, person.id):
                raise identity_events.UnknownEvent(event_id)
            _another(session, person)
        try:
            done = undoing.undo(session, asking.tenant, event_id, by=asking.name, basis=body["basis"], now=now())
        except linking.IdentifierTaken as error:
            if not _may(session, workers.find(session, asking.tenant, error.number).id):
                raise Conflict(Fault("", identity_words.taken_elsewhere(error.ifi))) from None
            raise
    return _merged(done)


def _named(session: Session, text: str) -> str:
    """An Actor as it is written: the one that is meant by a reference of the list of unknown Actors."""
    try:
        reference = UUID(text)
    except ValueError:
        return text
    try:
        return identifiers.written(unknown_actors.find(session, reference)[0].ifi)
    except NoSuchActor as error:
        raise NotFound(Fault("/ifi", str(error))) from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(Fault("path/id", f"there is no event {text!r}")) from None


def _merged(done: Merged) -> dict[str, Any]:
    return {
        "as_of": today(),
        "event": done.event,
        "worker": done.worker.number,
        "other": done.other.number,
        "notes": done.notes,
    }


def _worker(session: Session, number: str, place: str) -> workers.Person:
    """The worker that the body names, whom the caller may know of."""
    try:
        return _another(session, rights.find_worker(session, who(), Act.CHANGE_IDENTITY, number, today()))
    except workers.UnknownWorker as error:
        raise BadRequest(Fault(place, str(error))) from None


def _another(session: Session, person: workers.Person) -> workers.Person:
    """The person, who is not the caller: nobody makes others' learning one's own, as nobody attests one's own points.

    Raises Forbidden.
    """
    own = who().worker
    if own is not None and own in workers.ids_of(session, who().tenant, person.id):
        raise Forbidden(Fault("", "whose accounts and records are whose is said by somebody else about oneself"))
    return person


def _may(session: Session, worker: UUID) -> bool:
    return rights.may(session, who(), Act.CHANGE_IDENTITY, today(), worker=worker)


def _opaque(tenant: UUID) -> Opaque:
    secret = pepper()
    return lambda ifi: api.opaque_account(ifi, tenant=tenant, secret=secret)


@contextmanager
def _refusing() -> Iterator[None]:
    """What the people refuse, as HTTP says it."""
    try:
        yield
    except identifiers.NoIdentifier as error:
        raise BadRequest(Fault("/ifi", str(error))) from None
    except splitting.SplitFaults as error:
        raise BadRequest(*[Fault("", one) for one in error.faults]) from None
    except (workers.UnknownWorker, linking.NotLinked, identity_events.UnknownEvent) as error:
        raise NotFound(Fault("", str(error))) from None
    except (linking.IdentifierTaken, merging.MergeRefused) as error:
        raise Conflict(Fault("", str(error))) from None
