"""Everything that is in place before the first Statement: keys, rules, units, people. All of it may be done again.

The files an officer would import are written beside the state and taken in by the same functions as the commands use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from certification.access import permissions
from certification.demonstration import import_files, sign_ins, state
from certification.demonstration.errors import OtherDataFound
from certification.demonstration.people import World
from certification.demonstration.poster import Connection
from certification.demonstration.state import Key, Scale, State
from certification.evidence import attestations
from certification.judgement import awards
from certification.models import Worker
from certification.people import linking, roster
from certification.rules import programme
from certification.spreadsheets import ImportResult
from certification.units import changes, commitments, organizations
from lrs import api
from lrs.db import Database, Session

PLATFORM_SCOPES = ("statements/write", "statements/read/mine")
"""What is on lists is in the store too, and no platform's business."""
LINKED_BY = "trình diễn (bịa)"
MARK_OF_NUMBERS = "VD-"

_Import = Callable[..., ImportResult]


def remembered(
    session: Session, tenant: UUID, folder: Path, scale: Scale, *, pepper: bytes, now: datetime
) -> State | None:
    """The state of the demonstration that this database holds, or None when it holds nothing of it.

    Raises OtherDataFound when the database holds a demonstration of another scale, or data that is none.
    """
    kept = state.load(folder)
    if kept is not None and not _known(session, kept.platform, pepper, now):
        kept = None
    if kept is not None and kept.scale != scale:
        raise OtherDataFound(
            f"this data holds the demonstration {kept.scale}, not {scale}; "
            f"ask for the same numbers, or set DATA_DIR (and DATABASE_URL) to another place"
        )
    if kept is None:
        _refuse_other_data(session, tenant)
    return kept


def _known(session: Session, key: Key, pepper: bytes, now: datetime) -> bool:
    try:
        api.identify(session, Connection("", key.key, key.secret).authorization, pepper=pepper, now=now)
    except api.Unauthenticated:
        return False
    return True


def _refuse_other_data(session: Session, tenant: UUID) -> None:
    """Raise OtherDataFound when there are workers who are not invented, or Statements and no workers at all."""
    invented = Worker.number.like(f"{MARK_OF_NUMBERS}%")
    of_tenant = sa.select(sa.func.count()).where(Worker.tenant_id == tenant)
    others = session.scalar(of_tenant.where(sa.not_(invented))) or 0
    ours = session.scalar(of_tenant.where(invented)) or 0
    if others or (not ours and api.changes(session, tenant, None, limit=1).statements):
        raise OtherDataFound(
            "this database holds workers or Statements that are not the demonstration's, and invented people have no "
            "place among them; set DATA_DIR (and DATABASE_URL) to another place"
        )


def begin(session: Session, tenant: UUID, scale: Scale, *, pepper: bytes, public_url: str, now: datetime) -> State:
    """A new state, with keys of its own: for the platforms that post, and for an officer who reads figures."""

    def key(name: str, *scopes: str) -> Key:
        return Key(*api.create_credential(session, tenant, name=name, scopes=scopes, pepper=pepper, now=now))

    return State(
        scale=scale,
        platform=key("Nền tảng học tập Ví Dụ (bịa)", *PLATFORM_SCOPES),
        roll_call=key("Máy điểm danh Ví Dụ (bịa)", *PLATFORM_SCOPES),
        officer=key("Cán bộ xem số liệu Ví Dụ (bịa)", permissions.READ_SCOPE),
        public_url=public_url,
        password=sign_ins.new_password(),
    )


def load_rules(database: Database, tenant: UUID, *, now: datetime) -> int:
    """Load every shipped rule file and the units they name; return how many units are new."""
    with database.writing(tenant) as session:
        taken = programme.load_shipped(session, tenant, now=now)
    return sum(units.created for _name, units in taken.units)


def import_people(
    database: Database, tenant: UUID, world: World, folder: Path, *, now: datetime, on_row: Callable[[int], None]
) -> None:
    """Write the import files and take them in; link the accounts that a roster cannot name. Tells of rows taken in."""
    imports: tuple[tuple[Callable[[World], import_files.CsvFile], _Import], ...] = (
        (import_files.organizations, organizations.import_organizations),
        (import_files.successions, changes.import_successions),
        (import_files.roster, roster.import_roster),
        (import_files.titles, awards.import_titles),
        (import_files.attestations, attestations.import_attestations),
        (import_files.commitments, commitments.import_commitments),
    )
    for written, take_in in imports:
        file = written(world)
        (folder / file.name).write_bytes(file.data)
        with database.writing(tenant) as session:
            result = take_in(session, tenant, file.data, now=now)
        on_row(result.created + result.changed + result.unchanged)
    with database.writing(tenant) as session:
        for person in world.people:
            for account in person.accounts:
                if account.mail_sha1:
                    linking.link(session, tenant, account.ifi, person.number, by=LINKED_BY, now=now)
