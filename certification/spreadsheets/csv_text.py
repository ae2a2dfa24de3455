"""CSV files as rows of cells: UTF-8, comma, semicolon or tab, any line ends, read as a stream."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from certification.spreadsheets.faults import Fault

__all__ = ["records"]


def records(data: bytes, faults: list[Fault]) -> Iterator[tuple[int, Sequence[str]]]:
    """The number and cells of every record; what cannot be read ends them and is noted in `faults`.

    Bytes that are not UTF-8 stay in the cells as lone surrogates, so that each cell that holds one can be named.
    """
    number = 0
    try:
        for number, record in enumerate(csv.reader(_text(data), delimiter=_separator(data), strict=True), start=1):
            yield number, record
    except csv.Error as error:
        if "field larger" in str(error):
            message = "có ô dài quá 131.072 ký tự, có lẽ thiếu dấu ngoặc kép đóng; các dòng sau chưa được kiểm tra"
        else:
            message = "dấu ngoặc kép mở mà không đóng, hoặc đóng giữa ô; sửa dấu ngoặc, các dòng sau chưa được kiểm tra"
        faults.append(Fault(number + 1, "", message))


def _text(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="surrogateescape", newline="")


def _separator(data: bytes) -> str:
    """Whichever of comma, semicolon and tab the first lines with any text have most of, outside quotation marks."""
    lines = (re.sub(r'"[^"]*"', "", line) for _, line in zip(range(20), _text(data[:65536]), strict=False))
    counts = [{sign: line.count(sign) for sign in ",;\t"} for line in lines]
    best = max(counts, key=lambda found: max(found.values()), default={",": 0})
    return max(best, key=lambda sign: best[sign])
