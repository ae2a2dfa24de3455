"""How long an officer has to answer, what a confirmed declaration may be worth, and who attests what: data, since no
source says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from certification.access.permissions import Role
from certification.errors import CertificationError
from certification.rules.rule_store import in_force_on
from lrs.db import Session

__all__ = ["NoProcedureInForce", "Procedure", "build", "in_force"]


class NoProcedureInForce(CertificationError):
    """No loaded procedure covers the day."""

    def __init__(self, on: date) -> None:
        super().__init__(
            f"No procedure is in force on {on.isoformat()}, so nobody knows until when to answer. Load one whose "
            f"in_force_from is {on.isoformat()} or earlier (flask certification load-rules)."
        )


@dataclass(frozen=True, slots=True)
class Procedure:
    """Days to answer a dispute and to look at a declaration; the evidence level that a confirmed certificate or
    self-study reaches at most; how large a file may be. `statuses` says how sure each figure is, by its name.

    `parted` are the indicators that a role may attest, for those roles that the file names; every other role that may
    attest at all may attest every indicator.
    """

    id: str
    title: str
    rule_file_id: UUID
    answer_within_days: int
    confirm_within_days: int
    certificate_at_most: int
    self_study_at_most: int
    file_bytes_at_most: int
    statuses: Mapping[str, str]
    parted: Mapping[Role, frozenset[str]]


def in_force(session: Session, tenant: UUID, programme: str, on: date) -> Procedure:
    """The procedure in force on a day: of those begun the one that began last. Raises NoProcedureInForce."""
    rule = in_force_on(session, tenant, "procedure", programme, on)
    if rule is None:
        raise NoProcedureInForce(on)
    return build(rule.document, rule.id)


def build(document: Mapping[str, Any], rule_file_id: UUID) -> Procedure:
    """A procedure from a checked document."""
    figures = {**document["dispute"], **document["declaration"]}
    parted = document.get("attestation", {})
    return Procedure(
        id=document["id"],
        title=document["title"],
        rule_file_id=rule_file_id,
        **{name: figure["value"] for name, figure in figures.items()},
        statuses={name: figure["status"] for name, figure in (figures | parted).items()},
        parted={Role(name): frozenset(one["indicators"]) for name, one in parted.items()},
    )
