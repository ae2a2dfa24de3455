"""A command of the program, killed (kill -9) at a chosen step: `python -m tests.faults.killed_at STEP TIMES WORDS…`.

STEP names a function of the program; when it has returned for the TIMES-th time, this process is no more. What the
program takes at a time is made small, so that little data has many steps. A command that ends before its step is
reached ends as it always does.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from flask.cli import main

from certification.evidence import feed
from certification.judgement import engines, judging
from certification.people import roster
from certification.targets import settling

SMALL = 15

IN_A_TRANSACTION = {
    "facts": "certification.evidence.facts.set_facts",
    "judgements": "certification.judgement.assessments.keep",
    "everybody": "certification.judgement.assessments.keep_rows",
    "counts": "certification.targets.settling._update",
    "roster": "certification.people.roster_changes._write",
}
"""Functions that return before what they wrote is committed."""

BETWEEN = {
    "chunk": "certification.evidence.feed.follow",
    "batch": "certification.judgement.judging.judge_stale",
    "sums": "certification.targets.settling.settle",
}
"""Functions that return when it is."""

STEPS = IN_A_TRANSACTION | BETWEEN


def kill_at(step: str, times: int) -> None:
    """Have this process killed when a step has been done so many times."""
    place, _, name = STEPS[step].rpartition(".")
    module = importlib.import_module(place)
    real: Callable[..., Any] = getattr(module, name)
    done = itertools.count(1)

    @functools.wraps(real)
    def last_of_all(*arguments: Any, **named: Any) -> Any:
        answer = real(*arguments, **named)
        if next(done) == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(module, name, last_of_all)


def take_little() -> None:
    """Make all that is done in portions be done in small ones."""
    for function in (feed.follow, feed.rebuild, judging.judge_stale, settling.settle):
        function.__kwdefaults__["limit"] = SMALL
    feed.CHUNK = engines.BATCH = settling.MAKING = roster.CHUNK = SMALL


if __name__ == "__main__":
    step, times, *words = sys.argv[1:]
    take_little()
    kill_at(step, int(times))
    sys.argv = ["flask", *words]
    main()
