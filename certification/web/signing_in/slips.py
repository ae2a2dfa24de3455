"""/nguoi-lao-dong/<number>/phieu-ma: an officer prints a worker's slip; /dang-nhap/phieu: the worker signs in by it."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import rights, slips
from certification.access.accounts import SignInRefused
from certification.access.permissions import Act
from certification.resources import access
from certification.web.frame.fields import Form, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown, shown_once
from certification.web.signing_in import pages
from certification.web.signing_in.sign_in import begin

__all__: list[str] = []


class SlipForm(Form):
    """What stands on the slip."""

    account = text(
        _l("Tên đăng nhập trên phiếu"), needed=_l("Nhập tên đăng nhập ghi trên phiếu"), autocomplete="username",
        autocapitalize="off", spellcheck="false",
    )  # fmt: skip
    code = text(
        _l("Một mã trên phiếu"), needed=_l("Nhập một mã chưa dùng trên phiếu"), most=40, width="day",
        autocomplete="one-time-code", spellcheck="false", hint=_l("Mỗi mã dùng một lần. Gạch mã đã dùng."),
    )  # fmt: skip


@pages.page("/dang-nhap/phieu", Act.SIGN_IN, methods=("GET", "POST"))
def sign_in_by_slip() -> Response:
    """Signs a worker in by a code of the slip."""
    form = filled_in(SlipForm)
    if form.sent:
        with form.refusals():
            try:
                name, code = form.values["account"], form.values["code"]
                token, begun = slips.sign_in(access.database(), name, code, pepper=access.pepper(), now=access.now())
                return begin(token, begun, None)
            except SignInRefused:
                form.refuse("code", _("Mã đăng nhập chưa đúng hoặc đã dùng. Hết mã, nhờ cán bộ công đoàn in phiếu mới"))
    return shown("signing_in/sign-in-by-slip.html", form=form)


@pages.page("/nguoi-lao-dong/<number>/phieu-ma", Act.PRINT_SLIPS, methods=("GET", "POST"))
def print_slip(number: str) -> Response:
    """Asks first; then shows the slip, this once, to be printed and given to the worker."""
    caller, form = access.caller(), filled_in(Form)
    with access.database().reading(caller.tenant) as session:
        person = access.known_worker(session, number, Act.PRINT_SLIPS)
        reads = rights.may(session, access.who(), Act.READ_ASSESSMENT, access.today(), worker=person.id)
    back = url_for("officers.show_worker", number=person.number) if reads else url_for("frame.home")
    if form.sent:
        with form.submitting() as session:
            by, pepper = access.who().name, access.pepper()
            printed = access.now()
            slip = slips.print_slip(session, caller.tenant, person, by=by, pepper=pepper, now=printed)
            address = url_for(".sign_in_by_slip", _external=True)
            told = {"slip": slip, "person": person, "printed": printed, "address": address, "back": back}
            return shown_once("signing_in/slip.html", **told)
    return shown("signing_in/print-slip.html", form=form, person=person, back=back)
