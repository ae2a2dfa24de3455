"""Judging by Spark: a master and two workers of it, one of which is killed with all it started in the middle.

    python -m tests.faults.spark [--workers N]

A population is made in a PostgreSQL of its own and judged by Spark while a machine falls over, then by processes of
this machine, and asked about by both: every result is the same, and the second time none is new. Needs pyspark in this
Python and Java 17 (Debian: openjdk-17-jre-headless); takes some three minutes. The times are those of two cores that
do all of it: Spark is shown to be right here, not to be fast.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.judging import AS_OF, NOW, prepared
from bench.population import YEAR, worker_ids
from certification.errors import CertificationError
from certification.judgement import engines, population, what_if
from certification.judgement.engines import BuiltIn, Engine
from certification.judgement.on_spark import Spark
from certification.judgement.what_if import Supposition
from certification.rules.criteria import PROGRAMME
from lrs.db import Database
from tests.faults.serving import HOST, free_port
from tests.postgresql import Cluster

PATIENCE = 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=50_000, help="how many workers are judged (default: 50,000)")
    asked = parser.parse_args()
    try:
        import pyspark
    except ModuleNotFoundError:
        print("Install pyspark into this Python first, and Debian's openjdk-17-jre-headless.")
        return 1
    engines.BATCH = 500  # so that many batches are still to come when a machine falls over
    with ExitStack() as stack:
        database, tenant = stack.enter_context(_population(asked.workers))
        ids = list(worker_ids(asked.workers))
        master, workers = stack.enter_context(_cluster(Path(pyspark.__file__).parent))

        def kill_one(judged: int) -> None:
            kept.append(judged)
            if sum(kept) >= asked.workers // 4 and len(workers) > 1:
                os.killpg(workers.pop().pid, signal.SIGKILL)
                print(f"  one of two machines killed after {sum(kept):,} of {asked.workers:,} workers", flush=True)

        kept: list[int] = []
        spark, here = Spark(master), BuiltIn(2)
        first = _timed("Spark, a machine killed", lambda: _judge(database, tenant, ids, spark, kill_one))
        other = _timed("Processes of this machine", lambda: _judge(database, tenant, ids, here))
        fewer = ids[: len(ids) // 5]
        supposed = [
            _timed(f"What if, {name}", lambda engine=engine: _what_if(database, tenant, fewer, engine))
            for name, engine in (("Spark", spark), ("this machine", here))
        ]
        wrong = list(_refused(database, tenant, ids, master))
    faults = [
        *([] if len(workers) == 1 else ["no machine was killed: judge more workers"]),
        *([] if first.workers == first.new == asked.workers else [f"{first.workers} judged, {first.new} new"]),
        *([] if first.digest == other.digest else [f"digests {first.digest} and {other.digest}"]),
        *([] if not other.new else [f"{other.new} results were other ones the second time"]),
        *([] if supposed[0] == supposed[1] else [f"what if: {supposed}"]),
        *wrong,
    ]
    print("\n".join(faults) or f"The same results, digest {first.digest}: {dict(first.outcomes)}")
    return bool(faults)


@contextmanager
def _population(workers: int) -> Iterator[tuple[Database, UUID]]:
    with Cluster.start() as server:
        url = server.create_database("spark")
        os.environ["DATABASE_URL"] = url
        database, tenant = prepared(url, workers)
        yield database, tenant
        database.close()


@contextmanager
def _cluster(spark: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a master, and its two workers, each with one processor."""
    port, run = free_port(), spark / "bin" / "spark-class"
    master = f"spark://{HOST}:{port}"
    told = {name: os.environ[name] for name in ("DATABASE_URL", "PATH")}
    told |= {
        "SPARK_LOCAL_IP": HOST, "SPARK_HOME": str(spark), "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    os.environ |= told
    with tempfile.TemporaryDirectory(prefix="cdht-spark-") as home, ExitStack() as stack:
        told |= {"SPARK_LOG_DIR": home, "SPARK_WORKER_DIR": home}

        def started(name: str, *words: str) -> subprocess.Popen[bytes]:
            with Path(home, name).open("wb") as log:
                one = subprocess.Popen([run, *words], stdout=log, stderr=log, env=told, start_new_session=True)
            stack.callback(_end, one)
            return one

        place = "org.apache.spark.deploy"
        started("master", f"{place}.master.Master", "--host", HOST, "--port", str(port), "--webui-port", "0")
        with_one = ("--host", HOST, "--cores", "1", "--memory", "1g", "--webui-port", "0", master)
        workers = [started(name, f"{place}.worker.Worker", *with_one) for name in ("one", "two")]
        deadline = time.monotonic() + PATIENCE
        while Path(home, "master").read_text().count("Registering worker") < len(workers):
            assert time.monotonic() < deadline, Path(home, "master").read_text()
            time.sleep(0.2)
        yield master, workers


def _end(one: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(one.pid, signal.SIGKILL)
    one.wait(PATIENCE)


def _judge(
    database: Database, tenant: UUID, ids: list[UUID], engine: Engine, on_judged: Callable[[int], None] = lambda _: None
) -> population.Judged:
    return population.judge_everybody(
        database, tenant, ids, programme=PROGRAMME, year=YEAR, as_of=AS_OF, now=NOW, engine=engine, on_judged=on_judged
    )


def _what_if(database: Database, tenant: UUID, ids: list[UUID], engine: Engine) -> what_if.Counts:
    supposed = Supposition(total_at_least=40, points=(("CS4", 10),))
    return what_if.of_everybody(database, tenant, ids, PROGRAMME, YEAR, AS_OF, supposed, engine)


def _refused(database: Database, tenant: UUID, ids: list[UUID], master: str) -> Iterator[str]:
    """What should have been refused: a year without criteria, a master that is not there."""
    for words, engine, year in (
        ("No criteria set", Spark(master), 2001),
        ("Spark", Spark(f"spark://{HOST}:{free_port()}"), YEAR),
    ):
        try:
            population.judge_everybody(
                database, tenant, ids, programme=PROGRAMME, year=year, as_of=AS_OF, now=NOW, engine=engine
            )
            yield f"not refused: {words}"
        except CertificationError as refusal:
            if words not in str(refusal):
                yield f"{words}: {refusal}"


def _timed(words: str, work: Callable[[], Any]) -> Any:
    begun = time.monotonic()
    found = work()
    print(f"{words}: {time.monotonic() - begun:.1f} s", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
