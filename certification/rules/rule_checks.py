"""What a rule file must keep to that its JSON Schema cannot say: what crosses fields, and what crosses files.

`check(kind, document, known)` gives every fault with the path of the field it is about, for a document that already
fits its schema. Pure: what else is loaded comes as `Known`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certification.evaluation.measures import HIGHEST_SCORE, MEASURES, most_from_one_statement
from certification.evaluation.rules import Indicator
from certification.rules import criteria
from certification.rules.locations import NoLocation, location
from certification.rules.statement_templates import CONTEXTS
from certification.rules.topics import ANY, code_of, profile_of

__all__ = ["CheckFault", "Known", "check"]

Document = Mapping[str, Any]
Path = tuple[str | int, ...]
CheckFault = tuple[Path, str]

LEAST_STEPS = 3
"""So many steps at least lead to the points of an indicator that the log may suggest: no all-or-nothing."""

VOIDED = "http://adlnet.gov/expapi/verbs/voided"

_MOST_OF = {"best_score": HIGHEST_SCORE, "distinct_days": 366, "distinct_months": 12}
"""The highest value a measure can come to in a year, where there is one."""


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


def check(kind: str, document: Document, known: Known) -> list[CheckFault]:
    """Every fault of a document that fits its schema, in the order of the file; none when it may be loaded."""
    found = [*_check_sources(document), *_CHECKS[kind](document, known)]
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------- criteria set


def _check_criteria_set(document: Document, known: Known) -> Iterator[CheckFault]:
    indicators = [
        (("competence", place, "indicator", number), indicator)
        for place, competence in enumerate(document["competence"])
        for number, indicator in enumerate(competence["indicator"])
    ]
    yield from _repeats("indicator", [((*path, "id"), one["id"]) for path, one in indicators])
    floor = document["title_rule"]["each_indicator_at_least"]["value"]
    for path, one in indicators:
        if one["max_points"]["value"] < floor:
            most = one["max_points"]["value"]
            yield (
                (*path, "max_points"),
                f"{one['id']} can reach {most} points, less than the {floor} every one must have",
            )
    reachable = sum(one["max_points"]["value"] for _, one in indicators)
    total = document["title_rule"]["total_at_least"]["value"]
    if total > reachable:
        yield (
            ("title_rule", "total_at_least"),
            f"the total of {total} cannot be reached: all indicators together have {reachable} points",
        )
    years = document["years"]
    if "last" in years and years["last"]["value"] < years["first"]["value"]:
        yield ("years", "last"), "the last year lies before the first; correct one of them"
    for other in known.of("criteria-set").values():
        same = [key for key in ("programme", "audience") if other[key] == document[key]]
        if len(same) == 2 and other["years"]["first"]["value"] == years["first"]["value"]:
            yield (
                ("years", "first"),
                f"criteria set {other['id']!r} is loaded for the same audience from the same year; "
                "a new decision needs a later first year",
            )


# ---------------------------------------------------------------- rubric


def _check_rubric(document: Document, known: Known) -> Iterator[CheckFault]:
    frame = known.of("criteria-set").get(document["criteria_set"])
    if frame is None:
        yield ("criteria_set",), _not_loaded("criteria set", document["criteria_set"], known.of("criteria-set"))
        return
    if document["programme"] != frame["programme"]:
        yield ("programme",), f"criteria set {frame['id']!r} belongs to programme {frame['programme']!r}; name that one"
    first = frame["years"]["first"]["value"]
    if document["first_year"] < first:
        yield ("first_year",), f"lies before {first}, the first year of criteria set {frame['id']!r}"
    yield from _check_rivals(document, known)

    indicators = {one["id"]: one for competence in frame["competence"] for one in competence["indicator"]}
    yield from _repeats(
        "indicator", [(("indicator", place, "id"), one["id"]) for place, one in enumerate(document["indicator"])]
    )
    for place, one in enumerate(document["indicator"]):
        path: Path = ("indicator", place)
        asked = indicators.get(one["id"])
        if asked is None:
            yield (
                (*path, "id"),
                f"criteria set {frame['id']!r} has no indicator {one['id']}; {_meant(one['id'], indicators)}",
            )
        elif asked["by_person_only"]:
            yield (
                (*path, "id"),
                f"{one['id']} gets its points from attestations alone (by_person_only in criteria set "
                f"{frame['id']!r}); take it out of the rubric",
            )
        else:
            yield from _check_scoring(path, one, asked["max_points"]["value"], document, known)


def _check_rivals(document: Document, known: Known) -> Iterator[CheckFault]:
    rubrics = known.of("rubric")
    replaced = document.get("replaces")
    if replaced is not None and replaced not in rubrics:
        yield ("replaces",), _not_loaded("rubric", replaced, rubrics)
    given_up = {replaced} | {other.get("replaces") for other in rubrics.values()}
    for other in rubrics.values():
        same = other["criteria_set"] == document["criteria_set"] and other["first_year"] == document["first_year"]
        if same and other["id"] not in given_up:
            yield (
                ("first_year",),
                f"rubric {other['id']!r} is loaded for the same criteria set from the same year; add "
                f'replaces = "{other["id"]}", or let this one begin later',
            )


def _check_scoring(
    path: Path, document: Document, most_points: int, rubric: Document, known: Known
) -> Iterator[CheckFault]:
    """The components of one indicator: each by itself, then the worst case of one Statement over all of them."""
    faults = [
        fault
        for number, component in enumerate(document["component"])
        for fault in _check_component((*path, "component", number), component, most_points, known)
    ]
    yield from faults
    if faults:
        return
    steps = sum(len(component["steps"]) for component in document["component"])
    if steps < LEAST_STEPS:
        yield (
            (*path, "component"),
            f"{document['id']} has {_count(steps, 'step')}; it needs at least {LEAST_STEPS}, so that some effort earns "
            "some points",
        )
    components = criteria.build_components(document["component"])
    worst = most_from_one_statement(Indicator(document["id"], "", "", most_points, True, components))
    allowed = rubric["single_statement_at_most"]
    if worst > allowed:
        yield (
            (*path, "component"),
            f"one Statement could be worth {worst} points in {document['id']}, more than the {allowed} that "
            "single_statement_at_most allows (worst case: it moves every component at once as far as one Statement "
            "can); make the steps smaller, or cap what one Statement counts",
        )


def _check_component(path: Path, document: Document, most_points: int, known: Known) -> Iterator[CheckFault]:
    measure = MEASURES.get(document["measure"])
    if measure is None:
        yield (
            (*path, "measure"),
            f"there is no measure {document['measure']!r}; {_meant(document['measure'], MEASURES)}",
        )
        return
    yield from _check_facts((*path, "what"), document["what"], known)
    options = document.get("options", {})
    for name in measure.options:
        if name not in options:
            yield path, f"measure {document['measure']!r} needs the option {name!r}: add options = {{ {name} = … }}"
    for name in options:
        if name not in measure.options:
            has = ", ".join(measure.options) or "no options"
            yield (*path, "options"), f"measure {document['measure']!r} does not know the option {name!r}; it has {has}"
    steps = document["steps"]
    for number in range(1, len(steps)):
        for key in ("at_least", "points"):
            if steps[number][key] <= steps[number - 1][key]:
                yield (
                    (*path, "steps", number),
                    f"{key} must rise from step to step, but {steps[number][key]} follows {steps[number - 1][key]}",
                )
    if steps[-1]["points"] > most_points:
        yield (*path, "steps"), f"is worth up to {steps[-1]['points']} points; the indicator has {most_points}"
    reachable = _MOST_OF.get(document["measure"])
    if reachable is not None and steps[-1]["at_least"] > reachable:
        yield (*path, "steps"), f"{document['measure']} never comes to more than {reachable} in a year"


# ---------------------------------------------------------------- evidence mapping


def _check_evidence_mapping(document: Document, known: Known) -> Iterator[CheckFault]:
    loaded = known.of("evidence-mapping")
    bases = {name: one for name, one in loaded.items() if "adds_to" not in one}
    base = bases.get(document.get("adds_to", ""))
    if "adds_to" in document and base is None:
        yield ("adds_to",), _not_loaded("evidence mapping", document["adds_to"], bases)
        return
    if base is None:
        for other in bases.values():
            if other["in_force_from"] == document["in_force_from"]:
                yield (
                    ("in_force_from",),
                    f"evidence mapping {other['id']!r} begins on the same day; let this one begin later, or make it "
                    f'add to the other with adds_to = "{other["id"]}"',
                )
    family = [one for one in loaded.values() if base is not None and base["id"] in (one["id"], one.get("adds_to"))]
    taken = {topic["code"] for one in family for topic in one.get("topic", ())}
    for place, topic in enumerate(document.get("topic", ())):
        if topic["code"] in taken:
            yield ("topic", place, "code"), f"topic {topic['code']!r} is defined already; leave it out here"
    for kind, key in (("topic", "code"), ("template", "id"), ("activity", "id")):
        entries = document.get(kind, ())
        yield from _repeats(kind, [((kind, place, key), one[key]) for place, one in enumerate(entries)])
    topics = taken | {topic["code"] for topic in document.get("topic", ())}
    for place, template in enumerate(document.get("template", ())):
        yield from _check_template(("template", place), template, topics)
    for place, activity in enumerate(document.get("activity", ())):
        yield from _unknown_topics(("activity", place, "topics"), activity.get("topics", ()), topics)
        if activity.get("same_as") == activity["id"]:
            yield ("activity", place, "same_as"), "is the activity itself; name the other one"
    yield from _check_vocabulary(document, base if base is not None else document, family, topics)


def _check_template(path: Path, template: Document, topics: Collection[str]) -> Iterator[CheckFault]:
    yield from _unknown_topics((*path, "gives"), template["gives"], topics)
    if template["quality"] > template["quality_at_most"]:
        yield (*path, "quality_at_most"), "is below quality; the level must lie within its bound"
    if template.get("quality_at_most_when_trusted", 3) < template["quality_at_most"]:
        yield (
            (*path, "quality_at_most_when_trusted"),
            "is below quality_at_most; a signature that is trusted takes nothing away",
        )
    if VOIDED in template.get("verbs", ()):
        yield (*path, "verbs"), "a voiding Statement is never evidence; take the verb voided out"
    for number, condition in enumerate(template.get("where", ())):
        yield from _check_location((*path, "where", number, "location"), condition["location"])
        if "at_most" in condition and condition.get("at_least", condition["at_most"]) > condition["at_most"]:
            yield (*path, "where", number, "at_most"), "is below at_least; nothing could be both"


def _check_vocabulary(
    document: Document, base: Document, family: Sequence[Document], topics: Collection[str]
) -> Iterator[CheckFault]:
    """What crosses the parts of a profile: Statement Templates, kinds of learning, and who names them."""
    everywhere = [*family, document]
    profile = base["profile"]

    def ids(part: str) -> set[str]:
        return {one["id"] for each in everywhere for one in each.get(part, ())}

    for part, words in (("statement_template", "Statement Template"), ("kind_of_learning", "kind of learning")):
        entries = document.get(part, ())
        yield from _repeats(words, [((part, place, "id"), one["id"]) for place, one in enumerate(entries)])
        taken = {one["id"] for each in family for one in each.get(part, ())}
        for place, one in enumerate(entries):
            if one["id"] in taken:
                yield (part, place, "id"), f"{words} {one['id']!r} is defined already; give this one another id"
    known = {f"template/{one}" for one in ids("statement_template")}
    for place, template in enumerate(document.get("template", ())):
        for name in template.get("statement_templates", ()):
            if name.removeprefix(f"{profile}/") not in known:
                yield (
                    ("template", place, "statement_templates"),
                    f"the profile {profile} has no Statement Template {name!r}; {_meant(name, known)}",
                )
    for place, identifier in enumerate(document.get("once", ())):
        if identifier not in ids("template"):
            yield ("once", place), f"there is no template {identifier!r}; {_meant(identifier, ids('template'))}"
    for place, one in enumerate(document.get("english", ())):
        yield from _unknown_topics(("english", place, "topic"), [one["topic"]], topics)
    types = {f"<profile>/activity-type/{one}" for one in (*ids("kind_of_learning"), "topic")}
    for place, one in enumerate(document.get("statement_template", ())):
        yield from _check_statement_template(("statement_template", place), one, types)


def _check_statement_template(path: Path, template: Document, types: Collection[str]) -> Iterator[CheckFault]:
    if template["verb"] == VOIDED:
        yield (*path, "verb"), "a voiding Statement is never evidence; take the verb voided out"
    named: list[tuple[Path, str]] = [(("object_type",), template["object_type"])] if "object_type" in template else []
    named += [((field, number), iri) for field in CONTEXTS for number, iri in enumerate(template.get(field, ()))]
    for where, iri in named:
        if iri.startswith("<profile>/") and iri not in types:
            yield (*path, *where), f"there is no activity type {iri!r}; {_meant(iri, types)}"
    for number, rule in enumerate(template.get("rule", ())):
        for where_at in ("location", "selector"):
            if where_at in rule:
                yield from _check_location((*path, "rule", number, where_at), rule[where_at])


def _check_location(path: Path, text: str) -> Iterator[CheckFault]:
    try:
        location(text)
    except NoLocation as wrong:
        yield path, str(wrong)


# ---------------------------------------------------------------- plan and its inheritance


def _check_plan(document: Document, known: Known) -> Iterator[CheckFault]:
    plans = known.of("plan")
    parent = document.get("parent")
    if parent is not None and parent not in plans:
        yield ("parent",), _not_loaded("plan", parent, plans)
    yield from _check_period(document)
    targets = document["target"]
    for key in ("id", "group"):
        yield from _repeats(key, [(("target", place, key), one[key]) for place, one in enumerate(targets)])
    for place, target in enumerate(targets):
        yield from _check_target(("target", place), target, known)
        for number, value in enumerate(target["values"]):
            last = document.get("in_force_to")
            if value["year"] < document["in_force_from"].year or (last is not None and value["year"] > last.year):
                yield (
                    ("target", place, "values", number),
                    f"{target['id']}: the year {value['year']} lies outside the plan's in_force_from and in_force_to",
                )


def _check_target(path: Path, target: Document, known: Known) -> Iterator[CheckFault]:
    name = target["id"]
    counts_unions = target["population"] == "grassroots_unions"
    if counts_unions != (target["unit"] == "organization"):
        right = "organization" if counts_unions else "person"
        yield (*path, "unit"), f"{name}: population {target['population']!r} is counted by unit {right!r}"
    yield from _check_numerator((*path, "numerator"), name, target["numerator"], counts_unions, known)
    beside = target.get("also", ())
    yield from _repeats("also", [((*path, "also", number, "id"), one["id"]) for number, one in enumerate(beside)])
    for number, one in enumerate(beside):
        if not one["id"].startswith(f"{name}-"):
            yield (*path, "also", number, "id"), f'{one["id"]!r} stands beside {name} and must begin with "{name}-"'
        yield from _check_numerator(
            (*path, "also", number, "numerator"), one["id"], one["numerator"], counts_unions, known
        )
    values = target["values"]
    for number in range(1, len(values)):
        if values[number]["year"] <= values[number - 1]["year"]:
            yield (*path, "values", number), f"{name}: years must rise, each once"
    yield from _check_quotation(path, target)


def _check_numerator(
    path: Path, name: str, numerator: Document, counts_unions: bool, known: Known
) -> Iterator[CheckFault]:
    """One numerator over the target's population, its own or one shown beside it."""
    if counts_unions != (numerator["rule"] == "commitment"):
        yield path, f"{name}: the rule commitment goes with population grassroots_unions, and only with it"
    what = numerator.get("what", ())
    yield from _check_facts((*path, "what"), what, known)
    if numerator["rule"] == "all_of" and "*" in what:
        yield (
            (*path, "what"),
            f'{name}: all_of asks for a fact of every kind listed, and "*" is no kind; list the kinds, or use any_of',
        )


