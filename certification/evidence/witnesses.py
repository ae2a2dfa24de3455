"""Who may say something about whom: never about oneself, and only about workers of one's own branch.

A `Witness` is an account that speaks, with everything by which it may turn out to be a worker itself. Attesting,
confirming what a worker declared, and answering a dispute all ask `unfit`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from certification.access.permissions import Role
from certification.errors import CertificationError
from certification.models import Employment, Worker
from certification.people import linking, workers
from lrs.db import Session, among, beside

__all__ = [
    "ONESELF",
    "OUTSIDE",
    "AsRole",
    "NotForYou",
    "Within",
    "Witness",
    "hidden",
    "own_workers",
    "refuse_stranger",
    "refuse_unfit",
    "roles_about",
    "unfit",
]

ONESELF = "không ai được xác nhận cho chính mình; nhờ người khác có thẩm quyền"
OUTSIDE = "người này không thuộc đơn vị mà tài khoản này được giao; nhờ người phụ trách đơn vị đó"


class NotForYou(CertificationError):
    """The account may not say this about that worker."""


class Within(Protocol):
    """Whom somebody may know of (`access.rights.Reach`)."""

    def workers(self, session: Session, column: Any) -> sa.ColumnElement[bool]:
        """That `column` names a worker within it."""

    def is_wide(self, session: Session) -> bool:
        """Whether it has so many workers that lists are better read by going through everybody."""


@dataclass(frozen=True, slots=True)
class AsRole:
    """One role in which somebody speaks: of workers of these enterprises (None: of all), and of these members of
    teams."""

    role: Role
    enterprise_ids: frozenset[UUID] | None = field(default=frozenset())
    team: frozenset[UUID] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Witness:
    """An account that speaks about workers.

    `account` is its name, kept with whatever it says. `worker_ids` are the workers that this person is known to be, and
    `ifis` the canonical identifiers (`lrs.api.ifi_text`) that are his or hers, whoever they are linked to.
    `enterprise_ids` are those whose workers it may speak of; None means all of the tenant's.
    """

    account: str
    worker_ids: frozenset[UUID] = field(default=frozenset())
    ifis: frozenset[str] = field(default=frozenset())
    enterprise_ids: frozenset[UUID] | None = None
    team: frozenset[UUID] = field(default=frozenset())
    """Workers of whom it may speak besides, as members of a team that it leads."""
    roles: tuple[AsRole, ...] = ()
    """In which roles it speaks, and how far each goes; empty where that is not known."""


def own_workers(session: Session, tenant: UUID, witness: Witness) -> frozenset[UUID]:
    """The workers that the witness is: those it is known to be, those into whom these were merged, whoever any
    identifier of its own belongs to, and the one whose number is the account's name. A few SQL commands."""
    found = set(witness.worker_ids)
    found.update(person.id for person in workers.known_workers(session, tenant, [witness.account]).values())
    if witness.ifis:
        found.update(person.id for person in linking.owners(session, tenant, witness.ifis).values())
    news = set(found)
    while news:
        heirs = session.scalars(
            sa.select(Worker.merged_into).where(
                Worker.tenant_id == tenant, among(session, Worker.id, news), Worker.merged_into.is_not(None)
            )
        )
        news = {one for one in heirs if one is not None} - found
        found |= news
    return frozenset(found)


def unfit(
    session: Session,
    tenant: UUID,
    witness: Witness,
    worker_ids: Collection[UUID],
    first: date,
    last: date,
    *,
    oneself_too: bool = True,
) -> Mapping[UUID, str]:
    """Why the witness may not speak of some of these workers, in Vietnamese; the others are left out.

    `oneself_too`: whether that a worker is the witness is a reason. A worker is of the branch who was employed there on
    a day between `first` and `last` (in Vietnam, both included). Three SQL commands at most.
    """
    found: dict[UUID, str] = {}
    if oneself_too:
        found = dict.fromkeys(own_workers(session, tenant, witness) & set(worker_ids), ONESELF)
    if witness.enterprise_ids is not None:
        within = set(
            session.scalars(
                sa.select(Employment.worker_id).where(
                    beside(Employment.tenant_id) == tenant,
                    among(session, Employment.worker_id, worker_ids),
                    among(session, Employment.enterprise_id, witness.enterprise_ids),
                    Employment.started <= last,
                    sa.or_(Employment.ended.is_(None), Employment.ended >= first),
                )
            )
        )
        for one in worker_ids:
            if one not in within and one not in witness.team:
                found.setdefault(one, OUTSIDE)
    return found


def roles_about(
    session: Session, tenant: UUID, witness: Witness, worker_ids: Collection[UUID], first: date, last: date
) -> Mapping[UUID, frozenset[Role]]:
    """In which of its roles the witness may speak of each of these workers, by the same days as `unfit`. One SQL
    command at most."""
    everywhere = {one.role for one in witness.roles if one.enterprise_ids is None}
    found: dict[UUID, set[Role]] = {one: set(everywhere) for one in worker_ids}
    over = {one for each in witness.roles for one in each.enterprise_ids or ()}
    if over:
        rows = session.execute(
            sa.select(Employment.worker_id, Employment.enterprise_id).where(
                Employment.tenant_id == tenant,
                among(session, Employment.worker_id, worker_ids),
                among(session, Employment.enterprise_id, over),
                Employment.started <= last,
                sa.or_(Employment.ended.is_(None), Employment.ended >= first),
            )
        )
        for worker_id, enterprise_id in rows:
            found[worker_id] |= {one.role for one in witness.roles if enterprise_id in (one.enterprise_ids or ())}
    for one in witness.roles:
        for worker_id in one.team & found.keys():
            found[worker_id].add(one.role)
    return {worker_id: frozenset(several) for worker_id, several in found.items()}


def hidden(session: Session, tenant: UUID, witness: Witness, unfit: Mapping[UUID, str], today: date) -> frozenset[UUID]:
    """Of those for whom the witness is `unfit` those of whom it may not even know that they are there: they are told
    as numbers that nobody has. Whoever is of the branch today is known. Two SQL commands at most, none for nobody."""
    outside = [one for one, reason in unfit.items() if reason == OUTSIDE]
    if not outside:
        return frozenset()
    return frozenset(_unfit_today(session, tenant, witness, outside, today) - own_workers(session, tenant, witness))


def _unfit_today(
    session: Session, tenant: UUID, witness: Witness, worker_ids: Collection[UUID], today: date
) -> set[UUID]:
    return set(unfit(session, tenant, witness, worker_ids, today, today, oneself_too=False))


def refuse_unfit(session: Session, tenant: UUID, witness: Witness, worker_id: UUID, first: date, last: date) -> None:
    """As `unfit` for one worker. Raises NotForYou."""
    for reason in unfit(session, tenant, witness, [worker_id], first, last).values():
        raise NotForYou(reason)


def refuse_stranger(session: Session, tenant: UUID, witness: Witness, worker_id: UUID, today: date) -> None:
    """Raises NotForYou unless the witness is this worker, or somebody of a branch that the worker was in this year."""
    if worker_id not in own_workers(session, tenant, witness):
        refuse_unfit(session, tenant, witness, worker_id, date(today.year, 1, 1), today)
