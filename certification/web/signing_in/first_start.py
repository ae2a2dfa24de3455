"""/bat-dau: the first start of an empty installation leads through making the administrator.

Only for whoever has the code that the server writes into its log at its start (`access.first_run.code`), and only as
long as no account runs the installation.
"""

from __future__ import annotations

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import accounts, first_run, sessions, tokens
from certification.access.permissions import Act
from certification.resources import access
from certification.web.frame.fields import Form, secret, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.signing_in import pages
from certification.web.signing_in.sign_in import begin, nobody_administers

__all__ = ["FirstStartForm"]


class FirstStartForm(Form):
    """The administrator."""

    code = text(
        _l("Mã khởi tạo"), needed=_l("Nhập mã khởi tạo"), spellcheck="false", autocomplete="one-time-code",
        hint=_l("Máy chủ ghi mã này vào nhật ký khi khởi động."),
    )  # fmt: skip
    full_name = text(_l("Họ và tên người quản trị"), needed=_l("Nhập họ và tên"), autocomplete="name")
    name = text(
        _l("Tên đăng nhập"), needed=_l("Nhập tên đăng nhập"), most=64, autocomplete="username", autocapitalize="off",
        hint=_l("Chữ thường không dấu và chữ số, ví dụ quantri."),
    )  # fmt: skip
    password = secret(
        _l("Mật khẩu"), needed=_l("Nhập mật khẩu"), autocomplete="new-password",
        hint=_l("Ít nhất 10 ký tự. Một câu vài chữ, có dấu hay không đều được, là dễ nhớ nhất."),
    )  # fmt: skip
    password_again = secret(_l("Nhập lại mật khẩu"), needed=_l("Nhập lại mật khẩu"), autocomplete="new-password")


@pages.page("/bat-dau", Act.SET_PASSWORD, methods=("GET", "POST"))
def first_start() -> Response:
    """Makes the administrator, with the rules and units that come with the program, and signs him or her in."""
    if not nobody_administers():
        return redirect(url_for(".sign_in"), 303)
    form = filled_in(FirstStartForm)
    if form.sent:
        _check(form)
    if form.sent:
        with form.refusals():
            return begin(*_make(form), None)
    return shown("signing_in/first-start.html", form=form)


def _check(form: Filled) -> None:
    if form.values["password"] != form.values["password_again"]:
        form.refuse("password_again", _("Hai lần nhập mật khẩu chưa giống nhau"))
    if not first_run.is_code(form.values["code"], access.pepper()):
        form.refuse("code", _("Mã khởi tạo chưa đúng. Chép lại từ nhật ký của máy chủ"))
    with form.refusals():
        accounts.check_name(form.values["name"], form.values["full_name"])
    with form.refusals({"": "password"}):
        accounts.check_password(form.values["password"], form.values["name"])


def _make(form: Filled) -> tuple[str, sessions.SignedIn]:
    database, pepper, now, name = access.database(), access.pepper(), access.now(), form.values["name"]
    full_name = form.values["full_name"]
    made = first_run.begin(
        database, "default", administrator=name, full_name=full_name, units=[], pepper=pepper, now=now
    )
    token = made.token or ""
    with database.writing(made.tenant) as session:
        accounts.set_password(session, made.tenant, token, form.values["password"], pepper=pepper, now=now)
    assert tokens.token_tenant(token) == made.tenant  # noqa: S101 — a new administrator has a token
    return sessions.sign_in(database, name, form.values["password"], pepper=pepper, now=now)
