"""Unknown Actors are counted, listed, suggested to be somebody, and linked one by one or by list."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification import bulk
from certification.evidence import feed, waiting_list
from certification.models import Base, NationalNumber, UnknownActor, WaitingStatement
from certification.people import (
    doubles,
    identifiers,
    identity_events,
    link_lists,
    linking,
    merging,
    national_numbers,
    suggestions,
    undoing,
    work_list,
    workers,
)
from lrs import api
from tests.certification import learning
from tests.certification.import_files import csv_file, faults_of
from tests.certification.learning import group, statement, store
from tests.certification.world import World
from tests.conftest import PEPPER

Do = Callable[..., Any]
WHO = {"by": "cán bộ", "basis": "xem hồ sơ"}


@pytest.fixture
def write(world: World) -> Do:
    def call(function: Do, *arguments: Any, **more: Any) -> Any:
        with world.database.writing(world.tenant) as session:
            return function(session, world.tenant, *arguments, now=world.now, **more)

    return call


@pytest.fixture
def read(world: World) -> Do:
    def call(function: Do, *arguments: Any, **more: Any) -> Any:
        with world.database.reading(world.tenant) as session:
            return function(session, world.tenant, *arguments, **more)

    return call


def employ(world: World, *enterprises: str, **more: Any) -> str:
    with world.database.writing(world.tenant) as session:
        world.employ(session, *enterprises, **more)
    return f"NV-{world._numbers}"


def elsewhere(name: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": "https://khac.example.org", "name": name}}


def text(actor: dict[str, Any]) -> str:
    found = api.ifi_text(actor)
    assert found is not None
    return found


def send(world: World, identity: api.Identity, *statements: dict[str, Any]) -> None:
    store(world.database, identity, *statements)
    learning.follow_all(world.database, world.tenant, world.now)


def counts(world: World) -> tuple[list[Any], list[Any]]:
    """What is counted beside, and what a count of the rows says."""
    with world.database.reading(world.tenant) as session:
        kept = session.execute(
            sa.select(UnknownActor.ifi, UnknownActor.statements, UnknownActor.first_seen).where(
                UnknownActor.tenant_id == world.tenant
            )
        ).all()
        counted = session.execute(
            sa.select(WaitingStatement.ifi, sa.func.count(), sa.func.min(WaitingStatement.seen))
            .where(WaitingStatement.tenant_id == world.tenant)
            .group_by(WaitingStatement.ifi)
        ).all()
    return sorted(map(tuple, kept)), sorted(map(tuple, counted))


# ---------------------------------------------------------------- counting and listing


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_the_counts_are_those_of_the_rows_whatever_happens(
    world: World, identity: api.Identity, write: Do, seed: int
) -> None:
    dice = random.Random(seed)
    names = [f"{seed}-{place}" for place in range(4)]
    number = employ(world, "dn/a")
    sent: list[dict[str, Any]] = []
    for _ in range(6):
        match dice.randrange(5):
            case 0 | 1:
                new = [statement(dice.choice(names)), statement(group(*dice.sample(names, 2)))]
                sent += new
                send(world, identity, *new)
            case 2 if sent:
                send(world, identity, learning.voiding(sent.pop(dice.randrange(len(sent)))))
            case 3:
                write(linking.link, learning.ifi(dice.choice(names)), number, **WHO)
            case _:
                try:
                    write(linking.unlink, learning.ifi(dice.choice(names)), **WHO)
                except linking.NotLinked:
                    feed.rebuild(world.database, world.tenant, now=world.now)
        kept, counted = counts(world)
        assert kept == counted


def test_pages_follow_one_another_and_tell_who_sent_what(world: World, identity: api.Identity, read: Do) -> None:
    named = statement("a0")
    named["object"]["definition"] = {"name": {"vi": "Luật Lao động"}}
    send(world, identity, *[statement(f"a{place}") for place in range(5) for _ in range(1 + place % 3)], named)
    everybody = read(waiting_list.page, limit=None)
    assert [one.statements for one in everybody] == sorted((one.statements for one in everybody), reverse=True)
    paged: list[Any] = []
    while found := read(
        waiting_list.page,
        limit=2,
        after=paged[-1].place if paged else None,
    ):
        paged += found
    assert paged == everybody
    assert read(waiting_list.totals) == (5, 10)
    examples = read(waiting_list.described, everybody)
    assert examples.keys() == {one.ifi for one in everybody}
    one = examples[learning.ifi("a1")]
    assert (one.authority, one.activity) == (text(identity.authority), "https://hoc.example.org/law-labour")
    assert one.authority_name == identity.authority.get("name")


def test_a_page_costs_as_many_commands_however_many_wait(
    world: World, identity: api.Identity, read: Do, count_commands: Do
) -> None:
    send(world, identity, *[statement(f"a{place}") for place in range(3)])
    with count_commands() as few:
        read(waiting_list.described, read(waiting_list.page, limit=100))
    send(world, identity, *[statement(f"b{place}") for place in range(90) for _ in range(3)])
    with count_commands() as many:
        read(waiting_list.described, read(waiting_list.page, limit=100))
    assert len(many) <= len(few), "the first reads the rules too"


# ---------------------------------------------------------------- who may be whom


def test_the_same_account_elsewhere_the_same_mail_and_the_number_are_reasons(
    world: World, identity: api.Identity, write: Do, read: Do
) -> None:
    first, second, third = (employ(world, "dn/a") for _ in range(3))
    write(linking.link, learning.ifi("Nv.An"), first, **WHO)
    write(linking.link, "mailto:Binh@h.vn", second, **WHO)
    hashed = "mbox_sha1sum " + identifiers.hashlib.sha1(b"mailto:binh@h.vn", usedforsecurity=False).hexdigest()
    asked = [text(elsewhere("nv.an")), hashed, text(elsewhere("binh@h.vn")), text(elsewhere(third)), "openid https://x"]
    found = read(suggestions.for_actors, asked)
    assert {ifi: [(one.worker.number, one.score) for one in told] for ifi, told in found.items()} == {
        asked[0]: [(first, 60)],
        asked[1]: [(second, 90)],
        asked[2]: [(second, 90)],
        asked[3]: [(third, 75)],
    }
    assert found[asked[0]][0].reasons[0].words == (
        "Cùng tên tài khoản với “https://hoc.example.org|Nv…” đã gắn trên nền tảng khác"
    )
    assert learning.waiting(world.database, world.tenant) == set()


def test_a_name_that_many_have_speaks_less_for_each(world: World, write: Do, read: Do) -> None:
    for place in range(3):
        home = {"account": {"homePage": f"https://h{place}.vn", "name": "admin"}}
        write(linking.link, text(home), employ(world, "dn/a"), **WHO)
    assert [
        one.score for one in read(suggestions.for_actors, [text(elsewhere("admin"))])[text(elsewhere("admin"))]
    ] == [
        20,
        20,
        20,
    ]


def test_what_somebody_said_is_not_so_is_suggested_no_more_until_taken_back(world: World, write: Do, read: Do) -> None:
    first, second = employ(world, "dn/a"), employ(world, "dn/a")
    write(linking.link, learning.ifi("an"), first, **WHO)
    ifi = text(elsewhere("an"))
    event = write(merging.not_the_worker, ifi, first, **WHO)
    assert read(suggestions.for_actors, [ifi]) == {}
    write(undoing.undo, event, **WHO)
    assert list(read(suggestions.for_actors, [ifi])) == [ifi]
    [double] = read(doubles.page, limit=9)
    event = write(merging.different, first, second, **WHO)
    assert read(doubles.page, limit=9) == []
    write(undoing.undo, event, **WHO)
    assert read(doubles.page, limit=9) == [double]


def test_one_national_number_and_one_name_at_once_make_doubles(world: World, write: Do, read: Do) -> None:
    first = employ(world, "dn/a")
    second = employ(world, "dn/a", "dn/b")
    third = employ(world, "dn/c")
    employ(world, "dn/a", started=date(2010, 1, 1), ended=date(2020, 12, 31))
    keys = national_numbers.Keys.of(world.tenant, PEPPER)
    number = national_numbers.check("038195000123")
    ids = [read(workers.find, one).id for one in (first, third)]
    rows = [national_numbers.row(keys, number, one, sealed=False, now=world.now) for one in ids]
    with world.database.writing(world.tenant) as session:
        bulk.insert(session, NationalNumber, rows)
    found = read(doubles.page, limit=9)
    assert [(one.first.number, one.second.number, one.score) for one in found] == [
        (first, third, 97),
        (first, second, 40),
    ]
    assert [suggestions.strength(one.score) for one in found] == ["gần như chắc chắn", "có thể"]
    assert found[1].reasons[0].words == "Cùng họ tên, cùng làm ở “dn/a”"
    write(merging.merge, first, second, **WHO)
    assert [(one.first.number, one.second.number) for one in read(doubles.page, limit=9)] == [(first, third)]
    assert {one.code: one.count for one in read(work_list.summary, date(2026, 11, 20))} == {
        "unknown-actors": 0,
        "waiting-statements": 0,
        "doubtful-statements": 0,
        "double-workers": 1,
        "without-criteria": 0,
    }


# ---------------------------------------------------------------- links by list


def links_csv(*rows: tuple[str, str]) -> bytes:
    names = [column.heading for column in link_lists.COLUMNS]
    return csv_file(names, [dict(zip(names, (*row, "danh sách"), strict=True)) for row in rows])


def test_a_list_links_many_and_their_statements_count(
    world: World, identity: api.Identity, write: Do, read: Do
) -> None:
    first, second = employ(world, "dn/a"), employ(world, "dn/b")
    send(world, identity, statement("an"), statement(group("an", "binh")))
    data = links_csv(("https://hoc.example.org|an", first), ("https://hoc.example.org|binh", second))
    result = write(link_lists.import_links, data, by="cán bộ")
    assert (result.created, result.unchanged) == (2, 0)
    assert {number for number, _ in learning.whats(world.database, world.tenant)} == {first, second}
    assert counts(world) == ([], [])
    again = write(link_lists.import_links, data, by="cán bộ")
    assert (again.created, again.unchanged) == (0, 2)
    [link] = read(linking.links_of, read(workers.find, first).id)
    assert (link.sureness, link.linked_by, link.basis) == ("confirmed", "cán bộ", "danh sách")
    [event] = read(identity_events.history, [link.person.id])
    assert (event.kind, event.basis) == ("link", "danh sách")


def test_every_fault_of_a_list_is_told_and_nothing_goes_in(world: World, write: Do) -> None:
    first, second = employ(world, "dn/a"), employ(world, "dn/b")
    write(linking.link, learning.ifi("an"), first, **WHO)
    table = Base.metadata.tables["certification_worker_identifier"]
    data = links_csv(
        ("https://hoc.example.org|an", second),
        ("hoc.example.org", first),
        ("https://hoc.example.org|binh", "NV-?"),
        ("https://hoc.example.org|chi", first),
        ("https://hoc.example.org|chi", second),
    )
    assert faults_of(lambda: write(link_lists.import_links, data, by="x")) == [
        f"Dòng 2, cột “Tài khoản học tập”: tài khoản “{learning.ifi('an')}” đã thuộc người lao động “{first}” trong hệ "
        "thống; gỡ trước nếu sai",
        "Dòng 3, cột “Tài khoản học tập”: “hoc.example.org” không phải tài khoản học tập; ghi “trang chủ|tên tài "
        "khoản” (https://hoc.example.org|nv001) hoặc “mailto:địa-chỉ-thư”",
        "Dòng 4, cột “Mã người lao động”: không có người lao động nào mang mã “NV-?”; sửa mã, hoặc nhập danh sách "
        "trước",
        "Dòng 5, cột “Tài khoản học tập”: trùng hoặc không khớp với dòng 6, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        f"Dòng 6, cột “Tài khoản học tập”: tài khoản “{learning.ifi('chi')}” đã có ở dòng 5; xoá một dòng",
    ]
    with world.database.reading(world.tenant) as session:
        links = session.scalar(sa.select(sa.func.count()).where(table.c.tenant_id == world.tenant))
    assert links == 1


def test_a_thousand_links_take_as_many_commands_as_ten(world: World, write: Do, count_commands: Do) -> None:
    number = employ(world, "dn/a")
    with count_commands() as few:
        write(link_lists.import_links, links_csv(*[(f"https://h.vn|{one}", number) for one in range(10)]), by="x")
    with count_commands() as many:
        write(link_lists.import_links, links_csv(*[(f"https://h.vn|{one}", number) for one in range(10, 1010)]), by="x")
    assert len(many) <= len(few), "the first reads the rules too"
