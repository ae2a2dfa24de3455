"""The forms of an answer (xAPI 1.0.3 Communication 2.1.3, `format`)."""

from __future__ import annotations

from typing import Any

import pytest

from lrs.statements.formats import activity_ids, canonical, ids, read_languages
from tests.lrs.statements.builders import agent, statement

COURSE = "https://hoc.example.org/khoa/"


def named(**parts: Any) -> dict[str, Any]:
    return {**agent("1"), "name": "Trần Văn Bình", **parts}


def everything(**parts: Any) -> dict[str, Any]:
    """A Statement with every kind of thing that a format changes."""
    anonymous = {"objectType": "Group", "name": "Ca 3", "member": [named()]}
    context = {
        "instructor": named(),
        "team": {**anonymous, "account": agent("t")["account"]},
        "contextAgents": [{"objectType": "contextAgent", "agent": named(), "relevantTypes": ["https://e.org/r"]}],
        "contextGroups": [{"objectType": "contextGroup", "group": anonymous}],
        "contextActivities": {"parent": [{"id": COURSE + "p", "definition": {"name": {"vi": "Cha", "en": "Parent"}}}]},
        "extensions": {"https://e.org/x": {"name": {"vi": "giữ", "en": "kept"}}},
    }
    inner = {**statement(anonymous), "objectType": "SubStatement", "context": context}
    return {**statement(named()), "object": inner, "context": context, "authority": named(), **parts}


def test_ids_keeps_only_what_identifies() -> None:
    bare = {"objectType": "Group", "member": [agent("1")]}
    context = {
        "instructor": agent("1"),
        "team": {"objectType": "Group", "account": agent("t")["account"]},
        "contextAgents": [{"objectType": "contextAgent", "agent": agent("1"), "relevantTypes": ["https://e.org/r"]}],
        "contextGroups": [{"objectType": "contextGroup", "group": bare}],
        "contextActivities": {"parent": [{"id": COURSE + "p"}]},
        "extensions": everything()["context"]["extensions"],
    }
    inner = {
        "objectType": "SubStatement",
        "actor": bare,
        "verb": {"id": statement()["verb"]["id"]},
        "object": {"id": statement()["object"]["id"]},
        "context": context,
    }
    assert ids(everything(result={"success": True})) == {
        "actor": agent("1"),
        "verb": {"id": statement()["verb"]["id"]},
        "object": inner,
        "context": context,
        "authority": agent("1"),
        "result": {"success": True},
    }


def test_canonical_cuts_each_map_to_one_language_and_nothing_else() -> None:
    found = canonical(everything(), {}, ("en",))
    parent = found["object"]["context"]["contextActivities"]["parent"][0]
    assert parent["definition"]["name"] == {"en": "Parent"}
    assert found["context"]["extensions"] == everything()["context"]["extensions"]
    for place in ("actor", "authority"):
        assert found[place] == named()
    assert found["verb"]["display"] == {"vi": "đã học"}


def test_canonical_takes_the_definition_that_the_store_knows() -> None:
    known = {
        "name": {"vi": "Tên", "en": "Name"},
        "interactionType": "choice",
        "choices": [{"id": "a", "description": {"vi": "Đúng", "en": "Right"}}],
        "extensions": {"https://e.org/x": {"vi": "giữ", "en": "kept"}},
    }
    sent = {**statement(activity=COURSE + "a"), "object": {"id": COURSE + "a"}}
    found = canonical(sent, {COURSE + "a": known}, ("vi",))["object"]["definition"]
    assert found["name"] == {"vi": "Tên"}
    assert found["choices"] == [{"id": "a", "description": {"vi": "Đúng"}}]
    assert found["extensions"] == known["extensions"]
    assert canonical(sent, {}, ("vi",))["object"] == {"id": COURSE + "a"}


def test_canonical_covers_attachments_and_leaves_empty_maps() -> None:
    attachment = {"display": {"vi": "Ảnh", "en": "Picture"}, "description": {}, "sha2": "0"}
    found = canonical(statement(attachments=[attachment]), {}, ("en",))
    assert found["attachments"] == [{"display": {"en": "Picture"}, "description": {}, "sha2": "0"}]


def test_every_activity_is_named_for_its_definition() -> None:
    assert set(activity_ids(everything())) == {COURSE + "p", statement()["object"]["id"]}


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (None, "en-US"), ("", "en-US"), ("*", "en-US"), ("nonsense;q=x", "en-US"), ("ja", "en-US"),
        ("vi", "vi"), ("VI", "vi"), ("vi-VN", "vi"), ("fr", "fr-CA"), ("fr-FR", "fr-CA"), ("fr-CA, vi", "fr-CA"),
        ("vi;q=0.5, fr;q=0.8", "fr-CA"), ("vi; q=0.9 , fr;q=0.8", "vi"), ("ja, vi;q=0.1", "vi"),
        ("en-US;q=0, vi;q=0.1", "vi"), ("ja;q=1, *;q=0.1", "en-US"), ("zh-Hant-TW", "zh-Hant"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_that_suits_the_reader_best(header: str | None, best: str) -> None:
    """RFC 7231 5.3.5 and RFC 4647, for each map apart (xAPI 1.0.3 Communication 2.1.3)."""
    display = {tag: tag for tag in ("en-US", "vi", "fr-CA", "zh-Hant")}
    sent = {**statement(), "verb": {"id": "https://e.org/v", "display": display}}
    assert canonical(sent, {}, read_languages(header))["verb"]["display"] == {best: best}
