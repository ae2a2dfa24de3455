"""When each tenant's record of acts was last worked out again on this machine, kept in a file of the data folder."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec

from certification.acts.chain import Checked

__all__ = ["FILE", "Noted", "keep", "read"]

FILE = "verified-acts.json"


class Noted(msgspec.Struct, frozen=True):
    """That the record was worked out again up to the act `number`, when (UTC), and the first fault found ("": none)."""

    at: datetime
    number: int
    fault: str = ""


def keep(data_dir: Path, tenant: UUID, checked: Checked, *, at: datetime) -> None:
    """Keeps what checking the tenant's record found. Where the folder takes no file nothing is kept."""
    noted = Noted(at.astimezone(UTC), checked.head.number, next(iter(checked.faults), ""))
    part = data_dir / f"{FILE}.part"
    with contextlib.suppress(OSError):
        part.write_bytes(msgspec.json.encode({**_all(data_dir), str(tenant): noted}))
        part.replace(data_dir / FILE)


def read(data_dir: Path, tenant: UUID) -> Noted | None:
    """What is known of the last check of the tenant's record; None where there was none from here."""
    return _all(data_dir).get(str(tenant))


def _all(data_dir: Path) -> dict[str, Noted]:
    try:
        return msgspec.json.decode((data_dir / FILE).read_bytes(), type=dict[str, Noted])
    except (OSError, msgspec.DecodeError):
        return {}
