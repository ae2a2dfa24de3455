"""Whose roll-ups are received here: units with the DID they sign as, and the public keys that DID has had.

A key that is ended verifies what came while it stood, and nothing that comes later, whatever day its proof names: who
has stolen a key writes any day into a proof.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.credentials import proofs
from certification.errors import CertificationError
from certification.models import RollUpKey, RollUpMember
from certification.targets import grounds
from certification.units import organizations
from lrs.api import Fault, InvalidRequest
from lrs.db import Session, new_id

__all__ = ["Key", "Member", "UnknownMember", "add", "add_key", "end", "end_key", "find", "members"]

_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,500}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)


class UnknownMember(CertificationError):
    """No member of that id, or no such key of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key; `ended`: from when on nothing more is taken that it signed."""

    name: str
    multikey: str
    added: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member. It is asked for cut-offs from `since` to `until`, both included. `name` is its unit's, here."""

    id: UUID
    organization: str
    name: str
    did: str
    since: date
    until: date | None
    keys: tuple[Key, ...]

    def is_asked(self, cut_off: date) -> bool:
        """Whether a roll-up of this cut-off is expected of it."""
        return self.since <= cut_off and (self.until is None or cut_off <= self.until)


def add(
    session: Session,
    tenant: UUID,
    *,
    organization: str,
    did: str,
    key: str,
    since: date,
    by: str,
    reason: str,
    now: datetime,
) -> Member:
    """Takes up a member; `key` is its public key, as `did:…#name z6Mk…` or `name z6Mk…`. Raises InvalidRequest with
    every fault."""
    faults = []
    did = did.strip()
    if organizations.find(session, tenant, organization) is None:
        faults.append(Fault("organization", f"there is no unit {organization!r}; load it with the programme's units"))
    else:
        faults += _counted_twice(session, tenant, organization, since)
    if not _DID.fullmatch(did):
        faults.append(Fault("did", "write the DID that the member's installation signs as, did:web:… say"))
    elif session.scalar(sa.select(RollUpMember.id).where(RollUpMember.tenant_id == tenant, RollUpMember.did == did)):
        faults.append(Fault("did", "a member signs as this already; each has its own"))
    name, multikey = _key(key, did, faults)
    if faults:
        raise InvalidRequest(faults)
    row = RollUpMember(
        tenant_id=tenant, id=new_id(), organization=organization, did=did, since=since, until=None
    )  # fmt: skip
    session.add(row)
    session.add(RollUpKey(tenant_id=tenant, member_id=row.id, name=name, multikey=multikey, added=now, ended=None))
    session.flush()
    detail = {"organization": organization, "did": did, "key": name, "multikey": multikey, "since": since.isoformat()}
    _note(session, tenant, "roll-up-member.add", row, by, {**detail, "reason": reason}, now)
    return find(session, tenant, row.id)


def end(session: Session, tenant: UUID, id: UUID, *, until: date, by: str, reason: str, now: datetime) -> None:
    """Asks a member for nothing after `until`; what came stays. Raises UnknownMember; InvalidRequest for a day before
    its first."""
    row = _row(session, tenant, id)
    if until < row.since:
        raise InvalidRequest([Fault("until", f"{until} is before its first day, {row.since}")])
    row.until = until
    session.flush()
    _note(session, tenant, "roll-up-member.end", row, by, {"until": until.isoformat(), "reason": reason}, now)


def add_key(session: Session, tenant: UUID, id: UUID, *, key: str, by: str, reason: str, now: datetime) -> None:
    """Takes another key of a member beside those there are. Raises UnknownMember, InvalidRequest."""
    row = _row(session, tenant, id)
    faults: list[Fault] = []
    name, multikey = _key(key, row.did, faults)
    if session.get(RollUpKey, (tenant, id, name)) is not None:
        faults.append(Fault("key", f"the member has a key {name!r} already; a new key has a new name"))
    if faults:
        raise InvalidRequest(faults)
    session.add(RollUpKey(tenant_id=tenant, member_id=id, name=name, multikey=multikey, added=now, ended=None))
    session.flush()
    detail = {"key": name, "multikey": multikey, "reason": reason}
    _note(session, tenant, "roll-up-key.add", row, by, detail, now)


def end_key(session: Session, tenant: UUID, id: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Takes nothing more that this key signed. Raises UnknownMember."""
    row, key = _row(session, tenant, id), session.get(RollUpKey, (tenant, id, name))
    if key is None:
        raise UnknownMember(f"the member has no key {name!r}")
    if key.ended is None:
        key.ended = now
        session.flush()
        _note(session, tenant, "roll-up-key.end", row, by, {"key": name, "reason": reason}, now)


def find(session: Session, tenant: UUID, id: UUID) -> Member:
    """The one of this id. Raises UnknownMember."""
    return _members(session, tenant, [_row(session, tenant, id)])[0]


def members(session: Session, tenant: UUID) -> list[Member]:
    """All there ever were, by the code of their units."""
    rows = session.scalars(
        sa.select(RollUpMember)
        .where(RollUpMember.tenant_id == tenant)
        .order_by(RollUpMember.organization, RollUpMember.since)
    )
    return _members(session, tenant, rows.all())


def _members(session: Session, tenant: UUID, rows: Sequence[RollUpMember]) -> list[Member]:
    nodes = organizations.nodes(session, tenant)
    keys: dict[UUID, list[Key]] = {}
    for one in session.scalars(
        sa.select(RollUpKey).where(RollUpKey.tenant_id == tenant).order_by(RollUpKey.added, RollUpKey.name)
    ):
        keys.setdefault(one.member_id, []).append(Key(one.name, one.multikey, one.added, one.ended))
    return [
        Member(
            row.id, row.organization, nodes[row.organization].name if row.organization in nodes else row.organization,
            row.did, row.since, row.until, tuple(keys.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip


def _row(session: Session, tenant: UUID, id: UUID) -> RollUpMember:
    row = session.get(RollUpMember, (tenant, id))
    if row is None:
        raise UnknownMember(f"there is no member {id}")
    return row


def _counted_twice(session: Session, tenant: UUID, organization: str, since: date) -> list[Fault]:
    """A member whose unit is this one, or stands above or below it: the same people would be in the sum twice."""
    tree = grounds.land(session, tenant).on(since).tree
    for one in session.scalars(sa.select(RollUpMember).where(RollUpMember.tenant_id == tenant)):
        if one.until is not None and one.until < since:
            continue
        if organization in tree.chain(one.organization) or one.organization in tree.chain(organization):
            message = f"the member {one.organization!r} would count the same people again; end it first"
            return [Fault("organization", message)]
    return []


def _key(written: str, did: str, faults: list[Fault]) -> tuple[str, str]:
    """The name of a key and the key."""
    named, _, multikey = " ".join(written.split()).rpartition(" ")
    owner, _, name = named.rpartition("#")
    if owner not in ("", did):
        faults.append(Fault("key", f"this is a key of {owner}, not of {did}"))
    elif not _NAME.fullmatch(name):
        faults.append(Fault("key", "write the name of the key, a blank, and the key: 2026-1 z6Mk…"))
    else:
        try:
            proofs.public_key(multikey)
        except ValueError:
            faults.append(Fault("key", "after the name stands no Ed25519 key; one begins with z6Mk"))
    return name, multikey


def _note(
    session: Session, tenant: UUID, act: str, row: RollUpMember, by: str, detail: dict[str, str], now: datetime
) -> None:
    chain.add(session, tenant, by=by, act=act, subject=f"roll-up-member:{row.id}", detail=detail, now=now)
