"""/api/dossiers, /api/proposals and /api/title-decisions."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.acts import chain
from certification.models import TitleReview
from certification.privacy import access as looked_at
from certification.resources import access, dossiers, sessions, title_decisions, title_reviews
from lrs.db import new_id
from tests.certification.dossiers.desk import Desk
from tests.certification.learning import PROGRAMME
from tests.certification.resources.branches import Ask, Callers, places

MEETING = {"unit": "cdcs/a", "year": 2026, "met_on": "2026-11-18", "present": 10, "absent": 1, "minutes": "01/BB"}
DECISION = {
    "body": "vn/lai-chau", "year": 2026, "number": "12/QĐ-UBND", "decided_on": "2026-11-19", "signer": "Lê Văn Ký",
}  # fmt: skip


@pytest.fixture
def desk(world: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Requests are of the moment of the tests, whenever they run."""
    for module in (access, sessions, dossiers, title_decisions, title_reviews):
        monkeypatch.setattr(module, "now", lambda: world.now)
    return Desk(world)


def test_a_worker_and_officers_take_a_dossier_to_a_title(desk: Desk, ask: Ask, callers: Callers) -> None:
    me = callers.of(None, worker=desk.workers["NV-1"])
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    path = "/api/workers/NV-1/dossiers/2026"
    ask(me, path, 404)
    ask(me, f"{path}/register", method="POST", json={})
    ask(me, f"{path}/register", 409, method="POST", json={})
    refused = ask(me, f"{path}/self-assess", 400, method="POST", json={})
    assert places(refused) == ["/points"]
    desk.score("NV-1")
    shown = ask(me, f"{path}/self-assess", method="POST", json={})
    assert shown["steps"][1]["points"] == dict.fromkeys(desk.indicators, 9)
    ask(me, f"{path}/confirm", 403, method="POST", json={})
    for step in ("confirm", "review"):
        ask(hoa, f"{path}/{step}", method="POST", json={})
    why = {"despite": "Minh chứng giấy chưa nhập"}
    body = {**MEETING, "workers": [{"worker": "NV-1", "votes_for": 9, "votes_of": 10, **why}]}
    dry = ask(hoa, "/api/proposals?dry_run=true", 201, method="POST", json=body)
    ask(hoa, f"/api/proposals/{dry['proposal']['id']}", 404)
    made = ask(hoa, "/api/proposals", 201, method="POST", json=body)
    assert made["workers"] == [{"worker": "NV-1", "full_name": "Người", "votes_for": 9, "votes_of": 10, **why}]
    assert ask(hoa, f"/api/proposals/{made['proposal']['id']}") == made
    ask(hoa, "/api/title-decisions", 403, method="POST", json={**DECISION, "granted": ["NV-1"]})
    sent = {**DECISION, "granted": ["NV-1"], "despite": [{"worker": "NV-1", "reason": "Đã xem bản giấy"}]}
    stranger = {**sent, "granted": [], "refused": [{"worker": "NV-1", "reason": "Chưa đủ"}]}
    refused = ask(callers.officer, "/api/title-decisions", 400, method="POST", json=stranger)
    assert places(refused) == ["/despite/0/worker"]
    decided = ask(callers.officer, "/api/title-decisions", 201, method="POST", json=sent)
    assert ask(callers.officer, "/api/title-decisions", 201, method="POST", json=sent) == decided
    assert decided["workers"][0]["reason"] == "Đã xem bản giấy"
    assert decided["decision"]["signer_title"] == "CHỦ TỊCH"
    assert ask(hoa, f"/api/title-decisions/{decided['decision']['id']}")["workers"][0]["step"] == "grant"
    whole = ask(me, path)
    assert (whole["dossier"]["state"], whole["title"]["decision_number"]) == ("granted", "12/QĐ-UBND")
    assert [one["step"] for one in whole["steps"]][-2:] == ["propose", "grant"]
    assert whole["certificates"] == []
    issued = ask(callers.operator, "/api/certificates", method="POST", json={"decision": "12/QĐ-UBND"})
    assert issued["signed"] == 1
    assert ask(me, path)["certificates"][0]["issued"] is not None


def test_every_fault_of_a_batch_stands_at_its_place(desk: Desk, ask: Ask, callers: Callers) -> None:
    desk.reviewed("NV-1", "NV-2")
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    body = {**MEETING, "minutes": None, "workers": [{"worker": "NV-1"}, {"worker": "NV-9"}]}
    refused = ask(hoa, "/api/proposals", 400, method="POST", json=body)
    assert places(refused) == ["/minutes", "/workers/0/votes_for", "/workers/1/votes_for", "/workers/1/worker"]
    other_unit = ask(hoa, "/api/proposals", 400, method="POST", json={**body, "unit": "cdcs/b"})
    assert places(other_unit) == ["/unit"]
    why = [{"worker": "NV-2", "reason": "x" * 2001}]
    sent = {**DECISION, "signer": "Ai đó", "granted": ["NV-1", "NV-8"], "refused": why}
    refused = ask(callers.officer, "/api/title-decisions", 400, method="POST", json=sent)
    assert places(refused) == ["/signer", "/granted/0", "/granted/1", "/refused/0/worker", "/refused/0/reason"]
    assert desk.state("NV-1") == "reviewed"


