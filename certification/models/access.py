"""Tables of who signs in, what each may do where, and who gave or took which right."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime, new_id

__all__ = [
    "AccessRecord",
    "Account",
    "AccountSession",
    "Emptying",
    "FormDraft",
    "FormSent",
    "PasswordToken",
    "RecoveryCode",
    "RoleGiven",
    "SecondFactor",
    "SentCode",
    "SignInAttempt",
    "SignInBegun",
    "SignInContact",
    "SignInLink",
    "SignInProvider",
    "Team",
    "TeamMember",
]


class Account(Base):
    """A person who signs in.

    Personal data: a name to sign in by, the full name that stands beside what he or she attests or decides, and which
    worker it is, where it is one, so that nobody speaks for himself or herself. The password is kept as argon2id alone.
    An account is deactivated, never removed, as long as anything it did is kept.
    """

    __tablename__ = "certification_account"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "name"), {"info": {"distribution": "reference"}})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    name: Mapped[str]
    full_name: Mapped[str]
    worker_id: Mapped[UUID | None]
    password: Mapped[str | None]
    """As argon2id writes it; NULL until one is set, and then nobody signs in."""
    password_set: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    deactivated: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountSession(Base):
    """That somebody is signed in: the digest of an opaque token, and until when.

    Personal data: when an account signed in. Removed at sign-out and some time after it has ended.
    """

    __tablename__ = "certification_account_session"
    __table_args__ = (sa.Index(None, "tenant_id", "account_id"), {"info": {"distribution": "local"}})

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    begun: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    provider_id: Mapped[UUID | None]
    """Where it was begun: a `SignInProvider`; NULL: here."""
    second_factor: Mapped[bool] = mapped_column(default=False)
    """Whether an organization that is trusted to had asked for a second factor; a code asked for here is not noted."""


class FormSent(Base):
    """That an account sent a form of a page, so that the same one, sent twice, is done once, and what says the same
    again is asked about.

    Personal data: which account sent a form when, a keyed digest of what it said, and the address that it led to.
    Removed two days later, when the account sends another one.
    """

    __tablename__ = "certification_form_sent"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "key"),
        {"info": {"distribution": "local"}},
    )

    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    key: Mapped[str]
    """Random, as it stood in the form, with some digits of a keyed digest of what was said; or that digest alone, after
    an equals sign."""
    location: Mapped[str]
    sent: Mapped[datetime] = mapped_column(UtcDateTime)


class FormDraft(Base):
    """What an account typed into a form after its session had ended, until it signs in again.

    Personal data: whatever was typed, which may be about anybody; sealed with a key that only the browser has which it
    was typed into, and shown to the same account alone. Removed when it is sent, and a day later at the latest, as soon
    as anybody's is kept after that.
    """

    __tablename__ = "certification_form_draft"
    __table_args__ = (sa.Index(None, "tenant_id", "account_id"), {"info": {"distribution": "local"}})

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    sealed: Mapped[bytes]
    expires: Mapped[datetime] = mapped_column(UtcDateTime)


class PasswordToken(Base):
    """A token by which a person sets the password of an account once, made by an administrator.

    No personal data but the account's id. Removed when it is used, replaced or some time after it has ended.
    """

    __tablename__ = "certification_password_token"
    __table_args__ = (sa.Index(None, "tenant_id", "account_id"), {"info": {"distribution": "local"}})

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    expires: Mapped[datetime] = mapped_column(UtcDateTime)


class SecondFactor(Base):
    """That an account also asks for the code of an app at sign-in.

    Personal data: that the account's owner does so. The secret is encrypted under the installation's. Removed when the
    owner, or an operator, turns it off.
    """

    __tablename__ = "certification_second_factor"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    sealed: Mapped[bytes]
    begun: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """NULL until its owner has shown a code; until then it asks for nothing."""
    last_step: Mapped[int] = mapped_column(sa.BigInteger)
    """The half minute of the last code that was taken: no code is taken twice."""


class RecoveryCode(Base):
    """A code to sign in once, without the app of the phone or, of a worker's slip, without a password: its digest.

    No personal data but the account's id. Removed when it is used, or others are made.
    """

    __tablename__ = "certification_recovery_code"
    __table_args__ = (sa.Index(None, "tenant_id", "account_id"), {"info": {"distribution": "local"}})

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]


class SignInAttempt(Base):
    """How often signing in failed of late under a name, whether there is such an account or not; and until when an
    address or account has looked up what it may (`access.look_ups`), with no failure.

    No personal data: a keyed digest of the name or address, counts and instants. Removed at a good sign-in, or a day
    later.
    """

    __tablename__ = "certification_sign_in_attempt"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "digest"),
        {"info": {"distribution": "local"}},
    )

    tenant_id: Mapped[UUID]
    digest: Mapped[bytes]
    failures: Mapped[int]
    last: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInContact(Base):
    """Where a worker's one-time codes go: a mail address or a telephone number of the account's owner.

    Personal data: the address or number, encrypted under the installation's secret, and used for nothing else. Removed
    by its owner, or with the account's.
    """

    __tablename__ = "certification_sign_in_contact"
    __table_args__ = (
        sa.PrimaryKeyConstraint("account_id", "kind"),
        {"info": {"distribution": "reference"}},
    )

    account_id: Mapped[UUID]
    kind: Mapped[str]
    """mail or phone."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    sealed: Mapped[bytes]
    confirmed: Mapped[datetime] = mapped_column(UtcDateTime)
    """When a code that was sent there came back; before, nothing is kept."""


