"""National identity numbers: read off a roster to find doubles, and not kept.

What is kept is a keyed hash (HMAC-SHA-256 under a key of the tenant, derived from the installation's secret, then under
those that came later, `national_keys`): the same number gives the same hash, and without the keys, none of which is in
the database, a hash tells nothing, though numbers are few enough to be tried one by one. The last three digits are kept
to tell people about a double. The number itself is kept only where the tenant asked for it (`set_sealing`), encrypted
under another such key, because some form needs it; law 91/2025/QH15 lets nobody keep more than is needed. No message,
Statement or log ever holds one.

    check         text → Number, or what is wrong with it, in words that do not repeat it
    Keys.of       what a tenant's numbers are hashed and sealed with
    doubles       workers who have one number, two at a time: whoever looks after identities may merge them
    seems_one     whether a name in a Statement looks like a number
    opened        the number of a worker, where it was sealed
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification import bulk
from certification.errors import CertificationError
from certification.models import NationalNumber, PeopleSetting, Worker
from certification.people import workers
from lrs.db import Session, among

__all__ = [
    "CCCD",
    "CMND",
    "Double",
    "Keys",
    "MissingKey",
    "Number",
    "check",
    "doubles",
    "generation",
    "in_force",
    "opened",
    "opened_all",
    "owners",
    "records_of",
    "row",
    "seals",
    "seems_one",
    "set_sealing",
    "stored",
]

CCCD, CMND = "cccd", "cmnd"

PROVINCES = frozenset(
    f"{code:03d}"
    for code in (
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40,
        42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83,
        84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
    )
)  # fmt: skip
"""Where a birth was registered, as numbers begin; those of births abroad begin with a country's, from 100 on. Numbers
that were given keep the codes of provinces that have been merged since (Circular 59/2021/TT-BCA, annex)."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that may be one. Shown, it is its last three digits."""

    kind: str
    digits: str = field(repr=False)

    @property
    def ending(self) -> str:
        return self.digits[-3:]

    def __str__(self) -> str:
        return f"…{self.ending}"


