"""Signed messages in place of Statements, for systems that are no xAPI store, by the standard of standardwebhooks.com.

A message tells that a Statement was stored, or that one was voided: its id, its kinds, and where whoever has a key
reads the rest. It names nobody and quotes nothing that a platform wrote of anybody; an Activity's own id may tell who
did it and is left out. The same Statement has the same webhook-id and text however often it is sent.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from lrs import outgoing
from lrs.forwarding.posting import MOST_BYTES, SECONDS, Meaning, Verdict, plain, reason_of, wait_of
from lrs.outgoing import Answer
from lrs.statements.validate import encode

__all__ = ["MOST", "link", "meaning_of", "message", "new_secret", "post", "signatures"]

MOST = 20
"""Messages in a step: each is a request of its own, and what came of them is kept after the last."""

STORED, VOIDED = "statement.stored", "statement.voided"

_PREFIX = "whsec_"
_SECRET_BYTES = 32
_BUSY = (408, 425, 429, 502, 503, 504)


def new_secret() -> str:
    """A secret as both sides write it."""
    return _PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def message(id_: UUID, statement: Mapping[str, Any], voids: UUID | None, site: str) -> str:
    """What is told of this stored Statement. `site` is the installation's address, "" where nobody said it."""
    type_ = (statement["object"].get("definition") or {}).get("type")
    data: dict[str, Any] = {"statement": str(id_), "verb": statement["verb"]["id"], "link": link(id_, site)}
    data |= {"activity_type": type_} if type_ else {}
    data |= {"voids": str(voids)} if voids else {}
    return encode({"type": VOIDED if voids else STORED, "timestamp": statement["stored"], "data": data})


def link(id_: UUID, site: str) -> str:
    """Where the Statement is read, with a key; without `site` the path alone."""
    return f"{site}/xapi/statements?statementId={id_}"


def signatures(id_: str, at: int, body: bytes, secrets: Sequence[str]) -> str:
    """The header webhook-signature, by each of these secrets."""
    signed = b".".join((id_.encode(), str(at).encode(), body))
    return " ".join(f"v1,{base64.b64encode(hmac.digest(_key(one), signed, 'sha256')).decode()}" for one in secrets)


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("no secret of a webhook") from None


def post(
    address: str, id_: UUID, text: str, secrets: Sequence[str], *, now: datetime, seconds: float = SECONDS
) -> Verdict:
    """Send one message. Never raises for what is answered, or is not."""
    called, at, body = f"statement_{id_}", int(now.timestamp()), text.encode()
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": called,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": signatures(called, at, body, secrets),
    }
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 — is_safe
    host = outgoing.host_of(address)
    try:
        answer = outgoing.answer(request, written=host, seconds=seconds, most_bytes=MOST_BYTES)
    except TimeoutError:
        return Verdict(Meaning.LATER, f"{host} does not answer within {seconds:g} s")
    except (OSError, ValueError) as error:
        return Verdict(Meaning.LATER, f"{host}: {plain(str(getattr(error, 'reason', error)))}")
    return meaning_of(answer, now=now)


def meaning_of(answer: Answer, *, now: datetime) -> Verdict:
    """What this answer to a message means: any 2xx takes it, 410 wants no more of them; all else is tried again, and of
    what may be this one message's fault the message is given up at last."""
    status = answer.status
    if 200 <= status < 300:
        return Verdict(Meaning.TAKEN, str(status), status)
    if status == 410:
        return Verdict(Meaning.GONE, "410: it wants no more messages; resume it to send again", status)
    words = str(status)
    if 300 <= status < 400:
        words = f"{status}: it sends us elsewhere, which is not followed; write the address it means"
        return Verdict(Meaning.LATER, words, status)
    if status in (401, 403):
        words = f"{status}: the signature is refused; has it the secret that is shown when a webhook is set?"
        return Verdict(Meaning.LATER, words, status)
    if status in (404, 405):
        return Verdict(Meaning.LATER, f"{status}: nothing takes messages at this address", status)
    if status in _BUSY:
        return Verdict(Meaning.LATER, words, status, wait=wait_of(answer.headers.get("retry-after", ""), now))
    return Verdict(Meaning.FAILED, words, status, reason_of(answer.body))
