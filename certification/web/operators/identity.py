"""/van-hanh/tai-khoan-hoc, /van-hanh/danh-tinh: which Actors are which workers, and which records are one person's.

What is asked and done is what `/api/unknown-actors`, `/api/double-workers`, `/api/links` … ask and do, by the same
functions; officers see and decide about their own branch.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.people import workers
from certification.people.workers import UnknownWorker
from certification.resources import identity, looking, unknown_actors
from certification.resources.access import database, pepper, today, who
from certification.resources.errors import NotFound
from certification.web.frame import refusals
from certification.web.frame.fields import Form, hidden, long_text, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from lrs.api import Fault

__all__ = ["LinkForm", "MergeForm", "SplitForm", "UndoForm"]

ON_A_PAGE = 25

EVENTS: Mapping[str, object] = {
    "link": _l("Gắn tài khoản"),
    "unlink": _l("Gỡ tài khoản"),
    "confirm": _l("Xác nhận tài khoản"),
    "merge": _l("Gộp hai mã"),
    "split": _l("Tách thành hai người"),
    "undo": _l("Hoàn tác"),
    "different": _l("Ghi là không phải"),
}
UNDONE = ("link", "unlink", "merge", "split")
"""Kinds of events that can be taken back."""


class UndoForm(Form):
    """Why."""

    basis = text(_l("Lý do"), needed=_l("Ghi vì sao, dựa vào đâu"), most=500, hint=_l("Được lưu trong lịch sử"))


class LinkForm(UndoForm):
    """An Actor and the worker it is, or is not."""

    ifi = text(
        _l("Tài khoản học"), needed=_l("Nhập tài khoản học"), most=2000, spellcheck="false",
        hint=_l("trang chủ|tên tài khoản, hoặc thư điện tử"),
    )  # fmt: skip
    worker = text(_l("Mã người lao động"), needed=_l("Nhập mã người lao động"), most=100)


class MergeForm(UndoForm):
    """Another record of the same person."""

    other = text(
        _l("Mã kia"), needed=_l("Nhập mã kia"), most=100, hint=_l("Mọi thứ của mã này chuyển sang mã được giữ")
    )


class SplitForm(UndoForm):
    """What of a record is another person's."""

    other = text(
        _l("Mã của người kia"), needed=_l("Nhập mã của người kia"), most=100, hint=_l("Mã mới, hoặc mã đã gộp vào đây")
    )
    full_name = text(_l("Họ và tên người kia"), hint=_l("Để trống: cùng tên"))
    accounts = long_text(
        _l("Tài khoản học của người kia"), rows=3, hint=_l("Mỗi dòng một tài khoản; phát biểu đi theo tài khoản")
    )


class UnlinkForm(UndoForm):
    """An Actor that is not the worker it is linked to."""

    ifi = hidden(most=2000)


@pages.page("/van-hanh/tai-khoan-hoc", Act.READ_UNKNOWN_ACTORS)
def list_unknown_actors() -> Response:
    """Actors nobody has linked, those with most Statements first, each with whom it may be."""
    found = unknown_actors.list_unknown_actors({"limit": ON_A_PAGE})
    looking.named(found)
    return shown("operators/unknown-actors.html", found=found, first="cursor" not in request.args)


@pages.page("/van-hanh/trung-ma", Act.READ_DOUBLES)
def list_doubles() -> Response:
    """Records that may be one person's, with reasons."""
    found = identity.list_double_workers({"limit": ON_A_PAGE})
    looking.named(found)
    return shown("operators/doubles.html", found=found, first="cursor" not in request.args)


@pages.page("/van-hanh/danh-tinh", Act.READ_IDENTITY)
def show_identity() -> Response:
    """A worker's accounts (`ma`: the number), and all that was decided about who that is."""
    number = request.args.get("ma", "").strip()
    found, fault = None, ""
    if number:
        try:
            found = identity.show_identity(number)
        except (NotFound, UnknownWorker):
            fault = _("Không có mã “%(number)s” trong phạm vi của anh/chị", number=number)
    may = bool(rights.reach(who(), Act.CHANGE_IDENTITY, today()))
    return shown(
        "operators/identity.html", 400 if fault else 200, number=number, found=found, fault=fault, events=EVENTS,
        undone=UNDONE, may=may, reference=_reference,
    )  # fmt: skip


def _reference(ifi: str) -> str:
    """What an address calls an account that is linked: nobody reads off it whose it is."""
    return hmac.digest(pepper(), b"linked actor " + who().tenant.bytes + ifi.encode(), "sha256")[:16].hex()


