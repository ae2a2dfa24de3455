"""Undoing an import of any table, all by one way, each as the law of the thing allows.

survey   what undoing comes to; nothing changes
undo     does it, once: an act in the record, with who and why

A table says three things in `_WAYS`: which rows stay, and why; how the others go back. What is a Statement is voided,
what is an attestation is withdrawn, what is an entry goes back to what it was before. A row that was changed again
since the import, or that a decision about a title rests on, stays as it is and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, marks
from certification.acts import chain
from certification.dossiers import decided
from certification.evidence import attendance_undoing
from certification.marks import EVERY_YEAR, Cause, mark_titles, mark_uncounted
from certification.models import (
    Attestation,
    Award,
    Certificate,
    ChannelItem,
    Commitment,
    DeclaredHeadcount,
    Dossier,
    FileImport,
    FileImportChange,
    FileImportRow,
    Organization,
    ReportContact,
    TitleReview,
    Worker,
)
from certification.people import file_imports, linking, roster_undoing, row_journal
from certification.people.file_imports import Left, NotUndone
from certification.people.row_journal import Change, plain
from certification.spreadsheets import written
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["ACT", "Left", "NotUndone", "Plan", "Undoing", "survey", "undo"]

ACT = "import.undo"
TITLE_ACT = "title.undo-import"

CHANGED_SINCE = "đã được sửa hoặc nhập lại sau lần nhập này"


@dataclass(frozen=True, slots=True)
class Undoing:
    """Who undoes, why, when; `secret` is the installation's own."""

    by: str
    reason: str
    now: datetime
    secret: bytes

    @property
    def words(self) -> str:
        """The reason, where it is kept with a single thing."""
        return f"Hoàn tác lần nhập: {self.reason}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What undoing comes to: how many rows (of a roster: workers) that were brought in go, how many that were changed
    are what they were, and what stays."""

    removed: int
    put_back: int
    left: Sequence[Left] = field(default_factory=list)


_Whys = Mapping[int, str]
"""Of changes, by their place, those that stay, and why."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How the rows of a table are undone."""

    stays: Callable[[Session, UUID, Sequence[Change]], _Whys]
    take_back: Callable[[Session, UUID, Sequence[Change], Undoing], None]


def survey(session: Session, tenant: UUID, row: FileImport) -> Plan:
    """What undoing the import would come to. Raises NotUndone where it is undone already, or took nothing in."""
    if row.checks or row.state != file_imports.DONE:
        raise NotUndone("Lần nhập này đã được hoàn tác, hoặc chưa nhập gì")
    return _survey(session, tenant, row)[0]


def undo(session: Session, tenant: UUID, row: FileImport, undoing: Undoing) -> Plan:
    """Undoes the import: a number of SQL commands that does not grow with its rows. Whoever comes second waits, and is
    told so. Raises NotUndone where it is undone already, took nothing in, or all of it stays."""
    bulk.import_alone(session, tenant)
    mine = FileImport.tenant_id == tenant, FileImport.id == row.id
    done = session.connection().execute(
        sa.update(FileImport)
        .where(*mine, FileImport.state == file_imports.DONE, FileImport.checks.is_(False))
        .values(state=file_imports.UNDONE, undone=undoing.now)
    )
    if done.rowcount != 1:
        raise NotUndone("Lần nhập này đã được hoàn tác, hoặc chưa nhập gì")
    plan, work = _survey(session, tenant, row)
    if plan.left and not plan.removed and not plan.put_back:
        raise NotUndone(
            "Không hoàn tác được gì: mọi dòng của lần nhập này đã thay đổi hoặc đã có điều khác dựa trên đó"
        )
    work(undoing)
    for told in (FileImportChange, FileImportRow):
        session.execute(sa.delete(told).where(told.tenant_id == tenant, told.import_id == row.id))
    detail = {
        "table": row.kind, "file": row.file_name, "reason": undoing.reason, "removed": plan.removed,
        "put_back": plan.put_back, "left": len(plan.left),
    }  # fmt: skip
    chain.add(session, tenant, by=undoing.by, act=ACT, subject=f"import:{row.id}", now=undoing.now, detail=detail)
    return plan


