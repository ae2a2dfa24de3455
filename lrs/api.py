"""All that other packages may call of the Learning Record Store.

Sessions are the caller's: nothing here commits. Every function that touches Statements takes the tenant, or the
Identity that names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lrs import erasure, errands, outgoing, peers, scanning
from lrs.activities import names as activity_names
from lrs.arrays import Bigints, Blobs, Booleans, TextsOrNulls, Uuids
from lrs.backup.form import BackupFault
from lrs.backup.noted import Noted as BackupNoted
from lrs.backup.noted import keep as note_backup
from lrs.backup.noted import read as last_backup
from lrs.backup.sqlite import file_of
from lrs.backup.taking import restore as restore_backup
from lrs.backup.taking import take as take_backup
from lrs.commands.lacking import Commands
from lrs.content_types import not_utf8
from lrs.copies import copied_since, mark_copy, take_for_original
from lrs.credentials import (
    LAUNCH,
    OF_A_PERSON,
    STORE_SCOPES,
    XAPI_SCOPES,
    Identity,
    KnownCredential,
    acting,
    create_credential,
    credential_authorities,
    credentials,
    erasure_key,
    identify,
    revoke_credential,
    rotate_credential,
)
from lrs.db import Database, Session
from lrs.definitions import catch_up as merge_definitions
from lrs.durable import sync, write_new
from lrs.engine import Engine, engine_of, folders_of, server_of
from lrs.erasure import under_way as erasures_under_way
from lrs.errors import Fault, InvalidRequest, InvalidStatement, LrsError, NotFound, Unauthenticated, UnknownTenant
from lrs.forwarding.destinations import Known as Destination
from lrs.forwarding.destinations import find as destination
from lrs.forwarding.destinations import listed as destinations
from lrs.forwarding.destinations import pause as pause_destination
from lrs.forwarding.destinations import remove as remove_destination
from lrs.forwarding.destinations import resume as resume_destination
from lrs.forwarding.destinations import rotate_secret as rotate_webhook_secret
from lrs.forwarding.destinations import set_destination, set_webhook
from lrs.forwarding.filters import More
from lrs.forwarding.filters import Named as NamedFilter
from lrs.forwarding.handed_over import Copies
from lrs.forwarding.letters import Letter as DeadLetter
from lrs.forwarding.letters import drop as drop_dead_letter
from lrs.forwarding.letters import listed as dead_letters
from lrs.forwarding.letters import replay as replay_dead_letters
from lrs.forwarding.work import forward
from lrs.last_use import LastUses
from lrs.observing.events import know, pseudonym, tell
from lrs.observing.figures import COUNTED, Figures, Kind, Sample, exposition
from lrs.observing.logs import configure as configure_logs
from lrs.opaque_documents import move_documents
from lrs.outages import Outages
from lrs.privacy import OpaqueAccounts, looks_like, opaque_account
from lrs.provenance import provenance
from lrs.pulling.sources import Known as Source
from lrs.pulling.sources import Refused as RefusedStatement
from lrs.pulling.sources import find as source
from lrs.pulling.sources import listed as sources
from lrs.pulling.sources import pause as pause_source
from lrs.pulling.sources import refusals as source_refusals
from lrs.pulling.sources import remove as remove_source
from lrs.pulling.sources import resume as resume_source
from lrs.pulling.sources import set_source
from lrs.pulling.work import pull
from lrs.sandbox import count as count_sandbox
from lrs.sandbox import empty as empty_sandbox
from lrs.signatures import Quality as SignatureQuality
from lrs.signatures import qualities
from lrs.statements import query, trial
from lrs.statements.keys import VOIDED, activity_key, ifi_text, is_erased, key_of
from lrs.statements.looking import Found as FoundStatements
from lrs.statements.looking import attachments as attachments_of
from lrs.statements.looking import find as find_statements
from lrs.statements.looking import indented
from lrs.statements.order import instant
from lrs.statements.rows import read_exact
from lrs.statements.store import store
from lrs.statements.trial import Outcome
from lrs.statements.validate import check_actor, check_timestamp, decode
from lrs.tenants import create_tenant, find_tenant, has_opaque_accounts, set_opaque_accounts, tenants
from lrs.tokens.clients import ALGORITHMS as TOKEN_ALGORITHMS
from lrs.tokens.clients import CLAIM as TOKEN_CLAIM
from lrs.tokens.clients import USUAL as USUAL_TOKEN_ALGORITHMS
from lrs.tokens.clients import Known as TokenClient
from lrs.tokens.clients import find as token_client
from lrs.tokens.clients import listed as token_clients
from lrs.tokens.clients import remove as remove_token_client
from lrs.tokens.clients import set_client as set_token_client
from lrs.transfer import archiving, of_person
from lrs.transfer.archiving import Stored as StoredAt
from lrs.versions import SUPPORTED as VERSIONS
from lrs.versions import family as version_family

__all__ = [
    "COUNTED",
    "LAUNCH",
    "OF_A_PERSON",
    "STORE_SCOPES",
    "TOKEN_ALGORITHMS",
    "TOKEN_CLAIM",
    "USUAL_TOKEN_ALGORITHMS",
    "VERSIONS",
    "VOIDED",
    "XAPI_SCOPES",
    "BackupFault",
    "BackupNoted",
    "Bigints",
    "Blobs",
    "Booleans",
    "Changes",
    "Commands",
    "Copies",
    "DeadLetter",
    "Destination",
    "Engine",
    "Fault",
    "Figures",
    "FoundStatements",
    "Identity",
    "InvalidRequest",
    "InvalidStatement",
    "Kind",
    "KnownCredential",
    "LastUses",
    "LrsError",
    "NamedFilter",
    "NotFound",
    "Outages",
    "Outcome",
    "RefusedStatement",
    "Sample",
    "SignatureQuality",
    "Source",
    "StoredAt",
    "StoredStatement",
    "TextsOrNulls",
    "TokenClient",
    "Trial",
    "Unauthenticated",
    "UnknownTenant",
    "Uuids",
    "acting",
    "activity_key",
    "activity_names",
    "archived_lines",
    "attachments_of",
    "authorities_of_keys",
    "changes",
    "check_actor",
    "configure_logs",
    "copied_since",
    "copies_of_erased",
    "count_sandbox",
    "create_credential",
    "create_tenant",
    "credentials",
    "dead_letters",
    "decode",
    "destination",
    "destinations",
    "drop_dead_letter",
    "empty_sandbox",
    "engine_of",
    "erase",
    "erasures_under_way",
    "errands",
    "export_of",
    "exposition",
    "file_of",
    "find_statements",
    "find_tenant",
    "first_stored",
    "folders_of",
    "forward",
    "get_statements",
    "has_opaque_accounts",
    "identify",
    "ifi_text",
    "import_of",
    "indented",
    "is_erased",
    "key_of",
    "know",
    "last_backup",
    "last_before",
    "latest_token",
    "looks_like",
    "mark_copy",
    "merge_definitions",
    "moment",
    "move_documents",
    "names_of_keys",
    "not_utf8",
    "note_backup",
    "opaque_account",
    "outgoing",
    "pause_destination",
    "pause_source",
    "peers",
    "places",
    "provenance",
    "pseudonym",
    "pull",
    "remove_destination",
    "remove_source",
    "remove_token_client",
    "replay_dead_letters",
    "restore_backup",
    "resume_destination",
    "resume_source",
    "revoke_credential",
    "rotate_credential",
    "rotate_webhook_secret",
    "scanning",
    "server_of",
    "set_destination",
    "set_opaque_accounts",
    "set_source",
    "set_token_client",
    "set_webhook",
    "source",
    "source_refusals",
    "sources",
    "statements_about",
    "store",
    "sync",
    "take_backup",
    "take_for_original",
    "tell",
    "tenants",
    "token_client",
    "token_clients",
    "try_out",
    "version_family",
    "vouched_for",
    "write_new",
]


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A Statement as read back: `document` is the decoded text that format=exact answers.

    `signature` is what its signature proves, as found when it was stored; None where it is not signed.
    """

    id: UUID
    seq: int
    stored: datetime
    voided: bool
    document: dict[str, Any]
    signature: SignatureQuality | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What posting a Statement would come to.

    `faults` say why it is REFUSED, places within the Statement; `differences` are pointers to what differs from the
    Statement kept under its id (CONFLICT). `kept` is the Statement as it would be kept (NEW; `seq` 0) or is
    (ALREADY_THERE); None for the others.
    """

    outcome: Outcome
    faults: tuple[Fault, ...]
    differences: tuple[str, ...]
    kept: StoredStatement | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What came after a token, in the order it was stored, and the token to ask with next time."""

    statements: list[StoredStatement]
    token: str
    complete: bool
    """Whether nothing newer was there when this was read."""


