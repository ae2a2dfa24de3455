"""Tables of a drawn report, from its figures: targets, topics, units, enterprises. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certification.documents.office import Column, Table
from certification.reports import sentences
from certification.reports.figures import Blockers, Figures, Part, TargetRow, UnitRow
from certification.rules.report_forms import Item
from certification.targets.figures import NOTHING, forecast_words, last_year_words, mean, number, percent

__all__ = [
    "TOPICS",
    "blockers",
    "details",
    "entered_rows",
    "forecasts",
    "goal_years",
    "indicator_points",
    "parts_of",
    "targets",
    "topics",
    "units",
]

TOPICS: Mapping[str, tuple[str, ...]] = {
    "law-topics": ("law-", "working-class"),
    "skill-routes": ("skill-",),
    "life-skills": ("life-",),
    "digital": ("digital-",),
}
"""How the codes of the topics begin that a figure of a report form tells of."""


def goal_years(figures: Figures) -> list[int]:
    """The years by whose end the plan asks for something."""
    return sorted({one.year for row in figures.targets for one in row.figures.year_targets})


def targets(figures: Figures) -> Table:
    """The plan's own table: counted, rate, and what is asked by each year."""
    columns = (
        Column("ten", "Chỉ tiêu", 46),
        Column("ket_qua", "Số đạt/tổng số", 26, "right"),
        Column("ty_le", "Tỷ lệ", 16, "right"),
        *_goal_columns(figures, 72),
    )
    rows = []
    for row in figures.targets:
        one = row.figures
        told = {"ten": _titled(row), "ket_qua": _result(one.counted, one.denominator), "ty_le": percent(one.rate)}
        rows.append(told | _goals(row))
        for beside in one.beside:
            counted = _result(beside.counted, one.denominator)
            rows.append({"ten": beside.title, "ket_qua": counted, "ty_le": percent(beside.rate)})
    return Table(columns, rows, "Kết quả thực hiện các chỉ tiêu")


def details(figures: Figures) -> Table:
    """Every target with lượt and last year; for an annex in landscape."""
    columns = (
        Column("ten", "Chỉ tiêu", 58),
        Column("nguoi", "Số đạt", 18, "right"),
        Column("luot", "Số lượt", 18, "right"),
        Column("tong", "Tổng số", 18, "right"),
        Column("ty_le", "Tỷ lệ", 16, "right"),
        Column("nam_truoc", "Cùng ngày năm trước", 44),
        *_goal_columns(figures, 75),
    )
    rows = [
        {
            "ten": _titled(row),
            "nguoi": number(row.figures.counted),
            "luot": number(row.figures.participations),
            "tong": number(row.figures.denominator),
            "ty_le": percent(row.figures.rate),
            "nam_truoc": last_year_words(row.last_year),
        }
        | _goals(row)
        for row in figures.targets
    ]
    return Table(columns, rows)


def _goal_columns(figures: Figures, width: float) -> list[Column]:
    years = goal_years(figures)
    return [Column(str(year), f"Mục tiêu năm {year}", width / len(years)) for year in years]


def _goals(row: TargetRow) -> dict[str, str]:
    return {str(one.year): sentences.goal(one, row.figures.unit) for one in row.figures.year_targets}


def _result(counted: int, of: int) -> str:
    """ "613/1.000"; what is too long for its column ends a line behind the stroke."""
    written = f"{number(counted)}/{number(of)}"
    return written if len(written) <= _FITS else written.replace("/", "/\n")


_FITS = 13
"""Letters that the column of results holds."""


def forecasts(figures: Figures) -> list[str]:
    """What is to be expected of each target by each year, and on what assumption; and where a plan asks for less than
    the one above it."""
    said = [
        f"{_titled(row)}: {forecast_words(one)}."
        for row in figures.targets
        for one in row.forecasts
        if one.why_not != "past"
    ]
    return said + [f"Lưu ý: {one}." for row in figures.targets for one in row.below_parent]


def parts_of(figures: Figures, figure: str) -> list[Part]:
    """The topics that a figure of a form tells of, each once."""
    found: dict[str, Part] = {}
    for row in figures.targets:
        for part in row.parts:
            if part.code.startswith(TOPICS[figure]):
                found.setdefault(part.code, part)
    return list(found.values())


def topics(parts: Sequence[Part], caption: str) -> Table:
    """Persons and lượt by topic."""
    columns = (
        Column("ten", "Nội dung", 100),
        Column("nguoi", "Số người", 30, "right"),
        Column("luot", "Số lượt", 30, "right"),
    )
    rows = [{"ten": one.title, "nguoi": number(one.persons), "luot": number(one.participations)} for one in parts]
    return Table(columns, rows, caption)