def check(text: str) -> Number:
    """The number that a cell holds; dots and blanks between digits do not matter.

    Raises ValueError, in Vietnamese and with at most the last three digits, when it cannot be one: a CCCD has twelve
    digits, of which the first three name a province or country and the fourth sex and century; a CMND has nine.
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if re.fullmatch(r"\d[\d,]*E\+?\d+", digits, re.IGNORECASE | re.ASCII):
        raise ValueError(f"bảng tính đã làm tròn số định danh; {_AS_TEXT}")
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError("có ký tự không phải chữ số; số CCCD gồm 12 chữ số, số CMND cũ gồm 9 chữ số")
    shown = f"số …{digits[-3:]}"
    if len(digits) in (8, 10, 11):
        raise ValueError(f"{shown} có {len(digits)} chữ số, có lẽ đã mất số 0 ở đầu; {_AS_TEXT}")
    if len(digits) == 9:
        if len(set(digits)) == 1:
            raise ValueError(f"{shown} không phải là số CMND; ghi đúng số, hoặc để trống")
        return Number(CMND, digits)
    if len(digits) != 12:
        raise ValueError(f"{shown} có {len(digits)} chữ số; số CCCD gồm 12 chữ số, số CMND cũ gồm 9 chữ số")
    if digits[:3] not in PROVINCES and digits[0] == "0":
        raise ValueError(f"{shown} bắt đầu bằng mã tỉnh không có thật; kiểm tra lại 3 chữ số đầu")
    if digits[3] > "3":
        raise ValueError(f"{shown} có chữ số thứ tư (giới tính, thế kỷ sinh) không phải 0 đến 3; kiểm tra lại số")
    return Number(CCCD, digits)


def seems_one(name: str) -> bool:
    """Whether a name is, digit for digit, what a CCCD of somebody whose birth was registered in Vietnam looks like."""
    return len(name) == 12 and name.isascii() and name.isdecimal() and name[:3] in PROVINCES and name[3] <= "3"


_AS_TEXT = "định dạng cột là Chữ (Text) rồi gõ lại đủ 12 chữ số (CMND cũ: 9 chữ số)"


class MissingKey(CertificationError):
    """The numbers of the tenant are under a key that is not there."""

    def __init__(self, generation: int) -> None:
        super().__init__(
            f"National numbers are kept under key {generation}, which is not in the file national_number_keys of the "
            "data folder: put the file there that was kept with SECRET_KEY (docs/operate.md, The secret)."
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """What a tenant's numbers are hashed with, and sealed with: the keys by age, and which of them is in force.

    A hash under a later key is the hash under the one before it, hashed again: so numbers that were never kept come
    under a new key (`number_rotation`), and whoever has the old key alone can try out no numbers any more.
    """

    tenant: UUID
    hashing: tuple[bytes, ...] = field(repr=False)
    sealing: tuple[bytes, ...] = field(repr=False)
    generation: int = 0
    """Of the key in force (`in_force`); 0 is the first, which follows from the installation's secret."""

    @classmethod
    def of(cls, tenant: UUID, secret: bytes, later: Sequence[bytes] = ()) -> Keys:
        """Those of a tenant under the installation's secret and the `later` keys (`national_keys`), none of which can
        be worked out from them."""
        secrets = (secret, *later)
        return cls(
            tenant,
            tuple(hmac.digest(one, b"national numbers" + tenant.bytes, "sha256") for one in secrets),
            tuple(hmac.digest(one, b"sealed national numbers" + tenant.bytes, "sha256") for one in secrets),
        )

    @property
    def last(self) -> int:
        """The newest key."""
        return len(self.hashing) - 1

    def under(self, generation: int) -> Keys:
        """The same with another key in force. Raises MissingKey."""
        if generation > self.last:
            raise MissingKey(generation)
        return replace(self, generation=generation)

    def digest(self, number: Number) -> str:
        """The hash of a number under the key in force, in hexadecimal."""
        first = hmac.digest(self.hashing[0], f"{number.kind} {number.digits}".encode(), "sha256").hex()
        return self.raised(first, 0, self.generation)

    def raised(self, digest: str, generation: int, target: int) -> str:
        """The hash under a later key of what has this one under an earlier."""
        for key in self.hashing[generation + 1 : target + 1]:
            digest = hmac.digest(key, bytes.fromhex(digest), "sha256").hex()
        return digest

    def seal(self, number: Number, worker_id: UUID) -> bytes:
        """The number, encrypted for this worker alone (AES-GCM; nonce first)."""
        return self.seal_digits(number.digits, worker_id)

    def seal_digits(self, digits: str, worker_id: UUID) -> bytes:
        """The same of its digits."""
        nonce = os.urandom(12)
        return nonce + AESGCM(self.sealing[self.generation]).encrypt(nonce, digits.encode(), worker_id.bytes)

    def open(self, sealed: bytes, worker_id: UUID) -> str | None:
        """The digits that were sealed, under whichever of the keys; None where they were sealed under another secret or
        for somebody else."""
        for key in reversed(self.sealing):
            try:
                return AESGCM(key).decrypt(sealed[:12], sealed[12:], worker_id.bytes).decode()
            except InvalidTag:
                continue
        return None


def generation(session: Session, tenant: UUID) -> int:
    """Which key is in force for the tenant's numbers; 0 for the first."""
    return session.scalar(sa.select(PeopleSetting.national_key).where(PeopleSetting.tenant_id == tenant)) or 0


def in_force(session: Session, tenant: UUID, keys: Keys) -> Keys:
    """The keys with that in force that the tenant's numbers are under. Raises MissingKey."""
    return keys.under(generation(session, tenant))


@dataclass(frozen=True, slots=True)
class Double:
    """Two workers of one national number, the earlier id first, with their worker numbers."""

    worker_id: UUID
    other_id: UUID
    number: str
    other_number: str
    kind: str
    ending: str


def doubles(session: Session, tenant: UUID) -> list[Double]:
    """Every two workers who have one national number, in one SQL command."""
    twice = (
        sa.select(NationalNumber.digest)
        .where(NationalNumber.tenant_id == tenant)
        .group_by(NationalNumber.digest)
        .having(sa.func.count() > 1)
    )
    rows = session.execute(
        sa.select(
            NationalNumber.digest, NationalNumber.worker_id, Worker.number, NationalNumber.kind, NationalNumber.ending
        )
        .join(Worker, Worker.id == NationalNumber.worker_id)
        .where(NationalNumber.tenant_id == tenant, NationalNumber.digest.in_(twice))
        .order_by(NationalNumber.digest, NationalNumber.worker_id)
    )
    same: dict[str, list[tuple[UUID, str, str, str]]] = {}
    for digest, worker_id, number, kind, ending in rows:
        same.setdefault(digest, []).append((worker_id, number, kind, ending))
    return [
        Double(one[0], other[0], one[1], other[1], one[2], one[3])
        for holders in same.values()
        for one, other in combinations(holders, 2)
    ]


