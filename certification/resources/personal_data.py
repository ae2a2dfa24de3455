"""What data is used for, what a worker agreed to, what is held, who looked: /api/purposes, /api/workers/…"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.people.workers import Person
from certification.privacy import access, consents, overview, purposes
from certification.privacy.consents import Agreed, Receipt
from certification.privacy.words import looked_at
from certification.resources import cursors
from certification.resources.access import changing, database, known_worker, now, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Body, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.spreadsheets import Fault, ImportFaults
from lrs.db import Session

resource = Resource("personal data", "What data is used for, what workers agreed to, what is held, and who looked.")

_TEXT = validate.Length(min=1, max=2000)
_NO_DAY: dict[str, Any] = {"invalid": "not a day; write it as yyyy-mm-dd"}


class PurposeAnswer(Answer):
    """What data is used for."""

    id = fields.String()
    title = fields.String()
    text = fields.String()
    data = fields.List(fields.String())
    basis = fields.String(metadata={"description": "`consent`, or why none is needed."})
    ground = fields.String()
    status = fields.String(metadata={"description": "How sure the ground is: CONFIRMED, INFERRED or PROPOSAL."})
    needs_consent = fields.Boolean()


class TermAnswer(Answer):
    """What a person may ask, and within how many days it is met."""

    kind = fields.String()
    title = fields.String()
    ground = fields.String()
    days = fields.Integer()
    days_with_others = fields.Integer(metadata={"description": "Where others have to act as well."})
    extension_days = fields.Integer(metadata={"description": "By how many it may be put off, once."})
    sure = fields.Boolean(metadata={"description": "Whether a source says all three; otherwise defaults of ours."})


class PurposesAnswer(AsOf):
    """The rules on personal data of today."""

    rules = fields.String()
    controller = fields.String()
    purposes = fields.List(fields.Nested(PurposeAnswer))
    requests = fields.List(fields.Nested(TermAnswer))
    confirm_working_days = fields.Integer()
    looks_kept_days = fields.Integer()


class WordingParameters(Parameters):
    """For whom."""

    recipient = fields.String(required=True, metadata={"description": "An organization's code."})


class WordingAnswer(Answer):
    """What is shown to the worker, word for word."""

    purpose = fields.String()
    title = fields.String()
    text = fields.String()
    shown = fields.String(metadata={"description": "The digest of these words, to be sent with the agreement."})


class WordingsAnswer(AsOf):
    """What a worker may be asked to agree to; nothing of it is agreed to before he or she says so."""

    recipient = fields.String()
    wordings = fields.List(fields.Nested(WordingAnswer))


class AgreedBody(Body):
    """One purpose."""

    purpose = fields.String(required=True, validate=_TEXT)
    shown = fields.String(required=True, validate=_TEXT, metadata={"description": "`shown` of the wording."})


class ConsentBody(Body):
    """What the worker agreed to, each purpose by itself."""

    recipient = fields.String(required=True, validate=_TEXT)
    agreed = fields.List(fields.Nested(AgreedBody), required=True, validate=validate.Length(max=50))
    paper = fields.String(
        allow_none=True,
        load_default=None,
        validate=_TEXT,
        metadata={"description": "Where the signed paper is: for whoever notes it for a worker."},
    )
    expires = fields.Date(allow_none=True, load_default=None, validate=DAY, error_messages=_NO_DAY)


class WithdrawConsentsBody(Body):
    """Which of them; no reason is asked."""

    consents = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=100))


class ConsentAnswer(Answer):
    """A consent with its proof."""

    id = fields.UUID()
    worker = fields.String()
    purpose = fields.String()
    recipient = fields.String()
    shown = fields.String()
    shown_digest = fields.String()
    given = fields.DateTime()
    given_by = fields.String()
    given_how = fields.String(validate=validate.OneOf(consents.HOW))
    paper = fields.String(allow_none=True)
    starts = fields.Date()
    expires = fields.Date(metadata={"description": "The last day on which it holds at most."})
    until = fields.Date(metadata={"description": "The first day on which it holds no more."})
    ended = fields.DateTime(allow_none=True)
    ended_by = fields.String(allow_none=True)
    ended_why = fields.String(allow_none=True, metadata={"description": "withdrawn or replaced."})
    in_force = fields.Boolean()


class ConsentsAnswer(AsOf):
    """Consents of a worker, the latest first."""

    worker = fields.String()
    consents = fields.List(fields.Nested(ConsentAnswer))


class HeldKindAnswer(Answer):
    """One kind of data."""

    kind = fields.String()
    words = fields.String()
    rows = fields.Integer()


class HeldDataAnswer(AsOf):
    """What is held about a worker."""

    worker = fields.String()
    held = fields.List(fields.Nested(HeldKindAnswer))


class LookedAtAnswer(Answer):
    """Who looked at what of the worker on a day."""

    day = fields.Date()
    by = fields.String()
    by_words = fields.String(metadata={"description": "The name of the account or key, and of whom it is."})
    what = fields.String()
    what_words = fields.String()
    purpose = fields.String()
    purpose_words = fields.String()
    times = fields.Integer()
    first = fields.DateTime()
    last = fields.DateTime()


class LooksAnswer(Page):
    """Who looked at a worker, the latest day first."""

    worker = fields.String()
    items = fields.List(fields.Nested(LookedAtAnswer))


@resource.get("/purposes", Act.READ_PURPOSES, answers=PurposesAnswer)
def list_purposes() -> Any:
    """What personal data is used for, on which ground, and what a person may ask"""
    with database().reading(who().tenant) as session:
        of = purposes.rules(session, who().tenant, today())
    names = ("id", "title", "text", "data", "basis", "ground", "status", "needs_consent")
    return {
        "as_of": today(),
        "rules": of.id,
        "controller": of.controller,
        "purposes": [{name: getattr(one, name) for name in names} for one in of.purposes.values()],
        "requests": [asdict(one) for one in of.terms.values()],
        "confirm_working_days": of.confirm_working_days,
        "looks_kept_days": of.keep_looks,
    }


@resource.get("/consent-wordings", Act.READ_PURPOSES, query=WordingParameters, answers=WordingsAnswer)
def list_consent_wordings(query: Mapping[str, Any]) -> Any:
    """What a worker is shown before agreeing to anything for this organization"""
    with database().reading(who().tenant) as session:
        found = consents.wordings(session, who().tenant, query["recipient"], today())
    shown = [
        {"purpose": one.purpose.id, "title": one.purpose.title, "text": one.text, "shown": one.digest} for one in found
    ]
    return {"as_of": today(), "recipient": query["recipient"], "wordings": shown}


@resource.get("/workers/<path:number>/consents", Act.READ_CONSENTS, answers=ConsentsAnswer)
def list_consents(number: str) -> Any:
    """Everything a worker ever agreed to, with the proof of it"""
    with database().reading(who().tenant) as session:
        person = known_worker(session, number, Act.READ_CONSENTS)
        return _consents(session, person)


@resource.post("/workers/<path:number>/consents", Act.CONSENT, body=ConsentBody, answers=ConsentsAnswer, status=201)
def give_consents(number: str, body: Mapping[str, Any]) -> Any:
    """Agree to purposes, each by itself, for one organization

    By the worker; or by whoever has the paper before him or her that the worker signed, and says where it is. Send the
    `shown` of the very words that were shown: others are refused.
    """
    with changing(who().tenant) as session:
        person = known_worker(session, number, Act.CONSENT)
        if not body["agreed"]:
            raise ImportFaults([Fault(0, "agreed", "nêu rõ từng mục đích; không có đồng ý chung cho tất cả")])
        consents.give(
            session,
            who().tenant,
            person.number,
            body["recipient"],
            [Agreed(one["purpose"], one["shown"]) for one in body["agreed"]],
            how=consents.OWN_ACCOUNT if _oneself(person) else consents.ON_PAPER,
            by=_by(person),
            now=now(),
            paper=body["paper"],
            expires=body["expires"],
        )
        return _consents(session, person)


@resource.post(
    "/workers/<path:number>/consents/withdraw", Act.CONSENT, body=WithdrawConsentsBody, answers=ConsentsAnswer
)
def withdraw_consents(number: str, body: Mapping[str, Any]) -> Any:
    """Take consents back, at once and without a reason"""
    with changing(who().tenant) as session:
        person = known_worker(session, number, Act.CONSENT)
        consents.withdraw(session, who().tenant, person.number, body["consents"], by=_by(person), now=now())
        return _consents(session, person)


@resource.get("/workers/<path:number>/held", Act.READ_HELD, answers=HeldDataAnswer)
def show_held(number: str) -> Any:
    """What is held about a worker, counted by kind"""
    with database().reading(who().tenant) as session:
        person = known_worker(session, number, Act.READ_HELD)
        found = overview.held(session, who().tenant, person.id)
    return {"as_of": today(), "worker": person.number, "held": found}


@resource.get("/workers/<path:number>/looks", Act.READ_LOOKS, query=Paging, answers=LooksAnswer)
def list_looks(number: str, query: Mapping[str, Any]) -> Any:
    """Who looked at a worker, the latest day first

    The worker's own looking is not kept.
    """
    tenant, limit = who().tenant, query["limit"]
    left = cursors.after(tenant, (date, str, str, str))
    with database().reading(tenant) as session:
        person = known_worker(session, number, Act.READ_LOOKS)
        after = None if left is None else (left[0], left[1], left[2], left[3])
        found = access.of_worker(session, tenant, person.id, limit=limit + 1, after=after)
        names = access.names(session, tenant, [one.by for one in found])
        titles = {one.id: one.title for one in purposes.listed(session, tenant, today())}
    return cursors.page(
        tenant,
        found,
        limit,
        as_of=today(),
        key=lambda one: (one.day, one.by, one.what, one.purpose),
        show=lambda one: {
            **asdict(one),
            "by_words": names[one.by],
            "what_words": looked_at(one.what),
            "purpose_words": titles.get(one.purpose, one.purpose),
        },
        worker=person.number,
    )


def _oneself(person: Person) -> bool:
    return who().worker == person.id


def _by(person: Person) -> str:
    return f"worker:{person.id}" if _oneself(person) else who().name


def _consents(session: Session, person: Person) -> Mapping[str, Any]:
    found = consents.of_worker(session, who().tenant, person.id)
    return {"as_of": today(), "worker": person.number, "consents": [_shown(one) for one in found]}


def _shown(one: Receipt) -> Mapping[str, Any]:
    told = asdict(one)
    return {"worker": told.pop("number"), **told, "in_force": one.holds_on(today())}
