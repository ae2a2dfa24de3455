"""Loading rule files: criteria sets, rubrics, evidence mappings, plans, inheritance records, reports and procedures.

A file is checked by its JSON Schema (`schemas/certification/<kind>.json`), then by `rules.rule_checks`; one
fault, and nothing of it is loaded. What is loaded is the file's text with its hash, and it is never edited: the same
text again changes nothing, other text under the same id is refused.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

import schemas
from certification.errors import RuleFault, RuleFileFaults
from certification.models import RuleFile
from certification.rules import plans
from certification.rules.criteria import PROGRAMME
from certification.rules.rule_checks import Known, check
from certification.rules.rule_store import stored
from certification.rules.toml_lines import keys_of_pointer, line_of
from lrs.db import Session, new_id

__all__ = ["KINDS", "ORGANIZATIONS", "PROGRAMMES", "Loaded", "load", "load_all", "load_text", "read"]

PROGRAMMES = Path(__file__).parents[1] / "programmes"
"""One folder for each programme, with the rule files that come with the program."""

KINDS = (
    "evidence-mapping",
    "criteria-set",
    "rubric",
    "plan",
    "plan-inheritance",
    "report-form",
    "plan-report",
    "procedure",
    "certificate-form",
    "title-procedure",
    "personal-data",
    "working-days",
    "roll-call",
)
"""The kinds of file that are loaded here, in the order in which they may refer to each other."""

ORGANIZATIONS = "organizations"
"""A file of units has the same form and checks (`read`), but goes in with the organizations."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rule file that is loaded now. `is_new`: by this call. `warnings` are sentences for the operator."""

    id: UUID
    kind: str
    identifier: str
    is_new: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    name: str
    text: str
    document: Mapping[str, Any]


MOST = 100
"""Faults that are told of one file."""

_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]{0,80}"|'[^'\n]{0,80}')[ \t]*\.[ \t]*){50}""")
"""A key of more parts than any rule has: Python takes minutes for one of some ten thousand."""


def read(path: Path) -> Mapping[str, Any]:
    """The document in a rule file of any kind, checked as far as it can be by itself. Raises RuleFileFaults."""
    text = _parse(path.name, _text_of(path))
    if text.document["kind"] == ORGANIZATIONS:
        _refuse(_faults(text, Known()))
    return text.document


def load(session: Session, tenant: UUID, path: Path, *, now: datetime) -> Loaded:
    """Load one file, for one tenant, in the caller's transaction. Raises RuleFileFaults with every fault found."""
    return load_text(session, tenant, path.name, _text_of(path), now=now)


def load_text(session: Session, tenant: UUID, name: str, text: str, *, now: datetime) -> Loaded:
    """As `load`, for a text that came another way; `name` is what faults call it."""
    parsed = _parse(name, text)
    if parsed.document["kind"] == ORGANIZATIONS:
        message = "holds units, not rules: it goes in with the organizations"
        raise RuleFileFaults([RuleFault(name, line_of(text, ("kind",)), "/kind", message)])
    return _load(session, tenant, [parsed], now)[0]


