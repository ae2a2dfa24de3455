"""Refusals as events of the log: who was refused what, with the template of the address and a digest of whence.

Sign-ins tell themselves (`access.attempts`, `access.sessions`), and so do forms and links that are not ours.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from certification.resources.limits import address
from lrs import api

__all__ = ["watch"]

_EVENTS = {401: "unauthenticated", 403: "refused", 429: "too-often"}


def watch(app: Flask) -> None:
    """Tell of every request that is refused."""

    @app.before_request
    def begun() -> None:
        api.know(**{"from": api.pseudonym(current_app.extensions["settings"].secret_key, address())})

    @app.after_request
    def answered(response: Response) -> Response:
        if not g.asked.told and (event := _event(response.status_code)):
            api.tell(event, status=response.status_code)
        return response


def _event(status: int) -> str:
    if status == 401 and "Authorization" not in request.headers:
        return ""  # nobody claimed to be anybody: a browser, or a program that is told how to ask
    if status == 404 and request.view_args and {"account", "key"} & g.asked.known.keys():
        return "not-there-or-not-theirs"
    return _EVENTS.get(status, "")