def _check_quotation(path: Path, target: Document) -> Iterator[CheckFault]:
    """What the quoted sentence says in digits and what the values say must be the same numbers."""
    quoted = {int(number) for number in re.findall(r"([0-9]+) ?%", target["source_line"])}
    given = {value["percent"] for value in target["values"]}
    for percent in sorted(quoted - given):
        yield (*path, "values"), f"{target['id']}: the source line says {percent} %, which is not among the values"
    for percent in sorted(given - quoted):
        yield (*path, "values"), f"{target['id']}: {percent} % does not stand in the source line"


def _check_inheritance(document: Document, known: Known) -> Iterator[CheckFault]:
    plans = known.of("plan")
    plan = plans.get(document["plan"])
    if plan is None:
        yield ("plan",), _not_loaded("plan", document["plan"], plans)
        return
    if document["predecessor"] != plan["owner"]:
        yield ("predecessor",), f"the plan {plan['id']!r} belongs to {plan['owner']!r}, not to this predecessor"
    if document["organization"] == document["predecessor"]:
        yield ("organization",), "an organization does not inherit from itself"
    last = plan.get("in_force_to")
    if document["from_day"] < plan["in_force_from"] or (last is not None and document["from_day"] > last):
        yield ("from_day",), f"the plan {plan['id']!r} is not in force on this day"


