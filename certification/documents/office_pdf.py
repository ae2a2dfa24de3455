"""An office document as PDF, from the same values and by the same measures as in Word. Liberation Serif stands in for
Times New Roman: its letters are as wide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from certification.documents import form
from certification.documents.drawing import leaves, page, pdf
from certification.documents.filled import values
from certification.documents.form import STYLES
from certification.documents.kinds import DECISION
from certification.documents.office import Block, OfficeDocument, Table
from certification.documents.typography import bound, composed

__all__ = ["LONG", "render_pdf", "render_together"]

LONG = 150
"""Rows of tables from which on drawing them cell by cell would take seconds."""

_STYLE = {"muc-lon": "heading-1", "muc-nho": "heading-2", "doan": "body", "bang": "body"}


def render_pdf(document: OfficeDocument) -> bytes:
    """The document with its annexes as PDF; the same bytes for the same values.

    What has more than `LONG` rows in its tables is drawn by `long_pdf`, where the font's files are found.
    """
    if _rows(document) > LONG:
        from certification.documents import long_pdf  # loaded when it is needed: it takes a while

        if long_pdf.can_draw():
            return long_pdf.render_long_pdf(document, values(document))
    return pdf(_html(document))


def render_together(documents: Iterable[OfficeDocument]) -> bytes:
    """Several documents as one PDF, each on leaves of its own; drawn one by one. The same bytes for the same values."""
    return leaves(_html(one) for one in documents)


def _html(document: OfficeDocument) -> str:
    kind, told = document.kind, values(document)
    width = form.text_width(landscape=kind.landscape)
    html: str = page("office.html").render(
        v=told,
        kind=kind.name,
        landscape=kind.landscape,
        dated=kind.dated,
        draft=composed(document.draft),
        decides=kind is DECISION,
        margins=" ".join(f"{one}mm" for one in form.MARGINS),
        css=_css(),
        head=form.HEAD,
        rules=(form.ISSUER_RULE, form.MOTTO_RULE, form.SUBJECT_RULE),
        sides=[width / len(kind.signing)] * len(kind.signing) if kind.side_by_side else [width - 90, 90],
        signers=[told[field] for field in kind.signing] if kind.side_by_side else [],
        signing=form.SIGNING_SPACE,
        own_list=kind.own_list,
        annexed_list=bool(kind.persons and document.persons) and not kind.own_list,
        persons=_table(Table(kind.persons, document.persons)),
        total=f"Tổng số: {told['tong_so']} người (bằng chữ: {told['tong_so_bang_chu']} người)" if kind.counted else "",
        body=_blocks(document.blocks, told["noi_dung"]),
        annexes=[
            {**drawn, "blocks": _blocks(one.blocks, drawn["noi_dung"])}
            for one, drawn in zip(document.annexes, told["cac_phu_luc"], strict=True)
        ],
    )
    return html


def _rows(document: OfficeDocument) -> int:
    blocks = [*document.blocks, *(block for one in document.annexes for block in one.blocks)]
    return len(document.persons) + sum(len(one.rows) for one in blocks if isinstance(one, Table))


def _blocks(blocks: Sequence[Block], drawn: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    return [
        {**said, "style": _STYLE[said["loai"]], "table": _table(block) if isinstance(block, Table) else None}
        for block, said in zip(blocks, drawn, strict=True)
    ]


def _table(table: Table) -> dict[str, Any]:
    whole = sum(one.width for one in table.columns) or 1
    return {
        "caption": bound(table.caption),
        "columns": table.columns,
        "widths": [round(one.width / whole * 100, 3) for one in table.columns],
        "rows": [
            {"bold": bool(row.get("dam")), **{one.field: bound(row.get(one.field, "")) for one in table.columns}}
            for row in table.rows
        ],
    }


def _css() -> str:
    """The styles of `form` as CSS."""
    lines = []
    for one in STYLES:
        # In Word a class of this name is a paragraph at the foot; on the page it lies in the margin.
        name = "foot-line" if one.id == "foot" else "line" if one.id == "rule" else one.id
        said = [f"font-size: {one.size}pt", f"text-align: {one.align}"]
        said += ["font-weight: bold"] if one.bold else []
        said += ["font-style: italic"] if one.italic else []
        said += [f"text-indent: {one.first}mm"] if one.first and one.id != "addressee" else []
        said += [f"padding-left: {one.first}mm"] if one.id == "addressee" else []
        said += [f"line-height: {one.line}pt"] if one.line else []
        said += ["break-after: avoid"] if one.keep_next else []
        box = "padding" if name.startswith("cell-") else "margin"
        said += [f"{box}-top: {one.before}pt", f"{box}-bottom: {one.after}pt"]
        lines.append(f".{name} {{ {'; '.join(said)} }}")
    return "\n".join(lines)
