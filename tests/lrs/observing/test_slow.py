"""Where SQL that took long is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

SLOW = """
import logging, sys
from pathlib import Path
import sqlalchemy as sa
from lrs.db import NOBODY, Database
from lrs.observing import logs
from lrs.observing.figures import Figures
database = Database("sqlite://")
logs.watch_queries(database, 0, Figures(Path(sys.argv[1]), database.connections))
for number in (17, 18):
    with database.reading(NOBODY) as session:
        session.scalar(sa.text(f"SELECT {number}"))
    logging.getLogger("lrs.other").warning("heard %d", number)
    logs.configure(logs.PLAIN)
"""


def test_sql_that_took_long_is_told_in_the_log_and_not_at_a_terminal(tmp_path: Path) -> None:
    """Of a command nobody sets up a log."""
    told = subprocess.run(
        [sys.executable, "-c", SLOW, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stderr
    assert "SELECT 17" not in told and "SELECT 18" in told
    assert "heard 17" in told and "heard 18" in told
