"""/cua-toi/du-lieu/yeu-cau: what I ask about my data (see, copy, correct, delete, restrict, object, withdraw), by when
it is answered, and what was."""

from __future__ import annotations

from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.privacy import requests
from certification.resources.access import database, now, who
from certification.resources.speaking import oneself_or_officer
from certification.rules.personal_data import REQUESTS
from certification.web.frame.fields import Form, choice, long_text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.workers import own, pages

__all__ = ["AskForm", "TakeBackForm"]

KINDS = {
    "see": _l("Xem dữ liệu về tôi"),
    "copy": _l("Nhận bản sao dữ liệu về tôi"),
    "correct": _l("Sửa dữ liệu sai"),
    "delete": _l("Xoá dữ liệu về tôi"),
    "restrict": _l("Tạm hạn chế dùng dữ liệu về tôi"),
    "object": _l("Phản đối một việc dùng dữ liệu về tôi"),
    "withdraw": _l("Rút mọi sự đồng ý đã cho"),
}
STATES = {
    requests.RECEIVED: (_l("Đã gửi, chờ báo lại"), "off"),
    requests.CONFIRMED: (_l("Đang làm"), "off"),
    requests.EXTENDED: (_l("Đang làm, đã gia hạn"), "off"),
    requests.DONE: (_l("Đã làm xong"), "good"),
    requests.LIFTED: (_l("Đã thôi hạn chế"), "good"),
    requests.REFUSED: (_l("Bị từ chối"), "wrong"),
    requests.TAKEN_BACK: (_l("Đã rút lại"), "plain"),
}
"""By state its words, short enough for a telephone, and how it is drawn."""


class AskForm(Form):
    """What is asked for."""

    kind = choice(
        _l("Anh/chị yêu cầu gì?"), [(one, KINDS[one]) for one in REQUESTS], needed=_l("Chọn điều muốn yêu cầu")
    )
    reason = long_text(
        _l("Nói rõ thêm"), needed=_l("Ghi rõ yêu cầu về dữ liệu nào, vì sao"), rows=4,
        hint=_l("Ví dụ: ngày vào làm ghi sai, đúng là 05/09/2020."),
    )  # fmt: skip


class TakeBackForm(Form):
    """Why it is asked for no more."""

    reason = long_text(_l("Vì sao rút lại"), needed=_l("Ghi vì sao rút lại yêu cầu"), rows=2)


@pages.page("/cua-toi/du-lieu/yeu-cau", Act.USE_OWN_PAGES)
def own_requests() -> Response:
    """What I asked, by when it is answered, and what was answered."""
    with database().reading(who().tenant, snapshot=True) as session:
        person = own.mine(session, Act.READ_DATA_REQUESTS)
        found = requests.of_worker(session, who().tenant, person)
        steps = {one.id: requests.history(session, who().tenant, person.id, one.id) for one in found}
    page: Response = shown(
        "workers/requests.html", items=sorted(found, key=lambda one: (one.received_on, one.id), reverse=True),
        steps=steps, states=STATES, kinds=KINDS, open_states=requests.OPEN,
    )  # fmt: skip
    return page


@pages.page("/cua-toi/du-lieu/yeu-cau/moi", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def ask_about_data() -> Response:
    """Asks for something. Asking to withdraw ends every consent at once."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.ASK_ABOUT_DATA)
    form = filled_in(AskForm)
    if form.sent:
        with form.submitting() as session:
            made = requests.open_request(
                session, who().tenant, person.number, kind=form.values["kind"], reason=form.values["reason"],
                witness=oneself_or_officer(session, person, Act.ASK_ABOUT_DATA), now=now(),
            )  # fmt: skip
            return form.done(
                url_for(".own_requests"),
                _("Đã gửi yêu cầu. Công đoàn báo lại trước hết ngày %(day)s", day=f"{made.due:%d/%m/%Y}"),
            )
    page: Response = shown("workers/ask-about-data.html", form=form)
    return page


@pages.page("/cua-toi/du-lieu/yeu-cau/<uuid:case>/rut", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def take_back_request(case: UUID) -> Response:
    """Asks for it no more."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.ASK_ABOUT_DATA)
        one = requests.find(session, who().tenant, person.number, case)
    form = filled_in(TakeBackForm)
    if form.sent:
        with form.submitting() as session:
            requests.take_back(
                session, who().tenant, person.number, case, reason=form.values["reason"],
                witness=oneself_or_officer(session, person, Act.ASK_ABOUT_DATA), now=now(),
            )  # fmt: skip
            return form.done(url_for(".own_requests"), _("Đã rút lại yêu cầu"))
    page: Response = shown("workers/take-back-request.html", form=form, one=one, kinds=KINDS)
    return page