def _survey(session: Session, tenant: UUID, row: FileImport) -> tuple[Plan, Callable[[Undoing], None]]:
    """What it comes to, and what does it."""
    if row.kind == "roster":
        writes = roster_undoing.worked_out(session, tenant, row.id)
        plan = Plan(len(writes.plan.gone), len(writes.plan.back), writes.plan.left)
        return plan, lambda undoing: roster_undoing.write(
            session, tenant, writes, by=undoing.by, reason=undoing.reason, now=undoing.now
        )
    changes = row_journal.read(session, tenant, row.id)
    if row.kind == "attendance":
        return _of_list(session, tenant, changes)
    way = _WAYS[row.kind]
    stays = way.stays(session, tenant, changes)
    going = [one for place, one in enumerate(changes) if place not in stays]
    people = _people(session, tenant, changes)
    left = []
    for place, why in sorted(stays.items()):
        one = changes[place]
        number, name = people.get(one.worker, ("", "")) if one.worker else ("", "")
        left.append(Left(number, f"{name}: {one.words}" if name else one.words, why))
    new = sum(one.before is None for one in going)
    return Plan(new, len(going) - new, left), lambda undoing: way.take_back(session, tenant, going, undoing)


def _people(session: Session, tenant: UUID, changes: Sequence[Change]) -> Mapping[UUID | None, tuple[str, str]]:
    return _named(session, tenant, {one.worker for one in changes if one.worker is not None})


def _named(session: Session, tenant: UUID, ids: set[UUID]) -> dict[UUID | None, tuple[str, str]]:
    if not ids:
        return {}
    asked = sa.select(Worker.id, Worker.number, Worker.full_name)
    rows = session.execute(asked.where(Worker.tenant_id == tenant, among(session, Worker.id, ids)))
    return {id_: (number, name) for id_, number, name in rows}


# ---------------------------------------------------------------- entries of units


@dataclass(frozen=True, slots=True)
class _Entries:
    """A table whose rows are entries of a unit: they go, or are what they were, unless they are not any more as the
    import left them. `stamps`: the columns that say by whom and when, written anew."""

    model: Any
    keys: tuple[str, ...]
    values: tuple[str, ...]
    stamps: Callable[[Undoing], dict[str, Any]]

    def stays(self, session: Session, tenant: UUID, changes: Sequence[Change]) -> _Whys:
        if not changes:
            return {}
        of = self.model.__table__.c
        units = {UUID(one.key["organization_id"]) for one in changes}
        mine = sa.select(Organization.id).where(Organization.tenant_id == tenant)
        asked = sa.select(*(of[name] for name in (*self.keys, *self.values))).where(
            among(session, of.organization_id, units), of.organization_id.in_(mine)
        )
        many = len(self.keys)
        now = {
            tuple(plain(value) for value in row[:many]): dict(
                zip(self.values, (plain(value) for value in row[many:]), strict=True)
            )
            for row in session.execute(asked)
        }
        return {
            place: CHANGED_SINCE
            for place, one in enumerate(changes)
            if now.get(tuple(one.key[name] for name in self.keys)) != one.after
        }

    def take_back(self, session: Session, tenant: UUID, changes: Sequence[Change], undoing: Undoing) -> None:
        table = self.model.__table__
        gone = [one for one in changes if one.before is None]
        if gone:
            where = [table.c[name] == sa.bindparam(f"of_{name}") for name in self.keys]
            session.execute(
                sa.delete(table).where(*where),
                [{f"of_{name}": self._value(name, one.key[name]) for name in self.keys} for one in gone],
            )
        stamps = self.stamps(undoing)
        if "tenant_id" in table.c:
            stamps["tenant_id"] = tenant
        back = [
            {name: self._value(name, value) for name, value in (one.key | one.before).items()} | stamps
            for one in changes
            if one.before is not None
        ]
        bulk.upsert(session, self.model, back, replacing=(*self.values, *(set(stamps) - {"tenant_id"})))

    def _value(self, name: str, told: Any) -> Any:
        """A value as its column takes it."""
        kind = self.model.__table__.c[name].type
        if isinstance(kind, sa.Uuid):
            return UUID(told)
        return date.fromisoformat(told) if isinstance(kind, sa.Date) and told is not None else told


