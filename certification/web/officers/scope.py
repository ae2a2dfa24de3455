"""How far lists of officers go: what the role of the chosen place reaches, never further than all roles together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.access.rights import Reach
from certification.access.who import Who
from certification.models import Worker
from certification.people import lists
from certification.people.lists import Sought
from certification.people.workers import Person
from certification.resources.access import today, who
from certification.resources.errors import Fault, NotFound
from certification.web.frame import places
from lrs.db import Session, among

__all__ = ["MOST_SENT", "asked_year", "assessed", "narrowed", "people_sent", "to_own_page", "told_year", "within"]

MOST_SENT = 1_000
"""People of one form about whom something is done at once."""


def to_own_page() -> Response | None:
    """Leads whoever holds no office to the own page, where an officer's list would have nobody else in it; None for
    all others."""
    offices = any(one.role is not Role.WORKER for one in who().roles)
    return None if offices else redirect(url_for("workers.home"), 302)


def narrowed(act: Act) -> Who:
    """Who asks, with the role of the chosen place alone where that allows the act; else with all roles."""
    place, asking = places.here(), who()
    chosen = replace(asking, roles=tuple(one for one in asking.roles if place and str(one.id) == place.id))
    return chosen if rights.reach(chosen, act, today()) else asking


def within(act: Act) -> Reach:
    """Whom a list may speak of: those whom the chosen place is about."""
    return rights.reach(narrowed(act), act, today())


def assessed(year: int) -> int:
    """The assessed year of an address. Raises NotFound for what can be none."""
    if not 2000 <= year <= 2100:
        raise NotFound(Fault("path/year", f"{year} is no assessment year"))
    return year


def asked_year() -> int:
    """The assessed year of the address: this one, or the one before, of which decisions come at the year's turn."""
    this = today().year
    return this - 1 if request.args.get("nam") == str(this - 1) else this


def told_year(year: int) -> int | None:
    """The year as addresses have it: nothing for this one."""
    return None if year == today().year else year


def people_sent(session: Session, tenant: UUID, reach: Reach, sent: list[str], on: date) -> list[Person]:
    """Those of a form whose ids these are, at most so many."""
    ids = []
    for one in sent[:MOST_SENT]:
        try:
            ids.append(UUID(one))
        except ValueError:
            continue
    wanted = Sought(on, also=(among(session, Worker.id, ids),))
    found = lists.search(session, tenant, wanted, within=reach, limit=MOST_SENT)
    return [Person(one.id, one.number, one.full_name, None) for one in found]
