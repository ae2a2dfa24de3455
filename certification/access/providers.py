"""Organizations' own sign-ins (OpenID Connect) at which accounts of a tenant may sign in, and who is who there.

Only an account that exists and is linked signs in: nobody is made an account by signing in elsewhere. What the
provider calls a person is kept as a keyed digest, over issuer and claim: a provider that is moved or asked for another
claim knows nobody until links are made anew.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification.access import accounts, records, tokens
from certification.access.accounts import AccountRefused, SignInRefused
from certification.errors import CertificationError
from certification.models import Account, AccountSession, SignInLink, SignInProvider
from lrs.api import outgoing
from lrs.db import Session, new_id

__all__ = [
    "DEFAULT_CLAIM",
    "DEFAULT_SCOPES",
    "Provider",
    "UnknownProvider",
    "account_of",
    "end",
    "find",
    "in_use",
    "is_linked",
    "link",
    "linked",
    "listed",
    "secret_of",
    "set_provider",
    "unlink",
]

DEFAULT_CLAIM = "sub"
DEFAULT_SCOPES = "openid"

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_CLAIM = re.compile(r"[A-Za-z0-9_:./-]{1,200}", re.ASCII)
_SCOPES = re.compile(r"openid(?: [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)
_NONCE = 12


class UnknownProvider(SignInRefused):
    """There is no such sign-in of an organization, or it is used no longer."""

    def __init__(self, message: str) -> None:
        CertificationError.__init__(self, message)


@dataclass(frozen=True, slots=True)
class Provider:
    """An organization's sign-in. Instants in UTC."""

    id: UUID
    code: str
    name: str
    issuer: str
    client_id: str
    claim: str
    scopes: str
    trusts_second_factor: bool
    strong_acr: tuple[str, ...]
    has_secret: bool
    made: datetime
    ended: datetime | None


def set_provider(
    session: Session,
    tenant: UUID,
    code: str,
    *,
    name: str,
    issuer: str,
    client_id: str,
    secret: str | None,
    claim: str = DEFAULT_CLAIM,
    scopes: str = DEFAULT_SCOPES,
    trusts_second_factor: bool = False,
    strong_acr: str = "",
    pepper: bytes,
    by: str,
    reason: str,
    now: datetime,
) -> Provider:
    """Take an organization's sign-in into use, or say otherwise how one that there is works. Raises AccountRefused.

    `secret` is None of a client without one; `strong_acr` names values of `acr`, separated by blanks, that say that two
    factors were asked for there, and is asked for. Whoever is signed in by it goes on being so until the session ends.
    """
    _check(code, name, issuer, client_id, claim, scopes, strong_acr)
    known = session.scalars(_of(tenant).where(SignInProvider.code == code)).one_or_none()
    made = known or SignInProvider(id=new_id(), tenant_id=tenant, code=code, made=now)
    made.name, made.issuer, made.client_id = name.strip(), issuer, client_id
    made.claim, made.scopes, made.ended = claim, scopes, None
    made.trusts_second_factor, made.strong_acr = trusts_second_factor, " ".join(strong_acr.split())
    nonce = secrets.token_bytes(_NONCE)
    made.sealed = (
        nonce + AESGCM(_key(pepper)).encrypt(nonce, secret.encode(), made.id.bytes) if secret is not None else None
    )
    session.add(made)
    session.flush()
    records.add(session, tenant, by=by, act="set-sign-in", about=code, reason=reason, now=now)
    return _plain(made)


def _check(code: str, name: str, issuer: str, client_id: str, claim: str, scopes: str, strong_acr: str) -> None:
    if not _CODE.fullmatch(code):
        raise AccountRefused("code", f"{code!r} is no code; write small letters, digits, and - within")
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise AccountRefused("name", "give the name that stands on the button, of at most 100 characters")
    if not outgoing.is_safe(issuer) or "?" in issuer:
        raise AccountRefused(
            "issuer", f"{issuer!r} is no issuer; it is an https:// address, as the organization tells it"
        )
    if not client_id or len(client_id) > 300 or not client_id.isprintable():
        raise AccountRefused("client_id", "give the client id that the organization gave")
    if not _CLAIM.fullmatch(claim):
        raise AccountRefused("claim", f"{claim!r} is no name of a claim; sub, email or preferred_username, say")
    if not _SCOPES.fullmatch(scopes):
        raise AccountRefused("scopes", "scopes begin with openid; more follow after blanks: openid email, say")
    if len(strong_acr) > 300 or not (strong_acr.isascii() and strong_acr.isprintable()):
        raise AccountRefused("acr", "give values of acr as the organization tells them, separated by blanks")


def end(session: Session, tenant: UUID, code: str, *, by: str, reason: str, now: datetime) -> int:
    """Use an organization's sign-in no longer; how many sessions begun by it ended. Raises UnknownProvider."""
    known = session.scalars(_of(tenant).where(SignInProvider.code == code)).one_or_none()
    if known is None or known.ended is not None:
        raise UnknownProvider(f"no sign-in {code!r} is in use")
    known.ended = now
    records.add(session, tenant, by=by, act="end-sign-in", about=code, reason=reason, now=now)
    return tokens.remove_those(session, AccountSession, tenant, AccountSession.provider_id == known.id)


def listed(session: Session, tenant: UUID) -> list[Provider]:
    """Every one that there is or was, by code."""
    return [_plain(one) for one in session.scalars(_of(tenant).order_by(SignInProvider.code))]


def in_use(session: Session, tenant: UUID) -> list[Provider]:
    """Those that people sign in by now, by name."""
    return sorted((one for one in listed(session, tenant) if one.ended is None), key=lambda one: one.name)


