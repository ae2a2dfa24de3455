"""Requests that somebody may send by mistake or with intent: each is refused or taken, and the store stands.

The same status on either engine, never a 5xx, and of what is refused nothing is stored.
"""

from __future__ import annotations

import gzip
import json
from urllib.parse import urlencode
from uuid import UUID

import pytest

from lrs import api
from lrs.db import Database
from tests.faults.platforms import Answer, statement
from tests.faults.requests.bad_requests import (
    CONTEXTS,
    JSON,
    STATEMENTS,
    document,
    headers_that_do_not_fit,
    parameters_that_do_not_fit,
)
from tests.faults.requests.bad_statements import EDGES, TEXTS, body, multiparts
from tests.faults.requests.wire import Request, Wire
from wsgi import MAX_BODY_BYTES

pytestmark = pytest.mark.slow

MOST_SECONDS = 1.0
"""Of CPU, which another's load does not lengthen."""
MOST_BYTES = 50 * 2**20
"""So much more memory than before a request may take."""


def newest(database: Database, tenant: UUID) -> str:
    with database.reading(tenant) as session:
        return api.latest_token(session, tenant)


class Costs:
    """What each request makes the server work, and how much more memory it holds meanwhile."""

    def __init__(self, wire: Wire) -> None:
        self._wire, self.dearest, self.asked = wire, (0.0, 0), 0

    def send(self, request: Request) -> tuple[Answer, str]:
        """The answer, and what is too much about the request; nothing where all is well.

        What the process does beside, as merging what a large Statement before this one defines, falls on one request
        by chance: too dear is what is so each of three times.
        """
        answer, (took, grew) = self._measured(request)
        for _ in range(2):
            if took > MOST_SECONDS or grew > MOST_BYTES:
                _, again = self._measured(request)
                took, grew = min(took, again[0]), min(grew, again[1])
        self.asked += 1
        self.dearest = (max(self.dearest[0], took), max(self.dearest[1], grew))
        dear = f"{took:.1f} s of CPU, {grew >> 20} MB more" if took > MOST_SECONDS or grew > MOST_BYTES else ""
        return answer, dear

    def _measured(self, request: Request) -> tuple[Answer, tuple[float, int]]:
        worked, _, held = self._wire.cost()
        answer = self._wire.send(request)
        used, most, _ = self._wire.cost()
        return answer, (used - worked, most - held)

    def told(self, what: str) -> None:
        print(
            f"{self.asked} {what}: at most {self.dearest[0]:.2f} s of CPU and {self.dearest[1] >> 20} MB more for one"
        )


# Headers and parameters first: with the bodies below some Statements are stored that are large to read.


def test_headers_that_do_not_fit_are_refused(wire: Wire) -> None:
    wrong, costs = [], Costs(wire)
    for request, status in headers_that_do_not_fit():
        answer, dear = costs.send(request)
        if dear:
            wrong.append(f"{dear}: {request!r:.300}")
        if answer.status != status:
            wrong.append(f"{answer.status}, not {status}: {request!r:.300}: {answer.body[:300]!r}")
    costs.told("headers")
    assert not wrong, "\n".join(wrong)


def test_parameters_that_do_not_fit_are_refused_on_every_resource(wire: Wire, database: Database, tenant: UUID) -> None:
    wrong, costs = [], Costs(wire)
    before = newest(database, tenant)
    for method, path, parameters, status in parameters_that_do_not_fit():
        target = f"{path}?{urlencode(parameters)}".encode()
        text = body() if method in ("PUT", "POST") else b""
        answer, dear = costs.send(Request(method, target, text, JSON if text else ()))
        if dear:
            wrong.append(f"{dear}: {method} {target[:300]!r}")
        if answer.status != status:
            wrong.append(f"{answer.status}, not {status}: {method} {target[:300]!r}: {answer.body[:300]!r}")
    costs.told("parameters")
    assert not wrong, "\n".join(wrong)
    assert newest(database, tenant) == before


