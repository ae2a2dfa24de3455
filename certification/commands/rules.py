"""`flask certification load-rules`."""

from __future__ import annotations

from pathlib import Path

import click

from certification.commands import invocation
from certification.commands.invocation import FILE, for_tenant
from certification.judgement import judging
from certification.rules import programme
from certification.targets.figures import number
from certification.terminal.printable import printable

__all__ = ["load_rules"]

COUNTED_BY = {"evidence-mapping"}


@click.command("load-rules")
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE]...")
@for_tenant
def load_rules(files: tuple[Path, ...], tenant: str) -> None:
    """Load criteria, plans and other rule files; without FILE, all shipped ones and the units they name.

    A loaded file is never changed: loading it again does nothing, and another text under the same id is refused.
    Either everything named is loaded, or nothing.
    """
    with invocation.writing(tenant) as (session, owner):
        if files:
            taken = programme.load_files(session, owner, files, now=invocation.now())
        else:
            taken = programme.load_shipped(session, owner, now=invocation.now())
        touched = judging.mark_touched(session, owner, [one.id for one in taken.rules if one.is_new])
    for name, result in taken.units:
        invocation.tell(name, result)
    for one in taken.rules:
        click.echo(f"{one.kind} {one.identifier}: {'loaded' if one.is_new else 'loaded already, unchanged'}")
    for warning in [warning for one in taken.rules for warning in one.warnings]:
        click.echo(f"Warning: {printable(warning)}", err=True)
    for_this = "" if tenant == "default" else f" --tenant {printable(tenant)}"
    if taken.new_kinds & COUNTED_BY:
        click.echo(f"New evidence mapping: `flask certification rebuild-facts{for_this}` reads old Statements by it.")
    if touched:
        click.echo(f"New rules: `flask certification work{for_this}` judges the {number(touched)} concerned again.")
