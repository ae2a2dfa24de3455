"""/cong-doan/tong-hop/thanh-vien: whose signed figures are gathered here, and the keys by which they are verified."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.federation import members
from certification.federation.members import Member, UnknownMember
from certification.resources.access import database, everything, now, today, who
from certification.resources.errors import NotFound
from certification.web.frame import refusals
from certification.web.frame.fields import Form, day, long_text, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import day as written_day
from certification.web.officers import pages
from certification.web.officers.federation.said import beside
from lrs.api import Fault

__all__ = ["REASON", "EndForm", "KeyForm", "MemberForm", "WhyForm", "to_rounds"]

REASON = long_text(
    _l("Theo văn bản nào, hoặc lý do"), needed=_l("Ghi công văn, hoặc vì sao"), rows=2, hint=_l("Được lưu trong sổ ghi")
)
KEY = text(
    _l("Khoá công khai"), needed=_l("Chép tên khoá và khoá, ví dụ 2026-1 z6Mk…"), most=600, spellcheck="false",
    autocapitalize="off", autocomplete="off", hint=_l("Cả dòng ở mục “Khoá công khai” của đơn vị: 2026-1 z6Mk…"),
)  # fmt: skip


class MemberForm(Form):
    """Who, by which key, from which cut-off day on."""

    unit = text(_l("Mã đơn vị"), needed=_l("Nhập mã đơn vị"), hint=_l("Ví dụ vn/lai-chau"), spellcheck="false")
    did = text(
        _l("Địa chỉ ký (DID)"), needed=_l("Chép địa chỉ ký của đơn vị, ví dụ did:web:…"), most=600, spellcheck="false",
        autocapitalize="off", autocomplete="off",
        hint=_l("Đơn vị xem ở trang “Số liệu gửi cấp trên”, mục “Khoá công khai”: did:web:…"),
    )  # fmt: skip
    key = KEY
    since = day(_l("Thu từ kỳ chốt ngày"), needed=_l("Nhập ngày chốt đầu tiên cần thu"))
    reason = REASON


class EndForm(Form):
    """The last cut-off day for which it is asked."""

    until = day(_l("Thu đến hết kỳ chốt ngày"), needed=_l("Nhập ngày chốt cuối cùng còn thu"))
    reason = REASON


class KeyForm(Form):
    """Another key."""

    key = KEY
    reason = REASON


class WhyForm(Form):
    """Why."""

    reason = REASON


@pages.page("/cong-doan/tong-hop/thanh-vien", Act.GATHER_ROLL_UPS)
def list_members() -> Response:
    """Who is asked for figures, and who was."""
    everything(Act.GATHER_ROLL_UPS)
    with database().reading(who().tenant) as session:
        found = members.members(session, who().tenant)
    return shown("officers/federation/members.html", members=[_shown(one) for one in found])


@pages.page("/cong-doan/tong-hop/thanh-vien/them", Act.GATHER_ROLL_UPS, methods=("GET", "POST"))
def add_member() -> AnyResponse:
    """Takes up a unit that has an installation of its own."""
    everything(Act.GATHER_ROLL_UPS)
    form = filled_in(MemberForm, tried=True)
    if form.sent:
        said: dict[str, Any] = dict(form.values)
        with form.submitting() as session, beside(MEMBER_SAYS, {"organization": "unit"}):
            made = members.add(session, who().tenant, organization=said.pop("unit"), by=who().name, now=now(), **said)
            return form.done(url_for(".show_member", id=made.id), _("Đã ghi nhận %(name)s", name=made.name))
    return shown(
        "officers/federation/form.html", form=form, heading=_("Thêm đơn vị thành viên"), words=_("Ghi nhận"), kind="",
        lead=_("Chỉ nhận số liệu do đúng khoá này ký. Hỏi khoá qua đường khác với đường gửi số liệu."),
        way=[to_rounds(), _all()], back=url_for(".list_members"),
        names=("unit", "did", "key", "since", "reason"),
    )  # fmt: skip


@pages.page("/cong-doan/tong-hop/thanh-vien/<uuid:id>", Act.GATHER_ROLL_UPS)
def show_member(id: UUID) -> Response:
    """One of them, with its keys."""
    return shown("officers/federation/member.html", member=_shown(_found(id)), way=[to_rounds(), _all()])


@pages.page("/cong-doan/tong-hop/thanh-vien/<uuid:id>/thoi-thu", Act.GATHER_ROLL_UPS, methods=("GET", "POST"))
def end_member(id: UUID) -> AnyResponse:
    """Asks it for nothing after a day; what came stays."""
    one, form = _found(id), filled_in(EndForm, tried=True)
    if form.sent:
        with form.submitting(settles=True) as session, beside(MEMBER_SAYS):
            members.end(session, who().tenant, id, by=who().name, now=now(), **form.values)
            words = _(
                "Thu số liệu của %(name)s đến hết kỳ %(day)s", name=one.name, day=written_day(form.values["until"])
            )
            return form.done(url_for(".show_member", id=id), words)
    lead = _("Số liệu đã nhận được giữ nguyên. Ngày này sửa lại được.")
    return _about(one, form, _("Thôi thu số liệu"), lead, ("until", "reason"))


@pages.page("/cong-doan/tong-hop/thanh-vien/<uuid:id>/khoa-moi", Act.GATHER_ROLL_UPS, methods=("GET", "POST"))
def add_member_key(id: UUID) -> AnyResponse:
    """Another key, beside those it has."""
    one, form = _found(id), filled_in(KeyForm, tried=True)
    if form.sent:
        with form.submitting() as session, beside(MEMBER_SAYS):
            members.add_key(session, who().tenant, id, by=who().name, now=now(), **form.values)
            return form.done(url_for(".show_member", id=id), _("Đã thêm khoá"))
    lead = _("Khoá cũ vẫn được nhận cho đến khi ngừng; ngừng khoá cũ sau khi đơn vị đã ký bằng khoá mới.")
    return _about(one, form, _("Thêm khoá"), lead, ("key", "reason"))


@pages.page("/cong-doan/tong-hop/thanh-vien/<uuid:id>/khoa/<name>/ngung", Act.GATHER_ROLL_UPS, methods=("GET", "POST"))
def end_member_key(id: UUID, name: str) -> AnyResponse:
    """Takes nothing more that a key signed."""
    one, form = _found(id), filled_in(WhyForm)
    if name not in [each.name for each in one.keys]:
        raise NotFound(Fault("", _("Đơn vị không có khoá này")))
    if form.sent:
        with form.submitting(settles=True) as session:
            members.end_key(session, who().tenant, id, name, by=who().name, now=now(), **form.values)
            return form.done(url_for(".show_member", id=id), _("Khoá %(name)s đã ngừng", name=name))
    lead = _("Từ lúc này không nhận gì do khoá %(name)s ký; số liệu đã nhận vẫn giữ. Không mở lại được.", name=name)
    return _about(one, form, _("Ngừng khoá"), lead, ("reason",), kind="danger")


def _about(one: Member, form: Any, words: str, lead: str, names: tuple[str, ...], kind: str = "") -> Response:
    """A form about a member."""
    address = url_for(".show_member", id=one.id)
    return shown(
        "officers/federation/form.html", form=form, heading=f"{words}: {one.name}", words=words, lead=lead, names=names,
        kind=kind, way=[to_rounds(), _all(), (one.name, address)], back=address,
    )  # fmt: skip


def _found(id: UUID) -> Member:
    everything(Act.GATHER_ROLL_UPS)
    with database().reading(who().tenant) as session:
        return members.find(session, who().tenant, id)


def _shown(one: Member) -> dict[str, Any]:
    """Plain values; `valid` is how many of its keys are taken."""
    ended = one.until is not None and one.until < today()
    valid = sum(1 for each in one.keys if each.ended is None)
    return {"one": one, "ended": ended, "valid": valid}


def to_rounds() -> tuple[str, str]:
    """The step of the way before pages about rounds and members."""
    return _("Tổng hợp từ các nơi"), url_for(".list_rounds")


def _all() -> tuple[str, str]:
    return _("Đơn vị thành viên"), url_for(".list_members")


MEMBER_SAYS = {
    ("organization", "there is no unit"): _l("Không có đơn vị mang mã này; nạp đơn vị trước, hoặc kiểm tra lại mã"),
    ("organization", "would count the same people again"): _l(
        "Đơn vị này nằm trên hoặc dưới một thành viên đang thu, người lao động sẽ bị tính hai lần; thôi thu thành viên "
        "kia trước"
    ),
    ("did", "signs as this already"): _l("Một thành viên khác đã dùng địa chỉ ký này; mỗi đơn vị có địa chỉ riêng"),
    ("did", ""): _l("Chưa phải địa chỉ ký: chép nguyên văn, bắt đầu bằng did:web:"),
    ("key", "this is a key of"): _l("Khoá này của địa chỉ ký khác; chép lại khoá của đúng đơn vị"),
    ("key", "has a key"): _l("Đơn vị đã có khoá tên này; khoá mới mang tên mới"),
    ("key", "write the name"): _l("Thiếu tên khoá: ghi tên, dấu cách rồi khoá, ví dụ 2026-1 z6Mk…"),
    ("key", ""): _l("Khoá chưa đúng hoặc bị chép thiếu: sau tên là khoá bắt đầu bằng z6Mk"),
    ("until", ""): _l("Ngày này trước kỳ đầu tiên đã thu"),
}
"""What is wrong, in words, by the place and a part of what is said to programs; the first that fits counts."""

refusals.SAYS[UnknownMember] = lambda error: _("Không có đơn vị thành viên này")
