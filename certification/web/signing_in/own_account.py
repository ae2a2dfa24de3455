"""/tai-khoan: what the reader is here, the own password, and where he or she is signed in."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import providers, second_factor, sessions
from certification.access.permissions import Act
from certification.resources import access, cookies
from certification.resources.errors import NotFound
from certification.web.frame.fields import Form, hidden, secret
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.signing_in import addresses, pages
from lrs.api import Fault

__all__ = ["ChangePasswordForm"]


class ChangePasswordForm(Form):
    """The own password, old and new."""

    password = secret(_l("Mật khẩu đang dùng"), needed=_l("Nhập mật khẩu đang dùng"))
    password_new = secret(
        _l("Mật khẩu mới"), needed=_l("Nhập mật khẩu mới"), autocomplete="new-password",
        hint=_l("Ít nhất 10 ký tự. Một câu vài chữ, có dấu hay không đều được, là dễ nhớ nhất."),
    )  # fmt: skip
    password_again = secret(
        _l("Nhập lại mật khẩu mới"), needed=_l("Nhập lại mật khẩu mới"), autocomplete="new-password"
    )


class EndSessionForm(Form):
    """Which session of the account, or `sessions.ALL_OTHERS`."""

    phien = hidden()


@pages.page("/tai-khoan", Act.READ_OWN_SESSION)
def own_account() -> Response:
    """The own account: name, roles, and every session of it."""
    mine = access.signed_in()
    with access.database().reading(mine.tenant) as session:
        open_sessions = sessions.sessions_of(session, mine, access.now())
        has_code = second_factor.is_on(session, mine.tenant, mine.account)
        linked = providers.linked(session, mine.tenant, mine.account)
        may_link = bool(linked) or (addresses.is_found() and bool(providers.in_use(session, mine.tenant)))
    told: dict[str, Any] = {"sessions": open_sessions, "has_code": has_code, "linked": linked, "may_link": may_link}
    return shown("signing_in/own-account.html", account=mine, **told)


@pages.page("/tai-khoan/mat-khau", Act.CHANGE_OWN_SESSION, methods=("GET", "POST"))
def change_password() -> Response:
    """Changes the own password; every other session of the account ends."""
    form = filled_in(ChangePasswordForm)
    if form.sent and form.values["password_new"] != form.values["password_again"]:
        form.refuse("password_again", _("Hai lần nhập mật khẩu chưa giống nhau"))
    if form.sent:
        with form.refusals({"": "password", "new": "password_new"}):
            old, new = form.values["password"], form.values["password_new"]
            token, _begun = sessions.change_password(
                access.database(), access.signed_in(), old, new, pepper=access.pepper(), now=access.now()
            )
            response = form.done(url_for(".own_account"), _("Đã đổi mật khẩu. Các phiên ở máy khác đã kết thúc"))
            cookies.keep(response, cookies.SESSION, token, sessions.SESSION_LASTS)
            return response
    return shown("signing_in/change-password.html", form=form)


@pages.page("/tai-khoan/phien/ket-thuc", Act.CHANGE_OWN_SESSION, methods=("POST",))
def end_session() -> Response:
    """Ends another session of the account, or with `tat-ca` all others."""
    form = filled_in(EndSessionForm)
    with form.submitting(settles=True) as session:
        if not sessions.end_others(session, access.signed_in(), form.values.get("phien") or ""):
            raise NotFound(Fault("", _("Phiên này đã kết thúc rồi")))
        return form.done(url_for(".own_account"), _("Đã kết thúc phiên"))
    return own_account()
