"""`flask certification init`, accounts, roles, teams and the record of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from uuid import UUID

import click
from flask import current_app

from certification.access import accounts, records, rights, roles, second_factor, teams
from certification.access.first_run import begin
from certification.access.permissions import Act, Role
from certification.commands import invocation
from certification.commands.invocation import FILE, Day, for_tenant
from certification.people import workers
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM

__all__ = ["ACCESS"]

GIVEN = [role.value.replace("_", "-") for role in Role if role is not Role.WORKER]

reason = click.option("--reason", required=True, help="By which decision, or why; kept in the record.")
first_day = click.option("--from", "starts", type=Day(), help="First day; default: today in Vietnam.")
unit = click.option("--unit", metavar="CODE", help="The unit that it is over, with everything below.")


def pepper() -> bytes:
    """The installation's secret."""
    found: bytes = current_app.extensions["settings"].secret_key
    return found


def tell_token(name: str, token: str) -> None:
    """Prints a one-time token, last and in JSON."""
    days = accounts.INVITATION_LASTS.days
    click.echo(f"The token is shown this once; with it {name} sets a password within {days} days:", err=True)
    click.echo(json.dumps({"account": name, "token": token}))


@click.command("init")
@click.option("--administrator", default="admin", show_default=True, help="The name to sign in by.")
@click.option("--full-name", default="Quản trị viên", help="The administrator's full name.")
@click.option(
    "--units", "files", type=FILE, multiple=True, help="A file of units (CSV, XLSX or TOML); may be repeated."
)
@for_tenant
def init(administrator: str, full_name: str, files: tuple[Path, ...], tenant: str) -> None:
    """Make all that a first day needs: the tenant, the rules and units that come with the program, an administrator.

    Prints a one-time token by which the administrator sets a password. Run again, it adds what is missing and changes
    nothing else; with --units it takes in the operator's own list of units as well.
    """
    database = invocation.database_to_write()
    with invocation.refusing():
        made = begin(
            database,
            tenant,
            administrator=administrator,
            full_name=full_name,
            units=files,
            pepper=pepper(),
            now=invocation.now(),
        )
    click.echo(f"Tenant {printable(tenant)}: {'made' if made.is_new_tenant else 'there already'}.")
    for name, result in made.units:
        invocation.tell(name, result)
    new = [one for one in made.rules if one.is_new]
    click.echo(f"Rules: {number(len(new))} loaded, {number(len(made.rules) - len(new))} there already.")
    if made.token is None:
        click.echo(f"Administrator {printable(made.administrator)}: there already; nothing changed.")
        click.echo(f"Password forgotten: flask certification invite-account {made.administrator} --reason WHY")
    else:
        tell_token(made.administrator, made.token)


# ---------------------------------------------------------------- accounts


@click.command("create-account")
@click.argument("name")
@click.option("--full-name", required=True, help="The person's full name.")
@click.option("--worker", metavar="NUMBER", help="The worker that this person is.")
@reason
@for_tenant
def create_account(name: str, full_name: str, worker: str | None, reason: str, tenant: str) -> None:
    """Make an account for a person; print, as the last line in JSON, the token to set a password with."""
    with invocation.writing(tenant) as (session, owner):
        is_worker = None if worker is None else workers.find(session, owner, worker).id
        by, now = roles.TERMINAL, invocation.now()
        accounts.create(session, owner, name=name, full_name=full_name, worker=is_worker, by=by, reason=reason, now=now)
        token = accounts.invite(session, owner, name, by=by, reason=reason, pepper=pepper(), now=now)
    tell_token(name, token)


@click.command("invite-account")
@click.argument("name")
@reason
@for_tenant
def invite_account(name: str, reason: str, tenant: str) -> None:
    """Make a new token to set a password with. The password that there is goes on working until then."""
    with invocation.writing(tenant) as (session, owner):
        token = accounts.invite(
            session, owner, name, by=roles.TERMINAL, reason=reason, pepper=pepper(), now=invocation.now()
        )
    tell_token(name, token)


