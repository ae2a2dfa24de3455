"""What the demonstration is doing, one line a step: with a moving bar in a terminal, plain when piped to a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from certification.targets.figures import number

WIDTH = 120
"""Characters a line may have where nobody says how wide the page is."""

Advance = Callable[[int], None]


def console() -> Console:
    """Standard output. As wide as the terminal; 120 characters when it is none. Brackets in text mean nothing."""
    probe = Console()
    return Console(width=probe.width if probe.is_terminal else WIDTH, markup=False, highlight=False, emoji=False)


@contextmanager
def step(console: Console, title: str, *, total: int | None = None, counts: str = "") -> Iterator[Advance]:
    """Show that a step is under way; when the block ends, leave a line with what was counted and how long it took.

    The block is given a function to call with how many more are done. `counts` names what is counted. When the block
    raises, no line is left: the error says what went wrong.
    """
    began = time.monotonic()
    done = 0
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    shown = columns if total is not None else (columns[0], columns[1], columns[4])
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)

        def advance(count: int) -> None:
            nonlocal done
            done += count
            bar.advance(task, count)

        yield advance
    counted = f": {number(done)} {counts}" if counts else ""
    seconds = f"{time.monotonic() - began:.1f}".replace(".", ",")
    console.print(f"✓ {title}{counted} ({seconds} s)")
