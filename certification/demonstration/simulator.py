"""Our own platform simulator: a year of an invented world's learning, as the requests two platforms would send.

Deterministic: the same world, number and profile give the same Statements with the same ids in the same order. The
clock is not read; every timestamp lies between the first day of the world's year and the evening of its as-of day, at
hours at which shift workers learn.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from certification.demonstration.lessons import (
    CHECK,
    CONTEST,
    COURSE,
    TALK,
    TOPICS,
    UNTAGGED,
    Occasion,
    Topic,
    activity,
    verb,
)
from certification.demonstration.people import LEARNING_PLATFORM, ROLL_CALL_PLATFORM, Account, Person, World
from certification.demonstration.poster import Post
from lrs.api import VOIDED

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

LATE_PER_CENT = 5
REPEATED_PER_CENT = 2
VOIDED_PER_CENT = 1
UNKNOWN_PER_CENT = 1
TOLD_TWICE_PER_CENT = 1
GROUP_TALK_OF_EVERY = 150
"""One Statement in so many is a talk at shift change, told of a Group with its members."""

SMALLEST_BATCH, LARGEST_BATCH = 50, 480
RETRIED_AFTER = (3, 8)
"""A repeated Statement is sent again this many batches later."""

FREE_HOURS = ((5, 20, 35), (11, 30, 60), (17, 5, 80), (19, 40, 130))
"""When there is time to learn: hour, minute, and for how many minutes: before the shift, at noon, after it, at home."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """The requests in the order to be sent, and how much of what is in them (Statements counted once). Beside them
    those of the roll-call device at the door, which has a key of its own: each tells again what is in the others."""

    posts: tuple[Post, ...]
    told_again: tuple[Post, ...]
    statements: int
    late: int
    repeated: int
    voided: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Event:
    """Somebody learned something."""

    at: datetime
    actor: dict[str, Any]
    topic: Topic
    title: int
    occasion: Occasion
    scaled: int | None
    """Score in hundredths, None when not scored."""
    minutes: int


def simulate(world: World, *, statements: int, profile: str) -> Simulation:
    """At least `statements` Statements, more when what the world's people aim at takes more.

    `profile` is the address of our xAPI profile, from the evidence mapping in force; topic tags begin with it.
    """
    chance = random.Random(f"{world.seed}/simulator")  # noqa: S311 - invented learning
    events = _events(chance, world, statements - statements * VOIDED_PER_CENT // 100)
    events.sort(key=lambda event: event.at)
    draw = _Drawing(profile)
    sent = [draw.statement(chance, event) for event in events]
    known = [one for one, event in zip(sent, events, strict=True) if not _is_guest(event.actor)]
    to_void = chance.sample(known, len(sent) * VOIDED_PER_CENT // 100)
    voiding = [_voiding(chance, one, world.as_of) for one in to_void]
    singly, in_batches = voiding[::2], voiding[1::2]

    twice = _told_again(world, known, profile, len(sent) * TOLD_TWICE_PER_CENT // 100)
    late = set(chance.sample(range(len(sent)), len(sent) * LATE_PER_CENT // 100))
    in_time = sorted(
        [one for place, one in enumerate(sent) if place not in late] + in_batches,
        key=lambda one: datetime.fromisoformat(one["timestamp"]),
    )
    out_of_order = [sent[place] for place in sorted(late)]
    chance.shuffle(out_of_order)
    everything = in_time + out_of_order
    again = chance.sample(range(len(everything)), len(everything) * REPEATED_PER_CENT // 100)
    batches = _batches(chance, everything, again)
    posts = [Post(tuple(batch), version=chance.choice(("2.0.0", "2.0.0", "2.0.0", "1.0.3"))) for batch in batches]
    posts += [Post((one,), put=True) for one in singly]
    return Simulation(
        posts=tuple(posts),
        told_again=tuple(Post(tuple(twice[at : at + LARGEST_BATCH])) for at in range(0, len(twice), LARGEST_BATCH)),
        statements=len(sent) + len(voiding),
        late=len(late),
        repeated=len(again),
        voided=len(to_void),
        unknown=len(sent) - len(known),
    )


# ---------------------------------------------------------------- who learns what, when

_ALL_ROUND = (
    ("CS1", "reading", 16),
    ("CS2", "study-plan", 9),
    ("CS3", "community", 8),
    ("CS5", "digital-reached", 4),
    ("CS5", "digital-able", 5),
    ("CS6", "language", 14),
    ("CS7", "improvement", 8),
    ("", "law-labour", 2),
    ("", "law-trade-union", 1),
    ("", "law-social-insurance", 1),
    ("", "law-safety", 2),
    ("", "skill-upskilling", 3),
    ("", "life-health", 1),
    ("", "life-industrial-style", 1),
)
"""What an all-round worker does in a year: for which indicator, the topic, and how often at least."""

_FOUR_LAWS = ("law-labour", "law-trade-union", "law-social-insurance", "law-safety")
_LAW = (*_FOUR_LAWS, "law-other", "working-class-theory")
_SKILL = ("skill-upskilling", "skill-upskilling", "skill-contest", "skill-external")
_LIFE = tuple(code for code in TOPICS if code.startswith("life-"))
_TALKS = ("law-safety", "law-labour", "law-trade-union", "working-class-theory")


def _events(chance: random.Random, world: World, count: int) -> list[_Event]:
    """What everybody aims at, talks to groups, guests, and then ordinary learning up to `count` events."""
    events = [event for person in world.people for event in _aims(chance, world, person)]
    events += _talks(chance, world, count // GROUP_TALK_OF_EVERY)
    events += _guests(chance, world, count * UNKNOWN_PER_CENT // 100)
    learners = [person for person in world.people if person.diligence.groups and _window(world, person)]
    while len(events) < count:
        person = chance.choice(learners)
        events.append(_event(chance, world, person, _pastime(chance, person)))
    return events


def _aims(chance: random.Random, world: World, person: Person) -> Iterator[_Event]:
    if _window(world, person) is None:
        return
    for code in _codes(chance, world, person):
        yield _event(chance, world, person, TOPICS[code])


def _codes(chance: random.Random, world: World, person: Person) -> Iterator[str]:
    """Topic codes, one for each occasion in the year."""
    diligence = person.diligence
    if diligence.all_round:
        for indicator, code, times in _ALL_ROUND:
            if not (indicator and indicator == diligence.lacks):
                yield from [code] * chance.randint(times, times + 2)
    else:
        if "law" in diligence.groups:
            yield "law-labour"
            if person.enterprise.area == "vn/lai-chau" and chance.random() < 0.7:
                yield from _FOUR_LAWS  # the plan there asks for all four
            else:
                yield from chance.sample(_LAW, chance.randint(0, 3))
        if "skill" in diligence.groups:
            yield "skill-new-hire" if person.jobs[-1].started >= world.first_day else chance.choice(_SKILL)
        if "life" in diligence.groups:
            yield from chance.sample(_LIFE, chance.randint(1, 3))
        if "digital" in diligence.groups:
            yield from ["digital-reached"] * chance.randint(1, 2)
            if diligence.able:
                yield "digital-able"
    if any(job.union_cadre for job in person.jobs) and chance.randrange(100) < person.enterprise.culture.law:
        yield "cadre-training"


def _pastime(chance: random.Random, person: Person) -> Topic:
    """Ordinary learning: reading, something untagged, or more of what the worker learns anyway."""
    roll = chance.random()
    if roll < 0.35:
        return TOPICS["reading"]
    if roll < 0.6:
        return UNTAGGED
    group = chance.choice(sorted(person.diligence.groups))
    if group == "law":
        return TOPICS[chance.choice(_LAW)]
    if group == "skill":
        return TOPICS["skill-upskilling"]
    return TOPICS[chance.choice(_LIFE)] if group == "life" else TOPICS["digital-reached"]


def _event(chance: random.Random, world: World, person: Person, topic: Topic) -> _Event:
    window = _window(world, person)
    assert window is not None, f"{person.number} was never employed in the year"  # noqa: S101
    # Nobody's second account gets much use; that its learning counts for the same person is what it is there for.
    account = person.accounts[0] if chance.random() < 0.8 else chance.choice(person.accounts)
    return _learned(chance, world, _day(chance, *window), account.agent(), topic, able=person.diligence.able)


def _talks(chance: random.Random, world: World, count: int) -> Iterator[_Event]:
    """Talks at shift change. Members are those of an enterprise who hear about law at all."""
    listeners = {
        firm.code: [one for one in world.people if one.enterprise.code == firm.code and "law" in one.diligence.groups]
        for firm in world.enterprises
    }
    firms = [firm for firm in world.enterprises if listeners[firm.code]]
    for number in range(count):
        firm = firms[number % len(firms)]
        day = _day(chance, world.first_day, world.as_of)
        there = [one for one in listeners[firm.code] if one.employed_on(day)]
        if not there:
            continue
        members = [one.accounts[0].agent() for one in chance.sample(there, min(len(there), chance.randint(6, 24)))]
        group: dict[str, Any] = {"objectType": "Group", "name": f"Tổ ca {number % 3 + 1} – {firm.name}"}
        if number % 4 == 0:
            group["account"] = {
                "homePage": ROLL_CALL_PLATFORM,
                "name": f"to-{firm.site.split('.')[0]}-{number % 3 + 1}",
            }
        topic = TOPICS[chance.choice(_TALKS)]
        yield _learned(chance, world, day, {**group, "member": members}, topic, occasion=TALK)


def _guests(chance: random.Random, world: World, count: int) -> Iterator[_Event]:
    """Learning by accounts that stand in no roster: about eight Statements each."""
    agents = [
        Account(home_page=LEARNING_PLATFORM, name=f"khach-{number:04d}").agent() for number in range(count // 8 + 1)
    ]
    codes = ("law-labour", "reading", "life-health", "digital-reached")
    for _ in range(count):
        day = _day(chance, world.first_day, world.as_of)
        yield _learned(chance, world, day, chance.choice(agents), TOPICS[chance.choice(codes)])


def _is_guest(actor: dict[str, Any]) -> bool:
    return str(actor.get("account", {}).get("name", "")).startswith("khach-")


def _window(world: World, person: Person) -> tuple[date, date] | None:
    """First and last day on which a worker learns: employed, and within the world's year."""
    first = max(world.first_day, min(job.started for job in person.jobs))
    last = min(world.as_of, max(job.ended or world.as_of for job in person.jobs))
    return (first, last) if first <= last else None


