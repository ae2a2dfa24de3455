"""`flask certification …`: every command of this half.

Each command reads its arguments and the clock, opens a transaction, calls one function and prints what came of it.
What is refused is printed on standard error, one fault a line, and ends with status 1.
"""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from certification import (
    assessments,
    attainment,
    attestations,
    awards,
    commitments,
    evidence,
    organizations,
    permissions,
    plans,
    publications,
    roster,
    rule_files,
    workers,
)
from certification.csv_files import ImportFaults, ImportResult, read_day
from certification.demonstration.cli import demo
from certification.errors import CertificationError, RuleFault, RuleFileFaults
from certification.figures import number
from certification.terminal import tables
from certification.terminal.explanation import print_explanation
from certification.terminal.progress import console
from lrs import api
from lrs.db import Database, Session

__all__ = ["certification_cli"]

certification_cli = AppGroup(
    "certification",
    help="Criteria, people, evidence, judging, figures.",
    context_settings={"max_content_width": 120},
)
certification_cli.add_command(demo)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

for_tenant = click.option("--tenant", default="default", show_default=True, help="Whose data: the tenant's name.")


# ---------------------------------------------------------------- what the commands share


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database


def _now() -> datetime:
    return datetime.now(UTC)


def _this_year() -> int:
    return evidence.vietnam_day(_now()).year


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns what the half refuses into lines on standard error and status 1."""
    try:
        yield
    except (ImportFaults, RuleFileFaults) as error:
        _refuse([str(fault) for fault in error.faults], "nothing was taken in; correct the file and run this again")
    except (CertificationError, api.LrsError) as error:
        raise click.ClickException(str(error)) from None


def _refuse(faults: list[str], outcome: str) -> NoReturn:
    for fault in faults:
        click.echo(fault, err=True)
    click.echo(f"{number(len(faults))} {'fault' if len(faults) == 1 else 'faults'}: {outcome}.", err=True)
    raise SystemExit(1)


@contextmanager
def _reading(tenant: str) -> Iterator[tuple[Session, UUID]]:
    with _refusing(), _database().reading() as session:
        yield session, api.find_tenant(session, tenant)


@contextmanager
def _writing(tenant: str) -> Iterator[tuple[Session, UUID]]:
    with _refusing(), _database().writing() as session:
        yield session, api.find_tenant(session, tenant)


def _tenant(name: str) -> UUID:
    with _reading(name) as (_session, tenant):
        return tenant


class Day(click.ParamType[date]):
    """A day as the imports read it: 2026-11-20 or 20/11/2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_day(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-11-20 or 20/11/2026", param, ctx)


# ---------------------------------------------------------------- rules


@certification_cli.command("load-rules")
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE]...")
@for_tenant
def load_rules(files: tuple[Path, ...], tenant: str) -> None:
    """Load criteria, plans and other rule files; without FILE, all shipped ones and the units they name.

    A loaded file is never changed: loading it again does nothing, and another text under the same id is refused.
    Either everything named is loaded, or nothing.
    """
    with _writing(tenant) as (session, owner):
        if files:
            loaded = _load_files(session, owner, files)
        else:
            _tell("organizations.toml", organizations.load_shipped(session, owner))
            loaded = rule_files.load_all(session, owner, now=_now())
    for one in loaded:
        click.echo(f"{one.kind} {one.identifier}: {'loaded' if one.is_new else 'loaded already, unchanged'}")
    for warning in [warning for one in loaded for warning in one.warnings]:
        click.echo(f"Warning: {warning}", err=True)


def _load_files(session: Session, tenant: UUID, files: tuple[Path, ...]) -> list[rule_files.Loaded]:
    """Loads each file in the order given. Raises RuleFileFaults with the faults of all of them."""
    loaded = []
    faults: list[RuleFault] = []
    for path in files:
        try:
            if rule_files.read(path)["kind"] == rule_files.ORGANIZATIONS:
                _tell(path.name, organizations.load_units(session, tenant, path))
            else:
                loaded.append(rule_files.load(session, tenant, path, now=_now()))
        except RuleFileFaults as error:
            faults += error.faults
    if faults:
        raise RuleFileFaults(faults)
    return loaded


# ---------------------------------------------------------------- imports

_Import = Callable[..., ImportResult]


def _import_command(name: str, what: str, help_text: str, take_in: _Import) -> None:
    @certification_cli.command(name, help=help_text, short_help=f"Import {what} from a CSV file.")
    @click.argument("file", type=FILE)
    @for_tenant
    def command(file: Path, tenant: str) -> None:
        with _writing(tenant) as (session, owner):
            result = take_in(session, owner, file.read_bytes(), now=_now())
        _tell(file.name, result)


def _tell(name: str, result: ImportResult) -> None:
    counts = f"{number(result.created)} new, {number(result.changed)} changed, {number(result.unchanged)} unchanged"
    click.echo(f"{name}: {counts}")
    for note in result.notes:
        click.echo(note)


