"""The Word templates that we give out: every element of the form as a style of its own, fields where texts come.

An officer changes them in Word; nothing else about the layout is in code. Rules are borders of paragraphs, the head and
the signatures tables without borders.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from certification.documents import form
from certification.documents.form import STYLE_OF, STYLES, text_width
from certification.documents.kinds import DECISION, Kind
from certification.documents.office import Column
from certification.documents.packing import packed

__all__ = ["ALIGNED", "default_template"]

ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


def default_template(kind: Kind) -> bytes:
    """The template of a kind as long as nobody put in another; the same bytes each time."""
    return _Builder(kind).built()


class _Builder:
    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.word: Any = docx.Document()
        self.width = text_width(landscape=kind.landscape)
        self._styles()
        self._paper(self.word.sections[0], landscape=kind.landscape)

    def built(self) -> bytes:
        self._head()
        self._title()
        if self.kind is DECISION:
            self._decision()
        self._blocks("noi_dung")
        if self.kind.own_list:
            self._persons()
            self._closing()
        self._signing()
        if self.kind.annexes:
            self._annexes()
        self.word.core_properties.title = "{{ trich_yeu }}"
        self.word.core_properties.author = ""
        self.word.core_properties.comments = ""
        kept = io.BytesIO()
        self.word.save(kept)
        return packed(kept.getvalue())

    # ------------------------------------------------------------ paper and styles

    def _styles(self) -> None:
        normal = self.word.styles["Normal"]
        _letters(normal, 14)
        normal.paragraph_format.space_after = Pt(0)
        for one in STYLES:
            style = self.word.styles.add_style(one.name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style, style.quick_style = normal, True
            _letters(style, one.size, bold=one.bold, italic=one.italic)
            how = style.paragraph_format
            how.alignment = ALIGNED[one.align]
            how.space_before, how.space_after = Pt(one.before), Pt(one.after)
            how.first_line_indent = Mm(one.first) if one.first else None
            how.keep_with_next, how.page_break_before = one.keep_next or None, one.new_page or None
            how.widow_control = True
            if one.line:
                how.line_spacing_rule, how.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(one.line)
            else:
                how.line_spacing_rule = WD_LINE_SPACING.SINGLE

    def _paper(self, section: Any, *, landscape: bool) -> None:
        short, long = form.PAPER
        section.page_width, section.page_height = Mm(long if landscape else short), Mm(short if landscape else long)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        top, right, bottom, left = form.MARGINS
        section.top_margin, section.right_margin = Mm(top), Mm(right)
        section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
        section.header_distance = section.footer_distance = Mm(10)
        section.different_first_page_header_footer = True
        for part in (section.header, section.first_page_header, section.footer, section.first_page_footer):
            part.is_linked_to_previous = False
        number = section.header.paragraphs[0]
        number.style = self.word.styles[STYLE_OF["page-number"].name]
        _field(number.add_run(), "PAGE")
        counted = OxmlElement("w:pgNumType")
        counted.set(qn("w:start"), "1")
        section._sectPr.append(counted)

    # ------------------------------------------------------------ parts of the document

    def _head(self) -> None:
        foot = self.word.sections[0].first_page_footer
        self._put(foot, "foot", "{%p if chan_trang %}", first=foot.paragraphs[0])
        line = self._put(foot, "foot", "{{ chan_trang }}")
        _border(line, "top")
        self._put(foot, "foot", "{%p endif %}")
        right = self.width - form.HEAD[0]
        table = self._frame(self.word, (form.HEAD[0], right))
        left_cell, right_cell = table.rows[0].cells
        self._put(left_cell, "parent", "{%p if co_quan_chu_quan %}", first=left_cell.paragraphs[0])
        self._put(left_cell, "parent", "{{ co_quan_chu_quan }}")
        self._put(left_cell, "parent", "{%p endif %}")
        self._put(left_cell, "issuer", "{{ co_quan_ban_hanh }}")
        self._rule(left_cell, form.HEAD[0], form.ISSUER_RULE)
        state = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        self._put(right_cell, "motto-state", state, first=right_cell.paragraphs[0])
        self._put(right_cell, "motto", "Độc lập - Tự do - Hạnh phúc")
        self._rule(right_cell, right, form.MOTTO_RULE)
        if self.kind.symbol or self.kind.dated:
            left_cell, right_cell = table.add_row().cells
            self._put(left_cell, "number", "{{ so_ky_hieu }}", first=left_cell.paragraphs[0])
            what = "{{ dia_danh_ngay }}" if self.kind.dated else ""
            self._put(right_cell, "place-day", what, first=right_cell.paragraphs[0])

    def _title(self) -> None:
        self._put(self.word, "kind", self.kind.name)
        self._put(self.word, "subject", "{{ trich_yeu }}")
        self._rule(self.word, self.width, form.SUBJECT_RULE, after=6)
        self._put(self.word, "addressees", "{%p if kinh_gui_mot %}")
        self._put(self.word, "addressees", "Kính gửi: {{ kinh_gui_mot }}")
        self._put(self.word, "addressees", "{%p endif %}")
        self._put(self.word, "addressee", "{%p if kinh_gui %}")
        self._put(self.word, "addressee", "Kính gửi:")
        self._put(self.word, "addressee", "{%p for noi in kinh_gui %}")
        sent = self._put(self.word, "addressee", "- {{ noi }}")
        sent.paragraph_format.left_indent, sent.paragraph_format.first_line_indent = Mm(74), Mm(-3)
        self._put(self.word, "addressee", "{%p endfor %}")
        self._put(self.word, "addressee", "{%p endif %}")
        if self.kind is not DECISION:
            self._grounds()

    def _decision(self) -> None:
        self._put(self.word, "competence", "{{ tham_quyen }}")
        self._grounds()
        self._put(self.word, "decides", "QUYẾT ĐỊNH:")

    def _grounds(self) -> None:
        for text in ("{%p for can_cu in cac_can_cu %}", "{{ can_cu }}", "{%p endfor %}"):
            self._put(self.word, "grounds", text)

    def _blocks(self, field: str) -> None:
        word = self.word
        self._put(word, "body", f"{{%p for khoi in {field} %}}")
        self._put(word, "heading-1", '{%p if khoi.loai == "muc-lon" %}')
        self._put(word, "heading-1", "{{ khoi.chu }}")
        self._put(word, "heading-2", '{%p elif khoi.loai == "muc-nho" %}')
        self._put(word, "heading-2", "{{ khoi.chu }}")
        self._put(word, "caption", '{%p elif khoi.loai == "bang" %}')
        self._put(word, "caption", "{%p if khoi.chu %}")
        self._put(word, "caption", "{{ khoi.chu }}")
        self._put(word, "caption", "{%p endif %}")
        self._put(word, "body", "{{p khoi.bang }}")
        self._put(word, "body", "")
        self._put(word, "body", "{%p else %}")
        said = self._put(word, "body", "")
        said.add_run("{{ khoi.dan }}").bold = True
        said.add_run("{{ khoi.chu }}")
        self._put(word, "body", "{%p endif %}")
        self._put(word, "body", "{%p endfor %}")

    def _persons(self) -> None:
        columns = self.kind.persons
        table = self._frame(self.word, _scaled(columns, text_width(landscape=True)), lines=True)
        for cell, column in zip(table.rows[0].cells, columns, strict=True):
            self._put(cell, "cell-head", column.heading, first=cell.paragraphs[0])
        _repeated(table.rows[0])
        self._control_row(table, "{%tr for nguoi in danh_sach %}")
        if not self.kind.counted:
            self._control_row(table, "{%tr if nguoi.dam %}")
            self._person_row(table, bold=True)
            self._control_row(table, "{%tr else %}")
        self._person_row(table)
        if not self.kind.counted:
            self._control_row(table, "{%tr endif %}")
        self._control_row(table, "{%tr endfor %}")
        if self.kind.counted:
            total = "Tổng số: {{ tong_so }} người (bằng chữ: {{ tong_so_bang_chu }} người)"
            self._put(self.word, "body", total).paragraph_format.space_before = Pt(6)

    def _person_row(self, table: Any, *, bold: bool = False) -> None:
        row = table.add_row()
        _unsplit(row)
        for cell, column in zip(row.cells, self.kind.persons, strict=True):
            said = self._put(cell, f"cell-{column.align}", f"{{{{ nguoi.{column.field} }}}}", first=cell.paragraphs[0])
            said.runs[0].bold = said.paragraph_format.keep_with_next = bold or None

    def _closing(self) -> None:
        self._put(self.word, "rule", "").paragraph_format.space_after = Pt(4)
        for text in ("{%p for dong in ket_luan %}", "{{ dong }}", "{%p endfor %}"):
            self._put(self.word, "closing", text)

    def _control_row(self, table: Any, text: str) -> None:
        cell = table.add_row().cells[0]
        self._put(cell, "cell-left", text, first=cell.paragraphs[0])

    def _signing(self) -> None:
        kind, signing = self.kind, self.kind.signing
        if not kind.side_by_side:
            left, right = self._frame(self.word, (self.width - 90, 90)).rows[0].cells
            self._recipients(left, left.paragraphs[0])
            self._offices(right, "ky")
            self._put(right, "signer", "{{ ky.ho_ten }}")
            return
        table = self._frame(self.word, [self.width / len(signing)] * len(signing))
        # Names stand on one line, however many lines the offices above them take.
        _unsplit(table.add_row())
        for offices, name, field in zip(table.rows[0].cells, table.rows[1].cells, signing, strict=True):
            self._offices(offices, field)
            self._put(name, "signer", f"{{{{ {field}.ho_ten }}}}", first=name.paragraphs[0])
        if not kind.own_list:
            self._recipients(self.word, None)

    def _offices(self, cell: Any, field: str) -> None:
        self._put(cell, "office", f"{{%p if {field}.quyen_han %}}", first=cell.paragraphs[0])
        self._put(cell, "office", f"{{{{ {field}.quyen_han }}}}")
        self._put(cell, "office", "{%p endif %}")
        self._put(cell, "office", f"{{{{ {field}.chuc_vu }}}}")

    def _recipients(self, where: Any, first: Any) -> None:
        self._put(where, "recipients-head", "Nơi nhận:", first=first)
        for text in ("{%p for noi in noi_nhan %}", "- {{ noi }}", "{%p endfor %}"):
            self._put(where, "recipient", text)

    def _annexes(self) -> None:
        section = self.word.add_section(WD_SECTION.NEW_PAGE)
        for old in section._sectPr.findall(qn("w:pgNumType")):
            section._sectPr.remove(old)
        self._paper(section, landscape=True)
        self.width = text_width(landscape=True)
        if self.kind.persons:
            self._put(self.word, "annex", "Phụ lục")
            self._put(self.word, "annex-title", "DANH SÁCH")
            self._put(self.word, "annex-title", "{{ ten_danh_sach }}")
            self._put(self.word, "annex-of", "{{ kem_theo }}")
            self._persons()
        self._put(self.word, "annex", "{%p for phu_luc in cac_phu_luc %}")
        self._put(self.word, "annex", "{{ phu_luc.so }}")
        self._put(self.word, "annex-title", "{{ phu_luc.ten }}")
        self._put(self.word, "annex-of", "{{ kem_theo }}")
        self._blocks("phu_luc.noi_dung")
        self._put(self.word, "annex", "{%p endfor %}")

    # ------------------------------------------------------------ what all of them are made of

    def _put(self, where: Any, style: str, text: str, *, first: Any = None) -> Any:
        paragraph = first if first is not None else where.add_paragraph()
        paragraph.style = self.word.styles[STYLE_OF[style].name]
        if text:
            paragraph.add_run(text)
        return paragraph

    def _rule(self, where: Any, width: float, length: float, *, after: float = 0) -> None:
        paragraph = self._put(where, "rule", "")
        side = Mm((width - length) / 2)
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
        if after:
            paragraph.paragraph_format.space_after = Pt(after)
        _border(paragraph, "top")

    def _frame(self, where: Any, widths: Sequence[float], *, lines: bool = False) -> Any:
        table = where.add_table(rows=1, cols=len(widths))
        if lines:
            table.style = "Table Grid"
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        margins = OxmlElement("w:tblCellMar")
        for side in ("left", "right"):
            edge = OxmlElement(f"w:{side}")
            edge.set(qn("w:w"), "60" if lines else "0")
            edge.set(qn("w:type"), "dxa")
            margins.append(edge)
        table._tblPr.append(margins)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        _unsplit(table.rows[0])
        return table


def _scaled(columns: Sequence[Column], width: float) -> list[float]:
    whole = sum(one.width for one in columns)
    return [one.width * width / whole for one in columns]


def _letters(style: Any, size: float, *, bold: bool = False, italic: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = form.FONT, Pt(size), bold, italic
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for which in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(which), form.FONT)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(theme), None)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)


def _border(paragraph: Any, side: str) -> None:
    borders = OxmlElement("w:pBdr")
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )


def _field(run: Any, instruction: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _row_mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _unsplit(row: Any) -> None:
    _row_mark(row, "w:cantSplit")


def _repeated(row: Any) -> None:
    _row_mark(row, "w:tblHeader")
