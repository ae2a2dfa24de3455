"""/cong-doan/quyet-dinh: what was decided, the paper of it, and the certificates of whoever was recognised."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.certificates import issuing
from certification.certificates import papers as certificate_papers
from certification.documents import certificate_paper, kept_templates
from certification.dossiers import below, decisions, papers
from certification.dossiers.decisions import Decided, Decision, UnknownDecision
from certification.models import Certificate
from certification.resources import cursors, looking
from certification.resources.access import database, everything, now, pepper, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.issuers import public_url
from certification.resources.speaking import download
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import NoTitleProcedure
from certification.units import organizations
from certification.web.frame.fields import Form
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.scope import asked_year
from certification.web.officers.titles.proposals import ENDS, drawn
from lrs.db import Session, among

__all__ = ["Line"]

ON_A_PAGE = 50
PAPERS_AT_ONCE = 50
"""Certificates drawn into one file: some seconds of work."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate as the page shows it; `issued` is None while it is numbered and not signed yet."""

    number: str
    code: str
    issued: datetime | None
    withdrawn_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """One of those decided about, with the certificate if there is one."""

    person: Decided
    paper: Paper | None


class IssueForm(Form):
    """Nothing to fill in: the page says what is done."""


@pages.page("/cong-doan/quyet-dinh", Act.READ_TITLE_DECISIONS)
def list_decisions() -> Response:
    """Of a year, the newest first."""
    tenant, on, year = who().tenant, today(), asked_year()
    after = cursors.after(tenant, (UUID,))
    with database().reading(tenant) as session:
        found = decisions.listing(
            session, tenant, limit=ON_A_PAGE + 1, year=year, newest_first=True, after=after[0] if after else None,
            within=rights.reach(who(), Act.READ_TITLE_DECISIONS, on),
        )  # fmt: skip
        nodes = organizations.nodes(session, tenant)
    given = found[:ON_A_PAGE]
    place = (given[-1].id,) if len(found) > ON_A_PAGE else None
    return shown(
        "officers/titles/decisions.html", decisions=given, nodes=nodes, year=year, first=after is None,
        next=cursors.part(tenant, [], place, as_of=on, show=str)["next"], told_year=None if year == on.year else year,
        years=[on.year, on.year - 1], may_decide=bool(rights.reach(who(), Act.DECIDE_TITLES, on)),
    )  # fmt: skip


@pages.page("/cong-doan/quyet-dinh/<uuid:decision>", Act.READ_TITLE_DECISIONS)
def show_decision(decision: UUID) -> Response:
    """Everybody whom the reader may see, with the certificates and how far they are."""
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        one, people, whole = _found(session, tenant, decision)
        lines = _lines(session, tenant, one, people)
        ids = [each.worker_id for each in people]
        short = below.told(session, tenant, one.programme, one.year, ids, {}, by=one.recorded)
        node = organizations.nodes(session, tenant)[one.body]
        may_revoke = _may_revoke(session, tenant, on)
    looking.saw_these(each.worker_id for each in people)
    granted = [each for each in lines if each.person.step == "grant"]
    return shown(
        "officers/titles/decision.html", one=one, body=node, granted=granted, whole=whole, may_revoke=may_revoke,
        short=short,
        refused=[each for each in lines if each.person.step != "grant"],
        numbered=sum(each.paper is not None for each in granted),
        signed=sum(each.paper is not None and each.paper.issued is not None for each in granted),
        may_issue=whole and rights.reach(who(), Act.ISSUE_CERTIFICATES, on).everything, at_once=PAPERS_AT_ONCE,
    )  # fmt: skip


@pages.page("/cong-doan/quyet-dinh/<uuid:decision>/quyet-dinh.<end>", Act.READ_TITLE_DECISIONS)
def download_decision(decision: UUID, end: str) -> Response:
    """The decision with its list, where the reader may see everybody on it."""
    tenant = who().tenant
    with database().reading(tenant, snapshot=True) as session:
        one, people, whole = _found(session, tenant, decision)
        if not whole or end not in ENDS:
            raise UnknownDecision(decision)
        document = papers.of_decision(session, tenant, decision)
        template = kept_templates.template(session, tenant, document.kind, one.decided_on).content
    looking.saw_these(each.worker_id for each in people)
    return download(drawn(document, template, end), f"quyet-dinh-{one.year}.{end}")


