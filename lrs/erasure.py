"""Erasing an Agent of a tenant: afterwards nothing here holds the identifier, and other people's records are untouched.

Every Statement in which the Agent stands is rewritten with an opaque account in that place (`statements.blanking`), and
with its text the keys by which it is found, its own and those copied to whatever refers to it. Ids, places and `stored`
stay, so readers of the feed miss nothing. What a Statement said before is kept as a digest (`statements.originals`).

It goes by short transactions, each a chunk of the tenant's order inside its critical section (`statements.order`), so
that writers wait for a chunk and never for all of it. Rewritten Statements are not found again and the place reached is
kept in the same transaction: broken off anywhere, it is taken up again by asking for the same once more. The last step
looks once more whether anybody stored a Statement of the Agent meanwhile, and only then says that it is finished.

A person may come back: Statements that are sent under new ids afterwards are stored like anybody's, until the Agent is
erased again; the account that stands for them is then the same as before.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs import actors, attachments, definitions, documents, provenance
from lrs.cmi5 import sessions
from lrs.credentials import OF_A_PERSON
from lrs.db import Database, Session, among, new_id
from lrs.errors import InvalidRequest
from lrs.forwarding import handed_over, letters
from lrs.forwarding.filters import More
from lrs.forwarding.handed_over import Copies
from lrs.models import Base, Erasure, Reference, Signature, Statement, StatementLink
from lrs.privacy import OpaqueAccounts, as_kept
from lrs.pulling import sources
from lrs.statements import originals
from lrs.statements.blanking import Blanked, Person, blank, identifiers_of
from lrs.statements.keys import ifi_text, is_erased, key_of
from lrs.statements.order import enter
from lrs.statements.rows import keys_in, read_exact
from lrs.statements.validate import check_actor, decode, encode

__all__ = [
    "CHUNK",
    "Report",
    "UnderWay",
    "copies",
    "copies_of",
    "erase",
    "last",
    "survey",
    "under_way",
    "unfinished",
]

CHUNK = 100
"""Statements rewritten in one transaction: some 50 ms during which the tenant's other writers wait."""

MOST_NAMED = 20
"""So many ids are named in a report where there are more."""

_STATEMENT = Base.metadata.tables[Statement.__tablename__]
_LINK = Base.metadata.tables[StatementLink.__tablename__]
_REFERENCE = Base.metadata.tables[Reference.__tablename__]
_SIGNATURE = Base.metadata.tables[Signature.__tablename__]
_ERASURE = Base.metadata.tables[Erasure.__tablename__]

_SHORTEST_WORD = 4
"""Shorter identifiers and names stand in many a text by chance."""


@dataclass(slots=True)
class Report:
    """What an erasure changed, or would change."""

    statements: int = 0
    attachments: int = 0
    """Files removed (`survey`: declared by the person's Statements, or signatures)."""
    documents: int = 0
    kept_attachments: set[UUID] = field(default_factory=set)
    """Statements of others that mention the person and keep their files: somebody has to look what these show."""
    told_elsewhere: set[UUID] = field(default_factory=set)
    """Statements that still tell the identifier or the name, in a text or an extension."""

    def note(self, statement_id: UUID, blanked: Blanked, words: Collection[str]) -> None:
        self.statements += 1
        if blanked.left:
            self.kept_attachments.add(statement_id)
        text = encode(blanked.document)
        told = {*words, *(name for name in blanked.names if len(name) >= _SHORTEST_WORD)}
        if any(encode(word)[1:-1] in text for word in told):
            self.told_elsewhere.add(statement_id)


@dataclass(frozen=True, slots=True)
class _Erasing:
    """One erasure under way."""

    id: UUID
    person: Person
    words: frozenset[str]
    accounts: OpaqueAccounts
    more: More
    now: datetime


