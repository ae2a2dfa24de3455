"""npm's @xapi/cmi5 as content that is launched, through one whole course: block and course are satisfied at the end."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.clients.conftest import Platform
from tests.lrs.cmi5.course_files import FIRE, QUIZ, WHOLE

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
CONTENT = """async (does) => {
  const content = new Cmi5();
  const answers = [];
  for (const [method, ...values] of does) {
    try {
      const answer = await content[method](...values);
      answers.push(answer.data ?? answer);
    } catch (error) {
      if (!error.response) throw error;
      answers.push(error.response.data);
    }
  }
  const again = await fetch(new URLSearchParams(location.search).get("fetch"), { method: "POST" });
  return { launchData: content.getLaunchData(), answers, again: await again.json() };
}"""
"""A lesson that calls these methods of the library, keeping ids of Statements or the store's refusal, and in the end
asks for its token once more."""

ACTOR = {"objectType": "Agent", "account": {"homePage": "https://lms.example.vn", "name": "hv-0001"}}


def _asked(platform: Platform, method: str, path: str, body: bytes | None = None) -> Any:
    headers = {"Authorization": platform.authorization, "X-Experience-API-Version": "1.0.3"}
    where = platform.endpoint.removesuffix("/xapi") + path
    request = urllib.request.Request(where, data=body, headers=headers, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 — our own server
        return json.load(answer)


def _opened(chromium: Browser, url: str, *does: list[Any]) -> dict[str, Any]:
    """What the content at the launch URL found and was answered: a page of another site, in a browser."""
    page = chromium.new_page()
    try:
        page.goto(url)
        page.add_script_tag(path=HERE / "node_modules/@xapi/cmi5/dist/Cmi5.umd.js")
        told: dict[str, Any] = page.evaluate(CONTENT, does)
    finally:
        page.close()
    return told


def _launched(platform: Platform, course: str, au: str) -> dict[str, Any]:
    sent = json.dumps({"course": course, "au": au, "actor": ACTOR}).encode()
    answer: dict[str, Any] = _asked(platform, "POST", "/xapi-ext/cmi5/launches", sent)
    return answer


@pytest.mark.parametrize("platform", [("all", "launch")], indirect=True)
def test_a_whole_course(platform: Platform, site: str, chromium: Browser) -> None:
    course = _asked(
        platform, "POST", "/xapi-ext/cmi5/courses", WHOLE.replace(b"https://noi-dung.example.vn", site.encode())
    )
    first = _launched(platform, course["id"], FIRE)
    told = _opened(
        chromium,
        first["url"],
        ["initialize"],
        ["pass", 0.9],
        ["pass", 0.9],
        ["progress", 50],
        ["complete"],
        ["terminate"],
    )
    assert [isinstance(answer, list) for answer in told["answers"]] == [True, True, False, True, True, True]
    (refused,) = told["answers"][2]["errors"]
    assert (refused["message"], refused["clause"]) == ("passed was sent in this session already", "cmi5 9.3")
    assert told["launchData"]["masteryScore"] == 0.8
    assert told["again"]["error-code"] == "1"
    standing = _asked(platform, "GET", f"/xapi-ext/cmi5/registrations/{first['registration']}")
    assert (len(standing["blocks"]), standing["satisfied"]) == (1, None)

    second = _launched(platform, course["id"], QUIZ)
    assert second["registration"] == first["registration"]
    told = _opened(chromium, second["url"], ["initialize"], ["interactionTrueFalse", "t", "q", True, True], ["moveOn"])
    assert [isinstance(answer, list) for answer in told["answers"]] == [True, True, True], told["answers"]
    standing = _asked(platform, "GET", f"/xapi-ext/cmi5/registrations/{first['registration']}")
    assert standing["satisfied"] is not None
    assert [one["satisfied"] for one in standing["aus"]] == [True, True, True]
    stored = _asked(platform, "GET", f"/xapi/statements?ascending=true&registration={first['registration']}")
    assert [one["verb"]["id"].rpartition("/")[2] for one in stored["statements"]] == [
        "launched", "initialized", "passed", "progressed", "completed", "satisfied", "terminated",
        "launched", "initialized", "answered", "completed", "satisfied", "terminated",
    ]  # fmt: skip
