"""What a check is, and the installation that it asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app

from lrs.db import Database

__all__ = ["GOOD", "MIND", "WRONG", "Check", "Installation", "this_installation"]

GOOD, MIND, WRONG = "good", "todo", "wrong"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is well or not; where it is not, `do` says what to do, and `read` names the heading of
    docs/operate.md that says it at length. `id` stays the same whatever the words."""

    id: str
    name: str
    kind: str
    words: str
    do: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """What checks may ask: settings as they were read, the database, the revisions that the program knows, names of
    the files in the data folder that hold keys, and the present (UTC)."""

    settings: Any
    database: Database
    revisions: Collection[str]
    key_files: Collection[str]
    now: datetime

    @property
    def data_dir(self) -> Path:
        found: Path = self.settings.data_dir
        return found


def this_installation(now: datetime) -> Installation:
    """That of the application that is running."""
    kept = current_app.extensions
    if "known_revisions" not in kept:  # read once: they are files
        kept["known_revisions"] = kept["revisions"]()
    return Installation(kept["settings"], kept["database"], kept["known_revisions"], kept["key_files"], now)
