"""Two records of one person become one, and are parted again.

    merge                     all that is of one worker becomes another's, whom the number finds from then on
    different, not_the_worker what is not so, though it seems so
    splitting.split           some of what is of a worker becomes somebody else's
    undoing.undo              takes back what was decided about who is whom

How rows move is in `moved_rows`.

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

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, marks
from certification.errors import CertificationError
from certification.evidence import facts, feed
from certification.marks import EVERY_YEAR, Cause, mark_uncounted
from certification.models import (
    Assessment,
    Attestation,
    Award,
    Base,
    Employment,
    Fact,
    Organization,
    Repeat,
    Worker,
)
from certification.people import identifiers, identity_events, identity_words, workers
from certification.people.identity_events import MERGE, New
from certification.people.moved_rows import Changes, move_all, written
from certification.people.workers import Person, UnknownWorker
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, beside

__all__ = ["MergeRefused", "Merged", "different", "in_hand", "mark", "merge", "not_the_worker", "reread", "set_merged"]

_WORKER = Base.metadata.tables[Worker.__tablename__]


class MergeRefused(CertificationError):
    """What was asked cannot be done with these workers as they are now; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What was done: the event in the history, who holds all now, the other record, and what a person should look at
    (Vietnamese)."""

    event: UUID
    worker: Person
    other: Person
    notes: tuple[str, ...]


# ---------------------------------------------------------------- merging


def merge(session: Session, tenant: UUID, into: str, other: str, *, by: str, basis: str, now: datetime) -> Merged:
    """Makes all that is of the worker `other` (numbers) that of the worker `into`, because they are one person.

    `by` says so, `basis` why. Raises UnknownWorker, or MergeRefused where one of them is merged already or both are the
    same. Two officers at once: the second finds what the first did.
    """
    bulk.import_alone(session, tenant)
    kept, gone = _both(session, tenant, into, other)
    years = in_hand(session, tenant, (kept.id, gone.id), now)
    notes = [] if kept.full_name == gone.full_name else [identity_words.names_differ(kept.full_name, gone.full_name)]
    notes += _both_attested(session, tenant, kept.id, gone.id)
    changes = move_all(session, tenant, gone.id, kept.id, notes)
    facts.settle(session, tenant, (kept.id,))
    notes += _overlapping(session, tenant, kept.id, changes)
    set_merged(session, gone.id, kept.id)
    said = New(MERGE, kept.id, by, basis, other_id=gone.id, changes=written(changes))
    [event] = identity_events.record(session, tenant, [said], now=now)
    mark(session, tenant, (kept.id, gone.id), years, by)
    identity_events.act(session, tenant, event, said, now)
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


def _overlapping(session: Session, tenant: UUID, worker_id: UUID, changes: Mapping[str, Changes]) -> list[str]:
    """Where what was moved or removed overlaps what was there, in one enterprise."""
    of_employment = changes.get(Employment.__tablename__)
    if of_employment is None:
        return []
    rows = session.execute(
        sa.select(Employment.enterprise_id, Employment.started, Employment.ended, Organization.code)
        .join(Organization, Organization.id == Employment.enterprise_id)
        .where(beside(Employment.tenant_id) == tenant, Employment.worker_id == worker_id)
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


# ---------------------------------------------------------------- for mergers, splits and taking back


def in_hand(session: Session, tenant: UUID, worker_ids: Collection[UUID], now: datetime) -> set[int]:
    """Makes workers ready to be told anew: nobody keeps a result of theirs until this transaction ends, and no two of
    their facts are one achievement until they are settled again (`facts.settle`). Every year of which anything is known
    of them, and this one."""
    for worker_id in sorted(worker_ids):  # as judging locks them
        session.execute(sa.select(Worker.id).where(Worker.id == worker_id).with_for_update(key_share=True))
    facts.unsettle(session, tenant, worker_ids)
    known = [
        sa.select(table.year).where(table.tenant_id == tenant, table.worker_id.in_(worker_ids))
        for table in (Fact, Attestation, Award, Assessment)
    ]
    return {*session.scalars(sa.union(*known)), vietnam_day(now).year}


def set_merged(session: Session, worker_id: UUID, into: UUID | None) -> None:
    """Keeps into whom a worker was merged, or that the worker stands for himself again."""
    session.execute(sa.update(_WORKER).where(_WORKER.c.id == worker_id).values(merged_into=into))


def mark(session: Session, tenant: UUID, worker_ids: Iterable[UUID], years: Collection[int], by: str) -> None:
    """Sees to it that these workers are judged and counted again, because of what `by` said."""
    ids = list(worker_ids)
    concerned = [(one, year) for one in ids for year in years]
    marks.mark_stale(session, tenant, concerned, cause=Cause.PERSON, by=by)
    mark_uncounted(session, tenant, [(one, EVERY_YEAR) for one in ids])


def reread(session: Session, tenant: UUID, worker_id: UUID) -> None:
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
