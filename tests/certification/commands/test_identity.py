"""Linking, merging and taking back on the command line."""

from __future__ import annotations

import re

from tests.certification.commands.running import Run, succeeded, told_apart_from_the_database

WHO = ("--by", "Chị Lan", "--because", "xem thẻ đoàn viên")


def event_in(output: str) -> str:
    found = re.search(r"Event ([0-9a-f-]{36})", output)
    assert found
    return found[1]


def test_two_records_are_merged_shown_and_parted_again(ready: None, run: Run) -> None:
    told = succeeded(run("merge-workers", "A1", "A2", *WHO))
    assert told.startswith("A2 is A1. Event ")
    shown = succeeded(run("identity-history", "A2"))
    assert shown.startswith("A1  ")
    assert "account https://hoc.example.org|a1" in shown
    assert re.search(r"merge A1 A2  Chị Lan: xem thẻ đoàn viên", shown)
    succeeded(run("undo-identity", event_in(told), *WHO))
    again = run("undo-identity", event_in(told), *WHO)
    assert again.exit_code == 1
    assert told_apart_from_the_database(again) == ["Error: Việc này đã được hoàn tác rồi; không có gì để hoàn tác nữa"]
    assert "(taken back)" in succeeded(run("identity-history", "A1"))


def test_an_account_is_unlinked_and_split_off(learned: None, run: Run) -> None:
    succeeded(run("work", "--once"))
    assert "2 Statements" in succeeded(run("unlink-actor", "https://hoc.example.org|a1", *WHO))
    assert "2 waiting Statements" in succeeded(run("link-actor", "https://hoc.example.org|a1", "A1", *WHO))
    told = succeeded(run("split-worker", "A1", "A9", "--name", "Bình", "--account", "https://hoc.example.org|a1", *WHO))
    assert told.startswith("A9 is split off A1. Event ")
    refused = run("split-worker", "A1", "A8", "--employment", "dn/9:01/01/2020", "--title", "2020", *WHO)
    assert refused.exit_code == 1
    assert len(told_apart_from_the_database(refused)) == 2
    assert run("split-worker", "A1", "A8", "--employment", "dn/9", *WHO).exit_code == 2


def test_two_who_only_seem_one_are_said_to_be_two(ready: None, run: Run) -> None:
    assert succeeded(run("different-workers", "A1", "A2", *WHO)).startswith("A1 and A2 are two people. Event ")
    assert run("different-workers", "A1", "A7", *WHO).exit_code == 1


def test_the_work_list_tells_whom_an_unknown_actor_may_be(learned: None, run: Run) -> None:
    succeeded(run("work", "--once"))
    succeeded(run("link-actor", "https://khac.example.org|lạ", "A2"))
    told = succeeded(run("work-list"))
    assert "1  Tài khoản chưa biết là của ai" in told
    assert "https://hoc.example.org/law-labour" in told
    assert "→ A2 Nguyễn Thị Hoa: 60/100, nhiều khả năng: Cùng tên tài khoản với" in told
    assert "A1 = A2?" in told
    succeeded(run("not-the-worker", "https://hoc.example.org|lạ", "A2", *WHO))
    assert "→ A2 Nguyễn Thị Hoa: 60/100" not in succeeded(run("work-list"))
    heading = "Tài khoản học tập,Mã người lao động\n"
    assert "1 new" in succeeded(
        run("import-links", (heading + "https://hoc.example.org|lạ,A2\n").encode(), "--by", "x")
    )
    assert run("import-links", (heading + "https://hoc.example.org|lạ,A1\n").encode(), "--by", "x").exit_code == 1
