"""/cong-doan/xet-ho-so: the dossiers of a year that wait, enterprise by enterprise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _l

from certification.access.permissions import Act
from certification.dossiers import listing
from certification.people.names import folded
from certification.resources import cursors
from certification.resources.access import database, today, who
from certification.targets import grounds
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.scope import asked_year, within

__all__ = ["WAITING"]

ON_A_PAGE = 50

WAITING: Mapping[str, object] = {
    "self_assessed": _l("Chờ xác nhận"),
    "confirmed": _l("Chờ xét"),
    "reviewed": _l("Chờ đề nghị"),
    "proposed": _l("Chờ quyết định"),
}
"""How dossiers stand that wait for somebody of the union or the body."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The dossiers of an enterprise that wait, by how they stand."""

    code: str
    name: str
    counts: Mapping[str, int]

    @property
    def place(self) -> tuple[int, str, str]:
        """Where it stands in the list: what waits for a review or a decision first."""
        return -(self.counts.get("confirmed", 0) + self.counts.get("proposed", 0)), folded(self.name), self.code


@pages.page("/cong-doan/xet-ho-so", Act.COUNT_DOSSIERS)
def list_batches() -> Response:
    """Most to do first."""
    tenant, on, year = who().tenant, today(), asked_year()
    after = cursors.after(tenant, (int, str, str))
    words = request.args.get("q", "").strip()[:200]
    with database().reading(tenant, snapshot=True) as session:
        reach = within(Act.COUNT_DOSSIERS)
        counted = listing.by_enterprise(session, tenant, year, on=on, states=[*WAITING], within=reach)
        tree = grounds.land(session, tenant).on(on).tree
    sought = folded(words).split()
    every = [Batch(tree.by_id[one].code, tree.by_id[one].name, counts) for one, counts in counted.items()]
    wanted = sorted(
        (one for one in every if all(each in folded(f"{one.name} {one.code}") for each in sought)),
        key=lambda one: one.place,
    )
    left = [one for one in wanted if after is None or list(one.place) > list(after)]
    given = left[:ON_A_PAGE]
    last: tuple[Any, ...] | None = given[-1].place if len(left) > ON_A_PAGE else None
    return shown(
        "officers/titles/batches.html", batches=given, count=len(wanted), waiting=WAITING, year=year, words=words,
        told_year=None if year == on.year else year, years=[on.year, on.year - 1], first=after is None,
        totals={state: sum(one.counts.get(state, 0) for one in wanted) for state in WAITING},
        next=cursors.part(tenant, [], last, as_of=on, show=str)["next"],
    )  # fmt: skip
