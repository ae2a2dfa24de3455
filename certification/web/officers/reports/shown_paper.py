"""An office document as a page shows it: the texts that the Word file and the PDF are filled with, in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from certification.documents import filled
from certification.documents.office import Block, Column, Heading, OfficeDocument, Paragraph, Table
from certification.documents.typography import bound

__all__ = ["Shown", "blocks", "paper"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A heading ("h2", "h3"), a paragraph ("p", with `lead` in bold before it) or a table."""

    kind: str
    text: str = ""
    lead: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(some: Iterable[Block]) -> list[Shown]:
    """Blocks that stand by themselves."""
    return [_block(one, None) for one in some]


def paper(document: OfficeDocument) -> dict[str, Any]:
    """The whole document: `v` are the fields of its template, `body` its blocks, `annexes` each with its own."""
    told = filled.values(document)
    return {
        "v": told,
        "kind": document.kind.name,
        "dated": document.kind.dated,
        "draft": document.draft,
        "body": [_block(one, drawn) for one, drawn in zip(document.blocks, told["noi_dung"], strict=True)],
        "annexes": [
            {
                "number": drawn["so"],
                "title": drawn["ten"],
                "body": [_block(each, said) for each, said in zip(one.blocks, drawn["noi_dung"], strict=True)],
            }
            for one, drawn in zip(document.annexes, told["cac_phu_luc"], strict=True)
        ],
    }


def _block(one: Block, drawn: Any) -> Shown:
    """`drawn` is the block as the template gets it; None for one that stands in no document."""
    match one:
        case Heading():
            return Shown("h2" if one.level == 1 else "h3", bound(one.text))
        case Paragraph():
            text = bound(one.text) if drawn is None else drawn["chu"]
            return Shown("p", text, bound(one.lead))
        case Table():
            rows = tuple(tuple(bound(row.get(column.field, "")) for column in one.columns) for row in one.rows)
            return Shown("table", bound(one.caption), "", tuple(one.columns), rows)
