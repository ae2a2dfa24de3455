"""/issuers/<tenant>: what other people's software fetches to verify our credentials. JSON-LD, without a key.

    /issuers/<tenant>/did.json      the issuer's keys (did:web)
    /issuers/<tenant>/status/<n>    a list of bits: which certificates are withdrawn, signed for a day

Nothing in it is about a person. A list is fetched whole, so nobody learns which certificate was looked at. While the
database is away a process goes on giving what it gave last, for as long as a list of that day is good.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import msgspec
from flask import Blueprint, Response, current_app
from werkzeug.exceptions import NotFound

from certification.access.permissions import Act, guarded
from certification.acts import chain
from certification.certificates import keys, register
from certification.certificates.badges import list_address
from certification.certificates.keys import Issuer
from certification.credentials import proofs, status_lists
from certification.resources import access, answers, errors, limits
from certification.resources.access import database, now
from certification.vietnam import VIETNAM
from lrs.db import AWAY, Session, is_away

__all__ = ["issuers", "public_url"]

log = logging.getLogger(__name__)

MOST_KEPT = 64
"""Lists, and keys of issuers, that a process keeps, some kilobytes each."""

GOOD_FOR = timedelta(days=2)
"""From the beginning of the day as of which a list was signed."""

_KEYS = 0
"""In place of a list's number: the issuer's keys."""

issuers = Blueprint("issuers", __name__, url_prefix="/issuers")
"""Mounted at /issuers. Guards: each view's own, by `access.permissions.TABLE`."""

errors.register(issuers)
access.register(issuers)
issuers.after_request(answers.conditional)


def public_url() -> str:
    """The address under which the world reaches this installation; empty where nobody has said."""
    found: str = current_app.extensions["settings"].public_url
    return found


@issuers.get("/<uuid:tenant>/did.json")
@guarded(Act.VERIFY_CERTIFICATES)
def show_keys(tenant: UUID) -> Response:
    """The issuer's keys, retired ones too: what they signed goes on being verified.

    Whoever asks takes a look-up of the address's own, as for a list or a certificate.
    """

    def found() -> bytes:
        limits.allow()
        with database().reading(tenant) as session:
            document = keys.did_document(session, tenant, _issuer(session, tenant))
        said = msgspec.json.encode(document)
        _answered.keep((tenant, _KEYS), None, said, _day_began(now()) + GOOD_FOR)
        return said

    return answers.public(_while_away((tenant, _KEYS), found), "application/did+ld+json")


@issuers.get("/<uuid:tenant>/status/<int:number>")
@guarded(Act.VERIFY_CERTIFICATES)
def show_status_list(tenant: UUID, number: int) -> Response:
    """Which certificates are withdrawn, signed as of today in Vietnam and good for a day.

    Whoever asks takes a look-up of the address's own. What was answered is kept until the tenant's record has another
    act, as every withdrawal and every new key is, or another day begins.
    """

    def found() -> bytes:
        limits.allow()
        began = _day_began(now())
        with database().reading(tenant) as session:
            as_of = chain.head(session, tenant).digest, began, public_url()
            answered = _answered.find((tenant, number), as_of)
            if answered is None:
                answered = _status_list(session, tenant, number, began)
                _answered.keep((tenant, number), as_of, answered, began + GOOD_FOR)
        return answered

    return answers.public(_while_away((tenant, number), found), "application/ld+json")


def _while_away(which: tuple[UUID, int], found: Callable[[], bytes]) -> bytes:
    """What is found; while the database is away what was found last, as long as it is good."""
    try:
        return found()
    except AWAY as error:
        answered = _answered.last(which, now()) if is_away(error) else None
        if answered is None:
            raise
        log.warning("the database is away: what was published last is given")
        return answered


def _status_list(session: Session, tenant: UUID, number: int, began: datetime) -> bytes:
    """The list, in some SQL commands that read no certificate but those withdrawn. Raises NotFound."""
    first = (number - 1) * status_lists.LENGTH
    last = first + status_lists.LENGTH - 1
    issuer = _issuer(session, tenant)
    name = keys.current_name(session, tenant)
    if name is None or not 1 <= number <= register.lists(session, tenant):
        raise NotFound
    places = sorted(one - first for one in register.withdrawn_places(session, tenant, first, last))
    key = keys.named(session, tenant, issuer, name, secret=access.pepper())
    return _signed_list(list_address(issuer, first), issuer, key, tuple(places), began)


@lru_cache(16)
def _signed_list(
    address: str, issuer: Issuer, key: proofs.SigningKey, places: tuple[int, ...], began: datetime
) -> bytes:
    """The list, signed once for as long as the same places are withdrawn on the same day."""
    listed = status_lists.list_credential(address, issuer.did, places, valid_from=began, valid_until=began + GOOD_FOR)
    return msgspec.json.encode(proofs.prove(listed, key, created=began))


class _Answered:
    """The lists a process gave last, each with what it was as of."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, int], tuple[object, bytes, datetime]] = OrderedDict()
        self._alone = threading.Lock()

    def find(self, which: tuple[UUID, int], as_of: object) -> bytes | None:
        """The list as of that; None where it is not kept, or was as of something else."""
        kept = self._kept.get(which)
        return kept[1] if kept is not None and kept[0] == as_of else None

    def last(self, which: tuple[UUID, int], at: datetime) -> bytes | None:
        """What was kept last, whatever it is as of, where it is still good."""
        kept = self._kept.get(which)
        return kept[1] if kept is not None and at < kept[2] else None

    def keep(self, which: tuple[UUID, int], as_of: object, answer: bytes, until: datetime) -> None:
        """Keeps it, which is good until then, and of all lists the `MOST_KEPT` that were made last."""
        with self._alone:
            self._kept[which] = (as_of, answer, until)
            self._kept.move_to_end(which)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


_answered = _Answered()


def _issuer(session: Session, tenant: UUID) -> Issuer:
    if not public_url() or not keys.public_keys(session, tenant):
        raise NotFound
    return Issuer.of(public_url(), tenant)


def _day_began(instant: datetime) -> datetime:
    """Midnight in Vietnam: for a day the same list has the same bytes."""
    return instant.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
