"""/cua-toi/du-lieu: what is held of me, who looked at it, what I agreed to, and a copy of all of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.privacy import access, consents, overview, purposes
from certification.privacy.words import looked_at
from certification.resources import cursors, persons
from certification.resources.access import database, now, today, who
from certification.web.frame.fields import Form
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import in_words
from certification.web.workers import own, pages

__all__: list[str] = []

LOOKS = 50


@pages.page("/cua-toi/du-lieu", Act.USE_OWN_PAGES)
def my_data() -> Response:
    """What is held, and what was agreed to."""
    tenant = who().tenant
    with database().reading(tenant, snapshot=True) as session:
        person = own.mine(session, Act.READ_HELD)
        held = overview.held(session, tenant, person.id)
        agreed = consents.of_worker(session, tenant, person.id)
        titles = {one.id: one.title for one in purposes.listed(session, tenant, today())}
    running = [one for one in agreed if one.starts <= today() < one.until]
    ended = [one for one in agreed if one.until <= today()]
    return shown(
        "workers/my-data.html",
        person=person,
        held=[one for one in held if one.rows],
        running=running,
        ended=ended,
        titles=titles,
    )


@pages.page("/cua-toi/du-lieu/ai-da-xem", Act.USE_OWN_PAGES)
def looks() -> Response:
    """Who looked, the latest day first."""
    tenant = who().tenant
    left = cursors.after(tenant, (date, str, str, str))
    with database().reading(tenant) as session:
        person = own.mine(session, Act.READ_LOOKS)
        after = None if left is None else (left[0], left[1], left[2], left[3])
        found = access.of_worker(session, tenant, person.id, limit=LOOKS + 1, after=after)
        names = access.names(session, tenant, [one.by for one in found])
        titles = {one.id: one.title for one in purposes.listed(session, tenant, today())}
    part = cursors.page(
        tenant,
        found,
        LOOKS,
        as_of=today(),
        key=lambda one: (one.day, one.by, one.what, one.purpose),
        show=lambda one: one,
    )
    return shown(
        "workers/looks.html",
        looks=part["items"],
        names=names,
        looked_at=lambda what: in_words(looked_at(what)),
        titles=titles,
        first=left is None,
        next=part["next"],
    )


@pages.page("/cua-toi/du-lieu/dong-y/<uuid:consent>/rut", Act.USE_OWN_PAGES, methods=("POST",))
def withdraw_consent(consent: UUID) -> AnyResponse:
    """Takes a consent back, at once and without a reason."""
    form = filled_in(Form)
    with form.submitting(settles=True) as session:
        person = own.mine(session, Act.CONSENT)
        consents.withdraw(session, who().tenant, person.number, [consent], by=f"worker:{person.id}", now=now())
        return form.done(url_for(".my_data"), _("Đã rút đồng ý, có hiệu lực ngay"))
    return my_data()


@pages.page("/cua-toi/du-lieu/ban-sao", Act.USE_OWN_PAGES, methods=("POST",))
def my_copy() -> Response:
    """All that is held, in one file."""
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.EXPORT_PERSON)
    found: Response = persons.export_person(person.number)
    return found
