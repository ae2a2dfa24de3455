"""Erasing a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from flask import current_app

from lrs import credentials, erasure
from lrs.commands.invocation import database, tenant_id
from lrs.db import NOBODY, Database
from lrs.errors import InvalidRequest
from lrs.forwarding.handed_over import Copies
from lrs.privacy import OpaqueAccounts
from lrs.statements.validate import check_actor, decode


@click.command("erase")
@click.option("--agent", "as_json", help="Whom to erase, as xAPI writes an Agent in JSON.")
@click.option("--ifi", help="The same in one line: account HOMEPAGE|NAME, mbox mailto:…, mbox_sha1sum … or openid ….")
@click.option("--unfinished", is_flag=True, help="Go on with every erasure that was broken off, instead.")
@click.option("--reason", default="", help="Who asked for it and why, without naming the person; it is kept.")
@click.option("--dry-run", is_flag=True, help="Only say what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant.")
@click.option("--tenant", default="default", show_default=True, help="In whose data.")
def erase(
    as_json: str | None, ifi: str | None, unfinished: bool, reason: str, dry_run: bool, yes: bool, tenant: str
) -> None:
    """Erase a person from the store, for good: an opaque account stands in the Agent's place everywhere.

    Statements keep their ids and all else they say; State, Agent Profiles, names and the person's files are removed.
    Broken off, the same command goes on where it was.
    """
    if [as_json is not None, ifi is not None, unfinished].count(True) != 1:
        raise click.UsageError("say whom: --agent JSON, --ifi IDENTIFIER, or --unfinished")
    store = database()
    try:
        with store.reading(NOBODY) as session:
            owner = tenant_id(session, tenant)
        with store.reading(owner) as session:
            broken_off = erasure.unfinished(session, owner) if unfinished else []
        asked = broken_off if unfinished else [(_agent(as_json, ifi), reason)]
        for agent, why in asked:
            _erase(store, owner, agent, why, dry_run=dry_run, ask=not (yes or unfinished))
    except InvalidRequest as error:
        raise click.ClickException(str(error)) from None
    if unfinished and not asked:
        click.echo("No erasure was broken off.")


def _erase(database: Database, tenant: UUID, agent: dict[str, Any], reason: str, *, dry_run: bool, ask: bool) -> None:
    secret: bytes = current_app.extensions["settings"].secret_key
    key, accounts = credentials.erasure_key(secret, tenant), OpaqueAccounts.of(tenant, secret)
    with database.reading(tenant) as session:
        before = erasure.last(session, tenant, agent, key=key, accounts=accounts)
    if before:
        click.echo(f"This Agent was erased on {before:%Y-%m-%d %H:%M} UTC; what follows came in since.")
    if dry_run or ask:
        _show(erasure.survey(database, tenant, agent, accounts=accounts), "would be")
    if dry_run:
        return
    click.echo(f"Database: {database.place}", err=True)
    if ask:
        click.confirm("This cannot be undone. Erase?", abort=True)
    done = erasure.erase(
        database, tenant, agent, key=key, accounts=accounts, reason=reason, now=datetime.now(UTC),
        more=current_app.extensions.get("forwarding_filters"),
        after_chunk=lambda done: click.echo(f"\r{done.statements} Statements …", nl=False, err=True),
    )  # fmt: skip
    click.echo(err=True)
    _show(done, "were")
    with database.reading(tenant) as session:
        show_copies(erasure.copies(session, tenant, agent, key=key))
    if before is None and not (done.statements or done.documents):
        click.echo("Nothing here named this Agent: is the identifier written just as platforms send it?", err=True)
    else:
        click.echo("The person is erased here. Next: what remains where, in docs/operate.md.", err=True)


def _show(report: erasure.Report, verb: str) -> None:
    click.echo(f"{report.statements} Statements {verb} rewritten.")
    click.echo(f"{report.attachments} files {verb} removed.")
    click.echo(f"{report.documents} documents of State and Agent Profiles {verb} removed.")
    for ids, words in (
        (report.kept_attachments, "only mention the person and keep their files; look what these show"),
        (report.told_elsewhere, "tell the identifier or the name in a text or an extension, which stays as it is"),
    ):
        if ids:
            click.echo(f"{len(ids)} Statements {words}:")
            for one in sorted(ids)[: erasure.MOST_NAMED]:
                click.echo(f"  {one}")
            if len(ids) > erasure.MOST_NAMED:
                click.echo("  …")


def show_copies(copies: Iterable[Copies]) -> None:
    """Where Statements had gone, for whoever is to tell them."""
    for one in copies:
        does = "had been told of" if one.kind == "webhook" else "had"
        who = f"{one.name} ({one.endpoint})"
        click.echo(f"{who} {does} {len(one.statements)} of these Statements; tell whoever runs it to erase the person:")
        for id_ in one.statements[: erasure.MOST_NAMED]:
            click.echo(f"  {id_}")
        if len(one.statements) > erasure.MOST_NAMED:
            click.echo("  … all of them: flask lrs copies-of-erased --json")


@click.command("copies-of-erased")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs, with every id.")
@click.option("--tenant", default="default", show_default=True, help="In whose data.")
def copies_of_erased(as_json: bool, tenant: str) -> None:
    """List which other systems had Statements of people who were erased here, by erasure, the newest first."""
    store = database()
    try:
        with store.reading(NOBODY) as session:
            owner = tenant_id(session, tenant)
    except InvalidRequest as error:
        raise click.ClickException(str(error)) from None
    with store.reading(owner) as session:
        found = erasure.copies_of(session, owner)
    if as_json:
        document = [
            {
                "erased": begun.isoformat(), "reason": reason, "name": one.name, "kind": one.kind,
                "endpoint": one.endpoint, "statements": [str(id_) for id_ in one.statements],
            }
            for begun, reason, copies in found
            for one in copies
        ]  # fmt: skip
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    for begun, reason, copies in found:
        click.echo(f"{begun:%Y-%m-%d %H:%M} UTC, {reason}")
        show_copies(copies)


def _agent(as_json: str | None, ifi: str | None) -> dict[str, Any]:
    """The Agent that the options name; raises InvalidRequest for what is no JSON."""
    if as_json is not None:
        agent: dict[str, Any] = check_actor(decode(as_json.encode(), "--agent"), "--agent")
        return agent
    kind, _, rest = (ifi or "").partition(" ")
    if kind == "account":
        home_page, _, name = rest.partition("|")
        return check_actor({"account": {"homePage": home_page, "name": name}}, "--ifi")
    return check_actor({kind: rest}, "--ifi")
