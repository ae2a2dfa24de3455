"""How far lists of officers go: what the role of the chosen place reaches, never further than all roles together."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, url_for
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.access.rights import Reach
from certification.access.who import Who
from certification.resources.access import today, who
from certification.resources.errors import Fault, NotFound
from certification.web.frame import places

__all__ = ["assessed", "narrowed", "to_own_page", "within"]


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
