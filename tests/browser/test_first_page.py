"""The first page as a browser shows it: the real application behind a real server, in Chromium."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from lrs.db import Database
from tests.certification.web.published import publish
from tests.chromium import launched

pytestmark = pytest.mark.slow

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"

PHONE, DESK = 360, 1280
NARROWEST = 320
"""CSS pixels at which WCAG 2.2, 1.4.10, wants a page to need no scrolling sideways."""


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
def published(database: Database, tenant: UUID, now: datetime) -> None:
    publish(database, tenant, now=now)


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the first page; fails at the end when the browser complained or asked anybody else for anything."""
    complaints: list[str] = []
    opened: list[Page] = []

    def open_it(width: int = DESK, scheme: Any = "light") -> Page:
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened.append(page)
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", lambda one: one.url.startswith(address) or complaints.append(f"asked for {one.url}"))
        page.on("response", lambda one: one.ok or complaints.append(f"{one.status} for {one.url}"))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', event => console.error('policy', event.violatedDirective))"
        )
        page.goto(address, wait_until="networkidle")
        return page

    yield open_it
    for page in opened:
        page.close()
    assert complaints == []


def open_details(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


def too_wide_by(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def axe_findings(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(
        """async () => (await axe.run()).violations.map(
            one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.html).slice(0, 3).join(' | ')}`)"""
    )
    return found


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("width", [NARROWEST, PHONE, DESK])
def test_nothing_sticks_out_at_any_width(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(width)
    assert too_wide_by(page) == 0
    open_details(page)
    assert too_wide_by(page) == 0


@pytest.mark.parametrize("width", [NARROWEST, DESK])
def test_the_page_without_figures_fits_too(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(width)
    assert "chưa có số liệu" in page.inner_text("main").lower()
    assert too_wide_by(page) == 0


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing(open_page: Callable[..., Page], width: int, scheme: str) -> None:
    page = open_page(width, scheme)
    open_details(page)
    assert axe_findings(page) == []


def test_an_accessibility_checker_finds_nothing_without_figures(open_page: Callable[..., Page]) -> None:
    assert axe_findings(open_page()) == []


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_text_may_be_spaced_out(open_page: Callable[..., Page], width: int) -> None:
    """WCAG 2.2, 1.4.12: nothing is cut off, and the page still does not scroll sideways."""
    page = open_page(width)
    open_details(page)
    page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; '
                + 'word-spacing: .16em !important } p { margin-bottom: 2em !important }');
            document.adoptedStyleSheets = [sheet];
        }"""
    )
    assert too_wide_by(page) == 0


@pytest.mark.usefixtures("published")
def test_a_units_name_leads_to_its_details(open_page: Callable[..., Page]) -> None:
    page = open_page()
    assert not page.is_visible("#dn-b")
    page.click("a[href='#dn-b']")
    page.wait_for_selector("#dn-b", state="visible")
    assert page.evaluate("document.querySelector('#dn-b').getBoundingClientRect().top") >= 0


@pytest.mark.usefixtures("published")
def test_a_rate_is_drawn_as_long_as_it_is_and_its_targets_where_they_are(open_page: Callable[..., Page]) -> None:
    page = open_page()
    track, bar, first, last = page.evaluate(
        """() => [...document.querySelectorAll('td[data-figure="vn:G1:rate"] rect')].map(
            rect => { const box = rect.getBoundingClientRect(); return [box.left, box.right] })"""
    )
    length = track[1] - track[0]
    assert page.inner_text("[data-figure='vn:G1:rate']").strip() == "29,2%"
    assert (bar[1] - bar[0]) / length == pytest.approx(0.292, abs=0.005)
    assert (first[0] - track[0]) / length == pytest.approx(0.70, abs=0.02)
    assert (last[1] - track[0]) / length == pytest.approx(0.90, abs=0.02)


@pytest.mark.usefixtures("published")
def test_all_details_are_printed(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('#dn-b').checkVisibility({contentVisibilityAuto: true})")
    assert page.evaluate("document.querySelector('#dn-b').getBoundingClientRect().height") > 0


@pytest.mark.usefixtures("published")
def test_the_keyboard_reaches_the_figures_at_once(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
