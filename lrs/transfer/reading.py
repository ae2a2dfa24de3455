"""Reads what is to be imported: an export of this program, or Statements as any LRS gives them.

Statements of others come one a line; or as pages, `{"statements": […], "more": …}`, or bare lists, either one a line or
one in the whole file. What is no such thing becomes an Outcome that says so, and the rest is read on.
"""

from __future__ import annotations

import gzip
import itertools
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lrs.errors import Fault, InvalidRequest
from lrs.statements.lines import Outcome, Sent, split
from lrs.statements.validate import decode
from lrs.transfer import form

__all__ = ["MOST_BYTES", "Numbered", "Source", "numbered", "opened", "read_source", "sent", "version_of"]

MOST_BYTES = 256 * 1024 * 1024
"""The longest line taken: an Attachment takes a third more than its bytes."""

_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of an export."""

    number: int
    line: form.Line


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be imported. `header` is that of an export, and `items` are then its lines; otherwise Statements."""

    header: form.Header | None
    items: Iterator[Numbered | Sent | Outcome]


@contextmanager
def opened(name: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The file of this name, "-" for standard input: its contents, unfolded where it ends in .gz, and itself."""
    if name == "-":
        yield sys.stdin.buffer, sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield (gzip.GzipFile(fileobj=file) if name.endswith(".gz") else file), file  # type: ignore[misc]


def numbered(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file as `split` gives them; raises InvalidRequest where gzip breaks off."""
    try:
        yield from split(iter(lambda: file.read(_PIECE), b""), MOST_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InvalidRequest.at("", "the file is not gzip, or breaks off; what was stored until then stays") from None


def read_source(lines: Iterator[tuple[int, bytes | None]]) -> Source:
    """What these lines are; raises InvalidRequest for an export that this program cannot read."""
    first = next(lines, None)
    if first is None:
        return Source(None, iter(()))
    _, text = first
    if text is not None and form.kind_of(text) == "export":
        header = form.read_line(text)
        assert isinstance(header, form.Header)  # noqa: S101 — that is what the kind says
        if header.format > form.FORMAT:
            message = (
                f"the export has the format {header.format}, and this program reads {form.FORMAT}; use a newer one"
            )
            raise InvalidRequest.at("", message)
        return Source(header, _export(lines))
    return Source(None, _statements(itertools.chain([first], lines)))


def _export(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[Numbered | Sent | Outcome]:
    number = 1
    ended = False
    for number, text in lines:
        if text is None:
            yield _refused(number, _TOO_LONG)
            continue
        try:
            line = form.read_line(text)
        except InvalidRequest as error:
            yield Outcome(number, None, "refused", error.faults)
            continue
        ended = isinstance(line, form.End) and line.lines == number
        if not isinstance(line, form.End | form.Header):
            yield Numbered(number, line)
    if not ended:
        yield _refused(number + 1, "the export breaks off here: its last line is missing; take it again")


def _statements(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[Sent | Outcome]:
    first = list(itertools.islice(lines, 2))
    again = itertools.chain(first, lines)
    if any(text is None or _is_json(text) for _, text in first):
        yield from _each(again)
    else:
        yield from _whole(again)


def _each(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Sent | Outcome]:
    for number, text in lines:
        if text is None:
            yield _refused(number, _TOO_LONG)
        else:
            yield from _in_document(number, text)


def _whole(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Sent | Outcome]:
    """The Statements of a file that is one JSON document over several lines; line by line where it is none."""
    held: list[tuple[int, bytes]] = []
    size = 0
    for number, text in lines:
        size += len(text or b"")
        if text is None or size > MOST_BYTES:
            yield _refused(
                number, f"there is no JSON on the first lines, and all of it is more than {MOST_BYTES} bytes"
            )
            return
        held.append((number, text))
    whole = b"\n".join(text for _, text in held)
    yield from _in_document(1, whole) if _is_json(whole) else _each(held)


def _is_json(text: bytes) -> bool:
    try:
        decode(text)
    except InvalidRequest:
        return False
    return True


def _in_document(number: int, text: bytes) -> Iterator[Sent | Outcome]:
    try:
        document = decode(text)
    except InvalidRequest as error:
        yield Outcome(number, None, "refused", error.faults)
        return
    if isinstance(document, dict) and isinstance(document.get("statements"), list) and "actor" not in document:
        place, found = "/statements", document["statements"]
    elif isinstance(document, list):
        place, found = "", document
    else:
        yield sent(number, document, len(text))
        return
    for index, one in enumerate(found):
        yield sent(number, one, len(text) // len(found), place=f"{place}/{index}")


def sent(number: int, document: Any, size: int, *, place: str = "", chain: Iterable[Any] = ()) -> Sent:
    """A Statement of another store, held to the version that it names, and with that store's word in its chain."""
    said = (
        {key: document[key] for key in ("stored", "authority") if key in document} if isinstance(document, dict) else {}
    )
    chain = [*chain, said] if said else [*chain]
    return Sent(number, document, size, version_of(document), chain=chain, place=place)


def version_of(document: Any) -> str:
    """The version whose rules a document has to keep: the one that it names, otherwise the newest."""
    named = document.get("version") if isinstance(document, dict) else None
    return "1.0.3" if isinstance(named, str) and named.startswith("1.") else "2.0.0"


_TOO_LONG = f"the line is longer than the {MOST_BYTES} bytes that are taken here"


def _refused(number: int, message: str) -> Outcome:
    return Outcome(number, None, "refused", (Fault("", message, ""),))
