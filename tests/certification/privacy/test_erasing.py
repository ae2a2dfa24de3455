"""A person erased whole: nothing of them is found in the database, and everybody else's records and counts stay."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.certificates import papers, recognised, register, verification
from certification.certificates.register import UnknownCertificate
from certification.evidence.forwarded import MORE
from certification.evidence.witnesses import Witness
from certification.models import (
    Account,
    Assessment,
    Attestation,
    Award,
    Certificate,
    ErasureNotice,
    Freezing,
    NationalNumber,
    RecoveryCode,
    SecondFactor,
    TranscriptHandover,
    Worker,
    WorkerIdentifier,
)
from certification.people import linking, merging
from certification.people.workers import Person, UnknownWorker
from certification.privacy import consents, erasing, notices, renaming, requests
from certification.privacy.erasing import StillEmployed
from certification.privacy.held import BY, HELD, table
from certification.privacy.looks import Looks
from certification.rules.criteria import PROGRAMME
from certification.targets import attainment
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database
from tests.certification.certificates.issued import PUBLIC_URL, issue
from tests.certification.dossiers.desk import YEAR, Desk
from tests.certification.learning import attest, ifi, statement, store
from tests.certification.privacy.secrets_of_nga import LOGIN, NUMBER, SECRETS
from tests.conftest import PEPPER
from tests.lrs.test_erasure import dump


def erase(desk: Desk, number: str = NUMBER, **how: Any) -> erasing.Erased:
    told = {"by": "operator", "reason": "đơn 12", "secret": PEPPER, "now": desk.now, "although_employed": True, **how}
    return erasing.erase(desk.world.database, desk.tenant, number, **told)


def traces(database: Database) -> set[str]:
    found = dump(database)
    if database.is_sqlite:
        name = str(database.url.database)
        found += b"".join(Path(name + end).read_bytes() for end in ("", "-wal") if Path(name + end).exists())
    return {what for what, secret in SECRETS.items() if secret.encode() in found}


def figures(desk: Desk) -> Any:
    with desk.reading() as session:
        frozen = session.scalars(sa.select(Freezing.figures).where(Freezing.tenant_id == desk.tenant)).all()
        measured = attainment.measure_all(session, desk.tenant, on=date(2026, 11, 20))
    return frozen, [measured.of(code) for code in ("vn", "dn/a", "dn/b")]


def test_nothing_of_the_person_is_found_and_every_figure_stays(desk: Desk, nga: UUID) -> None:
    before = figures(desk)
    held = traces(desk.world.database)
    assert held >= {"name", "number", "account", "login", "ending"}
    assert "national" not in held, "hashed, and sealed under a secret that is in no dump"
    done = erase(desk)
    assert done.statements >= 3
    assert (done.files_removed, done.lists_emptied) == (1, 1)
    assert traces(desk.world.database) == set()
    assert figures(desk) == before
    with desk.reading() as session:
        assert chain.verify(session, desk.tenant).faults == ()
        row = session.execute(sa.select(Worker.number, Worker.full_name).where(Worker.id == nga)).one()
        assert session.scalar(sa.select(sa.func.count()).where(NationalNumber.worker_id == nga)) == 0
        other = session.scalar(sa.select(Worker.number).where(Worker.id == desk.workers["NV-3"]))
    assert erasing.is_erased(row.number)
    assert (row.full_name, other) == ("(đã xoá)", "NV-3")
    assert desk.state("NV-3") == "granted"
    with pytest.raises(UnknownWorker):
        erase(desk)
    assert erase(desk, row.number).statements == 0


def test_the_register_keeps_number_and_status_and_public_verification_says_so(desk: Desk, nga: UUID) -> None:
    with desk.reading() as session:
        before = next(one for one in register.entries(session, desk.tenant, limit=10) if one.worker == nga)
    erase(desk)
    with desk.reading() as session:
        after = register.find(session, desk.tenant, before.id)
        with pytest.raises(UnknownCertificate):
            register.signed(session, desk.tenant, before.id)
        assert session.scalar(sa.select(Award.decision_number).where(Award.worker_id == nga)) == "12/QĐ-UBND"
        which = recognised.decision(session, desk.tenant, PROGRAMME, "12/QĐ-UBND")
        drawn = list(papers.of_decision(session, desk.tenant, which, public_url=PUBLIC_URL))
    assert (after.number, after.code, after.decision_number) == (before.number, before.code, before.decision_number)
    assert [one.name for one in drawn] == ["Người"]
    shown = verification.look_up(desk.world.database, before.code, desk.now.date(), public_url=PUBLIC_URL)
    assert shown is not None
    assert (shown.erased, shown.name, shown.state, shown.number) == (True, "", "valid", before.number)
    assert papers.by_code(desk.world.database, before.code, public_url=PUBLIC_URL) is None
    issue(desk.world.database, desk.tenant, desk.now)
    with desk.reading() as session:
        papers_of = sa.select(Certificate.signed).where(Certificate.worker_id == nga)
        assert session.scalars(papers_of).all() == [b""], "nothing is signed again"


def test_whoever_is_employed_is_not_erased_by_the_way(desk: Desk, nga: UUID) -> None:
    with pytest.raises(StillEmployed):
        erase(desk, although_employed=False)
    assert "name" in traces(desk.world.database)


def test_broken_off_it_is_taken_up_again(desk: Desk, nga: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    told = {
        "endpoint": "https://127.0.0.1/xapi",
        "username": "k",
        "password": "s",
        "from_beginning": True,
        "more": MORE,
    }
    with desk.world.database.writing(desk.tenant) as session:
        api.set_destination(session, desk.tenant, "kho", hosts=["127.0.0.1"], pepper=PEPPER, now=desk.now, **told)
    with monkeypatch.context() as patch:
        patch.setattr(erasing.chain, "erase_details", broken)
        with pytest.raises(RuntimeError):
            erase(desk)
    assert {"name", "number"} <= traces(desk.world.database)
    [had] = erase(desk).copies
    assert (had.name, had.kind, had.endpoint) == ("kho", "store", told["endpoint"]) and len(had.statements) >= 3
    assert traces(desk.world.database) == set()


def test_exports_on_disk_go_as_far_as_they_are_still_what_was_written(desk: Desk, nga: UUID, tmp_path: Path) -> None:
    same, other = tmp_path / "nga.zip", tmp_path / "khac.zip"
    for file in (same, other):
        file.write_bytes(b"export")
        detail = {"file": str(file), "sha256": hashlib.sha256(b"export").hexdigest()}
        with desk.world.database.writing(desk.tenant) as session:
            chain.add(
                session, desk.tenant, by="hoa", act=erasing.EXPORTED, subject=f"worker:{nga}", worker=nga,
                detail=detail, now=desk.now,
            )  # fmt: skip
    other.write_bytes(b"something else")
    done = erase(desk)
    assert (done.exports_removed, done.exports_left) == ((str(same),), (str(other),))
    assert (same.exists(), other.exists()) == (False, True)


def test_an_identifier_that_is_linked_meanwhile_is_erased_from_the_store_as_well(
    desk: Desk, nga: UUID, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, real = "nga.moi.99", erasing.api.erase
    store(desk.world.database, identity, statement(late))

    def meanwhile(*args: Any, **told: Any) -> int:
        with desk.world.database.writing(desk.tenant) as session:
            if session.scalar(sa.select(WorkerIdentifier.ifi).where(WorkerIdentifier.ifi == ifi(late))) is None:
                linking.link(session, desk.tenant, ifi(late), NUMBER, by="hoa", now=desk.now)
        return real(*args, **told)

    with monkeypatch.context() as patch:
        patch.setattr(erasing.api, "erase", meanwhile)
        done = erase(desk)
    assert ifi(late) in done.survey.identifiers
    assert late.encode() not in dump(desk.world.database)
    assert traces(desk.world.database) == set()


def test_consents_end_and_what_was_asked_is_met(desk: Desk, nga: UUID) -> None:
    with desk.world.database.writing(desk.tenant) as session:
        shown = consents.wordings(session, desk.tenant, "dn/a", desk.now.date())
        agreed = [consents.Agreed(one.purpose.id, one.digest) for one in shown]
        told = {"how": consents.ON_PAPER, "paper": "Cặp 3", "by": "hoa", "now": desk.now}
        consents.give(session, desk.tenant, NUMBER, "dn/a", agreed, **told)
        for kind in ("see", "delete"):
            own = {"witness": Witness(LOGIN), "now": desk.now}
            requests.open_request(session, desk.tenant, NUMBER, kind=kind, reason="chị Nga xin", **own)
    erase(desk)
    today = vietnam_day(desk.now)
    with desk.reading() as session:
        given = consents.of_worker(session, desk.tenant, nga)
        asked = requests.listing(session, desk.tenant)
        whose = sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender).where(Worker.id == nga)
        person = Person(*session.execute(whose).one())
        steps = [requests.history(session, desk.tenant, person.id, one.id)[-1] for one in asked]
    assert {(one.ended_why, one.ended_by, one.holds_on(today)) for one in given} == {("erased", "operator", False)}
    assert {(one.state, one.closed_on, one.words) for one in asked} == {("done", today, "")}
    assert {(one.what, one.recorded_by, one.reason) for one in steps} == {("met", "operator", "")}


def notices_of(desk: Desk, code: str) -> dict[str | None, UUID]:
    with desk.reading() as session:
        node = organizations.node(session, desk.tenant, code)
        found = notices.listed(session, desk.tenant, node, vietnam_day(desk.now), secret=PEPPER, limit=10)
    return {one.number: one.id for one in found}


def test_of_many_who_confirm_a_notice_at_once_one_does(desk: Desk, nga: UUID) -> None:
    erase(desk)
    notice = notices_of(desk, "dn/a")[NUMBER]
    all_of_them = Barrier(6, timeout=60)

    def confirm(_: int) -> list[UUID]:
        with desk.world.database.writing(desk.tenant) as session:
            enterprise = organizations.node(session, desk.tenant, "dn/a")
            if not desk.world.database.is_sqlite:  # there one writes after the other
                all_of_them.wait()
            return notices.confirm(session, desk.tenant, enterprise, [notice], by="nhan-su", now=desk.now)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(confirm, range(6))) == [[]] * 5 + [[notice]]
    with desk.reading() as session:
        acts = chain.listed(session, desk.tenant, limit=10, subject=f"erasure-notice:{notice}")
    assert [one.act for one in acts] == [notices.CONFIRMED]


def test_each_enterprise_is_told_of_the_number_that_it_gave_itself(desk: Desk, nga: UUID) -> None:
    """NV-2, the other record of hers, was dn/a's as well; a record of dn/b is merged into both."""
    with desk.world.database.writing(desk.tenant) as session:
        merging.merge(session, desk.tenant, NUMBER, "NV-3", by="hoa", basis="một người", now=desk.now)
        recipient = {"recipient_id": desk.world.ids["dn/c"], "purpose": "new-employer", "digest": b"x", "place": 1}
        session.add(TranscriptHandover(worker_id=nga, tenant_id=desk.tenant, given=desk.now, **recipient))
    erase(desk)
    assert traces(desk.world.database) == set(), "the numbers are sealed"
    assert set(notices_of(desk, "dn/a")) == {NUMBER, "NV-2"}
    assert set(notices_of(desk, "dn/b")) == {"NV-3"}
    assert set(notices_of(desk, "dn/c")) == {NUMBER}, "under which it was given a transcript"
    ids, others = list(notices_of(desk, "dn/a").values()), list(notices_of(desk, "dn/b").values())
    with desk.world.database.writing(desk.tenant) as session:
        enterprise = organizations.node(session, desk.tenant, "dn/a")
        told = {"by": "nhan-su", "now": desk.now}
        assert notices.confirm(session, desk.tenant, enterprise, [*ids, *others], **told) == sorted(ids)
        assert notices.confirm(session, desk.tenant, enterprise, ids, **told) == []
    assert (notices_of(desk, "dn/a"), len(notices_of(desk, "dn/b"))) == ({}, 1)
    looks, later = Looks(), desk.now + timedelta(days=91)
    looks.keep(desk.world.database, desk.tenant, [nga], by="hoa", purpose="review", what="READ_ACTS", now=later)
    looks.write(desk.world.database, later)
    with desk.reading() as session:
        kept = sa.select(sa.func.count()).where(ErasureNotice.tenant_id == desk.tenant)
        assert session.scalar(kept) == 0, "its days are over"


