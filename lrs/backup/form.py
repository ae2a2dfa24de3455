"""A backup as it lies on disk: a folder named after its moment, with the data, the manifest, and the hash of both.

The folder has its name only when it is whole; until then it ends in `.part`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from lrs.durable import sync

__all__ = [
    "MANIFEST",
    "SECRET",
    "BackupFault",
    "Keys",
    "Manifest",
    "Table",
    "backups_in",
    "fingerprint",
    "name_of",
    "read",
    "sha256",
    "write",
]

MANIFEST = "manifest.json"
SECRET = "secret_key"  # noqa: S105 - a file's name
_SUMS = "SHA256SUMS"
_NAME = "cdht-%Y-%m-%dT%H-%M-%SZ"
_FORM = 1
_CHUNK = 1024 * 1024


class BackupFault(Exception):
    """A backup that cannot be taken, trusted or put back; the words say why and what to do."""


class Table(msgspec.Struct, frozen=True):
    """How many rows a table holds, and a digest of them where the copy is not byte for byte."""

    rows: int
    digest: str | None = None


class Keys(msgspec.Struct, frozen=True):
    """A file of keys beside the secret, as it was when the backup was taken: how many bytes, and their fingerprint."""

    size: int
    fingerprint: str

    @classmethod
    def of(cls, content: bytes) -> Keys:
        return cls(len(content), fingerprint(content))

    def begins(self, content: bytes) -> bool:
        """Whether these keys are the first of a file with this content: keys are added to it, and none removed."""
        return hmac.compare_digest(self.fingerprint, fingerprint(content[: self.size]))


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. `taken` is in UTC; `revision` is Alembic's; `secret` the fingerprint of SECRET_KEY; `keys`
    are the files of DATA_DIR, by name, without which not all of it can be read."""

    form: int
    taken: datetime
    kind: str
    revision: str | None
    data: str
    tables: dict[str, Table]
    secret: str
    keys: dict[str, Keys] = {}

    @classmethod
    def of(
        cls, *, taken: datetime, kind: str, revision: str | None, data: str, tables: dict[str, Table], secret: bytes,
        keys: Mapping[str, bytes],
    ) -> Manifest:  # fmt: skip
        held = {name: Keys.of(content) for name, content in keys.items()}
        return cls(_FORM, taken.astimezone(UTC), kind, revision, data, tables, fingerprint(secret), held)


def fingerprint(secret: bytes) -> str:
    """Tells one secret from another, and nothing else of it."""
    return hmac.digest(secret, b"which secret this is", "sha256").hex()[:16]


def name_of(taken: datetime) -> str:
    """The name of a backup's folder."""
    return taken.astimezone(UTC).strftime(_NAME)


def backups_in(folder: Path) -> list[Path]:
    """The backups in a folder, the oldest first; what is not named like one, or not whole, is none."""

    def is_backup(path: Path) -> bool:
        try:
            datetime.strptime(path.name, _NAME).replace(tzinfo=UTC)
        except ValueError:
            return False
        return (path / _SUMS).is_file()

    return sorted(path for path in folder.iterdir() if is_backup(path))


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and the hashes into a folder that holds the data, and have the disk keep all of it."""
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    names = sorted(path.name for path in folder.iterdir())
    (folder / _SUMS).write_text("".join(f"{sha256(folder / name)}  {name}\n" for name in names))
    for path in [*folder.iterdir(), folder]:
        sync(path)


def read(folder: Path) -> Manifest:
    """The manifest of a backup whose every byte is as written; raises BackupFault with every file that is not."""
    try:
        lines = (folder / _SUMS).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BackupFault(f"{folder} is no backup, or was not finished: it has no readable file {_SUMS}") from None
    faults = list(_faults(folder, lines))
    if faults:
        raise BackupFault("\n".join([f"{folder} is damaged; use another backup", *faults]))
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupFault(f"{folder / MANIFEST}: {error}") from None
    if manifest.form != _FORM:
        raise BackupFault(f"{folder} has the form {manifest.form}, which a newer version of this program wrote")
    return manifest


def _faults(folder: Path, lines: list[str]) -> Iterator[str]:
    listed = set()
    for number, line in enumerate(lines, start=1):
        written, gap, name = line[:64], line[64:66], line[66:]
        if gap != "  " or not name or Path(name).name != name:
            yield f"{_SUMS}, line {number}: cannot be read"
            continue
        listed.add(name)
        path = folder / name
        if not path.is_file():
            yield f"{name}: is missing"
        elif not hmac.compare_digest(sha256(path), written):
            yield f"{name}: is not as it was written"
    for name in sorted({MANIFEST} - listed):
        yield f"{_SUMS}: does not name {name}"
    for path in sorted(folder.iterdir()):
        if path.name not in {*listed, _SUMS}:
            yield f"{path.name}: is not part of the backup; take it away"


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hex digits."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
