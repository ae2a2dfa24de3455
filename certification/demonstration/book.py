"""The poster's own book: what was sent and acknowledged, held against what the store gives back.

The store agrees with the book when every acknowledged Statement is there exactly once with the content that was sent,
a voided one is not in the list but to be had as a voided one, and nothing else is there. The store may add (stored,
authority, version, objectType …) but not change or drop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from certification.demonstration.errors import StoreDisagrees
from certification.demonstration.poster import Connection

VERSION = "2.0.0"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
PAGE = 1000
"""Statements asked for at a time; the store may give fewer."""


@dataclass(slots=True)
class Book:
    """Every acknowledged Statement by id, and how often it was sent."""

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeats: int = 0
    differences: list[str] = field(default_factory=list)
    """Found while posting: an answer that did not name what was sent."""

    def record(self, statements: Iterable[dict[str, Any]], acknowledged: Iterable[str]) -> None:
        """Note a request that was answered: the Statements in it, and the ids in the answer, in the same order."""
        statements, acknowledged = list(statements), list(acknowledged)
        if [one["id"] for one in statements] != acknowledged:
            self.differences.append(
                f"a batch of {len(statements)} beginning with {statements[0]['id']} was answered with other ids"
            )
        for statement in statements:
            if statement["id"] in self.sent:
                self.repeats += 1
            else:
                self.sent[statement["id"]] = statement

    @property
    def voided(self) -> set[str]:
        """Ids of the Statements that some voiding Statement in the book names."""
        return {
            statement["object"]["id"]
            for statement in self.sent.values()
            if statement["verb"]["id"] == VOIDED and statement["object"].get("objectType") == "StatementRef"
        }

    def compare(self, connection: Connection, *, on_read: Callable[[int], None] = lambda count: None) -> int:
        """Read the whole store back and return how many Statements it gave. Raises StoreDisagrees."""
        differences = list(self.differences)
        voided = self.voided & self.sent.keys()
        awaited = self.sent.keys() - voided
        seen: set[str] = set()
        for page in read_back(connection):
            for statement in page:
                differences += self._differences(statement, seen, voided)
                seen.add(statement["id"])
            on_read(len(page))
        differences += [f"{missing}: acknowledged, but not in the store" for missing in sorted(awaited - seen)]
        for gone in sorted(voided):
            differences += _differences_of_one(connection, gone, self.sent[gone], voided=True)
            on_read(1)
        if differences:
            raise StoreDisagrees(differences)
        return len(seen) + len(voided)

    def _differences(self, statement: dict[str, Any], seen: set[str], voided: set[str]) -> list[str]:
        name = statement["id"]
        if name in seen:
            return [f"{name}: in the list twice"]
        if name in voided:
            return [f"{name}: voided, but still in the list"]
        if name not in self.sent:
            return [f"{name}: in the store, but never sent"]
        return [f"{name}: {place}" for place in changes(self.sent[name], statement)]


def check(
    connection: Connection,
    sample: Mapping[str, dict[str, Any]],
    voided: Collection[str],
    *,
    on_read: Callable[[int], None] = lambda count: None,
) -> None:
    """Read the Statements of a sample one by one, those `voided` as voided ones. Raises StoreDisagrees."""
    differences: list[str] = []
    for name, sent in sorted(sample.items()):
        differences += _differences_of_one(connection, name, sent, voided=name in voided)
        on_read(1)
    if differences:
        raise StoreDisagrees(differences)


def _differences_of_one(connection: Connection, name: str, sent: dict[str, Any], *, voided: bool) -> list[str]:
    parameter = "voidedStatementId" if voided else "statementId"
    answer = connection.request("GET", f"/xapi/statements?{parameter}={name}", version=VERSION)
    if answer.status != 200:
        return [f"{name}: GET by {parameter} answers {answer.status}"]
    return [f"{name}: {place}" for place in changes(sent, msgspec.json.decode(answer.body))]


def read_back(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    """Every page of GET /xapi/statements in the order stored, following `more` to its end."""
    path = "/xapi/statements?" + urlencode({"ascending": "true", "limit": PAGE})
    while path:
        answer = connection.request("GET", path, version=VERSION)
        if answer.status != 200:
            raise StoreDisagrees([f"GET {path} answers {answer.status}: {answer.body[:500].decode(errors='replace')}"])
        result = msgspec.json.decode(answer.body)
        yield result["statements"]
        path = result.get("more") or ""


def changes(sent: Any, kept: Any, place: str = "") -> list[str]:
    """Where `kept` does not hold what was `sent`. What the store added is no change; instants may change their zone."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        found = []
        for name, value in sent.items():
            inside = f"{place}.{name}" if place else name
            if name not in kept:
                found.append(f"{inside} is missing")
            elif place == "" and name == "timestamp":
                if datetime.fromisoformat(value) != datetime.fromisoformat(kept[name]):
                    found.append(f"{inside} was {value} and is {kept[name]}")
            else:
                found += changes(value, kept[name], inside)
        return found
    if isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        return [
            one
            for number, (was, now) in enumerate(zip(sent, kept, strict=True))
            for one in changes(was, now, f"{place}[{number}]")
        ]
    same = sent == kept and isinstance(sent, bool) == isinstance(kept, bool)
    return [] if same else [f"{place} was {sent!r} and is {kept!r}"]
