"""Our vocabulary as an xAPI Profile (xAPI Profiles 1.0, JSON-LD): made of the loaded evidence mapping, of nothing else.

So what is published is what Statements are read by. Every load of rule files that changes the vocabulary is a version;
each is made of the files that were loaded by then, so an old one can be asked for as long as they are kept. Concepts of
other profiles (verbs, most activity types) are used by their IRIs and never defined here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from certification.rules import evidence_mapping
from certification.rules.evidence_mapping import EvidenceMapping
from certification.rules.profile_words import ANY_LEARNING, EXTENSIONS, LEARNING_KIND, ONE_LEARNING, TOPIC, Words
from certification.rules.rule_store import StoredRule, stored
from certification.rules.statement_templates import CONTEXTS, Rule, StatementTemplate
from lrs.db import Session

__all__ = ["ACTIVITY_CONTEXT", "CONFORMS_TO", "CONTEXT", "Published", "member", "published"]

CONTEXT = "https://w3id.org/xapi/profiles/context"
ACTIVITY_CONTEXT = "https://w3id.org/xapi/profiles/activity-context"
CONFORMS_TO = "https://w3id.org/xapi/profiles#1.0"


@dataclass(frozen=True, slots=True)
class Published:
    """A profile with its versions, the first first: for each the whole document."""

    iri: str
    versions: tuple[Mapping[str, Any], ...]


def published(session: Session, tenant: UUID, programme: str) -> Published | None:
    """The profile of a programme as the tenant has loaded it; None where no mapping is loaded. One SQL command."""
    rules = [rule for rule in stored(session, tenant, "evidence-mapping") if rule.document["programme"] == programme]
    bodies: list[tuple[datetime, str, dict[str, Any]]] = []
    for moment in sorted({rule.loaded for rule in rules}):
        then = sorted((one for one in rules if one.loaded <= moment), key=lambda one: (one.loaded, one.identifier))
        bases = [rule for rule in then if "adds_to" not in rule.document]
        if not bases:
            continue
        base = max(bases, key=lambda rule: (rule.document["in_force_from"], rule.identifier))
        body = _body(base, [rule for rule in then if rule.document.get("adds_to") == base.identifier])
        if not bodies or (base.document["profile"], body) != (bodies[-1][1], bodies[-1][2]):
            bodies.append((moment, base.document["profile"], body))
    if not bodies:
        return None
    iri = bodies[-1][1]
    of_it = [(moment, body) for moment, profile, body in bodies if profile == iri]
    versions = [_version(iri, number, moment) for number, (moment, _) in enumerate(of_it, start=1)]
    documents = [
        _document(iri, body, versions[: number + 1][::-1], versions[number]["id"])
        for number, (_, body) in enumerate(of_it)
    ]
    return Published(iri, tuple(documents))


def member(document: Mapping[str, Any], iri: str) -> dict[str, Any] | None:
    """The Concept, Template or Pattern of a document with this id, to stand by itself; None where there is none."""
    for part in ("concepts", "templates", "patterns"):
        for one in document.get(part, ()):
            if one["id"] == iri:
                return {"@context": CONTEXT, **one}
    return None


def _version(iri: str, number: int, moment: datetime) -> dict[str, Any]:
    before = {"wasRevisionOf": [f"{iri}/v/{number - 1}"]} if number > 1 else {}
    return {"id": f"{iri}/v/{number}", **before, "generatedAtTime": moment.astimezone(UTC).isoformat()}


def _document(iri: str, body: Mapping[str, Any], versions: Sequence[Mapping[str, Any]], version: str) -> dict[str, Any]:
    """The body with its versions, and every member in the scheme of this one."""
    made: dict[str, Any] = {
        "@context": CONTEXT,
        "id": iri,
        "type": "Profile",
        "conformsTo": CONFORMS_TO,
        **body["head"],
        "versions": list(versions),
    }
    for part in ("concepts", "templates", "patterns"):
        if body[part]:
            made[part] = [{"id": one["id"], "type": one["type"], "inScheme": version, **one} for one in body[part]]
    return made


# ---------------------------------------------------------------- what a mapping publishes


def _body(base: StoredRule, additions: Sequence[StoredRule]) -> dict[str, Any]:
    documents = [base.document, *(one.document for one in additions)]
    mapping = evidence_mapping.build(base.document, [one.document for one in additions])
    templates = [_template(one) for one in mapping.statement_templates.values()]
    return {
        "head": _head(documents),
        "concepts": [*_activity_types(mapping, documents), *_activities(mapping, documents), *_extensions(mapping)],
        "templates": templates,
        "patterns": list(_patterns(mapping.profile, [one["id"] for one in templates])),
    }


def _head(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    said = next((one["publisher"] for one in reversed(documents) if "publisher" in one), None)
    if said is None:
        title = {"vi": documents[0]["title"]}
        return {"prefLabel": title, "definition": title, "author": {"type": "Organization", "name": title["vi"]}}
    see_also = {"seeAlso": said["see_also"]} if "see_also" in said else {}
    return {
        "prefLabel": {"vi": said["title"], "en": said["title_en"]},
        "definition": {"vi": said["definition"], "en": said["definition_en"]},
        **see_also,
        "author": {"type": "Organization", "name": said["author"]},
    }


def _kinds(documents: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [kind for document in documents for kind in document.get("kind_of_learning", ())]


def _activity_types(mapping: EvidenceMapping, documents: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    types = f"{mapping.profile}/activity-type"
    yield {"id": f"{types}/topic", "type": "ActivityType", **_words(TOPIC)}
    kinds = _kinds(documents)
    if kinds:
        narrower = [f"{types}/{kind['id']}" for kind in kinds]
        yield {"id": f"{types}/learning-kind", "type": "ActivityType", **_words(LEARNING_KIND), "narrower": narrower}
    for kind in kinds:
        yield {
            "id": f"{types}/{kind['id']}",
            "type": "ActivityType",
            "prefLabel": {"vi": kind["title"], "en": kind["title_en"]},
            "definition": {"vi": kind["definition"], "en": kind["definition_en"]},
            "broader": [f"{types}/learning-kind"],
        }


def _activities(mapping: EvidenceMapping, documents: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Topics and kinds of learning, as activities that stand among the categories of a Statement."""
    english = {one["topic"]: one["title"] for document in documents for one in document.get("english", ())}
    names = {
        f"{mapping.profile}/topic/{code}": {"vi": title} | ({"en": english[code]} if code in english else {})
        for code, title in mapping.topics.items()
    }
    names |= {
        f"{mapping.profile}/kind/{kind['id']}": {"vi": kind["title"], "en": kind["title_en"]}
        for kind in _kinds(documents)
    }
    for iri, name in names.items():
        definition = {"@context": ACTIVITY_CONTEXT, "type": mapping.known_types[iri], "name": name}
        yield {"id": iri, "type": "Activity", "activityDefinition": definition}


