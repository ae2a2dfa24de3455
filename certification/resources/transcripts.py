"""/api/workers/<number>/transcript and /api/enterprises/<code>/transcripts: what workers have learnt, for a purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, validate, validates_schema

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.people.workers import UnknownWorker
from certification.privacy import access, purposes
from certification.privacy.purposes import UnknownPurpose
from certification.resources import cursors, looking
from certification.resources.access import database, now, pepper, today, who
from certification.resources.errors import BadRequest, Conflict, Fault, Forbidden, NotFound
from certification.resources.frame import Resource
from certification.resources.issuers import public_url
from certification.resources.parameters import Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.rules.personal_data import NoPersonalDataRules
from certification.transcripts import gathering, grants, handing_over, signing, words
from certification.transcripts.forms import CLR, FORMS, JSON, PDF, XLSX, document, drawn
from certification.transcripts.grants import NotGranted, PurposeWithoutTranscripts
from certification.transcripts.handing_over import Item
from certification.transcripts.learner_record import NothingLearnt
from certification.transcripts.told import OWN, UNION, Basis, Transcript
from certification.units import organizations
from certification.units.trees import Node
from lrs import api
from lrs.db import Session

resource = Resource("transcripts", "What workers have learnt, told for a purpose: by group and indicator, with titles.")

_PURPOSE = {"description": "An id of the rules on personal data: `employer-training`, `employer-transcript`, …"}


class TranscriptParameters(Parameters):
    """For whom: nothing for the worker himself or herself and for the union; an enterprise names itself and why."""

    enterprise = fields.String(
        validate=validate.Length(min=1, max=200), metadata={"description": "The enterprise that is to have it."}
    )
    purpose = fields.String(validate=validate.Length(min=1, max=200), metadata=_PURPOSE)

    @validates_schema
    def both_or_none(self, data: Mapping[str, Any], **_: Any) -> None:
        """An enterprise is given nothing without a purpose."""
        if ("enterprise" in data) != ("purpose" in data):
            missing = "purpose" if "enterprise" in data else "enterprise"
            raise ValidationError({missing: ["an enterprise names itself and the purpose; others name neither"]})


class BulkParameters(Paging):
    """For what, and since when."""

    purpose = fields.String(required=True, validate=validate.Length(min=1, max=200), metadata=_PURPOSE)
    since = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0),
        metadata={"description": "A place: only what was given otherwise, or ended, after it."},
        error_messages={"invalid": "not a place; send the greatest `place` that you have"},
    )


class BasisAnswer(Answer):
    """For whom, for what, on which ground."""

    ground = fields.String(metadata={"description": "own, employment, consent or union."})
    words = fields.String()
    purpose = fields.String()
    recipient = fields.String()
    until = fields.Date(allow_none=True, metadata={"description": "The last day on which it may be used; null: none."})


class EmployedAnswer(Answer):
    """An employment; of others than its own an enterprise is not told."""

    enterprise = fields.String()
    started = fields.Date()
    ended = fields.Date(allow_none=True)


class SumAnswer(Answer):
    """All that was learnt for one group or indicator. What counts for several stands in each."""

    code = fields.String(metadata={"description": "G1 … or CS1 …; empty for what belongs to no group."})
    title = fields.String()
    activities = fields.Integer()
    times = fields.Integer()
    minutes = fields.Integer()
    quality = fields.String(metadata={"description": "The best: E0 self-declared … E3 assessed."})


class LearningLineAnswer(Answer):
    """One activity as one provider tells of it."""

    activity = fields.String(metadata={"description": "Its id, an IRI; empty where nobody knows it."})
    name = fields.String()
    provider = fields.String()
    first = fields.Date()
    last = fields.Date()
    times = fields.Integer()
    minutes = fields.Integer()
    score = fields.Float(allow_none=True, metadata={"description": "The best, 0 to 1."})
    quality = fields.String()
    topics = fields.List(fields.String())
    groups = fields.List(fields.String())
    indicators = fields.List(fields.String())


class HeldTitleAnswer(Answer):
    """A recognised title."""

    year = fields.Integer()
    decision_number = fields.String()
    decided_on = fields.Date()
    body = fields.String()
    withdrawn_on = fields.Date(allow_none=True)
    certificate = fields.String(allow_none=True, metadata={"description": "Its number, as printed."})
    code = fields.String(allow_none=True, metadata={"description": "With it anybody verifies the certificate."})


class TranscriptAnswer(AsOf):
    """What a worker has learnt by the end of a day."""

    basis = fields.Nested(BasisAnswer)
    worker = fields.String()
    name = fields.String()
    employments = fields.List(fields.Nested(EmployedAnswer))
    minutes = fields.Integer()
    groups = fields.List(fields.Nested(SumAnswer))
    indicators = fields.List(fields.Nested(SumAnswer))
    learning = fields.List(fields.Nested(LearningLineAnswer))
    titles = fields.List(fields.Nested(HeldTitleAnswer))


class EndedAnswer(Answer):
    """Why the enterprise may hold a transcript no more."""

    code = fields.String(validate=validate.OneOf(list(words.REFUSALS)))
    last = fields.Date(allow_none=True, metadata={"description": "The last day of its right."})
    words = fields.String()


class TranscriptItemAnswer(Answer):
    """A worker's transcript, or that the right to it ended: then what was received is to be deleted."""

    worker = fields.String()
    place = fields.Integer()
    transcript = fields.Nested(TranscriptAnswer, allow_none=True)
    ended = fields.Nested(EndedAnswer, allow_none=True)


