"""/cong-doan/chua-co-tieu-chi: workers who cannot be judged, because their group has no criteria this year."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from certification.access.permissions import Act
from certification.people import without_criteria
from certification.resources import cursors, looking
from certification.resources.access import database, today, who
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.scope import within

__all__: list[str] = []

ON_A_PAGE = 50


@pages.page("/cong-doan/chua-co-tieu-chi", Act.READ_WORK_LIST)
def list_without_criteria() -> Response:
    """Who they are, by name, and what to do."""
    tenant, on = who().tenant, today()
    left = cursors.after(tenant, (str, UUID))
    after = None if left is None else (left[0], left[1])
    with database().reading(tenant) as session:
        reach = within(Act.READ_WORK_LIST)
        found = without_criteria.page(session, tenant, on, within=reach, limit=ON_A_PAGE + 1, after=after)
    looking.saw_these(one.found.id for one in found[:ON_A_PAGE])
    part = cursors.page(tenant, found, ON_A_PAGE, as_of=on, key=lambda one: one.found.place, show=lambda one: one)
    to_do = {one.words: without_criteria.to_do(one.words, on.year) for one in found}
    return shown(
        "officers/without-criteria.html", items=part["items"], next=part["next"], first=left is None, to_do=to_do, on=on
    )