@click.command("deactivate-account")
@click.argument("name")
@reason
@for_tenant
def deactivate_account(name: str, reason: str, tenant: str) -> None:
    """Refuse an account from now on, and end whatever it is signed in to."""
    with invocation.writing(tenant) as (session, owner):
        accounts.deactivate(session, owner, name, by=roles.TERMINAL, reason=reason, now=invocation.now())
    click.echo(f"{printable(name)} is refused from now on.")


@click.command("reactivate-account")
@click.argument("name")
@reason
@for_tenant
def reactivate_account(name: str, reason: str, tenant: str) -> None:
    """Take an account into use again, without its password; print a token to set one."""
    with invocation.writing(tenant) as (session, owner):
        by, now = roles.TERMINAL, invocation.now()
        accounts.reactivate(session, owner, name, by=by, reason=reason, now=now)
        token = accounts.invite(session, owner, name, by=by, reason=reason, pepper=pepper(), now=now)
    tell_token(name, token)


@click.command("turn-off-code")
@click.argument("name")
@reason
@for_tenant
def turn_off_code(name: str, reason: str, tenant: str) -> None:
    """Ask an account for no code of an app any more, of somebody who lost the phone and the recovery codes."""
    with invocation.writing(tenant) as (session, owner):
        account, by = accounts.find(session, owner, name).id, roles.TERMINAL
        second_factor.turn_off(session, owner, account, name=name, by=by, reason=reason, now=invocation.now())
    click.echo(f"{printable(name)} signs in by the password alone.")


@click.command("accounts")
@for_tenant
def list_accounts(tenant: str) -> None:
    """List every account: whether it has a password, whether it is a worker, whether it is deactivated."""
    with invocation.reading(tenant) as (session, owner):
        found = accounts.accounts(session, owner)
    for one in found:
        state = "deactivated" if one.deactivated else "in use" if one.password_set else "no password yet"
        worker = " · a worker" if one.worker else ""
        click.echo(f"{one.name}  {printable(one.full_name)}  {state}{worker}")
    click.echo(f"{number(len(found))} accounts.")


# ---------------------------------------------------------------- roles


@click.command("give-role")
@click.argument("role", type=click.Choice(GIVEN))
@click.option("--account", metavar="NAME", help="Who gets it: an account …")
@click.option("--key", metavar="KEY", help="… or a key that was made with the scope certification/branch.")
@unit
@click.option("--team", metavar="NAME", help="The team of the enterprise, for a team lead.")
@click.option("--purpose", help="What for; default: what the role is for.")
@first_day
@click.option("--until", type=Day(), help="The first day on which it no longer holds.")
@reason
@for_tenant
def give_role(
    role: str,
    account: str | None,
    key: str | None,
    unit: str | None,
    team: str | None,
    purpose: str | None,
    starts: date | None,
    until: date | None,
    reason: str,
    tenant: str,
) -> None:
    """Give an account or a key a role over a unit and everything below it; print the role's id."""
    with invocation.writing(tenant) as (session, owner):
        made = roles.give(
            session,
            roles.at_terminal(owner),
            Role(role.replace("-", "_")),
            account=account,
            key=key,
            organization=unit,
            team=team,
            purpose=purpose,
            starts=starts or invocation.today(),
            until=until,
            reason=reason,
            now=invocation.now(),
        )
    click.echo(str(made))


@click.command("end-role")
@click.argument("role_id", type=click.UUID, metavar="ROLE_ID")
@click.option("--on", type=Day(), help="First day on which it no longer holds; default: today.")
@reason
@for_tenant
def end_role(role_id: UUID, on: date | None, reason: str, tenant: str) -> None:
    """End a role from a day on."""
    with invocation.writing(tenant) as (session, owner):
        day = on or invocation.today()
        roles.end(session, roles.at_terminal(owner), role_id, on=day, reason=reason, now=invocation.now())
    click.echo(f"The role holds no longer from {day:%d/%m/%Y}.")


@click.command("hand-over-role")
@click.argument("role_id", type=click.UUID, metavar="ROLE_ID")
@click.argument("to", metavar="ACCOUNT")
@click.option("--on", type=Day(), help="The new holder's first day; default: today.")
@reason
@for_tenant
def hand_over_role(role_id: UUID, to: str, on: date | None, reason: str, tenant: str) -> None:
    """Hand a role over to another account in one act; print the new role's id."""
    with invocation.writing(tenant) as (session, owner):
        day = on or invocation.today()
        new = roles.hand_over(
            session, roles.at_terminal(owner), role_id, to, on=day, reason=reason, now=invocation.now()
        )
    click.echo(str(new))


