"""What personal data is used for and on which ground, and within which days requests of persons are met.

Data with days of validity, since the law is young and its terms are known in part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from certification.errors import CertificationError
from certification.rules.rule_store import in_force_on
from lrs.db import Session

__all__ = ["CONSENT", "REQUESTS", "NoPersonalDataRules", "PersonalDataRules", "Purpose", "Term", "build", "in_force"]

CONSENT = "consent"
"""The ground that is asked of each worker for each recipient."""

REQUESTS = ("see", "copy", "correct", "delete", "restrict", "object", "withdraw")
"""What every person may ask for (Law 91/2025/QH15, article 4)."""


class NoPersonalDataRules(CertificationError):
    """No loaded file covers the day."""

    def __init__(self, on: date) -> None:
        super().__init__(
            f"No rules on personal data are in force on {on.isoformat()}, so nobody knows what a worker agrees to or "
            f"when a request is due. Load a file whose in_force_from is {on.isoformat()} or earlier (flask "
            "certification load-rules)."
        )


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data is used for. `basis`: "consent", or why none is needed; `ground` says it in words, `status` how sure.

    `recipients` are the kinds of organization that a consent may name, `days` how long it holds at most; empty and 0
    where none is needed.
    """

    id: str
    title: str
    text: str
    data: tuple[str, ...]
    basis: str
    ground: str
    status: str
    recipients: tuple[str, ...]
    days: int

    @property
    def needs_consent(self) -> bool:
        """Whether each worker is asked."""
        return self.basis == CONSENT


@dataclass(frozen=True, slots=True)
class Term:
    """Within how many days a kind of request is met: by ourselves alone, or where others have to act as well; and by
    how many it can be put off, once. `sure`: whether a source says all three."""

    kind: str
    title: str
    ground: str
    days: int
    days_with_others: int
    extension_days: int
    sure: bool


@dataclass(frozen=True, slots=True)
class PersonalDataRules:
    """The rules of a day. `controller` and `rights` go into what is shown; `keep_looks`, `keep_leavers` (how long the
    record of somebody who left is kept without an agreement; None where nobody has said) and `confirm_working_days` are
    days."""

    id: str
    rule_file_id: UUID
    controller: str
    rights: str
    purposes: Mapping[str, Purpose]
    terms: Mapping[str, Term]
    keep_looks: int
    keep_leavers: int | None
    confirm_working_days: int


def in_force(session: Session, tenant: UUID, programme: str, on: date) -> PersonalDataRules:
    """The rules in force on a day: of those begun the ones that began last. Raises NoPersonalDataRules."""
    rule = in_force_on(session, tenant, "personal-data", programme, on)
    if rule is None:
        raise NoPersonalDataRules(on)
    return build(rule.document, rule.id)


def build(document: Mapping[str, Any], rule_file_id: UUID) -> PersonalDataRules:
    """The rules of a checked document."""
    purposes = (
        Purpose(
            one["id"],
            one["title"],
            one["text"],
            tuple(one["data"]),
            one["basis"],
            one["ground"],
            one["status"],
            tuple(one.get("recipients", ())),
            one["days"]["value"] if "days" in one else 0,
        )
        for one in document["purpose"]
    )
    return PersonalDataRules(
        id=document["id"],
        rule_file_id=rule_file_id,
        controller=document["controller"],
        rights=document["rights"],
        purposes={one.id: one for one in purposes},
        terms={one["kind"]: _term(one) for one in document["request"]},
        keep_looks=document["looks"]["keep_days"]["value"],
        keep_leavers=document["leavers"]["keep_days"]["value"] if "leavers" in document else None,
        confirm_working_days=document["confirm"]["working_days"]["value"],
    )


def _term(one: Mapping[str, Any]) -> Term:
    figures = [one[name] for name in ("days", "days_with_others", "extension_days")]
    sure = all(figure["status"] == "CONFIRMED" for figure in figures)
    days, with_others, extension = (figure["value"] for figure in figures)
    return Term(one["kind"], one["title"], one["ground"], days, with_others, extension, sure)
