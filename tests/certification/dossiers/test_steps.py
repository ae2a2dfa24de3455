"""Steps about one dossier: the way to a title, and everything that is refused on it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest

from certification.access.permissions import Role
from certification.access.who import Who
from certification.acts import chain
from certification.dossiers import listing, proceedings, steps
from certification.dossiers.decisions import Refused
from certification.dossiers.steps import NotTwice, TooLate, UnknownDossier, WrongState
from certification.evidence.witnesses import NotForYou
from certification.models import NationalNumber
from certification.people import merging
from certification.people.workers import Person, UnknownWorker
from certification.rules import rule_files, title_procedures
from certification.spreadsheets import ImportFaults
from tests.certification.dossiers.desk import YEAR, Desk, award
from tests.certification.shipped_rules import FOLDER


def test_a_dossier_goes_from_registering_to_a_title_with_person_and_time_at_each_step(desk: Desk) -> None:
    desk.reviewed("NV-1")
    proposal = desk.propose("NV-1")
    decision = desk.decide("NV-1")
    with desk.reading() as session:
        one = listing.find(session, desk.tenant, desk.workers["NV-1"], "NV-1", YEAR)
        history = listing.history(session, desk.tenant, one)
        title = award(session, one.worker_id)
        acts = chain.listed(session, desk.tenant, limit=100, subject=f"dossier:{one.id}")
        assert chain.verify(session, desk.tenant).faults == ()
    assert (one.state, one.version, one.proposal_id, one.decision_id) == ("granted", 6, proposal.id, decision.id)
    assert [(step.place, step.step, step.done_by) for step in history] == [
        (1, "register", "toi"), (2, "self-assess", "toi"), (3, "confirm", "operator"), (4, "review", "operator"),
        (5, "propose", "hoa"), (6, "grant", "upper"),
    ]  # fmt: skip
    assert {step.done for step in history} == {desk.now}
    assert history[1].points == dict.fromkeys(desk.indicators, 9)
    assert (history[4].votes_for, history[4].votes_of, history[4].batch_id) == (9, 10, proposal.id)
    assert (title.decision_number, title.body, title.withdrawn_on) == ("12/QĐ-UBND", "Tỉnh Lai Châu", None)
    assert [one.act for one in reversed(acts)] == [f"dossier.{step.step}" for step in history]


def test_points_are_never_made_up(desk: Desk) -> None:
    me = desk.oneself("NV-1")
    desk.step(me, "register", "NV-1")
    desk.score("NV-1", desk.indicators[0])
    with pytest.raises(ImportFaults, match=f"chưa tự chấm điểm: {desk.indicators[1]}"):
        desk.step(me, "self-assess", "NV-1")
    assert desk.state("NV-1") == "registered"


def test_nobody_takes_a_step_that_judges_about_the_own_dossier_under_any_account(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    desk.step(desk.oneself("NV-3"), "register", "NV-3")
    officer = desk.who("khac", Role.GRASSROOTS_OFFICER, "cdcs/a", worker="NV-1")
    with pytest.raises(NotForYou, match="của chính mình"):
        desk.step(officer, "return", "NV-1", reason="sai")
    desk.step(officer, "return", "NV-2", reason="sai")
    named_so = Who(desk.tenant, "NV-1", roles=desk.operator.roles)
    with pytest.raises(NotForYou, match="của chính mình"):
        desk.step(named_so, "return", "NV-1", reason="sai")
    with desk.world.database.writing(desk.tenant) as session:
        for number in ("NV-1", "NV-2"):
            told = {"kind": "cccd", "digest": "x" * 64, "ending": "001", "sealed": None, "recorded": desk.now}
            session.add(NationalNumber(worker_id=desk.workers[number], tenant_id=desk.tenant, **told))
    twin = desk.who("sinh-doi", Role.GRASSROOTS_OFFICER, "cdcs/a", worker="NV-2")
    with pytest.raises(NotForYou, match="của chính mình"):
        desk.step(twin, "return", "NV-1", reason="sai")
    with pytest.raises(ImportFaults, match="của chính mình"):
        desk.propose("NV-1", who=officer)


def test_a_step_is_for_the_roles_of_the_procedure_within_their_branch(desk: Desk) -> None:
    desk.score("NV-1")
    for stranger in (desk.oneself("NV-2"), desk.who("b", Role.GRASSROOTS_OFFICER, "cdcs/b")):
        with pytest.raises(NotForYou, match="không được làm bước này"):
            desk.step(stranger, "register", "NV-1")
    desk.step(desk.hoa, "register", "NV-1")
    desk.step(desk.hoa, "self-assess", "NV-1")
    for stranger in (desk.upper, desk.who("doanh-nghiep", Role.ENTERPRISE, "dn/a")):
        with pytest.raises(NotForYou):
            desk.step(stranger, "confirm", "NV-1")
    desk.step(desk.hoa, "confirm", "NV-1")
    with pytest.raises(NotForYou):
        desk.step(desk.oneself("NV-1"), "review", "NV-1")


def test_that_one_account_confirms_and_reviews_is_on_record_and_refused_where_the_procedure_says_so(desk: Desk) -> None:
    for number in ("NV-1", "NV-2"):
        desk.score(number)
        for name in ("register", "self-assess"):
            desk.step(desk.oneself(number), name, number)
        desk.step(desk.hoa, "confirm", number)
    desk.step(desk.upper, "review", "NV-1")
    text = (FOLDER / "title-procedure-2026.toml").read_text().replace("title-procedure-2026", "other-hands")
    text = text.replace("in_force_from = 2022-10-19", "in_force_from = 2026-11-01")
    review = 'name = "review"'
    with desk.world.database.writing(desk.tenant) as session:
        rule_files.load_text(
            session, desk.tenant, "x.toml", text.replace(review, f'{review}\nneeds = ["other_hands"]'), now=desk.now
        )
    with pytest.raises(NotForYou, match="quy trình cần người khác làm bước này"):
        desk.step(desk.hoa, "review", "NV-2")
    with desk.world.database.writing(desk.tenant) as session:
        text = text.replace("other-hands", "any-hands").replace("2026-11-01", "2026-11-15")
        rule_files.load_text(session, desk.tenant, "y.toml", text, now=desk.now)
        person = Person(desk.workers["NV-2"], "NV-2", "Người", None)
        done = proceedings.step_many(session, desk.tenant, desk.hoa, "review", [person], YEAR, now=desk.now)
    assert (done.workers, done.again) == ((person.id,), {person.id})
    with desk.reading() as session:
        acts = [one for one in chain.listed(session, desk.tenant, limit=20) if one.act == "dossier.review"]
    assert {one.worker: (one.detail or {}).get("same_hand") for one in acts} == {
        desk.workers["NV-1"]: None, desk.workers["NV-2"]: True,
    }  # fmt: skip


def test_what_does_not_go_with_how_the_dossier_stands_is_refused(desk: Desk) -> None:
    with pytest.raises(UnknownDossier):
        desk.step(desk.hoa, "confirm", "NV-1")
    with pytest.raises(UnknownWorker):
        desk.step(desk.hoa, "register", "NV-99")
    desk.step(desk.hoa, "register", "NV-1")
    with pytest.raises(NotTwice, match="đã đăng ký danh hiệu năm 2026"):
        desk.step(desk.hoa, "register", "NV-1")
    for name in ("confirm", "review"):
        with pytest.raises(WrongState, match="chưa tự đánh giá"):
            desk.step(desk.hoa, name, "NV-1")
    with pytest.raises(ImportFaults, match="chưa ghi lý do"):
        desk.step(desk.oneself("NV-1"), "withdraw", "NV-1", reason=" ")
    desk.step(desk.oneself("NV-1"), "withdraw", "NV-1", reason="đổi ý")
    assert desk.step(desk.oneself("NV-1"), "register", "NV-1").version == 3


def test_a_returned_dossier_is_assessed_again_before_it_goes_on(desk: Desk) -> None:
    desk.reviewed("NV-1")
    desk.propose("NV-1")
    desk.step(desk.hoa, "return", "NV-1", reason="thiếu minh chứng")
    with pytest.raises(ImportFaults, match="chưa tự đánh giá"):
        desk.decide("NV-1")
    with pytest.raises(WrongState):
        desk.step(desk.hoa, "review", "NV-1")
    assert desk.titles() == set()


def test_steps_have_a_last_day(desk: Desk) -> None:
    year_after = desk.now + timedelta(days=42)  # 1 January in Vietnam
    with pytest.raises(TooLate, match="ngày cuối 31/12/2026"):
        desk.step(desk.hoa, "register", "NV-1", now=year_after)
    desk.step(desk.hoa, "register", "NV-1", now=year_after - timedelta(days=1))
    desk.score("NV-1")
    with pytest.raises(TooLate, match="ngày cuối 28/02/2027"):
        desk.step(desk.hoa, "self-assess", "NV-1", now=desk.now + timedelta(days=101))


def test_who_holds_the_title_already_does_not_register_for_it(desk: Desk) -> None:
    with desk.world.database.writing(desk.tenant) as session:
        desk.world.title(session, desk.workers["NV-1"], YEAR, decided=desk.now.date())
        desk.world.title(session, desk.workers["NV-3"], YEAR, decided=desk.now.date(), withdrawn=desk.now.date())
        for number in ("NV-1", "NV-2"):
            told = {"kind": "cccd", "digest": "x" * 64, "ending": "001", "sealed": None, "recorded": desk.now}
            session.add(NationalNumber(worker_id=desk.workers[number], tenant_id=desk.tenant, **told))
    for number, said in (("NV-1", "quyết định “1”;"), ("NV-2", "dưới mã “NV-1”"), ("NV-3", "đã bị thu hồi")):
        with pytest.raises(NotTwice, match=said):
            desk.step(desk.operator, "register", number)


def test_a_refusal_is_appealed_in_time_and_answered(desk: Desk) -> None:
    desk.reviewed("NV-1", "NV-2")
    desk.propose("NV-1", "NV-2")
    why = [desk_refused("NV-1"), desk_refused("NV-2")]
    desk.decide(refused=why)
    with pytest.raises(TooLate, match="hết hạn khiếu nại"):
        desk.step(desk.oneself("NV-1"), "appeal", "NV-1", reason="sai", now=desk.now + timedelta(days=31))
    late = desk.now + timedelta(days=30)
    appealed = desk.step(desk.oneself("NV-1"), "appeal", "NV-1", reason="sai", now=late)
    assert appealed.due == (late + timedelta(days=30)).date()
    with pytest.raises(NotForYou):
        desk.step(desk.hoa, "uphold", "NV-1", reason="đúng")
    assert desk.step(desk.upper, "uphold", "NV-1", reason="đúng", now=late).due is None
    with pytest.raises(WrongState):
        desk.step(desk.oneself("NV-1"), "appeal", "NV-1", reason="sai")
    desk.step(desk.oneself("NV-2"), "appeal", "NV-2", reason="sai")
    desk.step(desk.upper, "reconsider", "NV-2", reason="có lý")
    desk.propose("NV-2")
    desk.decide("NV-2", number="13/QĐ-UBND")
    assert desk.titles() == {"NV-2"}


def desk_refused(number: str) -> Refused:

    return Refused(number, "chưa đủ điểm")


def test_a_title_that_is_taken_away_stays_on_record(desk: Desk) -> None:
    desk.reviewed("NV-1")
    desk.propose("NV-1")
    desk.decide("NV-1")
    with pytest.raises(NotForYou):
        desk.step(desk.upper, "revoke", "NV-1", reason="QĐ 15")
    desk.step(desk.operator, "revoke", "NV-1", reason="QĐ 15")
    with desk.reading() as session:
        title = award(session, desk.workers["NV-1"])
        assert (title.withdrawn_on, title.withdrawal) == (desk.now.date(), "QĐ 15")
        assert title.decision_number == "12/QĐ-UBND"


def test_of_two_officers_at_once_one_is_told_that_the_other_was_faster(desk: Desk) -> None:
    desk.step(desk.hoa, "register", "NV-1")
    desk.score("NV-1")
    desk.step(desk.hoa, "self-assess", "NV-1")
    both = Barrier(2, timeout=60)

    def confirm(name: str) -> str:
        both.wait()
        with suppress(WrongState):
            return desk.step(desk.operator, name, "NV-1", reason="xem rồi").state
        return ""

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(confirm, ["confirm", "confirm"]))
    assert done == ["", "confirmed"]
    with desk.reading() as session:
        one = listing.find(session, desk.tenant, desk.workers["NV-1"], "NV-1", YEAR)
        assert len(listing.history(session, desk.tenant, one)) == one.version == 3


def test_of_two_who_register_a_worker_at_once_one_does(desk: Desk) -> None:
    both = Barrier(2, timeout=60)

    def register(_: int) -> int:
        both.wait()
        with suppress(NotTwice):
            return desk.step(desk.operator, "register", "NV-1").version
        return 0

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(register, range(2))) == [0, 1]


def test_what_was_seen_and_is_no_more_changes_nothing(desk: Desk) -> None:
    seen = desk.step(desk.hoa, "register", "NV-1")
    desk.step(desk.oneself("NV-1"), "withdraw", "NV-1", reason="thôi")

    with desk.world.database.writing(desk.tenant) as session:
        rule = title_procedures.in_force(session, desk.tenant, "cong-dan-hoc-tap", desk.now.date())
        with pytest.raises(WrongState, match="người khác"):
            steps.take(session, desk.tenant, desk.hoa, rule.step("self-assess"), [seen], desk.now)
    assert desk.state("NV-1") == "withdrawn"


def test_of_two_dossiers_of_one_person_the_one_with_the_title_stays(desk: Desk) -> None:
    desk.reviewed("NV-1")
    desk.propose("NV-1")
    desk.decide("NV-1")
    desk.step(desk.hoa, "register", "NV-2")
    with desk.world.database.writing(desk.tenant) as session:
        merged = merging.merge(session, desk.tenant, "NV-2", "NV-1", by="test", basis="một người", now=desk.now)
    assert any("hồ sơ năm 2026" in note for note in merged.notes)
    with desk.reading() as session:
        one = listing.find(session, desk.tenant, desk.workers["NV-2"], "NV-2", YEAR)
        assert (one.state, len(listing.history(session, desk.tenant, one))) == ("granted", 6)
        assert json.dumps(listing.history(session, desk.tenant, one)[1].points)
