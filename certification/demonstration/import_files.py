"""The invented world as the CSV files an officer would import: units, roster, titles, attestations, commitments."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from certification.demonstration.enterprises import merger
from certification.demonstration.people import MARK, Account, Person, World

COMMITTED_KIND = "Công đoàn học tập"


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file by its name, and its bytes (UTF-8 with a byte order mark, so that spreadsheets read the diacritics)."""

    name: str
    data: bytes


def organizations(world: World) -> CsvFile:
    return _file(
        "to-chuc.csv",
        ("Mã", "Tên", "Loại", "Mã cấp trên hành chính", "Mã cấp trên công đoàn", "Từ ngày", "Đến ngày"),
        (
            (unit.code, unit.name, unit.kind, unit.administrative_parent, unit.union_parent, _day(unit.exists_from), "")
            for unit in world.units
        ),
    )


def successions(world: World) -> CsvFile:
    """The merger of two communes in the middle of the year."""
    new = merger(world.as_of)
    source = f"Nghị quyết sắp xếp xã, phường {MARK}"
    return _file(
        "sap-xep.csv",
        ("Mã đơn vị cũ", "Mã đơn vị mới", "Từ ngày", "Căn cứ"),
        ((old, new.code, _day(new.day), source) for old in new.communes),
    )


def roster(world: World) -> CsvFile:
    """One row for each employment; a worker's accounts, but for hashes of mail addresses, stand in the first. Who is on
    the roster twice has an account in each."""
    return _file(
        "nguoi-lao-dong.csv",
        (
            "Mã người lao động",
            "Họ và tên",
            "Giới tính",
            "Mã doanh nghiệp",
            "Ngày vào làm",
            "Ngày nghỉ việc",
            "Chức danh",
            "Đoàn viên",
            "Cán bộ công đoàn",
            "Tài khoản học tập",
        ),
        (
            (
                number,
                person.full_name,
                person.gender,
                job.enterprise.code,
                _day(job.started),
                _day(job.ended),
                job.position,
                _yes(job.union_member),
                _yes(job.union_cadre),
                " ".join(one.ifi for one in accounts) if job is person.jobs[0] else "",
            )
            for person in world.people
            for number, accounts in _records(person)
            for job in person.jobs
        ),
    )


def _records(person: Person) -> Iterator[tuple[str, list[Account]]]:
    """The records of a person on the roster, each with the accounts that stand there."""
    accounts = [one for one in person.accounts if not one.mail_sha1]
    if person.double:
        yield person.double, accounts[1:2]
        del accounts[1:2]
    yield person.number, accounts


def titles(world: World) -> CsvFile:
    return _file(
        "danh-hieu.csv",
        ("Mã người lao động", "Năm đánh giá", "Số quyết định", "Ngày quyết định", "Cơ quan công nhận"),
        (
            (person.number, str(title.year), title.decision, _day(title.decided_on), title.body)
            for person in world.people
            for title in person.titles
        ),
    )


def attestations(world: World) -> CsvFile:
    return _file(
        "xac-nhan.csv",
        ("Mã người lao động", "Năm", "Chỉ số", "Điểm", "Người xác nhận", "Ngày xác nhận", "Căn cứ"),
        (
            (
                person.number,
                str(vouching.year),
                vouching.indicator,
                str(vouching.points),
                vouching.attested_by,
                _day(vouching.attested_on),
                vouching.basis,
            )
            for person in world.people
            for vouching in person.vouchings
        ),
    )


def commitments(world: World) -> CsvFile:
    """Two thirds of the grassroots unions took "Công đoàn học tập" into the year's programme."""
    return _file(
        "cam-ket.csv",
        ("Mã đơn vị", "Nội dung", "Năm", "Căn cứ"),
        (
            (firm.union, COMMITTED_KIND, str(world.as_of.year), f"Chương trình công tác năm {world.as_of.year} {MARK}")
            for place, firm in enumerate(world.enterprises)
            if place % 3
        ),
    )


@dataclass(frozen=True, slots=True)
class Attended:
    """A row of a list: who was at what, on which day, and about which topic (a code of the evidence mapping)."""

    number: str
    title: str
    day: date
    topic: str


def attendance(name: str, rows: Iterable[Attended]) -> CsvFile:
    """A list on paper, typed: a talk of three quarters of an hour after the shift."""
    return _file(
        name,
        ("Mã người lao động", "Nội dung", "Ngày", "Giờ bắt đầu", "Số phút", "Chủ đề", "Hình thức"),
        ((row.number, row.title, _day(row.day), "17:15", "45", row.topic, "nói chuyện chuyên đề") for row in rows),
    )


def _file(name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> CsvFile:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return CsvFile(name, text.getvalue().encode("utf-8-sig"))


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def _yes(flag: bool) -> str:
    return "x" if flag else ""
