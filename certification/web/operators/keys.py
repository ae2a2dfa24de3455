"""/van-hanh/khoa: keys of programs, the store's and the JSON interface's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import keys, records, rights, roles
from certification.access.permissions import OVER, READ_SCOPE, ROLL_UPS_SCOPE, Act, Role
from certification.resources.access import database, everything, now, pepper, today, who
from certification.resources.errors import NotFound
from certification.web.frame.fields import Form, choice, day, number, several, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown, shown_once
from certification.web.frame.places import ROLES
from certification.web.operators import pages
from certification.web.operators.units import code_of
from certification.web.operators.words import SCOPES, act_words
from lrs import api
from lrs.api import STORE_SCOPES, Fault, KnownCredential
from lrs.db import Session

__all__ = ["EndKeyForm", "KeyForm", "SecretForm"]

PLATFORM, STORE, FIGURES, BRANCH, MEMBER = "platform", "store", "figures", "branch", "member"
"""What a key is for."""

OF_KEYS = (Role.ENTERPRISE, Role.GRASSROOTS_OFFICER, Role.UPPER_OFFICER, Role.AUDITOR)
"""Roles that programs are given here."""

MOST = 300
"""Keys shown at once; a filter finds the others."""

LIVE, ENDED = "live", "ended"


class KeyForm(Form):
    """A key to make."""

    name = text(
        _l("Dùng cho ai, việc gì"),
        needed=_l("Ghi khoá này dùng cho ai, việc gì"),
        hint=_l("Ví dụ: Moodle của Công ty A"),
    )
    kind = choice(
        _l("Loại khoá"),
        [
            (PLATFORM, _l("Nền tảng học tập: chỉ gửi phát biểu")),
            (STORE, _l("Kho xAPI: chọn từng quyền ở dưới")),
            (BRANCH, _l("Phần mềm của công đoàn hoặc doanh nghiệp: theo vai trò ở một đơn vị")),
            (FIGURES, _l("Đọc số liệu và kết quả của toàn hệ thống")),
            (MEMBER, _l("Đơn vị thành viên: chỉ gửi số liệu đã ký")),
        ],
        needed=_l("Chọn loại khoá"),
    )  # fmt: skip
    scopes = several(
        _l("Quyền trong kho xAPI"),
        [(one, SCOPES[one]) for one in sorted(STORE_SCOPES)],
        hint=_l("Chỉ cho loại “Kho xAPI”. Cho ít nhất có thể."),
    )
    role = choice(
        _l("Vai trò"), [(one.value, ROLES[one]) for one in OF_KEYS], as_list=True,
        hint=_l("Chỉ cho phần mềm của công đoàn hoặc doanh nghiệp."),
    )  # fmt: skip
    organization = text(_l("Đơn vị"), hint=_l("Mã hoặc tên đơn vị mà vai trò dùng cho"))
    test = choice(
        _l("Dùng thật hay thử"),
        [("no", _l("Dùng thật")), ("yes", _l("Khoá thử: dữ liệu để riêng, không tính cho ai"))],
        needed=_l("Chọn dùng thật hay thử"),
    )
    until = day(_l("Hết hạn từ ngày"), hint=_l("Từ ngày này khoá bị từ chối. Để trống: không hết hạn."))
    reason = text(_l("Lý do"), needed=_l("Ghi theo yêu cầu, văn bản nào"), hint=_l("Được lưu trong sổ ghi"))


class EndKeyForm(Form):
    """Why a key is refused."""

    reason = text(_l("Lý do"), needed=_l("Ghi vì sao ngừng khoá"), hint=_l("Được lưu trong sổ ghi"))


class SecretForm(EndKeyForm):
    """Another secret, and how long the one it has works as well."""

    days = number(
        _l("Bí mật cũ còn dùng thêm mấy ngày"), 0, 365, needed=_l("Nhập số ngày"), hint=_l("0: bí mật cũ hết dùng ngay")
    )


@pages.page("/van-hanh/khoa", Act.READ_KEYS)
def list_keys() -> Response:
    """The keys, the newest first."""
    everything(Act.READ_KEYS)
    tenant, at = who().tenant, now()
    words, state = request.args.get("q", "").strip().lower(), request.args.get("trang_thai", LIVE)
    with database().reading(tenant) as session:
        every = api.credentials(session, tenant)
    found = [one for one in reversed(every) if words in f"{one.name} {one.key}".lower()]
    if state in (LIVE, ENDED):
        found = [one for one in found if _is_refused(one, at) is (state == ENDED)]
    return shown(
        "operators/keys.html", keys=[_shown(one, at) for one in found[:MOST]], count=len(found), most=MOST, words=words,
        state=state, states=[(LIVE, _("Đang dùng")), (ENDED, _("Đã ngừng, hết hạn"))],
        may=_may_change(),
    )  # fmt: skip


@pages.page("/van-hanh/khoa/moi", Act.CHANGE_KEYS, methods=("GET", "POST"))
def make_key() -> Response:
    """Makes a key; its secret is on the page that follows, this once."""
    everything(Act.CHANGE_KEYS)
    form = filled_in(KeyForm, start={"kind": request.args.get("loai", PLATFORM), "test": "no"}, tried=True)
    unit = _checked_unit(form) if form.sent else None
    if form.sent:
        with form.submitting() as session:
            return _with_secret(*_make(session, form.values, unit), form.values["name"])
    return shown("operators/make-key.html", form=form)


@pages.page("/van-hanh/khoa/<key>", Act.READ_KEYS)
def show_key(key: str) -> Response:
    """One key: what it may do, under which Authority it stores, and what was done about it."""
    everything(Act.READ_KEYS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        one = keys.find(session, who(), key)
        authority = api.authorities_of_keys(session, tenant).get(key, "")
        held = [role for role in roles.given(session, tenant, on=today()) if role.key == key]
        record = records.latest(session, tenant, limit=50, about=key)
        client = api.token_client(session, tenant, key)
    takes_tokens = not STORE_SCOPES.isdisjoint(one.scopes.split())
    return shown(
        "operators/key.html", key=_shown(one, now()), authority=authority, held=held, roles=ROLES, client=client,
        takes_tokens=takes_tokens,
        record=[(act_words(kept.act), kept) for kept in record],
        may=_may_change(),
    )  # fmt: skip


@pages.page("/van-hanh/khoa/<key>/ngung", Act.CHANGE_KEYS, methods=("GET", "POST"))
def end_key(key: str) -> Response:
    """Asks first; then refuses the key from now on."""
    everything(Act.CHANGE_KEYS)
    form = filled_in(EndKeyForm)
    if form.sent:
        with form.submitting() as session:
            keys.end(session, who(), key, reason=form.values["reason"], now=now())
            return form.done(url_for(".show_key", key=key), _("Khoá đã ngừng; yêu cầu tiếp theo của nó bị từ chối"))
    with database().reading(who().tenant) as session:
        one = _shown(keys.find(session, who(), key), now())
    if one["refused"]:
        raise NotFound(Fault("", _("Khoá này đã ngừng rồi")))
    return shown("operators/end-key.html", form=form, key=one)


@pages.page("/van-hanh/khoa/<key>/bi-mat-moi", Act.CHANGE_KEYS, methods=("GET", "POST"))
def rotate_key(key: str) -> Response:
    """Gives the key another secret, which is on the page that follows, this once."""
    everything(Act.CHANGE_KEYS)
    form = filled_in(SecretForm, start={"days": 7}, tried=True)
    if form.sent:
        with form.submitting() as session:
            said = form.values
            secret = keys.rotate(
                session, who(), key, days=said["days"], reason=said["reason"], pepper=pepper(), now=now()
            )
            return _with_secret(key, secret, keys.find(session, who(), key).name)
    with database().reading(who().tenant) as session:
        one = _shown(keys.find(session, who(), key), now())
    return shown("operators/rotate-key.html", form=form, key=one)


def _checked_unit(form: Filled) -> str | None:
    """The code of the unit, once scopes are named for the store's keys alone, and a role with a unit for a branch's."""
    said, kind = form.values, form.values["kind"]
    if (kind == STORE) != bool(said["scopes"]):
        form.refuse("scopes", _("Chọn quyền cho khoá loại “Kho xAPI”, và chỉ cho loại này"))
    if (kind == BRANCH) != (said["role"] is not None):
        form.refuse("role", _("Chọn vai trò cho phần mềm của công đoàn hoặc doanh nghiệp, và chỉ cho loại này"))
    elif kind == BRANCH and said["organization"] is None and "" not in OVER[Role(said["role"])]:
        form.refuse("organization", _("Nhập mã hoặc tên đơn vị"))
    if kind != BRANCH and said["organization"] is not None:
        form.refuse("organization", _("Chỉ phần mềm của công đoàn hoặc doanh nghiệp mới có đơn vị; bỏ trống ô này"))
    if said["test"] == "yes" and kind in (BRANCH, FIGURES, MEMBER):
        form.refuse("test", _("Khoá thử chỉ dùng với kho xAPI"))
    with database().reading(who().tenant) as session:
        return code_of(session, who().tenant, form, "organization", form.values["role"])


def _make(session: Session, said: Mapping[str, Any], unit: str | None) -> tuple[str, str]:
    kind = said["kind"]
    scopes = {
        PLATFORM: ("statements/write",), STORE: tuple(said["scopes"]), FIGURES: (READ_SCOPE,), BRANCH: (),
        MEMBER: (ROLL_UPS_SCOPE,),
    }[kind]  # fmt: skip
    return keys.make(
        session, who(), name=said["name"], scopes=scopes, role=Role(said["role"]) if kind == BRANCH else None,
        unit=unit, until=said["until"], test=said["test"] == "yes", reason=said["reason"], pepper=pepper(), now=now(),
    )  # fmt: skip


def _with_secret(key: str, secret: str, name: str) -> Response:
    return shown_once("operators/key-made.html", key=key, secret=secret, name=name, address=request.host_url)


def _may_change() -> bool:
    return bool(rights.reach(who(), Act.CHANGE_KEYS, today()))


def _is_refused(one: KnownCredential, at: datetime) -> bool:
    return any(ends is not None and ends <= at for ends in (one.revoked, one.expires))


def _shown(one: KnownCredential, at: datetime) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "scopes": [(scope, SCOPES.get(scope, scope)) for scope in one.scopes.split()],
        "test": one.test,
        "created": one.created,
        "expires": one.expires,
        "old_secret_until": one.old_secret_until if one.old_secret_until and one.old_secret_until > at else None,
        "last_used": one.last_used,
        "revoked": one.revoked,
        "refused": _is_refused(one, at),
    }
