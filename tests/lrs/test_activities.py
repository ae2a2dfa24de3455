"""What a definition becomes when another one is said of the same Activity."""

from __future__ import annotations

from typing import Any

import pytest

from lrs.activities import activities_in, merged
from tests.lrs.statements.builders import agent, statement

CHOICE = {"interactionType": "choice", "correctResponsesPattern": ["a"], "choices": [{"id": "a"}, {"id": "b"}]}


@pytest.mark.parametrize(
    ("known", "said", "expected"),
    [
        ({}, {"name": {"vi": "An toàn"}}, {"name": {"vi": "An toàn"}}),
        ({"name": {"vi": "An toàn"}}, {"name": {"en": "Safety"}}, {"name": {"vi": "An toàn", "en": "Safety"}}),
        ({"name": {"vi": "An toan"}}, {"name": {"vi": "An toàn"}}, {"name": {"vi": "An toàn"}}),
        ({"name": {"vi": "a"}}, {"description": {"vi": "b"}}, {"name": {"vi": "a"}, "description": {"vi": "b"}}),
        ({"name": {"vi": "a"}}, {}, {"name": {"vi": "a"}}),
        ({"extensions": {"x:a": 1, "x:b": 1}}, {"extensions": {"x:b": 2}}, {"extensions": {"x:a": 1, "x:b": 2}}),
        ({"moreInfo": "x:a"}, {"moreInfo": "x:b"}, {"moreInfo": "x:b"}),
        ({"type": "x:course"}, {"type": "x:lesson"}, {"type": "x:course"}),
        ({}, {"type": "x:lesson"}, {"type": "x:lesson"}),
        ({"type": "x:q"}, CHOICE, {"type": "x:q", **CHOICE}),
        (CHOICE, {**CHOICE, "correctResponsesPattern": ["b"]}, CHOICE),
        ({"interactionType": "other"}, CHOICE, {"interactionType": "other"}),
    ],
)
def test_definitions_are_gathered_and_their_meaning_stays(
    known: dict[str, Any], said: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Data 2.4.4.1: small corrections MAY be made, significant changes SHOULD NOT."""
    before = repr((known, said))
    assert merged(known, said) == expected
    assert repr((known, said)) == before


def test_an_activity_is_found_wherever_a_statement_defines_it() -> None:
    def activity(name: str) -> dict[str, Any]:
        return {"id": f"x:{name}", "definition": {"name": {"vi": name}}}

    sub = {
        "objectType": "SubStatement", "actor": agent(), "verb": {"id": "x:verb"}, "object": activity("inner"),
        "context": {"contextActivities": {"other": [activity("inner other")]}},
    }  # fmt: skip
    sent = statement(context={"contextActivities": {"parent": [activity("parent"), {"id": "x:bare"}]}})
    sent["object"] = sub
    assert list(activities_in(sent)) == [
        ("x:inner", {"name": {"vi": "inner"}}),
        ("x:inner other", {"name": {"vi": "inner other"}}),
        ("x:parent", {"name": {"vi": "parent"}}),
    ]
    sent["object"] = activity("own")
    assert next(activities_in(sent)) == ("x:own", {"name": {"vi": "own"}})
    sent["object"] = {"objectType": "Agent", **agent()}
    assert [iri for iri, _ in activities_in(sent)] == ["x:parent"]
