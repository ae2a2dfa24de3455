"""A Statement without one person: valid, the same but for that person, and as it is when done twice."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from lrs.attachments import SIGNATURE, check
from lrs.statements import formats
from lrs.statements.blanking import Person, blank, identifiers_of
from lrs.statements.keys import ERASED, ifi_text, key_of
from lrs.statements.rows import keys_in, prepare, read_exact
from lrs.statements.validate import check_statements, encode
from tests.lrs.statements import strategies
from tests.lrs.statements.builders import agent

OPAQUE = {"homePage": ERASED, "name": "0123"}


def actors_in(statement: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def note(actor: Any) -> dict[str, Any]:
        found.append(actor)
        found.extend(actor.get("member", ()))
        return dict(actor)

    formats.changed(statement, actor=note, verb=dict, activity=dict)
    return found


@given(strategies.statements(), st.data())
def test_any_statement_is_valid_without_any_of_its_agents(sent: Any, data: st.DataObject) -> None:
    stored = read_exact(prepare(sent, agent("key"), "2.0.0").exact("2026-11-20T05:00:00.000000Z"))
    named = [one for one in actors_in(stored) if ifi_text(one) is not None]
    assume(named)
    whom = data.draw(st.sampled_from(named))
    person = Person(identifiers_of(whom), OPAQUE["name"])
    blanked = blank(stored, person)
    assert blanked is not None
    after = blanked.document
    check_statements([after], version="2.0.0")
    assert blank(after, person) is None
    were_the_person = [person.is_one(one) for one in actors_in(stored)]
    assert [one.get("account") == OPAQUE for one in actors_in(after)] == were_the_person
    assert not any("name" in one for one in actors_in(after) if one.get("account") == OPAQUE)
    keys = {getattr(keys_in(after), name) for name in ("actor", "object", "authority")} | keys_in(after).links
    assert keys.isdisjoint({key for ifi in person.ifis for key in (key_of(ifi), key_of(f"related {ifi}"))})
    if blanked.dropped or blanked.left:
        left_out = [each for each in stored.get("attachments", ()) if each["usageType"] == SIGNATURE]
        assert len(after.get("attachments", ())) == len(stored.get("attachments", ())) - len(left_out)
    if person.owns(stored):
        check([after], [], 1)
    kept = [key for key in after if key not in ("actor", "object", "context", "authority", "attachments")]
    assert [encode(after[key]) for key in kept] == [encode(stored[key]) for key in kept]
    assert [key for key in stored if key not in after] in ([], ["attachments"])


@given(strategies.statements())
def test_a_statement_of_others_is_left_alone(sent: Any) -> None:
    stored = read_exact(prepare(sent, agent("key"), "2.0.0").exact("2026-11-20T05:00:00.000000Z"))
    before = json.dumps(stored, default=str)
    assert blank(stored, Person(frozenset({"mbox mailto:nobody@else.org"}), "x")) is None
    assert json.dumps(stored, default=str) == before
