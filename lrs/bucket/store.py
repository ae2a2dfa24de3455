"""A bucket's objects: put, read a little at a time, listed, removed.

Each object has a name of its own that is never given twice, so nothing there is ever overwritten, and whoever removes
one takes it from nobody else. What is put is confirmed by the bucket against its SHA-256, signed with the request.
"""

from __future__ import annotations

import hashlib
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any
from uuid import UUID

from lrs import outgoing
from lrs.bucket.signing import Credentials, signed
from lrs.db import new_id
from lrs.errors import InvalidRequest, StoreAway
from lrs.spooling import Slice
from lrs.xml_elements import Element, read

__all__ = ["Bucket", "Object"]

_EMPTY = hashlib.sha256(b"").hexdigest()
_SECONDS = 20.0
_SECONDS_A_MEGABYTE = 2.0
"""A larger object may take so much longer."""
_MOST_KEYS = "1000"
_PIECE = 256 * 1024
_MOST_LISTED = 4 * 1024 * 1024
_TENANT = re.compile(r"([0-9a-f-]{36})/[0-9a-f]+/[0-9a-f-]{36}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Object:
    """What lies in the bucket."""

    name: str
    length: int
    put: datetime

    @property
    def tenant(self) -> UUID | None:
        """Whose it is; None for what we did not put there."""
        found = _TENANT.fullmatch(self.name)
        try:
            return UUID(found[1]) if found else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, addressed by path: `address` is https://HOST/BUCKET, with more behind it where it is not all ours.

    Every method raises StoreAway where the bucket does not answer, or not as it should.
    """

    address: str
    credentials: Credentials

    def put(self, tenant: UUID, sha2: str, data: Slice) -> str:
        """Put bytes; returns their name, once the bucket has confirmed that it has them."""
        name = f"{tenant}/{sha2}/{new_id()}"
        payload = sha2 if len(sha2) == 64 else hashlib.sha256(data).hexdigest()
        with self._asked("PUT", name, data=data, payload=payload, length=len(data)):
            return name

    def pieces(self, name: str, length: int, sha2: str) -> Iterator[bytes]:
        """The bytes of an object, a little at a time; the last of them only when all are what they should be.

        The bucket is asked when the first are.
        """
        digest, come, held = hashlib.new(f"sha{len(sha2) * 4}"), 0, b""
        with self._asked("GET", name, length=length) as opened:
            while piece := _read(opened):
                digest.update(piece)
                come += len(piece)
                if held:
                    yield held
                held = piece
        if come != length or digest.hexdigest() != sha2:
            raise StoreAway(f"the object {name} is not what was put there")
        yield held

    def remove(self, name: str) -> None:
        """Remove an object; one that is not there is as good."""
        with self._asked("DELETE", name, missing_is_well=True):
            return

    def listed(self) -> Iterator[Object]:
        """All that lies there, by name."""
        token = ""
        while True:
            query = {"list-type": "2", "prefix": self._prefix, "max-keys": _MOST_KEYS}
            query |= {"continuation-token": token} if token else {}
            with self._asked("GET", None, query=query) as opened:
                found = _list(_read(opened, _MOST_LISTED))
            yield from (self._object(one) for one in found.children if _is(one, "Contents"))
            token = _text(found, "NextContinuationToken")
            if not token:
                return

    def answers(self) -> None:
        """Raise StoreAway unless the bucket can be read."""
        with self._asked("GET", None, query={"list-type": "2", "prefix": self._prefix, "max-keys": "1"}) as opened:
            _list(_read(opened, _MOST_LISTED))

    @property
    def _prefix(self) -> str:
        """What our objects' names begin with, in the bucket."""
        _host, _slash, path = self.address.partition("://")[2].partition("/")
        _bucket, _slash, rest = path.partition("/")
        return f"{rest}/" if rest else ""

    def _object(self, told: Element) -> Object:
        put = datetime.fromisoformat(_text(told, "LastModified")).astimezone(UTC)
        return Object(_text(told, "Key").removeprefix(self._prefix), int(_text(told, "Size")), put)

    def _asked(
        self,
        method: str,
        name: str | None,
        *,
        query: dict[str, str] | None = None,
        data: Slice | None = None,
        payload: str = _EMPTY,
        length: int = 0,
        missing_is_well: bool = False,
    ) -> Any:
        return _Asked(self, method, name, query or {}, data, payload, length, missing_is_well)


class _Asked:
    """One request, and its answer as long as it is read."""

    def __init__(
        self, bucket: Bucket, method: str, name: str | None, query: dict[str, str], data: Slice | None, payload: str,
        length: int, missing_is_well: bool,
    ) -> None:  # fmt: skip
        scheme, _, rest = bucket.address.partition("://")
        host, _, path = rest.partition("/")
        path = f"/{path}/{name}" if name is not None else f"/{path.partition('/')[0]}"
        now = datetime.now(UTC)
        target, headers = signed(method, path, query, host=host, payload=payload, by=bucket.credentials, now=now)
        if data is not None:
            headers |= {"Content-Type": "application/octet-stream", "Content-Length": str(len(data))}
        self._request = urllib.request.Request(f"{scheme}://{host}{target}", data, headers, method=method)  # noqa: S310 — is_safe
        self._host = outgoing.host_of(bucket.address)
        self._seconds = _SECONDS + _SECONDS_A_MEGABYTE * length / 2**20
        self._missing_is_well = missing_is_well
        self._opened: Any = None

    def __enter__(self) -> IO[bytes] | None:
        try:
            self._opened = outgoing.opened(self._request, written=self._host, seconds=self._seconds)
            answer: IO[bytes] = self._opened.__enter__()
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404 and self._missing_is_well:
                    self._opened = None
                    return None
                said = _code_in(error)
            raise StoreAway(f"the bucket answered {error.code} {said}".rstrip()) from None
        except outgoing.AWAY as error:
            raise StoreAway(f"the bucket does not answer: {type(error).__name__}") from None
        return answer

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._opened is not None:
            with suppress(*outgoing.AWAY):
                self._opened.__exit__(None, None, None)
        if kind is not None and issubclass(kind, outgoing.AWAY):
            raise StoreAway(f"the bucket's answer breaks off: {kind.__name__}") from None


def _read(opened: IO[bytes], most: int = _PIECE) -> bytes:
    return opened.read(most)


def _list(body: bytes) -> Element:
    try:
        found = read(body)
    except InvalidRequest:
        raise StoreAway("the bucket answered no list") from None
    if not _is(found, "ListBucketResult"):
        raise StoreAway("the bucket answered no list")
    return found


def _is(element: Element, name: str) -> bool:
    return element.name.rpartition(" ")[2] == name


def _text(element: Element, name: str) -> str:
    return next((one.text for one in element.children if _is(one, name)), "")


def _code_in(error: urllib.error.HTTPError) -> str:
    """The code in words that S3 names, without what else it says."""
    with suppress(*outgoing.AWAY, InvalidRequest):
        code = _text(read(error.read(4096)), "Code")
        return code if code.isalnum() and len(code) < 60 else ""
    return ""
