"""cmi5 over HTTP: courses brought in, AUs launched and waived by platforms whose key holds `launch`; and the fetch URL,
which the launched content asks for its auth-token.

    POST /xapi-ext/cmi5/courses                       cmi5.xml or a package; `base` says where the package's files are
    GET  /xapi-ext/cmi5/courses[/<id>]
    POST /xapi-ext/cmi5/launches                      {"course", "au", "actor", …}: where to send the learner
    POST /xapi-ext/cmi5/courses/<id>/registrations    {"actor"}: the learner takes the course, or takes it anew
    GET  /xapi-ext/cmi5/registrations/<id>            how far a learner has come
    POST /xapi-ext/cmi5/registrations/<id>/waivers    {"au", "reason"}
    POST /xapi-ext/cmi5/fetch?k=…                     the auth-token, once
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from flask import Blueprint, Response, current_app, request

from lrs import outgoing
from lrs.cmi5 import courses, keys, launching, moving_on
from lrs.cmi5.courses import KnownCourse
from lrs.cmi5.launching import LONGEST, USUAL
from lrs.cmi5.satisfaction import Reached, is_met
from lrs.credentials import LAUNCH
from lrs.errors import Fault, InvalidRequest
from lrs.resources import query_string
from lrs.resources.access import EVERYBODY, caller, database, guarded
from lrs.statements.order import enter, microseconds, timestamp_text
from lrs.statements.validate import check_uuid, decode

__all__ = ["FETCH", "register"]

FETCH = "/cmi5/fetch"
MODES = ("Normal", "Browse", "Review")
_ERRORS = {
    keys.ALREADY_FETCHED: "The authorization token has already been returned, or the session has ended.",
    keys.NOT_KNOWN: "This is no fetch URL of a launch here.",
}


def register(blueprint: Blueprint) -> None:
    """Add the views to the endpoint."""
    for path, view, method in (
        ("/cmi5/courses", post_course, "POST"),
        ("/cmi5/courses", get_courses, "GET"),
        ("/cmi5/courses/<uuid:course>", get_course, "GET"),
        ("/cmi5/courses/<uuid:course>/registrations", post_registration, "POST"),
        ("/cmi5/launches", post_launch, "POST"),
        ("/cmi5/registrations/<uuid:registration>", get_registration, "GET"),
        ("/cmi5/registrations/<uuid:registration>/waivers", post_waiver, "POST"),
        (FETCH, post_fetch, "POST"),
    ):
        blueprint.add_url_rule(path, view_func=view, methods=[method])


@guarded(LAUNCH)
def post_course() -> Response:
    """Keep a course; 201, or 200 where the same one is there already."""
    identity = caller(LAUNCH)
    base = query_string.read(request.args, "", needed={}, allowed={"base": query_string.read_identifier})["base"]
    sent = courses.read(request.get_data(cache=False), identity.tenant, base=base)
    with database().writing(identity.tenant) as session:
        enter(session, identity.tenant)  # two who bring the same course at once make one
        known, is_new = courses.bring(session, identity.tenant, sent, now=datetime.now(UTC))
    return _answer(_described(known), 201 if is_new else 200)


@guarded(LAUNCH)
def get_courses() -> Response:
    """Every course, oldest first, without what is in it."""
    identity = caller(LAUNCH)
    with database().reading(identity.tenant) as session:
        found = courses.courses(session, identity.tenant)
    return _answer({"courses": [_headed(one) | {"aus": sum(1 for _ in one.course.units())} for one in found]})


@guarded(LAUNCH)
def get_course(course: UUID) -> Response:
    """A course with its AUs."""
    identity = caller(LAUNCH)
    with database().reading(identity.tenant) as session:
        known = courses.find(session, identity.tenant, course)
    return _answer(_described(known))


@guarded(LAUNCH)
def post_registration(course: UUID) -> Response:
    """Enrol a learner, once more if enrolled already."""
    identity = caller(LAUNCH)
    actor = _read(needed={"actor": lambda value, _: launching.learner(identity, value)}, allowed={})["actor"]
    pepper: bytes = current_app.extensions["settings"].secret_key
    with database().writing(identity.tenant) as session:
        enter(session, identity.tenant)
        known = courses.find(session, identity.tenant, course)
        row = launching.enrol(session, identity, known, actor, pepper=pepper, now=datetime.now(UTC))
    return _answer({"registration": str(row.id)}, 201)


@guarded(LAUNCH)
def post_launch() -> Response:
    """Launch an AU for a learner; where to send the learner's browser."""
    identity = caller(LAUNCH)
    sent = _read(
        needed={"course": _uuid, "au": _text, "actor": lambda value, _: launching.learner(identity, value)},
        allowed={"registration": _uuid, "launchMode": _mode, "returnURL": _web_address, "hours": _hours},
    )
    settings = current_app.extensions["settings"]
    here = settings.public_url or request.url_root.rstrip("/")
    if not settings.public_url and not outgoing.is_here(request.host.partition(":")[0]):
        raise InvalidRequest.at("", "set PUBLIC_URL: it is where learners reach this server")
    with database().writing(identity.tenant) as session:
        launched = launching.launch(
            session,
            identity,
            course=sent["course"],
            unit=sent["au"],
            actor=sent["actor"],
            registration_id=sent["registration"],
            mode=sent["launchMode"] or "Normal",
            return_url=sent["returnURL"],
            lasting=sent["hours"] or USUAL,
            endpoint=f"{here}/xapi/",
            fetch=f"{here}/xapi-ext{FETCH}",
            pepper=settings.secret_key,
            now=datetime.now(UTC),
        )
    return _answer(
        {
            "url": launched.url,
            "launchMethod": launched.method,
            "registration": str(launched.registration),
            "session": str(launched.session),
            "activityId": launched.activity,
            "ends": _instant(launched.ends),
        },
        201,
    )


