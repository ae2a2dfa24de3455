"""What the next page says of what was just done: a signed cookie, read once and taken away.

No page can be made to say what somebody else wrote, and nothing of it stays on the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, g
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as AnyResponse

from certification.resources import access, cookies

__all__ = ["Message", "leave", "take"]

_LASTS = timedelta(minutes=5)
_MOST = 600


@dataclass(frozen=True, slots=True)
class Message:
    """Words, and the address of a form that takes it back, or ""."""

    words: str
    undo: str


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(access.pepper(), salt="certification message")


def leave(response: AnyResponse, words: str, undo: str = "") -> None:
    """Has the next page say this."""
    cookies.keep(response, cookies.MESSAGE, str(_serializer().dumps([words[:_MOST], undo])), _LASTS)


def take() -> Message | None:
    """What this page is to say; once."""
    sent = cookies.sent(cookies.MESSAGE)
    if sent is None:
        return None
    g.message_taken = True
    try:
        words, undo = _serializer().loads(sent)
    except (BadSignature, ValueError, TypeError):
        return None
    return Message(str(words), str(undo))


def forget(response: Response) -> Response:
    """Takes the cookie away once its message was shown."""
    if g.pop("message_taken", False):
        cookies.drop(response, cookies.MESSAGE)
    return response
