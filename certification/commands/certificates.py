"""`flask certification issue-certificates`, `certificates`, `withdraw-certificate`, `verify-certificate`, …"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import click
from flask import current_app

from certification.certificates import correcting, issuing, keys, register, verification
from certification.certificates.keys import Issuer
from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.commands.units import by
from certification.rules.criteria import PROGRAMME
from certification.targets.figures import number
from certification.terminal.printable import printable

__all__ = ["CERTIFICATES", "of_decision", "public_url"]

_ENGLISH = {
    verification.VALID: "valid",
    verification.EXPIRED: "the years for which it was recognised are over",
    verification.WITHDRAWN: "withdrawn",
    verification.CORRECTED: "corrected by another one",
}


def public_url() -> str:
    """The address at which certificates are verified; empty where nobody has said."""
    found: str = current_app.extensions["settings"].public_url
    return found


def of_decision(command: Any) -> Any:
    """Which decision: its number or id, and what tells those of one number apart."""
    for one in (
        click.option("--on", "decided_on", type=Day(), help="The day of the decision."),
        click.option("--body", help="The body (name or code), where several have decisions of that number."),
        click.argument("decision", metavar="DECISION"),
    ):
        command = one(command)
    return command


@click.command("issue-certificates")
@of_decision
@by
@for_tenant
def issue_certificates(decision: str, body: str | None, decided_on: date | None, by: str, tenant: str) -> None:
    """Number and sign a certificate for every title that the DECISION (number or id) recognised and that has none.

    Each is numbered first and signed then, so that nothing is signed without a record. Stopped anywhere, it goes on
    when it is run again. Needs PUBLIC_URL, the address at which certificates are verified.
    """
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    with invocation.refusing():
        done = issuing.issue(
            database,
            owner,
            programme=PROGRAMME,
            decision=decision,
            body=body,
            decided_on=decided_on,
            public_url=public_url(),
            secret=invocation.secret(),
            by=by,
            clock=invocation.now,
        )
    others = f", {number(done.signed_by_others)} signed by somebody else meanwhile" if done.signed_by_others else ""
    click.echo(f"{number(done.numbered)} certificates numbered, {number(done.signed)} signed{others}.")


@click.command("certificates")
@click.option("--year", type=click.IntRange(2000, 2100), help="Of the register of this year; default: all.")
@click.option("--decision", help="Those of this decision alone.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="At most so many.")
@for_tenant
def certificates(year: int | None, decision: str | None, limit: int, tenant: str) -> None:
    """Show the register: number, name, assessed year, decision, code, the id to withdraw it by, what became of it."""
    with invocation.reading(tenant) as (session, owner):
        found = register.entries(session, owner, limit=limit, register_year=year, decision=decision)
    for one in found:
        state = "" if one.issued else "  (not signed yet)"
        if one.withdrawn_on is not None:
            state = f"  withdrawn {one.withdrawn_on:%d/%m/%Y}: {one.withdrawal}"
        line = f"{one.number}  {one.name}  {one.year}  {one.decision_number}  {one.code}  {one.id}{state}"
        click.echo(printable(line))
    click.echo(f"{number(len(found))} certificates.")


@click.command("withdraw-certificate")
@click.argument("certificate", type=click.UUID, metavar="ID")
@click.option("--reason", required=True, help="The decision, or why; everybody who verifies it learns that it ended.")
@click.option(
    "--title", is_flag=True, help="The title is withdrawn too. To correct a certificate: correct-certificate."
)
@by
@for_tenant
def withdraw_certificate(certificate: UUID, reason: str, title: bool, by: str, tenant: str) -> None:
    """Withdraw a certificate from today on. Its number is never given again."""
    with invocation.writing(tenant) as (session, owner):
        register.withdraw(session, owner, certificate, reason=reason, ends_title=title, by=by, now=invocation.now())
        entry = register.find(session, owner, certificate)
    click.echo(printable(f"{entry.number} of {entry.name} is withdrawn from {entry.withdrawn_on:%d/%m/%Y}."))


@click.command("correct-certificate")
@click.argument("certificate", type=click.UUID, metavar="ID")
@click.option("--reason", required=True, help="What was wrong; the register shows it.")
@by
@for_tenant
def correct_certificate(certificate: UUID, reason: str, by: str, tenant: str) -> None:
    """Withdraw a certificate that says something wrong, and issue the one in its place.

    Put the worker's name or the title's decision right first: the new certificate says what the records say, has a
    number of its own and names the one it replaces. Stopped anywhere, it goes on when it is run again.
    """
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    with invocation.refusing():
        made = correcting.correct(
            database,
            owner,
            certificate,
            reason=reason,
            public_url=public_url(),
            secret=invocation.secret(),
            by=by,
            clock=invocation.now,
        )
    click.echo(printable(f"{made.number} of {made.name} stands in its place, with the code {made.code}."))


@click.command("verify-certificate")
@click.argument("code", metavar="CODE")
def verify_certificate(code: str) -> None:
    """Show what anybody may find out about the certificate with this code."""
    with invocation.refusing():
        found = verification.look_up(invocation.database(), code, invocation.today(), public_url=public_url())
    if found is None:
        raise click.ClickException("no certificate has this code; compare it with the paper")
    click.echo(printable(f"{found.number}  {found.name}: {found.title} {found.year}"))
    click.echo(printable(f"{found.decision_number}, {found.decided_on:%d/%m/%Y}, {found.body}"))
    if found.erased:
        click.echo(f"{_ENGLISH[found.state]}; the holder was erased: the name and the credential are gone")
        return
    click.echo(f"{_ENGLISH[found.state]}; {'unaltered' if found.unaltered else 'ALTERED: it is not what was signed'}")
    if not found.unaltered:
        raise click.exceptions.Exit(1)


@click.command("rotate-signing-key")
@by
@for_tenant
def rotate_signing_key(by: str, tenant: str) -> None:
    """Retire the key that signs and make a new one. What the old one signed goes on being verified.

    Where KEY_CHANGE_BY_TWO is set, who comes first only asks; somebody else says the same within a day.
    """
    with invocation.writing(tenant) as (session, owner):
        issuer = Issuer.of(public_url(), owner)
        by_two: bool = current_app.extensions["settings"].key_change_by_two
        made = keys.change(
            session, owner, issuer, secret=invocation.secret(), by=by, now=invocation.now(), by_two=by_two
        )
    if isinstance(made, keys.Asked):
        click.echo(
            printable(
                f"{made.by} asked for another key. It is made when somebody else asks as well, until"
                f" {made.until:%d/%m/%Y %H:%M} UTC."
            )
        )
    else:
        click.echo(f"{issuer.key(made)} signs from now on.")


CERTIFICATES = (
    issue_certificates,
    certificates,
    withdraw_certificate,
    correct_certificate,
    verify_certificate,
    rotate_signing_key,
)
