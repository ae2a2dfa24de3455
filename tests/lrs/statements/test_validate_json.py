"""Reading JSON: nothing is lost, nothing is guessed, and a repeated key is always found."""

from __future__ import annotations

import json
import tracemalloc
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lrs.errors import InvalidRequest
from lrs.statements.validate import MAX_DEPTH, MOST_FAULTS, decode, encode
from tests.lrs.statements.strategies import json_values


def refusal(body: bytes, place: str = "") -> list[str]:
    with pytest.raises(InvalidRequest) as error:
        decode(body, place)
    return [str(fault) for fault in error.value.faults]


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-7",
        "1.10",
        "0.30000000000000004",
        "1E+5",
        "-0.0",
        "123456789012345678901234567890",
        "1E-400",
        "1E+999999999",
    ],
)
def test_numbers_come_back_as_they_came(text: str) -> None:
    assert encode(decode(text.encode())) == text


def test_whole_numbers_are_int_and_all_others_decimal() -> None:
    assert decode(b'{"a":10000000000000000000000000000001,"b":1.10}') == {
        "a": 10000000000000000000000000000001,
        "b": Decimal("1.10"),
    }
    assert str(decode(b"1.10")) == "1.10"


@given(json_values)
def test_what_is_written_is_read_as_the_same(document: Any) -> None:
    assert decode(encode(document).encode()) == document


FORMATTING = "(xAPI 1.0.3 Data 2.2)"
BROKEN_OFF = f"JSON is malformed: it breaks off, or a text holds half of a surrogate pair {FORMATTING}"
BYTE_ORDER_MARK = f"the text begins with a byte order mark; send UTF-8 without one {FORMATTING}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", f"there is nothing here; JSON is needed {FORMATTING}"),
        (b" \r\n", f"there is nothing here; JSON is needed {FORMATTING}"),
        (b'{"a":1', BROKEN_OFF),
        (b'"\\ud800"', BROKEN_OFF),
        (b'["\\ude00\\ud83d"]', f"JSON is malformed: invalid utf-16 surrogate pair (byte 8) {FORMATTING}"),
        (b'{"a":1,}', f"JSON is malformed: trailing comma in object (byte 7) {FORMATTING}"),
        (b'{"a":1}}', f"JSON is malformed: trailing characters (byte 8) {FORMATTING}"),
        (b'{"a":NaN}', f"JSON is malformed: invalid character (byte 5) {FORMATTING}"),
        (b"[Infinity]", f"JSON is malformed: invalid character (byte 1) {FORMATTING}"),
        (b"[-Infinity]", f"JSON is malformed: invalid character (byte 2) {FORMATTING}"),
        (b"[01]", f"JSON is malformed: invalid number (byte 2) {FORMATTING}"),
        (b"{'a':1}", f"JSON is malformed: object keys must be strings (byte 1) {FORMATTING}"),
        (b'"a\nb"', f"JSON is malformed: invalid character (byte 2) {FORMATTING}"),
        ("\ufeff{}".encode(), BYTE_ORDER_MARK),
        ("{}".encode("utf-16"), BYTE_ORDER_MARK),
        (
            '"đã học"'.encode("cp1258", "replace"),
            "the text is not UTF-8: byte 1 is 0xf0, invalid continuation byte (xAPI 1.0.3 Communication 1.4)",
        ),
        (
            b'"\xed\xa0\x80"',
            "the text is not UTF-8: byte 1 is 0xed, invalid continuation byte (xAPI 1.0.3 Communication 1.4)",
        ),
        (b"[" + b"1" * 5000 + b"]", f"a whole number has too many digits {FORMATTING}"),
        (b"[1e99999999999999999999]", f"a number has an exponent beyond what can be kept {FORMATTING}"),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(body: bytes, words: str) -> None:
    assert refusal(body) == [words]


