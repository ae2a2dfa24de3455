"""`import-attendance`, `withdraw-attendance`, `show-attendance`, `entitle`."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from certification.models import AttendanceRow
from lrs.db import Database
from tests.certification.commands.running import Run, count, succeeded, told_apart_from_the_database
from tests.certification.evidence.test_attendance_lists import list_csv, said

LIST = ("--organizer", "cs/1", "--list", "DS-01", "--by", "can-bo-1")


def test_a_list_is_tried_out_taken_in_looked_at_and_withdrawn(
    run: Run, ready: None, database: Database, tenant: UUID, tmp_path: Path
) -> None:
    rows = list_csv(said("A1"), said("A9"))
    tried = succeeded(run("import-attendance", rows, *LIST, "--dry-run"))
    assert tried.splitlines()[0].startswith("Dòng 3, cột “Mã người lao động”: không có người lao động nào mang mã “A9”")
    assert tried.splitlines()[1] == "file-1.csv: 1 new, 0 gone, 0 unchanged, 1 at fault; nothing stored."
    refused = run("import-attendance", rows, *LIST)
    assert refused.exit_code == 1
    assert told_apart_from_the_database(refused)[-1].startswith("1 fault: nothing was taken in")
    assert count(database, AttendanceRow, tenant) == 0
    assert "1 new, 0 gone, 0 unchanged, 1 at fault; version 1." in succeeded(
        run("import-attendance", rows, *LIST, "--good-rows")
    )
    corrected = list_csv(said("A2", result="đạt", delivery="kiểm tra"))
    assert "1 new, 1 gone, 0 unchanged; version 2." in succeeded(
        run("import-attendance", corrected, *LIST, "--reason", "ghi nhầm người")
    )
    saved = tmp_path / "saved.csv"
    told = succeeded(run("show-attendance", *LIST[:4], "--save", str(saved))).splitlines()
    assert [line.split()[0] for line in told] == ["1", "2"]
    assert told[1].endswith("ghi nhầm người")
    assert saved.read_bytes() == corrected
    assert succeeded(run("withdraw-attendance", *LIST, "--reason", "không có buổi học")) == "1 Statements voided.\n"
    again = run("withdraw-attendance", *LIST, "--reason", "không có buổi học")
    assert "đã được rút" in again.stderr


def test_a_unit_is_entitled_to_assess(run: Run, ready: None) -> None:
    told = run("entitle", "cs/1", "--from", "2026-01-01", "--source", "QĐ 12/QĐ-LĐLĐ", "--by", "can-bo-1")
    assert succeeded(told) == "Results of cs/1 count as assessed.\n"
    passed = list_csv(said("A2", result="đạt", delivery="kiểm tra"))
    assert len(succeeded(run("import-attendance", passed, *LIST)).splitlines()) == 1
    assert run("entitle", "cs/9", "--from", "2026-01-01", "--source", "x", "--by", "y").exit_code == 1
