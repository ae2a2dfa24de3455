"""Who is asking: settled from the Authorization header, against the database, at every request."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app, request

from lrs.credentials import Identity, identify
from lrs.db import Database


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
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