@pytest.mark.parametrize(("before", "after"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":"x"},', b"]")])
def test_nesting_has_a_limit_however_it_is_made(before: bytes, after: bytes) -> None:
    for depth in (MAX_DEPTH + 1, 500, 100_000):
        assert refusal(before * depth + b"1" + after * depth) == [
            f"objects and lists are nested more than {MAX_DEPTH} deep {FORMATTING}"
        ]
    decode(before * (MAX_DEPTH - 1) + b"[1]" + after * (MAX_DEPTH - 1))


def test_many_things_side_by_side_are_not_deep() -> None:
    assert len(decode(b"[" + b",".join([b'{"a":[{}]}'] * 10_000) + b"]")) == 10_000


def test_a_fault_in_a_parameter_names_the_parameter() -> None:
    assert refusal(b'{"name":"a","name":"b"}', "agent") == [
        f"agent/name: this key stands more than once in its object; send it once {FORMATTING}"
    ]
    assert refusal(b"{", "agent")[0].startswith("agent: JSON is malformed")


# --- Repeated keys


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (b'{"a":1,"a":1}', ["/a"]),
        (b'{"a" :1,"b":1, "a"\n:2}', ["/a"]),
        (b'{"a":1,"\\u0061":2}', ["/a"]),
        (b'{":":1,"\\u003a":2}', ["/:"]),
        (b'{"a\\\\":1,"a\\\\":2}', ["/a\\"]),
        (b'{"a\\":":1,"a\\":":2}', ['/a":']),
        (b'{"":1,"":2}', ["/"]),
        (b'{"a/b~":{},"a/b~":{}}', ["/a~1b~0"]),
        ('{"đ":1,"\\u0111":2}'.encode(), ["/đ"]),
        (b'[{"a":1},{"b":[{"c":1,"c":2,"c":3}]}]', ["/1/b/0/c"]),
        (b'{"a":{"x":1,"x":2},"a":1}', ["/a", "/a/x"]),
        (b'{"a":"\\u003a\\u003a","b":1,"b":2}', ["/b"]),
    ],
)
def test_a_repeated_key_is_refused_at_its_place(body: bytes, places: list[str]) -> None:
    words = f"this key stands more than once in its object; send it once {FORMATTING}"
    assert set(refusal(body)) == {f"{place}: {words}" for place in places}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"A":2}',
        b'{"a":{"a":{"a":1}}}',
        b'[{"a":1},{"a":1}]',
        b'{"a":"\\"a\\":1,\\"a\\":2"}',
        b'{"a" : 1, "b" :2}',
        b'{"a":"http://x:80/\\u003a","b\\u003a":":"}',
        b'{"a\\\\":1,"a":2}',
    ],
)
def test_equal_keys_of_different_objects_are_no_repetition(body: bytes) -> None:
    assert encode(decode(body)) == encode(json.loads(body))


_blanks = st.sampled_from(["", "", "", " ", "\n", "\t \r"])


@st.composite
def _written_texts(draw: st.DrawFn) -> str:
    """A JSON string of few letters, those that matter to the search above all, each escaped or not by chance."""
    letters = draw(st.lists(st.sampled_from(["a", ":", '"', "\\", "u003a", "ộ", "{", " "]), max_size=3))
    written = [
        "".join(f"\\u{ord(char):04{draw(st.sampled_from('xX'))}}" for char in letter)
        if draw(st.booleans())
        else json.dumps(letter, ensure_ascii=False)[1:-1]
        for letter in letters
    ]
    return '"' + "".join(written) + '"'


def _written_objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.builds("{}{}{}:{}{}{}".format, _blanks, _written_texts(), _blanks, _blanks, inner, _blanks)
    return st.lists(pairs, max_size=3).map(lambda each: "{" + ",".join(each) + "}")


_written = st.recursive(
    _written_texts() | st.sampled_from(["1", "null", "-1.5E+3", "[]", "{ }"]),
    lambda inner: (
        _written_objects(inner) | st.lists(inner, max_size=3).map(lambda each: "[" + ",".join(each) + "]") | inner
    ),
    max_leaves=10,
)


def _repeats_a_key(text: str) -> bool:
    """The slow and sure way: every object is looked at as it was written."""
    found = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found = found or len({key for key, _ in pairs}) < len(pairs)
        return dict(pairs)

    json.loads(text, object_pairs_hook=look)
    return found


@given(_written)
@example('{"a\\\\":1,"a\\\\":2}')
@example('{"\\u003a":1,":":1}')
@example('{"a":1,"a":"\\u003a\\u003A"}')
@example('{"a":{":":1},"a":1,"\\u003A\\u003a\\u003a":1}')
def test_the_quick_search_for_repeated_keys_agrees_with_the_sure_one(text: str) -> None:
    try:
        document = decode(text.encode())
    except InvalidRequest as error:
        assert _repeats_a_key(text), str(error)
    else:
        assert not _repeats_a_key(text)
        assert document == json.loads(text, parse_float=Decimal)


def test_a_refusal_is_not_many_times_as_long_as_what_was_sent() -> None:
    long, repeated = "k" * 100_000, ",".join(f'"a{n}":1,"a{n}":1' for n in range(2_000))
    deep = '{"' + '":{"'.join(["k" * 400] * 90) + '":{' + repeated + "}" + "}" * 90
    for body in (f'{{"{long}":{{{repeated}}}}}', deep):
        told = refusal(body.encode())
        assert len(told) == MOST_FAULTS + 1
        assert "mend these first" in told[-1]
    assert all(one.startswith(f"/{'k' * 500}…/a") for one in refusal(f'{{"{long}":{{"a":1,"a":1}}}}'.encode()))


def test_looking_for_a_repeated_key_takes_no_more_memory_than_reading() -> None:
    below = ",".join(f'"{n}":[]' for n in range(10_000))
    body = '{"' + '":{"'.join(["k" * 500] * 90) + '":{' + below + "}" + "}" * 90
    tracemalloc.start()
    decode(f'[{body},"\\u003a"]'.encode())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000
