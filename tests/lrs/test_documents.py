"""Documents below HTTP: what is kept, what is merged, and that no update is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha1
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs import documents
from lrs.db import Database
from lrs.documents import ANY, Contents, Context, Precondition
from lrs.errors import DocumentConflict, InvalidRequest, PreconditionFailed
from lrs.statements.keys import ifi_text
from tests.lrs.statements.builders import agent
from tests.threads import ended

COURSE = "https://hoc.example.org/khoa/1"
LAN = ifi_text(agent("lan"))
STATE = Context("state", COURSE, LAN)
CONTEXTS = [
    STATE,
    replace(STATE, registration=UUID("3f1b0c2e-7d4a-4c59-9a5e-0d6a1b2c3d4e")),
    replace(STATE, activity="https://hoc.example.org/khoa/2"),
    replace(STATE, agent=ifi_text(agent("minh"))),
    Context("agent_profile", agent=LAN),
    Context("activity_profile", COURSE),
]
ANYTHING = Precondition()
NEW = Precondition(none_match=frozenset({ANY}))


def matching(etag: str) -> Precondition:
    return Precondition(match=frozenset({etag}))


def text(words: str) -> Contents:
    return Contents("text/plain; charset=utf-8", words.encode())


def as_json(document: Any) -> Contents:
    return Contents("application/json", json.dumps(document).encode())


class Store:
    """The functions under test, each in a transaction of its own, for one tenant."""

    def __init__(self, database: Database, tenant: UUID, now: datetime) -> None:
        self.database, self.tenant, self.now = database, tenant, now

    def put(
        self, name: str, contents: Contents, condition: Precondition = ANYTHING, context: Context = STATE,
        version: str = "1.0.3",
    ) -> None:  # fmt: skip
        with self.database.writing(self.tenant) as session:
            documents.put(session, self.tenant, context, name, contents, condition, version=version, now=self.now)

    def post(self, name: str, contents: Contents, condition: Precondition = ANYTHING, context: Context = STATE) -> None:
        with self.database.writing(self.tenant) as session:
            documents.post(session, self.tenant, context, name, contents, condition, now=self.now)

    def delete(self, name: str, condition: Precondition = ANYTHING, context: Context = STATE) -> None:
        with self.database.writing(self.tenant) as session:
            documents.delete(session, self.tenant, context, name, condition)

    def get(self, name: str, context: Context = STATE) -> documents.Kept | None:
        with self.database.reading(self.tenant) as session:
            return documents.get(session, self.tenant, context, name)

    def content(self, name: str, context: Context = STATE) -> bytes | None:
        kept = self.get(name, context)
        return kept.content if kept else None

    def ids(self, context: Context = STATE, since: datetime | None = None) -> list[str]:
        with self.database.reading(self.tenant) as session:
            return documents.list_ids(session, self.tenant, context, since)[0]


@pytest.fixture
def store(database: Database, tenant: UUID, now: datetime) -> Store:
    return Store(database, tenant, now)


@pytest.fixture
def theirs(database: Database, other_tenant: UUID, now: datetime) -> Store:
    """Another tenant's, holding a document in each context."""
    store = Store(database, other_tenant, now)
    for context in CONTEXTS:
        store.put("same", text("theirs"), NEW, context)
    return store


def test_contexts_and_tenants_are_kept_apart(store: Store, theirs: Store) -> None:
    for number, context in enumerate(CONTEXTS):
        assert store.get("same", context) is None
        store.put("same", text(f"ours {number}"), NEW, context)
    for number, context in enumerate(CONTEXTS):
        assert store.content("same", context) == f"ours {number}".encode()
        assert store.ids(context) == ["same"]
    for context in CONTEXTS[1:]:
        store.delete("same", context=context)
    with store.database.writing(store.tenant) as session:
        documents.delete_all(session, store.tenant, STATE)
    assert [store.ids(context) for context in CONTEXTS] == [[]] * len(CONTEXTS)
    assert [theirs.content("same", context) for context in CONTEXTS] == [b"theirs"] * len(CONTEXTS)


def test_deleting_all_of_a_context_leaves_other_contexts(store: Store, theirs: Store) -> None:
    for context in CONTEXTS[:4]:
        store.put("a", text("1"), context=context)
        store.put("b", text("1"), context=context)
    with store.database.writing(store.tenant) as session:
        documents.delete_all(session, store.tenant, CONTEXTS[1])
    assert [store.ids(context) for context in CONTEXTS[:4]] == [["a", "b"], [], ["a", "b"], ["a", "b"]]


