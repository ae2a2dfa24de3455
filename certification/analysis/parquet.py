"""Rows into a Parquet file, by DuckDB: from a table of text beside it, a group of rows at a time."""

from __future__ import annotations

import csv
import errno
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

__all__ = ["MEMORY", "write"]

MEMORY = "256MB"
"""What DuckDB may take."""

_NUMBER = re.compile(r'"errno":"(\d+)"')
"""Where DuckDB says what the machine said, within a line that few would read."""

_COPY = """
COPY (SELECT * FROM read_csv($source, columns = $columns, header = false, auto_detect = false,
                             delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = ''))
TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000, KV_METADATA {hidden_below: $below})
"""


def write(path: Path, columns: Mapping[str, str], rows: Iterable[Sequence[object]], *, below: int) -> int:
    """Writes the rows, in their order, to a new file; equal rows make equal files. How many there were.

    Raises OSError where the disk does not take them; what was written until then stays, the table of text as well.
    """
    import duckdb  # costs every other command a tenth of a second

    count = 0
    beside = path.with_suffix(".csv")
    with beside.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        for row in rows:
            writer.writerow(row)
            count += 1
    try:
        own: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": MEMORY,
            "temp_directory": str(path.parent),
            "autoinstall_known_extensions": False,  # it asks nobody for anything
            "autoload_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=own) as connection:
            said = {"source": str(beside), "target": str(path), "columns": dict(columns), "below": str(below)}
            connection.execute(_COPY, said)
    except duckdb.IOException as error:
        raise _fault(str(error)) from None
    beside.unlink()
    return count


def _fault(said: str) -> OSError:
    """What the machine said, in its words, where DuckDB passes it on; otherwise what DuckDB says."""
    if found := _NUMBER.search(said):
        return OSError(number := int(found[1]), os.strerror(number))
    return OSError(errno.EIO, said.splitlines()[0])
