"""Why a demonstration ends with a fault. Each message says what is wrong and what to do.

DemonstrationFailed
├── StoreUnreachable     no answer from the store
├── StatementsRefused    the store did not take Statements
├── StoreDisagrees       the store and the poster's book differ
├── ServerFailed         the server did not come up, or came down by itself
├── ClientFailed         a published client ended with a fault
├── JudgingBehind        judging did not catch up in time
├── NotVerified          a certificate that was issued does not verify
└── OtherDataFound       the database holds data that is not the demonstration's
"""

from __future__ import annotations

__all__ = [
    "ClientFailed",
    "DemonstrationFailed",
    "JudgingBehind",
    "NotVerified",
    "OtherDataFound",
    "ServerFailed",
    "StatementsRefused",
    "StoreDisagrees",
    "StoreUnreachable",
]

SHOWN = 20
"""Differences told in full; the others are counted."""


class DemonstrationFailed(Exception):
    """The root of all errors of the demonstration."""


class StoreUnreachable(DemonstrationFailed):
    """No answer from the store, however often it was asked."""


class StatementsRefused(DemonstrationFailed):
    """The store answered something else than that it took the Statements."""


class StoreDisagrees(DemonstrationFailed):
    """What the store gives back is not what was sent and acknowledged. `differences` are all of them."""

    def __init__(self, differences: list[str]) -> None:
        self.differences = differences
        further = len(differences) - SHOWN
        lines = differences[:SHOWN] + ([f"… and {further} more"] if further > 0 else [])
        super().__init__(f"The store and the poster's book differ in {len(differences)} places:\n" + "\n".join(lines))


class ServerFailed(DemonstrationFailed):
    """The server did not come up, or came down by itself. The message names its log."""


class ClientFailed(DemonstrationFailed):
    """A published client ended with a fault, or cannot be started."""


class JudgingBehind(DemonstrationFailed):
    """The judging of what was posted did not catch up in time."""


class NotVerified(DemonstrationFailed):
    """A certificate of the demonstration does not verify by what the server publishes."""


class OtherDataFound(DemonstrationFailed):
    """The database holds data that is not the demonstration's; nothing was changed."""
