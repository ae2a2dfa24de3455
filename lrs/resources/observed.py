"""Every request has an id, is counted by the template of its address, and may be logged: whatever answers it."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, current_app, g, request

from lrs import patience
from lrs.observing import logs
from lrs.observing.figures import Figures
from lrs.resources.shares import Shares

__all__ = ["HEADER", "UNMATCHED", "observe"]

HEADER = "X-Request-Id"
UNMATCHED = "(none)"
"""Stands for the template of addresses that have no view."""

OF_THE_STORE = ("/xapi/", "/xapi-ext/")
PROBES = frozenset({"/healthz", "/readyz", "/metrics", UNMATCHED})
"""Asked again and again by what watches over the program: nobody waits for the answer."""

THIS_MACHINE = ("127.0.0.1", "::1")

log = logging.getLogger("lrs.requests")


def observe(app: Flask) -> None:
    """Give every request its id, count and time it; with LOG_REQUESTS a line of the log as well.

    A proxy on this machine may name the request (`X-Request-Id`); from anybody else it is named anew.
    """

    @app.before_request
    def begun() -> None:
        patience.begin()
        sent = request.headers.get(HEADER) if request.remote_addr in THIS_MACHINE else None
        route = request.url_rule.rule if request.url_rule is not None else UNMATCHED
        asked = logs.begin(logs.identified(sent), route, request.method)
        g.request_id, g.asked = asked.id, asked
        if not route.startswith(OF_THE_STORE) and route not in PROBES:
            shares: Shares = current_app.extensions["shares"]
            shares.somebody()

    @app.after_request
    def answered(response: Response) -> Response:
        asked: logs.Asked | None = g.get("asked")
        if asked is not None:
            took = time.monotonic() - asked.since
            response.headers[HEADER] = asked.id
            figures: Figures = current_app.extensions["figures"]
            figures.count_request(asked.route, asked.method, response.status_code, took)
            if current_app.extensions["settings"].log_requests:
                told = {"status": response.status_code, "ms": round(took * 1000, 1)}
                log.info("%s in %.1f ms", response.status_code, took * 1000, extra={"told": told})
        return response

    @app.teardown_request
    def ended(_error: BaseException | None) -> None:
        logs.CURRENT.set(None)
        patience.end()
        if (share := g.pop("share", None)) is not None:
            shares: Shares = current_app.extensions["shares"]
            shares.leave(*share)
