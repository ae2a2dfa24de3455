"""/dang-nhap, /dang-xuat, /dat-mat-khau: accounts, passwords, waits and sessions of `/api/sign-in`, in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from certification.access import accounts, first_run, providers, sessions, tokens
from certification.access.accounts import TokenRefused
from certification.access.permissions import Act
from certification.access.providers import Provider
from certification.access.sessions import SESSION_LASTS
from certification.resources import access, cookies
from certification.web.frame import form_tokens
from certification.web.frame.fields import Form, hidden, secret, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.views import within
from certification.web.signing_in import pages
from lrs import api
from lrs.db import NOBODY

__all__ = ["SignInForm", "asks_for_code", "begin", "page_to_sign_in", "session"]


class SignInForm(Form):
    """Who signs in, and where to go on."""

    account = text(
        _l("Tên đăng nhập"),
        needed=_l("Nhập tên đăng nhập"),
        autocomplete="username",
        autocapitalize="off",
        spellcheck="false",
    )
    password = secret(_l("Mật khẩu"), needed=_l("Nhập mật khẩu"))
    tiep = hidden(most=2000)


class NewPasswordForm(Form):
    """A password for the account that a one-time code was made for."""

    token = text(
        _l("Mã đặt mật khẩu"), needed=_l("Nhập mã mà người quản trị đã đưa"), autocomplete="one-time-code",
        hint=_l("Dùng một lần, trong 7 ngày. Dán vào đây cũng được."),
    )  # fmt: skip
    password = secret(
        _l("Mật khẩu mới"), needed=_l("Nhập mật khẩu mới"), autocomplete="new-password",
        hint=_l("Ít nhất 10 ký tự. Một câu vài chữ, có dấu hay không đều được, là dễ nhớ nhất."),
    )  # fmt: skip
    password_again = secret(
        _l("Nhập lại mật khẩu mới"), needed=_l("Nhập lại mật khẩu mới"), autocomplete="new-password"
    )


def page_to_sign_in(*, kept: str = "", status: int = 200, form: Filled | None = None) -> Response:
    """The form for signing in; with what was typed before the session had ended, to be sent afterwards."""
    from certification.web.signing_in.sent_code import channels

    form = form or Filled(SignInForm(), _typed(), False)
    tenant, offered = _offered()
    left = next((one for one in offered if str(one.id) == request.args.get("da_ra")), None)
    values = {
        "sends_codes": any(channels().values()),
        "tenant": tenant,
        "offered": offered,
        "left": left,
        "kept": kept,
        "kept_field": form_tokens.KEPT,
    }
    return shown("signing_in/sign-in.html", status, form=form, **values)


def _offered() -> tuple[UUID, Sequence[Provider]]:
    """The tenant whose page this is (`noi`), and the organizations' own sign-ins at which its accounts may sign in;
    none where nobody said under which address browsers find back."""
    name = request.args.get("noi", "")[:200].replace("\0", "") or "default"
    with access.database().reading(NOBODY) as session:
        try:
            tenant = api.find_tenant(session, name)
        except api.UnknownTenant:
            tenant = api.find_tenant(session)
    if not current_app.extensions["settings"].public_url:
        return tenant, ()
    with access.database().reading(tenant) as session:
        return tenant, providers.in_use(session, tenant)


def _typed() -> MultiDict[str, str]:
    return MultiDict({"tiep": within(request.args.get("tiep")) or ""})


@pages.page("/dang-nhap", Act.SIGN_IN, methods=("GET", "POST"))
def sign_in() -> AnyResponse:
    """Begins a session and goes on to where the reader wanted to, or sends what was typed before."""
    if request.method == "GET":
        if session() is not None:
            return redirect(within(request.args.get("tiep")) or url_for("frame.home"), 303)
        if nobody_administers():
            return redirect(url_for(".first_start"), 303)
        return page_to_sign_in()
    form, kept = filled_in(SignInForm), request.form.get(form_tokens.KEPT, "")
    if form.sent:
        with form.refusals():
            name, typed = form.values["account"], form.values["password"]
            try:
                token, begun = sessions.sign_in(
                    access.database(), name, typed, pepper=access.pepper(), now=access.now()
                )
                return begin(token, begun, within(form.values["tiep"]), kept)
            except sessions.CodeNeeded as needed:
                return asks_for_code(needed.pending, form.values["tiep"] or "", kept)
    return page_to_sign_in(kept=kept, form=form)


def asks_for_code(pending: str, onward: str, kept: str) -> Response:
    """The form for the code that the account asks for as well."""
    from certification.web.signing_in.second_factor import CodeForm

    form = Filled(CodeForm(), MultiDict({"pending": pending, "tiep": onward}), False)
    return shown("signing_in/type-code.html", form=form, kept=kept, kept_field=form_tokens.KEPT)


def begin(token: str, begun: sessions.SignedIn, onward: str | None, kept: str = "") -> AnyResponse:
    """Hands the browser the session. One that it had before ends: whoever put that there does not share this one."""
    before = session()
    if before is not None:
        with access.database().writing(before.tenant) as writing:
            sessions.sign_out(writing, before)
    access.take_over(begun)
    kept = kept or cookies.sent(cookies.DRAFT) or ""
    page = form_tokens.send_again(kept, begun) if kept else None
    response: AnyResponse = redirect(onward or url_for("frame.home"), 303) if page is None else Response(page)
    response.headers["Cache-Control"] = "no-store"
    cookies.keep(response, cookies.SESSION, token, SESSION_LASTS)
    return response


@pages.page("/dang-xuat", Act.CHANGE_OWN_SESSION, methods=("POST",))
def sign_out() -> AnyResponse:
    """Ends the session; what the browser had kept of it goes too."""
    with access.database().writing(access.caller().tenant) as session:
        provider = sessions.begun_at(session, access.signed_in())
        sessions.sign_out(session, access.signed_in())
    response = redirect(url_for(".sign_in", da_ra=provider), 303)
    for kind in (cookies.SESSION, cookies.PLACE, cookies.MESSAGE):
        cookies.drop(response, kind)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.page("/dat-mat-khau", Act.SET_PASSWORD, methods=("GET", "POST"))
def set_password() -> AnyResponse:
    """Sets the password of the account that a one-time code was made for."""
    form = filled_in(NewPasswordForm)
    if form.sent and form.values["password"] != form.values["password_again"]:
        form.refuse("password_again", _("Hai lần nhập mật khẩu chưa giống nhau"))
    if form.sent:
        with form.refusals({"": "token"}):
            tenant = tokens.token_tenant(form.values["token"])
            if tenant is None:
                raise TokenRefused
            with access.database().writing(tenant) as session:
                accounts.set_password(
                    session,
                    tenant,
                    form.values["token"],
                    form.values["password"],
                    pepper=access.pepper(),
                    now=access.now(),
                )
            return redirect(url_for(".sign_in"), 303)
    return shown("signing_in/set-password.html", form=form)


def session() -> sessions.SignedIn | None:
    """The session of the browser's cookie, if it still holds."""
    token = access.token_sent()
    return (token and sessions.session_of(access.database(), token, pepper=access.pepper(), now=access.now())) or None


def nobody_administers() -> bool:
    """Whether this is the first start: no account runs the installation yet."""
    with access.database().reading(NOBODY) as session:
        tenant = sessions.tenant_of(session, "x")[0]
    with access.database().reading(tenant) as session:
        return not first_run.is_administered(session, tenant, access.today())
