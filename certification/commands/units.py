"""`flask certification units` …: the trees on a day, and changing them from a day on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from certification.commands import invocation
from certification.commands.invocation import FILE, Day, for_tenant
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.units import changes, organizations
from certification.units.trees import TREES, UNION, Tree
from certification.vietnam import VIETNAM

__all__ = ["UNITS"]

on_day = click.option("--on", type=Day(), help="The day (2026-11-20 or 20/11/2026); default: today in Vietnam.")
which_tree = click.option("--tree", type=click.Choice(TREES), default=UNION, show_default=True, help="Which tree.")
source = click.option("--source", required=True, help="The document that says so; kept with the change.")
by = click.option("--by", required=True, help="Who records it; kept with the change.")


@click.command("units")
@click.option("--below", metavar="CODE", help="Only this unit and what stands under it.")
@which_tree
@on_day
@for_tenant
def units(below: str | None, tree: str, on: date | None, tenant: str) -> None:
    """Show one tree as it stood on a day. A unit that had ended says who followed it."""
    with invocation.reading(tenant) as (session, owner):
        found = organizations.tree(session, owner, on or invocation.today())
    with invocation.refusing():
        roots = [found.existing(below).code] if below else _roots(found, tree)
    shown: set[str] = set()
    for root in roots:
        _show(found, root, tree, 0, shown)
    click.echo(f"{number(len(shown))} units on {found.on:%d/%m/%Y}.")


def _roots(found: Tree, tree: str) -> list[str]:
    return [one.code for one in found.nodes if not found.parents(one.code, tree) and found.children(one.code, tree)]


def _show(found: Tree, code: str, tree: str, depth: int, shown: set[str]) -> None:
    shown.add(code)
    node = found.node(code)
    beside = " · ".join(printable(one) for one in (node.official_code, node.sector, node.zone) if one)
    click.echo("  " * depth + f"{code}  {printable(node.name)}" + (f"  [{beside}]" if beside else ""))
    for child in found.children(code, tree):
        _show(found, child, tree, depth + 1, shown)


@click.command("find-unit")
@click.argument("words", metavar="WORDS")
@on_day
@for_tenant
def find_unit(words: str, on: date | None, tenant: str) -> None:
    """Find units by a present or former name, with or without diacritics, by code, or by official code."""
    with invocation.reading(tenant) as (session, owner):
        codes = organizations.search(session, owner, words)
        found = organizations.tree(session, owner, on or invocation.today())
    for code in codes:
        click.echo(f"{code}  {printable(found.called(code))}")
    click.echo(f"{number(len(codes))} units.")


@click.command("move-unit")
@click.argument("code", metavar="CODE")
@click.argument("parent", metavar="PARENT", required=False)
@which_tree
@click.option("--on", type=Day(), required=True, help="First day under the new parent.")
@source
@by
@for_tenant
def move_unit(code: str, parent: str | None, tree: str, on: date, source: str, by: str, tenant: str) -> None:
    """Put the unit CODE under PARENT from a day on; without PARENT it stands in that tree no more.

    A grassroots union may stand under any union: a commune's, a neighbouring one's, the province's, an industrial
    zone's, a corporation's. Figures of earlier days stay on the tree of their day.
    """
    with invocation.writing(tenant) as (session, owner):
        changes.move(session, owner, code, parent, tree=tree, on=on, source=source, by=by, now=invocation.now())
    where = f"under {printable(parent)}" if parent else "under nobody"
    click.echo(f"{printable(code)} stands {where} from {on:%d/%m/%Y}.")


@click.command("end-unit")
@click.argument("code", metavar="CODE")
@click.option("--successor", "successors", multiple=True, metavar="CODE", help="Who follows it; several for a split.")
@click.option("--on", type=Day(), required=True, help="First day on which it is there no more.")
@source
@by
@for_tenant
def end_unit(code: str, successors: tuple[str, ...], on: date, source: str, by: str, tenant: str) -> None:
    """End the unit CODE; what stands under it goes to its one successor.

    With several successors, or none, move what stands under it first.
    """
    with invocation.writing(tenant) as (session, owner):
        changes.end(session, owner, code, successors, day=on, source=source, by=by, now=invocation.now())
    click.echo(f"{printable(code)} is there no more from {on:%d/%m/%Y}.")


@click.command("import-successions")
@click.argument("file", type=FILE)
@click.option("--by", default="command line", show_default=True, help="Who records it.")
@click.option("--dry-run", is_flag=True, help="Only tell every fault and what it would come to; change nothing.")
@for_tenant
def import_successions(file: Path, by: str, dry_run: bool, tenant: str) -> None:
    """Import units that ended and who followed them, from a CSV or XLSX file.

    A file with any fault changes nothing. The same file twice changes nothing. Columns: docs/imports.md.
    """
    with invocation.writing(tenant, dry_run=dry_run) as (session, owner):
        result = changes.import_successions(session, owner, file.read_bytes(), now=invocation.now(), by=by)
    invocation.tell(file.name, result)
    if dry_run:
        click.echo("Nothing was changed (--dry-run).")


@click.command("unit-history")
@click.argument("code", metavar="CODE")
@for_tenant
def unit_history(code: str, tenant: str) -> None:
    """What was done to a unit: moved or ended, from which day, by which document, by whom."""
    with invocation.reading(tenant) as (session, owner):
        found = changes.history(session, owner, code)
        tree = organizations.tree(session, owner, invocation.today())
    click.echo(f"{printable(code)}  {printable(tree.called(code))}")
    for one in found:
        to = " ".join(printable(code) for code in one.to)
        moment = f"{one.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        told = f"{printable(one.source)}  ({printable(one.done_by)}, {moment})"
        click.echo(f"  {one.day:%d/%m/%Y}  {one.what}  {to}  {told}")


UNITS = (units, find_unit, move_unit, end_unit, import_successions, unit_history)
