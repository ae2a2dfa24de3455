"""What looks like a code on a Vietnamese page is found, and what stands there as a code is passed over."""

from __future__ import annotations

import pytest

from tests.browser.plain_words import codes_on


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>Kỳ: yearly</p>", ["yearly"]),
        ("<p>Trạng thái <small>PROPOSAL</small>, not_met</p>", ["PROPOSAL", "not_met"]),
        ("<td>019f0d3c-0000-7000-8000-000000000001</td>", ["019f0d3c-0000-7000-8000-000000000001"]),
        ("<p>be given transcripts as an enterprise</p>", ["be", "enterprise"]),
        (
            "<code>all</code> <kbd>yearly</kbd> <span lang='en'>draft</span> <b translate='no'>task_list</b>",
            [],
        ),
        ("<p>Mọi chỗ (related_agents), nam@hoc.example.org/completed, journal_mode = wal</p><br><img>", []),
    ],
)
def test_codes_are_found_in_words_and_passed_over_where_they_are_codes(page: str, found: list[str]) -> None:
    told = codes_on(f'<!doctype html><html lang="vi"><body>{page}</body></html>')
    assert [one.split("'")[1] for one in told] == found
    assert codes_on(f'<html lang="en"><body>{page}</body></html>') == []
