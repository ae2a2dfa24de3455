"""What can go wrong, in words of xAPI, not of HTTP.

    LrsError
    ├── InvalidRequest        the request itself: malformed JSON, a parameter that is unknown, missing or ill-formed
    ├── InvalidStatement      the Statements sent: every fault of every one, with its place and the clause broken
    ├── TooLarge              more than this store takes at once
    ├── Unauthenticated       no credentials, or ones nobody here was given; InvalidToken: a token that does not hold
    ├── StoreAway             the bucket that keeps Attachments does not answer
    ├── IssuerAway            whoever issued a Bearer token cannot be asked for its keys just now
    ├── Forbidden             good credentials without the scope asked for; OutsideLaunch: beyond what was launched
    ├── UnknownTenant         no owner of data has that name or id
    ├── NotFound              nothing here answers to that id
    ├── StatementConflict     a Statement with this id is stored already, and it is another one
    ├── DocumentConflict      a document is there already, and the request does not say that it knows which
    ├── PreconditionFailed    a document is not, or no longer, the one that the request expects
    ├── TooMany               more requests than a key or its tenant may send just now
    └── NotStored             the database failed while this was put in together with what others sent

The one table from these to HTTP statuses is `lrs/resources/errors.py`. `str(error)` is fit to be shown to the client:
it holds nothing about our insides.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from schemas import Fault

__all__ = [
    "DocumentConflict",
    "Fault",
    "Forbidden",
    "InvalidRequest",
    "InvalidStatement",
    "InvalidToken",
    "IssuerAway",
    "LrsError",
    "NotFound",
    "NotStored",
    "OutsideLaunch",
    "PreconditionFailed",
    "StatementConflict",
    "StoreAway",
    "TooLarge",
    "TooMany",
    "Unauthenticated",
    "UnknownTenant",
    "listed",
]


_DIFFERENCES_IN_WORDS = 20
"""So many places stand in a conflict's message; `differences` has all of them."""


class LrsError(Exception):
    """Anything this store refuses or cannot do, with a message for whoever asked."""


class _Faulty(LrsError):
    """What was sent has faults; `faults` names all of them, in the order found."""

    faults: tuple[Fault, ...]

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class InvalidRequest(_Faulty):
    """The request cannot be understood. A fault's place is a JSON pointer into the body, or the name of a parameter."""

    @classmethod
    def at(cls, place: str, message: str, clause: str = "") -> InvalidRequest:
        """An InvalidRequest with a single fault."""
        return cls([Fault(place, message, clause)])


class InvalidStatement(_Faulty):
    """At least one Statement breaks a rule of xAPI. Nothing of the request has been stored.

    Places are JSON pointers: into the one Statement ("/actor/mbox"), or into the list that was sent ("/3/actor/mbox").
    """


class TooLarge(LrsError):
    """More than this store takes in one request; the message says how much that is."""


class Unauthenticated(LrsError):
    """No credentials came, or they are not (or no longer) those of anybody here; which of the two is not told."""

    def __init__(self) -> None:
        super().__init__("no key and secret, or none that are known here; send them by HTTP Basic")


class InvalidToken(Unauthenticated):
    """A Bearer token that does not hold (RFC 6750 3.1); the message says why, without quotation marks."""

    def __init__(self, why: str) -> None:
        LrsError.__init__(self, why)


class StoreAway(LrsError):
    """The bucket in which Attachments are kept does not answer, or not as it should; `why` is for the operator."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__("what keeps the bytes of attachments does not answer just now; send it again")


class IssuerAway(LrsError):
    """Whoever issued a Bearer token does not answer, so that nobody can tell whether it holds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        """Seconds until it makes sense to try again."""
        super().__init__("the issuer of this token cannot be asked for its keys just now; send it again")


class Forbidden(LrsError):
    """The credentials are good, but were not given the scope that this needs."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"these credentials lack the scope {scope!r}")


class OutsideLaunch(Forbidden):
    """The key was given to launched content (cmi5), and this is beyond what it was launched for."""

    def __init__(self, message: str) -> None:
        self.scope = ""
        LrsError.__init__(self, f"this key opens one launch only: {message}")


class UnknownTenant(LrsError):
    """No tenant has this name or id."""

    def __init__(self, name: object) -> None:
        self.name = str(name)
        super().__init__(f"there is no tenant {self.name!r}; `flask lrs tenant list` shows those there are")


class NotFound(LrsError):
    """Nothing in this tenant answers to the id asked for."""


class StatementConflict(LrsError):
    """A Statement with this id is stored, and the one sent differs from it (xAPI 1.0.3 Communication 2.1.1).

    `differences` are JSON pointers to what is not the same, such as "/result/score/raw"; `place` is one to where the
    Statement stands in what was sent.
    """

    place = ""

    def __init__(self, statement_id: UUID, differences: Iterable[str] = ()) -> None:
        self.statement_id = statement_id
        self.differences = tuple(differences)
        named = self.differences[:_DIFFERENCES_IN_WORDS]
        where = f"; it differs at {', '.join(named)}" if named else ""
        where += " and elsewhere" if len(named) < len(self.differences) else ""
        super().__init__(f"another Statement with the id {statement_id} is stored already{where}")


class DocumentConflict(LrsError):
    """A document would be replaced by a request that does not say which one it has seen (1.0.3 Communication 3.1)."""

    def __init__(self) -> None:
        super().__init__(
            "a document is there already; check the current state of the resource (GET), then send again with the"
            " header If-Match and the current ETag, or with If-Match: * to replace whatever is there"
        )


class PreconditionFailed(LrsError):
    """If-Match or If-None-Match does not hold; nothing was changed (xAPI 1.0.3 Communication 3.1)."""

    def __init__(self) -> None:
        super().__init__(
            "the document is not as If-Match or If-None-Match of this request expects; check its current state (GET)"
        )


class TooMany(LrsError):
    """More requests than this key or its tenant may send just now; `wait` seconds from now it may again."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"too many requests come from here at once; send it again in {wait} s, or in larger batches")


class NotStored(LrsError):
    """The database failed while this was put in together with what others sent: nothing can be said to be stored."""

    def __init__(self) -> None:
        super().__init__("the store cannot be sure of its database just now; send it again")


def listed(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Faults in the one JSON form in which they are told."""
    return [{"place": fault.place, "message": fault.message, "clause": fault.clause} for fault in faults]
