"""`flask certification draw-report`."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.certification.commands.running import Run, succeeded
from tests.certification.documents.words import text_of

LAI_CHAU = ("cd/lai-chau", "lai-chau-31-kh-ldld-2026")


def test_a_draft_is_drawn_into_every_file_that_is_named(run: Run, tmp_path: Path) -> None:
    succeeded(run("load-rules"))
    files = [str(tmp_path / f"bao-cao.{end}") for end in ("docx", "pdf", "xlsx")]
    said = succeeded(run("draw-report", *LAI_CHAU, *files, "--cut-off", "31/10/2026"))
    assert said.count("a draft, cut-off 31/10/2026") == 3
    assert "BÁO CÁO" in text_of(Path(files[0]).read_bytes())
    assert Path(files[1]).read_bytes().startswith(b"%PDF-")
    assert "Chỉ tiêu" in openpyxl.load_workbook(files[2]).sheetnames


def test_what_cannot_be_drawn_is_said_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    succeeded(run("load-rules"))
    good, odd = tmp_path / "a.docx", tmp_path / "a.odt"
    refused = run("draw-report", *LAI_CHAU, str(good), str(odd), "--cut-off", "31/10/2026")
    assert refused.exit_code == 1
    assert ".docx, .pdf, .xlsx" in refused.stderr
    unfiled = run("draw-report", *LAI_CHAU, str(good), "--cut-off", "31/10/2026", "--filed")
    assert unfiled.exit_code == 1
    assert "chưa có bản phát hành" in unfiled.stderr
    unknown = run("draw-report", "cd/khong-co", LAI_CHAU[1], str(good), "--cut-off", "31/10/2026")
    assert unknown.exit_code == 1
    assert "cd/khong-co" in unknown.stderr
    assert not good.exists()