def indicator_points(figures: Figures) -> Table:
    """The mean of each chỉ số among those of whom a body decided; for an annex in landscape."""
    columns = (
        Column("ma", "Mã", 20),
        Column("ten", "Chỉ số", 107),
        Column("goi_y", "Điểm gợi ý, bình quân", 30, "right"),
        Column("goi_y_nguoi", "Số người có điểm gợi ý", 30, "right"),
        Column("tinh", "Điểm được tính, bình quân", 30, "right"),
        Column("tinh_nguoi", "Số người có điểm được tính", 30, "right"),
    )
    rows = [
        {
            "ma": one.code,
            "ten": one.title,
            "goi_y": mean(one.mean_suggested),
            "goi_y_nguoi": number(one.suggested_of),
            "tinh": mean(one.mean_decided),
            "tinh_nguoi": number(one.decided_of),
        }
        for one in figures.points
    ]
    return Table(columns, rows)


def blockers(of: Blockers) -> Table:
    """What is lacked by how many of those who do not meet the criteria."""
    columns = (
        Column("ma", "Mã", 20),
        Column("ten", "Chỉ số", 107),
        Column("nguoi", "Số người còn thiếu", 40, "right"),
        Column("duoi", "Trong đó: dưới mức tối thiểu", 40, "right"),
        Column("chua", "Trong đó: chưa ai cho điểm", 40, "right"),
    )
    rows = [
        {
            "ma": one.code,
            "ten": one.title,
            "nguoi": number(one.persons),
            "duoi": number(one.below),
            "chua": number(one.not_given),
        }
        for one in of.indicators
    ]
    alone = {"ma": "", "ten": sentences.TOTAL_ALONE, "nguoi": number(of.total_alone), "duoi": "", "chua": ""}
    return Table(columns, [*rows, *([alone] if of.total_alone else [])])


def units(rows: Sequence[UnitRow], groups: Sequence[str]) -> Table:
    """Units with their workers, coverage and each group's count and rate; for an annex in landscape."""
    left = 247 - 12 - 50 - 18 - 18 - 18 - 18
    columns = (
        Column("stt", "STT", 12, "right"),
        Column("ten", "Đơn vị", 50),
        Column("lao_dong", "Lao động", 18, "right"),
        Column("bao_cao", "DN có danh sách", 18, "right"),
        *(Column(group, group, left / max(1, len(groups)), "right") for group in groups),
        Column("du", "Đủ tiêu chí", 18, "right"),
        Column("co", "Có danh hiệu", 18, "right"),
    )
    return Table(columns, [_unit(place, one, groups) for place, one in enumerate(rows, 1)])


def _unit(place: int, one: UnitRow, groups: Sequence[str]) -> dict[str, str]:
    told = {
        "stt": str(place),
        "ten": one.name,
        "lao_dong": number(one.headcount),
        "bao_cao": f"{number(one.coverage.reporting)}/{number(one.coverage.enterprises)}",
        "du": number(one.meets_criteria),
        "co": number(one.holds_title),
    }
    for group in groups:
        found = one.target(group)
        told[group] = NOTHING if found is None else f"{number(found.counted)} ({percent(found.rate)})"
    return told


def entered_rows(item: Item, rows: Sequence[Mapping[str, int | str]], organization: str) -> Table:
    """What people entered as rows; `organization` is the key of the unit that a row comes from."""
    widths = {"text": 60.0, "count": 24.0, "money": 30.0, "day": 26.0}
    columns = [
        Column(
            one.code, one.title, widths.get(one.entered, 40), "right" if one.entered in ("count", "money") else "left"
        )
        for one in item.columns
    ]
    if any(row.get(organization) for row in rows):
        columns.append(Column(organization, "Đơn vị", 40))
    return Table(
        tuple(columns),
        [{one.field: _cell(row.get(one.field)) for one in columns} for row in rows],
        item.title,
    )


def _cell(value: int | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return number(value)
    year, _, rest = value.partition("-")
    month, _, day = rest.partition("-")
    if len(value) == 10 and (year + month + day).isdigit():
        return f"{day}/{month}/{year}"
    return value


def _titled(row: TargetRow) -> str:
    """ "G1. Chính trị, pháp luật"; whom it counts where those are no workers."""
    whom = sentences.POPULATIONS.get(row.figures.population)
    return f"{row.figures.group}. {row.figures.title}" + (f" ({whom})" if whom else "")
