"""Candidates in the fields of congdanhoctap.vn's forms, marked as our reading."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl

from certification.documents import candidates_book
from certification.documents.candidates_book import OUR_READING
from certification.dossiers import candidates
from certification.dossiers.candidates import Candidates
from certification.models import NationalNumber
from certification.people import national_numbers
from certification.people.national_numbers import Keys
from tests.certification.dossiers.desk import YEAR, Desk
from tests.conftest import PEPPER

ON = date(2026, 11, 20)


def found(desk: Desk, *, unit: str | None = None, keys: Keys | None = None) -> Candidates:
    with desk.world.database.reading(desk.tenant) as session:
        return candidates.gather(
            session, desk.tenant, YEAR, on=ON, unit=None if unit is None else desk.world.ids[unit], keys=keys
        )


def seal(desk: Desk, number: str) -> Keys:
    keys = Keys.of(desk.tenant, PEPPER)
    with desk.world.database.writing(desk.tenant) as session:
        row = national_numbers.row(
            keys, national_numbers.check("001090000001"), desk.workers[number], sealed=True, now=desk.now
        )
        session.add(NationalNumber(**row))
    return keys


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_everybody_who_applies_is_a_line_with_points_and_what_is_not_kept_is_empty(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-3")
    desk.step(desk.oneself("NV-2"), "register", "NV-2")
    all_of_them = found(desk)
    assert sorted(one.number for one in all_of_them.people) == ["NV-1", "NV-2", "NV-3"]
    first = next(one for one in rows(candidates_book.as_csv(all_of_them)) if one["Mã người lao động"] == "NV-1")
    assert (first["Tỉnh/Thành phố"], first["Xã/Phường"], first["Nơi làm việc"]) == (
        "Tỉnh Lai Châu", "", "Doanh nghiệp A",
    )  # fmt: skip
    assert (first["CS1 tự chấm"], first["Tổng tự chấm"]) == ("9", "90")
    for heading in ("Năm sinh", "Dân tộc", "Tôn giáo", "Mật khẩu", "Quận/Huyện", "Số CCCD/CMND"):
        assert first[heading] == ""
    assert first["Ghi chú"] == OUR_READING
    book = openpyxl.load_workbook(io.BytesIO(candidates_book.as_xlsx(all_of_them)))
    assert OUR_READING in str(book.worksheets[0]["A1"].value)
    assert [row[0] for row in book["Giải thích"].iter_rows(values_only=True)][1:3] == ["STT", "Số CCCD/CMND"]
    assert [one.number for one in found(desk, unit="cdcs/b").people] == ["NV-3"]


def test_whoever_withdrew_is_left_out(desk: Desk) -> None:
    desk.reviewed("NV-1")
    desk.step(desk.oneself("NV-1"), "withdraw", "NV-1", reason="thôi")
    assert found(desk).people == ()


def test_a_sealed_number_is_opened_only_where_it_is_asked_for(desk: Desk) -> None:
    desk.reviewed("NV-1")
    keys = seal(desk, "NV-1")
    assert [one.national_number for one in found(desk).people] == [""]
    assert [one.national_number for one in found(desk, keys=keys).people] == ["001090000001"]
