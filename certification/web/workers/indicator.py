"""/cua-toi/chi-so/<chỉ số>: where its points come from, and what is missing."""

from __future__ import annotations

from flask import Response

from certification.access.permissions import Act
from certification.resources.access import database, who
from certification.resources.errors import Fault, NotFound
from certification.web.frame.pages import shown
from certification.web.workers import learning, own, pages

__all__: list[str] = []


@pages.page("/cua-toi/chi-so/<indicator>", Act.USE_OWN_PAGES)
def indicator(indicator: str) -> Response:
    """One chỉ số."""
    year = own.year_asked()
    with database().reading(who().tenant, snapshot=True) as session:
        person = own.mine(session, Act.READ_ASSESSMENT)
        found = own.year_of(session, person, year)
        row = next((one for one in found.said.rows if one.indicator == indicator), None) if found else None
        if row is None:
            raise NotFound(Fault("path/indicator", f"there is no indicator {indicator!r}"))
        waits = row in found.waiting if found else False
        whose = own.attested_by(session, [indicator])[indicator] if waits else ""
        counted = set(row.counted)
        evidence = [one for one in learning.lessons(session, person, year) if one.statement in counted]
    return shown(
        "workers/indicator.html", row=row, found=found, year=year, evidence=evidence, kinds=own.KINDS, whose=whose
    )
