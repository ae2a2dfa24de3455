"""/dang-nhap/to-chuc/…: signing in at the own sign-in of an organization (OpenID Connect), there and back."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from certification.access import elsewhere
from certification.access.elsewhere import CameBack, NotOnItsWay, NotSignedInThere
from certification.access.oidc import ProviderFault
from certification.access.permissions import Act
from certification.access.providers import UnknownProvider
from certification.access.sessions import CodeNeeded, NotLinked
from certification.resources import access, cookies
from certification.resources.limits import allow
from certification.web.frame import form_tokens, refusals
from certification.web.frame.fields import Form, hidden
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.views import within
from certification.web.signing_in import addresses, own_organization, pages
from certification.web.signing_in import sign_in as by_password

__all__: list[str] = []

log = logging.getLogger(__name__)

refusals.SAYS[NotOnItsWay] = lambda error: _("Lượt đăng nhập này đã hết giờ hoặc đã dùng rồi. Bấm đăng nhập lại")
refusals.SAYS[NotLinked] = lambda error: _(
    "Tài khoản vừa đăng nhập ở %(provider)s chưa được nối với tài khoản nào ở đây. Nhờ người quản trị nối, "
    "hoặc đăng nhập bằng mật khẩu",
    provider=getattr(error, "provider", ""),
)
refusals.SAYS[NotSignedInThere] = lambda error: (
    _("Anh/chị đã dừng đăng nhập ở %(provider)s. Bấm đăng nhập lại khi cần", provider=getattr(error, "provider", ""))
    if getattr(error, "cancelled", False)
    else _(
        "%(provider)s không cho đăng nhập vào đây. Nhờ người quản trị của tổ chức xem lại",
        provider=getattr(error, "provider", ""),
    )
)
refusals.SAYS[ProviderFault] = lambda error: _(
    "Nơi đăng nhập của tổ chức chưa trả lời được. Thử lại sau ít phút, hoặc đăng nhập cách khác; vẫn vậy thì báo "
    "người quản trị"
)
refusals.SAYS[UnknownProvider] = lambda error: _("Cách đăng nhập này không còn dùng. Chọn cách khác")


class GoForm(Form):
    """Where to go on to after signing in."""

    tiep = hidden(most=2000)


@pages.page("/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>", Act.SIGN_IN, methods=("GET", "POST"))
def go_to_organization(tenant: UUID, provider: UUID) -> Response:
    """Sends the browser to the organization's sign-in. A form that had been filled in waits here until it is back:
    then a page has the way there as a link, since a form may not lead to another site."""
    form, kept = filled_in(GoForm), request.form.get(form_tokens.KEPT, "")
    browser = cookies.sent(cookies.ON_ITS_WAY) or elsewhere.new_browser()
    onward = within(form.values.get("tiep") if form.posted else request.args.get("tiep")) or ""
    with form.refusals():
        allow()
        where = _begin(tenant, provider, browser, onward, kept)
        response: Response = shown("signing_in/go-on.html", where=where) if form.posted else redirect(where, 303)
        response.headers["Cache-Control"] = "no-store"
        cookies.keep(response, cookies.ON_ITS_WAY, browser, elsewhere.WITHIN)
        return response
    return _refused(form.faults[0].message, onward, kept)


@pages.page("/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>/xong", Act.SIGN_IN)
def come_back(tenant: UUID, provider: UUID) -> Response:
    """A browser that was there: the session it gets, or why it gets none; one that set out to link the account it is
    signed in with is led back to that."""
    asked, form = request.args, filled_in(Form)
    back = CameBack(*(asked.get(one, "")[:4000] for one in ("state", "code", "error", "iss")))
    onward = kept = ""
    with form.refusals():
        settings: dict[str, Any] = {"pepper": access.pepper(), "now": access.now()}
        browser = cookies.sent(cookies.ON_ITS_WAY)
        mine = by_password.session()
        if mine is not None and mine.tenant == tenant:
            with suppress(NotOnItsWay):
                linking = {"linking": mine.account, **settings}
                way = elsewhere.way(access.database(), tenant, provider, back.state, browser, **linking)
                access.take_over(mine)
                return own_organization.link(mine, way, back)
        way = elsewhere.way(access.database(), tenant, provider, back.state, browser, **settings)
        onward, kept = way.onward, way.kept
        try:
            token, begun = elsewhere.finish(
                access.database(),
                tenant,
                way.provider,
                back,
                addresses.documents(),
                public_url=addresses.public_url(),
                **settings,
            )
            return by_password.begin(token, begun, within(onward), kept)
        except CodeNeeded as needed:
            return by_password.asks_for_code(needed.pending, onward, kept)
        except ProviderFault as error:
            log.warning("signing in at %s: %s", way.provider.code, error)
            raise
    return _refused(form.faults[0].message, onward, kept)


@pages.page("/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>/ra", Act.SIGN_IN)
def leave_organization(tenant: UUID, provider: UUID) -> Response:
    """Sends a browser that has signed out here to sign out there as well."""
    form = filled_in(Form)
    with form.refusals():
        allow()
        where = elsewhere.leaving(
            access.database(), tenant, provider, addresses.documents(), public_url=addresses.public_url(),
            pepper=access.pepper(), now=access.now(),
        )  # fmt: skip
        if where is not None:
            return redirect(where, 303)
        form.refuse("", _("Nơi đăng nhập của tổ chức không có chỗ đăng xuất từ đây. Mở trang của tổ chức để đăng xuất"))
    return _refused(form.faults[0].message, "", "")


def _begin(tenant: UUID, provider: UUID, browser: str, onward: str, kept: str) -> str:
    try:
        return elsewhere.begin(
            access.database(), tenant, provider, addresses.documents(), public_url=addresses.public_url(),
            browser=browser, onward=onward, kept=kept, pepper=access.pepper(), now=access.now(),
        )  # fmt: skip
    except ProviderFault as error:
        log.warning("signing in elsewhere: %s", error)
        raise


def _refused(message: str, onward: str, kept: str) -> Response:
    """The page for signing in, which says why it did not come about elsewhere."""
    form = Filled(by_password.SignInForm(), MultiDict({"tiep": onward}), False)
    form.refuse("", message)
    return by_password.page_to_sign_in(kept=kept, form=form)
