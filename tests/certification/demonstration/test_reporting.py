"""The demonstration's unions hand their reports in, and the province's is filed and drawn from what was approved."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import docx
import openpyxl
import pypdfium2
import pytest

from certification.acts import chain
from certification.demonstration import people, preparation, reporting
from certification.reports import late
from certification.reports.reading import Key
from lrs.db import Database

AS_OF = date(2026, 11, 20)


@pytest.fixture
def _prepared(database: Database, tenant: UUID, now: datetime, tmp_path: Path) -> None:
    preparation.load_rules(database, tenant, now=now)
    world = people.invent(seed=1268, as_of=AS_OF, workers=60)
    preparation.import_people(database, tenant, world, tmp_path, now=now, on_row=lambda count: None)


@pytest.mark.usefixtures("_prepared")
def test_one_union_is_late_and_the_province_joins_what_the_others_were_approved_for(
    database: Database, tenant: UUID
) -> None:
    counted: list[int] = []
    reporting.file(database, tenant, AS_OF, on_report=counted.append)
    reporting.file(database, tenant, AS_OF, on_report=counted.append)  # done again it changes nothing
    with database.reading(tenant) as session:
        one = reporting.filed(session, tenant, AS_OF)
        states = Counter(
            each.state
            for each in late.standings(session, tenant, reporting.ORGANIZATION, Key(reporting.PLAN, "yearly", AS_OF))
        )
        assert len(reporting.late_units(session, tenant, AS_OF)) == 1
        assert not chain.verify(session, tenant).faults
        acts = Counter(done.act for done in chain.listed(session, tenant, limit=1000))
    assert states == {"filed": 1, "approved": len(counted) - 1, "new": 1}
    assert acts["report.approve"] == acts["report.submit"] == len(counted)
    assert acts["report.file"] == 1
    assert one.version == 1
    assert one.entered.joined["documents-issued"].organizations == len(counted)
    own = one.entered.own["documents-issued"].value
    assert isinstance(own, int)
    assert one.entered.number("documents-issued") > own


@pytest.mark.usefixtures("_prepared")
def test_the_same_report_is_drawn_as_word_pdf_and_a_workbook(database: Database, tenant: UUID, tmp_path: Path) -> None:
    drawn: list[int] = []
    reporting.file(database, tenant, AS_OF, on_report=lambda count: None)
    reporting.draw(database, tenant, AS_OF, tmp_path / "bao-cao", on_file=drawn.append)
    word, pdf, xlsx = (tmp_path / "bao-cao" / f"bao-cao-cd-lao-cai-2026-11-20.{one}" for one in ("docx", "pdf", "xlsx"))
    assert drawn == [1, 1, 1]
    with database.reading(tenant) as session:
        issued = reporting.filed(session, tenant, AS_OF).entered.number("documents-issued")
    said = f"Số văn bản đã ban hành: {issued} văn bản"
    text = "\n".join(one.text for one in docx.Document(str(word)).paragraphs)
    assert said in text
    assert "Kế hoạch của Ủy ban nhân dân tỉnh Lào Cai" in text, "in the province's own form"
    pages = pypdfium2.PdfDocument(pdf)
    assert said in " ".join(page.get_textpage().get_text_bounded() for page in pages).replace("\r\n", " ")
    cells = [cell.value for page in openpyxl.load_workbook(xlsx) for row in page.iter_rows() for cell in row]
    assert any(isinstance(value, str) and value.startswith("=") for value in cells), "formulas are alive"