ALL_OR_NOTHING = (
    "\n\nA file with any fault changes nothing. The same file twice changes nothing. Columns: docs/imports.md."
)

_import_command(
    "import-organizations",
    "units, unions and enterprises (đơn vị)",
    "Import administrative units, unions, grassroots unions and enterprises (đơn vị) from a CSV file." + ALL_OR_NOTHING,
    organizations.import_organizations,
)
_import_command(
    "import-roster",
    "workers and their employments (người lao động)",
    "Import workers, where they are employed, and their learning accounts (người lao động) from a CSV file."
    + ALL_OR_NOTHING,
    roster.import_roster,
)
_import_command(
    "import-titles",
    "recognised titles (danh hiệu đã công nhận)",
    "Import titles that a competent body has recognised (danh hiệu) from a CSV file." + ALL_OR_NOTHING,
    awards.import_titles,
)
_import_command(
    "import-attestations",
    "attested points (điểm xác nhận)",
    "Import points that a person attests for an indicator (điểm xác nhận) from a CSV file." + ALL_OR_NOTHING,
    attestations.import_attestations,
)
_import_command(
    "import-commitments",
    "commitments of organizations (cam kết)",
    "Import what organizations took into their programme of a year (cam kết) from a CSV file." + ALL_OR_NOTHING,
    commitments.import_commitments,
)


# ---------------------------------------------------------------- Actors


@certification_cli.command("link-actor")
@click.argument("ifi", metavar="IFI")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@click.option("--by", default="command line", show_default=True, help="Who says so; kept with the link.")
@for_tenant
def link_actor(ifi: str, worker_number: str, by: str, tenant: str) -> None:
    """Say that the Actor IFI of Statements is the worker WORKER_NUMBER (mã người lao động).

    IFI is what `unknown-actors` lists, or "homePage|name", or "mailto:…". Statements that waited count from now on.
    """
    with _writing(tenant) as (session, owner):
        released = workers.link(session, owner, ifi, worker_number, by=by, now=_now())
    click.echo(f"{ifi} is worker {worker_number}; {number(released)} waiting Statements now count.")


@certification_cli.command("unknown-actors")
@for_tenant
def unknown_actors(tenant: str) -> None:
    """List Actors whose Statements wait because no worker is linked to them, most Statements first."""
    with _reading(tenant) as (session, owner):
        found = workers.unknown_actors(session, owner)
    for actor in found:
        click.echo(
            f"{number(actor.statements):>9}  {actor.first_seen.astimezone(evidence.VIETNAM):%d/%m/%Y}  {actor.ifi}"
        )
    statements = number(sum(actor.statements for actor in found))
    click.echo(f"{number(len(found))} unknown actors, {statements} Statements waiting.")


# ---------------------------------------------------------------- evidence and judging


@certification_cli.command("work")
@click.option("--once", is_flag=True, help="Take in and judge all there is, then end.")
@click.option("--tenant", default=None, help="With --once: this tenant only. Default: every tenant.")
def work(once: bool, tenant: str | None) -> None:
    """Follow new Statements and judge whom they concern, for every tenant, until stopped (Ctrl-C or SIGTERM)."""
    if tenant is not None and not once:
        raise click.UsageError("--tenant goes with --once; without it every tenant is worked for")
    database = _database()
    if once:
        with _refusing(), database.reading() as session:
            owners = [(api.find_tenant(session, tenant), tenant)] if tenant else api.tenants(session)
        for owner, name in owners:
            with _refusing():
                followed, judged = _drain(database, owner)
            click.echo(f"{name}: {number(followed)} changes taken in, {number(judged)} workers judged.")
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    with _stopping(stop):
        assessments.work(database, stop=stop, clock=_now)


