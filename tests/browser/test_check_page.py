"""The page on which Statements are tried out, as a browser shows it and a person fills it in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from lrs.db import Database
from tests.browser.looks import DESK, NARROWEST, PHONE, axe_findings, open_details, too_wide_by
from tests.certification.learning import PROFILE, VERBS, add_worker, group, load_rules, statement

pytestmark = pytest.mark.slow

TABLET = 768
PATH = "kiem-tra-phat-bieu"

GOOD = statement(
    "an", verb={"id": VERBS + "passed"}, result={"duration": "PT1H30M", "score": {"scaled": 0.85}},
    context={"contextActivities": {"category": [{"id": f"{PROFILE}/topic/digital-able"}]}},
)  # fmt: skip
LONG = statement(group(*(f"nguoi-hoc-voi-mot-ma-rat-dai-khong-co-dau-cach-{n:04}" for n in range(3))))
WRONG = {"actor": {"mbox": "an@example.org"}, "verb": {"id": "hoàn thành"}, "object": {"id": "x" * 200}}


@pytest.fixture
def key(database: Database, tenant: UUID, credential: Callable[..., str], now: datetime) -> tuple[str, str]:
    load_rules(database, tenant, now=now)
    add_worker(database, tenant, "NV-AN", "an", now=now)
    name, _, secret = base64.b64decode(credential(tenant, "statements/write").split()[1]).decode().partition(":")
    return name, secret


def fill_in(page: Page, key: tuple[str, str], pasted: Any) -> None:
    """As somebody does who has only a keyboard."""
    page.focus("#statement")
    page.keyboard.insert_text(pasted if isinstance(pasted, str) else json.dumps(pasted, ensure_ascii=False, indent=1))
    for value in key:
        page.keyboard.press("Tab")
        page.keyboard.insert_text(value)
    page.keyboard.press("Tab")
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [NARROWEST, PHONE, TABLET, DESK])
def test_form_and_results_fit_at_any_width(open_page: Callable[..., Page], key: tuple[str, str], width: int) -> None:
    page = open_page(width, path=PATH)
    assert too_wide_by(page) == 0
    fill_in(page, key, [GOOD, LONG, WRONG])
    assert page.title() == "Kết quả kiểm tra – Công dân học tập"
    open_details(page)
    assert too_wide_by(page) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing_in_form_and_results(
    open_page: Callable[..., Page], key: tuple[str, str], scheme: str
) -> None:
    page = open_page(PHONE, scheme, path=PATH)
    assert axe_findings(page) == []
    fill_in(page, key, [GOOD, LONG, WRONG])
    assert axe_findings(page) == []


@pytest.mark.parametrize(("wrong_key", "pasted", "status"), [(True, GOOD, 403), (False, '{"actor": ', 400)])
def test_what_went_wrong_is_told_at_the_top_and_at_its_field(
    open_page: Callable[..., Page], key: tuple[str, str], wrong_key: bool, pasted: Any, status: int
) -> None:
    page = open_page(PHONE, path=PATH, refused=status)
    fill_in(page, ("nobody", "x") if wrong_key else key, pasted)
    assert page.title().startswith("Chưa kiểm tra được")
    field = page.locator("[aria-invalid]").first
    assert field.get_attribute("id") == ("key" if wrong_key else "statement")
    assert page.inner_text("#" + (field.get_attribute("aria-describedby") or "")) != ""
    assert axe_findings(page) == []
    assert too_wide_by(page) == 0


def test_it_works_without_scripts(open_page: Callable[..., Page], key: tuple[str, str]) -> None:
    page = open_page(PHONE, path=PATH, scripts=False)
    page.fill("#statement", json.dumps(GOOD))
    page.fill("#key", key[0])
    page.fill("#secret", key[1])
    page.click("button")
    page.wait_for_selector("#phat-bieu-1")
    assert "Được tính là minh chứng" in page.inner_text("main")
