"""The measures of Decree 30/2020/NĐ-CP, annex I, as we set them within what it allows. Millimetres and points."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FONT", "MARGINS", "PAPER", "STYLES", "STYLE_OF", "Style", "text_width"]

FONT = "Times New Roman"
PAPER = (210, 297)
MARGINS = (20, 20, 20, 30)
"""Top, right, bottom, left: 20 to 25, 15 to 20, 20 to 25, 30 to 35 are allowed."""

HEAD = (60, 100)
"""The two columns of the head: the issuer, and Quốc hiệu with Tiêu ngữ."""
MOTTO_RULE = 60.5
"""The rule under Tiêu ngữ is as long as it: measured at 14 points bold."""
ISSUER_RULE = 24
SUBJECT_RULE = 50
"""A third to a half of the line above."""
SIGNING_SPACE = 30
"""Room for a signature and a seal."""


def text_width(*, landscape: bool) -> int:
    """The width of the lines in millimetres."""
    return (PAPER[1] if landscape else PAPER[0]) - MARGINS[1] - MARGINS[3]


@dataclass(frozen=True, slots=True)
class Style:
    """How an element is set; `before`, `after` and `line` (the least distance of lines; 0: single) in points, `first`
    (indent of the first line) in millimetres. `name` is what Word shows."""

    id: str
    name: str
    size: float
    bold: bool = False
    italic: bool = False
    align: str = "left"
    before: float = 0
    after: float = 0
    line: float = 0
    first: float = 0
    keep_next: bool = False
    new_page: bool = False


STYLES = (
    Style("motto-state", "Quốc hiệu", 13, bold=True, align="center"),
    Style("motto", "Tiêu ngữ", 14, bold=True, align="center"),
    Style("parent", "Cơ quan chủ quản", 13, align="center"),
    Style("issuer", "Cơ quan ban hành", 13, bold=True, align="center"),
    Style("number", "Số ký hiệu", 13, align="center", before=3),
    Style("place-day", "Địa danh ngày tháng", 14, italic=True, align="center", before=3),
    Style("kind", "Tên loại văn bản", 14, bold=True, align="center", before=18, keep_next=True),
    Style("subject", "Trích yếu", 14, bold=True, align="center", keep_next=True),
    Style("addressees", "Kính gửi", 14, align="center", before=6, after=6),
    Style("addressee", "Nơi kính gửi", 14, first=55),
    Style("competence", "Thẩm quyền ban hành", 14, bold=True, align="center", before=6, after=6),
    Style("grounds", "Căn cứ", 14, italic=True, align="justify", after=6, line=18, first=10),
    Style("decides", "Quyết định", 14, bold=True, align="center", before=6, after=6, keep_next=True),
    Style("body", "Thân bài", 14, align="justify", after=6, line=18, first=10),
    Style("heading-1", "Mục lớn", 14, bold=True, align="justify", after=6, line=18, first=10, keep_next=True),
    Style("heading-2", "Mục nhỏ", 14, bold=True, align="justify", after=6, line=18, first=10, keep_next=True),
    Style("closing", "Kết luận", 12, align="justify", after=2),
    Style("caption", "Tên bảng", 14, bold=True, align="center", before=6, after=3, keep_next=True),
    Style("cell-head", "Đầu bảng", 12, bold=True, align="center", before=2, after=2),
    Style("cell-left", "Ô bảng", 12, before=2, after=2),
    Style("cell-right", "Ô số", 12, align="right", before=2, after=2),
    Style("cell-center", "Ô giữa", 12, align="center", before=2, after=2),
    Style("recipients-head", "Nơi nhận", 12, bold=True, italic=True),
    Style("recipient", "Danh sách nơi nhận", 11),
    Style("office", "Quyền hạn chức vụ", 14, bold=True, align="center", keep_next=True),
    Style("signer", "Họ tên người ký", 14, bold=True, align="center", before=round(SIGNING_SPACE * 72 / 25.4, 1)),
    Style("annex", "Phụ lục", 14, bold=True, align="center", new_page=True, keep_next=True),
    Style("annex-title", "Tên phụ lục", 14, bold=True, align="center", keep_next=True),
    Style("annex-of", "Kèm theo", 14, italic=True, align="center", after=6, keep_next=True),
    Style("page-number", "Số trang", 13, align="center"),
    Style("foot", "Chân trang", 11),
    Style("rule", "Kẻ ngang", 2),
)
STYLE_OF = {one.id: one for one in STYLES}
