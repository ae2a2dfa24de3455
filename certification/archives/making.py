"""Writes all Statements stored before a day into a new folder, with a signed manifest: whole, or no folder.

Statements are read a page at a time, and lie in files of some ten thousand. Places follow each other without a gap; a
store in which they do not is refused, since nothing would prove that its archive is complete.
"""

from __future__ import annotations

import gzip
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
    """There is nothing to archive, or nothing that could be shown to be complete."""


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
        first = None if last is None else api.stored_at(session, tenant, 1)
    if last is None:
        raise NotArchivable(f"Nothing was stored before {before}.")
    if first is None:
        raise NotArchivable("The first Statement of the order is not there, so nothing shows what came before others.")
    id = new_id()
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        files = list(_files(database, tenant, part, last.place))
        with database.writing(tenant) as session:
            key = keys.current(session, tenant, issuer, secret=secret, by=by, now=now)
            document = {
                "type": TYPE, "id": urn(id), "issuer": issuer.did, "made": instant(now), "before": str(before),
                "statements": last.place, "first": _told(first), "last": _told(last), "files": files,
            }  # fmt: skip
            signed = jcs.canonical(proofs.prove(document, key, created=now, suite=proofs.PLAIN))
            detail = {"statements": last.place, "digest": files[-1]["digest"], "key": key.id}
            chain.add(
                session, tenant, by=by, act="statements.archive", subject=f"archive:{before}", detail=detail, now=now
            )
        _write(part / MANIFEST, signed)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Archived(id, last.place, len(files), files[-1]["digest"], key.public)


def _told(one: api.StoredAt) -> dict[str, Any]:
    return {"place": one.place, "id": str(one.id), "stored": precise(one.at)}


def _files(database: Database, tenant: UUID, folder: Path, through: int) -> Iterator[dict[str, Any]]:
    digests = Chain()
    for number, after in enumerate(range(0, through, IN_A_FILE), 1):
        last = min(after + IN_A_FILE, through)
        path = folder / f"statements-{number:06}.jsonl.gz"
        lines, expected = 0, after + 1
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as raw:
            with gzip.GzipFile(fileobj=raw, filename="", mode="wb", compresslevel=6, mtime=0) as folded:
                for place, line in api.archived_lines(database, tenant, after, last):
                    if place is not None and place != expected:
                        raise NotArchivable(f"The Statement at place {expected} of the order is not there.")
                    expected += place is not None
                    digests.add(line)
                    folded.write(line + b"\n")
                    lines += 1
            raw.flush()
            os.fsync(raw.fileno())
        if expected != last + 1:
            raise NotArchivable(f"The Statement at place {expected} of the order is not there.")
        yield {"name": path.name, "lines": lines, "first": after + 1, "last": last, "digest": digests.digest}


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
