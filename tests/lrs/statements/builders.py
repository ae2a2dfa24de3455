"""Statements for tests: a valid one in a line, what matters in the test given by name."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

VERBS = "http://adlnet.gov/expapi/verbs/"


def agent(name: str = "0001") -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": "https://hoc.example.org", "name": name}}


def statement(
    actor: str | dict[str, Any] = "0001",
    verb: str = "completed",
    activity: str = "https://hoc.example.org/khoa/1",
    **parts: Any,
) -> dict[str, Any]:
    """A valid Statement; further parts by their xAPI names (id=…, timestamp=…, context=…)."""
    return {
        "actor": agent(actor) if isinstance(actor, str) else actor,
        "verb": {"id": verb if ":" in verb else VERBS + verb, "display": {"vi": "đã học"}},
        "object": {"objectType": "Activity", "id": activity, "definition": {"name": {"vi": "An toàn lao động"}}},
        **parts,
    }


def voiding(target: object, actor: str = "admin", **parts: Any) -> dict[str, Any]:
    """A Statement that voids the one with this id."""
    return {
        "id": str(uuid4()),
        "actor": agent(actor),
        "verb": {"id": VERBS + "voided"},
        "object": {"objectType": "StatementRef", "id": str(target)},
        **parts,
    }
