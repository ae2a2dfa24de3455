"""/dang-nhap/ma-mot-lan: a worker signs in by a code that is sent; /tai-khoan/nhan-ma: where such codes go."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from certification.access import sent_codes, text_messages
from certification.access.accounts import SignInRefused
from certification.access.permissions import Act
from certification.access.sent_codes import MAIL, PHONE, ContactRefused, Sending
from certification.reports import mail
from certification.reports.mail import SENT, Letter
from certification.resources import access, outgoing
from certification.resources.limits import allow
from certification.web.frame import refusals
from certification.web.frame.fields import Form, hidden, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.signing_in import pages
from certification.web.signing_in.sign_in import begin
from lrs.db import new_id

__all__ = ["channels"]

log = logging.getLogger(__name__)

COST = 5
"""What asking for a code takes of the look-ups that an address has in a minute: a letter or message goes out."""

SUBJECT = "Mã đăng nhập Công dân học tập"
WORDS = (
    "Ma dang nhap Cong dan hoc tap: {code}. Dung mot lan, trong 10 phut. Khong dua ma nay cho ai, ke ca can bo. "
    "Khong phai anh/chi dang nhap thi bo qua tin nay."
)
"""Of a text message: without diacritics it fits into fewer messages, and every telephone shows it."""
LETTER = (
    "Mã đăng nhập của anh/chị: {code}\n\nMã dùng một lần, trong 10 phút. Không đưa mã này cho ai, kể cả cán bộ.\n"
    "Không phải anh/chị đang đăng nhập thì bỏ qua thư này.\n"
)


class AskForm(Form):
    """Who signs in."""

    account = text(
        _l("Tên đăng nhập trên phiếu"), needed=_l("Nhập tên đăng nhập ghi trên phiếu"), autocomplete="username",
        autocapitalize="off", spellcheck="false",
    )  # fmt: skip


class TypeForm(Form):
    """The code that was sent."""

    account = hidden(most=200)
    code = text(
        _l("Mã vừa nhận"), needed=_l("Nhập mã 6 số vừa nhận"), most=20, width="day", inputmode="numeric",
        autocomplete="one-time-code", hint=_l("6 số, dùng trong 10 phút."),
    )  # fmt: skip


class ContactForm(Form):
    """Where codes are to go."""

    loai = hidden(most=10)
    mail = text(
        _l("Địa chỉ thư điện tử"), needed=_l("Nhập địa chỉ thư điện tử"), autocomplete="email", inputmode="email"
    )


class PhoneForm(Form):
    """The same, by telephone."""

    loai = hidden(most=10)
    phone = text(
        _l("Số điện thoại di động"), needed=_l("Nhập số điện thoại di động"), autocomplete="tel", inputmode="tel",
        hint=_l("Ví dụ 0912 345 678"), width="day",
    )  # fmt: skip


class ConfirmForm(Form):
    """The code that was sent to a new address."""

    loai = hidden(most=10)
    noi = hidden(most=300)
    code = text(
        _l("Mã vừa nhận"), needed=_l("Nhập mã 6 số vừa nhận"), most=20, width="day", inputmode="numeric",
        autocomplete="one-time-code", hint=_l("6 số, dùng trong 10 phút."),
    )  # fmt: skip


class ForgetForm(Form):
    """Which address no more."""

    loai = hidden(most=10)


def channels() -> dict[str, bool]:
    """By which ways codes can be sent here."""
    return {MAIL: outgoing.mail_server() is not None, PHONE: outgoing.gateway() is not None}


@pages.page("/dang-nhap/ma-mot-lan", Act.SIGN_IN, methods=("GET", "POST"))
def ask_for_code() -> Response:
    """Sends a code to whoever signs in under a name, if there is somewhere to send it; the answer is the same."""
    if not any(channels().values()):
        return redirect(url_for(".sign_in_by_slip"), 303)
    form = filled_in(AskForm)
    if form.sent:
        with form.refusals():
            allow(COST)
            name = form.values["account"]
            sending = sent_codes.ask(
                access.database(), name, kinds=channels(), pepper=access.pepper(), now=access.now()
            )
            response = shown("signing_in/type-sent-code.html", form=_filled(TypeForm(), account=name))
            if sending is not None:
                response.call_on_close(_after(sending))
            return response
    return shown("signing_in/ask-for-code.html", form=form)


@pages.page("/dang-nhap/ma-mot-lan/nhap", Act.SIGN_IN, methods=("GET", "POST"))
def type_sent_code() -> Response:
    """The code that was sent; then as after signing in."""
    form = filled_in(TypeForm)
    if not form.posted:
        return redirect(url_for(".ask_for_code"), 303)
    if form.sent:
        with form.refusals():
            try:
                name, code = form.values["account"] or "", form.values["code"]
                token, begun = sent_codes.sign_in(
                    access.database(), name, code, pepper=access.pepper(), now=access.now()
                )
                return begin(token, begun, None)
            except SignInRefused:
                form.refuse("code", _("Mã chưa đúng hoặc đã hết giờ. Xem lại, hoặc lấy mã mới"))
    return shown("signing_in/type-sent-code.html", form=form)


@pages.page("/tai-khoan/nhan-ma", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def where_codes_go() -> Response:
    """Where the reader's codes go; a POST names a new address, to which a code is sent first."""
    kind, mine = filled_in(ForgetForm).values.get("loai") or "", access.signed_in()
    form = filled_in(PhoneForm if kind == PHONE else ContactForm)
    if form.sent and channels().get(kind):
        with form.submitting() as session:
            sending = sent_codes.tell(
                session, mine.tenant, mine.account, kind, form.values[kind], pepper=access.pepper(), now=access.now()
            )
            confirming = _filled(ConfirmForm(), loai=sending.kind, noi=sending.to)
            response = shown("signing_in/confirm-contact.html", form=confirming, to=sending.to)
            response.call_on_close(_after(sending))
            return response
    with access.database().reading(mine.tenant) as session:
        there = sent_codes.contacts(session, mine.tenant, mine.account, pepper=access.pepper())
    forms = {MAIL: _filled(ContactForm(), loai=MAIL), PHONE: _filled(PhoneForm(), loai=PHONE)}
    if form.posted and kind in forms:
        forms[kind] = form
    known = {one.kind: one for one in there}
    return shown("signing_in/contacts.html", form=form, forms=forms, known=known, channels=channels())


