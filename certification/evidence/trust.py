"""Whom the operator trusts to vouch for what: how far each authority's Statements count, by topic.

A decision names an authority (a key of ours, or an authority that another store named), a topic or all, and the level
up to which its Statements count, from E0 to E3 or nothing at all. Of decisions on the same the last one holds; all are
kept. For an authority nobody listed, the decision on "*" holds, else what the evidence mapping says of it (marked there
as a default); except that organizations whose lists were taken in here (`evidence.attendance`) may claim what they
claim, because who is entitled was checked there.

A Statement that came from another store has a chain of authorities. It is trusted as far as the one of them that is
trusted least: each handed on what the one before said.

Whoever decides, decides also for Statements that were taken in before: `decide` leaves a note for the follower of the
feed (`evidence.feed`), which reads anew the Statements of that authority, or all where it is about those not listed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.models import AuthorityTrust, FeedPosition
from certification.people import identifiers
from certification.rules import evidence_mapping
from certification.rules.evidence_mapping import Standing, Unlisted
from lrs import api
from lrs.db import Session, new_id

__all__ = [
    "ANYBODY",
    "EVERYTHING",
    "LEVELS",
    "NOTHING",
    "REREADING",
    "Decision",
    "NoSuchAuthority",
    "NoSuchTopic",
    "Trust",
    "authority_meant",
    "authority_of_key",
    "decide",
    "decisions",
    "level_name",
    "names",
    "read",
    "unknown_topics",
    "unlisted",
]

ANYBODY = "*"
"""In the place of an authority: whoever is not listed."""

EVERYTHING = "*"
"""In the place of a topic: whatever has no decision of its own."""

NOTHING = -1
"""In the place of a level: no fact at all."""

LEVELS: Mapping[str, int | None] = {"nothing": NOTHING, "E0": 0, "E1": 1, "E2": 2, "E3": 3, "unlisted": None}
"""How decisions are written: how far somebody is trusted, or no longer listed."""

REREADING = "reread "
"""What the names of readers begin with that go back over Statements after a decision; the authority follows."""


class NoSuchAuthority(CertificationError):
    """A key that is none of the tenant's; what was meant perhaps."""


class NoSuchTopic(CertificationError):
    """A topic that no loaded evidence mapping defines."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How far `authority` (canonical text, or ANYBODY) is trusted for `what`: up to a level, NOTHING, or None where it
    is no longer listed for that."""

    number: int
    authority: str
    what: str
    at_most: int | None
    decided_by: str
    reason: str
    decided: datetime


class Trust:
    """The decisions that hold, to be asked for many Statements."""

    def __init__(self, decisions: Iterable[Decision] = (), tenant: UUID | None = None) -> None:
        self._organizations = f"account urn:uuid:{tenant}|organization/"
        held: dict[tuple[str, str], int] = {}
        self.last = 0
        """The number of the last decision: another one is another trust."""
        for one in sorted(decisions, key=lambda decision: decision.number):
            self.last = one.number
            held.pop((one.authority, one.what), None)
            if one.at_most is not None:
                held[one.authority, one.what] = one.at_most
        self._held: Mapping[tuple[str, str], int] = held

    def standing(self, authorities: Sequence[str], what: str, unlisted: Unlisted) -> Standing:
        """How far Statements with these authorities, first to last, are trusted for a topic."""
        each = [self._of_one(authority, what, unlisted.standing) for authority in dict.fromkeys(authorities)]
        return Standing(min(one.at_most for one in each), min(one.claims_at_most for one in each))

    def _of_one(self, authority: str, what: str, unlisted: Standing) -> Standing:
        for key in ((authority, what), (authority, EVERYTHING)):
            if key in self._held:
                return Standing(self._held[key])
        for key in ((ANYBODY, what), (ANYBODY, EVERYTHING)):
            if key in self._held:
                return Standing(self._held[key], min(self._held[key], unlisted.claims_at_most))
        if authority.startswith(self._organizations):  # lists taken in here: who may claim what was checked there
            return unlisted._replace(claims_at_most=evidence_mapping.HIGHEST_LEVEL)
        return unlisted


