"""…/self-assessment/<year>/sheet.docx, .pdf: within the branch, by the worker, and blank for officers."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.resources import access, self_assessment_sheets
from certification.resources.self_assessment_sheets import MEDIA
from tests.certification.documents.words import text_of
from tests.certification.dossiers.desk import Desk
from tests.certification.resources.branches import Ask, Callers

PATH = "/api/workers/NV-1/self-assessment/2026/sheet"
MANY = "/api/self-assessment/2026/sheets"


@pytest.fixture
def desk(world: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Requests are of the moment of the tests, whenever they run."""
    for module in (access, self_assessment_sheets):
        monkeypatch.setattr(module, "now", lambda: world.now)
    return Desk(world)


def test_the_worker_and_officers_of_the_branch_draw_it(
    desk: Desk, ask: Ask, callers: Callers, client: FlaskClient
) -> None:
    desk.score("NV-1")
    me, hoa = callers.of(None, worker=desk.workers["NV-1"]), callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    for who in (me, hoa, callers.officer):
        for end, media in [one for one in MEDIA.items() if one[0] != "zip"]:
            answer = client.get(f"{PATH}.{end}", headers=who)
            assert (answer.status_code, answer.mimetype) == (200, media)
            assert answer.headers["Content-Disposition"] == f'attachment; filename="phieu-tu-danh-gia.{end}"'
    filled, blank = ask(me, f"{PATH}.docx"), ask(me, f"{PATH}.docx?blank=true")
    assert text_of(filled).count("\n9\n") == 11, "ten points, and the ninth chỉ số"
    assert text_of(blank).count("\n9\n") == 1, "the ninth chỉ số alone"
    looks = ask(me, "/api/workers/NV-1/looks")
    assert len(looks["items"]) >= 1, "officers who drew it are told to the worker"


def test_nobody_else_draws_it_and_what_is_not_there_is_said(desk: Desk, ask: Ask, callers: Callers) -> None:
    other = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/b")
    for path, status in (
        (f"{PATH}.docx", 404), (f"{PATH.replace('NV-1', 'NV-99')}.pdf", 404), (f"{PATH}.odt", 404),
    ):  # fmt: skip
        ask(other, path, status)
    ask(callers.enterprise, f"{PATH}.docx", 403)
    ask({}, f"{PATH}.docx", 401)
    ask(callers.officer, f"{PATH.replace('2026', '2001')}.docx", 409)
    ask(callers.officer, f"{PATH.replace('2026', 'nay')}.docx", 404)
    ask(callers.officer, f"{PATH}.docx?blank=co", 400)


def test_officers_draw_a_blank_one_of_nobody_s(desk: Desk, ask: Ask, callers: Callers) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    assert "PHIẾU TỰ ĐÁNH GIÁ" in text_of(ask(hoa, "/api/self-assessment/2026/sheet.docx"))
    assert ask(hoa, "/api/self-assessment/2026/sheet.pdf").startswith(b"%PDF-")
    ask(hoa, "/api/self-assessment/2001/sheet.docx", 409)
    ask({}, "/api/self-assessment/2026/sheet.docx", 401)


def test_those_of_a_branch_are_drawn_in_parts(desk: Desk, ask: Ask, callers: Callers, client: FlaskClient) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    first = client.get(f"{MANY}.zip?enterprise=dn/a&limit=1", headers=hoa)
    assert (first.status_code, first.mimetype) == (200, "application/zip")
    following = re.fullmatch('<(.+)>; rel="next"', first.headers["Link"])
    assert following is not None
    second = client.get(following[1], headers=hoa)
    assert "Link" not in second.headers
    names = [zipfile.ZipFile(io.BytesIO(one.data)).namelist() for one in (first, second)]
    assert names == [["phieu-tu-danh-gia-01-NV-1.docx"], ["phieu-tu-danh-gia-01-NV-2.docx"]]
    assert ask(hoa, f"{MANY}.pdf?enterprise=dn/a&blank=true").startswith(b"%PDF-")
    me = callers.of(None, worker=desk.workers["NV-2"])
    assert ask(me, "/api/workers/NV-2/looks")["items"], "who drew it is told to the worker"
    assert ask(me, f"{MANY}.zip?enterprise=dn/a").count(b"NV-2.docx") == 2, "one's own alone"


def test_sheets_of_other_branches_are_those_of_nobody(desk: Desk, ask: Ask, callers: Callers) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    told = [
        ask(hoa, f"{MANY}.pdf?{whose}", 404)
        for whose in ("enterprise=dn/c", "enterprise=dn/khong", "enterprise=dn/a&team=khong", f"proposal={UUID(int=7)}")
    ]
    assert all(one == told[0] for one in told)
    for wrong in ("", "?team=T", "?enterprise=dn/a&limit=51", "?enterprise=dn/a&cursor=x", "?proposal=x"):
        ask(hoa, f"{MANY}.pdf{wrong}", 400)
    ask(hoa, f"{MANY.replace('2026', 'nay')}.pdf?enterprise=dn/a", 404)
    ask(callers.enterprise, f"{MANY}.pdf?enterprise=dn/a", 403)
    ask({}, f"{MANY}.pdf?enterprise=dn/a", 401)
