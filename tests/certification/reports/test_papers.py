"""Papers of a report as it stands and of one that was filed, from the database to the file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from certification.documents import kept_templates
from certification.documents.kinds import REPORT
from certification.documents.template_checks import BrokenTemplate
from certification.documents.word_layout import default_template
from certification.models import ReportFiling, UsedTemplate
from certification.reports import papers
from certification.reports.entered import canonical
from certification.reports.papers import Paper
from certification.units import letterheads
from certification.units.letterheads import Letterhead
from tests.certification.documents.words import rewritten, text_of
from tests.certification.learning import add_facts
from tests.certification.reports.office import KEY, TOP, Office
from tests.certification.reports.test_drawing import pdf_text


def draft(office: Office, code: str = TOP) -> Paper:
    with office.world.database.reading(office.tenant) as session:
        return papers.draft(session, office.tenant, code, KEY, now=office.now)


def learn(office: Office, code: str) -> None:
    with office.world.database.writing(office.tenant) as session:
        worker = office.world.employ(session, code)
        add_facts(session, office.tenant, worker, ["law-labour", "law-trade-union"], day=date(2026, 3, 2))


@pytest.fixture
def filed(office: Office) -> Office:
    """The province's report, filed, with what two grassroots unions counted."""
    learn(office, "dn/a")
    office.approved(office.hoa, "cdcs/a", {"loudspeaker-items": {"value": 4}})
    office.approved(office.binh, "cdcs/b", {"loudspeaker-items": {"value": 6}})
    office.approved(office.chi, TOP, {})
    office.file()
    return office


def of_filing(office: Office) -> Paper:
    from certification.reports import filing

    with office.world.database.reading(office.tenant) as session:
        return papers.of_filing(session, office.tenant, filing.find(session, office.tenant, TOP, KEY))


def test_a_draft_has_todays_figures_and_says_what_is_missing(office: Office) -> None:
    learn(office, "dn/a")
    text = text_of(papers.draw(draft(office), "docx"))
    assert "[Chưa nhập: Kết quả đạt được]" in text
    assert "PHÓ CHỦ TỊCH" in text
    assert "Lò Thị Hằng" in text
    assert "L1. " in text
    assert "UBND tỉnh (b/c)" in text
    learn(office, "dn/b")
    assert draft(office).report.figures.headcount == 2


def test_a_unit_further_down_reports_to_the_one_above_it(office: Office) -> None:
    text = text_of(papers.draw(draft(office, "cdcs/a"), "docx"))
    assert "(b/c)" in text
    assert "UBND tỉnh" not in text


def test_a_filed_report_is_drawn_as_it_was_whatever_came_later(filed: Office) -> None:
    before = {kind: papers.draw(of_filing(filed), kind) for kind in papers.MEDIA}
    assert "Số:\u00a005/BC-LĐLĐ" in text_of(before["docx"])
    assert "ngày\u00a020\u00a0tháng\u00a011\u00a0năm\u00a02026" in text_of(before["docx"])
    assert "10 tin, bài" in text_of(before["docx"])
    assert not any("DỰ THẢO" in page for page in pdf_text(before["pdf"]))
    for code in ("dn/a", "dn/b"):
        learn(filed, code)
    with filed.world.database.writing(filed.tenant) as session:
        letterheads.set_letterhead(
            session, filed.tenant, TOP, Letterhead("TÊN MỚI"), starts=date(2026, 1, 1), by="test", now=filed.now
        )
    for kind, content in before.items():
        assert papers.draw(of_filing(filed), kind) == content, kind
    assert draft(filed).report.figures.headcount == of_filing(filed).report.figures.headcount + 2


def test_the_workbook_of_the_branch_adds_up_what_units_entered(filed: Office) -> None:
    page = openpyxl.load_workbook(io.BytesIO(papers.draw(of_filing(filed), "xlsx")))["Mục đã nhập"]
    rows = {page.cell(row, 2).value: (page.cell(row, 4).value, page.cell(row, 5).value) for row in range(6, 40)}
    assert rows["Tin, bài trên đài truyền thanh xã"] == (10, 2)


def test_a_version_changes_with_what_is_drawn_and_not_with_the_time_of_asking(office: Office) -> None:
    first = draft(office)
    with office.world.database.reading(office.tenant) as session:
        later = papers.draft(session, office.tenant, TOP, KEY, now=office.now + timedelta(minutes=5))
    assert later.version == first.version
    assert later.report.figures.as_of != first.report.figures.as_of
    learn(office, "dn/a")
    assert draft(office).version != first.version
    assert Paper(replace(first.report, draft=False), first.template).version != first.version


def test_the_template_that_an_officer_changed_is_the_one_filled_in(office: Office) -> None:
    changed = rewritten(default_template(REPORT), "Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh phúc")
    with office.world.database.writing(office.tenant) as session:
        kept_templates.load(session, office.tenant, REPORT, changed, starts=date(2026, 1, 1), by="hoa", now=office.now)
    assert "Độc lập – Tự do – Hạnh phúc" in text_of(papers.draw(draft(office), "docx"))


def test_the_name_of_a_file_can_be_kept_anywhere(office: Office) -> None:
    assert draft(office).name == "bao-cao-cd-lai-chau-2026-10-31-du-thao"


def test_a_filing_keeps_the_template_it_went_out_with(filed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours of a later version of the program changes nothing of it, and neither does an officer's."""
    before = papers.draw(of_filing(filed), "docx")
    ours = default_template(REPORT)
    other = rewritten(ours, "Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh phúc")
    monkeypatch.setattr(kept_templates, "default_template", lambda _kind: other)

    def load(starts: date) -> None:
        with filed.world.database.writing(filed.tenant) as session:
            kept_templates.load(session, filed.tenant, REPORT, other, starts=starts, by="hoa", now=filed.now)

    for starts in (date(2026, 1, 1), date(2026, 11, 20)):
        with pytest.raises(BrokenTemplate, match=r"đã có báo cáo ghi ngày 20/11/2026.* từ ngày 21/11/2026"):
            load(starts)
    assert papers.draw(of_filing(filed), "docx") == before
    load(date(2026, 11, 21))
    assert papers.draw(of_filing(filed), "docx") == before
    assert of_filing(filed).template == ours


def test_what_was_filed_before_templates_were_kept_has_that_of_its_day(filed: Office) -> None:
    from certification.reports import filing

    with filed.world.database.writing(filed.tenant) as session:
        kept = filing.find(session, filed.tenant, TOP, KEY)
        former = canonical({name: value for name, value in kept.document.items() if name != "template"})
        session.execute(sa.update(ReportFiling).where(ReportFiling.id == kept.id).values(content=former))
        session.execute(sa.delete(UsedTemplate).where(UsedTemplate.tenant_id == filed.tenant))
    assert of_filing(filed).template == default_template(REPORT)
