"""Papers of a batch and of a decision, from what was recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from certification.certificates import register
from certification.documents.kinds import KINDS
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.documents.word_layout import default_template
from certification.dossiers import papers
from certification.dossiers.decisions import Refused
from certification.evidence import sittings
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import Witness
from certification.judgement import judging
from tests.certification.certificates.issued import issue
from tests.certification.documents.words import text_of
from tests.certification.dossiers.desk import YEAR, Desk


def test_minutes_proposal_and_list_say_what_the_meeting_decided(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    made = desk.propose("NV-1", "NV-2")
    with desk.reading() as session:
        found = papers.of_proposal(session, desk.tenant, made.id)
    texts = {kind: text_of(render(default_template(KINDS[kind]), one)) for kind, one in found.items()}
    minutes = texts["bien-ban"].replace("\u00a0", " ")
    assert "chưa đạt" not in minutes
    assert "Số: 01/BB-CĐCS" in minutes
    assert "có mặt 10 người, vắng 1 người" in minutes
    assert "9/10" in minutes
    assert "90,0%" in minutes
    assert "THƯ KÝ" in minutes
    assert "Lê Hoa" in minutes
    proposal = texts["to-trinh"].replace("\u00a0", " ")
    assert "324/QĐ-KHVN" in proposal
    assert "Biên bản họp xét số 01/BB-CĐCS" in proposal
    assert "2 người đăng ký" in proposal
    assert "Kính gửi: " in proposal
    listed = texts["danh-sach-de-nghi"].replace("\u00a0", " ")
    assert "Tổng số: 2 người (bằng chữ: hai người)" in listed
    (row, _) = found["danh-sach-de-nghi"].persons
    assert (row["nl1"], row["nl2"], row["nl3"], row["tong"], row["thap_nhat"]) == ("36", "36", "18", "90", "9")
    assert (row["dong_y"], row["ghi_chu"], row["don_vi"]) == ("9/10", "điểm tự chấm", "Doanh nghiệp A")
    assert all(render_pdf(one).startswith(b"%PDF-") for one in found.values())


def test_papers_say_who_was_below_when_proposed_and_why_all_the_same(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2", "NV-3")
    _attested(desk, desk.now, ("NV-1", 4), ("NV-2", 9))
    made = desk.propose("NV-1", "NV-2", despite={"NV-1": "Đã xem bản giấy"})
    _attested(desk, desk.now + timedelta(hours=1), ("NV-1", 9))
    with desk.reading() as session:
        found = papers.of_proposal(session, desk.tenant, made.id)
    low, high = found["danh-sach-de-nghi"].persons
    assert low["ghi_chu"].endswith("chưa đạt (40/80 điểm theo minh chứng); vẫn đề nghị vì: Đã xem bản giấy")
    assert "chưa đạt" not in high["ghi_chu"]
    for kind in ("bien-ban", "to-trinh"):
        text = text_of(render(default_template(KINDS[kind]), found[kind])).replace("\u00a0", " ")
        assert "Trong đó 1 người chưa đạt tiêu chí" in text


def _attested(desk: Desk, at: datetime, *given: tuple[str, int]) -> None:
    with desk.world.database.writing(desk.tenant) as session:
        rows = [MemberPoints(one, dict.fromkeys(desk.indicators, many)) for one, many in given]
        sittings.attest(session, desk.tenant, Witness("ban"), YEAR, rows, basis="Họp tổ", now=at)
    judging.judge_all_stale(desk.world.database, desk.tenant, clock=lambda: at)


def test_a_decision_lists_whom_it_recognises_and_nobody_else(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    desk.propose("NV-1", "NV-2")
    made = desk.decide("NV-1", refused=[Refused("NV-2", "Thiếu minh chứng")])
    with desk.reading() as session:
        found = papers.of_decision(session, desk.tenant, made.id)
    text = text_of(render(default_template(KINDS["quyet-dinh"]), found)).replace("\u00a0", " ")
    assert "Số: 12/QĐ-UBND" in text
    assert "Công nhận 1 người lao động đạt danh hiệu “Công dân học tập” năm" in text
    assert "TM. ỦY BAN NHÂN DÂN" in text
    assert "Lê Văn Ký" in text
    assert "Tổng số: 1 người (bằng chữ: một người)" in text
    assert "Thiếu minh chứng" not in text


def test_the_list_of_a_decision_has_the_numbers_of_the_register_once_they_are_given(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    desk.propose("NV-1", "NV-2")
    made = desk.decide("NV-1", "NV-2")

    def numbers() -> list[str]:
        with desk.reading() as session:
            return [one["so_vao_so"] for one in papers.of_decision(session, desk.tenant, made.id).persons]

    assert numbers() == ["", ""]
    issue(desk.world.database, desk.tenant, desk.now, decision=str(made.id))
    assert numbers() == ["0001/2026/CDHT", "0002/2026/CDHT"]
    with desk.world.database.writing(desk.tenant) as session:
        (first, _) = register.entries(session, desk.tenant, limit=2)
        told = {"by": "hoa", "now": desk.now}
        register.withdraw(session, desk.tenant, first.id, reason="sai tên", ends_title=False, **told)
    issue(desk.world.database, desk.tenant, desk.now, decision=str(made.id))
    assert numbers() == ["0003/2026/CDHT", "0002/2026/CDHT"]
    with desk.reading() as session:
        found = papers.of_decision(session, desk.tenant, made.id)
    assert "0003/2026/CDHT" in text_of(render(default_template(KINDS["quyet-dinh"]), found))


def test_commands_draw_a_batch_and_a_decision(desk: Desk, app: Flask, tmp_path: Path) -> None:
    desk.reviewed("NV-1")
    batch, decided = desk.propose("NV-1"), desk.decide("NV-1")
    for command, made in (("draw-proposal", batch.id), ("draw-decision", decided.id)):
        told = ["certification", command, str(made), str(tmp_path)]
        result = app.test_cli_runner().invoke(args=told)
        assert result.exit_code == 0, result.output
    kinds = ("bien-ban", "danh-sach-de-nghi", "quyet-dinh", "to-trinh")
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix in (".docx", ".pdf")) == sorted(
        f"{kind}.{end}" for kind in kinds for end in ("docx", "pdf")
    )
    unknown = app.test_cli_runner().invoke(args=["certification", "draw-decision", str(batch.id), str(tmp_path)])
    assert unknown.exit_code == 1
    assert "Không có quyết định nào" in unknown.output
