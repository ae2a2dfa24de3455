"""/cong-doan/viec/khai-bao/…: one declaration with its file, what it would count for, and the officer's answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import declarations, kept_files
from certification.resources.access import database, known_worker, now, pepper, today, who
from certification.resources.errors import BadRequest
from certification.resources.speaking import download
from certification.rules import evidence_mapping
from certification.web.frame.fields import Form, choice, long_text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import pages
from certification.web.officers.answers import foreseen
from certification.web.officers.answers.in_name import unit_for

__all__ = ["STATE_KINDS", "DecideForm", "decide"]

PICTURES = ("image/jpeg", "image/png")

STATE_KINDS = {
    declarations.DECLARED: "todo",
    declarations.CONFIRMED: "good",
    declarations.REFUSED: "wrong",
    declarations.WITHDRAWN: "off",
}
STEP_WORDS = {
    declarations.DECLARED: _l("Khai báo"),
    declarations.CONFIRMED: _l("Xác nhận"),
    declarations.REFUSED: _l("Từ chối"),
    declarations.WITHDRAWN: _l("Rút"),
}


class DecideForm(Form):
    """What an officer says to a declaration."""

    step = choice(
        _l("Trả lời"),
        [("confirm", _l("Xác nhận: đúng như khai")), ("refuse", _l("Từ chối: không tính"))],
        needed=_l("Chọn xác nhận hay từ chối"),
    )
    reason = long_text(
        _l("Lý do và căn cứ"),
        needed=_l("Ghi lý do và căn cứ, ví dụ: đã xem bản chính chứng chỉ"),
        hint=_l("Người lao động đọc được"),
        rows=3,
    )


@pages.page("/cong-doan/viec/khai-bao/<uuid:case>/<path:number>", Act.READ_DECLARATIONS)
def show_declared(case: UUID, number: str) -> Response:
    """The page."""
    return _page(case, number, filled_in(DecideForm))


@pages.page("/cong-doan/viec/khai-bao/<uuid:case>/tra-loi/<path:number>", Act.DECIDE_DECLARATIONS, methods=("POST",))
def decide_declared(case: UUID, number: str) -> AnyResponse:
    """Confirms or refuses it."""
    form = filled_in(DecideForm)
    if form.sent:
        step = form.values["step"]
        with form.submitting() as session:
            decide(session, number, case, step, form.values["reason"])
            words = _("Đã xác nhận khai báo") if step == "confirm" else _("Đã từ chối khai báo")
            return form.done(url_for(".list_cases", loai="khai-bao"), words)
    return _page(case, number, form)


def decide(session: Any, number: str, case: UUID, step: str, reason: str) -> None:
    """Confirms or refuses a declaration in the name of the reader's unit. Raises what `declarations.confirm` raises;
    NotFound for a worker who is not the reader's."""
    tenant, act = who().tenant, Act.DECIDE_DECLARATIONS
    worker = known_worker(session, number, act)
    if step not in ("confirm", "refuse"):
        raise BadRequest
    take = declarations.confirm if step == "confirm" else declarations.refuse
    take(
        session, tenant, worker.number, case, unit=unit_for(session, act), reason=reason,
        witness=rights.witness(session, who(), act, today()), secret=pepper(), now=now(),
    )  # fmt: skip


@pages.page("/cong-doan/viec/khai-bao/<uuid:case>/tep/<path:number>", Act.READ_DECLARATIONS)
def show_declared_file(case: UUID, number: str) -> Response:
    """The file: a picture to be looked at, anything else to be saved. What it is says its content, never its name; no
    browser runs anything of it in our name."""
    with database().reading(who().tenant) as session:
        worker = known_worker(session, number, Act.READ_DECLARATIONS)
        kept, data, name = declarations.read_file(session, who().tenant, worker.number, case)
    answer = download(data, name)
    if kept.content_type in PICTURES and kept_files.kind_of(data) == kept.content_type:
        answer.mimetype = kept.content_type
        answer.headers["Content-Disposition"] = "inline"
    return answer


def _page(case: UUID, number: str, form: Filled) -> Response:
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        worker = known_worker(session, number, Act.READ_DECLARATIONS)
        one = declarations.find(session, tenant, worker.number, case)
        listed = declarations.listing(session, tenant, number=worker.number, limit=500)
        one = next((each for each in listed if each.id == one.id), one)
        steps = declarations.history(session, tenant, worker.id, one.id)
        waits, worker_own = one.state == declarations.DECLARED, who().worker == worker.id
        may = not worker_own and rights.may(session, who(), Act.DECIDE_DECLARATIONS, on, worker=worker.id)
        may = may and steps[0].recorded_by != who().name
        then = foreseen.foresee(session, tenant, worker, one, "", on) if waits else None
        titles = evidence_mapping.titles(session, tenant)
        picture = _is_picture(session, tenant, one.sha256)
    choices = {"step": DecideForm().fields["step"].metadata["options"][0 if waits else 1 :]}
    return shown(
        "officers/answers/declared.html", worker=worker, one=one, steps=steps, titles=titles, on=on, then=then,
        form=replace(form, choices=choices), may=may and one.state in (declarations.DECLARED, declarations.CONFIRMED),
        is_own=worker_own, picture=picture, states=all_in_words(declarations.STATES), kinds=STATE_KINDS,
        step_words=STEP_WORDS,
    )  # fmt: skip


def _is_picture(session: Any, tenant: UUID, sha256: str | None) -> bool:
    return sha256 is not None and kept_files.described(session, tenant, sha256) in PICTURES
