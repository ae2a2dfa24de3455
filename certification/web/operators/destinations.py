"""/van-hanh/chuyen-tiep: other stores that Statements are forwarded to and webhooks that are told of them, how far each
is, and what it refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import destinations, rights
from certification.access.permissions import Act
from certification.resources.access import database, everything, now, pepper, today, who
from certification.resources.destinations import hosts
from certification.resources.errors import BadRequest, NotFound
from certification.web.frame import refusals
from certification.web.frame.fields import Form, choice, long_text, secret, text, tick
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import number
from certification.web.operators import pages
from lrs import api
from lrs.api import Destination, Fault
from lrs.db import Session

__all__ = ["NAME", "DestinationForm", "StepForm", "may_change", "said_of_peers", "typed_filter"]

STEPS: Mapping[str, tuple[object, object, object]] = {
    "tam-dung": (_l("Tạm dừng"), _l("Từ nay không gửi gì tới đó; chỗ đã gửi đến được giữ lại."), _l("Đã tạm dừng")),
    "tiep-tuc": (_l("Gửi tiếp ngay"), _l("Gửi tiếp từ chỗ đã dừng, không chờ thêm."), _l("Đã cho gửi tiếp")),
    "gui-lai": (
        _l("Gửi lại phát biểu bị từ chối"),
        _l("Mọi phát biểu bị từ chối được gửi lại một lần nữa."),
        _l("Sẽ gửi lại"),
    ),
    "bo": (
        _l("Bỏ nơi nhận này"),
        _l("Không gửi tới đó nữa; chỗ đã gửi đến và danh sách bị từ chối bị xoá. Những gì đã gửi vẫn ở bên đó."),
        _l("Đã bỏ nơi nhận"),
    ),
}
"""What can be done, by its part of the address: what it is called, what comes of it, what is said then."""


NAME = partial(
    text, _l("Tên ngắn"), needed=_l("Nhập tên ngắn"), most=40, pattern=r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
    wrong=_l("Chỉ chữ thường không dấu, chữ số và dấu gạch ngang ở giữa"), autocapitalize="off", spellcheck="false",
    hint=_l("Ví dụ kho-tinh. Tên đã có thì sửa nơi nhận đó, gửi tiếp từ chỗ đang gửi"),
)  # fmt: skip
"""The field of a destination's name."""


class DestinationForm(Form):
    """Where to, as whom, and what."""

    name = NAME()
    endpoint = text(
        _l("Địa chỉ xAPI"), needed=_l("Nhập địa chỉ xAPI của kho bên kia"), most=500, spellcheck="false",
        autocapitalize="off", hint=_l("https://…, không có /statements ở cuối"),
    )  # fmt: skip
    username = text(
        _l("Khoá hoặc tên đăng nhập"), needed=_l("Nhập khoá hoặc tên đăng nhập mà kho bên kia cấp"), most=500,
        autocapitalize="off", spellcheck="false", autocomplete="off",
    )  # fmt: skip
    password = secret(
        _l("Bí mật hoặc mật khẩu"), needed=None, autocomplete="off",
        hint=_l("Được mã hoá khi lưu. Để trống khi sửa: giữ như cũ"),
    )  # fmt: skip
    version = choice(
        _l("Phiên bản xAPI của kho bên kia"), [(one, one) for one in api.VERSIONS], needed=_l("Chọn phiên bản")
    )
    filter = long_text(
        _l("Chỉ gửi những phát biểu (JSON)"), most=20_000, rows=6,
        hint=_l('Để trống: gửi tất cả. Ví dụ {"mapping": true}: chỉ phát biểu được tính làm minh chứng'),
    )  # fmt: skip
    from_beginning = tick(_l("Gửi cả những phát biểu đã có trong kho (chỉ khi thêm nơi nhận mới)"))
    reason = text(_l("Lý do"), needed=_l("Ghi theo yêu cầu, văn bản nào"), hint=_l("Được lưu trong sổ ghi"))


class StepForm(Form):
    """Why."""

    reason = text(_l("Lý do"), needed=_l("Ghi vì sao"), hint=_l("Được lưu trong sổ ghi"))


@pages.page("/van-hanh/chuyen-tiep", Act.READ_DESTINATIONS)
def list_destinations() -> Response:
    """Where Statements are forwarded to."""
    everything(Act.READ_DESTINATIONS)
    with database().reading(who().tenant) as session:
        found = api.destinations(session, who().tenant)
    return shown(
        "operators/destinations.html", destinations=[_shown(one) for one in found], may=may_change(), hosts=hosts()
    )


