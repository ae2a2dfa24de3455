"""Tables of the certification half, each named certification_….

As in `lrs.models`, `info["distribution"]` says how a table would be spread: by worker, by statement, or copied
everywhere ("reference"). Days are dates in Vietnam; instants are UTC. No foreign key crosses to the other half.
"""

from __future__ import annotations

from datetime import date, datetime
from hashlib import blake2b
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lrs.db import NAMING, UtcDateTime, new_id


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


# ---------------------------------------------------------------- rules


class RuleFile(Base):
    """A loaded criteria set, rubric, plan, evidence mapping, report form or inheritance record: its text and hash.

    Never updated: a changed rule is a new file with a new identifier. Assessments point here, so that an old result
    can always be worked out again. Holds no personal data.
    """

    __tablename__ = "certification_rule_file"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "kind", "identifier"),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    kind: Mapped[str]
    """criteria-set, rubric, evidence-mapping, plan, plan-inheritance or report-form."""
    identifier: Mapped[str]
    sha256: Mapped[str]
    text: Mapped[str] = mapped_column(sa.Text)
    loaded: Mapped[datetime] = mapped_column(UtcDateTime)


# ---------------------------------------------------------------- organizations


class Organization(Base):
    """A node of the administrative tree, of the union tree, or an enterprise (a leaf of both). No personal data.

    `code` is the operator's own stable name for it ("vn/thanh-hoa/hoang-giang"), unique in the tenant.
    """

    __tablename__ = "certification_organization"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"), {"info": {"distribution": "reference"}})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    """administrative, trade_union, grassroots_union or enterprise."""
    exists_from: Mapped[date | None]
    exists_to: Mapped[date | None]
    """Last day it existed; NULL while it does."""


class OrganizationParent(Base):
    """Where an organization stands in a tree, and from when to when. An enterprise has a parent in each tree:
    its commune or province (administrative) and its grassroots union (union). No personal data."""

    __tablename__ = "certification_organization_parent"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "tree", "valid_from"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    tree: Mapped[str]
    """administrative or union."""
    parent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """Last day it held; NULL while it does."""


class OrganizationSuccession(Base):
    """That one organization was followed by another on a day (merger of 1/7/2025, say). No personal data."""

    __tablename__ = "certification_organization_succession"
    __table_args__ = (
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id"),
        {"info": {"distribution": "reference"}},
    )

    predecessor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    successor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    took_place: Mapped[date]
    source: Mapped[str]


class Commitment(Base):
    """That an organization took something into its programme in a year ("Công đoàn học tập", say), for targets that
    count organizations. No personal data but the recorder's account name."""

    __tablename__ = "certification_commitment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "kind", "year"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    kind: Mapped[str]
    year: Mapped[int]
    source: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


# ---------------------------------------------------------------- workers


class Worker(Base):
    """A person who works or worked in an enterprise.

    Personal data: full name and gender, because officers must know whom they attest and reports count women; `number`
    is our own opaque worker number, the only thing about the person that a Statement we make may carry. Kept while
    employed and until the tenant's retention ends; a recognised title outlives it as a register entry.
    """

    __tablename__ = "certification_worker"
    __table_args__ = (
        sa.Index(None, "tenant_id", "number"),
        {"info": {"distribution": "id"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    number: Mapped[str]
    full_name: Mapped[str]
    gender: Mapped[str | None]
    """female, male, or NULL when the roster does not say."""


class Employment(Base):
    """That a worker is employed by an enterprise from one day to another.

    Personal data: employer, position, union role and their dates, because every denominator is a headcount on a day.
    Kept as `Worker`.
    """

    __tablename__ = "certification_employment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "enterprise_id", "started"),
        sa.Index(None, "tenant_id", "enterprise_id"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_worker.id"))
    tenant_id: Mapped[UUID]
    enterprise_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    started: Mapped[date]
    ended: Mapped[date | None]
    """Last day employed; NULL while it lasts."""
    position: Mapped[str | None]
    audience: Mapped[str]
    """Which table of the criteria applies: nguoi-lao-dong for a worker."""
    union_member: Mapped[bool]
    union_cadre: Mapped[bool]


def _ifi_digest(context: DefaultExecutionContext) -> bytes:
    return blake2b(context.get_current_parameters()["ifi"].encode(), digest_size=32).digest()  # type: ignore[no-untyped-call]


class WorkerIdentifier(Base):
    """That an Actor with this Inverse Functional Identifier is this worker.

    Personal data: the identifier (an opaque account by preference). `ifi` is its canonical text, as
    `lrs.api.ifi_text` writes it; `actor_key` its hash, to find it by; `ifi_digest` a longer one, to be unique by, since
    the text has no greatest length and an index entry has. Kept as `Worker`.
    """

    __tablename__ = "certification_worker_identifier"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "actor_key", "ifi_digest"),
        {"info": {"distribution": "actor_key"}},
    )

    tenant_id: Mapped[UUID]
    actor_key: Mapped[int] = mapped_column(sa.BigInteger)
    ifi: Mapped[str]
    ifi_digest: Mapped[bytes] = mapped_column(default=_ifi_digest)
    worker_id: Mapped[UUID] = mapped_column(index=True)
    linked: Mapped[datetime] = mapped_column(UtcDateTime)
    basis: Mapped[str]
    """How we know: "roster", or who linked it by hand."""


class WaitingStatement(Base):
    """A Statement whose Actor nobody has linked to a worker yet; it waits here, counted and listed.

    Personal data: the actor's identifier. Removed when the Actor is linked.
    """

    __tablename__ = "certification_waiting_statement"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "actor_key", "ifi_digest", "statement_id"),
        {"info": {"distribution": "actor_key"}},
    )

    tenant_id: Mapped[UUID]
    actor_key: Mapped[int] = mapped_column(sa.BigInteger)
    ifi: Mapped[str]
    ifi_digest: Mapped[bytes] = mapped_column(default=_ifi_digest)
    statement_id: Mapped[UUID]
    seen: Mapped[datetime] = mapped_column(UtcDateTime)


