"""Launching an AU for a learner (cmi5 8.1): all that must be there before the learner's browser opens it, in one
transaction; and the URL that it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa

from lrs import documents, models
from lrs.cmi5 import courses, keys, moving_on, sessions, statements
from lrs.cmi5.courses import KnownCourse
from lrs.cmi5.rules import SESSION_ID
from lrs.cmi5.structure import Unit
from lrs.credentials import Identity, digest_of, new_secret
from lrs.db import Session, new_id
from lrs.documents import Contents, Context, Precondition
from lrs.errors import Fault, InvalidRequest, NotFound
from lrs.models import LaunchSession, Registration
from lrs.privacy import refuse_telling
from lrs.statements.keys import ifi_text
from lrs.statements.order import enter
from lrs.statements.validate import check_actor

__all__ = ["LAUNCH_DATA", "LONGEST", "USUAL", "Launched", "Mode", "enrol", "launch", "learner", "registration", "waive"]

LAUNCH_DATA = "LMS.LaunchData"
USUAL = timedelta(hours=8)
LONGEST = timedelta(hours=24)
"""How long the key of a session works."""

Mode = Literal["Normal", "Browse", "Review"]


@dataclass(frozen=True, slots=True)
class Launched:
    """What a platform sends its learner to."""

    url: str
    method: str
    """launchMethod of the AU: OwnWindow wants a window or tab of its own."""
    registration: UUID
    session: UUID
    activity: str
    ends: datetime


def learner(identity: Identity, actor: Any) -> dict[str, Any]:
    """The learner as Statements name them: an Agent with an account (9.2), and no name. Raises InvalidRequest."""
    known = check_actor(actor, "/actor")
    if "account" not in known or known.get("objectType", "Agent") != "Agent":
        raise InvalidRequest.at("/actor", "is an Agent with an account, as cmi5 needs", "cmi5 9.2")
    refuse_telling(identity.opaque_accounts, known, "/actor")
    return {"objectType": "Agent", "account": known["account"]}


def enrol(
    session: Session, identity: Identity, course: KnownCourse, actor: Mapping[str, Any], *, pepper: bytes, now: datetime
) -> Registration:
    """A new registration, in the tenant's critical section; what is satisfied from the beginning is said (9.6.1)."""
    row = Registration(
        tenant_id=identity.tenant,
        id=uuid4(),
        course_id=course.id,
        agent=ifi_text(actor),
        actor=msgspec.json.encode(actor).decode(),
        made=now,
    )
    session.add(row)
    session.flush()
    issuer = moving_on.lms(session, identity.tenant, pepper=pepper)
    moving_on.settle(session, issuer, row, course.course, uuid4(), now=now)
    return row


def registration(session: Session, tenant: UUID, id_: UUID) -> Registration:
    """The registration of this id; raises NotFound."""
    row = session.get(Registration, (tenant, id_))
    if row is None:
        raise NotFound(f"there is no registration {id_}")
    return row


def launch(
    session: Session,
    identity: Identity,
    *,
    course: UUID,
    unit: str,
    actor: Mapping[str, Any],
    registration_id: UUID | None = None,
    mode: Mode = "Normal",
    return_url: str | None = None,
    lasting: timedelta = USUAL,
    endpoint: str,
    fetch: str,
    pepper: bytes,
    now: datetime,
) -> Launched:
    """Launch an AU, in the caller's transaction, which nobody may see the URL before the end of.

    Without `registration_id` it is the learner's newest in this course, or a new one. Sessions of the registration that
    are still open are abandoned (9.3.6). `endpoint` is where xAPI is spoken, `fetch` the address that gives the
    auth-token. Raises NotFound and InvalidRequest.
    """
    tenant = identity.tenant
    enter(session, tenant)
    known = courses.find(session, tenant, course)
    found = known.course.unit(unit)
    if found is None:
        raise InvalidRequest.at("/au", f"the course has no AU {unit!r}")
    enrolled = _enrolled(session, identity, known, actor, registration_id, pepper=pepper, now=now)
    issuer = moving_on.lms(session, tenant, pepper=pepper)
    sessions.abandon_open(session, issuer, enrolled, known.course, now=now)
    secret = new_secret()
    row = LaunchSession(
        tenant_id=tenant,
        id=new_id(),
        registration_id=enrolled.id,
        unit=found.id,
        publisher_id=found.publisher_id,
        credential=identity.key,
        mode=mode,
        mastery_score=found.mastery_score,
        launched=now,
        ends=now + lasting,
        fetch_digest=digest_of(pepper, secret),
    )
    session.add(row)
    session.flush()
    data = _launch_data(found, row.id, mode, return_url)
    documents.put(
        session,
        tenant,
        Context("state", found.id, enrolled.agent, enrolled.id),
        LAUNCH_DATA,
        Contents("application/json", msgspec.json.encode(data)),
        Precondition(),
        version="1.0.3",
        now=now,
    )
    said = statements.launched(found, actor, enrolled.id, row.id, mode=mode, data=data, now=now)
    moving_on.issue(session, issuer, [said])
    parameters = {
        "endpoint": endpoint,
        "fetch": f"{fetch}?k={quote(keys.ticket(row, secret), safe='')}",
        "actor": msgspec.json.encode(actor).decode(),
        "registration": str(enrolled.id),
        "activityId": found.id,
    }
    return Launched(_with(found.url, parameters), found.launch_method, enrolled.id, row.id, found.id, row.ends)


