"""`flask certification draft-roll-up` and its like: figures of a unit, signed, for another installation's sum."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from uuid import UUID

import click
from flask import current_app

from certification.access import roles
from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.commands import invocation
from certification.commands.access import pepper, reason
from certification.commands.certificates import public_url
from certification.commands.invocation import FILE, NEW_FILE, Day, for_tenant
from certification.federation import documents, lists, making, recipients
from certification.federation.making import Made
from certification.targets.figures import number
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.terminal.printable import printable

__all__ = ["ROLL_UPS"]

id_argument = click.argument("id", type=click.UUID)


@click.command("draft-roll-up")
@click.argument("unit")
@click.argument("plan")
@click.option("--on", required=True, type=Day(), help="Cut-off day, such as 2026-11-20 or 20/11/2026.")
@click.option("--headcount-on", type=Day(), help="Day whose headcount is the denominator; default: the cut-off day.")
@click.option("--basis", type=click.Choice(BASES), default=ALL_ENTERPRISES, show_default=True, help="Over whom.")
@click.option("--lists", "list_file", type=NEW_FILE, help="Keep the lists of those counted here, with the salt.")
@reason
@for_tenant
def draft_roll_up(
    unit: str,
    plan: str,
    on: date,
    headcount_on: date | None,
    basis: str,
    list_file: Path | None,
    reason: str,
    tenant: str,
) -> None:
    """Count UNIT against PLAN, freeze the figures, and draft a roll-up of them; look at it, then sign it.

    The roll-up names nobody. With --lists the numbers of those counted and the salt of its digests are written to a
    file for whoever is to answer for them: keep it as you keep the roster.
    """
    told = {"plan": plan, "on": on, "headcount_on": headcount_on, "basis": basis, "reason": reason}
    with invocation.reading(tenant) as (session, owner):
        issuer = Issuer.of(public_url(), owner)
        prepared = making.prepare(session, owner, unit, by=roles.TERMINAL, now=invocation.now(), **told)  # type: ignore[arg-type]
    with invocation.writing(tenant) as (session, owner):
        made = making.draft(session, owner, prepared, issuer=issuer, now=invocation.now())
    _print(made)
    if list_file is not None:
        kept = {"roll_up": documents.urn(made.document.id), "salt": made.salt.hex(), "lists": prepared.lists}
        with os.fdopen(os.open(list_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(kept, file, ensure_ascii=False, indent=1)
        click.echo(f"Lists of those counted, with the salt: {printable(str(list_file))}")
    click.echo(f"Draft. Sign it with: flask certification sign-roll-up {made.document.id}")


@click.command("sign-roll-up")
@id_argument
@click.option("--file", type=NEW_FILE, help="Write it here, to be carried by hand.")
@for_tenant
def sign_roll_up(id: UUID, file: Path | None, tenant: str) -> None:
    """Sign a draft with the installation's key, for good; where there is a recipient it is sent from now on."""
    with invocation.writing(tenant) as (session, owner):
        made = making.sign(
            session, owner, id, issuer=Issuer.of(public_url(), owner), secret=pepper(), by=roles.TERMINAL,
            now=invocation.now(),
        )  # fmt: skip
        recipient = recipients.find(session, owner)
    if file is not None:
        file.write_bytes(made.document.content)
        click.echo(f"Written: {printable(str(file))}")
    where = f"it goes to {recipient.endpoint}" if recipient is not None else "carry it as a file; there is no recipient"
    click.echo(f"Signed, edition {made.document.edition}: {printable(where)}.")


@click.command("roll-ups")
@for_tenant
def list_roll_ups(tenant: str) -> None:
    """List the roll-ups made here and how each stands; where they are sent, and what was answered last."""
    with invocation.reading(tenant) as (session, owner):
        found, recipient = making.made(session, owner), recipients.find(session, owner)
        public = keys.public_keys(session, owner)
    if public_url():
        click.echo(f"DID, for whoever gathers: {Issuer.of(public_url(), owner).did}")
    for one in found:
        about = f"{one.document.unit} {one.document.plan} {one.document.cut_off} edition {one.document.edition}"
        click.echo(f"{one.document.id}  {printable(about)}: {one.state}")
        for line in (one.refused or "").splitlines():
            click.echo(f"  refused: {printable(line)}")
    if recipient is not None:
        state = "paused" if recipient.paused else f"{number(recipient.waiting)} wait"
        click.echo(f"They go to {printable(recipient.endpoint)} ({state}); last answer: {printable(recipient.answer)}")
    for name, multikey in public.items():
        click.echo(f"Public key, for whoever gathers: {name} {multikey}")


