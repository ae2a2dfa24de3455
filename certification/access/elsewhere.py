"""Signing in at an organization's own sign-in: the browser goes there, and comes back once.

begin   keeps that a browser is on its way, and says where to send it
finish  a browser that came back: the session it gets
link    a browser that came back for this: whoever is signed in is linked with whom the organization said it is

What travels with the browser is the state, a random token. Nonce and verifier (PKCE) follow from it under the
installation's secret, so that nothing is kept that somebody who reads the database could sign in with. The state holds
for one browser, by a cookie, for some minutes, and once.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.access import oidc, providers, sessions, tokens
from certification.access.accounts import SignInRefused
from certification.errors import CertificationError
from certification.models import SignInBegun
from lrs.db import Database, Session

__all__ = [
    "WITHIN", "CameBack", "NotOnItsWay", "NotSignedInThere", "Way", "begin", "finish", "leaving", "link",
    "new_browser", "return_address", "way",
]  # fmt: skip

WITHIN = timedelta(minutes=10)
"""How long somebody may take to sign in there."""

KNOWN = frozenset({"pwd", "pin", "kba"})
HAD = frozenset({"otp", "hwk", "swk", "sms", "tel", "sc", "pop", "fpt", "face", "iris", "retina", "vbm"})
"""Methods (RFC 8176, `amr`) by what somebody knows, and by what somebody has or is."""


class NotOnItsWay(SignInRefused):
    """A browser that came back too late, twice, in another one's place, or that nobody had sent."""

    def __init__(self) -> None:
        CertificationError.__init__(self, "this sign-in took too long, or was used already; begin again")


class NotSignedInThere(SignInRefused):
    """The organization's sign-in did not say who it is: `cancelled` where the person broke it off."""

    def __init__(self, provider: str, *, cancelled: bool) -> None:
        self.provider, self.cancelled = provider, cancelled
        CertificationError.__init__(self, f"{provider} did not say who signed in")


