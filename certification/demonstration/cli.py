"""`flask certification demo`: the whole main job on invented people."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from certification.commands import invocation
from certification.demonstration import run as demonstration
from certification.demonstration.errors import DemonstrationFailed
from certification.demonstration.state import Scale
from certification.errors import CertificationError
from certification.terminal.printable import printable
from certification.terminal.progress import console

AS_OF = date(2026, 11, 20)
WORKERS = 3_400
STATEMENTS = 62_000
CLIENT_STATEMENTS = 400
SEED = 1268

INTERRUPTED = 130
"""Exit status of a program that a signal ended."""


@click.command("demo")
@click.option(
    "--on",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=AS_OF.isoformat(),
    show_default=True,
    help="Cut-off day.",
)
@click.option("--workers", type=click.IntRange(min=42), default=WORKERS, show_default=True, help="People to invent.")
@click.option(
    "--statements", type=click.IntRange(min=100), default=STATEMENTS, show_default=True, help="At least so many."
)
@click.option(
    "--client-statements",
    type=click.IntRange(min=6),
    default=CLIENT_STATEMENTS,
    show_default=True,
    help="From each published client library.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed, other people.")
@click.option("--serve/--no-serve", default=True, show_default=True, help="Keep serving until Ctrl-C.")
@with_appcontext
def demo(as_of: datetime, workers: int, statements: int, client_statements: int, seed: int, serve: bool) -> None:
    """Invent enterprises and people, post a year of their learning, judge, show the figures, serve.

    Needs a database of its own: DATA_DIR (and DATABASE_URL) say where. Run again, it checks and shows what is there.
    """
    settings = current_app.extensions["settings"]
    place = demonstration.Place(
        settings.data_dir, settings.database_url, settings.secret_key, settings.port, settings.public_url
    )
    scale = Scale(as_of.date(), workers, statements, client_statements, seed)
    database = invocation.database_to_write()
    try:
        demonstration.run(
            place,
            database,
            scale,
            console=console(),
            now=datetime.now(UTC),
            serve=serve,
        )
    except (DemonstrationFailed, CertificationError) as error:
        raise click.ClickException(printable(str(error), lines=True)) from error
    except KeyboardInterrupt:
        click.echo("Stopped before it was complete; run it again to complete it.", err=True)
        raise SystemExit(INTERRUPTED) from None
    finally:
        database.close()
