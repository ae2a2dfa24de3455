"""/cong-doan/viec: disputes and declarations that wait for the officers of the chosen place, the most urgent first."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request

from certification.access.permissions import Act
from certification.evidence import declarations, disputes
from certification.people import workers
from certification.resources import cursors, looking
from certification.resources.access import database, today, who
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.scope import within

__all__: list[str] = []

ON_A_PAGE = 50


@pages.page("/cong-doan/viec", Act.READ_DISPUTES)
def list_cases() -> Response:
    """Open disputes, or with loai=khai-bao declarations to confirm."""
    tenant, on = who().tenant, today()
    declared = request.args.get("loai") == "khai-bao"
    left = cursors.after(tenant, (date, UUID))
    place = None if left is None else (left[0], left[1])
    with database().reading(tenant) as session:
        found: list[Any]
        if declared:
            reach = within(Act.READ_DECLARATIONS)
            found = list(declarations.listing(
                session, tenant, state=declarations.DECLARED, within=reach, limit=ON_A_PAGE + 1, after=place
            ))  # fmt: skip
        else:
            reach = within(Act.READ_DISPUTES)
            found = list(disputes.listing(
                session, tenant, state=disputes.OPEN, within=reach, limit=ON_A_PAGE + 1, after=place
            ))  # fmt: skip
        people = workers.known_workers(session, tenant, {one.number for one in found})
    part = cursors.page(tenant, found, ON_A_PAGE, as_of=on, key=lambda one: (one.due, one.id), show=lambda one: one)
    looking.saw(one.number for one in found[:ON_A_PAGE])
    return shown(
        "officers/cases.html", declared=declared, items=part["items"], next=part["next"], first=left is None,
        people=people, on=on,
    )  # fmt: skip
