"""The ledger of hostile requests: what all runs came to, kept in `ledger.json` and told in docs/reliability.md."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.ledger.figures import PAGE, added, replaced, written

__all__ = ["LEDGER", "MARKED", "ROWS", "add", "page_of", "strike_out"]

LEDGER = Path(__file__).parent / "ledger.json"
MARKED = re.compile(r"(<!-- hostile: .*? -->\n).*?(<!-- /hostile -->)", re.DOTALL)
OPEN = "open"
"""The requests that were answered otherwise than they should be, until they are asked again and are not: seed, number,
what is wrong."""

ROWS = {
    "requests": "requests",
    "served": "of them over a socket, through the real server",
    "statuses": "answered with",
    "valid": "valid Statements by chance, stored and given back equal",
    "broken": "batches with one break, refused whole with its place named",
    "slowest_answer": "longest time to an answer, s",
    "memory": "most memory of the process that asked and answered, MiB",
    "last": "last run",
    "engine": "database",
    "program": "program",
}
"""What is told, in this order, and how it is called."""


def add(runs: Mapping[str, Mapping[str, Any]], wrong: Sequence[Any], ledger: Path = LEDGER, page: Path = PAGE) -> int:
    """Add a round to the ledger and tell it on the page; gives how many requests that makes."""
    lock = os.open(ledger.parent, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = json.loads(ledger.read_text()) if ledger.exists() else {OPEN: []}
        for engine, run in runs.items():
            whole[engine] = added(whole.get(engine, {}), run)
        whole[OPEN] += list(wrong)
        written(ledger, json.dumps(whole, indent=2, sort_keys=True) + "\n")
        if page.exists():
            written(page, page_of(page.read_text(), whole))
    finally:
        os.close(lock)
    return sum(whole["sqlite"]["requests"].values())


def page_of(text: str, whole: Mapping[str, Any]) -> str:
    """The page with the table of these figures in its place."""
    return replaced(text, whole, ROWS, MARKED)


def strike_out(left: Sequence[Any], ledger: Path = LEDGER) -> None:
    """Of what was found, let only these be open still."""
    whole = json.loads(ledger.read_text())
    written(ledger, json.dumps({**whole, OPEN: list(left)}, indent=2, sort_keys=True) + "\n")
