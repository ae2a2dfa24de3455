"""Chromium, and the real application behind a real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.looks import DESK
from tests.browser.serving import fill, over, serving


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """One engine is enough for looks; that pages say the same on both is tested without a browser."""
    path = shutil.copy(migrated_sqlite, tmp_path / "pages.sqlite3")
    return f"sqlite:///{path}"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served while the test runs."""
    with serving(app) as found:
        yield f"{found}/"


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page; fails at the end when the browser complained or asked anybody else for anything.

    `refused` names a status that the test provokes, which is then no complaint.
    """
    complaints: list[str] = []
    opened: list[Page] = []

    def open_it(
        width: int = DESK, scheme: Any = "light", path: str = "", refused: int = 0, scripts: bool = True
    ) -> Page:
        page = chromium.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        opened.append(page)

        def complain(about: str) -> None:
            if not (refused and str(refused) in about):
                complaints.append(about)

        page.on("console", lambda message: complain(f"console: {message.text}"))
        page.on("pageerror", lambda error: complain(f"error: {error}"))
        page.on("request", lambda one: one.url.startswith(address) or complain(f"asked for {one.url}"))
        page.on("response", lambda one: one.ok or complain(f"{one.status} for {one.url}"))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', event => console.error('policy', event.violatedDirective))"
        )
        page.goto(f"{address}{path}", wait_until="networkidle")
        return page

    yield open_it
    for page in opened:
        page.close()
    assert complaints == []


@pytest.fixture(scope="session")
def prepared_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with somebody of every role (`tests.browser.prepared`), to copy from."""
    path = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("prepared") / "prepared.sqlite3"))
    fill(path)
    return path


@pytest.fixture(scope="session")
def prepared_app(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over a copy, for tests that only look, or change nothing that another one looks at."""
    with over(Path(shutil.copy(prepared_sqlite, tmp_path_factory.mktemp("looked at") / "pages.sqlite3"))) as app:
        yield app


@pytest.fixture(scope="session")
def prepared_address(prepared_app: Flask) -> Iterator[str]:
    """Where it is served, without a slash at the end."""
    with serving(prepared_app) as found:
        yield found
