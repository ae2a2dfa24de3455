"""/cua-toi/khai-bao: learning that no platform told, declared with a photo, until somebody confirms it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.evidence import declarations
from certification.evidence.declared import CERTIFICATE, PROOFS, SELF_STUDY, Declared
from certification.resources.access import database, now, pepper, who
from certification.resources.speaking import oneself_or_officer
from certification.resources.uploads import Kinds
from certification.rules import evidence_mapping
from certification.web.frame.fields import Form, choice, day, file, hidden, long_text, number, several, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.workers import own, pages

__all__ = ["DeclareForm", "WithdrawForm"]

PHOTOS = Kinds(PROOFS, most_bytes=10_000_000)

STATE_KINDS = {
    declarations.DECLARED: "off",
    declarations.CONFIRMED: "good",
    declarations.REFUSED: "wrong",
    declarations.WITHDRAWN: "plain",
}


class DeclareForm(Form):
    """What was learnt elsewhere."""

    kind = choice(
        _l("Anh/chị khai báo gì?"),
        [
            (CERTIFICATE, _l("Chứng chỉ, giấy xác nhận khoá học")),
            (SELF_STUDY, _l("Tự học: đọc sách, xem bài giảng, tập huấn tại chỗ")),
        ],
        needed=_l("Chọn chứng chỉ hay tự học"),
    )
    title = text(_l("Tên khoá học, chứng chỉ hoặc nội dung đã học"), needed=_l("Nhập tên nội dung đã học"))
    learned_on = day(_l("Ngày học xong"), needed=_l("Nhập ngày học xong"))
    provider = text(_l("Nơi cấp, nơi dạy"), hint=_l("Phải có nếu là chứng chỉ."), optional=False)
    topics = several(_l("Nội dung thuộc chủ đề nào?"), hint=_l("Chọn được nhiều chủ đề."))
    minutes = number(_l("Số phút đã học"), 1, 525_600)
    certificate_number = text(_l("Số chứng chỉ"))
    proof = file(
        _l("Ảnh chụp hoặc tệp minh chứng"),
        PHOTOS,
        hint=_l("JPG, PNG hoặc PDF, nhiều nhất 10 MB. Phải có nếu là chứng chỉ."),
        optional=False,
    )


class WithdrawForm(Form):
    """Why a declaration is taken back."""

    declaration = hidden()
    reason = long_text(_l("Vì sao rút"), needed=_l("Ghi lý do rút khai báo"), rows=2)


@pages.page("/cua-toi/khai-bao", Act.USE_OWN_PAGES)
def own_declarations() -> Response:
    """What the worker declared, and what became of it."""
    with database().reading(who().tenant, snapshot=True) as session:
        person = own.mine(session, Act.DECLARE)
        found = declarations.DECLARATIONS.of_worker(session, who().tenant, person)
        titles = evidence_mapping.titles(session, who().tenant)
        steps = {one.id: declarations.history(session, who().tenant, person.id, one.id)[-1] for one in found}
    latest = sorted(found, key=lambda one: (one.learned_on, one.id), reverse=True)
    return shown(
        "workers/declarations.html",
        items=latest,
        steps=steps,
        titles=titles,
        states=all_in_words(declarations.STATES),
        kinds=STATE_KINDS,
        open_states=(declarations.DECLARED,),
    )


@pages.page(
    "/cua-toi/khai-bao/them", Act.USE_OWN_PAGES, methods=("GET", "POST"), most_bytes=PHOTOS.most_bytes + 1_000_000
)
def declare() -> Response:
    """Declares something."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.DECLARE)
        topics = sorted(evidence_mapping.titles(session, who().tenant).items(), key=lambda one: one[1])
    form = filled_in(DeclareForm, choices={"topics": topics}, tried=True)
    if form.sent:
        said, upload = _said(form.values), form.values["proof"]
        with form.submitting({"file": "proof"}) as session:
            declarations.declare(
                session,
                who().tenant,
                person.number,
                said,
                file=None if upload is None else upload.data,
                file_name="" if upload is None else upload.name,
                witness=oneself_or_officer(session, person, Act.DECLARE),
                secret=pepper(),
                now=now(),
            )
            return form.done(url_for(".own_declarations"), _("Đã gửi khai báo. Công đoàn cơ sở sẽ xem và xác nhận"))
    return shown("workers/declare.html", form=form)


def _said(values: dict[str, Any]) -> Declared:
    return Declared(
        values["kind"],
        values["title"],
        values["learned_on"],
        values["topics"],
        values["provider"],
        values["minutes"],
        values["certificate_number"],
    )


@pages.page("/cua-toi/khai-bao/<uuid:declaration>/rut", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def withdraw_declaration(declaration: UUID) -> Response:
    """Takes a declaration back."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.DECLARE)
        one = declarations.find(session, who().tenant, person.number, declaration)
    form = filled_in(WithdrawForm, start={"declaration": declaration})
    if form.sent:
        with form.submitting() as session:
            declarations.withdraw(
                session,
                who().tenant,
                person.number,
                declaration,
                reason=form.values["reason"],
                witness=oneself_or_officer(session, person, Act.DECLARE),
                secret=pepper(),
                now=now(),
            )
            return form.done(url_for(".own_declarations"), _("Đã rút khai báo"))
    return shown("workers/withdraw-declaration.html", form=form, one=one)
