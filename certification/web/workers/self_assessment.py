"""/cua-toi/tu-danh-gia: points of one's own for each chỉ số."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.evaluation.rules import CriteriaSet
from certification.evidence import self_scores
from certification.evidence.self_scores import OwnScore
from certification.people.workers import Person
from certification.resources.access import database, now, today, who
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.web.frame.fields import Form, long_text, number
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.workers import own, pages
from certification.web.workers.applying import own_dossier_of
from lrs.db import Session

__all__: list[str] = []


@pages.page("/cua-toi/tu-danh-gia", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def assess_oneself() -> Response:
    """Points and words of one's own; a chỉ số left empty says nothing of it."""
    year = own.year_of_dossiers()
    with database().reading(who().tenant, snapshot=True) as session:
        person = own.mine(session, Act.SCORE_ONESELF)
        _id, criteria_set = criteria.in_force(session, who().tenant, PROGRAMME, AUDIENCE, year)
        start = _start(session, person, year)
        found = own.year_of(session, person, year)
    form = filled_in(_form(criteria_set), start=start)
    if form.sent:
        scores = [
            OwnScore(one.id, form.values[one.id], form.values[f"{one.id}_note"])
            for one in criteria_set.indicators
            if form.values[one.id] is not None
        ]
        if not scores:
            form.refuse("", _("Chưa chấm chỉ số nào. Cho điểm ít nhất một chỉ số"))
        else:
            with form.submitting(settles=True) as session:
                self_scores.score(session, who().tenant, person.number, year, scores, by=who().name, now=now())
                session.flush()
                dossier = own_dossier_of(session, person, year)
                if dossier.can_hand_in:
                    onward = url_for(".own_dossier", nam=request.args.get("nam"))
                    return form.done(onward, _("Đã lưu, đủ %(count)s chỉ số. Còn một bước: nộp", count=dossier.scored))
                return form.done(url_for(".home"), _("Đã lưu phần tự đánh giá của anh/chị"))
    suggested = {one.indicator: one.suggested for one in found.said.rows} if found else {}
    return shown(
        "workers/self-assessment.html", form=form, indicators=criteria_set.indicators, suggested=suggested, year=year
    )


def _form(criteria_set: CriteriaSet) -> type[Form]:
    """A form with two fields for each chỉ số."""
    fields: dict[str, Any] = {}
    for one in criteria_set.indicators:
        fields[one.id] = number(_("Điểm tự chấm"), 0, one.max_points)
        fields[f"{one.id}_note"] = long_text(
            _("Vì sao"), most=self_scores.NOTE_AT_MOST, rows=2, hint=_("Đã học gì, làm gì trong năm.")
        )
    made: type[Form] = Form.from_dict(fields, name="SelfAssessmentForm")  # type: ignore[assignment]
    return made


def _start(session: Session, person: Person, year: int) -> dict[str, Any]:
    said = self_scores.last_known(session, who().tenant, [person.id], PROGRAMME, year, today())[person.id]
    start: dict[str, Any] = {}
    for one in said:
        start[one.indicator] = one.points
        start[f"{one.indicator}_note"] = one.note
    return start
