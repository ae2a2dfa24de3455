"""/cong-doan/nguoi-lao-dong/<mã>: one worker: points and why, evidence, what is missing; points given in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from certification.access import learnt, rights
from certification.access.permissions import Act
from certification.dossiers import listing as dossiers
from certification.dossiers import words as dossier_words
from certification.dossiers.steps import UnknownDossier
from certification.errors import NoCriteriaInForce
from certification.evaluation.results import MET
from certification.evaluation.rules import CriteriaSet
from certification.evidence import declarations, disputes, self_scores, sittings
from certification.evidence.sittings import Attested
from certification.judgement import explanations, statuses
from certification.judgement.statuses import Moment
from certification.models import Award
from certification.people import lists
from certification.people.workers import Person
from certification.resources.access import database, known_worker, now, today, who
from certification.resources.errors import NotFound
from certification.rules import criteria, evidence_mapping
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.targets import persons
from certification.targets.persons import NOT_FOR, PersonalTarget
from certification.web.frame.fields import Form, long_text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import in_words
from certification.web.officers import evidence, pages, points
from certification.web.officers.statuses import in_short
from lrs.db import Session, beside

__all__ = ["gather", "target_lines"]

MOST_STATEMENTS = 300
"""Facts of a year that the page shows."""

STATE_KINDS = {"met": "good", "not_met": "plain", "not_yet_known": "todo"}


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target of a plan for this worker."""

    id: str
    title: str
    state: str
    kind: str
    words: str


class WithdrawForm(Form):
    """Why an attestation is withdrawn."""

    reason = long_text(
        _l("Lý do rút"), needed=_l("Ghi lý do rút, để người lao động và người xác nhận đều biết"), most=2000
    )


@pages.page("/cong-doan/nguoi-lao-dong/<path:number>", Act.READ_ASSESSMENT)
def show_worker(number: str) -> Response:
    """The page."""
    return _page(number, None)


@pages.page("/cong-doan/cho-diem/<path:number>", Act.ATTEST, methods=("POST",))
def attest_worker(number: str) -> AnyResponse:
    """Gives points to the worker; with faults the page comes again, with what was typed."""
    tenant, on = who().tenant, today()
    with database().reading(tenant) as session:
        worker = known_worker(session, number, Act.ATTEST)
        rules = _rules(session, tenant, on.year)
    if rules is None:
        abort(404)
    form = points.filled(rules.indicators, [worker.full_name])
    if form.sent:
        with form.submitting() as session:
            witness = rights.witness(session, who(), Act.ATTEST, on)
            made, _of = points.attest(
                session, tenant, witness, on.year, [worker.number], rules.indicators, form.values, now()
            )
            words = ngettext(
                "Đã xác nhận %(count)s điểm cho %(name)s",
                "Đã xác nhận %(count)s điểm cho %(name)s",
                made,
                count=made,
                name=worker.full_name,
            )
            return form.done(url_for("officers.show_worker", number=worker.number), words)
    return _page(number, form)


@pages.page("/cong-doan/rut-xac-nhan/<uuid:attestation>/<path:number>", Act.ATTEST, methods=("GET", "POST"))
def withdraw_points(attestation: UUID, number: str) -> AnyResponse:
    """Takes an attestation back, with a reason."""
    tenant, on = who().tenant, today()
    with database().reading(tenant) as session:
        worker = known_worker(session, number, Act.ATTEST)
        told = sittings.history(session, tenant, worker.id, on.year)
    one = next((each for each in told if each.id == attestation), None)
    if one is None:
        raise NotFound
    form = filled_in(WithdrawForm)
    if form.sent:
        with form.submitting() as session:
            witness = rights.witness(session, who(), Act.ATTEST, on)
            sittings.withdraw(
                session, tenant, witness, worker.number, attestation, reason=form.values["reason"], now=now()
            )
            words = ngettext(
                "Đã rút xác nhận %(points)s điểm %(indicator)s",
                "Đã rút xác nhận %(points)s điểm %(indicator)s",
                one.points,
                points=one.points,
                indicator=one.indicator,
            )
            return form.done(url_for("officers.show_worker", number=worker.number), words)
    return shown("officers/withdraw.html", worker=worker, one=one, form=form)


