"""No page reads all that a tenant has of what there is most of, whatever it asks for: said by SQLite's own plans.

SQLite says how it will read before it knows how much there is, so its plan for a few rows is that for millions. What is
looked up by ids has to be read by them: an index that begins with the tenant looks as good to it (`lrs.db.beside`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine.interfaces import DBAPICursor

from certification.access import rights
from certification.people import lists
from certification.targets import listing
from certification.web.officers import statuses
from certification.web.officers.units import people
from tests.browser.prepared import PEOPLE, samples
from tests.browser.test_every_page import is_open, pages
from tests.certification.web.visitor import Visitor

pytestmark = pytest.mark.slow

MANY_ROWS = ("employment", "fact", "attestation", "award", "assessment", "worker_identifier")
COUNTED = "open.show_first_page"
"""A page of figures: here they are counted from the rows, since nothing has kept the sums yet."""
_ALL_OF_A_TENANT = re.compile(rf"(SCAN certification_({'|'.join(MANY_ROWS)})\b"
                              rf"|SEARCH certification_({'|'.join(MANY_ROWS)}) USING .*\(tenant_id=\?\)"
                              r"|SEARCH certification_worker USING INDEX \w+_merged_into )")  # fmt: skip
_EVERYBODY_IN_ORDER = re.compile(r"SEARCH certification_worker USING INDEX \w+_tenant_id_name_order_id ")
_ALL_OF_A_YEAR = re.compile(r"SEARCH certification_assessment USING INDEX \w+_place .*AND year=\?\)$")


@contextmanager
def plans_kept(
    found: dict[str, set[str]], page: list[str], too_much: Sequence[re.Pattern[str]] = (_ALL_OF_A_TENANT,)
) -> Iterator[None]:
    """Notes every plan that reads all of a tenant, by page."""
    seen: set[str] = set()

    def look(
        connection: sa.Connection, cursor: DBAPICursor, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if many or not statement.lstrip().startswith(("SELECT", "WITH")) or statement in seen:
            return
        seen.add(statement)
        plain = connection.connection.driver_connection
        assert plain is not None
        for row in plain.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
            if any(one.match(row[3]) for one in too_much):
                found.setdefault(page[0], set()).add(row[3])

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    yield
    sa.event.remove(sa.Engine, "before_cursor_execute", look)


def test_no_page_reads_all_that_there_is_most_of(prepared_app: Flask) -> None:
    known = samples()
    adapter = prepared_app.url_map.bind("localhost")
    found: dict[str, set[str]] = {}
    page = [""]
    with plans_kept(found, page):
        for name, (role, _) in PEOPLE.items():
            visitor = Visitor(prepared_app.test_client())
            visitor.sign_in(name)
            for rule in pages(prepared_app):
                sample = known.get(rule.endpoint, {})
                if sample is not None and rule.endpoint != COUNTED and is_open(prepared_app, rule, role):
                    page[0] = f"{rule.endpoint} ({name})"
                    visitor.get(adapter.build(rule.endpoint, dict(sample)))
    assert found == {}


def test_of_many_people_each_is_held_against_what_is_asked_and_nobody_is_read_twice(
    prepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for of_some in (rights, listing):
        monkeypatch.setattr(of_some, "WIDE", 0)
    visitor = Visitor(prepared_app.test_client())
    visitor.sign_in("captren")
    found: dict[str, set[str]] = {}
    page = [""]
    with plans_kept(found, page, (_ALL_OF_A_TENANT, _ALL_OF_A_YEAR)):
        for page[0] in [
            *(f"/cong-doan/nguoi-lao-dong?trang_thai={outcome}" for outcome in statuses.WORDS),
            *(f"/cong-doan/ai/cd/lao-cai?ai={which}" for which in people.WHICH),
        ]:
            assert visitor.get(page[0]).status_code == 200
    assert found == {}


def test_of_many_people_those_with_a_name_that_few_have_are_not_sought_in_the_order_of_names(
    prepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "WIDE", 0)
    visitor = Visitor(prepared_app.test_client())
    visitor.sign_in("captren")
    found: dict[str, set[str]] = {}
    page = [""]
    with plans_kept(found, page, (_EVERYBODY_IN_ORDER,)):
        for page[0] in ("/cong-doan/nguoi-lao-dong?q=khongai", "/cong-doan/nguoi-lao-dong?q=a"):
            assert visitor.get(page[0]).status_code == 200
        assert found == {}
        monkeypatch.setattr(lists, "FEW", -1)
        page[0] = "of many names"
        assert visitor.get("/cong-doan/nguoi-lao-dong?q=a&trang_thai=").status_code == 200
    assert [*found] == ["of many names"]


def test_of_many_people_whether_they_were_judged_is_asked_before_where_they_work(
    prepared_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite asks in the order in which its plan names what it asks of each row."""
    monkeypatch.setattr(rights, "WIDE", 0)
    visitor = Visitor(prepared_app.test_client())
    visitor.sign_in("captren")
    asked: list[str] = []

    def look(connection: sa.Connection, _cursor: DBAPICursor, statement: str, parameters: Any, *_more: Any) -> None:
        if "certification_worker.name_order, certification_worker.id" in statement and "NOT (EXISTS" in statement:
            plain = connection.connection.driver_connection
            assert plain is not None
            asked.extend(row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    visitor.get("/cong-doan/nguoi-lao-dong?trang_thai=none")
    sa.event.remove(sa.Engine, "before_cursor_execute", look)
    tables = [table for row in asked for table in re.findall(r"^SEARCH (certification_(?:assess|employ)ment\w*)", row)]
    assert tables[0].startswith("certification_assessment") and len(tables) > 1, asked
