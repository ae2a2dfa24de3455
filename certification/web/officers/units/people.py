"""/cong-doan/ai: who is behind a rate, those still missing first of all; for who may know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask import Response, request
from flask_babel import lazy_gettext as _l

from certification.access import rights
from certification.access.permissions import Act
from certification.models import Worker
from certification.resources import cursors, looking
from certification.resources.access import database, today, who
from certification.targets import listing
from certification.targets.listing import COUNTED, EVERYBODY, MISSING, Listed
from certification.targets.populations import GRASSROOTS_UNIONS
from certification.units.trees import NotOnThatDay
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.units.asked import BASIS_WORDS, asked, way
from certification.web.officers.units.branch import not_then
from lrs.db import Session, among

__all__ = ["WHICH"]

ON_A_PAGE = 50
LOOKED_THROUGH = 3_000
"""About so many workers are looked at for one part of the list."""

WHICH: Mapping[str, tuple[str, object]] = {
    "thieu": (MISSING, _l("Còn thiếu")),
    "duoc-tinh": (COUNTED, _l("Đã được tính")),
    "tat-ca": (EVERYBODY, _l("Tất cả")),
}


@pages.page("/cong-doan/ai/<path:code>", Act.READ_RATE_PEOPLE)
def list_people(code: str) -> Response:
    """The list, by number, as many as the figure says."""
    tenant = who().tenant
    after = cursors.after(tenant, (str,))
    which = request.args.get("ai", "")
    which = which if which in WHICH else "thieu"
    with database().reading(tenant, snapshot=True) as session:
        try:
            told = asked(session, code, Act.READ_RATE_PEOPLE)
        except NotOnThatDay as error:
            return not_then(session, code, error)
        path = way(session, told, Act.READ_RATES)
        found = listing.Page((), None)
        known: set[str] = set()
        if told.plan is not None and told.target is not None:
            found = listing.people(
                session, tenant, code, plan=told.plan.id, target=told.target.id, on=told.on, which=WHICH[which][0],
                basis=told.basis, after=after[0] if after else "", limit=ON_A_PAGE,
                most=LOOKED_THROUGH,
            )  # fmt: skip
            if told.target.population != GRASSROOTS_UNIONS:
                known = _known(session, found.people)
    are_units = told.target is not None and told.target.population == GRASSROOTS_UNIONS
    if not are_units:
        looking.saw(one.number for one in found.people)
    names = {node.code: node.name for node in told.ground.tree.nodes}
    following = cursors.part(tenant, [], (found.after,) if found.after else None, as_of=told.on, show=str)["next"]
    return shown(
        "officers/units/people.html", asked=told, way=path, which=which, kinds=WHICH, people=found.people, names=names,
        known=known, are_units=are_units, next=following, first=after is None, bases=BASIS_WORDS,
    )  # fmt: skip


def _known(session: Session, people: Sequence[Listed]) -> set[str]:
    """Of whom the reader may open the page today. One SQL command."""
    reach = rights.reach(who(), Act.READ_ASSESSMENT, today())
    mine = among(session, Worker.number, [one.number for one in people]), reach.workers(session, Worker.id)
    return set(session.scalars(sa.select(Worker.number).where(Worker.tenant_id == who().tenant, *mine)))
