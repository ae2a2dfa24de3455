"""Whom a Statement names."""

from __future__ import annotations

from typing import Any

from lrs.actors import names_in
from tests.lrs.statements.builders import agent, statement


def named(name: str) -> dict[str, Any]:
    return {**agent(name), "name": name}


def group(*members: str) -> dict[str, Any]:
    return {"objectType": "Group", "name": "not a person", "member": [named(name) for name in members]}


def test_an_agent_is_found_wherever_a_statement_names_it() -> None:
    sub = {
        "objectType": "SubStatement", "actor": named("in sub"), "verb": {"id": "x:verb"},
        "object": {**named("object of sub"), "objectType": "Agent"},
    }  # fmt: skip
    sent = statement(
        group("member 1", "member 2"),
        context={
            "instructor": named("instructor"),
            "team": {**group("in team"), "account": agent("team")["account"]},
            "contextAgents": [{"objectType": "contextAgent", "agent": named("context agent")}],
            "contextGroups": [{"objectType": "contextGroup", "group": group("in context group")}],
        },
        object=sub,
    )
    found = list(names_in(sent))
    assert {name for _, name in found} == {
        "member 1", "member 2", "instructor", "in team", "context agent", "in context group", "in sub", "object of sub",
    }  # fmt: skip
    assert all(ifi == f"account https://hoc.example.org|{name}" for ifi, name in found)


def test_an_agent_without_a_name_and_a_group_give_none() -> None:
    assert list(names_in(statement(agent()))) == []
    assert list(names_in(statement({**group(), "account": agent("team")["account"]}))) == []
