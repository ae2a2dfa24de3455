"""Says what is wrong with an archive, by its files and a public key alone; and what the store has otherwise by now.

A whole archive has the very files that were signed, and in them as many Statements as the manifest says, in the order
of their places: nothing was left out since. Nothing is read on once the signature is bad.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from certification.archives import manifest
from certification.archives.manifest import BEGINNING, MANIFEST, Chain, opened
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
    named = [file["name"] for file in document["files"]]
    if wrong := _of_signature(document, find) or _of_names(named):
        return document, [Fault(MANIFEST, wrong)]
    there = {path.name for path in folder.iterdir()} - {MANIFEST}
    found = [Fault(name, "is not named in the manifest") for name in sorted(there - {*named})]
    digest, place, statements = BEGINNING, 0, 0
    for number, file in enumerate(document["files"]):
        if file["first"] <= place:
            found.append(Fault(file["name"], f"begins at place {file['first']}, and the one before ends at {place}"))
        ends = {}
        if number == 0:
            ends[file["first"]] = document["first"]
        if number == len(named) - 1:
            ends[file["last"]] = document["last"]
        try:
            with opened(folder / file["name"]) as raw:
                statements += _of_file(raw, file, digest, ends)
        except FileNotFoundError:
            found.append(Fault(file["name"], "is not there"))
        except OSError:
            found.append(Fault(file["name"], "cannot be read, or is no regular file"))
        except _Wrong as error:
            found.append(Fault(file["name"], str(error)))
        digest, place = file["digest"], file["last"]
    told = document["files"][0]["first"], place, statements
    if not found and (document["first"]["place"], document["last"]["place"], document["statements"]) != told:
        found.append(Fault(MANIFEST, f"its files hold {statements} Statements up to place {place}, and it says others"))
    return document, found


def _of_signature(document: Mapping[str, Any], find: Callable[[str], str | None]) -> str:
    multikey = find(document["proof"]["verificationMethod"])
    if multikey not in (None, document["key"]):
        return f"is signed by another key: {document['key']}"
    try:
        proofs.check(document, lambda _: multikey, suite=proofs.PLAIN)
    except BadProof as error:
        return str(error)
    return ""


def _of_names(named: list[str]) -> str:
    return "" if len(named) == len({*named}) else "names a file twice"


class _Wrong(Exception):
    """A file is not as the manifest says."""


def _of_file(raw: BufferedReader, file: Mapping[str, Any], before: str, ends: Mapping[int, Mapping[str, Any]]) -> int:
    """How many Statements are in a file. Raises _Wrong, and OSError where it cannot be read."""
    size = os.fstat(raw.fileno()).st_size
    if size != file["bytes"]:
        raise _Wrong(f"has {size} bytes, and had {file['bytes']} when it was signed")
    if hashlib.file_digest(raw, "sha256").hexdigest() != file["sha256"]:
        raise _Wrong("was changed after it was signed")
    raw.seek(0)
    digests, lines, places = Chain(before), 0, list[int]()
    try:
        for line in _lines(raw):
            lines += 1
            digests.add(line)
            read = _LINE.decode(line)
            if read.kind != "statement":
                continue
            if read.place is None or (places and read.place <= places[-1]):
                raise _Wrong(f"line {lines}: has place {read.place}, which does not follow that before")
            places.append(read.place)
            if read.place in ends:
                one, told = _STATEMENT.decode(read.statement), ends[read.place]
                if (one.id, one.stored) != (told["id"], told["stored"]):
                    raise _Wrong(f"line {lines}: is not the Statement that the manifest names")
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise _Wrong(f"cannot be unpacked after line {lines}") from None
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise _Wrong(f"line {lines}: is no line of an archive") from None
    holds = lines, places[:1], places[-1:], digests.digest
    if holds != (file["lines"], [file["first"]], [file["last"]], file["digest"]):
        raise _Wrong("does not hold what the manifest says")
    return len(places)


def _lines(packed: BufferedReader) -> Iterator[bytes]:
    with gzip.open(packed) as file:
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
