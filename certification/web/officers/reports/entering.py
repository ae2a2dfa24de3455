"""…/bao-cao/…/nhap/<unit>: what people enter, in the order of the document, kept as a draft; …/tu-tinh/<unit>: what the
program works out, with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.reports import drawing, entering, papers, words
from certification.reports.entered import ORGANIZATION, Said
from certification.reports.reading import CLOSED, OneReport
from certification.resources.access import database, now, today, who
from certification.resources.errors import BadRequest, Conflict, Fault
from certification.rules.report_forms import Item, Section
from certification.spreadsheets import ImportFaults
from certification.targets.rates import NotBound
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import pages
from certification.web.officers.reports import named, shown_paper, typed
from certification.web.officers.reports.listed import STATE_KINDS
from certification.web.officers.reports.one import is_for_another, progress

__all__ = ["SOURCES", "Below", "Line", "Part", "parts"]

SOURCES = {
    "base": _l("Danh sách đơn vị, doanh nghiệp và người lao động đã nhập, tính đến ngày chốt"),
    "targets": _l("Minh chứng học tập đã ghi, đối chiếu với chỉ tiêu của kế hoạch"),
    "enterprises": _l("Kết quả của từng đơn vị, doanh nghiệp bên dưới"),
    "law-topics": _l("Minh chứng học tập, theo chủ đề chính trị, pháp luật"),
    "skill-routes": _l("Minh chứng học tập, theo hình thức học nghề"),
    "life-skills": _l("Minh chứng học tập, theo chủ đề kỹ năng sống"),
    "digital": _l("Minh chứng học tập, theo chủ đề công nghệ số"),
    "titles": _l("Hồ sơ và quyết định công nhận danh hiệu đã ghi"),
    "channels": _l("Sổ tin, bài, lượt phát đã ghi theo kênh"),
    "commitments": _l("Cam kết của đơn vị đã ghi"),
    "evidence": _l("Mức của các minh chứng đứng sau số liệu"),
}
"""What each figure of ours rests on."""


@dataclass(frozen=True, slots=True)
class Below:
    """What the approved reports below say under an item: `value` joined, of so many units; or each of them apart."""

    value: int | None
    rows: int
    units: int
    apart: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An item as the page shows it; `rows` how many lines of fields, `by` and `at` who entered it last."""

    item: Item
    rows: int
    below: Below
    by: str
    at: Any
    source: object


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its items."""

    section: Section
    is_head: bool
    lines: tuple[Line, ...]


@pages.page(f"{named.PATH}/nhap/<path:code>", Act.WRITE_REPORTS, methods=("GET", "POST"))
def enter_report(plan: str, period: str, cut_off: str, code: str) -> Response:
    """The page. A button beside a table gives it one more row, and nothing is kept by that."""
    key, tenant = named.key_of(plan, period, cut_off), who().tenant
    with database().reading(tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.WRITE_REPORTS)
    at, own, form = named.address(code, key), report.own, report.form
    more = request.form.get("them-dong", "")
    rows = typed.rows_of(form, own, request.form, more)
    filled = filled_in(typed.schema(form, rows), start=typed.start(form, own))
    if filled.posted and not more:
        told = {one.item.code: one.told for one in typed.touched(form, own, filled)} if filled.sent else {}
        if filled.sent and report.state in CLOSED:
            filled.refuse("", _("Báo cáo đã nộp nên không sửa được; chờ trả lại hoặc mở lại rồi sửa"))
        if filled.sent:
            with filled.submitting(settles=True) as session:
                try:
                    entering.enter(session, tenant, who(), code, key, told, now=now())
                except ImportFaults as error:
                    raise BadRequest(*typed.at_their_fields(form, error)) from None
                return filled.done(url_for(".enter_report", **at), _kept(len(told)))
    return shown(
        "officers/reports/enter.html", form=filled, report=report, at=at, parts=parts(report, rows), typed=typed,
        states=all_in_words(words.STATES), kinds=STATE_KINDS, periods=all_in_words(words.PERIODS),
        progress=progress(report), on=today(), for_another=is_for_another(report),
        closed=report.state in CLOSED, figures=[item.code for item in form.items if item.is_ours],
    )  # fmt: skip


def _kept(count: int) -> str:
    said = (
        ngettext(
            "Đã lưu bản nháp, %(count)s mục thay đổi", "Đã lưu bản nháp, %(count)s mục thay đổi", count, count=count
        )
        if count
        else _("Không có gì thay đổi")
    )
    return str(said)


@pages.page(f"{named.PATH}/tu-tinh/<path:code>", Act.READ_REPORTS)
def show_figures(plan: str, period: str, cut_off: str, code: str) -> Response:
    """What the program works out, item by item; the page on which people enter theirs takes it from here."""
    key, tenant = named.key_of(plan, period, cut_off), who().tenant
    with database().reading(tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.READ_REPORTS)
        try:
            paper = papers.draft(session, tenant, code, key, now=now())
        except NotBound as error:
            raise Conflict(Fault("", str(error))) from None
    ours = [
        (item, SOURCES.get(item.figure, ""), shown_paper.blocks(drawing.figure(item, paper.report)))
        for item in report.form.items
        if item.is_ours
    ]
    return shown("officers/reports/figures.html", report=report, at=named.address(code, key), ours=ours)


def parts(report: OneReport, rows: dict[str, int]) -> list[Part]:
    """The sections with their items, and what stands beside each."""
    return [
        Part(one, "." not in one.id, tuple(_line(report, item, rows) for item in report.form.of_section(one.id)))
        for one in report.form.sections
    ]


def _line(report: OneReport, item: Item, rows: dict[str, int]) -> Line:
    said = report.own.get(item.code)
    return Line(
        item=item,
        rows=rows.get(item.code, 0),
        below=below(report, item),
        by="" if said is None else said.by,
        at=None if said is None else said.at,
        source=SOURCES.get(item.figure, ""),
    )


def below(report: OneReport, item: Item) -> Below:
    """What the units below say under an item, without the unit's own."""
    joined, own = report.entered.joined.get(item.code), report.own.get(item.code)
    apart = report.entered.apart.get(item.code, ())
    if joined is None or item.join not in ("sum", "list"):
        return Below(None, 0, 0, apart)
    units = joined.organizations - (own is not None)
    if isinstance(joined.value, int):
        mine = own.value if own is not None and isinstance(own.value, int) else 0
        return Below(joined.value - mine if units else None, 0, units, apart)
    listed = [row for row in joined.value if isinstance(row, dict) and row.get(ORGANIZATION)] if units else []
    return Below(None, len(listed), units, apart)
