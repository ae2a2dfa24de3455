"""The form of a person's export: a zip of JSON, the files themselves, and an index for people.

    DOC-TOI-TRUOC.txt       what is in it and what is not, in Vietnamese
    manifest.json           form, whose, of when, and the SHA-256 of every other file
    tables/<table>.json     the rows, as JSON; bytes in base64
    statements.ndjson       the Statements with Attachments and documents, byte for byte, as `lrs.transfer` writes them
    files/<sha256>.<kind>   what the person handed in
    certificates/<code>.json  signed credentials
    needed/…                what the rows refer to: organizations, rules, decisions about trust

`packed` and `unpacked` know nothing of what rows mean.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import lzma
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import CertificationError
from lrs.db import UtcDateTime

__all__ = ["FORM", "BrokenArchive", "Opened", "as_json", "from_json", "packed", "unpacked"]

FORM = 1
INDEX, MANIFEST = "DOC-TOI-TRUOC.txt", "manifest.json"
ROWS = ("tables/", "needed/")
"""Folders whose files hold rows."""
YEARS = range(2000, 2101)
"""Assessed years that can be."""
MOST_BYTES = 2 * 1024 * 1024 * 1024
"""So much is unpacked of an archive at most."""


class BrokenArchive(CertificationError):
    """The archive is not what was exported: every fault, each with its file."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Opened:
    """An archive whose every file is what was exported."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    _rows: Mapping[str, list[dict[str, Any]]] = field(repr=False)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a file of JSON; none where it is not there."""
        return self._rows.get(name, [])


def packed(files: Mapping[str, bytes], manifest: Mapping[str, Any], index: str, made: datetime) -> bytes:
    """The archive; the same files give the same bytes."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    said = json.dumps({**manifest, "files": hashes}, ensure_ascii=False, indent=1, sort_keys=True).encode()
    everything = {INDEX: index.encode("utf-8-sig"), MANIFEST: said, **{name: files[name] for name in hashes}}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in everything.items():
            info = zipfile.ZipInfo(name, made.timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()


def unpacked(data: bytes) -> Opened:
    """What the archive holds. Raises BrokenArchive with every file that is missing, changed or was added."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
                raise BrokenArchive("the archive unpacks to more than is taken")
            names = Counter(archive.namelist())
            twice = [name for name, count in names.items() if count > 1]
            files = {name: archive.read(name) for name in names}
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        lzma.LZMAError,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise BrokenArchive(f"this is no whole zip file: {error}") from None
    faults = [f"{name}: is in the archive twice" for name in sorted(twice)]
    try:
        manifest = json.loads(files.get(MANIFEST, b""))
        hashes = dict(manifest["files"])
        known = manifest["form"] == FORM
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BrokenArchive(f"{MANIFEST}: missing, or none that this program wrote") from None
    if not known:
        raise BrokenArchive(
            f"{MANIFEST}: form {manifest['form']!r} is not known here; take a newer version of the program"
        )
    for name, sha256 in sorted(hashes.items()):
        if name not in files:
            faults.append(f"{name}: missing")
        elif hashlib.sha256(files[name]).hexdigest() != sha256:
            faults.append(f"{name}: is not what was exported")
    faults += [f"{name}: was not exported" for name in sorted(files.keys() - hashes.keys() - {INDEX, MANIFEST})]
    rows = {}
    for name in sorted(files.keys() & hashes.keys()):
        if name.startswith(ROWS) and name.endswith(".json"):
            try:
                rows[name] = _rows(files[name])
            except ValueError as error:
                faults.append(f"{name}{error}")
    if faults:
        raise BrokenArchive(*faults)
    return Opened(manifest, {name: files[name] for name in hashes}, rows)


def _rows(data: bytes) -> list[dict[str, Any]]:
    """The rows in a file of JSON. Raises ValueError that says where it is none."""
    try:
        found = json.loads(data)
    except json.JSONDecodeError as error:
        raise ValueError(f", line {error.lineno}, column {error.colno}: is no JSON: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f", byte {error.start + 1}: is not UTF-8") from None
    except RecursionError:
        raise ValueError(": is nested too deep; no table is") from None
    if not isinstance(found, list):
        raise ValueError(": is no list of rows")
    for place, row in enumerate(found, start=1):
        if not isinstance(row, dict):
            raise ValueError(f', row {place}: is no row, {{"column": value, …}}')
    return found


def as_json(value: Any) -> Any:
    """A value of a column as JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_json(column: sa.Column[Any], value: Any) -> Any:
    """The value of a column that `as_json` gave. Raises ValueError or TypeError for what it cannot be."""
    kind = column.type
    if value is None:
        if not column.nullable:
            raise ValueError("is missing")
        return None
    if isinstance(kind, sa.Uuid | sa.LargeBinary | UtcDateTime | sa.DateTime | sa.Date) and not isinstance(value, str):
        raise ValueError("is no str")
    if isinstance(kind, sa.Uuid):
        return UUID(value)
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, UtcDateTime | sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    wanted: type = bool if isinstance(kind, sa.Boolean) else int if isinstance(kind, sa.Integer) else str
    if type(value) is not wanted:
        raise ValueError(f"is no {wanted.__name__}")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("has a NUL in it")
    if wanted is int:
        _check_range(column, value)
    return value


def _check_range(column: sa.Column[Any], value: Any) -> None:
    if column.name in ("year", "register_year", "decision_year") and value not in YEARS:
        raise ValueError(f"{value} is no year from {YEARS[0]} to {YEARS[-1]}")
    bits = 64 if isinstance(column.type, sa.BigInteger) else 16 if isinstance(column.type, sa.SmallInteger) else 32
    if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise ValueError(f"{value} is out of range")