def waive(
    session: Session, identity: Identity, registration_id: UUID, unit: str, *, reason: str, pepper: bytes, now: datetime
) -> list[str]:
    """Let an AU count as done (9.3.7); the ids of blocks and course that are satisfied by it. Twice is as once."""
    tenant = identity.tenant
    enter(session, tenant)
    row = registration(session, tenant, registration_id)
    course = courses.find(session, tenant, row.course_id).course
    found = course.unit(unit)
    if found is None:
        raise InvalidRequest.at("/au", f"the course has no AU {unit!r}")
    reached = moving_on.progress(session, tenant, row.id).get(found.id)
    if reached is not None and reached.waived is not None:
        return []
    issuer, of = moving_on.lms(session, tenant, pepper=pepper), uuid4()
    actor = msgspec.json.decode(row.actor)
    moving_on.issue(session, issuer, [statements.waived(found, actor, row.id, of, reason=reason, now=now)])
    moving_on.note(session, tenant, row.id, found.id, "waived", now)
    return moving_on.settle(session, issuer, row, course, of, now=now)


def _enrolled(
    session: Session,
    identity: Identity,
    course: KnownCourse,
    actor: Mapping[str, Any],
    id_: UUID | None,
    *,
    pepper: bytes,
    now: datetime,
) -> Registration:
    agent = ifi_text(actor)
    if id_ is not None:
        row = registration(session, identity.tenant, id_)
        faults = []
        if row.course_id != course.id:
            faults.append(Fault("/registration", f"{id_} is one of another course"))
        if row.agent != agent:
            faults.append(Fault("/registration", f"{id_} is another learner's"))
        if faults:
            raise InvalidRequest(faults)
        return row
    newest = session.scalar(
        sa.select(models.Registration)
        .where(
            models.Registration.tenant_id == identity.tenant,
            models.Registration.agent == agent,
            models.Registration.course_id == course.id,
        )
        .order_by(models.Registration.made.desc(), models.Registration.id.desc())
        .limit(1)
    )
    return newest or enrol(session, identity, course, actor, pepper=pepper, now=now)


def _launch_data(unit: Unit, session: UUID, mode: Mode, return_url: str | None) -> dict[str, Any]:
    """The document of 10.2."""
    data: dict[str, Any] = {
        "contextTemplate": {
            "contextActivities": {"grouping": [{"id": unit.publisher_id}]},
            "extensions": {SESSION_ID: str(session)},
        },
        "launchMode": mode,
        "moveOn": unit.move_on,
    }
    if unit.launch_parameters is not None:
        data["launchParameters"] = unit.launch_parameters
    if unit.mastery_score is not None:
        data["masteryScore"] = unit.mastery_score
    if unit.entitlement_key is not None:
        data["entitlementKey"] = {"courseStructure": unit.entitlement_key}
    if return_url is not None:
        data["returnURL"] = return_url
    return data


def _with(url: str, parameters: Mapping[str, str]) -> str:
    """The address with these parameters behind those that it has (8.1)."""
    parts = urlsplit(url)
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return urlunsplit(parts._replace(query=f"{parts.query}&{said}" if parts.query else said))
