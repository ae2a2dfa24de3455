"""`flask certification receive-roll-up` and its like: whose roll-ups are gathered, and what they add up to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from certification.access import roles
from certification.commands import invocation
from certification.commands.access import reason
from certification.commands.invocation import FILE, Day, for_tenant
from certification.documents import gathered_book
from certification.federation import members, receiving, rounds, sums, words
from certification.targets.figures import number, percent
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.terminal.printable import printable

__all__ = ["GATHERED_ROLL_UPS"]

member = click.argument("member", type=click.UUID)
round_ = click.argument("round", type=click.UUID)


@click.command("add-roll-up-member")
@click.argument("unit")
@click.option("--did", required=True, help="As whom its installation signs: did:web:….")
@click.option("--key", required=True, help="Name and key, as its `flask certification roll-ups` prints it.")
@click.option("--since", required=True, type=Day(), help="The first cut-off day for which it is asked.")
@reason
@for_tenant
def add_member(unit: str, did: str, key: str, since: date, reason: str, tenant: str) -> None:
    """Gather the roll-ups of UNIT's own installation."""
    with invocation.writing(tenant) as (session, owner):
        made = members.add(session, owner, organization=unit, did=did, key=key, since=since, **_told(reason))
    click.echo(f"{made.id}  {printable(made.name)} is asked from {made.since} on.")


@click.command("end-roll-up-member")
@member
@click.option("--until", required=True, type=Day(), help="The last cut-off day for which it is asked.")
@reason
@for_tenant
def end_member(member: UUID, until: date, reason: str, tenant: str) -> None:
    """Ask MEMBER for no cut-off after a day; what came stays."""
    with invocation.writing(tenant) as (session, owner):
        members.end(session, owner, member, until=until, **_told(reason))
    click.echo(f"It is asked for nothing after {until}.")


@click.command("add-roll-up-key")
@member
@click.argument("key")
@reason
@for_tenant
def add_key(member: UUID, key: str, reason: str, tenant: str) -> None:
    """Take another KEY of MEMBER ("2026-2 z6Mk…") beside those it has."""
    with invocation.writing(tenant) as (session, owner):
        members.add_key(session, owner, member, key=key, **_told(reason))
    click.echo("What it signs is taken.")


@click.command("end-roll-up-key")
@member
@click.argument("name")
@reason
@for_tenant
def end_key(member: UUID, name: str, reason: str, tenant: str) -> None:
    """Take nothing more that the key NAME of MEMBER signed; what came before stays."""
    with invocation.writing(tenant) as (session, owner):
        members.end_key(session, owner, member, name, **_told(reason))
    click.echo("Nothing more is taken that it signs.")


@click.command("roll-up-members")
@for_tenant
def list_members(tenant: str) -> None:
    """List whose roll-ups are gathered, with their keys."""
    with invocation.reading(tenant) as (session, owner):
        found = members.members(session, owner)
    for one in found:
        until = f" until {one.until}" if one.until else ""
        click.echo(f"{one.id}  {printable(f'{one.organization} {one.name}')}  {one.did}  from {one.since}{until}")
        for key in one.keys:
            click.echo(f"  {key.name} {key.multikey}{f'  ended {key.ended:%Y-%m-%d}' if key.ended else ''}")


@click.command("open-roll-up-round")
@click.argument("plan")
@click.option("--on", "cut_off", required=True, type=Day(), help="Cut-off day.")
@click.option("--due", required=True, type=Day(), help="The last day that is not late.")
@click.option("--headcount-on", type=Day(), help="Day whose headcount is the denominator; default: the cut-off day.")
@click.option("--basis", type=click.Choice(BASES), default=ALL_ENTERPRISES, show_default=True, help="Over whom.")
@for_tenant
def open_round(plan: str, cut_off: date, due: date, headcount_on: date | None, basis: str, tenant: str) -> None:
    """Begin to gather roll-ups of PLAN on a cut-off day."""
    told: dict[str, Any] = {"by": roles.TERMINAL, "now": invocation.now()}
    with invocation.writing(tenant) as (session, owner):
        made = rounds.open_round(
            session, owner, plan=plan, cut_off=cut_off, due=due, headcount_on=headcount_on, basis=basis, **told
        )
    click.echo(f"{made.id}  roll-ups of {printable(plan)} on {cut_off} are gathered; due {due}.")


@click.command("change-roll-up-round")
@round_
@click.option("--close/--go-on", "closed", required=True, help="Take nothing more; or take on.")
@click.option("--due", type=Day(), help="Another last day.")
@reason
@for_tenant
def change_round(round: UUID, closed: bool, due: date | None, reason: str, tenant: str) -> None:
    """Close ROUND, or go on with it."""
    with invocation.writing(tenant) as (session, owner):
        made = rounds.change(session, owner, round, closed=closed, due=due, **_told(reason))
    click.echo(f"{'Closed' if made.closed else 'Open'}; due {made.due}.")


@click.command("receive-roll-up")
@click.argument("file", type=FILE)
@for_tenant
def receive_roll_up(file: Path, tenant: str) -> None:
    """Take in a signed roll-up that was carried here as a FILE. Twice is as once."""
    with invocation.writing(tenant) as (session, owner):
        found = receiving.receive(session, owner, file.read_bytes(), by=roles.TERMINAL, now=invocation.now())
    words_ = "was here already" if found.again else "is received"
    click.echo(f"{printable(found.member)}, edition {found.edition} {words_}; SHA-256 {found.sha256}.")


@click.command("roll-up-rounds")
@click.argument("round", type=click.UUID, required=False)
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="Write it as .xlsx or .csv.")
@for_tenant
def show_rounds(round: UUID | None, file: Path | None, tenant: str) -> None:
    """List for which plans and cut-offs roll-ups are gathered; or print ROUND: members, who is missing, the sum."""
    with invocation.reading(tenant) as (session, owner):
        if round is None:
            for one in rounds.rounds(session, owner):
                state = "closed" if one.closed else "open"
                click.echo(f"{one.id}  {printable(one.plan)}  {one.cut_off}  due {one.due}  {state}")
            return
        found = sums.gather(session, owner, round, today=invocation.today())
    click.echo(f"{printable(found.round.plan)}, {found.round.cut_off}: {words.completeness(found)}")
    for line in found.lines:
        click.echo(f"  {printable(f'{line.member.organization} {line.member.name}')}: {words.state(line)}")
    for each in found.sums:
        click.echo(printable(f"{each.target.id}. {each.target.title}"))
        for line in found.lines:
            share = line.share(each.target.id)
            if share is not None:
                _print(line.member.organization, share)
        _print("Cộng" if found.is_whole else "Cộng (chưa đủ)", each.share)
    if file is not None:
        is_csv = file.suffix.lower() == ".csv"
        file.write_bytes(gathered_book.as_csv(found) if is_csv else gathered_book.as_xlsx(found, invocation.today()))
        click.echo(f"Written: {printable(str(file))}")


def _print(name: str, share: sums.Share) -> None:
    click.echo(f"  {printable(name)}: {number(share.counted)}/{number(share.denominator)} · {percent(share.rate)}")


def _told(reason: str) -> dict[str, Any]:
    return {"by": roles.TERMINAL, "reason": reason, "now": invocation.now()}


GATHERED_ROLL_UPS = (
    add_member,
    end_member,
    add_key,
    end_key,
    list_members,
    open_round,
    change_round,
    receive_roll_up,
    show_rounds,
)
