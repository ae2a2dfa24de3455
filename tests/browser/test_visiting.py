"""What a page is looked at for is found: each thing that is wrong on purpose is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route

from tests.browser import budgets
from tests.browser.visiting import Visit, walk_by_keyboard

pytestmark = pytest.mark.slow

WHOLE = "<!doctype html><html lang='vi'><head><title>Trang</title><link rel='icon' href='data:,'>{}</head>{}</html>"
GOOD = "<body><main><h1>Trang</h1><p>Một dòng</p>{}</main></body>"
JUMP = (
    "<script>setTimeout(() => document.querySelector('h1').insertAdjacentHTML("
    "'beforebegin', '<div>' + '<br>'.repeat(20) + '</div>'), 300)</script>"
)
BROKEN = {
    "label": "<input name='q'>",
    "color-contrast": "<p style='color:#bbb'>Nhạt</p>",
    "image-alt": "<img src='/a.png'>",
    "console: hỏng": "<script>console.error('hỏng')</script>",
    "error: ": "<script>setTimeout(() => nothing.there())</script>",
    "asked for https://elsewhere.invalid/a.png": "<img src='https://elsewhere.invalid/a.png' alt=''>",
    "px too wide": "<div style='width:900px'>Rộng</div>",
    "2 headings": "<h1>Hai</h1>",
    "jumps by": JUMP,
    'links called "Xem" lead to': "<a href='/a'>Xem</a> <a href='/b'>Xem</a>",
    "several buttons called": "<form class='act'><button>Rút</button></form>" * 2,
    "said of no field": "<div class='field'><label>Tên <input></label><p class='fault' id='x'>Chưa có tên</p></div>",
    "which is not there": "<label>Tên <input aria-describedby='nothing'></label>",
    "a drawing that says nothing": "<svg><path d='M0 0'/></svg>",
    "a navigation without a name": "<nav><a href='/a'>Đi</a></nav>",
    "rows without heads": "<table><thead><tr><th scope='col'>Tên</th></tr></thead><tbody><tr><td>An</td></tr></table>",
    "a live region comes with its words": "<div id='x' hx-get='/'><p role='status'>3 người</p></div>",
    "nobody hears what becomes of": "<div id='x' hx-get='/'></div>",
    "holds the page up": "<script src='/a.js'></script>",
}


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    made = Visit(chromium, "http://pages.invalid", size="phone")
    budgets.watch(made.context)
    yield made
    made.close()


def show(visit: Visit, body: str, head: str = "") -> None:
    """Has the browser show a page of this in its body, without asking anybody."""

    def answer(route: Route) -> None:
        kind = "text/html; charset=utf-8" if route.request.is_navigation_request() else "text/plain"
        route.fulfill(body=WHOLE.format(head, GOOD.format(body)) if "html" in kind else "", content_type=kind)

    visit.context.unroute_all()
    visit.context.route("**/*", answer)
    visit.open("/")


def looked_at(visit: Visit) -> list[str]:
    return [*budgets.over(visit.page, "page"), *visit.look("on-purpose")]


def test_whatever_is_wrong_with_a_page_is_told_and_nothing_of_one_in_order(visit: Visit) -> None:
    show(visit, "")
    assert looked_at(visit) == []
    for told, broken in BROKEN.items():
        show(visit, broken)
        if broken == JUMP:
            visit.page.wait_for_function("window.shifted > 0.1")
        found = looked_at(visit)
        assert any(told in one for one in found), (told, found)


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        ("<style>:focus { outline: none !important }</style>", "<a href='/'>Đi</a>", "is not seen"),
        (
            "<style>:focus { outline: 3px solid }</style>",
            "<a href='/'>Đi</a><button onfocus='this.blur()'>Làm</button><a href='/'>Về</a>",
            "never reached",
        ),
    ],
)
def test_a_focus_that_is_not_seen_or_lost_is_told(visit: Visit, head: str, body: str, told: str) -> None:
    show(visit, body, head)
    with pytest.raises(AssertionError, match=told):
        walk_by_keyboard(visit.page)
