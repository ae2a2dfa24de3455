"""A course structure (cmi5 13.1) as it is kept: a tree of blocks and assignable units (AU)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from uuid import UUID, uuid5

import msgspec

Words = dict[str, str]
"""Texts by language tag."""

MoveOn = Literal["NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"]


class Unit(msgspec.Struct, frozen=True, tag="au", omit_defaults=True):
    """An assignable unit. `publisher_id` is what the structure calls it, `id` what we do (9.4: never the same)."""

    id: str
    publisher_id: str
    title: Words
    description: Words
    url: str
    move_on: MoveOn = "NotApplicable"
    mastery_score: float | None = None
    launch_method: str = "AnyWindow"
    launch_parameters: str | None = None
    entitlement_key: str | None = None
    activity_type: str | None = None
    objectives: tuple[str, ...] = ()


class Block(msgspec.Struct, frozen=True, tag="block", omit_defaults=True):
    """AUs and blocks that are satisfied together."""

    id: str
    publisher_id: str
    title: Words
    description: Words
    parts: tuple[Block | Unit, ...]
    objectives: tuple[str, ...] = ()


class Objective(msgspec.Struct, frozen=True):
    """What AUs and blocks refer to."""

    id: str
    title: Words
    description: Words


class Course(msgspec.Struct, frozen=True, tag="course", omit_defaults=True):
    """The whole."""

    id: str
    publisher_id: str
    title: Words
    description: Words
    parts: tuple[Block | Unit, ...]
    objectives: tuple[Objective, ...] = ()

    def units(self) -> Iterator[Unit]:
        """Every AU, in the order of the structure."""
        return _units(self.parts)

    def unit(self, name: str) -> Unit | None:
        """The AU of this id, ours or the publisher's."""
        return next((one for one in self.units() if name in (one.id, one.publisher_id)), None)


def _units(parts: tuple[Block | Unit, ...]) -> Iterator[Unit]:
    for part in parts:
        if isinstance(part, Unit):
            yield part
        else:
            yield from _units(part.parts)


def our_id(tenant: UUID, course: str, kind: str, publisher_id: str) -> str:
    """What we call an object of a course in Statements (9.4): the same for every registration and every edition."""
    return f"urn:uuid:{uuid5(tenant, msgspec.json.encode(['cmi5', course, kind, publisher_id]).decode())}"
