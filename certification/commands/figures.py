"""`flask certification attainment`, `attainment-people`, `freeze`, `frozen`, `publish`, `unpublish`: how far every
organization is, who is behind a figure, what was frozen, and who may see it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.judgement import explanations
from certification.rules import plans
from certification.targets import attainment, freezing, gathered, listing, publications
from certification.targets import rates as rates_of_targets
from certification.targets.disclosure import BELOW
from certification.targets.figures import BASIS_WORDS, number
from certification.targets.gathered import Which
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.terminal import tables
from certification.terminal.printable import printable
from certification.terminal.progress import console

__all__ = ["freeze", "list_people", "publish", "show_attainment", "show_frozen", "unpublish"]

ANYWHERE = "-"
"""Stands for ORGANIZATION where a zone or sector is asked for in the whole tenant."""

_as_of = click.option(
    "--on", "as_of", type=Day(), help="Cut-off day, such as 2026-11-20 or 20/11/2026; default: today in Vietnam."
)
_basis = click.option(
    "--basis",
    type=click.Choice(BASES),
    default=ALL_ENTERPRISES,
    show_default=True,
    help="Over whom: the workers of all enterprises, or of those with a grassroots union.",
)
_headcount_on = click.option(
    "--headcount-on", type=Day(), help="Day whose headcount is the denominator; default: the cut-off day."
)
_zone = click.option("--zone", help="Only enterprises of this industrial zone, by its name on the day.")
_sector = click.option("--sector", help="Only enterprises of this sector, by its name on the day.")
_plan = click.option("--plan", help="The targets of this plan alone, where it binds; default: of the nearest ones.")


def _asked(organization: str, zone: str | None, sector: str | None) -> str | Which:
    """What ORGANIZATION, --zone and --sector ask for together."""
    if zone or sector:
        return Which(zone, sector, None if organization == ANYWHERE else organization)
    return organization


def _named(record: freezing.Frozen) -> str:
    """Whose figures were frozen."""
    return " · ".join(one for one in (record.organization, record.zone, record.sector) if one)


@click.command("attainment")
@_as_of
@click.option("--organization", help="One organization by its code, with those right below it, and forecasts.")
@click.option("--zone", help="All enterprises of an industrial zone together, by its name on the day.")
@click.option("--sector", help="All enterprises of a sector together; with --organization only those within it.")
@_basis
@_headcount_on
@_plan
@for_tenant
def show_attainment(
    as_of: date | None,
    organization: str | None,
    zone: str | None,
    sector: str | None,
    basis: str,
    headcount_on: date | None,
    plan: str | None,
    tenant: str,
) -> None:
    """Print how far every organization is from every target that binds it, on a cut-off day."""
    as_of = as_of or invocation.today()
    with invocation.reading(tenant) as (session, owner):
        names = explanations.plan_names(plans.all_plans(session, owner))
        if zone or sector:
            together = gathered.gather(
                session,
                owner,
                Which(zone, sector, organization),
                on=as_of,
                today=invocation.today(),
                basis=basis,
                headcount_on=headcount_on,
                plan=plan,
            )
            tables.print_gathered(console(), together, names)
            return
        if organization is not None:
            found = rates_of_targets.rates(
                session,
                owner,
                organization,
                on=as_of,
                today=invocation.today(),
                basis=basis,
                headcount_on=headcount_on,
                plan=plan,
            )
            tables.print_rates(console(), found, names)
            return
        measured = attainment.measure_all(session, owner, on=as_of, basis=basis, headcount_on=headcount_on, plan=plan)
    if not measured.organizations:
        raise click.ClickException(f"no enterprise exists on {as_of}; import organizations and a roster first")
    if not any(organization.targets for organization in measured.organizations):
        raise click.ClickException(
            f"no loaded plan binds any organization on {as_of}; run `flask certification load-rules`, "
            f"or ask for a later day"
        )
    tables.print_groups(console(), measured, names)
    tables.print_further(console(), measured, names)


@click.command("attainment-people")
@click.argument("organization")
@click.argument("plan")
@click.argument("target")
@_as_of
@click.option(
    "--which",
    type=click.Choice(listing.WHICH),
    default=listing.COUNTED,
    show_default=True,
    help="Whom to list: those counted, those still missing, or everybody.",
)
@_zone
@_sector
@_basis
@_headcount_on
@for_tenant
def list_people(
    organization: str,
    plan: str,
    target: str,
    as_of: date | None,
    which: str,
    zone: str | None,
    sector: str | None,
    basis: str,
    headcount_on: date | None,
    tenant: str,
) -> None:
    """List who is behind a rate: the people that TARGET of PLAN counts in ORGANIZATION, one a line; with --zone or
    --sector those of its enterprises of them, and of all enterprises of them where ORGANIZATION is "-"."""
    after: str | None = ""
    with invocation.reading(tenant) as (session, owner):
        while after is not None:
            page = listing.people(
                session,
                owner,
                _asked(organization, zone, sector),
                plan=plan,
                target=target,
                on=as_of or invocation.today(),
                which=which,
                basis=basis,
                headcount_on=headcount_on,
                after=after,
            )
            for one in page.people:
                where = ", ".join(one.enterprises)
                click.echo("\t".join(map(printable, (one.number, one.name, where, str(one.participations)))))
            after = page.after


@click.command("freeze")
@click.argument("organization")
@_as_of
@_zone
@_sector
@_basis
@_headcount_on
@_plan
@click.option("--by", required=True, help="Who freezes the figures.")
@click.option("--reason", required=True, help="Why: the report or the letter that rests on them.")
@for_tenant
def freeze(
    organization: str,
    as_of: date | None,
    zone: str | None,
    sector: str | None,
    basis: str,
    headcount_on: date | None,
    plan: str | None,
    by: str,
    reason: str,
    tenant: str,
) -> None:
    """Keep the figures of ORGANIZATION on a cut-off day as they are now, whatever evidence comes later; with --zone or
    --sector those of its enterprises of them, and of all enterprises of them where ORGANIZATION is "-"."""
    with invocation.reading(tenant) as (session, owner):
        prepared = freezing.prepare(
            session,
            owner,
            _asked(organization, zone, sector),
            on=as_of or invocation.today(),
            by=by,
            reason=reason,
            now=invocation.now(),
            plan=plan,
            basis=basis,
            headcount_on=headcount_on,
        )
    with invocation.writing(tenant) as (session, owner):
        record = freezing.freeze(session, owner, prepared)
    click.echo(f"{record.id}: {number(len(record.figures))} figures of {printable(_named(record))} on {record.on}.")


@click.command("frozen")
@click.argument("record", type=click.UUID, required=False)
@click.option("--organization", help="Only records of this organization.")
@for_tenant
def show_frozen(record: UUID | None, organization: str | None, tenant: str) -> None:
    """List what was frozen; with RECORD, its figures, and how today's differ."""
    with invocation.reading(tenant) as (session, owner):
        if record is None:
            for one in freezing.frozen(session, owner, organization):
                plan = f", {one.plan}" if one.plan else ""
                click.echo(
                    printable(
                        f"{one.id}: {_named(one)} on {one.on}, {one.basis}{plan}; frozen {one.frozen:%Y-%m-%d} by "
                        f"{one.frozen_by}: {one.reason}"
                    )
                )
            return
        found = freezing.find(session, owner, record)
        changes = {one.figure: one for one in freezing.difference(session, owner, found, today=invocation.today())}
    click.echo(printable(f"{_named(found)}, {found.on}, {BASIS_WORDS[found.basis]}"))
    for name in sorted({*found.figures, *changes}):
        was = found.figures.get(name)
        told = "–" if was is None else number(was)
        if name in changes:
            now = changes[name].now
            told += f" (now {'–' if now is None else number(now)})"
        click.echo(f"{printable(name)}\t{told}")


@click.command("publish")
@click.option("--on", "as_of", type=Day(), required=True, help="Cut-off day, such as 2026-11-20 or 20/11/2026.")
@click.option(
    "--hide-below",
    type=click.IntRange(min=0),
    default=BELOW,
    show_default=True,
    help="Hide counts of fewer persons, and what would give them away; 0 hides none.",
)
@for_tenant
def publish(as_of: date, hide_below: int, tenant: str) -> None:
    """Show the figures of a cut-off day to everybody, on the first page and as JSON. They name no worker."""
    if as_of > invocation.today():
        raise click.BadParameter(f"{as_of} is still to come", param_hint="--on")
    with invocation.writing(tenant) as (session, owner):
        publications.publish(session, owner, as_of=as_of, now=invocation.now(), hide_below=hide_below)
    click.echo(f"The figures of {as_of} are public.")


@click.command("unpublish")
@for_tenant
def unpublish(tenant: str) -> None:
    """Show no figures without signing in any more."""
    with invocation.writing(tenant) as (session, owner):
        were_public = publications.unpublish(session, owner, now=invocation.now())
    click.echo("The figures are no longer public." if were_public else "No figures were public.")
