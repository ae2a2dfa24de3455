"""A credential to sign in tests, its key, and other people's verifier."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from certification.credentials import status_lists
from certification.credentials.canonical import CREDENTIALS, OPEN_BADGES
from certification.credentials.proofs import SigningKey

AT = datetime(2026, 12, 20, 3, 4, 5, tzinfo=UTC)
SECRET = b"thirty-two bytes for tests alone"
DID = "did:web:cdht.example.org"
KEY = SigningKey(f"{DID}#2026", SECRET)
LIST = "https://cdht.example.org/status/1"
VERIFIERS = Path(__file__).parents[2] / "verifiers"


def badge(**changed: Any) -> dict[str, Any]:
    """An Open Badge with Vietnamese words, and a place in a status list."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": "urn:uuid:0190f3b0-0000-7000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Công dân học tập năm 2026",
        "issuer": {"id": DID, "type": ["Profile"], "name": "UBND xã Hoằng Giang"},
        "validFrom": "2026-12-20T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{"type": "IdentityObject", "identityHash": "Nguyễn Thị Hoa", "identityType": "name",
                            "hashed": False}],
            "achievement": {
                "id": "https://cdht.example.org/achievements/cong-dan-hoc-tap",
                "type": ["Achievement"],
                "name": "Công dân học tập",
                "description": "Danh hiệu theo Quyết định 324/QĐ-KHVN",
                "criteria": {"narrative": "Đạt từ 80/100 điểm, không chỉ số nào dưới 5 điểm"},
            },
        },
        "credentialStatus": status_lists.entry(LIST, 94567),
        **changed,
    }  # fmt: skip


def multikey(address: str) -> str | None:
    """The issuer's only key."""
    return KEY.public if address == KEY.id else None


def documents(**more: Any) -> dict[str, Any]:
    """What a verifier fetches: the issuer, its key, and more by address."""
    key = {"@context": "https://w3id.org/security/multikey/v1", "id": KEY.id, "type": "Multikey", "controller": DID,
           "publicKeyMultibase": KEY.public}  # fmt: skip
    issuer = {"@context": ["https://www.w3.org/ns/did/v1"], "id": DID, "assertionMethod": [KEY.id]}
    return {DID: issuer, KEY.id: key, **more}


def verified_elsewhere(
    credentials: Sequence[Mapping[str, Any]], fetched: Mapping[str, Any], now: datetime = AT
) -> list[dict[str, Any]]:
    """What the verifier from npm says of each: `verified`, `withdrawn`, `error`."""
    asked = {"now": now.isoformat(), "documents": fetched, "credentials": credentials}
    done = subprocess.run(
        ["node", VERIFIERS / "verify.js"],
        input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
