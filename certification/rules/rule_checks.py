"""What a rule file must keep to that its JSON Schema cannot say: what crosses fields, and what crosses files.

`check(kind, document, known)` gives every fault with the path of the field it is about, for a document that already
fits its schema. Pure: what else is loaded comes as `Known`. Criteria, mappings and plans have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from certification.access.permissions import TABLE, Act, Role
from certification.rules.check_parts import CheckFault, Document, Known, Path, meant, repeats
from certification.rules.criteria_checks import criteria_set_faults, rubric_faults
from certification.rules.mapping_checks import mapping_faults
from certification.rules.personal_data import REQUESTS
from certification.rules.plan_checks import inheritance_faults, plan_faults
from certification.rules.report_form_checks import plan_report_faults
from certification.rules.title_procedures import ALONE, JUDGING, NEEDED, NEW, ways

__all__ = ["CheckFault", "Known", "check"]


def check(kind: str, document: Document, known: Known) -> list[CheckFault]:
    """Every fault of a document that fits its schema, in the order of the file; none when it may be loaded."""
    found = [*_check_sources(document), *_CHECKS[kind](document, known)]
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------- report form, organizations


def _check_report_form(document: Document, known: Known) -> Iterator[CheckFault]:
    sections = document["section"]
    yield from repeats("section", [(("section", place, "id"), one["id"]) for place, one in enumerate(sections)])
    items = [
        (("section", place, "item", number), item)
        for place, section in enumerate(sections)
        for number, item in enumerate(section.get("item", ()))
    ]
    yield from repeats("item", [((*path, "id"), item["id"]) for path, item in items])
    for path, item in items:
        if "reported" in item and "reported_in_words" in item:
            yield path, f"{item['id']!r} has a number and words; a value is either counted or not"


def _check_organizations(document: Document, known: Known) -> Iterator[CheckFault]:
    listed = document["organization"]
    yield from repeats("code", [(("organization", place, "code"), one["code"]) for place, one in enumerate(listed)])
    by_code = {one["code"]: one for one in listed}
    for place, one in enumerate(listed):
        path: Path = ("organization", place)
        if "exists_from" in one and "exists_to" in one and one["exists_to"] < one["exists_from"]:
            yield (*path, "exists_to"), f"{one['code']!r} ends before it begins"
        if "parent" not in one:
            continue
        parent = by_code.get(one["parent"])
        if parent is None:
            yield (*path, "parent"), f"{one['parent']!r} is not listed; {meant(one['parent'], by_code)}"
        elif parent["kind"] != one["kind"]:
            yield (*path, "parent"), f"{one['parent']!r} stands on the other tree: it is {parent['kind']}"
        elif "exists_to" in parent and one.get("exists_to", date.max) > parent["exists_to"]:
            yield (*path, "parent"), f"{one['parent']!r} ends before {one['code']!r} does; name the unit that follows"
    for place, one in enumerate(document.get("succession", ())):
        for key in ("predecessor", "successor"):
            if one[key] not in by_code:
                yield ("succession", place, key), f"{one[key]!r} is not listed; {meant(one[key], by_code)}"
        ended = by_code.get(one["predecessor"], {}).get("exists_to")
        if ended is None or ended >= one["took_place"]:
            yield (
                ("succession", place, "took_place"),
                f"the predecessor {one['predecessor']!r} must have an exists_to before this day",
            )


# ---------------------------------------------------------------- shared


def _check_sources(document: Document) -> Iterator[CheckFault]:
    listed = document.get("source", ())
    yield from repeats("source", [(("source", place, "id"), one["id"]) for place, one in enumerate(listed)])
    ids = {one["id"] for one in listed}
    for path, name in _references(document, ()):
        if name not in ids:
            yield path, f"there is no [[source]] with id {name!r}; {meant(name, ids)}"


def _references(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "sources":
                yield from (((*path, key), name) for name in inner)
            else:
                yield from _references(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _references(inner, (*path, place))


def _check_procedure(document: Document, known: Known) -> Iterator[CheckFault]:
    yield from _begins_alone("procedure", document, known)
    parted = document.get("attestation", {})
    indicators = _indicators("criteria-set", document, known)
    for role, one in parted.items():
        for name in one["indicators"]:
            if name not in indicators:
                path = ("attestation", role, "indicators")
                yield path, f"no criteria set has the indicator {name!r}; {meant(name, indicators)}"
    if {Role(name) for name in parted} == TABLE[Act.ATTEST].roles:
        given = {name for one in parted.values() for name in one["indicators"]}
        if nobodys := indicators - given - _indicators("rubric", document, known):
            named = ", ".join(sorted(nobodys))
            yield (
                ("attestation",),
                f"nobody may attest {named}, for which no log suggests points: no worker would ever meet the criteria",
            )


def _indicators(kind: str, document: Document, known: Known) -> set[str]:
    """The indicators of a programme's criteria sets, or those on which a rubric is laid."""
    files = [one for one in known.of(kind).values() if one["programme"] == document["programme"]]
    if kind == "rubric":
        return {one["id"] for each in files for one in each["indicator"]}
    return {one["id"] for each in files for part in each["competence"] for one in part["indicator"]}


