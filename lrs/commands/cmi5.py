"""cmi5 courses, brought in and listed by an operator."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from lrs.cmi5 import courses
from lrs.commands.invocation import database, database_to_write, for_tenant, refusing, shown, tenant_id
from lrs.db import NOBODY
from lrs.statements.order import enter

cmi5_cli = AppGroup("cmi5", help="Courses that platforms launch for learners (cmi5).")


@cmi5_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--base", metavar="URL", help="Of a package: where its files are served.")
@for_tenant
def bring(file: Path, base: str | None, tenant: str) -> None:
    """Bring in a course: cmi5.xml, or a ZIP package with it. The same course twice is one."""
    target = database_to_write()
    with target.reading(NOBODY) as session:
        owner = tenant_id(session, tenant)
    with refusing():
        sent = courses.read(file.read_bytes(), owner, base=base)
    with target.writing(owner) as session:
        enter(session, owner)
        known, is_new = courses.bring(session, owner, sent, now=datetime.now(UTC))
    units = sum(1 for _ in known.course.units())
    click.echo(f"{known.id}  {'brought in' if is_new else 'there already'}  {units} AU  {known.course.publisher_id}")


@cmi5_cli.command("list")
@for_tenant
def show(tenant: str) -> None:
    """List the courses: id, when brought in, how many AUs, the publisher's id."""
    with database().reading(NOBODY) as session:
        owner = tenant_id(session, tenant)
    with database().reading(owner) as session:
        for known in courses.courses(session, owner):
            units = sum(1 for _ in known.course.units())
            click.echo(f"{known.id}  made {shown(known.made)}  {units} AU  {known.course.publisher_id}")
