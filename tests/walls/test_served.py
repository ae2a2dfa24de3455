"""Two servers over one database, as two machines would be: what one ends holds on the other, and neither writes of
anybody into its log."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access import keys, roles
from certification.access.permissions import Role
from certification.models import SignInAttempt
from lrs.db import NOBODY, Database
from tests.certification.access.people import PASSWORD, account, give
from tests.conftest import PEPPER
from tests.faults.serving import Server

pytestmark = pytest.mark.slow

PATIENCE = timedelta(minutes=4)

CANARIES = {
    "mail": "canh-bao-thu@example.org",
    "name": "Canh Báo Họ Tên",
    "number": "079123456789",
    "worker": "NV-CANH-BAO",
    "password": "mật khẩu canh báo 1",
    "phone": "0912999111",
}
"""What is put in everywhere, and may stand in no log, no figure and no page that says what is wrong."""


class Asking:
    """Requests to one server; what was answered, with headers, is kept."""

    def __init__(self, server: Server) -> None:
        self._root = f"http://127.0.0.1:{server.port}"
        self.heard: list[str] = []
        self.refused: list[str] = []
        """Pages that say what is wrong, and whatever says that we failed."""

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = json.dumps(body).encode() if body is not None else None
        told = {"Content-Type": "application/json", "X-Experience-API-Version": "2.0.0", **headers}
        request = urllib.request.Request(self._root + path, data, told, method=method)  # noqa: S310 — our own server
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                status, said, text = answer.status, str(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, said, text = error.code, str(error.headers), error.read().decode(errors="replace")
        self.heard.append(said + text)
        if status >= 500 or (status >= 400 and not text.startswith("{")):
            self.refused.append(said + text)
        return status, json.loads(text) if text.startswith("{") else text


def test_what_one_server_ends_or_counts_holds_on_the_other_and_neither_writes_of_anybody(
    database: Database, tenant: UUID, database_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    for name, role in (("quan-tri", Role.OPERATOR), ("lan", Role.AUDITOR), ("hoa", Role.AUDITOR)):
        account(database, tenant, name, now)
        give(database, tenant, name, role, now)
    with database.writing(tenant) as session:
        made = {"scopes": ("statements/read", "statements/write"), "reason": "x", "pepper": PEPPER, "now": now}
        key, secret = keys.make(session, roles.at_terminal(tenant), name="x", **made)
    basic = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    chosen = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DATABASE_URL")}
    chosen |= {
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": PEPPER.decode(),
        "WORKERS": "1",
        "REQUIRE_SECOND_FACTOR": "none",
    }
    chosen["DATABASE_URL"] = database_url.replace("+psycopg", "")
    chosen["METRICS_LOCAL"] = "true"
    servers = [Server(chosen, tmp_path / f"{name}.log") for name in "ab"]
    try:
        for server in servers:
            server.start()
        here, there = (Asking(server) for server in servers)
        admin = _ends(here, there, basic, key, database, tenant)
        _says_everything(here, there, basic, admin)
        figures = "".join(str(asked("GET", "/metrics")[1]) for asked in (here, there))
        _breaks(database, here, basic)
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()
    written = "".join(server.log.read_text(errors="replace") for server in servers)
    secrets = {"secret": secret, "pepper": PEPPER.decode(), "session": admin, "basic": basic[6:], "right": PASSWORD}
    assert "Traceback" in written, "what was broken is told"
    assert "cdht_requests_total" in figures
    assert "security: sign-in-failed" in written
    written += figures
    refused = here.refused + there.refused
    assert any("<html" in one for one in refused) and len(here.refused) > len(there.refused)
    written += "".join(refused)
    for what, canary in {**CANARIES, **secrets}.items():
        for form in (canary, quote(canary), quote(canary, safe="")):
            assert form not in written, f"{what} stands in the log, the figures or a page that says what is wrong"
    hidden = {name: one for name, one in secrets.items() if name != "session"}
    for answered in (*here.heard, *there.heard):
        assert [name for name, one in hidden.items() if one in answered] == []


def _ends(here: Asking, there: Asking, basic: str, key: str, database: Database, tenant: UUID) -> str:
    """Sessions, keys, roles and accounts end on both at once, and failures are counted together; a session's token."""

    def signed_in(name: str) -> str:
        status, said = here("POST", "/api/sign-in", {"account": name, "password": PASSWORD})
        assert status == 200, said
        return str(said["token"])

    def of(token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    admin, lan = signed_in("quan-tri"), signed_in("lan")
    assert there("GET", "/api/session", **of(lan))[0] == 200
    assert here("DELETE", "/api/session", **of(lan))[0] in (200, 204)
    assert there("GET", "/api/session", **of(lan))[0] == 401

    assert there("GET", "/xapi/statements", Authorization=basic)[0] == 200
    assert here("POST", f"/api/keys/{quote(key)}/end", {"reason": "lộ"}, **of(admin))[0] == 200
    assert there("GET", "/xapi/statements", Authorization=basic)[0] == 401

    lan, hoa = signed_in("lan"), signed_in("hoa")
    assert there("GET", "/api/acts", **of(lan))[0] == 200
    [role] = [one["id"] for one in here("GET", "/api/roles", **of(admin))[1]["roles"] if one["account"] == "lan"]
    assert here("POST", f"/api/roles/{role}/end", {"reason": "thôi"}, **of(admin))[0] == 200
    assert there("GET", "/api/acts", **of(lan))[0] == 403

    assert there("GET", "/api/session", **of(hoa))[0] == 200
    assert here("POST", "/api/accounts/hoa/deactivation", {"reason": "nghỉ"}, **of(admin))[0] == 200
    assert there("GET", "/api/session", **of(hoa))[0] == 401

    wrong = {"account": "lan", "password": CANARIES["password"]}
    tried = [asked("POST", "/api/sign-in", wrong)[0] for asked in (here, there, here, there, here, there, here)]
    assert tried[:5] == [401] * 5
    # A second of patience is asked for after the fifth, which a slow machine may have passed by the next.
    with database.writing(tenant) as session:
        of_lan = sa.and_(SignInAttempt.tenant_id == tenant, SignInAttempt.failures > 0)
        assert session.scalars(sa.select(SignInAttempt.failures).where(of_lan)).all() == [tried.count(401)]
        session.execute(sa.update(SignInAttempt).where(of_lan).values(blocked_until=datetime.now(UTC) + PATIENCE))
    for asked in (here, there):
        assert asked("POST", "/api/sign-in", {"account": "lan", "password": PASSWORD})[0] == 429
    return admin


def _says_everything(here: Asking, there: Asking, basic: str, admin: str) -> None:
    """Canaries in every part of a request, rightly and wrongly."""
    session = {"Authorization": f"Bearer {admin}"}
    agent = quote(json.dumps({"mbox": f"mailto:{CANARIES['mail']}"}))
    for asked in (here, there):
        for path in (
            f"/xapi/statements?agent={agent}&limit=1",
            f"/xapi/agents?agent={agent}",
            f"/xapi/statements?nothing={quote(CANARIES['name'])}",
            f"/api/workers/{CANARIES['worker']}/assessment?x={quote(CANARIES['name'])}",
            f"/nowhere/{quote(CANARIES['name'])}?{CANARIES['number']}",
            f"/tim-nhanh?q={quote(CANARIES['name'])}",
            f"/api/certificates/by-code/{CANARIES['number']}",
            f"/dang-nhap?tiep={quote(CANARIES['name'])}",
        ):
            for headers in ({}, session, {"Authorization": basic}):
                assert asked("GET", path, **headers)[0] < 500
        for path, body in (
            ("/xapi/statements", {"actor": {"mbox": f"mailto:{CANARIES['mail']}", "name": CANARIES["name"]}}),
            ("/api/links", {"ifi": f"mailto:{CANARIES['mail']}", "worker": CANARIES["worker"], "basis": "x"}),
            ("/api/sign-in", {"account": CANARIES["name"], "password": CANARIES["password"]}),
            ("/api/set-password", {"token": CANARIES["number"], "password": CANARIES["password"]}),
            ("/api/accounts", {"name": CANARIES["phone"], "full_name": CANARIES["name"], "reason": CANARIES["number"]}),
        ):
            for headers in (session, {"Authorization": basic}):
                assert asked("POST", path, body, **headers)[0] < 500


def _breaks(database: Database, here: Asking, basic: str) -> None:
    """What stood in the database is gone: faults that nobody foresaw, with persons in the request and the command."""
    with database.writing(NOBODY) as session:
        session.execute(sa.text("ALTER TABLE certification_account RENAME TO certification_gone"))
    wrong = {"account": CANARIES["worker"].lower(), "password": CANARIES["password"]}
    status, said = here("POST", "/api/sign-in", wrong)
    assert status >= 500
    assert "certification_" not in json.dumps(said)
