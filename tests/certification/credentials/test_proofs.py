"""What is signed cannot be changed by a letter, and what a signature would not cover is not signed."""

from __future__ import annotations

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.credentials import multibase, proofs
from certification.credentials.canonical import CREDENTIALS, NotSignable
from certification.credentials.proofs import BadProof
from tests.certification.credentials.signed import AT, KEY, badge, multikey

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ấđơữ "


def test_what_was_signed_is_found_good_and_by_which_key() -> None:
    assert proofs.check(proofs.prove(badge(), KEY, created=AT), multikey) == KEY.id


def test_the_same_document_key_and_instant_give_the_same_bytes_wherever_they_are_told() -> None:
    vietnam = AT.astimezone(timezone(timedelta(hours=7)))
    assert proofs.prove(badge(), KEY, created=AT) == proofs.prove(badge(), KEY, created=vietnam)


def test_many_threads_sign_and_check_at_once() -> None:
    def sign_and_check(number: int) -> str:
        name = f"Công dân học tập {number}"
        return proofs.check(proofs.prove(badge(name=name), KEY, created=AT), multikey)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(sign_and_check, range(64))) == {KEY.id}
    finally:
        sys.setswitchinterval(interval)


def test_the_order_of_names_means_nothing() -> None:
    signed = proofs.prove(badge(), KEY, created=AT)
    turned = dict(reversed(signed.items()))
    assert proofs.check(turned, multikey) == KEY.id


@pytest.mark.slow
def test_of_a_thousand_changes_of_one_letter_every_one_is_noticed() -> None:
    chance = random.Random(20261121)
    text = json.dumps(proofs.prove(badge(), KEY, created=AT), ensure_ascii=False)
    tried = 0
    while tried < 1000:
        place = chance.randrange(len(text))
        letter = chance.choice(LETTERS)
        if text[place] == letter:
            continue
        tried += 1
        changed = text[:place] + letter + text[place + 1 :]
        try:
            document = json.loads(changed)
        except ValueError:
            continue
        if document == json.loads(text):
            continue
        with pytest.raises(BadProof):
            proofs.check(document, multikey)


@pytest.mark.parametrize(
    "changed",
    [
        {"bogus": 1},
        {"type": ["VerifiableCredential", "Không có"]},
        {"issuer": "ubnd"},
        {"@context": [CREDENTIALS, "https://example.org/của-ai"]},
        {"@context": CREDENTIALS},
        {"@context": [CREDENTIALS, {"@vocab": "https://example.org/"}]},
        {"@context": [CREDENTIALS, 5]},
        {"credentialSubject": {"type": ["AchievementSubject"], "salary": 5}},
        {"validFrom": {"@value": 1, "@type": "ngày", "@language": "vi"}},
    ],
    ids=lambda changed: next(iter(changed)) + "=" + str(next(iter(changed.values())))[:20],
)
def test_what_a_signature_would_not_cover_is_not_signed(changed: dict[str, Any]) -> None:
    with pytest.raises(NotSignable):
        proofs.prove(badge(**changed), KEY, created=AT)


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        (None, "no proof"),
        ({"type": "DataIntegrityProof", "cryptosuite": 5}, "no proof"),
        ({"cryptosuite": "bbs-2023"}, "another kind"),
        ({"proofPurpose": "authentication"}, "another kind"),
        ({"verificationMethod": "did:web:elsewhere#1"}, "not the issuer's"),
        ({"created": "2026-12-20T03:04:06Z"}, "changed"),
        ({"proofValue": "z"}, "changed"),
        ({"proofValue": "không"}, "changed"),
        ({"proofValue": ""}, "changed"),
        ({"nonce": "1"}, "changed"),
    ],
)
def test_a_proof_that_is_none_is_refused_with_the_reason(proof: dict[str, Any] | None, words: str) -> None:
    signed = proofs.prove(badge(), KEY, created=AT)
    whole = proof if proof is None or "type" in proof else {**signed["proof"], **proof}
    with pytest.raises(BadProof, match=words):
        proofs.check({**signed, "proof": whole}, multikey)


def test_a_signed_document_is_not_signed_over() -> None:
    with pytest.raises(ValueError, match="already"):
        proofs.prove(proofs.prove(badge(), KEY, created=AT), KEY, created=AT)


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        proofs.public_key(multibase.encode(b"\x80\x24" + b"x" * 33))


@given(st.binary(max_size=80))
def test_bytes_come_back_from_their_letters(raw: bytes) -> None:
    assert multibase.decode(multibase.encode(raw)) == raw


@pytest.mark.parametrize("text", ["", "m123", "z0", "zO", "zl", "z" + "1" * 1001])
def test_letters_that_no_bytes_are_written_in_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base58"):
        multibase.decode(text)
