"""The credential of a certificate: an Open Badge 3.0 that says what the paper says, and no more. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from certification.certificates.keys import Issuer
from certification.credentials import status_lists
from certification.credentials.canonical import CREDENTIALS, OPEN_BADGES
from certification.rules.certificate_forms import CertificateForm
from certification.vietnam import VIETNAM

__all__ = ["Replaced", "Said", "badge", "list_address", "replaced_number"]

_REPLACES = "Thay giấy công nhận số "


@dataclass(frozen=True, slots=True)
class Replaced:
    """A certificate that another one corrects, by its id and its number as it is printed."""

    id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a certificate says of whom: `number` as it is printed, `body` the one that decided."""

    id: UUID
    name: str
    year: int
    body: str
    decision_number: str
    decided_on: date
    number: str
    code: str
    list_place: int
    replaces: tuple[Replaced, ...] = ()
    """The certificate in whose place this one stands; empty without one."""


def badge(said: Said, form: CertificateForm, issuer: Issuer, *, public_url: str, numbered: datetime) -> dict[str, Any]:
    """The credential, without its proof. No birth date, no employer, no points, no number of a person."""
    title = f"{form.title} {form.year_of(said.year)}"
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"urn:uuid:{said.id}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "description": form.grounds_of(said.decision_number, said.decided_on, said.body).strip("()"),
        "issuer": {"id": issuer.did, "type": ["Profile"], "name": said.body},
        "validFrom": f"{numbered.astimezone(VIETNAM).isoformat(timespec='seconds')}",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": said.name}
            ],
            "licenseNumber": said.number,
            "achievement": {
                "id": f"{issuer.url}/achievements/{form.id}",
                "type": ["Achievement"],
                "name": form.achievement["name"],
                "description": form.achievement["description"],
                "criteria": {"narrative": form.achievement["criteria"]},
            },
        },
        "evidence": [
            {
                "id": f"{public_url.rstrip('/')}/k/{said.code}",
                "type": ["Evidence"],
                "name": "Trang xác minh giấy công nhận",
            },
            *(
                {"id": f"urn:uuid:{one.id}", "type": ["Evidence"], "name": _REPLACES + one.number}
                for one in said.replaces
            ),
        ],
        "credentialStatus": status_lists.entry(
            list_address(issuer, said.list_place), said.list_place % status_lists.LENGTH
        ),
    }


def replaced_number(credential: Mapping[str, Any]) -> str | None:
    """The number of the certificate in whose place this one stands, as its credential says; None for a first one."""
    names = [str(one["name"]) for one in credential.get("evidence", ())]
    return next((one.removeprefix(_REPLACES) for one in names if one.startswith(_REPLACES)), None)


def list_address(issuer: Issuer, place: int) -> str:
    """The address of the list in which a certificate has its place."""
    return f"{issuer.url}/status/{place // status_lists.LENGTH + 1}"
