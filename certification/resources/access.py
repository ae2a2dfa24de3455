"""Who is asking, settled before the view runs, against the database, at every request.

A key sends its secret with every request (HTTP Basic). A person signs in (`resources.sessions`) and sends the session's
token: as `Authorization: Bearer …`, or as a cookie, which a page of another site cannot use to change anything. Whose
data is shown follows from these, never from the address. Without any there is only what the operator's own tenant has
published. Pages (`certification.web`) are guarded here as well, by the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, current_app, g, request

from certification.access import rights, roles, sessions
from certification.access.permissions import BRANCH_SCOPE, TABLE, Act, Role, WithoutKey, act_of
from certification.access.sessions import SignedIn
from certification.access.who import Held, Who
from certification.people import national_keys
from certification.people.national_numbers import Keys
from certification.people.workers import Person, UnknownWorker
from certification.resources import cookies, looking
from certification.resources.errors import Forbidden, NotFound
from certification.targets import publications
from certification.vietnam import vietnam_day
from lrs import api
from lrs.api import Fault
from lrs.db import NOBODY, Database, Session

__all__ = [
    "COOKIE",
    "Caller",
    "CodeToSetUp",
    "NoRole",
    "OtherSite",
    "admit",
    "caller",
    "changing",
    "database",
    "everything",
    "identified",
    "identity",
    "known_worker",
    "national_numbers_keys",
    "needs_code",
    "now",
    "pepper",
    "recognise",
    "refuse_other_sites",
    "register",
    "signed_in",
    "take_over",
    "today",
    "token_sent",
    "who",
]


COOKIE = f"__Host-{cookies.SESSION}"
"""Its name makes browsers hold it to this host and to HTTPS."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose data the caller may see, and as whom: `who`, or nobody as of the day that is published, if any.

    `identity` is the store's word on a key, `signed_in` the session of a person.
    """

    tenant: UUID
    published: date | None = None
    identity: api.Identity | None = None
    who: Who | None = None
    signed_in: SignedIn | None = None


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


class _DryRun(Exception):
    """Ends a transaction of which nothing is to stay."""


class NoRole(Forbidden):
    """No role of whoever is signed in allows it, today and here."""


class OtherSite(Forbidden):
    """A page of another site makes a browser send something with our cookie."""


class CodeToSetUp(Forbidden):
    """One of the caller's roles asks for a second factor, and the account has none yet."""

    def __init__(self) -> None:
        super().__init__(
            Fault("", "a role of this account asks for a second factor: set it up at /tai-khoan/ma-dang-nhap first")
        )


def needs_code(held: Iterable[Held]) -> bool:
    """Whether an account with these roles has to sign in with a code of an app as well."""
    asked: frozenset[Role] = current_app.extensions["settings"].require_second_factor
    return any(one.role in asked for one in held)


@contextmanager
def changing(tenant: UUID, *, dry_run: bool = False) -> Iterator[Session]:
    """A transaction for changes of this tenant's data; with `dry_run` all is done and checked, and nothing stays."""
    try:
        with database().writing(tenant) as session:
            yield session
            session.flush()
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass


def caller() -> Caller:
    """The caller of the view that runs now."""
    found: Caller = g.certification_caller
    return found


def who() -> Who:
    """Who calls the view that runs now, which is closed to nobody in particular."""
    found = caller().who
    assert found is not None  # noqa: S101 — `_caller` gives nobody else to such a view
    return found


def signed_in() -> SignedIn:
    """The session of the person who calls a view that is for people."""
    found = caller().signed_in
    if found is None:
        raise Forbidden(Fault("", "this is for people who are signed in; a key has no session"))
    return found


def take_over(session: SignedIn) -> None:
    """Goes on with this request as whoever has just signed in; without roles, which the next request reads."""
    who = Who(session.tenant, session.name, account=session.account, worker=session.worker)
    g.certification_caller = Caller(session.tenant, who=who, signed_in=session)
    g.pop("places", None)


def known_worker(session: Session, number: str, act: Act) -> Person:
    """The worker with this number. Raises NotFound for one whom `act` may not be about, as for one who never was."""
    try:
        person = rights.find_worker(session, who(), act, number, today())
    except UnknownWorker:
        raise NotFound(Fault("path/number", f"there is no worker {number!r}")) from None
    looking.saw([person.id])
    return person


def everything(act: Act) -> None:
    """Raise Forbidden unless the caller may do `act` in the whole tenant, and not in a branch alone."""
    if not rights.reach(who(), act, today()).everything:
        raise NoRole(Fault("", f"{who().name} may not {act.value}: that takes a role over the whole tenant"))


def pepper() -> bytes:
    """The installation's secret."""
    found: bytes = current_app.extensions["settings"].secret_key
    return found


def national_numbers_keys(tenant: UUID) -> Keys:
    """What national numbers of this tenant are hashed and sealed with; read anew each time, since keys may be added."""
    return Keys.of(tenant, pepper(), national_keys.read(current_app.extensions["settings"].data_dir))


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def today() -> date:
    """Today in Vietnam."""
    return vietnam_day(now())


def identity() -> api.Identity:
    """Whose credentials came with the request, in a view whose act asks for a scope."""
    found = caller().identity
    assert found is not None  # noqa: S101 — `_caller` gives nobody else to such a view
    return found


def register(blueprint: Blueprint) -> None:
    """Lets nobody reach a view who may not do what the view is marked with."""
    blueprint.before_request(admit)


