"""The examples in docs/imports.md can be imported as they stand, in the order of the page."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from certification.evidence import attestations
from certification.judgement import awards
from certification.people import headcounts, link_lists, roster
from certification.people.national_numbers import Keys
from certification.reports import contact_lists
from certification.spreadsheets import Column, read
from certification.units import changes, commitments, organizations
from lrs.db import Database
from tests.certification import learning
from tests.conftest import PEPPER

PAGE = Path(__file__).resolve().parents[2] / "docs" / "imports.md"

WITH_MORE = {"Attendance", "Items of channels"}
"""Sections whose files say only together with the command's options what they are."""


def examples() -> dict[str, bytes]:
    """The CSV example of each section, by its heading."""
    sections = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        block = re.search(r"(?:^ {4}M.*\n)(?:^ {4}\S.*\n)+", text, re.MULTILINE)
        if block:
            found[title] = re.sub(r"^ {4}", "", block.group(), flags=re.MULTILINE).encode()
    return found


def test_each_example_of_the_page_goes_in(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    learning.load_rules(database, tenant, now=now)
    imports = {
        "Units": organizations.import_organizations,
        "Successions": changes.import_successions,
        "Roster": partial(roster.import_roster, keys=Keys.of(tenant, PEPPER)),
        "Headcounts": headcounts.import_headcounts,
        "Links": partial(link_lists.import_links, by="officer"),
        "Titles": partial(awards.import_titles, keys=Keys.of(tenant, PEPPER)),
        "Attestations": attestations.import_attestations,
        "Commitments": commitments.import_commitments,
        "Contacts about reports": partial(contact_lists.import_contacts, by="officer"),
    }
    found = {title: data for title, data in examples().items() if title not in WITH_MORE}
    assert list(found) == list(imports)
    for title, data in found.items():
        with database.writing(tenant) as session:
            result = imports[title](session, tenant, data, now=now)
        assert result.created == len(data.splitlines()) - 1, title
        assert result.notes == ()


@pytest.mark.parametrize(
    ("title", "columns"),
    [("Roster", roster.COLUMNS), ("Headcounts", headcounts.COLUMNS), ("Titles", awards.COLUMNS)],
)
def test_every_column_is_on_the_page_with_an_example_that_can_be_read(title: str, columns: tuple[Column, ...]) -> None:
    text = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| ([^|]+) \| .* \| `(.+)` \|$", text, re.MULTILINE))
    assert list(rows) == [column.heading for column in columns]
    for headings in ([column.heading for column in columns], [column.other_names[0] for column in columns]):
        told = io.StringIO(newline="")
        csv.writer(told).writerows([headings, rows.values(), [column.example for column in columns]])
        sheet = read(told.getvalue().encode(), columns)
        for row in sheet.rows:
            for column in columns:
                (row.day if column.kind == "day" else row.text)(column.heading)
        assert sheet.faults == []
