"""`flask certification acts`, `verify-acts`: the record of acts, read and checked."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import current_app

from certification.acts import chain, noted
from certification.acts.chain import Head
from certification.commands import invocation
from certification.commands.invocation import for_tenant
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM

__all__ = ["ACTS"]


class Known(click.ParamType[Head]):
    """A head as `verify-acts` prints it: NUMBER:DIGEST."""

    name = "number:digest"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        if isinstance(value, Head):
            return value
        which, _, digest = str(value).strip().partition(":")
        hexadecimal = len(digest) == 64 and set(digest.lower()) <= set("0123456789abcdef")
        if not (which.isascii() and which.isdigit() and len(which) < 19 and hexadecimal):
            self.fail(
                f"{printable(value)!r} is no head; write it as it was printed, 12:9f86d0… with 64 digits", param, ctx
            )
        return Head(int(which), digest.lower())


@click.command("acts")
@click.option("--subject", help="What was done to this alone, as the record names it.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@for_tenant
def acts(subject: str | None, limit: int, tenant: str) -> None:
    """Show the acts that bind somebody, the newest first: decisions, certificates, what was handed out."""
    with invocation.reading(tenant) as (session, owner):
        found = chain.listed(session, owner, limit=limit, subject=subject)
    for one in found:
        at = one.at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
        said = "(erased)" if one.detail is None else json.dumps(one.detail, ensure_ascii=False)
        click.echo(printable(f"{one.number}  {at}  {one.by}  {one.act}  {one.subject}  {said}"))
    if not found:
        click.echo("No acts.")


@click.command("verify-acts")
@click.option(
    "--head", "known", type=Known(), help="The head that was printed, sent away or backed up before: NUMBER:DIGEST."
)
@for_tenant
def verify_acts(known: Head | None, tenant: str) -> None:
    """Work out every digest of the record of acts again; ends with 1 and names each act that was changed.

    Keep the head it prints elsewhere: a record that was rewritten from some act on to the end holds in itself, and does
    not hold that head.
    """
    with invocation.reading(tenant) as (session, owner):
        checked = chain.verify(session, owner, known)
    noted.keep(current_app.extensions["settings"].data_dir, owner, checked, at=invocation.now())
    for fault in checked.faults:
        click.echo(fault, err=True)
    click.echo(f"{number(checked.head.number)} acts, {number(checked.erased)} with erased details.")
    click.echo(f"Head: {checked.head.number}:{checked.head.digest}")
    if checked.faults:
        raise click.exceptions.Exit(1)
    click.echo("The record is whole." if known is None else "The record is whole and holds the head named.")


ACTS = (acts, verify_acts)