@pages.page("/cong-doan/quyet-dinh/<uuid:decision>/giay.zip", Act.READ_TITLE_DECISIONS)
def download_certificates(decision: UUID) -> Response:
    """Some of the certificates as PDF, packed into one file: those from the place `tu` on."""
    tenant = who().tenant
    sent = request.args.get("tu", "0")
    first = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 7 else 0
    with database().reading(tenant, snapshot=True) as session:
        one, people, _whole = _found(session, tenant, decision)
        codes = [
            each.paper.code
            for each in _lines(session, tenant, one, people)
            if each.paper is not None and each.paper.issued is not None and each.paper.withdrawn_on is None
        ][first : first + PAPERS_AT_ONCE]
    if not codes:
        raise NotFound(Fault("tu", "there are no certificates from this place on"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        for code in codes:
            paper = certificate_papers.by_code(database(), code, public_url=public_url())
            if paper is not None:
                file.writestr(certificate_paper.file_name(paper), certificate_paper.draw(paper))
    looking.saw_these(each.worker_id for each in people)
    return download(packed.getvalue(), f"giay-cong-nhan-{one.year}-{first + 1}.zip")


@pages.page("/cong-doan/quyet-dinh/<uuid:decision>/cap-giay", Act.ISSUE_CERTIFICATES, methods=("GET", "POST"))
def issue_certificates(decision: UUID) -> AnyResponse:
    """Names what is issued, then numbers and signs it; broken off, the same goes on."""
    everything(Act.ISSUE_CERTIFICATES)
    tenant, form = who().tenant, filled_in(IssueForm)
    with database().reading(tenant, snapshot=True) as session:
        one, people, _whole = _found(session, tenant, decision)
        lines = [each for each in _lines(session, tenant, one, people) if each.person.step == "grant"]
        node = organizations.nodes(session, tenant)[one.body]
    missing = sum(each.paper is None or each.paper.issued is None for each in lines)
    if form.sent:
        with form.refusals():
            done = issuing.issue(
                database(), tenant, programme=PROGRAMME, decision=str(decision), public_url=public_url(),
                secret=pepper(), by=who().name, clock=now,
            )  # fmt: skip
            words = ngettext(
                "Đã cấp %(count)s giấy công nhận", "Đã cấp %(count)s giấy công nhận", done.signed, count=done.signed
            )
            return form.done(url_for("officers.show_decision", decision=decision), words)
    return shown("officers/titles/issue.html", form=form, one=one, body=node, people=len(lines), missing=missing)


def _found(session: Session, tenant: UUID, decision: UUID) -> tuple[Decision, list[Decided], bool]:
    """A decision with those whom the reader may see, and whether these are all. Raises UnknownDecision where they are
    nobody."""
    one = decisions.find(session, tenant, decision)
    reach = rights.reach(who(), Act.READ_TITLE_DECISIONS, today())
    people = decisions.decided(session, tenant, decision, within=reach)
    if not people and not reach.everything:
        raise UnknownDecision(decision)
    return one, people, reach.everything or len(people) == len(decisions.decided(session, tenant, decision))


def _lines(session: Session, tenant: UUID, one: Decision, people: Sequence[Decided]) -> list[Line]:
    """With the last certificate of each. One SQL command."""
    rows = session.execute(
        sa.select(
            Certificate.worker_id, Certificate.printed_number, Certificate.code, Certificate.issued,
            Certificate.withdrawn_on,
        )
        .where(
            Certificate.tenant_id == tenant, Certificate.programme == one.programme, Certificate.year == one.year,
            Certificate.decision_number == one.number, Certificate.decided_on == one.decided_on,
            among(session, Certificate.worker_id, [each.worker_id for each in people]),
        )
        .order_by(Certificate.id)
    )  # fmt: skip
    of = {row[0]: Paper(*row[1:]) for row in rows}
    return [Line(each, of.get(each.worker_id)) for each in people]


def _may_revoke(session: Session, tenant: UUID, on: date) -> bool:
    """Whether a role of the reader ends titles, by the procedure in force."""
    try:
        step = title_procedures.in_force(session, tenant, PROGRAMME, on).steps.get("revoke")
    except NoTitleProcedure:
        return False
    return step is not None and bool(step.roles & ({one.role for one in who().roles} - {Role.WORKER}))
