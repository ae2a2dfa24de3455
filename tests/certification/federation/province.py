"""A province that makes roll-ups and a confederation that gathers them: two tenants, told apart as two machines are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.federation import making, members, receiving, rounds
from certification.federation.making import Made
from certification.federation.members import Member
from certification.federation.receiving import Receipt
from certification.federation.rounds import Round
from lrs.db import Database

SECRET = b"of the installation" * 2
PLAN = "1268-qd-ttg"
CUT_OFF = date(2026, 11, 15)
DUE = date(2026, 11, 18)


@dataclass(frozen=True)
class Province:
    """A tenant that makes roll-ups of a unit."""

    database: Database
    tenant: UUID
    now: datetime
    url: str = "https://tinh.example.vn"

    @property
    def issuer(self) -> Issuer:
        return Issuer.of(self.url, self.tenant)

    def key(self) -> str:
        """Its public key, as it is told to others."""
        with self.database.writing(self.tenant) as session:
            key = keys.current(session, self.tenant, self.issuer, secret=SECRET, by="sen", now=self.now)
        return f"{key.id} {key.public}"

    def prepared(self, code: str = "vn/lai-chau", **other: Any) -> making.Prepared:
        told = {"plan": PLAN, "on": CUT_OFF, "by": "sen", "reason": "Báo cáo năm", "now": self.now} | other
        with self.database.reading(self.tenant, snapshot=True) as session:
            return making.prepare(session, self.tenant, code, **told)

    def draft(self, code: str = "vn/lai-chau", **other: Any) -> Made:
        prepared = self.prepared(code, **other)
        with self.database.writing(self.tenant) as session:
            return making.draft(session, self.tenant, prepared, issuer=self.issuer, now=self.now)

    def sign(self, id: UUID) -> Made:
        with self.database.writing(self.tenant) as session:
            told = {"issuer": self.issuer, "secret": SECRET, "by": "sen", "now": self.now}
            return making.sign(session, self.tenant, id, **told)

    def signed(self, code: str = "vn/lai-chau", **other: Any) -> bytes:
        return self.sign(self.draft(code, **other).document.id).document.content


@dataclass(frozen=True)
class Centre:
    """A tenant that gathers them."""

    database: Database
    tenant: UUID
    now: datetime

    def member(self, province: Province, code: str = "vn/lai-chau", since: date = date(2026, 1, 1)) -> Member:
        with self.database.writing(self.tenant) as session:
            return members.add(
                session, self.tenant, organization=code, did=province.issuer.did, key=province.key(), since=since,
                by="tong", reason="Công văn 1", now=self.now,
            )  # fmt: skip

    def round(self, cut_off: date = CUT_OFF, due: date = DUE) -> Round:
        with self.database.writing(self.tenant) as session:
            return rounds.open_round(
                session, self.tenant, plan=PLAN, cut_off=cut_off, due=due, by="tong", now=self.now
            )  # fmt: skip

    def receive(self, data: bytes, now: datetime | None = None) -> Receipt:
        with self.database.writing(self.tenant) as session:
            return receiving.receive(session, self.tenant, data, by="key", now=now or self.now)


def changed(data: bytes, **parts: Any) -> bytes:
    """A document with other parts, written as documents are."""
    document = {**json.loads(data), **parts}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
