"""`flask certification dossier-step` and its sisters."""

from __future__ import annotations

import pytest

from tests.certification.commands.running import Run, succeeded

OF_2026 = ("--year", "2026")
UNION = "cs/1"
POINTS = ",".join(f"CS{number}=9" for number in range(1, 11))


@pytest.mark.usefixtures("ready")
def test_a_worker_is_taken_to_a_title(run: Run) -> None:
    signing = ("--office", "CHỦ TỊCH", "--from", "2026-01-01", "--source", "QĐ 1", "--by", "x")
    succeeded(run("add-signer", "vn", "Lê Ký", *signing))
    refused = run("dossier-step", "self-assess", "A1", *OF_2026, "--by", "hoa")
    assert refused.exit_code == 1
    assert "chưa đăng ký danh hiệu năm 2026" in refused.stderr
    succeeded(run("self-score", "A1", POINTS, *OF_2026, "--by", "hoa"))
    for step in ("register", "self-assess", "confirm", "review"):
        said = succeeded(run("dossier-step", step, "A1", *OF_2026, "--by", "hoa"))
    assert said == "A1: reviewed.\n"
    told = ("--met-on", "2026-11-18", "--present", "10", "--minutes", "01/BB", "--by", "hoa")
    assert "không có đơn vị “khong/co”" in run("propose-titles", "khong/co", "A1=9/10", *OF_2026, *told).stderr
    assert run("propose-titles", "khong/co", "A1=9", *OF_2026, *told).exit_code == 2
    succeeded(run("propose-titles", UNION, "A1=9/10", *OF_2026, *told))
    decision = ("--on", "2026-11-19", "--signer", "Lê Ký", "--grant", "A1", "--by", "hoa")
    assert "1 granted, 0 refused" in succeeded(run("decide-titles", "vn", "12/QĐ", *OF_2026, *decision))
    shown = succeeded(run("dossier", "A1", *OF_2026))
    assert shown.startswith("A1, 2026: granted\n")
    assert "propose by hoa, 9/10 votes" in shown
    assert succeeded(run("dossiers", *OF_2026, "--state", "granted")) == "A1  granted\n"
    assert "Recognised: 1\n" in succeeded(run("dossier-counts", *OF_2026, "--unit", UNION))
    assert run("dossiers", *OF_2026, "--unit", "khong/co").exit_code == 1
    again = run("decide-titles", "vn", "12/qđ", *OF_2026, *decision[:-4], "--refuse", "A1=thôi", "--by", "hoa")
    assert again.exit_code == 1
    assert "đã dùng cho quyết định khác" in again.stderr


@pytest.mark.usefixtures("ready")
def test_titles_to_be_looked_at_again_are_listed_and_unknown_ones_refused(run: Run) -> None:
    assert succeeded(run("title-reviews")).endswith("0 titles.\n")
    nothing = "00000000-0000-0000-0000-000000000001"
    refused = run("decide-title-review", nothing, "kept", "--by", "hoa", "--because", "đủ")
    assert refused.exit_code == 1
    assert "Không có việc xem lại" in refused.stderr
