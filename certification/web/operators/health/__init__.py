"""How the installation is: what is well, what is not and what to do. Pages and `flask ops doctor` show the same.

asked        what a check is and what it may ask
of_machine   disk, files, backups, the judging process: answered without the database
of_outside   what visitors meet: the certificate of HTTPS; asked by `flask ops doctor` alone, it goes over the network
of_database  the engine: what makes it keep what was answered for, and what stops it before long
of_tenant    rules, Statements that wait, keys, certificates, the record of acts
running      what runs beside the pages and how far it has come; versions and sizes
under_way    all work under way, of any kind: `/van-hanh/viec-dang-lam` and `flask ops under-way`

One check is one function in a list here. Every question is bounded: nothing is counted over all that is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from certification.judgement import lag
from certification.judgement.lag import Lag
from certification.web.operators.health import of_database, of_machine, of_tenant
from certification.web.operators.health.asked import GOOD, MIND, WRONG, Check, Installation
from certification.web.operators.health.running import Job, Line, facts, jobs
from lrs import api
from lrs.db import Session

__all__ = [
    "GOOD",
    "MIND",
    "WRONG",
    "Check",
    "Installation",
    "Job",
    "Line",
    "checks",
    "facts",
    "jobs",
    "of_installation",
    "sorted_checks",
]

OF_MACHINE: tuple[Callable[[Installation], Iterable[Check]], ...] = (
    of_machine.disk,
    of_machine.backup,
    of_machine.judging,
    of_machine.time,
    of_machine.secret_file,
    of_machine.data_folder,
    of_machine.scanner,
    of_machine.settings,
)
OF_DATABASE: tuple[Callable[[Installation, api.Engine], Iterable[Check]], ...] = (
    of_database.revision,
    of_database.copy,
    of_database.durability,
    of_database.place,
    of_database.version,
    of_database.wall,
    of_database.clock,
    of_database.connections,
    of_database.transactions,
    of_database.upkeep,
    of_database.archive,
)
OF_LAG: tuple[Callable[[Installation, Lag], Iterable[Check]], ...] = (
    of_tenant.new_statements,
    of_tenant.summaries,
    of_tenant.unknown_actors,
)
OF_TENANT: tuple[Callable[[Installation, Session, UUID], Iterable[Check]], ...] = (
    of_tenant.rules,
    of_tenant.calendars,
    of_tenant.clock,
    of_tenant.keys,
    of_tenant.forwarding,
    of_tenant.pulling,
    of_tenant.administrators,
    of_tenant.certificates,
    of_tenant.acts,
)


def checks(session: Session, tenant: UUID, installation: Installation) -> list[Check]:
    """What concerns the tenant, what is wrong first."""
    behind = lag.lag_of(session, tenant)
    found = [one for ask in OF_TENANT for one in ask(installation, session, tenant)]
    return sorted_checks([*found, *(one for ask in OF_LAG for one in ask(installation, behind))])


def of_installation(installation: Installation) -> list[Check]:
    """What concerns every tenant: the machine and the database, what is wrong first. Never raises where the database
    does not answer: that is said."""
    found = [one for ask in OF_MACHINE for one in ask(installation)]
    return sorted_checks([*found, *_database(installation)])


def _database(installation: Installation) -> Iterator[Check]:
    name = _("Cơ sở dữ liệu")
    try:
        engine = api.engine_of(installation.database)
        found = [one for ask in OF_DATABASE for one in ask(installation, engine)]
    except SQLAlchemyError as error:
        words = _("Không trả lời: %(fault)s", fault=str(getattr(error, "orig", error)).strip().splitlines()[0])
        do = _("Xem cơ sở dữ liệu có đang chạy không, và DATABASE_URL có đúng không")
        yield Check("database", name, WRONG, words, do, "the-database-does-not-answer")
    else:
        yield Check("database", name, GOOD, _("Trả lời."))
        yield from found


def sorted_checks(found: Iterable[Check]) -> list[Check]:
    """What is wrong first, then what to look at."""
    order = (WRONG, MIND, GOOD)
    return sorted(found, key=lambda one: order.index(one.kind))
