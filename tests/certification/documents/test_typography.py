"""Days, numbers in words, and what is not parted at the end of a line."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from certification.documents.typography import NO_BREAK, bound, composed, day_in_full, in_words


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (date(2026, 1, 31), "ngày 31 tháng 01 năm 2026"),
        (date(2026, 3, 5), "ngày 05 tháng 3 năm 2026"),
        (date(2026, 10, 10), "ngày 10 tháng 10 năm 2026"),
        (date(2026, 12, 1), "ngày 01 tháng 12 năm 2026"),
    ],
)
def test_only_days_below_ten_and_the_months_one_and_two_begin_with_a_zero(day: date, said: str) -> None:
    assert day_in_full(day) == said.replace(" ", NO_BREAK)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theo Điều 1 và khoản 2", "theo Điều~1 và khoản~2"),
        ("ngày 05 tháng 3 năm 2026", "ngày~05~tháng~3~năm~2026"),
        ("đạt 50 % số người", "đạt 50~% số người"),
        ("Phụ lục II của Quyết định số 12/QĐ-UBND", "Phụ~lục~II của Quyết định số~12/QĐ-UBND"),
        ("số người hằng năm không đổi", "số người hằng năm không đổi"),
    ],
)
def test_lines_do_not_end_within_what_belongs_together(text: str, said: str) -> None:
    assert bound(text) == said.replace("~", NO_BREAK)


def test_texts_are_composed_and_hold_nothing_that_no_document_can() -> None:
    assert composed(unicodedata.normalize("NFD", "Nguyễn Thị Hường")) == "Nguyễn Thị Hường"
    assert composed("a\x00b\x0bc\ud800d\u202ee\ufffef\tg\r\nh") == "abcdef g\nh"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (101, "một trăm linh một"),
        (214, "hai trăm mười bốn"),
        (1005, "một nghìn không trăm linh năm"),
        (1_000_000, "một triệu"),
        (2_000_055, "hai triệu không trăm năm mươi lăm"),
    ],
)
def test_totals_are_said_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


def test_no_words_are_made_up_for_what_is_no_number_of_people() -> None:
    for number in (-1, 10**12):
        with pytest.raises(ValueError, match="no words"):
            in_words(number)
