"""`flask certification title-reviews`, `decide-title-review`: titles of which what they rested on changed."""

from __future__ import annotations

from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.dossiers import operator
from certification.commands.invocation import for_tenant
from certification.commands.units import by
from certification.dossiers import reviews
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM

__all__ = ["TITLE_REVIEWS"]

_KINDS = {
    "statement_voided": "Statement voided",
    "statement_of_another": "Statement is another person's",
    "attestation_withdrawn": "attestation taken back",
    "attestation_lower": "attestation replaced by fewer points",
    "not_met": "judged again: criteria not met",
    "title_withdrawn": "the title has ended, its certificate has not",
}


@click.command("title-reviews")
@click.option("--state", type=click.Choice(reviews.STATES), default="open", show_default=True, help="In this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@for_tenant
def title_reviews(state: str, limit: int, tenant: str) -> None:
    """Look at titles whose evidence, attestations or results changed, and list those that somebody has to decide about.

    The work loop looks as well, whenever something changed.
    """
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    with invocation.refusing():
        reviews.look_at_all(database, owner, now=invocation.now())
    with invocation.reading(tenant) as (session, owner):
        found = reviews.listing(session, owner, limit=limit, state=state)
    for one in found:
        opened = f"{one.opened.astimezone(VIETNAM):%d/%m/%Y}"
        click.echo(f"{one.id}  {printable(one.number)}  {one.year}  {opened}  {one.state}")
        for change in one.why:
            of = f" {change.of}" if change.of else ""
            who = f", by {printable(change.by)}" if change.by else ""
            click.echo(f"    {_KINDS[change.kind]}{of}{who}")
        if one.decided_by is not None:
            click.echo(f"    {printable(one.decided_by)}: {printable(one.reason or '')}")
    click.echo(f"{number(len(found))} titles.")


@click.command("decide-title-review")
@click.argument("review", type=click.UUID, metavar="ID")
@click.argument("outcome", type=click.Choice(reviews.OUTCOMES))
@by
@click.option("--because", required=True, help="Why; kept with the item and in the record of acts.")
@for_tenant
def decide_title_review(review: UUID, outcome: str, by: str, because: str, tenant: str) -> None:
    """Decide about a title of `title-reviews`: it is kept, its certificate is corrected by the next issue, or it is
    withdrawn, with its dossier and certificates."""
    with invocation.writing(tenant) as (session, owner):
        who = operator(session, owner, by)
        one = reviews.decide(session, owner, who, review, outcome, reason=because, now=invocation.now())
    click.echo(f"{printable(one.number)}, {one.year}: {one.state}.")


TITLE_REVIEWS = (title_reviews, decide_title_review)
