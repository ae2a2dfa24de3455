"""Which client of which issuer stands for which key: set, removed, listed, found.

A client has the Authority, the scopes and the end of the key it stands for, so that what is known of keys (who vouches
for what, what they stored, when they were last used) holds for it too. What a token says it is allowed may narrow this
and never widens it. An issuer, an audience and a client name one key of one tenant, or none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lrs import outgoing
from lrs.credentials import STORE_SCOPES, XAPI_SCOPES, belongs_to, of_tenant
from lrs.db import Session
from lrs.errors import Fault, InvalidRequest, NotFound
from lrs.models import Credential, TokenClient

__all__ = ["ALGORITHMS", "CLAIM", "USUAL", "Known", "faults_of_issuer", "find", "listed", "remove", "set_client"]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""With which a token may be signed: with a key of the issuer's that only the issuer has."""

USUAL = ("RS256", "PS256", "ES256")
CLAIM = "scope"
"""Where tokens say what they are allowed (RFC 9068 2.2.3)."""

_LONGEST = 500
_CLAIM = re.compile(r"[A-Za-z0-9_:./-]{1,200}", re.ASCII)
_THEIRS = re.compile(r"[\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]{1,200}", re.ASCII)
"""A scope as RFC 6749 3.3 writes it, without the sign between theirs and ours."""


@dataclass(frozen=True, slots=True)
class Known:
    """A client as an operator sees it."""

    key: str
    issuer: str
    audience: str
    client_id: str
    algorithms: tuple[str, ...]
    claim: str
    grants: Mapping[str, str]
    """What a token may say in the claim, and which scope of the key that gives; empty: every token has all of them."""
    made: datetime


def set_client(
    session: Session,
    tenant: UUID,
    key: str,
    *,
    issuer: str,
    audience: str,
    client_id: str,
    algorithms: Collection[str] = USUAL,
    claim: str = CLAIM,
    grants: Mapping[str, str] | None = None,
    hosts: Collection[str],
    now: datetime,
) -> Known:
    """Let tokens of this client stand for the key from now on, in place of what stood for it before.

    Raises NotFound, and InvalidRequest with every fault.
    """
    credential = of_tenant(session, tenant, key)
    given = dict(grants or {})
    faults = faults_of_issuer(issuer, hosts) + _faults(audience, client_id, algorithms, claim, given)
    if STORE_SCOPES.isdisjoint(credential.scopes.split()):
        faults.append(Fault("key", "this key opens no Statements; name one of a learning platform"))
    if credential.revoked is not None:
        faults.append(Fault("key", "this key is revoked, and stays so; name another"))
    if faults:
        raise InvalidRequest(faults)
    same = sa.select(TokenClient.credential_id).where(
        TokenClient.issuer == issuer, TokenClient.audience == audience, TokenClient.client_id == client_id
    )
    if session.scalar(same.where(TokenClient.credential_id != credential.id)) is not None:
        message = "another key has this client of this issuer with this audience; each key needs one of its own"
        raise InvalidRequest.at("client_id", message)
    row = session.get(TokenClient, credential.id)
    if row is None:
        row = TokenClient(credential_id=credential.id, tenant_id=credential.tenant_id)
        session.add(row)
    row.issuer, row.audience, row.client_id = issuer, audience, client_id
    row.algorithms, row.claim, row.made = " ".join(dict.fromkeys(algorithms)), claim, now
    row.grants = " ".join(f"{theirs}={ours}" for theirs, ours in sorted(given.items()))
    session.flush()
    return _known(credential.key, row)


def faults_of_issuer(issuer: str, hosts: Collection[str]) -> list[Fault]:
    """What is wrong with an issuer's address. `hosts` are those that may be asked."""
    if not outgoing.is_safe(issuer) or "?" in issuer or len(issuer) > _LONGEST or not issuer.isprintable():
        return [Fault("issuer", "write the https:// address that the provider calls its issuer, exactly")]
    if not outgoing.is_listed(issuer, hosts):
        host = outgoing.host_of(issuer)
        return [Fault("issuer", f"{host} is none of the hosts in OUTGOING_HOSTS; whoever runs the machine adds it")]
    return []


def _faults(
    audience: str, client_id: str, algorithms: Collection[str], claim: str, grants: Mapping[str, str]
) -> list[Fault]:
    found = [
        Fault(name, f"write {what}, as the provider has it")
        for name, value, what in (("audience", audience, "the audience"), ("client_id", client_id, "the client's id"))
        if not value.strip() or len(value) > _LONGEST or not value.isprintable()
    ]
    found += [
        Fault("algorithms", f"{one!r} is not taken; there are {', '.join(ALGORITHMS)}")
        for one in algorithms
        if one not in ALGORITHMS
    ]
    if not algorithms:
        found.append(Fault("algorithms", f"name at least one of {', '.join(ALGORITHMS)}"))
    if not _CLAIM.fullmatch(claim):
        found.append(Fault("claim", f"{claim!r} is no name of a claim; scope, scp or roles, say"))
    for theirs, ours in grants.items():
        if not _THEIRS.fullmatch(theirs):
            found.append(
                Fault("grants", f"{theirs!r} is nothing a token could say there; write it without = and blanks")
            )
        if ours not in STORE_SCOPES:
            found.append(Fault("grants", f"{ours!r} is no scope of a key; there are {', '.join(sorted(XAPI_SCOPES))}"))
    return found


def remove(session: Session, tenant: UUID, key: str) -> None:
    """Take no tokens for this key any more, from the next request on. Raises NotFound."""
    session.delete(_row(session, tenant, key))


def find(session: Session, tenant: UUID, key: str) -> Known | None:
    """The client that stands for this key; None where there is none."""
    return next((one for one in listed(session, tenant) if one.key == key), None)


def listed(session: Session, tenant: UUID) -> list[Known]:
    """Every client of the tenant's keys, test keys included, by issuer and client."""
    rows = session.execute(
        sa.select(Credential.key, TokenClient)
        .join(TokenClient, TokenClient.credential_id == Credential.id)
        .where(belongs_to(tenant))
        .order_by(TokenClient.issuer, TokenClient.client_id, Credential.key)
    )
    return [_known(key, row) for key, row in rows]


def _row(session: Session, tenant: UUID, key: str) -> TokenClient:
    row = session.get(TokenClient, of_tenant(session, tenant, key).id)
    if row is None:
        raise NotFound(f"no tokens are taken for the key {key!r}")
    return row


def _known(key: str, row: TokenClient) -> Known:
    return Known(
        key, row.issuer, row.audience, row.client_id, tuple(row.algorithms.split()), row.claim, granted(row.grants),
        row.made,
    )  # fmt: skip


def granted(grants: str) -> dict[str, str]:
    """By what a token may say, which scope that gives."""
    return dict(each.split("=", 1) for each in grants.split())
