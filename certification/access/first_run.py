"""The first run: a tenant with the rules and units that come with the program, and an administrator.

Each part is added where it is missing and left alone where it is there, so that it may be run again at any time.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access import accounts, roles, tokens
from certification.access.permissions import Role
from certification.models import Account, RoleGiven, SecondFactor
from certification.rules import programme
from certification.rules.rule_files import Loaded
from certification.spreadsheets import ImportResult
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database, Session

__all__ = ["Administrator", "Begun", "administrators", "begin", "code", "is_administered", "is_code"]

_REASON = "first run"


@dataclass(frozen=True, slots=True)
class Begun:
    """What there is now. `token` sets the administrator's password once; None where there was one before."""

    tenant: UUID
    is_new_tenant: bool
    units: Sequence[tuple[str, ImportResult]]
    rules: Sequence[Loaded]
    administrator: str
    token: str | None


def begin(
    database: Database,
    tenant: str,
    *,
    administrator: str,
    full_name: str,
    units: Sequence[Path],
    pepper: bytes,
    now: datetime,
) -> Begun:
    """Make what is missing. `units` are files of the operator's own, TOML or a table; see docs/imports.md.

    Raises AccountRefused, RuleFileFaults or ImportFaults; then there is an empty tenant more at most.
    """
    with database.reading(NOBODY) as session:
        known = {name: owner for owner, name in api.tenants(session)}
    owner = known.get(tenant)
    if owner is None:
        with database.writing(NOBODY) as session:
            owner = api.create_tenant(session, tenant, now=now)
    with database.writing(owner) as session:
        taken = programme.load_shipped(session, owner, now=now)
        told = [(path.name, _load(session, owner, path, now)) for path in units]
        name, token = _administrator(session, owner, administrator, full_name, pepper=pepper, now=now)
    return Begun(owner, tenant not in known, [*taken.units, *told], taken.rules, name, token)


def code(pepper: bytes) -> str:
    """What the page of the first start asks for: known to whoever reads the server's log, or holds its secret."""
    text = base64.b32encode(tokens.digest(pepper, b"first start", "")[:10]).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def is_code(typed: str, pepper: bytes) -> bool:
    """Whether this is the code, however it is spaced."""
    plain = "".join(one for one in typed.upper() if one.isalnum())
    return hmac.compare_digest(plain.encode(), code(pepper).replace("-", "").encode())


def is_administered(session: Session, tenant: UUID, on: date) -> bool:
    """Whether an account in use runs the installation on the day."""
    return _administrator_of(session, tenant, on) is not None


@dataclass(frozen=True, slots=True)
class Administrator:
    """Whoever runs the installation, by the name of the account; whether signing in asks for an app's code, too."""

    name: str
    has_code: bool


def administrators(session: Session, tenant: UUID, on: date) -> list[Administrator]:
    """Everybody who runs the installation on the day, by name."""
    has_code = sa.exists().where(
        SecondFactor.tenant_id == tenant, SecondFactor.account_id == Account.id, SecondFactor.confirmed.is_not(None)
    )
    rows = session.execute(_administering(tenant, on, Account.name, has_code.label("has_code")).distinct())
    return sorted((Administrator(*row) for row in rows), key=lambda one: one.name)


def _administrator_of(session: Session, tenant: UUID, on: date) -> str | None:
    query = _administering(tenant, on, Account.name).order_by(RoleGiven.starts, RoleGiven.id)
    found: str | None = session.scalar(query.limit(1))
    return found


def _administering(tenant: UUID, on: date, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .join(RoleGiven, RoleGiven.account_id == Account.id)
        .where(
            RoleGiven.tenant_id == tenant,
            RoleGiven.role == Role.OPERATOR.value,
            RoleGiven.starts <= on,
            sa.or_(RoleGiven.until.is_(None), RoleGiven.until > on),
            Account.tenant_id == tenant,
            Account.deactivated.is_(None),
        )
    )


def _load(session: Session, tenant: UUID, path: Path, now: datetime) -> ImportResult:
    if path.suffix.lower() == ".toml":
        return organizations.load_units(session, tenant, path)
    return organizations.import_organizations(session, tenant, path.read_bytes(), now=now)


def _administrator(
    session: Session, tenant: UUID, name: str, full_name: str, *, pepper: bytes, now: datetime
) -> tuple[str, str | None]:
    """The account that holds the role of an operator, made where nobody does; its name, and a token if it is new."""
    there = _administrator_of(session, tenant, vietnam_day(now))
    if there is not None:
        return there, None
    if not accounts.accounts(session, tenant, names=[name]):
        accounts.create(session, tenant, name=name, full_name=full_name, by=roles.TERMINAL, reason=_REASON, now=now)
    roles.give(
        session,
        roles.at_terminal(tenant),
        Role.OPERATOR,
        account=name,
        starts=vietnam_day(now),
        reason=_REASON,
        now=now,
    )
    return name, accounts.invite(session, tenant, name, by=roles.TERMINAL, reason=_REASON, pepper=pepper, now=now)
