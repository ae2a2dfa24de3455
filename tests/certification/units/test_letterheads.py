"""How documents are headed and who signs them, on any day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

import pytest

from certification.acts import chain
from certification.units import letterheads
from certification.units.letterheads import BadLetterhead, Letterhead, UnknownSigner
from certification.units.trees import UnknownOrganization
from lrs.db import Database
from tests.certification.world import World

STARTS = date(2026, 1, 1)


@pytest.fixture
def world(database: Database, tenant: object, now: datetime) -> World:
    return World(database, tenant, now)  # type: ignore[arg-type]


def head(world: World, code: str, on: date) -> Letterhead:
    with world.database.reading(world.tenant) as session:
        return letterheads.letterhead(session, world.tenant, code, on)


def say(world: World, told: Letterhead, starts: date = STARTS, code: str = "cdcs/a") -> None:
    with world.database.writing(world.tenant) as session:
        letterheads.set_letterhead(session, world.tenant, code, told, starts=starts, by="hoa", now=world.now)


def test_what_nobody_told_is_worked_out_of_the_trees(world: World) -> None:
    assert head(world, "cdcs/a", STARTS) == Letterhead("CĐCS A", "LIÊN ĐOÀN LAO ĐỘNG TỈNH LAI CHÂU")
    assert head(world, "vn/lai-chau", STARTS).parent is None
    with pytest.raises(UnknownOrganization):
        head(world, "khong/co", STARTS)


def test_a_letterhead_holds_from_its_day_until_the_next(world: World) -> None:
    first = Letterhead("CÔNG ĐOÀN CƠ SỞ\nCÔNG TY A", "LĐLĐ TỈNH", "Lai Châu", "CĐCS", ("Như trên", "Lưu: VT"), "Số 1")
    second = Letterhead("CĐCS CÔNG TY A (MỚI)")
    say(world, first)
    say(world, second, date(2026, 7, 1))
    assert head(world, "cdcs/a", date(2025, 12, 31)).told_from is None
    assert head(world, "cdcs/a", date(2026, 6, 30)) == Letterhead(
        first.issuer, first.parent, first.place, first.symbol, first.recipients, first.address, STARTS
    )
    assert head(world, "cdcs/a", date(2026, 7, 1)).issuer == second.issuer
    say(world, Letterhead("CĐCS CÔNG TY A (ĐÃ SỬA)"), date(2026, 7, 1))
    assert head(world, "cdcs/a", date(2026, 12, 1)).issuer == "CĐCS CÔNG TY A (ĐÃ SỬA)"
    with world.database.reading(world.tenant) as session:
        acts = chain.listed(session, world.tenant, limit=10)
        assert chain.verify(session, world.tenant).faults == ()
    assert [(one.act, one.subject, one.by) for one in acts] == [("letterhead.set", "unit:cdcs/a", "hoa")] * 3


def test_every_fault_of_a_letterhead_is_told_and_nothing_is_kept(world: World) -> None:
    with pytest.raises(BadLetterhead) as refused:
        say(world, Letterhead(" ", "x" * 2001, "Lai\nChâu", "LĐ\x00LĐ", ("a\ud800",)))
    assert [field for field, _ in refused.value.faults] == ["issuer", "parent", "symbol", "recipients", "place"]
    assert head(world, "cdcs/a", STARTS).told_from is None


def test_who_signs_is_found_however_the_name_is_written_on_the_days_of_the_office(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        told = {"by": "hoa", "source": "QĐ 12", "now": world.now}
        add = lambda name, **said: letterheads.add_signer(  # noqa: E731
            session, world.tenant, "cdcs/a", name=name, **said, **told
        )
        chair = add("Lê Thị  Hoa", office="CHỦ TỊCH", authority="TM. BAN CHẤP HÀNH", starts=STARTS)
        assert add("Lê Thị Hoa", office="CHỦ TỊCH", authority="TM. BAN CHẤP HÀNH", starts=date(2026, 5, 1)) == chair
        deputy = add("Trần Văn Nam", office="PHÓ CHỦ TỊCH", starts=STARTS, last=date(2026, 6, 30))
        find = lambda name, on: letterheads.signer(session, world.tenant, "cdcs/a", name, on)  # noqa: E731
        assert find("le thi hoa", STARTS).id == chair
        assert find("TRẦN VĂN NAM", date(2026, 6, 30)).id == deputy
        with pytest.raises(UnknownSigner, match="Ngày đó có quyền ký: Lê Thị Hoa"):
            find("Trần Văn Nam", date(2026, 7, 1))
        with pytest.raises(UnknownSigner, match=r"thay mặt (?!cdcs/a).* Ngày đó chưa ghi ai có quyền ký"):
            find("Lê Thị Hoa", date(2025, 12, 31))
        letterheads.end_signer(
            session, world.tenant, "cdcs/a", chair, last=date(2026, 8, 31), reason="nghỉ hưu", by="hoa", now=world.now
        )
        assert letterheads.signers(session, world.tenant, "cdcs/a", date(2026, 9, 1)) == []
        assert len(letterheads.signers(session, world.tenant, "cdcs/a")) == 2
        assert chain.verify(session, world.tenant).head.number == 3


def test_every_fault_of_a_signer_is_told(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        told = {"by": "hoa", "now": world.now}
        with pytest.raises(BadLetterhead) as refused:
            letterheads.add_signer(
                session, world.tenant, "cdcs/a", name="", office="\x07", starts=STARTS, last=date(2025, 1, 1),
                source=" ", **told,
            )  # fmt: skip
        assert [field for field, _ in refused.value.faults] == ["name", "office", "source", "last"]
        made = letterheads.add_signer(
            session, world.tenant, "cdcs/a", name="Hoa", office="CHỦ TỊCH", starts=STARTS, source="QĐ 1", **told
        )
        for unknown, last, field in ((uuid4(), STARTS, "signer"), (made, date(2025, 1, 1), "last")):
            with pytest.raises(BadLetterhead) as refused:
                letterheads.end_signer(session, world.tenant, "cdcs/a", unknown, last=last, reason="x", **told)
            assert [name for name, _ in refused.value.faults] == [field]
        with pytest.raises(BadLetterhead):
            letterheads.end_signer(session, world.tenant, "cdcs/b", made, last=STARTS, reason="x", **told)
