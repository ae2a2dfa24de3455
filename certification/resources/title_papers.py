"""…/proposals/<id>/papers/<kind>.docx, …/title-decisions/<id>/papers/<kind>.docx, and .pdf: what the commands draw."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.documents import kept_templates
from certification.documents.kinds import LIST, MINUTES, PROPOSAL
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.dossiers import decisions, papers, proposals
from certification.resources import looking
from certification.resources.access import database, today, who
from certification.resources.dossiers import unit_of
from certification.resources.errors import BadRequest, Fault, Forbidden, NotFound
from certification.resources.self_assessment_sheets import MEDIA
from certification.resources.title_decisions import resource
from lrs.db import Session

__all__ = ["resource"]

OF_PROPOSAL = "/proposals/<uuid:proposal>/papers/<kind>"
OF_DECISION = "/title-decisions/<uuid:decision>/paper"
KINDS = (MINUTES.id, PROPOSAL.id, LIST.id)


@resource.get(f"{OF_PROPOSAL}.docx", Act.READ_TITLE_DECISIONS, answers=None, media_type=MEDIA["docx"])
def draw_proposal_docx(proposal: UUID, kind: str) -> Response:
    """The minutes, the proposal or the list of a batch as a Word file

    For whoever may see everybody in it; the template is the unit's or ours.
    """
    return _drawn(*_of_proposal(proposal, kind), "docx")


@resource.get(f"{OF_PROPOSAL}.pdf", Act.READ_TITLE_DECISIONS, answers=None, media_type=MEDIA["pdf"])
def draw_proposal_pdf(proposal: UUID, kind: str) -> Response:
    """The minutes, the proposal or the list of a batch as PDF"""
    return _drawn(*_of_proposal(proposal, kind), "pdf")


@resource.get(f"{OF_DECISION}.docx", Act.READ_TITLE_DECISIONS, answers=None, media_type=MEDIA["docx"])
def draw_decision_docx(decision: UUID) -> Response:
    """A decision about titles with its list as a Word file

    A draft for the body's own system: what binds is the paper that was signed. For whoever may see everybody in it.
    """
    return _drawn(*_of_decision(decision), "docx")


@resource.get(f"{OF_DECISION}.pdf", Act.READ_TITLE_DECISIONS, answers=None, media_type=MEDIA["pdf"])
def draw_decision_pdf(decision: UUID) -> Response:
    """A decision about titles with its list as PDF"""
    return _drawn(*_of_decision(decision), "pdf")


def _of_proposal(proposal: UUID, kind: str) -> tuple[OfficeDocument, bytes]:
    if kind not in KINDS:
        raise NotFound(Fault("path/kind", f"there is no paper {kind!r}; there are {', '.join(KINDS)}"))
    tenant = who().tenant
    within = rights.reach(who(), Act.READ_TITLE_DECISIONS, today())
    with database().reading(tenant, snapshot=True) as session:
        found = proposals.find(session, tenant, proposal)
        try:
            unit_of(session, found.unit, Act.READ_TITLE_DECISIONS)
        except BadRequest:
            raise NotFound(Fault("path/proposal", str(proposals.UnknownProposal(proposal)))) from None
        everybody = proposals.proposed(session, tenant, proposal)
        _refuse_hidden(everybody, proposals.proposed(session, tenant, proposal, within=within))
        return _with_template(session, papers.of_proposal(session, tenant, proposal)[kind])


def _of_decision(decision: UUID) -> tuple[OfficeDocument, bytes]:
    tenant = who().tenant
    within = rights.reach(who(), Act.READ_TITLE_DECISIONS, today())
    with database().reading(tenant, snapshot=True) as session:
        decisions.find(session, tenant, decision)
        everybody = decisions.decided(session, tenant, decision)
        seen = decisions.decided(session, tenant, decision, within=within)
        if not seen and not within.everything:
            raise NotFound(Fault("path/decision", str(decisions.UnknownDecision(decision))))
        _refuse_hidden(everybody, seen)
        return _with_template(session, papers.of_decision(session, tenant, decision))


def _refuse_hidden(everybody: Collection[Any], seen: Collection[Any]) -> None:
    """A paper names everybody: whoever may see some of them alone is refused."""
    if len(seen) < len(everybody):
        message = "this paper names workers who are not of your branch today; ask whoever may see all of them"
        raise Forbidden(Fault("", message))
    looking.saw(one.number for one in seen)


def _with_template(session: Session, document: OfficeDocument) -> tuple[OfficeDocument, bytes]:
    on = document.day or today()
    return document, kept_templates.template(session, who().tenant, document.kind, on).content


def _drawn(document: OfficeDocument, template: bytes, end: str) -> Response:
    """Nothing is held while it is drawn."""
    response = Response(render(template, document) if end == "docx" else render_pdf(document), mimetype=MEDIA[end])
    response.headers["Content-Disposition"] = f'attachment; filename="{document.kind.id}.{end}"'
    response.headers["Cache-Control"] = "no-store"
    return response
