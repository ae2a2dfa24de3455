"""Commands of what workers declare and dispute, of points given and taken back, and of channels."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from lrs.db import Database
from tests.certification import learning
from tests.certification.commands.running import Run, succeeded
from tests.certification.evidence.test_declarations import PDF

OFFICER = ("--by", "can-bo-1", "--reason", "đã xem")


def test_a_team_is_attested_and_one_taken_back(run: Run, ready: None) -> None:
    told = succeeded(run("attest", "A1:CS4=8,CS8=7", "A2:CS4=9", "--year", "2026", *OFFICER)).splitlines()
    assert told[0] == "3 points attested, of 2 workers."
    refused = run("attest", "A1:CS4=11", "A2:CS4=7.5", "--year", "2026", *OFFICER)
    assert refused.exit_code == 1
    assert "“11” không phải số nguyên" in refused.stderr
    assert "“7.5” không phải số nguyên" in refused.stderr
    assert "chính mình" in run("attest", "A1:CS4=10", "--year", "2026", "--by", "A1", "--reason", "x").stderr
    for wrong in ("A1", "A1:CS4", "A1:CS4=1,CS4=2"):
        assert run("attest", wrong, "--year", "2026", *OFFICER).exit_code == 2
    assert succeeded(run("withdraw-attestation", "A1", told[1], *OFFICER)) == "CS4 8 no longer holds.\n"
    assert "đã được rút" in run("withdraw-attestation", "A1", told[1], *OFFICER).stderr
    shown = succeeded(run("attestations", "A1", "--year", "2026")).splitlines()
    assert [line.split("  ")[2:4] for line in shown] == [["CS4 8", "can-bo-1: đã xem"], ["CS8 7", "can-bo-1: đã xem"]]
    assert shown[0].endswith("withdrawn 20/11/2026: đã xem")


def test_a_workers_own_points_are_kept(run: Run, ready: None) -> None:
    told = run("self-score", "A1", "CS1=8,CS2=7", "--year", "2026", "--note", "đọc báo", "--by", "A1")
    assert succeeded(told) == "2 of 2 differ from what was said before.\n"


def test_a_declaration_is_looked_at_confirmed_and_refused(run: Run, ready: None, tmp_path: Path) -> None:
    (tmp_path / "cc.pdf").write_bytes(PDF)
    told = succeeded(
        run("declare", "A1", "--kind", "certificate", "--title", "Tin học", "--on", "2026-05-04", "--provider", "GDTX",
            "--topic", "digital-able", "--certificate", "CN-1", "--file", str(tmp_path / "cc.pdf"), "--by", "A1")
    )  # fmt: skip
    declaration = told.split(":")[0]
    assert told.endswith(": declared, to be looked at by 20/12/2026.\n")
    assert declaration in succeeded(run("declarations", "--state", "declared"))
    assert succeeded(run("declaration-file", "A1", declaration, str(tmp_path / "copy"))).startswith(
        "cc.pdf: application"
    )
    assert (tmp_path / "copy").read_bytes() == PDF
    own = run("confirm-declaration", "A1", declaration, "--unit", "cs/1", "--by", "A1", "--reason", "x")
    assert "chính mình" in own.stderr
    unit = ("--unit", "cs/1")
    assert succeeded(run("confirm-declaration", "A1", declaration, *unit, *OFFICER)).endswith(": confirmed.\n")
    assert succeeded(run("refuse-declaration", "A1", declaration, *unit, *OFFICER)).endswith(": refused.\n")
    assert "đã bị từ chối" in run("withdraw-declaration", "A1", declaration, "--by", "A1", "--reason", "x").stderr
    steps = succeeded(run("declarations", "--worker", "A1")).splitlines()[1:]
    assert [line.split("  ")[3] for line in steps] == ["declared E0", "confirmed E3", "refused"]


def test_a_dispute_is_opened_and_answered(
    run: Run, learned: None, database: Database, tenant: UUID, now: datetime
) -> None:
    learning.follow_all(database, tenant, now)
    statement = min(str(one) for _, one, *_ in learning.facts(database, tenant))
    told = succeeded(run("dispute", "A1", "--year", "2026", "--statement", statement, "--by", "A1", "--reason", "nhầm"))
    dispute = told.split(":")[0]
    assert told.splitlines()[0].endswith(": open, to be answered by 05/12/2026.")
    assert "Minh chứng này được tính; báo lại cùng kết quả" in told
    succeeded(run("assess", "A1", "--year", "2026"))
    beside = f"Khiếu nại chờ trả lời (minh chứng {statement}), hạn 05/12/2026: nhầm"
    assert beside in succeeded(run("explain", "A1", "--year", "2026"))
    answered = run("answer-dispute", "A1", dispute, "--outcome", "voided", "--unit", "cs/1", *OFFICER)
    assert succeeded(answered).splitlines()[0].endswith(": answered.")
    assert "Nếu minh chứng này bị huỷ thì được tính thay" in succeeded(answered)
    assert "Khiếu nại" not in succeeded(run("explain", "A1", "--year", "2026"))
    assert succeeded(run("disputes", "--state", "open")) == ""
    assert [line.split("  ")[3] for line in succeeded(run("disputes", "--worker", "A1")).splitlines()[1:]] == [
        "opened",
        "voided",
    ]


def test_items_of_channels_are_counted(run: Run, ready: None) -> None:
    rows = "Mã đơn vị,Kênh,Ngày,Tiêu đề,Số lượng\nvn/a,zalo,05/09/2026,Luật BHXH,20\n".encode()
    assert succeeded(run("import-channel-items", rows, "--by", "x")) == "file-1.csv: 1 new, 0 changed, 0 unchanged\n"
    told = succeeded(run("channel-items", "vn", "--from", "2026-01-01", "--to", "2026-12-31"))
    assert told.split() == ["20", "zalo", "20", "in", "all"]
