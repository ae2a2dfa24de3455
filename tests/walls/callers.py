"""Somebody of every role over the own branch, and keys of programs: who asks."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient

from certification.access import sessions
from certification.access.permissions import READ_SCOPE, Role
from certification.resources.access import COOKIE
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification.access.people import PASSWORD, account, give
from tests.certification.web.visitor import hidden_fields
from tests.conftest import PEPPER
from tests.walls.objects import Place

__all__ = ["COLUMNS", "Caller", "callers"]

COLUMNS = ("nobody", "worker", "team", "base", "upper", "firm", "audit", "admin", "reads", "xapi")
"""Who asks: nobody; a worker of the own enterprise; the lead of his or her team; officers of the grassroots union and
of the union above it; the enterprise; an auditor of the province; an operator; a key that reads figures and results of
the tenant; a key of xAPI."""

_ROLES: Mapping[str, tuple[Role, str]] = {
    "team": (Role.TEAM_LEAD, "enterprise"),
    "base": (Role.GRASSROOTS_OFFICER, "union"),
    "upper": (Role.UPPER_OFFICER, "upper"),
    "firm": (Role.ENTERPRISE, "enterprise"),
    "audit": (Role.AUDITOR, "upper"),
}


@dataclass(slots=True)
class Caller:
    """A client of somebody's, signed in, or with a key's header; `fields` are those that every form of theirs has."""

    client: FlaskClient
    headers: dict[str, str]
    fields: dict[str, str]


def callers(app: Flask, database: Database, place: Place, now: datetime) -> dict[str, Caller]:
    """By column."""
    client = FlaskClient(app, app.response_class, use_cookies=False)
    found = {"nobody": Caller(client, {}, {})}
    for name, scope in (("reads", READ_SCOPE), ("xapi", "all")):
        with database.writing(NOBODY) as session:
            key, secret = api.create_credential(
                session, place.tenant, name=name, scopes=(scope,), pepper=PEPPER, now=now
            )
        basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
        found[name] = Caller(client, {"Authorization": f"Basic {basic}"}, {})
    for name in COLUMNS:
        if name in found:
            continue
        account(database, place.tenant, name, now, worker=place.worker if name == "worker" else None)
        if name in _ROLES:
            role, over = _ROLES[name]
            team = {"team": f"Tổ {place.mark}"} if name == "team" else {}
            give(database, place.tenant, name, role, now, organization=getattr(place, over), **team)
        elif name == "admin":
            give(database, place.tenant, name, Role.OPERATOR, now)
        token, _ = sessions.sign_in(database, name, PASSWORD, pepper=PEPPER, now=now)
        headers = {"Origin": "http://localhost", "Cookie": f"{COOKIE}={token}"}
        form = hidden_fields(client.get("/tai-khoan/mat-khau", headers=headers).text)
        found[name] = Caller(client, headers, form)
    return found
