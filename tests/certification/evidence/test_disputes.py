"""A worker disputes evidence or its absence; somebody else answers; nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from certification.evidence import disputes
from certification.evidence.cases import NotSo, UnknownCase
from certification.evidence.disputes import Disputed
from certification.evidence.witnesses import NotForYou, Witness
from certification.marks import Cause
from certification.people import linking
from certification.units.trees import UnknownOrganization
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.import_files import faults_of
from tests.certification.world import World
from tests.conftest import PEPPER

OFFICER = Witness("can-bo-1")


@pytest.fixture
def staff(world: World, database: Database, tenant: UUID, now: datetime) -> list[UUID]:
    """NV-1, whose account is "an", in dn/a; NV-2, "ba", in dn/b."""
    with database.writing(tenant) as session:
        staff = [world.employ(session, code) for code in ("dn/a", "dn/b")]
    with database.writing(tenant) as session:
        for number, name in (("NV-1", "an"), ("NV-2", "ba")):
            linking.link(session, tenant, f"https://hoc.example.org|{name}", number, by="test", now=now)
    return staff


@pytest.fixture
def learned(database: Database, identity: api.Identity, staff: list[UUID], now: datetime) -> dict[str, UUID]:
    """Statements by the account they are about."""
    made = {name: learning.statement(name) for name in ("an", "ba")}
    other = {"id": "https://hoc.example.org/khac"}
    made["cả hai"] = learning.statement(learning.group("an", "ba"), object=other)
    made["đã huỷ"] = learning.statement("an")
    learning.store(database, identity, *made.values(), learning.voiding(made["đã huỷ"]))
    learning.follow_all(database, identity.tenant, now)
    learning.settle(database, identity.tenant)
    return {name: UUID(one["id"]) for name, one in made.items()}


@pytest.fixture
def do(database: Database, tenant: UUID, now: datetime) -> Callable[..., Disputed]:
    """Calls one of the functions for NV-1, so many days later."""

    def call(what: str, *arguments: Any, days: int = 0, **parts: Any) -> Disputed:
        told: dict[str, Any] = {"reason": "Tôi không dự buổi này", "now": now + timedelta(days=days)}
        told["witness"] = OFFICER if what == "answer" else Witness("NV-1")
        if what == "open_dispute":
            told |= {"year": 2026, "statement_id": None}
        if what == "answer":
            told |= {"unit": "cdcs/a", "outcome": "kept", "secret": PEPPER}
        number = parts.pop("number", "NV-1")
        with database.writing(tenant) as session:
            done: Disputed = getattr(disputes, what)(session, tenant, number, *arguments, **{**told, **parts})
            return done

    return call


def test_disputed_evidence_is_voided_by_the_answer_and_the_worker_judged_again(
    database: Database, tenant: UUID, do: Callable[..., Disputed], learned: dict[str, UUID], staff: list[UUID],
    now: datetime,
) -> None:  # fmt: skip
    one = do("open_dispute", statement_id=learned["an"])
    assert (one.state, one.due, one.statement_id) == ("open", date(2026, 12, 5), learned["an"])
    assert do("open_dispute", statement_id=learned["an"]).id == one.id
    done = do("answer", one.id, outcome="voided", reason="Đúng, điểm danh nhầm", days=2)
    assert (done.state, done.closed_on) == ("answered", date(2026, 11, 22))
    learning.follow_all(database, tenant, now)
    assert {statement for number, statement, *_ in learning.facts(database, tenant) if number == "NV-1"} == {
        learned["cả hai"]
    }
    assert learning.causes(database, tenant) == {(staff[0], 2026): (Cause.WITHDRAWN, "can-bo-1")}
    with database.reading(tenant) as session:
        steps = disputes.history(session, tenant, staff[0], one.id)
    assert [
        (step.what, step.outcome, step.unit, step.reason, step.statement_id, step.recorded_by) for step in steps
    ] == [
        ("opened", None, None, "Tôi không dự buổi này", learned["an"], "NV-1"),
        ("answered", "voided", "cdcs/a", "Đúng, điểm danh nhầm", learned["an"], "can-bo-1"),
    ]
    with pytest.raises(NotSo, match="đã được trả lời"):
        do("answer", one.id)
    with pytest.raises(NotSo):
        do("withdraw", one.id)


def test_missing_evidence_is_added_and_named(
    do: Callable[..., Disputed], learned: dict[str, UUID], database: Database, tenant: UUID, staff: list[UUID]
) -> None:
    one = do("open_dispute", reason="Tôi có dự lớp ngày 4/5")
    assert faults_of(lambda: do("answer", one.id, outcome="added")) == [
        "added: ghi mã Statement của minh chứng đã bổ sung"
    ]
    hers = f"statement: không có minh chứng nào mang mã {learned['ba']} của người này; xem lại mã"
    assert faults_of(lambda: do("answer", one.id, outcome="added", added=learned["ba"])) == [hers]
    assert faults_of(lambda: do("answer", one.id, outcome="added", added=learned["đã huỷ"])) == [
        "statement: minh chứng này đã bị huỷ, không còn được tính"
    ]
    assert faults_of(lambda: do("answer", one.id, outcome="voided")) == [
        "outcome: khiếu nại này về việc thiếu minh chứng, không có gì để huỷ"
    ]
    assert len(faults_of(lambda: do("answer", one.id, outcome="kept", added=learned["an"]))) == 1
    assert len(faults_of(lambda: do("answer", one.id, outcome="mất"))) == 1
    assert do("answer", one.id, outcome="added", added=learned["an"]).state == "answered"
    with database.reading(tenant) as session:
        assert disputes.history(session, tenant, staff[0], one.id)[-1].statement_id == learned["an"]


def test_nobody_disputes_evidence_about_somebody_else(do: Callable[..., Disputed], learned: dict[str, UUID]) -> None:
    stranger = uuid4()
    for wrong in (learned["ba"], stranger):
        words = f"statement: không có minh chứng nào mang mã {wrong} của người này; xem lại mã"
        assert faults_of(lambda wrong=wrong: do("open_dispute", statement_id=wrong)) == [words]
    assert faults_of(lambda: do("open_dispute", statement_id=learned["đã huỷ"], reason="", year=2027)) == [
        "reason: chưa ghi lý do; ghi lý do và căn cứ",
        "year: năm 2027 không phải từ 2000 đến 2026; sửa năm",
        "statement: minh chứng này đã bị huỷ, không còn được tính",
    ]


def test_evidence_of_several_persons_is_not_voided_for_one(
    do: Callable[..., Disputed], learned: dict[str, UUID]
) -> None:
    one = do("open_dispute", statement_id=learned["cả hai"])
    assert "ghi chung nhiều người" in faults_of(lambda: do("answer", one.id, outcome="voided"))[0]
    assert do("answer", one.id, outcome="kept").state == "answered"


def test_only_the_branch_answers_and_nobody_ones_own(
    do: Callable[..., Disputed], learned: dict[str, UUID], world: World, staff: list[UUID]
) -> None:
    elsewhere = Witness("can-bo-9", enterprise_ids=frozenset({world.ids["dn/b"]}))
    with pytest.raises(NotForYou):
        do("open_dispute", witness=elsewhere)
    one = do("open_dispute", witness=Witness("can-bo-2"))
    for who in (Witness("NV-1"), Witness("x", ifis=frozenset({learning.ifi("an")})), elsewhere, Witness("can-bo-2")):
        with pytest.raises(NotForYou):
            do("answer", one.id, witness=who)
    with pytest.raises(NotForYou):
        do("withdraw", one.id, witness=OFFICER)
    with pytest.raises(UnknownCase):
        do("answer", one.id, number="NV-2")
    with pytest.raises(UnknownOrganization):
        do("answer", one.id, unit="cdcs/khong-co")
    assert do("withdraw", one.id).state == "withdrawn"
    with pytest.raises(NotSo):
        do("reopen", one.id)


def test_an_open_dispute_stands_beside_the_judgement_of_its_days(
    database: Database, tenant: UUID, do: Callable[..., Disputed], learned: dict[str, UUID], staff: list[UUID]
) -> None:
    one = do("open_dispute", statement_id=learned["an"])
    do("answer", one.id, days=3)

    def standing(day: int, year: int = 2026) -> list[UUID]:
        with database.reading(tenant) as session:
            found = disputes.standing(session, tenant, staff, year, date(2026, 11, day))
        return [each.id for disputed in found.values() for each in disputed]

    assert [standing(day) for day in (19, 20, 22, 23)] == [[], [one.id], [one.id], []]
    assert standing(21, 2025) == []
    again = do("reopen", one.id, reason="Chưa xem sổ điểm danh", days=4)
    assert (again.state, again.due) == ("open", date(2026, 12, 9))
    assert standing(24) == [one.id]
    with database.reading(tenant) as session:
        assert [each.id for each in disputes.listing(session, tenant, state="open")] == [one.id]
        assert [step.what for step in disputes.history(session, tenant, staff[0], one.id)] == [
            "opened",
            "answered",
            "reopened",
        ]
