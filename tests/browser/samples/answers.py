"""Samples of the pages of certification/web/officers/answers: what the worker a02 declared, disputes, asks about."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime
from typing import Any
from uuid import UUID

from certification.evidence import declarations, disputes
from certification.evidence.declared import CERTIFICATE, Declared
from certification.evidence.witnesses import Witness
from certification.privacy import requests
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.conftest import PEPPER

__all__ = ["photo", "prepare"]


def photo(wide: int = 320, high: int = 200) -> bytes:
    """A picture as a telephone might take it: stripes."""
    rows = b"".join(
        b"\0" + b"".join(bytes((60 + x % 120, 90 + y % 100, 150)) for x in range(wide)) for y in range(high)
    )

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def prepare(database: Database, tenant: UUID, now: datetime) -> dict[str, Any]:
    """A declaration with a photo, a dispute and a request; gives the samples of their pages."""
    today = vietnam_day(now)
    own = Witness("a02")
    with database.writing(tenant) as session:
        said = Declared(
            CERTIFICATE, "An toàn lao động cơ bản", today.replace(day=1), ("law-safety",), "Trung tâm A", 240, "ATLD-12"
        )
        declared = declarations.declare(
            session, tenant, "a02", said, file=photo(), file_name="chung-chi.png", witness=own, secret=PEPPER, now=now
        )
        disputed = disputes.open_dispute(
            session, tenant, "a02", year=today.year, statement_id=declared.statement_id, witness=own, now=now,
            reason="Buổi học này tôi học cả ngày, hệ thống chỉ ghi một buổi",
        )  # fmt: skip
        asked = requests.open_request(
            session, tenant, "a02", kind="correct", reason="Tên đệm của tôi ghi sai", witness=own, now=now
        )
    return {
        "officers.show_declared": {"case": declared.id, "number": "a02"},
        "officers.show_disputed": {"case": disputed.id, "number": "a02"},
        "officers.show_requested": {"case": asked.id, "number": "a02"},
    }
