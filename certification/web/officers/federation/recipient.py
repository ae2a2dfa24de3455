"""/cong-doan/gui-len/noi-nhan: where signed figures are sent to, by which key; sent at once, and once more."""

from __future__ import annotations

from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.federation import recipients
from certification.resources.access import database, everything, now, pepper, who
from certification.resources.destinations import hosts
from certification.resources.roll_ups import find_made
from certification.web.frame.fields import Form, secret, text, tick
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.federation.members import REASON, WhyForm
from certification.web.officers.federation.said import beside

__all__ = ["RecipientForm", "SendForm"]


class RecipientForm(Form):
    """Where to, and as whom."""

    endpoint = text(
        _l("Địa chỉ hệ thống nhận"), needed=_l("Nhập địa chỉ https:// của hệ thống nhận"), most=500,
        spellcheck="false", autocapitalize="off", hint=_l("Địa chỉ trang chủ của bên nhận, ví dụ https://tong-hop.example.vn"),
    )  # fmt: skip
    username = text(
        _l("Khoá"), needed=_l("Nhập khoá mà bên nhận cấp"), most=500, autocapitalize="off", spellcheck="false",
        autocomplete="off", hint=_l("Bên nhận cấp, chỉ để gửi số liệu"),
    )  # fmt: skip
    password = secret(
        _l("Bí mật của khoá"), needed=None, autocomplete="off",
        hint=_l("Được mã hoá khi lưu. Để trống khi sửa: giữ như cũ"),
    )  # fmt: skip
    paused = tick(_l("Tạm dừng: giữ lại những gì đã ký, chưa gửi"))
    reason = REASON


class SendForm(Form):
    """Nothing to fill in."""


@pages.page("/cong-doan/gui-len/noi-nhan", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def set_recipient() -> AnyResponse:
    """Says where signed figures go, or otherwise how."""
    everything(Act.CHANGE_DESTINATIONS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        known = recipients.find(session, tenant)
    start = {"endpoint": known.endpoint, "username": known.username} if known else {}
    start |= {"paused": "1"} if known and known.paused else {}
    form = filled_in(RecipientForm, start=start, tried=True)
    if form.sent:
        said = {**form.values, "password": form.values["password"] or None}
        with form.submitting(settles=True) as session, beside(RECIPIENT_SAYS):
            recipients.set_recipient(
                session, tenant, hosts=hosts(), pepper=pepper(), by=who().name, now=now(), **said
            )  # fmt: skip
            return form.done(url_for(".list_roll_ups"), _("Đã lưu nơi nhận"))
    lead = _("Số liệu đã ký được gửi tới đây, gửi lại cho đến khi bên nhận trả lời đã có.")
    if not hosts():
        lead = _("Máy này chưa cho gửi tới đâu: người quản trị máy đặt OUTGOING_HOSTS trước.")
    return shown(
        "officers/federation/form.html", form=form, heading=_("Nơi nhận số liệu"), words=_("Lưu"), lead=lead, kind="",
        way=[_made()], back=url_for(".list_roll_ups"),
        names=("endpoint", "username", "password", "paused", "reason"),
    )  # fmt: skip


@pages.page("/cong-doan/gui-len/noi-nhan/bo", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def remove_recipient() -> AnyResponse:
    """Sends nothing over the network any more."""
    everything(Act.CHANGE_DESTINATIONS)
    form = filled_in(WhyForm)
    if form.sent:
        with form.submitting(settles=True) as session:
            recipients.remove(session, who().tenant, by=who().name, reason=form.values["reason"], now=now())
            return form.done(url_for(".list_roll_ups"), _("Đã bỏ nơi nhận"))
    return shown(
        "officers/federation/form.html", form=form, heading=_("Bỏ nơi nhận số liệu"), words=_("Bỏ nơi nhận"),
        lead=_("Không gửi gì qua mạng nữa: số liệu đã ký được tải về và chuyển như tệp."), kind="danger",
        way=[_made()], back=url_for(".list_roll_ups"), names=("reason",),
    )  # fmt: skip


@pages.page("/cong-doan/gui-len/<uuid:id>/gui-ngay", Act.MAKE_ROLL_UPS, methods=("GET", "POST"))
def send_roll_up_now(id: UUID) -> AnyResponse:
    """Sends what is signed and waits, or was refused, without waiting for the next try."""
    form, address = filled_in(SendForm), url_for(".show_roll_up", id=id)
    with database().reading(who().tenant) as session:
        one, to = find_made(session, id, Act.MAKE_ROLL_UPS), recipients.find(session, who().tenant)
    if to is None:
        return form.done(address, _("Chưa có nơi nhận nào; tải tệp đã ký về để chuyển, hoặc đặt nơi nhận"))
    if one.state not in ("signed", "refused"):
        return form.done(address, _("Bản này không chờ gửi"))
    if form.sent:
        with form.submitting(settles=True) as session:
            recipients.send_again(session, who().tenant, id, by=who().name, now=now())
            return form.done(address, _("Đang gửi; tải lại trang để xem bên nhận trả lời gì"))
    return shown(
        "officers/federation/form.html", form=form, heading=_("Gửi ngay"), words=_("Gửi ngay"), kind="", names=(),
        lead=_("Số liệu được gửi tới %(where)s.", where=to.endpoint), way=[_made(), (one.document.unit_name, address)],
        back=address,
    )  # fmt: skip


def _made() -> tuple[str, str]:
    return _("Số liệu gửi cấp trên"), url_for(".list_roll_ups")


RECIPIENT_SAYS = {
    ("endpoint", "OUTGOING_HOSTS"): _l(
        "Máy này chưa được phép gửi tới đó: người quản trị máy thêm tên máy bên kia vào OUTGOING_HOSTS"
    ),
    ("endpoint", ""): _l("Ghi địa chỉ https:// của hệ thống nhận, không có /api ở cuối"),
    ("username", ""): _l("Ghi khoá mà bên nhận cấp; không có dấu hai chấm"),
    ("password", ""): _l("Nhập bí mật của khoá cho địa chỉ này"),
}
"""What is wrong, in words, by the place and a part of what is said to programs; the first that fits counts."""
