"""The ledger: what all runs came to, kept in `ledger.json` and told in docs/reliability.md."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.programs import ROOT

LEDGER = Path(__file__).parent / "ledger.json"
PAGE = ROOT / "docs" / "reliability.md"
ENGINES = {"sqlite": "SQLite (FULL)", "postgresql": "PostgreSQL"}
MARKED = re.compile(r"(<!-- ledger: .*? -->\n).*?(<!-- /ledger -->)", re.DOTALL)
LONGEST = {"longest_silence", "slowest_answer", "memory"}
"""Of these the largest is kept; other numbers are added up, and words replaced by the last."""

FAULTS = ("lost", "doubled", "half_stored", "different", "unknown", "attachments_lost", "wrong_answers")

ROWS = {
    "runs": "runs",
    "minutes": "minutes of writing",
    "kills": "kills (kill -9)",
    "stopped": "ended by SIGTERM under load",
    "acknowledged": "Statements acknowledged",
    "unanswered_there": "Statements stored whose request had no answer",
    "answers_503": "answers 503 (not stored, or not sure)",
    "requests_lost": "requests without any answer",
    "attachments": "attachments read back whole",
    "lost": "**acknowledged and lost**",
    "doubled": "**there twice**",
    "half_stored": "**requests there by half**",
    "different": "**other than sent, by a byte or more**",
    "unknown": "**there and never sent**",
    "attachments_lost": "**attachments lost or changed**",
    "wrong_answers": "**answers other than 200 and 503, or 503 without Retry-After**",
    "evaluations": "runs whose facts, results and sums were those of a rebuild (of all)",
    "longest_silence": "longest time from a kill to the next good answer, s",
    "slowest_answer": "longest time that a request waited for an answer (bulk uploads left out), s",
    "last": "last run",
    "engine": "database",
    "program": "program",
}
"""What is told, in this order, and how it is called."""


def added(before: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """What has come together and one more run, as one."""
    total = dict(before)
    for name, value in run.items():
        if isinstance(value, Mapping):
            total[name] = added(before.get(name, {}), value)
        elif isinstance(value, str) or name not in before:
            total[name] = value
        elif name in LONGEST:
            total[name] = max(before[name], value)
        else:
            total[name] = round(before[name] + value, 1)
    return total


def add(engine: str, run: Mapping[str, Any], ledger: Path = LEDGER, page: Path = PAGE) -> dict[str, Any]:
    """Add a run to the ledger and tell it on the page; gives what this engine has come to.

    Two rigs may do so at once: they take turns.
    """
    lock = os.open(ledger.parent, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = json.loads(ledger.read_text()) if ledger.exists() else {}
        whole[engine] = added(whole.get(engine, {}), run)
        written(ledger, json.dumps(whole, indent=2, sort_keys=True) + "\n")
        if page.exists():
            written(page, told(page.read_text(), whole))
    finally:
        os.close(lock)
    total: dict[str, Any] = whole[engine]
    return total


def written(path: Path, text: str) -> None:
    """Replace a file whole, so that a rig killed over it leaves the old one."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(text)
    new.replace(path)


def told(text: str, whole: Mapping[str, Any]) -> str:
    """The page with the table of these figures in its place."""
    return replaced(text, whole, ROWS, MARKED)


def replaced(text: str, whole: Mapping[str, Any], rows: Mapping[str, str], marked: re.Pattern[str]) -> str:
    """The page with a table of these rows, a column for each engine, between its marks."""
    engines = [one for one in ENGINES if one in whole]
    lines = ["| | " + " | ".join(ENGINES[one] for one in engines) + " |", "| --- |" + " --- |" * len(engines)]
    for name, words in rows.items():
        cells = [_cell(whole[one].get(name, 0)) for one in engines]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    table = "\n".join(lines) if engines else "No run has been kept yet."
    return marked.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = ", ".join(f"{name} {count:,}" for name, count in sorted(value.items()))
        return f"{sum(value.values()):,} ({parts})"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
