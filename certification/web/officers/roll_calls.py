"""/diem-danh: sessions at which people are called: opened, shown as a code, ticked, typed in from paper, looked at."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import segno
from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import kept_files
from certification.resources import looking
from certification.resources.access import caller, changing, database, now, pepper, today, who
from certification.resources.errors import NotFound
from certification.resources.roll_calls import known_meeting, reached
from certification.resources.speaking import download
from certification.resources.uploads import Kinds
from certification.roll_calls import figures, meetings, presences, words
from certification.roll_calls.meetings import Meeting, Plan
from certification.roll_calls.presences import Tick
from certification.rules import evidence_mapping, roll_call_rules
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets.columns import plain
from certification.transcripts import subjects
from certification.units import organizations
from certification.vietnam import VIETNAM
from certification.web.frame import places
from certification.web.frame.fields import Form, choice, day, file, long_text, number, several, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.officers import pages
from lrs.api import Fault
from lrs.db import new_id

__all__: list[str] = []

SHOWN = 50
RECENT = 5
"""So many sessions say which topics come first."""
MOST_RECENT = 5
"""So many of these topics stand before the groups."""

PICTURES = Kinds(("image/jpeg", "image/png", "application/pdf"), presences.SHEET_BYTES)

HOW = {
    presences.SCAN: _l("quét mã"),
    presences.DIGITS: _l("nhập 6 số"),
    presences.TICK: _l("cán bộ đánh dấu"),
    presences.PAPER: _l("danh sách giấy"),
}
STATES = {
    meetings.OPEN: (_l("Đang mở"), "good"),
    meetings.PAUSED: (_l("Tạm dừng"), "todo"),
    meetings.CLOSED: (_l("Đã kết thúc"), "plain"),
}


class OpenForm(Form):
    """What a session is about, and when."""

    title = text(_l("Nội dung buổi học"), needed=_l("Nhập nội dung buổi học, ví dụ Luật Lao động: nghỉ phép năm"))
    topics = several(
        _l("Chủ đề được tính"), needed=_l("Chọn ít nhất một chủ đề"),
        hint=_l("Chủ đề của các buổi gần đây đứng trước, rồi theo nhóm của chương trình"),
    )  # fmt: skip
    delivery = choice(_l("Hình thức"), [(code, said.capitalize()) for code, said in meetings.DELIVERIES.items()],
                      needed=_l("Chọn hình thức"))  # fmt: skip
    on = day(_l("Ngày"), needed=_l("Nhập ngày"))
    start = text(
        _l("Giờ bắt đầu"), needed=_l("Nhập giờ bắt đầu"), pattern=r"([01]?\d|2[0-3])[:hg][0-5]\d", width="short",
        wrong=_l("Ghi giờ:phút, ví dụ 07:30"), hint=_l("Ví dụ 07:30"),
    )  # fmt: skip
    minutes = number(_l("Số phút"), 1, 1440, needed=_l("Nhập số phút của buổi"))
    place = text(_l("Địa điểm"))
    instructor = text(_l("Người trình bày"))
    early_minutes = number(_l("Nhận mã sớm bao nhiêu phút"), 0, 1440)
    late_minutes = number(_l("Nhận mã muộn bao nhiêu phút"), 0, 1440)


class TickForm(Form):
    """Names ticked, without script."""

    worker = several(_l("Người có mặt"))


class PaperForm(Form):
    """A paper list, typed in with its picture."""

    numbers = long_text(
        _l("Mã nhân viên"), rows=10, most=60_000, needed=_l("Ghi ít nhất một mã, mỗi dòng một mã"),
        hint=_l("Mỗi dòng một mã, như trong danh sách người lao động"),
    )  # fmt: skip
    picture = file(_l("Ảnh chụp danh sách giấy"), PICTURES, needed=_l("Chọn ảnh chụp danh sách có chữ ký"))


class TakeBackForm(Form):
    """Why somebody was not there."""

    reason = text(_l("Lý do"), needed=_l("Ghi lý do, ví dụ đánh dấu nhầm"))


@pages.page("/diem-danh", Act.READ_ROLL_CALLS)
def roll_calls() -> Response:
    """Sessions of the own branches, the latest first."""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        within = reached(session, Act.READ_ROLL_CALLS)
        found = meetings.listed(session, tenant, organizations=within, limit=SHOWN)
        counts = figures.counts(session, tenant, [one.id for one in found])
    return shown("officers/roll-calls.html", meetings=found, counts=counts, states=STATES)


@pages.page("/diem-danh/mo", Act.HOLD_ROLL_CALLS, methods=("GET", "POST"))
def open_roll_call() -> Response:
    """Opens a session; the form begins with now."""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        within = reached(session, Act.HOLD_ROLL_CALLS)
        before = meetings.listed(session, tenant, organizations=within, limit=RECENT)
        groups = evidence_mapping.mapping_in_force(session, tenant, today()).groups
        titles = subjects.of(session, tenant, ()).groups
        topics = _in_groups(meetings.countable(session, tenant, today()), before, groups, titles)
        rules = roll_call_rules.in_force(session, tenant, PROGRAMME, today())
    here = now().astimezone(VIETNAM)
    start = here - timedelta(minutes=here.minute % 5)
    begun = {"delivery": "talk", "on": today(), "start": f"{start:%H:%M}", "minutes": 60}
    begun |= {"early_minutes": rules.early_minutes, "late_minutes": rules.late_minutes}
    form = filled_in(OpenForm, start=begun, choices={"topics": topics})
    place = places.here()
    unit = place.code if place is not None and place.code is not None else ""
    if form.sent:
        with form.submitting() as session:
            node = organizations.node(session, tenant, unit)
            if not rights.may(session, who(), Act.HOLD_ROLL_CALLS, today(), organization=node.id):
                raise rights.NotAllowed(who(), Act.HOLD_ROLL_CALLS)
            made = meetings.open_one(session, tenant, unit, _plan(form.values), by=who().name, now=now())
            return form.done(url_for(".roll_call", id=made.id), _("Đã mở buổi điểm danh"))
    return shown("officers/roll-call-open.html", form=form, place=place)


def _in_groups(
    topics: list[tuple[str, str]], before: list[Meeting], groups: Mapping[str, str], titles: Mapping[str, str]
) -> list[tuple[str | None, str]]:
    """What the last sessions were about, the latest first, then all else by the groups of the programme, of which the
    plans say the titles; each part begins with its heading, an option without a value."""
    codes = list(dict.fromkeys(code for one in before for code in one.topics))
    recent = sorted((one for one in topics if one[0] in codes), key=lambda one: codes.index(one[0]))[:MOST_RECENT]
    parts: dict[str, list[tuple[str, str]]] = {_("Gần đây"): recent, **{title: [] for title in titles.values()}}
    for one in topics:
        if one not in recent:
            parts.setdefault(titles.get(groups.get(one[0], ""), _("Chủ đề khác")), []).append(one)
    return [each for title, some in parts.items() if some for each in ((None, title), *some)]


def _plan(values: Any) -> Plan:
    hours, minutes = (int(part) for part in values["start"].replace("h", ":").replace("g", ":").split(":"))
    starts = datetime.combine(values["on"], datetime.min.time(), VIETNAM).replace(hour=hours, minute=minutes)
    return Plan(
        values["title"], values["delivery"], values["topics"], starts, starts + timedelta(minutes=values["minutes"]),
        values["instructor"], values["place"], values["early_minutes"], values["late_minutes"],
    )  # fmt: skip


@pages.page("/diem-danh/<uuid:id>", Act.READ_ROLL_CALLS)
def roll_call(id: UUID) -> Response:
    """A session: who is there, what to look at, and what can be done."""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        meeting = known_meeting(session, id, Act.READ_ROLL_CALLS)
        there = figures.present(session, tenant, meeting)
        gone = figures.present(session, tenant, meeting, withdrawn=True)
        sheets = figures.sheets(session, tenant, meeting)
        mine = rights.may(session, who(), Act.HOLD_ROLL_CALLS, today(), organization=meeting.organization_id)
    looking.saw_these(one.worker_id for one in (*there, *gone))
    return shown(
        "officers/roll-call.html", meeting=meeting, there=there, gone=gone, sheets=sheets, mine=mine, how=HOW,
        state=STATES[meeting.state], together=figures.of_one_device(there), clock=words.clock,
        levels=_levels(there),
    )  # fmt: skip


def _levels(there: list[figures.Present]) -> tuple[int, int]:
    """How many are known first-hand, and how many by paper or afterwards."""
    lower = sum(
        one.how == presences.PAPER or (one.sent_later and one.how in (presences.SCAN, presences.DIGITS))
        for one in there
    )
    return len(there) - lower, lower


@pages.page("/diem-danh/<uuid:id>/man-hinh", Act.HOLD_ROLL_CALLS)
def roll_call_screen(id: UUID) -> Response:
    """The screen at the gate: the code, how many there are, the last five. It loads itself again."""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        meeting = known_meeting(session, id, Act.HOLD_ROLL_CALLS)
        seen = figures.screen(session, tenant, meeting, now())
    looking.saw_these(one.worker_id for one in seen.last)
    address = url_for("workers.bring_code", address=meeting.address, m=seen.digits, _external=True)
    typed_at = url_for("workers.type_code", _external=True).partition("://")[2]
    why = words.opens(meeting.opens, now()) if now() < meeting.opens else words.over(meeting.over)
    return shown(
        "officers/roll-call-screen.html", meeting=meeting, seen=seen, plain=typed_at, clock=words.clock,
        code=_qr(address) if seen.digits else "", why=why, state=STATES[meeting.state],
    )  # fmt: skip


def _qr(address: str) -> Markup:
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=3, svgclass=None, lineclass=None
    )
    return Markup(out.getvalue().decode())  # noqa: S704 — drawn here, of an address of ours


@pages.page("/diem-danh/<uuid:id>/buoc", Act.HOLD_ROLL_CALLS, methods=("POST",))
def step_roll_call(id: UUID) -> Response:
    """Pauses, resumes, closes or reopens; back to where it was asked for."""
    name = request.form.get("buoc", "")
    if name not in meetings.STEPS:
        raise NotFound(Fault("", _("Không có bước này")))
    form = filled_in(Form)
    with changing(caller().tenant) as session:
        meeting = known_meeting(session, id, Act.HOLD_ROLL_CALLS)
        meetings.step(session, caller().tenant, meeting.id, name, by=who().name, now=now())
    to_screen = request.form.get("o") == "man-hinh"
    return form.done(url_for(".roll_call_screen" if to_screen else ".roll_call", id=id))


@pages.page("/diem-danh/<uuid:id>/danh-dau", Act.HOLD_ROLL_CALLS, methods=("GET", "POST"))
def tick_roll_call(id: UUID) -> Response:
    """The list to tick. With script each tick is sent by itself and waits where there is no network."""
    tenant = caller().tenant
    form = filled_in(TickForm, choices={"worker": []})
    if form.posted:
        form.faults.clear()
        chosen = request.form.getlist("worker")[: presences.TICKS_AT_MOST]
        with form.submitting(settles=True) as session:
            meeting = known_meeting(session, id, Act.HOLD_ROLL_CALLS)
            ticks = [Tick(new_id(), one) for one in chosen]
            done = presences.tick(session, tenant, meeting.id, ticks, by=who().name, secret=pepper(), now=now())
            new = sum(one.present is not None and not one.again for one in done)
            for refusal in sorted({one.refusal for one in done if one.refusal}):
                form.refuse("", refusal)
            if not form.faults:
                return form.done(url_for(".tick_roll_call", id=id), _("Đã ghi có mặt %(count)s người", count=new))
    with database().reading(tenant) as session:
        meeting = known_meeting(session, id, Act.HOLD_ROLL_CALLS)
        called = figures.roster(session, tenant, meeting)
    looking.saw_these(one.worker_id for one in called)
    typed = plain(request.args.get("tim", ""))
    found = [one for one in called if typed in plain(f"{one.name} {one.number}")]
    return shown(
        "officers/roll-call-ticks.html", meeting=meeting, called=found, form=form, clock=words.clock,
        count=sum(one.present is not None for one in called), total=len(called), folded=plain,
        typed=request.args.get("tim", ""),
    )  # fmt: skip


@pages.page(
    "/diem-danh/<uuid:id>/danh-sach-giay", Act.HOLD_ROLL_CALLS, methods=("GET", "POST"),
    most_bytes=PICTURES.most_bytes + 1_000_000,
)  # fmt: skip
def type_in_roll_call(id: UUID) -> Response:
    """Types in a paper list, with a picture of it."""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        meeting = known_meeting(session, id, Act.HOLD_ROLL_CALLS)
    form = filled_in(PaperForm)
    if form.sent:
        numbers = [line.strip() for line in form.values["numbers"].splitlines() if line.strip()]
        picture = form.values["picture"]
        with form.submitting({"": "numbers"}, settles=True) as session:
            told: Any = {"by": who().name, "secret": pepper(), "now": now()}
            new, known = presences.type_in(session, tenant, id, numbers, picture.data, picture.name, **told)
            said = _("Đã ghi %(new)s người từ danh sách giấy; %(known)s người đã có từ trước", new=new, known=known)
            return form.done(url_for(".roll_call", id=id), said)
    return shown("officers/roll-call-paper.html", meeting=meeting, form=form)


@pages.page("/diem-danh/<uuid:id>/bo/<path:number>", Act.HOLD_ROLL_CALLS, methods=("GET", "POST"))
def take_back_presence(id: UUID, number: str) -> Response:
    """Takes back that somebody was there, after asking why."""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        meeting = known_meeting(session, id, Act.HOLD_ROLL_CALLS)
        there = {one.number: one for one in figures.present(session, tenant, meeting)}
    one, missing = there.get(number), NotFound(Fault("", _("Người này không có trong danh sách có mặt")))
    form = filled_in(TakeBackForm, start={"reason": words.MISTICKED})
    if form.sent:
        with form.submitting() as session:
            if one is None:
                raise missing
            told: Any = {"by": who().name, "secret": pepper(), "now": now()}
            presences.withdraw(session, tenant, id, number, reason=form.values["reason"], **told)
            return form.done(url_for(".roll_call", id=id), _("Đã bỏ ghi có mặt của %(name)s", name=one.name))
    if one is None:
        raise missing
    looking.saw_these([one.worker_id])
    return shown("officers/roll-call-take-back.html", meeting=meeting, one=one, form=form, clock=words.clock)


@pages.page("/diem-danh/<uuid:id>/anh/<sha256>", Act.HOLD_ROLL_CALLS)
def roll_call_sheet(id: UUID, sha256: str) -> Response:
    """A picture of the paper list."""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        meeting = known_meeting(session, id, Act.HOLD_ROLL_CALLS)
        sheet = next((one for one in figures.sheets(session, tenant, meeting) if one.sha256 == sha256), None)
        if sheet is None:
            raise NotFound(Fault("", _("Không có ảnh này")))
        _kept, data = kept_files.read(session, tenant, sha256)
        looking.saw_these(one.worker_id for one in figures.present(session, tenant, meeting))
    return download(data, sheet.file_name)
