"""/tai-khoan/ma-dang-nhap: codes of an app as well as the password; /dang-nhap/ma: where such a code is typed."""

from __future__ import annotations

from typing import Any

import segno
from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from certification.access import second_factor, sessions
from certification.access.accounts import SignInRefused
from certification.access.permissions import Act
from certification.access.second_factor import WrongCode
from certification.resources import access
from certification.web.frame import form_tokens
from certification.web.frame.fields import Form, hidden, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown, shown_once
from certification.web.frame.views import within
from certification.web.signing_in import pages
from certification.web.signing_in.sign_in import begin

__all__: list[str] = []


class CodeForm(Form):
    """A code, after the password."""

    code = text(
        _l("Mã đăng nhập"), needed=_l("Nhập mã đăng nhập"), most=40, width="day", autocomplete="one-time-code",
        hint=_l("6 số trong ứng dụng, hoặc một mã dự phòng."),
    )  # fmt: skip
    pending = hidden(most=2000)
    tiep = hidden(most=2000)


class ShownCodeForm(Form):
    """A code that the app shows."""

    code = text(
        _l("6 số mà ứng dụng đang hiện"), needed=_l("Nhập 6 số mà ứng dụng đang hiện"), most=40, width="day",
        inputmode="numeric", autocomplete="one-time-code",
    )  # fmt: skip


@pages.page("/dang-nhap/ma", Act.SIGN_IN, methods=("GET", "POST"))
def type_code() -> Response:
    """The code after the password; then as after signing in."""
    form, kept = filled_in(CodeForm), request.form.get(form_tokens.KEPT, "")
    if not form.posted:
        return redirect(url_for(".sign_in"), 303)
    if form.sent:
        with form.refusals():
            try:
                pending, code = form.values["pending"] or "", form.values["code"]
                token, begun = sessions.sign_in_with_code(
                    access.database(), pending, code, pepper=access.pepper(), now=access.now()
                )
                return begin(token, begun, within(form.values["tiep"]), kept)
            except SignInRefused:
                form.refuse("code", _("Mã chưa đúng hoặc đã hết giờ. Nhập mã mới, hoặc đăng nhập lại từ đầu"))
    return shown("signing_in/type-code.html", form=form, kept=kept, kept_field=form_tokens.KEPT)


@pages.page("/tai-khoan/ma-dang-nhap", Act.CHANGE_OWN_SESSION, methods=("GET", "POST"))
def show_second_factor() -> Response:
    """Whether a code is asked for; while it is being set up, the QR code for the app and the form to confirm it."""
    mine, form = access.signed_in(), filled_in(ShownCodeForm)
    if form.sent:
        with form.submitting() as session:
            try:
                codes = second_factor.confirm(
                    session, mine.tenant, mine.account, mine.name, form.values["code"],
                    pepper=access.pepper(), now=access.now(),
                )  # fmt: skip
                onward = url_for("frame.home") if _needed() else url_for(".own_account")
                return shown_once("signing_in/recovery-codes.html", codes=codes, onward=onward)
            except WrongCode:
                form.refuse("code", _("Đây không phải mã đang hiện. Xem lại giờ của điện thoại, nhập mã kế tiếp"))
    with access.database().reading(mine.tenant) as session:
        is_on = second_factor.is_on(session, mine.tenant, mine.account)
        secret = second_factor.begun(session, mine.tenant, mine.account, pepper=access.pepper())
    picture = _picture(second_factor.address(secret, mine.name, request.host)) if secret else ""
    told: dict[str, Any] = {"is_on": is_on, "needed": _needed(), "secret": secret, "picture": picture}
    return shown("signing_in/second-factor.html", form=form, **told)


def _needed() -> bool:
    return access.needs_code(access.who().roles)


@pages.page("/tai-khoan/ma-dang-nhap/bat-dau", Act.CHANGE_OWN_SESSION, methods=("POST",))
def begin_second_factor() -> Response:
    """Makes a secret for the app; nothing is asked for before its owner has shown a code."""
    mine, form = access.signed_in(), filled_in(Form)
    with form.submitting(settles=True) as session:
        if not second_factor.is_on(session, mine.tenant, mine.account):
            second_factor.begin(session, mine.tenant, mine.account, pepper=access.pepper(), now=access.now())
        return form.done(url_for(".show_second_factor"))
    return redirect(url_for(".show_second_factor"), 303)


@pages.page("/tai-khoan/ma-dang-nhap/tat", Act.CHANGE_OWN_SESSION, methods=("GET", "POST"))
def turn_off_second_factor() -> Response:
    """Asks for no codes any more, once a code has been shown a last time."""
    form = filled_in(CodeForm)
    if form.sent:
        with form.refusals():
            try:
                sessions.turn_off_code(
                    access.database(), access.signed_in(), form.values["code"], pepper=access.pepper(), now=access.now()
                )
                return form.done(url_for(".own_account"), _("Đã tắt mã đăng nhập"))
            except SignInRefused:
                form.refuse("code", _("Mã chưa đúng"))
    return shown("signing_in/turn-off-code.html", form=form)


def _picture(text: str) -> Markup:
    """A QR code, dark on light whatever the page's colours are."""
    drawn = segno.make(text, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 — drawn by us, from figures
