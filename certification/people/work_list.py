"""What waits for a person to decide: how many of each kind, so that an officer sees where to begin.

A kind is a line of `KINDS`: its code, what it is in Vietnamese, and a function that counts it for a tenant. Whoever
finds something else that a person has to look at adds a line; the list itself is its own module's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from certification.evidence import findings, waiting_list
from certification.people import doubles
from lrs.db import Session

__all__ = ["KINDS", "Kind", "Waiting", "summary"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that waits for a person: a code, words, and how many there are of it."""

    code: str
    words: str
    count: Callable[[Session, UUID], int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a kind wait."""

    code: str
    words: str
    count: int


KINDS: tuple[Kind, ...] = (
    Kind(
        "unknown-actors",
        "Tài khoản chưa biết là của ai",
        lambda session, tenant: waiting_list.totals(session, tenant)[0],
    ),
    Kind(
        "waiting-statements",
        "Phát biểu đang chờ chủ tài khoản",
        lambda session, tenant: waiting_list.totals(session, tenant)[1],
    ),
    Kind("doubtful-statements", "Phát biểu cần xem lại", findings.total),
    Kind(
        "double-workers",
        f"Hai mã có thể là một người (đếm tới {doubles.COUNTED})",
        doubles.count,
    ),
)


def summary(session: Session, tenant: UUID) -> list[Waiting]:
    """How many of each kind wait, in the order of `KINDS`."""
    return [Waiting(kind.code, kind.words, kind.count(session, tenant)) for kind in KINDS]
