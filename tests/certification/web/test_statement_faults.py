"""Whatever the store refuses of Statements and of questions for them is said in Vietnamese on Vietnamese pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

import schemas
from certification.web.frame.statement_faults import in_vietnamese
from lrs.errors import InvalidRequest, InvalidStatement
from lrs.statements.parameters import read_parameters
from lrs.statements.validate import check_statements, decode
from tests.faults.requests.bad_statements import EDGES, TEXTS
from tests.lrs.statements.test_validate import MISSING, STATEMENT, TYPES, WORDS, changed

ENGLISH = re.compile(r"\b(must|needs|because|allowed|there|the|a text|an object|a list|is not|instead)\b")


def refused(*documents: Any, version: str = "2.0.0") -> Iterator[str]:
    try:
        check_statements(documents, version=version)
    except InvalidStatement as error:
        yield from (fault.message for fault in error.faults)


def of_bodies() -> Iterator[str]:
    for body, _status in [one for one in (*TEXTS, *EDGES) if len(one[0]) < 20_000]:
        try:
            document = decode(body)
        except InvalidRequest as error:
            yield from (fault.message for fault in error.faults)
            continue
        yield from refused(*(document if isinstance(document, list) else [document]))


def of_examples() -> Iterator[str]:
    for place, value, *_rest in WORDS:
        yield from refused(changed(STATEMENT, place, value))
        yield from refused(changed(STATEMENT, place, value), version="1.0.3")
    for place, value in dict(TYPES).items():
        yield from refused(changed(STATEMENT, place, value))
        if place and not place[-1].isdigit():
            yield from refused(changed(STATEMENT, place, MISSING))
    yield from refused(STATEMENT, STATEMENT)
    yield from refused(changed(STATEMENT, "/verb/id", "http://adlnet.gov/expapi/verbs/voided"))


def of_questions() -> Iterator[str]:
    for name in (
        "statementId",
        "agent",
        "verb",
        "activity",
        "registration",
        "since",
        "limit",
        "format",
        "ascending",
        "x",
    ):
        for value in ("", "x", "{", '{"mbox":"x"}', "2026-13-01T00:00:00Z", "\ud800"):
            try:
                read_parameters(MultiDict({name: value, "until": "x", "voidedStatementId": "x"}))
            except InvalidRequest as error:
                yield from (fault.message for fault in error.faults)
    id_ = "8f87ccde-bb56-4c2e-ab83-44982ef22df0"
    asked: list[Any] = [
        {"statementId": id_, "voidedStatementId": id_},
        {"statementId": id_, "limit": "1"},
        [("limit", "1"), ("limit", "2")],
    ]
    for one in asked:
        with pytest.raises(InvalidRequest) as caught:
            read_parameters(MultiDict(one))
        yield from (fault.message for fault in caught.value.faults)


def of_schemas() -> Iterator[str]:
    """What the schemas say of their own, whether or not anything above breaks it."""

    def own(value: Any) -> Iterator[str]:
        if isinstance(value, Mapping):
            said = value.get("x-message", {})
            yield from [said] if isinstance(said, str) else said.values()
            value = value.values()
        if not isinstance(value, str | int | float | None):
            for inner in value:
                yield from own(inner)

    for name in schemas.names():
        if name.startswith("xapi/"):
            yield from (f"the object {one}" for one in own(schemas.schema(name)))


@pytest.mark.parametrize("messages", [of_bodies, of_examples, of_questions, of_schemas])
def test_no_fault_of_the_store_is_left_in_english(messages: Any) -> None:
    said = set(messages())
    assert len(said) > 10
    left = sorted(one for one in said if in_vietnamese(one) == one)
    assert not left, "write them in Vietnamese in certification/web/frame/statement_faults.py"
    told = {one: re.sub(r"'[^']*'|“[^”]*”", "", in_vietnamese(one)) for one in said}
    assert not {one: words for one, words in told.items() if ENGLISH.search(words)}


def test_values_stay_as_they_are() -> None:
    assert in_vietnamese("'mailto:x' must be a mailto IRI such as mailto:name@example.org").startswith(
        "'mailto:x' phải"
    )
    assert in_vietnamese("the object needs the property 'actor'") == "đối tượng này cần có thuộc tính 'actor'"
    assert in_vietnamese("5 must be a text or a list") == "5 phải là chuỗi hoặc danh sách"
    assert in_vietnamese("JSON is malformed: trailing characters (byte 5)") == "JSON sai: thừa ký tự ở cuối (byte 5)"
    assert in_vietnamese("something that the store never said") == "something that the store never said"