def _day(chance: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, (last - first).days))


def _learned(
    chance: random.Random,
    world: World,
    day: date,
    actor: dict[str, Any],
    topic: Topic,
    *,
    occasion: Occasion | None = None,
    able: bool = False,
) -> _Event:
    """Something learned on a day, at an hour and with a result drawn by chance; the able score higher."""
    occasion = occasion or chance.choice(topic.occasions)
    hour, minute, span = chance.choice(FREE_HOURS)
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM) + timedelta(
        minutes=chance.randrange(span), seconds=chance.randrange(60)
    )
    return _Event(
        at=at,
        actor=actor,
        topic=topic,
        title=chance.randrange(len(topic.titles)),
        occasion=occasion,
        scaled=chance.randint(75 if able else 40, 100) if occasion.scored else None,
        minutes=chance.randint(*occasion.minutes),
    )


# ---------------------------------------------------------------- the Statements


class _Drawing:
    """Draws Statements; activities, verbs and tags are made once and shared by all that name them."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._activities: dict[tuple[str, int, str], dict[str, Any]] = {}
        self._verbs = {False: dict[str, dict[str, Any]](), True: dict[str, dict[str, Any]]()}
        self._tags: dict[str, dict[str, Any]] = {}
        self._verified_presence = {f"{profile}/extension/evidence-level": 2}

    def statement(self, chance: random.Random, event: _Event) -> dict[str, Any]:
        occasion = event.occasion
        failed = occasion is CHECK and (event.scaled or 0) < 50
        statement: dict[str, Any] = {
            "id": _uuid(chance),
            "actor": event.actor,
            "verb": self._verbs[failed].setdefault(occasion.verb, verb(occasion, failed=failed)),
            "object": self._activities.setdefault(
                (event.topic.code, event.title, occasion.type), activity(event.topic, event.title, occasion)
            ),
            "context": {"platform": occasion.platform, "language": "vi"},
            "timestamp": _written(event.at, occasion.platform),
        }
        if occasion in (CHECK, CONTEST) or event.minutes:
            statement["result"] = _result(event, failed)
        if event.topic.code:
            statement["context"]["contextActivities"] = self._tags.setdefault(
                event.topic.code, {"category": [{"id": f"{self._profile}/topic/{event.topic.code}"}]}
            )
        if occasion.platform == LEARNING_PLATFORM:
            statement["context"]["registration"] = _uuid(chance)
        else:
            statement["context"]["extensions"] = self._verified_presence
        return statement


def _result(event: _Event, failed: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"completion": True}
    if event.minutes:
        result["duration"] = f"PT{event.minutes}M"
    if event.scaled is not None:
        result["score"] = {"scaled": event.scaled / 100, "raw": event.scaled, "min": 0, "max": 100}
        result["success"] = not failed
    return result


def _written(at: datetime, platform: str) -> str:
    """The learning platform writes Vietnamese time, the roll-call platform UTC."""
    if platform == LEARNING_PLATFORM:
        return at.isoformat()
    return (at - timedelta(hours=7)).replace(tzinfo=None).isoformat() + "Z"


def _told_again(world: World, known: Sequence[dict[str, Any]], profile: str, count: int) -> list[dict[str, Any]]:
    """Of some courses and lessons that were completed, that the same person was there, as a device at the door says."""
    chance = random.Random(f"{world.seed}/told again")  # noqa: S311 - invented learning
    completed = [one for one in known if one["verb"]["id"] == COURSE.verb and "contextActivities" in one["context"]]
    return [
        {
            "id": _uuid(chance),
            "actor": one["actor"],
            "verb": verb(TALK),
            "object": one["object"],
            "context": {
                "platform": ROLL_CALL_PLATFORM,
                "language": "vi",
                "contextActivities": one["context"]["contextActivities"],
                "extensions": {f"{profile}/extension/evidence-level": 2},
            },
            "timestamp": _written(datetime.fromisoformat(one["timestamp"]), ROLL_CALL_PLATFORM),
        }
        for one in chance.sample(completed, min(count, len(completed)))
    ]


def _voiding(chance: random.Random, target: dict[str, Any], as_of: date) -> dict[str, Any]:
    """An administrator takes a Statement back some days later, and on the evening of the as-of day at the latest."""
    last = datetime(as_of.year, as_of.month, as_of.day, 22, 30, tzinfo=VIETNAM)
    at = min(datetime.fromisoformat(target["timestamp"]) + timedelta(days=chance.randint(1, 6)), last)
    return {
        "id": _uuid(chance),
        "actor": {"objectType": "Agent", "account": {"homePage": LEARNING_PLATFORM, "name": "quan-tri"}},
        "verb": {"id": VOIDED, "display": {"vi": "hủy"}},
        "object": {"objectType": "StatementRef", "id": target["id"]},
        "timestamp": at.astimezone(VIETNAM).isoformat(),
    }


def _uuid(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


# ---------------------------------------------------------------- the requests


def _batches(
    chance: random.Random, statements: Sequence[dict[str, Any]], again: Iterable[int]
) -> list[list[dict[str, Any]]]:
    """`statements` in order in batches, those at the places `again` a second time in some later batch."""
    largest = min(LARGEST_BATCH, max(SMALLEST_BATCH + 10, len(statements) // 20))
    batches: list[list[dict[str, Any]]] = []
    batch_of: list[int] = []
    start = 0
    while start < len(statements):
        size = chance.randint(SMALLEST_BATCH, largest)
        batches.append(list(statements[start : start + size]))
        batch_of += [len(batches) - 1] * len(batches[-1])
        start += size
    at_the_end: list[dict[str, Any]] = []
    for place in again:
        later = batch_of[place] + chance.randint(*RETRIED_AFTER)
        (batches[later] if later < len(batches) else at_the_end).append(statements[place])
    return batches + [at_the_end[some : some + LARGEST_BATCH] for some in range(0, len(at_the_end), LARGEST_BATCH)]