def load_all(session: Session, tenant: UUID, programme: str = PROGRAMME, *, now: datetime) -> list[Loaded]:
    """Load every rule file that comes with the program for a programme, units apart; all or nothing.

    The same number of SQL commands however many files there are. Raises RuleFileFaults with the faults of all files,
    and KeyError for a programme nobody knows.
    """
    folder = PROGRAMMES / programme
    if not folder.is_dir():
        raise KeyError(f"there is no programme {programme!r}; there are {', '.join(sorted(_programmes()))}")
    texts: list[_Text] = []
    faults: list[RuleFault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            texts.append(_parse(path.name, _text_of(path)))
        except RuleFileFaults as error:
            faults += error.faults
    _refuse(faults)
    return _load(session, tenant, [text for text in texts if text.document["kind"] != ORGANIZATIONS], now)


def _programmes() -> list[str]:
    return [path.name for path in PROGRAMMES.iterdir() if path.is_dir()]


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        message = f"there is no such file in {path.parent}; check the path"
        raise RuleFileFaults([RuleFault(path.name, None, "", message)]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = "is not UTF-8; save the file as UTF-8"
        raise RuleFileFaults([RuleFault(path.name, line, "", message)]) from None


@lru_cache(maxsize=64)
def _parse(name: str, text: str) -> _Text:
    """The text as a document that fits the schema of its kind; shared with whoever loads it too: do not change it."""
    if (long := _LONG_KEY.search(text)) is not None:
        line = text.count("\n", 0, long.start()) + 1
        raise RuleFileFaults([RuleFault(name, line, "", "is nested too deep; no rule needs that")])
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileFaults([_syntax_fault(name, text, error)]) from None
    except RecursionError:
        raise RuleFileFaults([RuleFault(name, None, "", "is nested too deep; no rule needs that")]) from None
    except ValueError:  # of Python, which reads no number of more than 4,300 digits
        message = "holds a number that is too long; no rule needs that"
        raise RuleFileFaults([RuleFault(name, None, "", message)]) from None
    kind = document.get("kind")
    if kind not in (*KINDS, ORGANIZATIONS):
        known = ", ".join(f'"{each}"' for each in (*KINDS, ORGANIZATIONS))
        said = f"kind is {schemas.show(_plain(kind))}" if "kind" in document else "the file does not say its kind"
        fault = RuleFault(name, line_of(text, ("kind",)), "/kind", f"{said}; it must be one of {known}")
        raise RuleFileFaults([fault])
    found = [*schemas.faults(f"certification/{kind}", _plain(document)), *_beyond_schemas(document)]
    told = [RuleFault(name, line_of(text, keys_of_pointer(one.place)), one.place, _words(one)) for one in found[:MOST]]
    if len(found) > MOST:
        told.append(RuleFault(name, None, "", f"has {len(found)} faults; the first {MOST} are told, mend these first"))
    _refuse(told)
    return _Text(name, text, document)


def _words(fault: schemas.Fault) -> str:
    return f"{fault.message} ({fault.clause})" if fault.clause else fault.message


def _syntax_fault(name: str, text: str, error: tomllib.TOMLDecodeError) -> RuleFault:
    """tomllib ends its messages with "(at line 3, column 7)" or "(at end of document)"."""
    message = str(error)
    place = re.search(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$", message)
    if place is None:
        return RuleFault(name, None, "", f"is not TOML: {message}")
    line = int(place[1]) if place[1] else text.count("\n") + 1
    where = f" at column {place[2]}" if place[2] else " at the end of the file"
    return RuleFault(name, line, "", f"is not TOML{where}: {message[: place.start()]}")


def _plain(value: Any) -> Any:
    """TOML's values in JSON's: days as texts, so that a schema can speak of them."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return value


_DAYS = frozenset(
    {
        "checked",
        "due_on",
        "exists_from",
        "exists_to",
        "from_day",
        "in_force_from",
        "in_force_to",
        "issued",
        "took_place",
    }
)


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""What is not seen in a text, or turns round what stands beside it."""


def _beyond_schemas(value: Any, path: tuple[str | int, ...] = ()) -> Iterable[schemas.Fault]:
    """A day in quotes is a text to TOML, and would slip past a schema that reads days as texts; TOML can write
    characters that nobody sees."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _DAYS and isinstance(inner, str):
                yield schemas.Fault(schemas.pointer(*path, key), f"{schemas.show(inner)} must be a day without quotes")
            else:
                yield from _beyond_schemas(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _beyond_schemas(inner, (*path, place))
    elif isinstance(value, str) and (unseen := _UNSEEN.search(value)) is not None:
        message = f"holds the character U+{ord(unseen[0]):04X}, which nobody sees; take it out"
        yield schemas.Fault(schemas.pointer(*path), message)


def _load(session: Session, tenant: UUID, texts: list[_Text], now: datetime) -> list[Loaded]:
    known, there = Known(), {}
    for rule in stored(session, tenant):
        known.add(rule.kind, rule.document)
        there[rule.kind, rule.identifier] = rule
    faults: list[RuleFault] = []
    loaded: list[Loaded] = []
    rows: list[dict[str, Any]] = []
    for text in _in_order(texts):
        kind, identifier = text.document["kind"], text.document["id"]
        digest = hashlib.sha256(text.text.encode()).hexdigest()
        before = there.get((kind, identifier))
        if before is not None and before.sha256 == digest:
            loaded.append(Loaded(before.id, kind, identifier, False, _warnings(text, known)))
            continue
        if identifier in known.of(kind):
            faults.append(_other_text(text))
            continue
        found = _faults(text, known)
        known.add(kind, text.document)
        if found:
            faults += found
            continue
        row_id = new_id()
        row = {"id": row_id, "tenant_id": tenant, "kind": kind, "identifier": identifier}
        rows.append(row | {"sha256": digest, "text": text.text, "loaded": now})
        loaded.append(Loaded(row_id, kind, identifier, True, _warnings(text, known)))
    _refuse(faults)
    if rows:
        session.execute(sa.insert(RuleFile), rows)
    return loaded


def _in_order(texts: list[_Text]) -> list[_Text]:
    """By kind, so that what is referred to comes first; a plan after its parent, an addition after its base."""
    by_id = {text.document["id"]: text for text in texts}

    def depth(text: _Text) -> int:
        steps, seen = 0, {text.document["id"]}
        while (above := _above(text)) in by_id and above not in seen:
            text, steps = by_id[above], steps + 1
            seen.add(above)
        return steps

    return sorted(texts, key=lambda text: (_rank(text), depth(text), text.name))


def _above(text: _Text) -> str:
    document = text.document
    above: str = (
        document.get("parent") or document.get("adds_to") or document.get("replaces") or document.get("base") or ""
    )
    return above


def _rank(text: _Text) -> int:
    return KINDS.index(text.document["kind"])


def _faults(text: _Text, known: Known) -> list[RuleFault]:
    return [
        RuleFault(text.name, line_of(text.text, path), schemas.pointer(*path), message)
        for path, message in check(text.document["kind"], text.document, known)
    ]


def _other_text(text: _Text) -> RuleFault:
    kind, identifier = text.document["kind"], text.document["id"]
    message = (
        f"{kind} {identifier!r} is loaded already with another text. A loaded file is never edited, because old "
        "results point to it: give the changed rules a new id and load them beside the old ones"
    )
    return RuleFault(text.name, line_of(text.text, ("id",)), "/id", message)


def _warnings(text: _Text, known: Known) -> tuple[str, ...]:
    if text.document["kind"] != "plan":
        return ()
    loaded = {identifier: plans.build(one, UUID(int=0)) for identifier, one in known.of("plan").items()}
    plan = plans.build(text.document, UUID(int=0))
    parent = loaded.get(text.document.get("parent", ""))
    return (*plans.rivals(plan, loaded.values()), *(plans.shortfalls(plan, parent) if parent else ()))


def _refuse(faults: Iterable[RuleFault]) -> None:
    found = list(faults)
    if found:
        raise RuleFileFaults(found)