def _page(number: str, form: Filled | None) -> Response:
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        worker = known_worker(session, number, Act.READ_ASSESSMENT)
        told = gather(session, tenant, worker, on)
        may_attest: frozenset[str] = frozenset()
        theirs = who().worker != worker.id and rights.may(session, who(), Act.ATTEST, on, worker=worker.id)
        if theirs and told["rules"] is not None:
            may_attest = points.open_cells(session, who(), [worker.id], told["rules"].indicators, on)[worker.id]
        may_slip = rights.may(session, who(), Act.PRINT_SLIPS, on, worker=worker.id)
    if form is None and told["rules"] is not None:
        form = points.filled(told["rules"].indicators, [worker.full_name])
    return shown(
        "officers/worker.html", worker=worker, on=on, form=form, may_attest=may_attest, cell=points.cell,
        reader=who().name, may_slip=may_slip, **told,
    )  # fmt: skip


def gather(session: Session, tenant: UUID, worker: Person, on: date) -> dict[str, Any]:
    """All that the page says of a worker, by the functions that the JSON interface asks. A fixed number of SQL
    commands."""
    year = on.year
    judged = statuses.of_workers(session, tenant, [worker.id], PROGRAMME, year, Moment()).get(worker.id)
    rules = judged.rules.criteria_set if judged is not None else _rules(session, tenant, year)
    said = explanations.explain(judged.rules.criteria_set, judged.result) if judged is not None else None
    counted: dict[UUID, list[str]] = {}
    for row in said.rows if said is not None else ():
        for statement in row.counted:
            counted.setdefault(statement, []).append(row.indicator)
    facts = learnt.learnt(session, who(), worker.id, year, on=on, limit=MOST_STATEMENTS + 1)
    targets = persons.of_worker(session, tenant, worker.id, on)
    history = sittings.history(session, tenant, worker.id, year)
    own = self_scores.last_known(session, tenant, [worker.id], PROGRAMME, year, on)[worker.id]
    found = {worker.id: judged} if judged is not None else {}
    short = in_short(session, tenant, found, [worker.id], year)[worker.id]
    return {
        "standing": short,
        "year": year,
        "rules": rules,
        "said": said,
        "total": judged.total if judged is not None else None,
        "outcome_words": short.words,
        "outcome_kind": short.kind,
        "state_kinds": STATE_KINDS,
        "own": {one.indicator: one for one in own},
        "holding": _holding(history),
        "history": list(reversed(history)),
        "employers": lists.where(session, tenant, [worker.id], on).get(worker.id, ()),
        "statements": evidence.told(session, tenant, worker.id, facts[:MOST_STATEMENTS], counted, targets),
        "more_statements": len(facts) > MOST_STATEMENTS,
        "targets": target_lines(targets, evidence_mapping.titles(session, tenant)),
        "titles": _titles(session, tenant, worker.id),
        "dossier": _dossier(session, tenant, worker, year),
        "open_disputes": disputes.standing(session, tenant, [worker.id], year, on).get(worker.id, ()),
        "declared": declarations.listing(session, tenant, number=worker.number, state=declarations.DECLARED, limit=20),
    }


def target_lines(found: list[PersonalTarget], topics: Mapping[str, str]) -> list[TargetLine]:
    """What the targets of plans say of the worker, in words; those that do not speak of him or her are left out. A
    target that several plans have alike is told once."""
    lines: dict[tuple[str, str], TargetLine] = {}
    for one in found:
        if one.state != NOT_FOR:
            words = persons.words(one, topics).removeprefix(f"{one.target} {one.title}: ")
            words = words.removeprefix("chưa ").removeprefix("đạt, ")
            words = words[:1].upper() + words[1:]
            state, kind = (_("đạt"), "good") if one.state == MET else (_("chưa đạt"), "plain")
            lines.setdefault((one.target, one.title), TargetLine(one.target, one.title, state, kind, words))
    return list(lines.values())


def _rules(session: Session, tenant: UUID, year: int) -> CriteriaSet | None:
    try:
        return criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, year)[1]
    except NoCriteriaInForce:
        return None


def _holding(history: list[Attested]) -> dict[str, Attested]:
    """By indicator the attestation that holds: the last of those that are not withdrawn."""
    standing = [one for one in history if one.withdrawn_on is None]
    return {one.indicator: one for one in sorted(standing, key=lambda one: (one.attested_on, one.recorded))}


def _titles(session: Session, tenant: UUID, worker: UUID) -> list[Any]:
    rows = session.execute(
        sa.select(Award.year, Award.decision_number, Award.decided_on, Award.body, Award.withdrawn_on)
        .where(beside(Award.tenant_id) == tenant, Award.worker_id == worker, Award.programme == PROGRAMME)
        .order_by(Award.year.desc())
    )
    return list(rows)


def _dossier(session: Session, tenant: UUID, worker: Person, year: int) -> str:
    try:
        state = dossiers.find(session, tenant, worker.id, worker.number, year).state
    except UnknownDossier:
        state = "new"
    return in_words(dossier_words.STATES[state])
