"""The trees on the command line: shown on a day, changed from a day on."""

from __future__ import annotations

from tests.certification.commands.running import Run, succeeded
from tests.certification.import_files import organizations_csv

WHO = ("--source", "NQ 1686", "--by", "Chị Lan")


def test_a_commune_ends_and_both_days_are_shown(ready: None, run: Run) -> None:
    rows = organizations_csv("vn/a/cu, hc, vn/a", "vn/a/moi, hc, vn/a, , 01/07/2025", "dn/5, dn, vn/a/cu")
    succeeded(run("import-organizations", rows))
    succeeded(run("end-unit", "vn/a/cu", "--successor", "vn/a/moi", "--on", "01/07/2025", *WHO))
    before = succeeded(run("units", "--tree", "administrative", "--below", "vn/a", "--on", "2025-06-30"))
    after = succeeded(run("units", "--tree", "administrative", "--below", "vn/a"))
    assert "  vn/a/cu  Đơn vị vn/a/cu\n    dn/5" in before
    assert "  vn/a/moi  Đơn vị vn/a/moi\n    dn/5" in after
    assert "vn/a/cu" not in after
    gone = run("units", "--below", "vn/a/cu")
    assert gone.exit_code == 1
    assert "đã kết thúc ngày 30/06/2025; nay là “Đơn vị vn/a/moi” (vn/a/moi)" in gone.stderr
    assert "vn/a/cu  Đơn vị vn/a/cu (nay là Đơn vị vn/a/moi)" in succeeded(run("find-unit", "don vi vn a cu"))
    shown = succeeded(run("unit-history", "vn/a/cu"))
    assert "01/07/2025  ended  vn/a/moi  NQ 1686  (Chị Lan, 20/11/2026 12:00)" in shown


def test_a_grassroots_union_moves(ready: None, run: Run) -> None:
    succeeded(run("move-unit", "cs/1", "cd", "--on", "01/07/2026", *WHO))
    assert "\n  cs/1  " in succeeded(run("units", "--below", "cd", "--on", "2026-07-01"))
    assert "\n    cs/1  " in succeeded(run("units", "--below", "cd", "--on", "2026-06-30"))
    succeeded(run("move-unit", "dn/1", "--on", "01/07/2026", *WHO))
    assert "dn/1" not in succeeded(run("units", "--on", "2026-07-01"))


def test_a_file_of_successions_goes_in_whole_or_not_at_all(ready: None, run: Run) -> None:
    heading = "Mã đơn vị cũ,Mã đơn vị mới,Từ ngày,Căn cứ\n"
    refused = run("import-successions", (heading + "vn/x,,01/07/2026,NQ\nvn/y,,01/07/2026,NQ\n").encode())
    assert refused.exit_code == 1
    assert "2 faults" in refused.stderr
    assert "1 new" in succeeded(run("import-successions", (heading + "dn/2,dn/1,01/07/2026,NQ\n").encode()))