def _check_roll_call(document: Document, known: Known) -> Iterator[CheckFault]:
    yield from _begins_alone("roll-call", document, known)


def _begins_alone(kind: str, document: Document, known: Known) -> Iterator[CheckFault]:
    """Of a kind of which one holds at a time, no two may begin on one day."""
    for other in known.of(kind).values():
        same = other["programme"] == document["programme"] and other["in_force_from"] == document["in_force_from"]
        if same and other["id"] != document["id"]:
            named = kind.replace("-", " ")
            yield ("in_force_from",), f"the {named} {other['id']!r} begins on that day already; begin on a later one"


_PLACE = re.compile(r"\{([a-z]+)(?::0[1-9])?\}")

_PLACES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("certificate", "heading"): (),
    ("certificate", "recognises"): (),
    ("certificate", "achieved"): (),
    ("certificate", "title"): (),
    ("certificate", "year"): ("year",),
    ("certificate", "grounds"): ("number", "day", "body"),
    ("register", "number"): ("number", "year"),
}
"""What a text of a certificate form may have filled in."""


def _check_certificate_form(document: Document, known: Known) -> Iterator[CheckFault]:
    yield from _begins_alone("certificate-form", document, known)
    for (part, name), allowed in _PLACES.items():
        text = document[part][name]
        used = set(_PLACE.findall(text))
        if used - set(allowed) or set(_PLACE.sub("", text)) & {"{", "}"}:
            may = ", ".join(f"{{{one}}}" for one in allowed) or "nothing"
            yield (part, name), f"has a place in braces that cannot be filled in; here {may} can be"
        elif part == "register" and used != set(allowed):
            yield (part, name), "must hold {number} and {year}, or two certificates could have one number"


def _check_title_procedure(document: Document, known: Known) -> Iterator[CheckFault]:
    yield from _begins_alone("title-procedure", document, known)
    steps = document["step"]
    yield from repeats("the step", ((("step", place, "name"), one["name"]) for place, one in enumerate(steps)))
    led_to = {NEW, *(one["to"] for one in steps)}
    for place, one in enumerate(steps):
        if one["name"] in JUDGING and one["own"] != "never":
            yield ("step", place, "own"), 'must be "never": nobody judges the own dossier'
        for before in one["from"]:
            if before not in led_to:
                yield ("step", place, "from"), f"no step leads to {before!r}"
        if one["to"] in ALONE.values() and ALONE.get(one["name"]) != one["to"]:
            yield ("step", place, "to"), f"only a step made for it leads to {one['to']!r}"
        if one["name"] in ALONE and ALONE[one["name"]] != one["to"]:
            yield ("step", place, "to"), f"this step leads to {ALONE[one['name']]!r} and to nothing else"
    if "granted" not in ways((one["from"], one["to"]) for one in steps):
        yield ("step",), "no way of steps leads to a title"
        return
    for name in NEEDED:
        if "granted" in ways((one["from"], one["to"]) for one in steps if one["name"] != name):
            yield ("step",), f"a title could be granted without the step {name!r}; let no way go round it"


def _check_personal_data(document: Document, known: Known) -> Iterator[CheckFault]:
    yield from _begins_alone("personal-data", document, known)
    purposes, requests = document["purpose"], document["request"]
    yield from repeats("the purpose", ((("purpose", place, "id"), one["id"]) for place, one in enumerate(purposes)))
    yield from repeats("the request", ((("request", place, "kind"), one["kind"]) for place, one in enumerate(requests)))
    for place, one in enumerate(purposes):
        for name in ("recipients", "days"):
            if one["basis"] == "consent" and name not in one:
                yield (
                    ("purpose", place, name),
                    "must be there: a consent is given to somebody, for so many days at most",
                )
            if one["basis"] != "consent" and name in one:
                yield ("purpose", place, name), "is for purposes that rest on consent alone"
    if missing := [kind for kind in REQUESTS if kind not in {one["kind"] for one in requests}]:
        yield ("request",), f"lacks what every person may ask for: {', '.join(missing)}"


def _check_working_days(document: Document, known: Known) -> Iterator[CheckFault]:
    listed = [(part, place, one["day"]) for part in ("off", "worked") for place, one in enumerate(document[part])]
    yield from repeats("the day", (((part, place, "day"), day.isoformat()) for part, place, day in listed))
    for part, place, day in listed:
        if day.year != document["year"]:
            yield (part, place, "day"), f"is not of the year {document['year']}"
    if len(document["weekly_rest"]) == 7:
        yield ("weekly_rest",), "leaves no day of the week to work on; a term in working days would never end"


_CHECKS: Mapping[str, Callable[[Document, Known], Iterator[CheckFault]]] = {
    "criteria-set": criteria_set_faults,
    "rubric": rubric_faults,
    "evidence-mapping": mapping_faults,
    "plan": plan_faults,
    "plan-inheritance": inheritance_faults,
    "report-form": _check_report_form,
    "plan-report": plan_report_faults,
    "procedure": _check_procedure,
    "certificate-form": _check_certificate_form,
    "title-procedure": _check_title_procedure,
    "personal-data": _check_personal_data,
    "working-days": _check_working_days,
    "roll-call": _check_roll_call,
    "organizations": _check_organizations,
}
