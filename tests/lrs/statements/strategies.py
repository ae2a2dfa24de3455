"""Statements made by chance: valid by construction, and broken in one place that is known.

Written from the text of xAPI, not from our schemas, so that the two can be held against each other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Keys = tuple[str | int, ...]

_VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĐÂÊÔƠƯ 0123456789.,;!?"
)

texts = st.one_of(
    st.text(_VIETNAMESE, max_size=40),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["", " ", "\n", 'nói: "được"', "a\\", '":', "null", "🦉"]),
)


def _hexadecimal(digits: int) -> st.SearchStrategy[str]:
    return st.text("0123456789abcdefABCDEF", min_size=digits, max_size=digits)


uuids = st.one_of(
    st.uuids(allow_nil=True).map(str),
    st.uuids(version=4).map(lambda value: str(value).upper()),
    st.just("12345678-1234-5678-1234-567812345678"),
)
iris = st.one_of(
    st.builds(
        "https://{}.example.org/{}".format,
        st.text("abcđê-", min_size=1, max_size=8),
        st.text("abcxyzầướ0189/-_.~!*'();:@&=+,?[]", max_size=20),
    ),
    st.builds("urn:uuid:{}".format, uuids),
    st.sampled_from(
        ["tag:lao-dong.vn,2026:đọc", "http://a.vn/%C4%91%E1%BB%8Dc", "x:y", "act+1.0-b:#a", "mailto:a@b.vn"]
    ),
)
language_tags = st.sampled_from(
    [
        "vi",
        "vi-VN",
        "VI-vn",
        "en",
        "cmn",
        "zh-Hant",
        "sr-Latn-RS",
        "es-419",
        "sl-rozaj-biske",
        "de-CH-1901",
        "zh-cmn-Hans-CN",
        "de-a-value",
        "en-a-bbb-x-a-ccc",
        "x-whatever",
        "vi-x-cong-nhan",
        "i-klingon",
        "en-GB-oed",
        "art-lojban",
        "qaa-Qaaa",
    ]
)
language_maps = st.dictionaries(language_tags, texts, max_size=3)
timestamps = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.builds(
        "{}T{:02}:{:02}:{:02}.{}{}".format,
        st.dates().filter(lambda day: 1 < day.year < 9999),
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 59),
        st.text("0123456789", min_size=1, max_size=12),
        st.sampled_from(["Z", "z", "+07:00", "+0700", "+07", "+00:00", "+00", "-00:30", "-11:59", "+23:59", ""]),
    ),
    st.sampled_from(
        ["2026-11-20T09:30Z", "20261120T093000Z", "20261120T0930+07", "2016-12-31T23:59:60Z", "2024-02-29t00:00:00z"]
    ),
)
durations = st.sampled_from(
    ["PT0S", "PT1H30M", "PT4H35M59.14S", "PT16559.14S", "P3Y1M29DT4H35M59.14S", "P3Y", "P4W", "P0.5D", "PT1,5H", "P1M"]
)
long_numbers = st.one_of(
    st.integers(),
    st.integers(10**40, 10**60),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.just(Decimal("1.10")),
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), long_numbers, texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
extensions = st.dictionaries(iris, json_values, max_size=3)


def _objects(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


mboxes = st.sampled_from(
    ["mailto:bich.ngoc@example.org", "mailto:x@localhost", "mailto:đỗ+tổ1@thợ.vn", "mailto:a%20b@c.vn"]
)
accounts = _objects({"homePage": iris, "name": texts}, {})
ifis: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"mbox": mboxes}),
    st.fixed_dictionaries({"mbox_sha1sum": _hexadecimal(40)}),
    st.fixed_dictionaries({"openid": iris}),
    st.fixed_dictionaries({"account": accounts}),
)


def _merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda dicts: {key: value for each in dicts for key, value in each.items()})


agents = _merged(_objects({}, {"objectType": st.just("Agent"), "name": texts}), ifis)
members = st.lists(agents, max_size=3)
anonymous_groups = _objects({"objectType": st.just("Group"), "member": members}, {"name": texts})
identified_groups = _merged(_objects({"objectType": st.just("Group")}, {"name": texts, "member": members}), ifis)
groups = anonymous_groups | identified_groups
actors = agents | groups
authorities = agents | _objects(
    {
        "objectType": st.just("Group"),
        "member": st.tuples(agents, st.fixed_dictionaries({"account": accounts})).map(list),
    },
    {},
)
verbs = _objects(
    {"id": iris.filter(lambda iri: iri != "http://adlnet.gov/expapi/verbs/voided")}, {"display": language_maps}
)
components = st.lists(
    _objects({"id": texts}, {"description": language_maps}), max_size=3, unique_by=lambda each: each["id"]
)
definitions = _objects(
    {},
    {
        "name": language_maps, "description": language_maps, "type": iris, "moreInfo": iris, "extensions": extensions,
    },
) | _objects(
    {
        "interactionType": st.sampled_from(
            [
                "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert",
                "numeric", "other",
            ]
        )
    },
    {
        "name": language_maps, "correctResponsesPattern": st.lists(texts, max_size=2), "choices": components,
        "scale": components, "source": components, "target": components, "steps": components, "extensions": extensions,
    },
)  # fmt: skip
activities = _objects({"id": iris}, {"objectType": st.just("Activity"), "definition": definitions})
statement_refs = _objects({"objectType": st.just("StatementRef"), "id": uuids}, {})


@st.composite
def scores(draw: st.DrawFn) -> dict[str, Any]:
    """A Score whose numbers agree with each other."""
    lowest, raw, highest = sorted(draw(st.lists(st.integers(-1000, 10**30), min_size=3, max_size=3, unique=True)))
    scaled = draw(st.sampled_from([0, 1, -1, Decimal("0.85"), Decimal("-0.1"), Decimal("1.0")]))
    every = {"scaled": scaled, "raw": raw, "min": lowest, "max": highest}
    kept = draw(st.sets(st.sampled_from(sorted(every))))
    return {key: value for key, value in every.items() if key in kept}


results = _objects(
    {},
    {
        "score": scores(), "success": st.booleans(), "completion": st.booleans(), "response": texts,
        "duration": durations, "extensions": extensions,
    },
)  # fmt: skip
attachments = _objects(
    {
        "usageType": iris, "display": language_maps, "length": st.integers(0, 2**40) | st.just(Decimal("9.0")),
        "contentType": st.sampled_from(["application/pdf", "text/plain; charset=utf-8", "a/b ;c=\"d\""]),
        "sha2": st.sampled_from([56, 64, 96, 128]).flatmap(_hexadecimal),
    },
    {"description": language_maps, "fileUrl": iris},
)  # fmt: skip
_several_activities = activities | st.lists(activities, max_size=2)
_relevant_types = st.lists(iris, min_size=1, max_size=2)


def contexts(*, of_activity: bool, version: str) -> st.SearchStrategy[dict[str, Any]]:
    """Context of a Statement whose object is, or is not, an Activity."""
    optional: dict[str, Any] = {
        "registration": uuids, "instructor": actors, "team": groups, "language": language_tags,
        "contextActivities": _objects(
            {}, dict.fromkeys(("parent", "grouping", "category", "other"), _several_activities)
        ),
        "statement": statement_refs, "extensions": extensions,
    }  # fmt: skip
    if of_activity:
        optional |= {"revision": texts, "platform": texts}
    if version.startswith("2."):
        optional["contextAgents"] = st.lists(
            _objects({"objectType": st.just("contextAgent"), "agent": agents}, {"relevantTypes": _relevant_types}),
            max_size=2,
        )
        optional["contextGroups"] = st.lists(
            _objects({"objectType": st.just("contextGroup"), "group": groups}, {"relevantTypes": _relevant_types}),
            max_size=2,
        )
    return _objects({}, optional)


_as_object = st.one_of(
    agents.map(lambda agent: {**agent, "objectType": "Agent"}),
    groups,
    statement_refs,
)


@st.composite
def _parts(draw: st.DrawFn, version: str, *, sub: bool) -> dict[str, Any]:
    """What a Statement and a SubStatement have in common."""
    kind = draw(st.sampled_from(["activity", "other", "voiding"] if sub else ["activity", "other", "voiding", "sub"]))
    verb = draw(verbs)
    if kind == "activity":
        target = draw(activities)
    elif kind == "sub":
        target = {**draw(_parts(version, sub=True)), "objectType": "SubStatement"}
    elif kind == "voiding":
        verb, target = {**verb, "id": "http://adlnet.gov/expapi/verbs/voided"}, draw(statement_refs)
    else:
        target = draw(_as_object)
    optional = draw(
        _objects(
            {},
            {
                "result": results, "context": contexts(of_activity=kind == "activity", version=version),
                "timestamp": timestamps, "attachments": st.lists(attachments, max_size=2),
            },
        )
    )  # fmt: skip
    return {"actor": draw(actors), "verb": verb, "object": target, **optional}


@st.composite
def statements(draw: st.DrawFn, version: str = "2.0.0") -> dict[str, Any]:
    """A valid Statement of that version of xAPI."""
    versions = ["1.0", "1.0.0", "1.0.9"] if version.startswith("1.") else ["1.0.3", "2.0.0", "2.0.17"]
    own = draw(
        _objects(
            {},
            {"id": uuids, "stored": timestamps, "authority": authorities, "version": st.sampled_from(versions)},
        )
    )
    return {**own, **draw(_parts(version, sub=False))}


# --- Breaks

_REQUIRED: dict[str, tuple[str, ...]] = {
    "statement": ("actor", "verb", "object"),
    "verb": ("id",),
    "account": ("homePage", "name"),
    "attachment": ("usageType", "display", "contentType", "length", "sha2"),
    "component": ("id",),
    "context agent": ("objectType", "agent"),
    "context group": ("objectType", "group"),
    "statement ref": ("id",),
    "activity": ("id",),
}
_FORMATTED = {
    "type", "moreInfo", "homePage", "openid", "mbox", "mbox_sha1sum", "registration", "timestamp", "stored", "duration",
    "language", "version", "objectType", "interactionType", "usageType", "contentType", "sha2", "fileUrl",
}  # fmt: skip
_COMPONENT_LISTS = {"choices", "scale", "source", "target", "steps"}


def _kind(keys: Keys, value: Any) -> str:
    """What an object within a Statement is, from its place."""
    last = keys[-1] if keys else ""
    parent = keys[-2] if len(keys) > 1 else ""
    if not keys or (last == "object" and value.get("objectType") == "SubStatement"):
        return "statement"
    if last in ("name", "description", "display"):
        return "language map"
    if last == "extensions":
        return "extensions"
    if last == "statement" or (last == "object" and value.get("objectType") == "StatementRef"):
        return "statement ref"
    if last in ("verb", "account"):
        return str(last)
    if last == "object" and value.get("objectType", "Activity") == "Activity":
        return "activity"
    by_parent = {"attachments": "attachment", "contextAgents": "context agent", "contextGroups": "context group"}
    if parent in by_parent:
        return by_parent[str(parent)]
    if parent in _COMPONENT_LISTS:
        return "component"
    if "contextActivities" in keys[-3:-1] and last != "definition":
        return "activity"
    return "other"


def _walk(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every value outside the contents of extensions, with its place."""
    yield keys, value
    if isinstance(value, dict) and (not keys or keys[-1] != "extensions"):
        for key, inner in value.items():
            yield from _walk(inner, (*keys, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*keys, index))


