"""/cong-doan/quyet-dinh/moi: one decision about many workers: typed, looked at whole, then recorded, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.dossiers import decisions
from certification.dossiers.decisions import Refused
from certification.models import Dossier, DossierStep, Employment, Worker
from certification.people import lists
from certification.people.lists import Found, Sought
from certification.resources import looking
from certification.resources.access import changing, database, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import Fault as RowFault
from certification.spreadsheets import ImportFaults
from certification.targets import grounds
from certification.units import letterheads
from certification.units.trees import ADMINISTRATIVE, TRADE_UNION, Tree
from certification.web.frame import fields
from certification.web.frame.fields import Form
from certification.web.frame.forms import Filled, FormFault, filled_in
from certification.web.frame.pages import shown
from certification.web.officers import despite, pages, statuses
from certification.web.officers.scope import asked_year, within
from certification.web.officers.statuses import Short
from lrs.db import Session, among, beside

__all__ = ["MOST", "Candidate"]

MOST = 1_000
"""Workers on one page; whoever decides about more at once sends the decision over the JSON interface."""
MOST_BYTES = 4 * 1024 * 1024
MOST_PROPOSALS = 100
MOST_BODIES = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker to be decided about."""

    worker: Found
    employers: tuple[tuple[str, str], ...]
    status: Short
    votes: tuple[int | None, int | None]


def _schema(people: Sequence[Candidate], known_signers: bool) -> type[Form]:
    """The decision, and for each worker whether he or she is refused, and why."""
    described: dict[str, Any] = {
        "body": fields.choice(_l("Cơ quan quyết định"), needed=_l("Chọn cơ quan quyết định"), as_list=True),
        "number": fields.text(
            _l("Số quyết định"),
            needed=_l("Ghi số quyết định như trên văn bản"),
            hint=_l("Ví dụ: 12/QĐ-UBND"),
            width="short",
        ),
        "decided_on": fields.day(_l("Ngày quyết định"), needed=_l("Ghi ngày trên quyết định")),
        "signer": (
            fields.choice(_l("Người ký"), needed=_l("Chọn người ký"), as_list=True)
            if known_signers
            else fields.text(
                _l("Người ký"),
                needed=_l("Ghi họ tên người ký"),
                hint=_l("Chưa ghi ai có quyền ký thay cơ quan này; nhờ người vận hành ghi người ký trước"),
            )
        ),
    }
    for one in people:
        described[refusing(one)] = fields.tick(_l("Không công nhận"))
        described[why(one)] = fields.text(_l("Lý do không công nhận"), most=2000)
    described |= despite.schema((one.worker.id for one in people if one.status.is_below), despite.RECOGNISED)
    return Form.from_dict(described)  # type: ignore[return-value]


def refusing(one: Candidate) -> str:
    """The field that says whether this one is refused."""
    return f"tu-choi-{one.worker.id}"


def why(one: Candidate) -> str:
    """The field that says why."""
    return f"ly-do-{one.worker.id}"


