"""What a certificate says and how it is numbered: data with days, since no source prints one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from certification.errors import CertificationError
from certification.rules.rule_store import in_force_on
from lrs.db import Session

__all__ = ["CertificateForm", "NoCertificateForm", "build", "in_force"]


class NoCertificateForm(CertificationError):
    """No loaded certificate form covers the day."""

    def __init__(self, on: date) -> None:
        super().__init__(
            f"No certificate form is in force on {on.isoformat()}, so nobody knows what a certificate says. Load one "
            f"whose in_force_from is {on.isoformat()} or earlier (flask certification load-rules)."
        )


@dataclass(frozen=True, slots=True)
class CertificateForm:
    """The words of a certificate, filled in by `grounds_of` and its sisters; for how many years it holds, the assessed
    one first (None: no end is known); and what the credential says of the achievement. `status`: how sure that is."""

    id: str
    rule_file_id: UUID
    status: str
    heading: str
    recognises: str
    achieved: str
    title: str
    year: str
    grounds: str
    number: str
    years: int | None
    achievement: Mapping[str, str]

    def number_of(self, number: int, year: int) -> str:
        """The number in the register as it is printed: 0123/2026/CDHT."""
        return self.number.format(number=number, year=year)

    def year_of(self, year: int) -> str:
        """The line of the assessed year."""
        return self.year.format(year=year)

    def grounds_of(self, number: str, day: date, body: str) -> str:
        """The line that names the decision."""
        return self.grounds.format(number=number, day=f"{day:%d/%m/%Y}", body=body)

    def last_day(self, year: int) -> date | None:
        """The last day on which a title of the assessed year is held; None where nobody has said."""
        return None if self.years is None else date(year + self.years - 1, 12, 31)


def in_force(session: Session, tenant: UUID, programme: str, on: date) -> CertificateForm:
    """The form in force on a day: of those begun the one that began last. Raises NoCertificateForm."""
    rule = in_force_on(session, tenant, "certificate-form", programme, on)
    if rule is None:
        raise NoCertificateForm(on)
    return build(rule.document, rule.id)


def build(document: Mapping[str, Any], rule_file_id: UUID) -> CertificateForm:
    """A form from a checked document."""
    return CertificateForm(
        id=document["id"],
        rule_file_id=rule_file_id,
        status=document["status"],
        **document["certificate"],
        number=document["register"]["number"],
        years=document["validity"]["years"]["value"] if "validity" in document else None,
        achievement=document["achievement"],
    )
