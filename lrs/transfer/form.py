"""The lines of an export: NDJSON, each with its kind.

    export      first: of which format, store and tenant, when, from which place to which, how many of what
    attachment  bytes, before the first Statement that declares them
    statement   as format=exact answers it, with its place; in the order of places
    document    of State or a profile
    activity    what is known of an Activity
    agent       the names of an Agent
    end         last: how many lines there are, so that a file which broke off is known as such

Keys, tenants, trusted roots and erasures are not exported: they are secrets, or this installation's own.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from lrs.documents import Kind
from lrs.errors import InvalidRequest

__all__ = [
    "FORMAT",
    "Activity",
    "Agent",
    "Attachment",
    "Counts",
    "Document",
    "End",
    "Header",
    "Line",
    "Signature",
    "Statement",
    "kind_of",
    "place_of",
    "read_line",
    "token",
    "write_line",
]

FORMAT = 1
"""Raised when a reader of today would misread what is written tomorrow."""


_LAST = 10**18
"""No place is beyond this one; databases could not hold it much longer."""


class Counts(msgspec.Struct, frozen=True):
    statements: int
    documents: int
    activities: int
    agents: int


class Header(msgspec.Struct, frozen=True, tag="export", tag_field="kind"):
    format: Annotated[int, msgspec.Meta(ge=1)]
    store: UUID
    """The id of the tenant, which no other store has."""
    tenant: str
    made: str
    after: Annotated[int, msgspec.Meta(ge=0, le=_LAST)]
    """The place after which the Statements begin; 0 for all of them."""
    after_id: UUID | None
    """The Statement at that place."""
    through: int
    """The place of the last Statement."""
    counts: Counts


class Attachment(msgspec.Struct, frozen=True, tag="attachment", tag_field="kind"):
    sha2: str
    content: bytes


class Signature(msgspec.Struct, frozen=True):
    """What a signature was found to prove, as `lrs.models.Signature`."""

    sha2: str
    certificate: str | None
    root: str | None


class Statement(msgspec.Struct, frozen=True, tag="statement", tag_field="kind", omit_defaults=True):
    place: int
    statement: msgspec.Raw
    provenance: list[dict[str, Any]] = []
    signatures: list[Signature] = []


class Document(msgspec.Struct, frozen=True, tag="document", tag_field="kind"):
    of: Kind
    activity: str | None
    agent: str | None
    registration: UUID | None
    id: str
    content_type: str
    content: bytes
    updated: int
    """Microseconds since 1970-01-01 UTC."""


class Activity(msgspec.Struct, frozen=True, tag="activity", tag_field="kind"):
    id: str
    definition: msgspec.Raw


class Agent(msgspec.Struct, frozen=True, tag="agent", tag_field="kind"):
    agent: str
    """The canonical text of its identifier (`lrs.statements.keys.ifi_text`)."""
    names: list[str]


class End(msgspec.Struct, frozen=True, tag="end", tag_field="kind"):
    lines: int


Line = Header | Attachment | Statement | Document | Activity | Agent | End

_LINES: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class _Kind(msgspec.Struct):
    kind: Any = None


_KIND = msgspec.json.Decoder(_Kind)


def write_line(line: Line) -> bytes:
    """The line, its end included."""
    return msgspec.json.encode(line) + b"\n"


def read_line(text: bytes) -> Line:
    """What the line holds; raises InvalidRequest for what is no line of an export."""
    try:
        return _LINES.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest.at("", f"this is no line of an export: {error}") from None


def kind_of(text: bytes) -> Any:
    """What a line calls itself; None for one that is no line of an export."""
    try:
        return _KIND.decode(text).kind
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def token(place: int) -> str:
    """What to ask the next export with, for what came after this place."""
    return f"s{place}"


def place_of(text: str) -> int:
    """The place that a token stands for; raises ValueError."""
    digits = text[1:]
    if not text.startswith("s") or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise ValueError(f"{text!r} is not what an export said it could be continued after, such as s1000")
    return int(digits)
