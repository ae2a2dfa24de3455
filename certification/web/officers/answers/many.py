"""/cong-doan/viec/nhieu: one answer to several declarations or disputes at once, with a result for each."""

from __future__ import annotations

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.evidence.cases import NotSo, UnknownCase
from certification.evidence.witnesses import NotForYou
from certification.people.workers import UnknownWorker
from certification.resources.errors import NotFound
from certification.spreadsheets import ImportFaults
from certification.web.frame.forms import filled_in
from certification.web.officers import cases, outcomes, pages
from certification.web.officers.answers import declared, disputed
from certification.web.officers.cases import WAYS, ReasonForm
from certification.web.officers.outcomes import Outcome
from lrs.db import Session

__all__: list[str] = []


outcomes.STEPS.update(WAYS)


@pages.page("/cong-doan/viec/nhieu/khai-bao", Act.DECIDE_DECLARATIONS, methods=("POST",))
def decide_many() -> Response:
    """Confirms or refuses the chosen declarations."""
    return _many("khai-bao")


@pages.page("/cong-doan/viec/nhieu/khieu-nai", Act.ANSWER_DISPUTES, methods=("POST",))
def answer_many() -> Response:
    """Answers the chosen disputes."""
    return _many("khieu-nai")


def _many(kind: str) -> Response:
    form, step = filled_in(ReasonForm), request.form.get("viec", "")
    chosen = [each.partition(" ") for each in request.form.getlist("nguoi")[: cases.ON_A_PAGE]]
    if step not in WAYS[kind]:
        form.refuse("", _("Chọn một câu trả lời cho các việc đã chọn"))
    if not chosen:
        form.refuse("", _("Chưa chọn việc nào; đánh dấu ít nhất một việc"))
    if form.sent:
        back = url_for(".list_cases", loai=kind)
        with form.submitting(settles=True) as session:
            results = [
                _answered(session, kind, step, id_, number, form.values["reason"]) for id_, _blank, number in chosen
            ]
            return outcomes.led_to(session, form, kind, step, back, results)
    return cases.page(kind, form)


def _answered(session: Session, kind: str, step: str, id_: str, number: str, reason: str) -> Outcome:
    """Everything is checked before anything is written, so that a refusal leaves nothing behind."""
    try:
        case = UUID(id_)
        if kind == "khai-bao":
            declared.decide(session, number, case, step, reason)
        else:
            disputed.answer(session, number, case, step, reason)
    except (NotForYou, NotSo) as error:
        return Outcome(number, False, str(error)[:1].upper() + str(error)[1:])
    except ImportFaults as error:
        return Outcome(number, False, "; ".join(one.message for one in error.faults))
    except (ValueError, NotFound, UnknownCase, UnknownWorker):
        return Outcome(number, False, _("Không tìm thấy việc này"))
    return Outcome(number, True)
