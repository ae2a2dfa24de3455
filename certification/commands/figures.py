"""`flask certification attainment`, `publish`, `unpublish`: how far every organization is, and who may see it."""

from __future__ import annotations

from datetime import date

import click

from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.judgement import explanations
from certification.rules import plans
from certification.targets import attainment, publications
from certification.terminal import tables
from certification.terminal.progress import console

__all__ = ["publish", "show_attainment", "unpublish"]


@click.command("attainment")
@click.option("--as-of", type=Day(), help="Cut-off day, such as 2026-11-20 or 20/11/2026; default: today in Vietnam.")
@for_tenant
def show_attainment(as_of: date | None, tenant: str) -> None:
    """Print how far every organization is from every target that binds it, on a cut-off day."""
    as_of = as_of or invocation.today()
    with invocation.reading(tenant) as (session, owner):
        measured = attainment.measure_all(session, owner, on=as_of)
        names = explanations.plan_names(plans.all_plans(session, owner))
    if not measured.organizations:
        raise click.ClickException(f"no enterprise exists on {as_of}; import organizations and a roster first")
    if not any(organization.targets for organization in measured.organizations):
        raise click.ClickException(
            f"no loaded plan binds any organization on {as_of}; run `flask certification load-rules`, "
            f"or ask for a later day"
        )
    tables.print_groups(console(), measured, names)
    tables.print_further(console(), measured, names)


@click.command("publish")
@click.option("--as-of", type=Day(), required=True, help="Cut-off day, such as 2026-11-20 or 20/11/2026.")
@for_tenant
def publish(as_of: date, tenant: str) -> None:
    """Show the figures of a cut-off day to everybody, on the first page and as JSON. They name no worker."""
    if as_of > invocation.today():
        raise click.BadParameter(f"{as_of} is still to come", param_hint="--as-of")
    with invocation.writing(tenant) as (session, owner):
        publications.publish(session, owner, as_of=as_of, now=invocation.now())
    click.echo(f"The figures of {as_of} are public.")


@click.command("unpublish")
@for_tenant
def unpublish(tenant: str) -> None:
    """Show no figures without signing in any more."""
    with invocation.writing(tenant) as (session, owner):
        were_public = publications.unpublish(session, owner)
    click.echo("The figures are no longer public." if were_public else "No figures were public.")
