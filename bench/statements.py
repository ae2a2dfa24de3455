"""Realistic Statements of about 1.2 kB, the same for the same number: a worker, a course, Vietnamese words, tags."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

PROFILE = "https://profiles.example.org/cong-dan-hoc-tap"
VERBS = [
    ("http://adlnet.gov/expapi/verbs/completed", "đã hoàn thành", 40),
    ("http://adlnet.gov/expapi/verbs/attended", "đã tham dự", 25),
    ("http://adlnet.gov/expapi/verbs/passed", "đã đạt", 20),
    ("http://activitystrea.ms/schema/1.0/read", "đã đọc", 15),
]
KINDS = ["course", "meeting", "assessment", "lesson"]
TOPICS = ["law-labour", "law-trade-union", "life-health", "digital-reached", "skill-upskilling", "life-traffic"]
WORDS = ["an toàn", "vệ sinh lao động", "pháp luật", "công đoàn", "kỹ năng số", "giao thông", "sức khỏe", "đối thoại"]
START = datetime(2026, 1, 1, tzinfo=UTC)
OFTEN = 0
"""The worker of every hundredth Statement, always in one registration, so that long lists of both exist."""
INSTRUCTORS = range(9_000_000, 9_000_020)


def agent(number: int) -> dict[str, Any]:
    """A worker or an instructor."""
    return {"objectType": "Agent", "account": {"homePage": "https://hoc.example.org", "name": f"w{number:07d}"}}


def activity(number: int) -> str:
    """The id of an Activity."""
    return f"https://hoc.example.org/hoat-dong/{number:06d}"


def programme(number: int) -> str:
    """The id of an Activity that groups others."""
    return f"https://hoc.example.org/chuong-trinh/{number}"


def statement(number: int, *, workers: int = 5000, activities: int = 2000) -> dict[str, Any]:
    """Statement `number`; its id, worker and content follow from the number alone."""
    chance = random.Random(number)
    often = number % 100 == 0
    worker = OFTEN if often else chance.randrange(1, workers)
    verb, words, _ = chance.choices(VERBS, [weight for *_, weight in VERBS])[0]
    about = int(chance.random() ** 2 * activities)
    moment = START + timedelta(seconds=chance.randrange(320 * 24 * 3600))
    name = " ".join(WORDS[(about + n) % len(WORDS)] for n in range(6)).capitalize()
    made: dict[str, Any] = {
        "id": str(UUID(int=chance.getrandbits(128), version=4)),
        "actor": agent(worker),
        "verb": {"id": verb, "display": {"vi": words, "en-US": verb.rsplit("/", 1)[-1]}},
        "object": {
            "objectType": "Activity",
            "id": activity(about),
            "definition": {
                "type": f"http://adlnet.gov/expapi/activities/{KINDS[about % 4]}",
                "name": {"vi": name, "en-US": f"Activity {about}"},
                "description": {"vi": f"Nội dung học tập số {about}: {name.lower()}, {' '.join(WORDS[:12])}."},
            },
        },
        "context": {
            "registration": str(UUID(int=OFTEN if often else worker * 1_000_003 + about, version=4)),
            "platform": "Nền tảng học tập",
            "language": "vi",
            "contextActivities": {
                "category": [{"objectType": "Activity", "id": f"{PROFILE}/topic/{TOPICS[about % len(TOPICS)]}"}],
                "grouping": [{"objectType": "Activity", "id": programme(about % 25)}],
            },
            "extensions": {
                "https://hoc.example.org/ext/ca": f"ca-{worker % 3 + 1}",
                "https://hoc.example.org/ext/n": number,
            },
        },
        "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    if chance.random() < 0.3:
        made["context"]["instructor"] = agent(chance.choice(INSTRUCTORS))
    if chance.random() < 0.6:
        scaled = chance.randrange(40, 101) / 100
        made["result"] = {
            "score": {"scaled": scaled, "raw": round(scaled * 100), "min": 0, "max": 100},
            "success": scaled >= 0.5,
            "completion": True,
            "duration": f"PT{chance.randrange(5, 120)}M",
        }
    return made
