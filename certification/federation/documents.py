"""A roll-up as a document: what it says, how it is written, and what is wrong with one that came.

Shape: `schemas/certification/roll-up-1.json`. Written as canonical JSON, so that equal documents are equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import schemas
from certification.credentials import jcs, proofs
from certification.credentials.canonical import NotSignable
from lrs.api import Fault, InvalidRequest, decode

__all__ = ["MOST_BYTES", "SCHEMA", "TYPE", "RollUpDocument", "TargetSum", "instant", "read", "signed_by", "urn"]

TYPE = "roll-up/1"
SCHEMA = "certification/roll-up-1"
MOST_BYTES = 256 * 1024
"""A roll-up of two hundred targets has some 60 KiB."""


@dataclass(frozen=True, slots=True)
class TargetSum:
    """What a roll-up says of one target."""

    id: str
    counted: int
    participations: int
    denominator: int
    list: str


@dataclass(frozen=True, slots=True)
class RollUpDocument:
    """A roll-up that has the shape of one; whether it may be believed is another question. `whole` is all of it."""

    id: UUID
    edition: int
    corrects: UUID | None
    reason: str
    issuer: str
    unit: str
    unit_name: str
    programme: str
    plan: str
    plan_sha256: str
    cut_off: date
    headcount_on: date
    basis: str
    counted: datetime
    headcount: int
    enterprises: int
    reporting: int
    declared: int
    targets: tuple[TargetSum, ...]
    whole: Mapping[str, Any]

    @property
    def content(self) -> bytes:
        """The bytes that are signed, sent and kept."""
        return jcs.canonical(self.whole)

    @property
    def is_signed(self) -> bool:
        return "proof" in self.whole


def urn(id: UUID) -> str:
    """An id as documents write it."""
    return f"urn:uuid:{id}"


def instant(at: datetime) -> str:
    """An instant as documents write it, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(data: bytes, *, draft: bool = False) -> RollUpDocument:
    """The document in these bytes; a `draft` has no proof yet. Raises InvalidRequest with every fault of its shape."""
    if len(data) > MOST_BYTES:
        raise InvalidRequest([Fault("", f"a roll-up has at most {MOST_BYTES} bytes; is this another file?")])
    document = decode(data.strip())
    shown = {**document, "proof": _NO_PROOF} if draft and isinstance(document, dict) else document
    if not schemas.validator(SCHEMA).is_valid(shown):
        raise InvalidRequest([Fault(one.place, one.message) for one in schemas.faults(SCHEMA, shown, most=100)])
    try:
        jcs.canonical(document)
    except NotSignable as error:
        raise InvalidRequest([Fault("", str(error))]) from None
    faults: list[Fault] = []
    days = {name: _day(document[name], f"/{name}", faults) for name in ("cut_off", "headcount_on")}
    counted = _instant(document["counted"], "/counted", faults)
    faults += _of_numbers(document)
    if faults:
        raise InvalidRequest(faults)
    coverage = document["coverage"]
    return RollUpDocument(
        id=_id(document["id"]),
        edition=document["edition"],
        corrects=None if document["corrects"] is None else _id(document["corrects"]),
        reason=document["reason"],
        issuer=document["issuer"],
        unit=document["unit"]["code"],
        unit_name=document["unit"]["name"],
        programme=document["programme"],
        plan=document["plan"]["id"],
        plan_sha256=document["plan"]["sha256"],
        cut_off=days["cut_off"],
        headcount_on=days["headcount_on"],
        basis=document["basis"],
        counted=counted,
        headcount=document["headcount"],
        enterprises=coverage["enterprises"],
        reporting=coverage["reporting"],
        declared=coverage["declared"],
        targets=tuple(
            TargetSum(one["id"], one["counted"], one["participations"], one["denominator"], one["list"])
            for one in document["targets"]
        ),
        whole=document,
    )


def signed_by(document: RollUpDocument, keys: Callable[[str], str | None]) -> str:
    """The address of the key that signed it; `keys` gives a Multikey by its address. Raises BadProof."""
    return proofs.check(document.whole, keys, suite=proofs.PLAIN)


_NO_PROOF = {
    "type": "DataIntegrityProof", "cryptosuite": proofs.PLAIN, "created": "2026-01-01T00:00:00Z",
    "verificationMethod": "-", "proofPurpose": "assertionMethod", "proofValue": "-",
}  # fmt: skip


def _of_numbers(document: Mapping[str, Any]) -> list[Fault]:
    """What cannot be, whoever signed it."""
    faults = []
    seen: set[str] = set()
    for place, one in enumerate(document["targets"]):
        if one["counted"] > one["denominator"]:
            message = f"{one['counted']} counted are more than the {one['denominator']} of the population"
            faults.append(Fault(f"/targets/{place}/counted", message))
        if one["id"] in seen:
            faults.append(Fault(f"/targets/{place}/id", f"the target {one['id']!r} stands here twice"))
        seen.add(one["id"])
    coverage = document["coverage"]
    if coverage["reporting"] + coverage["declared"] > coverage["enterprises"]:
        faults.append(Fault("/coverage/enterprises", "fewer than those with a roster and those that declared together"))
    if (document["edition"] == 1) != (document["corrects"] is None):
        faults.append(Fault("/corrects", "the first edition corrects none, every later one names the one before"))
    return faults


def _id(written: str) -> UUID:
    return UUID(written.removeprefix("urn:uuid:"))


def _day(written: str, place: str, faults: list[Fault]) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        faults.append(Fault(place, f"{written!r} is no day of the calendar"))
        return date.min


def _instant(written: str, place: str, faults: list[Fault]) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        faults.append(Fault(place, f"{written!r} is no instant of the calendar"))
        return datetime.min.replace(tzinfo=UTC)
