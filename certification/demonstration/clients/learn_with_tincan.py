"""A company's e-learning site written with PyPI's `tincan`, saying things in its own words.

In (standard input): one JSON object with endpoint, key, secret, seed, until (last day, YYYY-MM-DD), statements (how
many to send) and learners (mailto: addresses).
Out (standard output): one JSON object a line, {"id": …, "statement": {…}}, for each Statement the store acknowledged.
Ends non-zero, with the store's answer on standard error, as soon as one is refused.

Ids and times come from the seed, so that a second run sends the same Statements again and changes nothing.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from tincan import (
    Activity,
    ActivityDefinition,
    Agent,
    Context,
    LanguageMap,
    LRSResponse,
    RemoteLRS,
    Result,
    Score,
    Statement,
    StatementRef,
    Verb,
)

BATCH = 50
SITE = "https://elearning.codienvidu.example"
VERBS = "http://adlnet.gov/expapi/verbs/"
VIETNAM = timezone(timedelta(hours=7))
COURSES = (
    ("an-toan-dien", "An toàn điện trong nhà xưởng", "course"),
    ("phong-chay", "Phòng cháy, chữa cháy tại nơi làm việc", "course"),
    ("excel-co-ban", "Bảng tính cho tổ trưởng sản xuất", "course"),
    ("ky-nang-giao-tiep", "Giao tiếp trong tổ sản xuất", "media"),
    ("bao-tri-may", "Bảo trì máy theo kế hoạch", "simulation"),
)


def main() -> None:
    order = json.load(sys.stdin)
    lrs = RemoteLRS(version="1.0.1", endpoint=order["endpoint"] + "/", username=order["key"], password=order["secret"])
    chance = random.Random(f"{order['seed']}/tincan")  # noqa: S311 - invented learners
    until = datetime.fromisoformat(order["until"]).replace(tzinfo=VIETNAM)
    statements = [_statement(chance, order["learners"], until) for _ in range(order["statements"])]

    for statement in statements[:5]:
        _acknowledged(lrs, lrs.save_statement(statement), [statement])
    for start in range(5, len(statements), BATCH):
        batch = statements[start : start + BATCH]
        _acknowledged(lrs, lrs.save_statements(batch), batch)
    voiding = Statement(
        id=_uuid(chance),
        actor=Agent(name="Quản trị lớp học", mbox="mailto:quantri@codienvidu.example"),
        verb=Verb(id=VERBS + "voided", display=LanguageMap({"en-US": "voided"})),
        object=StatementRef(id=statements[0].id),
        timestamp=until + timedelta(hours=20),
    )
    _acknowledged(lrs, lrs.save_statement(voiding), [voiding])


def _statement(chance: random.Random, learners: list[str], until: datetime) -> Statement:
    """A learner watches, completes, passes or fails one of the courses."""
    slug, name, kind = chance.choice(COURSES)
    points = chance.randint(3, 10)
    said = chance.choice(("experienced", "attempted", "completed", "passed" if points >= 5 else "failed"))
    result = None
    if said == "completed":
        result = Result(completion=True, duration=timedelta(minutes=chance.randint(10, 60)))
    elif said in ("passed", "failed"):
        result = Result(
            score=Score(scaled=points / 10, raw=points, min=0, max=10), success=said == "passed", completion=True
        )
    return Statement(
        id=_uuid(chance),
        actor=Agent(mbox=chance.choice(learners)),
        verb=Verb(id=VERBS + said, display=LanguageMap({"en-US": said})),
        object=Activity(
            id=f"{SITE}/activities/{slug}",
            definition=ActivityDefinition(
                name=LanguageMap({"vi": name}),
                description=LanguageMap({"vi": f"{name} – bài học tự chọn của công ty"}),
                type=f"http://adlnet.gov/expapi/activities/{kind}",
            ),
        ),
        result=result,
        context=Context(registration=_uuid(chance), platform="elearning.codienvidu.example", language="vi"),
        timestamp=until - timedelta(days=chance.randrange(300)) + timedelta(minutes=chance.randint(330, 1290)),
    )


def _uuid(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _acknowledged(lrs: RemoteLRS, answer: LRSResponse, statements: list[Statement]) -> None:
    """Report what the store took. Raises SystemExit with its answer when it refused."""
    if not answer.success:
        raise SystemExit(f"{answer.response.status} {answer.data!r}")
    for statement in statements:
        document: dict[str, Any] = json.loads(statement.to_json(lrs.version))
        sys.stdout.write(json.dumps({"id": str(statement.id), "statement": document}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
