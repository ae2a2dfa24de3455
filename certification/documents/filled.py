"""What the fields of a template are filled with: an office document's values as texts, lists and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from certification.documents.form import STYLE_OF, text_width
from certification.documents.kinds import DECISION, KINDS, Kind
from certification.documents.office import Block, Heading, OfficeDocument, Paragraph, Signature, Table
from certification.documents.typography import NO_BREAK, blank_day, bound, composed, day_in_full, in_words

__all__ = ["BLOCK", "Fields", "annexed_to", "ended", "fields_of", "recipients_of", "values", "written_number"]

Fields = Mapping[str, Any]
"""The fields there are: by name None for a text, a list of one element for a list, a mapping for what has fields."""

BLOCK: Fields = {"loai": None, "chu": None, "dan": None, "bang": None}
_SIGNATURE: Fields = {"quyen_han": None, "chuc_vu": None, "ho_ten": None}
_FIELDS: Fields = {
    "co_quan_chu_quan": None,
    "co_quan_ban_hanh": None,
    "so_ky_hieu": None,
    "dia_danh_ngay": None,
    "trich_yeu": None,
    "kinh_gui_mot": None,
    "kinh_gui": [None],
    "tham_quyen": None,
    "cac_can_cu": [None],
    "noi_dung": [BLOCK],
    "noi_nhan": [None],
    "ky": _SIGNATURE,
    "ky_giua": _SIGNATURE,
    "ky_trai": _SIGNATURE,
    "kem_theo": None,
    "ten_danh_sach": None,
    "tong_so": None,
    "tong_so_bang_chu": None,
    "ket_luan": [None],
    "cac_phu_luc": [{"so": None, "ten": None, "noi_dung": [BLOCK]}],
    "chan_trang": None,
    "nam": None,
}


class _Drawn(str):
    """XML of ours that goes in as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def fields_of(kind: Kind) -> Fields:
    """The fields that a template of the kind may name."""
    columns = kind.persons or tuple(column for one in KINDS.values() for column in one.persons)
    row: Fields = {column.field: None for column in columns}
    return {**_FIELDS, "danh_sach": [row if kind.counted else {**row, "dam": None}]}


def values(document: OfficeDocument) -> dict[str, Any]:
    """The value of every field of `fields_of(document.kind)`."""
    head, kind = document.letterhead, document.kind
    addressees = [bound(one) for one in document.addressees]
    right = document.signatures[-1] if document.signatures else Signature("")
    left = document.signatures[0] if len(document.signatures) > 1 else Signature("")
    middle = document.signatures[1] if len(document.signatures) > 2 else Signature("")
    total = len(document.persons)
    columns = fields_of(kind)["danh_sach"][0]
    return {
        "co_quan_chu_quan": composed(head.parent or ""),
        "co_quan_ban_hanh": composed(head.issuer),
        "so_ky_hieu": written_number(document),
        "dia_danh_ngay": bound(f"{head.place or '……'}, ") + _day(document),
        "trich_yeu": bound(document.subject),
        "kinh_gui_mot": addressees[0] if len(addressees) == 1 else "",
        "kinh_gui": ended(addressees) if len(addressees) > 1 else [],
        "tham_quyen": bound(document.competence),
        "cac_can_cu": ended([bound(one) for one in document.grounds]),
        "noi_dung": _blocks(document.blocks, text_width(landscape=kind.landscape), last=not kind.own_list),
        "noi_nhan": recipients_of(document),
        "ky": _signature(right),
        "ky_giua": _signature(middle),
        "ky_trai": _signature(left),
        "kem_theo": annexed_to(document),
        "ten_danh_sach": bound(document.subject),
        "tong_so": f"{total:,}".replace(",", "."),
        "tong_so_bang_chu": in_words(total),
        "ket_luan": [bound(one) for one in document.closing],
        "cac_phu_luc": [
            {
                "so": bound(one.number),
                "ten": bound(one.title),
                "noi_dung": _blocks(one.blocks, text_width(landscape=True), last=False),
            }
            for one in document.annexes
        ],
        "danh_sach": [{field: composed(row.get(field, "")) for field in columns} for row in document.persons],
        "chan_trang": "\n".join(composed(one) for one in (head.address, document.foot, document.mark) if one),
        "nam": str(document.year),
    }


