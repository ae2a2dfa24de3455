"""/van-hanh/nguoi-dung/<name>/vai-tro, /van-hanh/vai-tro/<id>/…: roles given, ended, handed over."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import accounts, roles
from certification.access.accounts import AccountRefused
from certification.access.permissions import Act, Role
from certification.access.roles import Given
from certification.resources.access import database, everything, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.web.frame.fields import Form, choice, day, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.places import ROLES
from certification.web.operators import pages
from certification.web.operators.units import code_of
from certification.web.operators.words import GIVABLE

__all__ = ["EndRoleForm", "HandOverForm", "RoleForm"]

ON = _l("Từ ngày")
TODAY = _l("Để trống: từ hôm nay")


class RoleForm(Form):
    """A role to give."""

    role = choice(_l("Vai trò"), [(one.value, ROLES[one]) for one in GIVABLE], needed=_l("Chọn vai trò"), as_list=True)
    organization = text(_l("Đơn vị"), hint=_l("Mã hoặc tên. Để trống: toàn hệ thống, chỉ cho người vận hành, kiểm tra"))
    team = text(_l("Tổ"), hint=_l("Chỉ cho tổ trưởng: tên tổ đã có của doanh nghiệp"))
    purpose = text(_l("Dùng vào việc gì"), most=500, hint=_l("Để trống: theo vai trò"))
    starts = day(ON, hint=TODAY)
    until = day(_l("Đến trước ngày"), hint=_l("Ngày đầu tiên không còn vai trò. Để trống: không có hạn"))
    reason = text(
        _l("Lý do"), needed=_l("Ghi theo quyết định nào"), hint=_l("Ví dụ: Quyết định 12/QĐ-LĐLĐ ngày 01/11/2026")
    )


class EndRoleForm(Form):
    """From which day a role no longer holds."""

    on = day(_l("Không còn vai trò từ ngày"), hint=TODAY)
    reason = text(_l("Lý do"), needed=_l("Ghi theo quyết định nào, hoặc vì sao"), hint=_l("Được lưu trong sổ ghi"))


class HandOverForm(EndRoleForm):
    """To whom a role goes."""

    to = text(_l("Tên đăng nhập của người nhận"), needed=_l("Nhập tên đăng nhập của người nhận"), autocapitalize="off")


@pages.page("/van-hanh/nguoi-dung/<name>/vai-tro", Act.CHANGE_ACCOUNTS, methods=("GET", "POST"))
def give_role(name: str) -> Response:
    """Gives the account a role."""
    everything(Act.CHANGE_ACCOUNTS)
    with database().reading(who().tenant) as session:
        try:
            account = accounts.find(session, who().tenant, name)
        except AccountRefused:
            raise NotFound(Fault("", _("Không có tài khoản này"))) from None
    form = filled_in(RoleForm, tried=True)
    unit = _checked(form, "starts", "until") if form.sent else None
    if form.sent:
        with form.submitting() as session:
            said = form.values
            roles.give(
                session, who(), Role(said["role"]), account=name, organization=unit, team=said["team"],
                purpose=said["purpose"], starts=said["starts"] or today(), until=said["until"], reason=said["reason"],
                now=now(),
            )  # fmt: skip
            done = _("Đã giao vai trò %(role)s", role=ROLES[Role(said["role"])])
            return form.done(url_for(".show_account", name=name), done)
    return shown("operators/give-role.html", form=form, account=account)


@pages.page("/van-hanh/vai-tro/<uuid:id>/ket-thuc", Act.CHANGE_ACCOUNTS, methods=("GET", "POST"))
def end_role(id: UUID) -> Response:
    """Ends a role, from a day on."""
    everything(Act.CHANGE_ACCOUNTS)
    form, one = filled_in(EndRoleForm, tried=True), _known(id)
    if form.sent:
        _checked(form, "on")
    if form.sent:
        with form.submitting() as session:
            on: date = form.values["on"] or today()
            roles.end(session, who(), id, on=on, reason=form.values["reason"], now=now())
            return form.done(_onward(one), _("Vai trò không còn hiệu lực từ ngày %(day)s", day=f"{on:%d/%m/%Y}"))
    return shown("operators/end-role.html", form=form, given=one, role=ROLES[one.role])


@pages.page("/van-hanh/vai-tro/<uuid:id>/ban-giao", Act.CHANGE_ACCOUNTS, methods=("GET", "POST"))
def hand_over_role(id: UUID) -> Response:
    """Hands a role over to another account: one act."""
    everything(Act.CHANGE_ACCOUNTS)
    form, one = filled_in(HandOverForm, tried=True), _known(id)
    if form.sent:
        _checked(form, "on")
    if form.sent:
        with form.submitting() as session:
            said = form.values
            roles.hand_over(session, who(), id, said["to"], on=said["on"] or today(), reason=said["reason"], now=now())
            return form.done(_onward(one), _("Đã bàn giao cho %(name)s", name=said["to"]))
    return shown("operators/hand-over.html", form=form, given=one, role=ROLES[one.role])


def _known(id: UUID) -> Given:
    """The role. Raises NotFound."""
    with database().reading(who().tenant) as session:
        found = roles.given(session, who().tenant, role_id=id)
    if not found:
        raise NotFound(Fault("", _("Không có vai trò này")))
    return found[0]


def _checked(form: Filled, *days: str) -> str | None:
    """The code of the unit, where the form has one; days that are over are refused: what was done then was by "
    "others."""
    for field in days:
        if form.values[field] is not None and form.values[field] < today():
            form.refuse(field, _("Ngày này đã qua; chọn hôm nay hoặc sau đó"))
    if "organization" not in form.schema.fields:
        return None
    with database().reading(who().tenant) as session:
        return code_of(session, who().tenant, form, "organization", form.values["role"])


def _onward(one: Given) -> str:
    return url_for(".show_account", name=one.account) if one.account else url_for(".show_key", key=one.key)