@guarded(LAUNCH)
def get_registration(registration: UUID) -> Response:
    """How far a learner has come: every AU with what was reached, and which blocks are satisfied."""
    identity = caller(LAUNCH)
    with database().reading(identity.tenant) as session:
        row = launching.registration(session, identity.tenant, registration)
        known = courses.find(session, identity.tenant, row.course_id)
        progress = moving_on.progress(session, identity.tenant, row.id)
        units = []
        for unit in known.course.units():
            one = progress.get(unit.id)
            reached = {name: one and getattr(one, name) for name in ("completed", "passed", "waived")}
            satisfied = is_met(unit, Reached(**{name: at is not None for name, at in reached.items()}))
            told = {name: at and _instant(at) for name, at in reached.items()}
            units.append({"id": unit.id, "publisherId": unit.publisher_id, "satisfied": satisfied, **told})
        wholes = {name: _instant(one.satisfied) for name, one in progress.items() if one.satisfied is not None}
    return _answer(
        {
            "id": str(row.id),
            "course": str(known.id),
            "actor": msgspec.Raw(row.actor.encode()),
            "satisfied": wholes.pop(known.course.id, None),
            "aus": units,
            "blocks": wholes,
        }
    )


@guarded(LAUNCH)
def post_waiver(registration: UUID) -> Response:
    """Let an AU count as done; which blocks and whether the course are satisfied by it."""
    identity = caller(LAUNCH)
    sent = _read(needed={"au": _text, "reason": _text}, allowed={})
    with database().writing(identity.tenant) as session:
        satisfied = launching.waive(
            session,
            identity,
            registration,
            sent["au"],
            reason=sent["reason"],
            pepper=current_app.extensions["settings"].secret_key,
            now=datetime.now(UTC),
        )
    return _answer({"satisfied": satisfied})


@guarded(EVERYBODY)
def post_fetch() -> Response:
    """The auth-token of a launch, once (cmi5 8.2): always 200, and whatever is wrong stands in the JSON."""
    request.get_data(cache=False)
    pepper: bytes = current_app.extensions["settings"].secret_key
    found = keys.fetch(database(), request.args.get("k", ""), pepper=pepper, now=datetime.now(UTC))
    if found in _ERRORS:
        return _answer({"error-code": found, "error-text": _ERRORS[found]})
    return _answer({"auth-token": found})


def _answer(document: Mapping[str, Any], status: int = 200) -> Response:
    response = Response(msgspec.json.encode(document), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _instant(moment: datetime) -> str:
    return timestamp_text(microseconds(moment))


def _headed(known: KnownCourse) -> dict[str, Any]:
    course = known.course
    return {
        "id": str(known.id),
        "activityId": course.id,
        "publisherId": course.publisher_id,
        "title": course.title,
        "made": _instant(known.made),
    }


def _described(known: KnownCourse) -> dict[str, Any]:
    units = [
        {
            "id": unit.id,
            "publisherId": unit.publisher_id,
            "title": unit.title,
            "url": unit.url,
            "moveOn": unit.move_on,
            "masteryScore": unit.mastery_score,
            "launchMethod": unit.launch_method,
        }
        for unit in known.course.units()
    ]
    return _headed(known) | {"aus": units}


_Reader = Callable[[Any, str], Any]


def _read(*, needed: Mapping[str, _Reader], allowed: Mapping[str, _Reader]) -> dict[str, Any]:
    """The members of the body's JSON object, None for those allowed that were not sent.

    Raises InvalidRequest with every fault.
    """
    document = decode(request.get_data(cache=False))
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "the body is a JSON object")
    known = {**needed, **allowed}
    faults = [Fault(f"/{name}", f"unknown; known here: {', '.join(known)}") for name in document if name not in known]
    values: dict[str, Any] = dict.fromkeys(known)
    for name, read in known.items():
        if name not in document:
            if name in needed:
                faults.append(Fault(f"/{name}", "is missing"))
            continue
        try:
            values[name] = read(document[name], f"/{name}")
        except InvalidRequest as error:
            faults += error.faults
    if faults:
        raise InvalidRequest(faults)
    return values


def _uuid(value: Any, place: str) -> UUID:
    return check_uuid(value, place)


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value or len(value) > 2000:
        raise InvalidRequest.at(place, "is a text that is not empty, of 2000 characters at most")
    return value.strip()


def _mode(value: Any, place: str) -> str:
    if value not in MODES:
        raise InvalidRequest.at(place, f"is one of {', '.join(MODES)}", "cmi5 10.2.2")
    return str(value)


def _web_address(value: Any, place: str) -> str:
    text = _text(value, place)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidRequest.at(place, "is a whole http or https address", "cmi5 10.2.6")
    return text


def _hours(value: Any, place: str) -> timedelta:
    most = LONGEST // timedelta(hours=1)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidRequest.at(place, f"is a whole number from 1 to {most}: how long the key of this launch works")
    return timedelta(hours=value)