def test_ids_and_activities_may_be_long_and_in_any_script(store: Store, theirs: Store) -> None:
    for name in ("x" * 5000, "bài “học” số 1 \U0001f4da", "a\0b", "a\\u0000b", "%2F../ '\"", " "):
        long = replace(STATE, activity="https://hoc.example.org/khóa-học/" + "rất-dài/" * 1000)
        for context in (STATE, long):
            store.put(name, text(name), context=context)
            assert store.content(name, context) == name.encode()
            store.put(name, text("again"), context=context)
            assert store.content(name, context) == b"again"
    assert len(store.ids()) == len(set(store.ids())) == 6


def test_identifiers_that_share_a_key_never_share_a_document(
    store: Store, theirs: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "key_of", lambda _text: 1)
    store.put("one", text("first"))
    elsewhere = replace(STATE, agent=ifi_text(agent("minh")))
    assert store.get("two") is None
    assert store.get("one", elsewhere) is None
    assert store.ids(elsewhere) == []
    for attempt in (store.put, store.post):
        with pytest.raises(DocumentConflict):
            attempt("two", text("second"))
    store.delete("two")
    with store.database.writing(store.tenant) as session:
        documents.delete_all(session, store.tenant, elsewhere)
        documents.forget(session, store.tenant, str(elsewhere.agent))
    assert store.content("one") == b"first"


@given(
    content=st.binary(max_size=300), content_type=st.sampled_from(["image/png", "text/plain", "application/x-y; z=1"])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_come_back_as_they_were_sent(store: Store, content: bytes, content_type: str) -> None:
    store.put("d", Contents(content_type, content))
    kept = store.get("d")
    assert kept is not None
    assert (kept.content, kept.content_type) == (content, content_type)
    assert kept.etag == sha1(content, usedforsecurity=False).hexdigest()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.text(max_size=3), inner, max_size=2), max_leaves=5,
)  # fmt: skip
json_objects = st.dictionaries(st.text(max_size=3), json_values, max_size=4)


