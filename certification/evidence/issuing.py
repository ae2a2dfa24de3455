"""Statements that this program makes itself, for learning that never touches a platform.

They are Statements like any other: made in the vocabulary of the evidence mapping, stored through the store's own
door (`lrs.api.store`), followed, voided and judged as a platform's are. Their Actor is an opaque account made of the
worker's number; no name, telephone or identity number is put into them. Their Authority is the organization that
vouches, or the worker who declares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

import schemas
from certification import bulk
from certification.evidence import feed
from certification.models import WorkerIdentifier
from certification.people import linking
from certification.people.workers import Person
from certification.rules.evidence_mapping import EvidenceMapping
from certification.vietnam import VIETNAM
from lrs import api
from lrs.db import Session

__all__ = [
    "ACTIVITY_TYPES",
    "VERBS",
    "account",
    "activity_id",
    "agent",
    "at",
    "context",
    "known_as",
    "language",
    "organization_identity",
    "publish",
    "void",
]

_ADL = "http://adlnet.gov/expapi/"
_TINCAN = "http://id.tincanapi.com/"
_STREAMS = "http://activitystrea.ms/schema/1.0/"

VERBS: Mapping[str, str] = {
    "attended": f"{_ADL}verbs/attended",
    "completed": f"{_ADL}verbs/completed",
    "passed": f"{_ADL}verbs/passed",
    "scored": f"{_ADL}verbs/scored",
    "earned": f"{_TINCAN}verb/earned",
    "read": f"{_STREAMS}read",
}
"""Those of the evidence mapping that lists and declarations are told in."""

ACTIVITY_TYPES: Mapping[str, str] = {
    "talk": f"{_ADL}activities/meeting",
    "class": f"{_ADL}activities/course",
    "conference": f"{_TINCAN}activitytype/conference",
    "webinar": f"{_TINCAN}activitytype/webinar",
    "dialogue": f"{_TINCAN}activitytype/discussion",
    "mentoring": f"{_TINCAN}activitytype/tutor-session",
    "contest": f"{_ADL}activities/performance",
    "test": f"{_ADL}activities/assessment",
    "event": f"{_STREAMS}event",
    "reading": f"{_TINCAN}activitytype/book",
    "self_study": f"{_TINCAN}activitytype/document",
    "certificate": "https://www.opigno.org/en/tincan_registry/activity_type/certificate",
}
"""How learning was delivered, and the type of the activity that says so."""

_VOIDED = "voided"


# ---------------------------------------------------------------- who


def organization_identity(session: Session, tenant: UUID, code: str, name: str, *, secret: bytes) -> api.Identity:
    """The organization `code` as somebody who stores Statements: their Authority."""
    return api.acting(session, tenant, f"organization/{code}", name=name, pepper=secret)


def agent(tenant: UUID, name: str) -> dict[str, Any]:
    """The Agent with this name within the tenant."""
    return {"objectType": "Agent", "account": {"homePage": f"urn:uuid:{tenant}", "name": name}}


def account(tenant: UUID, person: Person) -> dict[str, Any]:
    """The worker as an Actor: an account by the worker's number, or by the row's id where the number looks like a
    telephone, mail or identity number and so would tell who it is."""
    name = f"{api.OF_A_PERSON}{person.id if api.looks_like(person.number) else person.number}"
    return agent(tenant, name)


def known_as(session: Session, tenant: UUID, people: Collection[Person], *, now: datetime) -> None:
    """Sees to it that the accounts of these workers are linked to them, so that Statements about them count.

    An account that is linked already, to whomever a merger left it with, stays with that worker. The caller imports
    alone (`bulk.import_alone`).
    """
    ifis = {str(api.ifi_text(account(tenant, person))): person for person in people}
    linked = linking.owners(session, tenant, ifis)
    new = {ifi: person for ifi, person in ifis.items() if ifi not in linked}
    rows = [linking.link_row(tenant, ifi, new[ifi].id, now, basis="worker number") for ifi in sorted(new)]
    bulk.insert(session, WorkerIdentifier, rows)
    if new:
        feed.release(session, tenant, *sorted(new))


# ---------------------------------------------------------------- what


def activity_id(tenant: UUID, owner: str, code_or_title: str) -> str:
    """The id of an activity: an IRI as it is, so that the catalogue knows it; else, and where an address stands among
    other words, one made of its owner and its code or title, the same for the same words in any case."""
    looks_like_one = "://" in code_or_title or code_or_title.startswith("urn:")
    if looks_like_one and schemas.validator("xapi/types#/$defs/iri").is_valid(code_or_title):
        return code_or_title
    return f"urn:uuid:{uuid5(tenant, f'activity {owner} {code_or_title.casefold()}')}"


def language(words: str) -> dict[str, str]:
    """A language map of Vietnamese words."""
    return {"vi": words}


def at(day: date, hour: time | None = None) -> str:
    """The timestamp of something on a day in Vietnam; its first moment where no hour is known."""
    return datetime.combine(day, hour or time(), VIETNAM).isoformat()


def context(
    mapping: EvidenceMapping,
    *,
    platform: str,
    topics: Collection[str],
    level: int,
    extensions: Mapping[str, Any],
    instructor: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The context of a Statement: the topics stated, the evidence level claimed, and these extensions by their name in
    the mapping's profile."""
    named = {f"{mapping.profile}/extension/{name}": value for name, value in extensions.items()}
    made: dict[str, Any] = {"platform": platform, "extensions": {mapping.level_extension: level, **named}}
    if topics:
        made["contextActivities"] = {"category": [{"id": f"{mapping.topic_prefix}{code}"} for code in sorted(topics)]}
    if instructor is not None:
        made["instructor"] = dict(instructor)
    return made


# ---------------------------------------------------------------- storing


def publish(session: Session, identity: api.Identity, statements: Sequence[dict[str, Any]]) -> None:
    """Stores these Statements in the caller's transaction; those that are there already change nothing."""
    if statements:
        api.store(session, identity, statements)


def void(session: Session, identity: api.Identity, statement_ids: Collection[UUID]) -> None:
    """Voids these Statements in the caller's transaction, in the name of the identity; twice is as once."""
    publish(
        session,
        identity,
        [
            {
                "id": str(uuid5(one, _VOIDED)),
                "actor": identity.authority,
                "verb": {"id": api.VOIDED},
                "object": {"objectType": "StatementRef", "id": str(one)},
            }
            for one in sorted(statement_ids)
        ],
    )
