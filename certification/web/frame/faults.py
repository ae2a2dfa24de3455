"""Pages for what is refused or goes wrong: what it is, whether anything was kept, and what to do."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from certification.access.look_ups import AskedTooOften
from certification.resources import access
from certification.resources.answers import Unchanged
from certification.resources.errors import Fault, understood
from certification.web.frame import refusals
from certification.web.frame.pages import HEADERS
from lrs.db import AWAY, is_away

__all__ = ["page_of", "prepare", "register"]

log = logging.getLogger(__name__)


def register(blueprint: Any) -> None:
    """Turns what views raise into pages."""
    from certification.web.frame.forms import Again, SaidBefore, Tried

    for one in refusals.REFUSED:
        blueprint.register_error_handler(one, _refused)
    blueprint.register_error_handler(Unchanged, _unchanged)
    blueprint.register_error_handler(Again, _again)
    blueprint.register_error_handler(SaidBefore, _ask)
    blueprint.register_error_handler(Tried, _tell)
    blueprint.register_error_handler(HTTPException, page_of)
    for kind in AWAY:
        blueprint.register_error_handler(kind, _unavailable)


def prepare(app: Flask) -> None:
    """Lines that hold only a template's own tags leave nothing in the page; what fails anywhere has a page."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.after_request(_for_people)


def page_of(error: HTTPException) -> Response:
    """The page of a status: of an address that is not there, of too long a body, of our own failure."""
    status = error.code or 500
    code = ""
    if status >= 500:
        code = g.get("request_id", "")
        log.error("a page failed; the reader was shown the code %s", code)
    response = _page(status, code=code)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


TOLD = frozenset({404, 409, 429, 500, 503})
"""What a file may be refused with that a page leads to."""


def _for_people(response: Response) -> Response:
    """A page in place of a refusal in JSON, for whoever followed a link to a file of the JSON interface: a paper, an
    empty table. Programs ask for JSON, or for anything."""
    wants = request.accept_mimetypes
    if response.status_code not in TOLD or not response.is_json or request.method not in ("GET", "HEAD"):
        return response
    if wants["text/html"] <= wants["application/json"]:
        return response
    faults = []
    if (seconds := response.headers.get("Retry-After")) and response.status_code == 429:
        faults = refusals.faults_of(AskedTooOften(int(seconds)))
    elif response.status_code == 409:
        faults = [Fault("", one["message"]) for one in response.get_json()["errors"]]
    page = _page(response.status_code, faults=faults, code=g.get("request_id", ""))
    for name, value in page.headers:
        if name.lower() in ("content-type", "content-length"):
            response.headers[name] = value
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    response.set_data(page.get_data())
    return response


def _refused(error: Exception) -> Response:
    refusal = understood(error)
    status = refusal.status if refusal is not None else 429 if hasattr(error, "seconds") else 403
    response = _page(status, faults=refusals.faults_of(error))
    if hasattr(error, "seconds"):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _page(status: int, **values: Any) -> Response:
    _recognise(status)
    told = {"faults": [], "code": "", **values}
    return make_response(render_template("frame/fault.html", status=status, **told), status)


def _recognise(status: int) -> None:
    """Says who reads, where no view came to ask. Whatever failed in the server, the page about it asks no database."""
    g.reader_unknown = True
    if status < 500:
        try:
            access.recognise()
            g.reader_unknown = False
        except AWAY as error:
            if not is_away(error):
                raise
    if g.reader_unknown:
        g.places = []


def _again(error: Any) -> AnyResponse:
    return redirect(error.location or url_for("frame.home"), 303)


def _ask(error: Any) -> Any:
    """The page with the form once more, and the question whether the same is meant to be said again."""
    g.said_before, g.said_at = error.content, error.when
    return _once_more()


def _tell(error: Any) -> Any:
    """The page with the form once more, which is not tried again but told its faults."""
    g.form_tried = error.faults
    return _once_more()


def _once_more() -> Any:
    try:
        return current_app.view_functions[request.endpoint or ""](**request.view_args or {})
    except Exception as raised:
        return current_app.handle_user_exception(raised)


def _unchanged(known: Unchanged) -> Response:
    response = Response(status=304)
    response.set_etag(known.etag, weak=True)
    return response


def _unavailable(error: Exception) -> Response:
    if not is_away(error):
        raise error
    log.error("the database, or this machine, did not do its work", exc_info=error)
    response = _page(503)
    response.headers["Retry-After"] = "2"
    return response
