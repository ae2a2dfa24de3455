"""A person erased whole: nothing of them is found in the database, and everybody else's records and counts stay."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.certificates import papers, recognised, register, verification
from certification.certificates.register import UnknownCertificate
from certification.models import Award, Certificate, Freezing, NationalNumber, Worker
from certification.people.workers import UnknownWorker
from certification.privacy import erasing
from certification.privacy.erasing import StillEmployed
from certification.rules.criteria import PROGRAMME
from certification.targets import attainment
from lrs.db import Database
from tests.certification.certificates.issued import PUBLIC_URL, issue
from tests.certification.dossiers.desk import Desk
from tests.certification.privacy.secrets_of_nga import NUMBER, SECRETS
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