class SentCode(Base):
    """A one-time code that was sent to an account's owner: its digest, for some minutes.

    No personal data but the account's id. Removed when it is used, followed by another, or over and asked for again.
    """

    __tablename__ = "certification_sent_code"
    __table_args__ = (
        sa.PrimaryKeyConstraint("account_id", "purpose"),
        {"info": {"distribution": "local"}},
    )

    account_id: Mapped[UUID]
    purpose: Mapped[str]
    """sign-in, or the kind of a contact that is being confirmed."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[bytes]
    tries: Mapped[int]
    """How often something else was typed."""
    sent: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInProvider(Base):
    """An organization's own sign-in (OpenID Connect) at which accounts of the tenant may sign in. No personal data."""

    __tablename__ = "certification_sign_in_provider"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"), {"info": {"distribution": "reference"}})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    """As people call it; stands on the button."""
    issuer: Mapped[str]
    client_id: Mapped[str]
    sealed: Mapped[bytes | None]
    """The client's secret, encrypted under the installation's; NULL of a client without one."""
    claim: Mapped[str]
    """The claim of an ID Token that names the account there."""
    scopes: Mapped[str]
    trusts_second_factor: Mapped[bool]
    """Whether a second factor that was asked for there stands in for the code that an account here asks for, or that
    one of its roles does."""
    strong_acr: Mapped[str] = mapped_column(default="")
    """Values of the claim `acr`, separated by blanks, by which the organization says so; `amr` says it as well."""
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From when on nobody signs in by it; NULL while it is in use."""


