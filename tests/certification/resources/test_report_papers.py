"""…/paper.docx, .pdf, .xlsx: drafts and filings over HTTP, within the branch, and not twice."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.reports.papers import MEDIA
from certification.resources import access, report_filings, report_papers, reports
from tests.certification.documents.words import text_of
from tests.certification.reports.office import TOP, Office
from tests.certification.resources.branches import Ask, Callers

KEY = "reports/lai-chau-31-kh-ldld-2026/yearly/2026-10-31"
PAPER = f"/api/units/{TOP}/{KEY}"


@pytest.fixture
def office(world: Any, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Requests are of the moment of the tests, whenever they run."""
    for module in (access, reports, report_filings, report_papers):
        monkeypatch.setattr(module, "now", lambda: world.now)
    return Office(world)


def test_a_draft_and_a_filing_are_drawn_in_each_way(
    office: Office, ask: Ask, callers: Callers, client: FlaskClient
) -> None:
    for kind, media in MEDIA.items():
        answer = client.get(f"{PAPER}/paper.{kind}", headers=callers.officer)
        assert (answer.status_code, answer.mimetype) == (200, media)
        name = f"bao-cao-cd-lai-chau-2026-10-31-du-thao.{kind}"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "[Chưa nhập: Kết quả đạt được]" in text_of(ask(callers.officer, f"{PAPER}/paper.docx"))
    office.approved(office.chi, TOP, {})
    filed = office.file()
    before = {kind: ask(callers.officer, f"{PAPER}/filings/{filed.id}/paper.{kind}") for kind in MEDIA}
    assert "05/BC-LĐLĐ" in text_of(before["docx"])
    with office.world.database.writing(office.tenant) as session:
        office.world.employ(session, "dn/a")
    for kind, content in before.items():
        assert ask(callers.officer, f"{PAPER}/filings/{filed.id}/paper.{kind}") == content


def test_whoever_has_a_paper_is_not_sent_it_again(office: Office, callers: Callers, client: FlaskClient) -> None:
    first = client.get(f"{PAPER}/paper.pdf", headers=callers.officer)
    known = {**callers.officer, "If-None-Match": first.headers["ETag"]}
    assert client.get(f"{PAPER}/paper.pdf", headers=known).status_code == 304
    assert client.get(f"{PAPER}/paper.xlsx", headers=known).status_code == 200
    with office.world.database.writing(office.tenant) as session:
        office.world.employ(session, "dn/a")
    assert client.get(f"{PAPER}/paper.pdf", headers=known).status_code == 200


def test_nobody_draws_the_report_of_another_branch_and_what_is_not_there_is_said(
    office: Office, ask: Ask, callers: Callers
) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    ask(hoa, f"/api/units/cdcs/a/{KEY}/paper.docx")
    ask(hoa, f"/api/units/cdcs/b/{KEY}/paper.docx", 404)
    ask(hoa, f"{PAPER}/paper.docx", 404)
    ask(callers.enterprise, f"{PAPER}/paper.docx", 403)
    ask({}, f"{PAPER}/paper.docx", 401)
    ask(callers.officer, f"{PAPER}/paper.odt", 404)
    ask(callers.officer, f"{PAPER.replace('2026-10-31', 'mai')}/paper.docx", 404)
    ask(callers.officer, f"{PAPER.replace('yearly', 'weekly')}/paper.docx", 404)
    ask(callers.officer, f"{PAPER}/filings/0190f3b0-0000-7000-8000-000000000001/paper.docx", 404)
