"""A person's whole export: nothing is forgotten, and put into an empty store it gives equal judgements."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import feed
from certification.judgement import judging
from certification.models import Assessment, Attestation, Award, Fact, Worker
from certification.people.national_numbers import Keys
from certification.privacy import consents, exporting, importing, person_archive
from certification.privacy.consents import Agreed
from certification.privacy.held import HELD, table
from certification.privacy.importing import Imported
from certification.privacy.person_archive import BrokenArchive
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database
from lrs.models import Statement
from tests.certification.dossiers.desk import YEAR, Desk
from tests.certification.learning import attest, follow_all, statement, store, voiding
from tests.certification.privacy.secrets_of_nga import ACCOUNT, NAME, NATIONAL, NUMBER
from tests.conftest import PEPPER


@pytest.fixture
def judged(desk: Desk, nga: UUID, identity: api.Identity) -> UUID:
    """The person with more learning, some of it voided, an attestation, and a result."""
    wrong = statement(ACCOUNT, "reading")
    store(desk.world.database, identity, statement(ACCOUNT, "digital-able"), wrong, voiding(wrong))
    with desk.world.database.writing(desk.tenant) as session:
        attest(session, desk.tenant, nga, {"CS1": 9, "CS2": 8}, on=desk.now.date(), year=YEAR, now=desk.now)
    later = desk.now + timedelta(hours=1)
    follow_all(desk.world.database, desk.tenant, later)
    judging.judge_all_stale(desk.world.database, desk.tenant, clock=lambda: later)
    return nga


def export(desk: Desk) -> bytes:
    with desk.world.database.reading(desk.tenant, snapshot=True) as session:
        return exporting.export(
            session, desk.tenant, NUMBER, tenant_name="default", keys=Keys.of(desk.tenant, PEPPER), now=desk.now
        )


def take_in(desk: Desk, tenant: UUID, data: bytes) -> Imported:
    told = {"by": "hoa", "now": desk.now + timedelta(days=500), "most_bytes": 10_000_000}
    return importing.import_person(desk.world.database, tenant, data, **told)


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def results(database: Database, tenant: UUID, worker: UUID) -> list[tuple[Any, ...]]:
    of = Assessment
    asked = sa.select(of.year, of.version, of.outcome, of.total, of.result, of.as_of, of.judged, of.causes)
    with database.reading(tenant) as session:
        rows = session.execute(asked.where(of.worker_id == worker).order_by(of.year, of.version))
        return [tuple(row) for row in rows]


def counted(database: Database, tenant: UUID, worker: UUID) -> set[tuple[Any, ...]]:
    asked = sa.select(Fact.statement_id, Fact.what, Fact.day, Fact.minutes, Fact.quality, Fact.activity_key)
    with database.reading(tenant) as session:
        return {tuple(row) for row in session.execute(asked.where(Fact.worker_id == worker, Fact.tenant_id == tenant))}


def test_every_row_and_every_statement_of_the_person_is_in_the_archive(
    desk: Desk,
    judged: UUID,
) -> None:
    found = files(export(desk))
    assert found["DOC-TOI-TRUOC.txt"].decode("utf-8-sig").startswith("TOÀN BỘ DỮ LIỆU")
    with desk.reading() as session:
        records = session.scalars(
            sa.select(Worker.id).where(sa.or_(Worker.id == judged, Worker.merged_into == judged))
        ).all()
        for name, held in HELD.items():
            of = table(name).c
            if not held.exported or "worker_id" not in of:
                continue
            rows = session.scalar(sa.select(sa.func.count()).where(of.worker_id.in_(records)))
            assert len(json.loads(found[f"tables/{name}.json"])) == rows, name
        texts = session.scalars(
            sa.select(Statement.exact).where(Statement.tenant_id == desk.tenant, Statement.exact.contains(ACCOUNT))
        ).all()
    assert len(texts) == 3
    for text in texts:
        assert text.encode() in found["statements.ndjson"]
    everything = b"".join(found.values())
    assert NATIONAL.encode() in found["tables/certification_national_number.json"], "sealed here, and the own"
    assert b"argon2" not in everything
    assert b"NV-3" not in everything.replace(found["needed/organizations.json"], b""), "nobody else's record"
    [kept] = [name for name in found if name.startswith("files/")]
    assert found[kept].startswith(b"%PDF-")
    assert any(name.startswith("certificates/") for name in found)


def test_in_an_empty_store_the_judgements_are_equal_to_the_byte(
    desk: Desk,
    judged: UUID,
    other_tenant: UUID,
) -> None:
    database, later = desk.world.database, desk.now + timedelta(days=1)
    with database.writing(desk.tenant) as session:
        shown = consents.wordings(session, desk.tenant, "dn/a", vietnam_day(desk.now))
        agreed = [Agreed(one.purpose.id, one.digest) for one in shown]
        consents.give(session, desk.tenant, NUMBER, "dn/a", agreed, how="own_account", by=NUMBER, now=desk.now)
    data = export(desk)
    done = take_in(desk, other_tenant, data)
    assert (done.number, done.years) == (NUMBER, (YEAR,))
    assert "dn/a" in done.units
    before = results(database, desk.tenant, judged)
    assert before
    assert results(database, other_tenant, done.worker) == before
    assert counted(database, other_tenant, done.worker) == counted(database, desk.tenant, judged) != set()
    follow_all(database, other_tenant, later)
    feed.rebuild(database, other_tenant, now=later)
    assert counted(database, other_tenant, done.worker) == counted(database, desk.tenant, judged)
    assert judging.judge_all_stale(database, other_tenant, clock=lambda: later) >= 1
    assert results(database, other_tenant, done.worker) == before, "judged anew there, it is the same"
    with database.reading(other_tenant) as session:
        row = session.execute(sa.select(Worker.full_name).where(Worker.id == done.worker)).one()
        assert session.scalar(sa.select(Award.decision_number).where(Award.worker_id == done.worker)) == "12/QĐ-UBND"
        assert session.scalar(sa.select(sa.func.count()).where(Attestation.worker_id == done.worker)) == 2
        given = consents.of_worker(session, other_tenant, done.worker)
    assert sorted(one.purpose for one in given) == sorted(one.purpose for one in agreed) != []
    assert row.full_name == NAME
    with pytest.raises(BrokenArchive) as refused:
        take_in(desk, other_tenant, data)
    assert refused.value.faults == ("there is a worker NV-2 here already", f"there is a worker {NUMBER} here already")


def test_broken_off_after_the_statements_it_goes_on(
    desk: Desk,
    judged: UUID,
    other_tenant: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, put = export(desk), importing._put
    calls: list[int] = []

    def broken(*args: Any, **told: Any) -> Imported:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError
        return put(*args, **told)

    with monkeypatch.context() as patch:
        patch.setattr(importing, "_put", broken)
        with pytest.raises(RuntimeError):
            take_in(desk, other_tenant, data)
    assert take_in(desk, other_tenant, data).years == (YEAR,)


def test_what_is_wrong_in_an_archive_is_told_with_its_place_all_at_once(
    desk: Desk, judged: UUID, other_tenant: UUID
) -> None:
    data, awards, rules = export(desk), "tables/certification_award.json", "needed/rules.json"
    no_json = {awards: b'[\n{"year": 2026,,}]', rules: b"{}", "tables/certification_fact.json": b"[1]"}
    with pytest.raises(BrokenArchive) as refused:
        take_in(desk, other_tenant, repacked(data, no_json, honest=True))
    assert [one.partition(": is no")[0].removesuffix(": is no") for one in refused.value.faults] == [
        rules, f"{awards}, line 2, column 15", "tables/certification_fact.json, row 1",
    ]  # fmt: skip
    [award], texts = json.loads(files(data)[awards]), json.loads(files(data)[rules])
    broken = "kind = [\n"
    texts[0] |= {"text": broken, "sha256": hashlib.sha256(broken.encode()).hexdigest()}
    texts[1] |= {"identifier": "khác"}
    del texts[2]["sha256"]
    wrong: dict[str, bytes | None] = {
        awards: json.dumps([{**award, "year": 1899}]).encode(),
        rules: json.dumps(texts).encode(),
    }
    with pytest.raises(BrokenArchive) as refused:
        take_in(desk, other_tenant, repacked(data, wrong, honest=True))
    told = "\n".join(refused.value.faults)
    for place in (
        f"{awards}, row 1, year: 1899 is no year from 2000 to 2100",
        f"{rules}, row 1, text, which is no TOML: ",
        f"{rules}, row 2, text, /id: is not 'khác'",
        f"{rules}, row 3, sha256: is missing",
    ):
        assert place in told


def repacked(data: bytes, changed: Mapping[str, bytes | None], *, honest: bool = False) -> bytes:
    """The archive with some files changed or left out; `honest` with a manifest that says so."""
    found: dict[str, bytes] = {**files(data), **{name: one for name, one in changed.items() if one is not None}}
    for name, one in changed.items():
        if one is None:
            del found[name]
    if honest:
        manifest = json.loads(found.pop("manifest.json"))
        index = found.pop("DOC-TOI-TRUOC.txt").decode("utf-8-sig")
        return person_archive.packed(found, manifest, index, datetime(2026, 11, 20, tzinfo=UTC))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, one in found.items():
            archive.writestr(name, one)
    return out.getvalue()


@pytest.mark.parametrize(
    ("at", "value"), [(6, 1), (8, 99)], ids=["locked with a password", "packed in a way that nobody knows"]
)
def test_an_archive_that_cannot_be_unpacked_is_refused(at: int, value: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", b"{}")
    data = bytearray(out.getvalue())
    for begins, place in ((b"PK\x03\x04", at), (b"PK\x01\x02", at + 2)):
        data[data.index(begins) + place] = value
    with pytest.raises(BrokenArchive, match="this is no whole zip file"):
        person_archive.unpacked(bytes(data))


@pytest.mark.parametrize("packed_by", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_whose_bytes_are_spoilt_is_refused(packed_by: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed_by) as archive:
        archive.writestr("manifest.json", b"{" * 500)
        begins = archive.infolist()[0].header_offset + 30 + len("manifest.json")
    data = bytearray(out.getvalue())
    data[begins : begins + 8] = b"\xff" * 8
    with pytest.raises(BrokenArchive, match="this is no whole zip file"):
        person_archive.unpacked(bytes(data))


def test_a_manifest_that_is_nested_without_end_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", b"[" * 200_000)
    with pytest.raises(BrokenArchive, match=r"manifest\.json: missing, or none"):
        person_archive.unpacked(out.getvalue())


def test_a_changed_or_partial_archive_is_refused_with_every_fault_and_nothing_goes_in(
    desk: Desk,
    judged: UUID,
    other_tenant: UUID,
) -> None:
    data, awards = export(desk), "tables/certification_award.json"
    with pytest.raises(BrokenArchive) as refused:
        take_in(desk, other_tenant, repacked(data, {awards: b"[]", "statements.ndjson": None, "x": b""}))
    assert refused.value.faults == (
        "statements.ndjson: missing", f"{awards}: is not what was exported", "x: was not exported",
    )  # fmt: skip
    for cut in (data[:-100], b"", b"PK no zip"):
        with pytest.raises(BrokenArchive):
            take_in(desk, other_tenant, cut)
    row = json.loads(files(data)[awards])[0]
    wrong = [
        {**row, "decided_on": "hôm qua", "year": "2026", "more": 1}, {**row, "worker_id": str(UUID(int=5))},
        {**row, "worker_id": [], "decided_on": {}},
    ]  # fmt: skip
    rules = json.loads(files(data)["needed/rules.json"])
    changed = {awards: json.dumps(wrong).encode(), "tables/certification_fact.json": None}
    with pytest.raises(BrokenArchive) as refused:
        take_in(desk, other_tenant, repacked(data, changed, honest=True))
    assert len(refused.value.faults) == 7
    assert any(f"{awards}, row 3, worker_id: is no str" in one for one in refused.value.faults)
    assert any(f"{awards}, row 2, worker_id: names no worker of this archive" in one for one in refused.value.faults)
    forged = [{**rules[0], "text": rules[0]["text"].replace("80", "10") + "#"}, *rules[1:]]
    people = json.loads(files(data)["tables/certification_worker.json"])
    for broken in (
        {"needed/rules.json": json.dumps(forged).encode()},
        {"tables/certification_worker.json": b"{}"},
        {"tables/certification_worker.json": b"[1]"},
        {"tables/certification_worker.json": json.dumps([{**people[0], "full_name": "a\0b"}]).encode()},
        {"tables/certification_worker.json": b"[]"},
        {awards: b"[" * 100_000},
        {awards: json.dumps([row, row]).encode()},
        {awards: json.dumps([{**row, "year": 10**30}]).encode()},
    ):
        with pytest.raises(BrokenArchive):
            take_in(desk, other_tenant, repacked(data, broken, honest=True))
    with desk.world.database.reading(other_tenant) as session:
        for model in (Worker, Statement):
            assert session.scalar(sa.select(sa.func.count()).where(model.tenant_id == other_tenant)) == 0  # type: ignore[attr-defined]
    assert rules
