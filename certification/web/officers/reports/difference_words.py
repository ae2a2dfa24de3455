"""What differs since a report was filed, in words: figures by what they count, entered items by their titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.reports.figures import Figures
from certification.reports.filing import Change
from certification.reports.sentences import CHANNELS
from certification.targets.figures import number

__all__ = ["Line", "lines"]

PLAIN = {
    "headcount": _l("Người lao động"),
    "women": _l("Trong đó nữ"),
    "members": _l("Đoàn viên"),
    "union_cadres": _l("Cán bộ công đoàn"),
    "grassroots_unions": _l("Công đoàn cơ sở"),
    "enterprises": _l("Doanh nghiệp"),
    "unionised_enterprises": _l("Doanh nghiệp có công đoàn cơ sở"),
    "reporting": _l("Doanh nghiệp có danh sách lao động"),
    "declared": _l("Doanh nghiệp chỉ khai số lao động"),
    "meets_criteria": _l("Người đủ tiêu chí theo minh chứng"),
    "holds_title": _l("Người có danh hiệu"),
}
PARTS = {
    "counted": _l("số đạt"),
    "participations": _l("số lượt"),
    "denominator": _l("tổng số"),
    "suggested": _l("tổng điểm gợi ý"),
    "decided": _l("tổng điểm được tính"),
    "decided_of": _l("số người có quyết định"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something that differs: what, as filed and now; `more` how much more it is, where both are numbers."""

    title: str
    filed: str
    now: str
    more: str
    is_ours: bool


def lines(figures: Figures, changes: Sequence[Change]) -> list[Line]:
    """In the order of the report."""
    titles = {row.figures.target: row.figures.title for row in figures.targets}
    titles |= {beside.id: beside.title for row in figures.targets for beside in row.figures.beside}
    return [_line(one, titles) for one in changes]


def _line(one: Change, titles: dict[str, str]) -> Line:
    ours = not one.item.startswith("entered/")
    more = ""
    if isinstance(one.filed, int) and isinstance(one.now, int):
        by = one.now - one.filed
        more = f"{'+' if by > 0 else '−'}{number(abs(by))}"
    return Line(_named(one.item, titles) if ours else one.title, _said(one.filed), _said(one.now), more, ours)


def _named(item: str, titles: dict[str, str]) -> str:
    if item in PLAIN:
        return str(PLAIN[item])
    kind, _stroke, rest = item.partition("/")
    if kind == "channel":
        return str(_("Tin, bài qua %(channel)s", channel=CHANNELS.get(rest, rest)))
    if kind == "commitment":
        return str(_("Cam kết “%(what)s”", what=rest))
    about, _stroke, part = rest.partition("/")
    name = f"{about} {titles.get(about, '')}".strip()
    return f"{name}: {PARTS.get(part, part)}" + (f" ({kind})" if kind != "points" else "")


def _said(value: object) -> str:
    if value is None:
        return str(_("không có"))
    if isinstance(value, int):
        return number(value)
    if isinstance(value, tuple | list):
        return "; ".join(", ".join(str(cell) for cell in row.values()) for row in value)
    return str(value)
