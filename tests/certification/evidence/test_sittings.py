"""A team is attested in one sitting, never oneself, never another's team; what is withdrawn stays and held before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from certification.access.permissions import Role
from certification.evidence import attestable, sittings
from certification.evidence.sittings import AlreadyWithdrawn, MemberPoints, UnknownAttestation
from certification.evidence.witnesses import ONESELF, AsRole, NotForYou, Witness
from certification.judgement import assessments, judging
from certification.marks import Cause
from certification.people import linking, merging
from lrs.db import Database
from tests.certification import learning
from tests.certification.import_files import faults_of
from tests.certification.learning import PROGRAMME
from tests.certification.world import World

Attest = Callable[..., list[UUID]]
LEADER = Witness("to-truong-3")


@pytest.fixture
def team(world: World) -> list[UUID]:
    """NV-1 and NV-2 in dn/a, NV-3 in dn/b."""
    with world.database.writing(world.tenant) as session:
        team = [world.employ(session, code) for code in ("dn/a", "dn/a", "dn/b")]
    learning.settle(world.database, world.tenant)
    return team


@pytest.fixture
def attest(database: Database, tenant: UUID, now: datetime, team: list[UUID]) -> Attest:
    def attest_them(table: dict[str, dict[str, Any]], witness: Witness = LEADER, **said: Any) -> list[UUID]:
        rows = [MemberPoints(number, points) for number, points in table.items()]
        told = {"year": 2026, "basis": "Biên bản họp tổ 3", "now": now} | said
        year = told.pop("year")
        with database.writing(tenant) as session:
            return sittings.attest(session, tenant, witness, year, rows, **told)

    return attest_them


def points(database: Database, tenant: UUID, worker: UUID, on: date, indicator: str = "CS4") -> int | None:
    with database.reading(tenant) as session:
        (judged,) = assessments.known_on(session, tenant, [worker], PROGRAMME, on)
    return next(one.points for one in judged.result.indicators if one.indicator == indicator)


def test_a_team_in_one_sitting_marks_exactly_those_whose_points_changed(
    database: Database, tenant: UUID, attest: Attest, team: list[UUID], count_commands: Callable[[], Any]
) -> None:
    assert len(attest({"NV-1": {"CS4": 8, "CS8": 7}, "NV-2": {"CS4": 9}})) == 3
    assert set(learning.stale_marks(database, tenant)) == {(team[0], 2026), (team[1], 2026)}
    assert points(database, tenant, team[0], date(2026, 11, 20)) == 8
    learning.settle(database, tenant)
    assert attest({"NV-1": {"CS4": 8, "CS8": 7}, "NV-2": {"CS4": 9}}) == []
    assert learning.stale_marks(database, tenant) == {}
    with count_commands() as few:
        attest({"NV-1": {"CS4": 7}})
    with count_commands() as many:
        assert len(attest({f"NV-{n}": {"CS4": 6, "CS8": 6, "CS9": 6, "CS10": 6} for n in (1, 2, 3)})) == 12
    assert len(many) == len(few)


def test_a_judgement_says_who_changed_it_and_why(
    database: Database, tenant: UUID, attest: Attest, team: list[UUID], now: datetime
) -> None:
    attest({"NV-1": {"CS4": 8}})
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    with database.reading(tenant) as session:
        kept = assessments.latest(session, tenant, team[0], PROGRAMME, 2026)
    assert kept is not None
    assert Cause.ATTESTED in kept.causes
    assert kept.changed_by == LEADER.account


def test_nobody_attests_for_oneself_whatever_name_is_used(
    database: Database, tenant: UUID, attest: Attest, team: list[UUID], now: datetime
) -> None:
    with database.writing(tenant) as session:
        linking.link(session, tenant, "https://hoc.example.org|hai", "NV-1", by="test", now=now)
    ifi = learning.ifi("hai")
    for oneself in (
        Witness("to-truong-3", worker_ids=frozenset({team[0]})),
        Witness("to-truong-3", ifis=frozenset({ifi})),
        Witness("NV-1"),
    ):
        found = faults_of(lambda me=oneself: attest({"NV-2": {"CS4": 8}, "NV-1": {"CS4": 10}}, me))
        assert found == [f"Dòng 2, cột “worker”: {ONESELF}"]
    assert learning.facts(database, tenant) == set()
    assert set(learning.stale_marks(database, tenant)) <= {(team[0], 2026)}  # the link alone


THEIRS = "theo quy trình “Trả lời khiếu nại và xác nhận khai báo (mặc định, chưa có văn bản)” chỉ số này do {} xác nhận"


def test_a_role_attests_the_indicators_that_the_procedure_leaves_it(
    database: Database, tenant: UUID, attest: Attest, world: World, team: list[UUID], now: datetime
) -> None:
    """NV-1 is of the team that is led, NV-2 of the branch alone, and the same person speaks in both roles."""
    learning.part(database, tenant, now, team_lead=["CS4"], grassroots_officer=["CS8", "CS9", "CS10"])
    lead = AsRole(Role.TEAM_LEAD, team=frozenset({team[0]}))
    leader = Witness("lan", enterprise_ids=frozenset(), team=lead.team, roles=(lead,))
    over = frozenset({world.ids["dn/a"]})
    both = Witness("lan", enterprise_ids=over, team=lead.team, roles=(lead, AsRole(Role.GRASSROOTS_OFFICER, over)))
    officers = THEIRS.format("cán bộ công đoàn cơ sở hoặc cán bộ công đoàn cấp trên")
    asked = "; nhờ người đó, hoặc bỏ ô này"
    assert faults_of(lambda: attest({"NV-1": {"CS4": 8, "CS8": 11}}, leader)) == [
        "Dòng 1, cột “CS8”: “11” không phải số nguyên từ 0 đến 10; sửa lại số",
        f"Dòng 1, cột “CS8”: {officers}{asked}",
    ]
    leads = THEIRS.format("tổ trưởng hoặc cán bộ công đoàn cấp trên")
    table = {"NV-1": {"CS4": 8, "CS8": 7}, "NV-2": {"CS4": 8, "CS8": 7}}
    assert faults_of(lambda: attest(table, both)) == [f"Dòng 2, cột “CS4”: {leads}{asked}"]
    assert faults_of(lambda: attest({"NV-1": {"CS4": 8}})) == [
        f"Dòng 1, cột “CS4”: {leads}; ghi rõ xác nhận với tư cách nào"
    ]
    above = Witness("tinh", roles=(AsRole(Role.UPPER_OFFICER, None),))
    assert len(attest({"NV-2": {"CS4": 8, "CS10": 7}}, above)) == 2, "a role that is not named attests every indicator"
    with database.reading(tenant) as session:
        may = attestable.of_workers(
            session, tenant, both, team, ["CS1", "CS4", "CS8"], programme=PROGRAMME, year=2026, day=date(2026, 11, 20)
        )
    assert [sorted(may[one]) for one in team] == [["CS4", "CS8"], ["CS8"], []]


def test_a_day_before_the_indicators_were_parted_is_attested_by_any_role(
    database: Database, tenant: UUID, attest: Attest, team: list[UUID], now: datetime
) -> None:
    learning.part(database, tenant, now, "2026-06-01", team_lead=[])
    lead = AsRole(Role.TEAM_LEAD, team=frozenset(team))
    leader = Witness("lan", enterprise_ids=frozenset(), team=lead.team, roles=(lead,))
    assert len(attest({"NV-1": {"CS4": 8}}, leader, on=date(2026, 5, 31))) == 1
    assert len(faults_of(lambda: attest({"NV-1": {"CS4": 8}}, leader, on=date(2026, 6, 1)))) == 1


def test_what_another_role_attested_is_taken_back_by_that_role_or_by_whoever_gave_it(
    database: Database, tenant: UUID, attest: Attest, team: list[UUID], now: datetime
) -> None:
    def take_back(who: Witness, one: UUID) -> None:
        with database.writing(tenant) as session:
            sittings.withdraw(session, tenant, who, "NV-1", one, reason="ghi nhầm", now=now)

    leader = Witness("lan", roles=(AsRole(Role.TEAM_LEAD, None),))
    officer = Witness("hoa", roles=(AsRole(Role.GRASSROOTS_OFFICER, None),))
    (own,), (officers,) = attest({"NV-1": {"CS8": 8}}, leader), attest({"NV-1": {"CS8": 9}}, officer)
    learning.part(database, tenant, now, team_lead=["CS4"])
    with pytest.raises(NotForYou, match="do cán bộ công đoàn cơ sở hoặc cán bộ công đoàn cấp trên xác nhận"):
        take_back(leader, officers)
    take_back(leader, own)
    take_back(officer, officers)


NOBODY = "Dòng {}, cột “worker”: không có người lao động nào mang mã “{}”; sửa mã, hoặc nhập danh sách trước"


def test_nobody_attests_for_a_worker_of_another_branch(
    database: Database, attest: Attest, world: World, team: list[UUID]
) -> None:
    leader = Witness("to-truong-3", enterprise_ids=frozenset({world.ids["dn/a"]}))
    found = faults_of(lambda: attest({"NV-1": {"CS4": 8}, "NV-3": {"CS4": 8}}, leader))
    assert found == [NOBODY.format(2, "NV-3")], "as of a number that nobody has"
    with database.writing(world.tenant) as session:
        gone = world.employ(session, "dn/a", ended=date(2026, 3, 1))
        long_gone = world.employ(session, "dn/a", ended=date(2025, 12, 31))
    assert gone != long_gone
    assert len(attest({"NV-1": {"CS4": 8}, "NV-4": {"CS4": 8}}, leader)) == 2
    assert faults_of(lambda: attest({"NV-5": {"CS4": 8}}, leader)) == [NOBODY.format(1, "NV-5")]
    assert faults_of(lambda: attest({"NV-1": {"CS4": 8}}, Witness("x", enterprise_ids=frozenset()))) == [
        NOBODY.format(1, "NV-1")
    ]


def test_every_fault_of_the_table_is_told_at_once(database: Database, tenant: UUID, now: datetime) -> None:
    learning.load_rules(database, tenant, now=now)
    with database.writing(tenant) as session, pytest.raises(Exception) as caught:
        sittings.attest(
            session,
            tenant,
            LEADER,
            2026,
            [
                MemberPoints("lạ", {"CS4": 11, "CS8": 7.5, "CS99": 1}),
                MemberPoints("lạ", {}, reason=" "),
                MemberPoints("NUL\0", {"CS4": True}),
            ],
            basis="",
            on=date(2025, 12, 31),
            now=now,
        )
    assert str(caught.value).splitlines() == [
        "basis: chưa ghi căn cứ; ghi lý do, ví dụ biên bản họp tổ và ngày họp",
        "on: 31/12/2025 trước năm đánh giá 2026; sửa ngày hoặc năm",
        "Dòng 1, cột “worker”: không có người lao động nào mang mã “lạ”; sửa mã, hoặc nhập danh sách trước",
        "Dòng 1, cột “CS4”: “11” không phải số nguyên từ 0 đến 10; sửa lại số",
        "Dòng 1, cột “CS8”: “7.5” không phải số nguyên từ 0 đến 10; sửa lại số",
        "Dòng 1, cột “CS99”: “CS99” không có trong bộ tiêu chí; ghi một trong: CS1, CS2, CS3, CS4, CS5, CS6, CS7, "
        "CS8, CS9, CS10",
        "Dòng 2, cột “worker”: không có người lao động nào mang mã “lạ”; sửa mã, hoặc nhập danh sách trước",
        "Dòng 2, cột “worker”: người này đã có ở dòng 1; chỉ giữ một dòng",
        "Dòng 2, cột “reason”: chưa ghi căn cứ; ghi lý do, ví dụ biên bản họp tổ và ngày họp",
        "Dòng 2, cột “points”: chưa ghi điểm cho chỉ số nào; ghi điểm hoặc bỏ dòng này",
        "Dòng 3, cột “worker”: không có người lao động nào mang mã “NUL\0”; sửa mã, hoặc nhập danh sách trước",
        "Dòng 3, cột “CS4”: “True” không phải số nguyên từ 0 đến 10; sửa lại số",
    ]
    assert learning.stale_marks(database, tenant) == {}


def test_a_day_to_come_and_a_year_without_criteria_are_refused(attest: Attest) -> None:
    assert faults_of(lambda: attest({"NV-1": {"CS4": 8}}, on=date(2026, 11, 21))) == [
        "on: 21/11/2026 chưa tới (hôm nay 20/11/2026); sửa ngày"
    ]
    assert faults_of(lambda: attest({"NV-1": {"CS4": 8}}, year=2001)) == [
        "year: không có bộ tiêu chí nào có hiệu lực cho năm 2001; sửa năm, hoặc nạp bộ tiêu chí của năm đó"
    ]


def test_what_is_withdrawn_held_before_and_the_one_before_it_holds_again(
    database: Database, tenant: UUID, attest: Attest, team: list[UUID], now: datetime
) -> None:
    (first,) = attest({"NV-1": {"CS4": 6}}, on=date(2026, 11, 1))
    (second,) = attest({"NV-1": {"CS4": 9}}, on=date(2026, 11, 10))
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    later = now + timedelta(days=3)

    def withdraw(attestation: UUID, witness: Witness = LEADER, number: str = "NV-1", reason: str = "ghi nhầm") -> None:
        with database.writing(tenant) as session:
            sittings.withdraw(session, tenant, witness, number, attestation, reason=reason, now=later)

    withdraw(second)
    assert set(learning.stale_marks(database, tenant)) == {(team[0], 2026)}
    for day, expected in ((9, 6), (10, 9), (22, 9), (23, 6)):
        assert points(database, tenant, team[0], date(2026, 11, day)) == expected, day
    with pytest.raises(AlreadyWithdrawn):
        withdraw(second)
    with pytest.raises(UnknownAttestation):
        withdraw(uuid4())
    with pytest.raises(UnknownAttestation):
        withdraw(first, number="NV-2")
    with pytest.raises(NotForYou):
        withdraw(first, Witness("x", worker_ids=frozenset({team[0]})))
    assert faults_of(lambda: withdraw(first, reason=" ")) == [
        "reason: chưa ghi căn cứ; ghi lý do, ví dụ biên bản họp tổ và ngày họp"
    ]
    with database.reading(tenant) as session:
        told = sittings.history(session, tenant, team[0], 2026)
    assert [(one.points, one.withdrawn_on, one.withdrawn_by, one.withdrawal_reason) for one in told] == [
        (6, None, None, None),
        (9, date(2026, 11, 23), "to-truong-3", "ghi nhầm"),
    ]
    with database.reading(tenant) as session:
        assert assessments.meeting(session, tenant, PROGRAMME, date(2026, 11, 22)) == set()


def test_two_numbers_of_one_person_are_one_row(
    database: Database, tenant: UUID, attest: Attest, team: list[UUID], now: datetime
) -> None:
    with database.writing(tenant) as session:
        merging.merge(session, tenant, "NV-1", "NV-2", by="test", basis="một người", now=now)
    assert faults_of(lambda: attest({"NV-1": {"CS4": 8}, "NV-2": {"CS4": 8}})) == [
        "Dòng 2, cột “worker”: người này đã có ở dòng 1; chỉ giữ một dòng"
    ]
    double = Witness("to-truong-3", worker_ids=frozenset({team[1]}))
    assert faults_of(lambda: attest({"NV-1": {"CS4": 8}}, double)) == [f"Dòng 1, cột “worker”: {ONESELF}"]
