"""The papers of certificates in the register: by code for whoever has it, by decision for whoever prints them all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.certificates import codes
from certification.certificates.badges import replaced_number
from certification.certificates.recognised import Decision
from certification.documents.book import Line
from certification.documents.certificate_paper import Paper
from certification.errors import CertificationError
from certification.models import Certificate, CertificateCode, Worker
from certification.rules.certificate_forms import CertificateForm, build
from certification.rules.rule_store import stored
from certification.units import letterheads, organizations
from certification.units.letterheads import Letterhead
from certification.vietnam import vietnam_day
from lrs.db import NOBODY, Database, Session

__all__ = ["WithdrawnPaper", "book", "by_code", "holders", "of_decision"]

AT_ONCE = 200

_GENDERS = {"female": "Nữ", "male": "Nam"}


class WithdrawnPaper(CertificationError):
    """The certificate is withdrawn: its paper is given to nobody any more."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Giấy công nhận số {number} đã thu hồi nên không in lại; xem tình trạng ở trang xác minh")


def by_code(database: Database, text: str, *, public_url: str) -> Paper | None:
    """The paper of the certificate with this code, however it was typed; None where there is none, it is not signed, or
    the holder was erased.
    Raises WithdrawnPaper."""
    code = codes.read(text)
    if code is None:
        return None
    with database.reading(NOBODY) as session:
        place = session.execute(
            sa.select(CertificateCode.tenant_id, CertificateCode.certificate_id).where(CertificateCode.code == code)
        ).first()
    if place is None:
        return None
    with database.reading(place.tenant_id) as session:
        row = session.execute(
            sa.select(Certificate).where(
                Certificate.tenant_id == place.tenant_id,
                Certificate.id == place.certificate_id,
                Certificate.signed.is_not(None),
                Certificate.signed != b"",
            )
        ).scalar_one_or_none()
        if row is None:
            return None
        if row.withdrawn_on is not None:
            raise WithdrawnPaper(row.printed_number)
        return _Maker(session, place.tenant_id, public_url).paper(row)


def of_decision(session: Session, tenant: UUID, decision: Decision, *, public_url: str) -> Iterator[Paper]:
    """The papers of a decision's certificates that are signed and not withdrawn, in the order of the register; some at
    a time."""
    maker = _Maker(session, tenant, public_url)
    last: UUID | None = None
    while True:
        query = sa.select(Certificate).where(
            Certificate.tenant_id == tenant,
            Certificate.decision_number == decision.number,
            Certificate.body == decision.body,
            Certificate.decided_on == decision.decided_on,
            Certificate.signed.is_not(None),
            Certificate.signed != b"",
            Certificate.withdrawn_on.is_(None),
        )
        if last is not None:
            query = query.where(Certificate.id > last)
        rows = session.scalars(query.order_by(Certificate.id).limit(AT_ONCE)).all()
        for row in rows:
            yield maker.paper(row)
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id
        session.expunge_all()


def book(session: Session, tenant: UUID, year: int) -> list[Line]:
    """The lines of the register of a year (of issue), by body and number, those withdrawn included."""
    replacing = aliased(Certificate)
    rows = session.execute(
        sa.select(
            Certificate.body, Certificate.printed_number, Certificate.name, Worker.gender,
            Certificate.year, Certificate.decision_number, Certificate.decided_on, Certificate.issued,
            Certificate.withdrawn_on, Certificate.withdrawal, replacing.printed_number.label("replaced"),
        )
        .join(Worker, sa.and_(Worker.id == Certificate.worker_id, Worker.tenant_id == tenant))
        .outerjoin(replacing, sa.and_(
            replacing.worker_id == Certificate.worker_id, replacing.id == Certificate.replaced_by
        ))
        .where(Certificate.tenant_id == tenant, Certificate.register_year == year)
        .order_by(Certificate.body, Certificate.number)
    )  # fmt: skip
    return [
        Line(
            body=row.body,
            number=row.printed_number,
            name=row.name,
            gender=_GENDERS.get(row.gender, ""),
            year=row.year,
            decision=f"{row.decision_number}, {row.decided_on:%d/%m/%Y}",
            issued=None if row.issued is None else vietnam_day(row.issued),
            note=_note(row.withdrawn_on, row.withdrawal, row.replaced),
        )
        for row in rows
    ]


def holders(session: Session, tenant: UUID, year: int) -> list[UUID]:
    """Whom the book of a year names: the workers' ids."""
    of_year = Certificate.tenant_id == tenant, Certificate.register_year == year
    return list(session.scalars(sa.select(Certificate.worker_id).where(*of_year).distinct()))


def _note(withdrawn_on: date | None, reason: str | None, replaced: str | None) -> str:
    if withdrawn_on is None:
        return ""
    instead = f"; cấp lại số {replaced}" if replaced else ""
    return f"Thu hồi ngày {withdrawn_on:%d/%m/%Y}: {reason}{instead}"


class _Maker:
    """Knows the forms, and how each body's documents are headed."""

    def __init__(self, session: Session, tenant: UUID, public_url: str) -> None:
        self._session, self._tenant, self._url = session, tenant, public_url.rstrip("/")
        self._forms: dict[UUID, CertificateForm] = {
            one.id: build(one.document, one.id) for one in stored(session, tenant, "certificate-form")
        }
        self._codes = {
            name: code for code, node in organizations.nodes(session, tenant).items() for name in (node.name, code)
        }
        self._heads: dict[Any, tuple[Letterhead, tuple[str, ...]]] = {}

    def paper(self, row: Certificate) -> Paper:
        letterhead, signing = self._head(row)
        return Paper(
            name=row.name,
            year=row.year,
            number=row.printed_number,
            code=row.code,
            address=f"{self._url}/k/{row.code}",
            body=row.body,
            decision_number=row.decision_number,
            decided_on=row.decided_on,
            numbered=row.numbered,
            form=self._forms[row.form_id],
            letterhead=letterhead,
            signing=signing,
            credential=row.signed or b"",
            replaces=replaced_number(json.loads(row.signed or b"{}")) or "",
        )

    def _head(self, row: Certificate) -> tuple[Letterhead, tuple[str, ...]]:
        """How the body's documents were headed on the day of the decision, and who alone may sign for it then."""
        key = (row.body, row.decided_on)
        if key not in self._heads:
            code = self._codes.get(row.body)
            if code is None:
                self._heads[key] = (Letterhead(row.body.upper()), ())
            else:
                told = letterheads.letterhead(self._session, self._tenant, code, row.decided_on)
                signers = letterheads.signers(self._session, self._tenant, code, row.decided_on)
                lines = (signers[0].authority or "", signers[0].office) if len(signers) == 1 else ()
                self._heads[key] = (told, tuple(one for one in lines if one))
        return self._heads[key]