def _wrong_type(value: Any) -> Any:
    if isinstance(value, str):
        return 12345
    return "12345" if not isinstance(value, bool) else "true"


def _is_formatted(keys: Keys, kind_above: str) -> bool:
    if keys[-1] == "id":
        return kind_above != "component"
    above = keys[-2] if len(keys) > 1 else ""
    return keys[-1] in _FORMATTED or above == "relevantTypes"


def breaks(statement: dict[str, Any]) -> list[tuple[str, Keys, Any, Keys]]:
    """Every single way we know to spoil it: (what is done, where, with which value, the place a fault must name)."""
    kinds = {keys: _kind(keys, value) for keys, value in _walk(statement) if isinstance(value, dict)}
    found: list[tuple[str, Keys, Any, Keys]] = []
    for keys, value in _walk(statement):
        above = kinds.get(keys[:-1], "list")
        if keys:
            found.append(("set", keys, None, keys))
            found.append(("set", keys, _wrong_type(value), keys))
            if isinstance(value, str) and above != "language map" and _is_formatted(keys, above):
                found += [("set", keys, "", keys), ("set", keys, value + "\n", keys), ("set", keys, " " + value, keys)]
            if isinstance(keys[-1], str) and above not in ("language map", "extensions", "list"):
                renamed = (*keys[:-1], keys[-1].swapcase())
                found.append(("rename", keys, keys[-1].swapcase(), renamed))
        if isinstance(value, dict):
            found.append(("add", keys, "not allowed", (*keys, "not allowed")))
            found += [("remove", (*keys, key), None, keys) for key in _REQUIRED.get(kinds[keys], ())]
    return found


def broken(statement: dict[str, Any], action: str, keys: Keys, value: Any) -> dict[str, Any]:
    """A copy of the Statement, spoilt as one of `breaks` says."""
    spoilt = copy.deepcopy(statement)
    container: Any = spoilt
    for key in keys if action == "add" else keys[:-1]:
        container = container[key]
    if action == "add":
        container[value] = "x"
    elif action == "remove":
        del container[keys[-1]]
    elif action == "rename":
        container[value] = container.pop(keys[-1])
    else:
        container[keys[-1]] = value
    return spoilt
