"""Takes back what was decided about who is whom: a link, an unlinking, a merger, a split, a difference (`merging`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from certification import bulk
from certification.evidence import facts, feed
from certification.models import WorkerIdentifier
from certification.people import identity_events, identity_words, linking, workers
from certification.people.identity_events import MERGE, SPLIT, UNDO, Event, New
from certification.people.merging import Merged, MergeRefused, in_hand, mark, reread, set_merged
from certification.people.moved_rows import move_all, move_back, moving, read, written
from certification.people.workers import Person
from certification.vietnam import vietnam_day
from lrs.db import Session

__all__ = ["undo"]


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
    said = New(UNDO, event.worker_id, by, basis, event.other_id, undoes=event.id)
    undone = taking_back(session, tenant, event, said, now)
    identity_events.act(session, tenant, undone.event, said, now)
    return undone


def _undo_merge(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    kept, gone = _people(session, tenant, event)
    years = in_hand(session, tenant, (kept.id, gone.id), now)
    changes = read(identity_events.changes_of(session, tenant, event))
    lost = 0
    for table in moving():
        if table.name in changes:
            lost += move_back(session, tenant, table, changes[table.name], kept.id, gone.id)
    set_merged(session, gone.id, None)
    mark(session, tenant, (kept.id, gone.id), years, said.done_by)
    if changes.get(WorkerIdentifier.__tablename__):
        reread(session, tenant, kept.id)
    facts.settle(session, tenant, (kept.id, gone.id))
    [undoing] = identity_events.record(session, tenant, [_of(said, event)], now=now)
    return Merged(undoing, kept, gone, (identity_words.changed_since(lost),) if lost else ())


def _undo_split(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    """All that is of the one who was split off becomes the worker's again, what came since included."""
    kept, gone = _people(session, tenant, event)
    years = in_hand(session, tenant, (kept.id, gone.id), now)
    notes: list[str] = []
    changes = move_all(session, tenant, gone.id, kept.id, notes)
    facts.settle(session, tenant, (kept.id,))
    set_merged(session, gone.id, kept.id)
    mark(session, tenant, (kept.id, gone.id), years, said.done_by)
    [undoing] = identity_events.record(session, tenant, [_of(said, event, written(changes))], now=now)
    return Merged(undoing, kept, gone, tuple(notes))


def _undo_link(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    ifi = _ifi(event)
    linked = linking.links(session, tenant, [ifi])
    person, _ = _people(session, tenant, event)
    if not linked or linked[0].person.id != person.id:
        raise MergeRefused(str(linking.NotLinked(ifi)))
    linking.unlink(session, tenant, json.dumps(ifi), by=said.done_by, basis=said.basis, now=now)
    [undoing] = identity_events.record(session, tenant, [_of(said, event)], now=now)
    return Merged(undoing, person, person, ())


def _undo_unlink(session: Session, tenant: UUID, event: Event, said: New, now: datetime) -> Merged:
    ifi = _ifi(event)
    person, _ = _people(session, tenant, event)
    for one in linking.links(session, tenant, [ifi]):
        raise linking.IdentifierTaken(ifi, one.person.number)
    sureness, linked_by, why, linked = json.loads(identity_events.changes_of(session, tenant, event))
    row = linking.link_row(tenant, ifi, person.id, datetime.fromisoformat(linked), basis=why)
    bulk.insert(session, WorkerIdentifier, [row | {"sureness": sureness, "linked_by": linked_by}])
    mark(session, tenant, (person.id,), (vietnam_day(now).year,), said.done_by)
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
