"""Parameters of a query are held to the rules of the same types in Statements, and come back parsed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from lrs.errors import InvalidRequest
from lrs.statements.validate import check_actor, check_iri, check_timestamp, check_uuid
from tests.lrs.statements.strategies import agents, identified_groups, iris, timestamps, uuids


def refusal(check: Callable[[Any, str], Any], value: Any, name: str) -> list[str]:
    with pytest.raises(InvalidRequest) as error:
        check(value, name)
    return [str(fault) for fault in error.value.faults]


@given(uuids)
def test_a_uuid_comes_back_as_one(text: str) -> None:
    assert check_uuid(text, "statementId") == UUID(text)


@given(iris)
def test_an_iri_comes_back_letter_by_letter(text: str) -> None:
    assert check_iri(text, "verb") == text


@given(timestamps)
def test_every_timestamp_is_a_moment_in_utc(text: str) -> None:
    assert check_timestamp(text, "since").tzinfo is UTC


@given(agents | identified_groups)
def test_an_identified_actor_comes_back_as_it_is(actor: dict[str, Any]) -> None:
    assert check_actor(actor, "agent") is actor


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T09:30:00.123+07:00", datetime(2026, 11, 20, 2, 30, 0, 123_000, UTC)),
        ("2026-11-20T09:30:00.123456789Z", datetime(2026, 11, 20, 9, 30, 0, 123_456, UTC)),
        ("2026-11-20t09:30:00,5z", datetime(2026, 11, 20, 9, 30, 0, 500_000, UTC)),
        ("20261120T0930-0330", datetime(2026, 11, 20, 13, 0, tzinfo=UTC)),
        ("2026-11-20T09:30", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("20170101T065960.25+07", datetime(2017, 1, 1, 0, 0, 0, 250_000, UTC)),
    ],
)
def test_timestamps_are_read_to_the_microsecond(text: str, moment: datetime) -> None:
    assert check_timestamp(text, "until") == moment


@pytest.mark.parametrize(
    ("check", "value", "name", "words"),
    [
        (check_uuid, "wrong", "statementId",
         "statementId: 'wrong' must be a UUID in its standard form, such as 8f87ccde-bb56-4c2e-ab83-44982ef22df0 "
         "(xAPI 1.0.3 Data 4.4)"),
        (check_iri, "not.a.valid.iri.com/verb", "verb",
         "verb: 'not.a.valid.iri.com/verb' must be an IRI with its scheme, such as https://example.org/verbs/read "
         "(a space is written %20) (xAPI 1.0.3 Data 4.3)"),
        (check_timestamp, "2026-11-20", "since",
         "since: '2026-11-20' must be a date and time such as 2026-11-20T09:30:00.000+07:00 (an offset of zero is Z or "
         "+00:00, never -00:00) (xAPI 1.0.3 Data 4.5)"),
        (check_timestamp, "2025-02-29T00:00:00Z", "since",
         "since: '2025-02-29T00:00:00Z' is not a real date and time: day is out of range for month "
         "(xAPI 1.0.3 Data 4.5)"),
        (check_timestamp, "2026-06-15T12:00:60Z", "until",
         "until: '2026-06-15T12:00:60Z' is not a real date and time: second must be in 0..59; a leap second ends a "
         "month in UTC (xAPI 1.0.3 Data 4.5)"),
        (check_actor, "wrong", "agent", "agent: 'wrong' must be an object (xAPI 1.0.3 Data 2.4.2)"),
        (check_actor, {"mbox": "a@b.vn"}, "agent",
         "agent/mbox: 'a@b.vn' must be a mailto IRI such as mailto:name@example.org (xAPI 1.0.3 Data 2.4.2.3)"),
        (check_actor, {"objectType": "Group", "member": []}, "agent",
         "agent: the object must be identified by mbox, mbox_sha1sum, openid or account "
         "(xAPI 1.0.3 Communication 2.1.3)"),
        (check_iri, "https://a.vn/\ud800", "activity",
         "activity: the text is not Unicode: it holds half of a surrogate pair (xAPI 1.0.3 Data 2.2)"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_under_its_name(
    check: Callable[[Any, str], Any], value: Any, name: str, words: str
) -> None:
    assert refusal(check, value, name) == [words]


@pytest.mark.parametrize("check", [check_uuid, check_iri, check_timestamp, check_actor])
@pytest.mark.parametrize("value", [None, 5, [], "", "\n"])
def test_nothing_of_another_type_passes(check: Callable[[Any, str], Any], value: Any) -> None:
    assert refusal(check, value, "p")[0].startswith("p: ")
