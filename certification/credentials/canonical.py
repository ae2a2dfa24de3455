"""What a document says, in the one form that is signed: RDF, canonical, and nothing left out.

JSON-LD leaves out, without a word, whatever no context defines; such a part would be signed by nobody and could be
changed by anybody. So each name, type and address in a document is looked at first, and an unknown one is refused.
Contexts come with the program: nothing is fetched.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pyld import jsonld

from certification.errors import CertificationError

__all__ = ["CREDENTIALS", "LEARNER_RECORDS", "OPEN_BADGES", "NotSignable", "canonical"]

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
LEARNER_RECORDS = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

_FILES = {
    CREDENTIALS: "credentials-v2.jsonld",
    OPEN_BADGES: "open-badges-3.0.3.jsonld",
    LEARNER_RECORDS: "clr-2.0.1.jsonld",
}
_FOLDER = Path(__file__).parent / "contexts"

_ALONE = threading.Lock()
"""What processes JSON-LD keeps the contexts it has seen in memory that threads must not change at once."""

_UNDEFINED = "https://undefined.invalid/"
"""What names that no context defines begin with, once they are expanded over a vocabulary and a base of this name."""


class NotSignable(CertificationError):
    """A document whose signature would not cover all it says; names each part that no context defines."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document as canonical N-Quads in UTF-8 (RDFC-1.0), which is equal for documents that say the same.

    Raises NotSignable for one that names a context we do not have, or says something that no context defines.
    """
    # Where nothing is undefined, what is expanded over a vocabulary and a base is what is expanded without them.
    expanded = _expanded(document)
    quads: str = _processed(jsonld.normalize, expanded, {"algorithm": "URDNA2015", "format": "application/n-quads"})
    return quads.encode()


def _expanded(document: Mapping[str, Any]) -> Any:
    """The document with every name written out. Raises NotSignable for one that no context defines."""
    contexts = document.get("@context", [])
    if not isinstance(contexts, list) or not all(isinstance(one, str) for one in contexts):
        raise NotSignable("A document that is signed names its contexts in a list of addresses.")
    if unknown := sorted(set(contexts) - _FILES.keys()):
        raise NotSignable(f"There is no context {', '.join(unknown)} here, and none is fetched from elsewhere.")
    marked = {**document, "@context": [*contexts, {"@vocab": _UNDEFINED}]}
    expanded = _processed(jsonld.expand, marked, {"base": _UNDEFINED})
    undefined = sorted({name for name in _names(expanded) if name.startswith(_UNDEFINED) or ":" not in name})
    if undefined:
        named = ", ".join(name.removeprefix(_UNDEFINED) for name in undefined)
        raise NotSignable(f"No context of the document defines {named}; it would be signed by nobody.")
    return expanded


def _names(value: Any) -> Iterator[str]:
    """Every property, type and address of an expanded document."""
    if isinstance(value, list):
        for one in value:
            yield from _names(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("@id", "@type"):
                yield from ([inner] if isinstance(inner, str) else inner)
            elif not key.startswith("@"):
                yield key
            if key not in ("@id", "@type", "@value"):
                yield from _names(inner)


def _processed(process: Any, document: Any, options: Mapping[str, Any]) -> Any:
    try:
        with _ALONE:
            return process(document, {**options, "documentLoader": _load})
    except RecursionError:
        raise NotSignable("The document goes too deep.") from None
    except jsonld.JsonLdError as error:
        reason: Any = error
        while getattr(reason, "cause", None) is not None:
            reason = reason.cause
        raise NotSignable(f"The document cannot be read as JSON-LD: {reason}") from None


def _load(address: str, _options: Mapping[str, Any]) -> Mapping[str, Any]:
    if address not in _FILES:
        raise NotSignable(f"There is no context {address!r} here, and none is fetched from elsewhere.")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "tag": "static",  # it never changes, so what was worked out of it is kept
        "document": _context(_FILES[address]),
    }


@cache
def _context(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))
