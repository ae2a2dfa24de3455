"""Tables of what is known of what workers learned."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime, new_id

__all__ = ["Attestation", "AuthorityTrust", "Fact", "FeedPosition", "Finding", "Occasion", "Repeat", "SelfScore"]


_JUDGED_BY = ("tenant_id", "year", "day", "minutes", "score", "quality", "activity_key")
"""What judging asks of facts beside their key: PostgreSQL keeps it in the index of the key, where a worker's facts lie
together; in the table they lie as they arrived."""


class Fact(Base):
    """What one Statement says about one worker, for one purpose (`what`): the narrow table that judging reads.

    Can be thrown away and rebuilt from the Statements at any time. Personal data: learning done, by worker. Kept as
    the Statement it came from.
    """

    __tablename__ = "certification_fact"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "statement_id", "what", postgresql_include=_JUDGED_BY),
        sa.Index(None, "tenant_id", "year", "what", "worker_id", "day", "quality"),
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
    said_by: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default=sa.text("0"))
    """Key of the authority that said it first; 0 for facts from before this was kept."""
    once_key: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default=sa.text("0"))
    """Key of the template that gave it where what that tells happens once; 0 for what may happen again on one day."""


class Repeat(Base):
    """A fact that does not count, because another Statement tells the same achievement better: which, and what this one
    said. `lends_minutes` and `lends_score`: the fact that counts says none itself and takes those of this one.

    Thrown away and rebuilt with the facts. Personal data: learning done, by worker. Kept as the Statement it came from.
    """

    __tablename__ = "certification_repeat"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "statement_id", "what"),
        sa.Index(None, "tenant_id", "statement_id"),
        {"info": {"distribution": "worker_id"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    what: Mapped[str]
    repeats: Mapped[UUID]
    """The Statement that counts."""
    day: Mapped[date]
    year: Mapped[int]
    minutes: Mapped[int]
    score: Mapped[int | None]
    quality: Mapped[int]
    activity_key: Mapped[int] = mapped_column(sa.BigInteger)
    said_by: Mapped[int] = mapped_column(sa.BigInteger)
    once_key: Mapped[int] = mapped_column(sa.BigInteger)
    lends_minutes: Mapped[bool]
    lends_score: Mapped[bool]


class Occasion(Base):
    """What ties a worker's Statements about one activity together across days: a certificate's number or a
    registration, as a key that cannot be read back.

    Thrown away and rebuilt with the facts. Personal data: that a worker has a certificate with that key, to find the
    same achievement reported twice. Kept as the Statement it came from.
    """

    __tablename__ = "certification_occasion"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "statement_id", "occasion_key"),
        sa.Index(None, "tenant_id", "statement_id"),
        sa.Index(None, "tenant_id", "occasion_key"),
        {"info": {"distribution": "worker_id"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    occasion_key: Mapped[int] = mapped_column(sa.BigInteger)
    activity_key: Mapped[int] = mapped_column(sa.BigInteger)
    is_certificate: Mapped[bool]


class Finding(Base):
    """Something about a Statement that somebody should look at; the Statement is stored and counts as its level says.

    Thrown away and rebuilt with the facts. Personal data: none by itself; it names a Statement, of whose Actor it says
    nothing. Kept as the Statement it came from.
    """

    __tablename__ = "certification_finding"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "statement_id", "number"),
        sa.Index(None, "tenant_id", "said_by", "code"),
        {"info": {"distribution": "statement_id"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    number: Mapped[int]
    """0, 1, 2 …: which of the Statement's findings it is."""
    code: Mapped[str]
    """One of `evidence.findings`."""
    about: Mapped[str]
    """What its words need to know, as JSON with sorted keys: the rule that is broken, how many days late."""
    place: Mapped[str]
    """Where in the Statement: a JSON pointer or, for a rule of the profile, its location."""
    said_by: Mapped[int] = mapped_column(sa.BigInteger)
    """Key of the authority that said it first: the platform."""
    stored: Mapped[datetime] = mapped_column(UtcDateTime)


class AuthorityTrust(Base):
    """How far an authority is trusted for a topic, as somebody decided; of several decisions the last one holds.

    Personal data: who decided, kept so that a judgement can be explained; the authority is a platform's or an
    office's. Kept as long as facts rest on it.
    """

    __tablename__ = "certification_authority_trust"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    number: Mapped[int]
    """1, 2, 3 …: the order in which the tenant decided."""
    authority: Mapped[str]
    """Canonical text of its identifier; "*" for whoever is not listed."""
    what: Mapped[str]
    """A topic code, or "*" for all."""
    at_most: Mapped[int | None]
    """Evidence level 0 to 3; -1 for nothing at all; NULL: no longer listed for this."""
    decided_by: Mapped[str]
    reason: Mapped[str]
    decided: Mapped[datetime] = mapped_column(UtcDateTime)


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

    One that is withdrawn stays, with who withdrew it and why, and held up to the day before `withdrawn_on`.

    Personal data: a judgement about a worker and who made it. Kept with the worker's dossier.
    """

    __tablename__ = "certification_attestation"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "year", "worker_id"),
        sa.Index(None, "tenant_id", "attested_by"),
        sa.Index(None, "tenant_id", "withdrawn_by"),
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
    withdrawn_on: Mapped[date | None]
    """The first day (in Vietnam) on which it no longer held; NULL while it does."""
    withdrawn_by: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]


class SelfScore(Base):
    """Points that a worker gave himself or herself for an indicator (tự chấm); the last ones are those shown.

    They stand beside the suggested and the attested points and count for nothing. Nothing is overwritten.

    Personal data: what a worker thinks of his or her own learning, because the form of the programme begins with it.
    Kept with the worker's dossier.
    """

    __tablename__ = "certification_self_score"
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
    note: Mapped[str | None]
    """What the worker says of it, in his or her own words."""
    scored_on: Mapped[date]
    """The day in Vietnam."""
    scored_by: Mapped[str]
    """The account that entered it: the worker's own, or that of whoever typed a paper form."""
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