# ---------------------------------------------------------------- evidence


class Fact(Base):
    """What one Statement says about one worker, for one purpose (`what`): the narrow table that judging reads.

    Can be thrown away and rebuilt from the Statements at any time. Personal data: learning done, by worker. Kept as
    the Statement it came from.
    """

    __tablename__ = "certification_fact"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "statement_id", "what"),
        sa.Index(None, "tenant_id", "year", "what", "worker_id"),
        sa.Index(None, "tenant_id", "statement_id"),
        {"info": {"distribution": "worker_id"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    what: Mapped[str]
    """A code of the evidence mapping: law-labour, reading, digital-able …"""
    day: Mapped[date]
    """Day of the Statement's timestamp in Asia/Ho_Chi_Minh."""
    year: Mapped[int]
    minutes: Mapped[int]
    """Length of the learning, rounded down; 0 when the Statement does not say."""
    score: Mapped[int | None]
    """Scaled score in ten-thousandths (0 to 10000); NULL when there is none."""
    quality: Mapped[int]
    """Evidence level 0 to 3 (E0 self-declared … E3 assessed)."""
    activity_key: Mapped[int] = mapped_column(sa.BigInteger)


class FeedPosition(Base):
    """How far a reader has followed the change feed. No personal data."""

    __tablename__ = "certification_feed_position"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "reader"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    reader: Mapped[str]
    token: Mapped[str]


class Attestation(Base):
    """Points for an indicator that a person vouches for; later ones replace earlier ones for the same indicator.

    Personal data: a judgement about a worker and who made it. Kept with the worker's dossier.
    """

    __tablename__ = "certification_attestation"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "year", "worker_id"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    tenant_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    indicator: Mapped[str]
    points: Mapped[int]
    attested_by: Mapped[str]
    attested_on: Mapped[date]
    basis: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


# ---------------------------------------------------------------- judgement and titles


class Stale(Base):
    """A worker whose assessment of a year must be worked out again; the mark tells a later change from this one.

    No personal data but the worker's id. Removed when judged.
    """

    __tablename__ = "certification_stale"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "year"),
        {"info": {"distribution": "worker_id"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    year: Mapped[int]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    mark: Mapped[UUID]
    due: Mapped[date | None]
    """The day (in Vietnam) from which on it is to be judged, for evidence of a later day than the last judgement; NULL
    means now."""


class Assessment(Base):
    """The saved result of judging one worker for one year; a different result is a new version, nothing is overwritten.

    Personal data: a judgement about a worker. Kept with the worker's dossier.
    """

    __tablename__ = "certification_assessment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "programme", "year", "version"),
        sa.Index(None, "tenant_id", "programme", "year"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    version: Mapped[int]
    tenant_id: Mapped[UUID]
    criteria_set_id: Mapped[UUID]
    as_of: Mapped[date]
    outcome: Mapped[str]
    """met, not_met or not_yet_known."""
    total: Mapped[int]
    result: Mapped[str] = mapped_column(sa.Text)
    """The whole result as JSON: points, states, reason codes, evidence counted."""
    judged: Mapped[datetime] = mapped_column(UtcDateTime)


class Award(Base):
    """That a competent body recognised the title for a worker and a year, with its decision.

    Personal data: a public legal fact about a worker. Kept for good as a register entry; `withdrawn_on` ends it.
    """

    __tablename__ = "certification_award"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "programme", "year"),
        sa.Index(None, "tenant_id", "programme", "year"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    """The assessed year, not the year of the decision."""
    tenant_id: Mapped[UUID]
    decision_number: Mapped[str]
    decided_on: Mapped[date]
    body: Mapped[str]
    withdrawn_on: Mapped[date | None]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class Publication(Base):
    """Which figures a tenant shows on the first page without signing in: none unless an operator says so.

    Holds no personal data, only the day and the programme year shown.
    """

    __tablename__ = "certification_publication"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    published: Mapped[datetime] = mapped_column(UtcDateTime)
