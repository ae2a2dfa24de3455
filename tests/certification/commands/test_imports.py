"""`import-…`, `link-actor`, `unknown-actors`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import Flask

from certification.models import Award, Worker
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.commands.running import Run, count, succeeded, told_apart_from_the_database
from tests.certification.import_files import (
    ORGANIZATIONS,
    attestations_csv,
    commitments_csv,
    roster_csv,
    titles_csv,
)
from tests.conftest import PEPPER


def test_every_import_tells_what_it_did(run: Run, ready: None) -> None:
    assert succeeded(run("import-titles", titles_csv({}))) == "file-1.csv: 1 new, 0 changed, 0 unchanged\n"
    assert succeeded(run("import-titles", titles_csv({}))) == "file-1.csv: 0 new, 0 changed, 1 unchanged\n"
    assert succeeded(run("import-attestations", attestations_csv({}))).endswith("1 new, 0 changed, 0 unchanged\n")
    assert succeeded(run("import-commitments", commitments_csv({}))).endswith("1 new, 0 changed, 0 unchanged\n")
    renamed = roster_csv({"Mã người lao động": "A1", "Họ và tên": "Lò Thị Sến"})
    assert succeeded(run("import-roster", renamed)).splitlines() == [
        "file-1.csv: 0 new, 1 changed, 0 unchanged",
        "Dòng 2: mã “A1” đổi họ tên từ “Nguyễn Thị Hoa” thành “Lò Thị Sến”; kiểm tra cùng một người",
    ]


def test_faults_stand_on_standard_error_one_a_line_and_nothing_goes_in(
    run: Run, ready: None, database: Database, tenant: UUID
) -> None:
    result = run(
        "import-roster",
        roster_csv({"Mã người lao động": "A3", "Ngày vào làm": "hôm qua"}, {"Mã doanh nghiệp": "dn/9"}),
    )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert told_apart_from_the_database(result) == [
        "Dòng 2, cột “Ngày vào làm”: “hôm qua” không phải là ngày; ghi dạng dd/mm/yyyy, ví dụ 05/09/2026, hoặc "
        "2026-09-05",
        "Dòng 3, cột “Mã người lao động”: ô trống; ghi giá trị vào ô này",
        "Dòng 3, cột “Mã doanh nghiệp”: không có doanh nghiệp nào mang mã “dn/9”; sửa mã, hoặc nhập đơn vị đó trước",
        "3 faults: nothing was taken in; correct the file and run this again.",
    ]
    assert count(database, Worker, tenant) == 2


def test_an_import_goes_to_the_tenant_named(
    run: Run, ready: None, database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    succeeded(run("import-organizations", ORGANIZATIONS, "--tenant", "other"))
    succeeded(run("import-roster", roster_csv({"Mã người lao động": "B1"}), "--tenant", "other"))
    assert (count(database, Worker, tenant), count(database, Worker, other_tenant)) == (2, 1)


def test_unknown_actors_are_listed_and_can_be_linked(run: Run, learned: None, database: Database, tenant: UUID) -> None:
    succeeded(run("work", "--once"))
    *listed, last = succeeded(run("unknown-actors")).splitlines()
    assert [line.split(maxsplit=2)[0::2] for line in listed] == [["1", learning.ifi("lạ")]]
    assert last == "1 unknown actors, 1 Statements waiting."
    told = succeeded(run("link-actor", learning.ifi("lạ"), "A2", "--by", "chị Lan"))
    assert told == f"{learning.ifi('lạ')} is worker A2; 1 waiting Statements now count.\n"
    assert succeeded(run("unknown-actors")) == "0 unknown actors, 0 Statements waiting.\n"


def test_a_mail_address_on_the_roster_or_in_a_link_stands_for_its_opaque_account_too(
    run: Run, ready: None, app: Flask, database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    app.test_cli_runner().invoke(args=["lrs", "tenant", "privacy", "--opaque-accounts", "on"])
    with database.reading(NOBODY) as session:
        identity = api.identify(session, credential(tenant), pepper=PEPPER, now=now)
    mails = [{"mbox": f"mailto:{name}@example.org"} for name in ("lan", "mai", "mai")]
    learning.store(database, identity, *map(learning.statement, mails))
    succeeded(run("work", "--once"))
    assert "mailto" not in succeeded(run("unknown-actors"))
    told = roster_csv({"Mã người lao động": "A1", "Tài khoản học tập": "mailto:lan@example.org"})
    succeeded(run("import-roster", told))
    assert succeeded(run("unknown-actors")).endswith("1 unknown actors, 2 Statements waiting.\n")
    linked = succeeded(run("link-actor", "mailto:mai@example.org", "A2"))
    assert linked == "mailto:mai@example.org is worker A2; 2 waiting Statements now count.\n"


def test_a_link_that_cannot_be_is_refused_with_the_reason(run: Run, ready: None) -> None:
    for arguments, words in (
        (("https://hoc.example.org|a1", "A2"), "đã thuộc người lao động “A1”"),
        (("https://hoc.example.org|x", "A9"), "Không có người lao động nào mang mã “A9”"),
        (("x", "A1"), "“x” không phải tài khoản học tập"),
    ):
        result = run("link-actor", *arguments)
        assert result.exit_code == 1
        assert words in result.stderr


def test_a_name_that_would_change_the_terminal_is_shown_escaped_and_can_be_pasted_back(
    run: Run, ready: None, database: Database, identity: api.Identity
) -> None:
    learning.store(database, identity, learning.statement("\x1b[2Jnv\n 9 "))
    succeeded(run("work", "--once"))
    shown = succeeded(run("unknown-actors"))
    assert "\x1b" not in shown
    line = shown.splitlines()[0].split(maxsplit=2)[2]
    assert line == '"account https://hoc.example.org|\\u001b[2Jnv\\n 9\\u0020"'
    assert succeeded(run("link-actor", line, "A2")).endswith("; 1 waiting Statements now count.\n")
    again = run("link-actor", line, "A1")
    assert again.exit_code == 1
    assert "\x1b" not in again.output


def test_names_in_notes_and_faults_cannot_change_the_terminal(run: Run, ready: None) -> None:
    refused = run("link-actor", "https://hoc.example.org|x", "A\x1b[2J")
    assert refused.exit_code == 1
    assert "\x1b" not in refused.output
    assert "A\\u001b[2J" in refused.stderr


def test_a_roster_is_tried_taken_in_by_its_good_rows_and_compared_with_who_is_there(
    run: Run, ready: None, database: Database, tenant: UUID, tmp_path: Path
) -> None:
    data = roster_csv({"Mã người lao động": "A3", "Ngày vào làm": "hôm qua"}, {"Mã người lao động": "A4"})
    tried = run("import-roster", data, "--dry-run", "--good-rows", "--whole")
    assert succeeded(tried).splitlines() == [
        "Dòng 3: mới “A4” Nguyễn Thị Hoa: người mới; vào làm ở dn/1 từ 01/02/2020",
        "file-1.csv: 1 new, 0 changed, 0 unchanged",
        "Vắng mặt: “A1” Nguyễn Thị Hoa, dn/1 từ 01/02/2020",
        "Vắng mặt: “A2” Nguyễn Thị Hoa, dn/1 từ 01/02/2020",
        "2 missing, 0 ended.",
        "Nothing was changed (--dry-run).",
    ]
    assert count(database, Worker, tenant) == 2
    back = tmp_path / "refused.xlsx"
    done = run(
        "import-roster",
        data,
        "--good-rows",
        "--refused",
        str(back),
        "--whole-of",
        "dn/1",
        "--end-missing",
        "2026-10-31",
    )
    assert succeeded(done).splitlines()[-1] == "2 missing, 2 ended."
    assert told_apart_from_the_database(done)[1:] == ["1 rows were left out.", f"Rows left out: {back}"]
    again = run("import-roster", back.read_bytes())
    assert again.exit_code == 1
    assert "“hôm qua” không phải là ngày" in again.stderr
    for wrong in (["--end-missing", "2026-10-31"], ["--refused", str(back)]):
        assert run("import-roster", data, *wrong).exit_code == 2


def test_templates_are_written_and_come_back(run: Run, ready: None, tmp_path: Path) -> None:
    for table, columns in (("roster", 17), ("headcounts", 7), ("titles", 11)):
        for ending in ("xlsx", "csv"):
            path = tmp_path / f"{table}.{ending}"
            assert succeeded(run("template", table, str(path))) == f"{path}: {columns} columns\n"
            assert "chỉ có dòng tiêu đề" in run(f"import-{table}", path.read_bytes()).stderr
    assert run("template", "roster", str(tmp_path / "x.pdf")).exit_code == 2


def test_declared_headcounts_are_imported_and_shown_with_coverage(run: Run, ready: None) -> None:
    data = (
        "Mã doanh nghiệp,Ngày,Tổng số lao động,Căn cứ,Người báo\ndn/2,30/06/2026,250,Báo cáo quý II,Phòng nhân sự\n"
    ).encode()
    assert succeeded(run("import-headcounts", data)) == "file-1.csv: 1 new, 0 changed, 0 unchanged\n"
    assert succeeded(run("show-headcounts")).splitlines() == [
        "      250  30/06/2026  dn/2: Báo cáo quý II (Phòng nhân sự)",
        "20/11/2026: 2 trên 2 doanh nghiệp có số liệu (1 có danh sách, 1 chỉ báo số lượng)",
    ]


def test_doubles_by_national_number_are_listed_without_the_number(run: Run, ready: None) -> None:
    same = "Mã người lao động,Họ và tên,Mã doanh nghiệp,Ngày vào làm,CCCD\n"
    rows = "".join(f"A{n},Nguyễn Thị Hoa,dn/1,01/02/2020,001190000123\n" for n in (1, 2))
    assert succeeded(run("national-numbers", "--keep", "on")) == "0 doubles. Numbers are kept encrypted.\n"
    result = run("import-roster", (same + rows).encode())
    assert "001190000123" not in result.output
    assert succeeded(run("national-numbers", "--keep", "off")).splitlines() == [
        "2 kept numbers were removed; their hashes stay.",
        "CCCD …123: “A1” và “A2”",
        "1 doubles. Numbers are not kept.",
    ]


def test_a_table_is_tried_and_taken_in_without_the_rows_at_fault(
    run: Run, database: Database, tenant: UUID, tmp_path: Path
) -> None:
    succeeded(run("import-organizations", ORGANIZATIONS))
    succeeded(run("import-roster", roster_csv({"Mã người lao động": "A1"})))
    heading = "Mã người lao động,Năm đánh giá,Số quyết định,Ngày quyết định,Cơ quan công nhận\n"
    titles = f"{heading}A1,2025,1/QĐ,20/02/2026,UBND\nA9,2025,1/QĐ,20/02/2026,UBND\n".encode()
    assert run("import-titles", titles).exit_code == 1
    tried = succeeded(run("import-titles", titles, "--good-rows", "--dry-run"))
    assert "1 new" in tried
    assert "Nothing was changed" in tried
    assert count(database, Award, tenant) == 0
    refused = tmp_path / "loi.csv"
    done = run("import-titles", titles, "--good-rows", "--refused", str(refused))
    assert "1 new" in succeeded(done)
    assert "Dòng 3" in done.stderr
    assert "1 rows were left out." in done.stderr
    assert count(database, Award, tenant) == 1
    assert "A9" in refused.read_text("utf-8-sig")
    assert run("import-titles", titles, "--refused", str(refused)).exit_code == 2
