"""Files that people hand in as proof: kept byte for byte, once for each hash, never opened or run. (Photographs come
here without what telephones write beside the picture: `photographs`.)

What a file is, its first bytes say; a name or a Content-Type that says otherwise counts for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.models import KeptFile
from lrs.db import Session, among

__all__ = [
    "Kept",
    "UnknownFile",
    "described",
    "hash_of",
    "keep",
    "kind_of",
    "read",
    "remove",
    "replace",
    "safe_name",
]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FIRST_BYTES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"PK\x03\x04", XLSX),
)

NAME_AT_MOST = 200


class UnknownFile(CertificationError):
    """No file with this hash is kept."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"Không có tệp nào mang mã {sha256}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept: its hash in hex digits, what it is, its length in bytes."""

    sha256: str
    content_type: str
    length: int


def kind_of(data: bytes) -> str | None:
    """The content type that the first bytes show; None for anything that is not known to be harmless to keep."""
    return next((kind for first, kind in _FIRST_BYTES if data.startswith(first)), None)


def hash_of(data: bytes) -> str:
    """SHA-256 of the bytes, in hex digits."""
    return hashlib.sha256(data).hexdigest()


def keep(session: Session, tenant: UUID, data: bytes, content_type: str, *, now: datetime) -> Kept:
    """Keeps the bytes under their hash; those that are there already stay as they are."""
    sha256 = hash_of(data)
    row = {"tenant_id": tenant, "sha256": sha256, "content_type": content_type, "length": len(data)}
    bulk.upsert(session, KeptFile, [{**row, "content": data, "kept": now}])
    return Kept(sha256, content_type, len(data))


def read(session: Session, tenant: UUID, sha256: str) -> tuple[Kept, bytes]:
    """A kept file and its bytes. The caller has asked a record that names it whether it may be seen. Raises
    UnknownFile."""
    row = session.execute(
        sa.select(KeptFile.content_type, KeptFile.length, KeptFile.content).where(
            KeptFile.tenant_id == tenant, KeptFile.sha256 == sha256
        )
    ).one_or_none()
    if row is None:
        raise UnknownFile(sha256)
    return Kept(sha256, row.content_type, row.length), row.content


def described(session: Session, tenant: UUID, sha256: str) -> str | None:
    """What a kept file is, without its bytes; None where none is kept."""
    return session.scalar(
        sa.select(KeptFile.content_type).where(KeptFile.tenant_id == tenant, KeptFile.sha256 == sha256)
    )


def remove(session: Session, tenant: UUID, hashes: Collection[str]) -> None:
    """Keeps these files no more. No record names them by now."""
    gone = KeptFile.tenant_id == tenant, among(session, KeptFile.sha256, sorted(hashes))
    session.execute(sa.delete(KeptFile).where(*gone))


def replace(session: Session, tenant: UUID, sha256: str, data: bytes, content_type: str) -> None:
    """Keeps these bytes in the place of a file, under the hash that the file has, so that it is known if it comes
    again."""
    session.execute(
        sa.update(KeptFile)
        .where(KeptFile.tenant_id == tenant, KeptFile.sha256 == sha256)
        .values(content=data, length=len(data), content_type=content_type)
    )


def safe_name(name: str) -> str:
    """A file's name as it is kept: without the folders before it and without letters that nobody sees."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    return shown[-NAME_AT_MOST:] or "tệp"
