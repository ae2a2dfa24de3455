"""Who is asking: settled from the Authorization header, against the database, at every request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, request

from lrs.cmi5.keys import identify
from lrs.credentials import Identity
from lrs.db import Database
from lrs.last_use import LastUses
from lrs.observing import events
from lrs.resources import launched
from lrs.resources.shares import Quota, Shares
from lrs.statements.writer import Writer
from lrs.tokens import verifying
from lrs.tokens.issuers import Issuers

EVERYBODY = "everybody"
"""The guard of what needs no credentials."""

TEST_MODE = "X-Test-Mode"
"""The header that every answer to a test key carries."""

View = TypeVar("View", bound=Callable[..., Any])


def guarded(guard: str) -> Callable[[View], View]:
    """State who may call a view: the scope that it asks `caller` for, or EVERYBODY. A test finds views that do not."""

    def state(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return state


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


def writer() -> Writer:
    """The way into the database for Statements of this process's requests."""
    found: Writer = current_app.extensions["writer"]
    return found


def caller(scope: str) -> Identity:
    """The identity behind this request, which may do `scope`; raises Unauthenticated or Forbidden.

    Launched content (cmi5) is refused at once whatever lies beyond its launch, in parameters as in addresses.
    """
    now = datetime.now(UTC)
    authorization, pepper = request.headers.get("Authorization"), current_app.extensions["settings"].secret_key
    if (token := verifying.token_in(authorization)) is not None:
        issuers: Issuers = current_app.extensions["issuers"]
        identity = verifying.identify(database(), token, issuers=issuers, pepper=pepper, now=now)
        g.by_token = True
    else:
        identity = identify(database(), authorization, pepper=pepper, now=now)
    uses: LastUses = current_app.extensions["last_uses"]
    uses.note(identity, now)
    g.test_mode = identity.test
    events.know(key=identity.key)
    _take_share(identity)
    identity.require(scope)
    if identity.launch is not None:
        launched.narrow(identity, identity.launch)
    return identity


def _take_share(identity: Identity) -> None:
    """What this request takes of the process and of the minute, until it has its answer; raises TooMany."""
    if "share" in g:
        return
    quotas: tuple[Quota, Quota] = current_app.extensions["quotas"]
    quotas[0].take(f"key {identity.key}")
    quotas[1].take(f"tenant {identity.owner}")
    shares: Shares = current_app.extensions["shares"]
    shares.enter(identity.key, identity.owner)
    g.share = identity.key, identity.owner


def register(blueprint: Blueprint) -> None:
    """Say on every answer to a test key, refusals included, that it is one."""

    @blueprint.after_request
    def name_test_mode(response: Response) -> Response:
        if g.get("test_mode"):
            response.headers[TEST_MODE] = "kept apart, counts for nothing"
        return response
