"""/tai-khoan/to-chuc: linking the own account with an organization's own sign-in, and ending that, by its owner."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import elsewhere, providers, sessions
from certification.access.accounts import AccountRefused, SignInRefused
from certification.access.elsewhere import CameBack, Way
from certification.access.oidc import ProviderFault
from certification.access.permissions import Act
from certification.access.providers import Provider, UnknownProvider
from certification.access.sessions import SignedIn
from certification.resources import access, cookies
from certification.resources.errors import Fault, NotFound
from certification.resources.limits import allow
from certification.web.frame.fields import Form, secret
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.signing_in import addresses, pages

__all__ = ["link"]

log = logging.getLogger(__name__)


class ConfirmForm(Form):
    """That it is the owner of the account."""

    password = secret(_l("Mật khẩu của tài khoản này"), needed=_l("Nhập mật khẩu của tài khoản này"))


@pages.page("/tai-khoan/to-chuc", Act.READ_OWN_SESSION)
def own_organizations() -> Response:
    """The organizations' sign-ins there are, and with which of them this account is linked."""
    return _listed(filled_in(Form))


@pages.page("/tai-khoan/to-chuc/<uuid:provider>/noi", Act.CHANGE_OWN_SESSION, methods=("GET", "POST"))
def link_organization(provider: UUID) -> Response:
    """Asks for the password, then has a link to the organization's sign-in, since a form may not lead to another
    site."""
    there, form = _found(provider), filled_in(ConfirmForm)
    if form.sent and _confirmed(form):
        mine, browser = access.signed_in(), cookies.sent(cookies.ON_ITS_WAY) or elsewhere.new_browser()
        with form.refusals():
            allow()
            try:
                where = elsewhere.begin(
                    access.database(), mine.tenant, provider, addresses.documents(), public_url=addresses.public_url(),
                    browser=browser, onward="", kept="", pepper=access.pepper(), now=access.now(), linking=mine.account,
                )  # fmt: skip
            except ProviderFault as error:
                log.warning("linking at %s: %s", there.code, error)
                raise
            response = shown("signing_in/go-on-to-link.html", there=there, where=where)
            response.headers["Cache-Control"] = "no-store"
            cookies.keep(response, cookies.ON_ITS_WAY, browser, elsewhere.WITHIN)
            return response
    return shown("signing_in/link-organization.html", form=form, there=there)


@pages.page("/tai-khoan/to-chuc/<uuid:provider>/bo", Act.CHANGE_OWN_SESSION, methods=("GET", "POST"))
def unlink_organization(provider: UUID) -> Response:
    """Asks for the password, then ends the link, and the sessions that were begun by it."""
    mine, there, form = access.signed_in(), _found(provider), filled_in(ConfirmForm)
    if form.sent and _confirmed(form):
        with form.submitting() as session:
            if not providers.is_linked(session, mine.tenant, provider, mine.account):
                raise NotFound(Fault("", _("Tài khoản này không nối với nơi đăng nhập đó")))
            providers.unlink(
                session, mine.tenant, mine.name, there.code, by=mine.name, reason="by the person", now=access.now()
            )
            words = _("Đã bỏ nối. Các phiên đăng nhập bằng %(provider)s đã kết thúc", provider=there.name)
            return form.done(url_for(".own_organizations"), words)
    return shown("signing_in/unlink-organization.html", form=form, there=there)


def link(mine: SignedIn, way: Way, back: CameBack) -> Response:
    """What whoever came back to be linked is led to."""
    form = filled_in(Form)
    with form.refusals():
        try:
            elsewhere.link(
                access.database(), mine, way.provider, back, addresses.documents(), public_url=addresses.public_url(),
                pepper=access.pepper(), now=access.now(),
            )  # fmt: skip
            words = _("Đã nối. Từ nay đăng nhập được bằng %(provider)s", provider=way.provider.name)
            return form.done(url_for(".own_organizations"), words)
        except AccountRefused:
            form.refuse(
                "", _("Người vừa đăng nhập ở đó đã được nối với tài khoản khác ở đây. Nhờ người quản trị xem lại")
            )
        except ProviderFault as error:
            log.warning("linking at %s: %s", way.provider.code, error)
            raise
    return _listed(form)


def _listed(form: Filled) -> Response:
    mine = access.signed_in()
    with access.database().reading(mine.tenant) as session:
        linked = {one.id: one for one in providers.linked(session, mine.tenant, mine.account)}
        offered = providers.in_use(session, mine.tenant) if addresses.is_found() else [*linked.values()]
    rows = [
        {"name": one.name, "value": _("đang nối"), "act": _("Bỏ nối"),
         "address": url_for(".unlink_organization", provider=one.id)}
        if one.id in linked
        else {"name": one.name, "value": _("chưa nối"), "act": _("Nối"),
              "address": url_for(".link_organization", provider=one.id)}
        for one in offered
    ]  # fmt: skip
    return shown("signing_in/own-organizations.html", form=form, rows=rows)


def _found(provider: UUID) -> Provider:
    tenant = access.caller().tenant
    try:
        with access.database().reading(tenant) as session:
            return providers.find(session, tenant, provider)
    except UnknownProvider:
        raise NotFound(Fault("", _("Không có nơi đăng nhập này, hoặc nơi này không còn dùng"))) from None


def _confirmed(form: Filled) -> bool:
    """Whether the password is that of the account; otherwise that is a fault of the form."""
    with form.refusals():
        try:
            sessions.confirm(
                access.database(), access.signed_in(), form.values["password"], pepper=access.pepper(), now=access.now()
            )
            return True
        except SignInRefused:
            form.refuse(
                "password",
                _("Mật khẩu chưa đúng. Tài khoản chưa có mật khẩu thì nhờ người quản trị cấp mã đặt mật khẩu"),
            )
    return False
