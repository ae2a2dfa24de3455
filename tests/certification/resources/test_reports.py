"""…/reports/…: a unit's report over HTTP, from entering to filing, within the branch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from certification.access.permissions import Role
from certification.reports import gathering, late
from certification.reports.late import Contact
from certification.resources import access, report_filings, report_papers, reports, sessions
from tests.certification.documents.words import text_of
from tests.certification.reports.office import Office
from tests.certification.reports.post_office import open_post_office
from tests.certification.resources.branches import Ask, Callers, places

KEY = "reports/lai-chau-31-kh-ldld-2026/yearly/2026-10-31"
A, TOP = f"/api/units/cdcs/a/{KEY}", f"/api/units/cd/lai-chau/{KEY}"
TOP_UNIT = "cd/lai-chau"
TEXTS = {"results-text": {"value": "Tốt"}, "limits-text": {"value": "Kinh phí"}}


@pytest.fixture
def office(world: Any, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Requests are of the moment of the tests, whenever they run."""
    for module in (access, sessions, reports, report_filings, report_papers):
        monkeypatch.setattr(module, "now", lambda: world.now)
    return Office(world)


def values(shown: Any) -> dict[str, Any]:
    return {item["code"]: item["value"] for one in shown["sections"] for item in one["items"]}


def test_a_report_is_entered_approved_and_filed(office: Office, ask: Ask, callers: Callers) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    first = ask(hoa, A)
    assert (first["state"], first["above"], first["due"]) == ("new", "cd/lai-chau", "2026-11-19")
    assert [one["id"] for one in first["sections"]][:3] == ["I", "I.1", "I.2"]
    told = {
        **TEXTS,
        "loudspeaker-items": {"value": "10", "note": "sổ 12"},
        "events": {"value": [{"name": "Ngày Sách"}]},
    }
    dry = ask(hoa, f"{A}/values?dry_run=true", method="POST", json={"values": told})
    assert values(dry)["loudspeaker-items"] == 10
    assert ask(hoa, A) == first
    ask(hoa, f"{A}/values", method="POST", json={"values": told})
    table = "Mã mục,Giá trị,Ghi chú\ncommune-spending,3.500.000,\n".encode()
    ask(hoa, f"{A}/table", method="POST", data=table, content_type="text/csv")
    ask(hoa, f"{A}/steps/submit", method="POST", json={})
    ask(hoa, f"{A}/steps/approve", 403, method="POST", json={})
    refused = ask(callers.officer, f"{A}/steps/return", 400, method="POST", json={})
    assert places(refused) == ["/comment"]
    done = ask(callers.officer, f"{A}/steps/approve", method="POST", json={"comment": "Đủ"})
    assert [one["step"] for one in done["steps"]] == ["open", "submit", "approve"]

    ask(callers.officer, f"{TOP}/values", method="POST", json={"values": TEXTS})
    ask(callers.officer, f"{TOP}/steps/submit", method="POST", json={})
    ask(callers.officer, f"{TOP}/steps/approve", 403, method="POST", json={})
    shown = ask(callers.operator, f"{TOP}/steps/approve", method="POST", json={})
    assert values(shown)["loudspeaker-items"] == 10
    assert values(shown)["commune-spending"] == 3_500_000
    paper = {"signer": "Lò Thị Hằng", "filed_on": "2026-11-20", "number": "05/BC-LĐLĐ"}
    wrong = ask(callers.officer, f"{TOP}/filings", 400, method="POST", json={"signer": "Ai", "filed_on": "2026-10-01"})
    assert places(wrong) == ["/filed_on", "/signer"]
    filed = ask(callers.officer, f"{TOP}/filings", 201, method="POST", json=paper)["filing"]
    ask(callers.officer, f"{TOP}/filings", 409, method="POST", json=paper)
    assert ask(callers.officer, f"{TOP}/filings")["filings"] == [filed]
    whole = ask(callers.officer, f"{TOP}/filings/{filed['id']}")
    assert whole["snapshot"]["entered"]["joined"]["loudspeaker-items"] == {"organizations": 1, "value": 10}
    assert ask(callers.officer, f"{TOP}/filings/{filed['id']}/difference")["changes"] == []
    ask(callers.officer, f"{TOP}/steps/reopen", method="POST", json={"comment": "Sót một tin"})
    ask(callers.officer, f"{TOP}/values", method="POST", json={"values": {"loudspeaker-items": {"value": 1}}})
    changes = ask(callers.officer, f"{TOP}/filings/{filed['id']}/difference")["changes"]
    assert changes == [
        {"item": "entered/loudspeaker-items", "title": "Tin, bài trên đài truyền thanh xã", "filed": 10, "now": 11}
    ]
    ask(callers.officer, f"{TOP}/filings/0190f3b0-0000-7000-8000-000000000001", 404)


