"""What waits for a person to decide: how many of each kind, so that an officer sees where to begin.

A kind is a line of `KINDS`: its code, what it is and what to do in Vietnamese, a function that counts it for a tenant
on a day and, where it can be told of some workers alone, one that counts it of these. Whoever finds something else that
a person has to look at adds a line; the list itself is its own module's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certification.evidence import findings, waiting_list
from certification.models import Worker
from certification.people import doubles, suggestions, without_criteria
from certification.people.doubles import Branch
from certification.people.suggestions import ActorSuggestion
from certification.people.workers import Known
from lrs.db import Session

__all__ = ["KINDS", "Kind", "UnknownPage", "Waiting", "summary", "unknown_of_branch"]

LOOKED_THROUGH = 2_000
"""Unknown Actors that are looked through for one page of a branch."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that waits for a person: a code, words, what to do, and how many there are of it on a day."""

    code: str
    words: str
    to_do: str
    count: Callable[[Session, UUID, date], int]
    of_some: Callable[[Session, UUID, Branch, date], int] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a kind wait, and what to do about them."""

    code: str
    words: str
    to_do: str
    count: int


KINDS: tuple[Kind, ...] = (
    Kind(
        "unknown-actors",
        "Tài khoản chưa biết là của ai",
        "Xem tài khoản có thể là của ai, rồi nối với người lao động hoặc nhập tệp tài khoản",
        lambda session, tenant, on: waiting_list.totals(session, tenant)[0],
    ),
    Kind(
        "waiting-statements",
        "Phát biểu đang chờ chủ tài khoản",
        "Nối tài khoản của chúng với người lao động; từ lúc đó chúng được tính",
        lambda session, tenant, on: waiting_list.totals(session, tenant)[1],
    ),
    Kind(
        "doubtful-statements",
        "Phát biểu cần xem lại",
        "Xem từng điều đã thấy; hỏi nền tảng đã gửi, hoặc huỷ phát biểu sai",
        lambda session, tenant, on: findings.total(session, tenant),
        lambda session, tenant, branch, on: findings.total(session, tenant, about=branch.workers),
    ),
    Kind(
        "double-workers",
        f"Hai mã có thể là một người (đếm tới {doubles.COUNTED})",
        "Gộp hai mã khi đúng là một người, hoặc ghi rõ là hai người",
        lambda session, tenant, on: doubles.count(session, tenant),
        lambda session, tenant, branch, on: doubles.count(session, tenant, branch),
    ),
    Kind(
        "without-criteria",
        f"Người lao động thuộc nhóm chưa có bộ tiêu chí (đếm tới {without_criteria.COUNTED})",
        "Nạp bộ tiêu chí của nhóm cho năm nay, hoặc sửa nhóm đối tượng trong danh sách lao động",
        without_criteria.count,
        lambda session, tenant, branch, on: without_criteria.count(
            session, tenant, on, also=(branch.workers(Worker.id),)
        ),
    ),
)


def summary(session: Session, tenant: UUID, on: date, *, branch: Branch | None = None) -> list[Waiting]:
    """How many of each kind wait on a day, in the order of `KINDS`; within a branch those kinds alone, and as many of
    them, as concern its workers."""
    if branch is None:
        return [Waiting(kind.code, kind.words, kind.to_do, kind.count(session, tenant, on)) for kind in KINDS]
    return [
        Waiting(kind.code, kind.words, kind.to_do, kind.of_some(session, tenant, branch, on))
        for kind in KINDS
        if kind.of_some is not None
    ]


@dataclass(frozen=True, slots=True)
class UnknownPage:
    """Some unknown Actors with whom of a branch each may be; `last` is behind whom to go on, None at the end."""

    actors: list[tuple[waiting_list.Unknown, list[ActorSuggestion]]]
    last: waiting_list.Unknown | None


def unknown_of_branch(
    session: Session, tenant: UUID, known: Known, *, limit: int, after: waiting_list.Place | None = None
) -> UnknownPage:
    """The unknown Actors who may be somebody of a branch, those with most Statements first: at most `limit`, and fewer
    where `LOOKED_THROUGH` had to be looked through for them.

    Nobody knows yet whose they are, so who is of the branch is told by `suggestions` alone, and those of other workers
    are left out. `known` tells of some workers' ids those of the branch. A number of SQL commands that does not grow
    with the Actors.
    """
    found: list[tuple[waiting_list.Unknown, list[ActorSuggestion]]] = []
    looked = waiting_list.page(session, tenant, limit=LOOKED_THROUGH + 1, after=after)
    may_be = suggestions.for_actors(session, tenant, [one.ifi for one in looked[:LOOKED_THROUGH]])
    mine = known({one.worker.id for several in may_be.values() for one in several})
    for at, actor in enumerate(looked[:LOOKED_THROUGH], 1):
        of_branch = [one for one in may_be.get(actor.ifi, ()) if one.worker.id in mine]
        if of_branch:
            found.append((actor, of_branch))
        if len(found) == limit and at < len(looked):
            return UnknownPage(found, actor)
    return UnknownPage(found, looked[LOOKED_THROUGH - 1] if len(looked) > LOOKED_THROUGH else None)
