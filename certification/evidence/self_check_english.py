"""The words of a self-check in English, by the same codes as in Vietnamese (`self_check_words`, `findings_words`)."""

from __future__ import annotations

from collections.abc import Mapping

from lrs.api import Outcome

__all__ = ["ASKED", "EFFECTS", "FINDINGS", "LEVELS", "NEAR", "OTHERS", "OUTCOMES", "REMARKS"]

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.REFUSED: "The store refuses it: the Statement breaks a rule of xAPI.",
    Outcome.NEW: "The store would take it in as a new one.",
    Outcome.ALREADY_THERE: "The store has this Statement; sent again it changes nothing.",
    Outcome.CONFLICT: "The store has another Statement with the same id, and would refuse this one (409).",
}

EFFECTS: Mapping[str, str] = {
    "counts": "It counts as evidence.",
    "waits": "There is evidence, which counts for nobody yet: the account is linked to no worker.",
    "nothing": "It counts as no evidence.",
}

LEVELS: tuple[str, ...] = (
    "self-declared",
    "named on a list",
    "presence verified, or completed in a system",
    "tested and scored",
)

REMARKS: Mapping[str, str] = {
    # ------------------------------------------------ when and whether it is read at all
    "voids": "This Statement voids another one; it is no evidence itself.",
    "voided": "This Statement was voided, so it does not count.",
    "no-mapping": "No rules for reading evidence are loaded; tell whoever runs this installation.",
    "before-the-first-mapping": "This is before the day from which the first rules for reading evidence hold.",
    "no-criteria-for-the-year": "There is no criteria set for {year}, so it counts for no indicator; check timestamp.",
    "no-timestamp": "Without timestamp, the moment at which the store received it is taken. Send when it happened.",
    "in-the-future": "{day} is yet to come; it counts from that day on. Check clock and time zone of the sender.",
    # ------------------------------------------------ who
    "group-without-members": "The Group names no members, so it counts for nobody; list them in member.",
    "actor-is-no-account": (
        "Identify people by account (homePage and employee code), as on the list of workers, and not by mail address "
        "or openid: these are personal data and change often."
    ),
    "actor-unknown": (
        "Which worker {actor}{others} is, is not known. The Statement is kept and waits: ask whoever runs this "
        "installation to enter the account, or check the homePage and name that were agreed."
    ),
    # ------------------------------------------------ verb, object, outcome
    "verb-not-mapped": "The rules for reading evidence do not have the verb {verb}.{near}",
    "object-is-no-activity": "Only Statements whose object is an Activity count.",
    "outcome-failed": "With this verb, what failed (success = false) does not count.",
    "outcome-unfinished": "With this verb, what is unfinished (completion = false) does not count.",
    "outcome-fine": "With this verb, it counts only where result says that it failed or is unfinished.",
    "type-not-mapped": "The activity type {type} does not go with this verb. Types that count: {types}.",
    "no-type": "The Activity states no type (definition.type); with one it might also count as: {titles}.",
    # ------------------------------------------------ topics
    "no-topic": (
        "No topic is stated, so it counts as learning in general. Add a category Activity {prefix}<code of the topic>, "
        "or ask whoever runs this installation to put the course into the catalogue."
    ),
    "topic-unknown": "There is no topic “{topic}”.{near}",
    "topic-of-another-profile": "The topic is stated by another address; here it is {right}.",
    "topics-not-taken": "Topics are stated ({titles}), but with this verb or result topics do not count.",
    "ability-not-shown": (
        "“{title}” counts only where something was completed, passed or tested, not where it was attended or looked at."
    ),
    # ------------------------------------------------ how strong, how long, how well
    "level-unreadable": "A level of evidence that is claimed has to be 0, 1, 2 or 3; it is passed over.",
    "level-bounded": "Level {stated} is claimed, but Statements of this kind count up to level {level}.",
    "too-weak-for": "Parts of {indicators} take evidence from level {level} upwards only.",
    "no-duration": "There is no duration (result.duration): it counts for 0 minutes of learning.",
    "duration-too-short": "The duration (result.duration) is under a minute: it counts for 0 minutes of learning.",
    "no-score": "There is no score (result.score.scaled): the part of {indicators} that is about tests does not count.",
    "score-without-scale": "There is a score, but not out of how much: add scaled, or max beside raw.",
}

NEAR = " Is {near} meant?"
OTHERS = " and {others} other accounts"

FINDINGS: Mapping[str, str] = {
    "late": "What is told (timestamp) came {days} days later, more than {most}. It counts, and is to be looked at.",
    "in-the-future": "timestamp is {minutes} minutes after receiving, more than {most}. Check the sender's clock.",
    "claims-too-much": "Level {stated} is claimed, but it counts as level {level}.",
    "not-trusted": "The sender is not trusted for: {topics}. That part does not count.",
    "rule-broken": "It fits the template “{title}” of the xAPI Profile but breaks its rule at {place}: {asked}.",
    "no-template": "It says that it follows the xAPI Profile, but fits none of its templates.",
    "no-registration": "It says that it follows the xAPI Profile, but has no context.registration.",
    "version-unknown": "There is no version {version} of the xAPI Profile.",
    "extension-misplaced": "The extension {extension} belongs into context.extensions.",
    "extension-unreadable": "The value of the extension {extension} cannot be read, so it is passed over.",
    "national-number": "The account name at {place} looks like an identity number, which may not be in Statements.",
}

ASKED: Mapping[str, str] = {
    "included": "it has to be there",
    "excluded": "it may not be there",
    "any": "at least one of {values} has to be there",
    "all": "only {values} may be there",
    "none": "none of {values} may be there",
}
