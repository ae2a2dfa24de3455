"""What lists call an unknown Actor by, since its account may tell who somebody is: a reference, and a shortened name.

    shortened   enough of an account to know it again: its home page and some letters of its name
    References  references of a tenant's unknown Actors, and back

A reference names one Actor of one tenant and says nothing by itself: it is the Actor's keys under the installation's
secret. It is the same as long as the secret is, so that lists do not change while nothing does.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from certification.errors import CertificationError
from certification.evidence import waiting_list
from certification.evidence.waiting_list import Place, Unknown
from certification.evidence.words import tells_who
from certification.models import UnknownActor
from lrs.db import Session

__all__ = ["NoSuchActor", "References", "shortened"]

_HALF = 8
_HOME_AT_MOST = 100


class NoSuchActor(CertificationError):
    """Nobody unknown has this reference."""

    def __init__(self, reference: UUID) -> None:
        super().__init__(
            f"no unknown Actor has the reference {reference}: it may be linked by now, or of no branch of yours; list "
            f"them again"
        )


def shortened(ifi: str) -> str:
    """A canonical identifier as a list shows it: whose it is cannot be read off it, but it is known again.

    Of a name that looks like an identity, telephone or mail number nothing is left but a mail address's domain.
    """
    kind, _, rest = ifi.partition(" ")
    if kind == "account":
        home, _, name = rest.partition("|")
        return f"{_plain(home)[:_HOME_AT_MOST]}|{_cut(name)}"
    if kind == "mbox":
        return f"mailto:{_cut(rest.removeprefix('mailto:'))}"
    if kind == "openid":
        scheme, _, address = rest.partition("://")
        return f"openid {_plain(scheme)}://{_plain(address.partition('/')[0])[:_HOME_AT_MOST]}/…"
    return f"{kind} {rest[:4]}…"


def _cut(name: str) -> str:
    name = _plain(unicodedata.normalize("NFC", name))
    local, at, domain = name.rpartition("@")
    if at:
        return f"{_cut(local)}@{domain[:_HOME_AT_MOST]}"
    if tells_who(name) or len(name) <= 2:
        return "…"
    if len(name) <= 4:
        return f"{name[:1]}…"
    return f"{name[:2]}…{name[-2:]}" if len(name) >= 8 else f"{name[:2]}…"


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() else "�" for one in text)


@dataclass(frozen=True, slots=True)
class References:
    """References of the unknown Actors of a tenant, under the installation's secret."""

    tenant: UUID
    pepper: bytes

    def of(self, actor: Unknown) -> UUID:
        """The reference of an Actor."""
        raw = actor.key.to_bytes(_HALF, "big", signed=True) + actor.digest[:_HALF]
        cipher = self._cipher().encryptor()
        return UUID(bytes=cipher.update(raw) + cipher.finalize())

    def place(self, statements: int, reference: UUID) -> Place:
        """Where a list was left behind the Actor of this reference, which had so many Statements."""
        key, digest = self._parts(reference)
        return statements, key, digest

    def find(self, session: Session, reference: UUID) -> Unknown:
        """The Actor of a reference. Raises NoSuchActor."""
        key, digest = self._parts(reference)
        asked = UnknownActor.tenant_id == self.tenant, UnknownActor.actor_key == key
        for found in waiting_list.unknown(session, *asked):
            if found.digest[:_HALF] == digest:
                return found
        raise NoSuchActor(reference)

    def _parts(self, reference: UUID) -> tuple[int, bytes]:
        cipher = self._cipher().decryptor()
        raw = cipher.update(reference.bytes) + cipher.finalize()
        return int.from_bytes(raw[:_HALF], "big", signed=True), raw[_HALF:]

    def _cipher(self) -> Cipher[modes.ECB]:
        key = hmac.digest(self.pepper, b"unknown actor " + self.tenant.bytes, "sha256")
        return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 — one block: a permutation of references