def test_faults_stand_at_their_pointer_and_in_their_row(office: Office, ask: Ask, callers: Callers) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    told = {"contests": {"value": "nhiều"}, "khong-co": {"value": 1}, "events": {"value": [{"day": "mai"}]}}
    refused = ask(hoa, f"{A}/values", 400, method="POST", json={"values": told})
    assert set(places(refused)) == {"/values/contests", "/values/khong-co", "/values/events/value/0/day"}
    refused = ask(hoa, f"{A}/values", 400, method="POST", json={"values": {"contests": {"gia": 1}}, "x": 1})
    assert set(places(refused)) == {"/values/contests/value/gia", "/x"}
    table = "Mã mục,Giá trị\ncontests,hai\nkhong-co,1\n".encode()
    refused = ask(hoa, f"{A}/table", 400, method="POST", data=table, content_type="text/csv")
    assert places(refused) == ["row 2, Giá trị", "row 3, Mã mục"]
    assert places(ask(hoa, f"{A}/steps/submit", 409, method="POST", json={})) == ["path/step"]
    ask(hoa, f"{A}/values", method="POST", json={"values": {"contests": {"value": 1}}})
    missing = ask(hoa, f"{A}/steps/submit", 400, method="POST", json={"comment": "x" * 2001})
    assert places(missing) == ["/comment", "/values/results-text", "/values/limits-text"]
    odd = [1, {"name": ["Tuần lễ"], "noi/chon": "x"}, {"day": True}]
    refused = ask(hoa, f"{A}/values", 400, method="POST", json={"values": {"events": {"value": odd}}})
    assert places(refused) == [
        "/values/events/value/0", "/values/events/value/1/name", "/values/events/value/1/noi~1chon",
        "/values/events/value/2/day",
    ]  # fmt: skip
    long = "x" * 501
    rows = "".join(f"events,Ngày Sách,{long if place == 2 else ''}\n" for place in range(502))
    table = f"Mã mục,Giá trị,Ghi chú\n{rows}".encode()
    refused = ask(hoa, f"{A}/table", 400, method="POST", data=table, content_type="text/csv")
    assert places(refused) == ["row 4, Ghi chú", "row 502, Mã mục"]


def test_what_is_no_report_is_not_found(office: Office, ask: Ask, callers: Callers) -> None:
    for path in (
        "/api/units/cdcs/a/reports/khong-co/yearly/2026-10-31",
        "/api/units/cdcs/a/reports/lai-chau-31-kh-ldld-2026/weekly/2026-10-31",
        "/api/units/cdcs/a/reports/lai-chau-31-kh-ldld-2026/yearly/hom-nay",
        "/api/units/cdcs/c/reports/lai-chau-31-kh-ldld-2026/yearly/2026-10-31",
        "/api/units/dn/a/reports/lai-chau-31-kh-ldld-2026/yearly/2026-10-31",
        "/api/units/khong/co/reports/lai-chau-31-kh-ldld-2026/yearly/2026-10-31",
        f"{A}/filings/0190f3b0-0000-7000-8000-000000000001",
    ):
        ask(callers.operator, path, 404)
    for day in ("9999-12-31", "2028-01-01", "20261031", "2026-W44-6", "hom-nay"):
        of = A.replace("2026-10-31", day)
        for path in (of, f"{of}/standings", f"{of}/filings", f"{of}/paper.docx"):
            assert places(ask(callers.operator, path, 404)) == ["path/cut_off"], path
    ask(callers.operator, A.replace("2026-10-31", "0001-01-01"), 404)
    ask(callers.operator, A.replace("2026-10-31", "2027-12-31"))
    ask(callers.operator, f"{A}/steps/file", 404, method="POST", json={})


