"""Who asks, and the roles they hold today. Plain values: `accounts` and `roles` read them, `rights` judges by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certification.access.permissions import Role

__all__ = ["Held", "Who"]


@dataclass(frozen=True, slots=True)
class Held:
    """A role in force. Without an organization it is over the whole tenant, but for a worker: over one's own record."""

    role: Role
    organization: UUID | None = None
    team: UUID | None = None
    purpose: str = ""
    id: UUID | None = None
    starts: date | None = None
    until: date | None = None
    """The first day on which it no longer holds."""


@dataclass(frozen=True, slots=True)
class Who:
    """An account or a key. `name` is what stands beside whatever it does."""

    tenant: UUID
    name: str
    account: UUID | None = None
    key: str | None = None
    worker: UUID | None = None
    """The worker that the account is, where it is one."""
    roles: tuple[Held, ...] = ()
    scopes: frozenset[str] = frozenset()
    """Of a key: what it may do in the whole tenant."""
