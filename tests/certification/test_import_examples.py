"""The examples in docs/imports.md can be imported as they stand, in the order of the page."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from uuid import UUID

from certification.evidence import attestations
from certification.judgement import awards
from certification.people import roster
from certification.units import changes, commitments, organizations
from lrs.db import Database
from tests.certification import learning

PAGE = Path(__file__).resolve().parents[2] / "docs" / "imports.md"


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
        "Roster": roster.import_roster,
        "Titles": awards.import_titles,
        "Attestations": attestations.import_attestations,
        "Commitments": commitments.import_commitments,
    }
    assert list(examples()) == list(imports)
    for title, data in examples().items():
        with database.writing(tenant) as session:
            result = imports[title](session, tenant, data, now=now)
        assert result.created == len(data.splitlines()) - 1, title
        assert result.notes == ()
