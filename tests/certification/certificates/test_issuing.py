"""Issuing: numbered without gaps, signed as recorded, taken up again wherever it was broken off."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, local
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.certificates import issuing, keys, recognised, register
from certification.certificates.issuing import Issued
from certification.certificates.keys import Issuer, NoPublicAddress, SealedElsewhere
from certification.certificates.recognised import NothingToIssue
from certification.certificates.register import NotWithdrawable, UnknownCertificate
from certification.credentials import proofs
from certification.models import Award, Certificate
from certification.rules.certificate_forms import NoCertificateForm
from lrs.db import Database
from tests.certification.certificates.issued import BODY, DECIDED, PUBLIC_URL, entries, issue, recognise
from tests.certification.learning import PROGRAMME
from tests.conftest import PEPPER


def test_each_title_of_a_decision_gets_one_certificate_numbered_in_order(
    database: Database, tenant: UUID, now: datetime
) -> None:
    recognise(database, tenant, now, "NV-1", "NV-2", "NV-3")
    assert issue(database, tenant, now) == Issued(3, 3)
    assert issue(database, tenant, now) == Issued(0, 0)
    found = entries(database, tenant)
    assert [one.number for one in found] == ["0001/2026/CDHT", "0002/2026/CDHT", "0003/2026/CDHT"]
    assert len({one.code for one in found}) == 3
    recognise(database, tenant, now, "NV-4", decision="13/QĐ-UBND")
    recognise(database, tenant, now, "NV-5", decision="1/QĐ-LĐLĐ", body="LĐLĐ tỉnh")
    for decision in ("13/QĐ-UBND", "1/QĐ-LĐLĐ"):
        issue(database, tenant, now, decision=decision)
    assert [one.number for one in entries(database, tenant)[3:]] == ["0004/2026/CDHT", "0001/2026/CDHT"]
    next_year = now + timedelta(days=365)
    recognise(database, tenant, now, "NV-6", decision="2/QĐ-UBND")
    issue(database, tenant, next_year, decision="2/QĐ-UBND")
    assert entries(database, tenant)[-1].number == "0001/2027/CDHT"


def test_a_certificate_says_what_the_paper_says_and_no_more(database: Database, tenant: UUID, now: datetime) -> None:
    recognise(database, tenant, now, "NV-1")
    issue(database, tenant, now)
    one = entries(database, tenant)[0]
    with database.reading(tenant) as session:
        document = json.loads(register.signed(session, tenant, one.id))
        public = keys.public_keys(session, tenant)
    issuer = Issuer.of(PUBLIC_URL, tenant)
    assert proofs.check(document, {issuer.key(name): key for name, key in public.items()}.get) == issuer.key("2026-1")
    assert document["issuer"] == {"id": issuer.did, "type": ["Profile"], "name": BODY}
    assert document["credentialSubject"]["licenseNumber"] == one.number
    assert document["evidence"][0]["id"] == f"{PUBLIC_URL}/k/{one.code}"
    assert document["credentialSubject"]["identifier"][0]["identityHash"] == one.name
    assert one.worker.hex not in json.dumps(document).replace("-", "")


def test_what_was_numbered_and_not_signed_is_signed_with_the_key_and_instant_recorded(
    database: Database, tenant: UUID, now: datetime
) -> None:
    recognise(database, tenant, now, "NV-1", "NV-2")
    issuer = Issuer.of(PUBLIC_URL, tenant)
    told: dict[str, Any] = {"public_url": PUBLIC_URL, "secret": PEPPER, "by": "hoa", "now": now}
    with database.writing(tenant) as session:
        waiting = recognised.titles(session, tenant, PROGRAMME, DECIDED)
        assert len(issuing.number(session, tenant, issuer, waiting, programme=PROGRAMME, **told)) == 2
    assert [one.issued for one in entries(database, tenant)] == [None, None]
    with database.writing(tenant) as session:
        keys.rotate(session, tenant, issuer, secret=PEPPER, by="hoa", now=now)
    later = now + timedelta(days=3)
    assert issue(database, tenant, later) == Issued(0, 2)
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(Certificate.unsigned, Certificate.signed, Certificate.id).where(Certificate.tenant_id == tenant)
        ).all()
        acts = {one.subject: one for one in chain.listed(session, tenant, limit=50) if one.act == "certificate.number"}
        assert chain.verify(session, tenant).faults == ()
    for row in rows:
        signed = json.loads(row.signed)
        proof = signed.pop("proof")
        assert signed == json.loads(row.unsigned)
        assert proof["created"] == now.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert proof["verificationMethod"] == issuer.key("2026-1")
        committed = acts[f"certificate:{row.id}"].detail
        assert committed and committed["sha256"] == hashlib.sha256(row.unsigned).hexdigest()


def test_two_who_issue_at_once_number_and_sign_each_once(database: Database, tenant: UUID, now: datetime) -> None:
    recognise(database, tenant, now, *(f"NV-{number}" for number in range(12)))
    names = ("an", "binh", "chi", "dung")
    with ThreadPoolExecutor(4) as pool:
        done = dict(zip(names, pool.map(lambda by: issue(database, tenant, now, by=by), names), strict=True))
    found = entries(database, tenant)
    assert sorted(one.number for one in found) == [f"{number:04}/2026/CDHT" for number in range(1, 13)]
    with database.reading(tenant) as session:
        acts = Counter((one.by, one.act) for one in chain.listed(session, tenant, limit=100))
        assert chain.verify(session, tenant).faults == ()
    for act in ("certificate.number", "certificate.issue"):
        assert sum(acts[by, act] for by in names) == 12
    said = {by: (one.numbered, one.signed) for by, one in done.items()}
    assert said == {by: (acts[by, "certificate.number"], acts[by, "certificate.issue"]) for by in names}


def test_of_two_who_sign_the_same_each_says_what_it_did(
    database: Database, tenant: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognise(database, tenant, now, "NV-1", "NV-2", "NV-3")
    both_have_read, signing = Barrier(2, timeout=60), issuing._signed

    def signed(*told: Any) -> bytes:
        if not hasattr(seen, "came"):
            seen.came = True
            both_have_read.wait()
        return signing(*told)

    seen = local()
    with monkeypatch.context() as patched, ThreadPoolExecutor(2) as pool:
        patched.setattr(issuing, "_signed", signed)
        done = list(pool.map(lambda by: issue(database, tenant, now, by=by), ("an", "binh")))
    assert sum(one.numbered for one in done) == 3
    assert sorted((one.signed, one.signed_by_others) for one in done) == [(0, 3), (3, 0)]


def test_what_cannot_be_issued_is_refused_and_nothing_is_numbered(
    database: Database, tenant: UUID, now: datetime
) -> None:
    recognise(database, tenant, now, "NV-1")
    with pytest.raises(NoPublicAddress):
        issue(database, tenant, now, url="")
    with pytest.raises(NothingToIssue):
        issue(database, tenant, now, decision="khác")
    with pytest.raises(NoCertificateForm):
        issue(database, tenant, datetime(2020, 1, 1, tzinfo=now.tzinfo))
    assert entries(database, tenant) == []


def test_a_key_sealed_under_another_secret_signs_nothing(database: Database, tenant: UUID, now: datetime) -> None:
    recognise(database, tenant, now, "NV-1")
    issue(database, tenant, now)
    issuer = Issuer.of(PUBLIC_URL, tenant)
    with database.reading(tenant) as session, pytest.raises(SealedElsewhere, match="rotate-signing-key"):
        keys.named(session, tenant, issuer, "2026-1", secret=b"another secret of an installation")


def test_a_withdrawn_certificate_is_corrected_by_the_next_one(database: Database, tenant: UUID, now: datetime) -> None:
    recognise(database, tenant, now, "NV-1")
    issue(database, tenant, now)
    first = entries(database, tenant)[0]
    with database.writing(tenant) as session:
        told = {"by": "hoa", "now": now}
        register.withdraw(session, tenant, first.id, reason="sai tên", ends_title=False, **told)
        with pytest.raises(NotWithdrawable, match="đã thu hồi"):
            register.withdraw(session, tenant, first.id, reason="nữa", ends_title=False, **told)
        with pytest.raises(UnknownCertificate):
            register.withdraw(session, tenant, tenant, reason="x", ends_title=False, **told)
        with pytest.raises(NotWithdrawable):
            register.withdraw(session, tenant, first.id, reason=" ", ends_title=False, **told)
        assert register.withdrawn_places(session, tenant, 0, 10) == [0]
    assert issue(database, tenant, now) == Issued(1, 1)
    old, new = entries(database, tenant)
    assert (old.replaced_by, new.number) == (new.id, "0002/2026/CDHT")


def test_with_the_title_goes_every_further_certificate(database: Database, tenant: UUID, now: datetime) -> None:
    worker = recognise(database, tenant, now, "NV-1")["NV-1"]
    issue(database, tenant, now)
    first = entries(database, tenant)[0]
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, first.id, reason="QĐ 20", ends_title=True, by="hoa", now=now)
        award = session.scalars(sa.select(Award).where(Award.worker_id == worker)).one()
        assert (award.withdrawn_on, award.withdrawal) == (first.decided_on.replace(day=20), "QĐ 20")
    assert issue(database, tenant, now) == Issued(0, 0)
