"""/cua-toi/khieu-nai: evidence that I find wrong, or that is missing; what was answered, and saying that it is not
settled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.evidence import disputes
from certification.evidence.disputes import ADDED, KEPT, VOIDED
from certification.resources.access import database, now, today, who
from certification.resources.speaking import oneself_or_officer
from certification.web.frame.fields import Form, choice, long_text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.workers import own, pages
from certification.web.workers.learning import lessons

__all__ = ["DisputeForm"]

MISSING = "thieu"

STATE_KINDS = {disputes.OPEN: "off", disputes.ANSWERED: "good", disputes.WITHDRAWN: "plain"}
OUTCOMES = {
    KEPT: _l("Giữ nguyên như đang tính"),
    VOIDED: _l("Đã huỷ minh chứng, thôi tính"),
    ADDED: _l("Đã bổ sung minh chứng còn thiếu"),
}


class DisputeForm(Form):
    """What is wrong."""

    about = choice(
        _l("Về việc học nào"), needed=_l("Chọn việc học, hoặc chọn “Còn thiếu, chưa thấy ghi”"), as_list=True
    )
    reason = long_text(_l("Sai ở đâu, thiếu gì"), needed=_l("Ghi sai ở đâu hoặc thiếu gì, để công đoàn xem lại"))


class ReasonForm(Form):
    """Why the answer does not settle it."""

    reason = long_text(_l("Vì sao chưa đồng ý"), needed=_l("Ghi vì sao chưa đồng ý với câu trả lời"), rows=3)


@pages.page("/cua-toi/khieu-nai", Act.USE_OWN_PAGES)
def own_disputes() -> Response:
    """What I disputed, and what was answered."""
    with database().reading(who().tenant, snapshot=True) as session:
        person = own.mine(session, Act.READ_DISPUTES)
        found = disputes.DISPUTES.of_worker(session, who().tenant, person)
        steps = {one.id: disputes.history(session, who().tenant, person.id, one.id)[-1] for one in found}
    page: Response = shown(
        "workers/disputes.html", items=sorted(found, key=lambda one: (one.opened_on, one.id), reverse=True),
        steps=steps, states=all_in_words(disputes.STATES), kinds=STATE_KINDS, outcomes=OUTCOMES,
        answered=disputes.ANSWERED,
        open_state=disputes.OPEN,
    )  # fmt: skip
    return page


@pages.page("/cua-toi/khieu-nai/them", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def dispute() -> Response:
    """Disputes something that was learnt this year, or says that it is missing."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.DISPUTE)
        learnt = lessons(session, person, today().year)
    options: list[tuple[str, Any]] = [(MISSING, _("Còn thiếu, chưa thấy ghi"))]
    options += [(str(one.statement), f"{one.day:%d/%m/%Y}: {', '.join(one.topics)}") for one in learnt]
    form = filled_in(DisputeForm, choices={"about": options})
    if form.sent:
        about = form.values["about"]
        with form.submitting() as session:
            disputes.open_dispute(
                session, who().tenant, person.number, year=today().year, reason=form.values["reason"],
                statement_id=None if about == MISSING else UUID(about),
                witness=oneself_or_officer(session, person, Act.DISPUTE), now=now(),
            )  # fmt: skip
            return form.done(url_for(".own_disputes"), _("Đã gửi khiếu nại. Công đoàn cơ sở sẽ trả lời"))
    page: Response = shown("workers/dispute.html", form=form)
    return page


@pages.page("/cua-toi/khieu-nai/<uuid:case>/chua-dong-y", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def reopen_dispute(case: UUID) -> Response:
    """Says that the answer does not settle it."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.DISPUTE)
        one = disputes.find(session, who().tenant, person.number, case)
        last = disputes.history(session, who().tenant, person.id, case)[-1]
    form = filled_in(ReasonForm)
    if form.sent:
        with form.submitting() as session:
            disputes.reopen(
                session, who().tenant, person.number, case, reason=form.values["reason"],
                witness=oneself_or_officer(session, person, Act.DISPUTE), now=now(),
            )  # fmt: skip
            return form.done(url_for(".own_disputes"), _("Đã gửi lại khiếu nại"))
    page: Response = shown("workers/reopen-dispute.html", form=form, one=one, last=last)
    return page
