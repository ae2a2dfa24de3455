"""Which tests take long: `make test-quick` leaves them out. The list beside this module, `slow.txt`, was measured.

`RENEW_SLOW=1 make test`, on a machine that does nothing else, measures and writes it anew.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import pytest

__all__ = ["LIST", "LONGEST", "Durations", "function", "slow_functions"]

LIST = Path(__file__).with_name("slow.txt")

LONGEST = 0.2
"""Seconds, setting up and taking down included, that a test of the quick tier may take."""


def slow_functions() -> frozenset[str]:
    """Files and names, as `tests/test_wsgi.py::test_it_ends`, of those that took longer whatever their parameters."""
    return frozenset(LIST.read_text().split())


def function(node: str) -> str:
    """The file and the name of a test, without its parameters."""
    return node.partition("[")[0]


class Durations:
    """A plugin that adds up how long each test took and writes the list at the end, where that is asked for."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        if os.environ.get("RENEW_SLOW") and not os.environ.get("PYTEST_XDIST_WORKER"):
            # What runs on both databases is listed for what it takes on SQLite.
            both = {node for node in self._seconds if node.replace("postgresql", "sqlite") != node}
            quick = {node for node in both if node.replace("postgresql", "sqlite") in self._seconds}
            slow = {function(node) for node, took in self._seconds.items() if took > LONGEST and node not in quick}
            LIST.write_text("".join(f"{one}\n" for one in sorted(slow)))
