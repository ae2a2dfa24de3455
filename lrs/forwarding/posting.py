"""One request to a destination, and what its answer means. Nothing is taken on trust: a proxy's page with status 200 is
no store that took the Statements, and neither is an answer that breaks off."""

from __future__ import annotations

import base64
import email.utils
import math
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from lrs import multipart, outgoing
from lrs.attachments import Kept
from lrs.errors import InvalidRequest
from lrs.outgoing import Answer
from lrs.statements.validate import decode

__all__ = ["Meaning", "Post", "Verdict", "meaning_of", "plain", "post", "reason_of", "wait_of"]

SECONDS = 30.0
"""How long a request takes at most, with its answer."""

MOST_BYTES = 256 * 1024
"""Read of an answer; a list of 100 ids has 4 KiB."""

LONGEST_REASON = 500
LONGEST_WAIT = 3600.0
"""How long a destination may ask to be left alone by Retry-After."""

_HEADER = "X-Experience-API-Version"


class Meaning(Enum):
    """What an answer means."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good, because of what was sent."""
    TOO_LARGE = "too large"
    FAILED = "failed"
    """500: of what was sent, perhaps."""
    LATER = "later"
    """Anything else: nobody there, a busy store, a refused password, no xAPI at all."""
    GONE = "gone"
    """It wants nothing more, ever; only webhooks have words for this."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a request. `words` name nothing of what was sent; `reason` is what the other store said of it."""

    meaning: Meaning
    words: str
    status: int = 0
    reason: str = ""
    wait: float = 0.0
    """Seconds for which it asks to be left alone."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent: Statements as JSON texts, by their ids, and the Attachments that they declare."""

    ids: Sequence[UUID]
    texts: Sequence[str]
    attachments: Sequence[tuple[Kept, bytes]] = ()


def post(
    endpoint: str, username: str, password: str, version: str, what: Post, *, now: datetime, seconds: float = SECONDS
) -> Verdict:
    """Ask the store to take these, all or none. Never raises for what is answered, or is not."""
    content_type, body = _body(what)
    credential = base64.b64encode(f"{username}:{password}".encode()).decode()
    headers = {"Content-Type": content_type, "Authorization": f"Basic {credential}", _HEADER: version}
    request = urllib.request.Request(f"{endpoint}/statements", body, headers, method="POST")  # noqa: S310 — is_safe
    host = outgoing.host_of(endpoint)
    try:
        answer = outgoing.answer(request, written=host, seconds=seconds, most_bytes=MOST_BYTES)
    except TimeoutError:
        return Verdict(Meaning.LATER, f"{host} does not answer within {seconds:g} s")
    except (OSError, ValueError) as error:
        return Verdict(Meaning.LATER, f"{host}: {plain(str(getattr(error, 'reason', error)))}")
    return meaning_of(answer, what.ids, now=now)


def meaning_of(answer: Answer, ids: Sequence[UUID], *, now: datetime) -> Verdict:
    """What this answer to a request with these Statements means."""
    status = answer.status
    if status == 200:
        if _named(answer.body) == set(ids):
            return Verdict(Meaning.TAKEN, "200", status)
        words = "200, but not the ids that a store answers with: is this an xAPI endpoint?"
        return Verdict(Meaning.LATER, words, status)
    if status == 204 and _HEADER.lower() in answer.headers:
        return Verdict(Meaning.TAKEN, "204", status)
    if status in (400, 409, 422):
        if status == 400 and not _is_of_a_store(answer):
            return Verdict(Meaning.LATER, "400, but not from an xAPI store", status)
        return Verdict(Meaning.REFUSED, str(status), status, reason_of(answer.body))
    if status == 413:
        return Verdict(Meaning.TOO_LARGE, "413", status, reason_of(answer.body) or "too large")
    if status == 500:
        return Verdict(Meaning.FAILED, "500", status, reason_of(answer.body))
    words = str(status)
    if 300 <= status < 400:
        words = f"{status}: it sends us elsewhere, which is not followed; write the address it means"
    elif status in (401, 403):
        words = f"{status}: the user name or password is refused, or may not store Statements"
    elif status in (404, 405):
        words = f"{status}: this is no xAPI endpoint; its address ends before /statements"
    wait = wait_of(answer.headers.get("retry-after", ""), now) if status in (429, 503) else 0.0
    return Verdict(Meaning.LATER, words, status, wait=wait)


def _body(what: Post) -> tuple[str, bytes]:
    listed = b"[" + ",".join(what.texts).encode() + b"]"
    if not what.attachments:
        return "application/json", listed
    boundary = multipart.new_boundary()
    first, each, last = multipart.heads(boundary, listed, [kept for kept, _ in what.attachments])
    parts = [piece for head, (_, content) in zip(each, what.attachments, strict=True) for piece in (head, content)]
    return multipart.content_type(boundary), b"".join((first, *parts, last))


def _named(body: bytes) -> set[UUID]:
    """The ids that an answer names; none where it is something else."""
    try:
        found = decode(body)
        return {UUID(one) for one in found} if isinstance(found, list) else set()
    except (InvalidRequest, ValueError, AttributeError, TypeError):
        return set()


def _is_of_a_store(answer: Answer) -> bool:
    """Whether a refusal is a store's: it names its version of xAPI, as xAPI wants, or is no page for people."""
    return _HEADER.lower() in answer.headers or "html" not in answer.headers.get("content-type", "").lower()


def reason_of(body: bytes) -> str:
    """What stands in a refusal, on one line."""
    try:
        found: Any = decode(body)
    except InvalidRequest:
        found = body.decode("utf-8", "replace")
    if isinstance(found, Mapping):
        listed = found.get("errors") if isinstance(found.get("errors"), list) else None
        if listed and all(isinstance(one, Mapping) and "message" in one for one in listed):
            found = "; ".join(f"{one.get('place', '')}: {one['message']}".removeprefix(": ") for one in listed)
        else:
            found = next((found[name] for name in ("message", "error", "detail") if found.get(name)), found)
    return plain(found if isinstance(found, str) else str(found))


def plain(text: str) -> str:
    """These words on one line, cut short."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    short = " ".join(printable.split())
    return short if len(short) <= LONGEST_REASON else f"{short[: LONGEST_REASON - 1]}…"


def wait_of(told: str, now: datetime) -> float:
    """Seconds that a Retry-After asks for, at most LONGEST_WAIT; 0 for what cannot be read."""
    try:
        seconds = float(told) if told.strip().isdigit() else math.nan
        if math.isnan(seconds):
            when = email.utils.parsedate_to_datetime(told)
            seconds = (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), LONGEST_WAIT)