class SignInLink(Base):
    """That whoever an organization's sign-in calls so is this account.

    Personal data: a keyed digest of the name there, of which account. Removed when the link is ended, or the account's
    owner is erased.
    """

    __tablename__ = "certification_sign_in_link"
    __table_args__ = (
        sa.PrimaryKeyConstraint("provider_id", "digest"),
        sa.UniqueConstraint("provider_id", "account_id"),
        sa.Index(None, "tenant_id", "account_id"),
        {"info": {"distribution": "reference"}},
    )

    provider_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_sign_in_provider.id"))
    digest: Mapped[bytes]
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID]
    linked: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInBegun(Base):
    """That a browser was sent to an organization's sign-in, for a few minutes, and is to come back once.

    No personal data: digests, where to go on to, and a form that had been filled in when a session had ended. Removed
    when the browser comes back, or some minutes later.
    """

    __tablename__ = "certification_sign_in_begun"
    __table_args__ = (sa.PrimaryKeyConstraint("digest"), {"info": {"distribution": "local"}})

    digest: Mapped[bytes]
    """Of the state that travels with the browser; nonce and verifier follow from the state."""
    tenant_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    browser: Mapped[bytes]
    """The digest of a cookie: nobody else can come back in this browser's place."""
    onward: Mapped[str]
    kept: Mapped[str]
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Team(Base):
    """A team within an enterprise (tổ, chuyền), for whoever leads one. No personal data."""

    __tablename__ = "certification_team"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "enterprise_id", "name"),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    enterprise_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    name: Mapped[str]


class TeamMember(Base):
    """That a worker is in a team from one day to another.

    Personal data: whom a team lead may see and attest. Kept as the worker.
    """

    __tablename__ = "certification_team_member"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "team_id", "starts"),
        sa.Index(None, "tenant_id", "team_id"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    team_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_team.id"))
    tenant_id: Mapped[UUID]
    starts: Mapped[date]
    until: Mapped[date | None]
    """The first day (in Vietnam) on which it no longer held; NULL while it does."""


class RoleGiven(Base):
    """That an account, or a key, has a role over a branch from one day to another, and what for.

    Personal data: who holds which office where. Never removed and only ever ended, so that it can be told who could see
    and attest whom on any day; kept as long as the attestations.
    """

    __tablename__ = "certification_role_given"
    __table_args__ = (
        sa.Index(None, "tenant_id", "account_id"),
        sa.Index(None, "tenant_id", "key"),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    key: Mapped[str | None]
    """The key of a credential of the store; either this or `account_id`."""
    role: Mapped[str]
    """A `certification.access.permissions.Role`."""
    organization_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("certification_organization.id"))
    """The node of a tree that it is over, with everything below; NULL is the whole tenant, or one's own record."""
    team_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("certification_team.id"))
    purpose: Mapped[str]
    starts: Mapped[date]
    until: Mapped[date | None]
    """The first day (in Vietnam) on which it no longer holds; NULL while it does."""
    given_by: Mapped[str]
    given: Mapped[datetime] = mapped_column(UtcDateTime)


class AccessRecord(Base):
    """That somebody made or ended an account, a role or a key, or signed in: who, when, about whom, why. Only added to.

    Personal data: names of accounts and what was done with their rights. Kept as long as the roles.
    """

    __tablename__ = "certification_access_record"
    __table_args__ = (
        sa.Index(None, "tenant_id", "id"),
        sa.Index(None, "tenant_id", "about", "id", "act"),
        sa.Index(
            "ix_certification_access_record_of_rights",
            "tenant_id",
            "id",
            sqlite_where=sa.text("act NOT IN ('sign-in', 'sign-in.try')"),
            postgresql_where=sa.text("act NOT IN ('sign-in', 'sign-in.try')"),
        ),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str]
    """The account or key that did it, or who says to have done it at the operator's terminal."""
    act: Mapped[str]
    about: Mapped[str]
    """The account (by name) or key that it was done to."""
    role_id: Mapped[UUID | None]
    reason: Mapped[str]


class Emptying(Base):
    """That all which test keys stored of a tenant is being removed, or was: how far that is.

    Personal data: the name of the account that had it removed. Kept until the next one.
    """

    __tablename__ = "certification_emptying"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    """running, done, or broken: something failed, and what is left is still there."""
    began: Mapped[datetime] = mapped_column(UtcDateTime)
    beat: Mapped[datetime] = mapped_column(UtcDateTime)
    """When somebody was last known to work on it."""
    by: Mapped[str]
    rows_done: Mapped[int]
    rows: Mapped[int]
    """Rows that were there; 0 until they were counted."""
    statements: Mapped[int]
    """Statements among those that have gone."""
