"""Following the feed: each Statement is taken once, whatever comes when, however often, and wherever it breaks off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification import bulk
from certification.evidence import facts as facts_module
from certification.evidence import feed
from certification.models import Fact, FeedPosition
from certification.people import linking
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.learning import (
    add_worker,
    facts,
    follow_all,
    group,
    ifi,
    settle,
    stale_marks,
    statement,
    store,
    voiding,
    waiting,
    whats,
)
from tests.threads import ended

Counting = Callable[[], Any]


# ---------------------------------------------------------------- exactly once


def test_taking_everything_again_changes_nothing_and_marks_nobody(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an"), statement(group("an", "nobody")), statement("an", "reading"))
    follow_all(database, tenant, now)
    before = facts(database, tenant), waiting(database, tenant)
    settle(database, tenant)

    rebuilt = feed.rebuild(database, tenant, now=now, limit=2)

    assert (rebuilt.changes, rebuilt.facts, rebuilt.complete) == (3, 0, True)
    assert (facts(database, tenant), waiting(database, tenant)) == before
    assert stale_marks(database, tenant) == {}


def test_a_repeated_statement_counts_once(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    learned = statement("an")
    store(database, identity, learned)
    follow_all(database, tenant, now)
    store(database, identity, learned)
    assert follow_all(database, tenant, now) == 0
    assert len(facts(database, tenant)) == 2


def test_following_with_nothing_new_writes_nothing(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime, count_commands: Counting
) -> None:
    store(database, identity, statement("an"))
    follow_all(database, tenant, now)
    with count_commands() as commands:
        assert feed.follow(database, tenant, now=now) == feed.Followed(0, 0, 0, complete=True)
    assert all(command.split()[0] in ("BEGIN", "PRAGMA", "SELECT") for command in commands)


def test_followers_at_once_take_each_change_once(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    for month in range(1, 7):
        day = f"2026-{month:02d}-04T03:00:00Z"
        whats = ("law-labour", "reading", "language")
        store(database, identity, *(statement("an", what, timestamp=day) for what in whats))
    taken: list[int] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            taken.append(follow_all(database, tenant, now, limit=2))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(daemon=True, target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)

    assert failures == []
    assert sum(taken) == 18
    assert len(facts(database, tenant)) == 36


class CrashError(Exception):
    """The process died here."""


@contextmanager
def crash_at(database: Database, which: int) -> Any:
    """Raises at the `which`-th SQL command; gives the list of commands seen."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, command: str, *_rest: Any) -> None:
        seen.append(command)
        if len(seen) == which:
            raise CrashError

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


