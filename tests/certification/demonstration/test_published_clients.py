"""Published client libraries against the real application: what they send is taken, kept and voided."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from certification.demonstration import people, published_clients
from certification.demonstration.book import VOIDED, Book
from certification.demonstration.errors import ClientFailed
from certification.demonstration.people import World
from certification.demonstration.poster import Connection
from certification.demonstration.published_clients import CLIENTS, PUBLISHED_CLIENTS, PublishedClient


@pytest.fixture(scope="module")
def world() -> World:
    return people.invent(seed=1268, as_of=date(2026, 11, 20), workers=200)


@pytest.mark.parametrize("client", PUBLISHED_CLIENTS, ids=lambda client: client.library)
def test_the_store_keeps_what_a_library_sends_in_its_own_words(
    client: PublishedClient, connect: Callable[[], Connection], world: World
) -> None:
    sent = published_clients.run(client, world, connect(), statements=120)
    book = Book()
    book.record(sent, [one["id"] for one in sent])
    assert len(sent) == 121
    assert book.compare(connect()) == 121
    assert len(book.voided) == 1

    verbs = {one["verb"]["id"] for one in sent}
    assert len(verbs) > 3
    assert all("contextActivities" not in one.get("context", {}) for one in sent)
    learners = set(published_clients.learners(world, client.enterprise))
    assert {one["actor"]["mbox"] for one in sent if one["verb"]["id"] != VOIDED} <= learners


@pytest.mark.parametrize("client", PUBLISHED_CLIENTS, ids=lambda client: client.library)
def test_a_library_that_sends_the_same_again_changes_nothing(
    client: PublishedClient, connect: Callable[[], Connection], world: World
) -> None:
    first = published_clients.run(client, world, connect(), statements=60)
    assert published_clients.run(client, world, connect(), statements=60) == first
    book = Book()
    book.record(first, [one["id"] for one in first])
    assert book.compare(connect()) == 61


@pytest.mark.parametrize("client", PUBLISHED_CLIENTS, ids=lambda client: client.library)
def test_a_refusal_ends_the_client_and_is_told(
    client: PublishedClient, connect: Callable[[], Connection], world: World
) -> None:
    stranger = Connection(connect().base, "nobody", "nothing")
    with pytest.raises(ClientFailed, match=r"ended with 1: .*401"):
        published_clients.run(client, world, stranger, statements=10)


def test_the_lock_file_pins_every_package_and_names_no_registry() -> None:
    lock = json.loads((CLIENTS / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all("integrity" in one and "resolved" not in one for one in packages.values())


def test_clients_know_nothing_of_our_words() -> None:
    for script in CLIENTS.glob("learn_with_*"):
        text = Path(script).read_text(encoding="utf-8")
        assert "contextActivities" not in text
        assert "cong-dan-hoc-tap" not in text
