"""Nobody who joins the union in May was a member in March, whatever the roster says and how often it comes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.people.union_roles import Told, laid_over

START, TODAY = date(2020, 2, 1), date(2026, 11, 20)
YES, NO = Told(True), Told(False)
MAY = date(2026, 5, 15)
YESTERDAY = date(2026, 11, 19)
JULY = date(2026, 7, 1)
SOONER: dict[str, object] = {"started": date(2026, 5, 16), "corrected": [JULY]}
"""A new position of 1 July began on 16 May really, the day after the one before ended."""


def after(known: dict[date, date | None], told: Told | None, **options: object) -> dict[date, date | None]:
    usual: dict[str, object] = {"started": START, "ended": None, "is_new": False, "today": TODAY}
    return laid_over(known, told, **{**usual, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "told", "options", "expected"),
    [
        ({}, YES, {"is_new": True}, {START: None}),
        ({}, NO, {"is_new": True}, {}),
        ({}, YES, {}, {TODAY: None}),
        ({START: None}, YES, {}, {START: None}),
        ({START: None}, NO, {}, {START: YESTERDAY}),
        ({TODAY: None}, NO, {}, {}),
        ({START: None}, None, {}, {START: None}),
        ({}, Told(True, MAY), {}, {MAY: None}),
        ({START: None}, Told(True, MAY), {}, {MAY: None}),
        ({START: date(2022, 1, 1)}, Told(True, MAY), {}, {START: date(2022, 1, 1), MAY: None}),
        ({START: None}, Told(True, None, MAY), {}, {START: MAY}),
        ({date(2022, 1, 1): None}, Told(True, None, MAY), {}, {date(2022, 1, 1): MAY}),
        ({}, Told(True, None, MAY), {}, {START: MAY}),
        ({START: date(2022, 1, 1)}, YES, {}, {START: date(2022, 1, 1), TODAY: None}),
        ({START: date(2022, 1, 1)}, NO, {}, {START: date(2022, 1, 1)}),
        ({START: None}, None, {"ended": date(2026, 8, 31)}, {START: date(2026, 8, 31)}),
        ({START: None}, YES, {"ended": date(2026, 8, 31)}, {START: date(2026, 8, 31)}),
        ({START: None}, NO, {"ended": date(2026, 8, 31)}, {}),
        ({}, YES, {"ended": date(2026, 8, 31)}, {START: date(2026, 8, 31)}),
        ({}, YES, {"started": date(2027, 1, 1)}, {date(2027, 1, 1): None}),
        ({START: MAY}, None, {"started": date(2026, 5, 16), "is_new": True}, {START: MAY, date(2026, 5, 16): None}),
        ({START: MAY}, None, {"started": date(2026, 5, 17), "is_new": True}, {START: MAY}),
        ({START: MAY}, None, {"started": date(2026, 5, 16)}, {START: MAY}),
        ({START: MAY}, NO, {"started": date(2026, 5, 16), "is_new": True}, {START: MAY}),
        ({START: MAY, JULY: None}, None, SOONER, {START: MAY, date(2026, 5, 16): None}),
        ({START: MAY, JULY: None}, YES, SOONER, {START: MAY, date(2026, 5, 16): None}),
        ({START: date(2026, 3, 1), JULY: None}, None, SOONER, {START: date(2026, 3, 1), JULY: None}),
    ],
)
def test_what_a_row_says_is_laid_over_what_was_known(
    known: dict[date, date | None], told: Told | None, options: dict[str, object], expected: dict[date, date | None]
) -> None:
    found = after(known, told, **options)
    assert found == expected
    assert after(found, told, **options) == expected, "the same row again changes nothing"


days = st.dates(date(2019, 1, 1), date(2028, 1, 1))
tolds = st.one_of(
    st.none(),
    st.just(NO),
    st.builds(
        lambda first, last: Told(True, first, last if last is None or first is None or last >= first else None),
        st.none() | days,
        st.none() | days,
    ),
)


@given(rows=st.lists(st.tuples(tolds, days, st.none() | days), min_size=1, max_size=6), today=days)
def test_terms_never_overlap_and_saying_it_again_changes_nothing(
    rows: list[tuple[Told | None, date, date | None]], today: date
) -> None:
    known: dict[date, date | None] = {}
    for told, started, ended in rows:
        if ended is not None and ended < started:
            started, ended = ended, started
        if told is not None and told.holds:
            first = told.started and min(max(told.started, started), ended or date.max)
            told = Told(True, first, told.ended and min(max(told.ended, first or started), ended or date.max))
        known = laid_over(known, told, started=started, ended=ended, is_new=not known, today=today)
        assert laid_over(known, told, started=started, ended=ended, is_new=False, today=today) == known
        terms = sorted(known.items())
        assert all(end is None or end >= day for day, end in terms)
        assert all(end is not None and end < following for (_day, end), (following, _end) in pairwise(terms))
