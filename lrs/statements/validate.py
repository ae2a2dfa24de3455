"""Whether what was sent is a Statement of xAPI, and every fault of it when it is not.

Three steps, the first two on every request:

1. `decode` reads JSON so that nothing is lost or guessed: numbers come back as they came, a repeated key is refused.
2. `check_statements` asks the compiled schema (`schemas/xapi/`), then looks at what a schema cannot say: scores against
   each other, dates against the calendar, ids against each other.
3. Only when one of them says no, the schemas are read again by `schemas.faults`, which names every fault.

The other `check_…` hold parameters of a query to the same rules (xAPI 1.0.3 Data 2.2: "The LRS MUST validate parameter
values to the same standards required for values of the same types in Statements").
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

import schemas
from lrs.errors import Fault, InvalidRequest, InvalidStatement
from schemas import pointer, show

__all__ = [
    "MAX_DEPTH",
    "check_actor",
    "check_iri",
    "check_statements",
    "check_timestamp",
    "check_uuid",
    "decode",
    "encode",
    "repeated_id",
]

MAX_DEPTH = 100
"""Objects and lists may be nested so deep (xAPI's own need about ten levels; the rest is for extensions)."""

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")

_FORMATTING = "xAPI 1.0.3 Data 2.2"


# --- JSON


def decode(body: bytes, place: str = "") -> Any:
    """The JSON document in `body` (UTF-8), with whole numbers as int of any length and all others as Decimal.

    Raises InvalidRequest, whose places start with `place` (the name of a parameter, say), for malformed JSON, another
    encoding, half of a surrogate pair, NaN, numbers that cannot be kept, nesting beyond MAX_DEPTH, and for a key that
    stands twice in one object.
    """
    try:
        document = _DECODER.decode(body)
    except UnicodeDecodeError:
        raise InvalidRequest.at(place, _not_utf8(body), "xAPI 1.0.3 Communication 1.4") from None
    except msgspec.ValidationError:
        raise InvalidRequest.at(place, "a whole number has too many digits", _FORMATTING) from None
    except ArithmeticError:
        raise InvalidRequest.at(place, "a number has an exponent beyond what can be kept", _FORMATTING) from None
    except msgspec.DecodeError as error:
        raise InvalidRequest.at(place, _malformed(body, str(error)), _FORMATTING) from None
    except RecursionError:
        raise InvalidRequest.at(place, _TOO_DEEP, _FORMATTING) from None
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _is_deeper(document, MAX_DEPTH):
        raise InvalidRequest.at(place, _TOO_DEEP, _FORMATTING)
    if _may_repeat_a_key(body, document) and (repeated := list(islice(_repeated_keys(body), MOST_FAULTS + 1))):
        message = "this key stands more than once in its object; send it once"
        faults = [Fault(place + each, message, _FORMATTING) for each in repeated]
        faults[MOST_FAULTS:] = [Fault(place, _MORE_FAULTS, "")] if len(repeated) > MOST_FAULTS else []
        raise InvalidRequest(faults)
    return document


def encode(document: Any) -> str:
    """The document as compact JSON text; numbers as `decode` read them."""
    return _ENCODER.encode(document).decode()


_TOO_DEEP = f"objects and lists are nested more than {MAX_DEPTH} deep"


def _malformed(body: bytes, reason: str) -> str:
    if not body.strip():
        return "there is nothing here; JSON is needed"
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return "the text begins with a byte order mark; send UTF-8 without one"
    if reason == "Input data was truncated":
        return "JSON is malformed: it breaks off, or a text holds half of a surrogate pair"
    return reason


def _not_utf8(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"the text is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}, {error.reason}"
    return "the text is not UTF-8"


def _is_deeper(document: Any, limit: int) -> bool:
    """Whether containers are nested more than `limit` deep: level by level, so that no depth can exhaust the stack."""
    level: list[Any] = [document] if document.__class__ in _CONTAINERS else []
    while level and limit >= 0:
        limit -= 1
        level = [
            value
            for container in level
            for value in (container.values() if container.__class__ is dict else container)
            if value.__class__ in _CONTAINERS
        ]
    return limit < 0


_CONTAINERS = frozenset({dict, list})


def _may_repeat_a_key(body: bytes, document: Any) -> bool:
    """Whether `body` may hold more keys than the document read from it; False is certain, True is to be looked into.

    Every key has its colon, and we write all others, those inside texts, just as they came. So what was kept, written
    again, has as many colons as the body; a repeated key took at least its own with it. Only a colon that came escaped
    (`\\u003a`) could make up for that. What a list holds is written piece by piece: one text of a large body would take
    as much memory again, and the encoder crashes where there is none (msgspec 0.22).
    """
    if b"\\" in body and b"\\u003" in body:
        return True
    pieces = document if isinstance(document, list) else (document,)
    return body.count(b":") != sum(_ENCODER.encode(one).count(b":") for one in pieces)


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written: keys and values in order, repeated ones included."""


@dataclass(frozen=True, slots=True)
class _Below:
    """Where a value stands: under a key of what stands above it. Written out as a pointer only when asked."""

    above: _Below | None
    key: str | int

    def pointer(self) -> str:
        keys: list[str | int] = []
        at: _Below | None = self
        while at is not None:
            keys.append(at.key)
            at = at.above
        return pointer(*reversed(keys))


def _repeated_keys(body: bytes) -> Iterator[str]:
    """JSON pointers of every key that stands in its object already."""
    waiting: list[tuple[_Below | None, Any]] = [
        (None, json.loads(body.decode(), object_pairs_hook=_Pairs, parse_int=str, parse_float=str))
    ]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, _Pairs):
            seen = set()
            for key, inner in value:
                if key in seen:
                    yield _Below(place, key).pointer()
                seen.add(key)
                if isinstance(inner, list):
                    waiting.append((_Below(place, key), inner))
        elif isinstance(value, list):
            waiting += [(_Below(place, index), inner) for index, inner in enumerate(value) if isinstance(inner, list)]


# --- Statements


MOST_FAULTS = 1000
"""After so many faults the rest of a batch is not looked at: naming them costs time and helps nobody."""

_MORE_FAULTS = "there are more; mend these first, then send it again"


def check_statements(documents: Sequence[Any], *, version: str) -> None:
    """Raise InvalidStatement with all faults of all these Statements, or return when there is none.

    `version` is that of the request: "1.0.x" knows neither contextAgents nor contextGroups, nor a Statement of 2.0.x.
    Of several Statements, places begin with the index ("/3/actor/mbox"); of one, they lie within it ("/actor/mbox").
    """
    name = "xapi/statement-1.0" if version.startswith("1.") else "xapi/statement"
    is_valid = schemas.validator(name).is_valid
    several = len(documents) > 1
    faults: list[Fault] = []
    ids: dict[str, int] = {}
    for index, document in enumerate(documents):
        if len(faults) >= MOST_FAULTS:
            faults.append(Fault(f"/{index}", _MORE_FAULTS, ""))
            break
        place = f"/{index}" if several else ""
        if not is_valid(document):
            found = schemas.faults(name, document, MOST_FAULTS)
            faults += [Fault(place + fault.place, fault.message, fault.clause) for fault in found]
            if len(found) == MOST_FAULTS:
                faults.append(Fault(place, _MORE_FAULTS, ""))
                break
        if document.__class__ is not dict:
            continue
        _check_across(document, place, faults)
        if several and (fault := repeated_id(document, index, ids)) is not None:
            faults.append(Fault(place + fault.place, fault.message, fault.clause))
    if faults:
        raise InvalidStatement(faults)


def repeated_id(document: dict[str, Any], index: int, ids: dict[str, int]) -> Fault | None:
    """The fault of a Statement that has the id of an earlier one of its batch; its own is noted in `ids`."""
    id_ = document.get("id")
    if id_.__class__ is not str or (first := ids.setdefault(id_.lower(), index)) == index:
        return None
    message = f"{show(id_)} is the id of /{first} too; each Statement of a batch has its own"
    return Fault("/id", message, "xAPI 1.0.3 Communication 2.1.2")


def _check_across(statement: dict[str, Any], place: str, faults: list[Fault]) -> None:
    """Add what no schema can say of a Statement or SubStatement; what has the wrong type is left to the schema."""
    for key in ("timestamp", "stored"):
        if key in statement:
            _check_moment(statement[key], f"{place}/{key}", faults)
    result = statement.get("result")
    if result.__class__ is dict:
        score = result.get("score")
        if score.__class__ is dict and len(score) > 1:
            _check_score(score, f"{place}/result/score", faults)
    target = statement.get("object")
    if target.__class__ is dict:
        if target.get("objectType") == "SubStatement":
            _check_across(target, f"{place}/object", faults)
        elif "definition" in target:
            _check_definition(target["definition"], f"{place}/object/definition", faults)
    context = statement.get("context")
    if context.__class__ is dict:
        kinds = context.get("contextActivities")
        if kinds.__class__ is dict:
            for kind, activities in kinds.items():
                _check_activities(activities, f"{place}/context/contextActivities/{kind}", faults)


def _check_moment(text: Any, place: str, faults: list[Fault]) -> None:
    """A timestamp of the right form must be a day of the calendar too (xAPI 1.0.3 Data 4.5)."""
    try:
        _moment(text)
    except (ValueError, TypeError) as error:
        if schemas.validator("xapi/types#/$defs/timestamp").is_valid(text):
            faults.append(Fault(place, f"{show(text)} is not a real date and time: {error}", "xAPI 1.0.3 Data 4.5"))


def _check_score(score: dict[str, Any], place: str, faults: list[Fault]) -> None:
    """min below max, raw between them (xAPI 1.0.3 Data 2.4.5.1)."""
    raw, lowest, highest = (_number(score.get(key)) for key in ("raw", "min", "max"))
    clause = "xAPI 1.0.3 Data 2.4.5.1"
    if lowest is not None and highest is not None and lowest >= highest:
        faults.append(Fault(f"{place}/min", f"{show(lowest)} must be less than max, which is {show(highest)}", clause))
    if raw is not None and lowest is not None and raw < lowest:
        faults.append(Fault(f"{place}/raw", f"{show(raw)} must be at least min, which is {show(lowest)}", clause))
    if raw is not None and highest is not None and raw > highest:
        faults.append(Fault(f"{place}/raw", f"{show(raw)} must be at most max, which is {show(highest)}", clause))


def _number(value: Any) -> Any:
    return value if value.__class__ in _NUMBERS else None


_NUMBERS = frozenset({int, float, Decimal})


def _check_activities(activities: Any, place: str, faults: list[Fault]) -> None:
    """One Activity or a list of them (xAPI 1.0.3 Data 2.4.6.2)."""
    if activities.__class__ is dict and "definition" in activities:
        _check_definition(activities["definition"], f"{place}/definition", faults)
    elif activities.__class__ is list:
        for index, activity in enumerate(activities):
            if activity.__class__ is dict and "definition" in activity:
                _check_definition(activity["definition"], f"{place}/{index}/definition", faults)


def _check_definition(definition: Any, place: str, faults: list[Fault]) -> None:
    """Within a list of interaction components all ids are distinct (xAPI 1.0.3 Data 2.4.4.1)."""
    if definition.__class__ is not dict or "interactionType" not in definition:
        return
    for key in ("choices", "scale", "source", "target", "steps"):
        components = definition.get(key)
        if components.__class__ is not list:
            continue
        seen = set()
        for index, component in enumerate(components):
            id_ = component.get("id") if component.__class__ is dict else None
            if id_.__class__ is not str:
                continue
            if id_ in seen:
                message = f"{show(id_)} is the id of another entry of {key}; each needs its own"
                faults.append(Fault(f"{place}/{key}/{index}/id", message, "xAPI 1.0.3 Data 2.4.4.1"))
            seen.add(id_)


# --- Single values, as parameters bring them


def check_actor(document: Any, name: str = "agent") -> dict[str, Any]:
    """The same document, an Agent or an identified Group; raises InvalidRequest, places beginning with `name`."""
    _require("xapi/actor#/$defs/identified", document, name)
    actor: dict[str, Any] = document
    return actor


def check_uuid(text: Any, name: str = "") -> UUID:
    """The UUID written there in standard form (xAPI 1.0.3 Data 4.4); raises InvalidRequest at `name`."""
    _require("xapi/types#/$defs/uuid", text, name)
    return UUID(text)


def check_iri(text: Any, name: str = "") -> str:
    """The same text, an IRI with its scheme (xAPI 1.0.3 Data 4.3); raises InvalidRequest at `name`."""
    _require("xapi/types#/$defs/iri", text, name)
    return str(text)


def check_timestamp(text: Any, name: str = "") -> datetime:
    """The moment written there, aware and in UTC; without an offset it is taken for UTC (xAPI 1.0.3 Data 4.5).

    What is finer than a microsecond is cut off. Raises InvalidRequest at `name`.
    """
    _require("xapi/types#/$defs/timestamp", text, name)
    try:
        return _moment(text)
    except ValueError as error:
        message = f"{show(text)} is not a real date and time: {error}"
        raise InvalidRequest.at(name, message, "xAPI 1.0.3 Data 4.5") from None


def _require(schema: str, value: Any, name: str) -> None:
    try:
        is_valid = schemas.validator(schema).is_valid(value)
    except UnicodeEncodeError:
        raise InvalidRequest.at(
            name, "the text is not Unicode: it holds half of a surrogate pair", _FORMATTING
        ) from None
    if not is_valid:
        found = schemas.faults(schema, value)
        raise InvalidRequest([Fault(name + fault.place, fault.message, fault.clause) for fault in found])


def _moment(text: str) -> datetime:
    """A timestamp of the schema's form in UTC. Raises ValueError when it is not in the calendar."""
    try:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = _unusual_moment(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("year is out of range in UTC") from None


def _unusual_moment(text: str) -> datetime:
    """What Python does not read by itself: a small t or z, and leap seconds, which are read as the second after."""
    text = text.upper()
    start = text.find("T") + (7 if "-" in text[:5] else 5)
    if text[start : start + 2] != "60":
        return datetime.fromisoformat(text)
    moment = datetime.fromisoformat(f"{text[:start]}59{text[start + 2 :]}") + timedelta(seconds=1)
    in_utc = moment if moment.tzinfo is None else moment.astimezone(UTC)
    if (in_utc.day, in_utc.hour, in_utc.minute) != (1, 0, 0):
        raise ValueError("second must be in 0..59; a leap second ends a month in UTC")
    return moment
