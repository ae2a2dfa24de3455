"""Codes: as they are heard and typed, and every slip found."""

from __future__ import annotations

import random
import re

from certification.certificates import codes


def test_a_code_is_read_however_it_is_typed() -> None:
    for _ in range(200):
        code = codes.make()
        assert codes.read(code) == code
        assert codes.read(f"  {code.lower().replace('-', ' ')} ") == code
        assert codes.read(code.replace("0", "O").replace("1", "l")) == code


def test_a_code_has_more_than_128_bits_and_those_printed_before_are_read_as_well() -> None:
    assert all(re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", codes.make()) for _ in range(200))
    before = "7K2M-9QXD-4HT" + codes._check("7K2M9QXD4HT")
    assert codes.read(before.lower().replace("-", " ")) == before


def test_every_slip_of_one_letter_is_found() -> None:
    chance = random.Random(7)
    for _ in range(300):
        code = codes.make()
        place = chance.choice([one for one, letter in enumerate(code) if letter != "-"])
        other = chance.choice([one for one in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if one != code[place]])
        assert codes.read(code[:place] + other + code[place + 1 :]) is None


def test_what_is_no_code_is_none() -> None:
    for text in ("", "-", "7K2M", "U" * 12, "ấ" * 12, "0" * 13, "0" * 27, "\0" * 12, "9" * 1_000_000):
        assert codes.read(text) is None


def test_of_100_000_guesses_none_is_a_code_that_was_made() -> None:
    """Guesses that are codes in form. Of those printed before 22 November 2026, were there a million of them, one in
    36,000,000,000 guesses hits one; of those since, fewer than one in 10 to the 34th."""
    chance = random.Random(11)
    made = {codes.make() for _ in range(1000)}
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    guesses = ("".join(chance.choices(letters, k=27)) for _ in range(100_000))
    assert not any(codes._grouped(one + codes._check(one)) in made for one in guesses)


def test_no_two_codes_are_alike() -> None:
    assert len({codes.make() for _ in range(10_000)}) == 10_000
