"""What people enter in a report: read from JSON or a table, every fault at once, and kept with who and when.

Numbers may be written as people write them (3.500.000); days too. An item of rows is several lines of the table with
the same code, its columns in their order. Entering binds nobody: handing in does (`steps`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, spreadsheets
from certification.access.permissions import Act
from certification.access.who import Who
from certification.models import Report, ReportAuthor, ReportValue
from certification.reports import reading, steps, words
from certification.reports.entered import Plain, canonical
from certification.reports.reading import Key, OneReport
from certification.rules.check_parts import meant
from certification.rules.report_forms import Item, ReportForm
from certification.spreadsheets import Column, Fault, ImportFaults, read_day
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["COLUMNS", "MOST_ROWS", "Entering", "enter", "from_table", "template_rows"]

MOST_NUMBER = 999_999_999
MOST_MONEY = 999_999_999_999_999
MOST_TEXT = 20_000
MOST_CELL = 500
MOST_ROWS = 500

CODE, TITLE, VALUE, NOTE = "Mã mục", "Nội dung", "Giá trị", "Ghi chú"
FURTHER = tuple(f"Cột {place}" for place in range(2, 9))
COLUMNS = (
    Column(CODE, ("item",), meaning="mã của mục trong biểu mẫu", example="loudspeaker-items"),
    Column(TITLE, ("title",), left_out=True, may_be_empty=True, meaning="tên mục, không nhập"),
    Column(VALUE, ("value",), may_be_empty=True, meaning="giá trị; của bảng: cột đầu; để trống: bỏ", example="10"),
    *(Column(one, left_out=True, may_be_empty=True, meaning="của bảng: các cột tiếp theo") for one in FURTHER),
    Column(NOTE, ("note",), left_out=True, may_be_empty=True, meaning="ghi chú bên cạnh"),
)
"""Of the table in which a whole report comes in."""

Entering = Mapping[str, tuple[Any, str] | None]
"""By item: a value with a note, or None to take away what stands there."""


def enter(
    session: Session, tenant: UUID, who: Who, code: str, key: Key, told: Mapping[str, Any], *, now: datetime
) -> OneReport:
    """Keeps what is entered under items: {"value": …, "note": …}, or None to take it away; others stay as they are.

    Opens the report if it is the first. All of it or nothing: raises ImportFaults with every fault, each at its item;
    NotAllowed; WrongStep where it is submitted; and as `reading.show`.
    """
    report = steps.at_hand(session, tenant, code, key)
    steps.allowed(session, who, Act.WRITE_REPORTS, report.place.unit.id, vietnam_day(now))
    _refuse_closed(report)
    faults: list[Fault] = []
    values = _checked(report.form, told, faults)
    if faults:
        raise ImportFaults(faults)
    if report.row is None and all(one is None for one in values.values()):
        return report
    if report.row is None:
        report = steps.opened(session, tenant, who, report, now)
        _refuse_closed(report)
    assert report.row is not None  # noqa: S101 — it was opened just now
    of = {"organization_id": report.place.unit.id, "report_id": report.row.id, "tenant_id": tenant}
    gone = [item for item, one in values.items() if one is None]
    if gone:
        table: Any = ReportValue.__table__
        session.execute(
            sa.delete(table).where(
                table.c.organization_id == of["organization_id"],
                table.c.report_id == of["report_id"],
                table.c.tenant_id == tenant,
                among(session, table.c.item, gone),
            )
        )
    rows = [
        {
            **of, "item": item, "value": canonical(_listed(one[0])).decode(), "note": one[1], "entered_by": who.name,
            "entered": now,
        }
        for item, one in values.items() if one is not None and not _same(report, item, one)
    ]  # fmt: skip
    if rows:
        bulk.upsert(session, ReportValue, rows, replacing=("value", "note", "entered_by", "entered"))
    if rows or any(item in report.own for item in gone):
        bulk.upsert(session, ReportAuthor, [{**of, "name": who.name}])
    table = Report.__table__
    session.execute(
        sa.update(table)
        .where(table.c.organization_id == of["organization_id"], table.c.id == of["report_id"])
        .values(changed=now)
    )
    return reading.show(session, tenant, code, key)


def _refuse_closed(report: OneReport) -> None:
    if report.state not in (reading.NEW, *steps.OPEN):
        raise steps.WrongStep(words.not_in_state("open", report.state))


def _same(report: OneReport, item: str, one: tuple[Plain, str]) -> bool:
    """Whether it says what stands there already, so that who said it stays."""
    there = report.own.get(item)
    return there is not None and (there.value, there.note) == one


def _listed(value: Plain) -> Any:
    return list(value) if isinstance(value, tuple) else value


# ---------------------------------------------------------------- checking


def _checked(form: ReportForm, told: Mapping[str, Any], faults: list[Fault]) -> dict[str, tuple[Plain, str] | None]:
    found: dict[str, tuple[Plain, str] | None] = {}
    for code, one in told.items():
        item = form.item(code)
        if item is None:
            faults.append(Fault(0, _at(code), words.unknown_item(code, f"; {_meant(code, form)}")))
        elif item.is_ours:
            faults.append(Fault(0, _at(code), words.ours(item.title)))
        elif one is None or one.get("value") in (None, "", [], ()):
            found[code] = None
        else:
            value = _value(item, one["value"], faults)
            note = _note(str(one.get("note") or ""), f"{_at(code)}/note", faults)
            if value is not None and note is not None:
                found[code] = (value, note)
    return found


def _note(text: str, place: str, faults: list[Fault]) -> str | None:
    """Words beside a value."""
    return _text(text, MOST_CELL, place, faults)


def _at(item: str) -> str:
    """Where the value of an item stands in what was told, as a JSON pointer (RFC 6901) without its first stroke."""
    return f"values/{_escaped(item)}"


def _escaped(code: str) -> str:
    return code.replace("~", "~0").replace("/", "~1")


def _meant(code: str, form: ReportForm) -> str:
    said = meant(code, [item.code for item in form.asked])
    return said.replace("did you mean", "có phải").replace("there are", "có các mục")


def _value(item: Item, value: Any, faults: list[Fault]) -> Plain | None:
    if item.entered == "rows":
        return _rows(item, value, faults)
    if item.entered == "text":
        if not isinstance(value, str):
            faults.append(Fault(0, _at(item.code), words.NO_TEXT))
            return None
        return _text(value, MOST_TEXT, _at(item.code), faults)
    return _number(value, MOST_MONEY if item.entered == "money" else MOST_NUMBER, _at(item.code), faults)


_GROUPED = re.compile(r"[0-9]{1,3}(?:[. \u00a0\u202f][0-9]{3})+|[0-9]+")


def _number(value: Any, most: int, place: str, faults: list[Fault]) -> int | None:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    number = int(re.sub(r"[^0-9]", "", text)) if _GROUPED.fullmatch(text) and len(text) < 40 else -1
    if not 0 <= number <= most:
        shown = str(value) if len(str(value)) <= 40 else f"{str(value)[:40]}…"
        faults.append(Fault(0, place, words.not_whole(shown, most)))
        return None
    return number


def _text(value: str, most: int, place: str, faults: list[Fault]) -> str | None:
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > most:
        faults.append(Fault(0, place, words.too_long(len(text), most)))
        return None
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in text):
        faults.append(Fault(0, place, "có ký tự điều khiển không nhìn thấy được; xoá rồi gõ lại"))
        return None
    return text


def _rows(item: Item, value: Any, faults: list[Fault]) -> Plain | None:
    known = {column.code: column for column in item.columns}
    at = _at(item.code)
    if not isinstance(value, list | tuple):
        faults.append(Fault(0, at, words.columns(known)))
        return None
    if len(value) > MOST_ROWS:
        faults.append(Fault(0, at, words.too_many_rows(len(value), MOST_ROWS)))
        return None
    found: list[Mapping[str, int | str]] = []
    before = len(faults)
    for number, row in enumerate(value):
        if not isinstance(row, Mapping):
            faults.append(Fault(0, f"{at}/value/{number}", words.no_row(known)))
            continue
        kept: dict[str, int | str] = {}
        for code, cell in row.items():
            place = f"{at}/value/{number}/{_escaped(code)}"
            if code not in known:
                faults.append(Fault(0, place, words.unknown_column(code, known)))
                continue
            if cell in (None, ""):
                continue
            read = _cell(known[code].entered, cell, place, faults)
            if read is not None:
                kept[code] = read
        if kept:
            found.append(kept)
    return tuple(found) if len(faults) == before else None


def _cell(entered: str, cell: Any, place: str, faults: list[Fault]) -> int | str | None:
    if not isinstance(cell, str | int | float) or isinstance(cell, bool):
        faults.append(Fault(0, place, words.NO_CELL))
        return None
    if entered == "text":
        return _text(str(cell), MOST_CELL, place, faults)
    if entered == "day":
        try:
            return read_day(str(cell)).isoformat()
        except ValueError:
            faults.append(Fault(0, place, words.no_day(str(cell)[:40])))
            return None
    return _number(cell, MOST_MONEY if entered == "money" else MOST_NUMBER, place, faults)


# ---------------------------------------------------------------- tables


def from_table(form: ReportForm, data: bytes) -> tuple[dict[str, Any], dict[str, int]]:
    """What a CSV or XLSX file with COLUMNS says, as `enter` takes it, and in which row each item stands first.

    Raises ImportFaults with every fault by row and column.
    """
    sheet = spreadsheets.read(data, COLUMNS, only_known=True)
    told: dict[str, Any] = {}
    first: dict[str, int] = {}
    for row in sheet.rows:
        code = row.text(CODE, at_most=200)
        item = None if code is None else form.item(code)
        if code is None:
            continue
        if item is None or item.is_ours:
            said = words.ours(item.title) if item is not None else words.unknown_item(code, f"; {_meant(code, form)}")
            row.fault(CODE, said)
            continue
        if code in first and item.entered != "rows":
            row.fault(CODE, f"mục “{code}” đã có ở dòng {first[code]}; mỗi mục một dòng")
            continue
        first.setdefault(code, row.number)
        cells = [row.optional_text(name, at_most=MOST_TEXT) or "" for name in (VALUE, *FURTHER)]
        note = row.optional_text(NOTE) or ""
        _check_row(item, cells, note, row)
        if item.entered == "rows":
            named = {column.code: cell for column, cell in zip(item.columns, cells, strict=False) if cell}
            there = told.setdefault(code, {"value": [], "note": note})
            there["value"] += [named] if named else []
            if len(there["value"]) == MOST_ROWS + 1:
                row.fault(CODE, words.too_many_rows(len(there["value"]), MOST_ROWS))
        else:
            told[code] = {"value": cells[0], "note": note} if cells[0] else None
    sheet.refuse_faulty()
    return told, first


def _check_row(item: Item, cells: list[str], note: str, row: spreadsheets.Row) -> None:
    """Notes at its cell what is wrong with a line, so that nothing of a table is left for `enter` to refuse."""
    of_note: list[Fault] = []
    _note(note, "", of_note)
    for fault in of_note:
        row.fault(NOTE, fault.message)
    kinds = [column.entered for column in item.columns] if item.entered == "rows" else [item.entered]
    for place, (heading, cell) in enumerate(zip((VALUE, *FURTHER), cells, strict=True)):
        if not cell:
            continue
        if place >= len(kinds):
            row.fault(heading, f"mục “{item.code}” có {len(kinds)} cột; xoá ô này")
            continue
        found: list[Fault] = []
        _cell(kinds[place], cell, "", found) if item.entered == "rows" else _value(item, cell, found)
        for fault in found:
            row.fault(heading, fault.message)


def template_rows(form: ReportForm, report: OneReport | None = None) -> Iterable[dict[str, str]]:
    """The lines of an empty table for a form, by heading; with a report, filled with what it says now."""
    for item in form.asked:
        value = None if report is None else report.own.get(item.code)
        hint = (
            item.title if item.entered != "rows" else f"{item.title}: {' | '.join(one.title for one in item.columns)}"
        )
        line = {CODE: item.code, TITLE: hint, NOTE: "" if value is None else value.note}
        if value is None or not isinstance(value.value, tuple):
            yield {**line, VALUE: "" if value is None else str(value.value)}
            continue
        for row in value.value:
            cells = [str(row.get(column.code, "")) for column in item.columns]
            yield {**line, **dict(zip((VALUE, *FURTHER), cells, strict=False))}
