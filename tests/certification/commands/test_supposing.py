"""Asking what would be, closing a year and opening it again."""

from __future__ import annotations

import pytest

from tests.certification.commands.running import Run, succeeded, told_apart_from_the_database

pytestmark = pytest.mark.usefixtures("ready")


def test_what_if_tells_what_would_change(run: Run) -> None:
    told = succeeded(run("what-if", "A1", "--points", "CS4=7", "--learn", "reading:2026-12-01", "--learn",
                         "reading:02/12/2026:3:85", "--year", "2026"))  # fmt: skip
    assert "CS4: chưa có → 7 điểm" in told
    assert "CS1: 0 → 2 điểm" in told
    assert "tính đến ngày 02/12/2026" in told
    known = "https://lms.example.org/khoa-hoc/luat-lao-dong-co-ban"
    assert "01/12/2026" in succeeded(run("what-if", "A1", "--course", known, "01/12/2026", "--year", "2026"))
    unknown = run("what-if-all", "--course", f"{known}-x", "2026-12-01", "--year", "2026")
    assert unknown.exit_code == 1
    assert f"did you mean '{known}'" in " ".join(unknown.stderr.split())
    counts = succeeded(run("what-if-all", "--pass-mark", "85", "--year", "2026"))
    assert "2 workers, year 2026, as of 2026-11-20" in counts
    refused = run("what-if", "A1", "--points", "CS12=7")
    assert refused.exit_code == 1
    assert "CS12" in refused.stderr
    assert run("what-if", "A1", "--learn", "reading").exit_code == 2


def test_a_year_is_closed_and_opened_by_somebody_on_a_decision(run: Run) -> None:
    told = succeeded(run("close-year", "2025", "--decision", "12/QĐ-UBND", "--by", "Chủ tịch"))
    assert "12/QĐ-UBND" in told
    again = run("close-year", "2025", "--decision", "13/QĐ-UBND", "--by", "Chủ tịch")
    assert again.exit_code == 1
    assert "closed already" in " ".join(told_apart_from_the_database(again))
    refused = run("assess", "--all", "--year", "2025")
    assert refused.exit_code == 1
    assert "reopen-year 2025" in refused.stderr
    succeeded(run("reopen-year", "2025", "--decision", "Xét bổ sung", "--by", "Chủ tịch"))
    history = succeeded(run("year-history", "2025"))
    assert "closed by Chủ tịch: 12/QĐ-UBND" in history
    assert "opened by Chủ tịch: Xét bổ sung" in history
