"""/doanh-nghiep: how many work here, and what an enterprise does here."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.models import Employment
from certification.privacy import notices
from certification.resources.access import database, pepper, today, who
from certification.web.enterprises import pages
from certification.web.enterprises.own import own
from certification.web.frame import places
from certification.web.frame.pages import shown

__all__: list[str] = []

MOST = 100


@pages.page("/doanh-nghiep", Act.READ_HEADCOUNTS)
def home() -> Response:
    """The home of an enterprise."""
    place = places.here()
    working, to_delete = None, 0
    if place is not None and place.role is Role.ENTERPRISE:
        asked = (
            Employment.tenant_id == who().tenant,
            Employment.enterprise_id == place.organization,
            Employment.started <= today(),
            sa.or_(Employment.ended.is_(None), Employment.ended >= today()),
        )
        with database().reading(who().tenant) as session:
            working = session.scalar(sa.select(sa.func.count(sa.distinct(Employment.worker_id))).where(*asked))
            if rights.may(session, who(), Act.RECEIVE_ERASURES, today(), organization=place.organization):
                node = own(session, Act.RECEIVE_ERASURES)
                to_delete = len(notices.listed(session, who().tenant, node, today(), secret=pepper(), limit=MOST))
    return shown("enterprises/home.html", working=working, to_delete=to_delete, most=MOST)
