"""`flask certification archive-statements`, `verify-archive`."""

from __future__ import annotations

import os.path
from datetime import date
from pathlib import Path

import click

from certification.archives import making, verifying
from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.commands import invocation
from certification.commands.certificates import public_url
from certification.commands.invocation import Day, for_tenant
from certification.commands.units import by
from certification.credentials import proofs
from certification.targets.figures import number
from certification.terminal.printable import printable

__all__ = ["ARCHIVES"]


@click.command("archive-statements")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--before", required=True, type=Day(), help="All Statements stored before this day, such as 2026-01-01.")
@by
@for_tenant
def archive_statements(folder: Path, before: date, by: str, tenant: str) -> None:
    """Write all Statements stored before a day, from the first one on, into FOLDER, which is made: compressed files of
    JSON lines and a manifest of their count, order and digests, signed with the tenant's key.

    Nothing is removed from the store. The files hold personal data, as it stood while they were written: part by part,
    not at one moment, so that whoever is erased meanwhile may still stand in earlier parts. That they were written is
    an act on record.
    """
    if before > invocation.today():
        raise click.BadParameter(f"{before} is still to come", param_hint="--before")
    if os.path.lexists(folder):
        raise click.BadParameter(f"{folder} is there already; name a new folder", param_hint="FOLDER")
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    try:
        with invocation.refusing():
            made = making.archive(
                database, owner, folder, before=before, issuer=Issuer.of(public_url(), owner),
                secret=invocation.secret(), by=by, now=invocation.now(),
            )  # fmt: skip
    except OSError as error:
        raise click.ClickException(printable(f"{folder} cannot be written: {error.strerror}.")) from None
    click.echo(printable(f"{folder}: {number(made.statements)} Statements in {number(made.files)} files."))
    click.echo(f"Digest of the last line: {made.digest}")
    click.echo(f"Signed with: {made.key}")


@click.command("verify-archive")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", metavar="MULTIKEY", help="Public key that it must be signed with; default: one of the tenant's.")
@click.option("--compare", is_flag=True, help="Also name the files whose Statements the store has otherwise by now.")
@for_tenant
def verify_archive(folder: Path, key: str | None, compare: bool, tenant: str) -> None:
    """Say whether the archive in FOLDER is whole: signed, its files as they were then to the byte, with every Statement
    in order. Ends with 1 and names what is wrong where it is not.

    With --compare also each file that the store would write otherwise by now, because somebody was erased since: write
    the archive again and destroy this one.
    """
    if key is not None:
        _check(key)
    with invocation.reading(tenant) as (session, owner):
        own = keys.public_keys(session, owner)

    def find(address: str) -> str | None:
        return own.get(address.rpartition("#")[2]) if key is None else key

    try:
        with invocation.refusing():
            document, found = verifying.faults(folder, find)
    except OSError as error:
        raise click.ClickException(printable(f"{folder} holds no archive: {error.strerror}.")) from None
    for fault in found:
        click.echo(printable(f"{fault.place}: {fault.message}"), err=True)
    if found:
        raise click.exceptions.Exit(1)
    click.echo(f"Whole: {number(document['statements'])} Statements, stored before {document['before']}.")
    click.echo(f"Digest of the last line: {document['files'][-1]['digest']}")
    if compare:
        changed = verifying.changed_since(invocation.database(), owner, document)
        for name in changed:
            click.echo(f"{name}: the store has it otherwise by now", err=True)
        if changed:
            raise click.exceptions.Exit(1)
        click.echo("The store has the same.")


def _check(key: str) -> None:
    try:
        proofs.public_key(key)
    except ValueError:
        raise click.BadParameter(
            printable(f"{key or 'nothing'} is no key; give one as archive-statements printed it: z6Mk…"),
            param_hint="--key",
        ) from None


ARCHIVES = (archive_statements, verify_archive)