# ---------------------------------------------------------------- report form, organizations


def _check_report_form(document: Document, known: Known) -> Iterator[CheckFault]:
    sections = document["section"]
    yield from _repeats("section", [(("section", place, "id"), one["id"]) for place, one in enumerate(sections)])
    items = [
        (("section", place, "item", number), item)
        for place, section in enumerate(sections)
        for number, item in enumerate(section.get("item", ()))
    ]
    yield from _repeats("item", [((*path, "id"), item["id"]) for path, item in items])
    for path, item in items:
        if "reported" in item and "reported_in_words" in item:
            yield path, f"{item['id']!r} has a number and words; a value is either counted or not"


def _check_organizations(document: Document, known: Known) -> Iterator[CheckFault]:
    listed = document["organization"]
    yield from _repeats("code", [(("organization", place, "code"), one["code"]) for place, one in enumerate(listed)])
    by_code = {one["code"]: one for one in listed}
    for place, one in enumerate(listed):
        path: Path = ("organization", place)
        if "exists_from" in one and "exists_to" in one and one["exists_to"] < one["exists_from"]:
            yield (*path, "exists_to"), f"{one['code']!r} ends before it begins"
        if "parent" not in one:
            continue
        parent = by_code.get(one["parent"])
        if parent is None:
            yield (*path, "parent"), f"{one['parent']!r} is not listed; {_meant(one['parent'], by_code)}"
        elif parent["kind"] != one["kind"]:
            yield (*path, "parent"), f"{one['parent']!r} stands on the other tree: it is {parent['kind']}"
        elif "exists_to" in parent and one.get("exists_to", date.max) > parent["exists_to"]:
            yield (*path, "parent"), f"{one['parent']!r} ends before {one['code']!r} does; name the unit that follows"
    for place, one in enumerate(document.get("succession", ())):
        for key in ("predecessor", "successor"):
            if one[key] not in by_code:
                yield ("succession", place, key), f"{one[key]!r} is not listed; {_meant(one[key], by_code)}"
        ended = by_code.get(one["predecessor"], {}).get("exists_to")
        if ended is None or ended >= one["took_place"]:
            yield (
                ("succession", place, "took_place"),
                f"the predecessor {one['predecessor']!r} must have an exists_to before this day",
            )


