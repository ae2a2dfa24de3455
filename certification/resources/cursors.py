"""Lists in parts: an opaque cursor says where to go on.

A cursor holds the sort values of the last item that was given, so that items which come or go meanwhile move nothing.
It is encrypted with the installation's secret, since names and numbers of persons are among those values, and bound to
the address, the other parameters and the tenant: whatever else is sent as a cursor is refused, and nothing that comes
out of one needs to be checked again.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app, request

from certification.resources.errors import BadRequest, Fault
from lrs import api

__all__ = ["after", "cursor", "page", "part"]

_NONCE_BYTES = 12

Item = TypeVar("Item")


def after(tenant: UUID, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """The sort values at which the list was left, of these types (str, int, UUID, date, datetime); None at its start.

    Raises BadRequest for what is no cursor of this very list.
    """
    sent = request.args.get("cursor")
    if sent is None:
        return None
    about, (_, cipher) = _about(tenant), _keys()
    try:
        sealed = base64.urlsafe_b64decode(sent.encode("ascii") + b"=" * (-len(sent) % 4))
        if _written(sealed) != sent:
            raise ValueError  # the decoder passes over signs that are not in the alphabet
        packed = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
    except (UnicodeEncodeError, binascii.Error, ValueError, InvalidTag):
        api.tell("link-refused")
        raise BadRequest(
            Fault("cursor", "no cursor of this list; send `next` as it came, with the same parameters, or none")
        ) from None
    values = msgspec.json.decode(packed, type=list[Any])
    return tuple(msgspec.convert(value, kind) for value, kind in zip(values, kinds, strict=True))


def page(
    tenant: UUID,
    found: Sequence[Item],
    limit: int,
    *,
    as_of: date,
    key: Callable[[Item], tuple[Any, ...]],
    show: Callable[[Item], Any],
    **beside: Any,
) -> Mapping[str, Any]:
    """The answer for one part of a list: ask the database for `limit` + 1 items from `after` on, and give all here.

    `key` are an item's sort values, as `after` gives them back; `show` is what the answer says of it.
    """
    given = found[:limit]
    following = cursor(tenant, key(given[-1])) if len(found) > limit else None
    return {"as_of": as_of, **beside, "items": [show(one) for one in given], "next": following}


def part(
    tenant: UUID,
    given: Sequence[Item],
    left: tuple[Any, ...] | None,
    *,
    as_of: date,
    show: Callable[[Item], Any],
    **beside: Any,
) -> Mapping[str, Any]:
    """The same of a list that says itself where it was left (`left`, None at its end), also behind the last item."""
    following = None if left is None else cursor(tenant, left)
    return {"as_of": as_of, **beside, "items": [show(one) for one in given], "next": following}


def cursor(tenant: UUID, values: tuple[Any, ...]) -> str:
    """Where a list goes on behind these sort values, for a view whose answer is no page of items."""
    packed, about, (secret, cipher) = msgspec.json.encode(values), _about(tenant), _keys()
    # The nonce follows from all that is encrypted and bound: the same part has the same cursor, none serves for two.
    nonce = hmac.digest(secret, b"nonce" + about + b"\0" + packed, "sha256")[:_NONCE_BYTES]
    return _written(nonce + cipher.encrypt(nonce, packed, about))


def _written(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _about(tenant: UUID) -> bytes:
    """What a cursor is bound to."""
    others = sorted((name, value) for name, value in request.args.items(multi=True) if name not in ("cursor", "limit"))
    return msgspec.json.encode([request.path, tenant, others])


def _keys() -> tuple[bytes, AESGCM]:
    pepper: bytes = current_app.extensions["settings"].secret_key
    secret = hmac.digest(pepper, b"certification cursor", "sha256")
    return secret, AESGCM(hmac.digest(secret, b"encrypting", "sha256"))
