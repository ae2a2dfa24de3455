"""Tables of rates, of what of them is published or frozen, and of the counts kept so that they come fast."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime, new_id

__all__ = ["Freezing", "Publication", "Standing", "Summary", "SummaryPlace", "Tally", "Uncounted"]


class Publication(Base):
    """Which figures a tenant shows on the first page without signing in: none unless an operator says so.

    Holds no personal data, only the day and the programme year shown.
    """

    __tablename__ = "certification_publication"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    published: Mapped[datetime] = mapped_column(UtcDateTime)
    hide_below: Mapped[int | None]
    """Counts of fewer persons are hidden; NULL: of fewer than the program's default, 0 or 1: none."""


class Freezing(Base):
    """The figures of an organization on a cut-off day as they were when somebody froze them; never changed afterwards.

    Counts only, no worker is named. Personal data: the account name of who froze them. Kept for good, because reports
    rest on it.
    """

    __tablename__ = "certification_freezing"
    __table_args__ = (
        sa.Index(None, "tenant_id", "organization", "on_day"),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    organization: Mapped[str]
    """Its code then; codes are stable, and an organization that ended keeps its figures. Empty for a zone or sector
    anywhere."""
    zone: Mapped[str | None]
    sector: Mapped[str | None]
    """Those whose enterprises were counted, within the organization; NULL: all of the organization's."""
    plan: Mapped[str | None]
    """The plan whose targets were frozen; NULL for every target that bound it."""
    on_day: Mapped[date]
    headcount_on: Mapped[date]
    basis: Mapped[str]
    frozen: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_by: Mapped[str]
    reason: Mapped[str]
    figures: Mapped[str] = mapped_column(sa.Text)
    """The figures as JSON: those of the organization, and of each of its targets."""


class Summary(Base):
    """That the counts of a year are summarised for a tenant, by which rules, and how far that is done.

    This and the tables below can be thrown away and made again from facts, employments and awards at any time. No
    personal data.
    """

    __tablename__ = "certification_summary"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "year"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    year: Mapped[int]
    programme: Mapped[str]
    rules: Mapped[str] = mapped_column(sa.Text)
    """The rules that are counted, as JSON: a list of their keys; standings name them by their place in it."""
    organizations: Mapped[UUID | None]
    """The state of the trees (`Revision`) that the places are of."""
    built_to: Mapped[UUID | None]
    """The worker up to whom the first making has come; NULL at its beginning."""
    complete: Mapped[bool]
    version: Mapped[UUID]
    """Another one after each change of a tally."""


class SummaryPlace(Base):
    """At or below which organizations an enterprise stood in a year, and from when to when, as the tallies have it.
    No personal data."""

    __tablename__ = "certification_summary_place"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "year", "enterprise_id"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    year: Mapped[int]
    enterprise_id: Mapped[UUID]
    content: Mapped[bytes]


class Standing(Base):
    """What one worker contributes to the tallies of a year: where employed, and from which day on which rule is met.

    Personal data: employments and learning by worker, drawn from `Employment`, `Fact` and `Award`, kept as long as
    they are, so that a change can be taken out of the tallies again.
    """

    __tablename__ = "certification_standing"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "year"),
        sa.Index(None, "tenant_id", "year"),
        {"info": {"distribution": "worker_id", "merging": "stays"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    year: Mapped[int]
    tenant_id: Mapped[UUID]
    content: Mapped[bytes]


class Tally(Base):
    """How one count of an organization grows and shrinks from day to day of a year; up to a cut-off day it adds up to
    the figure. Counts only; no personal data beyond what a count of few gives away, so it is shown to nobody as it is.
    """

    __tablename__ = "certification_tally"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "year", "measure"),
        sa.Index(None, "tenant_id", "year", "measure"),
        {"info": {"distribution": "reference"}, "sqlite_with_rowid": False},
    )

    organization_id: Mapped[UUID]
    year: Mapped[int]
    measure: Mapped[str]
    tenant_id: Mapped[UUID]
    content: Mapped[bytes]


class Uncounted(Base):
    """A worker whose contribution to the tallies of a year (0: of every year) must be worked out again; the mark tells
    a later change from this one. No personal data but the worker's id. Removed when counted."""

    __tablename__ = "certification_uncounted"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "year"),
        sa.Index(None, "tenant_id", "year", "since"),
        {"info": {"distribution": "worker_id", "merging": "stays"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    year: Mapped[int]
    tenant_id: Mapped[UUID]
    mark: Mapped[UUID]
    since: Mapped[UUID] = mapped_column(server_default=sa.text("'00000000000000000000000000000000'"))
    """Made when the worker was first marked since the last count; a UUIDv7, which says when that was. Marks from before
    this was kept have none of it, which is nought."""