def written_number(document: OfficeDocument) -> str:
    """`Số: 05/BC-LĐLĐ`; with room for the number where it is not given yet; empty for a kind without numbers."""
    symbol = document.kind.symbol
    if symbol is None:
        return ""
    if document.number:
        return f"Số:{NO_BREAK}{composed(document.number)}"
    ours = composed(document.letterhead.symbol or "")
    return f"Số:{NO_BREAK * 8}/{symbol}{'-' if ours else ''}{ours}"


def annexed_to(document: OfficeDocument) -> str:
    """What a document's annex belongs to, in brackets; number and day with room where they are not given yet."""
    kind = document.kind.name.capitalize()
    number = composed(document.number or NO_BREAK * 8)
    issuer = " ".join(composed(document.letterhead.issuer).split())
    return f"(Kèm theo {kind} số{NO_BREAK}{number} {_day(document)} của {issuer})"


def ended(texts: Sequence[str]) -> list[str]:
    """The texts with `;` at the end of each, a full stop at the last."""
    bare = [one.rstrip(" ;.,") for one in texts]
    return [f"{one}{'.' if place == len(bare) - 1 else ';'}" for place, one in enumerate(bare)]


def recipients_of(document: OfficeDocument) -> list[str]:
    """Who receives the document: as said of it, otherwise as its letterhead says. The last line is where it is kept."""
    told = list(document.recipients or document.letterhead.recipients)
    if not document.recipients:
        if document.kind is DECISION:
            articles = [one for one in document.blocks if isinstance(one, Paragraph) and one.lead.startswith("Điều")]
            told.insert(0, f"Như Điều {len(articles)}" if articles else "Như trên")
        elif document.addressees:
            told.insert(0, "Như trên")
    kept = [one for one in told if one.lstrip("- ").startswith("Lưu")]
    told = [one for one in told if one not in kept] + (kept or ["Lưu: VT"])
    return ended([bound(one.lstrip("- ")) for one in told])


def _day(document: OfficeDocument) -> str:
    return day_in_full(document.day) if document.day else blank_day(document.year)


def _signature(one: Signature) -> dict[str, str]:
    return {
        "quyen_han": composed(one.authority or ""),
        "chuc_vu": composed(one.office),
        "ho_ten": composed(one.name),
    }


def _blocks(blocks: Sequence[Block], width: int, *, last: bool) -> list[dict[str, str]]:
    """Each with its kind (`loai`); `last`: the text ends with them, and is marked so (./.)."""
    drawn = []
    for place, block in enumerate(blocks):
        if isinstance(block, Heading):
            which = "muc-lon" if block.level == 1 else "muc-nho"
            drawn.append({"loai": which, "chu": bound(block.text), "dan": "", "bang": ""})
        elif isinstance(block, Paragraph):
            text = bound(block.text)
            if last and place == len(blocks) - 1:
                text = f"{text.rstrip(' .')}./."
            lead = f"{bound(block.lead)} " if block.lead else ""
            drawn.append({"loai": "doan", "chu": text, "dan": lead, "bang": ""})
        else:
            drawn.append({"loai": "bang", "chu": bound(block.caption), "dan": "", "bang": _table(block, width)})
    return drawn


def _table(table: Table, width: int) -> str:
    """The table as Word's XML: as wide as the lines, its head repeated on every page, no row parted."""
    whole = sum(one.width for one in table.columns)
    widths = [round(one.width / whole * width * 1440 / 25.4) for one in table.columns]
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)
    heads = "".join(
        _cell(column.heading, wide, STYLE_OF["cell-head"].name)
        for column, wide in zip(table.columns, widths, strict=True)
    )
    styles = [STYLE_OF[f"cell-{column.align}"].name for column in table.columns]
    rows = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            _cell(row.get(column.field, ""), wide, style)
            for column, wide, style in zip(table.columns, widths, styles, strict=True)
        )
        + "</w:tr>"
        for row in table.rows
    )
    return _Drawn(
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>{rows}</w:tbl>"
    )


def _cell(text: str, width: int, style: str) -> str:
    said = escape(bound(text), quote=False)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{_style_id(style)}"/>'
        f'</w:pPr><w:r><w:t xml:space="preserve">{said}</w:t></w:r></w:p></w:tc>'
    )


def _style_id(name: str) -> str:
    """The id that Word's own styles get of their names."""
    return name.replace(" ", "")
