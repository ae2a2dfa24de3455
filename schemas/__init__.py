"""The shape of documents that come from outside, as JSON Schema (draft 2020-12): one source of truth, two readers.

Every `*.json` below this folder is a schema, known by its path without the suffix: `xapi/statement`,
`certification/plan`. A `$ref` names another file relative to its own (`actor.json`, `types.json#/$defs/uuid`); all are
found here and nothing is ever asked of a network.

- `validator(name)` compiles those files once with `jsonschema-rs`: yes or no, in microseconds.
- `faults(name, document)` reads the same files with `jsonschema` and names every fault, for a person to act on.

Two annotations make a fault worth reading. Both may stand in any subschema, the nearest one counts:

- `$comment`: the clause that is broken, such as "xAPI 1.0.3 Data 2.4.1";
- `x-message`: what to say instead of our general words. A string speaks for every rule about the value itself
  ("must be a UUID"); an object speaks rule by rule (`{"pattern": "must …", "required": "must …"}`).

Patterns keep to what means the same in Rust and in Python: no `.`, `\\d`, `\\w`, `\\s`, `\\b`, no look-around, no `$`
in brackets. `$` is the very end of the text, never the place before a last line break. Rust matches in linear time.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

__all__ = ["Fault", "Validator", "faults", "names", "pointer", "schema", "show", "validator"]

FOLDER = Path(__file__).parent
_BASE = "file:///"
_SHOWN = 60
"""So many characters of a refused text are quoted in a message."""
_TOLD = 2000
"""So many characters has what a fault says, at most."""
_NAMED = 500
"""So many characters of a key stand in a pointer: a long one with many faults below it would make an answer many times
as long as what was sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: where (a JSON pointer, "" for the whole), what to do, and the clause broken.

    Whatever of what was sent stands in them, neither grows beyond 2,000 characters: the beginning stays, and the end.
    """

    place: str
    message: str
    clause: str = ""

    def __post_init__(self) -> None:
        for name in ("place", "message"):
            if len(told := getattr(self, name)) > _TOLD:
                object.__setattr__(self, name, f"{told[: _TOLD // 2]} … {told[-_TOLD // 4 :]}")

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message} ({self.clause})" if self.clause else f"{where}{self.message}"


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, instance: Any) -> bool: ...


@cache
def names() -> tuple[str, ...]:
    """The names of all schemas, sorted."""
    return tuple(sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.json")))


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema of that name as it stands in its file; do not change it. Raises KeyError for an unknown name."""
    if name not in names():
        raise KeyError(f"no schema is called {name!r}; there are {', '.join(names())}")
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def validator(name: str) -> Validator:
    """The compiled schema of that name; `name#/$defs/part` is a part of it. Raises KeyError for an unknown name."""
    registry = jsonschema_rs.Registry([(f"{_BASE}{each}.json", schema(each)) for each in names()])
    return jsonschema_rs.Draft202012Validator(
        {"$ref": _address(name)}, registry=registry, offline=True, pattern_options=jsonschema_rs.RegexOptions()
    )


def faults(name: str, document: object, most: int | None = None) -> list[Fault]:
    """Every fault of `document` against the schema of that name, in the schema's order; none when it is valid.

    With `most`, no more are looked for once there are so many. It agrees with `validator(name).is_valid(document)` and
    takes some hundred times as long: call it to explain a no.
    """
    reader = _EXPLAINING({"$ref": _address(name)}, registry=_registry())
    found = (fault for error in reader.iter_errors(document) for fault in _told(error, ()))
    return list(dict.fromkeys(islice(found, most)))


def pointer(*keys: str | int) -> str:
    """The JSON pointer (RFC 6901) to what lies below these keys: ("actor", "a/b", 0) gives "/actor/a~1b/0".

    A key of more than 500 characters is cut, and ends in "…".
    """
    return "".join("/" + _cut(str(key)).replace("~", "~0").replace("/", "~1") for key in keys)


def _cut(key: str) -> str:
    return key if len(key) <= _NAMED else key[:_NAMED] + "…"