def owners(session: Session, tenant: UUID, digests: Collection[str]) -> dict[str, list[tuple[UUID, str]]]:
    """The id and number of the workers who have one of these hashes, in one SQL command."""
    found: dict[str, list[tuple[UUID, str]]] = {}
    query = (
        sa.select(NationalNumber.digest, NationalNumber.worker_id, Worker.number)
        .join(Worker, Worker.id == NationalNumber.worker_id)
        .where(NationalNumber.tenant_id == tenant, among(session, NationalNumber.digest, digests))
        .order_by(Worker.number)
    )
    for digest, worker_id, number in session.execute(query):
        found.setdefault(digest, []).append((worker_id, number))
    return found


def stored(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> dict[tuple[UUID, str], tuple[str, bool]]:
    """The hash of each of these workers' numbers by kind, and whether the number is sealed beside it."""
    rows = session.execute(
        sa.select(
            NationalNumber.worker_id,
            NationalNumber.kind,
            NationalNumber.digest,
            NationalNumber.sealed.is_not(None),
        ).where(NationalNumber.tenant_id == tenant, among(session, NationalNumber.worker_id, worker_ids))
    )
    return {(worker_id, kind): (digest, bool(sealed)) for worker_id, kind, digest, sealed in rows}


def row(keys: Keys, number: Number, worker_id: UUID, *, sealed: bool, now: datetime) -> dict[str, object]:
    """The row that keeps a worker's number."""
    return {
        "worker_id": worker_id,
        "kind": number.kind,
        "tenant_id": keys.tenant,
        "generation": keys.generation,
        "next_generation": None,
        "next_digest": None,
        "next_sealed": None,
        "digest": keys.digest(number),
        "ending": number.ending,
        "sealed": keys.seal(number, worker_id) if sealed else None,
        "recorded": now,
    }


def opened(session: Session, tenant: UUID, worker_id: UUID, keys: Keys) -> dict[str, str]:
    """A worker's numbers by kind, where they were sealed: for a form that needs them, never to be kept."""
    records = workers.ids_of(session, tenant, worker_id)  # sealed for the record that it came with
    return _opened(session, tenant, {worker_id: records}, keys).get(worker_id, {})


def opened_all(session: Session, tenant: UUID, worker_ids: Collection[UUID], keys: Keys) -> dict[UUID, dict[str, str]]:
    """The same of many workers who have any: two SQL commands."""
    return _opened(session, tenant, records_of(session, tenant, worker_ids), keys)


def records_of(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The records of these workers, for one of which each of their numbers was sealed: their own, and those that were
    merged into it; one SQL command for each time that somebody was merged into somebody who was merged."""
    heirs = {one: one for one in worker_ids}
    records: dict[UUID, list[UUID]] = {one: [one] for one in worker_ids}
    level = set(heirs)
    while level:
        merged = sa.select(Worker.id, Worker.merged_into).where(
            Worker.tenant_id == tenant, among(session, Worker.merged_into, level)
        )
        found = {record: heirs[into] for record, into in session.execute(merged) if into is not None}
        for record, heir in found.items():
            records[heir].append(record)
        heirs |= found
        level = set(found)
    return records


def _opened(
    session: Session, tenant: UUID, records: Mapping[UUID, Collection[UUID]], keys: Keys
) -> dict[UUID, dict[str, str]]:
    rows = session.execute(
        sa.select(NationalNumber.worker_id, NationalNumber.kind, NationalNumber.sealed).where(
            NationalNumber.tenant_id == tenant,
            among(session, NationalNumber.worker_id, list(records)),
            NationalNumber.sealed.is_not(None),
        )
    )
    found: dict[UUID, dict[str, str]] = {}
    for worker_id, kind, sealed in rows:
        opened = (keys.open(sealed, one) for one in records[worker_id] if sealed is not None)
        for digits in filter(None, opened):
            found.setdefault(worker_id, {})[kind] = digits
    return found


def seals(session: Session, tenant: UUID) -> bool:
    """Whether the tenant keeps numbers encrypted; not unless it was said."""
    query = sa.select(PeopleSetting.seals_national_numbers).where(PeopleSetting.tenant_id == tenant)
    return bool(session.scalar(query))


def set_sealing(session: Session, tenant: UUID, *, on: bool) -> int:
    """Keeps numbers encrypted from the next roster on, or keeps none: then those kept are removed, and how many is
    given."""
    bulk.upsert(
        session,
        PeopleSetting,
        [{"tenant_id": tenant, "seals_national_numbers": on, "national_key": 0}],
        replacing=["seals_national_numbers"],
    )
    if on:
        return 0
    table = NationalNumber.__table__
    removed = session.connection().execute(
        sa.update(NationalNumber)
        .where(table.c.tenant_id == tenant, table.c.sealed.is_not(None))
        .values(sealed=None, next_sealed=None)
    )
    return int(removed.rowcount)