def test_a_crash_between_any_two_commands_loses_nothing(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    voided = statement("an", "language")
    store(database, identity, voided, statement("an", "reading"))
    follow_all(database, tenant, now)
    settle(database, tenant)
    store(database, identity, statement(group("an", "nobody")), voiding(voided))
    expected = None
    for which in range(1, 40):
        try:
            with crash_at(database, which):
                follow_all(database, tenant, now)
        except CrashError:
            assert stale_marks(database, tenant) == {}
            assert whats(database, tenant) == [
                ("NV-AN", "language"),
                ("NV-AN", "learning"),
                ("NV-AN", "learning"),
                ("NV-AN", "reading"),
            ]
            continue
        expected = which
        break
    assert expected is not None
    assert expected > 8, "the crash was tried within the write transaction too"
    assert whats(database, tenant) == [
        ("NV-AN", "law-labour"),
        ("NV-AN", "learning"),
        ("NV-AN", "learning"),
        ("NV-AN", "reading"),
    ]
    assert {actor for actor, *_ in waiting(database, tenant)} == {ifi("nobody")}
    assert set(stale_marks(database, tenant)) == {(an, 2026)}


def test_a_chunk_takes_as_many_commands_whatever_its_size(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime, count_commands: Counting
) -> None:
    counts = []
    for size in (3, 60):
        old = [statement("an", "language") for _ in range(size)]
        store(database, identity, *old)
        follow_all(database, tenant, now)
        store(
            database,
            identity,
            *(statement("an", timestamp=f"2026-{1 + n % 9:02d}-{1 + n % 28:02d}T03:00:00Z") for n in range(size)),
            *(statement(group("an", f"nobody-{n}")) for n in range(size)),
            *(voiding(one) for one in old),
        )
        with count_commands() as commands:
            followed = feed.follow(database, tenant, now=now)
        assert followed.changes == 3 * size
        counts.append(len(commands))
    assert counts[0] == counts[1]
    assert counts[1] <= 34


# ---------------------------------------------------------------- links made meanwhile


def test_many_links_are_released_with_as_many_commands_as_one(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime, count_commands: Counting
) -> None:
    store(
        database,
        identity,
        *(statement(f"phone-{n}", object={"id": f"https://hoc.example.org/khoa/{n}"}) for n in range(40)),
    )
    follow_all(database, tenant, now)
    add_worker(database, tenant, "NV-1", "phone-0", now=now)
    add_worker(database, tenant, "NV-2", *(f"phone-{n}" for n in range(1, 40)), now=now)
    counts = []
    for names in (["phone-0"], [f"phone-{n}" for n in range(1, 40)]):
        with database.writing(tenant) as session, count_commands() as commands:
            assert feed.release(session, tenant, *map(ifi, names)) == len(names)
        counts.append(len(commands))
    assert counts[0] == counts[1]
    assert waiting(database, tenant) == set()


def test_a_link_made_between_reading_a_chunk_and_writing_it_is_seen(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, identity, statement("phone"))

    def changes(*args: Any, **options: Any) -> api.Changes:
        read = read_changes(*args, **options)
        thread = threading.Thread(daemon=True, target=link)
        thread.start()
        ended(thread)
        return read

    def link() -> None:
        with database.writing(tenant) as session:
            linking.link(session, tenant, ifi("phone"), "NV-AN", by="officer", now=now)

    read_changes = api.changes
    monkeypatch.setattr(api, "changes", changes)
    feed.follow(database, tenant, now=now)
    assert len(facts(database, tenant)) == 2
    assert waiting(database, tenant) == set()


def test_a_link_made_while_a_chunk_is_being_written_finds_what_it_leaves_waiting(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, identity, statement("phone"), statement("an", "reading"))  # both concern the same worker
    failures: list[BaseException] = []
    begun = threading.Event()
    find_workers, import_alone = facts_module.workers_of, bulk.import_alone

    def link() -> None:
        try:
            with database.writing(tenant) as session:
                linking.link(session, tenant, ifi("phone"), "NV-AN", by="officer", now=now)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(daemon=True, target=link)

    def import_alone_and_say_so(*args: Any) -> None:
        if threading.current_thread() is thread:
            begun.set()
        import_alone(*args)

    def and_meanwhile(*args: Any) -> dict[str, UUID]:
        found = find_workers(*args)
        monkeypatch.setattr(facts_module, "workers_of", find_workers)
        thread.start()
        if not database.is_sqlite:  # there the link cannot even begin before this transaction ends
            assert begun.wait(30)
        return found

    monkeypatch.setattr(facts_module, "workers_of", and_meanwhile)
    monkeypatch.setattr(bulk, "import_alone", import_alone_and_say_so)
    feed.follow(database, tenant, now=now)
    ended(thread)
    assert failures == []
    assert len(facts(database, tenant)) == 4
    assert waiting(database, tenant) == set()


# ---------------------------------------------------------------- rebuilding


def test_rebuilding_puts_wrong_facts_right_and_marks_only_those_concerned(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    binh = add_worker(database, tenant, "NV-BINH", "binh", now=now)
    store(database, identity, statement("an"), statement("binh"), statement("nobody"))
    follow_all(database, tenant, now)
    right = facts(database, tenant), waiting(database, tenant)
    settle(database, tenant)
    with database.writing(tenant) as session:
        session.execute(sa.delete(Fact).where(Fact.worker_id == an, Fact.what == "law-labour"))
        session.execute(sa.update(Fact).where(Fact.worker_id == an).values(quality=3, what="language"))

    feed.rebuild(database, tenant, now=now, limit=1)

    assert (facts(database, tenant), waiting(database, tenant)) == right
    assert set(stale_marks(database, tenant)) == {(an, 2026)}
    assert (binh, 2026) not in stale_marks(database, tenant)


def test_since_when_somebody_is_unknown_is_told_by_what_still_waits(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    first, second, third = (statement("nobody") for _ in range(3))
    store(database, identity, first)
    follow_all(database, tenant, now)
    store(database, identity, second)
    store(database, identity, voiding(first), third)
    follow_all(database, tenant, now)

    def unknown() -> list[tuple[int, datetime]]:
        with database.reading(tenant) as session:
            return [(one.statements, one.first_seen) for one in linking.unknown_actors(session, tenant)]

    assert unknown() == [(2, min(seen for *_, seen in waiting(database, tenant)))]
    followed = unknown()
    feed.rebuild(database, tenant, now=now)
    assert unknown() == followed


_NAMES = ("an", "binh", "binh-phone", "chi", "dung")
_OWNERS = {"an": "NV-AN", "binh": "NV-BINH", "binh-phone": "NV-BINH", "chi": "NV-CHI"}

_actors = st.one_of(
    st.sampled_from(_NAMES),
    st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True).map(tuple),
)
_histories = st.lists(
    st.one_of(
        st.tuples(
            st.just("store"),
            _actors,
            st.sampled_from(["law-labour", "reading", "language", "unheard-of"]),
            st.integers(1, 12),
        ),
        st.tuples(st.just("void"), st.integers(0, 9)),
        st.tuples(st.just("void in advance"), st.integers(0, 9)),
        st.tuples(st.just("repeat"), st.integers(0, 9)),
        st.tuples(st.just("link"), st.sampled_from(sorted(_OWNERS))),
        st.tuples(st.just("follow"), st.integers(1, 4)),
    ),
    min_size=1,
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=_histories)
def test_whatever_came_when_following_equals_rebuilding(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    now: datetime,
    credential: Callable[..., str],
    history: list[Any],
) -> None:
    from tests.conftest import PEPPER

    def fresh() -> tuple[UUID, api.Identity]:
        with database.writing(NOBODY) as session:
            made = api.create_tenant(session, str(uuid4()), now=now)
        learning.load_rules(database, made, now=now)
        for number in sorted(set(_OWNERS.values())):
            add_worker(database, made, number, now=now)
        with database.reading(NOBODY) as session:
            return made, api.identify(session, credential(made), pepper=PEPPER, now=now)

    def link(of: UUID, name: str) -> None:
        with database.writing(of) as session:
            linking.link(session, of, ifi(name), _OWNERS[name], by="officer", now=now)

    ours, identity = fresh()
    sent: list[dict[str, Any]] = []
    held_back: list[dict[str, Any]] = []
    linked: set[str] = set()
    for step in history:
        match step:
            case ("store", actor, what, month):
                who = actor if isinstance(actor, str) else group(*actor)
                sent.append(statement(who, what, timestamp=f"2026-{month:02d}-28T20:00:00Z"))
                store(database, identity, sent[-1])
            case ("void", which) if sent:
                store(database, identity, voiding(sent[which % len(sent)]))
            case ("void in advance", which):
                held_back.append(statement(_NAMES[which % len(_NAMES)]))
                store(database, identity, voiding(held_back[-1]))
            case ("repeat", which) if sent:
                store(database, identity, sent[which % len(sent)])
            case ("link", name):
                link(ours, name)
                linked.add(name)
            case ("follow", limit):
                feed.follow(database, ours, now=now, limit=limit)
    for one in held_back:
        store(database, identity, one)
    follow_all(database, ours, now, limit=3)
    followed = facts(database, ours), waiting(database, ours)

    feed.rebuild(database, ours, now=now, limit=2)
    assert (facts(database, ours), waiting(database, ours)) == followed

    with database.writing(ours) as session:
        session.execute(sa.delete(Fact).where(Fact.tenant_id == ours))
        session.execute(sa.update(FeedPosition).where(FeedPosition.tenant_id == ours).values(token=""))
    follow_all(database, ours, now)
    assert (facts(database, ours), waiting(database, ours)) == followed

    # The same Statements in another order, to somebody who knew everybody from the start.
    theirs, other_identity = fresh()
    for name in sorted(linked):
        link(theirs, name)
    with database.reading(ours) as session:
        everything = api.changes(session, ours, None).statements
    copies = [
        {name: part for name, part in one.document.items() if name not in ("stored", "authority")} for one in everything
    ]
    for copy in reversed(copies):
        store(database, other_identity, copy)
    follow_all(database, theirs, now)
    assert facts(database, theirs) == followed[0]
    assert {row[:2] for row in waiting(database, theirs)} == {row[:2] for row in followed[1]}
