"""First-time walks, one for each kind of user: what somebody does and then sees, said once and done in the browser.

`docs/walks/` is written from them, with a picture after each step (`make walks`); a test walks them all and holds what
is written there against them. So a guide tells of no button that is not there. The words are Vietnamese, as pages are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.visiting import Visit

__all__ = ["FOLDER", "Step", "Walk", "index", "step", "take", "text"]

FOLDER = Path(__file__).parent.parent.parent.parent / "docs/walks"
COLOURS = 64
"""Of a picture: pages have few, and a picture of few is a fifth as large."""
LONGEST = 1500
"""Pixels of a page that a picture shows from its top."""


@dataclass(frozen=True)
class Step:
    """What somebody does and then sees, in words and in the browser; `picture` names what the screen is kept as."""

    says: str
    does: tuple[Callable[[Page], None], ...]
    picture: str = ""


def step(says: str, *does: Callable[[Page], None], picture: str = "") -> Step:
    """A step of one or several things done."""
    return Step(says, does, picture)


@dataclass(frozen=True)
class Walk:
    """The steps of one kind of user, at a screen of this size."""

    name: str
    title: str
    lead: str
    size: str
    steps: Sequence[Step]


def take(walk: Walk, chromium: Browser, address: str, pictures: Path | None = None) -> list[str]:
    """Walks it, and keeps the pictures in a folder where one is given; what the browser complained of. Raises
    Playwright's errors where something to click is not there."""
    visit = Visit(chromium, address, size=walk.size)
    visit.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    visit.page.goto(f"{address}/")
    for one in walk.steps:
        for do in one.does:
            do(visit.page)
        visit.page.wait_for_load_state("networkidle")
        if pictures is not None and one.picture:
            _keep(visit.page, pictures / walk.name / f"{one.picture}.png")
    visit.close()
    return visit.complaints


def _keep(page: Page, path: Path) -> None:
    width = page.evaluate("document.documentElement.clientWidth")
    height = min(LONGEST, page.evaluate("document.documentElement.scrollHeight"))
    shown = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(BytesIO(shown)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def text(walk: Walk) -> str:
    """What is written of a walk, as Markdown."""
    lines = [f"# {walk.title}", "", walk.lead, ""]
    for number, one in enumerate(walk.steps, start=1):
        lines += [f"{number}. {one.says}", ""]
        if one.picture:
            lines += [f"   ![Bước {number}]({walk.name}/{one.picture}.png)", ""]
    return "\n".join(lines)


def index(walks: Sequence[Walk]) -> str:
    """The first page of the guides."""
    return "\n".join(
        [
            "# Lần đầu dùng chương trình",
            "",
            "Mỗi trang dưới đây đi từ lúc đăng nhập đến lúc xong việc, từng bước, có hình. Người trong hình là bịa.",
            "",
            *(f"- [{walk.title}]({walk.name}.md): {walk.lead}" for walk in walks),
            "",
            "The guides are written, and their pictures taken, by `make walks` from `tests/browser/walks/`, and a test",
            "walks each of them.",
            "",
        ]
    )
