"""The three forms in which Statements are answered (xAPI 1.0.3 Communication 2.1.3, parameter `format`).

- `exact` is the stored text and passes by here;
- `ids` leaves of Agents, Groups, Verbs and Activities only what identifies them;
- `canonical` takes an Activity's definition as this store knows it, and of each language map the one language that
  suits the reader best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["LanguageRanges", "activity_ids", "canonical", "changed", "ids", "read_languages"]

LanguageRanges = tuple[str, ...]
"""Language ranges in small letters, the one liked best first."""

_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
_COMPONENTS = ("choices", "scale", "source", "target", "steps")

_Change = Callable[[Mapping[str, Any]], dict[str, Any]]


def ids(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The Statement with no more of each Agent, Group, Verb and Activity than identifies it."""
    return changed(
        statement,
        actor=_actor_id,
        verb=lambda verb: {"id": verb["id"]},
        activity=lambda activity: {"id": activity["id"]},
    )


def canonical(
    statement: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]], languages: LanguageRanges
) -> dict[str, Any]:
    """The Statement with these definitions (by Activity id), and one language in each language map."""

    def verb(verb: Mapping[str, Any]) -> dict[str, Any]:
        return _in_one_language(verb, ("display",), languages)

    def activity(activity: Mapping[str, Any]) -> dict[str, Any]:
        definition = definitions.get(activity["id"]) or activity.get("definition")
        if definition is None:
            return dict(activity)
        return {**activity, "definition": _definition(definition, languages)}

    def attachment(attachment: Mapping[str, Any]) -> dict[str, Any]:
        return _in_one_language(attachment, ("display", "description"), languages)

    return changed(statement, actor=dict, verb=verb, activity=activity, attachment=attachment)


def activity_ids(statement: Mapping[str, Any]) -> Iterator[str]:
    """The id of every Activity in a Statement."""
    found: list[str] = []

    def note(activity: Mapping[str, Any]) -> dict[str, Any]:
        found.append(activity["id"])
        return dict(activity)

    changed(statement, actor=dict, verb=dict, activity=note)
    yield from found


def read_languages(header: str | None) -> LanguageRanges:
    """The ranges of an Accept-Language header (RFC 7231 5.3.5), best first; what is not accepted (q=0) is left out.

    A header that makes no sense asks for nothing in particular.
    """
    ranges: list[tuple[float, str]] = []
    for part in (header or "").split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        if tag and 0 < quality <= 1:
            ranges.append((quality, tag))
    return tuple(tag for _, tag in sorted(ranges, key=lambda one: -one[0]))


def changed(
    statement: Mapping[str, Any], *, actor: _Change, verb: _Change, activity: _Change, attachment: _Change = dict
) -> dict[str, Any]:
    """A Statement or SubStatement whose actors, Verb, Activities and Attachments are replaced by what these give."""
    found = dict(statement)
    found["actor"] = actor(statement["actor"])
    found["verb"] = verb(statement["verb"])
    target = statement["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        found["object"] = activity(target)
    elif kind in ("Agent", "Group"):
        found["object"] = actor(target)
    elif kind == "SubStatement":
        found["object"] = changed(target, actor=actor, verb=verb, activity=activity, attachment=attachment)
    if "authority" in statement:
        found["authority"] = actor(statement["authority"])
    if "attachments" in statement:
        found["attachments"] = [attachment(one) for one in statement["attachments"]]
    if "context" in statement:
        found["context"] = context = dict(statement["context"])
        for name in ("instructor", "team"):
            if name in context:
                context[name] = actor(context[name])
        for name, part in (("contextAgents", "agent"), ("contextGroups", "group")):
            if name in context:
                context[name] = [{**each, part: actor(each[part])} for each in context[name]]
        if "contextActivities" in context:
            kinds = context["contextActivities"]
            context["contextActivities"] = {name: [activity(one) for one in several] for name, several in kinds.items()}
    return found


def _actor_id(actor: Mapping[str, Any]) -> dict[str, Any]:
    """An anonymous Group is identified by its members (xAPI 1.0.3 Data 2.4.2.2)."""
    kept = [key for key in ("objectType", *_IDENTIFIERS) if key in actor]
    found = {key: actor[key] for key in kept}
    if not any(key in actor for key in _IDENTIFIERS):
        found["member"] = [_actor_id(member) for member in actor.get("member", ())]
    return found


def _definition(definition: Mapping[str, Any], languages: LanguageRanges) -> dict[str, Any]:
    found = _in_one_language(definition, ("name", "description"), languages)
    for name in _COMPONENTS:
        if name in found:
            found[name] = [_in_one_language(one, ("description",), languages) for one in found[name]]
    return found


def _in_one_language(holder: Mapping[str, Any], names: tuple[str, ...], languages: LanguageRanges) -> dict[str, Any]:
    """The same, with one entry in each of these language maps."""
    found = dict(holder)
    for name in names:
        if found.get(name):
            tag = _best(tuple(found[name]), languages)
            found[name] = {tag: found[name][tag]}
    return found


def _best(tags: tuple[str, ...], languages: LanguageRanges) -> str:
    """The tag that fits best: by the range itself, below it (vi: vi-VN), or above it (vi-VN: vi); or else the first."""
    lower = [(tag.lower(), tag) for tag in tags]
    for wanted in languages:
        if wanted == "*":
            return tags[0]
        while wanted:
            for known, tag in lower:
                if known == wanted or known.startswith(wanted + "-"):
                    return tag
            wanted = wanted.rpartition("-")[0]
    return tags[0]