def changes(session: Session, tenant: UUID, after: str | None, *, limit: int = 1000) -> Changes:
    """What was stored after `after` (an opaque token of an earlier call; None for the beginning).

    Voiding and voided Statements are among them. Nothing is missed and nothing comes twice: a Statement becomes
    visible only after every one with an earlier place (`lrs.statements.order`). Of large ones fewer than `limit` are
    given at a time. Raises ValueError for what is no token.
    """
    start = _place_of(after)
    found = query.after(session, tenant, start, limit, query.MOST_TEXT)
    last = found[-1].seq if found else start
    complete = len(found) < limit and sum(len(one.exact) for one in found) < query.MOST_TEXT
    return Changes(_stored(session, tenant, found), _token(last), complete=complete)


def vouched_for(session: Session, tenant: UUID, authority: str, after: str | None, *, limit: int = 1000) -> Changes:
    """As `changes`, of those Statements alone that `authority` (canonical text) vouches for or that came from another
    store, where it may have."""
    start = _place_of(after)
    found = query.vouched_for(session, tenant, key_of(authority), start, limit)
    last = found[-1].seq if found else start
    return Changes(_stored(session, tenant, found), _token(last), complete=len(found) < limit)


def authorities_of_keys(session: Session, tenant: UUID) -> dict[str, str]:
    """Of each key of the tenant, revoked and test keys included, the canonical text of the authority it stands for."""
    known = credential_authorities(session, tenant)
    return {key: text for key, authority in known.items() if (text := ifi_text(authority)) is not None}


