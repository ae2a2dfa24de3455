"""An office document with long tables as PDF, by ReportLab: a hundred times as fast for each row as `office_pdf` is.

From the same values and by the same measures. It needs the font's files; where there are none, `office_pdf` draws.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from certification.documents import form
from certification.documents.form import STYLE_OF, STYLES
from certification.documents.kinds import DECISION
from certification.documents.office import Block, OfficeDocument
from certification.documents.office import Table as Rows
from certification.documents.typography import bound, composed

__all__ = ["can_draw", "render_long_pdf"]

_FACES = {"": "Regular", "-Bold": "Bold", "-Italic": "Italic", "-BoldItalic": "BoldItalic"}
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
_FONT = "LiberationSerif"
_ALIGNED = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT, "justify": TA_JUSTIFY}
STATE, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
_STYLE = {"muc-lon": "heading-1", "muc-nho": "heading-2", "doan": "body", "bang": "body"}
_SIDE = 1 * mm
"""Between the lines of a table and its texts."""


@cache
def can_draw() -> bool:
    """Whether the faces of the font are on this machine, with every letter of Vietnamese, if need be out of another
    font; makes them known."""
    if not _registered(_FONT):
        return False
    lacking = _lacking(_FONT, _LETTERS)
    if not lacking:
        return True
    for other in _INSTEAD:
        if _registered(other) and not _lacking(other, lacking):
            _missing.append((other, re.compile(f"[{lacking}]+")))
            return True
    return False


def _lacking(font: str, letters: str) -> str:
    """Which of the letters a font does not have."""
    known = pdfmetrics.getFont(font).face.charToGlyph
    return "".join(one for one in letters if ord(one) not in known)


_INSTEAD = ("NotoSerif", "DejaVuSerif")
_LETTERS = "".join(
    letter
    for base in "aăâeêioôơuưy"
    for mark in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    for small in (unicodedata.normalize("NFC", base + mark),)
    for letter in (small, small.upper())
) + "đĐ–…“”≥"  # fmt: skip
_missing: list[tuple[str, re.Pattern[str]]] = []
"""Where old versions of the font lack letters of Vietnamese: the font that has them, and which letters."""


def _registered(font: str) -> bool:
    """Makes the four faces of a font known; whether they are all there."""
    for name, face in _FACES.items():
        # Of two versions side by side (liberation, liberation2) the newer one.
        files = (file for folder in _FOLDERS for file in Path(folder).expanduser().rglob(f"{font}-{face}.ttf"))
        found = max(files, default=None)
        if found is None:
            return False
        pdfmetrics.registerFont(TTFont(font + name, str(found)))
    names = {"normal": font, "bold": f"{font}-Bold", "italic": f"{font}-Italic", "boldItalic": f"{font}-BoldItalic"}
    pdfmetrics.registerFontFamily(font, **names)
    return True


def _escaped(text: str, face: str) -> str:
    """The text as markup, with letters that the font lacks in the one that has them."""
    drawn = escape(text, quote=False)
    for font, letters in _missing:
        drawn = letters.sub(rf'<font face="{font}{face}">\g<0></font>', drawn)
    return drawn


def _plain_font(text: str, face: str = "") -> str:
    """The font in which the whole of a text can be drawn."""
    return next((font + face for font, letters in _missing if letters.search(text)), _FONT + face)


def render_long_pdf(document: OfficeDocument, told: Mapping[str, Any]) -> bytes:
    """The document with its annexes; `told` are its values (`filled.values`). The same bytes for the same values."""
    return _Drawing(document, told).drawn()


@cache
def _styles() -> dict[str, ParagraphStyle]:
    made = {}
    for one in STYLES:
        face = ("-Bold" if one.bold else "-") + ("Italic" if one.italic else "") if one.bold or one.italic else ""
        made[one.id] = ParagraphStyle(
            one.id,
            fontName=_FONT + face,
            fontSize=one.size,
            leading=max(one.line, one.size * 1.15),
            alignment=_ALIGNED[one.align],
            spaceBefore=one.before,
            spaceAfter=one.after,
            firstLineIndent=0 if one.id == "addressee" else one.first * mm,
            leftIndent=one.first * mm if one.id == "addressee" else 0,
            keepWithNext=one.keep_next,
            allowWidows=0,
            allowOrphans=0,
        )
    return made


def _said(style: str, text: str, lead: str = "") -> Paragraph:
    drawn = _styles()[style]
    face = drawn.fontName.removeprefix(_FONT)
    said = "<br/>".join(_escaped(line, face) for line in text.splitlines())
    return Paragraph(f"<b>{_escaped(lead, '-Bold')}</b>{said}" if lead else said, drawn)


class _Drawing:
    def __init__(self, document: OfficeDocument, told: Mapping[str, Any]) -> None:
        self.document, self.told, self.kind = document, told, document.kind
        self.width = form.text_width(landscape=self.kind.landscape) * mm
        self.began = 1
        """On which page the part began whose pages are numbered."""

    def drawn(self) -> bytes:
        kept = io.BytesIO()
        paper = BaseDocTemplate(
            kept,
            title=f"{self.kind.name}: {self.told['trich_yeu']}",
            pageTemplates=[
                self._page("first", self.kind.landscape, later="later"),
                self._page("later", self.kind.landscape),
                self._page("annex", True, later="annexed"),
                self._page("annexed", True),
            ],
            invariant=1,
        )
        paper.build(list(self._story()))
        return kept.getvalue()

    # ------------------------------------------------------------ pages

    def _page(self, name: str, landscape: bool, *, later: str | None = None) -> PageTemplate:
        """Pages of one kind; `later`: what follows a first page, which carries no number."""
        short, long = form.PAPER
        width, height = (long, short) if landscape else (short, long)
        top, right, bottom, left = (one * mm for one in form.MARGINS)
        lines = self._foot() if name == "first" else []
        # What the lines at the foot need of the page beyond the upper half of the margin.
        foot = max(0, len(lines) * 13 + 4 - bottom / 2)
        frame = Frame(
            left, bottom + foot, width * mm - left - right, height * mm - top - bottom - foot, 0, 0, 0, 0, id=name
        )

        def mark(canvas: Any, _: Any) -> None:
            if later is not None:
                self.began = canvas.getPageNumber()
            else:
                canvas.setFont(_FONT, STYLE_OF["page-number"].size)
                middle = (left + width * mm - right) / 2
                canvas.drawCentredString(middle, height * mm - 12 * mm, str(canvas.getPageNumber() - self.began + 1))
            if self.document.draft:
                draft = composed(self.document.draft)
                canvas.setFont(_plain_font(draft, "-Bold"), 13)
                canvas.drawRightString(width * mm - right, height * mm - 12 * mm, draft)
            if lines:
                canvas.setLineWidth(0.75)
                canvas.line(left, bottom + foot - 4, width * mm - right, bottom + foot - 2)
                for place, line in enumerate(lines, 1):
                    canvas.setFont(_plain_font(line), STYLE_OF["foot"].size)
                    canvas.drawString(left, bottom + foot - 4 - 13 * place, line)

        return PageTemplate(name, [frame], onPage=mark, pagesize=(width * mm, height * mm), autoNextPageTemplate=later)

    def _foot(self) -> list[str]:
        """The lines at the foot of the first page, none longer than the page is wide."""
        lines: list[str] = []
        for line in self.told["chan_trang"].splitlines():
            written = ""
            for word in line.split(" "):
                longer = f"{written} {word}".strip()
                if written and pdfmetrics.stringWidth(longer, _plain_font(line), STYLE_OF["foot"].size) > self.width:
                    lines.append(written)
                    longer = word
                written = longer
            lines.append(written)
        return lines

    # ------------------------------------------------------------ what stands on them

    def _story(self) -> Iterator[Flowable]:
        v, kind = self.told, self.kind
        yield self._head()
        yield _said("kind", kind.name)
        yield _said("subject", v["trich_yeu"])
        yield _rule(form.SUBJECT_RULE)
        yield Spacer(1, 6)
        if v["kinh_gui_mot"]:
            yield _said("addressees", f"Kính gửi: {v['kinh_gui_mot']}")
        if v["kinh_gui"]:
            yield _said("addressee", "Kính gửi:")
            for one in v["kinh_gui"]:
                yield _said("addressee", f"- {one}")
            yield Spacer(1, 6)
        if v["tham_quyen"]:
            yield _said("competence", v["tham_quyen"])
        for one in v["cac_can_cu"]:
            yield _said("grounds", one)
        if kind is DECISION:
            yield _said("decides", "QUYẾT ĐỊNH:")
        body = list(_blocks(self.document.blocks, v["noi_dung"], self.width))
        if kind.own_list:
            body += [*self._persons(self.width), *(_said("closing", one) for one in v["ket_luan"])]
        # A signature never stands alone on a page.
        last = [body.pop()] if body and isinstance(body[-1], Paragraph) else []
        yield from body
        yield KeepTogether([*last, self._signing()])
        if kind.side_by_side and not kind.own_list:
            yield from self._recipients()
        yield from self._annexes()

    def _head(self) -> Table:
        v = self.told
        left = [_said("parent", v["co_quan_chu_quan"])] if v["co_quan_chu_quan"] else []
        left += [_said("issuer", v["co_quan_ban_hanh"]), _rule(form.ISSUER_RULE)]
        right = [
            _said("motto-state", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            _said("motto", "Độc lập - Tự do - Hạnh phúc"),
        ]
        place = _said("place-day", v["dia_danh_ngay"]) if self.kind.dated else ""
        first = form.HEAD[0] * mm
        rows = [[left, [*right, _rule(form.MOTTO_RULE)]], [_said("number", v["so_ky_hieu"]), place]]
        return Table(rows, [first, self.width - first], style=_BARE)

    def _signing(self) -> Table:
        v = self.told
        if self.kind.side_by_side:
            # Names stand on one line, however many lines the offices above them take.
            all_ = [v[field] for field in self.kind.signing]
            rows = [[_offices(one) for one in all_], [[Spacer(1, 0.1), _said("signer", one["ho_ten"])] for one in all_]]
            return Table(rows, [self.width / len(all_)] * len(all_), style=_BARE)
        right = [*_offices(v["ky"]), _said("signer", v["ky"]["ho_ten"])]
        return Table([[list(self._recipients()), right]], [self.width - 90 * mm, 90 * mm], style=_BARE)

    def _recipients(self) -> Iterator[Flowable]:
        yield _said("recipients-head", "Nơi nhận:")
        for one in self.told["noi_nhan"]:
            yield _said("recipient", f"- {one}")

    def _persons(self, width: float) -> list[Flowable]:
        v = self.told
        drawn = list(_table(Rows(self.kind.persons, self.document.persons), width))
        if not self.kind.counted:
            return drawn
        return [*drawn, _said("body", f"Tổng số: {v['tong_so']} người (bằng chữ: {v['tong_so_bang_chu']} người)")]

    def _annexes(self) -> Iterator[Flowable]:
        v, width = self.told, form.text_width(landscape=True) * mm
        annexes: list[tuple[str, str, list[Flowable]]] = []
        if self.kind.persons and self.document.persons and not self.kind.own_list:
            annexes.append(("Phụ lục", f"DANH SÁCH\n{v['ten_danh_sach']}", self._persons(width)))
        for one, drawn in zip(self.document.annexes, v["cac_phu_luc"], strict=True):
            annexes.append((drawn["so"], drawn["ten"], list(_blocks(one.blocks, drawn["noi_dung"], width))))
        for number, title, blocks in annexes:
            yield NextPageTemplate("annex")
            yield PageBreak()
            yield _said("annex", number)
            yield _said("annex-title", title)
            yield _said("annex-of", v["kem_theo"])
            yield from blocks


_BARE = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER")] + [
    (f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")
]


def _rule(length: float) -> HRFlowable:
    return HRFlowable(width=length * mm, thickness=0.75, color="black", spaceBefore=3, spaceAfter=0, hAlign="CENTER")


def _offices(one: Mapping[str, str]) -> list[Flowable]:
    return [_said("office", said) for said in (one["quyen_han"], one["chuc_vu"]) if said]


def _blocks(blocks: Sequence[Block], drawn: Sequence[Mapping[str, str]], width: float) -> Iterator[Flowable]:
    for block, said in zip(blocks, drawn, strict=True):
        if isinstance(block, Rows):
            yield from _table(block, width)
        else:
            yield _said(_STYLE[said["loai"]], said["chu"], said["dan"])


def _table(table: Rows, width: float) -> Iterator[Flowable]:
    """A table whose head is repeated on every page; what is parted between words is no paragraph, which costs time."""
    if table.caption:
        yield CondPageBreak(30 * mm)
        yield _said("caption", bound(table.caption))
    whole = sum(one.width for one in table.columns) or 1
    widths = [one.width / whole * width for one in table.columns]
    plan = list(zip(table.columns, widths, strict=True))
    size = STYLE_OF["cell-left"].size
    cells: list[list[Any]] = [[_said("cell-head", column.heading) for column, _ in plan]]
    for row in table.rows:
        line: list[Any] = []
        for column, wide in plan:
            text = bound(row.get(column.field, ""))
            if row.get("dam"):
                line.append(_said(f"cell-{column.align}", "", text))
                continue
            lines = _lines(text, size, wide - 2 * _SIDE) if _plain_font(text) == _FONT else None
            line.append(_said(f"cell-{column.align}", text) if lines is None else lines)
        cells.append(line)
    style: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("FONT", (0, 1), (-1, -1), _FONT, size, size * 1.15),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _SIDE),
        ("RIGHTPADDING", (0, 0), (-1, -1), _SIDE),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    style += [("ALIGN", (at, 1), (at, -1), column.align.upper()) for at, (column, _) in enumerate(plan)]
    yield LongTable(cells, widths, style=style, repeatRows=1, spaceAfter=6)


@lru_cache(maxsize=20_000)
def _lines(text: str, size: float, width: float) -> str | None:
    """The text with line breaks as they have to be for so wide a cell; None where a word alone is wider."""
    lines: list[str] = []
    for said in text.split("\n"):
        line = ""
        for word in said.split(" "):
            longer = f"{line} {word}" if line else word
            if pdfmetrics.stringWidth(longer, _FONT, size) > width:
                if not line or pdfmetrics.stringWidth(word, _FONT, size) > width:
                    return None
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return "\n".join(lines)
