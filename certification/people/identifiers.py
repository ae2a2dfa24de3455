"""How people write which Actor they mean: the account of a roster, or what a listing of unknown Actors printed.

    read     any written form → the canonical text (`lrs.api.ifi_text`)
    written  the canonical text → what a listing prints; `read` gives the very same text back
    parts    a cell that names several → each of them, still as written
    kept_as  the canonical text → every one under which the store may keep that Actor
    likeness the canonical text → a key that Actors share who may be one person

An Actor's account may be called anything at all, blanks and control characters included. Whatever was stored can be
printed on one line, pasted into a command or a roster, and means the same Actor again: what a terminal or a spreadsheet
would change or hide is written in double quotes and escaped, as in JSON.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from certification.errors import CertificationError
from lrs import api

__all__ = ["NoIdentifier", "Opaque", "account_name", "agent_of", "kept_as", "likeness", "parts", "read", "written"]

_KINDS = ("account", "mbox", "mbox_sha1sum", "openid")
_PARTS = re.compile(rf'"(?:[^"\\]|\\.)*"|(?:(?:{"|".join(_KINDS)}) )?\S+')
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_TO_ESCAPE = re.compile(r'(?<= ) | (?= |"$)|\ufffd')
"""Blanks that reading a cell would take away or nobody would see, and the sign of a letter that was lost."""


Opaque = Callable[[str], str | None]
"""The opaque account that may stand for an Actor (`lrs.api.opaque_account`), from canonical text to canonical text."""


class NoIdentifier(CertificationError):
    """Text that is no Inverse Functional Identifier in any form we read."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text}” không phải tài khoản học tập; ghi “trang chủ|tên tài khoản” (https://hoc.example.org|nv001) "
            f"hoặc “mailto:địa-chỉ-thư”"
        )


def read(text: str) -> str:
    """The canonical text of an Inverse Functional Identifier.

    `homePage|name` and `mailto:…` as people write them, blanks around them aside; the canonical text exactly as it is;
    or either in double quotes with JSON's escapes, exactly as it is. Raises NoIdentifier for what could not stand in a
    Statement.
    """
    is_quoted = text.lstrip().startswith('"')
    plain = _unquoted(text) if is_quoted else text
    agent = agent_of(plain) or _by_hand(plain if is_quoted else plain.strip())
    try:
        canonical = api.ifi_text(api.check_actor(agent))
    except api.InvalidRequest:
        raise NoIdentifier(text) from None
    if canonical is None:
        raise NoIdentifier(text)
    return canonical


def kept_as(ifi: str, opaque: Opaque | None) -> tuple[str, ...]:
    """The canonical text, and that of the opaque account under which the store keeps the same person where the tenant
    wants no mail addresses; both are the person's, whenever that was decided."""
    stands_for = opaque(ifi) if opaque is not None else None
    return (ifi,) if stands_for is None else (ifi, stands_for)


def account_name(ifi: str) -> str | None:
    """The name of the account that a canonical text stands for; None for what is no account."""
    kind, _, rest = ifi.partition(" ")
    return rest.partition("|")[2] if kind == "account" else None


def likeness(ifi: str) -> int | None:
    """A key shared by Actors who may be one person: of the same account name on any home page, or of one mail address,
    written out, hashed, or used as the name of an account. None where nothing can be said."""
    kind, _, rest = ifi.partition(" ")
    name = unicodedata.normalize("NFC", rest.partition("|")[2] if kind == "account" else rest).strip()
    if kind == "mbox_sha1sum":
        return api.key_of(f"like mail {name.lower()}")
    if kind == "mbox" or (kind == "account" and _MAIL.fullmatch(name)):
        address = f"mailto:{name.removeprefix('mailto:')}".lower()
        digest = hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
        return api.key_of(f"like mail {digest}")
    return api.key_of(f"like name {name.casefold()}") if kind == "account" and name else None


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        raise NoIdentifier(text) from None


def agent_of(text: str) -> dict[str, Any] | None:
    """The Agent that a canonical text names. No IRI holds a bar, so the first one ends the home page."""
    kind, _, rest = text.partition(" ")
    if kind not in _KINDS:
        return None
    home_page, bar, name = rest.partition("|")
    if kind == "account":
        return {"account": {"homePage": home_page, "name": name}} if bar else None
    return {kind: rest}


def _by_hand(text: str) -> dict[str, Any]:
    """The Agent that a person means. An account without a name is a slip of the hand, though xAPI knows it."""
    home_page, _, name = text.partition("|")
    return {"account": {"homePage": home_page, "name": name}} if name else {"mbox": text}


def written(ifi: str) -> str:
    """A canonical text on one line, so that `read` gives it back from a command and from a cell of a roster."""
    rest = ifi.partition(" ")[2]
    is_composed = unicodedata.is_normalized("NFC", ifi)  # a file of ours is read composed
    if rest and " " not in rest and ifi.isprintable() and is_composed and "\ufffd" not in ifi:
        return ifi
    quoted = json.dumps(ifi, ensure_ascii=not is_composed)
    shown = "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in quoted)
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", shown)


def parts(cell: str) -> list[str]:
    """Each identifier in a cell of a roster, where they are separated by blanks."""
    return _PARTS.findall(cell)
