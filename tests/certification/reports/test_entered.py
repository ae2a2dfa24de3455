"""Values joined up the tree: numbers added, rows listed, texts kept apart, and the bytes they are kept in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from certification.reports.entered import Entered, Joined, Said, Value, canonical, join
from certification.rules import report_forms
from tests.certification.shipped_rules import document

FORM = report_forms.build(document("plan-report-1268-qd-ttg"), (UUID(int=1),))
AT = datetime(2026, 11, 20, 5, tzinfo=UTC)


def said(value: int | str | tuple[dict[str, int | str], ...]) -> Value:
    return Value(value, "lan", AT)


WEEK: dict[str, int | str] = {"name": "Tuần lễ học tập suốt đời", "day": "2026-10-01", "participations": 120}
BOOKS: dict[str, int | str] = {"name": "Ngày Sách", "day": "2026-04-21"}


def test_numbers_are_added_rows_listed_and_texts_kept_apart() -> None:
    first = join(FORM, {"loudspeaker-items": said(4), "results-text": said("Tốt"), "events": said((WEEK,))}, [])
    second = join(FORM, {"loudspeaker-items": said(0), "results-text": said("Khá")}, [])
    above = join(
        FORM,
        {"loudspeaker-items": said(6), "results-text": said("Chung"), "events": said((BOOKS,))},
        [("b", "CĐCS B", second), ("a", "CĐCS A", first)],
    )
    assert above.joined["loudspeaker-items"] == Joined(10, 3)
    assert above.rows("events") == ({"organization": "", **BOOKS}, {"organization": "CĐCS A", **WEEK})
    assert above.text("results-text") == "Chung"
    assert above.apart["results-text"] == (Said("a", "CĐCS A", "Tốt"), Said("b", "CĐCS B", "Khá"))
    assert above.number("social-media-posts") is None

    top = join(FORM, {}, [("c", "LĐLĐ", above)])
    assert top.number("loudspeaker-items") == 10
    assert top.rows("events") == ({"organization": "LĐLĐ", **BOOKS}, {"organization": "CĐCS A", **WEEK})
    assert [one.code for one in top.apart["results-text"]] == ["c", "a", "b"]


def test_nought_is_said_and_nothing_is_not() -> None:
    alone = join(FORM, {"commune-spending": said(0)}, [])
    assert alone.number("commune-spending") == 0
    assert alone.number("union-spending") is None


def test_what_is_kept_comes_back_equal_in_the_same_bytes() -> None:
    one = join(FORM, {"events": said((WEEK,)), "loudspeaker-items": said(3)}, [])
    entered = join(FORM, {"results-text": said("Tốt"), "events": said((BOOKS,))}, [("a", "CĐCS A", one)])
    kept = canonical(entered.as_json())
    assert Entered.from_json(json.loads(kept)) == entered
    assert canonical(Entered.from_json(json.loads(kept)).as_json()) == kept
