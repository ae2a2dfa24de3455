"""Two records of one person become one, and are parted again.

    merge   all that is of one worker becomes another's; the number stays and finds that other from then on
    split   some of what is of a worker becomes somebody else's
    undo    takes back a link, an unlinking, a merger or a split

What moves: every row with a `worker_id`, whatever table (`certification.models` says which stay: results are the word
on one record, and the history is the history). Where both workers have what there can be only one of, one row stays in
force and the other goes into the history whole, so that nothing is lost:

- a title of the same year: the decision in force before one withdrawn, then the earlier one; the person counts once;
- an employment in the same enterprise from the same day: the one that lasts longer;
- facts of one Statement (a Group of which both were members): it is one person's participation, once;
- anything else: the survivor's.

Attestations of both stand side by side: the later of an indicator counts, as ever. Employments that overlap are kept as
told; a headcount is of distinct persons. Both are judged again for every year of which anything is known.

Taking a merger back gives each what was his, exactly: what was moved is known by key, what was removed was kept. What
came since stays with the survivor, but for the Statements of Actors that go back, which follow them. Mergers and splits
that concern the same worker are taken back in the reverse order, or not at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.evidence import facts, feed
from certification.judgement import judging
from certification.judgement.causes import Cause
from certification.models import (
    Assessment,
    Attestation,
    Award,
    Base,
    Employment,
    Fact,
    NationalNumber,
    Organization,
    Repeat,
    UnionRole,
    Worker,
    WorkerIdentifier,
)
from certification.people import identifiers, identity_events, identity_words, workers
from certification.people.identity_events import MERGE, SPLIT, UNDO, Event, New
from certification.people.workers import Person, Record, UnknownWorker
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import written
from certification.targets.marks import EVERY_YEAR, mark_uncounted
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, UtcDateTime, new_id

__all__ = ["MergeRefused", "Merged", "SplitFaults", "different", "merge", "moving", "not_the_worker", "split", "undo"]

_WORKER = Base.metadata.tables[Worker.__tablename__]
_FACT = Base.metadata.tables[Fact.__tablename__]

Row = dict[str, Any]


class MergeRefused(CertificationError):
    """What was asked cannot be done with these workers as they are now; nothing was changed."""


class SplitFaults(MergeRefused):
    """A split that names what is not the worker's. `faults` are all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Merged:
    """What was done: the event in the history, who holds all now, the other record, and what a person should look at
    (Vietnamese)."""

    event: UUID
    worker: Person
    other: Person
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Changes:
    """What became of the rows of one table: keys moved (the primary key without the worker), rows removed whole."""

    moved: list[list[Any]] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)


# ---------------------------------------------------------------- merging


def merge(session: Session, tenant: UUID, into: str, other: str, *, by: str, basis: str, now: datetime) -> Merged:
    """Makes all that is of the worker `other` (numbers) that of the worker `into`, because they are one person.

    `by` says so, `basis` why. Raises UnknownWorker, or MergeRefused where one of them is merged already or both are the
    same. Two officers at once: the second finds what the first did.
    """
    bulk.import_alone(session, tenant)
    kept, gone = _both(session, tenant, into, other)
    _lock(session, kept.id, gone.id)
    facts.unsettle(session, tenant, (kept.id, gone.id))
    years = _years(session, tenant, (kept.id, gone.id), now)
    notes = [] if kept.full_name == gone.full_name else [identity_words.names_differ(kept.full_name, gone.full_name)]
    notes += _both_attested(session, tenant, kept.id, gone.id)
    changes = _move_all(session, tenant, gone.id, kept.id, notes)
    facts.settle(session, tenant, (kept.id,))
    notes += _overlapping(session, tenant, kept.id, changes)
    _set_merged(session, gone.id, kept.id)
    said = New(MERGE, kept.id, by, basis, other_id=gone.id, changes=_written(changes))
    [event] = identity_events.record(session, tenant, [said], now=now)
    _mark(session, tenant, (kept.id, gone.id), years, by)
    return Merged(event, kept, gone, tuple(dict.fromkeys(notes)))


def different(session: Session, tenant: UUID, one: str, other: str, *, by: str, basis: str, now: datetime) -> UUID:
    """Keeps that two workers are two people, though they seem to be one: they are not suggested again.

    Raises as `merge`. Gives the event.
    """
    bulk.import_alone(session, tenant)
    first, second = sorted(_both(session, tenant, one, other), key=lambda person: person.id)
    said = New(identity_events.DIFFERENT, first.id, by, basis, other_id=second.id)
    return identity_events.record(session, tenant, [said], now=now)[0]


