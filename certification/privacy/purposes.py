"""What data is used for, on which ground, and the words that a worker is shown before agreeing.

    listed     every purpose of a day
    find       one of them
    wording    what is shown for one purpose and one recipient: word for word, with its digest
    of_caller  the purpose for which a role or a key sees workers

Purposes are data (`rules.personal_data`): the law names none. Silence and ticks set beforehand are no consent, so
nothing here makes one of a list: whoever agrees names each purpose with the digest of what was shown (`consents`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certification.access.permissions import Role
from certification.errors import CertificationError
from certification.rules import personal_data
from certification.rules.criteria import PROGRAMME
from certification.rules.personal_data import PersonalDataRules, Purpose
from certification.units.trees import Node
from lrs.db import Session

__all__ = ["CONNECTED", "OF_ROLE", "UnknownPurpose", "Wording", "find", "listed", "of_caller", "rules", "wording"]

CONNECTED = "connected-system"
"""For keys that see workers by their scope and not by a role."""

OF_ROLE: Mapping[Role, str] = {
    Role.WORKER: "title",
    Role.TEAM_LEAD: "union-work",
    Role.GRASSROOTS_OFFICER: "union-work",
    Role.UPPER_OFFICER: "union-work",
    Role.ENTERPRISE: "employer-training",
    Role.AUDITOR: "review",
    Role.OPERATOR: "operation",
}
"""For which purpose each role sees workers, in the order in which one of several is named."""


class UnknownPurpose(CertificationError):
    """The rules in force name no such purpose."""

    def __init__(self, purpose: str, known: Collection[str]) -> None:
        super().__init__(f"Không có mục đích “{purpose}”; có: {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class Wording:
    """What is shown for one purpose and one recipient. `digest` names these very words."""

    purpose: Purpose
    recipient: Node
    text: str
    digest: str
    rule_file_id: UUID


def rules(session: Session, tenant: UUID, on: date, programme: str = PROGRAMME) -> PersonalDataRules:
    """The rules on personal data of a day. Raises NoPersonalDataRules."""
    return personal_data.in_force(session, tenant, programme, on)


def listed(session: Session, tenant: UUID, on: date) -> list[Purpose]:
    """Every purpose of a day, in the order of the file. Raises NoPersonalDataRules."""
    return list(rules(session, tenant, on).purposes.values())


def find(session: Session, tenant: UUID, purpose: str, on: date) -> Purpose:
    """The purpose with this id. Raises NoPersonalDataRules, UnknownPurpose."""
    found = rules(session, tenant, on).purposes
    if purpose not in found:
        raise UnknownPurpose(purpose, found)
    return found[purpose]


def wording(of: PersonalDataRules, purpose: Purpose, recipient: Node) -> Wording:
    """What a worker is shown: kinds of data, purpose, recipient, who answers for the data, how long, and the rights
    (Law 91/2025/QH15, article 9)."""
    text = (
        f"{purpose.title}. Tôi đồng ý để {recipient.name} {purpose.text}. Dữ liệu: {'; '.join(purpose.data)}. "
        f"Sự đồng ý này có hiệu lực {purpose.days} ngày kể từ ngày đồng ý. Bên kiểm soát dữ liệu: {of.controller}. "
        f"Căn cứ: {purpose.ground}. {of.rights}"
    )
    digest = hashlib.sha256(f"{purpose.id}\n{recipient.code}\n{text}".encode()).hexdigest()
    return Wording(purpose, recipient, text, digest, of.rule_file_id)


def of_caller(roles: Collection[Role]) -> str:
    """The purpose for which somebody with these roles sees workers; without any, that of a connected system."""
    return next((purpose for role, purpose in OF_ROLE.items() if role in roles), CONNECTED)
