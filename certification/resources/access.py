"""Who is asking, settled before the view runs: from the Authorization header, against the database, at every request.

Whose figures are shown follows from the credential, never from the address. Without a credential there is only what
the operator's own tenant has published. Pages (`certification.web`) are guarded here as well, by the same table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from flask import Blueprint, current_app, g, request

from certification.access.permissions import TABLE, Act, WithoutKey, act_of
from certification.resources.errors import Forbidden
from certification.targets import publications
from lrs import api
from lrs.api import Fault
from lrs.db import NOBODY, Database, Session

__all__ = ["Caller", "caller", "changing", "database", "identified", "identity", "register"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose data the caller may see: by a credential (`identity`), or as of the day that is published, if any."""

    tenant: UUID
    published: date | None = None
    identity: api.Identity | None = None


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


class _DryRun(Exception):
    """Ends a transaction of which nothing is to stay."""


@contextmanager
def changing(tenant: UUID, *, dry_run: bool = False) -> Iterator[Session]:
    """A transaction for changes of this tenant's data; with `dry_run` all is done and checked, and nothing stays."""
    try:
        with database().writing(tenant) as session:
            yield session
            session.flush()
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass


def caller() -> Caller:
    """The caller of the view that runs now."""
    found: Caller = g.certification_caller
    return found


def identity() -> api.Identity:
    """Whose credentials came with the request, in a view whose act asks for a scope."""
    found = caller().identity
    assert found is not None  # noqa: S101 — `_caller` gives nobody else to such a view
    return found


def register(blueprint: Blueprint) -> None:
    """Lets nobody reach a view who may not do what the view is marked with."""
    blueprint.before_request(_admit)


def _admit() -> None:
    act = act_of(current_app.view_functions[request.endpoint or ""])
    if act is None:
        raise Forbidden(Fault("", "this address has no guard, so nobody may call it; mark its view with `guarded`"))
    if TABLE[act].without_key is WithoutKey.ALL or TABLE[act].in_form:
        return
    with database().reading(NOBODY) as session:
        g.certification_caller = _caller(session, act)


def _caller(session: Session, act: Act) -> Caller:
    rule = TABLE[act]
    authorization = request.headers.get("Authorization")
    if rule.without_key is WithoutKey.PUBLISHED and (authorization is None or rule.scope is None):
        tenant = api.find_tenant(session)
        published = publications.published_day(session, tenant)
        if published is not None or rule.scope is None:
            return Caller(tenant, published)
    identity = identified(session, authorization, act)
    return Caller(identity.tenant, identity=identity)


def identified(session: Session, authorization: str | None, act: Act) -> api.Identity:
    """Who sends these credentials and may do this. Raises Unauthenticated, or Forbidden without the act's scope."""
    now = datetime.now(UTC)
    identity = api.identify(session, authorization, pepper=current_app.extensions["settings"].secret_key, now=now)
    uses: api.LastUses = current_app.extensions["last_uses"]
    uses.note(identity, now)
    scope = TABLE[act].scope
    if scope is not None and not identity.may(scope):
        lacking = f"these credentials may not {act.value}: they lack the scope {scope!r}"
        raise Forbidden(Fault("", lacking))
    return identity