# ---------------------------------------------------------------- points, titles, accounts


def _points_stay(session: Session, tenant: UUID, changes: Sequence[Change]) -> _Whys:
    workers = {one.worker for one in changes if one.worker}
    asked = sa.select(Attestation.id, Attestation.withdrawn_on).where(
        Attestation.tenant_id == tenant, among(session, Attestation.worker_id, workers)
    )
    now = {str(id_): withdrawn for id_, withdrawn in session.execute(asked)}
    titles = decided.titles(session, tenant, workers)
    found = {}
    for place, one in enumerate(changes):
        withdrawn = now.get(one.key["id"])
        if one.key["id"] not in now:
            found[place] = "không còn được giữ"
        elif withdrawn is not None:
            found[place] = f"đã được rút ngày {written(withdrawn)}"
        elif one.worker is not None and (why := titles.get((one.worker, one.key["year"]))):
            found[place] = why
    return found


def _withdraw_points(session: Session, tenant: UUID, changes: Sequence[Change], undoing: Undoing) -> None:
    if not changes:
        return
    workers = {one.worker for one in changes if one.worker}
    session.execute(
        sa.update(Attestation)
        .where(
            Attestation.tenant_id == tenant,
            among(session, Attestation.worker_id, workers),
            among(session, Attestation.id, {UUID(one.key["id"]) for one in changes}),
        )
        .values(withdrawn_on=vietnam_day(undoing.now), withdrawn_by=undoing.by, withdrawal_reason=undoing.words)
    )
    concerned = {(one.worker, one.key["year"]) for one in changes if one.worker}
    marks.mark_stale(session, tenant, concerned, cause=Cause.ATTESTED, by=undoing.by)


_OF_TITLE = ("decision_number", "decided_on", "body", "source", "withdrawn_on", "withdrawal")


def _titles_stay(session: Session, tenant: UUID, changes: Sequence[Change]) -> _Whys:
    workers = {one.worker for one in changes if one.worker}

    def of(model: Any, *more: Any) -> Mapping[tuple[UUID, str, int], Any]:
        asked = sa.select(model.worker_id, model.programme, model.year, *more).where(
            model.tenant_id == tenant, among(session, model.worker_id, workers)
        )
        return {(row[0], row[1], row[2]): row[3:] for row in session.execute(asked)}

    now = of(Award, *(getattr(Award, name) for name in _OF_TITLE))
    certified, reviewed, applied = of(Certificate), of(TitleReview), of(Dossier)
    found = {}
    for place, one in enumerate(changes):
        if one.worker is None:
            continue
        key = (one.worker, one.key["programme"], one.key["year"])
        stands = now.get(key)
        if stands is None or dict(zip(_OF_TITLE, map(plain, stands), strict=True)) != one.after:
            found[place] = CHANGED_SINCE
        elif one.before is not None and key in reviewed:
            found[place] = "đã có quyết định sau khi xem lại danh hiệu"
        elif one.before is None and key in certified:
            found[place] = "đã cấp giấy công nhận"
        elif one.before is None and (key in reviewed or key in applied):
            found[place] = "đã có hồ sơ danh hiệu"
    return found


