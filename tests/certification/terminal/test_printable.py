"""What comes from outside cannot steer the terminal."""

from __future__ import annotations

import pytest

from certification.terminal.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Nguyễn Thị Hoa “x”", "Nguyễn Thị Hoa “x”"),
        ("\x1b]0;mine\x07", "\\u001b]0;mine\\u0007"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x9b2J\x7f", "\\u009b2J\\u007f"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
    ],
)
def test_what_is_not_there_to_be_seen_is_shown_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_line_ends_stay_where_there_may_be_several_lines() -> None:
    assert printable("a\nb\x1b", lines=True) == "a\nb\\u001b"
