"""Every page there is, as everybody sees it: none is left out, because they are taken from the application itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.routing import Rule

from certification.access.permissions import TABLE, Role, WithoutKey, act_of
from certification.web import AUDIENCES
from tests.browser import budgets
from tests.browser.prepared import NOBODY, PEOPLE, samples
from tests.browser.visiting import SIZES, Visit

pytestmark = pytest.mark.slow

TOO_LONG = {"open.show_api": "main > section:first-of-type"}
"""Pages of half a megabyte, with the part that is checked."""


def pages(app: Flask) -> Iterator[Rule]:
    names = {one.name for one in AUDIENCES}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in names and "GET" in (rule.methods or ()):
            yield rule


def is_open(app: Flask, rule: Rule, role: Role | None) -> bool:
    """Whether somebody of the role may see it; nobody is of no role."""
    act = act_of(app.view_functions[rule.endpoint])
    assert act is not None
    said = TABLE[act]
    if said.without_key in (WithoutKey.ALL, WithoutKey.IN_BODY, WithoutKey.PUBLISHED):
        return True
    return role is not None and (said.any_account or role in said.roles)


def test_every_page_can_be_opened_or_says_why_not(prepared_app: Flask) -> None:
    known = samples()
    missing = [rule.endpoint for rule in pages(prepared_app) if rule.arguments and rule.endpoint not in known]
    assert missing == [], "give these pages a sample: tests/browser/samples/<package>.py"
    there = {rule.endpoint for rule in pages(prepared_app)}
    assert set(known) - there == set(), "samples of pages that are gone"


@pytest.mark.parametrize("name", [NOBODY, *PEOPLE])
def test_every_page_is_in_order_for_everybody(
    prepared_app: Flask, prepared_address: str, chromium: Browser, name: str
) -> None:
    """Each is looked at on a phone and at a desk; every other one is opened on the phone, the rest at the desk."""
    role = None if name == NOBODY else PEOPLE[name][0]
    known: dict[str, Any] = samples()
    visit = Visit(chromium, prepared_address, "" if name == NOBODY else name)
    budgets.watch(visit.context)
    found: list[str] = []
    seen: set[str] = set()
    adapter = prepared_app.url_map.bind("localhost")
    sizes, apart = list(SIZES), [NOBODY, *PEOPLE].index(name)
    for number, rule in enumerate(sorted(pages(prepared_app), key=lambda one: one.rule), apart):
        sample = known.get(rule.endpoint, {})
        if sample is None or (role is not None and is_open(prepared_app, rule, None)):
            continue  # what is open to nobody in particular says the same to everybody
        path = adapter.build(rule.endpoint, dict(sample))
        if not is_open(prepared_app, rule, role):
            status = visit.context.request.get(prepared_address + path, max_redirects=0).status
            found += [] if status == (303 if role is None else 403) else [f"{path} answers {status} to {name}"]
            continue
        visit.turn(sizes[number % 2])
        status = visit.open(path)
        found += [] if status == 200 else [f"{path} answers {status} to {name}"]
        if visit.page.url not in seen:
            seen.add(visit.page.url)
            found += budgets.over(visit.page, rule.endpoint)
            found += visit.look(rule.endpoint, TOO_LONG.get(rule.endpoint, ""))
            visit.turn(sizes[(number + 1) % 2])
            found += visit.look(rule.endpoint, TOO_LONG.get(rule.endpoint, ""))
    visit.close()
    assert found == []
