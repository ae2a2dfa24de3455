"""/cong-doan/tong-hop: figures that other installations signed and sent: who is missing or late, and the sum."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.federation import documents, receiving, rounds, sums
from certification.federation.receiving import AnotherStands
from certification.federation.rounds import UnknownRound
from certification.federation.sums import Gathered, Line
from certification.resources.access import database, now, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.gathered_roll_ups import FILE, book_of, seeing_all, sees_all
from certification.vietnam import vietnam_day
from certification.web.frame import refusals
from certification.web.frame.fields import Form, file
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import day, number
from certification.web.officers import pages
from certification.web.officers.federation.opening import STEPS
from lrs.api import InvalidRequest
from lrs.db import Session

__all__ = ["ReceiveForm"]

KINDS = {sums.IN_TIME: "good", sums.LATE: "plain", sums.MISSING: "wrong", sums.WAITED_FOR: "todo"}


class ReceiveForm(Form):
    """A file that was carried here."""

    roll_up = file(
        _l("Tệp số liệu đã ký"), FILE, needed=_l("Chọn tệp .json mà đơn vị gửi tới"),
        hint=_l("Tệp .json do hệ thống của đơn vị ký; gửi hai lần cũng chỉ nhận một"),
    )  # fmt: skip


@pages.page("/cong-doan/tong-hop", Act.READ_GATHERED)
def list_rounds() -> Response:
    """For which plans and cut-offs figures are gathered, and how each stands; whoever does not see every member's unit
    is told who does, since a part of a sum is no sum."""
    tenant = who().tenant
    with database().reading(tenant) as session:
        is_whole = sees_all(session, Act.READ_GATHERED)
        known = rounds.rounds(session, tenant)[:50] if is_whole else []
        found = [sums.gather(session, tenant, one.id, today=today()) for one in known]
    return shown(
        "officers/federation/rounds.html", found=found, states=_counts, may=_may_receive() and is_whole,
        may_gather=_may_gather(), is_whole=is_whole,
    )  # fmt: skip


@pages.page("/cong-doan/tong-hop/nhan", Act.RECEIVE_ROLL_UPS, methods=("GET", "POST"), most_bytes=FILE.most_bytes * 2)
def receive_roll_up() -> AnyResponse:
    """Takes in a file that was carried here."""
    form = filled_in(ReceiveForm)
    if form.sent:
        with form.submitting(settles=True) as session:
            seeing_all(session, Act.RECEIVE_ROLL_UPS)
            found = _received(session, form.values["roll_up"].data)
            words = (
                _("Số liệu này đã có từ trước") if found.again else _("Đã nhận số liệu của %(unit)s", unit=found.member)
            )
            return form.done(url_for(".show_round", id=found.round_id), words)
    return shown("officers/federation/receive.html", form=form)


@pages.page("/cong-doan/tong-hop/<uuid:id>", Act.READ_GATHERED)
def show_round(id: UUID) -> Response:
    """Every member against each target, who is missing or late, and the sum of what came."""
    found = _gathered(id)
    closed = found.round.closed is not None
    lines = [{"line": one, "words": state_words(one, closed), "kind": KINDS[one.state]} for one in found.lines]
    targets = [_target(one, found) for one in found.sums]
    return shown(
        "officers/federation/round.html", found=found, lines=lines, targets=targets, states=_counts(found),
        may=_may_receive() and found.round.closed is None, steps=_steps(found) if _may_gather() else [],
    )  # fmt: skip


@pages.page("/cong-doan/tong-hop/<uuid:id>/<kind>", Act.READ_GATHERED)
def round_file(id: UUID, kind: str) -> Response:
    """The same as a workbook, or as CSV."""
    if kind not in ("xlsx", "csv"):
        raise NotFound(Fault("", _("Không có trang này")))
    return book_of(_gathered(id), kind)


def state_words(line: Line, closed: bool = False) -> str:
    """How a member stands, with its days; nobody is waited for once a round is closed."""
    days = number(line.days)
    if closed and line.state == sums.WAITED_FOR:
        return str(_("chưa gửi, kỳ thu đã đóng"))
    if line.state == sums.MISSING:
        return str(ngettext("chưa gửi, quá hạn %(days)s ngày", "chưa gửi, quá hạn %(days)s ngày", days, days=days))
    if line.state == sums.WAITED_FOR:
        return str(ngettext("chưa gửi, còn %(days)s ngày", "chưa gửi, còn %(days)s ngày", days, days=days))
    words: str = (
        ngettext("muộn %(days)s ngày", "muộn %(days)s ngày", days, days=days)
        if line.state == sums.LATE
        else _("đúng hạn")
    )
    if len(line.editions) == 1:
        return words
    last = line.editions[-1]
    corrected: str = _(
        "%(words)s; bản sửa lần %(times)s nhận ngày %(day)s", words=words, times=number(last.document.edition - 1),
        day=day(vietnam_day(last.received)),
    )  # fmt: skip
    return corrected


def _counts(found: Gathered) -> str:
    """ "2/3 đơn vị đã gửi, 1 quá hạn"."""
    sent = len(found.lines) - found.lacking
    words: str = _("%(sent)s/%(all)s đơn vị đã gửi", sent=number(sent), all=number(len(found.lines)))
    missing, late = found.count(sums.MISSING), found.count(sums.LATE)
    if missing:
        words += ngettext(", %(count)s đơn vị quá hạn", ", %(count)s đơn vị quá hạn", missing, count=number(missing))
    if late:
        words += ngettext(", %(count)s đơn vị muộn", ", %(count)s đơn vị muộn", late, count=number(late))
    return words


def _target(one: sums.Sum, found: Gathered) -> dict[str, Any]:
    """A target's table: each member, then the sum."""
    rows = []
    for line in found.lines:
        share = line.share(one.target.id)
        asked = found.asked(one.target, share) if share is not None else None
        rows.append({"name": line.member.name, "share": share, "met": None if asked is None else asked.met})
    whole = found.asked(one.target, one.share) if found.is_whole else None
    return {
        "name": f"{one.target.id}. {one.target.title}",
        "percent": found.percent_of(one.target),
        "rows": rows,
        "share": one.share if found.lacking < len(found.lines) else None,
        "met": None if whole is None else whole.met,
    }