def names_of_keys(session: Session, tenant: UUID) -> dict[str, str]:
    """Of each key of the tenant the name it was given."""
    return {one.key: one.name for one in credentials(session, tenant)}


def get_statements(session: Session, tenant: UUID, ids: Collection[UUID]) -> list[StoredStatement]:
    """The Statements with these ids, voided or not, in the order they were stored; unknown ids are passed over."""
    return _stored(session, tenant, query.many(session, tenant, ids))


def statements_about(session: Session, tenant: UUID, ifis: Collection[str]) -> list[UUID]:
    """Ids of the Statements whose Actor, or a member of whose Group, has one of these canonical identifiers.

    Voided ones too, in no particular order. Found by hash: one in many billions may be about somebody else.
    """
    return query.about(session, tenant, [key_of(ifi) for ifi in ifis])


def erase(
    database: Database,
    tenant: UUID,
    agent: Mapping[str, Any],
    *,
    secret: bytes,
    reason: str,
    now: datetime,
    more: More | None = None,
) -> int:
    """Erases an Agent from the store for good (`lrs.erasure`), in transactions of its own; how many Statements were
    rewritten. Broken off, the same call goes on. `reason` is kept and names nobody. Raises InvalidRequest."""
    report = erasure.erase(
        database, tenant, agent, key=erasure_key(secret, tenant), accounts=OpaqueAccounts.of(tenant, secret),
        reason=reason, now=now, more=more,
    )  # fmt: skip
    return report.statements


