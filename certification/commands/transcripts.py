"""`flask certification transcript`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from certification.commands import invocation
from certification.commands.certificates import public_url
from certification.commands.invocation import Day, for_tenant
from certification.commands.units import by
from certification.people import workers
from certification.terminal.printable import printable
from certification.transcripts import gathering, grants, handing_over, signing, words
from certification.transcripts.forms import CLR, FORMS, drawn
from certification.transcripts.told import OWN, Basis
from certification.units import organizations
from lrs import api

__all__ = ["TRANSCRIPTS"]


@click.command("transcript")
@click.argument("number", metavar="NUMBER")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--form", type=click.Choice(list(FORMS)), help="What to write; default: by the ending of FILE. clr is signed."
)
@click.option("--on", type=Day(), help="What had happened by this day; default: today in Vietnam.")
@click.option("--enterprise", metavar="CODE", help="For this enterprise, as far as its ground goes; with --purpose.")
@click.option("--purpose", help="For what: employer-training, employer-transcript, … (rules on personal data).")
@by
@for_tenant
def transcript(
    number: str,
    file: Path,
    form: str | None,
    on: date | None,
    enterprise: str | None,
    purpose: str | None,
    by: str,
    tenant: str,
) -> None:
    """Write the transcript of a worker to FILE: what was learnt, by group and indicator, with hours, scores, source and
    level of evidence, and recognised titles. For the worker himself or herself, or for an enterprise and a purpose:
    then it goes as far as the employment or the worker's consent, is noted, and is an act on record.

    FILE ends in .json, .pdf or .xlsx, or is any with --form clr: a Comprehensive Learner Record 2.0, signed with the
    tenant's key, which other people's software verifies (needs PUBLIC_URL).
    """
    chosen = form or file.suffix.lower().removeprefix(".")
    if chosen not in FORMS:
        raise click.BadParameter(f"end it in .json, .pdf or .xlsx, or say --form: {file}", param_hint="FILE")
    if (enterprise is None) != (purpose is None):
        raise click.UsageError("--enterprise and --purpose go together")
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    day = on or invocation.today()
    api.merge_definitions(database, owner)
    if enterprise is None or purpose is None:
        with invocation.reading(tenant) as (session, _):
            person = workers.find(session, owner, number)
            mine = Basis(OWN, words.OWN_PURPOSE, words.THE_WORKER)
            found = gathering.gather(session, owner, {person.id: mine}, on=day)[person.id]
    else:
        with invocation.reading(tenant) as (session, _):
            node = organizations.node(session, owner, enterprise)
            what_for = grants.purpose_of(session, owner, purpose, day)
        with invocation.refusing():
            found = handing_over.one(
                database, owner, number, node, what_for, form=chosen, on=day, by=by, now=invocation.now()
            )
    with invocation.refusing():
        if chosen == CLR:
            content = signing.signed(
                database, owner, found, public_url=public_url(), secret=invocation.secret(), by=by,
                now=invocation.now(),
            )  # fmt: skip
        else:
            content = drawn(found, chosen)
    file.write_bytes(content)
    said = f"{len(found.learning)} activities, {words.hours(found.minutes)}, {len(found.titles)} titles"
    click.echo(printable(f"{file}: {found.number} {found.name}, {said}."))


TRANSCRIPTS = (transcript,)
