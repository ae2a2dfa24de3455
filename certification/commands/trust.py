"""`flask certification trust`, `trusted`, `findings`: who may vouch for what, and what is to be looked at."""

from __future__ import annotations

import click

from certification.commands import invocation
from certification.commands.invocation import for_tenant
from certification.evidence import findings, trust
from certification.evidence.findings_words import found_words
from certification.people import identifiers
from certification.targets.figures import number
from certification.terminal.printable import printable
from lrs import api

__all__ = ["list_findings", "trust_authority", "trusted"]


@click.command("trust")
@click.argument("authority", metavar="KEY|AUTHORITY|*")
@click.option("--at-most", type=click.Choice(list(trust.LEVELS)), required=True, help="How far its Statements count.")
@click.option(
    "--topic", "topics", multiple=True, help="Only for this topic; can be given more than once. Default: all."
)
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why, so that a judgement can be explained by it.")
@for_tenant
def trust_authority(authority: str, at_most: str, topics: tuple[str, ...], by: str, reason: str, tenant: str) -> None:
    """Say what a platform may vouch for: a KEY of ours, an AUTHORITY that another store named (`homePage|name`), or *
    for whoever is not listed. The last decision on the same holds; `unlisted` takes an authority off the list.

    Statements that were taken in before are read anew by `flask certification work`, those of that authority alone.
    """
    with invocation.writing(tenant) as (session, owner):
        canonical = trust.authority_meant(session, owner, authority)
        trust.decide(
            session,
            owner,
            canonical,
            topics or (trust.EVERYTHING,),
            trust.LEVELS[at_most],
            by=by,
            reason=reason,
            now=invocation.now(),
        )
    click.echo(f"{printable(authority)}: {at_most} for {', '.join(map(printable, topics)) or 'everything'}.")


@click.command("trusted")
@for_tenant
def trusted(tenant: str) -> None:
    """List every decision about who may vouch for what, the last last, and what holds for whoever is not listed."""
    with invocation.reading(tenant) as (session, owner):
        names = trust.names(session, owner)
        decisions = trust.decisions(session, owner)
        unlisted = trust.unlisted(session, owner)
    for one in decisions:
        who = "whoever is not listed" if one.authority == trust.ANYBODY else identifiers.written(one.authority)
        what = "everything" if one.what == trust.EVERYTHING else one.what
        named = f" ({printable(names[one.authority])})" if one.authority in names else ""
        click.echo(
            f"{one.number}. {who}{named}: {trust.level_name(one.at_most)} for {what}; {one.decided:%Y-%m-%d}, "
            f"{printable(one.decided_by)}: {printable(one.reason)}"
        )
    if unlisted is not None:
        reaches, claims = map(trust.level_name, unlisted.standing)
        click.echo(
            f"By default ({unlisted.status}, {unlisted.source or 'no file says otherwise'}), whoever is not listed: "
            f"{reaches}; may claim {claims} for itself."
        )


@click.command("findings")
@click.option("--code", "codes", multiple=True, help="Only findings of this kind; can be given more than once.")
@click.option("--list", "limit", type=click.IntRange(1, 10_000), help="List so many of them, one a line.")
@for_tenant
def list_findings(codes: tuple[str, ...], limit: int | None, tenant: str) -> None:
    """Count what is to be looked at in Statements, by platform; with --list say what it is."""
    with invocation.reading(tenant) as (session, owner):
        names = {api.key_of(authority): name for authority, name in trust.names(session, owner).items()}
        counted = findings.by_platform(session, owner)
        found = findings.listed(session, owner, codes=codes, limit=limit) if limit else []
        shared = findings.shared(session, owner)
    for one in counted:
        if not codes or one.code in codes:
            who = printable(names.get(one.said_by, "another store"))
            click.echo(f"{who}: {one.code} {number(one.statements)} (such as {one.example})")
    for each in shared:
        click.echo(
            f"One certificate for {number(len(each.workers))} workers: Statements "
            + ", ".join(str(statement) for statement in each.statements)
        )
    for listed in found:
        click.echo(f"{listed.statement_id}: {printable(found_words(listed.found))}")