def _received(session: Session, data: bytes) -> receiving.Receipt:
    """Takes it in; what is wrong is told beside the field, each fault with its place in the file."""
    try:
        documents.read(data)
    except InvalidRequest as error:
        raise BadRequest(*[Fault("roll_up", _of_shape(one)) for one in error.faults]) from None
    try:
        return receiving.receive(session, who().tenant, data, by=who().name, now=now())
    except InvalidRequest as error:
        raise BadRequest(*[Fault("roll_up", in_words(one)) for one in error.faults]) from None
    except AnotherStands as error:
        raise BadRequest(Fault("roll_up", in_words(Fault(error.place, str(error))))) from None


def _of_shape(fault: Fault) -> str:
    """A fault of what is no file of figures, whoever sent it."""
    if fault.place == "":
        return str(_("Đây không phải tệp số liệu đã ký; xin đơn vị tải lại tệp sau khi ký"))
    return _at(_("Chỗ này của tệp thiếu hoặc không đúng; xin đơn vị tải lại tệp sau khi ký"), fault.place)


def in_words(fault: Fault) -> str:
    """A fault of a file that has the right shape, for people: what is wrong, and where it stands in the file."""
    if fault.place.startswith("/targets"):
        return _at(_("Chỉ tiêu không khớp với kế hoạch đã nạp ở đây"), fault.place)
    known = {
        "/issuer": _("Đơn vị gửi chưa được ghi nhận là thành viên"),
        "/unit/code": _("Tệp của đơn vị khác với thành viên đã ký"),
        "/proof": _("Chữ ký không đúng: tệp đã bị sửa sau khi ký, hoặc ký bằng khoá lạ"),
        "/proof/verificationMethod": _("Khoá ký này đã ngừng dùng; đơn vị ký lại bằng khoá hiện nay"),
        "/plan/id": _("Không thu số liệu của kế hoạch này"),
        "/plan/sha256": _("Được đếm theo bản văn kế hoạch khác với bản đã nạp ở đây"),
        "/cut_off": _("Không thu số liệu cho ngày chốt này, hoặc kỳ thu đã đóng"),
        "/counted": _("Được đếm trước ngày chốt, hoặc đồng hồ máy bên gửi sai"),
        "/headcount_on": _("Ngày tính số lao động khác với kỳ thu này"),
        "/basis": _("Phạm vi tính khác với kỳ thu này"),
        "/id": _("Đã có số liệu khác mang cùng mã"),
        "/edition": _("Đã có bản bằng hoặc mới hơn của đơn vị này"),
    }
    return _at(known.get(fault.place, fault.message), fault.place)


def _at(words: str, place: str) -> str:
    return f"{words} ({place})"


def _gathered(id: UUID) -> Gathered:
    with database().reading(who().tenant) as session:
        seeing_all(session, Act.READ_GATHERED)
        return sums.gather(session, who().tenant, id, today=today())


def _may_receive() -> bool:
    return bool(rights.reach(who(), Act.RECEIVE_ROLL_UPS, today()))


def _may_gather() -> bool:
    return rights.reach(who(), Act.GATHER_ROLL_UPS, today()).everything


def _steps(found: Gathered) -> list[tuple[str, object]]:
    """What can be done about a round as it stands."""
    fit = ("thu-tiep",) if found.round.closed else ("doi-han", "dong")
    return [(step, STEPS[step][0]) for step in fit]


refusals.SAYS[UnknownRound] = lambda error: _("Không có kỳ thu số liệu này")