@pages.page("/cong-doan/quyet-dinh/moi", Act.DECIDE_TITLES, methods=("GET", "POST"), most_bytes=MOST_BYTES)
def decide() -> AnyResponse:
    """First to type, then the whole decision to look at, then recorded. Nothing is kept before that."""
    tenant, on, year = who().tenant, today(), asked_year()
    with database().reading(tenant, snapshot=True) as session:
        people, lost = _people(session, tenant, year, on)
        bodies, signers = _bodies(session, tenant, [one.worker.id for one in people], on)
    form = filled_in(_schema(people, bool(signers)), choices={"body": bodies, "signer": signers}, tried=True)
    step = request.form.get("viec", "")
    looking.saw_these(one.worker.id for one in people)
    if form.posted and step in ("sua", despite.LEAVE_OUT):
        form.faults.clear()
        form.posted = False
    short = [one for one in people if one.status.is_below and form.typed.get(refusing(one)) != "1"]
    if step == despite.LEAVE_OUT:
        out = despite.left(form, [one.worker.id for one in short])
        people = [one for one in people if one.worker.id not in out]
    elif form.posted:
        despite.check(form, [(one.worker.id, one.worker.full_name, one.status) for one in short], despite.RECOGNISED)
        _contradictions(form, people)
    if form.sent and lost:
        form.refuse("", _("%(count)s người không còn trong phạm vi của anh/chị; xem lại danh sách", count=lost))
    if form.sent and people:
        granted, refused = _parted(form, people)
        if step == "ghi":
            with form.submitting() as session:
                made = _decide(session, form, granted, refused, year)
                return form.done(
                    url_for("officers.show_decision", decision=made),
                    _("Đã ghi quyết định số %(number)s", number=form.values["number"]),
                )
        else:
            with form.refusals(), changing(tenant, dry_run=True) as session:
                _decide(session, form, granted, refused, year)
        _at_their_rows(form, people)
        if form.sent and not form.stood_in:
            return shown(
                "officers/titles/decision-check.html", values=form.values, granted=granted, refused=refused, year=year,
                why=why, typed=form.typed, body=dict(bodies).get(form.values["body"], ""), because=despite.because,
            )  # fmt: skip
    return shown(
        "officers/titles/decide.html", form=form, people=people, year=year, refusing=refusing, why=why, most=MOST,
        told_year=None if year == on.year else year, bodies=bodies, leave_out=despite.LEAVE_OUT,
    )  # fmt: skip


def _contradictions(form: Filled, people: Sequence[Candidate]) -> None:
    """Refuses the form for each who is to be recognised all the same and not to be."""
    for one in people:
        both = refusing(one), despite.known(one.worker.id)
        if one.status.is_below and all(form.typed.get(field) == "1" for field in both):
            said = _(
                "%(name)s: vừa đánh dấu vẫn công nhận vừa đánh dấu không công nhận; bỏ một trong hai",
                name=one.worker.full_name,
            )
            form.refuse(refusing(one), said)


