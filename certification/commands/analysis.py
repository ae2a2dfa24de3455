"""`flask certification export-figures`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from certification.analysis import exporting
from certification.analysis.protecting import BELOW
from certification.commands import invocation
from certification.commands.invocation import for_tenant
from certification.commands.units import by
from certification.targets.figures import behind_words, number
from certification.terminal.printable import printable

__all__ = ["export_figures"]


@click.command("export-figures")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--hide-below",
    type=click.IntRange(min=BELOW, max=1000),
    default=BELOW,
    show_default=True,
    help="Hide counts of fewer persons, and what would give them away; the others are rounded to multiples of it. "
    "Two exports with different thresholds give counts of few by comparison, so one like the last is asked for.",
)
@click.option("--other-readers", is_flag=True, help="Whoever gets these files has none of those exported before.")
@by
@for_tenant
def export_figures(folder: Path, hide_below: int, other_readers: bool, by: str, tenant: str) -> None:
    """Write rates.parquet and facts.parquet into FOLDER, which is made: for analysts, to be asked with DuckDB or any
    program that reads Parquet.

    Rates of every unit against every target that binds it, and facts counted by unit and kind, at the end of each month
    of this year and the two before. No row is of a person. That it was exported is an act on record.
    """
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    if os.path.lexists(folder):  # a link that leads nowhere too
        raise click.BadParameter(f"{folder} is there already; name a new folder", param_hint="FOLDER")
    try:
        with invocation.refusing():
            made = exporting.export(
                database, owner, folder, below=hide_below, by=by, today=invocation.today(), now=invocation.now(),
                other_readers=other_readers,
            )  # fmt: skip
    except OSError as error:
        raise click.ClickException(printable(f"{folder} cannot be written: {error.strerror}.")) from None
    if made.behind is not None:
        click.echo(behind_words(made.behind), err=True)
    click.echo(
        printable(
            f"{folder}: {number(made.rates)} rates and {number(made.facts)} counts of facts, "
            f"from {made.first} to {made.last}; counts of fewer than {hide_below} persons are hidden."
        )
    )