def _take_titles_back(session: Session, tenant: UUID, changes: Sequence[Change], undoing: Undoing) -> None:
    """Decisions that were entered by mistake leave the register, and withdrawals end; the acts tell both."""
    if not changes:
        return
    table: Any = Award.__table__
    of_row = [table.c.tenant_id == tenant, *(table.c[name] == sa.bindparam(f"of_{name}") for name in
              ("worker_id", "programme", "year"))]  # fmt: skip
    new = [one for one in changes if one.before is None]
    ended = [one for one in changes if one.before is not None]

    def named(some: Sequence[Change]) -> list[dict[str, Any]]:
        return [
            {"of_worker_id": one.worker, "of_programme": one.key["programme"], "of_year": one.key["year"]}
            for one in some
        ]

    if new:
        session.execute(sa.delete(table).where(*of_row), named(new))
    if ended:
        session.execute(sa.update(table).where(*of_row).values(withdrawn_on=None, withdrawal=None), named(ended))
    mark_uncounted(session, tenant, {(one.worker, EVERY_YEAR) for one in changes if one.worker})
    mark_titles(session, tenant, {(one.worker, one.key["year"]): Cause.ASKED for one in ended if one.worker})
    about = [
        (f"title:{one.key['programme']}/{one.key['year']}", one.worker, {"was": one.after, "reason": undoing.reason})
        for one in changes
    ]
    chain.add_many(session, tenant, about, by=undoing.by, act=TITLE_ACT, now=undoing.now)


def _links_stay(session: Session, tenant: UUID, changes: Sequence[Change]) -> _Whys:
    now = {one.ifi: one for one in linking.links(session, tenant, {one.key["ifi"] for one in changes})}
    found = {}
    for place, one in enumerate(changes):
        link = now.get(one.key["ifi"])
        if link is None:
            found[place] = "đã được gỡ sau lần nhập này"
        elif link.person.id != one.worker:
            found[place] = "đã gắn với hồ sơ khác sau lần nhập này"
        elif {"linked_by": link.linked_by, "basis": link.basis} != one.after:
            found[place] = "đã có người khác xác nhận sau lần nhập này"
    return found


def _unlink(session: Session, tenant: UUID, changes: Sequence[Change], undoing: Undoing) -> None:
    ifis = [one.key["ifi"] for one in changes]
    linking.unlink_all(session, tenant, ifis, by=undoing.by, now=undoing.now, basis=undoing.words)


def _of_entries(model: Any, keys: str, values: str, stamps: Callable[[Undoing], dict[str, Any]]) -> _Way:
    one = _Entries(model, tuple(keys.split()), tuple(values.split()), stamps)
    return _Way(one.stays, one.take_back)


_WAYS: Mapping[str, _Way] = {
    "headcounts": _of_entries(
        DeclaredHeadcount, "organization_id day", "total women union_members source declared_by",
        lambda undoing: {"recorded": undoing.now},
    ),
    "commitments": _of_entries(
        Commitment, "organization_id kind year", "source", lambda undoing: {"recorded": undoing.now}
    ),
    "report-contacts": _of_entries(
        ReportContact, "organization_id", "name phone email",
        lambda undoing: {"said": undoing.now, "said_by": undoing.by},
    ),
    "channel-items": _of_entries(
        ChannelItem, "organization_id id channel day title", "items source",
        lambda undoing: {"recorded": undoing.now, "recorded_by": undoing.by},
    ),
    "attestations": _Way(_points_stay, _withdraw_points),
    "titles": _Way(_titles_stay, _take_titles_back),
    "links": _Way(_links_stay, _unlink),
}  # fmt: skip


# ---------------------------------------------------------------- lists of attendance


def _of_list(session: Session, tenant: UUID, changes: Sequence[Change]) -> tuple[Plan, Callable[[Undoing], None]]:
    """A list as one: its Statements are voided, and those that the correction voided are said again."""
    if not changes:
        return Plan(0, 0), lambda undoing: None
    key = changes[0].key
    at = UUID(key["list"]), key["version"]
    found = attendance_undoing.survey(session, tenant, *at)
    people = _named(session, tenant, {worker for worker, _ in found.left})
    left = sorted(Left(*people.get(worker, ("", "")), why) for worker, why in found.left)
    if not left and not found.gone and not found.back:
        left = [Left("", f"danh sách {changes[0].words}", attendance_undoing.CHANGED_SINCE)]

    def take_back(undoing: Undoing) -> None:
        told: Any = {"by": undoing.by, "reason": undoing.words, "secret": undoing.secret, "now": undoing.now}
        attendance_undoing.take_back(session, tenant, *at, key["organizer"], **told)

    return Plan(len(found.gone), len(found.back), left), take_back
