"""/van-hanh/webhook: addresses that are told of Statements by signed messages: set, and given another secret. They are
listed and shown among the destinations."""

from __future__ import annotations

import json
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import destinations
from certification.access.permissions import Act
from certification.resources.access import database, everything, now, pepper, who
from certification.resources.destinations import hosts
from certification.resources.errors import BadRequest, NotFound
from certification.web.frame.fields import Form, long_text, number, text, tick
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown, shown_once
from certification.web.operators import pages
from certification.web.operators.destinations import NAME, StepForm, said_of_peers, typed_filter
from lrs import api
from lrs.api import Fault


class WebhookForm(Form):
    """Where to, and of what."""

    name = NAME()
    endpoint = text(
        _l("Địa chỉ nhận tin"), needed=_l("Nhập địa chỉ nhận tin"), most=500, spellcheck="false", autocapitalize="off",
        hint=_l("https://…, không có dấu hỏi. Đổi địa chỉ thì có bí mật mới"),
    )  # fmt: skip
    filter = long_text(
        _l("Chỉ báo về những phát biểu (JSON)"), most=20_000, rows=6,
        hint=_l('Để trống: báo tất cả. Ví dụ {"mapping": true}: chỉ phát biểu được tính làm minh chứng'),
    )  # fmt: skip
    from_beginning = tick(_l("Báo cả những phát biểu đã có trong kho (chỉ khi thêm mới)"))
    reason = text(_l("Lý do"), needed=_l("Ghi theo yêu cầu, văn bản nào"), hint=_l("Được lưu trong sổ ghi"))


class SecretForm(StepForm):
    """For how long two secrets sign, too."""

    days = number(
        _l("Bí mật cũ còn ký thêm mấy ngày"), 0, 365, needed=_l("Nhập số ngày"),
        hint=_l("Trong những ngày đó mỗi tin có hai chữ ký. 0: bí mật cũ hết dùng ngay"),
    )  # fmt: skip


@pages.page("/van-hanh/webhook/dat", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def set_webhook() -> Response:
    """Adds a webhook, or changes one that is there; a new secret is on the page that follows, this once."""
    everything(Act.CHANGE_DESTINATIONS)
    form = filled_in(WebhookForm, start=_start(request.args.get("ten", "")), tried=True)
    wanted = typed_filter(form) if form.sent else None
    if form.sent:
        said = form.values
        with form.submitting() as session:
            try:
                made, secret = destinations.set_webhook(
                    session, who().tenant, said["name"], address=said["endpoint"], filter=wanted,
                    from_beginning=said["from_beginning"], hosts=hosts(), pepper=pepper(), by=who().name,
                    reason=said["reason"], now=now(),
                )  # fmt: skip
            except api.InvalidRequest as error:
                wrong = {"endpoint": _("Ghi địa chỉ https:// nhận tin, không có dấu hỏi")}
                raise BadRequest(*said_of_peers(error.faults, {}, wrong)) from None
            if secret is not None:
                return _with_secret(made.name, secret)
            return form.done(url_for(".show_destination", name=made.name), _("Đã lưu webhook %(name)s", name=made.name))
    return shown("operators/set-webhook.html", form=form)


@pages.page("/van-hanh/webhook/<name>/bi-mat-moi", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def rotate_webhook_secret(name: str) -> Response:
    """Another secret, which is on the page that follows, this once."""
    everything(Act.CHANGE_DESTINATIONS)
    _found(name)
    form = filled_in(SecretForm, start={"days": 7}, tried=True)
    if form.sent:
        with form.submitting() as session:
            secret = destinations.rotate_secret(
                session, who().tenant, name, days=form.values["days"], pepper=pepper(), by=who().name,
                reason=form.values["reason"], now=now(),
            )  # fmt: skip
            return _with_secret(name, secret)
    return shown("operators/rotate-webhook-secret.html", form=form, name=name)


def _with_secret(name: str, secret: str) -> Response:
    return shown_once("operators/webhook-secret.html", name=name, secret=secret)


def _found(name: str) -> api.Destination:
    """The webhook of this name; a store that is forwarded to is none."""
    with database().reading(who().tenant) as session:
        one = destinations.find(session, who().tenant, name)
    if one.kind != "webhook":
        raise NotFound(Fault("", _("Không có trang này")))
    return one


def _start(name: str) -> dict[str, Any]:
    """How the form begins: empty, or as a webhook is."""
    if not name:
        return {}
    one = _found(name)
    written = json.dumps(one.filter, ensure_ascii=False) if one.filter else ""
    return {"name": one.name, "endpoint": one.endpoint, "filter": written}
