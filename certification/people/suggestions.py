"""Who an unknown Actor may be: suggestions for a person to look at, never applied by themselves.

`people.doubles` suggests which workers may be one person, by the same reasons and scores.

Each suggestion has its reasons and a score from 0 to 100 that a person can follow: that of its strongest reason, a
little more for each further one, and less when something speaks for several. What somebody has said is not so
(`merging.not_the_worker`) is suggested no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.models import IdentityEvent, Worker, WorkerIdentifier
from certification.people import identifiers, identity_events, workers
from certification.people.actor_references import shortened
from certification.people.workers import Person
from lrs.api import key_of
from lrs.db import Session, among

__all__ = [
    "FURTHER",
    "SAME_NAME",
    "SAME_NATIONAL_NUMBER",
    "SCORES",
    "ActorSuggestion",
    "Reason",
    "for_actors",
    "strength",
    "weighed",
]

SAME_MAIL, SAME_NUMBER, SAME_ACCOUNT = "same-mail", "number-as-account", "same-account-elsewhere"
SAME_NATIONAL_NUMBER, SAME_NAME = "same-national-number", "same-name-same-enterprise"

SCORES: Mapping[str, int] = {
    SAME_NATIONAL_NUMBER: 97,
    SAME_MAIL: 90,
    SAME_NUMBER: 75,
    SAME_ACCOUNT: 60,
    SAME_NAME: 40,
}
"""What each reason is worth. Ours, not law: they only order a list that persons work through."""

FURTHER = 5
"""What each further reason adds."""

_WORDS = {
    SAME_MAIL: "Cùng một địa chỉ thư với tài khoản “{}” đã gắn",
    SAME_NUMBER: "Tên tài khoản trùng mã người lao động “{}”",
    SAME_ACCOUNT: "Cùng tên tài khoản với “{}” đã gắn trên nền tảng khác",
    SAME_NATIONAL_NUMBER: "Cùng số định danh, đuôi …{}",
    SAME_NAME: "Cùng họ tên, cùng làm ở “{}”",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two may be one: a code, and the same in Vietnamese."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class ActorSuggestion:
    """That an unknown Actor (canonical identifier) may be a worker."""

    ifi: str
    worker: Person
    score: int
    reasons: tuple[Reason, ...]


def strength(score: int) -> str:
    """A score in words, Vietnamese."""
    if score >= 90:
        return "gần như chắc chắn"
    return "nhiều khả năng" if score >= 60 else "có thể"


def for_actors(session: Session, tenant: UUID, ifis: Collection[str]) -> dict[str, list[ActorSuggestion]]:
    """Whom each of these Actors may be, the likeliest first, in four SQL commands. Actors for whom nothing speaks are
    left out; so is whoever somebody has said it is not."""
    likenesses = {ifi: key for ifi in ifis if (key := identifiers.likeness(ifi)) is not None}
    rows = session.execute(
        sa.select(
            WorkerIdentifier.likeness,
            WorkerIdentifier.ifi,
            Worker.id,
            Worker.number,
            Worker.full_name,
            Worker.gender,
        )
        .join(Worker, Worker.id == WorkerIdentifier.worker_id)
        .where(WorkerIdentifier.tenant_id == tenant, among(session, WorkerIdentifier.likeness, likenesses.values()))
        .order_by(WorkerIdentifier.ifi)
    )
    alike: dict[int, list[tuple[str, Person]]] = defaultdict(list)
    for key, linked, who, number, full_name, gender in rows:
        if key is not None:
            alike[key].append((linked, Person(who, number, full_name, gender)))
    names = {ifi: name.strip() for ifi in ifis if (name := identifiers.account_name(ifi))}
    numbered = workers.known_workers(session, tenant, set(names.values()))
    not_so = _said_not_so(session, tenant, ifis)
    found: dict[str, list[ActorSuggestion]] = {}
    for ifi in ifis:
        reasons: dict[Person, dict[str, str]] = defaultdict(dict)
        for other, person in alike.get(likenesses.get(ifi, 0), ()):
            if other != ifi:
                code = SAME_ACCOUNT if _by_name(ifi) and _by_name(other) else SAME_MAIL
                reasons[person].setdefault(code, shortened(other))
        named = numbered.get(names.get(ifi, ""))
        if named is not None:
            reasons[named][SAME_NUMBER] = names[ifi]
        told = {person: why for person, why in reasons.items() if (ifi, person.id) not in not_so}
        suggestions = [ActorSuggestion(ifi, person, *weighed(why, len(told))) for person, why in told.items()]
        if suggestions:
            found[ifi] = sorted(suggestions, key=lambda one: (-one.score, one.worker.number))
    return found


def _by_name(ifi: str) -> bool:
    name = identifiers.account_name(ifi)
    return name is not None and "@" not in name


def weighed(why: Mapping[str, str], of: int) -> tuple[int, tuple[Reason, ...]]:
    """Score and reasons; `of` are those for whom something speaks."""
    codes = sorted(why, key=lambda code: -SCORES[code])
    score = min(99, SCORES[codes[0]] + FURTHER * (len(codes) - 1)) // of
    return max(score, 1), tuple(Reason(code, _WORDS[code].format(why[code])) for code in codes)


def _said_not_so(session: Session, tenant: UUID, ifis: Collection[str]) -> set[tuple[str, UUID]]:
    undoing = aliased(IdentityEvent)
    rows = session.execute(
        sa.select(IdentityEvent.ifi, IdentityEvent.worker_id).where(
            IdentityEvent.tenant_id == tenant,
            among(session, IdentityEvent.actor_key, [key_of(ifi) for ifi in ifis]),
            IdentityEvent.kind == identity_events.DIFFERENT,
            ~sa.exists().where(undoing.worker_id == IdentityEvent.worker_id, undoing.undoes == IdentityEvent.id),
        )
    )
    return {(ifi, worker_id) for ifi, worker_id in rows if ifi is not None}
