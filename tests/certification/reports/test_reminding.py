"""Letters to units whose report is due: once at each stage, kept, and a list to phone for everybody else."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.models import ReportReminder
from certification.reports import late, mail, reminding
from certification.reports.late import Contact
from certification.reports.mail import FAILED, SENT, UNKNOWN, Letter, MailServer
from tests.certification.reports.office import KEY, TEXTS, TOP, Office
from tests.certification.reports.post_office import PostOffice, open_post_office

LAN, MINH = "lan@cdcs-a.example", "minh@cdcs-b.example"


@pytest.fixture
def post() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def named(office: Office) -> Office:
    """cdcs/a and cdcs/b with an address, cdcs/trong with a telephone number alone."""
    for code, contact in (
        ("cdcs/a", Contact("Lê Lan", "", LAN)),
        ("cdcs/b", Contact("Vũ Minh", "0912 345 678", MINH)),
        ("cdcs/trong", Contact("Hà", "0987 654 321", "")),
    ):
        with office.world.database.writing(office.tenant) as session:
            late.set_contact(session, office.tenant, office.operator, code, contact, now=office.now)
    return office


def server_at(post: PostOffice) -> MailServer:
    found = MailServer.of(post.url, "bao-cao@cong-doan.example")
    assert found is not None
    return found


def remind(office: Office, post: PostOffice, now: datetime | None = None) -> list[str]:
    """As the command does it."""
    at, database = now or office.now, office.world.database
    with database.writing(office.tenant) as session:
        claimed = reminding.claim(session, office.tenant, TOP, KEY, by="máy", now=at)
    outcomes = mail.send(server_at(post), [letter for _, letter in claimed])
    with database.writing(office.tenant) as session:
        sent = [(one, said) for (one, _), said in zip(claimed, outcomes, strict=True)]
        reminding.settle(session, office.tenant, KEY, sent, now=at)
    return [outcome for outcome, _ in outcomes]


def kept(office: Office) -> dict[tuple[str, str], Any]:
    codes = {one: code for code, one in office.world.ids.items()}
    with office.world.database.reading(office.tenant) as session:
        rows = session.scalars(sa.select(ReportReminder).where(ReportReminder.tenant_id == office.tenant))
        return {(codes[row.organization_id], row.stage): row for row in rows}


def test_each_unit_is_written_to_once_at_each_stage_and_what_was_sent_is_kept(named: Office, post: PostOffice) -> None:
    early = datetime(2026, 11, 4, 5, 0, tzinfo=UTC)  # fifteen days before the last day of the unions below
    assert remind(named, post, early) == []
    soon = datetime(2026, 11, 5, 5, 0, tzinfo=UTC)
    assert remind(named, post, soon) == [SENT, SENT]
    assert remind(named, post, soon) == []
    assert remind(named, post, datetime(2026, 11, 15, 5, 0, tzinfo=UTC)) == []
    assert remind(named, post, datetime(2026, 11, 16, 5, 0, tzinfo=UTC)) == [SENT, SENT]
    named.enter(named.hoa, "cdcs/a", TEXTS)
    named.take(named.hoa, "cdcs/a", "submit")
    assert remind(named, post) == [SENT]
    assert [letter["To"] for letter in post.letters] == [LAN, MINH, LAN, MINH, MINH]
    last = post.letters[-1]
    assert last["From"] == "bao-cao@cong-doan.example"
    assert last["Subject"] == "Nhắc nộp báo cáo trước ngày 19/11/2026: CĐCS B"
    text = last.get_content()
    assert text.startswith("Kính gửi Vũ Minh, CĐCS B,\n")
    assert "chưa mở. Hạn nộp: 19/11/2026, đã quá hạn 1 ngày." in " ".join(text.split())
    assert len({letter["Message-ID"] for letter in post.letters}) == 5
    rows = kept(named)
    assert set(rows) == {
        ("cdcs/a", "sap-den-han"), ("cdcs/b", "sap-den-han"), ("cdcs/a", "can-ngay"), ("cdcs/b", "can-ngay"),
        ("cdcs/b", "qua-han"),
    }  # fmt: skip
    assert {(row.outcome, row.sent_by, row.fault) for row in rows.values()} == {(SENT, "máy", "")}
    assert text.strip() in rows["cdcs/b", "qua-han"].message


def test_what_a_server_refused_is_tried_again_and_what_may_have_gone_is_not(named: Office, post: PostOffice) -> None:
    post.refused.add(LAN)
    post.breaks_after = 0
    assert remind(named, post) == [FAILED, UNKNOWN]
    assert "no such mailbox" in kept(named)["cdcs/a", "qua-han"].fault
    post.refused.clear()
    post.breaks_after = None
    assert remind(named, post) == [SENT]
    assert [letter["To"] for letter in post.letters] == [LAN]
    assert kept(named)["cdcs/b", "qua-han"].outcome == UNKNOWN


def test_a_program_that_stops_after_noting_writes_to_nobody_twice(named: Office, post: PostOffice) -> None:
    with named.world.database.writing(named.tenant) as session:
        assert len(reminding.claim(session, named.tenant, TOP, KEY, by="máy", now=named.now)) == 2
    assert remind(named, post) == []
    assert {row.outcome for row in kept(named).values()} == {"sending"}


def test_a_line_that_breaks_ends_only_what_follows(post: PostOffice) -> None:
    post.breaks_after = 1
    letters = [Letter(str(number), f"{number}@x.example", "Nhắc", "Một\n.\nHai\n") for number in range(4)]
    outcomes = mail.send(server_at(post), letters)
    assert [outcome for outcome, _ in outcomes] == [SENT, UNKNOWN, FAILED, FAILED]
    assert post.letters[0].get_content().splitlines() == ["Một", ".", "Hai"]


def test_a_letter_is_plain_text_whatever_a_name_in_it_looks_like(post: PostOffice) -> None:
    mark = "<img src=x onerror=alert(1)>\r\nBcc: moi-nguoi@x.example\r\n\r\n{{7*191}} =1+1 \u202eNFD: e\u0302\u0301"
    assert mail.send(server_at(post), [Letter("1", "a@x.example", f"Nhắc {mark}", f"Kính gửi {mark}\n")]) == [
        (SENT, "")
    ]
    (letter,) = post.letters
    assert (letter["Bcc"], letter["To"], letter.get_content_type()) == (None, "a@x.example", "text/plain")
    assert letter["Subject"] == f"Nhắc {' '.join(mark.split())}"
    assert letter.get_content().split() == f"Kính gửi {mark}".split()


def test_without_a_server_nothing_goes_out() -> None:
    assert MailServer.of("", "a@b.example") is None
    assert MailServer.of("smtp://mail.example", "") is None
    for wrong in ("mail.example", "http://mail.example", "smtp://"):
        with pytest.raises(ValueError, match="smtp://"):
            MailServer.of(wrong, "a@b.example")
    found = MailServer.of("smtps://bao%40cao:m%3At@mail.example", "a@b.example")
    assert found == MailServer("mail.example", 465, True, "a@b.example", "bao@cao", "m:t")
    assert "m:t" not in repr(found)


def test_no_password_goes_over_a_line_in_the_clear(post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "LOCAL", ())
    server = replace(server_at(post), user="u", password="p")
    assert mail.send(server, [Letter("1", LAN, "Nhắc", "Một")])[0][0] == FAILED
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = replace(server, port=nobody.getsockname()[1])
        assert mail.send(away, [Letter("1", LAN, "Nhắc", "Một")])[0][0] == FAILED


@pytest.mark.parametrize("tls", [True, False])
def test_a_mail_server_has_to_show_its_certificate_but_on_this_machine(
    tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else anybody on the way reads letters, codes and the password."""
    shown: list[ssl.SSLContext] = []

    class Line:
        def __init__(self, *_: object, context: ssl.SSLContext | None = None, **__: object) -> None:
            shown.extend([context] if context is not None else [])

        def starttls(self, *, context: ssl.SSLContext) -> None:
            shown.append(context)

        def ehlo(self) -> None: ...

        def has_extn(self, _name: str) -> bool:
            return True

    monkeypatch.setattr(smtplib, "SMTP", Line)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Line)
    for host in ("thu.cong-doan.example", "localhost"):
        mail._connected(mail.MailServer(host, 465, tls, "a@b.example"))
    away, here = shown
    assert (away.verify_mode, away.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert here.verify_mode == ssl.CERT_NONE


def test_the_stage_is_the_last_one_reached(office: Office) -> None:
    form = office.show(TOP).form
    days = [(4, None), (5, "sap-den-han"), (15, "sap-den-han"), (16, "can-ngay"), (19, "can-ngay"), (20, "qua-han")]
    last = date(2026, 11, 19)
    assert [(day, reminding.stage_of(form, last, date(2026, 11, day))) for day, _ in days] == days
    assert reminding.stage_of(form, None, date(2026, 11, 20)) is None


def test_the_command_writes_where_a_server_is_set_and_lists_the_others(
    named: Office, post: PostOffice, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from certification.commands import invocation

    monkeypatch.setattr(invocation, "now", lambda: named.now)

    def run(*more: str) -> list[str]:
        told = ["--plan", KEY.plan, "--cut-off", "2026-10-31", "--by", "máy"]
        result = app.test_cli_runner().invoke(args=["certification", "remind-of-reports", TOP, *told, *more])
        assert result.exit_code == 0, result.output
        return result.stdout.splitlines()

    assert run() == [
        "cdcs/a  CĐCS A: new, due 19/11/2026, Lê Lan",
        "cdcs/b  CĐCS B: new, due 19/11/2026, Vũ Minh 0912 345 678",
        "cdcs/trong  CĐCS không có doanh nghiệp: new, due 19/11/2026, Hà 0987 654 321",
        "3 units to phone.",
    ]
    assert kept(named) == {}
    settings = replace(app.extensions["settings"], smtp_url=post.url, mail_from="bao-cao@cong-doan.example")
    monkeypatch.setitem(app.extensions, "settings", settings)
    phoned = ["cdcs/trong  CĐCS không có doanh nghiệp: new, due 19/11/2026, Hà 0987 654 321", "1 unit to phone."]
    assert run("--dry-run") == ["cdcs/a: would be written to", "cdcs/b: would be written to", *phoned]
    assert post.letters == []
    assert run() == ["cdcs/a: sent", "cdcs/b: sent", "2 letters went out.", *phoned]
    assert run() == ["0 letters went out.", *phoned]
    assert len(post.letters) == 2
