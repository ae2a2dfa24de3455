"""Writes all Statements stored before a day into a new folder, with a signed manifest: whole, or no folder.

Statements are read a page at a time, and lie in files of some ten thousand. The act is on record once all is written,
and the folder gets its name last.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

from certification.acts import chain
from certification.archives.manifest import MANIFEST, TYPE, Chain
from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.credentials import jcs, proofs
from certification.errors import CertificationError
from certification.federation.documents import instant, urn
from certification.vietnam import VIETNAM
from lrs import api
from lrs.db import Database, new_id

__all__ = ["IN_A_FILE", "Archived", "NotArchivable", "archive", "precise"]

IN_A_FILE = 50_000
"""Statements."""


class NotArchivable(CertificationError):
    """There is nothing to archive, or not all of it can be read."""


@dataclass(frozen=True, slots=True)
class Archived:
    """What was written; `key` is the public half of what signed it, as a Multikey."""

    id: UUID
    statements: int
    files: int
    digest: str
    key: str


def precise(at: datetime) -> str:
    """An instant as Statements carry it, in microseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def archive(
    database: Database,
    tenant: UUID,
    folder: Path,
    *,
    before: date,
    issuer: Issuer,
    secret: bytes,
    by: str,
    now: datetime,
) -> Archived:
    """Writes the archive, signs its manifest and puts on record that `by` has it. The folder must not be there.

    Raises NotArchivable, what `keys.current` raises, and OSError where the folder cannot be made.
    """
    with database.reading(tenant) as session:
        last = api.last_before(session, tenant, datetime.combine(before, time(), VIETNAM))
        first = api.first_stored(session, tenant)
    if first is None or last is None:
        raise NotArchivable(f"Nothing was stored before {before}.")
    id = new_id()
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        files, statements = _files(database, tenant, part, last.place)
        with database.writing(tenant) as session:
            key = keys.current(session, tenant, issuer, secret=secret, by=by, now=now)
            document = {
                "type": TYPE, "id": urn(id), "issuer": issuer.did, "key": key.public, "made": instant(now),
                "before": str(before), "statements": statements, "first": _told(first), "last": _told(last),
                "files": files,
            }  # fmt: skip
            api.write_new(part / MANIFEST, jcs.canonical(proofs.prove(document, key, created=now, suite=proofs.PLAIN)))
            api.sync(part)
            if os.path.lexists(folder):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            detail = {"statements": statements, "digest": files[-1]["digest"], "key": key.id}
            chain.add(
                session, tenant, by=by, act="statements.archive", subject=f"archive:{before}", detail=detail, now=now
            )
        part.rename(folder)
        api.sync(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Archived(id, statements, len(files), files[-1]["digest"], key.public)


def _told(one: api.StoredAt) -> dict[str, Any]:
    return {"place": one.place, "id": str(one.id), "stored": precise(one.at)}


def _files(database: Database, tenant: UUID, folder: Path, through: int) -> tuple[list[dict[str, Any]], int]:
    """What the manifest says of each file that was written, and how many Statements are in all of them."""
    digests, files, statements, last = Chain(), list[dict[str, Any]](), 0, 0
    while last < through:
        path = folder / f"statements-{len(files) + 1:06}.jsonl.gz"
        lines, places = 0, list[int]()
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as raw:
            with gzip.GzipFile(fileobj=raw, filename="", mode="wb", compresslevel=6, mtime=0) as folded:
                for line in _some(api.archived_lines(database, tenant, last, through), places):
                    digests.add(line)
                    folded.write(line + b"\n")
                    lines += 1
            raw.flush()
            os.fsync(raw.fileno())
            size = raw.seek(0, os.SEEK_END)
            raw.seek(0)
            sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
        if not places:
            raise NotArchivable(f"The Statement at place {through} of the order is not there any more.")
        last = places[-1]
        statements += len(places)
        files.append(
            {
                "name": path.name, "bytes": size, "sha256": sha256, "lines": lines, "first": places[0], "last": last,
                "digest": digests.digest,
            }
        )  # fmt: skip
    return files, statements


def _some(lines: Iterator[tuple[int | None, bytes]], places: list[int]) -> Iterator[bytes]:
    """The lines of a file: up to that of its last Statement. `places` gets those of its Statements."""
    for place, line in lines:
        yield line
        if place is not None:
            places.append(place)
            if len(places) == IN_A_FILE:
                return
