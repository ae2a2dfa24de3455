"""The schemas themselves, and the two ways of reading them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

import schemas
from schemas import Fault, faults, names, pointer, show, validator

# --- The files


@pytest.mark.parametrize("name", names())
def test_every_schema_is_a_schema_of_draft_2020_12_that_compiles_without_a_network(name: str) -> None:
    document = schemas.schema(name)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(document)
    jsonschema_rs.meta.validate(document)
    validator(name)
    faults(name, {})


def _subschemas(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    yield key, value
    for inner_key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _subschemas(inner, str(inner_key))


@pytest.mark.parametrize("name", names())
def test_patterns_mean_the_same_in_rust_and_python(name: str) -> None:
    for key, pattern in _subschemas(schemas.schema(name)):
        if key == "pattern" and isinstance(pattern, str):
            outside_brackets = re.sub(r"\[(?:[^\]\\]|\\.)*\]", "", pattern)
            brackets = "".join(re.findall(r"\[(?:[^\]\\]|\\.)*\]", pattern))
            assert "." not in outside_brackets, pattern
            assert "$" not in brackets, pattern
            assert not re.search(r"\\[dDwWsSbBAzZpP]", pattern), pattern
            assert not re.search(r"\(\?[^:]", pattern), pattern


@pytest.mark.parametrize("name", [name for name in names() if name.startswith("xapi/")])
def test_every_kind_of_thing_in_xapi_cites_its_clause(name: str) -> None:
    document = schemas.schema(name)
    parts = [document, *document.get("$defs", {}).values()]
    clauses = [part["$comment"] for part in parts if "$comment" in part]
    assert clauses
    assert all(
        re.match(r"xAPI (1\.0\.3 (Data|Communication)|2\.0\.0) [1-9][0-9.]*[0-9](, |$)", each) for each in clauses
    )


def test_an_unknown_schema_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"no schema is called 'xapi/event'; there are .*xapi/statement"):
        faults("xapi/event", {})
    with pytest.raises(KeyError, match="no schema is called 'xapi/event'"):
        validator("xapi/event")


def test_a_part_of_a_schema_has_a_name_too() -> None:
    assert validator("xapi/types#/$defs/uuid").is_valid("8f87ccde-bb56-4c2e-ab83-44982ef22df0")
    assert [fault.clause for fault in faults("xapi/types#/$defs/uuid", "8f87")] == ["xAPI 1.0.3 Data 4.4"]


# --- The words of a fault, on a schema made for it

EXAMPLE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$comment": "Order 7",
    "type": "object",
    "required": ["id", "year"],
    "additionalProperties": False,
    "properties": {
        "id": {"$ref": "parts/types.json#/$defs/id"},
        "year": {"type": "integer", "minimum": 2000, "maximum": 2100},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.25},
        "steps": {
            "$comment": "Order 7, article 3",
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "uniqueItems": True,
            "items": {"type": ["integer", "null"]},
        },
        "kind": {"enum": ["a", "b"]},
        "fixed": {"const": 5},
        "title": {"type": "string", "minLength": 1, "maxLength": 5},
        "nothing": False,
        "map": {
            "minProperties": 1,
            "maxProperties": 2,
            "propertyNames": {"pattern": "^[a-z]+$"},
            "additionalProperties": {"type": "boolean"},
        },
        "pair": {"dependentRequired": {"from": ["to", "by"]}},
        "either": {
            "anyOf": [
                {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}}},
                {"type": "string"},
            ]
        },
        "one": {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "x-message": {"oneOf": "must have either a or b"}},
        "barred": {"not": {"type": "string"}},
        "single": {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "must": {"required": ["a"], "x-message": {"required": "must say a, the first of all"}},
    },
}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a schema made for these tests."""
    parts = {"$defs": {"id": {"type": "string", "pattern": "^[a-z]+$", "x-message": "must be small letters"}}}
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "types.json").write_text(json.dumps(parts), "utf-8")
    (tmp_path / "example.json").write_text(json.dumps(EXAMPLE), "utf-8")
    caches = (names, schemas.schema, validator, schemas._registry)
    monkeypatch.setattr(schemas, "FOLDER", tmp_path)
    for cache in caches:
        cache.cache_clear()
    yield "example"
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"id": "A"}, "/id", "'A' must be small letters"),
        ({"id": "a\n"}, "/id", "'a\\n' must be small letters"),
        ({"id": 5}, "/id", "5 must be small letters"),
        ({"year": "2026"}, "/year", "'2026' must be a whole number"),
        ({"year": 1999}, "/year", "1999 must be at least 2000"),
        ({"year": 2101}, "/year", "2101 must be at most 2100"),
        ({"year": Decimal("2026.5")}, "/year", "2026.5 must be a whole number"),
        ({"year": True}, "/year", "true must be a whole number"),
        ({"share": 0}, "/share", "0 must be more than 0"),
        ({"share": 1}, "/share", "1 must be less than 1"),
        ({"share": 0.3}, "/share", "0.3 must be a multiple of 0.25"),
        ({"steps": []}, "/steps", "the list must not be empty"),
        ({"steps": [1, 2, 3, 4]}, "/steps", "the list must have at most 3 entries"),
        ({"steps": [1, 1]}, "/steps", "the list must not hold the same entry twice"),
        ({"steps": [1, "x"]}, "/steps/1", "'x' must be a whole number or null"),
        ({"kind": "c"}, "/kind", "'c' must be 'a' or 'b'"),
        ({"fixed": None}, "/fixed", "null must be 5"),
        ({"title": ""}, "/title", "'' must not be empty"),
        ({"title": "quá dài"}, "/title", "'quá dài' must have at most 5 characters"),
        ({"nothing": 1}, "/nothing", "1 is not allowed here"),
        ({"map": {}}, "/map", "the object must not be empty"),
        ({"map": {"a": True, "b": True, "c": True}}, "/map", "the object must have at most 2 properties"),
        ({"map": {"a/b": True}}, "/map/a~1b", "the key 'a/b' must match ^[a-z]+$"),
        ({"map": {"a": 1}}, "/map/a", "1 must be true or false"),
        ({"one": {}}, "/one", "the object must have either a or b"),
        ({"one": {"a": 1, "b": 2}}, "/one", "the object must have either a or b"),
        ({"single": {"a": 1, "b": 1}}, "/single", "fits several of the forms allowed here; it must fit exactly one"),
        ({"single": {}}, "/single", "needs the property 'a'"),
        ({"barred": "x"}, "/barred", "'x' is not allowed here"),
        ({"must": {}}, "/must", "the object must say a, the first of all"),
        ({"Year": 1}, "/Year", "'Year' is not a property that may stand here; did you mean 'year'?"),
        ({"tile": 1}, "/tile", "'tile' is not a property that may stand here; did you mean 'title'?"),
        ({"either": 5}, "/either", "5 must be an object or a text"),
        ({"either": {"a": 1, "b": 1}}, "/either/a", "1 must be a text"),
    ],
)
def test_one_fault_is_told_once_at_its_place(example: str, change: dict[str, Any], place: str, message: str) -> None:
    document = {"id": "a", "year": 2026} | change
    clause = "Order 7, article 3" if place.startswith("/steps") else "Order 7"
    assert faults(example, document) == [Fault(place, message, clause)]
    assert not validator(example).is_valid(document)


