"""Lists of workers: in the order of the Vietnamese alphabet, found without diacritics, part by part."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access.rights import Reach
from certification.models import Worker
from certification.people import lists, names, roster
from certification.people.lists import Sought
from certification.privacy.held import ERASED_NAME
from certification.rules import programme
from certification.units import organizations
from lrs.db import Database, Session
from tests.certification.web.published import ROSTER_HEADINGS, UNITS

ON = date(2026, 11, 20)
PEOPLE = (
    "Nguyễn Văn Ẩn",
    "Trần An",
    "Lê Thị Ân",
    "Đỗ Thị Hòa",
    "Đỗ Thị Hoà",
    "H'Hen Niê",
    "Hồ Ánh",
    "Lê Đăng",
    "Lê Dũng",
)


def test_names_go_by_the_last_word_then_by_the_alphabet_then_by_tones() -> None:
    assert sorted(PEOPLE, key=names.order) == [
        "Trần An", "Hồ Ánh", "Lê Thị Ân", "Nguyễn Văn Ẩn", "Lê Dũng", "Lê Đăng", "Đỗ Thị Hoà", "Đỗ Thị Hòa",
        "H'Hen Niê",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", " ", "\u0301", "\u031bA", "ơ", "Ng\u0300uyễn", "李"])
def test_any_name_has_its_place(name: str) -> None:
    assert isinstance(names.order(name), bytes)
    assert names.sought(name).startswith(" ")


def install(session: Session, tenant: UUID, now: datetime) -> None:
    programme.load_shipped(session, tenant, now=now)
    organizations.import_organizations(session, tenant, UNITS.encode(), now=now)
    rows = [f"NV_{at};{name};nữ;dn/{'a' if at < 7 else 'b'};02/01/2026;;;có;không;" for at, name in enumerate(PEOPLE)]
    roster.import_roster(session, tenant, "\n".join([ROSTER_HEADINGS, *rows]).encode(), now=now)


def everything(tenant: UUID) -> Reach:
    return Reach(tenant, ON, True, frozenset(), frozenset(), frozenset())


def named(session: Session, tenant: UUID, words: str) -> list[str]:
    found = lists.search(session, tenant, Sought(ON, words), within=everything(tenant), limit=100)
    return [one.full_name for one in found]


def test_a_worker_is_found_by_the_beginning_of_any_word_and_by_the_number(
    database: Database, tenant: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        install(session, tenant, now)
        assert named(session, tenant, "hoa") == ["Đỗ Thị Hoà", "Đỗ Thị Hòa"]
        assert named(session, tenant, "HOÀ  đỗ") == ["Đỗ Thị Hoà", "Đỗ Thị Hòa"]
        for form in ("NFC", "NFD"):
            assert named(session, tenant, unicodedata.normalize(form, "Đỗ Thị Hoà")) == ["Đỗ Thị Hoà", "Đỗ Thị Hòa"]
        assert named(session, tenant, "oa") == []
        assert named(session, tenant, "nv_5") == ["H'Hen Niê"]
        assert named(session, tenant, "%") == []
        assert named(session, tenant, "nv%5\0") == []
        assert len(named(session, tenant, "")) == len(PEOPLE)


def test_a_list_goes_on_where_it_was_left_and_is_counted(
    database: Database, tenant: UUID, now: datetime, count_commands: Callable[[], Any]
) -> None:
    with database.writing(tenant) as session:
        install(session, tenant, now)
    with database.reading(tenant) as session, count_commands() as commands:
        place, seen = None, []
        while some := lists.search(session, tenant, Sought(ON), within=everything(tenant), limit=2, after=place):
            place = some[-1].place
            seen += [one.full_name for one in some]
        assert len([one for one in commands if one.startswith("SELECT")]) == 6
        assert seen == sorted(PEOPLE, key=names.order)
        assert lists.count(session, tenant, Sought(ON), within=everything(tenant), most=100) == len(PEOPLE)
        assert lists.count(session, tenant, Sought(ON), within=everything(tenant), most=3) == 4


def test_whoever_is_renamed_is_found_by_the_new_name_alone(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        install(session, tenant, now)
        rows = [ROSTER_HEADINGS, "NV_1;Trần Thị Xuân;nữ;dn/a;02/01/2026;;;có;không;"]
        roster.import_roster(session, tenant, "\n".join(rows).encode(), now=now)
        assert named(session, tenant, "tran an") == []
        assert named(session, tenant, "xuan") == ["Trần Thị Xuân"]


def test_what_is_kept_beside_a_name_is_always_of_that_name(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        install(session, tenant, now)
        rows = session.execute(sa.select(Worker.full_name, Worker.name_order, Worker.name_sought)).all()
    assert {(name, *names.columns(name).values()) for name, _, _ in rows} == {tuple(row) for row in rows}
    assert names.columns(ERASED_NAME)["name_sought"] == f" {names.folded(ERASED_NAME)}"


def test_lists_are_of_those_within_reach_and_where_they_work(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        install(session, tenant, now)
        units = {node.code: node.id for node in organizations.nodes(session, tenant).values()}
        mine = Reach(tenant, ON, False, frozenset({units["cdcs/b"]}), frozenset(), frozenset())
        found = lists.search(session, tenant, Sought(ON), within=mine, limit=100)
        assert [one.full_name for one in found] == ["Lê Dũng", "Lê Đăng"]
        assert lists.where(session, tenant, [found[0].id], ON) == {found[0].id: (("Công ty B", ""),)}
        of_a = Sought(ON, enterprise=units["dn/a"])
        assert lists.search(session, tenant, of_a, within=mine, limit=100) == []
        assert lists.count(session, tenant, of_a, within=everything(tenant), most=100) == 7


def test_of_many_people_those_of_a_name_that_few_have_are_found_first_and_asked_for_once(
    database: Database, tenant: UUID, now: datetime, count_commands: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing(tenant) as session:
        install(session, tenant, now)
    for few, first_ones in ((lists.FEW, lists.FIRST), (1, lists.FIRST), (-1, lists.FIRST), (-1, 1)):
        monkeypatch.setattr(lists, "FEW", few)
        monkeypatch.setattr(lists, "FIRST", first_ones)
        with database.reading(tenant) as session:
            assert named(session, tenant, "hoa") == ["Đỗ Thị Hoà", "Đỗ Thị Hòa"]
            assert named(session, tenant, "nv_5") == ["H'Hen Niê"]
            assert named(session, tenant, "khong ai") == []
            with count_commands() as commands:
                wanted = Sought(ON, "hoa")
                first = lists.search(session, tenant, wanted, within=everything(tenant), limit=1)
                [second] = lists.search(
                    session, tenant, wanted, within=everything(tenant), limit=9, after=first[0].place
                )
                assert lists.count(session, tenant, wanted, within=everything(tenant), most=9) == 2
            assert second.full_name == "Đỗ Thị Hòa"
            until_sure = few < 2 and not database.is_sqlite  # that nobody follows behind the first ones
            asked = [one for one in commands if one.startswith("SELECT")]
            assert len(asked) == 3 + until_sure, "who has the name is known"
