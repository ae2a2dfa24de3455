"""What evidence mappings must keep to that their JSON Schema cannot say (`rule_checks`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from certification.rules.check_parts import (
    CheckFault,
    Document,
    Known,
    Path,
    meant,
    not_loaded,
    repeats,
    unknown_topics,
)
from certification.rules.locations import NoLocation, location
from certification.rules.statement_templates import CONTEXTS

__all__ = ["mapping_faults"]

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def mapping_faults(document: Document, known: Known) -> Iterator[CheckFault]:
    """Topics, templates, activities and the vocabulary, each against the mapping they add to."""
    loaded = known.of("evidence-mapping")
    bases = {name: one for name, one in loaded.items() if "adds_to" not in one}
    base = bases.get(document.get("adds_to", ""))
    if "adds_to" in document and base is None:
        yield ("adds_to",), not_loaded("evidence mapping", document["adds_to"], bases)
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
        yield from repeats(kind, [((kind, place, key), one[key]) for place, one in enumerate(entries)])
    topics = taken | {topic["code"] for topic in document.get("topic", ())}
    for place, template in enumerate(document.get("template", ())):
        yield from _check_template(("template", place), template, topics)
    for place, activity in enumerate(document.get("activity", ())):
        yield from unknown_topics(("activity", place, "topics"), activity.get("topics", ()), topics)
        if activity.get("same_as") == activity["id"]:
            yield ("activity", place, "same_as"), "is the activity itself; name the other one"
    yield from _check_vocabulary(document, base if base is not None else document, family, topics)


def _check_template(path: Path, template: Document, topics: Collection[str]) -> Iterator[CheckFault]:
    yield from unknown_topics((*path, "gives"), template["gives"], topics)
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
        yield from repeats(words, [((part, place, "id"), one["id"]) for place, one in enumerate(entries)])
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
                    f"the profile {profile} has no Statement Template {name!r}; {meant(name, known)}",
                )
    for place, identifier in enumerate(document.get("once", ())):
        if identifier not in ids("template"):
            yield ("once", place), f"there is no template {identifier!r}; {meant(identifier, ids('template'))}"
    for place, one in enumerate(document.get("english", ())):
        yield from unknown_topics(("english", place, "topic"), [one["topic"]], topics)
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
            yield (*path, *where), f"there is no activity type {iri!r}; {meant(iri, types)}"
    for number, rule in enumerate(template.get("rule", ())):
        for where_at in ("location", "selector"):
            if where_at in rule:
                yield from _check_location((*path, "rule", number, where_at), rule[where_at])


def _check_location(path: Path, text: str) -> Iterator[CheckFault]:
    try:
        location(text)
    except NoLocation as wrong:
        yield path, str(wrong)