FOLLOWS = {
    "certification_assessment": "a judgement changed because of what somebody did that is found by an index",
    "certification_stale": "as above",
    "certification_look": "only whoever has a role looks at others, and such an account stays",
    "certification_self_score": "one's own, or noted by an officer, whose account stays",
    "certification_worker_identifier": "whoever linked left an event, or a list that names no own account",
}


def test_no_table_is_read_from_end_to_end_for_who_did_what() -> None:
    known = {(name, column) for name in HELD for column in BY & set(table(name).c.keys())}
    known = {(name, column) for name, column in known if name != "certification_act"}
    assert {name for name, column in known if not renaming.by_index(name, column)} == FOLLOWS.keys()


def test_what_an_own_account_signs_in_with_goes(desk: Desk, nga: UUID) -> None:
    with desk.world.database.writing(desk.tenant) as session:
        account = session.scalars(sa.select(Account.id).where(Account.worker_id == nga)).one()
        mine = {"tenant_id": desk.tenant, "account_id": account}
        session.add(SecondFactor(**mine, sealed=b"secret", begun=desk.now, confirmed=desk.now, last_step=0))
        session.add(RecoveryCode(**mine, digest=b"code"))
    erase(desk)
    with desk.reading() as session:
        for kind in (SecondFactor, RecoveryCode):
            assert session.scalars(sa.select(kind).where(kind.account_id == account)).all() == []


def test_what_an_own_account_did_about_others_is_renamed(desk: Desk, nga: UUID) -> None:
    other = desk.workers["NV-3"]
    with desk.world.database.writing(desk.tenant) as session:
        attest(session, desk.tenant, other, {"CS1": 9}, on=desk.now.date(), year=YEAR, now=desk.now)
        session.execute(sa.update(Attestation).where(Attestation.worker_id == other).values(attested_by=LOGIN))
        session.execute(sa.update(Assessment).where(Assessment.worker_id == other).values(changed_by=LOGIN))
    erase(desk)
    assert traces(desk.world.database) == set()
    with desk.reading() as session:
        assert set(session.scalars(sa.select(Attestation.attested_by).where(Attestation.worker_id == other))) == {
            f"worker:{min(nga, desk.workers['NV-2'])}"
        }
