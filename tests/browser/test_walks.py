"""The guides for those who come for the first time: every step of them can be taken, and says what it does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.serving import over, serving
from tests.browser.walks import FOLDER, Walk, index, take, text
from tests.browser.walks.everybody import WALKS


@pytest.fixture(scope="module")
def address(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An installation of their own: they change what they walk through."""
    path = Path(shutil.copy(prepared_sqlite, tmp_path_factory.mktemp("walks") / "walks.sqlite3"))
    with over(path) as app, serving(app) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("walk", WALKS, ids=lambda one: one.name)
def test_every_step_of_a_guide_can_be_taken(walk: Walk, chromium: Browser, address: str) -> None:
    assert take(walk, chromium, address) == []


def test_the_guides_are_written_as_they_are_walked() -> None:
    for walk in WALKS:
        told = FOLDER / f"{walk.name}.md"
        assert told.exists() and told.read_text(encoding="utf-8") == text(walk), "run `make walks`"
        for step in walk.steps:
            assert not step.picture or (FOLDER / walk.name / f"{step.picture}.png").exists(), "run `make walks`"
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == index(WALKS)
    assert {one.stem for one in FOLDER.glob("*.md")} == {"README", *(walk.name for walk in WALKS)}
