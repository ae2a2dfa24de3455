"""Draws the growth of lists, of the table in docs/performance.md, as SVG: `python -m bench.curves`.

The table keeps what was measured; nothing else goes into a drawing, and a test holds the drawings against it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "PAGE", "Growth", "draw", "read"]

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
FOLDER = PAGE.parent / "growth"

_TABLE = re.compile(r"^\| list \| .*\n\|[ |-]+\n((?:\|.*\n)+)", re.MULTILINE)
_TIMES = {"k": 1_000, "M": 1_000_000}

WIDTH, ROW, LEFT, RIGHT, TOP = 720, 36, 170, 190, 40

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#333}.h{font-weight:600}.n{fill:#595959;font-size:12px}"
    ".g{stroke:#bbb}.m{stroke:#b04a00;stroke-dasharray:3 3}.c{stroke:#0b5cad;stroke-width:2}circle{fill:#0b5cad}"
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.n{fill:#aaa}.g{stroke:#555}.m{stroke:#f0a060}"
    ".c{stroke:#7db7f0}circle{fill:#7db7f0}}"
)

MOST = 1.3
"""How many times as long a list may take."""


@dataclass(frozen=True)
class Growth:
    """A list on an engine: milliseconds with the one number of Statements stored and with the other."""

    engine: str
    name: str
    counts: tuple[int, int]
    times: tuple[float, float]
    ratio: str
    """As the table has it: of times that were not rounded."""


def read(page: str) -> list[Growth]:
    """The rows of the table of lists."""
    found = _TABLE.search(page)
    if found is None:
        raise ValueError("there is no table of lists")
    head = [one.strip() for one in found[0].splitlines()[0].strip("|").split("|")]
    rows = []
    for line in found[1].splitlines():
        name, *cells = [one.strip() for one in line.strip("|").split("|")]
        for at in range(0, len(cells), 3):
            engine, _, small = head[1 + at].partition(" ")
            counts = (_count(small), _count(head[2 + at]))
            rows.append(Growth(engine, name, counts, (float(cells[at]), float(cells[at + 1])), cells[at + 2]))
    return rows


def _count(text: str) -> int:
    number, times = text.split()
    return int(number) * _TIMES[times]


def draw(rows: Sequence[Growth]) -> dict[str, str]:
    """A drawing for each engine, by the name of its file: a line for each list, and above its end what it may take."""
    return {
        f"{engine.lower()}.svg": _drawing(engine, [row for row in rows if row.engine == engine])
        for engine in dict.fromkeys(row.engine for row in rows)
    }


def _drawing(engine: str, rows: Sequence[Growth]) -> str:
    small, big = rows[0].counts
    height, right = TOP + ROW * len(rows) + 44, WIDTH - RIGHT
    title = f"{engine}: lists of 100 at {small:,} and at {big:,} Statements stored, ms"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{title}</title><style>{_STYLE}</style>",
        f'<text class="h" x="0" y="18">{title}</text>',
    ]
    for number, row in enumerate(rows):
        base, (first, last) = TOP + ROW * (number + 1) - 6, row.times
        high = (ROW - 8) / max(last, MOST * first)
        parts += [
            f'<text x="0" y="{base - 6}">{row.name}</text>',
            f'<line class="g" x1="{LEFT}" x2="{right}" y1="{base}" y2="{base}"/>',
            _line("m", (LEFT, base - high * first), (right, base - high * MOST * first)),
            _line("c", (LEFT, base - high * first), (right, base - high * last)),
            *(f'<circle cx="{x}" cy="{base - high * time:.1f}" r="3"/>' for x, time in ((LEFT, first), (right, last))),
            f'<text class="n" x="{right + 12}" y="{base - 6}">{first:g} → {last:g} ms, × {row.ratio}</text>',
        ]
    for count in dict.fromkeys((small, 100_000, big)):
        at = LEFT + math.log(count / small) / math.log(big / small) * (right - LEFT)
        parts.append(f'<text class="n" x="{at:.1f}" y="{height - 26}" text-anchor="middle">{count:,}</text>')
    words = (
        f"From nought, each on a scale of its own, over the logarithm of what is stored; broken: × {MOST}, the most."
    )
    return "\n".join([*parts, f'<text class="n" x="0" y="{height - 6}">{words}</text>', "</svg>", ""])


def _line(kind: str, begin: tuple[float, float], end: tuple[float, float]) -> str:
    return f'<line class="{kind}" x1="{begin[0]}" y1="{begin[1]:.1f}" x2="{end[0]}" y2="{end[1]:.1f}"/>'


def main() -> None:
    """Draws what the page has."""
    FOLDER.mkdir(exist_ok=True)
    for name, drawing in draw(read(PAGE.read_text(encoding="utf-8"))).items():
        (FOLDER / name).write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
