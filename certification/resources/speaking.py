"""Who speaks when a request says something about workers, in whose name, and whose file is handed out."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence.witnesses import Witness
from certification.people.workers import Person
from certification.resources.access import today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.units import organizations
from lrs.db import Session

__all__ = ["BYTES", "download", "in_the_name_of", "oneself_or_officer", "record_id"]


def oneself_or_officer(session: Session, person: Person, act: Act) -> Witness:
    """The caller about a worker whom `act` may be about: the worker himself or herself, or somebody of the branch."""
    asking = who()
    if asking.worker == person.id:
        return Witness(asking.name, worker_ids=frozenset({person.id}), enterprise_ids=frozenset())
    witness = rights.witness(session, asking, act, today())
    if rights.keeps(session, rights.reach(asking, act, today()), person.id):
        return replace(witness, team=witness.team | {person.id})
    return witness


def in_the_name_of(session: Session, code: str, act: Act, place: str) -> str:
    """The unit `code`, if the caller may act in its name. Raises BadRequest, as for one that is not there."""
    asking = who()
    node = organizations.find(session, asking.tenant, code)
    if node is None or not rights.may(session, asking, act, today(), organization=node.id):
        raise BadRequest(Fault(place, f"there is no unit {code!r} in whose name you may {act.value}"))
    return code


def record_id(text: str) -> UUID:
    """The id in an address. Raises NotFound for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(Fault("path/id", f"there is nothing with the id {text!r}")) from None


BYTES = "application/octet-stream"
"""The media type of every file that is handed out: whatever it is, no browser shows or runs it in our name."""


def download(data: bytes, name: str) -> Response:
    """A kept file, to be saved."""
    response = Response(data, mimetype=BYTES)
    response.headers.set("Content-Disposition", "attachment", filename=name or "file")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response
