"""/cong-doan/de-nghi: what unions proposed after a meeting, with minutes, letter and list as Word and PDF files."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from flask import Response
from flask_babel import lazy_gettext as _l

from certification.access import rights
from certification.access.permissions import Act
from certification.documents import kept_templates
from certification.documents.kinds import LIST, MINUTES, PROPOSAL
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.dossiers import below, papers, proposals, words
from certification.dossiers.proposals import Proposal, UnknownProposal
from certification.models import Dossier, DossierStep
from certification.resources import cursors, looking
from certification.resources.access import database, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.speaking import download
from certification.units import organizations
from certification.units.trees import Node
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import pages
from certification.web.officers.scope import asked_year
from lrs.db import Session, among

__all__ = ["ENDS", "PAPERS", "drawn"]

ON_A_PAGE = 50
ENDS = ("docx", "pdf")

PAPERS: Mapping[str, object] = {
    MINUTES.id: _l("Biên bản họp xét"),
    PROPOSAL.id: _l("Tờ trình"),
    LIST.id: _l("Danh sách đề nghị"),
}


@pages.page("/cong-doan/de-nghi", Act.READ_TITLE_DECISIONS)
def list_proposals() -> Response:
    """Of a year, the newest first."""
    tenant, on, year = who().tenant, today(), asked_year()
    after = cursors.after(tenant, (UUID,))
    with database().reading(tenant) as session:
        found = proposals.listing(
            session, tenant, limit=ON_A_PAGE + 1, year=year, newest_first=True, after=after[0] if after else None,
            within=rights.reach(who(), Act.READ_TITLE_DECISIONS, on),
        )  # fmt: skip
        given = found[:ON_A_PAGE]
        nodes = organizations.nodes(session, tenant)
        states = _states(session, tenant, [one.id for one in given])
    place = (given[-1].id,) if len(found) > ON_A_PAGE else None
    return shown(
        "officers/titles/proposals.html", proposals=given, nodes=nodes, states=states, year=year, first=after is None,
        next=cursors.part(tenant, [], place, as_of=on, show=str)["next"], told_year=None if year == on.year else year,
        years=[on.year, on.year - 1],
    )  # fmt: skip


@pages.page("/cong-doan/de-nghi/<uuid:proposal>", Act.READ_TITLE_DECISIONS)
def show_proposal(proposal: UUID) -> Response:
    """One with everybody on it, and how each dossier stands now."""
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        one, node = _found(session, tenant, proposal)
        members = proposals.proposed(
            session, tenant, proposal, within=rights.reach(who(), Act.READ_TITLE_DECISIONS, on)
        )
        rows = session.execute(
            sa.select(Dossier.worker_id, Dossier.state).where(
                Dossier.tenant_id == tenant, Dossier.year == one.year,
                among(session, Dossier.worker_id, [each.worker_id for each in members]),
            )
        )  # fmt: skip
        states = {row[0]: row[1] for row in rows}
        ids = [each.worker_id for each in members]
        short = below.told(session, tenant, one.programme, one.year, ids, {}, by=one.proposed)
    looking.saw_these(each.worker_id for each in members)
    waiting = sum(state == "proposed" for state in states.values())
    may_decide = bool(rights.reach(who(), Act.DECIDE_TITLES, on)) and waiting > 0
    return shown(
        "officers/titles/proposal.html", one=one, unit=node, members=members, states=states, short=short,
        words=all_in_words(words.STATES),
        papers=PAPERS, waiting=waiting, may_decide=may_decide,
    )  # fmt: skip


@pages.page("/cong-doan/de-nghi/<uuid:proposal>/<kind>.<end>", Act.READ_TITLE_DECISIONS)
def download_proposal(proposal: UUID, kind: str, end: str) -> Response:
    """One of its papers. Nothing is held while it is drawn."""
    tenant = who().tenant
    if kind not in PAPERS or end not in ENDS:
        raise NotFound(Fault("path/kind", f"a proposal has no paper {kind!r}"))
    with database().reading(tenant, snapshot=True) as session:
        _found(session, tenant, proposal)
        document = papers.of_proposal(session, tenant, proposal)[kind]
        template = _template(session, tenant, document)
        seen = [each.worker_id for each in proposals.proposed(session, tenant, proposal)]
    looking.saw_these(seen)
    return download(drawn(document, template, end), f"{kind}-{document.year}.{end}")


def drawn(document: OfficeDocument, template: bytes, end: str) -> bytes:
    """The document as a Word or PDF file."""
    return render(template, document) if end == "docx" else render_pdf(document)


def _template(session: Session, tenant: UUID, document: OfficeDocument) -> bytes:
    return kept_templates.template(session, tenant, document.kind, document.day or today()).content


def _found(session: Session, tenant: UUID, proposal: UUID) -> tuple[Proposal, Node]:
    """A proposal of a unit of the reader's. Raises UnknownProposal for any other, as for one that is not there."""
    one = proposals.find(session, tenant, proposal)
    node = organizations.nodes(session, tenant)[one.unit]
    if not rights.may(session, who(), Act.READ_TITLE_DECISIONS, today(), organization=node.id):
        raise UnknownProposal(proposal)
    return one, node


def _states(session: Session, tenant: UUID, ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    """How many dossiers of each proposal, as the last one they are part of, stand how. One SQL command."""
    rows = session.execute(
        sa.select(DossierStep.batch_id, Dossier.state, sa.func.count())
        .join(Dossier, sa.and_(Dossier.worker_id == DossierStep.worker_id, Dossier.id == DossierStep.dossier_id))
        .where(
            DossierStep.tenant_id == tenant,
            among(session, DossierStep.batch_id, ids),
            Dossier.proposal_id == DossierStep.batch_id,
        )
        .group_by(DossierStep.batch_id, Dossier.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for proposal, state, count in rows:
        if proposal is not None:
            found.setdefault(proposal, {})[state] = count
    return found
