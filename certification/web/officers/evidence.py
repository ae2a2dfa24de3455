"""What a worker learnt, Statement by Statement, as a page shows it: who says so, how good it is, what it counts for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.access.learnt import Learnt
from certification.evidence.retold_words import retold_words
from certification.judgement.explanations import LEVELS
from certification.models import Fact
from certification.rules import evidence_mapping
from certification.targets.persons import PersonalTarget
from certification.transcripts import sources
from certification.transcripts import words as transcript_words
from lrs.db import Session, among

__all__ = ["Told", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """A Statement of a worker: its day, what it is about, who says so, topics, the level of evidence in words,
    what it counts for; `remark` where others tell the same."""

    statement: UUID
    day: date
    about: str
    provider: str
    topics: tuple[str, ...]
    level: str
    minutes: int
    score: str
    counts_for: tuple[str, ...]
    remark: str


def told(
    session: Session,
    tenant: UUID,
    worker: UUID,
    learnt: Sequence[Learnt],
    counted: Mapping[UUID, Sequence[str]],
    targets: Sequence[PersonalTarget],
) -> list[Told]:
    """The Statements behind what a worker has learnt, the newest first. `counted` are the indicators that a Statement
    earns points in. A fixed number of SQL commands."""
    ids = {one.statement for one in learnt}
    keys = {
        row[0]: (row[1], row[2])
        for row in session.execute(
            sa.select(Fact.statement_id, Fact.activity_key, Fact.said_by).where(
                Fact.tenant_id == tenant, Fact.worker_id == worker, among(session, Fact.statement_id, ids)
            )
        )
    }
    activities = sources.activities(session, tenant, {keys[one][0]: one for one in ids if one in keys}) if ids else {}
    providers = sources.providers(session, tenant, {keys[one][1]: one for one in ids if one in keys}) if ids else {}
    titles = evidence_mapping.titles(session, tenant)
    groups: dict[UUID, list[str]] = defaultdict(list)
    for target in (one for each in targets for one in (each, *each.beside)):
        for statement in target.statements:
            groups[statement].append(target.target)
    by_statement: dict[UUID, list[Learnt]] = defaultdict(list)
    for one in learnt:
        by_statement[one.statement].append(one)
    found = []
    for statement, facts in by_statement.items():
        activity, authority = keys.get(statement, (0, 0))
        iri, name = activities.get(activity, ("", ""))
        best = max(facts, key=lambda one: one.quality)
        again = next((one.told_again for one in facts if one.told_again is not None), None)
        scores = [one.score for one in facts if one.score is not None]
        found.append(
            Told(
                statement=statement,
                day=best.day,
                about=name or iri or transcript_words.UNNAMED,
                provider=providers.get(authority, transcript_words.OTHER_SOURCE),
                topics=tuple(dict.fromkeys(titles.get(one.what, one.what) for one in facts)),
                level=LEVELS[best.quality],
                minutes=max(one.minutes for one in facts),
                score=transcript_words.percent(max(scores)) if scores else "",
                counts_for=tuple(dict.fromkeys((*counted.get(statement, ()), *groups.get(statement, ())))),
                remark=retold_words(again) if again is not None else "",
            )
        )
    return sorted(found, key=lambda one: (one.day, one.statement.bytes), reverse=True)
