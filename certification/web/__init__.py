"""Pages for people, in Vietnamese, drawn on the server.

    first_page   what the first page says, made ready for its template
    check_page   where makers of learning platforms try out what they send
    certificate_page  how a certificate stands, by the code on its paper
    api_page     the JSON interface, for those who write programs
    templates/   words and markup
    static/      the style sheet and the icon; nothing is loaded from anywhere else

Pages work without script and are told so: the policy below lets a browser load from this address alone.
"""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, g, render_template, request
from flask.blueprints import BlueprintSetupState

from certification.access.permissions import Act, guarded
from certification.resources import access
from certification.resources.access import caller, database
from certification.resources.answers import Unchanged, unless_known
from certification.resources.errors import Refusal
from certification.rules import plans
from certification.targets import attainment, disclosure, grounds, publications, summaries
from certification.web import api_page, certificate_page, check_page, first_page

__all__ = ["web"]

STATIC = Path(__file__).parent / "static"
ASSETS = {"style.css": "text/css", "icon.svg": "image/svg+xml"}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

web = Blueprint("web", __name__, template_folder="templates")
"""Mounted at /. Guards: each view's own, by `access.permissions.TABLE`."""

access.register(web)


@web.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    return Response("\n".join(fault.message for fault in refusal.faults) + "\n", refusal.status, mimetype="text/plain")


@web.errorhandler(Unchanged)
def _unchanged(known: Unchanged) -> Response:
    response = Response(status=304)
    response.set_etag(known.etag, weak=True)
    return response


@web.get("/")
@guarded(Act.READ_FIRST_PAGE)
def show_first_page() -> str:
    """The figures that the operator's own tenant has published, or that there are none. Names no worker."""
    who = caller()
    if who.published is not None:
        with database().reading(who.tenant, snapshot=True) as session:
            hides = publications.hides_below(session, who.tenant)
            version = summaries.version(session, who.tenant, who.published.year)
            if version is not None:
                unless_known(who.tenant, who.published, hides, version)
            measured = attainment.measure_all(session, who.tenant, on=who.published)
            tree = grounds.land(session, who.tenant).on(who.published).tree
            measured = disclosure.published(measured, tree, hides)
            every_plan = plans.all_plans(session, who.tenant)
        page = first_page.build(measured, tree, every_plan)
        if page is not None:
            return render_template("attainment.html", page=page)
    return render_template("nothing-published.html")


check_page.register(web)
api_page.register(web)
certificate_page.register(web)


@web.get("/assets/<name>")
@guarded(Act.READ_ASSETS)
def asset(name: str) -> Response:
    """A file that pages load. Its address changes with its content, so that a browser may keep it for good."""
    if name not in ASSETS:
        abort(404)
    response = Response(_content(name), mimetype=ASSETS[name])
    response.cache_control.public = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    return response


@cache
def _content(name: str) -> bytes:
    return (STATIC / name).read_bytes()


@cache
def fingerprint(name: str) -> str:
    """What tells this content of an asset from any other."""
    return sha256(_content(name)).hexdigest()[:12]


@web.record_once
def _prepare_templates(state: BlueprintSetupState) -> None:
    """Lines that hold only a template's own tags leave nothing in the page."""
    state.app.jinja_env.trim_blocks = True
    state.app.jinja_env.lstrip_blocks = True
    state.app.jinja_env.globals["fingerprint"] = fingerprint
    state.app.jinja_env.globals["pieces"] = api_page.pieces


@web.after_request
def _finish(response: Response) -> Response:
    """Headers that every page carries; an ETag, so that an unchanged page is not sent again; and less to send."""
    response.headers.update(HEADERS)
    if response.status_code != 200:
        return response
    if "Cache-Control" not in response.headers:
        response.cache_control.no_cache = True  # keep it, but ask every time whether it still holds
    response.vary.add("Accept-Encoding")
    if (etag := g.pop("etag", None)) is not None:
        response.set_etag(etag, weak=True)
    response.add_etag(weak=True)
    response.make_conditional(request)
    if response.status_code == 200 and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.content_encoding = "gzip"
    return response