class TranscriptsPage(Page):
    """Transcripts, in no order of meaning."""

    enterprise = fields.String()
    purpose = fields.String()
    items = fields.List(fields.Nested(TranscriptItemAnswer))


_ONE = "/workers/<path:number>/transcript"


@resource.get(_ONE, Act.READ_TRANSCRIPT, query=TranscriptParameters, answers=TranscriptAnswer, conflicts=True)
def show_transcript(number: str, query: Mapping[str, Any]) -> Any:
    """What a worker has learnt, by group and indicator, with titles

    All of it for the worker and the union. An enterprise names itself and the purpose; it is told of the days of the
    present employment, or of what the worker agreed to. Where neither opens it any more, the answer (403) says why.
    """
    return _answered(number, query, JSON, document)


@resource.get(
    f"{_ONE}/paper",
    Act.READ_TRANSCRIPT,
    query=TranscriptParameters,
    answers=None,
    media_type=FORMS[PDF],
    conflicts=True,
)
def draw_transcript(number: str, query: Mapping[str, Any]) -> Response:
    """The same to be printed: PDF"""
    return _answered(number, query, PDF, lambda found: _download(drawn(found, PDF), found, PDF))


@resource.get(
    f"{_ONE}/workbook",
    Act.READ_TRANSCRIPT,
    query=TranscriptParameters,
    answers=None,
    media_type=FORMS[XLSX],
    conflicts=True,
)
def export_transcript(number: str, query: Mapping[str, Any]) -> Response:
    """The same as a workbook: XLSX, times in minutes"""
    return _answered(number, query, XLSX, lambda found: _download(drawn(found, XLSX), found, XLSX))


@resource.post(
    f"{_ONE}/credential", Act.READ_TRANSCRIPT, query=TranscriptParameters, answers=None, media_type=FORMS[CLR]
)
def sign_transcript(number: str, query: Mapping[str, Any]) -> Response:
    """The same, signed: a Comprehensive Learner Record 2.0 that other people's software verifies

    What is signed, for whom and until when is put on record first.
    """

    def sign(found: Transcript) -> Response:
        made = signing.signed(
            database(), who().tenant, found, public_url=public_url(), secret=pepper(), by=who().name, now=now()
        )
        return _download(made, found, CLR)

    try:
        return _answered(number, query, CLR, sign)
    except NothingLearnt as error:
        raise Conflict(Fault("path/number", str(error))) from None


@resource.get(
    "/enterprises/<path:code>/transcripts",
    Act.RECEIVE_TRANSCRIPTS,
    query=BulkParameters,
    answers=TranscriptsPage,
    conflicts=True,
)
def list_transcripts(code: str, query: Mapping[str, Any]) -> Any:
    """Transcripts of an enterprise's workers, for a purpose, in parts

    Of those who are employed there, or who agreed to the purpose, each as far as its ground goes. With `since`, the
    greatest `place` of an earlier pull that was read to its end, only what has changed; whose right has ended since is
    told with `ended`, and what was received of that worker is to be deleted. A part may hold fewer than `limit`, also
    none, and still have a `next`.
    """
    tenant, limit, on = who().tenant, query["limit"], today()
    left = cursors.after(tenant, (UUID,))
    api.merge_definitions(database(), tenant)
    with database().reading(tenant) as session:
        node = _enterprise(session, code, "path/code")
        with _asked_for("purpose"):
            purpose = grants.purpose_of(session, tenant, query["purpose"], on)
        found = handing_over.candidates(
            session, tenant, node, purpose, on, limit=limit + 1, after=left[0] if left else None
        )
    items = handing_over.pull(
        database(), tenant, node, purpose, found[:limit], since=query["since"], on=on, by=who().name, now=now()
    )
    looking.saw_these(())  # `pull` noted whom it tells of
    page = cursors.page(
        tenant,
        found,
        limit,
        as_of=on,
        key=lambda one: (one.id,),
        show=lambda one: _shown(items[one.id]) if one.id in items else None,
        enterprise=node.name,
        purpose=purpose.id,
    )
    return {**page, "items": [one for one in page["items"] if one is not None]}


