"""/quy-dinh: the rules that hold, in sentences: criteria with the points that learning suggests, steps, plans."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.errors import NoCriteriaInForce
from certification.resources.access import database, today, who
from certification.resources.errors import Fault, NotFound
from certification.rules import criteria, differences, rule_store
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.rules.rule_store import StoredRule
from certification.web.frame.pages import shown
from certification.web.operators.rule_words import KINDS, named
from certification.web.rules import pages, sentences
from lrs.db import Session

__all__: list[str] = []

_ONE_AT_A_TIME = ("title-procedure", "procedure")


@pages.page("/quy-dinh", Act.READ_RULES_IN_FORCE)
def show_rules_in_force() -> Response:
    """One of the rules that hold (`tep`), else the criteria of a year (`nam`), and what else there is to read."""
    tenant, on = who().tenant, today()
    asked = request.args.get("nam", "")
    year = int(asked) if re.fullmatch("20[0-9]{2}|2100", asked) else on.year
    with database().reading(tenant, snapshot=True) as session:
        listed, rubric = _in_force(session, tenant, year, on)
        one = _chosen(listed, request.args.get("tep", ""))
        told = sentences.of_rule(session, tenant, one, year, rubric=rubric) if one is not None else None
    others = [(str(each.id), KINDS[each.kind], named(each.document), each.document.get("number")) for each in listed]
    return shown(
        "rules/in-force.html", rule=one, others=others, told=told, year=year,
        kind=KINDS[one.kind] if one is not None else "", title=named(one.document) if one is not None else "",
        document=one.document if one is not None else {},
        sources=differences.grounds(one.document) if one is not None else [],
    )  # fmt: skip


def _in_force(session: Session, tenant: UUID, year: int, on: date) -> tuple[list[StoredRule], StoredRule | None]:
    """The files in the order in which people ask for them; beside them the rubric of the criteria."""
    found: list[StoredRule] = []
    rubric = None
    try:
        frame, rubric = criteria.files_in_force(session, tenant, PROGRAMME, AUDIENCE, year)
        found.append(frame)
    except NoCriteriaInForce:
        pass
    for kind in _ONE_AT_A_TIME:
        one = rule_store.in_force_on(session, tenant, kind, PROGRAMME, on)
        found += [one] if one is not None else []
    for one in rule_store.stored(session, tenant, "plan"):
        if one.document["in_force_from"] <= on <= one.document.get("in_force_to", date.max):
            found.append(one)
    inherited = rule_store.stored(session, tenant, "plan-inheritance")
    return [*found, *(one for one in inherited if one.document["from_day"] <= on)], rubric


def _chosen(listed: list[StoredRule], asked: str) -> StoredRule | None:
    if not asked:
        return listed[0] if listed else None
    for one in listed:
        if str(one.id) == asked:
            return one
    raise NotFound(Fault("query/tep", "no rule that holds has this id"))
