"""/cong-doan/viec/du-lieu/…: what a worker asks about the own data, the days within which it is met, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.privacy import purposes, requests
from certification.privacy.requests import CONFIRMED, DONE, EXTENDED, RECEIVED, RESTRICTING, Request
from certification.resources.access import database, known_worker, now, today, who
from certification.rules.personal_data import NoPersonalDataRules, Term
from certification.web.frame.fields import Form, choice, long_text, tick
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import pages
from certification.web.officers.cases import KIND_WORDS
from lrs.db import Session

__all__ = ["STATE_KINDS"]

STATE_KINDS = {
    RECEIVED: "todo",
    CONFIRMED: "todo",
    EXTENDED: "todo",
    DONE: "good",
    requests.LIFTED: "good",
    requests.REFUSED: "wrong",
    requests.TAKEN_BACK: "off",
}
STEP_WORDS = {
    "opened": _l("Yêu cầu"),
    "confirmed": _l("Đã báo người yêu cầu"),
    "extended": _l("Gia hạn"),
    "met": _l("Đã thực hiện"),
    "refused": _l("Từ chối"),
    "lifted": _l("Thôi hạn chế"),
    "taken_back": _l("Người yêu cầu rút lại"),
}

STEPS: Mapping[str, tuple[tuple[str, ...], Any, Callable[..., Request]]] = {
    "confirm": ((RECEIVED,), _l("Đã báo cho người yêu cầu là đã nhận và sẽ làm thế nào"), requests.confirm),
    "meet": (requests.OPEN, _l("Đã thực hiện xong"), requests.meet),
    "refuse": (requests.OPEN, _l("Từ chối, có căn cứ"), requests.refuse),
    "extend": ((RECEIVED, CONFIRMED), _l("Gia hạn một lần"), requests.extend),
    "lift": ((DONE,), _l("Thôi hạn chế, dùng lại dữ liệu"), requests.lift),
}
"""By step: in which states it is offered, its words, what takes it."""


class RequestForm(Form):
    """What is done about a request."""

    step = choice(_l("Việc đã làm"), needed=_l("Chọn việc đã làm"))
    reason = long_text(
        _l("Nội dung trả lời"),
        needed=_l("Ghi đã làm gì, hoặc vì sao không làm"),
        hint=_l("Người yêu cầu đọc được"),
        rows=3,
    )
    with_others = tick(_l("Bên khác cũng giữ dữ liệu này và phải cùng làm (hạn dài hơn)"))


@pages.page("/cong-doan/viec/du-lieu/<uuid:case>/<path:number>", Act.READ_DATA_REQUESTS)
def show_requested(case: UUID, number: str) -> Response:
    """The page."""
    page: Response = _page(case, number)
    return page


@pages.page("/cong-doan/viec/du-lieu/<uuid:case>/tra-loi/<path:number>", Act.ANSWER_DATA_REQUESTS, methods=("POST",))
def answer_requested(case: UUID, number: str) -> AnyResponse:
    """Takes a step about it."""
    page: AnyResponse = _page(case, number)
    return page


def _page(case: UUID, number: str) -> Any:
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        worker = known_worker(session, number, Act.READ_DATA_REQUESTS)
        one = requests.find(session, tenant, worker.number, case)
        steps = requests.history(session, tenant, worker.id, one.id)
        is_own = who().worker == worker.id
        may = not is_own and rights.may(session, who(), Act.ANSWER_DATA_REQUESTS, on, worker=worker.id)
        term = _term(session, one)
    offered = tuple(
        (name, words)
        for name, (states, words, _take) in STEPS.items()
        if one.state in states and (name != "lift" or one.kind in RESTRICTING)
    )
    form = filled_in(RequestForm, choices={"step": offered})
    if form.sent:
        step, told = form.values["step"], {"reason": form.values["reason"]}
        if step == "confirm":
            told["with_others"] = form.values["with_others"]
        with form.submitting() as session:
            person = known_worker(session, number, Act.ANSWER_DATA_REQUESTS)
            witness = rights.witness(session, who(), Act.ANSWER_DATA_REQUESTS, on)
            STEPS[step][2](session, tenant, person.number, case, witness=witness, now=now(), **told)
            return form.done(url_for(".show_requested", case=case, number=worker.number), _("Đã ghi câu trả lời"))
    return shown(
        "officers/answers/requested.html", worker=worker, one=one, steps=steps, form=form, on=on, term=term,
        may=may and bool(offered), is_own=is_own, offered=offered, states=all_in_words(requests.STATES),
        kinds=STATE_KINDS,
        kind_words=KIND_WORDS, step_words=STEP_WORDS, is_open=one.state in requests.OPEN, received=RECEIVED,
    )  # fmt: skip


def _term(session: Session, one: Request) -> Term | None:
    try:
        return purposes.rules(session, who().tenant, one.received_on).terms.get(one.kind)
    except NoPersonalDataRules:
        return None
