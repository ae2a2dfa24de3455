"""A certificate that says something wrong is corrected by another one, wholly or not at all, and killed anywhere."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.certificates import codes, issuing, papers, register, verification
from certification.certificates.correcting import NothingToCorrect, correct
from certification.certificates.issuing import Issued
from certification.certificates.keys import NoPublicAddress
from certification.certificates.recognised import NothingToIssue, SeveralDecisions
from certification.certificates.register import Entry, NotWithdrawable, UnknownCertificate
from certification.credentials import proofs
from certification.dossiers import ending
from certification.models import Award, Worker
from lrs.db import Database
from tests.certification.certificates.issued import DECISION, PUBLIC_URL, entries, issue, recognise
from tests.certification.dossiers.desk import Desk
from tests.certification.world import World
from tests.conftest import PEPPER

RIGHT = "Nguyễn Thị Đúng"


def corrected(database: Database, tenant: UUID, now: datetime, one: UUID, **told: Any) -> Entry:
    said = {"reason": "sai tên", "public_url": PUBLIC_URL, "secret": PEPPER, "by": "hoa", "clock": lambda: now, **told}
    return correct(database, tenant, one, **said)


def renamed(database: Database, tenant: UUID, worker: UUID, name: str = RIGHT) -> None:
    with database.writing(tenant) as session:
        session.execute(sa.update(Worker).where(Worker.tenant_id == tenant, Worker.id == worker).values(full_name=name))


@pytest.fixture
def first(database: Database, tenant: UUID, now: datetime) -> Entry:
    """A certificate whose worker has another name in the records by now."""
    worker = recognise(database, tenant, now, "NV-1")["NV-1"]
    issue(database, tenant, now)
    renamed(database, tenant, worker)
    return entries(database, tenant)[0]


def shown(database: Database, code: str, now: datetime) -> verification.Shown | None:
    return verification.look_up(database, code, now.date(), public_url=PUBLIC_URL)


def test_the_new_one_names_the_former_which_names_the_new_one(
    database: Database, tenant: UUID, now: datetime, first: Entry
) -> None:
    made = corrected(database, tenant, now, first.id)
    assert (made.number, made.name, made.issued) == ("0002/2026/CDHT", RIGHT, now)
    former, new = shown(database, first.code, now), shown(database, made.code, now)
    assert former is not None and new is not None
    assert (former.state, former.corrected_by, former.unaltered, former.replaces) == (
        "corrected",
        made.code,
        True,
        None,
    )
    assert (new.state, new.unaltered, new.replaces) == ("valid", True, first.number)
    evidence = json.loads(new.credential)["evidence"]
    assert evidence[1]["id"] == f"urn:uuid:{first.id}"
    paper = papers.by_code(database, made.code, public_url=PUBLIC_URL)
    assert paper is not None and paper.replaces == first.number
    with database.reading(tenant) as session:
        acts = [one.act for one in chain.listed(session, tenant, limit=4)]
        book = papers.book(session, tenant, 2026)
        assert register.withdrawn_places(session, tenant, 0, 10) == [0]
        assert chain.verify(session, tenant).faults == ()
    assert acts == ["certificate.issue", "certificate.correct", "certificate.number", "certificate.withdraw"]
    assert [one.note for one in book] == ["Thu hồi ngày 20/11/2026: sai tên; cấp lại số 0002/2026/CDHT", ""]
    assert issue(database, tenant, now) == Issued(0, 0)


def test_what_cannot_be_corrected_is_refused_and_nothing_changes(
    database: Database, tenant: UUID, now: datetime, first: Entry
) -> None:
    def refused(error: type[Exception], match: str, one: UUID = first.id, **told: Any) -> None:
        before = entries(database, tenant)
        with pytest.raises(error, match=match):
            corrected(database, tenant, now, one, **told)
        assert entries(database, tenant) == before

    refused(UnknownCertificate, "Không có giấy", uuid4())
    refused(NotWithdrawable, "ghi lý do", reason=" ")
    refused(NoPublicAddress, "PUBLIC_URL", public_url="")
    renamed(database, tenant, first.worker, first.name)
    refused(NothingToCorrect, "ghi đúng như hồ sơ")
    renamed(database, tenant, first.worker)
    made = corrected(database, tenant, now, first.id)
    refused(NotWithdrawable, "đã được thay bằng giấy số 0002/2026/CDHT")
    refused(NothingToCorrect, "ghi đúng như hồ sơ", made.id)
    with database.writing(tenant) as session:
        session.execute(sa.update(Award).where(Award.worker_id == first.worker).values(withdrawn_on=now.date()))
    renamed(database, tenant, first.worker, "Khác")
    refused(NotWithdrawable, "không còn; không cấp lại", made.id)
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, made.id, reason="QĐ 9", ends_title=True, by="hoa", now=now)
    refused(NotWithdrawable, "đã thu hồi ngày 20/11/2026", made.id)


class Killed(BaseException):
    """As if the process had ended: nothing catches it."""


def killing(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, *, after: bool, at: int = 1) -> None:
    """The `at`th call of the function is the last thing that the process does, begun or done."""
    kept: Callable[..., Any] = getattr(where, name)
    calls: list[int] = []

    def last(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == at and not after:
            raise Killed
        done = kept(*arguments, **named)
        if len(calls) == at:
            raise Killed
        return done

    monkeypatch.setattr(where, name, last)


STEPS = (
    (ending, "withdraw_certificates"),
    (issuing, "number"),
    (codes, "make"),
    (chain, "add"),
    (chain, "add_many"),
    (issuing, "sign_all"),
    (issuing, "sign"),
    (proofs, "prove"),
    (register, "find"),
)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "name"), STEPS, ids=[name for _, name in STEPS])
def test_killed_at_each_step_it_is_taken_up_again_and_nothing_is_signed_without_a_record(
    database: Database, tenant: UUID, now: datetime, first: Entry, where: Any, name: str, after: bool
) -> None:
    for at in (1, 2, 3):
        with pytest.MonkeyPatch.context() as patched:
            killing(patched, where, name, after=after, at=at)
            with contextlib.suppress(Killed, NotWithdrawable):
                corrected(database, tenant, now, first.id)
        found = entries(database, tenant)
        assert len(found) in (1, 2)
        before = shown(database, first.code, now)
        assert before is not None
        if len(found) == 1:  # nothing of it was kept: the former stands
            assert before.state == "valid"
            continue
        assert (before.state, found[0].replaced_by) == ("corrected", found[1].id)
    try:
        made = corrected(database, tenant, now, first.id)
    except NotWithdrawable:  # it was whole before
        made = entries(database, tenant)[1]
    assert (made.number, made.name) == ("0002/2026/CDHT", RIGHT)
    new = shown(database, made.code, now)
    assert new is not None
    assert (new.state, new.unaltered, new.replaces) == ("valid", True, first.number)
    with database.reading(tenant) as session:
        acts = [one.act for one in chain.listed(session, tenant, limit=100)]
        assert chain.verify(session, tenant).faults == ()
    for act in ("certificate.withdraw", "certificate.correct"):
        assert acts.count(act) == 1
    assert (acts.count("certificate.number"), acts.count("certificate.issue")) == (2, 2)


def test_one_that_is_withdrawn_before_it_is_signed_is_never_signed(
    database: Database, tenant: UUID, now: datetime
) -> None:
    recognise(database, tenant, now, "NV-1")
    with pytest.MonkeyPatch.context() as patched:
        killing(patched, issuing, "sign_all", after=False)
        with pytest.raises(Killed):
            issue(database, tenant, now)
    one = entries(database, tenant)[0]
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, one.id, reason="QĐ 9", ends_title=True, by="hoa", now=now)
    recognise(database, tenant, now, "NV-2", decision="13/QĐ-UBND")
    assert issue(database, tenant, now, decision="13/QĐ-UBND") == Issued(1, 1)
    assert [one.issued for one in entries(database, tenant)] == [None, now]
    assert shown(database, one.code, now) is None


def test_a_decision_is_meant_by_its_number_or_with_body_and_day_or_by_its_id(world: World) -> None:
    desk = Desk(world)
    database, tenant, now = world.database, world.tenant, world.now
    desk.reviewed("NV-1", "NV-2")
    desk.propose("NV-1", "NV-2")
    decision = desk.decide("NV-1", number=DECISION)
    recognise(database, tenant, now, "NV-7", decision="7/QĐ")
    recognise(database, tenant, now, "NV-8")
    with pytest.raises(SeveralDecisions, match=r"là của 2 quyết định: .*, ngày 18/11/2026; .*, ngày 19/11/2026"):
        issue(database, tenant, now)
    assert entries(database, tenant) == []

    def issued(of: str, **told: Any) -> list[str]:
        before = {one.id for one in entries(database, tenant)}
        issuing.issue(
            database, tenant, programme="cong-dan-hoc-tap", decision=of, public_url=PUBLIC_URL, secret=PEPPER, by="hoa",
            clock=lambda: now, **told,
        )  # fmt: skip
        return [one.number for one in entries(database, tenant) if one.id not in before]

    with pytest.raises(NothingToIssue):
        issued(DECISION, body="vn/lai-chau", decided_on=datetime(2026, 11, 18).date())  # noqa: DTZ001
    with pytest.raises(NothingToIssue):
        issued(str(uuid4()))
    assert issued(str(decision.id)) == ["0001/2026/CDHT"]
    assert entries(database, tenant)[0].worker == desk.workers["NV-1"]
    assert issued(DECISION, body="vn/lai-chau") == []
    assert issued(DECISION, decided_on=datetime(2026, 11, 18).date()) == ["0001/2026/CDHT"]  # noqa: DTZ001
    assert issued(" 7/QĐ ") == ["0002/2026/CDHT"]
