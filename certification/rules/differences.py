"""What differs between two documents of rules, value by value: for people, and pure.

Rows of a table are told apart by their `id`, `code` or `day`, so that one more row is one difference and not a shift of
all that follow. Beside each stands what the newer document rests it on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = ["Difference", "begins", "between", "grounds", "predecessor", "values"]

NAMED_BY = ("id", "code", "day", "about")
"""What tells rows of a table apart, the first that they have."""

_ALWAYS_NEW = frozenset({"id", "checked", "source"})
"""What differs between any two files and says nothing about what they ask; sources stand beside what rests on them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not the same: where it stands (names, from the outside in), what it was and what it is.

    None where there was, or is, none. `grounds` are titles of sources, lines of the law or notes that stand beside it.
    """

    path: tuple[str, ...]
    before: Any
    after: Any
    grounds: tuple[str, ...]


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every difference, in the order of the newer document; what is gone comes last within its table."""
    titles = {**_titles(before), **_titles(after)}
    old = {key: value for key, value in before.items() if key not in _ALWAYS_NEW}
    new = {key: value for key, value in after.items() if key not in _ALWAYS_NEW}
    return list(_between((), old, new, (), titles))


def values(document: Mapping[str, Any]) -> list[Difference]:
    """Every value of a document, each as one that was not there before."""
    told = {key: value for key, value in document.items() if key not in _ALWAYS_NEW | {"kind", "programme"}}
    return list(_values((), told, (), _titles(document)))


def begins(document: Mapping[str, Any]) -> date:
    """From which day a document is meant to hold, as near as it says."""
    years = document.get("years") or {}
    first = (years.get("first") or {}).get("value") or document.get("first_year") or document.get("year")
    day = document.get("in_force_from") or document.get("from_day") or (date(first, 1, 1) if first else None)
    found = day or document.get("issued") or document.get("checked") or date.min
    return found if isinstance(found, date) else date.min


def predecessor(document: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of loaded documents of the same kind and about the same, the one that began last before this one."""
    about = ("programme", "audience", "criteria_set", "owner", "plan")
    mine = [one for one in others if one is not document and all(one.get(key) == document.get(key) for key in about)]
    said = document.get("replaces") or document.get("adds_to") or document.get("base")
    named = [one for one in others if one["id"] == said]
    if named:
        return named[0]
    place = (begins(document), document["id"])
    earlier = [one for one in mine if (begins(one), one["id"]) < place]
    return max(earlier, key=lambda one: (begins(one), one["id"]), default=None)


def grounds(document: Mapping[str, Any]) -> list[str]:
    """The titles of all sources that a document names."""
    return list(_titles(document).values())


def _titles(document: Mapping[str, Any]) -> dict[str, str]:
    named = [one for one in document.get("source", ()) if isinstance(one, Mapping)]
    return {str(one.get("id", "")): str(one.get("title", one.get("id", ""))) for one in named}


def _between(
    path: tuple[str, ...], before: Any, after: Any, beside: tuple[str, ...], titles: Mapping[str, str]
) -> Iterator[Difference]:
    if before == after:
        return
    beside = _beside(after if after is not None else before, titles) or beside
    old, new = _rows(before), _rows(after)
    if old is None or new is None:
        yield Difference(path, before, after, beside)
        return
    for key in [*new, *(key for key in old if key not in new)]:
        yield from _between((*path, key), old.get(key), new.get(key), beside, titles)


def _values(
    path: tuple[str, ...], value: Any, beside: tuple[str, ...], titles: Mapping[str, str]
) -> Iterator[Difference]:
    beside = _beside(value, titles) or beside
    rows = None if isinstance(value, Mapping) and "value" in value else _rows(value)
    if rows is None:
        yield Difference(path, None, value, beside)
        return
    for key, inner in rows.items():
        if key not in NAMED_BY[:2]:  # which is in the path already
            yield from _values((*path, key), inner, beside, titles)


def _rows(value: Any) -> dict[str, Any] | None:
    """The parts of a table or of a list of tables by name; None for what is told whole."""
    if isinstance(value, Mapping):
        return {key: inner for key, inner in value.items() if key not in ("sources", "checked", "note")}
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        name = next((key for key in NAMED_BY if all(key in one for one in value)), None)
        return {str(one[name]) if name else str(at): one for at, one in enumerate(value, 1)}
    return None


def _beside(value: Any, titles: Mapping[str, str]) -> tuple[str, ...]:
    if not isinstance(value, Mapping):
        return ()
    named = [titles.get(str(one), str(one)) for one in value.get("sources") or ()]
    lines = [str(value[key]) for key in ("source_line", "clause", "note", "why") if value.get(key)]
    return (*named, *lines)
