"""What holds for every Statement: the valid pass, one break is found where it was made, and both readers agree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from lrs.errors import InvalidStatement
from lrs.statements.validate import check_statements, decode, encode
from schemas import pointer
from tests.lrs.statements.strategies import breaks, broken, json_values, statements, texts


@given(statements("1.0.3"))
def test_a_valid_statement_of_1_0_passes_under_both_versions(statement: dict[str, Any]) -> None:
    check_statements([statement], version="1.0.3")
    check_statements([statement], version="2.0.0")


@given(statements("2.0.0"))
def test_a_valid_statement_of_2_0_passes(statement: dict[str, Any]) -> None:
    check_statements([statement], version="2.0.0")


@given(statements())
def test_a_valid_statement_survives_being_written_and_read(statement: dict[str, Any]) -> None:
    read = decode(encode(statement).encode())
    assert read == statement
    assert encode(read) == encode(statement)
    check_statements([read], version="2.0.0")


@given(statements(), st.data())
def test_one_break_is_refused_with_its_place_named(statement: dict[str, Any], data: st.DataObject) -> None:
    action, keys, value, place = data.draw(st.sampled_from(breaks(statement)))
    spoilt = broken(statement, action, keys, value)
    with pytest.raises(InvalidStatement) as refusal:
        check_statements([statement, spoilt], version="2.0.0")
    own = [
        fault for fault in refusal.value.faults if not fault.message.endswith("each Statement of a batch has its own")
    ]
    assert f"/1{pointer(*place)}" in [fault.place for fault in own]
    assert all(fault.place.startswith("/1") and fault.message and fault.clause for fault in own)


@pytest.mark.slow
@given(statements("1.0.3"), statements("2.0.0"), st.data())
def test_both_readers_of_the_schemas_agree(old: dict[str, Any], new: dict[str, Any], data: st.DataObject) -> None:
    statement = data.draw(st.sampled_from([old, new]))
    action, keys, value, _ = data.draw(st.sampled_from(breaks(statement)))
    other = broken(statement, "set", keys, data.draw(json_values)) if action == "set" else statement
    for document in (statement, broken(statement, action, keys, value), other):
        for name in ("xapi/statement", "xapi/statement-1.0"):
            assert schemas.validator(name).is_valid(document) == (not schemas.faults(name, document))


@given(
    st.sampled_from(sorted(schemas.schema("xapi/types")["$defs"])), json_values | texts.map(lambda text: f"http:{text}")
)
def test_both_readers_agree_on_the_special_types(kind: str, value: Any) -> None:
    name = f"xapi/types#/$defs/{kind}"
    assert schemas.validator(name).is_valid(value) == (not schemas.faults(name, value))


@pytest.mark.slow
@given(statements())
def test_extensions_may_hold_null_at_any_depth(statement: dict[str, Any]) -> None:
    extension = {"https://example.org/x": None, "https://example.org/y": {"a": [None, {"b": None}]}}
    statement["result"] = {"extensions": extension}
    check_statements([statement], version="2.0.0")