def _parted(form: Filled, people: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    refused = [one for one in people if form.values.get(refusing(one))]
    return [one for one in people if one not in refused], refused


def _decide(
    session: Session, form: Filled, granted: Sequence[Candidate], refused: Sequence[Candidate], year: int
) -> UUID:
    """Records it. Raises BadRequest with every fault, at the decision's field or at the worker's."""
    told, everybody = form.values, [*granted, *refused]
    said = despite.reasons(form, [one.worker.id for one in granted if one.status.is_below])
    try:
        made = decisions.decide(
            session, who().tenant, who(), told["body"], year, number=told["number"], decided_on=told["decided_on"],
            signer=told["signer"], granted=[one.worker.number for one in granted],
            refused=[Refused(one.worker.number, told.get(why(one)) or "") for one in refused],
            despite={one.worker.number: said[one.worker.id] for one in granted if one.worker.id in said}, now=now(),
        )  # fmt: skip
    except ImportFaults as error:
        raise BadRequest(
            *(Fault(_field(one, everybody), one.message[:1].upper() + one.message[1:]) for one in error.faults)
        ) from None
    return made.id


def _field(fault: RowFault, people: Sequence[Candidate]) -> str:
    """Beside which field a fault of the decision stands, or of one of these."""
    if not fault.row:
        return fault.column
    one = people[fault.row - 1]
    return despite.because(one.worker.id) if fault.column == "despite" else why(one)


def _at_their_rows(form: Filled, people: Sequence[Candidate]) -> None:
    """What is wrong about a worker names him or her in the list on top."""
    names = {why(one): one.worker.full_name for one in people}
    form.faults[:] = [
        FormFault(one.field, _("%(name)s: %(fault)s", name=names[one.field], fault=one.message))
        if one.field in names
        else one
        for one in form.faults
    ]


# ---------------------------------------------------------------- whom, who decides, who signs


def _people(session: Session, tenant: UUID, year: int, on: date) -> tuple[list[Candidate], int]:
    """Those on the page when it was sent, otherwise those of the proposals of the address who wait for a decision; and
    how many of those sent are not the reader's. A fixed number of SQL commands."""
    sent = _ids(request.form.getlist("nguoi"))[:MOST]
    proposed = sa.select(Dossier.worker_id).where(
        Dossier.tenant_id == tenant, Dossier.programme == PROGRAMME, Dossier.year == year, Dossier.state == "proposed"
    )
    asked: list[Any] = [Worker.id.in_(proposed)]
    if request.method == "POST":
        asked = [among(session, Worker.id, sent)]  # how each stands is told by what is refused, sent twice or late
    elif proposals := _ids(request.args.getlist("de_nghi"))[:MOST_PROPOSALS]:
        asked.append(
            Worker.id.in_(
                sa.select(DossierStep.worker_id).where(
                    DossierStep.tenant_id == tenant, among(session, DossierStep.batch_id, proposals),
                    DossierStep.step == "propose",
                )
            )
        )  # fmt: skip
    found = lists.search(session, tenant, Sought(on, also=tuple(asked)), within=within(Act.DECIDE_TITLES), limit=MOST)
    ids = [one.id for one in found]
    employers, said = lists.where(session, tenant, ids, on), statuses.of_workers(session, tenant, ids, year)
    votes = _votes(session, tenant, ids, year)
    people = [Candidate(one, employers.get(one.id, ()), said[one.id], votes.get(one.id, (None, None))) for one in found]
    return people, len(set(sent) - set(ids))


def _votes(session: Session, tenant: UUID, ids: Sequence[UUID], year: int) -> dict[UUID, tuple[int | None, int | None]]:
    """The votes of the proposal that each waits by."""
    rows = session.execute(
        sa.select(DossierStep.worker_id, DossierStep.votes_for, DossierStep.votes_of)
        .join(Dossier, sa.and_(Dossier.worker_id == DossierStep.worker_id, Dossier.id == DossierStep.dossier_id))
        .where(
            DossierStep.tenant_id == tenant, among(session, DossierStep.worker_id, ids), Dossier.year == year,
            DossierStep.step == "propose", DossierStep.batch_id == Dossier.proposal_id,
        )
    )  # fmt: skip
    return {row[0]: (row[1], row[2]) for row in rows}


def _bodies(
    session: Session, tenant: UUID, ids: Sequence[UUID], on: date
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The bodies above everybody on the page, nearest first, and who may sign for them; pairs of value and words."""
    tree = grounds.land(session, tenant).on(on).tree
    employers = session.scalars(
        sa.select(Employment.enterprise_id)
        .where(
            beside(Employment.tenant_id) == tenant, among(session, Employment.worker_id, ids), Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
        .distinct()
    )  # fmt: skip
    codes = _above_all(tree, [tree.by_id[one].code for one in employers])[:MOST_BODIES]
    signers: dict[str, str] = {}
    sign_for = set()
    for code in codes:
        for one in letterheads.signers(session, tenant, code):
            if one.valid_to is None or one.valid_to.year >= on.year - 1:
                sign_for.add(code)
                signers.setdefault(one.name, f"{one.name}, {one.office}, {tree.node(code).name}")
    codes = [one for one in codes if one in sign_for or not _is_whole_country(tree, one)] or codes
    return [(code, tree.node(code).name) for code in codes], sorted(signers.items())


def _is_whole_country(tree: Tree, code: str) -> bool:
    """Whether this is the top of the administrative units, behind which no body stands unless somebody signs for it."""
    return tree.node(code).kind == ADMINISTRATIVE and not tree.parents(code, ADMINISTRATIVE)


def _above_all(tree: Tree, enterprises: Sequence[str]) -> list[str]:
    """Codes of the bodies above every one of the enterprises, nearest first."""
    chains = [tree.chain(code) for code in enterprises]
    if not chains:
        return []
    common = set(chains[0]).intersection(*chains[1:])
    return [one for one in chains[0] if one in common and tree.node(one).kind in (ADMINISTRATIVE, TRADE_UNION)]


def _ids(sent: Sequence[str]) -> list[UUID]:
    found = []
    for one in sent:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
