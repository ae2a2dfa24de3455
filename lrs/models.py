"""Tables of the Learning Record Store, each named lrs_….

Every table says in `info` by which column it would be spread over several machines (`distribution`): the name of a
column that every unique key contains and that is never updated, or "reference" (small, copied everywhere), or "local".
`tests/test_tables.py` holds the models to it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lrs.db import NAMING, UtcDateTime, new_id


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


class Tenant(Base):
    """One independent owner of data, or the sandbox of one (`lrs.tenants`). Holds no personal data."""

    __tablename__ = "lrs_tenant"
    __table_args__ = (
        sa.Index(None, "sandbox_of", unique=True),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    sandbox_of: Mapped[UUID | None]
    """The tenant whose test keys open this one; None for a tenant in its own right."""
    opaque_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when opaque accounts stand in for names and mail addresses (`lrs.privacy`); None: they do not."""
    copied: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when its data is a restored copy, which signs and sends nothing (`lrs.copies`); None: it is none."""


class Credential(Base):
    """Key and secret of a platform or system; the secret itself is never kept, only its keyed digest.

    One that belongs to a sandbox is a test key.

    Personal data: none, unless an operator names a credential after a person, whose last use it then tells. Kept
    while the tenant exists, since Statements name it as their Authority.
    """

    __tablename__ = "lrs_credential"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lrs_tenant.id"))
    key: Mapped[str] = mapped_column(unique=True)
    secret_digest: Mapped[bytes]
    name: Mapped[str]
    scopes: Mapped[str]
    """Scopes parted by spaces."""
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The instant from which it is refused."""
    old_secret_digest: Mapped[bytes | None]
    """Of the secret before this one, which works as well until `old_secret_until`."""
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a request came with it, to the hour (`lrs.last_use`)."""


class TokenClient(Base):
    """A client of an issuer of tokens (OAuth 2.0), and the key that its tokens stand for.

    No personal data: programs, not people. Kept until an operator removes it.
    """

    __tablename__ = "lrs_token_client"
    __table_args__ = (
        sa.UniqueConstraint("issuer", "audience", "client_id"),
        {"info": {"distribution": "reference"}},
    )

    credential_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lrs_credential.id"), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lrs_tenant.id"))
    issuer: Mapped[str]
    audience: Mapped[str]
    client_id: Mapped[str]
    algorithms: Mapped[str]
    """Parted by spaces, as `grants`."""
    claim: Mapped[str]
    """Where a token says what it is allowed."""
    grants: Mapped[str]
    """What it may say there, the sign =, and which scope of the key that gives; empty: all of them."""
    made: Mapped[datetime] = mapped_column(UtcDateTime)


class Statement(Base):
    """One Statement: its finished text once, beside the keys we search by.

    Personal data: whatever the Actor and the sender's text carry; the store keeps it as sent because a Statement is
    immutable (xAPI 1.0.3 Data 2.3.1). Kept until the operator's retention ends or the Actor is erased.

    `seq` is the place in the tenant's order that readers can trust: given inside a critical section, so that a reader
    never sees a later place before an earlier one. `stored` (microseconds since 1970-01-01 UTC, from the database's
    clock) rises with it. The keys are 64-bit hashes (`lrs.statements.keys`); NULL where the Statement has no such part.
    """

    __tablename__ = "lrs_statement"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.Index(None, "tenant_id", "seq"),
        sa.Index(None, "tenant_id", "stored", "seq"),
        sa.Index(None, "tenant_id", "actor_key", "seq"),
        sa.Index(None, "tenant_id", "verb_key", "seq"),
        sa.Index(None, "tenant_id", "object_key", "seq"),
        sa.Index(None, "tenant_id", "registration", "seq"),
        sa.Index(None, "tenant_id", "authority_key", "seq"),
        {"info": {"distribution": "id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    stored: Mapped[int] = mapped_column(sa.BigInteger)
    actor_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    verb_key: Mapped[int] = mapped_column(sa.BigInteger)
    object_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    registration: Mapped[UUID | None]
    authority_key: Mapped[int] = mapped_column(sa.BigInteger)
    voided: Mapped[bool]
    exact: Mapped[str] = mapped_column(sa.Text)
    """The Statement as answered with format=exact; answers join these texts and never parse them again."""


class StatementLink(Base):
    """A further key under which a Statement is found: members of Groups, and what `related_…` parameters look at.

    `statement_id` is the Statement that carries the identifier. `seq` is the place at which it is found: its own, or
    that of a Statement which refers to it (`Reference`).

    Personal data: a hash of an actor's identifier. Kept as long as its Statement.
    """

    __tablename__ = "lrs_statement_link"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "key", "seq", "statement_id"),
        {"info": {"distribution": "statement_id"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    key: Mapped[int] = mapped_column(sa.BigInteger)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    statement_id: Mapped[UUID]


class Reference(Base):
    """That one Statement refers to another, directly or over further Statements; the target may not have arrived yet.

    The keys are the target's, copied so that a list finds the referring Statement at its own place `seq`; they are NULL
    until the target is there (`lrs.statements.references`). `voids`: the Statement voids this target.

    Personal data: hashes of actors' identifiers. Kept as long as the Statements it joins.
    """

    __tablename__ = "lrs_reference"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "target_id", "statement_id"),
        sa.Index(None, "tenant_id", "statement_id"),
        sa.Index(None, "tenant_id", "actor_key", "seq"),
        sa.Index(None, "tenant_id", "verb_key", "seq"),
        sa.Index(None, "tenant_id", "object_key", "seq"),
        sa.Index(None, "tenant_id", "registration", "seq"),
        sa.Index(None, "tenant_id", "authority_key", "seq"),
        {"info": {"distribution": "statement_id"}},
    )

    tenant_id: Mapped[UUID]
    target_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    steps: Mapped[int]
    """1 for the Statement's own object, 2 for what that refers to, and so on."""
    voids: Mapped[bool]
    actor_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    verb_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    object_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    registration: Mapped[UUID | None]
    authority_key: Mapped[int | None] = mapped_column(sa.BigInteger)


