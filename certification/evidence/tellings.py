"""What is told of workers as the tables hold it: facts that count, and those that repeat them (`evidence.repeats`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evidence import repeats
from certification.evidence.repeats import Told
from certification.models import Base, Fact, Occasion, Repeat
from lrs.db import Session, among, beside

__all__ = ["Key", "There", "key_of"]

_FACT = Base.metadata.tables[Fact.__tablename__]
_REPEAT = Base.metadata.tables[Repeat.__tablename__]
_OCCASION = Base.metadata.tables[Occasion.__tablename__]

_Row = dict[str, Any]
Key = tuple[UUID, UUID, str]
"""Worker, Statement and kind: the primary key of a fact, whether it counts or repeats."""
Group = tuple[UUID, int]
"""Worker and activity."""


def key_of(row: Mapping[str, Any]) -> Key:
    return row["worker_id"], row["statement_id"], row["what"]


class There:
    """What the tables say of some Statements or workers, and of all other Statements that may tell the same: rows by
    primary key."""

    def __init__(
        self,
        session: Session,
        tenant: UUID,
        ids: Collection[UUID],
        told: Iterable[Told],
        *,
        workers: Collection[UUID] = (),
    ) -> None:
        self._session, self._tenant, self._ids = session, tenant, ids
        self.facts: dict[Key, _Row] = {}
        self.repeated: dict[Key, _Row] = {}
        if workers:
            self._read(lambda table: [among(session, table.c.worker_id, workers), beside(table.c.tenant_id) == tenant])
            return
        self._read(lambda table: [table.c.tenant_id == tenant, among(session, table.c.statement_id, ids)])
        groups = {(one.worker_id, one.activity_key) for one in told}
        groups |= {
            (row["worker_id"], row["activity_key"]) for rows in (self.facts, self.repeated) for row in rows.values()
        }
        if groups:
            self._read(lambda table: _of_groups(session, tenant, table, groups), groups)

    def told(self) -> dict[Key, Told]:
        """What all Statements but those asked for told by themselves."""
        return {(one.worker_id, one.statement_id, one.what): one for one in self._others()}

    def _read(self, where: Callable[[sa.Table], Sequence[Any]], groups: Collection[Group] | None = None) -> None:
        """Facts and repeats in one SQL command."""
        own = {column.name for column in _FACT.columns}
        columns = [column for column in _REPEAT.columns if column.name in own]
        more = [column for column in _REPEAT.columns if column.name not in own]
        facts = sa.select(
            *(_FACT.c[column.name] for column in columns), *(sa.cast(sa.null(), one.type) for one in more)
        )
        again = sa.select(*columns, *more)
        both = sa.union_all(
            facts.where(*where(_FACT)),
            again.where(*where(_REPEAT)),
        )
        names = [column.name for column in (*columns, *more)]
        for values in self._session.execute(both):
            row = dict(zip(names, values, strict=True))
            if groups is not None and (row["worker_id"], row["activity_key"]) not in groups:
                continue
            if row["repeats"] is None:
                self.facts[key_of(row)] = {name: row[name] for name in own}
            else:
                self.repeated[key_of(row)] = row

    def settled(self, told: Mapping[Key, Told]) -> tuple[dict[Key, _Row], dict[Key, _Row]]:
        """Rows of facts that count and of those that repeat, of all that is told now in these groups."""
        by_group: dict[Group, list[Told]] = defaultdict(list)
        for one in (*told.values(), *self.told().values()):
            by_group[one.worker_id, one.activity_key].append(one)
        several = {group for group, each in by_group.items() if len({one.statement_id for one in each}) > 1}
        occasions = self._occasions(several) if several else {}
        facts: dict[Key, _Row] = {}
        repeated: dict[Key, _Row] = {}
        for group, all_told in by_group.items():
            settled = repeats.settle(all_told, occasions.get(group, {}))
            for one in settled.counting:
                facts[one.worker_id, one.statement_id, one.what] = self.row(one)
            for again in settled.repeated:
                one = again.told
                repeated[one.worker_id, one.statement_id, one.what] = self.row(one) | {
                    "repeats": again.repeats,
                    "lends_minutes": again.lends_minutes,
                    "lends_score": again.lends_score,
                }
        return facts, repeated

    def _occasions(self, groups: Collection[Group]) -> Mapping[Group, repeats.Occasions]:
        found: dict[Group, dict[UUID, list[tuple[int, bool]]]] = defaultdict(lambda: defaultdict(list))
        rows = self._session.execute(
            sa.select(
                Occasion.worker_id,
                Occasion.activity_key,
                Occasion.statement_id,
                Occasion.occasion_key,
                Occasion.is_certificate,
            ).where(*_of_groups(self._session, self._tenant, _OCCASION, groups))
        )
        for worker_id, activity, statement_id, key, is_certificate in rows:
            found[worker_id, activity][statement_id].append((key, is_certificate))
        return found

    def _others(self) -> Iterator[Told]:
        """What the other Statements of these groups told by themselves, without what was lent to them."""
        lent_to: dict[Key, _Row] = {}
        for row in self.repeated.values():
            if row["lends_minutes"] or row["lends_score"]:
                key = (row["worker_id"], row["repeats"], row["what"])
                before = lent_to.get(key, {"minutes": False, "score": False})
                lent_to[key] = {
                    "minutes": before["minutes"] or row["lends_minutes"],
                    "score": before["score"] or row["lends_score"],
                }
        for row in (*self.facts.values(), *self.repeated.values()):
            if row["statement_id"] in self._ids:
                continue
            lent = lent_to.get(key_of(row), {})
            one = Told(**{name: row[name] for name in Told.__slots__})
            yield replace(
                one,
                minutes=0 if lent.get("minutes") else one.minutes,
                score=None if lent.get("score") else one.score,
            )

    def row(self, one: Told) -> _Row:
        """A row of a fact."""
        told = {name: getattr(one, name) for name in Told.__slots__}
        return told | {"tenant_id": self._tenant, "year": one.day.year}


def _of_groups(
    session: Session, tenant: UUID, table: sa.Table, groups: Collection[Group]
) -> list[sa.ColumnElement[bool]]:
    """Rows of these workers and of these activities, of some more pairs than asked for."""
    return [
        among(session, table.c.worker_id, {worker for worker, _ in groups}),
        beside(table.c.tenant_id) == tenant,
        among(session, table.c.activity_key, {activity for _, activity in groups}),
    ]
