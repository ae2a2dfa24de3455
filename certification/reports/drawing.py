"""The report as an office document in the form of Decree 30/2020/NĐ-CP, from plain values, for Word and PDF alike.

Sections stand in the form's order; under each what people wrote, then what they counted, then our figures. Tables of
more than five columns lie in annexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from certification.documents.kinds import REPORT
from certification.documents.office import Annex, Block, Heading, OfficeDocument, Paragraph, Signature, Table
from certification.reports import sentences, tables
from certification.reports.entered import ORGANIZATION, Entered
from certification.reports.figures import Figures
from certification.rules.report_forms import Item, ReportForm
from certification.targets.figures import number
from certification.units.letterheads import Letterhead

__all__ = ["Report", "document", "figure", "said_in_words"]


_CHAIR = Signature("CHỦ TỊCH")
_EMPTY, _EMPTY_DRAFT = "Không có nội dung.", "[Chưa nhập nội dung nào của mục này]"
"""What stands under a heading of the form under which nobody wrote or counted anything: no heading is left out, since
others go by their numbers."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report's papers are drawn from.

    `year` is the one reported on, `period` one of `report_forms.PERIODS`; `organization` as it is named in the text;
    `draft`: not filed yet, and marked so. `number` and `day` stay None until the body's own system gives them.
    """

    form: ReportForm
    entered: Entered
    figures: Figures
    letterhead: Letterhead
    organization: str
    year: int
    period: str = "yearly"
    signature: Signature = _CHAIR
    recipients: tuple[str, ...] = ()
    draft: bool = True
    number: str | None = None
    day: date | None = None


def document(report: Report) -> OfficeDocument:
    """The report with its annexes, to be drawn by `documents.word` and `documents.office_pdf`."""
    return OfficeDocument(
        kind=REPORT,
        letterhead=report.letterhead,
        subject=sentences.of_period(report.form.heading_of(report.year, report.organization), report.period),
        year=report.figures.as_of.year,
        blocks=tuple(_blocks(report)),
        number=report.number,
        day=report.day,
        recipients=report.recipients or report.form.recipients,
        signatures=(report.signature,),
        annexes=tuple(_annexes(report)),
        foot=sentences.drawn_from(report.figures),
        draft=sentences.DRAFT if report.draft else "",
    )


def _blocks(report: Report) -> Iterator[Block]:
    yield Paragraph(report.form.opening_of(report.year, report.organization))
    for section in report.form.sections:
        level = 2 if "." in section.id else 1
        if level == 1:
            yield Heading(f"{section.id}. {section.title.upper()}", 1)
        else:
            yield Heading(f"{section.id.rpartition('.')[2]}. {section.title}", 2)
        items = report.form.of_section(section.id)
        blocks = [one for item in items for one in (_figure if item.is_ours else _entered)(item, report)]
        yield from blocks
        if not blocks and not any(one.id.startswith(f"{section.id}.") for one in report.form.sections):
            yield Paragraph(_EMPTY_DRAFT if report.draft else _EMPTY)


def said_in_words(item: Item, entered: Entered, year: int) -> str:
    """A number as the report says it; "" where nobody entered one."""
    value = entered.number(item.code)
    if value is None:
        return ""
    if item.words:
        said = item.words.replace("{value}", number(value)).replace("{unit}", item.unit).replace("{year}", str(year))
    else:
        said = f"{item.title}: {number(value)} {item.unit}".rstrip()
    own = entered.own.get(item.code)
    return f"{said} ({own.note.strip()})" if own is not None and own.note.strip() else said


def _entered(item: Item, report: Report) -> Iterator[Block]:
    if item.entered in ("count", "money"):
        said = said_in_words(item, report.entered, report.year)
        if said:
            yield Paragraph(f"- {said}.")
        return
    if item.entered == "rows":
        rows = report.entered.rows(item.code)
        if rows:
            yield tables.entered_rows(item, rows, ORGANIZATION)
        return
    text = report.entered.text(item.code).strip()
    for line in text.splitlines():
        if line.strip():
            yield Paragraph(" ".join(line.split()))
    if not text and item.required and report.draft:
        yield Paragraph(f"[Chưa nhập: {item.title}]")


_TOPIC_CAPTIONS = {
    "law-topics": "Tuyên truyền, phổ biến chính trị, pháp luật theo nội dung",
    "skill-routes": "Học tập nâng cao tay nghề theo hình thức",
    "life-skills": "Kỹ năng sống theo nội dung",
}


def figure(item: Item, report: Report) -> tuple[Block, ...]:
    """What the report says under one of our figures; nothing where there is nothing to say."""
    return tuple(_figure(item, report))


def _figure(item: Item, report: Report) -> Iterator[Block]:
    figures = report.figures
    if not figures.coverage.enterprises:
        if item.figure == "base":
            yield Paragraph(f"- {sentences.base(figures)}")
        return
    match item.figure:
        case "base":
            yield Paragraph(f"- {sentences.base(figures)}")
            yield Paragraph(f"- {sentences.basis(figures)}")
        case "targets" if item.target is not None:
            for row in figures.targets:
                if row.figures.target == item.target:
                    yield Paragraph(f"- {sentences.target_line(row, figures.cut_off.year)}")
        case "targets":
            yield from _filled(tables.targets(figures))
        case "law-topics" | "skill-routes" | "life-skills" as which:
            yield from _filled(tables.topics(tables.parts_of(figures, which), _TOPIC_CAPTIONS[which]))
        case "digital":
            for said in sentences.digital(figures.targets):
                yield Paragraph(f"- {said}")
        case "titles":
            yield Paragraph(f"- {sentences.titles(figures)}")
            if "points" in (numbers := _annex_numbers(report)):
                yield Paragraph(f"- Điểm bình quân từng chỉ số của người đã có quyết định: {numbers['points']}.")
            if figures.blockers is not None:
                annex = _annex_numbers(report).get("blockers")
                yield Paragraph(f"- {sentences.blockers(figures.blockers)}" + (f" Chi tiết: {annex}." if annex else ""))
        case "enterprises":
            named = [name for which, name in _annex_numbers(report).items() if which in ("units", "enterprises")]
            if named:
                yield Paragraph(f"- Kết quả từng đơn vị: {', '.join(named)}.")
        case "channels" | "commitments" as which:
            said = (
                sentences.channels(figures.channels)
                if which == "channels"
                else sentences.commitments(figures.commitments)
            )
            if said:
                yield Paragraph(f"- {said}")
        case "evidence":
            yield Paragraph(f"- {sentences.evidence(figures.evidence)}")


def _filled(table: Table) -> Iterator[Block]:
    if table.rows:
        yield table


# ---------------------------------------------------------------- annexes


def _annex_numbers(report: Report) -> dict[str, str]:
    """The annexes there are, by what they hold, with their numbers."""
    figures = report.figures
    there = [
        name
        for name, some in (
            ("targets", figures.targets and figures.coverage.enterprises),
            ("points", figures.points),
            ("blockers", figures.blockers and figures.blockers.indicators),
            ("units", figures.units),
            ("enterprises", figures.enterprises),
            ("sent", _sent(report)),
        )
        if some
    ]
    return {name: f"Phụ lục {_ROMAN[place]}" if len(there) > 1 else "Phụ lục" for place, name in enumerate(there)}


_ROMAN = ("I", "II", "III", "IV", "V", "VI")


def _sent(report: Report) -> tuple[Paragraph, ...]:
    """Texts of the units below, which nobody joined."""
    return tuple(
        Paragraph(said.value, f"{item.title}, {said.organization}:")
        for item in report.form.asked
        for said in report.entered.apart.get(item.code, ())
        if isinstance(said.value, str) and said.value.strip()
    )


def _annexes(report: Report) -> Iterator[Annex]:
    figures, numbers = report.figures, _annex_numbers(report)
    groups = "; ".join(f"{row.figures.group}: {row.figures.title}" for row in figures.targets)
    legend = Paragraph(
        "Mỗi cột chỉ tiêu ghi số người đạt và tỷ lệ trên lao động của đơn vị. Người làm ở nhiều đơn vị có ở mỗi đơn "
        f"vị, nên tổng các dòng có thể lớn hơn số chung. {groups}."
    )
    if "targets" in numbers:
        notes = tuple(Paragraph(f"- {said}") for said in (sentences.basis(figures), *tables.forecasts(figures)))
        yield Annex("CHI TIẾT KẾT QUẢ THEO CHỈ TIÊU", (tables.details(figures), *notes), numbers["targets"])
    if "points" in numbers:
        of_whom = Paragraph(sentences.indicator_points(figures))
        yield Annex("ĐIỂM BÌNH QUÂN TỪNG CHỈ SỐ", (of_whom, tables.indicator_points(figures)), numbers["points"])
    if "blockers" in numbers and figures.blockers:
        lacked = (Paragraph(sentences.blockers_note(figures)), tables.blockers(figures.blockers))
        yield Annex("NGƯỜI CHƯA ĐỦ TIÊU CHÍ CÒN THIẾU GÌ", lacked, numbers["blockers"])
    if "units" in numbers:
        table = tables.units(figures.units, figures.groups)
        yield Annex("KẾT QUẢ THEO ĐƠN VỊ TRỰC THUỘC", (legend, table), numbers["units"])
    if "enterprises" in numbers:
        table, left = tables.units(figures.enterprises, figures.groups), figures.enterprises_left_out
        more = (Paragraph(f"Còn {number(left)} doanh nghiệp không liệt kê ở đây."),) if left else ()
        yield Annex("KẾT QUẢ THEO DOANH NGHIỆP", (legend, *more, table), numbers["enterprises"])
    if "sent" in numbers:
        yield Annex("NỘI DUNG DO ĐƠN VỊ CẤP DƯỚI GỬI", _sent(report), numbers["sent"])
