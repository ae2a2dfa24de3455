"""Apache Spark as the engine that works on a population: machines that each read their batches from PostgreSQL.

Spark gives batches to processes on its machines, and gives a batch to another one when a machine dies. Each process
opens DATABASE_URL of its own environment (no address or password travels through Spark) and says first that it is the
database that was asked about, and no standby, which may be behind. Answers come back here in waves, so that this
process holds those of a few batches, and are kept here.

pyspark is not installed with the program: it takes half a gigabyte, and a Java.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from certification.errors import CertificationError
from certification.judgement.engines import Answer, Ask, EngineFailed, collect_seldom
from lrs import api
from lrs.db import Database

if TYPE_CHECKING:
    from pyspark import SparkContext

__all__ = ["Spark"]

WAVE = 4
"""Batches asked for at once, for each process that Spark has: the last of a wave leave some idle."""


class Spark:
    """The engine over the Spark at `master`: `spark://HOST:PORT`, or `local[N]` for N processes of this machine.

    What else Spark is to know stands in its own spark-defaults.conf (SPARK_CONF_DIR).
    """

    def __init__(self, master: str) -> None:
        self.master = master

    def __call__(self, database: Database, ask: Ask[Answer], batches: Sequence[Sequence[UUID]]) -> Iterator[Answer]:
        if database.is_sqlite:
            raise EngineFailed(
                "Spark's machines read from a PostgreSQL server, and this is a SQLite file; leave out --engine"
            )
        if not os.environ.get("DATABASE_URL"):
            raise EngineFailed("Spark's processes read DATABASE_URL; set it here and for Spark's workers")
        context = _begin(self.master)
        try:
            yield from _waves(context, partial(_there, ask, api.server_of(database)), batches)
        finally:
            context.stop()


def _begin(master: str) -> SparkContext:
    try:
        from pyspark import SparkConf, SparkContext
    except ModuleNotFoundError:
        message = "pyspark is not installed; see “Judging by Spark” in docs/scale.md, or leave out --engine"
        raise EngineFailed(message) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    asked = SparkConf().setMaster(master).setAppName("cong-dan-hoc-tap")
    for name, value in (("ui.enabled", "false"), ("ui.showConsoleProgress", "false"), ("log.level", "ERROR")):
        asked.setIfMissing(f"spark.{name}", value)
    try:
        return SparkContext(conf=asked)
    except Exception as error:
        raise EngineFailed(f"Spark at {master} did not begin: {_last_line(error)}") from None


def _waves(context: SparkContext, there: Any, batches: Sequence[Sequence[UUID]]) -> Iterator[Any]:
    """The answers in order. The next wave is worked on while the caller keeps the one before."""
    size, left = WAVE * context.defaultParallelism, iter(batches)

    def wave(some: list[Sequence[UUID]]) -> list[Any]:
        found: list[Any] = context.parallelize(some, len(some)).map(there).collect()
        return found

    with ThreadPoolExecutor(1, "spark") as ahead:
        following = ahead.submit(wave, some) if (some := list(islice(left, size))) else None
        while following is not None:
            try:
                answers = following.result()
            except Exception as error:
                raise EngineFailed(
                    f"Spark gave up: {_last_line(error)} What was kept stays; run it again when that is mended."
                ) from None
            following = ahead.submit(wave, some) if (some := list(islice(left, size))) else None
            for answer in answers:
                if isinstance(answer, CertificationError):
                    raise answer
                yield answer


def _last_line(error: Exception) -> str:
    """What a Python process of Spark said last before it gave up, without the trace of Java around it."""
    told = str(getattr(error, "java_exception", error)).splitlines()
    said = [line.strip() for line in told if line.strip() and not line.lstrip().startswith(("at ", "..."))]
    python = [line for line in said if "Error" in line and not line.startswith(("org.apache", "Caused by"))]
    return (python[-1] if python else [*said, type(error).__name__][0]).rstrip(".") + "."


# ---------------------------------------------------------------- in the processes of Spark

_own: Database | None = None
"""The database of this process."""


def _there(ask: Ask[Any], server: str, batch: Sequence[UUID]) -> Any:
    """What is asked, of the database that this process opens; what the asking refuses is an answer, too, so that Spark
    does not try it again."""
    global _own
    if _own is None:
        if "DATABASE_URL" not in os.environ:
            return EngineFailed("A worker of Spark has no DATABASE_URL in its environment; set it and start it anew")
        opened = Database(os.environ["DATABASE_URL"])
        if api.server_of(opened) != server:
            opened.close()
            return EngineFailed("A worker of Spark has another database in DATABASE_URL, or a standby; mend that")
        _own = opened
        collect_seldom()
    try:
        return ask(_own, batch)
    except CertificationError as refusal:
        return refusal
