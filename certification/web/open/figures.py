"""/: the figures that the operator's own tenant has published, for everybody."""

from __future__ import annotations

from flask import Response

from certification.access import first_run
from certification.access.permissions import Act
from certification.resources.access import caller, database, today
from certification.resources.answers import unless_known
from certification.rules import plans
from certification.targets import attainment, disclosure, grounds, publications, summaries
from certification.web.frame import languages
from certification.web.frame.pages import shown
from certification.web.open import first_page, pages

__all__: list[str] = []


@pages.page("/", Act.READ_FIRST_PAGE)
def show_first_page() -> Response:
    """The figures that the operator's own tenant has published, or that there are none. Names no worker."""
    who = caller()
    if who.published is not None:
        with database().reading(who.tenant, snapshot=True) as session:
            hides = publications.hides_below(session, who.tenant)
            version = summaries.version(session, who.tenant, who.published.year)
            if version is not None:
                unless_known(who.tenant, who.published, hides, version, languages.chosen())
            measured = attainment.measure_all(session, who.tenant, on=who.published)
            tree = grounds.land(session, who.tenant).on(who.published).tree
            measured = disclosure.published(measured, tree, hides)
            every_plan = plans.all_plans(session, who.tenant)
        page = first_page.build(measured, tree, every_plan)
        if page is not None:
            return shown("open/attainment.html", page=page)
    with database().reading(who.tenant) as session:
        first = not first_run.is_administered(session, who.tenant, today())
    return shown("open/nothing-published.html", published=who.published, first=first)
