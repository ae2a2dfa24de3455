"""/van-hanh/don-vi: independent owners of data in this installation, and how each keeps what comes in.

Whoever runs the installation is an operator of its first tenant; operators of others see none of it.
"""

from __future__ import annotations

from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import first_run, installation, rights
from certification.access.permissions import Act
from certification.resources.access import database, now, pepper, today, who
from certification.resources.errors import Forbidden, NotFound
from certification.web.frame.fields import Form, hidden, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import number
from certification.web.operators import pages
from certification.web.operators.accounts import with_token
from lrs import api
from lrs.api import Fault
from lrs.db import NOBODY

__all__ = ["TenantForm", "by_name", "found", "only_who_runs_it", "runs_installation"]


class TenantForm(Form):
    """A new owner of data, and who administers it."""

    name = text(
        _l("Tên ngắn"), needed=_l("Nhập tên ngắn"), most=60, pattern=r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
        wrong=_l("Chỉ chữ thường không dấu, chữ số và dấu gạch ngang ở giữa"), autocapitalize="off", spellcheck="false",
        hint=_l("Ví dụ ldld-lai-chau. Người của đơn vị này đăng nhập bằng tên@tên-ngắn"),
    )  # fmt: skip
    administrator = text(
        _l("Tên đăng nhập của người vận hành"), needed=_l("Nhập tên đăng nhập của người vận hành"), most=64,
        autocapitalize="off", spellcheck="false",
    )  # fmt: skip
    full_name = text(_l("Họ và tên của người vận hành"), needed=_l("Nhập họ và tên của người vận hành"))


class SwitchForm(Form):
    """What is to be from now on, and why."""

    wanted = hidden()
    reason = text(_l("Lý do"), needed=_l("Ghi vì sao đổi"), hint=_l("Được lưu trong sổ ghi"))


def runs_installation() -> bool:
    """Whether the reader runs the installation: in its first tenant, over all of it."""
    with database().reading(NOBODY) as session:
        first = api.find_tenant(session)
    return who().tenant == first and rights.reach(who(), Act.READ_HEALTH, today()).everything


@pages.page("/van-hanh/don-vi", Act.RUN_INSTALLATION)
def list_tenants() -> Response:
    """The tenants by age, with what each keeps of people."""
    only_who_runs_it()
    with database().reading(NOBODY) as session:
        listed = [(name, api.has_opaque_accounts(session, one)) for one, name in api.tenants(session)]
    return shown("operators/tenants.html", tenants=listed)


@pages.page("/van-hanh/them-don-vi", Act.RUN_INSTALLATION, methods=("GET", "POST"))
def make_tenant() -> Response:
    """Makes a tenant with the rules that come with the program, and its administrator, whose invitation follows."""
    only_who_runs_it()
    form = filled_in(TenantForm, start={"administrator": "quan-tri"})
    if form.sent:
        said = form.values
        with database().reading(NOBODY) as session:
            if said["name"] in {name for _id, name in api.tenants(session, sandboxes=True)}:
                form.refuse("name", _("Tên này đã có; chọn tên khác"))
    if form.sent:
        with form.refusals():
            made = first_run.begin(
                database(), said["name"], administrator=said["administrator"], full_name=said["full_name"], units=(),
                pepper=pepper(), now=now(),
            )  # fmt: skip
            return with_token(
                f"{said['administrator']}@{said['name']}", said["full_name"], made.token or "", here=False
            )
    return shown("operators/make-tenant.html", form=form)


@pages.page("/van-hanh/don-vi/<name>/thu-dien-tu", Act.RUN_INSTALLATION, methods=("GET", "POST"))
def switch_opaque_accounts(name: str) -> Response:
    """Asks first; then replaces who people are in what comes in from now on, or keeps it as sent."""
    only_who_runs_it()
    tenant, is_on = found(name)
    form = filled_in(SwitchForm, start={"wanted": "off" if is_on else "on"})
    if form.sent and (form.values["wanted"] == "on") == is_on:
        return form.done(url_for(".list_tenants"), _("Đã được đổi rồi. Xem lại danh sách"))
    if form.sent:
        moved = installation.switch_opaque_accounts(
            database(), tenant, not is_on, about=name, by=by_name(name), reason=form.values["reason"], secret=pepper(),
            now=now(),
        )  # fmt: skip
        done = _(
            "Đã đổi cho phát biểu mới của %(name)s; %(moved)s tài liệu được chuyển", name=name, moved=number(moved)
        )
        return form.done(url_for(".list_tenants"), done)
    return shown("operators/switch-opaque-accounts.html", form=form, name=name, is_on=is_on)


def found(name: str) -> tuple[UUID, bool]:
    """The tenant, and whether it replaces who people are."""
    with database().reading(NOBODY) as session:
        try:
            tenant = api.find_tenant(session, name.replace("\0", ""))
        except api.UnknownTenant:
            raise NotFound(Fault("", _("Không có đơn vị chủ quản này"))) from None
        return tenant, api.has_opaque_accounts(session, tenant)


def by_name(name: str) -> str:
    """Who it was, as the tenant's record calls somebody of another one."""
    with database().reading(NOBODY) as session:
        first = next(known for one, known in api.tenants(session) if one == who().tenant)
    return who().name if name == first else f"{who().name}@{first}"


def only_who_runs_it() -> None:
    """Raises Forbidden for everybody else."""
    if not runs_installation():
        raise Forbidden(Fault("", _("Việc này dành cho người vận hành của cả hệ thống")))