def _extensions(mapping: EvidenceMapping) -> Iterable[dict[str, Any]]:
    for name, (words, schema) in EXTENSIONS.items():
        yield {
            "id": f"{mapping.profile}/extension/{name}",
            "type": "ContextExtension",
            **_words(words),
            "inlineSchema": json.dumps(schema, ensure_ascii=False),
        }


def _words(words: Words) -> dict[str, Any]:
    title, title_en, definition, definition_en = words
    return {"prefLabel": {"vi": title, "en": title_en}, "definition": {"vi": definition, "en": definition_en}}


def _template(template: StatementTemplate) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": template.id,
        "type": "StatementTemplate",
        "prefLabel": dict(template.title),
        "definition": dict(template.definition),
        "verb": template.verb,
    }
    if template.object_type:
        made["objectActivityType"] = template.object_type
    for field, types in template.context_types.items():
        made[CONTEXTS[field][1]] = list(types)
    if template.attachment_usage_types:
        made["attachmentUsageType"] = list(template.attachment_usage_types)
    if template.rules:
        made["rules"] = [_rule(rule) for rule in template.rules]
    return made


def _rule(rule: Rule) -> dict[str, Any]:
    made: dict[str, Any] = {"location": rule.location}
    for name, text in (("selector", rule.selector), ("presence", rule.presence)):
        if text:
            made[name] = text
    for name, values in (("any", rule.any), ("all", rule.all), ("none", rule.none)):
        if values is not None:
            made[name] = list(values)
    return made | ({"scopeNote": dict(rule.scope_note)} if rule.scope_note else {})


def _patterns(profile: str, templates: Sequence[str]) -> Iterable[dict[str, Any]]:
    """That anything learned may follow anything else. A Pattern of other members is another one, with another id."""
    if not templates:
        return
    one = templates[0]
    digest = hashlib.blake2b("\n".join(sorted(templates)).encode(), digest_size=4).hexdigest()
    if len(templates) > 1:
        one = f"{profile}/pattern/one-{digest}"
        yield {"id": one, "type": "Pattern", **_words(ONE_LEARNING), "alternates": sorted(templates)}
    any_learning = f"{profile}/pattern/any-{digest}"
    yield {"id": any_learning, "type": "Pattern", "primary": True, **_words(ANY_LEARNING), "oneOrMore": one}
