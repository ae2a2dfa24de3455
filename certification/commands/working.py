"""`flask ops under-way`: all work under way, of every tenant, as the operators' page says it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click
from flask.cli import with_appcontext

from certification.commands import invocation
from certification.terminal.printable import printable
from certification.web.frame import languages
from certification.web.frame.written import instant
from certification.web.operators.health.asked import this_installation
from certification.web.operators.health.under_way import Asking, Work, is_silent
from certification.web.operators.health.under_way import under_way as work_of
from lrs import api
from lrs.db import NOBODY

__all__ = ["under_way"]


@click.command("under-way")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option(
    "--language", type=click.Choice(list(languages.LANGUAGES)), default="en", show_default=True, help="In which words."
)
@with_appcontext
def under_way(as_json: bool, language: str) -> None:
    """List all work under way in every tenant: what, since when, how far, what is stuck and what to do.

    Changes nothing. Ends with 1 where something is stuck, with 0 otherwise.
    """
    with languages.spoken(language):
        found = _ask()
        if as_json:
            click.echo(json.dumps([_document(*one) for one in found], ensure_ascii=False, indent=1))
        else:
            for tenant, one in found:
                click.echo(_line(tenant, one))
            stuck = sum(one.stuck for _, one in found)
            click.echo(f"{len(found)} under way, {stuck} of them stuck.")
    if any(one.stuck for _, one in found):
        raise click.exceptions.Exit(1)


def _ask() -> list[tuple[str, Work]]:
    """Everything, each with the name of the tenant whose it is; what is stuck first."""
    installation, found = this_installation(invocation.now()), []
    database = installation.database
    with database.reading(NOBODY) as session:
        tenants = api.tenants(session)
    for tenant, name in tenants:
        with database.reading(tenant) as session:
            asked = Asking(
                installation.now, tenant, name, on_sqlite=database.is_sqlite,
                is_copy=api.copied_since(session) is not None, is_silent=is_silent(installation),
            )  # fmt: skip
            found += [(name, one) for one in work_of(session, asked)]
    return sorted(found, key=lambda one: not one[1].stuck)


def _document(tenant: str, one: Work) -> dict[str, Any]:
    told = asdict(one)
    since = one.since and one.since.isoformat(timespec="seconds")
    return {"tenant": tenant, "since": since} | {
        name: told[name] for name in ("kind", "name", "words", "done", "total", "stuck", "paused", "do")
    }


def _line(tenant: str, one: Work) -> str:
    state = "STUCK" if one.stuck else "pause" if one.paused else "works"
    since = f", since {instant(one.since)}" if one.since else ""
    line = printable(f"{state}  {one.name} ({tenant}): {one.words}{since}")
    return f"{line}\n       → {printable(one.do)}" if one.do else line