class Attachment(Base):
    """The bytes of an Attachment, once for each tenant and hash, however many Statements declare it.

    Personal data: whatever the file shows. Kept as long as a Statement that declares it.
    """

    __tablename__ = "lrs_attachment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "sha2"),
        {"info": {"distribution": "sha2"}},
    )

    tenant_id: Mapped[UUID]
    sha2: Mapped[str]
    """The hash as Statements declare it (SHA-224, 256, 384 or 512), in small hexadecimal digits."""
    content_type: Mapped[str]
    content: Mapped[bytes]
    """Nothing where `name` says that the bytes are elsewhere."""
    name: Mapped[str | None]
    """What the bytes are called in the bucket (`lrs.bucket`)."""
    length: Mapped[int | None] = mapped_column(sa.BigInteger)
    """How many bytes are there."""


class AttachmentUse(Base):
    """That a Statement declares an Attachment, whether its bytes are here or not.

    Personal data: none of its own; it joins a Statement and a file. Kept as long as the Statement.
    """

    __tablename__ = "lrs_attachment_use"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "sha2", "statement_id"),
        {"info": {"distribution": "sha2"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    sha2: Mapped[str]
    statement_id: Mapped[UUID]
    dropped: Mapped[bool]
    """The bytes are not kept for this Statement's sake any more: its Agent was erased (`lrs.erasure`)."""


class Signature(Base):
    """How much the signature of a Statement proves: kept with it, as found when it was stored.

    Personal data: the fingerprint of the signer's certificate, which may be a person's. Kept as long as its Statement.
    """

    __tablename__ = "lrs_signature"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "statement_id", "sha2"),
        {"info": {"distribution": "statement_id"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    sha2: Mapped[str]
    """The Attachment that holds the signature."""
    certificate: Mapped[str | None]
    """SHA-256 of the certificate against which the signature was verified; None: it brought none, so that only the
    signed words were compared."""
    root: Mapped[str | None]
    """SHA-256 of the tenant's trusted root to which the certificate leads; None where it leads to none."""


class Erasure(Base):
    """That an Agent was erased, or is being erased (`lrs.erasure`): a record for whoever has to account for it.

    Personal data: while it goes on, the Agent's identifier, so that it can be taken up again after a crash; afterwards
    only a digest of it, keyed with a secret that is not in the database. Kept while the tenant exists.
    """

    __tablename__ = "lrs_erasure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        {"info": {"distribution": "id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    agent_digest: Mapped[bytes]
    """Of the canonical identifier; by it a later erasure of the same Agent finds this one."""
    account_name: Mapped[str]
    """The name of the opaque account that stands in the Agent's place."""
    agent: Mapped[str | None] = mapped_column(sa.Text)
    """The Agent as JSON; None when all is done."""
    reason: Mapped[str] = mapped_column(sa.Text)
    """Who asked for it and why, in the operator's words."""
    begun: Mapped[datetime] = mapped_column(UtcDateTime)
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[int] = mapped_column(sa.BigInteger)
    """Up to which place of the tenant's order Statements have been rewritten."""
    statements: Mapped[int]
    """How many Statements were rewritten."""
    documents: Mapped[int]
    """How many documents of State and Agent Profile were removed."""


class ErasedStatement(Base):
    """What a Statement said before an Agent in it was erased, as a keyed digest: so that a repeat is known as one.

    Personal data: nothing that can be read without the installation's secret, and then only by who has the Statement.
    Kept as long as the Statement.
    """

    __tablename__ = "lrs_erased_statement"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "statement_id", "digest"),
        {"info": {"distribution": "statement_id"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    digest: Mapped[bytes]
    """HMAC-SHA-256 of its normal form (`lrs.statements.comparison.normal_form`)."""
    untimed_digest: Mapped[bytes]
    """The same without `timestamp`, for a repeat that names none."""


class Provenance(Base):
    """Which stores a Statement came through before this one, and what each of them said of it (`lrs.provenance`).

    Personal data: the authorities that vouched for the Statement, as a rule systems; an Agent among them may be a
    person. Kept as long as its Statement.
    """

    __tablename__ = "lrs_provenance"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "statement_id"),
        {"info": {"distribution": "statement_id"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    chain: Mapped[str] = mapped_column(sa.Text)
    """A JSON list, the first store at its beginning: of each its `stored` and `authority`, as far as it said them."""


class TrustedRoot(Base):
    """A certificate whose signatures this tenant trusts. Personal data: none; it is an authority's."""

    __tablename__ = "lrs_trusted_root"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "fingerprint"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lrs_tenant.id"))
    fingerprint: Mapped[str]
    """SHA-256 of the certificate, in small hexadecimal digits."""
    certificate: Mapped[bytes]
    added: Mapped[datetime] = mapped_column(UtcDateTime)


class Document(Base):
    """A document that a platform keeps about an Activity, an Agent, or both: State and the two profiles.

    `context_key` and `document_key` are hashes, since identifiers may be longer than an index takes; the identifiers
    themselves stand beside them and decide (`lrs.documents`).

    Personal data: the Agent's identifier, and whatever the platform keeps about the Agent. Kept until the platform
    deletes it, the operator's retention ends or the Agent is erased.
    """

    __tablename__ = "lrs_document"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "context_key", "document_key"),
        sa.Index(None, "tenant_id", "agent_key"),
        {"info": {"distribution": "context_key"}},
    )

    tenant_id: Mapped[UUID]
    context_key: Mapped[int] = mapped_column(sa.BigInteger)
    document_key: Mapped[int] = mapped_column(sa.BigInteger)
    agent_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    """To find all that is kept about one Agent."""
    kind: Mapped[str]
    """state, agent_profile or activity_profile."""
    activity: Mapped[str | None]
    agent: Mapped[str | None]
    """The canonical text of the Agent's identifier (`lrs.statements.keys.ifi_text`)."""
    registration: Mapped[UUID | None]
    document_id: Mapped[str]
    """The stateId or profileId, as JSON: it may hold a NUL, which PostgreSQL cannot keep in a text."""
    content_type: Mapped[str]
    content: Mapped[bytes]
    etag: Mapped[str]
    updated: Mapped[int] = mapped_column(sa.BigInteger)
    """Microseconds since 1970-01-01 UTC."""


class Activity(Base):
    """What is known of an Activity: its definition, merged from what Statements say of it (`lrs.activities`).

    Personal data: none, unless a platform names an Activity after a person. Kept while the tenant exists.
    """

    __tablename__ = "lrs_activity"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "activity_key"),
        {"info": {"distribution": "activity_key"}},
    )

    tenant_id: Mapped[UUID]
    activity_key: Mapped[int] = mapped_column(sa.BigInteger)
    iri: Mapped[str]
    definition: Mapped[str] = mapped_column(sa.Text)
    """As JSON."""


class AgentNames(Base):
    """The names that Statements give an Agent (`lrs.actors`).

    Personal data: a person's identifier and names, to answer the Agents Resource. Kept until the Agent is erased.
    """

    __tablename__ = "lrs_agent_names"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "agent_key"),
        {"info": {"distribution": "agent_key"}},
    )

    tenant_id: Mapped[UUID]
    agent_key: Mapped[int] = mapped_column(sa.BigInteger)
    ifi: Mapped[str]
    """The canonical text of the Agent's identifier (`lrs.statements.keys.ifi_text`)."""
    names: Mapped[str] = mapped_column(sa.Text)
    """A JSON list, the name seen last at the end."""


