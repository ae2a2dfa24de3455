"""/tim-nhanh: pages, actions and people by a few letters, without diacritics. Where scripts run, Ctrl+K opens it over
any page (`static/palette.js`); without them it is a page like any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from certification.access import rights
from certification.access.permissions import TABLE, act_of
from certification.people import lists
from certification.people.lists import Sought
from certification.people.names import folded
from certification.resources import looking
from certification.resources.access import database, today, who
from certification.web.frame import places
from certification.web.frame.pages import Entry, shown
from certification.web.frame.places import Place

__all__ = ["Group", "Hit", "page"]

PEOPLE = 8
"""So many people are shown; whoever looks for others types more."""

LEAST = 2
"""So many letters before people are looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where one may go."""

    words: Any
    address: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind."""

    words: Any
    hits: Sequence[Hit]


def page() -> Response:
    """The page: a field, and below it what was found, or everything there is to go to."""
    sought = request.args.get("tim", "")[:100].replace("\0", "")
    place = places.here()
    groups = [
        Group(_("Trang"), _matching(_pages(place), sought)),
        Group(_("Việc"), _matching(_actions(place), sought)),
        Group(_("Người"), _people(place, sought)),
    ]
    return shown("frame/find.html", sought=sought, groups=[one for one in groups if one.hits])


def _pages(place: Place | None) -> Iterator[Hit]:
    if place is not None:
        blueprint: Any = current_app.blueprints[place.audience]
        yield from _entries(blueprint.name, blueprint.navigation, place)
    yield Hit(_("Tài khoản của tôi"), url_for("signing_in.own_account"))
    if len(places.places()) > 1:
        yield Hit(_("Đổi nơi làm việc"), url_for("frame.choose_place"))
    yield Hit(_("Xác minh giấy công nhận"), url_for("open.certificate_form"))
    yield Hit(_("Số liệu công bố"), "/")
    yield Hit(_("Trợ giúp"), url_for("frame.help_page"))


def _actions(place: Place | None) -> Iterator[Hit]:
    if place is not None:
        blueprint: Any = current_app.blueprints[place.audience]
        yield from _entries(blueprint.name, blueprint.shortcuts, place)


def _entries(package: str, entries: Sequence[Entry], place: Place) -> Iterator[Hit]:
    """Those that the reader may go to."""
    for entry in entries:
        endpoint = f"{package}.{entry.view}"
        act = act_of(current_app.view_functions[endpoint])
        rule = None if act is None else TABLE[act]
        for_place = entry.roles is None or place.role in entry.roles
        if for_place and rule is not None and (rule.any_account or place.role in rule.roles):
            yield Hit(entry.words, url_for(endpoint))


def _matching(hits: Iterator[Hit], sought: str) -> list[Hit]:
    words = folded(sought).split()
    return [one for one in hits if all(word in folded(str(one.words)) for word in words)]


def _people(place: Place | None, sought: str) -> list[Hit]:
    """Workers whom the page about one of them would show to the reader."""
    blueprint: Any = None if place is None else current_app.blueprints[place.audience]
    if blueprint is None or not blueprint.people or len(sought.strip()) < LEAST:
        return []
    endpoint = f"{blueprint.name}.{blueprint.people}"
    act = act_of(current_app.view_functions[endpoint])
    reach = None if act is None else rights.reach(who(), act, today())
    if not reach:
        return []
    with database().reading(who().tenant) as session:
        found = lists.search(session, who().tenant, Sought(today(), sought), within=reach, limit=PEOPLE)
    looking.saw_these(one.id for one in found)
    return [Hit(one.full_name, url_for(endpoint, number=one.number), one.number) for one in found]
