"""CSV files as rows of cells: UTF-8, comma, semicolon or tab, any line ends, read as a stream."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from certification.spreadsheets.faults import Fault

__all__ = ["records"]

RECORD_AT_MOST = 1_000_000
"""Characters of one record; two hundred cells of five thousand take as many."""


def records(data: bytes, faults: list[Fault]) -> Iterator[tuple[int, Sequence[str]]]:
    """The number and cells of every record; what cannot be read ends them and is noted in `faults`.

    Bytes that are not UTF-8 stay in the cells as lone surrogates, so that each cell that holds one can be named.
    """
    number = 0
    try:
        lines = _Lines(_text(data))
        for number, record in enumerate(csv.reader(lines, delimiter=_separator(data), strict=True), start=1):
            lines.long = 0
            yield number, record
    except _TooLong:
        message = f"có dòng dài quá {RECORD_AT_MOST:_} ký tự".replace("_", ".") + "; các dòng sau chưa được kiểm tra"
        faults.append(Fault(number + 1, "", message))
    except csv.Error as error:
        if "field larger" in str(error):
            message = "có ô dài quá 131.072 ký tự, có lẽ thiếu dấu ngoặc kép đóng; các dòng sau chưa được kiểm tra"
        else:
            message = "dấu ngoặc kép mở mà không đóng, hoặc đóng giữa ô; sửa dấu ngoặc, các dòng sau chưa được kiểm tra"
        faults.append(Fault(number + 1, "", message))


class _TooLong(Exception):
    """A record has more characters than any that people write."""


class _Lines:
    """Lines of a file for its reader, which makes a record of one or several: refused where these come to too much. Of
    a record that is nothing but commas the cells would take a dozen times as much memory."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.long = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(RECORD_AT_MOST + 1):
            self.long += len(line)
            if self.long > RECORD_AT_MOST:
                raise _TooLong
            yield line


def _text(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="surrogateescape", newline="")


def _separator(data: bytes) -> str:
    """Whichever of comma, semicolon and tab the first lines with any text have most of, outside quotation marks."""
    lines = (re.sub(r'"[^"]*"', "", line) for _, line in zip(range(20), _text(data[:65536]), strict=False))
    counts = [{sign: line.count(sign) for sign in ",;\t"} for line in lines]
    best = max(counts, key=lambda found: max(found.values()), default={",": 0})
    return max(best, key=lambda sign: best[sign])
