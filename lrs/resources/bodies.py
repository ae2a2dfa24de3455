"""Bodies of requests, whole or not at all.

A server hands over what has come of a body when a client hangs up half-way, as if that were all, and Werkzeug cuts one
that is sent in chunks off at the limit. Half of a document must not take the place of a whole one.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from functools import cached_property, partial
from typing import IO, Any, cast

import flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import ClientDisconnected, LengthRequired, RequestEntityTooLarge, ServiceUnavailable
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_content_length

from lrs.resources.room import ROOM
from lrs.spooling import gather

__all__ = ["READERS", "Request", "require_end"]

READERS = 4
"""So many threads of a process wait for bodies at once; with the bulk uploads (`bulk.MOST_UPLOADS`) two of the eight
are left for whoever sends none, however slowly others send. What has come, as behind a proxy, is read at once."""
READ_WAIT_SECONDS = 1.0
COME_AGAIN = 5
_PIECE = 256 * 1024
_reading = threading.BoundedSemaphore(READERS)


class _Named(FormDataParser):
    """What a form says in parts that have a name: others belong to no field, and nobody can ask for them."""

    def parse(self, *told: Any, **named: Any) -> Any:
        stream, form, files = super().parse(*told, **named)
        return stream, _named(form), _named(files)


def _named(parts: MultiDict[str, Any]) -> MultiDict[str, Any]:
    pairs = list(parts.items(multi=True))
    for name, part in pairs:
        if name is None and isinstance(part, FileStorage):
            part.close()
    return type(parts)([pair for pair in pairs if pair[0] is not None])


class Request(flask.Request):
    """A request whose `stream`, and so its `data`, gives the body or raises.

    RequestEntityTooLarge for more than `max_content_length` bytes: at once when so many are announced, otherwise when
    one more comes. ClientDisconnected for fewer than were announced.
    """

    form_data_parser_class = _Named

    _room = 0
    """Bytes of a large body that is worked on in memory, until the request is over."""

    @cached_property
    def stream(self) -> IO[bytes]:
        announced = get_content_length(self.environ)
        if announced is None and "wsgi.input_terminated" not in self.environ:
            return io.BytesIO()  # nothing says where it would end
        most = self.max_content_length
        if announced is not None and most is not None and announced > most:
            raise RequestEntityTooLarge
        return cast(IO[bytes], _Whole(self.environ["wsgi.input"], announced, most, self._take_room))

    def _take_room(self, size: int) -> None:
        ROOM.take(size)
        self._room += size

    def close(self) -> None:
        """The request is over."""
        ROOM.give_back(self._room)
        self._room = 0
        super().close()


def require_end(request: flask.Request, body: bytes) -> None:
    """Raise LengthRequired for a body in which it cannot be seen whether it came to its end.

    One sent in chunks looks complete wherever the client hung up. For bodies that do not show their own end.
    """
    chunked = "Transfer-Encoding" in request.headers
    if request.content_length is None and (body or chunked):
        raise LengthRequired("send this with a Content-Length: only that tells whether all of it has come")


class _Whole(io.RawIOBase):
    """The bytes of a body up to its announced end, or up to one more than `most`.

    Where all of a large one is asked for at once, `take_room` is asked for as many bytes before they are in memory.
    """

    def __init__(self, source: Any, announced: int | None, most: int | None, take_room: Callable[[int], None]) -> None:
        self._source, self._announced, self._most, self._take_room = source, announced, most, take_room
        self._came = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = len(buffer)
        if self._announced is not None:
            wanted = min(wanted, self._announced - self._came)
        if not wanted:
            return 0
        if not _reading.acquire(timeout=READ_WAIT_SECONDS):
            message = "others send their bodies slowly here just now; send it again later"
            raise ServiceUnavailable(message, retry_after=COME_AGAIN)
        try:
            data = self._source.read(wanted)
        finally:
            _reading.release()
        self._came += len(data)
        if not data and self._announced is not None:
            raise ClientDisconnected("the body breaks off: fewer bytes came than its Content-Length says")
        if self._most is not None and self._came > self._most:
            raise RequestEntityTooLarge
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        """A large one is kept on disk until all of it is there: whoever sends slowly takes no room meanwhile."""
        body = gather(iter(partial(self.read, _PIECE), b""), None)
        if isinstance(body, bytes):
            return body
        with body:
            self._take_room(len(body))
            return body[:]
