"""Loading what a programme is made of: its rule files, and the units that its plans name. One order for everybody.

Units go in first, so that whoever reads a plan finds the units it speaks of. The caller's transaction makes it all or
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from certification.errors import RuleFault, RuleFileFaults
from certification.rules import rule_files
from certification.rules.rule_files import Loaded
from certification.spreadsheets import ImportResult
from certification.units import organizations
from lrs.db import Session

__all__ = ["UNITS_FILE", "Taken", "load_files", "load_shipped"]

UNITS_FILE = "organizations.toml"
"""The shipped file of units."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What went in: by file name what became of its units, and the rule files."""

    units: Sequence[tuple[str, ImportResult]]
    rules: Sequence[Loaded]

    @property
    def new_kinds(self) -> set[str]:
        """The kinds of rule file of which something was not there before."""
        return {one.kind for one in self.rules if one.is_new}


def load_shipped(session: Session, tenant: UUID, *, now: datetime) -> Taken:
    """Everything that comes with the program. May be called again. Raises RuleFileFaults and ImportFaults."""
    units = organizations.load_shipped(session, tenant)
    return Taken([(UNITS_FILE, units)], rule_files.load_all(session, tenant, now=now))


def load_files(session: Session, tenant: UUID, paths: Sequence[Path], *, now: datetime) -> Taken:
    """These files, units before rules and otherwise as given.

    Raises RuleFileFaults with the faults of all of them, or ImportFaults where units contradict those there are.
    """
    faults: list[RuleFault] = []
    kinds: dict[Path, str] = {}
    for path in paths:
        try:
            kinds[path] = rule_files.read(path)["kind"]
        except RuleFileFaults as error:
            faults += error.faults
    units: list[tuple[str, ImportResult]] = []
    rules: list[Loaded] = []
    for path in sorted(kinds, key=lambda path: kinds[path] != rule_files.ORGANIZATIONS):
        try:
            if kinds[path] == rule_files.ORGANIZATIONS:
                units.append((path.name, organizations.load_units(session, tenant, path)))
            else:
                rules.append(rule_files.load(session, tenant, path, now=now))
        except RuleFileFaults as error:
            faults += error.faults
    if faults:
        raise RuleFileFaults(faults)
    return Taken(units, rules)