@pages.page("/tai-khoan/nhan-ma/xac-nhan", Act.USE_OWN_PAGES, methods=("POST",))
def confirm_contact() -> Response:
    """The code that was sent to the new address came back: codes go there from now on."""
    form, mine = filled_in(ConfirmForm), access.signed_in()
    if form.sent:
        with form.refusals():
            try:
                kind, to = form.values["loai"] or "", form.values["noi"] or ""
                sent_codes.confirm(
                    access.database(), mine, kind, to, form.values["code"], pepper=access.pepper(), now=access.now()
                )
                return form.done(url_for(".where_codes_go"), _("Từ nay mã đăng nhập được gửi tới đó"))
            except SignInRefused:
                form.refuse("code", _("Mã chưa đúng hoặc đã hết giờ. Xem lại, hoặc lấy mã mới"))
    return shown("signing_in/confirm-contact.html", form=form, to=form.typed.get("noi", ""))


@pages.page("/tai-khoan/nhan-ma/bo", Act.USE_OWN_PAGES, methods=("POST",))
def forget_contact() -> Response:
    """No codes go there any more."""
    form, mine = filled_in(ForgetForm), access.signed_in()
    with form.submitting(settles=True) as session:
        sent_codes.forget(session, mine.tenant, mine.account, form.values.get("loai") or "")
        return form.done(url_for(".where_codes_go"), _("Không gửi mã tới đó nữa"))
    return redirect(url_for(".where_codes_go"), 303)


def _filled(schema: Form, **values: str) -> Filled:
    return Filled(schema, MultiDict(values), False)


def _refused(error: Exception) -> str:
    said = str(error)
    if "just now" in said:
        words: str = _("Vừa gửi một mã rồi. Đợi một phút rồi thử lại")
    elif "holds a role" in said:
        words = _("Tài khoản này giữ vai trò khác hoặc đã bật mã đăng nhập, nên chỉ dùng mật khẩu")
    elif getattr(error, "field", "") == PHONE:
        words = _("Đây không phải số di động Việt Nam, ví dụ 0912 345 678")
    else:
        words = _("Đây không phải địa chỉ thư điện tử, ví dụ lan@vidu.vn")
    return words


refusals.SAYS[ContactRefused] = _refused


# ---------------------------------------------------------------- sending


def _after(sending: Sending) -> Callable[[], None]:
    """Sends it when the answer has gone: how long that takes says nothing of whether there is anybody to send it to."""
    server, gateway = outgoing.mail_server(), outgoing.gateway()

    def send() -> None:
        if sending.kind == MAIL and server is not None:
            letter = Letter(str(new_id()), sending.to, SUBJECT, LETTER.format(code=sending.code))
            ((outcome, said),) = mail.send(server, [letter])
            said = "" if outcome == SENT else said or outcome
        elif gateway is not None:
            said = text_messages.send(gateway, sending.to, WORDS.format(code=sending.code))
        if said:
            said = said.replace(sending.to, "…").replace(sending.code, "…")  # servers repeat what they refuse
            log.warning("a one-time code was not sent by %s: %s", sending.kind, said)

    return send
