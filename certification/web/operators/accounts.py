"""/van-hanh/nguoi-dung: people who sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import accounts, oversight, rights, roles
from certification.access.permissions import Act, Role
from certification.people import workers
from certification.people.workers import UnknownWorker
from certification.resources import cursors
from certification.resources.access import database, everything, now, pepper, today, who
from certification.web.frame.fields import Form, choice, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown, shown_once
from certification.web.frame.places import ROLES
from certification.web.operators import pages
from certification.web.operators.units import code_of
from certification.web.operators.words import GIVABLE
from lrs.db import Session

__all__ = ["NewAccountForm", "with_token"]

ON_A_PAGE = 50


class NewAccountForm(Form):
    """A person who is to sign in, and as what."""

    full_name = text(_l("Họ và tên"), needed=_l("Nhập họ và tên"))
    name = text(
        _l("Tên đăng nhập"), needed=_l("Nhập tên đăng nhập"), most=64, autocapitalize="off", spellcheck="false",
        hint=_l("Chữ thường không dấu, chữ số, và . _ - ở giữa; ví dụ lan.cdcs-may10"),
    )  # fmt: skip
    worker = text(_l("Mã người lao động"), most=100, hint=_l("Nếu người này cũng là người lao động trong danh sách"))
    role = choice(_l("Vai trò"), [(one.value, ROLES[one]) for one in GIVABLE], as_list=True)
    organization = text(_l("Đơn vị"), hint=_l("Mã hoặc tên. Để trống: toàn hệ thống, chỉ cho người vận hành, kiểm tra"))
    team = text(_l("Tổ"), hint=_l("Chỉ cho tổ trưởng: tên tổ đã có của doanh nghiệp"))
    reason = text(_l("Lý do"), needed=_l("Ghi theo quyết định hoặc đề nghị nào"), hint=_l("Được lưu trong sổ ghi"))


@pages.page("/van-hanh/nguoi-dung", Act.READ_ACCOUNTS)
def list_accounts() -> Response:
    """Accounts by name, fifty at a time."""
    everything(Act.READ_ACCOUNTS)
    tenant, words, kind = who().tenant, request.args.get("q", "").strip()[:200], request.args.get("loai", "")
    kind = kind if kind in oversight.KINDS else ""
    after = cursors.after(tenant, (str,))
    with database().reading(tenant) as session:
        found = oversight.search(
            session, tenant, words=words, kind=kind, after=after[0] if after else "", limit=ON_A_PAGE + 1
        )
        held = oversight.roles_of(session, tenant, [one.id for one in found], today())
    part = cursors.page(tenant, found, ON_A_PAGE, as_of=today(), key=lambda one: (one.name,), show=lambda one: one)
    kinds = [
        ("roles", _("Có vai trò")), ("worker", _("Người lao động")), ("waiting", _("Chưa đặt mật khẩu")),
        ("ended", _("Đã ngừng")),
    ]  # fmt: skip
    rows = [(one, _held(held[one.id])) for one in part["items"]]
    return shown(
        "operators/accounts.html", rows=rows, next=part["next"], first=after is None, words=words, kind=kind,
        kinds=kinds, may=bool(rights.reach(who(), Act.CHANGE_ACCOUNTS, today())),
    )  # fmt: skip


@pages.page("/van-hanh/tao-tai-khoan", Act.CHANGE_ACCOUNTS, methods=("GET", "POST"))
def make_account() -> Response:
    """Makes an account, with its first role; the invitation is on the page that follows, this once."""
    everything(Act.CHANGE_ACCOUNTS)
    form = filled_in(NewAccountForm, tried=True)
    unit, worker = (_checked_unit(form), _checked_worker(form)) if form.sent else (None, None)
    if form.sent:
        with form.submitting() as session:
            token = _make(session, form.values, unit, worker)
            return with_token(form.values["name"], form.values["full_name"], token)
    return shown("operators/make-account.html", form=form)


def with_token(name: str, full_name: str, token: str, *, here: bool = True) -> Response:
    """The slip with a one-time code, to be printed or sent; it is shown this once. `here`: the account is of this
    tenant, and can be looked at."""
    address = url_for("signing_in.set_password", _external=True)
    days = accounts.INVITATION_LASTS.days
    return shown_once(
        "operators/invitation.html", name=name, full_name=full_name, token=token, address=address, days=days, here=here
    )


def _checked_unit(form: Filled) -> str | None:
    if form.values["role"] is None:
        for field in ("organization", "team"):
            if form.values[field] is not None:
                form.refuse(field, _("Chọn vai trò, hoặc bỏ trống ô này"))
        return None
    with database().reading(who().tenant) as session:
        return code_of(session, who().tenant, form, "organization", form.values["role"])


def _checked_worker(form: Filled) -> UUID | None:
    if form.values["worker"] is not None:
        try:
            with database().reading(who().tenant) as session:
                return workers.find(session, who().tenant, form.values["worker"]).id
        except UnknownWorker:
            form.refuse("worker", _("Không có người lao động này"))
    return None


def _make(session: Session, said: Mapping[str, Any], unit: str | None, worker: UUID | None) -> str:
    asking, reason, at = who(), said["reason"], now()
    name = said["name"]
    accounts.create(
        session, asking.tenant, name=name, full_name=said["full_name"], worker=worker, by=asking.name, reason=reason,
        now=at,
    )  # fmt: skip
    if said["role"] is not None:
        roles.give(
            session, asking, Role(said["role"]), account=name, organization=unit, team=said["team"], starts=today(),
            reason=reason, now=at,
        )  # fmt: skip
    return accounts.invite(session, asking.tenant, name, by=asking.name, reason=reason, pepper=pepper(), now=at)


def _held(held: list[tuple[str, str | None]]) -> list[str]:
    """Roles in words, each with its unit."""
    return [f"{ROLES[Role(role)]}, {unit}" if unit else str(ROLES[Role(role)]) for role, unit in held]
