"""Somebody with a browser, without one: follows links and fills in forms as they stand in pages."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.web.frame import form_tokens
from tests.certification.access.people import PASSWORD

__all__ = ["Visitor", "hidden_fields"]

ORIGIN = {"Origin": "http://localhost"}


class _Hidden(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"action": named.get("action", "")})
        elif tag == "input" and named.get("type") == "hidden" and self.found:
            self.found[-1][named["name"]] = named["value"]


def hidden_fields(page: str, action: str = "") -> dict[str, str]:
    """The hidden fields of the form with this action; of a page's last form without one."""
    forms = [one for one in _Hidden(page).found if form_tokens.TOKEN in one and one["action"] == action]
    assert forms, f"no form for {action!r}"
    return {name: value for name, value in forms[-1].items() if name != "action"}


class Visitor:
    """A browser of its own, signed in by `sign_in`."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def fill_in(self, path: str, fields: Mapping[str, Any], *, action: str = "") -> TestResponse:
        """Opens the page, fills in its form and sends it; `action` names the form where it goes elsewhere."""
        page = self.get(path)
        assert page.status_code == 200, page.text
        return self.send(action or path, {**hidden_fields(page.text, action), **fields})

    def send(self, path: str, fields: Mapping[str, Any]) -> TestResponse:
        return self.client.post(path, data=dict(fields), headers=ORIGIN)

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.fill_in("/dang-nhap", {"account": name, "password": password}, action="/dang-nhap")
