"""Book and store held against each other, to the byte: what was acknowledged is there, once and as it was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote
from uuid import UUID

import msgspec

from tests.faults.ledger.book import Request, digest
from tests.faults.platforms import Platform

OWN_PARTS = b',"authority":'
"""Begins what the store adds to the end of a Statement that came with everything else."""
FAULTS = ("lost", "doubled", "half_stored", "different", "unknown", "attachments_lost")
"""Of a Verdict, what is to be 0."""


@dataclass(slots=True)
class Verdict:
    """What came of comparing."""

    acknowledged: Counter[str] = field(default_factory=Counter)
    """Statements by how they were sent."""
    unanswered_there: int = 0
    """Statements of requests that had no answer and are stored: allowed, whole requests at a time."""
    lost: int = 0
    doubled: int = 0
    half_stored: int = 0
    """Requests of which a part is stored, acknowledged or not."""
    different: int = 0
    unknown: int = 0
    """Statements that nobody sent."""
    attachments: int = 0
    """How many were read back whole."""
    attachments_lost: int = 0
    """Missing, or other bytes than their hash says."""

    @property
    def faults(self) -> dict[str, int]:
        """What went wrong, by its name."""
        return {name: getattr(self, name) for name in FAULTS}


def compare(requests: Iterable[Request], stored: Iterable[bytes]) -> Verdict:
    """Hold every request of the book against all that the store gives back: the text of each Statement, in order."""
    verdict = Verdict()
    there: dict[bytes, bytes] = {}
    for text in stored:
        id_ = UUID(text[7:43].decode()).bytes
        if id_ in there:
            verdict.doubled += 1
        there[id_] = digest(text[: text.rfind(OWN_PARTS)])
    for request in requests:
        found = 0
        for id_, sent in request:
            kept = there.pop(id_, None)
            found += kept is not None
            verdict.different += kept is not None and kept != sent
        if request.acknowledged:
            verdict.acknowledged[request.kind.name.lower()] += len(request)
            verdict.lost += len(request) - found
        else:
            verdict.unanswered_there += found
        verdict.half_stored += request.kind.is_whole and 0 < found < len(request)
    verdict.unknown = len(there)
    return verdict


class _Page(msgspec.Struct):
    statements: list[msgspec.Raw]
    more: str


_PAGE = msgspec.json.Decoder(_Page)


def everything_given_back(platform: Platform) -> Iterator[bytes]:
    """The text of every Statement, oldest first, as a platform is given it, `more` followed to the end."""
    path = "/xapi/statements?ascending=true&limit=500"
    while path:
        answer = platform.send_until_answered("GET", path)
        assert answer.status == 200, answer
        page = _PAGE.decode(answer.body)
        yield from map(bytes, page.statements)
        path = page.more


class _Described(msgspec.Struct):
    sha2: str


class _Attached(msgspec.Struct):
    attachments: list[_Described]


class _AttachedPage(msgspec.Struct):
    statements: list[_Attached]
    more: str


_ATTACHED_PAGE = msgspec.json.Decoder(_AttachedPage)


def compare_attachments(platform: Platform, activity: str, verdict: Verdict) -> None:
    """Read every Attachment of the Statements about an activity, and count those that are as their Statement says."""
    path = f"/xapi/statements?ascending=true&attachments=true&limit=50&activity={quote(activity, safe='')}"
    while path:
        answer = platform.send_until_answered("GET", path)
        assert answer.status == 200, answer
        first, *parts = _parts(answer.headers["content-type"], answer.body)
        page = _ATTACHED_PAGE.decode(first)
        whole = {sha256(part).hexdigest() for part in parts}
        for one in page.statements:
            for described in one.attachments:
                verdict.attachments += described.sha2 in whole
                verdict.attachments_lost += described.sha2 not in whole
        path = page.more


def _parts(content_type: str, body: bytes) -> list[bytes]:
    """The contents of multipart/mixed. Our own server wrote it, with a boundary that is in no content."""
    boundary = b"\r\n--" + content_type.partition("boundary=")[2].encode()
    parts = (b"\r\n" + body).split(boundary)
    return [part.partition(b"\r\n\r\n")[2] for part in parts[1:-1]]
