"""`flask certification set-sign-in` and its like: organizations' own sign-ins (OpenID Connect), who is who there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import current_app

from certification.access import elsewhere, providers, roles
from certification.commands import invocation
from certification.commands.access import pepper, reason
from certification.commands.invocation import FILE, for_tenant
from certification.terminal.printable import printable

__all__ = ["SIGN_INS"]

code = click.argument("code")


@click.command("set-sign-in")
@code
@click.option("--name", required=True, help="As people call it; stands on the button.")
@click.option("--issuer", required=True, help="Its issuer, an https:// address, exactly as the organization tells it.")
@click.option("--client-id", required=True, help="Who this installation is there.")
@click.option("--secret-file", type=FILE, help="A file that holds the client's secret alone; without it there is none.")
@click.option("--claim", default=providers.DEFAULT_CLAIM, show_default=True, help="The claim that names the account.")
@click.option("--scopes", default=providers.DEFAULT_SCOPES, show_default=True, help="What is asked for.")
@click.option(
    "--trusts-second-factor",
    is_flag=True,
    help="A second factor asked for there stands in for the code that an account here, or a role, asks for.",
)
@click.option("--acr", default="", help="Values of acr, separated by blanks, that say so; they are asked for.")
@reason
@for_tenant
def set_sign_in(
    code: str,
    name: str,
    issuer: str,
    client_id: str,
    secret_file: Path | None,
    claim: str,
    scopes: str,
    trusts_second_factor: bool,
    acr: str,
    reason: str,
    tenant: str,
) -> None:
    """Let linked accounts sign in at an organization's own sign-in (OpenID Connect); print where browsers come back to.

    The organization has to know that address. Run again, it says otherwise how the sign-in works.
    """
    public_url: str = current_app.extensions["settings"].public_url
    if not public_url:
        raise click.ClickException("PUBLIC_URL is not set: a browser would not find back. Set it and start again.")
    with invocation.writing(tenant) as (session, owner):
        made = providers.set_provider(
            session,
            owner,
            code,
            name=name,
            issuer=issuer,
            client_id=client_id,
            secret=None if secret_file is None else secret_file.read_text(encoding="utf-8").strip(),
            claim=claim,
            scopes=scopes,
            trusts_second_factor=trusts_second_factor,
            strong_acr=acr,
            pepper=pepper(),
            by=roles.TERMINAL,
            reason=reason,
            now=invocation.now(),
        )
    click.echo("Tell the organization that browsers come back to this address:", err=True)
    click.echo(elsewhere.return_address(public_url, owner, made.id))


@click.command("end-sign-in")
@code
@reason
@for_tenant
def end_sign_in(code: str, reason: str, tenant: str) -> None:
    """Let nobody sign in at an organization's own sign-in any more, and end what was signed in to by it."""
    with invocation.writing(tenant) as (session, owner):
        ended = providers.end(session, owner, code, by=roles.TERMINAL, reason=reason, now=invocation.now())
    click.echo(f"Nobody signs in by {printable(code)} any more; {ended} sessions ended.")


@click.command("sign-ins")
@for_tenant
def list_sign_ins(tenant: str) -> None:
    """List organizations' own sign-ins, those that are used no longer too."""
    with invocation.reading(tenant) as (session, owner):
        found = providers.listed(session, owner)
    for one in found:
        state = "in use" if one.ended is None else f"until {one.ended:%d/%m/%Y}"
        secret = "with a secret" if one.has_secret else "without a secret"
        there = f"{one.issuer}  {one.client_id} ({secret})  named by {one.claim}"
        click.echo(f"{one.code}  {printable(one.name)}  {printable(there)}  {state}")
    click.echo(f"{len(found)} sign-ins.")


@click.command("link-sign-in")
@click.argument("name")
@code
@click.argument("subject")
@reason
@for_tenant
def link_sign_in(name: str, code: str, subject: str, reason: str, tenant: str) -> None:
    """Say what an organization's own sign-in calls the person of an account: the SUBJECT in its claim."""
    with invocation.writing(tenant) as (session, owner):
        said: dict[str, Any] = {"pepper": pepper(), "by": roles.TERMINAL, "reason": reason, "now": invocation.now()}
        providers.link(session, owner, name, code, subject, **said)
    click.echo(f"{printable(name)} signs in by {printable(code)} from now on.")


@click.command("unlink-sign-in")
@click.argument("name")
@code
@reason
@for_tenant
def unlink_sign_in(name: str, code: str, reason: str, tenant: str) -> None:
    """Let an account sign in by an organization's own sign-in no longer, and end what it is signed in to by it."""
    with invocation.writing(tenant) as (session, owner):
        providers.unlink(session, owner, name, code, by=roles.TERMINAL, reason=reason, now=invocation.now())
    click.echo(f"{printable(name)} signs in by {printable(code)} no longer.")


SIGN_INS = (set_sign_in, end_sign_in, list_sign_ins, link_sign_in, unlink_sign_in)
