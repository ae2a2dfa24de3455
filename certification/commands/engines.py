"""`--engine builtin|spark`: what works on a whole population. The operator says which; none takes another's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from certification.judgement.engines import BuiltIn, Engine
from certification.judgement.on_spark import Spark

__all__ = ["by_engine", "chosen"]

_LOCAL = "local[*]"


def by_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """The two options; the command passes both to `chosen`."""
    master = click.option(
        "--spark-master",
        metavar="ADDRESS",
        help=f"With --engine spark: spark://HOST:PORT, or local[N] for N processes here. Default: {_LOCAL}.",
    )
    engine = click.option(
        "--engine",
        type=click.Choice(["builtin", "spark"]),
        default="builtin",
        show_default=True,
        help="What works on everybody: processes of this machine, or Apache Spark. Results are the same.",
    )
    return engine(master(command))


def chosen(engine: str, spark_master: str | None) -> Engine:
    """The engine that the options name. Raises click's UsageError."""
    if engine == "spark":
        return Spark(spark_master or _LOCAL)
    if spark_master is not None:
        raise click.UsageError("--spark-master goes with --engine spark")
    return BuiltIn()
