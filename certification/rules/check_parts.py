"""What the checks of rule files share: what else is loaded, and words of faults that several kinds of files have."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from certification.rules.topics import ANY, code_of, profile_of

__all__ = [
    "CheckFault",
    "Document",
    "Known",
    "Path",
    "count",
    "fact_faults",
    "meant",
    "not_loaded",
    "repeats",
    "unknown_topics",
]

Document = Mapping[str, Any]
Path = tuple[str | int, ...]
CheckFault = tuple[Path, str]


@dataclass(slots=True)
class Known:
    """The documents that are loaded already, by kind and id."""

    documents: dict[str, dict[str, Document]] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, Document]:
        return self.documents.get(kind, {})

    def add(self, kind: str, document: Document) -> None:
        self.documents.setdefault(kind, {})[document["id"]] = document

    def topics(self) -> set[str]:
        """The topic codes that the loaded evidence mappings define."""
        mappings = self.of("evidence-mapping").values()
        return {topic["code"] for mapping in mappings for topic in mapping.get("topic", ())}

    def profiles(self) -> set[str]:
        """The IRIs of the profiles that the loaded evidence mappings publish."""
        return {one["profile"] for one in self.of("evidence-mapping").values() if "profile" in one}


def fact_faults(path: Path, what: Collection[str], known: Known) -> Iterator[CheckFault]:
    """What is wrong with the facts that a rule asks for: "*", or topics of loaded mappings by code or IRI."""
    if ANY in what:
        if len(what) > 1:
            yield path, '"*" means any fact and stands alone'
        return
    profiles = known.profiles()
    for name in what:
        profile = profile_of(name)
        if profile and profile not in profiles:
            yield path, f"no evidence mapping has the profile of {name!r}; {meant(profile, profiles)}"
    codes = [code_of(name) for name in what]
    yield from repeats("topic", [(path, code) for code in codes])
    yield from unknown_topics(path, codes, known.topics())


def unknown_topics(path: Path, codes: Iterable[str], topics: Collection[str]) -> Iterator[CheckFault]:
    """The codes that are none of these topics."""
    for code in codes:
        if code not in topics:
            yield path, f"no evidence mapping defines the topic {code!r}; {meant(code, topics)}"


def repeats(thing: str, named: Iterable[tuple[Path, str]]) -> Iterator[CheckFault]:
    """The names that stood before, at the second place and every later one."""
    seen: Counter[str] = Counter()
    for path, name in named:
        seen[name] += 1
        if seen[name] > 1:
            yield path, f"{thing} {name!r} stands here a second time; each may stand once"


def not_loaded(thing: str, name: str, loaded: Collection[str]) -> str:
    """That what is named has to be loaded first."""
    return f"no {thing} {name!r} is loaded; load it first, or name another: {meant(name, loaded)}"


def meant(name: str, known: Collection[str]) -> str:
    """Which of the known names may be meant, or which there are."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"there are {', '.join(sorted(known))}" if known else "there are none yet"


def count(number: int, thing: str) -> str:
    """How many of a thing, in words."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