@click.command("roll-up-file")
@id_argument
@click.argument("file", type=NEW_FILE)
@for_tenant
def roll_up_file(id: UUID, file: Path, tenant: str) -> None:
    """Write a roll-up to FILE, in the very bytes that are sent, to be carried by hand."""
    with invocation.reading(tenant) as (session, owner):
        made = making.find(session, owner, id)
    file.write_bytes(made.document.content)
    click.echo(f"{made.state}, edition {made.document.edition}: {printable(str(file))}")


@click.command("discard-roll-up")
@id_argument
@for_tenant
def discard_roll_up(id: UUID, tenant: str) -> None:
    """Throw a draft away; the figures stay frozen."""
    with invocation.writing(tenant) as (session, owner):
        making.discard(session, owner, id, by=roles.TERMINAL, now=invocation.now())
    click.echo("The draft is gone.")


@click.command("check-roll-up-lists")
@click.argument("roll_up", type=FILE)
@click.argument("lists", type=FILE)
def check_roll_up_lists(roll_up: Path, lists: Path) -> None:
    """Say whether the LISTS kept by `draft-roll-up --lists` are those that a ROLL_UP was made of."""
    with invocation.refusing():
        document = documents.read(roll_up.read_bytes(), draft=b'"proof"' not in roll_up.read_bytes())
    try:
        kept = json.loads(lists.read_text(encoding="utf-8"))
        salt, of = bytes.fromhex(kept["salt"]), {str(name): list(map(str, one)) for name, one in kept["lists"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise click.ClickException(f"{lists} is no file of lists; it needs a salt and lists") from None
    wrong = [one.id for one in document.targets if not _is_of(one, salt, of.get(one.id, []))]
    for one in document.targets:
        count = len(of.get(one.id, []))
        words = "differs" if one.id in wrong else "is the one counted"
        click.echo(f"{printable(one.id)}: a list of {number(count)}, {number(one.counted)} counted; {words}")
    if wrong:
        raise click.ClickException(f"{number(len(wrong))} lists are not those of this roll-up")


@click.command("set-roll-up-recipient")
@click.option("--endpoint", required=True, help="The https:// address of the installation that adds up.")
@click.option("--username", required=True, help="The key that it gave.")
@click.option("--password-file", type=FILE, help="A file with its secret alone; without it the one kept stays.")
@click.option("--paused", is_flag=True, help="Keep back what is signed.")
@reason
@for_tenant
def set_recipient(
    endpoint: str, username: str, password_file: Path | None, paused: bool, reason: str, tenant: str
) -> None:
    """Send what is signed to another installation; its host has to be in OUTGOING_HOSTS."""
    password = password_file.read_text(encoding="utf-8").strip() if password_file else None
    with invocation.writing(tenant) as (session, owner):
        found = recipients.set_recipient(
            session, owner, endpoint=endpoint, username=username, password=password, paused=paused, pepper=pepper(),
            hosts=current_app.extensions["settings"].outgoing_hosts, by=roles.TERMINAL, reason=reason,
            now=invocation.now(),
        )  # fmt: skip
    click.echo(f"Roll-ups go to {printable(found.endpoint)}; {number(found.waiting)} wait.")


@click.command("remove-roll-up-recipient")
@reason
@for_tenant
def remove_recipient(reason: str, tenant: str) -> None:
    """Send no roll-ups over the network any more; carry them as files."""
    with invocation.writing(tenant) as (session, owner):
        recipients.remove(session, owner, by=roles.TERMINAL, reason=reason, now=invocation.now())
    click.echo("Roll-ups are sent nowhere any more.")


@click.command("send-roll-up-again")
@id_argument
@for_tenant
def send_again(id: UUID, tenant: str) -> None:
    """Send a roll-up that was refused once more, and whatever waits, at once."""
    with invocation.writing(tenant) as (session, owner):
        recipients.send_again(session, owner, id, by=roles.TERMINAL, now=invocation.now())
    click.echo("It will be sent again.")


def _is_of(one: documents.TargetSum, salt: bytes, numbers: list[str]) -> bool:
    return lists.digest(salt, one.id, numbers) == one.list


def _print(made: Made) -> None:
    one = made.document
    click.echo(printable(f"{one.unit} {one.unit_name}: {one.plan}, cut-off {one.cut_off}, edition {one.edition}"))
    coverage = f"{number(one.reporting)} of {number(one.enterprises)} enterprises with a roster"
    click.echo(f"Headcount {number(one.headcount)}; {coverage}, {number(one.declared)} that declared")
    for target in one.targets:
        click.echo(f"  {printable(target.id)}: {number(target.counted)} of {number(target.denominator)}")


ROLL_UPS = (
    draft_roll_up,
    sign_roll_up,
    list_roll_ups,
    roll_up_file,
    discard_roll_up,
    check_roll_up_lists,
    set_recipient,
    remove_recipient,
    send_again,
)
