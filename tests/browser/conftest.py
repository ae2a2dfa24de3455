"""Chromium, and the real application behind a real server."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.browser.looks import DESK
from tests.chromium import launched


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """One engine is enough for looks; that pages say the same on both is tested without a browser."""
    path = shutil.copy(migrated_sqlite, tmp_path / "pages.sqlite3")
    return f"sqlite:///{path}"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served while the test runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


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