def test_what_is_missing_is_named_one_by_one(example: str) -> None:
    assert faults(example, {"pair": {"from": 1}}) == [
        Fault("", "needs the property 'id'", "Order 7"),
        Fault("", "needs the property 'year'", "Order 7"),
        Fault("/pair", "needs the property 'to', because it has 'from'", "Order 7"),
        Fault("/pair", "needs the property 'by', because it has 'from'", "Order 7"),
    ]


def test_a_valid_document_has_no_faults(example: str) -> None:
    document = {
        "id": "a",
        "year": Decimal("2026.0"),
        "steps": [1, None],
        "share": Decimal("0.25"),
        "either": "x",
        "one": {"b": 1},
    }
    assert faults(example, document) == []
    assert validator(example).is_valid(document)


# --- Small things


def test_a_fault_reads_as_place_message_and_clause() -> None:
    assert (
        str(Fault("/actor/mbox", "is wrong", "xAPI 1.0.3 Data 2.4.2.3"))
        == "/actor/mbox: is wrong (xAPI 1.0.3 Data 2.4.2.3)"
    )
    assert str(Fault("", "is wrong")) == "is wrong"


def test_a_pointer_escapes_what_rfc_6901_escapes() -> None:
    assert pointer() == ""
    assert pointer("a/b", 0, "~", "", "đ") == "/a~1b/0/~0//đ"


def test_values_are_quoted_in_the_words_of_json() -> None:
    values: list[object] = [None, True, False, 5, Decimal("1.10"), "đ\n", {}, []]
    assert [show(value) for value in values] == [
        "null", "true", "false", "5", "1.10", "'đ\\n'", "the object", "the list",
    ]  # fmt: skip
    assert len(show("x" * 1000)) < 70
    assert len(show(10**1000)) < 70