@pytest.mark.slow
@given(objects=st.lists(json_objects, min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_posts_merge_one_level_deep(store: Store, objects: list[dict[str, Any]]) -> None:
    store.delete("d")
    expected: dict[str, Any] = {}
    for one in objects:
        store.post("d", as_json(one))
        expected = {**expected, **one}
    content = store.content("d")
    assert content is not None
    assert json.loads(content) == expected


def test_a_merge_keeps_numbers_as_they_were_written(store: Store) -> None:
    store.put("d", Contents("application/json", b'{"a": 1.10, "b": 123456789012345678901234567890}'))
    store.post("d", as_json({"c": 1}))
    assert store.content("d") == b'{"a":1.10,"b":123456789012345678901234567890,"c":1}'


@pytest.mark.parametrize(
    ("there", "posted", "words"),
    [
        (text("{}"), as_json({}), "text/plain"),
        (as_json({"a": 1}), text("{}"), "only application/json"),
        (as_json([1]), as_json({"a": 1}), "is no JSON object"),
        (as_json({"a": 1}), as_json([1]), "only a JSON object"),
        (as_json({"a": 1}), Contents("application/json", b'{"a":'), "malformed|truncated|breaks off"),
    ],
)
def test_what_cannot_be_merged_is_refused_and_changes_nothing(
    store: Store, there: Contents, posted: Contents, words: str
) -> None:
    store.put("d", there)
    with pytest.raises(InvalidRequest, match=words):
        store.post("d", posted)
    assert store.content("d") == there.content


def test_json_that_is_none_is_refused(store: Store) -> None:
    for attempt in (store.put, store.post):
        with pytest.raises(InvalidRequest):
            attempt("d", Contents("Application/JSON; charset=utf-8", b"{nonsense}"))
    assert store.get("d") is None


def test_a_list_gives_what_was_changed_after_an_instant(store: Store, theirs: Store) -> None:
    start = store.now
    for number in range(3):
        store.now = start + timedelta(seconds=number)
        store.put(str(number), text("x"))
    assert store.ids() == ["0", "1", "2"]
    assert store.ids(since=start) == ["1", "2"]
    assert store.ids(since=start + timedelta(seconds=2)) == []
    store.now = start + timedelta(seconds=9)
    store.post("0", text("new")) if store.get("0") is None else store.put("0", text("new"))
    assert store.ids(since=start + timedelta(seconds=2)) == ["0"]


def test_a_change_is_later_than_the_one_before_even_when_the_clock_is_set_back(store: Store) -> None:
    store.put("d", text("1"))
    first = store.get("d")
    store.now -= timedelta(days=1)
    store.put("d", text("2"))
    second = store.get("d")
    assert first is not None
    assert second is not None
    assert second.updated > first.updated


TAGS = st.sampled_from(["a", "b", "c"])
SETS = st.none() | st.frozensets(TAGS | st.just(ANY), min_size=1, max_size=2)


@pytest.mark.slow
@given(match=SETS, none_match=SETS, there=st.none() | TAGS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_decides_a_precondition_as_the_rule_says(
    store: Store, match: frozenset[str] | None, none_match: frozenset[str] | None, there: str | None
) -> None:
    def tags(names: frozenset[str] | None) -> frozenset[str] | None:
        return None if names is None else frozenset(name if name == ANY else text(name).etag for name in names)

    condition = Precondition(tags(match), tags(none_match))
    expected = condition.holds(text(there).etag if there else None)
    for attempt in ("put", "post", "delete"):
        store.delete("d")
        if there:
            store.put("d", text(there))
        before = store.content("d")
        try:
            if attempt == "put":
                store.put("d", text("new"), condition)
            elif attempt == "post":
                store.post("d", text("new"), condition)
            else:
                store.delete("d", condition)
        except PreconditionFailed:
            assert not expected
            assert store.content("d") == before
        except InvalidRequest:
            assert attempt == "post"
            assert expected
            assert store.content("d") == before
        else:
            assert expected
            assert store.content("d") == (None if attempt == "delete" else b"new")


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_state_put_without_precondition_replaces_under_1_0_and_conflicts_under_2_0(
    store: Store, version: str
) -> None:
    store.put("d", text("1"), version=version)
    if version == "1.0.3":
        store.put("d", text("2"), version=version)
    else:
        with pytest.raises(DocumentConflict, match="If-Match"):
            store.put("d", text("2"), version=version)
    assert store.content("d") == (b"2" if version == "1.0.3" else b"1")


@pytest.mark.parametrize("context", CONTEXTS[4:], ids=lambda context: context.kind)
def test_a_profile_put_without_precondition_is_400_when_new_under_1_0_and_409_when_there(
    store: Store, context: Context
) -> None:
    with pytest.raises(InvalidRequest, match="If-None-Match"):
        store.put("d", text("1"), context=context, version="1.0.3")
    assert store.get("d", context) is None
    store.put("d", text("1"), context=context, version="2.0.0")
    for version in ("1.0.3", "2.0.0"):
        with pytest.raises(DocumentConflict):
            store.put("d", text("2"), context=context, version=version)
    assert store.content("d", context) == b"1"


def test_forgetting_an_agent_removes_its_documents_and_nobody_elses(store: Store, theirs: Store) -> None:
    for context in CONTEXTS:
        store.put("d", text("1"), NEW, context)
    with store.database.writing(store.tenant) as session:
        documents.forget(session, store.tenant, str(LAN))
    left = [context for context in CONTEXTS if store.get("d", context)]
    assert left == [context for context in CONTEXTS if context.agent != LAN]
    assert all(theirs.get("same", context) for context in CONTEXTS)


def in_parallel(count: int, work: Callable[[int], None]) -> None:
    """Run `work(number)` in so many threads; the first failure of any is raised."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(daemon=True, target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)
    if failures:
        raise failures[0]


@pytest.mark.slow
def test_of_thousands_of_parallel_puts_with_if_match_none_is_lost(store: Store) -> None:
    store.put("counter", text("0"))
    done = [0] * 8
    attempts = [0] * 8

    def count(writer: int) -> None:
        while attempts[writer] < 400:
            attempts[writer] += 1
            kept = store.get("counter")
            assert kept is not None
            try:
                store.put("counter", text(str(int(kept.content) + 1)), matching(kept.etag))
                done[writer] += 1
            except PreconditionFailed:
                pass

    in_parallel(8, count)
    assert store.content("counter") == str(sum(done)).encode()
    assert 0 < sum(done) < sum(attempts) == 3200


@pytest.mark.slow
def test_of_parallel_posts_every_one_is_merged(store: Store) -> None:
    def write(writer: int) -> None:
        for number in range(50):
            store.post("d", as_json({f"{writer}-{number}": number}))

    in_parallel(8, write)
    content = store.content("d")
    assert content is not None
    assert json.loads(content) == {f"{writer}-{number}": number for writer in range(8) for number in range(50)}


def test_of_parallel_puts_of_a_new_document_one_wins(store: Store) -> None:
    for number in range(20):
        won: list[int] = []

        def create(writer: int, name: str = f"d{number}", won: list[int] = won) -> None:
            try:
                store.put(name, text(str(writer)), NEW, version="2.0.0" if writer % 2 else "1.0.3")
                won.append(writer)
            except PreconditionFailed:
                pass

        in_parallel(8, create)
        assert len(won) == 1
        assert store.content(f"d{number}") == str(won[0]).encode()


def test_parallel_deletes_and_posts_never_fail(store: Store) -> None:
    def work(writer: int) -> None:
        for number in range(20):
            if writer % 2:
                store.delete("d")
            else:
                store.post("d", as_json({str(uuid4()): number}))

    in_parallel(6, work)