@pages.page("/van-hanh/dat-noi-nhan", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def set_destination() -> Response:
    """Adds a destination, or changes one that is there."""
    everything(Act.CHANGE_DESTINATIONS)
    form = filled_in(DestinationForm, start=_start(request.args.get("ten", "")), tried=True)
    wanted = typed_filter(form) if form.sent else None
    if form.sent:
        said = form.values
        with form.submitting() as session:
            _set(session, said, wanted)
            return form.done(
                url_for(".show_destination", name=said["name"]), _("Đã lưu nơi nhận %(name)s", name=said["name"])
            )
    return shown("operators/set-destination.html", form=form)


@pages.page("/van-hanh/chuyen-tiep/<name>", Act.READ_DESTINATIONS)
def show_destination(name: str) -> Response:
    """One destination: how far it is, what it answered, and what it refused."""
    everything(Act.READ_DESTINATIONS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        one = destinations.find(session, tenant, name)
        letters = destinations.letters(session, tenant, name)
    told = json.dumps(one.filter, ensure_ascii=False, indent=1) if one.filter else ""
    return shown(
        "operators/destination.html", one=_shown(one), filter=told, letters=letters, may=may_change(), steps=STEPS
    )


@pages.page("/van-hanh/chuyen-tiep/<name>/<step>", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def change_destination(name: str, step: str) -> Response:
    """Asks first; then pauses, goes on, sends again or removes."""
    everything(Act.CHANGE_DESTINATIONS)
    if step not in STEPS:
        raise NotFound(Fault("", _("Không có trang này")))
    tenant, form = who().tenant, filled_in(StepForm)
    if form.sent:
        with form.submitting(settles=True) as session:
            told = {"by": who().name, "reason": form.values["reason"], "now": now()}
            message = STEPS[step][2]
            if step == "gui-lai":
                count = destinations.replay(session, tenant, name, None, **told)
                message = _("Sẽ gửi lại %(count)s phát biểu", count=number(count))
            else:
                does = {"tam-dung": destinations.pause, "tiep-tuc": destinations.resume, "bo": destinations.remove}
                does[step](session, tenant, name, **told)
            onward = url_for(".list_destinations") if step == "bo" else url_for(".show_destination", name=name)
            return form.done(onward, message)
    with database().reading(tenant) as session:
        one = destinations.find(session, tenant, name)
    words, comes, _said = STEPS[step]
    return shown("operators/change-destination.html", form=form, one=_shown(one), step=step, words=words, comes=comes)


def _set(session: Session, said: Mapping[str, Any], wanted: Any) -> None:
    told = {name: said[name] for name in ("endpoint", "username", "version", "from_beginning", "reason")}
    try:
        _set_as_told(session, said, wanted, told)
    except api.InvalidRequest as error:
        raise BadRequest(*said_of_peers(error.faults, {})) from None


def said_of_peers(
    faults: Iterable[Fault], places: Mapping[str, str], words: Mapping[str, str] | None = None
) -> list[Fault]:
    """What is wrong, in words, beside its field; `places` gives those that a form calls otherwise, `words` what it
    says otherwise."""
    return [_in_words(fault, places, words or {}) for fault in faults]


def _in_words(fault: Fault, places: Mapping[str, str], own: Mapping[str, str]) -> Fault:
    field = fault.place.partition("/")[0]
    field = places.get(field, field)
    known = {
        "endpoint": _("Ghi địa chỉ https:// của kho xAPI bên kia, không có /statements ở cuối"),
        "username": _("Ghi khoá hoặc tên đăng nhập mà kho bên kia cấp; không có dấu hai chấm"),
        "password": _("Nhập bí mật hoặc mật khẩu cho địa chỉ và tên này"),
        "until": _("Ngày cuối phải sau ngày đầu"),
        "name": _("Tên này đã dùng cho một nơi nhận kiểu khác: chọn tên khác, hoặc bỏ nơi nhận đó trước"),
    } | dict(own)
    words = known.get(field, f"{fault.place}: {fault.message}")
    if "OUTGOING_HOSTS" in fault.message:
        words = _("Máy này chưa được phép gửi tới đó: người quản trị máy thêm tên máy bên kia vào OUTGOING_HOSTS")
    return Fault(field, words)


def _set_as_told(session: Session, said: Mapping[str, Any], wanted: Any, told: Mapping[str, Any]) -> None:
    destinations.set_destination(
        session, who().tenant, said["name"], password=said["password"] or None, filter=wanted, hosts=hosts(),
        pepper=pepper(), by=who().name, now=now(), **told,
    )  # fmt: skip


def typed_filter(form: Filled) -> Any:
    """What was typed as a filter."""
    typed = (form.values["filter"] or "").strip()
    try:
        return json.loads(typed) if typed else {}
    except (ValueError, RecursionError):
        form.refuse("filter", _("Đây chưa phải JSON; xem ví dụ bên dưới nhãn"))
        return None


def _start(name: str) -> dict[str, Any]:
    """How the form begins: empty, or as a destination is."""
    if not name:
        return {"version": api.VERSIONS[-1]}
    with database().reading(who().tenant) as session:
        one = destinations.find(session, who().tenant, name)
    written = json.dumps(one.filter, ensure_ascii=False) if one.filter else ""
    told = {"name": one.name, "endpoint": one.endpoint, "username": one.username, "version": one.version}
    return {**told, "filter": written}


def may_change() -> bool:
    """Whether the reader may set where Statements go to and come from."""
    return bool(rights.reach(who(), Act.CHANGE_DESTINATIONS, today()))


def _shown(one: Destination) -> dict[str, Any]:
    """Plain values; `state` is said in words by the page."""
    state = "paused" if one.paused else "failing" if one.failures else "on"
    return {
        "name": one.name, "endpoint": one.endpoint, "version": one.version, "username": one.username, "state": state,
        "kind": one.kind, "old_secret_until": one.old_secret_until,
        "waiting": one.waiting, "waiting_since": one.waiting_since, "delivered": one.delivered, "letters": one.letters,
        "answer": one.answer, "tried": one.tried, "took": one.took, "again_at": one.again_at, "paused": one.paused,
    }  # fmt: skip


refusals.SAYS[destinations.UnknownDestination] = lambda error: _("Không có nơi nhận này")