def not_the_worker(
    session: Session, tenant: UUID, ifi: str, number: str, *, by: str, basis: str, now: datetime
) -> UUID:
    """Keeps that an Actor (any form `identifiers.read` takes) is not a worker, though it seems so. Raises NoIdentifier
    or UnknownWorker. Gives the event."""
    canonical = identifiers.read(ifi)
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    said = New(identity_events.DIFFERENT, person.id, by, basis, ifi=canonical)
    return identity_events.record(session, tenant, [said], now=now)[0]


def _both(session: Session, tenant: UUID, *numbers: str) -> tuple[Person, Person]:
    """Two workers who stand for themselves."""
    found = workers.records(session, tenant, numbers)
    for number in numbers:
        if number not in found:
            raise UnknownWorker(number)
        if found[number].merged_into is not None:
            heir = workers.find(session, tenant, number)
            raise MergeRefused(identity_words.already_merged(number, heir.number))
    first, second = (found[number].person for number in numbers)
    if first.id == second.id:
        raise MergeRefused(identity_words.itself(first.number))
    return first, second


def _lock(session: Session, *worker_ids: UUID) -> None:
    """Nobody keeps a result of theirs until this transaction ends; in order of id, as judging locks workers."""
    for worker_id in sorted(worker_ids):
        session.execute(sa.select(Worker.id).where(Worker.id == worker_id).with_for_update(key_share=True))


def _set_merged(session: Session, worker_id: UUID, into: UUID | None) -> None:
    session.execute(sa.update(_WORKER).where(_WORKER.c.id == worker_id).values(merged_into=into))


def _years(session: Session, tenant: UUID, worker_ids: Collection[UUID], now: datetime) -> set[int]:
    """Every year of which anything is known of these workers, and this one."""
    known = [
        sa.select(table.year).where(table.tenant_id == tenant, table.worker_id.in_(worker_ids))
        for table in (Fact, Attestation, Award, Assessment)
    ]
    return {*session.scalars(sa.union(*known)), vietnam_day(now).year}


def _mark(session: Session, tenant: UUID, worker_ids: Iterable[UUID], years: Collection[int], by: str) -> None:
    ids = list(worker_ids)
    concerned = [(one, year) for one in ids for year in years]
    judging.mark_stale(session, tenant, concerned, cause=Cause.PERSON, by=by)
    mark_uncounted(session, tenant, [(one, EVERY_YEAR) for one in ids])


# ---------------------------------------------------------------- rows of any table


def moving() -> list[sa.Table]:
    """The tables whose rows are of a worker and become another's."""
    tables = Base.metadata.sorted_tables
    return [table for table in tables if "worker_id" in table.c and table.info.get("merging") != "stays"]


def _key(table: sa.Table) -> list[str]:
    return [column.name for column in table.primary_key.columns if column.name != "worker_id"]


