"""Whatever an Actor is called, it can be listed on one line, and what was listed can be pasted back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification import spreadsheets
from certification.evidence import feed
from certification.people import identifiers, linking, roster
from certification.people.identifiers import NoIdentifier
from certification.units import organizations
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.import_files import ORGANIZATIONS, roster_csv

ODD_NAMES = [
    " nv01 ",
    "nv01\n",
    "nv  01",
    "\t",
    "\x1b]0;x\x07",
    "Nguye\u0302\u0303n Lan",
    'nói "vâng"',
    "a\\u0000b",
    "a\0b",
    "mất\ufffd",
    "\u202env",
    "a|b c",
    "",
]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("https://hoc.example.org|nv 01|x", "account https://hoc.example.org|nv 01|x"),
        ("account https://hoc.example.org|nv01", "account https://hoc.example.org|nv01"),
        ("mailto:a@example.org", "mbox mailto:a@example.org"),
        ("mbox mailto:a@example.org", "mbox mailto:a@example.org"),
        ("mbox_sha1sum " + "AB" * 20, "mbox_sha1sum " + "ab" * 20),
        ("openid https://id.example.org/a", "openid https://id.example.org/a"),
    ],
)
def test_identifiers_are_read_in_every_form_people_and_listings_write(text: str, canonical: str) -> None:
    assert identifiers.read(text) == canonical


@pytest.mark.parametrize(
    "text", ["", "nv01", "|nv01", "https://h|", "mailto:", "h|nv01", "mbox_sha1sum 12", "openid x"]
)
def test_what_is_no_identifier_is_refused(text: str) -> None:
    with pytest.raises(NoIdentifier, match="không phải tài khoản học tập"):
        identifiers.read(text)


@pytest.mark.parametrize("text", ["  https://hoc.example.org|nv01\n", "\tmailto:a@example.org "])
def test_blanks_around_what_a_person_wrote_mean_nothing(text: str) -> None:
    assert identifiers.read(text) == identifiers.read(text.strip())


def test_what_stands_in_quotes_is_meant_to_the_letter() -> None:
    assert identifiers.read('"https://h.example|nv01 "') == "account https://h.example|nv01 "
    for text in ('"https://h.example|nv01', '"https://h.example|a" b', '"\\x"'):
        with pytest.raises(NoIdentifier):
            identifiers.read(text)


def _ifi(name: str) -> str:
    return learning.ifi(name)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_what_is_listed_is_one_printable_line_that_means_the_same(name: str) -> None:
    shown = identifiers.written(_ifi(name))
    assert shown.isprintable()
    assert identifiers.read(shown) == _ifi(name)
    assert identifiers.parts(f"mailto:a@b.example {shown}") == ["mailto:a@b.example", shown]


def test_an_ordinary_identifier_is_listed_as_it_is() -> None:
    for name in ("nv01", "nguyễn.thị.hoa"):
        assert identifiers.written(_ifi(name)) == _ifi(name)


@given(st.text(st.characters(codec="utf-8")))
def test_any_name_survives_the_cell_of_a_spreadsheet(name: str) -> None:
    others = "Lê Tấn Đạt\n" * 2  # a file in which most letters look spoilt is refused whole
    data = f'a\n{others}"{identifiers.written(_ifi(name)).replace(chr(34), chr(34) * 2)}"\n'.encode()
    *_others, row = spreadsheets.read(data, ["a"]).rows
    cell = row.optional_text("a", at_most=100_000)
    assert cell is not None
    assert [identifiers.read(part) for part in identifiers.parts(cell)] == [_ifi(name)]
    assert identifiers.read(_ifi(name)) == _ifi(name)


@pytest.fixture
def units(database: Database, tenant: UUID, identity: api.Identity, now: datetime) -> None:
    learning.load_rules(database, tenant, now=now)
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, ORGANIZATIONS, now=now)


@pytest.fixture
def listed(
    database: Database, tenant: UUID, identity: api.Identity, units: None, now: datetime
) -> Callable[[str], str]:
    """What the listing shows of an Actor of this name who learned something."""

    def listed(name: str) -> str:
        learning.store(database, identity, learning.statement(name))
        feed.follow(database, tenant, now=now)
        with database.reading(tenant) as session:
            [actor] = linking.unknown_actors(session, tenant)
        return identifiers.written(actor.ifi)

    return listed


@pytest.mark.parametrize("name", [" nv01 ", "nv01\n", "a  b", "Nguye\u0302n", "a\0b", ""])
def test_a_listed_actor_can_be_linked(
    database: Database, tenant: UUID, listed: Callable[[str], str], name: str, now: datetime
) -> None:
    with database.writing(tenant) as session:
        roster.import_roster(session, tenant, roster_csv({"Mã người lao động": "A1"}), now=now)
    shown = listed(name)
    with database.writing(tenant) as session:
        assert linking.link(session, tenant, shown, "A1", by="Chị Lan", now=now) == 1
    assert learning.waiting(database, tenant) == set()


@pytest.mark.parametrize("name", [" nv01 ", "nv01\n", "a  b", "Nguye\u0302n", "a\0b", ""])
def test_a_listed_actor_can_stand_in_a_roster(
    database: Database, tenant: UUID, listed: Callable[[str], str], name: str, now: datetime
) -> None:
    cell = listed(name)
    with database.writing(tenant) as session:
        told = roster_csv({"Mã người lao động": "A1", "Tài khoản học tập": cell})
        assert roster.import_roster(session, tenant, told, now=now).created == 1
    assert learning.waiting(database, tenant) == set()
    assert {fact[0] for fact in learning.facts(database, tenant)} == {"A1"}
