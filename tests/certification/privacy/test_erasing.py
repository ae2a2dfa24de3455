"""A person erased whole: nothing of them is found in the database, and everybody else's records and counts stay."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access import accounts
from certification.acts import chain
from certification.certificates import papers, register, verification
from certification.certificates.register import UnknownCertificate
from certification.evidence import declarations, disputes
from certification.evidence.witnesses import Witness
from certification.models import Award, Certificate, Freezing, NationalNumber, Worker
from certification.people import linking, merging, national_numbers
from certification.people.workers import UnknownWorker
from certification.privacy import erasing
from certification.privacy.erasing import StillEmployed
from certification.targets import attainment, freezing
from lrs import api
from lrs.db import Database
from tests.certification.certificates.issued import PUBLIC_URL, issue
from tests.certification.dossiers.desk import YEAR, Desk
from tests.certification.evidence.test_attendance_lists import list_csv, said
from tests.certification.evidence.test_declarations import COURSE, PDF
from tests.certification.learning import follow_all, ifi, statement, store
from tests.certification.test_erasure import take_in
from tests.conftest import PEPPER
from tests.lrs.test_erasure import dump

NAME, NUMBER, ACCOUNT, LOGIN, NATIONAL = "Hoàng Thị Quỳnh Nga", "QN-77120", "nga.quynh.77", "quynhnga", "001190077120"
SECRETS = {
    "name": NAME, "number": NUMBER, "account": ACCOUNT, "login": LOGIN, "national": NATIONAL, "ending": "chị Nga",
    "escaped": json.dumps(NAME)[1:-1],
}  # fmt: skip


@pytest.fixture
def desk(world: Any) -> Desk:
    return Desk(world)


@pytest.fixture
def nga(desk: Desk, identity: api.Identity) -> UUID:
    """NV-1 under a name and number of her own, with something in every table that a worker fills."""
    worker, tenant, now = desk.workers["NV-1"], desk.tenant, desk.now
    with desk.world.database.writing(tenant) as session:
        session.execute(sa.update(Worker).where(Worker.id == worker).values(number=NUMBER, full_name=NAME))
        linking.link(session, tenant, ifi(ACCOUNT), NUMBER, by="hoa", basis="chị Nga", now=now)
        merging.merge(session, tenant, NUMBER, "NV-2", by="hoa", basis="chị Nga", now=now)
        keys = national_numbers.Keys.of(tenant, PEPPER)
        row = national_numbers.row(keys, national_numbers.check(NATIONAL), worker, sealed=True, now=now)
        session.add(NationalNumber(**row))
        accounts.create(
            session, tenant, name=LOGIN, full_name=NAME, worker=worker, by="hoa", reason="chị Nga", now=now
        )  # fmt: skip
        disputes.open_dispute(
            session, tenant, NUMBER, year=YEAR, statement_id=None, reason="chị Nga nói", witness=Witness(LOGIN), now=now
        )
        declared = {"file": PDF, "file_name": "chị Nga.pdf", "witness": Witness(LOGIN), "secret": PEPPER, "now": now}
        declarations.declare(session, tenant, NUMBER, COURSE, **declared)
    store(desk.world.database, identity, statement(ACCOUNT), statement("binh"))
    take_in(desk.world, list_csv(said(NUMBER), said("NV-3")))
    follow_all(desk.world.database, tenant, now)
    desk.workers[NUMBER] = worker
    desk.score(NUMBER)
    own = desk.oneself(NUMBER, LOGIN)
    for who, name in ((own, "register"), (own, "self-assess"), (desk.operator, "confirm"), (desk.operator, "review")):
        desk.step(who, name, NUMBER, reason="chị Nga xin" if name != "review" else None)
    desk.reviewed("NV-3")
    desk.propose(NUMBER)
    desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    desk.decide(NUMBER, "NV-3")
    issue(desk.world.database, tenant, now)
    with desk.world.database.writing(tenant) as session:
        freezing.freeze(session, tenant, "vn", on=date(2026, 11, 20), by="hoa", reason="báo cáo", now=now)
    return worker


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
    assert traces(desk.world.database) >= {"name", "number", "account", "login", "ending"}
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
        drawn = list(papers.of_decision(session, desk.tenant, "12/QĐ-UBND", public_url=PUBLIC_URL))
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

    with monkeypatch.context() as patch:
        patch.setattr(erasing.chain, "erase_details", broken)
        with pytest.raises(RuntimeError):
            erase(desk)
    assert {"name", "number"} <= traces(desk.world.database)
    erase(desk)
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
