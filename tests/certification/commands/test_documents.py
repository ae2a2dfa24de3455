"""`flask certification document-template`, `load-document-template`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import Flask

from certification.documents.kinds import REPORT
from certification.documents.word_layout import default_template
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification.certificates.issued import DECISION, entries, issue, recognise
from tests.certification.commands.running import Run, succeeded
from tests.certification.documents.words import rewritten, text_of


def test_a_template_is_taken_out_changed_and_put_back(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "mau.docx"
    assert "bao-cao, ours" in succeeded(run("document-template", "bao-cao", str(out)))
    assert out.read_bytes() == default_template(REPORT)
    changed = rewritten(out.read_bytes(), "BÁO CÁO", "BÁO CÁO NHANH")
    put = ("load-document-template", "bao-cao", changed, "--from", "01/06/2026", "--by", "hoa")
    assert "look so from 01/06/2026" in succeeded(run(*put))
    assert "loaded for 01/06/2026" in succeeded(run("document-template", "bao-cao", str(out), "--filled"))
    assert "BÁO CÁO NHANH" in text_of(out.read_bytes())
    assert "ours" in succeeded(run("document-template", "bao-cao", str(out), "--on", "31/05/2026"))
    pdf = tmp_path / "mau.pdf"
    assert "as PDF" in succeeded(run("document-template", "bao-cao", str(pdf)))
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_papers_and_the_book_of_the_register_are_written(
    run: Run, app: Flask, database: Database, now: datetime, tmp_path: Path
) -> None:
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    recognise(database, tenant, now, "NV-1", "NV-2", "NV-3")
    issue(database, tenant, now)
    folder, file = tmp_path / "giay", tmp_path / "so.xlsx"
    assert "3 certificates drawn" in succeeded(run("draw-certificates", DECISION, str(folder), "--processes", "2"))
    assert sorted(one.name for one in folder.iterdir()) == sorted(
        f"{one.number.replace('/', '-')}_{one.code}.pdf" for one in entries(database, tenant)
    )
    assert all(one.read_bytes().startswith(b"%PDF-") for one in folder.iterdir())
    assert "3 lines of 2026" in succeeded(run("register-book", str(file)))
    assert file.read_bytes().startswith(b"PK")


def test_a_broken_template_is_refused_with_every_fault(run: Run) -> None:
    broken = rewritten(default_template(REPORT), "{{ trich_yeu }}", "{{ trich_yeo }}{{ mot }}")
    refused = run("load-document-template", "bao-cao", broken, "--from", "2026-06-01", "--by", "hoa")
    assert refused.exit_code == 1
    assert "có phải “trich_yeu”?" in refused.stderr
    assert "không có trường “mot”" in refused.stderr
