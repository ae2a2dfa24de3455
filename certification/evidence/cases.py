"""A case of a worker: somebody opens it, others take steps about it, and it waits by the day it is due.

    Cases          a kind of case: its two tables, its states, and which step leads from which states to which
    .open          a new case with its first step
    .at_hand       a case with its steps, for somebody who is about to take the next one
    .allow, .take  whether a step goes with how the case stands; the step itself, with who, when and why
    .find, .of_worker, .listing, .history   reading

Every step stays, and nothing of a case is ever deleted. Who may take which step, and what else comes of it, is said by
the kinds themselves: `declarations` and `disputes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.evidence import words
from certification.evidence.witnesses import Within, Witness
from certification.models import Base, Worker
from certification.people import workers
from certification.people.workers import Person
from certification.spreadsheets import ImportFaults
from lrs.db import Session

__all__ = ["Case", "Cases", "Move", "NotSo", "OneCase", "OneStep", "Step", "UnknownCase"]

NO_CHANGES: Mapping[str, Any] = MappingProxyType({})


class UnknownCase(CertificationError):
    """No case of that kind and worker has this id."""

    def __init__(self, noun: str, case_id: UUID) -> None:
        super().__init__(f"Không có {noun} nào mang mã {case_id} của người này")


class NotSo(CertificationError):
    """What is asked for does not go with how the case stands."""

    def __init__(self, noun: str, state: str) -> None:
        super().__init__(f"{noun.capitalize()} này {state}; không làm được việc này nữa")


class Case(Protocol):
    """A case as it stands, a dataclass of its kind. `due` is a day in Vietnam."""

    @property
    def id(self) -> UUID: ...
    @property
    def number(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def due(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What was done about a case; a kind may add fields, named as its columns. `recorded` is UTC."""

    place: int
    what: str
    unit: str | None
    reason: str | None
    statement_id: UUID | None
    recorded_by: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """A step that may be taken in some states, and the state in which it leaves the case."""

    before: tuple[str, ...]
    after: str


OneCase = TypeVar("OneCase", bound=Case)
OneStep = TypeVar("OneStep", bound=Step)