@pages.page("/van-hanh/tai-khoan-hoc/gan", Act.CHANGE_IDENTITY, methods=("GET", "POST"))
def link_actor() -> Response:
    """Says that an Actor is a worker, or (`viec`) that it is not the one it was supposed to be."""
    start = {"ifi": request.args.get("ifi", ""), "worker": request.args.get("ma", "")}
    form, denied = filled_in(LinkForm, start=start), request.form.get("viec") == "khong"
    _check_number(form, "worker")
    if form.sent:
        with form.refusals():
            done = (identity.deny_link if denied else identity.link_actor)(form.values)
            words = _("Đã ghi: không phải người này") if denied else _linked(done)
            return form.done(url_for(".list_unknown_actors"), words)
    return shown("operators/link.html", form=form)


@dataclass(frozen=True, slots=True)
class Step:
    """A decision about who somebody is: how it is called, what comes of it, and what does it."""

    title: object
    consequence: object
    schema: type[Form]
    do: Callable[[str, Mapping[str, Any]], Any]
    kind: str = ""


@pages.page("/van-hanh/danh-tinh/<step>/<path:number>", Act.CHANGE_IDENTITY, methods=("GET", "POST"))
def decide_identity(step: str, number: str) -> Response:
    """Merges (`gop`), parts (`tach`) or unlinks (`go`) what is of a worker, or says that two differ (`khac`)."""
    known = STEPS.get(step)
    if known is None:
        raise NotFound(Fault("", _("Không có việc này")))
    links = identity.show_identity(number)["links"]  # refuses whom the reader may not know of
    named = request.args.get("tk", "")
    account = next((one["ifi"] for one in links if _reference(one["ifi"]) == named), "")
    if known.schema is UnlinkForm and not account and request.method == "GET":
        raise NotFound(Fault("", _("Tài khoản này không còn gắn với người đó; mở lại trang của người đó")))
    form = filled_in(known.schema, start={"other": request.args.get("other", ""), "ifi": account})
    if known.schema is MergeForm:
        _check_number(form, "other")
    if form.sent:
        with form.refusals():
            done = known.do(number, form.values)
            return form.done(url_for(".show_identity", ma=number), _notes(known.title, done))
    return shown("operators/decide-identity.html", form=form, step=known, number=number)


@pages.page("/van-hanh/hoan-tac/<uuid:id>", Act.CHANGE_IDENTITY, methods=("GET", "POST"))
def undo_identity(id: UUID) -> Response:
    """Takes back a link, an unlinking, a merger or a split."""
    form = filled_in(UndoForm)
    number = request.args.get("ma", "")
    if form.sent:
        with form.refusals():
            done = identity.undo_identity(str(id), form.values)
            return form.done(url_for(".show_identity", ma=number or done["worker"]), _notes(_l("Hoàn tác"), done))
    step = Step(
        _l("Hoàn tác"), _l("Mọi thứ trở lại đúng như trước; kết quả của những người liên quan được đánh giá lại."),
        UndoForm, lambda number, values: None,
    )  # fmt: skip
    return shown("operators/decide-identity.html", form=form, step=step, number=number)


def _check_number(form: Filled, field: str) -> None:
    """Tells that nobody has the number typed at a field, where something else is wrong too: else that is told later."""
    if form.faults and form.readable.get(field) is not None:
        try:
            with database().reading(who().tenant) as session:
                workers.find(session, who().tenant, form.readable[field])
        except UnknownWorker as error:
            form.refuse(field, refusals.faults_of(error)[0].message)


def _linked(done: Mapping[str, Any]) -> str:
    worker, count = done["worker"], done["statements"]
    return str(_("Đã gắn với %(worker)s; %(count)s phát biểu chờ nay được tính", worker=worker, count=count))


def _notes(title: object, done: Mapping[str, Any]) -> str:
    return ". ".join([str(_("Đã làm: %(title)s", title=title)), *done.get("notes", ())])


def _split(number: str, values: Mapping[str, Any]) -> Any:
    accounts = [line.strip() for line in (values["accounts"] or "").splitlines() if line.strip()]
    body = {**values, "accounts": accounts, "employments": [], "titles": [], "attestations": []}
    return identity.split_worker(number, body)


STEPS: Mapping[str, Step] = {
    "gop": Step(
        _l("Gộp hai mã của một người"),
        _l("Mã đang mở được giữ; mọi thứ của mã kia chuyển sang, mã kia vẫn tìm được. Đánh giá lại. Hoàn tác được."),
        MergeForm, identity.merge_workers,
    ),
    "tach": Step(
        _l("Tách thành hai người"),
        _l("Những gì ghi ở dưới chuyển sang người kia; còn lại giữ nguyên. Cả hai được đánh giá lại. Hoàn tác được."),
        SplitForm, _split,
    ),
    "khac": Step(
        _l("Ghi là hai người khác nhau"), _l("Hai mã này không được gợi ý gộp nữa."), MergeForm, identity.deny_double
    ),
    "go": Step(
        _l("Gỡ tài khoản học"),
        _l("Phát biểu của tài khoản này không còn tính cho người này và chờ người khác nhận. Hoàn tác được."),
        UnlinkForm, lambda number, values: identity.unlink_actor(values), "danger",
    ),
}  # fmt: skip
"""By the last part of the address."""
