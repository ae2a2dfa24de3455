"""Signing in at an organization's own sign-in: who gets in, and everything that somebody could bring back instead."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey

from certification.access import accounts, elsewhere, oidc, providers, second_factor, sessions
from certification.access.accounts import AccountRefused, SignInRefused
from certification.access.elsewhere import CameBack, NotOnItsWay, NotSignedInThere
from certification.access.oidc import ProviderFault
from certification.access.providers import UnknownProvider
from certification.access.sessions import CodeNeeded, NotLinked
from certification.models import AccountSession, SignInBegun, SignInLink, SignInProvider
from lrs.db import Database
from tests.certification.access.oidc_provider import CLIENT, SECRET, OidcProvider, serving
from tests.certification.access.people import account
from tests.conftest import PEPPER
from tests.neighbour import not_hers

PUBLIC = "https://cdht.example.vn"
SAID: dict[str, Any] = {"pepper": PEPPER, "by": "test", "reason": "công văn 12"}


@pytest.fixture(scope="module")
def server() -> Iterator[OidcProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def there(server: OidcProvider, now: datetime) -> Iterator[OidcProvider]:
    plain = OidcProvider(server.issuer)
    server.__dict__.update({**plain.__dict__, "clock": lambda: now})
    yield server


class Tried:
    """Somebody who tries: with a browser of its own, at a provider that knows the accounts lan (as u-17)."""

    def __init__(self, database: Database, tenant: UUID, there: OidcProvider, now: datetime) -> None:
        self.database, self.tenant, self.there, self.now = database, tenant, there, now
        self.documents = oidc.Documents()
        self.lan = account(database, tenant, "lan", now)
        with database.writing(tenant) as session:
            self.provider = self.set_up(session)
            providers.link(session, tenant, "lan", "ldld", "u-17", now=now, **SAID)

    def set_up(self, session: Any, **otherwise: Any) -> providers.Provider:
        told: dict[str, Any] = {"name": "LĐLĐ", "issuer": self.there.issuer, "client_id": CLIENT, "secret": SECRET}
        return providers.set_provider(session, self.tenant, "ldld", now=self.now, **(told | otherwise), **SAID)

    def change(self, **otherwise: Any) -> None:
        with self.database.writing(self.tenant) as session:
            self.provider = self.set_up(session, **otherwise)

    def set_out(self, browser: str = "b") -> str:
        settings: dict[str, Any] = {"public_url": PUBLIC, "pepper": PEPPER, "now": self.now}
        return elsewhere.begin(
            self.database, self.tenant, self.provider.id, self.documents, browser=browser, onward="/tai-khoan", kept="",
            **settings,
        )  # fmt: skip

    def come_back(self, brought: dict[str, str], browser: str | None = "b", after: timedelta = timedelta(0)) -> Any:
        back = CameBack(*(brought.get(one, "") for one in ("state", "code", "error", "iss")))
        settings: dict[str, Any] = {"pepper": PEPPER, "now": self.now + after}
        way = elsewhere.way(self.database, self.tenant, self.provider.id, back.state, browser, **settings)
        assert way.onward == "/tai-khoan"
        return elsewhere.finish(
            self.database, self.tenant, way.provider, back, self.documents, public_url=PUBLIC, **settings
        )

    def sign_in(self, **otherwise: Any) -> sessions.SignedIn:
        token, begun = self.come_back(self.there.visit(self.set_out()), **otherwise)
        found = sessions.session_of(self.database, token, pepper=PEPPER, now=self.now)
        assert found == begun
        return begun

    def rows(self, table: Any) -> int:
        with self.database.reading(self.tenant) as session:
            found = sa.select(sa.func.count()).select_from(table).where(not_hers(table.tenant_id))
            return session.scalar(found) or 0


@pytest.fixture
def tried(database: Database, tenant: UUID, there: OidcProvider, now: datetime) -> Tried:
    return Tried(database, tenant, there, now)


def test_whoever_is_linked_signs_in_and_nobody_else(tried: Tried) -> None:
    assert tried.sign_in().name == "lan"
    tried.there.person = {"sub": "u-18"}
    with pytest.raises(NotLinked):
        tried.sign_in()
    assert tried.rows(AccountSession) == 1
    assert tried.rows(SignInBegun) == 0


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token as no library would make it."""
    parts = [urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, claims)]
    signature = hmac.digest(secret, b".".join(parts), "sha256") if secret else b""
    return b".".join([*parts, urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def wrong(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.update({name: value}) if value is not None else claims.pop(name)


def test_an_id_token_that_says_anything_else_lets_nobody_in(tried: Tried) -> None:
    for name, value in (
        ("nonce", "of another sign-in"),
        ("nonce", None),
        ("aud", "another client"),
        ("aud", ["another client", "a third one"]),
        ("aud", [CLIENT, "another client"]),  # and no word on whom it was issued to
        ("azp", "another client"),
        ("iss", "https://evil.example"),
        ("iss", None),
        ("sub", None),
        ("sub", 17),
        ("exp", 1_700_000_000),
        ("exp", None),
        ("iat", 4_000_000_000),
        ("nbf", 4_000_000_000),
        ("at_hash", "of another access token"),
    ):
        tried.there.spoil = wrong(name, value)
        with pytest.raises(ProviderFault):
            tried.sign_in()
    assert tried.rows(AccountSession) == 0


def test_an_id_token_that_the_provider_did_not_sign_lets_nobody_in(tried: Tried) -> None:
    there, stranger = tried.there, ECKey.generate_key("P-256", {"kid": tried.there.key.kid})
    public, kid = there.key.as_pem(private=False), there.key.kid
    forged: list[Callable[[dict[str, Any]], str]] = [
        lambda claims: by_hand({"alg": "none"}, claims, None),
        lambda claims: by_hand({"alg": "none", "kid": kid}, claims, None),
        lambda claims: by_hand({"alg": "RS256", "kid": kid}, claims, None),
        lambda claims: by_hand({"kid": kid}, claims, None),
        lambda claims: by_hand({"alg": "HS256", "kid": kid}, claims, SECRET.encode()),
        lambda claims: by_hand({"alg": "HS256", "kid": kid}, claims, public),
        lambda claims: by_hand({"alg": "RS256", "kid": kid, "crit": ["x"], "x": 1}, claims, public),
        lambda claims: there.signed(claims, stranger),
        lambda claims: there.signed(claims)[:-8] + "AAAAAAAA",
        lambda claims: "x.y",
    ]
    for there.sign in forged:
        with pytest.raises(ProviderFault):
            tried.sign_in()
    there.sign = None
    assert tried.sign_in().name == "lan"


def test_clocks_may_differ_by_two_minutes_and_no_more(tried: Tried, now: datetime) -> None:
    for off in (timedelta(seconds=100), timedelta(seconds=-390)):
        tried.there.clock = lambda at=now + off: at
        assert tried.sign_in().name == "lan"
    for off in (timedelta(seconds=140), timedelta(seconds=-430)):
        tried.there.clock = lambda at=now + off: at
        with pytest.raises(ProviderFault):
            tried.sign_in()


def test_a_new_key_of_the_provider_is_found_and_the_old_one_holds_no_more(tried: Tried) -> None:
    old = tried.there.key
    tried.sign_in()
    tried.sign_in()
    assert tried.there.asked == ["configuration", "jwks"]
    tried.there.rotate()
    assert tried.sign_in().name == "lan"
    assert tried.there.asked == ["configuration", "jwks", "jwks"]
    tried.there.sign = lambda claims: tried.there.signed(claims, old)
    with pytest.raises(ProviderFault):
        tried.sign_in()


def test_a_browser_comes_back_once_in_time_and_in_nobody_elses_place(tried: Tried) -> None:
    brought = tried.there.visit(tried.set_out())
    for browser in ("another", None, ""):
        with pytest.raises(NotOnItsWay):
            tried.come_back(brought, browser)
    assert tried.come_back(brought)[1].name == "lan"
    with pytest.raises(NotOnItsWay):
        tried.come_back(brought)
    for state in ("", "x", brought["state"][:-2] + "AA"):
        with pytest.raises(NotOnItsWay):
            tried.come_back({**brought, "state": state})
    late = tried.there.visit(tried.set_out())
    with pytest.raises(NotOnItsWay):
        tried.come_back(late, after=elsewhere.WITHIN)


def test_a_state_of_one_sign_in_opens_no_other(tried: Tried, other_tenant: UUID, now: datetime) -> None:
    brought = tried.there.visit(tried.set_out())
    tried.provider = replace(tried.provider, id=UUID(int=7))
    with pytest.raises(NotOnItsWay):
        tried.come_back(brought)
    tried.tenant = other_tenant
    with pytest.raises(NotOnItsWay):
        tried.come_back(brought)


def test_a_code_of_somebody_elses_sign_in_is_of_no_use(tried: Tried) -> None:
    """Brought along by a link that somebody sends: the verifier does not fit."""
    stolen = tried.there.visit(tried.set_out("victim"))
    own = tried.there.visit(tried.set_out("b"))
    with pytest.raises(ProviderFault):
        tried.come_back({**own, "code": stolen["code"]})


def test_an_answer_in_the_name_of_another_provider_is_refused(tried: Tried) -> None:
    brought = tried.there.visit(tried.set_out())
    with pytest.raises(ProviderFault):
        tried.come_back({**brought, "iss": "https://evil.example"})


def test_whoever_breaks_it_off_there_is_not_signed_in(tried: Tried) -> None:
    brought = tried.there.visit(tried.set_out())
    with pytest.raises(NotSignedInThere) as found:
        tried.come_back({"state": brought["state"], "error": "access_denied"})
    assert found.value.cancelled


def test_the_claim_that_names_the_account_is_the_tenants_to_say(tried: Tried, database: Database, tenant: UUID) -> None:
    tried.change(claim="email", scopes="openid email")
    tried.there.person = {"sub": "u-17", "email": "Lan@LDLD.vn", "email_verified": True}
    with pytest.raises(NotLinked):  # links are of the claim that they were made for
        tried.sign_in()
    with database.writing(tenant) as session:
        providers.link(session, tenant, "lan", "ldld", "lan@ldld.vn", now=tried.now, **SAID)
    assert tried.sign_in().name == "lan"
    for person in ({"email_verified": False}, {"email_verified": "true"}, {"email": ""}, {"email": 7}):
        tried.there.person = {"sub": "u-17", "email": "lan@ldld.vn", "email_verified": True} | person
        with pytest.raises(ProviderFault):
            tried.sign_in()


def test_a_code_is_asked_for_as_after_a_password_unless_the_organization_is_trusted(
    tried: Tried, now: datetime
) -> None:
    before = now - timedelta(minutes=1)
    with tried.database.writing(tried.tenant) as session:
        totp = pyotp.TOTP(second_factor.begin(session, tried.tenant, tried.lan, pepper=PEPPER, now=before))
        second_factor.confirm(session, tried.tenant, tried.lan, "lan", totp.at(before), pepper=PEPPER, now=before)
    tried.there.person = {"sub": "u-17", "amr": ["pwd", "otp"]}
    with pytest.raises(CodeNeeded) as asked:
        tried.sign_in()
    pending, settings = asked.value.pending, {"pepper": PEPPER, "now": now}
    with pytest.raises(SignInRefused):
        sessions.sign_in_with_code(tried.database, pending, "000000", **settings)
    assert sessions.sign_in_with_code(tried.database, pending, totp.at(now), **settings)[1].name == "lan"
    tried.change(trusts_second_factor=True)
    assert tried.sign_in().name == "lan"
    tried.there.person = {"sub": "u-17", "amr": ["pwd"]}
    with pytest.raises(CodeNeeded) as again:
        tried.sign_in()
    with tried.database.writing(tried.tenant) as session:
        providers.unlink(session, tried.tenant, "lan", "ldld", by="test", reason="x", now=now)
    later = now + timedelta(minutes=1)
    with pytest.raises(SignInRefused):
        sessions.sign_in_with_code(tried.database, again.value.pending, totp.at(later), pepper=PEPPER, now=later)


def test_whoever_was_asked_for_two_factors_by_an_organization_that_is_trusted_needs_no_code_here(tried: Tried) -> None:
    mfa, once = {"sub": "u-17", "amr": ["mfa"]}, {"sub": "u-17", "acr": "silver"}
    gold = {"sub": "u-17", "acr": "gold"}
    for trusts, acr, person, expected in (
        (False, "gold", mfa, False),
        (True, "", mfa, True),
        (True, "", gold, False),
        (True, "", {"sub": "u-17", "acr": ""}, False),
        (True, "gold platin", gold, True),
        (True, "gold platin", once, False),
        (True, "gold platin", {"sub": "u-17", "acr": ["gold"]}, False),
        (True, "gold platin", mfa, True),
        (False, "gold", gold, False),
    ):
        tried.change(trusts_second_factor=trusts, strong_acr=acr)
        tried.there.person = person
        assert tried.sign_in().has_code is expected, (trusts, acr, person)
    asked = parse_qs(urlsplit(tried.set_out()).query)
    assert asked["acr_values"] == ["gold"]
    tried.change(trusts_second_factor=True)
    assert "acr_values" not in parse_qs(urlsplit(tried.set_out()).query)
    with pytest.raises(AccountRefused, match="separated by blanks"):
        tried.change(strong_acr="vàng")


def test_what_is_ended_ends_its_sessions_and_signs_nobody_in(tried: Tried, tenant: UUID, now: datetime) -> None:
    said = {"by": "test", "reason": "thôi việc", "now": now}
    tried.sign_in()
    with tried.database.writing(tenant) as session:
        providers.unlink(session, tenant, "lan", "ldld", **said)
    assert tried.rows(AccountSession) == 0
    with pytest.raises(NotLinked):
        tried.sign_in()
    with tried.database.writing(tenant) as session:
        providers.link(session, tenant, "lan", "ldld", "u-17", pepper=PEPPER, **said)
    tried.sign_in()
    with tried.database.writing(tenant) as session:
        accounts.deactivate(session, tenant, "lan", **said)
    with pytest.raises(NotLinked):
        tried.sign_in()
    with tried.database.writing(tenant) as session:
        accounts.reactivate(session, tenant, "lan", **said)
        assert providers.end(session, tenant, "ldld", **said) == 0
        assert providers.in_use(session, tenant) == []
    with pytest.raises(UnknownProvider):
        tried.set_out()
    assert tried.rows(SignInLink) == 0


def test_one_person_there_is_one_account_here(tried: Tried, tenant: UUID, now: datetime) -> None:
    account(tried.database, tenant, "hoa", now)
    with tried.database.writing(tenant) as session, pytest.raises(AccountRefused):
        providers.link(session, tenant, "hoa", "ldld", "u-17", now=now, **SAID)
    with tried.database.writing(tenant) as session:
        providers.link(session, tenant, "lan", "ldld", "u-99", now=now, **SAID)
        providers.link(session, tenant, "hoa", "ldld", "u-17", now=now, **SAID)
    assert tried.sign_in().name == "hoa"


def test_nothing_that_is_kept_signs_anybody_in(tried: Tried) -> None:
    tried.set_out()
    with tried.database.reading(tried.tenant) as session:
        rows = [
            repr(tuple(row))
            for table in (SignInProvider, SignInLink, SignInBegun)
            for row in session.execute(sa.select(table.__table__).where(not_hers(table.tenant_id)))
        ]
    assert len(rows) == 3
    for secret in ("u-17", SECRET, "bí mật"):
        assert not any(secret in one for one in rows)


def test_what_cannot_be_is_refused_at_its_field(tried: Tried) -> None:
    for field, value in (
        ("issuer", "http://dang-nhap.example"),
        ("issuer", "https://dang-nhap.example?x"),
        ("issuer", "dang-nhap.example"),
        ("name", " "),
        ("client_id", ""),
        ("claim", "a b"),
        ("scopes", "email"),
    ):
        with pytest.raises(AccountRefused) as refused:
            tried.change(**{field: value})
        assert refused.value.field == field


def test_a_provider_that_says_something_else_of_itself_is_not_gone_to(tried: Tried) -> None:
    for metadata in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://dang-nhap.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ):
        tried.there.metadata, tried.documents = metadata, oidc.Documents()
        with pytest.raises(ProviderFault):
            tried.set_out()
    assert tried.rows(SignInBegun) == 0


def test_a_provider_that_does_not_answer_is_a_fault_that_says_so(tried: Tried) -> None:
    tried.change(issuer="http://127.0.0.1:1")
    with pytest.raises(ProviderFault, match="does not answer"):
        tried.set_out()
