"""…/self-assessment/<year>/sheet.docx, .pdf: within the branch, by the worker, and blank for officers."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.resources import access, self_assessment_sheets
from certification.resources.self_assessment_sheets import MEDIA
from tests.certification.documents.words import text_of
from tests.certification.dossiers.desk import Desk
from tests.certification.resources.branches import Ask, Callers

PATH = "/api/workers/NV-1/self-assessment/2026/sheet"


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
        for end, media in MEDIA.items():
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
