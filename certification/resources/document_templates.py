"""/api/document-templates: the Word files that documents are filled into, to be changed in Word and given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from certification.access.permissions import Act
from certification.documents import kept_templates
from certification.documents.kinds import KINDS, Kind
from certification.documents.samples import sample
from certification.documents.template_checks import MOST_BYTES, BrokenTemplate
from certification.documents.word import render
from certification.documents.word_layout import default_template
from certification.resources.access import changing, database, everything, now, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Body, Parameters
from certification.resources.shapes import Answer, AsOf
from certification.resources.uploads import Kinds, Upload

resource = Resource("document-templates", "Word templates of documents: as they are, loaded anew, and ours again.")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD = Kinds((DOCX,), most_bytes=MOST_BYTES)
_NO_DAY: dict[str, Any] = {"invalid": "write it as yyyy-mm-dd"}


class TemplateParameters(Parameters):
    """As of which day, and whether with values in it."""

    on = fields.Date(
        validate=DAY, error_messages=_NO_DAY, metadata={"description": "The one in force then; today in Vietnam."}
    )
    filled = fields.Boolean(load_default=False, metadata={"description": "Fill it with invented values, to look at."})


class StartsParameters(Parameters):
    """From which day on."""

    starts = fields.Date(
        required=True,
        validate=DAY,
        error_messages=_NO_DAY,
        metadata={"description": "The first day whose documents look so."},
    )


class StartsBody(Body):
    """From which day on."""

    starts = fields.Date(required=True, validate=DAY, error_messages=_NO_DAY)


class LoadedTemplateAnswer(Answer):
    """A template that was loaded."""

    starts = fields.Date(metadata={"description": "The first day whose documents look so."})
    sha256 = fields.String()
    loaded_by = fields.String()
    loaded = fields.AwareDateTime()


class TemplateKindAnswer(Answer):
    """A kind of documents, and the templates loaded for it, the first day first; none: ours is in force."""

    kind = fields.String()
    name = fields.String()
    in_force_from = fields.Date(allow_none=True, metadata={"description": "Of the one in force; null: ours."})
    loaded = fields.List(fields.Nested(LoadedTemplateAnswer))


class OneTemplateKindAnswer(AsOf):
    """One kind of documents as of today in Vietnam."""

    template = fields.Nested(TemplateKindAnswer)


class TemplateKindsAnswer(AsOf):
    """All kinds of documents, as of today in Vietnam."""

    kinds = fields.List(fields.Nested(TemplateKindAnswer))


@resource.get("/document-templates", Act.READ_DOCUMENT_TEMPLATES, answers=TemplateKindsAnswer)
def list_document_templates() -> Any:
    """Kinds of documents, and which template each is filled into"""
    on = today()
    with database().reading(who().tenant) as session:
        found = kept_templates.loaded(session, who().tenant)
    return {"as_of": on, "kinds": [_shown(kind, found, on) for kind in KINDS.values()]}


@resource.get(
    "/document-templates/<kind>.docx",
    Act.READ_DOCUMENT_TEMPLATES,
    query=TemplateParameters,
    answers=None,
    media_type=DOCX,
)
def read_document_template(kind: str, query: Mapping[str, Any]) -> Any:
    """The Word template in force on a day

    To be changed in Word and loaded again; what stands in double braces are its fields.
    """
    which = _kind(kind)
    with database().reading(who().tenant) as session:
        found = kept_templates.template(session, who().tenant, which, query.get("on") or today())
    content = render(found.content, sample(which)) if query["filled"] else found.content
    response = Response(content, mimetype=DOCX)
    response.headers["Content-Disposition"] = f'attachment; filename="{which.id}.docx"'
    return response


@resource.put(
    "/document-templates/<kind>.docx",
    Act.CHANGE_DOCUMENT_TEMPLATES,
    query=StartsParameters,
    file=WORD,
    answers=OneTemplateKindAnswer,
)
def load_document_template(kind: str, query: Mapping[str, Any], file: Upload) -> Any:
    """Load a Word template: documents look so from a day on

    Refused whole, with every broken field and where it stands. For the same day again it replaces what was loaded.
    """
    return _load(_kind(kind), file.data, query["starts"])


@resource.post(
    "/document-templates/<kind>/ours", Act.CHANGE_DOCUMENT_TEMPLATES, body=StartsBody, answers=OneTemplateKindAnswer
)
def restore_document_template(kind: str, body: Mapping[str, Any]) -> Any:
    """Take ours again: from a day on documents look as they came with the program"""
    which = _kind(kind)
    return _load(which, default_template(which), body["starts"])


def _load(kind: Kind, content: bytes, starts: date) -> Any:
    everything(Act.CHANGE_DOCUMENT_TEMPLATES)
    with changing(who().tenant) as session:
        try:
            kept_templates.load(session, who().tenant, kind, content, starts=starts, by=who().name, now=now())
        except BrokenTemplate as error:
            raise BadRequest(*(Fault(one.place, one.message) for one in error.faults)) from None
        found = kept_templates.loaded(session, who().tenant)
    return {"as_of": today(), "template": _shown(kind, found, today())}


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(Fault("path/kind", f"there is no kind of document {name!r}; there are {', '.join(KINDS)}"))
    return KINDS[name]


def _shown(kind: Kind, loaded: list[kept_templates.Loaded], on: date) -> dict[str, Any]:
    mine = [one for one in loaded if one.kind == kind.id]
    return {
        "kind": kind.id,
        "name": kind.name,
        "in_force_from": max((one.starts for one in mine if one.starts <= on), default=None),
        "loaded": [
            {"starts": one.starts, "sha256": one.sha256, "loaded_by": one.loaded_by, "loaded": one.loaded}
            for one in mine
        ],
    }