def show(value: object) -> str:
    """A value as a message quotes it: in JSON's words, texts in single quotes and cut when long."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
    if isinstance(value, Mapping):
        return "the object"
    if isinstance(value, Sequence):
        return "the list"
    text = str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _address(name: str) -> str:
    file, _, part = name.partition("#")
    schema(file)
    return f"{_BASE}{file}.json" + (f"#{part}" if part else "")


@cache
def _registry() -> Registry[Any]:
    every = [(f"{_BASE}{name}.json", DRAFT202012.create_resource(_undeclared(schema(name)))) for name in names()]
    return Registry[Any]().with_resources(every).crawl()


def _undeclared(document: dict[str, Any]) -> dict[str, Any]:
    """The same without `$schema`: at that keyword jsonschema would leave our reader for its own plain one."""
    return {key: value for key, value in document.items() if key != "$schema"}


# --- The reader that explains: jsonschema's rules, with the words and the clause noted where a rule fails.

_Rule = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]


def _properties(validator: Any, rules: dict[str, Any], instance: Any, _: Any) -> Iterator[ValidationError]:
    """What is forbidden by `false` is told at the property itself, not at the object that holds it."""
    if isinstance(instance, dict):
        for key, rule in rules.items():
            if key in instance:
                rule = {"not": {}} if rule is False else rule
                yield from validator.descend(instance[key], rule, path=key, schema_path=key)


def _required(_: Any, needed: list[str], instance: Any, __: Any) -> Iterator[ValidationError]:
    """One error for each property that is missing."""
    if isinstance(instance, dict):
        for key in needed:
            if key not in instance:
                yield ValidationError(f"needs the property {key!r}")


def _dependent_required(_: Any, needed: dict[str, list[str]], instance: Any, __: Any) -> Iterator[ValidationError]:
    """One error for each property that another one calls for."""
    if isinstance(instance, dict):
        for present, others in needed.items():
            for key in others:
                if present in instance and key not in instance:
                    yield ValidationError(f"needs the property {key!r}, because it has {present!r}")


def _additional_properties(validator: Any, extra: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """One error at each property that has no business here, with the one that was probably meant."""
    if not isinstance(instance, dict):
        return
    known = schema.get("properties", {})
    patterns = [_compiled(pattern) for pattern in schema.get("patternProperties", {})]
    for key, value in instance.items():
        if key in known or any(pattern.search(key) for pattern in patterns):
            continue
        if extra is False:
            error = ValidationError(f"{show(key)} is not a property that may stand here; {_meant(key, known)}")
            error.path.append(key)
            yield error
        else:
            yield from validator.descend(value, extra, path=key)


def _meant(key: str, known: Mapping[str, Any]) -> str:
    same = [each for each in known if each.casefold() == key.casefold()]
    near = same or difflib.get_close_matches(key, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"allowed are {', '.join(sorted(known))}" if known else "none may"


def _property_names(validator: Any, rule: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    """Errors of a key stand at the key, not at the object that holds it."""
    if isinstance(instance, dict):
        for key in instance:
            for error in validator.descend(key, rule, path=key):
                error.of_key = True
                yield error


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError("")


def _multiple_of(_: Any, step: float, instance: Any, __: Any) -> Iterator[ValidationError]:
    """Exact, and for a Decimal too, which Python does not divide by a float."""
    number = isinstance(instance, int | float | Decimal) and not isinstance(instance, bool)
    if number and Decimal(str(instance)) % Decimal(str(step)):
        yield ValidationError("")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """`$` is the end of the text in JSON Schema; Python would also take the place before a last line break."""
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern))


_KINDS = {
    "object": "an object", "array": "a list", "string": "a text", "number": "a number", "integer": "a whole number",
    "boolean": "true or false", "null": "null",
}  # fmt: skip

_WORDS: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda kinds, _: f"must be {_either([_KINDS[kind] for kind in _several(kinds)])}",
    "const": lambda value, _: f"must be {show(value)}",
    "enum": lambda values, _: f"must be {_either([show(value) for value in values])}",
    "minimum": lambda limit, _: f"must be at least {limit}",
    "maximum": lambda limit, _: f"must be at most {limit}",
    "exclusiveMinimum": lambda limit, _: f"must be more than {limit}",
    "exclusiveMaximum": lambda limit, _: f"must be less than {limit}",
    "multipleOf": lambda step, _: f"must be a multiple of {step}",
    "pattern": lambda pattern, _: f"must match {pattern}",
    "minLength": lambda limit, _: _at_least(limit, "characters"),
    "maxLength": lambda limit, _: f"must have at most {limit} characters",
    "minItems": lambda limit, _: _at_least(limit, "entries"),
    "maxItems": lambda limit, _: f"must have at most {limit} entries",
    "minProperties": lambda limit, _: _at_least(limit, "properties"),
    "maxProperties": lambda limit, _: f"must have at most {limit} properties",
    "uniqueItems": lambda _, __: "must not hold the same entry twice",
    "not": lambda _, __: "is not allowed here",
    "contains": lambda _, __: "must hold at least one entry of the kind described",
    "format": lambda kind, _: f"must be a valid {kind}",
}

_ABOUT_KEYS = {"required", "dependentRequired", "additionalProperties"}
"""Rules about the properties of an object: a plain `x-message`, which is about the value, does not speak for them."""


def _several(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def _at_least(limit: int, things: str) -> str:
    return "must not be empty" if limit == 1 else f"must have at least {limit} {things}"


def _either(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def _noting(keyword: str, rule: _Rule) -> _Rule:
    """The rule, whose errors carry words and clause of the nearest subschema that has them (innermost first)."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if keyword != "type" and "type" in schema and not _is_of(validator, instance, schema["type"]):
            return  # what has the wrong type is told so once, and nothing else
        for error in rule(validator, value, instance, schema):
            if not hasattr(error, "clause"):
                error.clause, error.words, error.of_key = "", _words(keyword, value, instance, schema), False
            if not error.clause:
                error.clause = schema.get("$comment", "")
            yield error

    return check


