"""What the clients are asked to send: one order for all, and what the store should then hold."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

from tests.clients.conftest import Platform

TEXT = "Nguyễn Thị Đào học “Công dân số” – giỏi, ở tổ may 3 🎓"
ACTIVITY = ("https://hoc.example.vn/khoa-hoc/" + "bài-học-số-mười/" * 200)[:2000]
"""An id of 2,000 characters, some outside ASCII."""
EVERY_BYTE = bytes(range(256))
FILES = (
    (EVERY_BYTE, "application/octet-stream"),
    (TEXT.encode(), "text/plain; charset=utf-8"),
    (b"\x89PNG\r\n\x1a\n" + bytes(reversed(range(256))), "image/png"),
)
ONE_LINE = FILES[:2]
"""Files without line breaks, for a client that cannot read others back."""
VERBS = "http://adlnet.gov/expapi/verbs/"
SIGNED_BY_NOBODY = "http://id.tincanapi.com/attachment/supporting_media"
MORE_THAN_A_PAGE = 520
"""The store answers with 500 at most."""


def order(platform: Platform, version: str, *, files: tuple[tuple[bytes, str], ...] = FILES) -> dict[str, Any]:
    """What a script is to do, as the JSON it reads."""
    agent = {"objectType": "Agent", "name": TEXT, "mbox": "mailto:dao.nt@maymac.example.vn"}
    activity = {
        "objectType": "Activity",
        "id": ACTIVITY,
        "definition": {"name": {"vi-VN": TEXT}, "type": "http://adlnet.gov/expapi/activities/course"},
    }
    registration = str(uuid4())

    def statement(verb: str, **others: Any) -> dict[str, Any]:
        return {
            "id": str(uuid4()),
            "timestamp": "2026-11-20T05:00:00.123Z",
            "actor": agent,
            "verb": {"id": VERBS + verb, "display": {"vi": "đã học", "en-US": verb}},
            "object": activity,
            "result": {"score": {"scaled": 0.85}, "response": TEXT},
            "context": {"registration": registration, "language": "vi-VN"},
            **others,
        }

    declared = [_declared(content, kind) for content, kind in files]
    anonymous = statement("attempted")
    del anonymous["id"]
    elsewhere = {**activity, "id": "https://hoc.example.vn/khoa-hoc/khac"}
    return {
        "endpoint": platform.endpoint,
        "key": platform.key,
        "secret": platform.secret,
        "version": version,
        "text": TEXT,
        "agent": agent,
        "activity": ACTIVITY,
        "registration": registration,
        "state": "đang học, trang 3/7",
        "profile": "sở thích & mục tiêu",
        "since": "2026-01-01T00:00:00Z",
        "bytes": base64.b64encode(EVERY_BYTE).decode(),
        "files": [{"content": base64.b64encode(content).decode(), "contentType": kind} for content, kind in files],
        "single": statement("experienced"),
        "anonymous": anonymous,
        "statements": [statement("completed") for _ in range(MORE_THAN_A_PAGE)],
        "with_files": statement("answered", object=elsewhere, attachments=declared),
        "each_with_file": [statement("shared", object=elsewhere, attachments=[one]) for one in declared],
    }


def _declared(content: bytes, kind: str) -> dict[str, Any]:
    return {
        "usageType": SIGNED_BY_NOBODY,
        "display": {"vi": "Bài làm của học viên"},
        "contentType": kind,
        "length": len(content),
        "sha2": sha256(content).hexdigest(),
    }


def dumps(order: dict[str, Any]) -> str:
    return json.dumps(order, ensure_ascii=False)
