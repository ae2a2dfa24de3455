"""One page of another store: what is asked, and what is made of the answer. The next page is one of the same store:
whoever runs it could otherwise have us ask, with its password, whatever only we can reach."""

from __future__ import annotations

import base64
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lrs import multipart, outgoing
from lrs.attachments import Content
from lrs.content_types import require_utf8
from lrs.errors import InvalidRequest
from lrs.forwarding.posting import Meaning, meaning_of
from lrs.statements.validate import check_timestamp, decode

__all__ = ["MOST_BYTES", "Page", "Unanswered", "address", "ask", "next_address"]

SECONDS = 120.0
MOST_BYTES = 64 * 1024 * 1024
"""How long a page takes at most, and how large it is."""

LIMIT = 100
"""Statements that are asked for in a page; the other store may give fewer, or more."""

_HEADER = "X-Experience-API-Version"
_THROUGH = "x-experience-api-consistent-through"


class Unanswered(Exception):
    """There is no page: why, in short, and for how long the other store asks to be left alone."""

    def __init__(self, words: str, *, status: int = 0, wait: float = 0.0) -> None:
        self.status, self.wait = status, wait
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Page:
    """What was answered. `more` is the address of the next page, "" at the end; all that the other store had stored up
    to `through` is among what it shows, where it says so."""

    statements: Sequence[Any]
    contents: Mapping[str, Content]
    more: str
    through: datetime | None
    size: int


def address(endpoint: str, parameters: Mapping[str, str], since: datetime | None, until: datetime | None) -> str:
    """Where a round begins."""
    asked = dict(parameters) | {"ascending": "true", "attachments": "true", "limit": str(LIMIT)}
    asked |= {name: at.isoformat() for name, at in (("since", since), ("until", until)) if at is not None}
    return f"{endpoint}/statements?{urlencode(asked)}"


def next_address(endpoint: str, more: str) -> str:
    """Where `more` of an answer leads. Raises Unanswered where that is another place."""
    try:
        found = urljoin(f"{endpoint}/statements", more)
        there, here = urlsplit(found), urlsplit(endpoint)
        same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    except ValueError:
        same = False
    if not same or not outgoing.is_safe(found) or len(found) > 8000:
        raise Unanswered("its more leads elsewhere, which is not followed")
    return found


def ask(where: str, username: str, password: str, version: str, *, now: datetime, seconds: float = SECONDS) -> Page:
    """The page at this address. Raises Unanswered."""
    credential = base64.b64encode(f"{username}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {credential}", _HEADER: version, "Accept": "multipart/mixed, application/json"}
    request = urllib.request.Request(where, None, headers)  # noqa: S310 — is_safe
    host = outgoing.host_of(where)
    try:
        answer = outgoing.answer(request, written=host, seconds=seconds, most_bytes=MOST_BYTES)
    except TimeoutError:
        raise Unanswered(f"{host} does not answer within {seconds:g} s") from None
    except (OSError, ValueError) as error:
        raise Unanswered(f"{host}: {getattr(error, 'reason', error)}"[:300]) from None
    if answer.status != 200:
        told = meaning_of(answer, (), now=now)
        words = told.words if told.meaning is not Meaning.TAKEN else str(answer.status)
        raise Unanswered(words, status=answer.status, wait=told.wait)
    try:
        return _read(answer)
    except InvalidRequest as error:
        raise Unanswered(f"200, but not a page of Statements: {error}"[:300]) from None


def _read(answer: outgoing.Answer) -> Page:
    kind = answer.headers.get("content-type", "")
    contents: list[Content] = []
    text = answer.body
    if kind.lower().startswith(multipart.MEDIA_TYPE):
        text, contents = multipart.read(answer.body, kind)
    else:
        require_utf8(kind)
    document = decode(text)
    if not isinstance(document, dict) or not isinstance(document.get("statements"), list):
        raise InvalidRequest.at("", "there is no list `statements` in it")
    more = document.get("more") or ""
    if not isinstance(more, str):
        raise InvalidRequest.at("/more", "is no text")
    return Page(
        document["statements"],
        {one.sha2: one for one in contents},
        more,
        _instant(answer.headers.get(_THROUGH)),
        len(answer.body),
    )


def _instant(text: str | None) -> datetime | None:
    try:
        return check_timestamp(text, _THROUGH) if text else None
    except InvalidRequest:
        return None
