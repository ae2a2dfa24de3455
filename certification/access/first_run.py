"""The first run: a tenant with the rules and units that come with the program, and an administrator.

Each part is added where it is missing and left alone where it is there, so that it may be run again at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from certification.access import accounts, roles
from certification.access.permissions import Role
from certification.rules import programme
from certification.rules.rule_files import Loaded
from certification.spreadsheets import ImportResult
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database, Session

__all__ = ["Begun", "begin"]

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


def _load(session: Session, tenant: UUID, path: Path, now: datetime) -> ImportResult:
    if path.suffix.lower() == ".toml":
        return organizations.load_units(session, tenant, path)
    return organizations.import_organizations(session, tenant, path.read_bytes(), now=now)


def _administrator(
    session: Session, tenant: UUID, name: str, full_name: str, *, pepper: bytes, now: datetime
) -> tuple[str, str | None]:
    """The account that holds the role of an operator, made where nobody does; its name, and a token if it is new."""
    held = roles.given(session, tenant, on=vietnam_day(now))
    in_use = {one.name for one in accounts.accounts(session, tenant) if one.deactivated is None}
    there = next((one.account for one in held if one.role is Role.OPERATOR and one.account in in_use), None)
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
