"""Titles whose ground changed: found, of closed years too, decided about by somebody, ended everywhere at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.certificates import register
from certification.certificates.register import NotWithdrawable
from certification.dossiers import ending, reviews
from certification.dossiers.reviews import Review, UnknownReview
from certification.dossiers.steps import WrongState
from certification.evidence import sittings
from certification.evidence.witnesses import NotForYou, Witness
from certification.judgement import assessments, closings, judging
from certification.marks import Cause, mark_stale
from certification.models import Assessment, Attestation, Certificate
from certification.people import linking
from certification.spreadsheets import ImportFaults
from lrs import api
from tests.certification.certificates.issued import entries, issue
from tests.certification.dossiers.desk import YEAR, Desk, award
from tests.certification.learning import PROGRAMME, attest, follow_all, ifi, statement, store, voiding

KINDS = ("statement_voided", "attestation_withdrawn", "not_met")


@pytest.fixture
def titled(desk: Desk, identity: api.Identity) -> dict[str, Any]:
    """NV-1 with a Statement and an attestation, judged, titled and certified; the Statement."""
    said = statement("an")
    with desk.world.database.writing(desk.tenant) as session:
        linking.link(session, desk.tenant, ifi("an"), "NV-1", by="test", now=desk.now)
        attest(session, desk.tenant, desk.workers["NV-1"], {"CS1": 9}, on=date(2026, 6, 1), year=YEAR, now=desk.now)
    store(desk.world.database, identity, said)
    judge(desk, 0)
    desk.reviewed("NV-1", "NV-2")
    desk.propose("NV-1", "NV-2")
    desk.decide("NV-1", "NV-2")
    issue(desk.world.database, desk.tenant, desk.now)
    look(desk)
    assert items(desk) == []
    return said


def judge(desk: Desk, days: int = 1) -> None:
    now = desk.now + timedelta(days=days)
    follow_all(desk.world.database, desk.tenant, now)
    judging.judge_all_stale(desk.world.database, desk.tenant, clock=lambda: now)


def look(desk: Desk) -> int:
    return reviews.look_at_all(desk.world.database, desk.tenant, now=desk.now)


def items(desk: Desk, state: str | None = "open") -> list[Review]:
    with desk.reading() as session:
        return reviews.listing(session, desk.tenant, limit=100, state=state)


def kinds(desk: Desk) -> list[str]:
    return [each.kind for one in items(desk) for each in one.why]


def decide(desk: Desk, outcome: str, who: Any = None, reason: str = "theo biên bản") -> Review:
    [one] = items(desk)
    with desk.world.database.writing(desk.tenant) as session:
        return reviews.decide(session, desk.tenant, who or desk.operator, one.id, outcome, reason=reason, now=desk.now)


def attestation(desk: Desk) -> UUID:
    with desk.reading() as session:
        found = session.scalar(sa.select(Attestation.id).where(Attestation.worker_id == desk.workers["NV-1"]))
    assert found is not None
    return found


def stands(desk: Desk, number: str = "NV-1") -> tuple[str | None, bool, list[bool]]:
    """How the dossier stands, whether the title holds, whether each certificate does."""
    worker = desk.workers[number]
    with desk.reading() as session:
        held = award(session, worker).withdrawn_on is None
        papers = session.scalars(sa.select(Certificate.withdrawn_on).where(Certificate.worker_id == worker))
        return desk.state(number), held, [one is None for one in papers.all()]


def test_a_voided_statement_opens_an_item_once_that_says_what_is_gone(
    desk: Desk, titled: dict[str, Any], identity: api.Identity
) -> None:
    store(desk.world.database, identity, statement("an", "reading"))
    judge(desk)
    look(desk)
    assert items(desk) == [], "what comes beside it takes nothing away"
    store(desk.world.database, identity, voiding(titled))
    judge(desk)
    look(desk)
    [one] = items(desk)
    assert (one.number, one.year, one.state) == ("NV-1", YEAR, "open")
    assert [(each.kind, each.of) for each in one.why] == [("statement_voided", UUID(titled["id"]))]
    assert stands(desk) == ("granted", True, [True]), "nothing ends by itself"
    with desk.world.database.writing(desk.tenant) as session:
        mark_stale(session, desk.tenant, {(desk.workers["NV-1"], YEAR)}, cause=Cause.WITHDRAWN)
    assert look(desk) == 1
    assert items(desk) == [one]


def test_titles_of_closed_years_are_reviewed_and_not_scored_again(
    desk: Desk, titled: dict[str, Any], identity: api.Identity
) -> None:
    with desk.world.database.writing(desk.tenant) as session:
        closings.close(
            session, desk.tenant, YEAR, decision="QĐ 9", by="hoa", now=desk.now, programme=PROGRAMME, still_running=True
        )
        before = session.scalar(sa.select(sa.func.count()).where(Assessment.tenant_id == desk.tenant))
    store(desk.world.database, identity, voiding(titled))
    judge(desk)
    look(desk)
    assert kinds(desk) == ["statement_voided"]
    with desk.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Assessment.tenant_id == desk.tenant)) == before


def test_an_attestation_taken_back_or_lowered_and_an_actor_of_another_open_one_item(
    desk: Desk, titled: dict[str, Any]
) -> None:
    given, later = attestation(desk), desk.now + timedelta(hours=1)
    with desk.world.database.writing(desk.tenant) as session:
        attest(session, desk.tenant, desk.workers["NV-1"], {"CS1": 3}, on=date(2026, 11, 20), year=YEAR, now=later)
        mark_stale(session, desk.tenant, {(desk.workers["NV-1"], YEAR)}, cause=Cause.ATTESTED)
    look(desk)
    assert kinds(desk) == ["attestation_lower"]
    with desk.world.database.writing(desk.tenant) as session:
        sittings.withdraw(session, desk.tenant, Witness("hoa"), "NV-1", given, reason="nhầm", now=desk.now)
        linking.unlink(session, desk.tenant, ifi("an"), by="hoa", basis="nhầm", now=desk.now)
    look(desk)
    [one] = items(desk)
    told = [(each.kind, each.by) for each in one.why]
    assert told[0][0] == "attestation_lower"
    assert sorted(told[1:]) == [("attestation_withdrawn", "hoa"), ("statement_of_another", None)]


def test_whoever_is_judged_again_to_not_met_is_reviewed(desk: Desk, titled: dict[str, Any]) -> None:
    worker, at = desk.workers["NV-1"], desk.now - timedelta(days=1)
    said = {"worker_id": worker, "programme": PROGRAMME, "year": YEAR, "tenant_id": desk.tenant}
    with desk.world.database.writing(desk.tenant) as session:
        [last] = assessments.versions(session, desk.tenant, worker, PROGRAMME, YEAR)
        session.execute(sa.update(Assessment).where(Assessment.worker_id == worker).values(outcome="met", judged=at))
        session.add(
            Assessment(
                **said, version=last.version + 1, criteria_set_id=last.criteria_set_id, as_of=last.as_of,
                outcome="not_met", total=0, result=last.kept, judged=desk.now + timedelta(hours=1), causes=0,
                changed_by=None, watermark="", place=99,
            )
        )  # fmt: skip
        mark_stale(session, desk.tenant, {(worker, YEAR)}, cause=Cause.WITHDRAWN)
    look(desk)
    assert kinds(desk) == ["not_met"]


@pytest.mark.parametrize("way", ["review", "dossier", "register"])
def test_a_title_ends_everywhere_at_once_wherever_it_is_ended(
    desk: Desk, titled: dict[str, Any], identity: api.Identity, way: str
) -> None:
    store(desk.world.database, identity, voiding(titled))
    judge(desk)
    look(desk)
    [one] = items(desk)
    if way == "review":
        decide(desk, "withdrawn")
    elif way == "dossier":
        desk.step(desk.operator, "revoke", "NV-1", reason="theo biên bản")
    else:
        paper = next(each for each in entries(desk.world.database, desk.tenant) if each.worker == one.worker_id)
        told = {"reason": "theo biên bản", "ends_title": True, "by": "operator", "now": desk.now}
        with desk.world.database.writing(desk.tenant) as session:
            register.withdraw(session, desk.tenant, paper.id, **told)
        with desk.world.database.writing(desk.tenant) as session, pytest.raises(NotWithdrawable):
            register.withdraw(session, desk.tenant, paper.id, **told)
    assert stands(desk) == ("revoked", False, [False])
    assert stands(desk, "NV-2") == ("granted", True, [True])
    [item] = items(desk, "withdrawn")
    assert (item.id, item.decided_by, item.reason) == (one.id, "operator", "theo biên bản")
    with desk.reading() as session:
        assert len(register.withdrawn_places(session, desk.tenant, 0, 10)) == 1
        acts = {each.act for each in chain.listed(session, desk.tenant, limit=100, worker=one.worker_id)}
        assert chain.verify(session, desk.tenant).faults == ()
    assert {"certificate.withdraw", "dossier.revoke", "title-review.open"} <= acts
    assert ("title-review.withdrawn" in acts) == (way == "review")
    issue(desk.world.database, desk.tenant, desk.now)
    assert stands(desk) == ("revoked", False, [False]), "nothing is issued for it any more"


def test_broken_off_anywhere_nothing_of_the_ending_was_done(
    desk: Desk, titled: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    for function in ("mark_uncounted", "withdraw_certificates"):
        with monkeypatch.context() as patch:
            patch.setattr(ending, function, broken)
            with pytest.raises(RuntimeError):
                desk.step(desk.operator, "revoke", "NV-1", reason="x")
        assert stands(desk) == ("granted", True, [True])
    desk.step(desk.operator, "revoke", "NV-1", reason="theo biên bản")
    assert stands(desk) == ("revoked", False, [False])


def test_a_title_is_kept_with_the_reason_or_its_certificate_corrected(
    desk: Desk, titled: dict[str, Any], identity: api.Identity
) -> None:
    store(desk.world.database, identity, voiding(titled))
    judge(desk)
    look(desk)
    done = decide(desk, "kept", reason="đủ điểm theo xác nhận")
    assert (done.state, done.decided_by, done.reason) == ("kept", "operator", "đủ điểm theo xác nhận")
    assert stands(desk) == ("granted", True, [True])
    with desk.world.database.writing(desk.tenant) as session, pytest.raises(WrongState):
        reviews.decide(session, desk.tenant, desk.operator, done.id, "kept", reason="nữa", now=desk.now)
    with desk.world.database.writing(desk.tenant) as session:
        sittings.withdraw(session, desk.tenant, Witness("hoa"), "NV-1", attestation(desk), reason="sai", now=desk.now)
    look(desk)
    assert kinds(desk) == ["attestation_withdrawn"], "only what no item told before"
    decide(desk, "corrected")
    assert stands(desk) == ("granted", True, [False])
    issue(desk.world.database, desk.tenant, desk.now)
    assert stands(desk) == ("granted", True, [False, True])


def test_nobody_decides_about_himself_nor_beyond_the_role_and_all_faults_are_told(
    desk: Desk, titled: dict[str, Any], identity: api.Identity
) -> None:
    store(desk.world.database, identity, voiding(titled))
    judge(desk)
    look(desk)
    with pytest.raises(ImportFaults) as caught:
        decide(desk, "đâu đó", reason=" ")
    assert sorted(fault.column for fault in caught.value.faults) == ["outcome", "reason"]
    for who in (desk.hoa, desk.upper, desk.oneself("NV-1")):
        with pytest.raises(NotForYou):
            decide(desk, "kept", who=who)
    with desk.world.database.writing(desk.tenant) as session, pytest.raises(UnknownReview):
        reviews.decide(session, desk.tenant, desk.operator, UUID(int=1), "kept", reason="x", now=desk.now)
    assert len(items(desk)) == 1


def test_a_title_withdrawn_by_a_file_leaves_no_certificate_unseen(desk: Desk, titled: dict[str, Any]) -> None:
    from certification.judgement import awards

    told = "Mã người lao động,Năm đánh giá,Số quyết định,Ngày quyết định,Cơ quan công nhận,Ngày thu hồi,Căn cứ thu hồi"
    with desk.reading() as session:
        held = award(session, desk.workers["NV-1"])
        row = f"NV-1,{YEAR},{held.decision_number},{held.decided_on},{held.body},2026-11-20,15/QĐ"
    with desk.world.database.writing(desk.tenant) as session:
        awards.import_titles(session, desk.tenant, f"{told}\n{row}\n".encode(), now=desk.now)
    look(desk)
    assert kinds(desk) == ["title_withdrawn"]
    decide(desk, "withdrawn")
    assert stands(desk) == ("revoked", False, [False])
