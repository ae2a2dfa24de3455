"""Notes about whom an answer speaks, and keeps before it leaves who was given it (`privacy.looks`).

Nobody who writes a view has to think of it: whoever asks `access.known_worker` for a worker, and every JSON answer
that names workers as answers do (`worker`, in `items` and `workers`), is noted here. What hands out people in another
way says `saw`. A worker who reads the own record is nobody else, and is not noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, g, request

from certification.access.permissions import TABLE, act_of
from certification.people import workers
from certification.privacy import purposes
from certification.privacy.looks import Looks
from lrs.db import Database

__all__ = ["BELOW", "NAMES", "named", "register", "saw", "saw_these"]

NAMES = ("worker", "other", "workers")
BELOW = (*NAMES, "items", "may_be", "certificate", "review")
"""Where answers name workers, or hold what names them."""


def saw(people: Iterable[UUID | str]) -> None:
    """That the answer speaks of these workers, by id or number."""
    g.setdefault("looked_at", set()).update(people)


def saw_these(people: Iterable[UUID]) -> None:
    """The same for a long answer: these are all, so that nobody looks them up by what it names."""
    saw(people)
    g.looked_at_all = True


def named(document: Any) -> None:
    """The same of all whom a JSON answer names."""
    if not g.get("looked_at_all"):
        saw(_people(document))


def _people(value: Any) -> Iterable[UUID | str]:
    if isinstance(value, Mapping):
        for name in BELOW:
            if name in value:
                yield from _below(name, value[name])
    elif hasattr(value, "__dataclass_fields__"):
        for name in BELOW:
            if name in value.__dataclass_fields__:
                yield from _below(name, getattr(value, name))


def _below(name: str, value: Any) -> Iterable[UUID | str]:
    if isinstance(value, UUID | str):
        if name in NAMES:
            yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _below(name, one)
    else:
        yield from _people(value)


def register(blueprint: Blueprint) -> None:
    """Keeps, after each good answer, who was given it."""
    blueprint.after_request(_keep)


def _keep(response: Response) -> Response:
    g.pop("looked_at_all", None)
    people: set[UUID | str] = g.pop("looked_at", set())
    caller = g.get("certification_caller")
    if not people or response.status_code not in (200, 201, 304) or caller is None or caller.who is None:
        return response
    who, tenant = caller.who, caller.tenant
    act = act_of(current_app.view_functions[request.endpoint or ""])
    assert act is not None  # noqa: S101 — `access` refuses a view without one
    database: Database = current_app.extensions["database"]
    ids = {one for one in people if isinstance(one, UUID)}
    if numbers := {one for one in people if isinstance(one, str)}:
        with database.reading(tenant) as session:
            ids |= {one.id for one in workers.known_workers(session, tenant, numbers).values()}
    ids.discard(who.worker)
    if ids:
        roles = {held.role for held in who.roles if held.role in TABLE[act].roles}
        looks: Looks = current_app.extensions["looks"]
        purpose = purposes.of_caller(roles)
        looks.keep(database, tenant, ids, by=who.name, purpose=purpose, what=act.name, now=datetime.now(UTC))
    return response
