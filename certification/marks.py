"""Marks: who is to be judged again, and why, whose contribution to the summaries is to be worked out again, and whose
title is to be looked at again.

Whatever changes what a judgement or a count rests on (facts, attestations, employments, cadre roles, gender, titles,
results, rules) marks the workers it concerns, in the same transaction. `judgement.judging` and `targets.settling` take
the marks away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntFlag
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from certification import bulk
from certification.models import Award, Stale, TouchedTitle, Uncounted
from lrs.db import Session, among, beside, new_id

__all__ = ["EVERY_YEAR", "Cause", "Key", "mark_each", "mark_stale", "mark_titles", "mark_uncounted"]

Key = tuple[UUID, int]
"""A worker's id and an assessment year: what a mark is about."""

MANY = 1000
"""Marks of more workers than this at once (by new rules, a roster) wait for those that were made for fewer: whoever
learns something meanwhile is not put behind a million."""

EVERY_YEAR = 0
"""Stands for all years: an employment or a title changed, say."""


class Cause(IntFlag):
    """What changed, kept as one small number with the mark and with the version that came of it. Several things may
    have changed by the time somebody is judged."""

    EVIDENCE = 1
    """Statements came, or say something else than before."""
    WITHDRAWN = 2
    """Evidence is gone: a Statement was voided, or says nothing any more."""
    ATTESTED = 4
    """Somebody attested points, or took them back."""
    SELF_GIVEN = 8
    """The worker gave himself points."""
    PERSON = 16
    """It was found whose learning it is: an Actor was linked, two records were merged or parted."""
    EMPLOYMENT = 32
    """The roster says something else: another employment, another audience."""
    RULES = 64
    """Other rules hold for the year."""
    DAY = 128
    """The day came of evidence that was dated later."""
    ASKED = 256
    """Somebody asked for it."""


TAKING_AWAY = Cause.WITHDRAWN | Cause.ATTESTED | Cause.PERSON
"""What may take away what a title rests on; everything else shows when the worker is judged again."""


def mark_stale(
    session: Session,
    tenant: UUID,
    concerned: Iterable[Key],
    *,
    cause: Cause = Cause.EVIDENCE,
    by: str | None = None,
) -> None:
    """Marks workers for judging again, and for counting again: pairs of a worker's id and an assessment year.

    `cause` is what changed, `by` whose act it was where a person's act did it. May be called any number of times.
    """
    mark_each(session, tenant, dict.fromkeys(concerned, (cause, by)))


def mark_each(session: Session, tenant: UUID, concerned: Mapping[Key, tuple[Cause, str | None]]) -> None:
    """As `mark_stale`, with a cause, and whose act it was, of each one's own. As many SQL commands for all as for one.

    Those marked with very many others at once come after everybody else. A pair that is marked already gets a new mark,
    due at once, so that a judgement under way, which removes only the mark it read, leaves this one to be judged; it
    keeps the causes it had beside the new ones.
    """
    mark, turn = uuid4(), int(len(concerned) > MANY)
    rows = [
        {
            "worker_id": worker_id, "year": year, "tenant_id": tenant, "mark": mark, "due": None, "causes": int(cause),
            "changed_by": by, "turn": turn,
        }
        for (worker_id, year), (cause, by) in sorted(concerned.items(), key=lambda one: one[0])
    ]  # fmt: skip
    bulk.upsert(
        session,
        Stale,
        rows,
        replacing=("mark", "due"),
        merging={
            "causes": lambda kept, new: kept.op("|")(new),
            "turn": lambda kept, new: kept * new,
            "changed_by": lambda kept, new: sa.func.coalesce(new, kept),
        },
    )
    mark_uncounted(session, tenant, sorted(concerned))
    mark_titles(session, tenant, {key: cause for key, (cause, _) in concerned.items() if cause & TAKING_AWAY})


def mark_uncounted(session: Session, tenant: UUID, concerned: Iterable[tuple[UUID, int]]) -> None:
    """Marks workers for counting again: pairs of a worker's id and a year (or `EVERY_YEAR`), in one SQL command.

    A pair that is marked already gets a new mark, so that a count under way leaves it to be counted; since when it
    waits stays. May be called any number of times.
    """
    pairs = sorted(set(concerned), key=lambda pair: (pair[0].int, pair[1]))
    if pairs:
        workers, years = zip(*pairs, strict=True)
        bulk.insert_columns(
            session,
            Uncounted,
            {"worker_id": workers, "year": years},
            everywhere={"tenant_id": tenant, "mark": uuid4(), "since": new_id()},
            replacing=("mark",),
        )


def mark_titles(session: Session, tenant: UUID, concerned: Mapping[Key, Cause]) -> None:
    """Marks recognised titles of these workers and assessed years, whose ground may have changed: `dossiers.reviews`
    looks at them. Two SQL commands."""
    if not concerned:
        return
    rows: Iterable[Any] = session.execute(
        sa.select(Award.worker_id, Award.programme, Award.year).where(
            among(session, Award.worker_id, {worker for worker, _ in concerned}), beside(Award.tenant_id) == tenant
        )
    )
    mark = uuid4()
    bulk.upsert(
        session,
        TouchedTitle,
        [
            {
                "worker_id": worker, "programme": programme, "year": year, "tenant_id": tenant, "mark": mark,
                "causes": int(concerned[worker, year]),
            }
            for worker, programme, year in sorted(tuple(row) for row in rows)
            if (worker, year) in concerned
        ],
        replacing=("mark",),
        merging={"causes": lambda kept, new: kept.op("|")(new)},
    )  # fmt: skip
