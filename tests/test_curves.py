"""The drawings of docs/performance.md say what its table says, and nothing else."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bench import curves
from bench.curves import Growth

SVG = "{http://www.w3.org/2000/svg}"


def test_drawings_are_those_of_the_table_and_shown_on_the_page() -> None:
    page = curves.PAGE.read_text(encoding="utf-8")
    drawn = curves.draw(curves.read(page))
    kept = {path.name: path.read_text(encoding="utf-8") for path in curves.FOLDER.iterdir()}
    assert kept == drawn, "draw them anew: .venv/bin/python -m bench.curves"
    assert set(re.findall(r"\(growth/([a-z]+\.svg)\)", page)) == set(drawn)


def test_every_figure_of_the_table_is_read() -> None:
    page = "| list | SQLite 10 k | 400 k | ratio | PostgreSQL 10 k | 1 M | ratio |\n| --- | --- | --- | --- |\n"
    found = curves.read(page + "| latest | 4.7 | 5.8 | 1.25 | 4.0 | 3.4 | 0.84 |\n\nend\n")
    assert found == [
        Growth("SQLite", "latest", (10_000, 400_000), (4.7, 5.8), "1.25"),
        Growth("PostgreSQL", "latest", (10_000, 1_000_000), (4.0, 3.4), "0.84"),
    ]


def test_heights_are_from_nought_and_what_may_be_is_above() -> None:
    (drawing,) = curves.draw([Growth("SQLite", "latest", (10_000, 1_000_000), (4.0, 3.0), "0.74")]).values()
    root = ElementTree.fromstring(drawing)  # noqa: S314  our own
    ground, most, curve = root.findall(f"{SVG}line")
    base = float(ground.get("y1", ""))
    high = [base - float(line.get(y, "")) for line in (curve, most) for y in ("y1", "y2")]
    assert [round(one / high[0], 2) for one in high] == [1.0, 0.75, 1.0, 1.3]
    said = [text.text for text in root.iter(f"{SVG}text")]
    assert "4 → 3 ms, × 0.74" in said
    assert said[3:6] == ["10,000", "100,000", "1,000,000"]
