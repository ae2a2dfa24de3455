"""What happened to a dossier that has moved on since somebody opened the page of a step: which step, by whom, in which
role, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from certification.access import accounts, roles
from certification.access.permissions import Role
from certification.dossiers import listing, words
from certification.dossiers.steps import OneDossier
from certification.rules.title_procedures import TitleProcedure
from certification.vietnam import vietnam_day
from certification.web.frame.places import ROLES
from certification.web.frame.program_words import in_words
from lrs.db import Session

__all__ = ["Meanwhile", "last"]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """The last step of a dossier, in words; `role` is "" where no role of that day allows it to `by`."""

    words: str
    role: object
    by: str
    done: datetime


def last(session: Session, tenant: UUID, one: OneDossier, procedure: TitleProcedure | None) -> Meanwhile | None:
    """The last step about the dossier. A fixed number of SQL commands."""
    taken = listing.history(session, tenant, one)
    if not taken:
        return None
    step = taken[-1]
    wanted = procedure.steps.get(step.step) if procedure is not None else None
    said = in_words(words.STEPS.get(step.step, step.step))
    may = wanted.roles if wanted is not None else frozenset[Role]()
    return Meanwhile(said, _role(session, tenant, step.done_by, step.done, may), step.done_by, step.done)


def _role(session: Session, tenant: UUID, by: str, done: datetime, may: frozenset[Role]) -> object:
    known = accounts.accounts(session, tenant, names=[by])
    if not known:
        return ROLES[Role.WORKER] if may == {Role.WORKER} else ""
    held = roles.held_by(session, tenant, vietnam_day(done), account=known[0].id)
    return next((ROLES[one.role] for one in held if one.role in may), "")
