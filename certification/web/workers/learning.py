"""/cua-toi/hoc-tap: what was learnt in a year, the latest day first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from certification.access import learnt
from certification.access.permissions import Act
from certification.evidence.retold_words import retold_words
from certification.judgement.explanations import LEVELS
from certification.people.workers import Person
from certification.resources.access import database, today, who
from certification.rules import evidence_mapping
from certification.transcripts.sources import providers
from certification.web.frame.pages import shown
from certification.web.workers import own, pages
from lrs.db import Session

__all__ = ["Lesson", "lessons"]

MOST = 2000
"""So many facts of a year are shown; nobody is known to have more."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A Statement in words: of what it tells (`topics`), minutes, score in per cent, how sure it is, who says so."""

    day: date
    statement: UUID
    topics: tuple[str, ...]
    minutes: int
    score: str
    level: str
    said_by: str
    again: str


@pages.page("/cua-toi/hoc-tap", Act.USE_OWN_PAGES)
def learning() -> Response:
    """What the worker learnt."""
    year = own.year_asked()
    with database().reading(who().tenant, snapshot=True) as session:
        person = own.mine(session, Act.READ_LEARNING)
        found = lessons(session, person, year)
    months = [(month, list(some)) for month, some in groupby(found, key=lambda one: one.day.month)]
    return shown(
        "workers/learning.html", year=year, months=months, count=len(found), minutes=sum(one.minutes for one in found)
    )


def lessons(session: Session, person: Person, year: int) -> Sequence[Lesson]:
    """What a worker learnt in a year, a line for each Statement, the latest day first."""
    facts = learnt.learnt(session, who(), person.id, year, on=today(), limit=MOST)
    topics = evidence_mapping.titles(session, who().tenant)
    sources = providers(session, who().tenant, {one.said_by: one.statement for one in facts if one.said_by})
    told: dict[UUID, list[learnt.Learnt]] = {}
    for fact in facts:
        told.setdefault(fact.statement, []).append(fact)
    found = []
    for statement, some in told.items():
        first = some[0]
        score = next((one.score for one in some if one.score is not None), None)
        words = "" if score is None else _("%(score)s%% điểm", score=f"{score / 100:g}".replace(".", ","))
        again = "" if first.told_again is None else retold_words(first.told_again)
        named = tuple(dict.fromkeys(topics[one.what] for one in some if one.what in topics))
        minutes = max(one.minutes for one in some)
        found.append(
            Lesson(
                first.day, statement, named, minutes, words, LEVELS[min(one.quality for one in some)],
                sources.get(first.said_by, ""), again,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.day, one.statement), reverse=True)
