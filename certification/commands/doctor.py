"""`flask ops doctor`: what is wrong with the installation and what to do, as the operators' page says it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from certification.commands import invocation
from certification.terminal.printable import printable
from certification.web.frame import languages
from certification.web.operators import health
from certification.web.operators.health import GOOD, MIND, WRONG, Check
from certification.web.operators.health.asked import Installation, this_installation
from certification.web.operators.health.of_outside import bucket_of_attachments, certificate_of_https
from lrs import api
from lrs.db import NOBODY

__all__ = ["doctor"]

MARKS = {WRONG: "WRONG", MIND: "look", GOOD: "well"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--all", "everything", is_flag=True, help="Show also what is well.")
@click.option(
    "--language", type=click.Choice(list(languages.LANGUAGES)), default="en", show_default=True, help="In which words."
)
@with_appcontext
def doctor(as_json: bool, everything: bool, language: str) -> None:
    """Say what is wrong with this installation, its database and every tenant, and what to do; changes nothing.

    Ends with 1 where something is wrong, with 0 otherwise; what is to be looked at some time is no fault. Settings that
    cannot be used are named, all at once, by every command.
    """
    installation = this_installation(invocation.now())
    with languages.spoken(language):
        found = _ask(installation)
    wrong = sum(one.kind == WRONG for _, one in found)
    if as_json:
        told = {
            "at": installation.now.isoformat(timespec="seconds"),
            "database": installation.database.place,
            "wrong": wrong,
            "checks": [_document(tenant, one) for tenant, one in found],
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        click.echo(f"Database: {printable(installation.database.place)}")
        _print(found, everything)
    if wrong:
        raise click.exceptions.Exit(1)


def _ask(installation: Installation) -> list[tuple[str, Check]]:
    """Everything, each with the name of the tenant that it is about ("" for the installation)."""
    outside = (*certificate_of_https(installation), *bucket_of_attachments(installation))
    found = [("", one) for one in (*health.of_installation(installation), *outside)]
    try:
        with installation.database.reading(NOBODY) as session:
            tenants = api.tenants(session)
        for tenant, name in tenants:
            with installation.database.reading(tenant) as session:
                found += [(name, one) for one in health.checks(session, tenant, installation)]
    except SQLAlchemyError:
        if not any(one.kind == WRONG and one.id in ("database", "revision") for _, one in found):
            raise
    return found


def _document(tenant: str, one: Check) -> dict[str, Any]:
    state = {WRONG: "wrong", MIND: "look", GOOD: "well"}[one.kind]
    told = {"check": one.id, "tenant": tenant or None, "state": state, "name": one.name, "words": one.words}
    if one.kind != GOOD:
        told |= {"do": one.do, "read": f"docs/operate.md#{one.read}"}
    return told


def _print(found: Sequence[tuple[str, Check]], everything: bool) -> None:
    counts = {kind: sum(one.kind == kind for _, one in found) for kind in (WRONG, MIND, GOOD)}
    for kind in (WRONG, MIND, *([GOOD] if everything else [])):
        for tenant, one in found:
            if one.kind == kind:
                where = f" ({tenant})" if tenant else ""
                click.echo(printable(f"{MARKS[kind]:5}  {one.name}{where}: {one.words}"))
                if kind != GOOD:
                    click.echo(printable(f"       → {one.do}  [docs/operate.md#{one.read}]"))
    click.echo(f"{counts[WRONG]} wrong, {counts[MIND]} to look at, {counts[GOOD]} well.")
