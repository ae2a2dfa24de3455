"""Asking the virus scanner of this machine (ClamAV's clamd, over its socket) about bytes that somebody hands in and
others will be given: before anything is locked or kept, and only where an installation names the socket.

Where the scanner does not answer nothing is taken. What it says is never kept.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.exceptions import ServiceUnavailable

from lrs.errors import InvalidRequest
from lrs.spooling import Slice

__all__ = ["hold_against", "is_answering", "require_clean"]

SECONDS = 30.0
"""How long the scanner may be silent."""
_AT_ONCE = 1 << 20
_MOST_SAID = 4096

log = logging.getLogger(__name__)

_at: Path | None = None


def hold_against(scanner: Path | None) -> None:
    """Have what is handed in looked at by the scanner with this socket, None: by none."""
    global _at
    _at = scanner


def require_clean(data: Slice, place: str = "") -> None:
    """Raise InvalidRequest where the scanner knows these bytes as harmful, or reads no more so much; ServiceUnavailable
    where it does not answer. Without a scanner anything is clean."""
    if _at is None:
        return
    try:
        said = _asked(_at, data)
    except OSError as error:
        log.error("the virus scanner at %s does not answer: %s", _at, error.strerror or type(error).__name__)
        raise ServiceUnavailable("the virus scanner does not answer just now; send it again", retry_after=30) from None
    if said == "stream: OK":
        return
    if said.endswith(" FOUND"):
        found = said.removeprefix("stream: ").removesuffix(" FOUND")
        raise InvalidRequest.at(place, f"the virus scanner knows this as {found}; it is not taken")
    if "size limit" in said:
        raise InvalidRequest.at(place, "this is larger than the virus scanner reads here (StreamMaxLength of clamd)")
    log.error("the virus scanner at %s cannot look at what was sent: %.200s", _at, said)
    raise ServiceUnavailable("the virus scanner cannot look at this just now; send it again", retry_after=30)


def is_answering(scanner: Path) -> bool:
    """Whether a scanner is at this socket."""
    try:
        with _connected(scanner) as there:
            there.sendall(b"zPING\0")
            return _heard(there) == "PONG"
    except OSError:
        return False


def _asked(scanner: Path, data: Slice) -> str:
    """What clamd says of a stream: it is told the length of each part, and that of nothing at the end."""
    with _connected(scanner) as there:
        try:
            there.sendall(b"zINSTREAM\0")
            whole = memoryview(data)
            for start in range(0, len(whole), _AT_ONCE):
                part = whole[start : start + _AT_ONCE]
                there.sendall(len(part).to_bytes(4) + bytes(part))
            there.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has said what is wrong, and reads no further
        return _heard(there)


@contextmanager
def _connected(scanner: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
        there.settimeout(SECONDS)
        there.connect(str(scanner))
        yield there


def _heard(there: socket.socket) -> str:
    heard = b""
    while b"\0" not in heard and len(heard) < _MOST_SAID and (more := there.recv(_MOST_SAID)):
        heard += more
    return heard.partition(b"\0")[0].decode(errors="replace")
