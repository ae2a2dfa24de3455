"""Encodings: JSON is UTF-8 or nothing, whatever its Content-Type says (xAPI 1.0.3 Communication 1.4; RFC 8259 8.1), and
so are the parameters of a query string."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

from lrs.errors import InvalidRequest

_OF_JSON = frozenset({"application/json", "application/x-ndjson"})
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
"""Names of UTF-8 and of what is the same in it."""


def require_utf8(content_type: str) -> None:
    """Raise InvalidRequest where JSON comes with the name of another encoding: it would be read as something else."""
    kind, options = parse_options_header(content_type)
    charset = options.get("charset", "utf-8")
    if kind in _OF_JSON and charset.lower() not in _UTF_8:
        message = f"JSON is sent in UTF-8 here, not in {charset!r}; leave out the charset, or send UTF-8 and say so"
        raise InvalidRequest.at("Content-Type", message, "xAPI 1.0.3 Communication 1.4")


def not_utf8(query_string: bytes) -> list[str]:
    """The names of parameters of which the name or value, decoded, is not UTF-8; as far as these can be read."""
    if query_string.isascii() and b"%" not in query_string:
        return []
    found: dict[str, None] = {}
    for parameter in query_string.split(b"&"):
        try:
            unquote_to_bytes(parameter).decode()
        except UnicodeDecodeError:
            name = unquote_to_bytes(parameter.partition(b"=")[0].replace(b"+", b" "))
            found[name.decode(errors="backslashreplace")] = None
    return list(found)
