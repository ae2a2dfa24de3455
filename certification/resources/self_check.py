"""POST /xapi-ext/check: what would become of Statements that a platform tries out. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from certification.access.permissions import Act, guarded
from certification.evidence import self_check
from certification.evidence.self_check import Assay, Checked
from certification.evidence.self_check_words import EFFECTS, OUTCOMES, remark_words
from certification.resources.access import database, identity
from certification.resources.answers import answer
from certification.resources.errors import TooLarge, Unsupported, listed
from certification.resources.parameters import Parameters, parameters
from lrs import api
from lrs.api import Fault

__all__ = ["MOST_BYTES", "MOST_STATEMENTS", "show", "statements_in"]

MOST_STATEMENTS = 50
MOST_BYTES = 1024 * 1024

_VERSION = "X-Experience-API-Version"


@guarded(Act.CHECK_STATEMENTS)
def show() -> Response:
    """One Statement or a list of them, as JSON; for each, in that order, what posting it would come to.

    200 whatever is wrong with a Statement; only what cannot be read as Statements at all is refused.
    """
    parameters(Parameters)
    version = api.VERSIONS[-1]
    if (sent := request.headers.get(_VERSION)) is not None:
        spoken = api.version_family(sent)
        if spoken is None:
            message = f"version {sent!r} is not spoken here; send one of {', '.join(api.VERSIONS)}, or none"
            raise api.InvalidRequest.at(_VERSION, message, "xAPI 1.0.3 Communication 3.3")
        version = spoken
    documents = statements_in(_body())
    now = datetime.now(UTC)
    checked = self_check.check(database(), identity(), documents, version=version, now=now)
    return answer({"version": version, "statements": [_checked(one) for one in checked]})


def statements_in(body: bytes) -> list[Any]:
    """What stands in the body: a list as it is, anything else as a list of one. Raises InvalidRequest or TooLarge."""
    document = api.decode(body)
    documents = document if isinstance(document, list) else [document]
    if len(documents) > MOST_STATEMENTS:
        message = f"these are {len(documents)} Statements; try out no more than {MOST_STATEMENTS} at once"
        raise TooLarge(Fault("", message))
    return documents


def _body() -> bytes:
    if request.mimetype != "application/json":
        message = f"Statements to try out come as application/json, not as {request.mimetype or 'nothing'}"
        raise Unsupported(Fault("Content-Type", message))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unsupported(Fault("Content-Encoding", "send what is to be tried out as it is, not compressed"))
    request.max_content_length = MOST_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge(Fault("", f"what is to be tried out may be {MOST_BYTES} bytes long, and no more")) from None


def _checked(one: Checked) -> dict[str, Any]:
    return {
        "id": one.id,
        "valid": not one.trial.faults,
        "faults": [listed(fault) for fault in one.trial.faults],
        "store": {
            "outcome": one.trial.outcome.value,
            "message": OUTCOMES[one.trial.outcome],
            "differences": one.trial.differences,
        },
        "certification": None if one.assay is None else _assay(one.assay),
    }


def _assay(assay: Assay) -> Mapping[str, Any]:
    return {
        "effect": assay.effect,
        "message": EFFECTS[assay.effect],
        "day": assay.day,
        "year": assay.day.year,
        "mapping": assay.mapping or None,
        "actors": [{"place": one.place, "actor": one.actor, "known": one.known} for one in assay.who],
        "templates": [
            {"id": fit.template.id, "title": fit.template.title, "quality": f"E{fit.level}", "gives": fit.codes}
            for fit in assay.fits
        ],
        "facts": [
            {
                "what": fact.what,
                "title": assay.topics[fact.what],
                "minutes": fact.minutes,
                "score": None if fact.score is None else fact.score / 10_000,
                "quality": f"E{fact.quality}",
            }
            for fact in assay.facts
        ],
        "counts_for": {
            "criteria_set": assay.feeds.criteria_set or None,
            "rubric": assay.feeds.rubric or None,
            "indicators": [{"id": identifier, "title": title} for identifier, title in assay.feeds.indicators],
            "targets": assay.feeds.targets,
        },
        "missing": [
            {"code": one.code, "place": one.place, "message": remark_words(one), "values": one.about}
            for one in assay.remarks
        ],
    }
