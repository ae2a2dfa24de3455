"""A broken credential is refused with a reason, whatever is broken, and by other people's software too."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from certification.credentials import proofs, status_lists
from certification.credentials.canonical import CREDENTIALS, NotSignable, canonical
from tests.certification.credentials.signed import AT, DID, KEY, LIST, badge, documents, multikey, verified_elsewhere

SIGNED = proofs.prove(badge(), KEY, created=AT)
INSTEAD = (
    None, True, 0, -1, 10**40, 1.5, float("inf"), "", " ", "x", "\0", "\ud800", "@type", "@id", "_:b0", "javascript:x",
    "http://[", [], [[]], [None], {}, {"": 1}, {"@id": 5}, {"@id": "x y"}, {"@value": []}, {"@type": None},
    {"@list": [1]}, {"@set": {}}, {"@graph": [{}]}, {"@reverse": {"name": "x"}}, {"@language": 5, "@value": "x"},
    {"@context": "https://elsewhere.example.org/"}, {"@context": None}, {"@included": 1}, {"@index": 1}, {"@nest": 1},
    {"@none": 1}, {"@json": {}}, {"@type": "@json", "@value": {"a": [1e400]}}, {"@direction": "up", "@value": "x"},
)  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place within a document."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*at, key))


def changed(at: tuple[Any, ...], instead: Any) -> dict[str, Any]:
    """The signed document with something else in this place."""
    whole = {"": copy.deepcopy(SIGNED)}
    inner: Any = whole
    for key in ("", *at[:-1]) if at else ():
        inner = inner[key]
    inner[at[-1] if at else ""] = instead
    return whole[""]


def says_the_same(document: dict[str, Any]) -> bool:
    """Whether a document that was written otherwise says what was signed, and no more."""
    try:
        bare = {name: value for name, value in document.items() if name != "proof"}
        return document.get("proof") == SIGNED["proof"] and canonical(bare) == canonical(badge())
    except NotSignable:
        return False


@pytest.mark.parametrize("instead", INSTEAD, ids=repr)
def test_whatever_stands_in_whatever_place_the_answer_is_no(instead: Any) -> None:
    for at in places(SIGNED):
        if not at and not isinstance(instead, dict):
            continue
        document = changed(at, instead)
        try:
            proofs.check(document, multikey)
        except proofs.BadProof:
            continue
        assert says_the_same(document), f"{at} = {instead!r} is taken for what was signed"


@pytest.mark.parametrize("at", [at for at in places(SIGNED) if at], ids=str)
def test_whatever_is_left_out_the_answer_is_no(at: tuple[Any, ...]) -> None:
    document = copy.deepcopy(SIGNED)
    inner: Any = document
    for key in at[:-1]:
        inner = inner[key]
    del inner[at[-1]]
    try:
        proofs.check(document, multikey)
    except proofs.BadProof:
        return
    assert says_the_same(document)


@pytest.mark.parametrize("depth", [50, 2_000])
def test_a_document_that_goes_very_deep_is_refused(depth: int) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = {"@set": [deep]}
    with pytest.raises(proofs.BadProof):
        proofs.check({**SIGNED, "name": deep}, multikey)


BROKEN: dict[str, dict[str, Any]] = {
    "another name": changed(("name",), "Công dân học tập năm 2027"),
    "an unknown term": {**SIGNED, "bogus": 1},
    "an unknown term within": changed(("credentialSubject", "salary"), 5),
    "an unknown type": changed(("type", 1), "Diploma"),
    "another holder": changed(("credentialSubject", "identifier", 0, "identityHash"), "Nguyễn Thị Hoà"),
    "a holder in other letters": changed(
        ("credentialSubject", "identifier", 0, "identityHash"), unicodedata.normalize("NFD", "Nguyễn Thị Hoa")
    ),
    "another issuer": changed(("issuer", "id"), "did:web:elsewhere.example.org"),
    "another issuer's name": changed(("issuer", "name"), "UBND xã khác"),
    "another id": changed(("id",), "urn:uuid:0190f3b0-0000-7000-8000-000000000002"),
    "no proof": {name: value for name, value in SIGNED.items() if name != "proof"},
    "an empty proof": changed(("proof",), {}),
    "an earlier day": changed(("validFrom",), "2025-12-20T00:00:00Z"),
    "a day of the future": proofs.prove(badge(validFrom="2126-12-20T00:00:00Z"), KEY, created=AT),
    "a day that is over": proofs.prove(badge(validUntil="2025-01-01T00:00:00Z"), KEY, created=AT),
    "a last day added": {**SIGNED, "validUntil": "2126-12-20T00:00:00Z"},
    "another place in the list": changed(("credentialStatus", "statusListIndex"), "5"),
    "another list": changed(("credentialStatus", "statusListCredential"), f"{LIST}0"),
    "no list": {name: value for name, value in SIGNED.items() if name != "credentialStatus"},
    "contexts changed about": changed(("@context",), SIGNED["@context"][::-1]),
    "a context less": changed(("@context",), [CREDENTIALS]),
    "a context of one's own": changed(("@context",), [*SIGNED["@context"], "https://elsewhere.example.org/x"]),
    "a vocabulary of one's own": changed(("@context",), [*SIGNED["@context"], {"@vocab": "https://x.example/"}]),
    "another key's": proofs.prove(badge(), proofs.SigningKey(KEY.id, b"x" * 32), created=AT),
    "an unknown key's": proofs.prove(badge(), proofs.SigningKey(f"{DID}#2025", b"x" * 32), created=AT),
    "a key from elsewhere": changed(("proof", "verificationMethod"), "did:web:elsewhere.example.org#1"),
    "a key's bytes for its name": changed(("proof", "verificationMethod"), f"did:key:{KEY.public}"),
    "no algorithm": changed(("proof", "cryptosuite"), "none"),
    "one with a shared secret": changed(("proof", "cryptosuite"), "HS256"),
    "another suite": changed(("proof", "cryptosuite"), "eddsa-jcs-2022"),
    "another kind of proof": changed(("proof", "type"), "Ed25519Signature2020"),
    "another purpose": changed(("proof", "proofPurpose"), "authentication"),
    "another instant": changed(("proof", "created"), "2026-12-20T03:04:06Z"),
    "a nonce added": changed(("proof", "nonce"), "1"),
    "an empty signature": changed(("proof", "proofValue"), "z"),
    "half a signature": changed(("proof", "proofValue"), SIGNED["proof"]["proofValue"][:44]),
    "a signature in other letters": changed(("proof", "proofValue"), "u" + SIGNED["proof"]["proofValue"][1:]),
    "a zero before it": changed(("proof", "proofValue"), "z1" + SIGNED["proof"]["proofValue"][1:]),
    "another's signature": changed(
        ("proof", "proofValue"), proofs.prove(badge(name="x"), KEY, created=AT)["proof"]["proofValue"]
    ),
    "a part twice": changed(
        ("credentialSubject",), [SIGNED["credentialSubject"], {**SIGNED["credentialSubject"], "id": "urn:x:y"}]
    ),
    "markup": changed(("name",), "<script>alert(1)</script>"),
}  # fmt: skip
ONLY_THERE = {"a day of the future", "a day that is over"}
"""What is signed well and holds at another time: our signature holds, and its days stand beside it on the page."""

ONLY_OURS = {"a vocabulary of one's own"}
"""What says the same and no more, in a form that we never write: we refuse it all the same."""


@pytest.mark.slow
def test_others_software_refuses_what_ours_does() -> None:
    began, ends = AT - timedelta(days=365), AT + timedelta(days=36_500)
    listed = status_lists.list_credential(LIST, DID, [], valid_from=began, valid_until=ends)
    fetched = documents(**{LIST: proofs.prove(listed, KEY, created=AT)})
    theirs = verified_elsewhere([SIGNED, *BROKEN.values()], fetched)
    ours = []
    for document in BROKEN.values():
        try:
            proofs.check(document, multikey)
        except proofs.BadProof:
            ours.append(False)
        else:
            ours.append(True)
    assert len(BROKEN) == 40
    assert theirs[0]["verified"]
    assert [name for name, one in zip(BROKEN, theirs[1:], strict=True) if one["verified"]] == [*ONLY_OURS]
    assert {name for name, good in zip(BROKEN, ours, strict=True) if good} == ONLY_THERE
