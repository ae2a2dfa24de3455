"""The form of a session: its topics stand in parts, so that one is found among two dozen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask

from certification.web.officers.roll_calls import _in_groups

TITLES = {"G1": "Pháp luật", "G3": "Kỹ năng sống"}
GROUPS = {"law": "G1", "health": "G3", "reading": "G3"}
TOPICS = [("reading", "Đọc"), ("health", "Sức khoẻ"), ("law", "Luật"), ("traffic", "Giao thông")]


def test_topics_of_the_last_sessions_come_first_and_then_the_groups(app: Flask) -> None:
    before: list[Any] = [SimpleNamespace(topics=("traffic", "gone")), SimpleNamespace(topics=("reading", "traffic"))]
    with app.test_request_context():
        assert [words if value is None else value for value, words in _in_groups(TOPICS, before, GROUPS, TITLES)] == [
            "Gần đây", "traffic", "reading", "Pháp luật", "law", "Kỹ năng sống", "health",
        ]  # fmt: skip
        assert _in_groups(TOPICS[-1:], [], GROUPS, TITLES) == [(None, "Chủ đề khác"), ("traffic", "Giao thông")]
