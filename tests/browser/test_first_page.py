"""The first page as a browser shows it: the real application behind a real server, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from playwright.sync_api import Page

from lrs.db import Database
from tests.browser.looks import DESK, NARROWEST, PHONE, axe_findings, open_details, too_wide_by
from tests.certification.web.published import publish

pytestmark = pytest.mark.slow


@pytest.fixture
def published(database: Database, tenant: UUID, now: datetime) -> None:
    publish(database, tenant, now=now)


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
