from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import RSAKey

from lrs import api
from lrs.db import Database
from lrs.errors import InvalidToken, IssuerAway
from lrs.tokens import verifying
from lrs.tokens.issuers import AGAIN, FRESH, KEPT, Issuers
from tests.conftest import PEPPER
from tests.lrs.tokens.issuer import AUDIENCE, CLIENT, TokenIssuer, issuing

HOSTS = ("127.0.0.1",)
Ask = Callable[..., api.Identity]


@pytest.fixture
def issuer() -> Iterator[TokenIssuer]:
    with issuing() as one:
        yield one


def key_of(authorization: str) -> str:
    return base64.b64decode(authorization[6:]).decode().partition(":")[0]


def set_client(database: Database, tenant: UUID, key: str, issuer: str, now: datetime, **told: Any) -> None:
    wanted: dict[str, Any] = {"audience": AUDIENCE, "client_id": CLIENT, "hosts": HOSTS, "now": now, **told}
    with database.writing(tenant) as session:
        api.set_token_client(session, tenant, key, issuer=issuer, **wanted)


@pytest.fixture
def key(database: Database, tenant: UUID, credential: Callable[..., str], issuer: TokenIssuer, now: datetime) -> str:
    """A key with scope all that tokens of the issuer's client stand for."""
    key = key_of(credential(tenant))
    set_client(database, tenant, key, issuer.address, now)
    return key


@pytest.fixture
def issuers() -> Issuers:
    return Issuers(HOSTS)


@pytest.fixture
def ask(database: Database, issuers: Issuers, now: datetime) -> Ask:
    """Who sends this token."""

    def ask(token: str, at: datetime = now) -> api.Identity:
        return verifying.identify(database, token, issuers=issuers, pepper=PEPPER, now=at)

    return ask


def refused(ask: Ask, token: str, *at: datetime) -> str:
    with pytest.raises(InvalidToken) as caught:
        ask(token, *at)
    return str(caught.value)


def test_a_token_has_the_tenant_the_scopes_and_the_authority_of_the_key_it_stands_for(
    ask: Ask, issuer: TokenIssuer, key: str, tenant: UUID, now: datetime
) -> None:
    found = ask(issuer.token(now))
    assert (found.tenant, found.key, found.scopes) == (tenant, key, {"all"})
    assert found.authority["account"] == {"homePage": f"urn:uuid:{tenant}", "name": key}
    assert (
        ask(issuer.token(now, aud=["https://khac.example.vn", AUDIENCE], header={"typ": "application/AT+JWT"})) == found
    )


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_what_a_token_may_be_signed_with_is_never_left_to_the_token(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    import hashlib
    import hmac

    public = issuer.keys[0]
    head = {"typ": "at+jwt", "kid": public.kid}
    none = f"{part({**head, 'alg': 'none'})}.{part(issuer.claims(now))}."
    assert refused(ask, none) == "the token is signed with none, which is not taken from this client"
    for secret in (
        public.as_pem(private=False),
        public.as_der(private=False),
        json.dumps(public.as_dict(private=False)).encode(),
    ):
        said = f"{part({**head, 'alg': 'HS256'})}.{part(issuer.claims(now))}"
        digest = hmac.new(secret, said.encode(), hashlib.sha256).digest()
        confused = f"{said}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
        assert refused(ask, confused) == "the token is signed with HS256, which is not taken from this client"
    own = RSAKey.generate_key(2048, {"kid": public.kid})
    thief = TokenIssuer(issuer.address)
    thief.keys = [own]
    assert refused(ask, thief.token(now)) == "the signature of the token does not hold"
    brought = {"jwk": own.as_dict(private=False), "jku": "https://127.0.0.1/jwks", "x5u": "https://127.0.0.1/x"}
    assert refused(ask, thief.token(now, header=brought)) == "the signature of the token does not hold"
    body, dot, signature = issuer.token(now).rpartition(".")
    other = body.partition(".")[0] + "." + part(issuer.claims(now, exp=2**40))
    assert refused(ask, f"{other}{dot}{signature}") == "the signature of the token does not hold"
    assert refused(ask, issuer.token(now, header={"alg": "PS512"})).startswith("the token is signed with PS512")


UNKNOWN = "this client of this issuer, with this audience, is not known here"
UNSAID = "the token does not say iss, aud and client_id"
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://khac.example.vn"}, UNKNOWN),
    ({"aud": "https://khac.example.vn"}, UNKNOWN),
    ({"client_id": "moodle-b"}, UNKNOWN),
    ({"aud": []}, UNKNOWN),
    ({"aud": None}, UNSAID),
    ({"client_id": None, "azp": CLIENT}, UNSAID),
    ({"aud": ["a"] * 21}, UNSAID),
    ({"iss": "a\0b"}, UNSAID),
    ({"exp": None}, "the token does not say exp"),
    ({"jti": None, "sub": None}, "the token does not say jti,sub"),
    ({"exp": "2099-01-01"}, "the claim exp of the token does not hold"),
    ({"exp": True}, "the claim exp of the token does not hold"),
    ({"sub": "a" * 9000}, "the token is longer than 8192 bytes"),
]


