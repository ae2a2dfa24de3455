"""What those lack who do not meet the criteria: counted by chỉ số, told of nobody in particular, in every paper."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import UUID

import openpyxl
import sqlalchemy as sa

from certification.documents import kept_templates
from certification.documents.kinds import REPORT
from certification.documents.word_layout import default_template
from certification.models import Assessment
from certification.reports import papers
from certification.reports.figures import Blockers, Figures
from tests.certification.documents.words import rewritten, text_of
from tests.certification.reports.office import TOP, Office
from tests.certification.reports.test_drawing import pdf_text
from tests.certification.reports.test_papers import draft
from tests.certification.reports.test_points import RECORDED, judged, people

EVERY = [f"CS{n}" for n in range(1, 11)]


def give(office: Office, workers: list[UUID], points: int, **other: int) -> None:
    """Attests so many points for every chỉ số, but for the others."""
    for worker in workers:
        judged(office.world, worker, {**dict.fromkeys(EVERY, points), **other}, RECORDED - timedelta(days=30))


def told(office: Office, code: str = TOP) -> Blockers | None:
    return draft(office, code).report.figures.blockers


def by_code(found: Blockers | None) -> dict[str, tuple[int, int, int]]:
    assert found is not None
    return {one.code: (one.persons, one.below, one.not_given) for one in found.indicators}


def test_each_who_does_not_meet_the_criteria_stands_at_what_is_lacked(office: Office) -> None:
    assert told(office) is None
    give(office, people(office, "dn/a", 7), 9, CS6=4)
    give(office, people(office, "dn/a", 6), 9, CS6=3, CS2=4)
    give(office, people(office, "dn/a", 5), 7)
    give(office, people(office, "dn/a", 3), 8)
    found = told(office)
    assert found is not None
    assert by_code(found) == {"CS6": (13, 13, 0), "CS2": (6, 6, 0)}
    assert (found.persons, found.total_alone) == (18, 5), "those who meet the criteria lack nothing"
    assert [one.code for one in found.commonest] == ["CS6"]
    assert told(office, "cdcs/a") == found
    assert told(office, "cdcs/b") is None

    with office.world.database.writing(office.tenant) as session:
        session.execute(sa.update(Assessment).where(Assessment.tenant_id == office.tenant).values(states=None))
    assert told(office) == found, "results from before it was kept beside them are read"


def test_points_that_nobody_gave_yet_are_told_apart_from_those_below_the_floor(office: Office) -> None:
    for worker in people(office, "dn/a", 6):
        judged(office.world, worker, {"CS4": 2, "CS8": 9}, RECORDED - timedelta(days=30))
    found = by_code(told(office))
    assert (found["CS1"], found["CS4"], found["CS9"]) == ((6, 6, 0), (6, 6, 0), (6, 0, 6))
    assert "CS8" not in found


def test_of_few_persons_it_is_not_told_what_they_lack(office: Office) -> None:
    give(office, people(office, "dn/a", 4), 9, CS6=4)
    assert told(office) == Blockers(-1, -1, ())
    assert "không nêu còn thiếu gì" in text_of(papers.draw(draft(office), "docx"))
    give(office, people(office, "dn/b", 3), 9, CS2=4)
    assert by_code(told(office)) == {"CS6": (-1, -1, -1), "CS2": (-1, -1, -1)}
    assert "chưa có lý do nào chung" in text_of(papers.draw(draft(office), "docx"))


def test_it_stands_in_each_paper_and_in_what_is_filed(office: Office) -> None:
    give(office, people(office, "dn/a", 7), 9, CS6=4)
    give(office, people(office, "dn/a", 2), 9, CS2=4)
    own = rewritten(default_template(REPORT), "Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh phúc")
    with office.world.database.writing(office.tenant) as session:
        kept_templates.load(session, office.tenant, REPORT, own, starts=date(2026, 1, 1), by="hoa", now=office.now)
    paper = draft(office)
    assert paper.template == own
    text = text_of(papers.draw(paper, "docx")).replace("\xa0", " ")
    assert "Trong 9 người đã có kết quả mà chưa đủ tiêu chí, thiếu nhiều nhất là chỉ số CS6" in text
    assert "(7 người dưới mức tối thiểu, 0 người chưa ai cho điểm)" in text
    assert "NGƯỜI CHƯA ĐỦ TIÊU CHÍ CÒN THIẾU GÌ" in text
    assert any("NGƯỜI CHƯA ĐỦ TIÊU CHÍ CÒN THIẾU GÌ" in page for page in pdf_text(papers.draw(paper, "pdf")))
    book = openpyxl.load_workbook(io.BytesIO(papers.draw(paper, "xlsx")))
    lines = [[cell.value for cell in row] for row in book["Còn thiếu"].iter_rows(min_row=6, max_row=7)]
    assert [line[0] for line in lines] == ["CS6", "CS2"]
    assert [line[2:] for line in lines] == [[7, 7, 0, 9, '=IF(F6=0,"",C6/F6)'], ["ẩn", "ẩn", "ẩn", 9, "ẩn"]]
    figures = paper.report.figures
    assert Figures.from_json(figures.as_json()) == figures
    assert figures.numbers()["blockers/CS6"] == 7
    office.approved(office.chi, TOP, {})
    assert office.file().figures.blockers == figures.blockers