@click.command("roles")
@click.option("--on", type=Day(), help="Those in force on this day; default: today.")
@for_tenant
def list_roles(on: date | None, tenant: str) -> None:
    """List who holds which role where, with its id, days and purpose."""
    day = on or invocation.today()
    with invocation.reading(tenant) as (session, owner):
        found = roles.given(session, owner, on=day)
    for one in found:
        holder = one.account or f"key {one.key}"
        where = " · ".join(printable(part) for part in (one.organization, one.team) if part) or "the whole tenant"
        until = f" until {one.until:%d/%m/%Y}" if one.until else ""
        click.echo(
            f"{one.id}  {printable(holder)}  {one.role.value.replace('_', '-')}  {where}  "
            f"from {one.starts:%d/%m/%Y}{until}  {printable(one.purpose)}"
        )
    click.echo(f"{number(len(found))} roles on {day:%d/%m/%Y}.")


@click.command("set-team")
@click.argument("enterprise", metavar="CODE")
@click.argument("name")
@click.argument("numbers", nargs=-1, metavar="[WORKER_NUMBER]...")
@click.option("--on", type=Day(), help="From which day on; default: today.")
@for_tenant
def set_team(enterprise: str, name: str, numbers: tuple[str, ...], on: date | None, tenant: str) -> None:
    """Say who is in a team of an enterprise from a day on; whoever is not named leaves it."""
    with invocation.writing(tenant) as (session, owner):
        came, left = roles.set_team(session, owner, enterprise, name, numbers, on=on or invocation.today())
    click.echo(f"{printable(name)}: {number(came)} came, {number(left)} left.")


@click.command("teams")
@click.argument("enterprise", metavar="CODE", required=False)
@click.option("--on", type=Day(), help="As it was on this day; default: today.")
@for_tenant
def list_teams(enterprise: str | None, on: date | None, tenant: str) -> None:
    """List teams of enterprises (of CODE alone) with their leads, and who is in them on a day."""
    day = on or invocation.today()
    with invocation.reading(tenant) as (session, owner):
        within = rights.reach(roles.at_terminal(owner), Act.READ_TEAMS, day)
        found = teams.teams(session, owner, day, within=within, enterprise=enterprise)
        people = {one.id: teams.members(session, owner, one.id, day) for one in found}
    for one in found:
        led = f", led by {', '.join(map(printable, one.leads))}" if one.leads else ""
        click.echo(f"{printable(one.enterprise)} · {printable(one.name)}: {number(one.members)} workers{led}")
        for member in people[one.id]:
            click.echo(printable(f"  {member.number}  {member.full_name}, from {member.starts:%d/%m/%Y}"))
    click.echo(f"{number(len(found))} teams on {day:%d/%m/%Y}.")


@click.command("access-record")
@click.option("--about", metavar="NAME", help="What was done to this account or key alone.")
@click.option("--signing-in", is_flag=True, help="Who signed in, or tried to, of those who hold a role; and no more.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@for_tenant
def access_record(about: str | None, signing_in: bool, limit: int, tenant: str) -> None:
    """Show who gave or took which right, when, about whom and why, the newest first."""
    with invocation.reading(tenant) as (session, owner):
        found = records.latest(session, owner, limit=limit, about=about, signing_in=signing_in)
    for one in found:
        moment = f"{one.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        click.echo(f"{moment}  {printable(one.by)}  {one.act}  {printable(one.about)}  {printable(one.reason)}")
    if not found:
        who = f" of {printable(about)}" if about is not None else ""
        click.echo(f"There is no {'signing in' if signing_in else 'act about rights'}{who} on record.", err=True)


ACCESS = (
    init,
    create_account,
    invite_account,
    deactivate_account,
    reactivate_account,
    turn_off_code,
    list_accounts,
    give_role,
    end_role,
    hand_over_role,
    list_roles,
    set_team,
    list_teams,
    access_record,
)