# ---------------------------------------------------------------- shared


def _check_sources(document: Document) -> Iterator[CheckFault]:
    listed = document.get("source", ())
    yield from _repeats("source", [(("source", place, "id"), one["id"]) for place, one in enumerate(listed)])
    ids = {one["id"] for one in listed}
    for path, name in _references(document, ()):
        if name not in ids:
            yield path, f"there is no [[source]] with id {name!r}; {_meant(name, ids)}"


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


def _check_period(document: Document) -> Iterator[CheckFault]:
    last = document.get("in_force_to")
    if last is not None and last < document["in_force_from"]:
        yield ("in_force_to",), "lies before in_force_from; correct one of them"


def _check_facts(path: Path, what: Collection[str], known: Known) -> Iterator[CheckFault]:
    if ANY in what:
        if len(what) > 1:
            yield path, '"*" means any fact and stands alone'
        return
    profiles = known.profiles()
    for name in what:
        profile = profile_of(name)
        if profile and profile not in profiles:
            yield path, f"no evidence mapping has the profile of {name!r}; {_meant(profile, profiles)}"
    codes = [code_of(name) for name in what]
    yield from _repeats("topic", [(path, code) for code in codes])
    yield from _unknown_topics(path, codes, known.topics())


def _unknown_topics(path: Path, codes: Iterable[str], topics: Collection[str]) -> Iterator[CheckFault]:
    for code in codes:
        if code not in topics:
            yield path, f"no evidence mapping defines the topic {code!r}; {_meant(code, topics)}"


def _repeats(thing: str, named: Iterable[tuple[Path, str]]) -> Iterator[CheckFault]:
    seen: Counter[str] = Counter()
    for path, name in named:
        seen[name] += 1
        if seen[name] > 1:
            yield path, f"{thing} {name!r} stands here a second time; each may stand once"


def _not_loaded(thing: str, name: str, loaded: Collection[str]) -> str:
    return f"no {thing} {name!r} is loaded; load it first, or name another: {_meant(name, loaded)}"


def _meant(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"there are {', '.join(sorted(known))}" if known else "there are none yet"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _check_procedure(document: Document, known: Known) -> Iterator[CheckFault]:
    yield from _begins_alone("procedure", document, known)


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


_CHECKS: Mapping[str, Callable[[Document, Known], Iterator[CheckFault]]] = {
    "criteria-set": _check_criteria_set,
    "rubric": _check_rubric,
    "evidence-mapping": _check_evidence_mapping,
    "plan": _check_plan,
    "plan-inheritance": _check_inheritance,
    "report-form": _check_report_form,
    "procedure": _check_procedure,
    "certificate-form": _check_certificate_form,
    "organizations": _check_organizations,
}
