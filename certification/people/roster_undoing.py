"""Undoing an import of a roster: what it changed goes back to what was, where it is still as the import left it.

A worker whom the import brought in goes, unless something else rests on the record since; a record that goes stays,
empty, under a number that tells nothing, so that counts of past days stay whole. What was changed again since the
import, or rests on what it brought, stays as it is and is named. Everybody concerned is judged again. It is
`certification.import_undoing` that undoes, this table as all others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, marks
from certification.marks import EVERY_YEAR, Cause, mark_uncounted
from certification.models import (
    Audience,
    Base,
    Employment,
    NationalNumber,
    UnionRole,
    Worker,
    WorkerIdentifier,
)  # fmt: skip
from certification.people import linking, names, roster_journal
from certification.people.file_imports import Left
from certification.people.linking import STATED
from certification.people.roster_journal import Told
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["Plan", "Writes", "worked_out", "write"]

GONE_NAME = "(đã hoàn tác)"
_PREFIX = "hoan-tac/"

_TOLD = {
    "certification_employment", "certification_union_role", "certification_audience", "certification_national_number",
    "certification_worker_identifier",
}  # fmt: skip
"""Tables of which the journal tells."""

_FOLLOWS = {
    "certification_file_import_change", "certification_file_import_row", "certification_stale",
    "certification_uncounted", "certification_standing", "certification_assessment", "certification_look",
    "certification_fact", "certification_identity_event", "certification_repeat", "certification_occasion",
}  # fmt: skip
"""Tables whose rows follow from others, or are no ground for keeping somebody."""

_RESTS: Mapping[str, str] = {
    "certification_team_member": "đã vào một tổ",
    "certification_attestation": "đã có điểm xác nhận",
    "certification_self_score": "đã tự chấm điểm",
    "certification_presence": "đã được ghi có mặt ở một buổi học",
    "certification_attendance_row": "đã có trong một danh sách tham dự",
    "certification_declaration": "đã khai báo việc học",
    "certification_dossier": "đã có hồ sơ danh hiệu",
    "certification_award": "đã được công nhận danh hiệu",
    "certification_account": "đã có tài khoản đăng nhập",
}
"""What rests on a record, in words; of another table, that something does."""


@dataclass(slots=True)
class Plan:
    """What undoing comes to: workers who go, workers of whom something goes back, and what stays."""

    gone: list[UUID] = field(default_factory=list)
    back: list[UUID] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


@dataclass(slots=True)
class _Now:
    """How those concerned stand now, in the terms of the journal."""

    people: dict[UUID, Any]
    rests: dict[UUID, str]
    jobs: dict[UUID, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(dict))
    roles: dict[UUID, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(dict))
    audiences: dict[UUID, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(dict))
    numbers: dict[UUID, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(dict))
    links: dict[UUID, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(slots=True)
class Writes:
    """All that undoing writes, and what it comes to."""

    plan: Plan = field(default_factory=Plan)
    named: list[dict[str, Any]] = field(default_factory=list)
    jobs_off: list[dict[str, Any]] = field(default_factory=list)
    jobs_on: list[dict[str, Any]] = field(default_factory=list)
    roles_off: list[dict[str, Any]] = field(default_factory=list)
    roles_on: list[dict[str, Any]] = field(default_factory=list)
    audiences_off: list[dict[str, Any]] = field(default_factory=list)
    audiences_on: list[dict[str, Any]] = field(default_factory=list)
    numbers_off: list[dict[str, Any]] = field(default_factory=list)
    links_off: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- working it out


def worked_out(session: Session, tenant: UUID, import_id: UUID) -> Writes:
    """What undoing the import comes to, and all that is to be written for it."""
    told = roster_journal.read(session, tenant, import_id)
    now = _as_it_is(session, tenant, [*told])
    writes = Writes()
    for worker, one in told.items():
        person = now.people.get(worker)
        if person is None or person.erased is not None:
            continue
        if person.merged_into is not None:
            writes.plan.left.append(Left(person.number, person.full_name, "đã được gộp với hồ sơ khác"))
        elif one.is_new:
            _take_out(tenant, worker, one, now, writes)
        else:
            _put_back(tenant, worker, one, now, writes)
    writes.plan.left.sort(key=lambda left: left.number)
    return writes


def _after(changes: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    return {key: after for key, (_before, after) in changes.items() if after is not None}


def _take_out(tenant: UUID, worker: UUID, told: Told, now: _Now, writes: Writes) -> None:
    """A worker whom the import brought in."""
    person = now.people[worker]
    same = (
        [person.full_name, person.gender] == told.person[1]
        and now.jobs[worker] == _after(told.jobs)
        and now.roles[worker] == _after(told.roles)
        and now.audiences[worker] == _after(told.audiences)
        and now.numbers[worker] == _after(told.numbers)
        and now.links[worker] == dict.fromkeys(told.links, STATED)
    )
    why = now.rests.get(worker) or ("" if same else "đã được sửa sau lần nhập này")
    if why:
        writes.plan.left.append(Left(person.number, person.full_name, f"người mới, {why}; giữ nguyên cả hồ sơ"))
        return
    writes.plan.gone.append(worker)
    writes.jobs_off += [_job(worker, key) for key in now.jobs[worker]]
    writes.roles_off += [_role(worker, key) for key in now.roles[worker]]
    writes.audiences_off += [{"of_worker": worker, "of_year": int(year)} for year in now.audiences[worker]]
    writes.numbers_off += [{"of_worker": worker, "of_kind": kind} for kind in now.numbers[worker]]
    writes.links_off += told.links
    writes.named.append(
        {"of_id": worker, "number": f"{_PREFIX}{worker.hex[-12:]}", "full_name": GONE_NAME, "gender": None,
         "gone": True, **names.columns(GONE_NAME)}
    )  # fmt: skip


def _put_back(tenant: UUID, worker: UUID, told: Told, now: _Now, writes: Writes) -> None:
    """A worker who was known before the import."""
    person = now.people[worker]
    why: list[str] = []
    touched = False
    if told.person:
        if [person.full_name, person.gender] == told.person[1]:
            name, gender = told.person[0] or ["", None]
            writes.named.append(
                {"of_id": worker, "number": person.number, "full_name": name, "gender": gender, "gone": False,
                 **names.columns(name)}
            )  # fmt: skip
            touched = True
        else:
            why.append("họ tên hoặc giới tính đã sửa lại sau đó")
    if told.jobs:
        off, on = _reversed(told.jobs, now.jobs[worker])
        if off is not None and _apart(now.jobs[worker], told.jobs):
            writes.jobs_off += [_job(worker, key) for key in off]
            writes.jobs_on += [_job_row(tenant, worker, key, value) for key, value in on.items()]
            touched = True
        else:
            why.append("nơi làm việc đã sửa lại sau đó")
    if told.roles:
        off, on = _reversed(told.roles, now.roles[worker])
        if off is not None:
            writes.roles_off += [_role(worker, key) for key in off]
            writes.roles_on += [_role_row(tenant, worker, key, value) for key, value in on.items()]
            touched = True
        else:
            why.append("đoàn viên, cán bộ công đoàn đã sửa lại sau đó")
    if told.audiences:
        off, on = _reversed(told.audiences, now.audiences[worker])
        if off is not None:
            writes.audiences_off += [{"of_worker": worker, "of_year": int(year)} for year in off]
            writes.audiences_on += [
                {"worker_id": worker, "year": int(year), "tenant_id": tenant, "audience": value[0]}
                for year, value in on.items()
            ]
            touched = True
        else:
            why.append("nhóm đối tượng đã sửa lại sau đó")
    for kind, (before, after) in told.numbers.items():
        if before is None and now.numbers[worker].get(kind) == after:
            writes.numbers_off.append({"of_worker": worker, "of_kind": kind})
            touched = True
        else:
            why.append("số định danh cũ không còn được giữ, hoặc đã đổi sau đó")
    for ifi in told.links:
        if now.links[worker].get(ifi) == STATED:
            writes.links_off.append(ifi)
            touched = True
        else:
            why.append("tài khoản học tập đã có người xác nhận hoặc gỡ sau đó")
    if touched:
        writes.plan.back.append(worker)
    if why:
        writes.plan.left.append(Left(person.number, person.full_name, "; ".join(dict.fromkeys(why))))


def _reversed(
    told: Mapping[str, Sequence[Any]], now: Mapping[str, list[Any]]
) -> tuple[list[str] | None, dict[str, list[Any]]]:
    """Keys that go and values that come back; None where anything is not as the import left it."""
    if any(now.get(key) != after for key, (_before, after) in told.items()):
        return None, {}
    off = [key for key, (_before, after) in told.items() if after is not None]
    return off, {key: before for key, (before, _after) in told.items() if before is not None}


def _apart(now: Mapping[str, list[Any]], told: Mapping[str, Sequence[Any]]) -> bool:
    """Whether no two employments in one enterprise would overlap once the old ones are back."""
    after = {key: value for key, value in now.items() if key not in told}
    after |= {key: before for key, (before, _after) in told.items() if before is not None}
    by_place: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, value in after.items():
        enterprise, day = key.split("|")
        by_place[enterprise].append((day, value[0] or "9999-12-31"))
    return all(
        first[1] < second[0]
        for periods in by_place.values()
        for first, second in zip(sorted(periods), sorted(periods)[1:], strict=False)
    )


# ---------------------------------------------------------------- how it stands now


def _as_it_is(session: Session, tenant: UUID, workers: Sequence[UUID]) -> _Now:
    """A fixed number of SQL commands."""

    def rows(table: Any, *columns: Any) -> Any:
        asked = sa.select(table.worker_id, *columns).where(
            table.tenant_id == tenant, among(session, table.worker_id, workers)
        )
        return session.execute(asked)

    people = {
        row.id: row
        for row in session.execute(
            sa.select(
                Worker.id, Worker.number, Worker.full_name, Worker.gender, Worker.merged_into, Worker.erased
            ).where(Worker.tenant_id == tenant, among(session, Worker.id, workers))
        )
    }
    now = _Now(people, rests=_resting(session, tenant, workers))
    for worker, enterprise, day, ended, position in rows(
        Employment, Employment.enterprise_id, Employment.started, Employment.ended, Employment.position
    ):
        now.jobs[worker][f"{enterprise}|{day}"] = [ended and str(ended), position]
    for worker, enterprise, role, day, ended in rows(
        UnionRole, UnionRole.enterprise_id, UnionRole.role, UnionRole.started, UnionRole.ended
    ):
        now.roles[worker][f"{enterprise}|{role}|{day}"] = [ended and str(ended)]
    for worker, year, audience in rows(Audience, Audience.year, Audience.audience):
        now.audiences[worker][str(year)] = [audience]
    for worker, kind, digest in rows(NationalNumber, NationalNumber.kind, NationalNumber.digest):
        now.numbers[worker][kind] = [digest]
    for worker, ifi, sureness in rows(WorkerIdentifier, WorkerIdentifier.ifi, WorkerIdentifier.sureness):
        now.links[worker][ifi] = sureness
    return now


def _resting(session: Session, tenant: UUID, workers: Sequence[UUID]) -> dict[UUID, str]:
    """What rests on each of these records, in words; one SQL command a table."""
    found: dict[UUID, str] = {}
    for table in Base.metadata.sorted_tables:
        if "worker_id" not in table.c or table.name in _TOLD | _FOLLOWS:
            continue
        asked = sa.select(table.c.worker_id).where(
            table.c.tenant_id == tenant, among(session, table.c.worker_id, workers)
        )
        for worker in session.scalars(asked.distinct()):
            found.setdefault(worker, _RESTS.get(table.name, "đã có việc khác dựa trên hồ sơ này"))
    return found


# ---------------------------------------------------------------- writing


def _job(worker: UUID, key: str) -> dict[str, Any]:
    enterprise, day = key.split("|")
    return {"of_worker": worker, "of_enterprise": UUID(enterprise), "of_day": date.fromisoformat(day)}


def _job_row(tenant: UUID, worker: UUID, key: str, value: list[Any]) -> dict[str, Any]:
    enterprise, day = key.split("|")
    ended, position = value
    return {
        "worker_id": worker, "tenant_id": tenant, "enterprise_id": UUID(enterprise),
        "started": date.fromisoformat(day), "ended": ended and date.fromisoformat(ended), "position": position,
    }  # fmt: skip


def _role(worker: UUID, key: str) -> dict[str, Any]:
    enterprise, role, day = key.split("|")
    of_key = {"of_worker": worker, "of_enterprise": UUID(enterprise), "of_role": role}
    return {**of_key, "of_day": date.fromisoformat(day)}


def _role_row(tenant: UUID, worker: UUID, key: str, value: list[Any]) -> dict[str, Any]:
    enterprise, role, day = key.split("|")
    return {
        "worker_id": worker, "tenant_id": tenant, "enterprise_id": UUID(enterprise), "role": role,
        "started": date.fromisoformat(day), "ended": value[0] and date.fromisoformat(value[0]),
    }  # fmt: skip


def _delete(session: Session, model: Any, names_of: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
    if rows:
        table = model.__table__
        where = [table.c[column] == sa.bindparam(name) for name, column in names_of.items()]
        session.execute(
            sa.delete(table).where(*where), sorted(rows, key=lambda row: [str(one) for one in row.values()])
        )


def write(session: Session, tenant: UUID, writes: Writes, *, by: str, reason: str, now: datetime) -> None:
    """Undoes it: a number of SQL commands that does not grow with the workers."""
    person = {"of_worker": "worker_id"}
    at = {**person, "of_enterprise": "enterprise_id", "of_day": "started"}
    _delete(session, Employment, at, writes.jobs_off)
    _delete(session, UnionRole, {**at, "of_role": "role"}, writes.roles_off)
    _delete(session, Audience, {**person, "of_year": "year"}, writes.audiences_off)
    _delete(session, NationalNumber, {**person, "of_kind": "kind"}, writes.numbers_off)
    bulk.insert(session, Employment, writes.jobs_on)
    bulk.insert(session, UnionRole, writes.roles_on)
    bulk.insert(session, Audience, writes.audiences_on)
    linking.unlink_all(session, tenant, writes.links_off, by=by, now=now, basis=f"hoàn tác lần nhập: {reason}")
    people: Any = Worker.__table__
    if named := sorted(writes.named, key=lambda row: row["of_id"]):
        columns: dict[str, Any] = {
            name: sa.bindparam(f"to_{name}") for name in named[0] if name not in ("of_id", "gone")
        }
        gone = sa.case((sa.bindparam("to_gone", type_=sa.Boolean()), now), else_=None)
        session.execute(
            sa.update(people).where(people.c.id == sa.bindparam("of_id")).values(**columns, erased=gone),
            [{name if name == "of_id" else f"to_{name}": value for name, value in row.items()} for row in named],
        )
    concerned = [*writes.plan.gone, *writes.plan.back]
    year = vietnam_day(now).year
    marks.mark_stale(session, tenant, [(worker, year) for worker in concerned], cause=Cause.EMPLOYMENT, by=by)
    mark_uncounted(session, tenant, [(worker, EVERY_YEAR) for worker in concerned])
