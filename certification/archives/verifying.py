"""Says what is wrong with an archive, by its files and a public key alone; and what the store has otherwise by now.

A whole archive holds the Statement of every place from the first to the last, once and in order, as they were when it
was signed.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from certification.archives import manifest
from certification.archives.manifest import BEGINNING, MANIFEST, Chain
from certification.credentials import proofs
from certification.credentials.proofs import BadProof
from lrs import api
from lrs.api import Fault
from lrs.db import Database

__all__ = ["LONGEST", "changed_since", "faults"]

LONGEST = 512 * 1024 * 1024
"""Bytes of a line at most: one with an Attachment in it can be long."""


class _Line(msgspec.Struct):
    kind: str
    place: int | None = None
    statement: msgspec.Raw = msgspec.Raw(b"{}")


class _Statement(msgspec.Struct):
    id: str
    stored: str


_LINE = msgspec.json.Decoder(_Line)
_STATEMENT = msgspec.json.Decoder(_Statement)


def faults(folder: Path, find: Callable[[str], str | None]) -> tuple[Mapping[str, Any], list[Fault]]:
    """The manifest of an archive and all that is wrong with it; `find` gives a key's Multikey by its address.

    Raises InvalidRequest where the manifest has no such shape, OSError where there is none.
    """
    document = manifest.read(folder)
    found: list[Fault] = []
    try:
        proofs.check(document, find, suite=proofs.PLAIN)
    except BadProof as error:
        found.append(Fault(MANIFEST, str(error)))
    named = [file["name"] for file in document["files"]]
    there = {path.name for path in folder.iterdir()} - {MANIFEST}
    found += [Fault(name, "is not named in the manifest") for name in sorted(there - {*named})]
    if len(named) != len({*named}):
        found.append(Fault(MANIFEST, "names a file twice"))
    digest, place = BEGINNING, 0
    for number, file in enumerate(document["files"]):
        if file["first"] != place + 1:
            found.append(Fault(file["name"], f"begins at place {file['first']}, and {place + 1} comes next"))
        ends = {}
        if number == 0:
            ends[file["first"]] = document["first"]
        if number == len(named) - 1:
            ends[file["last"]] = document["last"]
        found += _of_file(folder / file["name"], file, digest, ends)
        digest, place = file["digest"], file["last"]
    if (document["first"]["place"], document["last"]["place"], document["statements"]) != (1, place, place):
        found.append(Fault(MANIFEST, f"its files end at place {place}, and it speaks of others"))
    return document, found


def _of_file(path: Path, file: Mapping[str, Any], before: str, ends: Mapping[int, Mapping[str, Any]]) -> list[Fault]:
    digests, lines, expected = Chain(before), 0, file["first"]
    try:
        for line in _lines(path):
            lines += 1
            digests.add(line)
            read = _LINE.decode(line)
            if read.kind != "statement":
                continue
            if read.place != expected:
                return [Fault(path.name, f"line {lines}: has place {read.place}, and {expected} comes next")]
            if expected in ends:
                one, told = _STATEMENT.decode(read.statement), ends[expected]
                if (one.id, one.stored) != (told["id"], told["stored"]):
                    return [Fault(path.name, f"line {lines}: is not the Statement that the manifest names")]
            expected += 1
    except FileNotFoundError:
        return [Fault(path.name, "is not there")]
    except (OSError, EOFError, zlib.error):
        return [Fault(path.name, f"cannot be read after line {lines}: it broke off or was changed")]
    except (msgspec.DecodeError, RecursionError, ValueError):
        return [Fault(path.name, f"line {lines}: is no line of an archive")]
    if (lines, expected - 1, digests.digest) != (file["lines"], file["last"], file["digest"]):
        return [Fault(path.name, "does not hold what the manifest says: lines were changed, added or left out")]
    return []


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while line := file.readline(LONGEST):
            if not line.endswith(b"\n"):
                raise EOFError
            yield line[:-1]


def changed_since(database: Database, tenant: UUID, document: Mapping[str, Any]) -> list[str]:
    """The names of the files whose lines the store has otherwise by now: somebody was erased since."""
    changed, before = [], BEGINNING
    for file in document["files"]:
        digests = Chain(before)
        for _, line in api.archived_lines(database, tenant, file["first"] - 1, file["last"]):
            digests.add(line)
        if digests.digest != file["digest"]:
            changed.append(file["name"])
        before = file["digest"]
    return changed
