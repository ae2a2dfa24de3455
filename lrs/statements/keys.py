"""Keys by which Statements are found: signed 64-bit hashes of identifiers.

A hash needs no look-up and no row shared between writers. Two identifiers may, once in many billions, have the same
hash; so whoever reads by key compares the real identifier as well (`lrs.statements.query`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

VOIDED = "http://adlnet.gov/expapi/verbs/voided"

ERASED = "urn:uuid:3c3e5a52-6a0e-4f0f-9a0c-0f6f5c9d7b1e"
"""The home page of the accounts that stand in the place of erased Agents (`lrs.erasure`); nobody has one there."""


@lru_cache(maxsize=65536)
def key_of(text: str) -> int:
    """The key of an identifier's canonical text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def activity_key(iri: str) -> int:
    """The key of an Activity id."""
    return key_of(f"activity {iri}")


def related_activity_key(iri: str) -> int:
    """The key of an Activity id that stands elsewhere than as the Statement's own Object."""
    return key_of(f"related activity {iri}")


def verb_key(iri: str) -> int:
    """The key of a Verb id."""
    return key_of(f"verb {iri}")


def ifi_text(actor: Mapping[str, Any]) -> str | None:
    """The canonical text of an Agent's or Group's one Inverse Functional Identifier; None for an anonymous Group.

    `mbox mailto:a@example.org`, `mbox_sha1sum <lower-case hex>`, `openid <URI>` or `account <homePage>|<name>`
    (xAPI 1.0.3 Data 2.4.2.3). A NUL, which PostgreSQL cannot hold in a text, is written as JSON escapes it.
    """
    account = actor.get("account")
    if account is not None:
        text = f"account {account['homePage']}|{account['name']}"
    elif "mbox" in actor:
        text = f"mbox {actor['mbox']}"
    elif "mbox_sha1sum" in actor:
        text = f"mbox_sha1sum {actor['mbox_sha1sum'].lower()}"
    elif "openid" in actor:
        text = f"openid {actor['openid']}"
    else:
        return None
    return text.replace("\0", "\\u0000")


def is_erased(ifi: str) -> bool:
    """Whether the canonical text is that of an account which stands in the place of an erased Agent."""
    return ifi.startswith(f"account {ERASED}|")


def agent_key(actor: Mapping[str, Any]) -> int | None:
    """The key of an Agent or identified Group; None for an anonymous Group."""
    text = ifi_text(actor)
    return None if text is None else key_of(text)


def related_agent_key(actor: Mapping[str, Any]) -> int | None:
    """The same for an actor that stands elsewhere than as the Statement's own Actor, Object or Authority."""
    text = ifi_text(actor)
    return None if text is None else key_of(f"related {text}")