_Made = TypeVar("_Made")


def hand_over(number: str, enterprise: str, purpose: str, form: str) -> Response:
    """The transcript of one worker for an enterprise that the caller speaks for, as a file. Raises as `_answered`."""
    query = {"enterprise": enterprise, "purpose": purpose}
    return _answered(number, query, form, lambda found: _download(drawn(found, form), found, form))


def _answered(number: str, query: Mapping[str, Any], form: str, make: Callable[[Transcript], _Made]) -> _Made:
    """What is made of the transcript for whoever asks; then it is noted, and given last of all.

    Raises NotFound, Forbidden, BadRequest, Conflict; then nothing is noted.
    """
    looking.saw_these(())  # it is noted below, for the purpose that is told
    tenant = who().tenant
    api.merge_definitions(database(), tenant)
    given = _to_enterprise if "enterprise" in query else _to_union
    with database().reading(tenant, snapshot=True) as session:
        found, note = given(session, tenant, number, query, form)
    made = make(found)
    if note is not None:
        with database().writing(tenant) as session:
            note(session)
    return made


_Given = tuple[Transcript, Callable[[Session], None] | None]
"""A transcript, and what is to be noted when it is given."""


def _to_union(session: Session, tenant: UUID, number: str, _query: Mapping[str, Any], _form: str) -> _Given:
    """For the worker himself or herself, and for officers of the branch."""
    asking, on = who(), today()
    union = replace(asking, roles=tuple(held for held in asking.roles if held.role is not Role.ENTERPRISE))
    try:
        person = rights.find_worker(session, union, Act.READ_TRANSCRIPT, number, on)
    except UnknownWorker:
        if union.roles != asking.roles:
            raise BadRequest(Fault("enterprise", "an enterprise names itself here, and the purpose")) from None
        raise NotFound(Fault("path/number", f"there is no worker {number!r}")) from None
    if person.id == asking.worker:
        mine = Basis(OWN, words.OWN_PURPOSE, words.THE_WORKER)
        return gathering.gather(session, tenant, {person.id: mine}, on=on)[person.id], None
    with _asked_for(""):
        why = purposes.find(session, tenant, purposes.OF_ROLE[Role.UPPER_OFFICER], on)
    theirs = Basis(UNION, why.title, words.THE_UNION)
    found = gathering.gather(session, tenant, {person.id: theirs}, on=on)[person.id]
    return found, lambda writing: access.note(
        writing, tenant, person.id, asking.name, why.id, handing_over.LOOKED_AT, now()
    )


def _to_enterprise(session: Session, tenant: UUID, number: str, query: Mapping[str, Any], form: str) -> _Given:
    """For an enterprise that the caller speaks for."""
    node = _enterprise(session, query["enterprise"], "enterprise")
    with _asked_for("purpose"):
        purpose = grants.purpose_of(session, tenant, query["purpose"], today())
    try:
        found = handing_over.one(session, tenant, number, node, purpose, today())
    except NotGranted as error:
        raise Forbidden(Fault("path/number", str(error))) from None
    except UnknownWorker:
        raise NotFound(Fault("path/number", f"there is no worker {number!r}")) from None
    by = who().name
    return found, lambda writing: handing_over.record_one(
        writing, tenant, found, node, purpose, form=form, by=by, now=now()
    )


def _enterprise(session: Session, code: str, place: str) -> Node:
    """The enterprise as which the caller asks. Raises NotFound for one that is not the caller's, as for none."""
    node = organizations.find(session, who().tenant, code)
    if node is None or not rights.may(session, who(), Act.RECEIVE_TRANSCRIPTS, today(), organization=node.id):
        raise NotFound(Fault(place, f"there is no enterprise {code!r} that you may speak for"))
    return node


@contextmanager
def _asked_for(place: str) -> Iterator[None]:
    """Turns what the rules on personal data refuse into answers."""
    try:
        yield
    except (UnknownPurpose, PurposeWithoutTranscripts) as error:
        raise BadRequest(Fault(place, str(error))) from None
    except NoPersonalDataRules as error:
        raise Conflict(Fault("", str(error))) from None


def _shown(one: Item) -> Mapping[str, Any]:
    told = one.told
    if isinstance(told, Transcript):
        return {"worker": one.number, "place": one.place, "transcript": document(told), "ended": None}
    ended = {"code": told.code, "last": told.last, "words": told.said}
    return {"worker": one.number, "place": one.place, "transcript": None, "ended": ended}


def _download(content: bytes, found: Transcript, form: str) -> Response:
    response = Response(content, mimetype=FORMS[form])
    name = f"bang-ke-hoc-tap-{found.as_of.isoformat()}.{'json' if form == CLR else form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
