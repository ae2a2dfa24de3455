"""The shipped forms of reports: the order of the one at hand, a place for all it counted, the days that plans name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from certification.models import RuleFile
from certification.rules import report_forms, rule_files
from certification.rules.report_forms import NoReportForm, ReportForm
from lrs.db import Database
from tests.certification.shipped_rules import FOLDER, document

NATIONAL, LAO_CAI, LAI_CHAU = (
    "plan-report-1268-qd-ttg",
    "plan-report-lao-cai-2022",
    "plan-report-lai-chau-31-kh-ldld-2026",
)
NINH_BINH, HOANG_HOP = "plan-report-ninh-binh-2022", "plan-report-hoang-hop-2023"
EVERY_FORM = (NATIONAL, LAO_CAI, LAI_CHAU, NINH_BINH, HOANG_HOP)


@cache
def form(name: str) -> ReportForm:
    written = document(name)
    base = document(written["base"]) if "base" in written else None
    return report_forms.build(report_forms.with_base(written, base), (UUID(int=1),))


def test_every_plan_that_is_shipped_has_a_form_and_no_other_is_shipped() -> None:
    assert {path.stem for path in FOLDER.glob("plan-report-*.toml")} == set(EVERY_FORM)
    plans = {path.stem.removeprefix("plan-") for path in FOLDER.glob("plan-*.toml")} - {"inheritance-hoang-giang"}
    assert {form(name).plan for name in EVERY_FORM} == {one for one in plans if not one.startswith("report-")}


@pytest.mark.parametrize("name", EVERY_FORM)
def test_sections_stand_in_the_order_of_the_report_at_hand(name: str) -> None:
    printed = [(one["id"], one["title"]) for one in document("report-form-hoang-cat-2023")["section"]]
    ours = [(section.id, section.title) for section in form(name).sections]
    assert [one for one, _ in ours] == [one for one, _ in printed]
    differing = [one for one, other in zip(ours, printed, strict=True) if one != other]
    assert [one for one, _ in differing] == ["I.6"]  # “huyện” is gone since 1/7/2025


@pytest.mark.parametrize("name", EVERY_FORM)
def test_everything_that_hoang_cat_counted_has_a_place_in_its_section(name: str) -> None:
    places = {item.code: item for item in form(name).items}
    for section in document("report-form-hoang-cat-2023")["section"]:
        for counted in section.get("item", ()):
            item = places[counted["id"]]
            assert item.section == section["id"]
            assert item.entered == ("money" if counted["unit"] == "đồng" else "count")
            assert item.unit == counted["unit"]
            assert item.join == "sum"
            assert not item.required


@pytest.mark.parametrize("name", EVERY_FORM)
def test_every_section_without_sections_below_has_a_text_and_our_figures_stand_with_the_results(name: str) -> None:
    known = form(name)
    for section in known.sections:
        texts = [item for item in known.of_section(section.id) if item.entered == "text"]
        assert bool(texts) == (section.id not in ("I", "II"))
    figures = [item.figure for item in known.items if item.is_ours]
    assert set(figures) == set(report_forms.FIGURES)
    assert [item.section for item in known.items if item.figure == "targets"] == ["II.1"]
    assert all(item.join == "" for item in known.items if item.is_ours)
    assert {item.code for item in known.items if item.required} == {"results-text", "limits-text"}


def test_lai_chau_counts_what_its_plan_alone_asks_for() -> None:
    more = {item.code for item in form(LAI_CHAU).items} - {item.code for item in form(NATIONAL).items}
    assert more == {"online-groups", "classes", "learning-funds", "dialogues", "online-contests", "unions-inspected"}


def test_a_report_is_in_before_the_day_and_each_level_below_earlier() -> None:
    assert form(LAO_CAI).last_day("yearly", 2026) == date(2026, 11, 24)  # “trước ngày 25/11”
    assert form(LAO_CAI).last_day("yearly", 2026, 2) == date(2026, 11, 14)
    assert form(LAO_CAI).last_day("mid-term", 2025) == date(2025, 12, 31)  # “cuối năm 2025 sơ kết”
    assert form(LAO_CAI).last_day("final", 2030) == date(2030, 12, 31)  # “cuối năm 2030 tổng kết”
    assert form(LAO_CAI).last_day("final", 2029) is None
    assert form(LAO_CAI).last_day("interim", 2026) is None


def test_a_later_day_holds_from_its_year_on() -> None:
    written = dict(document(NATIONAL))
    written["filing"] = [
        *written["filing"],
        {"period": "yearly", "from_year": 2028, "before": "12-10", "status": "PROPOSAL"},
    ]
    changed = report_forms.build(written, (UUID(int=1),))
    days = [changed.last_day("yearly", year) for year in (2027, 2028, 2029)]
    assert days == [date(2027, 11, 24), date(2028, 12, 9), date(2029, 12, 9)]


def test_only_what_a_document_says_outright_is_marked_confirmed() -> None:
    days = {(name, one.period) for name in EVERY_FORM for one in form(name).filings if one.status == "CONFIRMED"}
    assert days == {(LAO_CAI, "yearly"), (LAO_CAI, "mid-term"), (LAO_CAI, "final")}
    for name in EVERY_FORM:
        own: list[Any] = document(name).get("item", [])
        said = {one["code"] for one in own if one["status"] == "CONFIRMED" and one["entered"] in ("count", "money")}
        assert said == {one["code"] for one in own if one["code"] in said and "source_line" in one}


def test_the_form_in_force_is_read_with_few_commands_and_holds_its_base(
    database: Database, tenant: UUID, now: datetime, count_commands: Callable[[], Any]
) -> None:
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
    with database.reading(tenant) as session:
        session.connection()
        with count_commands() as commands:
            found = report_forms.in_force(session, tenant, "lao-cai-2022", date(2026, 11, 20))
        assert len(commands) <= 2
        assert found.items == form(LAO_CAI).items
        assert len(found.rule_file_ids) == 2
        names = {session.get_one(RuleFile, one).identifier for one in found.rule_file_ids}
        assert names == {LAO_CAI, NATIONAL}
        with pytest.raises(NoReportForm) as refused:
            report_forms.in_force(session, tenant, "lao-cai-2022", date(2022, 11, 23))
        assert "1268-qd-ttg" in str(refused.value)