def test_nobody_sees_or_changes_what_lies_beyond_the_branch(office: Office, ask: Ask, callers: Callers) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    binh = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/b")
    ask(hoa, TOP, 404)
    ask(binh, A, 404)
    ask(binh, f"{A}/values", 404, method="POST", json={"values": TEXTS})
    ask(binh, f"{A}/steps/submit", 404, method="POST", json={})
    ask(binh, "/api/units/cdcs/a/report-contact", 403)
    ask(hoa, f"{A}/standings", 403)
    ask(callers.of(Role.ENTERPRISE, "dn/a"), A, 403)
    auditor = callers.of(Role.AUDITOR, "cd/lai-chau")
    ask(auditor, A)
    ask(auditor, f"{A}/values", 403, method="POST", json={"values": TEXTS})
    lao_cai = callers.of(Role.UPPER_OFFICER, "cd/lao-cai")
    ask(lao_cai, A, 404)
    ask(lao_cai, f"{TOP}/standings", 404)


def test_who_is_late_is_listed_with_whom_to_phone(office: Office, ask: Ask, callers: Callers) -> None:
    hoa = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    told = {"name": "Lê Lan", "phone": "0912 345 678", "email": ""}
    refused = ask(hoa, "/api/units/cdcs/a/report-contact", 400, method="PUT", json={"name": "Lan", "phone": "x"})
    assert places(refused) == ["/phone"]
    ask(hoa, "/api/units/cdcs/a/report-contact", method="PUT", json=told)
    shown = ask(callers.officer, "/api/units/cdcs/a/report-contact")
    assert shown == {"as_of": "2026-11-20", **told}
    found = ask(callers.officer, f"{TOP}/standings")
    assert found["late"] == 3
    assert [(one["unit"], one["days_late"], one["phone"]) for one in found["units"]] == [
        ("cd/lai-chau", 0, None), ("cdcs/a", 1, "0912 345 678"), ("cdcs/b", 1, None), ("cdcs/trong", 1, None),
    ]  # fmt: skip


PAPER = {"signer": "Lò Thị Hằng", "filed_on": "2026-11-20", "number": "05/BC-LĐLĐ"}


@pytest.fixture
def ready(office: Office) -> Office:
    """The province's report, approved."""
    with office.world.database.writing(office.tenant) as session:
        office.world.employ(session, "dn/a")
    office.approved(office.chi, TOP_UNIT, {})
    return office