def test_statements_are_taken_or_refused_as_a_whole(wire: Wire, database: Database, tenant: UUID) -> None:
    sent = [("application/json", text, status) for text, status in (*TEXTS, *EDGES)]
    sent += multiparts()
    wrong, costs = [], Costs(wire)
    for content_type, text, status in sent:
        before = newest(database, tenant)
        answer, dear = costs.send(Request("POST", STATEMENTS, text, [("Content-Type", content_type)]))
        if dear:
            wrong.append(f"{dear}: {content_type} {text[:300]!r}")
        stored = newest(database, tenant) != before
        explained = status == 200 or answer.status != status or json.loads(answer.body)["errors"]
        if answer.status != status or stored != (status == 200) or not explained:
            wrong.append(
                f"{answer.status}, not {status}; {stored=}: {content_type} {text[:300]!r}: {answer.body[:300]!r}"
            )
    costs.told("bodies")
    assert not wrong, "\n".join(wrong)


def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one(wire: Wire, database: Database, tenant: UUID) -> None:
    """Neither a Statement nor half of a document, however the body was delimited and whoever hangs up."""
    headers = [("Content-Type", "text/plain")]
    for url in (document(kind, "cut") for kind in CONTEXTS):
        answer = wire.send(Request("PUT", url, b"whole", [*headers, ("If-None-Match", "*")]))
        assert answer.status == 204, answer
        for method in ("PUT", "POST"):
            for request, pieces in (
                (Request(method, url, headers=headers, length=1000), [b"half"]),
                (Request(method, url, headers=headers), [b"half"]),
                (Request(method, url, headers=[("Content-Type", "application/json")]), [b"12"]),
                (Request(method, url, headers=[*headers, ("Content-Encoding", "gzip")]), [gzip.compress(b"half")[:-5]]),
            ):
                wanted = Request(
                    request.method, url, headers=[*request.headers, ("If-Match", "*")], length=request.length
                )
                answer = wire.send_unfinished(wanted, pieces, hang_up=True)
                assert answer.status in (400, 411), (wanted, answer)
        assert wire.send(Request("GET", url)).body == b"whole"
    before = newest(database, tenant)
    whole = json.dumps([statement(), statement()]).encode()
    for length in (len(whole), None):
        for part in (b"", whole[:1], whole[: len(whole) // 2], whole[:-1]):
            request = Request("POST", STATEMENTS, headers=JSON, length=length)
            answer = wire.send_unfinished(request, [part] if part else [], hang_up=True)
            assert answer.status == 400, answer
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    cut = Request("POST", b"/xapi/activities/state" + b"?method=PUT", headers=form, version="1.0.3")
    assert wire.send_unfinished(cut, [b"content=half"], hang_up=True).status == 411
    assert newest(database, tenant) == before


def test_a_body_beyond_the_limit_is_413_before_it_is_read_whole(wire: Wire) -> None:
    """Announced, it is not read at all; in chunks, no further than the limit. Neither body ever ends here."""
    for address in (STATEMENTS, *(document(kind, "too large") for kind in CONTEXTS)):
        method = "POST" if address == STATEMENTS else "PUT"
        headers = [*JSON, ("If-None-Match", "*")]
        request = Request(method, address, headers=headers, length=MAX_BODY_BYTES + 1)
        assert wire.send_unfinished(request, [b"["]).status == 413
        chunks = (b" " * 2**20 for _ in range(MAX_BODY_BYTES // 2**20 + 1))
        assert wire.send_unfinished(Request(method, address, headers=headers), chunks).status == 413
        bomb = gzip.compress(b" " * (MAX_BODY_BYTES + 1), 1)
        assert wire.send(Request(method, address, bomb, [*headers, ("Content-Encoding", "gzip")])).status == 413
        assert wire.send(Request("GET", address)).status == (200 if address == STATEMENTS else 404)
