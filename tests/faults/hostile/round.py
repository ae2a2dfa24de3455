"""One round: both engines are asked the same, request by request, and their answers are held against each other."""

from __future__ import annotations

import logging
import re
import resource
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lrs.credentials import Identity
from lrs.db import Database
from lrs.resources import access
from tests.faults.hostile import statements, wire
from tests.faults.hostile.asking import Answer, ask
from tests.faults.hostile.requests import Maker, Request
from tests.faults.hostile.twins import ENGINES, Installation, Template

__all__ = ["OF_STATEMENTS", "ROUND", "Found", "is_served", "maker", "run", "run_statements", "wrong_of"]

OF_THE_STORE = ("statements", "attachments", "documents", "parameters", "bulk")
"""The kinds of requests that ask the store, of those of `requests.KINDS`."""

OF_STATEMENTS = "batch"
"""The kind of what was found of valid Statements and broken ones: its number is that of a batch."""

ROUND = 2_000
"""Requests to one pair of databases, before the next begins with fresh ones."""
SERVED = 40
"""One round of so many goes over sockets."""

TOO_LONG = 10.0
"""Seconds that an answer may take on a machine that others use as well."""
TOO_MUCH = 5.0
"""Seconds that a processor may work on one request."""


@dataclass(slots=True)
class Found:
    """What a round came to."""

    requests: Counter[str] = field(default_factory=Counter)
    served: int = 0
    """How many of these went over a socket, through the real server."""
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: {engine: Counter() for engine in ENGINES})
    slowest: dict[str, float] = field(default_factory=lambda: dict.fromkeys(ENGINES, 0.0))
    valid: int = 0
    """Valid Statements that were stored and came back equal."""
    broken: int = 0
    """Requests with one break that were refused whole, its place named."""
    faults: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    memory: int = 0
    """The most that this process has held, MiB."""


def maker(template: Template) -> Maker:
    """Makes requests for that template, with the fields of all forms that somebody of it sees."""
    one = template.installed("sqlite", "looking")
    names: set[str] = set()
    try:
        first = Maker(one.app, template.places[:1], template.callers, ["x"])
        for asked in first.pages():
            for caller in ("admin", "base", "worker"):
                with suppress(Exception):
                    answer = ask(one.app, Request("GET", *asked), template.callers[caller].headers)
                    names |= {name.decode() for name in re.findall(rb'name="([\w.-]+)"', answer.body)}
        return Maker(one.app, template.places, template.callers, sorted(names))
    finally:
        one.close()


def is_served(number: int) -> bool:
    """Whether the request of this number goes over a socket."""
    return number // ROUND % SERVED == 0


def run(template: Template, make: Maker, seed: int, numbers: range, stop: Callable[[], bool]) -> Found:
    """Asks the requests of these numbers, until `stop` says so."""
    name = f"{seed}_{numbers.start}"
    twins = [template.installed(engine, name) for engine in ENGINES]
    found = Found(versions={twin.engine: twin.database.version() for twin in twins})
    try:
        if is_served(numbers.start):
            _run_served(twins, template, make, seed, numbers, stop, found)
        else:
            _run(twins, template, make, seed, numbers, stop, found)
    finally:
        for twin in twins:
            twin.close()
    found.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def run_statements(template: Template, seed: int, numbers: range, stop: Callable[[], bool]) -> Found:
    """Sends the batches of these numbers, until `stop` says so."""
    twins = [template.installed(engine, f"s{seed}_{numbers.start}") for engine in ENGINES]
    found = Found(versions={twin.engine: twin.database.version() for twin in twins})
    apps, own = {twin.engine: twin.app for twin in twins}, template.callers["xapi"].headers
    try:
        for number in numbers:
            if stop():
                break
            if wrong := statements.wrong_of(apps, own, seed, number):
                found.faults.append(
                    {"seed": seed, "number": number, "wrong": wrong[0], "kind": OF_STATEMENTS, "all": wrong}
                )
            else:
                found.valid += statements.BATCH
                found.broken += statements.BREAKS
    finally:
        for twin in twins:
            twin.close()
    return found