def test_lists_and_counts_end_at_the_branch(desk: Desk, ask: Ask, callers: Callers) -> None:
    for number in ("NV-1", "NV-2", "NV-3", "NV-4"):
        desk.step(desk.operator, "register", number)
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    first = ask(hoa, "/api/dossiers?year=2026&limit=1")
    rest = ask(hoa, f"/api/dossiers?year=2026&limit=1&cursor={first['next']}")
    assert [one["worker"] for one in first["items"] + rest["items"]] == ["NV-1", "NV-2"]
    assert rest["next"] is None
    assert ask(hoa, "/api/dossiers?year=2026&state=granted")["items"] == []
    assert ask(hoa, "/api/dossiers/counts?year=2026&unit=cdcs/a")["registered"] == 2
    ask(hoa, "/api/dossiers/counts?year=2026&unit=cdcs/b", 400)
    ask(hoa, "/api/dossiers/counts?year=2026", 403)
    assert ask(callers.operator, "/api/dossiers/counts?year=2026")["by_state"]["registered"] == 4
    ask(callers.enterprise, "/api/dossiers?year=2026", 403)
    for path in ("NV-4/dossiers/2026", "NV-1/dossiers/26", "NV-1/dossiers/2025", "NV-9/dossiers/2026"):
        ask(hoa, f"/api/workers/{path}", 404)
    ask(hoa, "/api/workers/NV-4/dossiers/2026/confirm", 404, method="POST", json={})
    ask(hoa, "/api/workers/NV-1/dossiers/2026/grant", 404, method="POST", json={})
    ask(hoa, "/api/workers/NV-1/dossiers/2026/return", 409, method="POST", json={"reason": "sai"})
    ask(hoa, "/api/workers/NV-1/dossiers/2026/withdraw", 403, method="POST", json={"reason": "thôi"})


