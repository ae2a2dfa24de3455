"""The sheet on which workers assess themselves: from what stands, or blank, in a template of an officer's."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pypdfium2
import pytest
from flask import Flask

from certification.access import rights
from certification.documents import kept_templates
from certification.documents.kinds import SHEET
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_together
from certification.documents.word import render
from certification.documents.word_layout import default_template
from certification.dossiers import many_sheets, sheets
from certification.errors import NoCriteriaInForce
from certification.evidence import self_scores
from certification.evidence.self_scores import OwnScore
from certification.judgement import judging
from certification.models import Audience
from certification.people import linking
from certification.people.workers import UnknownWorker
from lrs import api
from tests.certification.documents.words import rewritten, text_of
from tests.certification.dossiers.desk import YEAR, Desk
from tests.certification.learning import attest, follow_all, ifi, statement, store

ON = date(2026, 11, 20)


def said(name: str, what: str, day: str) -> dict[str, Any]:
    """A Statement of the worker an about an activity of this name."""
    thing = {"id": f"https://hoc.example.org/{quote(name)}", "definition": {"name": {"vi": name}}}
    return statement("an", what, object=thing, timestamp=f"{day}T03:00:00Z")


@pytest.fixture
def known(desk: Desk, identity: api.Identity) -> Desk:
    """NV-1 gave points of her own, read on many days, and was attested CS4 and CS8."""
    desk.score("NV-1")
    with desk.world.database.writing(desk.tenant) as session:
        linking.link(session, desk.tenant, ifi("an"), "NV-1", by="test", now=desk.now)
        own = [OwnScore("CS9", 7, "Hoà giải trong tổ")]
        self_scores.score(session, desk.tenant, "NV-1", YEAR, own, by="NV-1", now=desk.now)
        attest(session, desk.tenant, desk.workers["NV-1"], {"CS4": 6, "CS8": 4}, on=ON, year=YEAR, now=desk.now)
    days = [f"2026-0{month}-{day:02}" for month in range(1, 8) for day in (3, 10, 17, 24)]
    store(
        desk.world.database, identity, *(said("Sách An toàn", "reading", day) for day in days),
        *(said(f"Sách {n}", "reading", "2026-08-01") for n in range(6)),
    )  # fmt: skip
    follow_all(desk.world.database, desk.tenant, desk.now)
    judging.judge_all_stale(desk.world.database, desk.tenant, clock=lambda: desk.now)
    return desk


def sheet(desk: Desk, number: str = "NV-1", **told: Any) -> OfficeDocument:
    with desk.reading() as session:
        return sheets.of_worker(session, desk.tenant, number, YEAR, on=ON, now=desk.now, **told)


def row(document: OfficeDocument, indicator: str) -> Any:
    return next(one for one in document.persons if one["noi_dung"].startswith(f"{indicator}. "))


def test_a_sheet_says_who_gave_which_points_and_on_what_they_rest(known: Desk) -> None:
    drawn = sheet(known)
    first, fourth, ninth = row(drawn, "CS1"), row(drawn, "CS4"), row(drawn, "CS9")
    assert (first["toi_da"], first["tu_cham"], first["tap_the"]) == ("10", "9", "")
    assert first["duoc_tinh"] == first["goi_y"] != ""
    assert first["minh_chung"].startswith("Sách An toàn (28 lần, từ 03/01 đến 24/07/2026); Sách 0 (01/08/2026)")
    assert first["minh_chung"].endswith("; và 3 nội dung khác")
    assert (fourth["goi_y"], fourth["tap_the"], fourth["duoc_tinh"]) == ("", "6", "6")
    assert (ninth["tu_cham"], ninth["duoc_tinh"], ninth["ghi_chu"]) == ("7", "", "Tự ghi: Hoà giải trong tổ")
    assert fourth["ghi_chu"].startswith("Tập thể, 20/11/2026: ")
    summed = [one for one in drawn.persons if one.get("dam")]
    assert [(one["tt"], one["toi_da"], one["tu_cham"]) for one in summed] == [
        ("I", "40", "36"), ("II", "40", "36"), ("III", "20", "16"), ("", "100", "88"),
    ]  # fmt: skip
    of_first = [int(row(drawn, f"CS{place}")["duoc_tinh"]) for place in (1, 2, 3, 4)]
    assert [one["duoc_tinh"] for one in summed[:1]] == [str(sum(of_first))]
    assert [one["duoc_tinh"] for one in summed[2:]] == ["", ""], "a sum is said where all of it is known"
    assert any(one.startswith("Chỉ số dưới 5 điểm: ") and "CS8 (4)" in one for one in drawn.closing)
    assert any(one.startswith("Chỉ số chưa có điểm: ") and "CS9" in one for one in drawn.closing)


def test_it_is_filled_into_word_by_the_union_s_own_head(known: Desk) -> None:
    text = text_of(render(default_template(SHEET), sheet(known))).replace("\u00a0", " ")
    for part in (
        "CĐCS A", "PHIẾU TỰ ĐÁNH GIÁ", "Danh hiệu “Công dân học tập” năm 2026", "324/QĐ-KHVN", "NV-1",
        "Doanh nghiệp A", "Tự học, học tập suốt đời", "NGƯỜI LAO ĐỘNG", "TỔ TRƯỞNG", "TM. BAN CHẤP HÀNH",
    ):  # fmt: skip
        assert part in text, part
    assert "Tổng số: " not in text.partition("TT\n")[2], "rows are no persons to be counted"
    assert "/./" not in text


def test_whom_nobody_has_judged_yet_is_judged_for_the_sheet_and_nothing_is_kept(desk: Desk) -> None:
    desk.score("NV-2")
    drawn = sheet(desk, "NV-2")
    assert {one["tu_cham"] for one in drawn.persons if not one.get("dam")} == {"9"}
    with desk.reading() as session:
        from certification.judgement import assessments

        assert assessments.latest(session, desk.tenant, desk.workers["NV-2"], "cong-dan-hoc-tap", YEAR) is None


def test_a_blank_sheet_has_the_name_or_nothing_at_all(known: Desk) -> None:
    named = sheet(known, filled=False)
    with known.reading() as session:
        nobody = sheets.blank(session, known.tenant, YEAR, on=ON, now=known.now)
        with pytest.raises(NoCriteriaInForce):
            sheets.blank(session, known.tenant, 2001, on=ON, now=known.now)
        with pytest.raises(UnknownWorker):
            sheets.of_worker(session, known.tenant, "NV-99", YEAR, on=ON, now=known.now)
    for drawn in (named, nobody):
        assert {one.get(field, "") for one in drawn.persons for field in ("goi_y", "tu_cham", "minh_chung")} == {""}
        assert drawn.persons[-1]["toi_da"] == "100"
        assert "cần từ 80 điểm và không chỉ số nào dưới 5 điểm" in drawn.closing[0]
    assert (named.signatures[0].name, nobody.signatures[0].name) == ("Người", "")


def test_an_officer_s_template_is_used_from_its_day(known: Desk) -> None:
    ours = default_template(SHEET)
    changed = rewritten(ours, "PHIẾU TỰ ĐÁNH GIÁ", "PHIẾU CỦA {{ ky_trai.ho_ten|upper }}")
    with known.world.database.writing(known.tenant) as session:
        kept_templates.load(session, known.tenant, SHEET, changed, starts=ON, by="hoa", now=known.now)
        found = kept_templates.template(session, known.tenant, SHEET, ON)
        assert kept_templates.template(session, known.tenant, SHEET, ON - timedelta(days=1)).content == ours
    assert "PHIẾU CỦA NGƯỜI" in text_of(render(found.content, sheet(known)))


def test_a_command_draws_the_sheets_of_several_or_of_nobody(known: Desk, app: Flask, tmp_path: Path) -> None:
    def drawn(*told: str) -> Any:
        args = ["certification", "draw-self-assessment", str(tmp_path), "--year", "2026", *told]
        return app.test_cli_runner().invoke(args=args)

    for told in (("--worker", "NV-1", "--worker", "NV-2"), ("--blank",)):
        result = drawn(*told)
        assert result.exit_code == 0, result.output
    names = ("phieu-tu-danh-gia-NV-1", "phieu-tu-danh-gia-NV-2", "phieu-tu-danh-gia")
    wanted = {f"{name}.{end}" for name in names for end in ("docx", "pdf")}
    assert wanted <= {one.name for one in tmp_path.iterdir()}
    unknown = drawn("--worker", "NV-99")
    assert (unknown.exit_code, "NV-99" in unknown.output) == (1, True)


def test_the_sheets_of_many_are_those_of_each_with_no_more_commands(
    known: Desk, count_commands: Callable[[], Any]
) -> None:
    with known.world.database.writing(known.tenant) as session:
        more = [known.world.employ(session, "dn/a") for _ in range(9)]
        session.add(Audience(worker_id=more[0], year=YEAR, tenant_id=known.tenant, audience="can-bo-doanh-nhan"))
    of_enterprise = {"within": rights.all_of(known.tenant, ON), "now": known.now}
    told: list[int] = []
    for limit in (6, 50):
        with known.reading() as session:
            wanted = many_sheets.sought(session, known.tenant, ON, enterprise="dn/a")
            with count_commands() as asked:
                batch = many_sheets.of_next(session, known.tenant, wanted, YEAR, limit=limit, **of_enterprise)
        told.append(len([one for one in asked if "SELECT" in one]))
        assert len(batch.documents) == min(limit, 11)
        assert (batch.left is None) == (limit == 50)
    with known.reading() as session:
        assert told[1] == told[0] < 45
        by_number = dict(zip([one.number for one in batch.people], batch.documents, strict=True))
        for number in ("NV-1", "NV-2"):
            assert by_number[number] == sheet(known, number)
        first = many_sheets.of_next(session, known.tenant, wanted, YEAR, limit=4, **of_enterprise)
        rest = many_sheets.of_next(session, known.tenant, wanted, YEAR, after=first.left, **of_enterprise)
    assert [one.number for one in (*first.people, *rest.people)] == list(by_number)
    (without,) = [one for one in batch.documents if not one.persons]
    assert "Không có bộ tiêu chí nào" in without.closing[0]


def test_printed_on_both_sides_no_leaf_is_of_two_workers(known: Desk) -> None:
    document = pypdfium2.PdfDocument(render_together([sheet(known), sheet(known, "NV-2")]))
    texts = [page.get_textpage().get_text_range() for page in document]
    starts = [place for place, text in enumerate(texts) if "PHIẾU TỰ ĐÁNH GIÁ" in text]
    assert len(starts) == 2
    assert all(place % 2 == 0 for place in starts)
    assert len(texts) % 2 == 0


def test_a_command_draws_the_sheets_of_an_enterprise_team_or_proposal_in_parts(
    known: Desk, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_sheets.of_next, "__kwdefaults__", {**many_sheets.of_next.__kwdefaults__, "limit": 1})

    def drawn(*told: str) -> Any:
        args = ["certification", "draw-self-assessment", str(tmp_path / "s"), "--year", "2026", *told]
        return app.test_cli_runner().invoke(args=args)

    result = drawn("--enterprise", "dn/a", "--blank")
    assert result.exit_code == 0, result.output
    assert {one.name for one in (tmp_path / "s").iterdir()} == {
        f"phieu-tu-danh-gia-00{part}.{end}" for part in (1, 2) for end in ("pdf", "zip")
    }
    with zipfile.ZipFile(tmp_path / "s" / "phieu-tu-danh-gia-002.zip") as archive:
        (name,) = archive.namelist()
        assert name == "phieu-tu-danh-gia-01-NV-2.docx"
        assert "PHIẾU TỰ ĐÁNH GIÁ" in text_of(archive.read(name))
    known.reviewed("NV-3")
    proposed = known.propose("NV-3", who=known.operator, unit="cdcs/b")
    assert "1 of 2026, NV-3 to NV-3" in drawn("--proposal", str(proposed.id)).output
    for wrong in (("--enterprise", "dn/khong"), ("--enterprise", "dn/a", "--team", "Tổ 9"), ("--team", "Tổ 1"),
                  ("--proposal", str(UUID(int=7))), ("--enterprise", "dn/a", "--worker", "NV-1")):  # fmt: skip
        assert drawn(*wrong).exit_code != 0
