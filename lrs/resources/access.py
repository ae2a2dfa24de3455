"""Who is asking: settled from the Authorization header, against the database, at every request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import current_app, request

from lrs.credentials import Identity, identify
from lrs.db import Database
from lrs.statements.writer import Writer

EVERYBODY = "everybody"
"""The guard of what needs no credentials."""

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
    """The identity behind this request, which may do `scope`; raises Unauthenticated or Forbidden."""
    with database().reading() as session:
        identity = identify(
            session,
            request.headers.get("Authorization"),
            pepper=current_app.extensions["settings"].secret_key,
            now=datetime.now(UTC),
        )
    identity.require(scope)
    return identity