def read(session: Session, tenant: UUID) -> Trust:
    """What holds now. One SQL command."""
    return Trust(decisions(session, tenant), tenant)


def decisions(session: Session, tenant: UUID) -> list[Decision]:
    """Every decision of the tenant, the first first."""
    rows = session.execute(
        sa.select(
            AuthorityTrust.number,
            AuthorityTrust.authority,
            AuthorityTrust.what,
            AuthorityTrust.at_most,
            AuthorityTrust.decided_by,
            AuthorityTrust.reason,
            AuthorityTrust.decided,
        )
        .where(AuthorityTrust.tenant_id == tenant)
        .order_by(AuthorityTrust.number)
    )
    return [Decision(*row) for row in rows]


def authority_of_key(session: Session, tenant: UUID, key: str) -> str:
    """The authority under which Statements sent with a key of the tenant are kept. Raises NoSuchAuthority."""
    known = api.authorities_of_keys(session, tenant)
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else "; `flask lrs credential list` shows the keys there are"
        raise NoSuchAuthority(f"no credential of this tenant has the key {key!r}{meant}")
    return known[key]


def authority_meant(session: Session, tenant: UUID, text: str) -> str:
    """The authority that somebody names: a key of ours, an authority of another store (`homePage|name`), or ANYBODY.

    Raises NoSuchAuthority, or NoIdentifier for what is neither.
    """
    if text == ANYBODY:
        return text
    is_key = "|" not in text and ":" not in text
    return authority_of_key(session, tenant, text) if is_key else identifiers.read(text)


def level_name(at_most: int | None) -> str:
    """How a level is written."""
    return next(name for name, level in LEVELS.items() if level == at_most)


def unknown_topics(session: Session, tenant: UUID, topics: Sequence[str]) -> list[tuple[str, str]]:
    """Those of these codes that no loaded evidence mapping defines, each with what is to be said of it."""
    known = {code for _, mapping in evidence_mapping.mappings(session, tenant) for code in mapping.topics}
    return [
        (code, f"no loaded evidence mapping defines the topic {code!r}{_meant(code, known)}")
        for code in dict.fromkeys(topics)
        if code != EVERYTHING and code not in known
    ]


def _meant(code: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(code, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def names(session: Session, tenant: UUID) -> dict[str, str]:
    """Of the authority of each key of the tenant the name that the key was given."""
    named = api.names_of_keys(session, tenant)
    return {authority: named[key] for key, authority in api.authorities_of_keys(session, tenant).items()}


def unlisted(session: Session, tenant: UUID) -> Unlisted | None:
    """What the latest evidence mapping says of an authority nobody listed; None where none is loaded."""
    known = evidence_mapping.mappings(session, tenant)
    return known[0][1].unlisted if known else None


def decide(
    session: Session,
    tenant: UUID,
    authority: str,
    topics: Sequence[str],
    at_most: int | None,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    """Decides for an authority (canonical text, or ANYBODY) and topics (codes, or EVERYTHING); `at_most` as Decision.

    Statements there are already are read anew by whoever follows the feed. Raises NoSuchTopic; then nothing is decided.
    """
    unknown = unknown_topics(session, tenant, topics)
    if unknown:
        raise NoSuchTopic(f"{'; '.join(message for _, message in unknown)}; nothing was decided")
    bulk.import_alone(session, tenant)
    last = sa.select(sa.func.max(AuthorityTrust.number)).where(AuthorityTrust.tenant_id == tenant)
    number = session.scalar(last) or 0
    rows = [
        {
            "tenant_id": tenant,
            "id": new_id(),
            "number": number + place,
            "authority": authority,
            "what": what,
            "at_most": at_most,
            "decided_by": by,
            "reason": reason,
            "decided": now,
        }
        for place, what in enumerate(dict.fromkeys(topics), start=1)
    ]
    bulk.insert(session, AuthorityTrust, rows)
    note = {"tenant_id": tenant, "reader": REREADING + authority, "token": ""}
    bulk.upsert(session, FeedPosition, [note], replacing=("token",))