def erase(
    database: Database,
    tenant: UUID,
    agent: Mapping[str, Any],
    *,
    key: bytes,
    accounts: OpaqueAccounts,
    reason: str,
    now: datetime,
    more: More | None = None,
    chunk: int = CHUNK,
    after_chunk: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Erase this Agent, in transactions of its own; or go on with an erasure of this Agent that was broken off.

    `key` is the tenant's `credentials.erasure_key`, `accounts` what its opaque accounts are made with: where they stood
    in for the Agent at some time, they are erased too. By `more` filters of forwarding are asked, so that it is known
    where the Statements had gone (`copies`). The report tells what this call changed. Erasing somebody who is
    not there, or no more, changes nothing. Raises InvalidRequest for what is no Agent, or cannot be erased.
    """
    agent = _checked(tenant, agent, accounts)
    with database.writing(tenant) as session:
        erasing = _begin(session, tenant, agent, key=key, accounts=accounts, reason=reason, more=more or {}, now=now)
    report = Report()
    while True:
        while True:
            began = time.monotonic()
            with database.writing(tenant) as session:
                left = _erase_next(session, tenant, erasing, key, report, chunk)
            after_chunk(report)
            if not left:
                break
            if database.is_sqlite:
                # Nobody queues for SQLite's lock: who waits looks now and then whether it is free. Let it be, half the
                # time; on PostgreSQL whoever waits comes next.
                time.sleep(time.monotonic() - began)
        # Names are merged from the texts, and whoever merges may have read them before: not after this.
        definitions.catch_up(database, tenant)
        with database.reading(tenant) as session:
            dropped = attachments.dropped(session, tenant)
        for sha2 in dropped:  # apart from the Statements: it waits for whoever stores one that declares the same file
            with database.writing(tenant) as session:
                report.attachments += attachments.drop_unused(session, tenant, [sha2])
        with database.writing(tenant) as session:
            if _finish(session, tenant, erasing, report, now):
                break
    database.empty_log()  # the old pages are still there
    return report


def survey(database: Database, tenant: UUID, agent: Mapping[str, Any], *, accounts: OpaqueAccounts) -> Report:
    """What erasing this Agent would change now; changes nothing. Takes and raises what `erase` does."""
    agent = _checked(tenant, agent, accounts)
    person, words = Person(_identifiers(agent, accounts), ""), _words(agent)
    report = Report()
    seen: set[UUID] = set()
    files: set[str] = set()
    place = 0
    with database.reading(tenant) as session:
        while matches := _matches(session, tenant, person, place, CHUNK):
            for statement_id, document in _documents(session, tenant, {id_ for _, id_ in matches} - seen).items():
                seen.add(statement_id)
                if (blanked := blank(document, person)) is not None:
                    report.note(statement_id, blanked, words)
                    files |= blanked.dropped
            place = _next_place(matches, place, CHUNK, progress=False)
        report.attachments = len(files)
        report.documents = sum(documents.count(session, tenant, ifi) for ifi in person.ifis)
    return report


def last(
    session: Session, tenant: UUID, agent: Mapping[str, Any], *, key: bytes, accounts: OpaqueAccounts
) -> datetime | None:
    """When this Agent was last erased, if ever."""
    digest = _agent_digest(key, _checked(tenant, agent, accounts))
    return session.scalar(
        sa.select(sa.func.max(Erasure.finished)).where(Erasure.tenant_id == tenant, Erasure.agent_digest == digest)
    )


def copies(session: Session, tenant: UUID, agent: Mapping[str, Any], *, key: bytes) -> list[Copies]:
    """Where Statements of this Agent had gone before they were rewritten, in all its erasures."""
    digest = _agent_digest(key, agent)
    of = Erasure.tenant_id == tenant, Erasure.agent_digest == digest
    return handed_over.listed(session, tenant, session.scalars(sa.select(Erasure.id).where(*of)).all())


def copies_of(session: Session, tenant: UUID) -> list[tuple[datetime, str, list[Copies]]]:
    """The same of every erasure of which something had gone somewhere: when it began and why, the newest first."""
    rows = session.execute(
        sa.select(Erasure.id, Erasure.begun, Erasure.reason)
        .where(Erasure.tenant_id == tenant)
        .order_by(Erasure.begun.desc(), Erasure.id)
    ).all()
    found = [(row.begun, row.reason, handed_over.listed(session, tenant, [row.id])) for row in rows]
    return [one for one in found if one[2]]


def unfinished(session: Session, tenant: UUID) -> list[tuple[dict[str, Any], str]]:
    """The Agents whose erasure was broken off, and why each was asked for; the oldest first."""
    rows = session.execute(
        sa.select(Erasure.agent, Erasure.reason)
        .where(Erasure.tenant_id == tenant, Erasure.agent.is_not(None))
        .order_by(Erasure.begun)
    )
    return [(decode(agent.encode()), reason) for agent, reason in rows if agent is not None]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An erasure that has not ended, without whom it is about: since when, and how far of the tenant's order."""

    begun: datetime
    place: int


def under_way(session: Session, tenant: UUID) -> list[UnderWay]:
    """Erasures that are worked on, or were broken off; the oldest first."""
    left = Erasure.tenant_id == tenant, Erasure.agent.is_not(None)
    rows = session.execute(sa.select(Erasure.begun, Erasure.place).where(*left).order_by(Erasure.begun))
    return [UnderWay(begun, place) for begun, place in rows]


# --- Beginning and end


def _checked(tenant: UUID, agent: Mapping[str, Any], accounts: OpaqueAccounts) -> dict[str, Any]:
    """No more of the Agent than identifies it."""
    actor = check_actor(dict(agent))
    ifi = ifi_text(actor)
    if ifi is None or is_erased(ifi):
        raise InvalidRequest.at("agent", "this account stands in the place of somebody who is erased already")
    ours = f"account urn:uuid:{tenant}|"
    if ifi.startswith(ours) and not ifi.startswith(f"{ours}{OF_A_PERSON}") and not accounts.is_one(ifi):
        raise InvalidRequest.at("agent", "this is the Authority of a credential, not a person; revoke the key instead")
    return {name: actor[name] for name in ("mbox", "mbox_sha1sum", "openid", "account") if name in actor}


def _identifiers(agent: Mapping[str, Any], accounts: OpaqueAccounts) -> frozenset[str]:
    """The canonical identifiers that mean this Agent, the opaque account that may stand for them among these."""
    own = identifiers_of(agent)
    opaque = {ifi_text({"account": accounts.account(ifi)}) for ifi in own if not ifi.startswith("account ")}
    return own | {ifi for ifi in opaque if ifi is not None}


def _begin(
    session: Session,
    tenant: UUID,
    agent: Mapping[str, Any],
    *,
    key: bytes,
    accounts: OpaqueAccounts,
    reason: str,
    more: More,
    now: datetime,
) -> _Erasing:
    """A new erasure, or the one of this Agent that is not finished."""
    enter(session, tenant)  # of two who begin at once, the second goes on with the first one's
    digest = _agent_digest(key, agent)
    known = session.execute(
        sa.select(Erasure.id, Erasure.account_name, Erasure.finished)
        .where(Erasure.tenant_id == tenant, Erasure.agent_digest == digest)
        .order_by(Erasure.begun.desc())
    ).first()
    account_name = known.account_name if known else secrets.token_hex(16)
    erasing = _Erasing(
        known.id if known and known.finished is None else new_id(),
        Person(_identifiers(agent, accounts), account_name),
        _words(agent),
        accounts,
        more,
        now,
    )
    if known is None or known.finished is not None:
        session.execute(
            sa.insert(_ERASURE).values(
                tenant_id=tenant,
                id=erasing.id,
                agent_digest=digest,
                account_name=account_name,
                agent=encode(agent),
                reason=reason,
                begun=now,
                finished=None,
                place=0,
                statements=0,
                documents=0,
            )
        )
    return erasing


def _finish(session: Session, tenant: UUID, erasing: _Erasing, report: Report, now: datetime) -> bool:
    """Remove what else is kept of the Agent and say that all is done; False when a Statement came in meanwhile."""
    enter(session, tenant)
    if _matches(session, tenant, erasing.person, _place(session, tenant, erasing), 1):
        return False
    removed = 0
    for ifi in sorted(erasing.person.ifis):
        removed += documents.forget(session, tenant, ifi)
        actors.forget(session, tenant, ifi)
    removed += sessions.forget(session, tenant, erasing.person.ifis)
    provenance.forget(session, tenant, erasing.person)
    sources.forget(session, tenant, erasing.words)
    report.documents += removed
    session.execute(
        _row(sa.update(_ERASURE), tenant, erasing).values(
            agent=None, finished=now, documents=_ERASURE.c.documents + removed
        )
    )
    return True


def _row(command: Any, tenant: UUID, erasing: _Erasing) -> Any:
    return command.where(_ERASURE.c.tenant_id == tenant, _ERASURE.c.id == erasing.id)


def _place(session: Session, tenant: UUID, erasing: _Erasing) -> int:
    return session.scalar(_row(sa.select(_ERASURE.c.place), tenant, erasing)) or 0


def _agent_digest(key: bytes, agent: Mapping[str, Any]) -> bytes:
    """A mail address and the hash of it are one Agent."""
    same = min(ifi for ifi in identifiers_of(agent) if "mbox" not in agent or ifi.startswith("mbox_sha1sum "))
    return hmac.digest(key, f"agent {same}".encode(), "sha256")


def _words(agent: Mapping[str, Any]) -> frozenset[str]:
    """What would give the Agent away in a text."""
    account = agent.get("account")
    address = agent.get("mbox", "").removeprefix("mailto:")
    found = (account["name"] if account else "", address, agent.get("mbox_sha1sum", ""), agent.get("openid", ""))
    return frozenset(word for word in found if len(word) >= _SHORTEST_WORD)


# --- Statements


def _erase_next(session: Session, tenant: UUID, erasing: _Erasing, key: bytes, report: Report, limit: int) -> bool:
    """Rewrite the next Statements in which the Agent stands; False when there were none."""
    enter(session, tenant)
    place = _place(session, tenant, erasing)
    matches = _matches(session, tenant, erasing.person, place, limit)
    if not matches:
        return False
    before = _documents(session, tenant, {id_ for _, id_ in matches})
    after = {id_: found for id_, document in before.items() if (found := blank(document, erasing.person)) is not None}
    if after:
        old = {id_: before[id_] for id_ in after}
        handed_over.note(session, tenant, erasing.id, old, erasing.more, now=erasing.now)
        originals.keep(session, tenant, key, old)
        # What was sent before the tenant had opaque accounts comes again with them in place.
        today = {id_: as_kept(erasing.accounts, before[id_]) for id_ in after}
        originals.keep(session, tenant, key, {id_: one for id_, one in today.items() if one != before[id_]})
        _rewrite(session, tenant, before, {id_: found.document for id_, found in after.items()})
        uses = [(id_, sha2) for id_, found in after.items() for sha2 in found.dropped]
        attachments.drop_use(session, tenant, uses)
        letters.forget(session, tenant, list(after))
        session.execute(
            sa.delete(_SIGNATURE).where(
                _SIGNATURE.c.tenant_id == tenant, among(session, _SIGNATURE.c.statement_id, list(after))
            )
        )
        for id_, found in after.items():
            report.note(id_, found, erasing.words)
    session.execute(
        _row(sa.update(_ERASURE), tenant, erasing).values(
            place=_next_place(matches, place, limit, progress=bool(after)),
            statements=_ERASURE.c.statements + len(after),
        )
    )
    return True


def _matches(session: Session, tenant: UUID, person: Person, place: int, limit: int) -> list[tuple[int, UUID]]:
    """Statements that seem to name the person (keys are hashes), with the first places after `place` they are found at.

    A Statement is found at its own place, and through a link also at that of one which refers to it.
    """
    branches = []
    for ifi in sorted(person.ifis):
        for name in ("actor_key", "object_key", "authority_key"):
            found = sa.select(_STATEMENT.c.seq, _STATEMENT.c.id)
            branches.append((found, _STATEMENT.c, _STATEMENT.c[name] == key_of(ifi)))
        for key in (key_of(ifi), key_of(f"related {ifi}")):
            link = sa.select(_LINK.c.seq, _LINK.c.statement_id.label("id"))
            branches.append((link, _LINK.c, _LINK.c.key == key))
    firsts = [
        query.where(columns.tenant_id == tenant, condition, columns.seq > place)
        .order_by(columns.seq)
        .limit(limit)
        .subquery()
        for query, columns, condition in branches
    ]
    every = sa.union(*(sa.select(first.c.seq, first.c.id) for first in firsts)).subquery()
    rows = session.execute(sa.select(every.c.seq, every.c.id).order_by(every.c.seq, every.c.id).limit(limit))
    return [(seq, id_) for seq, id_ in rows]


def _next_place(matches: list[tuple[int, UUID]], place: int, limit: int, *, progress: bool) -> int:
    """Up to where all is done. There may be more at the last place than was looked at, so that comes again.

    Unless it would come for ever: nothing was rewritten and it is the only place there was.
    """
    newest = matches[-1][0]
    if len(matches) < limit:
        return newest
    return newest - 1 if progress or newest - 1 > place else newest


def _documents(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = session.execute(
        sa.select(_STATEMENT.c.id, _STATEMENT.c.exact)
        .where(_STATEMENT.c.tenant_id == tenant, among(session, _STATEMENT.c.id, ids))
        .order_by(_STATEMENT.c.seq)
    )
    return {row.id: read_exact(row.exact) for row in rows}


def _rewrite(
    session: Session, tenant: UUID, before: Mapping[UUID, Mapping[str, Any]], after: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """Put new texts in the place of old ones, with the keys that go with them, here and where they are copied to."""
    keys = {id_: keys_in(document) for id_, document in after.items()}
    columns = {
        id_: {"actor_key": one.actor, "object_key": one.object, "authority_key": one.authority}
        for id_, one in keys.items()
    }
    of_one = _STATEMENT.c.tenant_id == tenant, _STATEMENT.c.id == sa.bindparam("of_statement", type_=sa.Uuid())
    _many(
        session,
        sa.update(_STATEMENT).where(*of_one),
        ({"of_statement": id_, "exact": encode(after[id_]), **columns[id_]} for id_ in after),
    )
    places: dict[UUID, set[int]] = {}
    for table, name in ((_STATEMENT, "id"), (_REFERENCE, "target_id")):
        rows = session.execute(
            sa.select(table.c[name], table.c.seq).where(
                table.c.tenant_id == tenant, among(session, table.c[name], list(after))
            )
        )
        for id_, seq in rows:
            places.setdefault(id_, set()).add(seq)
    referred = sa.update(_REFERENCE).where(
        _REFERENCE.c.tenant_id == tenant, _REFERENCE.c.target_id == sa.bindparam("of_target", type_=sa.Uuid())
    )
    _many(session, referred, ({"of_target": id_, **columns[id_]} for id_ in after))
    links = {id_: keys_in(before[id_]).links for id_ in after}
    old = {id_: links[id_] - keys[id_].links for id_ in after}
    new = {id_: keys[id_].links - links[id_] for id_ in after}
    is_link = (
        _LINK.c.tenant_id == tenant,
        _LINK.c.key == sa.bindparam("of_key"),
        _LINK.c.seq == sa.bindparam("of_seq"),
        _LINK.c.statement_id == sa.bindparam("of_statement", type_=sa.Uuid()),
    )
    _many(
        session,
        sa.delete(_LINK).where(*is_link),
        (
            {"of_key": key, "of_seq": seq, "of_statement": id_}
            for id_ in after
            for key in sorted(old[id_])
            for seq in sorted(places[id_])
        ),
    )
    _many(
        session,
        sa.insert(_LINK),
        (
            {"tenant_id": tenant, "key": key, "seq": seq, "statement_id": id_}
            for id_ in after
            for key in sorted(new[id_])
            for seq in sorted(places[id_])
        ),
    )


def _many(session: Session, command: Any, values: Iterable[Mapping[str, Any]]) -> None:
    """Run a command once for each of these values, if there are any."""
    if listed := [dict(one) for one in values]:
        session.connection().execute(command, listed)
