"""Lists that tell which credentials are withdrawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.credentials import status_lists
from certification.credentials.status_lists import LENGTH


@given(st.frozensets(st.integers(0, LENGTH - 1), max_size=50))
def test_the_places_come_back(places: frozenset[int]) -> None:
    assert status_lists.decode(status_lists.encode(places)) == places


def test_the_same_places_give_the_same_letters_in_any_order() -> None:
    assert status_lists.encode([5, 9, 77]) == status_lists.encode([77, 5, 9, 5])


@pytest.mark.parametrize("place", [-1, LENGTH])
def test_a_place_outside_the_list_is_refused(place: int) -> None:
    with pytest.raises(ValueError, match="no place"):
        status_lists.encode([place])
