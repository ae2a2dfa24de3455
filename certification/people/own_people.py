"""An enterprise's own people: those whom it employs or employed, and what it may say of them in a roster.

A worker's number is one for all enterprises. A roster that an enterprise brings in itself is about its own people and
new ones: another enterprise's worker stays hidden and unchanged. Of somebody who left it and works elsewhere today it
may correct the employment with itself, and nothing about the person.

Who is a member or a cadre of the union is the union's to say: of somebody who is known already an enterprise's roster
may repeat it, and changes it only where the operator's settings let enterprises.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import Employment
from certification.people import identity_words, linking, union_roles, workers
from certification.people.roster_file import ACCOUNTS, CADRE, MEMBER, NAME, NUMBER, Entry, Roster
from certification.people.workers import Known, Person
from lrs.db import Session, among, beside

__all__ = ["check", "known"]

CHUNK = 2_500


def known(session: Session, tenant: UUID, enterprises: Collection[UUID]) -> Known:
    """Which of some workers these enterprises employ or employed, in one SQL command each time."""

    def ask(worker_ids: Collection[UUID]) -> set[UUID]:
        return _employed(session, tenant, worker_ids, among(session, Employment.enterprise_id, enterprises))

    return ask


def check(
    session: Session,
    tenant: UUID,
    roster: Roster,
    enterprises: Mapping[str, UUID],
    today: date,
    *,
    union_roles_too: bool,
) -> None:
    """Notes a fault on every row about somebody whom these enterprises (ids by code) never employed, on those that say
    what is not theirs to say of somebody who works elsewhere today, and unless `union_roles_too` on those that say
    otherwise of a known worker's membership or cadre role than is known. Some SQL commands for each `CHUNK` of people.
    """
    here = among(session, Employment.enterprise_id, enterprises.values())
    now = sa.and_(Employment.started <= today, sa.or_(Employment.ended.is_(None), Employment.ended >= today))
    places: dict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(roster.entries):
        places[entry.number].append(place)
    numbers = sorted(places)
    for start in range(0, len(numbers), CHUNK):
        people = workers.known_workers(session, tenant, numbers[start : start + CHUNK])
        own = _employed(session, tenant, {person.id for person in people.values()}, here)
        elsewhere = _employed(session, tenant, own, now) - _employed(session, tenant, own, sa.and_(now, here))
        left = [
            (place, person) for number, person in people.items() if person.id in elsewhere for place in places[number]
        ]
        told = {ifi for place, _ in left for ifi in roster.entries[place].accounts}
        owners = {ifi: owner.id for ifi, owner in linking.owners(session, tenant, told).items()}
        for number, person in people.items():
            for place in places[number] if person.id not in own else ():
                roster.sheet.fault(roster.entries[place].row, NUMBER, identity_words.unusable(number))
        if not union_roles_too:
            stored = union_roles.stored(session, tenant, own)
            for number, person in people.items():
                for place in places[number] if person.id in own else ():
                    _check_roles(roster, place, person.id, enterprises, stored, today)
        for place, person in left:
            entry = roster.entries[place]
            _check_leaver(roster, entry, person, owners)
            roster.entries[place] = replace(
                entry, gender=person.gender, audience=None, audience_year=None, national=None
            )


_UNIONS = (
    "việc “{}” có phải {} hay không do công đoàn xác nhận, tệp của doanh nghiệp chỉ ghi được cho người mới; để trống ô "
    "này hoặc ghi đúng như đã có ({}), và báo công đoàn cơ sở hoặc nơi vận hành hệ thống để sửa"
)


def _check_roles(
    roster: Roster,
    place: int,
    worker: UUID,
    enterprises: Mapping[str, UUID],
    stored: Mapping[tuple[UUID, UUID, str], union_roles.Periods],
    today: date,
) -> None:
    """Of a worker who is known, membership and cadre role stay as the union has said, whatever this row says."""
    entry = roster.entries[place]
    enterprise = enterprises.get(entry.enterprise)
    told = (
        (union_roles.MEMBER, entry.member, MEMBER, "đoàn viên"),
        (union_roles.CADRE, entry.cadre, CADRE, "cán bộ công đoàn"),
    )
    for role, said, column, name in told:
        if said is None or said.left_empty or enterprise is None:
            continue
        known = stored.get((worker, enterprise, role), {})
        span: dict[str, Any] = {"started": entry.started, "ended": entry.ended, "is_new": False, "today": today}
        left_as_is = union_roles.laid_over(known, None, **span)
        if union_roles.laid_over(known, said, **span) != left_as_is:
            holds = any(day <= today and (end is None or end >= today) for day, end in left_as_is.items())
            roster.sheet.fault(entry.row, column, _UNIONS.format(entry.number, name, "có" if holds else "không"))
    roster.entries[place] = replace(entry, member=None, cadre=None)


def _check_leaver(roster: Roster, entry: Entry, person: Person, owners: Mapping[str, UUID]) -> None:
    """Who works elsewhere today is called, and learns, as is known there."""
    if entry.full_name != person.full_name:
        message = f"“{entry.number}” nay làm việc ở nơi khác, họ tên khác với tên đã ghi; giữ nguyên họ tên cũ"
        roster.sheet.fault(entry.row, NAME, message)
    if any(owners.get(ifi) != person.id for ifi in entry.accounts):
        message = f"“{entry.number}” nay làm việc ở nơi khác; tài khoản mới do nơi đó hoặc công đoàn ghi, xoá ở đây"
        roster.sheet.fault(entry.row, ACCOUNTS, message)


def _employed(session: Session, tenant: UUID, worker_ids: Collection[UUID], when: sa.ColumnElement[bool]) -> set[UUID]:
    mine = beside(Employment.tenant_id) == tenant, among(session, Employment.worker_id, worker_ids)
    return set(session.scalars(sa.select(Employment.worker_id).where(*mine, when).distinct()))
