"""Items of a report as fields of a form, and what was typed as `reports.entering.enter` takes it.

A number comes with words beside it, an item of rows with a field for each cell. With each item goes a mark of what
stood there when the page was drawn: what nobody touched is left alone, and what somebody else wrote meanwhile is never
written over unseen.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from certification.reports.entered import Plain, Value
from certification.reports.entering import MOST_ROWS
from certification.resources.errors import Fault
from certification.rules.report_forms import Item, ReportForm
from certification.spreadsheets import Fault as TableFault
from certification.spreadsheets import ImportFaults
from certification.targets.figures import number
from certification.web.frame.fields import Form, hidden, long_text, text
from certification.web.frame.forms import Filled

__all__ = ["Touched", "at_their_fields", "cell", "mark", "note", "rows_of", "schema", "start", "touched", "value"]

BLANK_ROWS = 2
"""Empty rows that are offered under those that are filled."""


def value(item: str) -> str:
    """The field of an item's value."""
    return f"m-{item}"


def note(item: str) -> str:
    """The field of the words beside a number."""
    return f"g-{item}"


def mark(item: str) -> str:
    """The field of what stood there."""
    return f"t-{item}"


def cell(item: str, row: int, column: str) -> str:
    """The field of a cell; rows count from 1."""
    return f"m-{item}-{row}-{column}"


def schema(form: ReportForm, rows: Mapping[str, int]) -> type[Form]:
    """A form with the fields of every item that people enter; `rows`: how many each item of rows has."""
    fields: dict[str, Any] = {}
    for item in form.asked:
        fields[mark(item.code)] = hidden()
        if item.entered == "rows":
            for row in range(1, rows[item.code] + 1):
                for column in item.columns:
                    fields[cell(item.code, row, column.code)] = text(f"{column.title}, {row}", most=1000)
        elif item.entered == "text":
            fields[value(item.code)] = long_text(item.title, most=50_000, hint=item.note or None, rows=4)
            fields[value(item.code)].metadata["optional"] = not item.required
        else:
            fields[value(item.code)] = text(
                item.title, most=100, hint=item.note or None, width="short", inputmode="numeric"
            )
            fields[note(item.code)] = text(_("Ghi chú"), most=1000)
    return Form.from_dict(fields)  # type: ignore[return-value]


def rows_of(form: ReportForm, own: Mapping[str, Value], typed: Mapping[str, str], more: str = "") -> dict[str, int]:
    """How many rows each item of rows has: those entered and a few empty ones, or as many as were sent; one more for
    the item `more`."""
    found = {}
    for item in form.asked:
        if item.entered != "rows":
            continue
        there = own[item.code].value if item.code in own else ()
        many = (len(there) if isinstance(there, tuple) else 0) + BLANK_ROWS
        sent = 0
        while sent < MOST_ROWS and any(cell(item.code, sent + 1, one.code) in typed for one in item.columns):
            sent += 1
        found[item.code] = min((sent or many) + (item.code == more), MOST_ROWS)
    return found


def start(form: ReportForm, own: Mapping[str, Value]) -> dict[str, str]:
    """The form as it begins, with what is entered."""
    found: dict[str, str] = {}
    for item in form.asked:
        there = own.get(item.code)
        found |= _fields(item, there)
        found[mark(item.code)] = _marked(item, found)
    return found


def _fields(item: Item, there: Value | None) -> dict[str, str]:
    if there is None:
        return {}
    if isinstance(there.value, tuple):
        return {
            cell(item.code, place, column.code): written(row[column.code])
            for place, row in enumerate(there.value, 1)
            for column in item.columns
            if column.code in row
        }
    told = {value(item.code): written(there.value)}
    return told if item.entered == "text" else told | {note(item.code): there.note}


def written(said: Plain) -> str:
    """A value as people type it."""
    if isinstance(said, int):
        return number(said)
    text = str(said)
    year, _stroke, rest = text.partition("-")
    month, _stroke, day = rest.partition("-")
    if len(text) == 10 and (year + month + day).isdigit():
        return f"{day}/{month}/{year}"
    return text


def _marked(item: Item, typed: Mapping[str, str]) -> str:
    """A short mark of what stands in an item's fields."""
    names = [value(item.code), note(item.code)]
    if item.entered == "rows":
        columns = "|".join(re.escape(one.code) for one in item.columns)
        names = sorted(name for name in typed if re.fullmatch(rf"m-{re.escape(item.code)}-\d+-({columns})", name))
    said = [(name, _plain(typed[name])) for name in names if _plain(typed.get(name, ""))]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()


@dataclass(frozen=True, slots=True)
class Touched:
    """What somebody typed under an item, as `enter` takes it: None to take away what stands there."""

    item: Item
    told: dict[str, Any] | None


def touched(form: ReportForm, own: Mapping[str, Value], filled: Filled) -> list[Touched]:
    """The items that were changed on the page. Of one that somebody else changed meanwhile a fault says so, once: what
    was typed stays, and sent again it holds."""
    now = start(form, own)
    found = []
    for item in form.asked:
        before, after = filled.typed.get(mark(item.code), ""), _marked(item, filled.typed)
        there = now[mark(item.code)]
        if after in (before, there):
            continue
        if before and before != there:
            filled.refuse(_first_field(item), _meanwhile(item, own.get(item.code)))
            filled.typed[mark(item.code)] = there
        found.append(Touched(item, _told(item, filled.typed)))
    return found


def _meanwhile(item: Item, said: Value | None) -> str:
    if said is None:
        return str(
            _("“%(title)s”: người khác vừa xoá nội dung đã có. Lưu lần nữa là giữ nội dung vừa gõ", title=item.title)
        )
    shown = "…" if isinstance(said.value, tuple) else written(said.value)[:80]
    words = _(
        "“%(title)s”: %(by)s vừa ghi “%(value)s”. Xem lại; lưu lần nữa là thay bằng nội dung vừa gõ",
        title=item.title,
        by=said.by,
        value=shown,
    )
    return str(words)


def _told(item: Item, typed: Mapping[str, str]) -> dict[str, Any] | None:
    if item.entered != "rows":
        said = _plain(typed.get(value(item.code), ""))
        return {"value": said, "note": _plain(typed.get(note(item.code), ""))} if said else None
    rows: list[dict[str, str]] = []
    while any(cell(item.code, len(rows) + 1, one.code) in typed for one in item.columns) and len(rows) <= MOST_ROWS:
        place = len(rows) + 1
        cells = {one.code: _plain(typed.get(cell(item.code, place, one.code), "")) for one in item.columns}
        rows.append({code: said for code, said in cells.items() if said})
    return {"value": rows} if any(rows) else None


def _first_field(item: Item) -> str:
    return cell(item.code, 1, item.columns[0].code) if item.entered == "rows" else value(item.code)


def at_their_fields(form: ReportForm, error: ImportFaults) -> list[Fault]:
    """The faults of `enter` at the fields that they are about."""
    return [Fault(_field(form, one), one.message[:1].upper() + one.message[1:]) for one in error.faults]


def _field(form: ReportForm, fault: TableFault) -> str:
    _values, code, *rest = [*fault.column.split("/"), ""]
    item = form.item(code)
    if item is None:
        return fault.column
    if rest[:1] == ["note"]:
        return note(code)
    if rest[:1] == ["value"] and len(rest) > 3:
        return cell(code, int(rest[1]) + 1, rest[2])
    return _first_field(item)
