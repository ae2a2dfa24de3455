"""Transcripts as Comprehensive Learner Records: recorded before they are signed, verified by others' software."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from certification.acts import chain
from certification.certificates import keys
from certification.certificates.keys import Issuer, NoPublicAddress
from certification.credentials import proofs, status_lists
from certification.credentials.canonical import LEARNER_RECORDS, NotSignable, canonical
from certification.credentials.proofs import BadProof
from certification.transcripts import signing
from certification.transcripts.gathering import gather
from certification.transcripts.learner_record import NothingLearnt, learner_record
from certification.transcripts.told import Basis, Transcript
from lrs import api
from lrs.db import Database, new_id
from tests.certification.certificates import issued
from tests.certification.certificates.issued import PUBLIC_URL
from tests.certification.credentials.signed import verified_elsewhere
from tests.certification.transcripts.learners import MINE, NUMBER, hoa
from tests.certification.transcripts.test_gathering import ON, told
from tests.certification.world import World
from tests.conftest import PEPPER

LASTING = replace(MINE, until=date(2027, 11, 19))


def sign(world: World, transcript: Transcript) -> dict[str, Any]:
    made = signing.signed(
        world.database, world.tenant, transcript, public_url=PUBLIC_URL, secret=PEPPER, by="hoa", now=world.now
    )
    document: dict[str, Any] = json.loads(made)
    return document


def with_certificate(world: World, identity: api.Identity, basis: Basis = LASTING) -> Transcript:
    worker = hoa(world, identity)
    issued.issue(world.database, world.tenant, world.now, decision="1")
    return told(world, worker, basis)


def test_it_holds_a_credential_for_each_activity_and_the_certificate_as_it_was_signed(
    world: World, identity: api.Identity
) -> None:
    transcript = with_certificate(world, identity)
    made = sign(world, transcript)
    assert made["type"] == ["VerifiableCredential", "ClrCredential"]
    assert made["validUntil"] == "2027-11-20T00:00:00+07:00"
    held = made["credentialSubject"]["verifiableCredential"]
    assert [one["name"] for one in held[:3]] == [one.name for one in transcript.learning]
    law = held[2]["credentialSubject"]
    assert law["result"][0]["value"] == "85"
    assert {"G1", "CS1"} <= {one["targetCode"] for one in law["achievement"]["alignment"]}
    assert held[2]["evidence"][0]["name"] == "E3"
    assert held[3] == json.loads(transcript.titles[0].credential or b"")
    with world.database.reading(world.tenant) as session:
        public = keys.public_keys(session, world.tenant)
    issuer = Issuer.of(PUBLIC_URL, world.tenant)
    by_address = {issuer.key(name): multikey for name, multikey in public.items()}
    assert proofs.check(made, by_address.get)
    for place in range(3):
        changed = copy.deepcopy(made)
        changed["credentialSubject"]["verifiableCredential"][place]["evidence"][0]["name"] = "E0"
        with pytest.raises(BadProof):
            proofs.check(changed, by_address.get)


def test_what_a_credential_within_it_says_beside_its_contexts_is_refused(world: World, identity: api.Identity) -> None:
    transcript = told(world, hoa(world, identity))
    made = learner_record(transcript, Issuer.of(PUBLIC_URL, world.tenant), record=new_id(), at=world.now)
    made["credentialSubject"]["verifiableCredential"][0]["bogus"] = "unsigned"
    with pytest.raises(NotSignable, match="bogus"):
        canonical(made)


def test_what_is_signed_is_on_record_first(world: World, identity: api.Identity) -> None:
    transcript = told(world, hoa(world, identity), LASTING)
    made = sign(world, transcript)
    with world.database.reading(world.tenant) as session:
        act = chain.listed(session, world.tenant, limit=1)[0]
        assert chain.verify(session, world.tenant).faults == ()
    assert (act.act, act.worker, act.subject) == (
        "transcript.sign", transcript.worker, made["id"].replace("urn:uuid", "transcript"),
    )  # fmt: skip
    assert act.detail is not None
    assert (act.detail["purpose"], act.detail["until"]) == (LASTING.purpose, "2027-11-19")


def test_nothing_is_signed_or_recorded_for_whoever_learnt_nothing_or_without_an_address(
    world: World, identity: api.Identity
) -> None:
    with world.database.writing(world.tenant) as session:
        nobody = world.employ(session, "dn/a")
    with pytest.raises(NothingLearnt, match="chưa có"):
        sign(world, told(world, nobody))
    transcript = told(world, hoa(world, identity))
    with pytest.raises(NoPublicAddress):
        signing.signed(world.database, world.tenant, transcript, public_url="", secret=PEPPER, by="hoa", now=world.now)
    with world.database.reading(world.tenant) as session:
        assert chain.listed(session, world.tenant, limit=10) == []
        assert transcript.number == NUMBER


@pytest.mark.slow
def test_other_peoples_software_verifies_it_and_each_certificate_within_until_a_letter_changes(
    world: World, identity: api.Identity
) -> None:
    made = sign(world, with_certificate(world, identity))
    changed = copy.deepcopy(made)
    changed["credentialSubject"]["verifiableCredential"][0]["name"] += "."
    certificate = made["credentialSubject"]["verifiableCredential"][3]
    answers = verified_elsewhere([made, certificate, changed], _fetched(world.database, world.tenant, made, world))
    assert [one["verified"] for one in answers] == [True, True, False], answers
    assert "Invalid signature" in answers[2]["error"]


def _fetched(database: Database, tenant: UUID, made: dict[str, Any], world: World) -> dict[str, Any]:
    """All that the verifier finds: the context as shipped, the issuer, its keys, the list of what is withdrawn."""
    from certification.credentials import canonical as shipped

    issuer = Issuer.of(PUBLIC_URL, tenant)
    with database.reading(tenant) as session:
        document = keys.did_document(session, tenant, issuer)
        name = made["proof"]["verificationMethod"].rpartition("#")[2]
        key = keys.named(session, tenant, issuer, name, secret=PEPPER)
    context = (shipped._FOLDER / shipped._FILES[LEARNER_RECORDS]).read_text(encoding="utf-8")
    address = made["credentialSubject"]["verifiableCredential"][3]["credentialStatus"]["statusListCredential"]
    listed = status_lists.list_credential(
        address,
        issuer.did,
        [],
        valid_from=world.now - timedelta(days=365),
        valid_until=world.now + timedelta(days=9999),
    )
    found = {issuer.did: document, LEARNER_RECORDS: json.loads(context)}
    found[address] = proofs.prove(listed, key, created=world.now)
    for method in document["verificationMethod"]:
        found[method["id"]] = {"@context": "https://w3id.org/security/multikey/v1", **method}
    return found


def test_the_day_it_is_asked_of_stands_in_it(world: World, identity: api.Identity) -> None:
    worker = hoa(world, identity)
    with world.database.reading(world.tenant) as session:
        transcript = gather(session, world.tenant, {worker: MINE}, on=ON)[worker]
    assert "20/11/2026" in sign(world, transcript)["description"]
