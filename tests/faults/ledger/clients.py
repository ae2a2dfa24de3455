"""Those who write: Statements of every size, one, fifty or thousands at a time, with and without Attachments."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from tests.certification import learning
from tests.faults.ledger.book import Book, Kind
from tests.faults.platforms import Answer, Lost, Platform

ACTIVITY = "https://hoc.example.org/tep"
"""What Statements with Attachments are about."""

BATCH = 50
LINES = (500, 3_000)
LEARNERS = 40
KINDS = ("law-labour", "law-safety", "digital-able", "life-health", "reading")
WORDS = ("Bài học về an toàn lao động; ", "Ngọc Ánh đã hoàn thành. ", "\u0302\U0001f600", '"\\/\n', "x" * 300)

Statement = tuple[UUID, bytes]
"""Id and text, the id first in it."""


@dataclass(slots=True)
class Answers:
    """What all clients were answered, for whoever wants to know how the server does."""

    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    without_retry_after: int = 0
    slowest: float = 0.0
    """Seconds for which a request waited for its answer, whichever that was. Bulk uploads do not count."""
    wrong: list[str] = field(default_factory=list)
    """Answers that nobody should ever have."""
    good: threading.Condition = field(default_factory=threading.Condition)
    last_good: float = 0.0

    def note(self, answer: Answer, seconds: float, kind: Kind) -> None:
        with self.good:
            self.statuses[answer.status] += 1
            if kind is not Kind.BULK:
                self.slowest = max(self.slowest, seconds)
            if answer.status == 503:
                self.without_retry_after += "retry-after" not in {name.lower() for name in answer.headers}
            elif answer.status == 200:
                self.last_good = time.monotonic()
                self.good.notify_all()
            else:
                self.wrong.append(f"{kind.name}: {answer.status} {answer.body[:300]!r}")

    def wait_for_good(self, since: float, patience: float) -> bool:
        """Whether something was acknowledged after this instant (of time.monotonic), waiting for it."""
        with self.good:
            return self.good.wait_for(lambda: self.last_good > since, patience)


def text_of(document: dict[str, Any]) -> Statement:
    return UUID(document["id"]), msgspec.json.encode(document)


def plain(chance: random.Random) -> Statement:
    """A Statement that is no evidence of anything, with words of any length."""
    id_ = UUID(int=chance.getrandbits(128), version=4)
    return text_of(
        {
            "id": str(id_),
            "actor": {"account": {"homePage": "https://hoc.example.org", "name": f"nguoi-{chance.randrange(500)}"}},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
            "object": {"id": f"https://hoc.example.org/trang/{chance.randrange(300)}"},
            "result": {"response": chance.choice(WORDS) * chance.randrange(4), "duration": "PT1M"},
            "timestamp": "2026-11-20T05:00:00.000Z",
            "version": "2.0.0",
        }
    )


def learnt(chance: random.Random) -> Statement:
    """A Statement that somebody on the roster learnt something, today or yesterday."""
    when = datetime.now(UTC) - timedelta(hours=chance.choice([1, 2, 20, 30]))
    name = f"w-{chance.randrange(LEARNERS)}"
    return text_of(
        {**learning.statement(name, chance.choice(KINDS), timestamp=when.isoformat()[:23] + "Z"), "version": "2.0.0"}
    )


def attached(chance: random.Random) -> tuple[list[Statement], str, bytes]:
    """A few Statements with Attachments, and the request that carries them: content type and body."""
    statements, contents = [], []
    for _ in range(chance.randint(1, 3)):
        content = chance.randbytes(chance.choice([10, 1_000, 30_000, 400_000]))
        id_, text = plain(chance)
        document = msgspec.json.decode(text)
        document["object"] = {"id": ACTIVITY}
        document["attachments"] = [
            {
                "usageType": "https://hoc.example.org/minh-chung", "display": {"vi": "Tệp"},
                "contentType": "application/octet-stream", "length": len(content),
                "sha2": sha256(content).hexdigest(),
            }
        ]  # fmt: skip
        statements.append((id_, msgspec.json.encode(document)))
        contents.append(content)
    boundary = chance.randbytes(16).hex()
    parts = [b"Content-Type: application/json\r\n\r\n" + listed(statements)]
    parts += [
        f"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha256(one).hexdigest()}\r\n\r\n".encode() + one
        for one in contents
    ]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return statements, f"multipart/mixed; boundary={boundary}", body + b"--" + boundary.encode() + b"--\r\n"


def listed(statements: Sequence[Statement]) -> bytes:
    return b"[" + b",".join(text for _, text in statements) + b"]"


class Client:
    """One connection that sends one kind of request, and its book."""

    def __init__(
        self, kind: Kind, platform: Platform, book: Path, answers: Answers, chance: random.Random, stop: threading.Event
    ) -> None:
        self._kind, self._platform, self._answers, self._chance, self._stop = kind, platform, answers, chance, stop
        self._book = Book(book)
        self._begun = False
        """Whether a batch was sent: the first is evidence, so that there is some in every round."""

    def write(self) -> None:
        """Send until told to stop."""
        try:
            while not self._stop.is_set():
                self._send_one()
        finally:
            self._book.close()
            self._platform.close()

    def _send_one(self) -> None:
        """Send one request, and send it again for as long as no answer says that it is stored; some give up."""
        statements, path, content_type, body = self._next()
        number = self._book.sent(self._kind, statements)
        while not self._stop.is_set():
            try:
                answer = self._platform.send("POST", path, body, content_type=content_type)
            except Lost:
                self._answers.lost += 1
                self._stop.wait(0.02)
            else:
                self._answers.note(answer, time.monotonic() - self._platform.asked_at, self._kind)
                if answer.status == 200:
                    self._check(answer, statements)
                    self._book.acknowledged(number)
                    return
                if answer.status != 503:
                    return
                self._stop.wait(0.1)
            if self._chance.random() < 0.4:
                return  # must then be there whole or not at all

    def _next(self) -> tuple[list[Statement], str, str, bytes]:
        """Statements, address, content type and body of a new request."""
        chance = self._chance
        if self._kind is Kind.ATTACHMENT:
            statements, content_type, body = attached(chance)
            return statements, "/xapi/statements", content_type, body
        if self._kind is Kind.BULK:
            statements = [plain(chance) for _ in range(chance.randint(*LINES))]
            lines = b"\n".join(text for _, text in statements)
            return statements, "/xapi-ext/statements/bulk?only=refused", "application/x-ndjson", lines
        if self._kind is Kind.SINGLE:
            statements = [plain(chance)]
            return statements, "/xapi/statements", "application/json", statements[0][1]
        is_learnt = not self._begun or chance.random() < 0.05
        self._begun = True
        make: Callable[[random.Random], Statement] = learnt if is_learnt else plain
        statements = [make(chance) for _ in range(BATCH)]
        return statements, "/xapi/statements", "application/json", listed(statements)

    def _check(self, answer: Answer, statements: Sequence[Statement]) -> None:
        """An answer that says 200 must also say that all of it is stored."""
        told = msgspec.json.decode(answer.body)
        if self._kind is Kind.BULK:
            is_all = not told["refused"] and told["stored"] + told["there"] == told["lines"] == len(statements)
        else:
            is_all = told == [str(id_) for id_, _ in statements]
        if not is_all:
            self._answers.wrong.append(f"{self._kind.name}: 200 with {answer.body[:300]!r}")