def copies_of_erased(session: Session, tenant: UUID, agent: Mapping[str, Any], *, secret: bytes) -> list[Copies]:
    """Which other systems had Statements of an erased Agent (`lrs.forwarding.handed_over`)."""
    return erasure.copies(session, tenant, agent, key=erasure_key(secret, tenant))


def export_of(session: Session, tenant: UUID, ifis: Collection[str], *, name: str, now: datetime) -> tuple[bytes, int]:
    """All the store holds of the person with these canonical identifiers, as `lrs.transfer` writes it, byte for byte,
    and how many Statements that are. `name` is the tenant's."""
    return of_person.write(session, tenant, ifis, name=name, now=now)


def last_before(session: Session, tenant: UUID, before: datetime) -> StoredAt | None:
    """The last of the tenant's Statements that were stored before an instant; None where there is none."""
    return archiving.last_before(session, tenant, before)


def first_stored(session: Session, tenant: UUID) -> StoredAt | None:
    """The first of the tenant's Statements; None where there is none."""
    return archiving.first(session, tenant)


def archived_lines(database: Database, tenant: UUID, after: int, through: int) -> Iterator[tuple[int | None, bytes]]:
    """The lines of the Statements at the places after one through another, as `lrs.transfer` writes them without their
    ends, each with its place; an Attachment's, which has none, before the first Statement that declares it. Read in
    several transactions while they are taken, not as of one moment."""
    return archiving.lines(database, tenant, after, through)


def import_of(database: Database, tenant: UUID, data: bytes, *, now: datetime, most_bytes: int) -> list[Fault]:
    """Puts back what `export_of` gave, in transactions of its own, into a tenant that holds no Statement, or the
    beginning of these; gives every fault. Raises InvalidRequest where it holds others."""
    return of_person.put_back(database, tenant, data, now=now, most_bytes=most_bytes)


def try_out(
    session: Session, identity: Identity, documents: Sequence[Any], *, version: str = "2.0.0", now: datetime
) -> list[Trial]:
    """What posting these as JSON at `now` would come to for each, in the order given. Nothing is stored.

    What posts would be told is told here, by the same functions. Raises nothing for what is wrong with a Statement.
    """
    tried = trial.try_out(session, identity, documents, version=version, now=now)
    signed = qualities(session, identity.tenant, [one.kept.id for one in tried if one.kept is not None])
    return [
        Trial(
            one.outcome,
            one.faults,
            one.differences,
            None if one.kept is None else _read(one.kept, signed.get(one.kept.id)),
        )
        for one in tried
    ]


def latest_token(session: Session, tenant: UUID) -> str:
    """The token of whoever has read everything that is visible now."""
    return _token(query.newest_place(session, tenant))


def places(session: Session, tenant: UUID, token: str | None) -> tuple[int, int]:
    """How many places of the feed a token has passed, and how many are taken: how far behind its reader is.

    Two index reads. Raises ValueError for what is no token.
    """
    return _place_of(token or None), query.newest_place(session, tenant)


def moment(text: str) -> datetime:
    """The instant that the text of a Statement's `timestamp` or `stored` means, in UTC.

    Read by the rule that let the Statement in, so it never raises for one that is stored: no offset means UTC, a leap
    second the second after. Raises InvalidRequest for other text.
    """
    return check_timestamp(text, "timestamp").astimezone(UTC)


def _stored(session: Session, tenant: UUID, found: Sequence[query.One]) -> list[StoredStatement]:
    signed = qualities(session, tenant, [one.id for one in found]) if found else {}
    return [_read(one, signed.get(one.id)) for one in found]


def _read(one: query.One, signature: SignatureQuality | None) -> StoredStatement:
    return StoredStatement(one.id, one.seq, instant(one.stored), one.voided, read_exact(one.exact), signature)


def _token(place: int) -> str:
    return f"s{place}"


def _place_of(token: str | None) -> int:
    if token is None:
        return 0
    digits = token[1:]
    if not token.startswith("s") or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise ValueError(f"not a token of this feed: {token!r}")
    return int(digits)
