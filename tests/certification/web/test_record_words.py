"""What the program itself wrote into the record, and Statements that read alike, as pages tell them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from certification.web.frame import languages
from certification.web.operators.statements import told_apart
from certification.web.operators.words import said_words
from lrs.api import moment

AT = moment("2026-11-22T03:00:00Z")


@pytest.mark.parametrize(
    ("kept", "vietnamese", "english"),
    [
        (
            "by the enterprise dn/a for its own program",
            "doanh nghiệp dn/a tạo cho phần mềm của mình",
            "the enterprise dn/a, for its own software",
        ),
        ("by the enterprise dn/a", "doanh nghiệp dn/a tự ngừng", "ended by the enterprise dn/a itself"),
        ("slip for the worker a-100%", "phiếu cho người lao động a-100%", "slip for the worker a-100%"),
        ("theo Quyết định 12/QĐ", "theo Quyết định 12/QĐ", "theo Quyết định 12/QĐ"),
    ],
)
def test_what_the_program_wrote_is_said_in_the_language_of_the_page(kept: str, vietnamese: str, english: str) -> None:
    app = Flask(__name__)
    languages.prepare(app)
    with app.app_context():
        with languages.spoken("vi"):
            assert said_words(kept) == vietnamese
        with languages.spoken("en"):
            assert said_words(kept) == english


def test_statements_that_read_alike_in_one_minute_are_numbered() -> None:
    def row(stored: datetime, verb: str) -> dict[str, object]:
        return {"stored": stored, "actor": "Lan", "verb": verb, "object": "Luật Lao động"}

    rows = [row(AT, "voided"), row(AT, "completed"), row(AT + timedelta(seconds=9), "voided")]
    rows.append(row(AT + timedelta(minutes=1), "voided"))
    assert [one["which"] for one in told_apart(rows)] == [1, 1, 2, 1]