def admit() -> None:
    """Raise Unauthenticated or Forbidden unless the caller may see the view that is about to run."""
    act = act_of(current_app.view_functions[request.endpoint or ""])
    if act is None:
        raise Forbidden(Fault("", "this address has no guard, so nobody may call it; mark its view with `guarded`"))
    if TABLE[act].without_key in (WithoutKey.ALL, WithoutKey.IN_BODY) or TABLE[act].in_form:
        return
    g.certification_caller = _caller(act)


def recognise() -> None:
    """Says who reads what no view was asked for, by a session's cookie: whose name a page carries. Opens nothing."""
    token = cookies.sent(cookies.SESSION)
    if token is None or "certification_caller" in g:
        return
    session = sessions.session_of(database(), token, pepper=pepper(), now=now())
    if session is not None:
        g.certification_caller = Caller(session.tenant, who=_who(session), signed_in=session)


def _caller(act: Act) -> Caller:
    rule = TABLE[act]
    authorization = request.headers.get("Authorization")
    token = token_sent()
    if rule.without_key is WithoutKey.PUBLISHED and ((authorization or token) is None or _asks_nobody(act)):
        with database().reading(NOBODY) as session:
            tenant = api.find_tenant(session)
            published = publications.published_day(session, tenant)
        if published is not None or _asks_nobody(act):
            return Caller(tenant, published)
    if token is not None:
        return _person(token, act)
    with database().reading(NOBODY) as session:
        identity = _identify(session, authorization)
    return _key(identity, act)


def _asks_nobody(act: Act) -> bool:
    """Whether the act is the same for everybody, so that credentials are not even looked at."""
    rule = TABLE[act]
    return rule.scope is None and not rule.roles and not rule.any_account


def token_sent() -> str | None:
    """The session's token that came with the request; None without one."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind:
        return token.strip() if kind.lower() == "bearer" else None
    return cookies.sent(cookies.SESSION)


def _person(token: str, act: Act) -> Caller:
    """Who is signed in by this token and may do the act. Raises Unauthenticated or Forbidden."""
    session = sessions.session_of(database(), token, pepper=pepper(), now=now())
    if session is None:
        raise api.Unauthenticated
    api.know(account=str(session.account))
    if request.method not in ("GET", "HEAD", "OPTIONS") and "Authorization" not in request.headers:
        refuse_other_sites()
    who = _who(session)
    idle: sessions.Idle = current_app.extensions["settings"].idle
    sessions.used(database(), session, idle.of(who.roles), now())
    if needs_code(who.roles) and not session.has_code and not TABLE[act].any_account:
        raise CodeToSetUp
    if not TABLE[act].any_account and not rights.reach(who, act, today()):
        raise NoRole(Fault("", f"{session.name} may not {act.value}: none of its roles in force today allows it"))
    return Caller(session.tenant, who=who, signed_in=session)


def _who(session: SignedIn) -> Who:
    """Somebody who is signed in, with the roles in force today."""
    with database().reading(session.tenant) as reading:
        held = roles.held_by(reading, session.tenant, today(), account=session.account)
    if session.worker is not None:
        held = (*held, Held(Role.WORKER))
    return Who(session.tenant, session.name, account=session.account, worker=session.worker, roles=held)


def refuse_other_sites() -> None:
    """Raise Forbidden for what a page of another site makes a browser send with our cookie."""
    origin = request.headers.get("Origin")
    same = origin is not None and urlsplit(origin).netloc == request.host
    if not same and not (origin is None and request.headers.get("Sec-Fetch-Site") == "same-origin"):
        raise OtherSite(Fault("Origin", "with a cookie, changes are taken from pages of this site alone"))


def _identify(session: Session, authorization: str | None) -> api.Identity:
    at = now()
    identity = api.identify(session, authorization, pepper=pepper(), now=at)
    uses: api.LastUses = current_app.extensions["last_uses"]
    uses.note(identity, at)
    api.know(key=identity.key)
    return identity


def _key(identity: api.Identity, act: Act) -> Caller:
    rule = TABLE[act]
    scopes = frozenset({rule.scope} if rule.scope is not None and identity.may(rule.scope) else ())
    held: tuple[Held, ...] = ()
    if identity.may(BRANCH_SCOPE) and not identity.test and rule.roles:
        with database().reading(identity.tenant) as session:
            held = roles.held_by(session, identity.tenant, today(), key=identity.key)
    who = Who(identity.tenant, identity.key, key=identity.key, roles=held, scopes=scopes)
    if not rights.reach(who, act, today()):
        raise Forbidden(Fault("", _lacking(act, branch=identity.may(BRANCH_SCOPE))))
    return Caller(identity.tenant, identity=identity, who=who)


def _lacking(act: Act, *, branch: bool = False) -> str:
    if branch:
        return f"these credentials may not {act.value}: no role of theirs in force today allows it"
    scope = TABLE[act].scope
    lacking = f"they lack the scope {scope!r}" if scope is not None else "this is for people who sign in"
    return f"these credentials may not {act.value}: {lacking}"


def identified(session: Session, authorization: str | None, act: Act) -> api.Identity:
    """Who sends these credentials and may do this. Raises Unauthenticated, or Forbidden without the act's scope."""
    identity = _identify(session, authorization)
    scope = TABLE[act].scope
    if scope is not None and not identity.may(scope):
        raise Forbidden(Fault("", _lacking(act)))
    return identity