def _only_one(table: sa.Table) -> list[list[str]]:
    """What a worker can have only once: the columns beside `worker_id` of each unique key that contains it."""
    unique: list[Iterable[sa.Column[Any]]] = [table.primary_key.columns]
    unique += [one.columns for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
    unique += [one.columns for one in table.indexes if one.unique]
    named = [[column.name for column in columns] for columns in unique]
    return [[name for name in names if name != "worker_id"] for names in named if "worker_id" in names]


def _move_all(session: Session, tenant: UUID, source: UUID, target: UUID, notes: list[str]) -> dict[str, _Changes]:
    """Makes every row of one worker that of another, three SQL commands a table."""
    done = {}
    for table in moving():
        query = sa.select(table).where(table.c.tenant_id == tenant, table.c.worker_id.in_((source, target)))
        rows = [dict(row) for row in session.execute(query).mappings()]
        mine = [row for row in rows if row["worker_id"] == target]
        theirs = [row for row in rows if row["worker_id"] == source]
        if not theirs:
            continue
        removed = _removed(table, mine, theirs, notes)
        _delete(session, table, removed)
        moved = [row for row in theirs if row not in removed]
        if moved:
            of_source = table.c.tenant_id == tenant, table.c.worker_id == source
            session.execute(sa.update(table).where(*of_source).values(worker_id=target))
        done[table.name] = _Changes([[row[name] for name in _key(table)] for row in moved], removed)
    return done


def _removed(table: sa.Table, mine: Sequence[Row], theirs: Sequence[Row], notes: list[str]) -> list[Row]:
    """The rows that cannot stand beside one of the other worker's, those that are kept aside."""
    rule = _RULES.get(table.name)
    removed: list[Row] = []
    for names in _only_one(table):
        known = {tuple(row[name] for name in names): row for row in mine}
        for row in theirs:
            twin = known.get(tuple(row[name] for name in names))
            if twin is None or row in removed or twin in removed:
                continue
            goes = rule(twin, row, notes) if rule else row
            removed.append(goes)
    return removed


def _weaker_title(mine: Row, theirs: Row, notes: list[str]) -> Row:
    def rank(row: Row) -> tuple[bool, date, bool]:
        return (row["withdrawn_on"] is not None, row["decided_on"], row is theirs)

    kept, goes = sorted((mine, theirs), key=rank)
    notes.append(identity_words.both_titles(kept["year"], kept["decision_number"], goes["decision_number"]))
    return goes


def _other_national_number(mine: Row, theirs: Row, notes: list[str]) -> Row:
    if mine["digest"] != theirs["digest"]:
        notes.append(identity_words.national_numbers_differ(mine["ending"], theirs["ending"]))
    return theirs


def _shorter(mine: Row, theirs: Row, notes: list[str]) -> Row:
    del notes  # `_overlapping` tells of it, by the enterprise's code
    return mine if (mine["ended"] or date.max) < (theirs["ended"] or date.max) else theirs


_RULES: Mapping[str, Callable[[Row, Row, list[str]], Row]] = {
    Award.__tablename__: _weaker_title,
    Employment.__tablename__: _shorter,
    NationalNumber.__tablename__: _other_national_number,
    UnionRole.__tablename__: _shorter,
}
"""Which of two rows goes that cannot stand side by side. Anywhere else, the survivor's stays."""


def _delete(session: Session, table: sa.Table, rows: Sequence[Row]) -> None:
    if rows:
        names = [column.name for column in table.primary_key.columns]
        is_row = [table.c[name] == sa.bindparam(f"of_{name}") for name in names]
        session.execute(sa.delete(table).where(*is_row), [{f"of_{name}": row[name] for name in names} for row in rows])


# ---------------------------------------------------------------- what a person should look at


def _both_attested(session: Session, tenant: UUID, *worker_ids: UUID) -> list[str]:
    rows = session.execute(
        sa.select(Attestation.indicator, Attestation.year)
        .where(Attestation.tenant_id == tenant, Attestation.worker_id.in_(worker_ids))
        .group_by(Attestation.indicator, Attestation.year)
        .having(sa.func.count(Attestation.worker_id.distinct()) > 1)
        .order_by(Attestation.year, Attestation.indicator)
    )
    return [identity_words.both_attested(*row) for row in rows]


def _overlapping(session: Session, tenant: UUID, worker_id: UUID, changes: Mapping[str, _Changes]) -> list[str]:
    """Where what was moved or removed overlaps what was there, in one enterprise."""
    of_employment = changes.get(Employment.__tablename__)
    if of_employment is None:
        return []
    rows = session.execute(
        sa.select(Employment.enterprise_id, Employment.started, Employment.ended, Organization.code)
        .join(Organization, Organization.id == Employment.enterprise_id)
        .where(Employment.tenant_id == tenant, Employment.worker_id == worker_id)
        .order_by(Employment.started)
    ).all()
    codes = {row.enterprise_id: row.code for row in rows}
    notes = [
        identity_words.twice_employed(codes[one["enterprise_id"]], one["started"]) for one in of_employment.removed
    ]
    moved = {tuple(key) for key in of_employment.moved}
    for row in rows:
        for other in rows:
            if (
                (row.enterprise_id, row.started) in moved
                and (other.enterprise_id, other.started) not in moved
                and row.enterprise_id == other.enterprise_id
                and row.started <= (other.ended or date.max)
                and other.started <= (row.ended or date.max)
            ):
                notes.append(identity_words.overlapping(row.code))
    return notes


# ---------------------------------------------------------------- splitting


def split(
    session: Session,
    tenant: UUID,
    number: str,
    other: str,
    *,
    by: str,
    basis: str,
    now: datetime,
    full_name: str | None = None,
    gender: str | None = None,
    accounts: Collection[str] = (),
    employments: Collection[tuple[str, date]] = (),
    titles: Collection[int] = (),
    attestations: Collection[UUID] = (),
    programme: str = PROGRAMME,
) -> Merged:
    """Makes some of what is of the worker `number` that of `other`: a new number, or one that was merged into it.

    `accounts` in any form `identifiers.read` takes, with the Statements they made; `employments` by enterprise's code
    and first day; `titles` by year; `attestations` by id. A new worker has the name given, else the same name. What is
    not named stays. Raises UnknownWorker, MergeRefused, or SplitFaults with everything that is not the worker's.
    """
    bulk.import_alone(session, tenant)
    found = workers.records(session, tenant, [number, other])
    if number not in found:
        raise UnknownWorker(number)
    person = found[number].person
    if found[number].merged_into is not None:
        raise MergeRefused(identity_words.already_merged(number, workers.find(session, tenant, number).number))
    gone = found.get(other)
    if gone is not None and gone.merged_into != person.id:
        raise MergeRefused(identity_words.is_another(other))
    chosen = _chosen(session, tenant, person, accounts, employments, titles, attestations, programme)
    target = _target(session, tenant, person, gone, other, full_name, gender)
    _lock(session, person.id, target.id)
    facts.unsettle(session, tenant, (person.id, target.id))
    years = _years(session, tenant, (person.id, target.id), now)
    changes = {}
    for name, rows in chosen.items():
        table = Base.metadata.tables[name]
        changes[name] = _Changes([[row[key] for key in _key(table)] for row in rows])
        _repoint(session, table, changes[name].moved, person.id, target.id)
    _mark(session, tenant, (person.id, target.id), years, by)
    _reread(session, tenant, person.id)
    facts.settle(session, tenant, (person.id, target.id))
    said = New(SPLIT, person.id, by, basis, other_id=target.id, changes=_written(changes))
    [event] = identity_events.record(session, tenant, [said], now=now)
    return Merged(event, person, target, ())


def _target(
    session: Session,
    tenant: UUID,
    person: Person,
    gone: Record | None,
    number: str,
    full_name: str | None,
    gender: str | None,
) -> Person:
    if gone is not None:
        _set_merged(session, gone.person.id, None)
        return gone.person
    new = Person(new_id(), number, full_name or person.full_name, gender or person.gender)
    row = {"id": new.id, "tenant_id": tenant, "number": number, "full_name": new.full_name, "gender": new.gender}
    bulk.insert(session, Worker, [row])
    return new


def _chosen(
    session: Session,
    tenant: UUID,
    person: Person,
    accounts: Collection[str],
    employments: Collection[tuple[str, date]],
    titles: Collection[int],
    attestations: Collection[UUID],
    programme: str,
) -> dict[str, list[Row]]:
    """The rows that were named, by table. Raises SplitFaults for what is not there, and for naming nothing."""
    every = session.execute(sa.select(Organization.id, Organization.code).where(Organization.tenant_id == tenant))
    codes = {row.id: row.code for row in every}
    wanted: list[tuple[type[Base], str, Mapping[Any, str], Callable[[Row], Any]]] = [
        (WorkerIdentifier, "account", {identifiers.read(one): one for one in accounts}, lambda row: row["ifi"]),
        (
            Employment,
            "employment",
            {(code, day): f"{code} từ {written(day)}" for code, day in employments},
            lambda row: (codes[row["enterprise_id"]], row["started"]),
        ),
        (
            Award,
            "title",
            {(programme, year): str(year) for year in titles},
            lambda row: (row["programme"], row["year"]),
        ),
        (Attestation, "attestation", {one: str(one) for one in attestations}, lambda row: row["id"]),
    ]
    chosen: dict[str, list[Row]] = {}
    faults: list[str] = []
    for model, what, named, key_of_row in wanted:
        if not named:
            continue
        table = Base.metadata.tables[model.__tablename__]
        query = sa.select(table).where(table.c.tenant_id == tenant, table.c.worker_id == person.id)
        rows = {key_of_row(dict(row)): dict(row) for row in session.execute(query).mappings()}
        faults += [
            identity_words.not_of_the_worker(what, told, person.number)
            for key, told in named.items()
            if key not in rows
        ]
        chosen[table.name] = [rows[key] for key in named if key in rows]
    if faults:
        raise SplitFaults(faults)
    return chosen


def _repoint(session: Session, table: sa.Table, keys: Sequence[Sequence[Any]], source: UUID, target: UUID) -> None:
    if keys:
        names = _key(table)
        is_row = [table.c[name] == sa.bindparam(f"of_{name}") for name in names]
        session.execute(
            sa.update(table).where(*is_row, table.c.worker_id == source).values(worker_id=target),
            [{f"of_{name}": part for name, part in zip(names, key, strict=True)} for key in keys],
        )


def _reread(session: Session, tenant: UUID, worker_id: UUID) -> None:
    """Gives the facts of a worker's Statements to whoever the Actors are now. Those of Actors who were erased stay:
    nobody knows any more whose they were."""
    told = [
        sa.select(model.statement_id).where(model.tenant_id == tenant, model.worker_id == worker_id)
        for model in (Fact, Repeat)
    ]
    ids = sorted(session.scalars(sa.union(*told)))
    for some in (ids[start : start + feed.CHUNK] for start in range(0, len(ids), feed.CHUNK)):
        documents = api.get_statements(session, tenant, some)
        feed.reread(session, tenant, [one.id for one in documents if not _names_an_erased(one)])


def _names_an_erased(statement: api.StoredStatement) -> bool:
    return any(api.is_erased(ifi) for ifi in facts.actors_of(statement.document))


# ---------------------------------------------------------------- taking back


def undo(session: Session, tenant: UUID, event_id: UUID, *, by: str, basis: str, now: datetime) -> Merged:
    """Takes back what an event of the history did: a link, an unlinking, a merger or a split.

    Raises UnknownEvent, or MergeRefused where it was taken back already, where a later merger or split of the same
    worker has to be taken back first, or where the Actor has become somebody else's meanwhile.
    """
    bulk.import_alone(session, tenant)
    event = identity_events.find(session, tenant, event_id)
    if event.undone:
        raise MergeRefused(identity_words.undone_already())
    later = identity_events.standing_since(session, tenant, event) if event.kind in (MERGE, SPLIT) else None
    if later is not None:
        raise MergeRefused(identity_words.later_first(later.kind, later.number, later.other, later.id))
    taking_back = _TAKING_BACK.get(event.kind)
    if taking_back is None:
        raise MergeRefused(identity_words.no_change(event.kind))
    return taking_back(session, tenant, event, New(UNDO, event.worker_id, by, basis, event.other_id), now)


def _undo_merge(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    kept, gone = _people(session, tenant, event)
    _lock(session, kept.id, gone.id)
    facts.unsettle(session, tenant, (kept.id, gone.id))
    years = _years(session, tenant, (kept.id, gone.id), now)
    changes = _read(identity_events.changes_of(session, tenant, event))
    lost = 0
    for table in moving():
        if table.name in changes:
            lost += _move_back(session, tenant, table, changes[table.name], kept.id, gone.id)
    _set_merged(session, gone.id, None)
    _mark(session, tenant, (kept.id, gone.id), years, said.done_by)
    if changes.get(WorkerIdentifier.__tablename__):
        _reread(session, tenant, kept.id)
    facts.settle(session, tenant, (kept.id, gone.id))
    [undoing] = identity_events.record(session, tenant, [_of(said, event)], now=now)
    return Merged(undoing, kept, gone, (identity_words.changed_since(lost),) if lost else ())


def _move_back(session: Session, tenant: UUID, table: sa.Table, changes: _Changes, kept: UUID, gone: UUID) -> int:
    """Gives back what was moved, and puts in what was removed; how many rows are there no more."""
    names = _key(table)
    query = sa.select(table).where(table.c.tenant_id == tenant, table.c.worker_id == kept)
    now_kept = {tuple(row[name] for name in names): dict(row) for row in session.execute(query).mappings()}
    back = [key for key in changes.moved if tuple(key) in now_kept]
    _repoint(session, table, back, kept, gone)
    lost = len(changes.moved) - len(back)
    removed = changes.removed
    if table is _FACT:
        # What a Statement says may have changed since; if it says nothing any more, to neither of them.
        twins = [now_kept.get(tuple(row[name] for name in names)) for row in removed]
        removed = [{**twin, "worker_id": gone} for twin in twins if twin is not None]
        lost = 0
    taken = {tuple(key) for key in back}
    free = [row for row in removed if row["worker_id"] == gone or tuple(row[name] for name in names) in taken]
    free += [row for row in removed if row not in free and tuple(row[name] for name in names) not in now_kept]
    if free:
        session.execute(sa.insert(table), free)
    return lost


def _undo_split(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    """All that is of the one who was split off becomes the worker's again, what came since included."""
    kept, gone = _people(session, tenant, event)
    _lock(session, kept.id, gone.id)
    facts.unsettle(session, tenant, (kept.id, gone.id))
    years = _years(session, tenant, (kept.id, gone.id), now)
    notes: list[str] = []
    changes = _move_all(session, tenant, gone.id, kept.id, notes)
    facts.settle(session, tenant, (kept.id,))
    _set_merged(session, gone.id, kept.id)
    _mark(session, tenant, (kept.id, gone.id), years, said.done_by)
    [undoing] = identity_events.record(session, tenant, [_of(said, event, _written(changes))], now=now)
    return Merged(undoing, kept, gone, tuple(notes))


def _undo_link(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    ifi = _ifi(event)
    linked = workers.links(session, tenant, [ifi])
    person, _ = _people(session, tenant, event)
    if not linked or linked[0].person.id != person.id:
        raise MergeRefused(str(workers.NotLinked(ifi)))
    workers.unlink(session, tenant, json.dumps(ifi), by=said.done_by, basis=said.basis, now=now)
    [undoing] = identity_events.record(session, tenant, [_of(said, event)], now=now)
    return Merged(undoing, person, person, ())


def _undo_unlink(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    ifi = _ifi(event)
    person, _ = _people(session, tenant, event)
    for one in workers.links(session, tenant, [ifi]):
        raise workers.IdentifierTaken(ifi, one.person.number)
    sureness, linked_by, why, linked = json.loads(identity_events.changes_of(session, tenant, event))
    row = workers.link_row(tenant, ifi, person.id, datetime.fromisoformat(linked), basis=why)
    bulk.insert(session, WorkerIdentifier, [row | {"sureness": sureness, "linked_by": linked_by}])
    _mark(session, tenant, (person.id,), (vietnam_day(now).year,), said.done_by)
    feed.release(session, tenant, ifi)
    [undoing] = identity_events.record(session, tenant, [_of(said, event)], now=now)
    return Merged(undoing, person, person, ())


def _undo_different(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    one, other = _people(session, tenant, event)
    [undoing] = identity_events.record(session, tenant, [_of(said, event)], now=now)
    return Merged(undoing, one, other, ())


_TAKING_BACK: Mapping[str, Callable[[Session, UUID, Event, New, datetime], Merged]] = {
    MERGE: _undo_merge,
    SPLIT: _undo_split,
    identity_events.LINK: _undo_link,
    identity_events.UNLINK: _undo_unlink,
    identity_events.DIFFERENT: _undo_different,
}


def _of(said: New, event: Event, changes: str = "") -> New:
    return New(UNDO, said.worker_id, said.done_by, said.basis, said.other_id, event.ifi, event.id, changes)


def _ifi(event: Event) -> str:
    if event.ifi is None:  # forgotten with the person
        raise MergeRefused(identity_words.undone_already())
    return event.ifi


def _people(session: Session, tenant: UUID, event: Event) -> tuple[Person, Person]:
    """Who holds what was the event's worker's, and the other of the event (the same where there is none)."""
    people = workers.known_workers(session, tenant, {event.number, event.other or event.number})
    kept = people[event.number]
    if event.other_id is None or event.other is None:
        return kept, kept
    gone = workers.records(session, tenant, [event.other])[event.other].person
    return kept, gone


# ---------------------------------------------------------------- what the history keeps of rows


def _written(changes: Mapping[str, _Changes]) -> str:
    told = {name: {"moved": one.moved, "removed": one.removed} for name, one in changes.items()}
    return json.dumps(told, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, UUID | bytes):
        return value.hex() if isinstance(value, bytes) else value.hex
    if isinstance(value, date):  # an instant, too
        return value.isoformat()
    raise TypeError(f"a column holds a {type(value).__name__}, which the history cannot keep; say here how")


def _read(text: str) -> dict[str, _Changes]:
    found: dict[str, _Changes] = defaultdict(_Changes)
    for name, told in json.loads(text).items():
        table = Base.metadata.tables[name]
        names = _key(table)
        found[name] = _Changes(
            [[_typed(table.c[name], part) for name, part in zip(names, key, strict=True)] for key in told["moved"]],
            [{name: _typed(table.c[name], part) for name, part in row.items()} for row in told["removed"]],
        )
    return dict(found)


def _typed(column: sa.Column[Any], value: Any) -> Any:
    """A value as the column holds it, from what JSON made of it."""
    if not isinstance(value, str):
        return value
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    kind = column.type.python_type
    if kind is UUID:
        return UUID(value)
    if kind is bytes:
        return bytes.fromhex(value)
    return date.fromisoformat(value) if kind is date else value
