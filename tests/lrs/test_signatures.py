"""Signed Statements (xAPI 1.0.3 Data 2.6): what holds is kept with what it proves, what does not is refused."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from lrs import api, signatures
from lrs.attachments import SIGNATURE, Content
from lrs.db import Database
from lrs.errors import InvalidRequest, InvalidStatement
from lrs.statements.store import check, put
from tests.lrs.statements.builders import statement

KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(3)]
SMALL = rsa.generate_private_key(65537, 1024)  # noqa: S505 — it is to be refused
HASHES = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
NOW = datetime.now(UTC)


def certificate(
    key: Any, name: str, issuer: x509.Certificate | None = None, issuer_key: Any = None
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        issuer.subject if issuer else subject, subject, key.public_key(), x509.random_serial_number(),
        NOW - timedelta(days=1), NOW + timedelta(days=365),
    )  # fmt: skip
    is_authority = "CA" in name
    builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
    return builder.sign(issuer_key or key, hashes.SHA256())


ROOT = certificate(KEYS[0], "CA gốc")
MIDDLE = certificate(KEYS[1], "CA giữa", ROOT, KEYS[0])
SIGNER = certificate(KEYS[2], "Nền tảng học", MIDDLE, KEYS[1])


def base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def jws(payload: Any, *chain: x509.Certificate, alg: str = "RS256", key: Any = KEYS[2], **header: Any) -> bytes:
    if chain:
        header["x5c"] = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]
    text = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    signed = base64url(json.dumps({"alg": alg, **header}).encode()) + b"." + base64url(text)
    return signed + b"." + base64url(key.sign(signed, padding.PKCS1v15(), HASHES.get(alg, hashes.SHA256())))


def with_signature(sent: dict[str, Any], signature: bytes, **parts: Any) -> dict[str, Any]:
    attachment = {
        "usageType": SIGNATURE,
        "display": {"vi": "Chữ ký"},
        "contentType": "application/octet-stream",
        "length": len(signature),
        "sha2": sha256(signature).hexdigest(),
        **parts,
    }
    return {**sent, "attachments": [*sent.get("attachments", ()), attachment]}


def keep(database: Database, identity: api.Identity, sent: dict[str, Any], *signed: bytes) -> list[tuple[Any, Any]]:
    """Store and give back what is kept of the signatures: certificate and root."""
    contents = [Content(sha256(one).hexdigest(), one) for one in signed]
    with database.writing(identity.tenant) as session:
        put(session, batch := check(identity, [sent], contents=contents))
    with database.reading(identity.tenant) as session:
        rows = session.execute(
            sa.select(signatures.Signature.certificate, signatures.Signature.root).where(
                signatures.Signature.tenant_id == identity.tenant,
                signatures.Signature.statement_id == batch.rows[0].id,
            )
        )
        return [tuple(row) for row in rows]


def mark(one: x509.Certificate) -> str:
    return sha256(one.public_bytes(Encoding.DER)).hexdigest()


@pytest.mark.parametrize("alg", HASHES)
def test_a_signature_without_certificate_proves_nothing_but_is_compared(
    database: Database, identity: api.Identity, alg: str
) -> None:
    sent = statement("Nguyễn Thị Ánh", id=str(uuid4()))
    signature = jws(sent, alg=alg)
    assert keep(database, identity, with_signature(sent, signature), signature) == [(None, None)]


@pytest.mark.parametrize("alg", HASHES)
def test_a_signature_is_verified_with_its_certificate(database: Database, identity: api.Identity, alg: str) -> None:
    sent = statement(id=str(uuid4()))
    signature = jws(sent, SIGNER, MIDDLE, alg=alg)
    assert keep(database, identity, with_signature(sent, signature), signature) == [(mark(SIGNER), None)]


def test_a_certificate_that_leads_to_a_root_of_the_tenant_is_known_as_trusted(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    with database.writing(identity.tenant) as session:
        for _ in range(2):
            found = signatures.trust(session, identity.tenant, ROOT.public_bytes(Encoding.PEM), now=NOW)
    assert found == mark(ROOT)
    sent = statement(id=str(uuid4()))
    signature = jws(sent, SIGNER, MIDDLE)
    whole = with_signature(sent, signature)
    assert keep(database, identity, whole, signature) == [(mark(SIGNER), mark(ROOT))]
    assert keep(database, identity, whole, signature) == [(mark(SIGNER), mark(ROOT))]  # a repeat adds nothing
    assert keep(database, other_identity, whole, signature) == [(mark(SIGNER), None)]
    forged = certificate(KEYS[2], "another", SIGNER, KEYS[2])
    # A link is missing; nobody's; issued by one that may issue none.
    for chain in ((SIGNER,), (certificate(KEYS[2], "another"),), (forged, SIGNER, MIDDLE)):
        sent = statement(id=str(uuid4()))
        signature = jws(sent, *chain)
        assert keep(database, identity, with_signature(sent, signature), signature) == [(mark(chain[0]), None)]


def test_only_a_certificate_can_be_trusted(database: Database, identity: api.Identity) -> None:
    with database.writing(identity.tenant) as session, pytest.raises(InvalidRequest, match="PEM"):
        signatures.trust(session, identity.tenant, b"nonsense", now=NOW)


@pytest.mark.parametrize(
    "said",
    [
        {"id": None},
        {"timestamp": None},
        {"timestamp": "2026-11-20T12:00:00+07:00"},
        {"authority": {"mbox": "mailto:a@example.org"}, "stored": "2026-11-20T05:00:00Z", "version": "1.0.0"},
        {"attachments": []},
        {"result": {"duration": "PT1.2345S"}},
    ],
    ids=str,
)
def test_what_the_store_may_set_or_cut_does_not_count(identity: api.Identity, said: dict[str, Any]) -> None:
    sent = statement(id=str(uuid4()), timestamp="2026-11-20T05:00:00Z", result={"duration": "PT1.23S"})
    words = {key: value for key, value in {**sent, **said}.items() if value is not None}
    signature = jws(words)
    assert check(
        identity, [with_signature(sent, signature)], contents=[Content(sha256(signature).hexdigest(), signature)]
    )


def test_other_attachments_are_part_of_what_is_signed(identity: api.Identity) -> None:
    other = {
        "usageType": "https://e.org/x", "display": {}, "contentType": "text/plain", "length": 1,
        "sha2": "0" * 64, "fileUrl": "https://e.org/x.txt",
    }  # fmt: skip
    sent = statement(id=str(uuid4()), attachments=[other])
    for words, holds in ((sent, True), ({**sent, "attachments": []}, False)):
        signature = jws(words)
        contents = [Content(sha256(signature).hexdigest(), signature)]
        if holds:
            check(identity, [with_signature(sent, signature)], contents=contents)
        else:
            with pytest.raises(InvalidStatement, match="another Statement was signed"):
                check(identity, [with_signature(sent, signature)], contents=contents)


def _broken() -> list[Any]:
    sent = statement(id="11111111-1111-4111-8111-111111111111")
    good = jws(sent, SIGNER)
    head, words, _ = good.split(b".")
    elliptic = ec.generate_private_key(ec.SECP256R1())
    cases: dict[str, tuple[bytes, dict[str, Any], str]] = {
        "another content type": (good, {"contentType": "text/plain"}, "application/octet-stream"),
        "no JWS": (b"signed, yours truly", {}, "compact form"),
        "JSON form": (json.dumps({"payload": "x"}).encode(), {}, "compact form"),
        "no base64url": (b"=!.e30.e30", {}, "base64url"),
        "header no JSON": (base64url(b"{") + b"." + words + b".eA", {}, "header is not JSON"),
        "header no object": (base64url(b"[]") + b"." + words + b".eA", {}, "not a JSON object"),
        "payload no JSON": (jws(b"{'a'"), {}, "payload is not JSON"),
        "payload no object": (jws([sent]), {}, "not a JSON object"),
        "payload no Statement": (jws({**sent, "actor": 1}), {}, "Statement"),
        "no algorithm": (jws(sent, alg="none"), {}, "RS256, RS384 or RS512"),
        "HMAC": (jws(sent, alg="HS256"), {}, "RS256, RS384 or RS512"),
        "critical extension": (jws(sent, crit=["exp"]), {}, "crit"),
        "another actor": (jws({**sent, "actor": {"mbox": "mailto:a@example.org"}}), {}, "differs at /actor"),
        "another id": (jws({**sent, "id": str(uuid4())}), {}, "differs at /id"),
        "something more": (jws({**sent, "result": {"success": True}}), {}, "differs at /result"),
        "another key": (jws(sent, SIGNER, key=KEYS[0]), {}, "not made with the key"),
        "another hash": (jws(sent, SIGNER).replace(head, jws(sent, SIGNER, alg="RS512").split(b".")[0]), {}, "key"),
        "signature cut off": (head + b"." + words + b".", {}, "not made with the key"),
        "words exchanged": (
            head + b"." + jws({**sent, "stored": "2026-11-20T05:00:00Z"}).split(b".")[1] + b"." + good.split(b".")[2],
            {},
            "not made with the key",
        ),
        "a small key": (jws(sent, certificate(SMALL, "x"), key=SMALL), {}, "2048 bits"),
        "no RSA key": (jws(sent, certificate(elliptic, "x")), {}, "not RSA"),
        "no certificate": (jws(sent, x5c=["AAAA"]), {}, "cannot be read"),
        "no list of certificates": (jws(sent, x5c="AAAA"), {}, "list of certificates"),
        "certificates no base64": (jws(sent, x5c=["é"]), {}, "base64"),
        "an empty list": (jws(sent, x5c=[]), {}, "list of certificates"),
    }
    return [pytest.param(sent, *case, id=name) for name, case in cases.items()]


@pytest.mark.parametrize(("sent", "signature", "parts", "reason"), _broken())
def test_what_does_not_hold_is_refused_with_the_reason(
    identity: api.Identity, sent: dict[str, Any], signature: bytes, parts: dict[str, Any], reason: str
) -> None:
    contents = [Content(sha256(signature).hexdigest(), signature)]
    with pytest.raises(InvalidStatement, match="the signature does not hold") as refused:
        check(identity, [statement(), with_signature(sent, signature, **parts)], contents=contents)
    [fault] = refused.value.faults
    assert reason in fault.message
    assert (fault.place, fault.clause) == ("/1/attachments/0", "xAPI 1.0.3 Data 2.6")


def test_a_signature_that_is_elsewhere_cannot_be_checked_and_is_refused(identity: api.Identity) -> None:
    sent = statement(id=str(uuid4()))
    with pytest.raises(InvalidStatement, match="must come with the Statement"):
        check(identity, [with_signature(sent, jws(sent), fileUrl="https://e.org/x")])


def test_a_command_trusts_a_root(app: Any, database: Database, tenant: Any, tmp_path: Any) -> None:
    file = tmp_path / "gốc.pem"
    file.write_bytes(ROOT.public_bytes(Encoding.PEM))
    result = app.test_cli_runner().invoke(args=["lrs", "trust", str(file)])
    assert (result.exit_code, result.stdout.strip()) == (0, mark(ROOT))
    with database.reading(tenant) as session:
        assert signatures.trusted_roots(session, tenant) == [ROOT.public_bytes(Encoding.DER)]
    file.write_text("nonsense")
    for words in ([str(file)], [str(file), "--tenant", "nobody"]):
        assert app.test_cli_runner().invoke(args=["lrs", "trust", *words]).exit_code == 1


def test_what_a_signature_proves_is_read_with_its_statement(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    """By the feed and by id; one more SQL command for all of them, none of another tenant's."""
    with database.writing(identity.tenant) as session:
        signatures.trust(session, identity.tenant, ROOT.public_bytes(Encoding.PEM), now=NOW)
    unsigned = statement(id=str(uuid4()))
    expected: dict[str, Any] = {unsigned["id"]: None}
    with database.writing(identity.tenant) as session:
        api.store(session, identity, [unsigned])
    stranger = certificate(KEYS[2], "Không ai biết")
    for chain, quality in (((), "compared"), ((stranger,), "verified"), ((SIGNER, MIDDLE), "trusted")):
        sent = statement(id=str(uuid4()))
        signature = jws(sent, *chain)
        keep(database, identity, with_signature(sent, signature), signature)
        keep(database, other_identity, with_signature(sent, signature), signature)
        expected[sent["id"]] = quality
    twice = statement(id=str(uuid4()))
    weak, strong = jws(twice), jws(twice, SIGNER, MIDDLE)
    keep(database, identity, with_signature(with_signature(twice, weak), strong), weak, strong)
    expected[twice["id"]] = "trusted"

    with database.reading(identity.tenant) as session:
        fed = api.changes(session, identity.tenant, None).statements
        by_id = api.get_statements(session, identity.tenant, [one.id for one in fed])
    assert by_id == fed
    assert {str(one.id): one.signature and one.signature.value for one in fed} == expected
    with database.reading(other_identity.tenant) as session:
        theirs = api.changes(session, other_identity.tenant, None).statements
    assert {one.signature for one in theirs} == {api.SignatureQuality.COMPARED, api.SignatureQuality.VERIFIED}