def test_a_decision_is_seen_as_far_as_one_sees_its_workers(desk: Desk, ask: Ask, callers: Callers) -> None:
    desk.reviewed("NV-1", "NV-3")
    desk.propose("NV-1")
    desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    made = desk.decide("NV-1", "NV-3")
    path = f"/api/title-decisions/{made.id}"
    seen = ask(callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a"), path)
    assert [one["worker"] for one in seen["workers"]] == ["NV-1"]
    assert len(ask(callers.officer, path)["workers"]) == 2
    ask(callers.of(Role.GRASSROOTS_OFFICER, "cdcs/c"), path, 404)


def test_papers_of_a_proposal_and_a_decision_are_drawn_for_whoever_may_see_everybody_in_them(
    desk: Desk, client: FlaskClient, callers: Callers
) -> None:
    desk.reviewed("NV-1", "NV-3")
    own = desk.propose("NV-1")
    desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    made = desk.decide("NV-1", "NV-3")
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")

    def drawn(path: str, who: Any, expected: int = 200) -> bytes:
        answer = client.get(f"/api/{path}", headers=who)
        assert answer.status_code == expected, answer.text
        return answer.data

    for kind in ("bien-ban", "to-trinh"):
        assert drawn(f"proposals/{own.id}/papers/{kind}.docx", hoa)[:2] == b"PK"
    assert drawn(f"proposals/{own.id}/papers/to-trinh.pdf", hoa)[:4] == b"%PDF"
    drawn(f"proposals/{own.id}/papers/thu-moi.docx", hoa, 404)
    drawn(f"proposals/{own.id}/papers/to-trinh.docx", callers.of(Role.GRASSROOTS_OFFICER, "cdcs/b"), 404)
    drawn(f"proposals/{own.id}/papers/to-trinh.docx", callers.enterprise, 403)
    drawn(f"title-decisions/{made.id}/paper.docx", hoa, 403)
    drawn(f"title-decisions/{made.id}/paper.docx", callers.of(Role.GRASSROOTS_OFFICER, "cdcs/c"), 404)
    assert drawn(f"title-decisions/{made.id}/paper.docx", callers.operator)[:2] == b"PK"
    assert drawn(f"title-decisions/{made.id}/paper.pdf", callers.officer)[:4] == b"%PDF"
    with desk.reading() as session:
        looked = looked_at.of_worker(session, desk.tenant, desk.workers["NV-3"], limit=9)
    assert "READ_TITLE_DECISIONS" in {one.what for one in looked}


def test_candidates_are_taken_to_another_site_as_far_as_the_branch_and_on_record(
    desk: Desk, client: FlaskClient, ask: Ask, callers: Callers
) -> None:
    for number in ("NV-1", "NV-3"):
        desk.step(desk.operator, "register", number)

    def taken(who: Any, expected: int = 200, **body: Any) -> str:
        answer = client.post("/api/candidates.csv", json={"year": 2026, **body}, headers=who)
        assert answer.status_code == expected, answer.text
        return answer.text

    everybody = taken(callers.operator)
    assert ("NV-1" in everybody, "NV-3" in everybody) == (True, True)
    mine = taken(callers.officer, unit="cdcs/a")
    assert ("NV-1" in mine, "NV-3" in mine) == (True, False)
    taken(callers.officer, 400)
    taken(callers.officer, 400, unit="cdcs/c")
    taken(callers.officer, 403, unit="cdcs/a", national_numbers=True)
    taken(callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a"), 403, unit="cdcs/a")
    workbook = client.post("/api/candidates.xlsx", json={"national_numbers": True}, headers=callers.operator)
    assert (workbook.status_code, workbook.data[:2]) == (200, b"PK")
    with desk.reading() as session:
        acts = [one for one in chain.listed(session, desk.tenant, limit=50) if one.act == "candidates.export"]
        looked = looked_at.of_worker(session, desk.tenant, desk.workers["NV-1"], limit=9)
    told = [one.detail for one in reversed(acts) if one.detail is not None]
    assert [(one["unit"], one["people"], one["national_numbers"]) for one in told] == [
        (None, 2, False),
        ("cdcs/a", 1, False),
        (None, 2, True),
    ]
    assert "candidates" in {one.what for one in looked}


def test_lists_of_proposals_and_decisions_end_at_the_branch(desk: Desk, ask: Ask, callers: Callers) -> None:
    desk.reviewed("NV-1", "NV-2", "NV-3")
    first, second = desk.propose("NV-1"), desk.propose("NV-2")
    third = desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    one, other = desk.decide("NV-1"), desk.decide("NV-3", number="13/QĐ-UBND")
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    for path, mine, everything in (
        ("/api/proposals", [first, second], [first, second, third]),
        ("/api/title-decisions", [one], [one, other]),
    ):
        assert [each["id"] for each in ask(hoa, f"{path}?year=2026")["items"]] == [str(each.id) for each in mine]
        assert ask(hoa, f"{path}?year=2025")["items"] == []
        page = ask(callers.operator, f"{path}?limit=1")
        found = page["items"]
        while page["next"]:
            page = ask(callers.operator, f"{path}?limit=1&cursor={page['next']}")
            found += page["items"]
        assert [each["id"] for each in found] == [str(each.id) for each in everything]
        ask(callers.operator, f"{path}?cursor=x", 400)
        ask(callers.enterprise, path, 403)


def test_the_procedure_says_who_may_do_what(desk: Desk, ask: Ask, callers: Callers) -> None:
    found = ask(callers.of(None, worker=desk.workers["NV-1"]), "/api/title-procedure")
    steps = {one["name"]: one for one in found["steps"]}
    assert (found["status"], found["as_of"]) == ("PROPOSAL", "2026-11-20")
    assert (found["present_per_cent"], found["votes_per_cent"]) == (None, None)
    assert steps["grant"]["roles"] == ["operator", "upper_officer"]
    assert steps["register"]["before"] == ["new", "withdrawn"]
    ask(callers.operator, "/api/title-procedure?on=2020-01-01", 404)


def test_titles_to_be_looked_at_again_are_listed_and_decided_about(desk: Desk, ask: Ask, callers: Callers) -> None:
    desk.reviewed("NV-1", "NV-4")
    desk.propose("NV-1")
    desk.propose("NV-4", unit="cdcs/c", who=desk.operator)
    desk.decide("NV-1", "NV-4", who=desk.operator)
    why = '[{"kind": "statement_voided", "of": "00000000-0000-0000-0000-000000000001", "by": null}]'
    with desk.world.database.writing(desk.tenant) as session:
        for number in ("NV-1", "NV-4"):
            of = {"worker_id": desk.workers[number], "tenant_id": desk.tenant, "programme": PROGRAMME, "year": 2026}
            session.add(TitleReview(id=new_id(), opened=desk.now, why=why, state="open", **of))
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    [one] = ask(hoa, "/api/title-reviews")["items"]
    assert (one["worker"], one["why"][0]["words"]) == ("NV-1", "minh chứng làm căn cứ đã bị huỷ")
    path = f"/api/title-reviews/{one['id']}/decision"
    told = {"outcome": "withdrawn", "reason": "biên bản 3"}
    assert places(ask(callers.operator, path, 400, method="POST", json={"outcome": "x"})) == ["/outcome", "/reason"]
    ask(hoa, path, 403, method="POST", json=told)
    ask(callers.of(Role.GRASSROOTS_OFFICER, "cdcs/c"), path, 404, method="POST", json=told)
    ask(callers.of(None, worker=desk.workers["NV-1"]), "/api/title-reviews", 403)
    assert ask(callers.operator, f"{path}?dry_run=true", method="POST", json=told)["review"]["state"] == "withdrawn"
    assert desk.state("NV-1") == "granted"
    assert ask(callers.operator, path, method="POST", json=told)["review"]["reason"] == "biên bản 3"
    assert desk.state("NV-1") == "revoked"
    ask(callers.operator, path, 409, method="POST", json=told)
    assert len(ask(callers.operator, "/api/title-reviews")["items"]) == 1
    assert [one["worker"] for one in ask(hoa, "/api/title-reviews?state=withdrawn")["items"]] == ["NV-1"]
