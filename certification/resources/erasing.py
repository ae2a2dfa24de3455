"""/api/workers/<number>/erasure: erasing a worker, seen before it is done; and whom enterprises are told to delete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence.witnesses import Witness
from certification.people.workers import Person, UnknownWorker
from certification.privacy import erasing, erasure_words, grounds, notices, overview
from certification.privacy.erasing import StillEmployed, Survey
from certification.privacy.grounds import NobodyElseAsked
from certification.privacy.held import HELD
from certification.resources import cursors, looking
from certification.resources.access import changing, database, known_worker, now, pepper, signed_in, today, who
from certification.resources.errors import Conflict, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.units import organizations
from certification.units.trees import Node
from lrs.db import Session

resource = Resource("erasing", "Erasing a worker for good, and telling enterprises whom they have to delete.")

_BECOMES = validate.OneOf(list(erasure_words.BECOMES))


class ErasedKindAnswer(Answer):
    """One kind of data and what becomes of it."""

    kind = fields.String()
    words = fields.String()
    rows = fields.Integer()
    becomes = fields.String(validate=_BECOMES, metadata={"description": "removed, emptied or stays."})
    becomes_words = fields.String()
    why = fields.String(allow_none=True, metadata={"description": "Why something stays; null: nothing does."})


class ErasurePreviewAnswer(AsOf):
    """What erasing would come to."""

    worker = fields.String()
    seen = fields.String(metadata={"description": "The digest of whom this is about, to be sent with the erasing."})
    employed = fields.Boolean(metadata={"description": "Somewhere, today."})
    ground = fields.String(
        allow_none=True,
        validate=validate.OneOf([grounds.REQUESTED, grounds.LEFT]),
        metadata={"description": "On which the caller may erase: request, left; null: on none yet."},
    )
    ground_words = fields.String(allow_none=True, metadata={"description": "Why there is none."})
    records = fields.Integer(metadata={"description": "The record, and those that were merged into it."})
    identifiers = fields.List(fields.String(), metadata={"description": "Actors whose Statements are rewritten."})
    accounts = fields.List(fields.String(), metadata={"description": "Accounts that sign in no more."})
    staying_accounts = fields.List(
        fields.String(), metadata={"description": "Of an office: they stay with what they did."}
    )
    exports = fields.List(fields.String(), metadata={"description": "Files on the server that are removed."})
    kinds = fields.List(fields.Nested(ErasedKindAnswer))


class ErasureBody(Body):
    """What is meant."""

    seen = fields.String(required=True, validate=validate.Length(min=1, max=100))
    reason = fields.String(
        required=True, validate=REASON, metadata={"description": "Who asked for it and why, naming nobody: it is kept."}
    )
    although_employed = fields.Boolean(
        truthy={True}, falsy={False}, load_default=False, metadata={"description": "Also somebody employed today."}
    )


class CopiesAnswer(Answer):
    """Another system that had Statements of the person, or, a webhook, had been told of them."""

    name = fields.String()
    kind = fields.String(metadata={"description": "`store` or `webhook`."})
    endpoint = fields.String()
    statements = fields.List(fields.UUID())


class ErasureAnswer(AsOf):
    """What was done."""

    statements = fields.Integer(metadata={"description": "Statements rewritten."})
    files_removed = fields.Integer()
    lists_emptied = fields.Integer(metadata={"description": "Files of lists whose rows of the worker are empty now."})
    acts_emptied = fields.Integer(metadata={"description": "Acts on record that lost their details."})
    exports_removed = fields.List(fields.String())
    exports_left = fields.List(
        fields.String(), metadata={"description": "Exports that are not where they were written: look for them."}
    )
    copies = fields.List(
        fields.Nested(CopiesAnswer),
        metadata={"description": "Systems to which Statements had gone: whoever runs them is to be told."},
    )


class NoticeAnswer(Answer):
    """Somebody whom the enterprise knows was erased."""

    id = fields.UUID()
    number = fields.String(
        allow_none=True,
        metadata={"description": "As the enterprise knows the person; null where it can be read no more."},
    )
    erased_on = fields.Date()
    kept_until = fields.Date(metadata={"description": "The first day on which this is told no more."})


class NoticesAnswer(Page):
    """Whom the enterprise has to delete and has not said that it did."""

    enterprise = fields.String()
    items = fields.List(fields.Nested(NoticeAnswer))


class ConfirmErasuresBody(Body):
    """Which of them were deleted."""

    notices = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=1000))


class ConfirmedErasuresAnswer(AsOf):
    """Those that are told no more."""

    confirmed = fields.List(fields.UUID())


_ONE = "/workers/<path:number>/erasure"


@resource.get(_ONE, Act.ERASE_PERSON, answers=ErasurePreviewAnswer)
def preview_erasure(number: str) -> Any:
    """What erasing a worker would remove, what it would leave, and why

    Whom it is about, table by table; whether the caller may do it: somebody else has opened a request to delete, or the
    days for which the record of somebody who left is kept are over.
    """
    tenant = who().tenant
    with database().reading(tenant, snapshot=True) as session:
        person = known_worker(session, number, Act.ERASE_PERSON)
        found = erasing.survey(session, tenant, person.number)
        employed = erasing.is_employed(session, tenant, found, now())
        try:
            ground, why = grounds.ground(session, tenant, person, _witness(), now()), None
        except NobodyElseAsked as error:
            ground, why = None, str(error)
    return {
        "as_of": today(),
        "worker": found.number,
        "seen": _digest(found),
        "employed": employed,
        "ground": ground,
        "ground_words": why,
        "records": len(found.records),
        "identifiers": found.identifiers,
        "accounts": found.accounts,
        "staying_accounts": found.officer,
        "exports": found.exports,
        "kinds": [_kind(name, count) for name, count in sorted(found.rows.items())],
    }


@resource.post(_ONE, Act.ERASE_PERSON, body=ErasureBody, answers=ErasureAnswer, conflicts=True)
def erase_person(number: str, body: Mapping[str, Any]) -> Any:
    """Erase a worker for good

    By a person who is signed in, never of the own record, and where somebody else asked: see the preview, and send its
    `seen`. Statements first, in short steps; then all else at once, with the act. Broken off, ask again. Requests of
    the worker that wait are met with it, consents end, and each enterprise that knows the worker is told to delete.
    """
    tenant = who().tenant
    signed_in()
    with database().reading(tenant) as session:
        try:
            person = rights.find_worker(session, who(), Act.ERASE_PERSON, number, today())
        except UnknownWorker:
            raise NotFound(Fault("path/number", f"there is no worker {number!r}")) from None
        _check(session, person, body)
    looking.saw_these(())
    try:
        done = erasing.erase(
            database(), tenant, person.number, by=who().name, reason=body["reason"], secret=pepper(), now=now(),
            although_employed=body["although_employed"],
        )  # fmt: skip
    except StillEmployed as error:
        raise Conflict(Fault("/although_employed", str(error))) from None
    names = ("statements", "files_removed", "lists_emptied", "acts_emptied", "exports_removed", "exports_left")
    copies = [
        {"name": one.name, "kind": one.kind, "endpoint": one.endpoint, "statements": one.statements}
        for one in done.copies
    ]
    return {"as_of": today(), **{name: getattr(done, name) for name in names}, "copies": copies}


@resource.get("/enterprises/<path:code>/erased", Act.RECEIVE_ERASURES, query=Paging, answers=NoticesAnswer)
def list_erased(code: str, query: Mapping[str, Any]) -> Any:
    """Whom of those it knows the enterprise has to delete

    By the numbers that the enterprise gave itself, or under which it was given a transcript. Each is told until the
    enterprise has confirmed it, or its days are over.
    """
    tenant, limit = who().tenant, query["limit"]
    left = cursors.after(tenant, (UUID,))
    with database().reading(tenant) as session:
        node = _enterprise(session, code)
        found = notices.listed(
            session, tenant, node, today(), secret=pepper(), limit=limit + 1, after=left[0] if left else None
        )
    return cursors.page(
        tenant, found, limit, as_of=today(), key=lambda one: (one.id,), show=lambda one: one, enterprise=node.name
    )


@resource.post(
    "/enterprises/<path:code>/erased/confirm",
    Act.RECEIVE_ERASURES,
    body=ConfirmErasuresBody,
    answers=ConfirmedErasuresAnswer,
)
def confirm_erased(code: str, body: Mapping[str, Any]) -> Any:
    """Say that what the enterprise had of these persons is deleted

    The numbers are kept no more from then on. One that was confirmed before, or never was, is not among the answer.
    """
    with changing(who().tenant) as session:
        node = _enterprise(session, code)
        done = notices.confirm(session, who().tenant, node, body["notices"], by=who().name, now=now())
    return {"as_of": today(), "confirmed": done}


def _check(session: Session, person: Person, body: Mapping[str, Any]) -> None:
    """Raises Conflict with all that stands against erasing; NotForYou for the own record."""
    faults = []
    try:
        grounds.ground(session, who().tenant, person, _witness(), now())
    except NobodyElseAsked as error:
        faults.append(Fault("", str(error)))
    found = erasing.survey(session, who().tenant, person.number)
    if _digest(found) != body["seen"]:
        faults.append(
            Fault("/seen", "hồ sơ không còn như lúc xem trước (số hồ sơ, tài khoản); xem lại rồi gửi mã của lần xem đó")
        )
    if not body["although_employed"] and erasing.is_employed(session, who().tenant, found, now()):
        faults.append(Fault("/although_employed", str(StillEmployed(person.number))))
    if faults:
        raise Conflict(*faults)


def _witness() -> Witness:
    worker = who().worker
    return Witness(who().name, worker_ids=frozenset() if worker is None else frozenset({worker}))


def _digest(found: Survey) -> str:
    told = [found.number, [str(one) for one in found.records], found.identifiers, found.accounts, found.officer]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _kind(name: str, count: int) -> Mapping[str, Any]:
    held = HELD[name]
    becomes = erasure_words.REMOVED if held.removed else erasure_words.EMPTIED if held.blanked else erasure_words.STAYS
    return {
        "kind": name,
        "words": overview.WORDS[name],
        "rows": count,
        "becomes": becomes,
        "becomes_words": erasure_words.BECOMES[becomes],
        "why": None if held.removed else erasure_words.WHY[name],
    }


def _enterprise(session: Session, code: str) -> Node:
    """The enterprise as which the caller asks. Raises NotFound for one that is not the caller's, as for none."""
    node = organizations.find(session, who().tenant, code)
    if node is None or not rights.may(session, who(), Act.RECEIVE_ERASURES, today(), organization=node.id):
        raise NotFound(Fault("path/code", f"there is no enterprise {code!r} that you may speak for"))
    return node