class Destination(Base):
    """Another store to which Statements of a tenant are forwarded, or a webhook that is told of them, and how far that
    has come (`lrs.forwarding`).

    Personal data: none, unless an operator names it after a person. Kept until an operator removes it.
    """

    __tablename__ = "lrs_destination"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.Index(None, "tenant_id", "name", unique=True),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    name: Mapped[str]
    kind: Mapped[str]
    """store or webhook."""
    endpoint: Mapped[str]
    """The address of its xAPI endpoint, or what messages are posted to, without a slash at the end."""
    version: Mapped[str]
    """The version of xAPI that is spoken to it: one of `lrs.versions.SUPPORTED`; "" to a webhook."""
    username: Mapped[str]
    """"" for a webhook."""
    sealed: Mapped[bytes]
    """Its password, encrypted under the installation's secret. Of a webhook the secrets that sign, the newest first."""
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until then the secret that a webhook had before signs as well."""
    filter: Mapped[str] = mapped_column(sa.Text)
    """What is forwarded, as JSON (`lrs.forwarding.filters`)."""
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    paused: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when an operator wants nothing sent there; None: it goes on."""
    began: Mapped[int] = mapped_column(sa.BigInteger)
    """After this place it has been told by this filter, at this address (`lrs.forwarding.handed_over`)."""
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """The place of the tenant's order up to which all is settled: sent, passed over, or laid aside."""
    delivered: Mapped[int] = mapped_column(sa.BigInteger)
    """How many Statements it took, ever; one that was sent twice counts twice."""
    failures: Mapped[int]
    """How often in a row it did not take what comes next."""
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Before this nothing is sent there."""
    tried: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When something was sent there last."""
    answer: Mapped[str]
    """What was answered then, in short; "" before the first time."""
    took: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it took something last."""


class DeadLetter(Base):
    """A Statement that a destination refused for good, laid aside so that what comes after it goes on.

    Personal data: none of the Statement's, which is read anew when it is sent again; the other store's words may quote
    what it was sent. Kept until it is taken, an operator drops it, or a person in the Statement is erased.
    """

    __tablename__ = "lrs_dead_letter"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "destination_id", "statement_id"),
        sa.Index(None, "tenant_id", "statement_id"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    destination_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    """The Statement's place."""
    status: Mapped[int]
    """The HTTP status of the answer; 0 where it was not sent."""
    reason: Mapped[str] = mapped_column(sa.Text)
    """The answer's words, cut short."""
    refused: Mapped[datetime] = mapped_column(UtcDateTime)
    again: Mapped[bool]
    """An operator wants it sent again."""


