"""`flask certification letterhead` and its sisters."""

from __future__ import annotations

import pytest

from tests.certification.commands.running import Run, succeeded


@pytest.mark.usefixtures("ready")
def test_a_letterhead_and_its_signers_are_told_shown_and_ended(run: Run) -> None:
    code = "vn"
    assert "worked out of the trees" in succeeded(run("letterhead", code))
    succeeded(
        run(
            "set-letterhead", code, "--issuer", "ỦY BAN\\nNHÂN DÂN", "--place", "Hà Nội", "--symbol", "UBND",
            "--recipient", "Lưu: VT", "--from", "01/01/2026", "--by", "hoa",
        )
    )  # fmt: skip
    signer = succeeded(
        run(
            "add-signer", code, "Lê Hoa", "--office", "CHỦ TỊCH", "--from", "2026-01-01", "--source", "QĐ 1",
            "--by", "x",
        )
    ).strip()  # fmt: skip
    said = succeeded(run("letterhead", code))
    assert said.startswith("ỦY BAN\nNHÂN DÂN\nPlace: Hà Nội\nSymbol: UBND\n  - Lưu: VT\n")
    assert f"{signer}  Lê Hoa, CHỦ TỊCH, from 01/01/2026" in said
    ended = run("end-signer", code, signer, "--to", "2026-02-01", "--reason", "nghỉ", "--by", "x")
    assert "signs no more after 01/02/2026" in succeeded(ended)
    assert "Nobody may sign" in succeeded(run("letterhead", code))
    assert "to 01/02/2026" in succeeded(run("letterhead", code, "--on", "2026-01-15"))
    refused = run("set-letterhead", code, "--issuer", " ", "--from", "2026-01-01", "--by", "x")
    assert refused.exit_code == 1
    assert "issuer: còn trống" in refused.stderr
