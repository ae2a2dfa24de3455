"""/api/certificates: the register, issuing and withdrawing; and what anybody may find out by a certificate's code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from flask import Response
from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.certificates import codes, correcting, issuing, papers, register, verification
from certification.certificates.register import Entry
from certification.documents import book, certificate_paper
from certification.resources import cursors, limits, looking
from certification.resources.access import changing, database, everything, now, pepper, today, who
from certification.resources.errors import Conflict, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.issuers import public_url
from certification.resources.parameters import DAY, YEAR, Body, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.uploads import XLSX
from certification.rules.criteria import PROGRAMME

resource = Resource("certificates", "Certificates of recognised titles: the register, and verifying one.")

_TEXT = validate.Length(min=1, max=2000)


class CertificateAnswer(Answer):
    """A line of the register."""

    id = fields.UUID()
    worker = fields.UUID(metadata={"description": "The worker's id."})
    programme = fields.String()
    number = fields.String(metadata={"description": "As it is printed: 0123/2026/CDHT."})
    name = fields.String()
    year = fields.Integer(metadata={"description": "The assessed year."})
    body = fields.String()
    decision_number = fields.String()
    decided_on = fields.Date()
    code = fields.String()
    numbered = fields.DateTime()
    issued = fields.DateTime(allow_none=True, metadata={"description": "Null while it is numbered and not signed."})
    withdrawn_on = fields.Date(allow_none=True)
    withdrawal = fields.String(allow_none=True)
    replaced_by = fields.UUID(allow_none=True)


class RegisterAnswer(Page):
    """Lines of the register, in the order in which they were numbered."""

    items = fields.List(fields.Nested(CertificateAnswer))


class RegisterParameters(Paging):
    """Which lines."""

    year = fields.Integer(
        validate=validate.Range(2000, 2100), metadata={"description": "The year of the register (of issue)."}
    )
    decision = fields.String()
    body = fields.String()


class IssueBody(Body):
    """For which decision."""

    decision = fields.String(
        required=True, validate=_TEXT, metadata={"description": "Its id, or its number as recorded."}
    )
    body = fields.String(
        validate=_TEXT, metadata={"description": "Name or code of the body, where several have that number."}
    )
    decided_on = fields.Date(validate=DAY, error_messages={"invalid": "write it as yyyy-mm-dd"})


class IssuedAnswer(AsOf):
    """What was issued."""

    numbered = fields.Integer()
    signed = fields.Integer(metadata={"description": "By this call; so says the record of acts."})
    signed_by_others = fields.Integer(
        metadata={"description": "That this call was about to sign when somebody else had signed them."}
    )


class WithdrawBody(Body):
    """Why, and whether the title ends with it."""

    reason = fields.String(required=True, validate=_TEXT)
    title = fields.Boolean(
        load_default=False,
        metadata={"description": "The title itself is withdrawn; otherwise another certificate corrects this one."},
    )


class CorrectBody(Body):
    """What was wrong."""

    reason = fields.String(required=True, validate=_TEXT)


class OneCertificateAnswer(AsOf):
    """A line of the register."""

    certificate = fields.Nested(CertificateAnswer)


class VerifiedAnswer(AsOf):
    """What the paper says, and how the certificate stands today."""

    name = fields.String()
    title = fields.String()
    year = fields.Integer()
    body = fields.String()
    decision_number = fields.String()
    decided_on = fields.Date()
    number = fields.String()
    code = fields.String()
    state = fields.String(
        validate=validate.OneOf(
            [verification.VALID, verification.EXPIRED, verification.WITHDRAWN, verification.CORRECTED]
        )
    )
    last_day = fields.Date(
        allow_none=True,
        metadata={"description": "The last day of the years for which it was recognised; null where none is set."},
    )
    withdrawn_on = fields.Date(allow_none=True)
    corrected_by = fields.String(allow_none=True, metadata={"description": "The code of the one in its place."})
    replaces = fields.String(allow_none=True, metadata={"description": "The number of the one that it corrects."})
    unaltered = fields.Boolean(metadata={"description": "The record is what was signed, with the issuer's key."})
    erased = fields.Boolean(
        metadata={"description": "The holder was erased: no name and no credential, and nothing left to be compared."}
    )
    credential = fields.Dict(
        allow_none=True,
        metadata={
            "description": "The signed credential (Open Badges 3.0); null where what is stored is none any more."
        },
    )


@resource.get("/certificates", Act.READ_CERTIFICATES, query=RegisterParameters, answers=RegisterAnswer)
def list_certificates(query: Mapping[str, Any]) -> Any:
    """The register of certificates"""
    everything(Act.READ_CERTIFICATES)
    tenant = who().tenant
    left = cursors.after(tenant, (UUID,))
    with database().reading(tenant) as session:
        found = register.entries(
            session,
            tenant,
            limit=query["limit"] + 1,
            register_year=query.get("year"),
            decision=_plain(query.get("decision")),
            body=_plain(query.get("body")),
            after=left[0] if left else None,
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.id,), show=_shown)


class BookParameters(Parameters):
    """Which book."""

    year = fields.Integer(validate=YEAR, metadata={"description": "Of the register; this year when left out."})


@resource.get(
    "/certificates/register-book.xlsx", Act.READ_CERTIFICATES, query=BookParameters, answers=None, media_type=XLSX
)
def draw_register_book(query: Mapping[str, Any]) -> Response:
    """The book of the register of a year (sổ cấp giấy) as a workbook, to be printed, closed and signed"""
    everything(Act.READ_CERTIFICATES)
    year = query.get("year") or today().year
    with database().reading(who().tenant) as session:
        lines = papers.book(session, who().tenant, year)
        looking.saw_these(papers.holders(session, who().tenant, year))
    response = Response(book.as_xlsx(lines, year), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="so-cap-giay-{year}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response


@resource.post("/certificates", Act.ISSUE_CERTIFICATES, body=IssueBody, answers=IssuedAnswer)
def issue_certificates(body: Mapping[str, Any]) -> Any:
    """Issue a certificate for every title that a decision recognised and that has none

    Each is numbered first and signed then; where it was broken off, sending this again goes on. Where decisions of
    several bodies or days have the number, the answer (409) names them.
    """
    everything(Act.ISSUE_CERTIFICATES)
    done = issuing.issue(
        database(),
        who().tenant,
        programme=PROGRAMME,
        decision=body["decision"],
        body=body.get("body"),
        decided_on=body.get("decided_on"),
        public_url=public_url(),
        secret=pepper(),
        by=who().name,
        clock=now,
    )
    return {
        "as_of": today(),
        "numbered": done.numbered,
        "signed": done.signed,
        "signed_by_others": done.signed_by_others,
    }


@resource.post(
    "/certificates/<uuid:certificate>/withdraw",
    Act.WITHDRAW_CERTIFICATES,
    body=WithdrawBody,
    answers=OneCertificateAnswer,
)
def withdraw_certificate(certificate: UUID, body: Mapping[str, Any]) -> Any:
    """Withdraw a certificate from today on; with `title` the title itself"""
    everything(Act.WITHDRAW_CERTIFICATES)
    tenant = who().tenant
    with changing(tenant) as session:
        register.withdraw(
            session, tenant, certificate, reason=body["reason"], ends_title=body["title"], by=who().name, now=now()
        )
        found = register.find(session, tenant, certificate)
    return {"as_of": today(), "certificate": _shown(found)}


@resource.post(
    "/certificates/<uuid:certificate>/correct",
    Act.WITHDRAW_CERTIFICATES,
    body=CorrectBody,
    answers=OneCertificateAnswer,
)
def correct_certificate(certificate: UUID, body: Mapping[str, Any]) -> Any:
    """Withdraw a certificate that says something wrong, and issue the one in its place

    Put the worker's name or the title's decision right first: the new certificate, which is the answer, has a number of
    its own, says what the records say, and names the number it replaces.
    """
    everything(Act.WITHDRAW_CERTIFICATES)
    made = correcting.correct(
        database(),
        who().tenant,
        certificate,
        reason=body["reason"],
        public_url=public_url(),
        secret=pepper(),
        by=who().name,
        clock=now,
    )
    return {"as_of": today(), "certificate": _shown(made)}


@resource.get("/certificates/by-code/<code>", Act.VERIFY_CERTIFICATES, answers=VerifiedAnswer)
def verify_certificate(code: str) -> Any:
    """What anybody may find out about a certificate whose code they have

    Letters and groups may be typed as they are heard: case, blanks, and O for 0 do not matter.
    """
    limits.allow()
    found = verification.look_up(database(), code, today(), public_url=public_url())
    if found is None:
        hint = "" if codes.read(code) else "; a letter of it is wrong or missing"
        raise NotFound(Fault("path/code", f"no certificate has this code{hint}; compare it with the paper"))
    shown = {name: getattr(found, name) for name in found.__slots__ if name != "credential"}
    return {"as_of": today(), **shown, "credential": _document(found.credential)}


@resource.get(
    "/certificates/by-code/<code>/credential",
    Act.VERIFY_CERTIFICATES,
    answers=None,
    media_type="application/vc+ld+json",
)
def download_credential(code: str) -> Response:
    """The signed credential alone, as other people's software takes it"""
    limits.allow()
    found = verification.look_up(database(), code, today(), public_url=public_url())
    if found is None or found.erased:
        raise NotFound(Fault("path/code", "no certificate has this code; compare it with the paper"))
    response = Response(found.credential, mimetype="application/vc+ld+json")
    response.headers["Content-Disposition"] = f'attachment; filename="cong-dan-hoc-tap-{found.code}.json"'
    return response


@resource.get(
    "/certificates/by-code/<code>/paper",
    Act.VERIFY_CERTIFICATES,
    answers=None,
    media_type="application/pdf",
    conflicts=True,
)
def download_paper(code: str) -> Response:
    """The paper, to be printed: PDF/A-3 with the signed credential inside

    Of a certificate that was withdrawn none is given (409).
    """
    limits.allow(limits.DRAWING)
    try:
        found = papers.by_code(database(), code, public_url=public_url())
    except papers.WithdrawnPaper as error:
        raise Conflict(Fault("path/code", str(error))) from None
    if found is None:
        raise NotFound(Fault("path/code", "no certificate has this code; compare it with the paper"))
    response = Response(certificate_paper.draw(found), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="cong-dan-hoc-tap-{found.code}.pdf"'
    return response


def _document(credential: bytes) -> Any:
    """The credential; None where what is stored is none any more."""
    try:
        document = msgspec.json.decode(credential)
    except msgspec.DecodeError:
        return None
    return document if isinstance(document, dict) else None


def _plain(text: str | None) -> str | None:
    return None if text is None else text.replace("\0", "")


def _shown(one: Entry) -> Mapping[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}