def _drain(database: Database, tenant: UUID) -> tuple[int, int]:
    """Takes in and judges until nothing is left; how many changes and how many workers."""
    changes = judged = 0
    complete = False
    while not complete:
        followed = evidence.follow(database, tenant, now=_now())
        changes, complete = changes + followed.changes, followed.complete
    while settled := assessments.judge_stale(database, tenant, now=_now()):
        judged += settled
    return changes, judged


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Sets `stop` on SIGTERM and SIGINT while the block runs."""
    before = {which: signal.signal(which, lambda *_: stop.set()) for which in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


@certification_cli.command("assess")
@click.argument("worker_numbers", nargs=-1, metavar="[WORKER_NUMBER]...")
@click.option("--all", "everybody", is_flag=True, help="Every worker of the tenant.")
@click.option("--year", type=click.IntRange(2000, 2100), help="Assessment year; default: this year in Vietnam.")
@for_tenant
def assess(worker_numbers: tuple[str, ...], everybody: bool, year: int | None, tenant: str) -> None:
    """Judge workers again for a year, on what is known now; with --all every worker.

    What differs from the last result is kept as a new version; nothing is overwritten.
    """
    if everybody == bool(worker_numbers):
        raise click.UsageError("name workers by their numbers, or give --all")
    now = _now()
    year = year or _this_year()
    with _reading(tenant) as (session, owner):
        ids = (
            workers.ids(session, owner)
            if everybody
            else [workers.find(session, owner, one).id for one in worker_numbers]
        )
    outcomes = {"met": 0, "not_met": 0, "not_yet_known": 0}
    changed = 0
    for start in range(0, len(ids), assessments.BATCH):
        with _writing(tenant) as (session, owner):
            some = ids[start : start + assessments.BATCH]
            as_of = evidence.vietnam_day(now)
            for one in assessments.assess(session, owner, some, assessments.PROGRAMME, year, as_of=as_of, now=now):
                outcomes[one.result.outcome] += 1
                changed += one.changed
    click.echo(
        f"{number(len(ids))} workers judged for {year}: {number(outcomes['met'])} meet the criteria, "
        f"{number(outcomes['not_met'])} do not, {number(outcomes['not_yet_known'])} not yet known; "
        f"{number(changed)} results are new."
    )


@certification_cli.command("rebuild-facts")
@for_tenant
def rebuild_facts(tenant: str) -> None:
    """Work out the facts of every Statement again; they must come out the same as by following."""
    owner = _tenant(tenant)
    with _refusing():
        done = evidence.rebuild(_database(), owner, now=_now())
    click.echo(
        f"{number(done.changes)} Statements read, {number(done.facts)} facts added, {number(done.waiting)} waiting."
    )


# ---------------------------------------------------------------- reading


@certification_cli.command("explain")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@click.option("--year", type=click.IntRange(2000, 2100), help="Assessment year; default: this year in Vietnam.")
@for_tenant
def explain(worker_number: str, year: int | None, tenant: str) -> None:
    """Say why a worker meets the criteria of a year or not: points, evidence counted, what is missing."""
    year = year or _this_year()
    with _reading(tenant) as (session, owner):
        person = workers.find(session, owner, worker_number)
        last = assessments.latest(session, owner, person.id, assessments.PROGRAMME, year)
        if last is None:
            raise click.ClickException(
                f"{worker_number} has not been judged for {year}; run `flask certification assess {worker_number} "
                f"--year {year}`"
            )
        print_explanation(session, owner, console(), last, number=person.number, full_name=person.full_name)


@certification_cli.command("attainment")
@click.option("--as-of", type=Day(), help="Cut-off day, such as 2026-11-20 or 20/11/2026; default: today in Vietnam.")
@for_tenant
def show_attainment(as_of: date | None, tenant: str) -> None:
    """Print how far every organization is from every target that binds it, on a cut-off day."""
    as_of = as_of or evidence.vietnam_day(_now())
    with _reading(tenant) as (session, owner):
        measured = attainment.measure_all(session, owner, on=as_of)
        names = {plan.id: plan.title for plan in plans.all_plans(session, owner)}
    if not measured.organizations:
        raise click.ClickException(f"no enterprise exists on {as_of}; import organizations and a roster first")
    if not any(organization.targets for organization in measured.organizations):
        raise click.ClickException(
            f"no loaded plan binds any organization on {as_of}; run load-rules, or ask for a later day"
        )
    tables.print_groups(console(), measured, names)
    tables.print_further(console(), measured, names)


@certification_cli.command("publish")
@click.option("--as-of", type=Day(), required=True, help="Cut-off day, such as 2026-11-20 or 20/11/2026.")
@for_tenant
def publish(as_of: date, tenant: str) -> None:
    """Show the figures of a cut-off day to everybody, on the first page and as JSON. They name no worker."""
    if as_of > evidence.vietnam_day(_now()):
        raise click.BadParameter(f"{as_of} is still to come", param_hint="--as-of")
    with _writing(tenant) as (session, owner):
        publications.publish(session, owner, as_of=as_of, now=_now())
    click.echo(f"The figures of {as_of} are public.")


@certification_cli.command("unpublish")
@for_tenant
def unpublish(tenant: str) -> None:
    """Show no figures without signing in any more."""
    with _writing(tenant) as (session, owner):
        were_public = publications.unpublish(session, owner)
    click.echo("The figures are no longer public." if were_public else "No figures were public.")


@certification_cli.command("create-key")
@click.option("--name", required=True, help="What it is for, e.g. the name of a person or program.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([permissions.READ_SCOPE]),
    help=f"What it may do; can be given more than once. Default: {permissions.READ_SCOPE}.",
)
@for_tenant
def create_key(name: str, scopes: tuple[str, ...], tenant: str) -> None:
    """Make a key for reading figures and results over HTTP; print it and its secret, once, as the last line in JSON."""
    with _writing(tenant) as (session, owner):
        key, secret = api.create_credential(
            session,
            owner,
            name=name,
            scopes=scopes or (permissions.READ_SCOPE,),
            pepper=current_app.extensions["settings"].secret_key,
            now=_now(),
        )
    click.echo("The secret is shown this once and kept nowhere:", err=True)
    click.echo(json.dumps({"key": key, "secret": secret}))