@dataclass(frozen=True, slots=True)
class CameBack:
    """What a browser came back with, as it stands in the address."""

    state: str
    code: str
    error: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a browser had set out: where to go on to, and a form that had been filled in."""

    provider: providers.Provider
    onward: str
    kept: str


def return_address(public_url: str, tenant: UUID, provider: UUID) -> str:
    """Where browsers come back to; the organization has to know it beforehand. One for each sign-in."""
    return f"{public_url}/dang-nhap/to-chuc/{tenant}/{provider}/xong"


def begin(
    database: Database,
    tenant: UUID,
    provider: UUID,
    documents: oidc.Documents,
    *,
    public_url: str,
    browser: str,
    onward: str,
    kept: str,
    pepper: bytes,
    now: datetime,
    linking: UUID | None = None,
) -> str:
    """Where to send the browser, which has the cookie `browser`; with `linking` to link this account, not to sign in.
    Raises UnknownProvider, ProviderFault."""
    with database.reading(tenant) as session:
        there = providers.find(session, tenant, provider)
        client = _client(session, tenant, there, public_url, pepper)
    state = tokens.new(tenant)
    where = oidc.address(
        documents, client, scopes=there.scopes, acr=there.strong_acr, state=state, nonce=_nonce(state, pepper),
        verifier=_verifier(state, pepper), now=now,
    )  # fmt: skip
    with database.writing(tenant) as session:
        tokens.sweep(session, SignInBegun, tenant, SignInBegun.__table__.c.expires <= now)
        session.add(
            SignInBegun(
                digest=_digest(state, pepper),
                tenant_id=tenant,
                provider_id=provider,
                browser=_bound(browser, linking, pepper),
                onward=onward,
                kept=kept,
                expires=now + WITHIN,
            )
        )
    return where


def new_browser() -> str:
    """A value for the cookie by which a browser is known that is on its way."""
    return secrets.token_urlsafe(32)


def way(
    database: Database,
    tenant: UUID,
    provider: UUID,
    state: str,
    browser: str | None,
    *,
    pepper: bytes,
    now: datetime,
    linking: UUID | None = None,
) -> Way:
    """How the browser had set out, to sign in, or with `linking` to link this account; nobody else comes back by it,
    nor for the other. Raises NotOnItsWay, UnknownProvider."""
    if tokens.token_tenant(state) != tenant or not browser:
        raise NotOnItsWay
    with database.writing(tenant) as session:
        row = session.execute(
            sa.delete(SignInBegun)
            .where(
                SignInBegun.tenant_id == tenant,
                SignInBegun.digest == _digest(state, pepper),
                SignInBegun.provider_id == provider,
                SignInBegun.browser == _bound(browser, linking, pepper),
                SignInBegun.expires > now,
            )
            .returning(SignInBegun.onward, SignInBegun.kept)
        ).one_or_none()
        if row is None:
            raise NotOnItsWay
        return Way(providers.find(session, tenant, provider), row.onward, row.kept)


def finish(
    database: Database,
    tenant: UUID,
    there: providers.Provider,
    back: CameBack,
    documents: oidc.Documents,
    *,
    public_url: str,
    pepper: bytes,
    now: datetime,
) -> tuple[str, sessions.SignedIn]:
    """The session of whoever came back, by a `way` that was found: its token.

    Raises NotSignedInThere, ProviderFault, NotLinked, CodeNeeded, SignInRefused.
    """
    claims = _claims(database, tenant, there, back, documents, public_url=public_url, pepper=pepper, now=now)
    return sessions.sign_in_from(
        database,
        tenant,
        there,
        _subject(there, claims),
        second_factor_there=_is_strong(there, claims),
        pepper=pepper,
        now=now,
    )


def link(
    database: Database,
    signed_in: sessions.SignedIn,
    there: providers.Provider,
    back: CameBack,
    documents: oidc.Documents,
    *,
    public_url: str,
    pepper: bytes,
    now: datetime,
) -> None:
    """Links the account of whoever is signed in with whoever came back, by a `way` that was begun for it; kept in the
    record. Raises NotSignedInThere, ProviderFault, AccountRefused where that person is linked with another account."""
    tenant = signed_in.tenant
    claims = _claims(database, tenant, there, back, documents, public_url=public_url, pepper=pepper, now=now)
    with database.writing(tenant) as session:
        providers.link(
            session, tenant, signed_in.name, there.code, _subject(there, claims), pepper=pepper, by=signed_in.name,
            reason="by the person", now=now,
        )  # fmt: skip


def _claims(
    database: Database,
    tenant: UUID,
    there: providers.Provider,
    back: CameBack,
    documents: oidc.Documents,
    *,
    public_url: str,
    pepper: bytes,
    now: datetime,
) -> oidc.Claims:
    """What the organization says of whoever came back. Raises NotSignedInThere, ProviderFault."""
    if back.issuer and back.issuer != there.issuer:
        raise oidc.ProviderFault(f"{there.issuer} sent the browser back in the name of {back.issuer!r}")
    if back.error or not back.code:
        raise NotSignedInThere(there.name, cancelled=back.error == "access_denied")
    with database.reading(tenant) as session:
        client = _client(session, tenant, there, public_url, pepper)
    nonce, verifier = _nonce(back.state, pepper), _verifier(back.state, pepper)
    return oidc.redeem(documents, client, code=back.code, nonce=nonce, verifier=verifier, now=now)


def leaving(
    database: Database,
    tenant: UUID,
    provider: UUID,
    documents: oidc.Documents,
    *,
    public_url: str,
    pepper: bytes,
    now: datetime,
) -> str | None:
    """Where to send a browser that is to be signed out there as well; None where there is no such place.

    Raises UnknownProvider, ProviderFault.
    """
    with database.reading(tenant) as session:
        client = _client(session, tenant, providers.find(session, tenant, provider), public_url, pepper)
    return oidc.leaving(documents, client, onward=f"{public_url}/dang-nhap", now=now)


def _subject(there: providers.Provider, claims: oidc.Claims) -> str:
    found = claims.get(there.claim)
    if not isinstance(found, str) or not found.strip():
        raise oidc.ProviderFault(f"the ID Token of {there.issuer} has no claim {there.claim!r} that names somebody")
    if there.claim == "email" and claims.get("email_verified") is not True:
        raise oidc.ProviderFault(f"{there.issuer} has not verified the mail address of whoever signed in")
    return found.strip()


def _is_strong(there: providers.Provider, claims: oidc.Claims) -> bool:
    """Whether the organization says that it asked for two factors: by a value of `acr` that was agreed, or by `amr`."""
    if claims.get("acr") in there.strong_acr:
        return True
    told = claims.get("amr")
    methods = {one for one in told if isinstance(one, str)} if isinstance(told, list) else set()
    return "mfa" in methods or bool(methods & KNOWN and methods & HAD)


def _client(session: Session, tenant: UUID, there: providers.Provider, public_url: str, pepper: bytes) -> oidc.Client:
    secret = providers.secret_of(session, tenant, there.id, pepper)
    return oidc.Client(there.issuer, there.client_id, secret, return_address(public_url, tenant, there.id))


def _bound(browser: str, linking: UUID | None, pepper: bytes) -> bytes:
    """What a way is bound to: the browser, and the account that is to be linked. Who set out for the one cannot come
    back for the other."""
    if linking is None:
        return tokens.digest(pepper, b"sign-in browser", browser)
    return tokens.digest(pepper, b"link browser", f"{linking}\0{browser}")


def _digest(state: str, pepper: bytes) -> bytes:
    return tokens.digest(pepper, b"sign-in state", state)


def _nonce(state: str, pepper: bytes) -> str:
    return tokens.digest(pepper, b"sign-in nonce", state).hex()


def _verifier(state: str, pepper: bytes) -> str:
    return base64.urlsafe_b64encode(tokens.digest(pepper, b"sign-in verifier", state)).rstrip(b"=").decode()
