"""Tables of what is known of the people in enterprises beside who they are: roles, groups, numbers, headcounts."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = [
    "Audience",
    "DeclaredHeadcount",
    "FileImport",
    "FileImportChange",
    "FileImportRow",
    "NationalNumber",
    "PeopleSetting",
    "UnionRole",
]


class UnionRole(Base):
    """That a worker is a member or a cadre of the union in an enterprise, from one day to another.

    Personal data: membership of a union, because plans count cadres and reports count members on a day. Kept as
    `Worker`.
    """

    __tablename__ = "certification_union_role"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "enterprise_id", "role", "started"),
        sa.Index(None, "tenant_id", "role", "enterprise_id"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_worker.id"))
    tenant_id: Mapped[UUID]
    enterprise_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    role: Mapped[str]
    """member or cadre."""
    started: Mapped[date]
    ended: Mapped[date | None]
    """Last day; NULL while it lasts."""


class Audience(Base):
    """Which table of the criteria applies to a worker, from one assessment year until another row says otherwise.

    Personal data: the group of work somebody belongs to, because each group has criteria of its own. Who has no row
    belongs to the workers. Kept as `Worker`.
    """

    __tablename__ = "certification_audience"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "year"),
        sa.Index(None, "tenant_id", "audience"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_worker.id"))
    year: Mapped[int]
    tenant_id: Mapped[UUID]
    audience: Mapped[str]
    """nguoi-lao-dong for a worker, or another group that criteria know."""


class NationalNumber(Base):
    """A worker's national identity number, as a keyed hash by which doubles are found.

    Personal data: with the installation's secret one can tell whether a given number is this worker's; `ending` (its
    last three digits) tells officers two records apart; `sealed`, the encrypted number, is there only while the tenant
    has asked for it because a form needs it. Kept while the worker is employed.
    """

    __tablename__ = "certification_national_number"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "kind"),
        sa.Index(None, "tenant_id", "digest"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_worker.id"))
    kind: Mapped[str]
    """cccd (twelve digits) or cmnd (nine)."""
    tenant_id: Mapped[UUID]
    digest: Mapped[str]
    ending: Mapped[str]
    sealed: Mapped[bytes | None]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
    generation: Mapped[int] = mapped_column(server_default=sa.text("0"))
    """Under which key `digest` is; 0 for the first."""
    next_generation: Mapped[int | None]
    next_digest: Mapped[str | None]
    next_sealed: Mapped[bytes | None]
    """What becomes of these under the next key, while numbers are put under it (`people.number_rotation`)."""


class DeclaredHeadcount(Base):
    """How many people an enterprise says it has on a day, for those that have sent no roster. No personal data but who
    said so."""

    __tablename__ = "certification_declared_headcount"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "day"),
        sa.Index(None, "tenant_id", "day"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    day: Mapped[date]
    tenant_id: Mapped[UUID]
    total: Mapped[int]
    women: Mapped[int | None]
    union_members: Mapped[int | None]
    source: Mapped[str]
    """Which document says so."""
    declared_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class PeopleSetting(Base):
    """What a tenant wants to be kept of its people beyond the least. Holds no personal data."""

    __tablename__ = "certification_people_setting"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    seals_national_numbers: Mapped[bool]
    """Whether national numbers are kept encrypted beside their hash."""
    national_key: Mapped[int] = mapped_column(server_default=sa.text("0"))
    """Which key national numbers are under: 0, or how many times it was rotated."""


class FileImport(Base):
    """A table that somebody brings in on a page: the file while it is worked on or may be asked for again, how far that
    is, and what came of it.

    Personal data: who brought it in; in `sealed` the file, encrypted, for a day at most; in `outcome` names of workers
    and what became of them. Removed after `people.file_imports.KEPT`; the outcomes of all go when anybody is erased.
    """

    __tablename__ = "certification_file_import"
    __table_args__ = (sa.Index(None, "tenant_id", "began"), {"info": {"distribution": "reference"}})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    brought_by: Mapped[str]
    """The account's name."""
    kind: Mapped[str]
    """Which table it is: "roster", say."""
    file_name: Mapped[str]
    checks: Mapped[bool]
    """Whether it is only tried out."""
    good_rows: Mapped[bool]
    whole: Mapped[bool]
    """Whether the file is the whole staff of its enterprises."""
    state: Mapped[str]
    """running, done, refused (there were faults, and nothing was taken in) or undone."""
    began: Mapped[datetime] = mapped_column(UtcDateTime)
    beat: Mapped[datetime] = mapped_column(UtcDateTime)
    """When somebody was last known to work on it."""
    rows_done: Mapped[int]
    rows: Mapped[int]
    """Rows to be worked on; 0 until the file was read."""
    created: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    refused: Mapped[int]
    """Rows left out."""
    sealed: Mapped[bytes | None]
    outcome: Mapped[str | None]
    """Faults, changes and notes, as JSON; NULL until it is done, and once somebody was erased."""
    undone: Mapped[datetime | None] = mapped_column(UtcDateTime)
    list_of: Mapped[str | None]
    """Of a list of attendance the code of its organizer; NULL for other tables, as the next two."""
    list_code: Mapped[str | None]
    list_kind: Mapped[str | None]
    """paper or roll_call."""


class FileImportChange(Base):
    """What an import changed about one worker: what was before and what is after, so that it can be undone.

    Personal data: names, employments, roles and identifiers, before and after. Removed with the import, or when the
    person is erased.
    """

    __tablename__ = "certification_file_import_change"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "import_id"),
        sa.Index(None, "tenant_id", "import_id"),
        {"info": {"distribution": "worker_id", "merging": "stays"}},
    )

    worker_id: Mapped[UUID]
    import_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    changes: Mapped[str]
    """JSON, as `people.roster_journal.Told`."""


class FileImportRow(Base):
    """A row that an import of any table but a roster wrote: what was before and what is after, to undo it by.

    Personal data: points, titles and learning accounts of a worker, whom to ask about reports. Removed with the import,
    or when the person is erased.
    """

    __tablename__ = "certification_file_import_row"
    __table_args__ = (
        sa.PrimaryKeyConstraint("import_id", "place"),
        sa.Index(None, "tenant_id", "worker_id"),
        {"info": {"distribution": "import_id", "merging": "stays"}},
    )

    import_id: Mapped[UUID]
    place: Mapped[int]
    tenant_id: Mapped[UUID]
    worker_id: Mapped[UUID | None]
    """Whom it is about; NULL where it is about a unit or a whole list."""
    changes: Mapped[str]
    """JSON, as `people.row_journal.Change`."""