@contextmanager
def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> Iterator[None]:
    """Something happens while the figures of whoever asks are worked out."""
    real = gathering.gather

    def interrupted(*told: Any, **named: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(happens).result()
        return real(*told, **named)

    with monkeypatch.context() as patched:
        patched.setattr(gathering, "gather", interrupted)
        yield


def test_nobody_waits_while_the_figures_of_a_filing_are_worked_out(
    ready: Office, ask: Ask, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer commits meanwhile: on SQLite, where one writes at a time, it could not if the filing held that."""

    def write() -> None:
        ready.enter(ready.binh, "cdcs/b", {"contests": {"value": 2}})
        with ready.world.database.writing(ready.tenant) as session:
            ready.world.employ(session, "dn/b")

    headers = callers.officer
    with meanwhile(monkeypatch, write):
        filed = ask(headers, f"{TOP}/filings", 201, method="POST", json=PAPER)["filing"]
    assert ready.show("cdcs/b").own["contests"].value == 2
    assert ask(headers, f"{TOP}/filings/{filed['id']}")["snapshot"]["figures"]["headcount"] == 1, "as of the snapshot"


def test_a_step_that_is_taken_meanwhile_refuses_the_filing(
    ready: Office, ask: Ask, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = callers.officer
    with meanwhile(monkeypatch, lambda: ready.take(ready.dung, TOP_UNIT, "return", "Đếm lại")):
        ask(headers, f"{TOP}/filings", 409, method="POST", json=PAPER)
    assert ask(headers, f"{TOP}/filings")["filings"] == []
    assert ready.show(TOP_UNIT).state == "returned"


def test_a_report_that_was_returned_and_approved_again_meanwhile_is_another_one(
    ready: Office, ask: Ask, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def otherwise() -> None:
        ready.take(ready.dung, TOP_UNIT, "return", "Đếm lại")
        ready.enter(ready.chi, TOP_UNIT, {"contests": {"value": 9}})
        ready.take(ready.chi, TOP_UNIT, "submit")
        ready.take(ready.dung, TOP_UNIT, "approve")

    headers = callers.officer
    with meanwhile(monkeypatch, otherwise):
        refused = ask(headers, f"{TOP}/filings", 409, method="POST", json=PAPER)
    assert "người khác xử lý" in str(refused)
    assert ask(headers, f"{TOP}/filings")["filings"] == []
    ask(headers, f"{TOP}/filings", 201, method="POST", json=PAPER)


def test_drafts_and_differences_are_of_one_moment(
    ready: Office, ask: Ask, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = callers.officer
    filed = ask(headers, f"{TOP}/filings", 201, method="POST", json=PAPER)["filing"]

    def hire() -> None:
        with ready.world.database.writing(ready.tenant) as session:
            ready.world.employ(session, "dn/b")

    with meanwhile(monkeypatch, hire):
        assert ask(headers, f"{TOP}/filings/{filed['id']}/difference")["changes"] == []
        assert "1 công nhân lao động" in text_of(ask(headers, f"{A.replace('cdcs/a', 'cdcs/b')}/paper.docx"))


def test_letters_go_out_once_to_whoever_has_not_handed_in(
    office: Office, ask: Ask, callers: Callers, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code, contact in (
        ("cdcs/a", Contact("Lê Lan", "", "lan@a.example")),
        ("cdcs/b", Contact("Minh", "0912 345 678", "")),
    ):
        with office.world.database.writing(office.tenant) as session:
            late.set_contact(session, office.tenant, office.operator, code, contact, now=office.now)
    address = f"{TOP}/reminders"
    ask(callers.of(Role.AUDITOR), address, 403)
    ask(callers.of(Role.UPPER_OFFICER, "cd/lao-cai"), address, 404)
    ask(callers.officer, address, 409, method="POST")
    listed = ask(callers.officer, address)
    assert listed["letters"] is False
    assert {one["unit"]: (one["by_letter"], one["phone"]) for one in listed["units"]}["cdcs/a"] == (True, "")
    with open_post_office() as post:
        settings = dataclasses.replace(app.extensions["settings"], smtp_url=post.url, mail_from="bc@cd.example")
        monkeypatch.setitem(app.extensions, "settings", settings)
        done = ask(callers.officer, address, method="POST")
        assert [(one["unit"], one["outcome"]) for one in done["sent"]] == [("cdcs/a", "sent")]
        assert "cdcs/a" not in {one["unit"] for one in done["to_phone"]}
        assert "cdcs/b" in {one["unit"] for one in done["to_phone"]}
        assert ask(callers.officer, address, method="POST")["sent"] == []
        assert len(post.letters) == 1
