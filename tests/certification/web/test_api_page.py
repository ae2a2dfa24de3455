"""The page of the JSON interface: all of it, in the page itself, and nothing from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from flask.testing import FlaskClient

from certification.resources.openapi import description
from certification.web.open.api_page import PATH


class Reader(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(client: FlaskClient) -> Reader:
    response = client.get(PATH)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
    return Reader(response.text)


def test_the_page_tells_of_every_route_its_guard_its_parameters_and_how_to_try_it_out(client: FlaskClient) -> None:
    text = " ".join(page(client).text.split())
    for path, found in description()["paths"].items():
        for method, told in found.items():
            if method == "parameters":
                continue
            assert f"{method.upper()} {path}" in text
            assert told["summary"] in text
            who = told["description"].rpartition("**Who may:** ")[2].replace("`", "")
            assert who in text
            assert '"$URL' + re.sub(r"[{}]", "", path) in text
            for parameter in told.get("parameters", []):
                assert f"{parameter['name']} ({parameter['in']}" in text
    for name, schema in description()["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            assert f"{field} (" in text, f"{name}.{field}"


def test_the_page_needs_no_script_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    found = page(client).tags
    assert {tag for tag, _ in found} & {"script", "style", "iframe", "img", "object"} == set()
    assert [attributes for _, attributes in found if {"style", "onclick", "onload"} & attributes.keys()] == []
    loaded = [attributes["href"] for tag, attributes in found if tag == "link"]
    assert all(str(address).startswith("/assets/") for address in loaded)


def test_every_link_of_the_page_leads_somewhere(client: FlaskClient) -> None:
    found = page(client).tags
    names = [str(attributes["id"]) for _, attributes in found if "id" in attributes]
    assert len(names) == len(set(names))
    inside = {str(attributes["href"]) for tag, attributes in found if tag == "a"}
    assert {address for address in inside if address.startswith("#") and address[1:] not in names} == set()


def test_an_unchanged_page_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get(PATH).headers["ETag"]
    assert client.get(PATH, headers={"If-None-Match": etag}).status_code == 304
