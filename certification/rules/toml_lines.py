"""Where in a TOML text a field stands, so that a fault can name the line to look at.

A reader for the way our rule files are written (one key a line, headers on lines of their own), not a TOML parser: the
standard library's keeps no places. What it cannot find it answers with the nearest line above, the table's header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["keys_of_pointer", "line_of"]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")

Path = tuple[str | int, ...]


def keys_of_pointer(pointer: str) -> Path:
    """The keys of a JSON pointer: "/target/2/values" gives ("target", 2, "values")."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return tuple(int(part) if part.isdigit() else part for part in parts)


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line (from 1) of the field at `path`, or of the nearest thing around it that has one; None for the whole."""
    wanted = tuple(path)
    best, best_length = None, 0
    for place, number in _places(text):
        if len(place) > best_length and wanted[: len(place)] == place:
            best, best_length = number, len(place)
    return best


@lru_cache(maxsize=4)
def _places(text: str) -> list[tuple[Path, int]]:
    places: list[tuple[Path, int]] = []
    table: Path = ()
    lengths: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _table(header[2].split("."), lengths, appended=header[1] == "[[")
            places.append((table, number))
        elif key := _KEY.match(line):
            places.append(((*table, key[1]), number))
    return places


def _table(names: list[str], lengths: dict[Path, int], *, appended: bool) -> Path:
    """The path of a header: below a list it speaks of the last entry so far; [[…]] adds one."""
    path: Path = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in lengths:
            path = (*path, lengths[path] - 1)
    path = (*path, names[-1])
    if appended:
        lengths[path] = lengths.get(path, 0) + 1
        path = (*path, lengths[path] - 1)
    return path
