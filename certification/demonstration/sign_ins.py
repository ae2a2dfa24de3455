"""Accounts of the demonstration, one for each kind of user, so that whoever tries the program out sees its pages.

All have the password that the demonstration made up for itself and prints. They are over the first invented enterprise,
its grassroots union and the union above that; the worker is one of its workers, with a certificate where one has any.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from certification.access import accounts, roles
from certification.access.permissions import Role
from certification.demonstration import enterprises, titles
from certification.demonstration.people import MARK, World
from certification.people import workers
from certification.people.workers import Person
from certification.units import organizations
from lrs.db import Database, Session

__all__ = ["SignIn", "listed", "make", "new_password", "sign_ins"]

TEAM = "Tổ Ví Dụ"
IN_TEAM = 8
ADMINISTRATOR = "vanhanh"
REASON = "trình diễn (bịa)"


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account: its name, what it is, in words, and over which unit and team (None: over everything)."""

    account: str
    words: str
    role: Role
    unit: str | None = None
    team: str | None = None


def sign_ins() -> tuple[SignIn, ...]:
    """The accounts, in the order of the guides."""
    firm = enterprises.enterprises()[0]
    above = firm.area.replace("vn/", "cd/", 1)
    return (
        SignIn("cdcs", "cán bộ công đoàn cơ sở", Role.GRASSROOTS_OFFICER, firm.union),
        SignIn("captren", "cán bộ công đoàn cấp trên", Role.UPPER_OFFICER, above),
        SignIn("totruong", "tổ trưởng", Role.TEAM_LEAD, firm.code, TEAM),
        SignIn("nld", "người lao động", Role.WORKER, firm.code),
        SignIn("doanhnghiep", "doanh nghiệp", Role.ENTERPRISE, firm.code),
        SignIn("kiemtra", "người kiểm tra, chỉ xem", Role.AUDITOR),
        SignIn(ADMINISTRATOR, "người vận hành", Role.OPERATOR),
    )


def listed(session: Session, tenant: UUID) -> Iterator[str]:
    """A line for each account: its name, and what it is where."""
    made = sign_ins()
    names = organizations.names_of(session, tenant, [one.unit for one in made if one.unit is not None])
    for one in made:
        yield f"{one.account:<12} {one.words}{f', {names[one.unit]}' if one.unit in names else ''}"


def new_password() -> str:
    """A password that nobody guesses, and that can be typed on a phone."""
    return "-".join("".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(3))


def make(
    database: Database, tenant: UUID, world: World, password: str, *, pepper: bytes, today: date, now: datetime
) -> int:
    """Make what is missing of the accounts, their roles and the team, and give all of them the password; how many there
    are. Roles hold from `today` on, a day in Vietnam, or the as-of day where that is earlier."""
    staff, on, made = list(_staff(world)), min(today, world.as_of), sign_ins()
    with database.writing(tenant) as session:
        known = workers.known_workers(session, tenant, staff)
        honoured = {one.worker for one in titles.issued(session, tenant)}
        own = known[next((one for one in staff if known[one].id in honoured), staff[0])]
        team = [own.number, *(one for one in staff if one != own.number)][:IN_TEAM]
        roles.set_team(session, tenant, enterprises.enterprises()[0].code, TEAM, team, on=on)
        for one in made:
            _account(session, tenant, one, own, on, now)
            token = accounts.invite(
                session, tenant, one.account, by=roles.TERMINAL, reason=REASON, pepper=pepper, now=now
            )
            accounts.set_password(session, tenant, token, password, pepper=pepper, now=now)
    return len(made)


def _staff(world: World) -> Iterator[str]:
    """The numbers of those who work for the first enterprise alone, on the as-of day and for good, known under one."""
    firm = enterprises.enterprises()[0].code
    for one in world.people:
        stays = all(job.enterprise.code == firm and job.ended is None and job.on(world.as_of) for job in one.jobs)
        if stays and not one.double:
            yield one.number


def _account(session: Session, tenant: UUID, one: SignIn, own: Person, on: date, now: datetime) -> None:
    worker = own.id if one.role is Role.WORKER else None
    if not accounts.accounts(session, tenant, names=[one.account]):
        name = own.full_name if worker else f"{one.words[0].upper()}{one.words[1:]} {MARK}"
        accounts.create(
            session, tenant, name=one.account, full_name=name, worker=worker, by=roles.TERMINAL, reason=REASON, now=now
        )
    account = accounts.find(session, tenant, one.account)
    if worker is None and not roles.given(session, tenant, account=account.id):
        roles.give(
            session, roles.at_terminal(tenant), one.role, account=one.account, organization=one.unit, team=one.team,
            starts=on, reason=REASON, now=now,
        )  # fmt: skip
