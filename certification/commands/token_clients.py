"""`flask certification set-token-client` and its like: platforms that come with tokens in place of key and secret."""

from __future__ import annotations

import click
from flask import current_app

from certification.access import roles, token_clients
from certification.commands import invocation
from certification.commands.access import reason
from certification.commands.invocation import for_tenant
from certification.terminal.printable import printable
from lrs import api

__all__ = ["TOKEN_CLIENTS"]

key = click.argument("key")


class Grant(click.ParamType[tuple[str, str]]):
    """What a token may say, the sign =, and the scope that gives."""

    name = "theirs=ours"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        theirs, sign, ours = value.rpartition("=")
        if not sign:
            self.fail(
                f"{value!r}: write what tokens say, =, and the scope that gives: lrs:write=statements/write", param
            )
        return theirs, ours


@click.command("set-token-client")
@key
@click.option("--issuer", required=True, help="The iss of its tokens, an https:// address, exactly.")
@click.option("--audience", required=True, help="What the aud of its tokens holds.")
@click.option("--client-id", required=True, help="What the provider calls the platform.")
@click.option(
    "--algorithm", "algorithms", multiple=True, type=click.Choice(api.TOKEN_ALGORITHMS),
    help=f"What may sign them; can be given more than once. Default: {' '.join(api.USUAL_TOKEN_ALGORITHMS)}.",
)  # fmt: skip
@click.option("--claim", default=api.TOKEN_CLAIM, show_default=True, help="Where tokens say what they may.")
@click.option(
    "--grant", "grants", multiple=True, type=Grant(),
    help="What a token may say there, and the scope that gives; can be given more than once. Default: all of the key.",
)  # fmt: skip
@reason
@for_tenant
def set_token_client(
    key: str,
    issuer: str,
    audience: str,
    client_id: str,
    algorithms: tuple[str, ...],
    claim: str,
    grants: tuple[tuple[str, str], ...],
    reason: str,
    tenant: str,
) -> None:
    """Take tokens (OAuth 2.0) of a platform's provider for KEY, whose secret works as before; or say otherwise which.

    The provider's host has to be in OUTGOING_HOSTS.
    """
    with invocation.writing(tenant) as (session, owner):
        made = token_clients.set_client(
            session, roles.at_terminal(owner), key, issuer=issuer, audience=audience, client_id=client_id,
            algorithms=algorithms or api.USUAL_TOKEN_ALGORITHMS, claim=claim, grants=dict(grants),
            hosts=current_app.extensions["settings"].outgoing_hosts, reason=reason, now=invocation.now(),
        )  # fmt: skip
    click.echo(f"Tokens of {printable(made.client_id)} at {printable(made.issuer)} stand for {made.key} from now on.")


@click.command("token-clients")
@for_tenant
def list_token_clients(tenant: str) -> None:
    """List whose tokens are taken: key, issuer, client, audience, algorithms, and what tokens are allowed by what."""
    with invocation.reading(tenant) as (session, owner):
        found = api.token_clients(session, owner)
    for one in found:
        gives = ", ".join(f"{theirs} gives {ours}" for theirs, ours in one.grants.items()) or "all the key has"
        click.echo(
            f"{one.key}  {printable(one.issuer)}  {printable(one.client_id)}  for {printable(one.audience)}"
            f"  [{' '.join(one.algorithms)}]  {printable(one.claim)}: {printable(gives)}"
        )
    click.echo(f"{len(found)} clients.")


@click.command("remove-token-client")
@key
@reason
@for_tenant
def remove_token_client(key: str, reason: str, tenant: str) -> None:
    """Take no tokens for KEY any more, from the next request on; its secret works as before."""
    with invocation.writing(tenant) as (session, owner):
        token_clients.remove(session, roles.at_terminal(owner), key, reason=reason, now=invocation.now())
    click.echo(f"No tokens are taken for {key} any more.")


TOKEN_CLIENTS = (set_token_client, list_token_clients, remove_token_client)
