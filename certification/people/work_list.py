"""What waits for a person to decide: how many of each kind, so that an officer sees where to begin.

A kind is a line of `KINDS`: its code, what it is in Vietnamese, a function that counts it for a tenant and, where it
can be told of some workers alone, one that counts it of these. Whoever finds something else that a person has to look
at adds a line; the list itself is its own module's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evidence import findings, waiting_list
from certification.people import doubles
from lrs.db import Session

__all__ = ["KINDS", "About", "Kind", "Waiting", "summary"]

About = Callable[[Any], sa.ColumnElement[bool]]
"""A condition on the column that names a worker: those whom somebody may know of."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that waits for a person: a code, words, and how many there are of it."""

    code: str
    words: str
    count: Callable[[Session, UUID], int]
    of_some: Callable[[Session, UUID, About], int] | None = None


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
    Kind(
        "doubtful-statements",
        "Phát biểu cần xem lại",
        findings.total,
        lambda session, tenant, about: findings.total(session, tenant, about=about),
    ),
    Kind(
        "double-workers",
        f"Hai mã có thể là một người (đếm tới {doubles.COUNTED})",
        doubles.count,
    ),
)


def summary(session: Session, tenant: UUID, *, about: About | None = None) -> list[Waiting]:
    """How many of each kind wait, in the order of `KINDS`; with `about` those kinds alone, and as many of them, as
    concern such workers."""
    if about is None:
        return [Waiting(kind.code, kind.words, kind.count(session, tenant)) for kind in KINDS]
    told = [(kind, kind.of_some) for kind in KINDS]
    return [Waiting(kind.code, kind.words, count(session, tenant, about)) for kind, count in told if count is not None]