@dataclass(frozen=True, slots=True)
class Cases(Generic[OneCase, OneStep]):
    """A kind of case. `noun` and the values of `states` are Vietnamese; `moves` are by what the step says was done.

    `table` and `step_table` are models over `models.cases.CaseRow` and `StepRow`; `key` is the column of a step that
    names its case. `read` makes a case of a row, by the names of its columns, with the worker's `number`.
    """

    noun: str
    states: Mapping[str, str]
    moves: Mapping[str, Move]
    table: type[Base]
    step_table: type[Base]
    key: str
    read: Callable[[Mapping[str, Any]], OneCase]
    step: type[OneStep]

    # ------------------------------------------------------------ steps

    def open(
        self,
        session: Session,
        tenant: UUID,
        person: Person,
        row: Mapping[str, Any],
        what: str,
        witness: Witness,
        now: datetime,
        **step: Any,
    ) -> OneCase:
        """Keeps a new case of the worker, with `what` as its first step. `row` and `step` are columns by name."""
        row = {"worker_id": person.id, "tenant_id": tenant, **row}
        bulk.insert(session, self.table, [row])
        self._insert_step(session, tenant, person, row["id"], 1, what, witness, now, **step)
        return self.read({**row, "number": person.number})

    def at_hand(
        self, session: Session, tenant: UUID, number: str, case_id: UUID, *, reason: str | None
    ) -> tuple[Person, OneCase, list[OneStep]]:
        """A case about which a step is to be taken for this reason: its worker, the case, its steps, the first first.
        With None, whoever asks looks at the reason.

        Nobody else takes one before the transaction ends. Raises ImportFaults for a reason that says nothing,
        UnknownWorker, UnknownCase.
        """
        bulk.import_alone(session, tenant)
        if reason is not None and (faults := list(words.reason_faults(0, "reason", reason))):
            raise ImportFaults(faults)
        person = workers.find(session, tenant, number)
        one = self._of(session, tenant, person, case_id)
        return person, one, self.history(session, tenant, person.id, case_id)

    def allow(self, one: OneCase, what: str) -> None:
        """Raises NotSo unless the step goes with how the case stands."""
        if one.state not in self.moves[what].before:
            raise NotSo(self.noun, self.states[one.state])

    def take(
        self,
        session: Session,
        tenant: UUID,
        person: Person,
        one: OneCase,
        steps: Sequence[OneStep],
        what: str,
        witness: Witness,
        now: datetime,
        *,
        row: Mapping[str, Any] = NO_CHANGES,
        **step: Any,
    ) -> OneCase:
        """The case after a step that was allowed. `row` is what changes of the case beside its state, `step` what is
        kept of the step; both are columns by name."""
        self._insert_step(session, tenant, person, one.id, steps[-1].place + 1, what, witness, now, **step)
        table = self._rows
        session.execute(
            sa.update(table)
            .where(table.c.tenant_id == tenant, table.c.worker_id == person.id, table.c.id == one.id)
            .values(state=self.moves[what].after, **row)
        )
        return self._of(session, tenant, person, one.id)

    def _insert_step(
        self,
        session: Session,
        tenant: UUID,
        person: Person,
        case_id: UUID,
        place: int,
        what: str,
        witness: Witness,
        now: datetime,
        **step: Any,
    ) -> None:
        row = {"worker_id": person.id, self.key: case_id, "place": place, "tenant_id": tenant, "what": what, **step}
        bulk.insert(session, self.step_table, [{**row, "recorded_by": witness.account, "recorded": now}])

    # ------------------------------------------------------------ reading

    def find(self, session: Session, tenant: UUID, number: str, case_id: UUID) -> OneCase:
        """One of a worker, as it stands. Raises UnknownWorker or UnknownCase."""
        return self._of(session, tenant, workers.find(session, tenant, number), case_id)

    def of_worker(self, session: Session, tenant: UUID, person: Person) -> list[OneCase]:
        """Those of a worker by the day they are due."""
        return [one for _, one in self.where(session, tenant, self._rows.c.worker_id == person.id)]

    def listing(
        self,
        session: Session,
        tenant: UUID,
        *,
        number: str | None = None,
        state: str | None = None,
        within: Within | None = None,
        limit: int = 100,
        after: tuple[date, UUID] | None = None,
    ) -> list[OneCase]:
        """Cases by the day they are due: of one worker, in one state, of workers `within` reach.

        At most `limit`, beginning `after` (due, id) of the one before.
        """
        table, asked = self._rows, []
        if number is not None:
            asked.append(table.c.worker_id == workers.find(session, tenant, number).id)
        if state is not None:
            asked.append(table.c.state == state)
        if within is not None:
            asked.append(within.workers(session, table.c.worker_id))
        if after is not None:
            asked.append(sa.tuple_(table.c.due, table.c.id) > sa.tuple_(*map(sa.literal, after)))
        return [one for _, one in self.where(session, tenant, *asked, limit=limit)]

    def where(
        self, session: Session, tenant: UUID, *asked: sa.ColumnElement[bool], limit: int | None = None
    ) -> list[tuple[UUID, OneCase]]:
        """The cases of which all this holds by the day they are due, each with its worker's id. One SQL command."""
        table = self._rows
        rows = session.execute(
            sa.select(*table.columns, Worker.number)
            .join(Worker, Worker.id == table.c.worker_id)
            .where(table.c.tenant_id == tenant, *asked)
            .order_by(table.c.due, table.c.id)
            .limit(limit)
        ).mappings()
        return [(row["worker_id"], self.read({**row})) for row in rows]

    def history(self, session: Session, tenant: UUID, worker_id: UUID, case_id: UUID) -> list[OneStep]:
        """Every step of a case, the first first."""
        table = Base.metadata.tables[self.step_table.__tablename__]
        rows = session.execute(
            sa.select(*(table.c[field.name] for field in fields(self.step)))
            .where(table.c.tenant_id == tenant, table.c.worker_id == worker_id, table.c[self.key] == case_id)
            .order_by(table.c.place)
        )
        return [self.step(*row) for row in rows]

    def _of(self, session: Session, tenant: UUID, person: Person, case_id: UUID) -> OneCase:
        table = self._rows
        for _, one in self.where(session, tenant, table.c.worker_id == person.id, table.c.id == case_id):
            return one
        raise UnknownCase(self.noun, case_id)

    @property
    def _rows(self) -> sa.Table:
        return Base.metadata.tables[self.table.__tablename__]
