"""/cua-toi/giay-chung-nhan: certificates of the title, each with the address and the code that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import segno
from flask import Response, url_for
from markupsafe import Markup

from certification.access.permissions import Act
from certification.certificates import register
from certification.certificates.register import Entry
from certification.resources.access import database, who
from certification.resources.errors import Fault, NotFound
from certification.resources.issuers import public_url
from certification.web.frame.pages import shown
from certification.web.workers import own, pages

__all__: list[str] = []

MOST = 100


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate with the address that whoever doubts it opens, and that address as a picture."""

    entry: Entry
    address: str
    picture: Markup
    file: str
    """Where the paper is drawn, as PDF."""


@pages.page("/cua-toi/giay-chung-nhan", Act.USE_OWN_PAGES)
def certificates() -> Response:
    """Those of the worker, the newest first."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.READ_ASSESSMENT)
        found = register.entries(session, who().tenant, limit=MOST, worker=person.id)
    return shown("workers/certificates.html", items=[one for one in reversed(found) if one.issued])


@pages.page("/cua-toi/giay-chung-nhan/<uuid:certificate>", Act.USE_OWN_PAGES)
def certificate(certificate: UUID) -> Response:
    """One, to be held under somebody else's phone."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.READ_ASSESSMENT)
        entry = register.find(session, who().tenant, certificate)
    if entry.worker != person.id or entry.issued is None:
        raise NotFound(Fault("path/certificate", f"there is no certificate {certificate}"))
    address = public_url() + url_for("open.certificate", code=entry.code)
    picture = Markup(segno.make(address, error="m", micro=False).svg_inline(scale=6, border=4, light="#fff"))  # noqa: S704
    file = f"/api/certificates/by-code/{entry.code}/paper"
    return shown("workers/certificate.html", paper=Paper(entry, address, picture, file))