class ForwardedSpan(Base):
    """What went to a destination by another filter, at another address, or before it was removed: which places of the
    tenant's order (`lrs.forwarding.handed_over`). Personal data: none. Kept while the tenant exists.
    """

    __tablename__ = "lrs_forwarded_span"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    destination_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]
    endpoint: Mapped[str]
    filter: Mapped[str] = mapped_column(sa.Text)
    """These as in Destination."""
    began: Mapped[int] = mapped_column(sa.BigInteger)
    through: Mapped[int] = mapped_column(sa.BigInteger)
    """Those after the one place, up to the other."""


class HandedOver(Base):
    """A Statement in which somebody was erased, and a system that it had gone to: whoever runs that one is to be told.

    Personal data: none; the Statement names nobody any more. Kept while the tenant exists, as the erasure is.
    """

    __tablename__ = "lrs_handed_over"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "erasure_id", "statement_id", "name", "endpoint"),
        sa.Index(None, "tenant_id", "statement_id"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    erasure_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    name: Mapped[str]
    endpoint: Mapped[str]
    kind: Mapped[str]
    """These as in Destination."""


class Source(Base):
    """Another store from which Statements are pulled into a tenant, and how far that has come (`lrs.pulling`).

    Personal data: none of its own; the `more` of the other store may hold what it was asked by, which is nobody.
    Kept until an operator removes it.
    """

    __tablename__ = "lrs_source"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.Index(None, "tenant_id", "name", unique=True),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    name: Mapped[str]
    endpoint: Mapped[str]
    """The address of its xAPI endpoint, without a slash at the end."""
    version: Mapped[str]
    """The version of xAPI that is spoken to it: one of `lrs.versions.SUPPORTED`."""
    username: Mapped[str]
    sealed: Mapped[bytes]
    """Its password, encrypted under the installation's secret."""
    parameters: Mapped[str] = mapped_column(sa.Text)
    """What it is asked for beside the times, as JSON (`lrs.pulling.sources.PARAMETERS`)."""
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """What it stored after the one and up to the other is wanted; None: without that bound."""
    every: Mapped[int]
    """Seconds from the end of one round to the next."""
    overlap: Mapped[int]
    """So many seconds before `reached` are asked for again: what a store shows late is not missed."""
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    paused: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when nothing is asked; None: it goes on."""
    reached: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Up to which `stored` of the other store all is here."""
    more: Mapped[str] = mapped_column(sa.Text)
    """The next page of the round that is under way; "" where none is."""
    stored: Mapped[int] = mapped_column(sa.BigInteger)
    """How many Statements it brought that were new here."""
    failures: Mapped[int]
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Before this nothing is asked."""
    tried: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str]
    """What was answered last, in short; "" before the first time."""
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a round last came to its end."""


class Refusal(Base):
    """A Statement that another store has and this one does not take: why, so that somebody can mend it over there.

    Personal data: what the faults quote of the Statement. Kept until the Statement is taken, the source is removed, or
    a person whose identifier stands in it is erased.
    """

    __tablename__ = "lrs_refusal"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "source_id", "statement"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    source_id: Mapped[UUID]
    statement: Mapped[str]
    """Its id as the other store says it; a digest of it where it says none."""
    faults: Mapped[str] = mapped_column(sa.Text)
    """A JSON list of places and messages."""
    refused: Mapped[datetime] = mapped_column(UtcDateTime)


class Course(Base):
    """The structure of a cmi5 course (`lrs.cmi5.structure`); an edition that differs is a row of its own.

    Personal data: none. Kept until its tenant goes.
    """

    __tablename__ = "lrs_course"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.Index(None, "tenant_id", "digest", unique=True),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    digest: Mapped[str]
    """SHA-256 of `structure`, so that the same course twice is one."""
    publisher_id: Mapped[str] = mapped_column(sa.Text)
    structure: Mapped[str] = mapped_column(sa.Text)
    """As JSON."""
    made: Mapped[datetime] = mapped_column(UtcDateTime)


class Registration(Base):
    """A learner's enrolment in a cmi5 course: its id is `context.registration` of all Statements about it.

    Personal data: the account of the learner, as in Statements. Kept until the learner is erased.
    """

    __tablename__ = "lrs_registration"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.Index(None, "tenant_id", "agent", "course_id"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    course_id: Mapped[UUID]
    agent: Mapped[str]
    """The canonical text of the learner's identifier (`lrs.statements.keys.ifi_text`)."""
    actor: Mapped[str] = mapped_column(sa.Text)
    """The same as the Agent of xAPI, in JSON."""
    made: Mapped[datetime] = mapped_column(UtcDateTime)


class Progress(Base):
    """How far a registration has come in one AU, or whether it has satisfied one block or the course (`lrs.cmi5`).

    Personal data: results of the registration's learner, and kept as long as that.
    """

    __tablename__ = "lrs_progress"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "registration_id", "object"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    registration_id: Mapped[UUID]
    object: Mapped[str]
    """The id of the AU, block or course in Statements."""
    completed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waived: Mapped[datetime | None] = mapped_column(UtcDateTime)
    satisfied: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Of a block or the course: when the "satisfied" Statement was issued."""


class LaunchSession(Base):
    """One launch of an AU, and the key that opens this store for it and nothing else (`lrs.cmi5.keys`).

    Personal data: through its registration. Removed a day after its key has ended.
    """

    __tablename__ = "lrs_launch_session"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.Index(None, "tenant_id", "registration_id"),
        sa.Index(None, "tenant_id", "ends"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID] = mapped_column(default=new_id)
    registration_id: Mapped[UUID]
    unit: Mapped[str]
    """The id of the AU in Statements."""
    publisher_id: Mapped[str] = mapped_column(sa.Text)
    credential: Mapped[str]
    """The key of the platform that launched it: with that key this session ends too."""
    mode: Mapped[str]
    mastery_score: Mapped[float | None]
    launched: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    """From then on its key is refused."""
    fetch_digest: Mapped[bytes]
    """What the fetch URL proves itself by, as HMAC."""
    token_digest: Mapped[bytes | None]
    """What the auth-token proves itself by, as HMAC; None until it was fetched."""
    initialized: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    terminated: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The `timestamp` of the Statement of that verb."""
    latest: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The latest `timestamp` of its Statements."""
    abandoned: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DefinitionsPosition(Base):
    """Up to which place of a tenant's order its Statements have been merged (`lrs.definitions`). No personal data."""

    __tablename__ = "lrs_definitions_position"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id"),
        {"info": {"distribution": "tenant_id"}},
    )

    tenant_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(sa.BigInteger)
