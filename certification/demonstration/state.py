"""What a demonstration remembers of itself between two runs, in a file of its data folder.

The file holds the demonstration's own keys and is readable by its owner only. It is believed no further than the
database confirms: a key that the database does not know means that the database is another one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

FILE_NAME = "state.json"


@dataclass(frozen=True, slots=True)
class Scale:
    """What decides every invented thing: equal scales give equal demonstrations."""

    as_of: date
    workers: int
    statements: int
    client_statements: int
    seed: int

    def __str__(self) -> str:
        return (
            f"as of {self.as_of.isoformat()}, {self.workers} workers, {self.statements} Statements and "
            f"{self.client_statements} from each client, seed {self.seed}"
        )


@dataclass(frozen=True, slots=True)
class Key:
    """A credential of the demonstration."""

    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How much was posted: Statements, each once; and of them late, sent twice, voided, unknown actors', clients'.
    Beside them what a second platform told again, rows of lists on paper, and people who were on the roster twice."""

    statements: int = 0
    late: int = 0
    repeated: int = 0
    voided: int = 0
    unknown: int = 0
    by_clients: int = 0
    told_twice: int = 0
    on_lists: int = 0
    doubles: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """How far a demonstration has come. `sample` are some Statements as sent, by id; `voided` those of them voided."""

    scale: Scale
    platform: Key
    """May write and read Statements."""
    roll_call: Key
    """The same, for another platform."""
    officer: Key
    """May read figures and persons' results."""
    public_url: str
    """The address that certificates name, for good."""
    password: str = ""
    """Of the accounts that people sign in with."""
    complete: bool = False
    totals: Totals = field(default_factory=Totals)
    sample: dict[str, dict[str, Any]] = field(default_factory=dict)
    voided: tuple[str, ...] = ()

    def completed(self, totals: Totals, sample: dict[str, dict[str, Any]], voided: tuple[str, ...]) -> State:
        return replace(self, complete=True, totals=totals, sample=sample, voided=voided)


def load(folder: Path) -> State | None:
    """The state kept in the folder, or None when there is none that can be read."""
    try:
        kept = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return State(
            scale=Scale(**{**kept["scale"], "as_of": date.fromisoformat(kept["scale"]["as_of"])}),
            platform=Key(**kept["platform"]),
            roll_call=Key(**kept["roll_call"]),
            officer=Key(**kept["officer"]),
            public_url=kept["public_url"],
            password=kept["password"],
            complete=kept["complete"],
            totals=Totals(**kept["totals"]),
            sample=kept["sample"],
            voided=tuple(kept["voided"]),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def save(folder: Path, state: State) -> None:
    """Keep the state in the folder, whole or not at all."""
    new = folder / f"{FILE_NAME}.new"
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(state), default=date.isoformat, ensure_ascii=False), encoding="utf-8")
    new.replace(folder / FILE_NAME)
