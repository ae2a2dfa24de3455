"""/doanh-nghiep: how many work here, and what an enterprise does here."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from certification.access.permissions import Act, Role
from certification.models import Employment
from certification.resources.access import database, today, who
from certification.web.enterprises import pages
from certification.web.frame import places
from certification.web.frame.pages import shown

__all__: list[str] = []


@pages.page("/doanh-nghiep", Act.READ_HEADCOUNTS)
def home() -> Response:
    """The home of an enterprise."""
    place = places.here()
    working = None
    if place is not None and place.role is Role.ENTERPRISE:
        asked = (
            Employment.tenant_id == who().tenant,
            Employment.enterprise_id == place.organization,
            Employment.started <= today(),
            sa.or_(Employment.ended.is_(None), Employment.ended >= today()),
        )
        with database().reading(who().tenant) as session:
            working = session.scalar(sa.select(sa.func.count(sa.distinct(Employment.worker_id))).where(*asked))
    return shown("enterprises/home.html", working=working)
