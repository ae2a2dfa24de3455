"""Many workers at once: proposals and decisions, all or none, with every fault named."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from certification.access.permissions import Role
from certification.acts import chain
from certification.dossiers import decisions, proposals
from certification.dossiers.decisions import Refused, UnknownDecision
from certification.dossiers.proposals import Proposed, UnknownProposal
from certification.evidence import sittings
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import NotForYou, Witness
from certification.judgement import judging
from certification.models import Award, Dossier, NationalNumber, TitleDecision, Uncounted, Worker
from certification.rules import rule_files
from certification.spreadsheets import ImportFaults
from certification.units import organizations
from lrs.db import Database, new_id
from tests.certification.dossiers.desk import BODY, MEETING, YEAR, Desk
from tests.certification.shipped_rules import FOLDER


def said(refused: pytest.ExceptionInfo[ImportFaults]) -> list[tuple[int, str, str]]:
    """Each fault by place and field, with the worker number it names."""
    found = []
    for fault in refused.value.faults:
        number = re.search("NV-[0-9]+", fault.message)
        found.append((fault.row, fault.column, number[0] if number else ""))
    return found


def test_a_union_proposes_and_a_body_decides_on_many(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2", "NV-3")
    proposal = desk.propose("NV-1", "NV-2")
    desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    decision = desk.decide("NV-1", "NV-3", refused=[Refused("NV-2", "chưa đủ điểm")])
    assert (decision.body, decision.signer, decision.signer_title) == ("vn/lai-chau", "Lê Văn Ký", "CHỦ TỊCH")
    assert decision.authority == "TM. ỦY BAN NHÂN DÂN"
    with desk.reading() as session:
        found = proposals.find(session, desk.tenant, proposal.id)
        members = proposals.proposed(session, desk.tenant, proposal.id)
        granted = decisions.granted(session, desk.tenant, decision.id)
        everybody = decisions.decided(session, desk.tenant, decision.id)
        marked = set(session.scalars(sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == desk.tenant)))
        acts = chain.listed(session, desk.tenant, limit=4)
        assert chain.verify(session, desk.tenant).faults == ()
        with pytest.raises(UnknownProposal):
            proposals.find(session, desk.tenant, uuid4())
        with pytest.raises(UnknownDecision):
            decisions.find(session, desk.tenant, uuid4())
    assert (found, found.unit, found.meeting) == (proposal, "cdcs/a", MEETING)
    assert members == [Proposed(desk.workers[one], one, "Người", 9, 10) for one in ("NV-1", "NV-2")]
    assert [(one.number, one.name, one.organization) for one in granted] == [
        ("NV-1", "Người", "cdcs/a"), ("NV-3", "Người", "cdcs/b"),
    ]  # fmt: skip
    assert [(one.number, one.step, one.reason) for one in everybody] == [
        ("NV-1", "grant", None), ("NV-2", "refuse", "chưa đủ điểm"), ("NV-3", "grant", None),
    ]  # fmt: skip
    assert {desk.workers["NV-1"], desk.workers["NV-3"]} <= marked
    assert [one.act for one in acts] == ["dossier.refuse", "dossier.grant", "dossier.grant", "decision.record"]
    assert desk.titles() == {"NV-1", "NV-3"}


def test_that_somebody_is_below_the_criteria_is_on_record_and_refuses_nothing(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2", "NV-3")
    unloggable = "CS8"
    with desk.world.database.writing(desk.tenant) as session:
        given = ("NV-1", 4, ""), ("NV-2", 9, ""), ("NV-3", 8, unloggable)
        rows = [MemberPoints(one, {cs: many for cs in desk.indicators if cs != none}) for one, many, none in given]
        sittings.attest(session, desk.tenant, Witness("ban"), YEAR, rows, basis="Họp tổ", now=desk.now)
    judging.judge_all_stale(desk.world.database, desk.tenant, clock=lambda: desk.now)
    desk.propose("NV-1", "NV-2", despite={"NV-2": "Xuất sắc"})
    desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    with pytest.raises(ImportFaults) as refused:
        desk.decide("NV-2", "NV-1", despite={"NV-1": " "})
    assert said(refused) == [(2, "despite", "NV-1")]
    first = desk.decide("NV-2", "NV-1", despite={"NV-1": "Đã xem bản giấy"})
    assert desk.decide("NV-2", "NV-1", despite={"NV-1": "Đã xem bản giấy"}) == first, "sent again"
    with desk.reading() as session:
        acts = chain.listed(session, desk.tenant, limit=20)
        decided = decisions.decided(session, desk.tenant, first.id)
    short = [(one.act, dict(one.detail or {})) for one in acts if "points" in (one.detail or {})]
    assert [(act, one["points"], one["needed"], one.get("despite")) for act, one in reversed(short)] == [
        ("dossier.propose", 40, 80, None), ("dossier.propose", 72, 80, None),
        ("dossier.grant", 40, 80, "Đã xem bản giấy"),
    ]  # fmt: skip
    assert [one.get("waiting") for _act, one in reversed(short)] == [None, [unloggable], None], (
        "not known is not not met"
    )
    of_met = [dict(one.detail or {}) for one in acts if (one.detail or {}).get("reason") == "Xuất sắc"]
    assert [{*one} & {"despite", "points"} for one in of_met] == [set()], "a mere reason where the criteria are met"
    assert [(one.number, one.reason) for one in decided] == [("NV-1", "Đã xem bản giấy"), ("NV-2", None)]


def test_every_fault_of_a_proposal_is_told_and_nobody_is_proposed(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-3")
    desk.step(desk.hoa, "register", "NV-2")
    meeting = replace(MEETING, met_on=date(2026, 11, 21), present=-1, minutes=" ", chair="\x07")
    with pytest.raises(ImportFaults) as refused:
        desk.propose("NV-1", "NV-2", "NV-3", "NV-4", "NV-9", "NV-1", meeting=meeting, votes=(3, None))
    assert said(refused) == [
        (0, "met_on", ""), (0, "present", ""), (0, "minutes", ""), (0, "chair", ""),
        (1, "votes", "NV-1"), (2, "votes", "NV-2"), (2, "number", "NV-2"),
        (3, "votes", "NV-3"), (3, "number", "NV-3"),
        (4, "votes", "NV-4"), (4, "number", "NV-4"), (5, "votes", "NV-9"), (5, "number", "NV-9"),
        (6, "votes", "NV-1"), (6, "number", "NV-1"),
    ]  # fmt: skip
    assert (desk.state("NV-1"), desk.state("NV-2")) == ("reviewed", "registered")
    for votes in ((8, 7), (11, 11), (-1, 3)):
        with pytest.raises(ImportFaults, match="không khớp 10 người dự họp"):
            desk.propose("NV-1", votes=votes)
    with pytest.raises(ImportFaults, match="không có đơn vị"):
        desk.propose("NV-1", unit="khong/co")
    with pytest.raises(ImportFaults, match="không được đề nghị thay “cdcs/b”"):
        desk.propose("NV-1", unit="cdcs/b")
    with pytest.raises(ImportFaults, match="danh sách trống"):
        desk.propose()
    with pytest.raises(ImportFaults, match="trước năm xét 2026"):
        desk.propose("NV-1", meeting=replace(MEETING, met_on=date(2025, 12, 31)))


def test_every_fault_of_a_decision_is_told_and_nothing_of_it_is_done(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2", "NV-3")
    desk.propose("NV-1", "NV-2")
    with desk.world.database.writing(desk.tenant) as session:
        desk.world.title(session, desk.workers["NV-1"], 2026, decided=date(2026, 6, 1))
    before = count(desk.world.database, desk)
    with pytest.raises(ImportFaults) as refused:
        desk.decide(
            "NV-1", "NV-3", "NV-4", "NV-9", refused=[Refused("NV-2", " "), Refused("NV-1", "x")],
            decided_on=date(2026, 11, 17), signer="Trần Không Quyền",
        )  # fmt: skip
    assert said(refused) == [
        (0, "signer", ""), (0, "decided_on", ""), (1, "number", "NV-1"), (2, "number", "NV-3"), (3, "number", "NV-4"),
        (4, "number", "NV-9"), (5, "reason", ""), (6, "number", "NV-1"),
    ]  # fmt: skip
    assert "Ngày đó có quyền ký: Lê Văn Ký" in refused.value.faults[0].message
    assert "trước cuộc họp đề nghị ngày 18/11/2026 (2 người)" in refused.value.faults[1].message
    assert count(desk.world.database, desk) == before
    assert (desk.state("NV-1"), desk.state("NV-2"), desk.state("NV-3")) == ("proposed", "proposed", "reviewed")


def count(database: Database, desk: Desk) -> tuple[int, int]:
    """Decisions, and acts on record."""
    with database.reading(desk.tenant) as session:
        of_tenant = sa.select(sa.func.count()).where(TitleDecision.tenant_id == desk.tenant)
        return session.scalar(of_tenant) or 0, chain.head(session, desk.tenant).number


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"number": " "}, "còn trống"),
        ({"number": "1\x07"}, "không in được"),
        ({"decided_on": date(2026, 11, 21)}, "chưa tới"),
        ({"decided_on": date(2025, 12, 31)}, "chưa ghi ai có quyền ký"),
        ({"body": "khong/co"}, "không có đơn vị"),
        ({"signer": "Ai đó"}, "không có quyền ký"),
        ({"body": "cdcs/a"}, "chưa ghi ai có quyền ký"),
    ],
)
def test_a_decision_that_cannot_be_one_grants_nothing(desk: Desk, told: dict[str, Any], match: str) -> None:
    desk.reviewed("NV-1")
    desk.propose("NV-1")
    before = count(desk.world.database, desk)
    with pytest.raises(ImportFaults, match=match):
        desk.decide("NV-1", **told)
    assert count(desk.world.database, desk) == before
    assert (desk.state("NV-1"), desk.titles()) == ("proposed", set())


def test_who_may_not_decide_decides_nothing(desk: Desk) -> None:
    desk.reviewed("NV-1")
    desk.propose("NV-1")
    with pytest.raises(NotForYou):
        desk.decide("NV-1", who=desk.hoa)
    with pytest.raises(ImportFaults, match="của chính mình"):
        desk.decide("NV-1", who=replace(desk.upper, worker=desk.workers["NV-1"]))
    assert desk.titles() == set()


def test_nobody_decides_in_the_name_of_another_branchs_body(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-4")
    desk.propose("NV-1")
    desk.propose("NV-4", who=desk.operator, unit="cdcs/c")
    other = desk.who("kia", Role.UPPER_OFFICER, "cd/lao-cai")
    with pytest.raises(ImportFaults) as refused:
        desk.decide("NV-4", who=other)
    said = [(fault.row, fault.column, fault.message) for fault in refused.value.faults]
    assert said == [(0, "body", f"không có đơn vị “{BODY}”; kiểm tra mã")], "nor is it told who signs there"
    desk.decide("NV-1")
    with pytest.raises(ImportFaults) as refused:
        desk.decide("NV-1", who=other)
    assert "quyết định" not in " ".join(fault.message for fault in refused.value.faults if fault.row), "nor who has one"


def test_a_body_uses_a_number_once_a_year(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    desk.propose("NV-1", "NV-2")
    desk.decide("NV-1")
    with pytest.raises(ImportFaults, match="đã dùng cho quyết định khác"):
        desk.decide("NV-2", number=" 12/qđ-ubnd ")
    assert desk.titles() == {"NV-1"}


def test_a_number_of_an_earlier_decision_whose_titles_were_imported_is_used_too(desk: Desk) -> None:
    desk.reviewed("NV-1")
    desk.propose("NV-1")
    with desk.world.database.writing(desk.tenant) as session:
        node = organizations.node(session, desk.tenant, "vn/lai-chau")
        of = {"programme": "cong-dan-hoc-tap", "tenant_id": desk.tenant, "recorded": desk.now, "body": node.name}
        told = {"decision_number": "12/QĐ-UBND ", "decided_on": date(2026, 2, 3)}
        session.add(Award(worker_id=desk.workers["NV-4"], year=2025, **of, **told))
    with pytest.raises(ImportFaults, match="đã dùng cho quyết định khác"):
        desk.decide("NV-1")
    with pytest.raises(ImportFaults) as refused:
        desk.decide("NV-1", signer="Ai đó")
    assert said(refused) == [(0, "signer", ""), (0, "number", "")]
    assert desk.decide("NV-1", number="14/QĐ-UBND").number == "14/QĐ-UBND"


def test_a_title_that_was_imported_is_held_and_its_worker_is_not_recognised_again(desk: Desk) -> None:
    """Also where another body recognised it, and on another record of the same person."""
    desk.reviewed("NV-1", "NV-2", "NV-3")
    desk.propose("NV-1", "NV-2")
    desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    with desk.world.database.writing(desk.tenant) as session:
        for number in ("NV-2", "NV-4"):
            told = {"kind": "cccd", "digest": "x" * 64, "ending": "001", "sealed": None, "recorded": desk.now}
            session.add(NationalNumber(worker_id=desk.workers[number], tenant_id=desk.tenant, **told))
        for number in ("NV-1", "NV-4"):
            of = {"programme": "cong-dan-hoc-tap", "tenant_id": desk.tenant, "recorded": desk.now, "year": 2026}
            told = {"decision_number": "5/QĐ-HKH", "decided_on": date(2026, 11, 1), "body": "Hội Khuyến học nơi khác"}
            session.add(Award(worker_id=desk.workers[number], **of, **told))
    before = count(desk.world.database, desk)
    with pytest.raises(ImportFaults) as refused:
        desk.decide("NV-1", "NV-2", "NV-3")
    assert said(refused) == [(1, "number", "NV-1"), (2, "number", "NV-2")]
    assert all("5/QĐ-HKH" in one.message for one in refused.value.faults)
    assert "dưới mã “NV-4”" in refused.value.faults[1].message
    assert count(desk.world.database, desk) == before
    assert desk.titles() == {"NV-1", "NV-4"}


def test_who_must_come_and_how_many_votes_are_judged_where_the_procedure_says_so(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    figure = 'status = "PROPOSAL", sources = [], checked = 2026-11-21 }'
    shares = f"present_per_cent = {{ value = 60, {figure}\nvotes_per_cent = {{ value = 75, {figure}\n"
    text = (FOLDER / "title-procedure-2026.toml").read_text().replace("title-procedure-2026", "with-a-quorum")
    text = text.replace("in_force_from = 2022-10-19", "in_force_from = 2026-11-01")
    few = replace(MEETING, present=5, absent=4)
    with desk.world.database.writing(desk.tenant) as session:
        rule_files.load_text(session, desk.tenant, "x.toml", f"{text}\n[meeting]\n{shares}", now=desk.now)
    with pytest.raises(ImportFaults) as refused:
        desk.propose("NV-1", meeting=few, votes=(5, 5))
    assert said(refused) == [(0, "present", "")]
    assert "5/9 người dự họp, quy trình cần từ 60%" in refused.value.faults[0].message
    for votes, match in (((7, 10), "7/10 phiếu đồng ý, quy trình cần từ 75%"), ((0, 0), "0/0"), ((None, None), "chưa")):
        with pytest.raises(ImportFaults, match=match):
            desk.propose("NV-1", votes=votes)
    assert desk.state("NV-1") == "reviewed"
    desk.propose("NV-1", meeting=replace(MEETING, present=6, absent=4), votes=(3, 4))
    assert desk.state("NV-1") == "proposed"
    # A meeting is judged by the procedure in force when it proposes; without shares nothing is.
    with desk.world.database.writing(desk.tenant) as session:
        text = text.replace("with-a-quorum", "without-a-quorum").replace("2026-11-01", "2026-11-15")
        rule_files.load_text(session, desk.tenant, "y.toml", text, now=desk.now)
    desk.propose("NV-2", meeting=few, votes=(1, 5))
    assert desk.state("NV-2") == "proposed"


def test_the_same_decision_sent_twice_is_one(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    desk.propose("NV-1", "NV-2")
    first = desk.decide("NV-1", "NV-2")
    before = count(desk.world.database, desk)
    assert desk.decide("NV-2", "NV-1") == first
    assert count(desk.world.database, desk) == before


def test_the_same_decision_sent_twice_at_once_is_one(desk: Desk) -> None:
    desk.reviewed("NV-1")
    desk.propose("NV-1")
    both = Barrier(2, timeout=60)

    def decide(_: int) -> object:
        both.wait()
        return desk.decide("NV-1").id

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(decide, range(2))
    assert first == second
    assert desk.titles() == {"NV-1"}


def test_a_decision_about_many_takes_as_many_commands_as_one_about_two(
    desk: Desk, count_commands: Callable[[], Any]
) -> None:
    numbers = []
    with desk.world.database.writing(desk.tenant) as session:
        for _ in range(63):
            worker = desk.world.employ(session, "dn/a")
            number = session.scalars(sa.select(Worker.number).where(Worker.id == worker)).one()
            numbers.append(number)
            of = {"tenant_id": desk.tenant, "programme": "cong-dan-hoc-tap", "year": 2026, "state": "reviewed"}
            session.add(Dossier(worker_id=worker, id=new_id(), version=4, changed=desk.now, **of))
    sent = []
    for place, batch in enumerate((numbers[:1], numbers[1:3], numbers[3:])):
        with count_commands() as commands:
            desk.propose(*batch)
            desk.decide(*batch, number=f"{place}/QĐ")
        sent.append(len(commands))
    assert sent[1] == sent[2]


def test_one_person_gets_one_title_on_however_many_records(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    with desk.world.database.writing(desk.tenant) as session:
        for number in ("NV-1", "NV-2"):
            told = {"kind": "cccd", "digest": "x" * 64, "ending": "001", "sealed": None, "recorded": desk.now}
            session.add(NationalNumber(worker_id=desk.workers[number], tenant_id=desk.tenant, **told))
    desk.propose("NV-1", "NV-2")
    with pytest.raises(ImportFaults) as refused:
        desk.decide("NV-1", "NV-2")
    assert said(refused) == [(1, "number", "NV-1"), (2, "number", "NV-2")]
    desk.decide("NV-1")
    with pytest.raises(ImportFaults, match="dưới mã “NV-1” có cùng số định danh"):
        desk.decide("NV-2", number="13/QĐ-UBND")
    assert desk.titles() == {"NV-1"}