def find(session: Session, tenant: UUID, provider: UUID | str) -> Provider:
    """The one of this id or code that is in use. Raises UnknownProvider."""
    here = SignInProvider.id == provider if isinstance(provider, UUID) else SignInProvider.code == provider
    found = session.scalars(_of(tenant).where(here, SignInProvider.ended.is_(None))).one_or_none()
    if found is None:
        raise UnknownProvider(f"no sign-in {str(provider)!r} is in use")
    return _plain(found)


def secret_of(session: Session, tenant: UUID, provider: UUID, pepper: bytes) -> str | None:
    """The client's secret; None of a client without one. Raises UnknownProvider where it was sealed elsewhere."""
    sealed = session.scalar(
        sa.select(SignInProvider.sealed).where(SignInProvider.tenant_id == tenant, SignInProvider.id == provider)
    )
    if sealed is None:
        return None
    try:
        return AESGCM(_key(pepper)).decrypt(sealed[:_NONCE], sealed[_NONCE:], provider.bytes).decode()
    except InvalidTag:
        raise UnknownProvider("the secret was encrypted under another SECRET_KEY; set the sign-in again") from None


# ---------------------------------------------------------------- who is who


def link(
    session: Session,
    tenant: UUID,
    name: str,
    code: str,
    subject: str,
    *,
    pepper: bytes,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    """Whoever the organization calls `subject` is this account from now on. Raises AccountRefused, UnknownProvider."""
    provider, account = find(session, tenant, code), accounts.find(session, tenant, name)
    subject = subject.strip()
    if not subject or len(subject) > 300:
        raise AccountRefused("subject", f"say what the claim {provider.claim!r} says of this person")
    if account.deactivated is not None:
        raise AccountRefused("account", f"{name!r} is deactivated; reactivate it first")
    digest = _digest(provider, subject, pepper)
    of_account = sa.and_(SignInLink.provider_id == provider.id, SignInLink.account_id == account.id)
    here = sa.select(SignInLink.account_id).where(
        SignInLink.tenant_id == tenant, SignInLink.provider_id == provider.id, SignInLink.digest == digest
    )
    known = session.scalar(here)
    if known is not None and known != account.id:
        raise AccountRefused("subject", "this person is linked with another account already; end that link first")
    session.execute(sa.delete(SignInLink).where(SignInLink.tenant_id == tenant, of_account))
    session.add(SignInLink(provider_id=provider.id, digest=digest, tenant_id=tenant, account_id=account.id, linked=now))
    session.flush()
    records.add(session, tenant, by=by, act="link-sign-in", about=name, reason=f"{code}: {reason}", now=now)


def unlink(session: Session, tenant: UUID, name: str, code: str, *, by: str, reason: str, now: datetime) -> None:
    """The account no longer signs in there, and sessions begun so end. Raises AccountRefused, UnknownProvider."""
    provider, account = find(session, tenant, code), accounts.find(session, tenant, name)
    gone = sa.delete(SignInLink).where(
        SignInLink.tenant_id == tenant, SignInLink.provider_id == provider.id, SignInLink.account_id == account.id
    )
    if session.connection().execute(gone).rowcount == 0:
        raise AccountRefused("account", f"{name!r} does not sign in by {code!r}")
    of_both = sa.and_(AccountSession.provider_id == provider.id, AccountSession.account_id == account.id)
    tokens.remove_those(session, AccountSession, tenant, of_both)
    records.add(session, tenant, by=by, act="unlink-sign-in", about=name, reason=f"{code}: {reason}", now=now)


def account_of(
    session: Session, tenant: UUID, provider: Provider, subject: str, pepper: bytes
) -> tuple[UUID, str] | None:
    """The account in use that the provider calls so, and its name; None where there is none."""
    row = session.execute(
        sa.select(Account.id, Account.name)
        .join(SignInLink, SignInLink.account_id == Account.id)
        .where(
            SignInLink.tenant_id == tenant,
            SignInLink.provider_id == provider.id,
            SignInLink.digest == _digest(provider, subject, pepper),
            Account.tenant_id == tenant,
            Account.deactivated.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row.id, row.name)


def is_linked(session: Session, tenant: UUID, provider: UUID, account: UUID) -> bool:
    """Whether the account signs in there, now."""
    return any(one.id == provider for one in linked(session, tenant, account))


def linked(session: Session, tenant: UUID, account: UUID) -> list[Provider]:
    """Where the account signs in, by name."""
    here = _of(tenant).join(SignInLink, SignInLink.provider_id == SignInProvider.id)
    found = here.where(SignInLink.tenant_id == tenant, SignInLink.account_id == account, SignInProvider.ended.is_(None))
    return [_plain(one) for one in session.scalars(found.order_by(SignInProvider.name))]


def _of(tenant: UUID) -> sa.Select[SignInProvider]:
    return sa.select(SignInProvider).where(SignInProvider.tenant_id == tenant)


def _plain(one: SignInProvider) -> Provider:
    return Provider(
        one.id, one.code, one.name, one.issuer, one.client_id, one.claim, one.scopes, one.trusts_second_factor,
        tuple(one.strong_acr.split()), one.sealed is not None, one.made, one.ended,
    )  # fmt: skip


def _digest(provider: Provider, subject: str, pepper: bytes) -> bytes:
    same = subject.lower() if provider.claim == "email" else subject
    text = "\0".join((str(provider.id), provider.issuer, provider.claim, same))
    return tokens.digest(pepper, b"sign-in subject", text)


def _key(pepper: bytes) -> bytes:
    return tokens.digest(pepper, b"sign-in provider", "")