def _run(
    twins: list[Installation], template: Template, make: Maker, seed: int, numbers: range, stop: Callable[[], bool],
    found: Found,
) -> None:  # fmt: skip
    """Within this process: both engines answer alike, and soon."""
    with _knowing(template.callers["xapi"].headers["Authorization"]) as known:
        for number in numbers:
            if stop():
                break
            request = make.one(number, seed)
            answers = {twin.engine: _answer(twin, request, template) for twin in twins}
            _count(found, request, answers)
            if request.kind not in OF_THE_STORE:
                known.clear()
            if wrong := wrong_of(*(answer for answer, _ in answers.values())):
                found.faults.append({"seed": seed, "number": number, "wrong": wrong, **_told(request, answers)})


@contextmanager
def _knowing(authorization: str) -> Iterator[dict[int, Identity]]:
    """Lets each database be asked whose key this is once, until what was known of it is cleared: nearly every request
    bears it, unspoilt, and only those to what is no store can change whose it is."""
    known: dict[int, Identity] = {}
    asked = access.identify

    def identify(database: Database, given: str | None, *, pepper: bytes, now: datetime) -> Identity:
        if given != authorization:
            return asked(database, given, pepper=pepper, now=now)
        if id(database) not in known:
            known[id(database)] = asked(database, given, pepper=pepper, now=now)
        return known[id(database)]

    access.identify = identify
    try:
        yield known
    finally:
        access.identify = asked


def _run_served(
    twins: list[Installation], template: Template, make: Maker, seed: int, numbers: range, stop: Callable[[], bool],
    found: Found,
) -> None:  # fmt: skip
    """Over sockets: each is answered, and by no 5xx. Judging goes on meanwhile, so that the two may differ."""
    with ExitStack() as stack:
        urls = {twin.engine: twin.database.url.render_as_string(hide_password=False) for twin in twins}
        served = {twin.engine: stack.enter_context(wire.serving(urls[twin.engine], twin.folder)) for twin in twins}
        for number in numbers:
            if stop():
                break
            request = make.one(number, seed)
            own = template.callers[request.caller].headers
            asked = {engine: wire.ask(connection, request, own) for engine, connection in served.items()}
            answers = {engine: (answer, "") for engine, answer in asked.items() if answer is not None}
            if len(answers) < len(served):
                continue
            _count(found, request, answers)
            found.served += 1
            if any(answer.status >= 500 for answer, _ in answers.values()):
                found.faults.append({"seed": seed, "number": number, "wrong": "5xx", **_told(request, answers)})


def _count(found: Found, request: Request, answers: Mapping[str, tuple[Answer, str]]) -> None:
    found.requests[request.kind] += 1
    for engine, (answer, _) in answers.items():
        found.statuses[engine][str(answer.status)] += 1
        found.slowest[engine] = max(found.slowest[engine], answer.seconds)


def _answer(twin: Installation, request: Request, template: Template) -> tuple[Answer, str]:
    """The answer, and what the program said of an error of its own."""
    kept: list[str] = []
    handler = _Keeping(kept)
    logger = logging.getLogger()
    logger.addHandler(handler)
    try:
        return ask(twin.app, request, template.callers[request.caller].headers), "\n".join(kept)
    except Exception:  # what would have ended the request within the server
        return Answer(599, "", b"", 0.0, 0.0), traceback.format_exc()
    finally:
        logger.removeHandler(handler)


class _Keeping(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._kept, self._mine = kept, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._mine:
            self._kept.append(self.format(record))


def wrong_of(one: Answer, other: Answer) -> str:
    """What is wrong about the answers of both; nothing where all is well."""
    if max(one.status, other.status) >= 500:
        return "5xx"
    if one.status != other.status or _kind(one) != _kind(other):
        return "not the same"
    if max(one.seconds, other.seconds) > TOO_LONG or max(one.worked, other.worked) > TOO_MUCH:
        return "too slow"
    return ""


def _kind(answer: Answer) -> str:
    return answer.content_type.partition(";")[0]  # boundaries of parts are made by chance


def _told(request: Request, answers: Mapping[str, tuple[Answer, str]]) -> dict[str, Any]:
    return {
        "kind": request.kind,
        "caller": request.caller,
        "request": f"{request.method} {request.path}?{request.query}"[:2000],
        "headers": request.headers,
        "body": request.body[:2000].decode("latin-1"),
        "answers": {
            engine: [answer.status, answer.content_type, answer.body[:500].decode("latin-1"), round(answer.seconds,
            2), log[-3000:]]
            for engine, (answer, log) in answers.items()
        },
    }  # fmt: skip