def test_what_a_token_has_to_say_is_named_where_it_does_not(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    for said, words in FAULTS:
        assert refused(ask, issuer.token(now, **said)) == words, said


def test_a_token_that_was_given_for_something_else_is_no_access_token(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    for typ in (None, "JWT", "dpop+jwt", "id_token"):
        assert "typ of the token is not at+jwt" in refused(ask, issuer.token(now, header={"typ": typ})), typ


def test_what_is_no_jwt_is_refused(ask: Ask) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode()
    for token in ("", "a", "a.b", "a.b.c", "ö.ö.ö", ".".join((part([]), part({}), "c")), "." * 8000, f"{deep}.e30.c"):
        assert refused(ask, token) == "this is no signed JWT", token[:20]


def test_a_token_is_good_between_its_instants_give_or_take_a_minute(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    at = int(now.timestamp())
    second = timedelta(seconds=1)
    token = issuer.token(now, nbf=at)
    for good in (now - 59 * second, now + 359 * second):
        ask(token, good)
    assert refused(ask, token, now + 361 * second) == "the token has expired"
    assert refused(ask, issuer.token(now, nbf=at + 61)) == "the claim nbf of the token does not hold"
    assert refused(ask, issuer.token(now, iat=at + 61)) == "the claim iat of the token does not hold"


def test_what_a_token_is_allowed_narrows_the_key_and_never_widens_it(
    ask: Ask, database: Database, tenant: UUID, credential: Callable[..., str], issuer: TokenIssuer, now: datetime
) -> None:
    key = key_of(credential(tenant, "statements/write", "statements/read/mine"))
    grants = {"gui": "statements/write", "doc": "statements/read/mine", "het": "all"}
    set_client(database, tenant, key, issuer.address, now, grants=grants, claim="scp")
    assert ask(issuer.token(now, scp="openid gui")).scopes == {"statements/write"}
    assert ask(issuer.token(now, scp=["doc", "gui", {}, 1])).scopes == {"statements/write", "statements/read/mine"}
    for said in ({"scp": "het"}, {"scope": "gui"}, {"scp": 7}, {}):
        assert ask(issuer.token(now, **said)).scopes == frozenset()


def test_a_client_that_is_removed_and_a_key_that_is_revoked_are_refused_at_the_next_request(
    ask: Ask, database: Database, tenant: UUID, key: str, issuer: TokenIssuer, now: datetime
) -> None:
    token = issuer.token(now)
    ask(token)
    with database.writing(tenant) as session:
        api.remove_token_client(session, tenant, key)
    assert refused(ask, token) == "this client of this issuer, with this audience, is not known here"
    set_client(database, tenant, key, issuer.address, now)
    ask(token)
    with database.writing(tenant) as session:
        api.revoke_credential(session, tenant, key, now=now)
    assert refused(ask, token) == "the key that this client stands for is refused by now"


def test_tokens_of_another_tenants_issuer_open_that_tenant_alone(
    ask: Ask, database: Database, tenant: UUID, other_tenant: UUID, key: str, credential: Callable[..., str],
    issuer: TokenIssuer, now: datetime,
) -> None:  # fmt: skip
    theirs = key_of(credential(other_tenant))
    with issuing() as another:
        set_client(database, other_tenant, theirs, another.address, now)
        another.rotate()
        assert ask(another.token(now)).tenant == other_tenant
        assert ask(issuer.token(now)).tenant == tenant
        pretending = another.token(now, iss=issuer.address)
        assert refused(ask, pretending) == "no key of the issuer has the kid that this token names"
        pretending = another.token(now, iss=issuer.address, header={"kid": issuer.keys[0].kid, "alg": "ES256"})
        assert refused(ask, pretending) == "the signature of the token does not hold"


def test_a_client_stands_for_one_key_whoever_names_it(
    database: Database, other_tenant: UUID, key: str, credential: Callable[..., str], issuer: TokenIssuer,
    now: datetime,
) -> None:  # fmt: skip
    theirs = key_of(credential(other_tenant))
    with pytest.raises(api.InvalidRequest, match="another key has this client"):
        set_client(database, other_tenant, theirs, issuer.address, now)


# ---------------------------------------------------------------- the issuer


def test_an_issuer_is_asked_once_and_again_for_a_key_it_did_not_have(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    for _ in range(3):
        ask(issuer.token(now))
    both = ["/.well-known/openid-configuration", "/jwks"]
    assert issuer.asked == both
    issuer.rotate()
    later = now + AGAIN
    ask(issuer.token(later), later)
    assert issuer.asked == both * 2


def test_many_unknown_keys_have_the_issuer_asked_no_more_often(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    ask(issuer.token(now))
    for at in range(50):
        token = issuer.token(now, header={"kid": f"k{at}"})
        assert refused(ask, token) == "no key of the issuer has the kid that this token names"
    ask(issuer.token(now))
    assert len(issuer.asked) == 2
    refused(ask, issuer.token(now, header={"kid": "k"}), now + AGAIN)
    assert len(issuer.asked) == 4


def test_keys_are_asked_for_again_so_that_one_that_is_withdrawn_ends(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    hour = int(now.timestamp()) + 3600
    token = issuer.token(now, exp=hour)
    ask(token)
    issuer.rotate()
    ask(token, now + FRESH / 2)
    assert refused(ask, token, now + FRESH) == "no key of the issuer has the kid that this token names"


def test_while_the_issuer_is_away_known_keys_go_on_to_their_end_and_unknown_ones_wait(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    token = issuer.token(now, exp=int(now.timestamp()) + 86400)
    ask(token)
    issuer.is_away = True
    ask(token, now + FRESH)
    ask(token, now + KEPT - timedelta(seconds=1))
    with pytest.raises(IssuerAway) as caught:
        ask(issuer.token(now, header={"kid": "moi"}), now + timedelta(seconds=40))
    assert 0 < caught.value.wait <= AGAIN.total_seconds()
    with pytest.raises(IssuerAway):
        ask(token, now + KEPT)
    issuer.is_away = False
    ask(token, now + KEPT + AGAIN)


def test_an_issuer_that_never_answered_is_said_to_be_away(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    issuer.is_away = True
    for _ in range(3):
        with pytest.raises(IssuerAway):
            ask(issuer.token(now))
    assert len(issuer.asked) == 1


def test_what_an_issuer_publishes_has_to_be_of_itself_and_at_a_host_that_may_be_asked(
    ask: Ask, issuer: TokenIssuer, key: str, now: datetime
) -> None:
    good = dict(issuer.metadata)
    for at, wrong in enumerate((
        {"issuer": "https://khac.example.vn"}, {"jwks_uri": None}, {"jwks_uri": "http://example.org/jwks"},
        {"jwks_uri": "https://khac.example.vn/jwks"}, {"jwks_uri": "file:///etc/passwd"},
    )):  # fmt: skip
        issuer.metadata = good | wrong
        with pytest.raises(IssuerAway):
            ask(issuer.token(now, exp=2**40), now + at * AGAIN)
    assert set(issuer.asked) == {"/.well-known/openid-configuration"}
