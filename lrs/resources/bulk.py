"""POST /xapi-ext/statements/bulk: Statements one a line (NDJSON), as many as there are; each stands for itself.

Body and answer pass through in pieces. The answer waits in a temporary file until the body was read, because many
clients do not listen before they have sent everything.
"""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any

import msgspec
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ServiceUnavailable, UnsupportedMediaType
from werkzeug.wsgi import get_input_stream

from lrs.content_types import require_utf8
from lrs.errors import InvalidRequest, listed
from lrs.resources import query_string
from lrs.resources.access import caller, database, guarded
from lrs.resources.versions import HEADER, request_version
from lrs.statements import lines
from lrs.statements.lines import Summary

MEDIA_TYPE = "application/x-ndjson"

MOST_UPLOADS = 2
"""So many are taken at once in one process, so that threads are left for everybody else."""

_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_uploads = threading.BoundedSemaphore(MOST_UPLOADS)


def register(blueprint: Blueprint) -> None:
    """Add the view to the endpoint."""
    blueprint.add_url_rule("/statements/bulk", view_func=post_lines, methods=["POST"])


@guarded("statements/write")
def post_lines() -> Response:
    """Store the Statement on each line; answers with a line for each, and at the end how many became what.

    A line of the answer is `{"line": 1, "id": "…", "result": "stored"}`, or "there" for a Statement that was stored
    already, or "refused" with `errors` as in every refusal. Parameters: `from`, the number of the first line, for
    whoever sends the rest of a file; `only=refused`, to be told of no other lines. What was stored stays, however the
    request ends.
    """
    identity = caller("statements/write")
    parameters = query_string.read(request.args, "", needed={}, allowed={"from": _line_number, "only": _only})
    version = request_version() if HEADER in request.headers else "2.0.0"
    if request.mimetype != MEDIA_TYPE:
        raise UnsupportedMediaType(f"Statements one a line are {MEDIA_TYPE}, not {request.mimetype or 'of no type'}")
    require_utf8(request.content_type or "")
    body = _Body()
    if not _uploads.acquire(blocking=False):
        message = f"{MOST_UPLOADS} uploads are under way here already; send it again later"
        raise ServiceUnavailable(message, retry_after=10)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 — closed when the answer was sent
    try:
        most_line: int = current_app.config["MAX_CONTENT_LENGTH"]
        most_bytes: int = current_app.extensions["settings"].attachment_max_bytes
        numbered = lines.split(body, most_line, parameters["from"] or 1)
        sent = lines.read(numbered, most_line, version=version)
        summary = Summary()
        for outcome in lines.store_each(database(), identity, sent, most_bytes=most_bytes):
            summary.count(outcome)
            if parameters["only"] in (None, outcome.result):
                spool.write(outcome.line_of_answer())
        if body.error and not summary.lines:
            raise body.error
        spool.write(_last_line(summary, body.error))
        length = spool.tell()
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    finally:
        _uploads.release()
    response = Response(_sent(spool), content_type=MEDIA_TYPE)
    response.content_length = length
    response.call_on_close(spool.close)
    return response


class _Body:
    """The request's body in pieces, unfolded where it is gzip. Where that cannot be done it ends, and `error` says why.

    Raises UnsupportedMediaType at once for an encoding other than gzip.
    """

    def __init__(self) -> None:
        encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip"):
            raise UnsupportedMediaType(f"the Content-Encoding {encoding!r} is not taken here; send gzip or none")
        self._is_gzip = encoding.endswith("gzip")
        self.error: InvalidRequest | None = None

    def __iter__(self) -> Iterator[bytes]:
        stream = get_input_stream(request.environ)  # `request.stream` would hold it to the length of other bodies
        sent = iter(lambda: stream.read(_PIECE), b"")
        return self._unfolded(sent) if self._is_gzip else sent

    def _unfolded(self, sent: Iterator[bytes]) -> Iterator[bytes]:
        """What the members of a gzip file hold, one after another."""
        member = None
        for folded in sent:
            while folded:
                member = member or zlib.decompressobj(_GZIP)
                try:
                    yield member.decompress(folded, _PIECE)
                except zlib.error:
                    self.error = _not_gzip()
                    return
                folded = member.unused_data if member.eof else member.unconsumed_tail
                if member.eof:
                    member = None
        if member is not None:
            self.error = _not_gzip()


def _not_gzip() -> InvalidRequest:
    return InvalidRequest.at("Content-Encoding", "the body is not gzip, or breaks off")


def _sent(spool: IO[bytes]) -> Iterator[bytes]:
    with spool:
        while piece := spool.read(_PIECE):
            yield piece


def _last_line(summary: Summary, error: InvalidRequest | None) -> bytes:
    answer: dict[str, Any] = asdict(summary)
    if error:
        answer["errors"] = listed(error.faults)
    return msgspec.json.encode(answer) + b"\n"


def _line_number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text)):
        raise InvalidRequest.at(name, f"{text!r} is not the number of a line, 1 or more")
    return int(text)


def _only(text: str, name: str) -> str:
    if text != "refused":
        raise InvalidRequest.at(name, f"{text!r} is not refused, which is all that can be asked for here")
    return text
