"""/doanh-nghiep/khoa: keys by which the enterprise's own personnel system asks, made, shown once and ended."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import own_keys
from certification.access.own_keys import TooManyKeys
from certification.access.permissions import Act
from certification.resources.access import database, now, pepper, today, who
from certification.resources.errors import NotFound
from certification.web.enterprises import pages
from certification.web.enterprises.own import own
from certification.web.frame import refusals
from certification.web.frame.fields import Form, day, hidden, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown, shown_once
from lrs.api import Fault

__all__ = ["KeyForm"]

refusals.SAYS[TooManyKeys] = lambda error: _("Đã có nhiều khoá đang dùng; thu hồi khoá không cần nữa rồi tạo khoá mới")


class KeyForm(Form):
    """A key to make."""

    name = text(
        _l("Khoá dùng cho phần mềm nào"),
        needed=_l("Ghi tên phần mềm dùng khoá này"),
        hint=_l("Ví dụ: phần mềm nhân sự. Mỗi phần mềm một khoá, để thu hồi riêng được."),
    )
    until = day(
        _l("Dùng đến hết ngày nào"),
        needed=_l("Ghi ngày cuối khoá còn dùng được"),
        hint=_l("Ví dụ 31/12/2027. Gần hết hạn thì tạo khoá mới, đổi trong phần mềm rồi thu hồi khoá cũ."),
    )


class EndKeyForm(Form):
    """Which key."""

    khoa = hidden()


@pages.page("/doanh-nghiep/khoa", Act.CHANGE_OWN_KEYS, methods=("GET", "POST"))
def keys() -> Response:
    """The enterprise's keys, and the form for another one; a new one is shown with its secret, this once."""
    form = filled_in(KeyForm, tried=True)
    if form.sent:
        last = form.values["until"]
        if last < today():
            form.refuse("until", _("Ngày này đã qua; ghi hôm nay hoặc một ngày sau"))
    if form.sent:
        with form.submitting() as session:
            enterprise = own(session, Act.CHANGE_OWN_KEYS)
            key, secret = own_keys.make(
                session, who().tenant, enterprise, name=form.values["name"],
                until=form.values["until"] + timedelta(days=1), pepper=pepper(), by=who().name, now=now(),
            )  # fmt: skip
            made = {"key": key, "secret": secret, "name": form.values["name"], "last": form.values["until"]}
            address = current_app.extensions["settings"].public_url or request.host_url.rstrip("/")
            return shown_once("enterprises/new-key.html", made=made, address=address, enterprise=enterprise)
    with database().reading(who().tenant) as session:
        found = own_keys.listed(session, who().tenant, own(session, Act.CHANGE_OWN_KEYS))
    return shown("enterprises/keys.html", form=form, keys=found, on=today())


@pages.page("/doanh-nghiep/khoa/thu-hoi", Act.CHANGE_OWN_KEYS, methods=("GET", "POST"))
def end_key() -> Response:
    """Asks first which program stops working; then refuses the key from now on."""
    form = filled_in(EndKeyForm, start={"khoa": request.args.get("khoa", "")[:200]})
    key = (form.values if form.posted else {"khoa": request.args.get("khoa", "")}).get("khoa") or ""
    with database().reading(who().tenant) as session:
        found = own_keys.listed(session, who().tenant, own(session, Act.CHANGE_OWN_KEYS))
    one = next((one for one in found if one.key == key and one.revoked is None), None)
    if one is None:
        raise NotFound(Fault("", "there is no such key, or it was ended already"))
    if form.sent:
        with form.submitting() as session:
            own_keys.end(session, who().tenant, own(session, Act.CHANGE_OWN_KEYS), key, by=who().name, now=now())
            return form.done(url_for(".keys"), _("Đã thu hồi khoá “%(name)s”", name=one.name))
    return shown("enterprises/end-key.html", form=form, one=one)
