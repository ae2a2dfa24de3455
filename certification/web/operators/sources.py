"""/van-hanh/lay-ve: other stores that Statements are pulled from, how far each is, and what is not taken of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import sources
from certification.access.permissions import Act
from certification.resources.access import database, everything, now, pepper, who
from certification.resources.destinations import hosts
from certification.resources.errors import BadRequest, NotFound
from certification.vietnam import VIETNAM, vietnam_day
from certification.web.frame import refusals
from certification.web.frame.fields import Form, choice, day, number, secret, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.destinations import StepForm, may_change, said_of_peers
from lrs import api
from lrs.api import Fault, Source
from lrs.db import Session

__all__ = ["SourceForm"]

STEPS: Mapping[str, tuple[object, object, object]] = {
    "tam-dung": (_l("Tạm dừng"), _l("Từ nay không hỏi gì ở đó; chỗ đã lấy đến được giữ lại."), _l("Đã tạm dừng")),
    "tiep-tuc": (_l("Lấy ngay"), _l("Lấy tiếp từ chỗ đã đến, không chờ thêm."), _l("Đang lấy tiếp")),
    "bo": (
        _l("Bỏ nguồn này"),
        _l("Không lấy từ đó nữa; chỗ đã lấy đến bị xoá. Phát biểu đã lấy vẫn ở trong kho."),
        _l("Đã bỏ nguồn"),
    ),
}
"""What can be done, by its part of the address: what it is called, what comes of it, what is said then."""


class SourceForm(Form):
    """Where from, as whom, and from which day to which."""

    name = text(
        _l("Tên ngắn"), needed=_l("Nhập tên ngắn"), most=40, pattern=r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
        wrong=_l("Chỉ chữ thường không dấu, chữ số và dấu gạch ngang ở giữa"), autocapitalize="off", spellcheck="false",
        hint=_l("Ví dụ moodle-a. Tên đã có thì sửa nguồn đó"),
    )  # fmt: skip
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
    verb = text(_l("Chỉ động từ (verb) này"), most=2000, spellcheck="false", hint=_l("Để trống: mọi động từ"))
    since = day(_l("Từ ngày kho bên kia nhận"), hint=_l("Để trống: từ đầu"))
    until = day(_l("Đến hết ngày kho bên kia nhận"), hint=_l("Để trống: lấy mãi. Đến hết ngày này thì tự dừng"))
    minutes = number(_l("Mấy phút hỏi một lần"), 1, 44640, needed=_l("Nhập số phút"))
    reason = text(_l("Lý do"), needed=_l("Ghi theo yêu cầu, văn bản nào"), hint=_l("Được lưu trong sổ ghi"))


@pages.page("/van-hanh/lay-ve", Act.READ_DESTINATIONS)
def list_sources() -> Response:
    """Where Statements are pulled from."""
    everything(Act.READ_DESTINATIONS)
    with database().reading(who().tenant) as session:
        found = api.sources(session, who().tenant)
    return shown("operators/sources.html", sources=[_shown(one) for one in found], may=may_change(), hosts=hosts())


@pages.page("/van-hanh/dat-nguon", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def set_source() -> Response:
    """Adds a source, or changes one that is there."""
    everything(Act.CHANGE_DESTINATIONS)
    form = filled_in(SourceForm, start=_start(request.args.get("ten", "")), tried=True)
    if form.sent:
        said = form.values
        with form.submitting() as session:
            _set(session, said)
            return form.done(url_for(".show_source", name=said["name"]), _("Đã lưu nguồn %(name)s", name=said["name"]))
    return shown("operators/set-source.html", form=form)


@pages.page("/van-hanh/lay-ve/<name>", Act.READ_DESTINATIONS)
def show_source(name: str) -> Response:
    """One source: how far it is, what it answered, and what of it is not taken."""
    everything(Act.READ_DESTINATIONS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        one = sources.find(session, tenant, name)
        refused = sources.refusals(session, tenant, name)
    return shown("operators/source.html", one=_shown(one), refused=refused, may=may_change(), steps=STEPS)


@pages.page("/van-hanh/lay-ve/<name>/<step>", Act.CHANGE_DESTINATIONS, methods=("GET", "POST"))
def change_source(name: str, step: str) -> Response:
    """Asks first; then pauses, goes on or removes."""
    everything(Act.CHANGE_DESTINATIONS)
    if step not in STEPS:
        raise NotFound(Fault("", _("Không có trang này")))
    tenant, form = who().tenant, filled_in(StepForm)
    if form.sent:
        with form.submitting(settles=True) as session:
            does = {"tam-dung": sources.pause, "tiep-tuc": sources.resume, "bo": sources.remove}
            does[step](session, tenant, name, by=who().name, reason=form.values["reason"], now=now())
            onward = url_for(".list_sources") if step == "bo" else url_for(".show_source", name=name)
            return form.done(onward, STEPS[step][2])
    with database().reading(tenant) as session:
        one = sources.find(session, tenant, name)
    words, comes, _said = STEPS[step]
    return shown("operators/change-source.html", form=form, one=_shown(one), step=step, words=words, comes=comes)


def _set(session: Session, said: Mapping[str, Any]) -> None:
    told = {name: said[name] for name in ("endpoint", "username", "version", "reason")}
    parameters = {"verb": said["verb"]} if said["verb"] else {}
    try:
        sources.set_source(
            session, who().tenant, said["name"], password=said["password"] or None, parameters=parameters,
            since=_midnight(said["since"]), until=_midnight(said["until"], days=1), every=said["minutes"] * 60,
            hosts=hosts(), pepper=pepper(), by=who().name, now=now(), **told,
        )  # fmt: skip
    except api.InvalidRequest as error:
        places = {"every": "minutes", "parameters": "verb"}
        raise BadRequest(*said_of_peers(error.faults, places)) from None


def _midnight(on: date | None, *, days: int = 0) -> datetime | None:
    """The instant at which a day begins in Vietnam, or so many days later."""
    return None if on is None else datetime.combine(date.fromordinal(on.toordinal() + days), time(), VIETNAM)


def _start(name: str) -> dict[str, Any]:
    """How the form begins: empty, or as a source is."""
    if not name:
        return {"version": api.VERSIONS[0], "minutes": 5}
    with database().reading(who().tenant) as session:
        one = sources.find(session, who().tenant, name)
    told = {"name": one.name, "endpoint": one.endpoint, "username": one.username, "version": one.version}
    told |= {"verb": one.parameters.get("verb", ""), "minutes": str(max(1, one.every // 60))}
    if one.since is not None:
        told["since"] = vietnam_day(one.since).isoformat()
    if one.until is not None:
        told["until"] = date.fromordinal(vietnam_day(one.until).toordinal() - 1).isoformat()
    return told


def _shown(one: Source) -> dict[str, Any]:
    """Plain values; `state` is said in words by the page."""
    state = "paused" if one.paused else "failing" if one.failures else "under-way" if one.under_way else "on"
    return {
        "name": one.name, "endpoint": one.endpoint, "version": one.version, "username": one.username, "state": state,
        "reached": one.reached, "stored": one.stored, "refused": one.refused, "answer": one.answer, "tried": one.tried,
        "finished": one.finished, "again_at": one.again_at, "paused": one.paused, "since": one.since,
        "until": one.until, "parameters": one.parameters,
    }  # fmt: skip


refusals.SAYS[sources.UnknownSource] = lambda error: _("Không có nguồn này")
