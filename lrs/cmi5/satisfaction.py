"""What of a course is satisfied (cmi5 13.1.4, moveOn; 9.3.9), pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lrs.cmi5.structure import Block, Course, Unit

__all__ = ["Reached", "is_met", "satisfied"]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a registration has come in one AU."""

    completed: bool = False
    passed: bool = False
    waived: bool = False


def is_met(unit: Unit, reached: Reached) -> bool:
    """Whether an AU's moveOn criterion is met; one that was waived counts as met."""
    completed, passed = reached.completed, reached.passed
    return (
        reached.waived
        or {
            "NotApplicable": True,
            "Passed": passed,
            "Completed": completed,
            "CompletedAndPassed": completed and passed,
            "CompletedOrPassed": completed or passed,
        }[unit.move_on]
    )


def satisfied(course: Course, reached: Mapping[str, Reached]) -> list[Block | Course]:
    """The blocks that are satisfied, inner ones first, and at the end the course if it is."""
    found: list[Block | Course] = []
    if _whole(course, reached, found):
        found.append(course)
    return found


def _whole(parent: Block | Course, reached: Mapping[str, Reached], found: list[Block | Course]) -> bool:
    whole = True
    for part in parent.parts:
        if isinstance(part, Unit):
            whole &= is_met(part, reached.get(part.id, Reached()))
        elif _whole(part, reached, found):
            found.append(part)
        else:
            whole = False
    return whole
