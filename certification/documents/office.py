"""An office document as plain values: who builds one needs to know nothing of Word, PDF or fonts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from certification.units.letterheads import Letterhead

if TYPE_CHECKING:
    from certification.documents.kinds import Kind

__all__ = ["INTERNAL", "Annex", "Block", "Column", "Heading", "OfficeDocument", "Paragraph", "Signature", "Table"]

INTERNAL = "Biểu mẫu nội bộ, dùng đến khi cơ quan có thẩm quyền ban hành mẫu."
"""Printed at the foot of the first page: no body has given the form of this document."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the name of its field, what stands above it, its share of the width, and how it is set
    (left, center, right)."""

    field: str
    heading: str
    width: float
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its number written out; level 1 is `I. TITLE` in capitals, 2 `1. Title`. Bold."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lead` stands before it in bold (`Điều 1.`)."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts, one by the field of each column; what a row leaves out is empty. `caption` stands above it."""

    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, str]]
    caption: str = ""


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Annex:
    """What is attached: its number (`Phụ lục I`; empty where it is the only one), title and content, on its own pages
    in landscape."""

    title: str
    blocks: tuple[Block, ...]
    number: str = "Phụ lục"


@dataclass(frozen=True, slots=True)
class Signature:
    """A block of signing: `authority` (TM. BAN THƯỜNG VỤ) above the office; `name` stays empty where it is signed by
    hand by somebody not known yet."""

    office: str
    name: str = ""
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class OfficeDocument:
    """A document in the form of Decree 30/2020/NĐ-CP, annexes I and III.

    `number` and `day` stay None for a draft: the body's own system gives them; then room is left and `year` printed.
    `subject` is the trích yếu. `addressees`: whom it is sent to (Kính gửi), for reports and proposals to a body above.
    `competence`: who decides, of a decision (CHỦ TỊCH LIÊN ĐOÀN LAO ĐỘNG …). `grounds`: the căn cứ, without the marks
    at their ends. `signatures`: one, or several side by side (minutes: the secretary, then the chair). `persons`: rows
    of the list that comes with a decision or is the list itself, `closing` lines below a list that stands in the
    document. `foot`: beside the mark of an internal form. `draft`: what stands at the head of every page of a document
    that is not final yet.
    """

    kind: Kind
    letterhead: Letterhead
    subject: str
    year: int
    blocks: tuple[Block, ...] = ()
    number: str | None = None
    day: date | None = None
    addressees: tuple[str, ...] = ()
    competence: str = ""
    grounds: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    annexes: tuple[Annex, ...] = ()
    persons: Sequence[Mapping[str, str]] = ()
    closing: tuple[str, ...] = ()
    mark: str | None = INTERNAL
    foot: str = ""
    draft: str = ""