def _is_of(validator: Any, instance: Any, kinds: str | list[str]) -> bool:
    return any(validator.is_type(instance, kind) for kind in _several(kinds))


def _words(keyword: str, value: Any, instance: Any, schema: Mapping[str, Any]) -> str | None:
    """What to say when `keyword` fails here; None: jsonschema's own message is the best there is."""
    own = schema.get("x-message")
    if isinstance(own, str) and keyword not in _ABOUT_KEYS:
        return own
    if isinstance(own, dict) and keyword in own:
        return str(own[keyword])
    return _WORDS[keyword](value, instance) if keyword in _WORDS else None


_OURS: dict[str, _Rule] = {
    "properties": _properties,
    "required": _required,
    "dependentRequired": _dependent_required,
    "additionalProperties": _additional_properties,
    "propertyNames": _property_names,
    "pattern": _pattern,
    "multipleOf": _multiple_of,
}


def _is_whole(_: Any, value: object) -> bool:
    """JSON Schema counts 5.0 as an integer, whichever Python type holds it."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


_EXPLAINING: Any = extend(
    Draft202012Validator,
    validators={key: _noting(key, rule) for key, rule in (dict(Draft202012Validator.VALIDATORS) | _OURS).items()},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)


def _told(error: Any, above: tuple[str | int, ...]) -> Iterator[Fault]:
    """The faults an error stands for: itself or, where no alternative fits, those of the one that came nearest."""
    keys = (*above, *error.path)
    words, clause = getattr(error, "words", None), getattr(error, "clause", "")
    if words is None and error.context:
        yield from _told_by_alternatives(error, keys)
    elif words is None:
        yield Fault(pointer(*keys), _MESSAGES.get(error.validator, error.message), clause)
    else:
        subject = f"the key {show(error.instance)}" if error.of_key else show(error.instance)
        yield Fault(pointer(*keys), f"{subject} {words}", clause)


_MESSAGES = {None: "is not allowed here", "oneOf": "fits several of the forms allowed here; it must fit exactly one"}
"""Said instead of jsonschema's own messages, which quote the whole document."""


def _told_by_alternatives(error: Any, keys: tuple[str | int, ...]) -> Iterator[Fault]:
    branches: dict[object, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    nearest = [errors for errors in branches.values() if not any(map(_is_of_wrong_type, errors))]
    if not nearest:
        kinds = [kind for errors in branches.values() for kind in _several(errors[0].validator_value)]
        yield Fault(pointer(*keys), f"{show(error.instance)} {_WORDS['type'](kinds, None)}", error.clause)
        return
    for inner in min(nearest, key=len):
        inner.clause = getattr(inner, "clause", "") or error.clause
        yield from _told(inner, keys)


def _is_of_wrong_type(error: Any) -> bool:
    return error.validator == "type" and not error.path
