"""What can go wrong with the rules of the certification half. Other modules hang their errors on the same root.

CertificationError
├── NoCriteriaInForce      no criteria set for this programme, audience and year
├── NoMappingInForce       no evidence mapping for this day
└── RuleFileFaults         a rule file that is not loaded, with every fault found
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

__all__ = ["CertificationError", "NoCriteriaInForce", "NoMappingInForce", "RuleFault", "RuleFileFaults"]


class CertificationError(Exception):
    """The root of all errors of this half."""


class NoCriteriaInForce(CertificationError):
    """No loaded criteria set covers the programme, audience and assessment year. The newest is never used instead."""

    def __init__(self, programme: str, audience: str, year: int, known: Sequence[str] = ()) -> None:
        self.programme, self.audience, self.year, self.known = programme, audience, year, tuple(known)
        loaded = f"Loaded are: {'; '.join(known)}." if known else "No criteria set is loaded for this programme."
        super().__init__(
            f"No criteria set of programme {programme!r} for audience {audience!r} is in force for the assessment "
            f"year {year}. {loaded} Load the file of the decision that covers {year}, or ask for another year."
        )

    def __reduce__(self) -> tuple[type[NoCriteriaInForce], tuple[str, str, int, Sequence[str]]]:
        """How it travels between processes."""
        return type(self), (self.programme, self.audience, self.year, self.known)


class NoMappingInForce(CertificationError):
    """No loaded evidence mapping covers the day."""

    def __init__(self, on: date, known: Sequence[str] = ()) -> None:
        self.on = on
        loaded = f"Loaded are: {'; '.join(known)}." if known else "No evidence mapping is loaded."
        super().__init__(
            f"No evidence mapping is in force on {on.isoformat()}, so Statements cannot be read as evidence. {loaded} "
            f"Load one whose in_force_from is {on.isoformat()} or earlier (flask certification load-rules)."
        )


@dataclass(frozen=True, slots=True)
class RuleFault:
    """One fault of a rule file: its line where it can be told, its field (a JSON pointer, "" for the whole file), and
    what is wrong and what to do."""

    file: str
    line: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}, {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class RuleFileFaults(CertificationError):
    """A rule file with faults; nothing of it is loaded. `faults` holds them all, the text one a line."""

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        self.faults = tuple(faults)
        many = f"{len(self.faults)} faults" if len(self.faults) != 1 else "1 fault"
        lines = "\n".join(f"- {fault}" for fault in self.faults)
        super().__init__(f"{self.faults[0].file} is not loaded, it has {many}:\n{lines}")
