"""GET /profile/<programme>: the vocabulary as an xAPI Profile, for whoever wants to send by it. JSON-LD, without a key.

    /profile/<programme>         the latest version
    /profile/<programme>/v/<n>   that version, for good
    /profile/<programme>/…       one Concept, Statement Template or Pattern of the latest

The tenant is the operator's own, as on the first page. Nothing in it is about a person.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from certification.access.permissions import Act, guarded
from certification.resources import access, answers, errors, limits
from certification.resources.access import caller, database
from certification.rules import profile
from certification.rules.profile import Published

__all__ = ["published_profile"]

published_profile = Blueprint("profile", __name__, url_prefix="/profile")
"""Mounted at /profile. Guards: each view's own, by `access.permissions.TABLE`."""

errors.register(published_profile)
access.register(published_profile)
published_profile.after_request(answers.conditional)


@published_profile.get("/<programme>")
@guarded(Act.READ_PROFILE)
def show(programme: str) -> Response:
    """The latest version of a programme's profile."""
    return _answer(_published(programme).versions[-1])


@published_profile.get("/<programme>/v/<int:number>")
@guarded(Act.READ_PROFILE)
def show_version(programme: str, number: int) -> Response:
    """A version of a programme's profile, from 1 on."""
    versions = _published(programme).versions
    if not 1 <= number <= len(versions):
        raise NotFound
    return _answer(versions[number - 1])


@published_profile.get("/<programme>/<path:rest>")
@guarded(Act.READ_PROFILE)
def show_member(programme: str, rest: str) -> Response:
    """What stands in the latest version under the profile's IRI and `rest`."""
    found = _published(programme)
    one = profile.member(found.versions[-1], f"{found.iri}/{rest}")
    if one is None:
        raise NotFound
    return _answer(one)


def _published(programme: str) -> Published:
    """Raises NotFound, and AskedTooOften: each takes a look-up of the address's own."""
    limits.allow()
    tenant = caller().tenant
    with database().reading(tenant) as session:
        found = profile.published(session, tenant, programme)
    if found is None:
        raise NotFound
    return found


def _answer(document: Any) -> Response:
    return answers.public(json.dumps(document, ensure_ascii=False, indent=1).encode(), "application/ld+json")
