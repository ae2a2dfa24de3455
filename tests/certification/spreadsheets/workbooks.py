"""Builders of XLSX files: what matters to a test stands in its rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
import xlsxwriter


def xlsx(
    *rows: Sequence[object], formats: Mapping[int, str] | None = None, **sheets: Sequence[Sequence[object]]
) -> bytes:
    """A workbook whose first sheet holds these rows, days as days; `formats` are number formats by column (0 first)."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    kinds = {column: workbook.add_format({"num_format": text}) for column, text in (formats or {}).items()}
    for name, content in {"Danh sách": rows, **sheets}.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(content):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)  # type: ignore[arg-type]
                elif isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write(number, place, cell, kinds.get(place))
    workbook.close()
    return file.getvalue()


def edited(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The same workbook after a change of its first sheet."""
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    change(workbook.worksheets[0])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes | Callable[[bytes], bytes]) -> bytes:
    """The same archive with one part put in or replaced; by a function of what it was."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content if isinstance(content, bytes) else content(old.read(name)))
    return file.getvalue()
