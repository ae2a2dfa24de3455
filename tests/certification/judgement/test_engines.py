"""What works on a population: what it is asked, what it answers, and what is said where there is none of it.

Spark itself is tried by `python -m tests.faults.spark`.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from certification.commands.engines import chosen
from certification.errors import NoCriteriaInForce
from certification.judgement import on_spark, population
from certification.judgement.engines import BuiltIn, EngineFailed, batches_of
from certification.judgement.on_spark import Spark
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification.learning import PROGRAMME, add_worker, load_rules
from tests.postgresql import Cluster

BATCHES = batches_of([UUID(int=number) for number in range(5000)])


class StandIn:
    """A SparkContext that does it here, and keeps how many batches it was given at once."""

    defaultParallelism = 1  # noqa: N815 - Spark's name

    def __init__(self) -> None:
        self.waves: list[int] = []
        self.work: Callable[[Any], Any] = lambda one: one

    def parallelize(self, some: Sequence[Any], parts: int) -> StandIn:
        self.waves.append(parts)
        self.some = some
        return self

    def map(self, work: Callable[[Any], Any]) -> StandIn:
        self.work = work
        return self

    def collect(self) -> list[Any]:
        return [self.work(one) for one in self.some]


@pytest.fixture
def server(postgresql: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a database on PostgreSQL, which processes of Spark have in their environment."""
    with postgresql.lent_database("migrated") as url:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setattr(on_spark, "_own", None)
        yield url
        if on_spark._own is not None:
            on_spark._own.close()


def first_of(database: Database, batch: Sequence[UUID]) -> int:
    return batch[0].int


def test_answers_come_in_order_wave_by_wave() -> None:
    context: Any = StandIn()
    found = on_spark._waves(context, len, [range(number) for number in range(9)])  # type: ignore[misc]
    assert list(found) == list(range(9))
    assert context.waves == [4, 4, 1]
    assert list(on_spark._waves(context, len, [])) == []


def test_what_is_refused_there_is_raised_here_and_a_fault_of_spark_is_told_in_a_line() -> None:
    context: Any = StandIn()
    refusal = NoCriteriaInForce("cong-dan-hoc-tap", "worker", 2001)
    with pytest.raises(NoCriteriaInForce):
        list(on_spark._waves(context, lambda _: refusal, [[UUID(int=1)]]))

    told = "Job aborted:\n  org.apache.spark.X\npsycopg.OperationalError: no room.\n\tat java.lang.Thread\n"

    def gives_up(_: object) -> None:
        raise RuntimeError(told)

    with pytest.raises(EngineFailed, match=r"^Spark gave up: psycopg.OperationalError: no room\. What was kept stays;"):
        list(on_spark._waves(context, gives_up, [[UUID(int=1)]]))
    told = "java.lang.IllegalStateException: a stopped SparkContext.\nMade at:\n java.base/Thread.run(Thread.java)"
    with pytest.raises(EngineFailed, match=r"^Spark gave up: java.lang.IllegalStateException: a stopped "):
        list(on_spark._waves(context, gives_up, [[UUID(int=1)]]))


def test_a_process_of_spark_works_on_the_database_that_was_asked_about_alone(
    server: str, postgresql: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Database(server)
    where = api.server_of(asked)
    assert on_spark._there(first_of, where, [UUID(int=7)]) == 7
    on_spark._own.close()  # type: ignore[union-attr]
    with postgresql.lent_database("migrated") as other:
        monkeypatch.setattr(on_spark, "_own", None)
        monkeypatch.setenv("DATABASE_URL", other)
        said = on_spark._there(first_of, where, [UUID(int=7)])
    assert isinstance(said, EngineFailed) and "another database" in str(said)
    monkeypatch.delenv("DATABASE_URL")
    assert "has no DATABASE_URL" in str(on_spark._there(first_of, where, [UUID(int=7)]))
    asked.close()


def test_what_a_process_of_spark_refuses_is_its_answer(server: str, now: datetime) -> None:
    database = Database(server)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "NV-1", now=now)
    ask = partial(population._judge, population._Task(tenant, PROGRAMME, 2001, date(2026, 11, 20)))
    assert isinstance(on_spark._there(ask, api.server_of(database), [worker]), NoCriteriaInForce)
    database.close()


def test_who_has_no_criteria_is_told_the_same_over_processes() -> None:
    said = NoCriteriaInForce("cong-dan-hoc-tap", "worker", 2001, ("2026",))
    assert str(pickle.loads(pickle.dumps(said))) == str(said)  # noqa: S301 - our own


def test_children_answer_in_order(database: Database) -> None:
    assert list(BuiltIn(0)(database, first_of, BATCHES)) == list(BuiltIn(1)(database, first_of, BATCHES))


@pytest.mark.parametrize("lacking", ["PostgreSQL", "DATABASE_URL", "pyspark"])
def test_where_spark_cannot_be_it_is_said_in_a_line(
    lacking: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db" if lacking == "PostgreSQL" else server)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    if lacking == "DATABASE_URL":
        monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(EngineFailed, match=lacking):
        list(Spark("local[1]")(database, first_of, BATCHES))
    database.close()


def test_no_engine_takes_the_place_of_another(app: Flask) -> None:
    assert isinstance(chosen("builtin", None), BuiltIn)
    assert isinstance(found := chosen("spark", "spark://a:7077"), Spark) and found.master == "spark://a:7077"
    for words in (
        ["assess", "NV-1", "--engine", "spark"],
        ["assess", "--all", "--spark-master", "spark://a:7077"],
        ["what-if-all", "--engine", "dask"],
    ):
        answer = app.test_cli_runner().invoke(args=["certification", *words])
        assert answer.exit_code == 2, answer.output
