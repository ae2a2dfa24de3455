"""The criteria set as data: what the decision says, what our rubric adds, and which one is in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from certification.errors import NoCriteriaInForce
from certification.evaluation.measures import most_from_one_statement
from certification.rules import criteria, rule_files
from lrs.db import Database
from tests.certification.shipped_rules import (
    BY_PERSON,
    FOLDER,
    LOGGABLE,
    criteria_set,
    criteria_set_2022,
    document,
)

PROGRAMME, AUDIENCE = "cong-dan-hoc-tap", "nguoi-lao-dong"
FRAME = "criteria-324-qd-khvn-2023-nguoi-lao-dong"
FRAME_2022 = "criteria-244-qd-khvn-2022-nguoi-lao-dong"
RUBRIC = "rubric-de-xuat-2026-nguoi-lao-dong"


# ---------------------------------------------------------------- what the decision says


def test_three_competences_of_four_four_and_two_indicators_worth_ten_points_each() -> None:
    assert [len(competence["indicator"]) for competence in document(FRAME)["competence"]] == [4, 4, 2]
    assert [one.id for one in criteria_set().indicators] == [f"CS{number}" for number in range(1, 11)]
    assert {one.max_points for one in criteria_set().indicators} == {10}


def test_eighty_in_all_and_five_everywhere() -> None:
    assert (criteria_set().total_at_least, criteria_set().each_at_least) == (80, 5)


def test_the_assessment_year_is_the_calendar_year_in_vietnam() -> None:
    year = document(FRAME)["assessment_year"]
    assert (year["first_day"], year["last_day"], year["time_zone"]) == ("01-01", "12-31", "Asia/Ho_Chi_Minh")


def figures(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if "value" in value else []
        return own + [found for inner in value.values() for found in figures(inner)]
    return [found for inner in value for found in figures(inner)] if isinstance(value, list) else []


def test_every_figure_has_its_sources_its_status_and_the_day_it_was_checked() -> None:
    assert (len(figures(document(FRAME))), len(figures(document(FRAME_2022)))) == (13, 14)
    for figure in figures(document(FRAME)) + figures(document(FRAME_2022)):
        assert figure["sources"]
        assert figure["status"] in ("CONFIRMED", "INFERRED")
        assert figure["checked"] == date(2026, 11, 20)


def test_the_rubric_is_marked_as_our_proposal() -> None:
    assert document(RUBRIC)["status"] == "PROPOSAL"


def test_the_law_and_our_rubric_lie_apart() -> None:
    assert "component" not in str(document(FRAME))
    assert not {"title_rule", "source"} & set(document(RUBRIC))


# ---------------------------------------------------------------- what the rubric adds


def test_six_indicators_may_be_suggested_by_the_log_and_four_only_by_persons() -> None:
    loggable = tuple(one.id for one in criteria_set().indicators if one.loggable)
    by_person = tuple(one.id for one in criteria_set().indicators if not one.components)
    assert (loggable, by_person) == (LOGGABLE, BY_PERSON)


@pytest.mark.parametrize("indicator", LOGGABLE)
def test_a_loggable_indicator_has_at_least_three_steps_and_can_reach_its_points(indicator: str) -> None:
    one = next(each for each in criteria_set().indicators if each.id == indicator)
    assert sum(len(component.steps) for component in one.components) >= 3
    assert sum(component.steps[-1].points for component in one.components) >= one.max_points


@pytest.mark.parametrize("indicator", LOGGABLE)
def test_no_single_statement_can_be_worth_more_than_five_points(indicator: str) -> None:
    one = next(each for each in criteria_set().indicators if each.id == indicator)
    assert most_from_one_statement(one) <= 5


# ---------------------------------------------------------------- which one is in force

OWN_RUBRIC = """
kind = "rubric"
id = "{id}"
programme = "cong-dan-hoc-tap"
criteria_set = "324-qd-khvn-2023-nguoi-lao-dong"
title = "Thang điểm của tỉnh"
status = "PROPOSAL"
checked = 2026-11-20
first_year = {first_year}
{more}
single_statement_at_most = 4
[[indicator]]
id = "CS1"
class = "A"
why = "Thử."
[[indicator.component]]
measure = "distinct_days"
what = ["reading"]
quality_at_least = 1
title = "có đọc"
steps = [{{ at_least = 1, points = 1 }}, {{ at_least = 2, points = 2 }}, {{ at_least = 3, points = 3 }}]
"""


def own_rubric(rubric_id: str, first_year: int, more: str = "") -> str:
    return OWN_RUBRIC.format(id=rubric_id, first_year=first_year, more=more)


@pytest.fixture
def loaded(database: Database, tenant: UUID, now: datetime) -> Database:
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
    return database


def rubric_of(database: Database, tenant: UUID, year: int) -> str:
    with database.reading(tenant) as session:
        rule_file_id, found = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, year)
        assert criteria.of_rule_file(session, tenant, rule_file_id) == found
    return found.rubric


def test_the_shipped_set_is_in_force_from_2023_on(loaded: Database, tenant: UUID) -> None:
    for year in (2023, 2026, 2030):
        with loaded.reading(tenant) as session:
            rule_file_id, found = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, year)
            assert found == criteria_set()
            assert criteria.of_rule_file(session, tenant, rule_file_id) == found


def test_2022_is_judged_by_the_decision_of_2022_and_by_persons_alone(loaded: Database, tenant: UUID) -> None:
    with loaded.reading(tenant) as session:
        rule_file_id, found = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, 2022)
        assert criteria.of_rule_file(session, tenant, rule_file_id) == found == criteria_set_2022()
    assert (found.id, found.rubric, found.last_year) == (FRAME_2022.removeprefix("criteria-"), "", 2022)
    assert not any(one.loggable for one in found.indicators)


def test_the_decision_of_2022_asks_for_the_same_as_its_successor() -> None:
    """Ten chỉ số of ten points, 80 in all and none below 5 hold for both; what 324 adds are audiences."""
    before, after = criteria_set_2022(), criteria_set()
    assert [(one.id, one.title, one.max_points) for one in before.indicators] == [
        (one.id, one.title, one.max_points) for one in after.indicators
    ]
    assert (before.total_at_least, before.each_at_least) == (after.total_at_least, after.each_at_least) == (80, 5)
    assert document(FRAME_2022)["issued"] == date(2022, 7, 28)
    assert document(FRAME)["issued"] == date(2023, 10, 25)


@pytest.mark.parametrize(
    ("programme", "audience", "year", "words"),
    [
        (
            PROGRAMME,
            AUDIENCE,
            2021,
            r"is in force for the assessment year 2021.*244-\S+ \(2022 to 2022\).*324-\S+ \(from 2023\).*covers 2021",
        ),
        (PROGRAMME, "hoc-sinh", 2026, r"audience 'hoc-sinh'.*No criteria set is loaded"),
        ("gia-dinh-hoc-tap", AUDIENCE, 2026, r"programme 'gia-dinh-hoc-tap'"),
    ],
)
def test_a_year_without_criteria_is_an_error_that_says_what_is_there(
    loaded: Database, tenant: UUID, programme: str, audience: str, year: int, words: str
) -> None:
    with loaded.reading(tenant) as session, pytest.raises(NoCriteriaInForce, match=words):
        criteria.in_force(session, tenant, programme, audience, year)


def test_another_tenants_criteria_are_not_ours(loaded: Database, other_tenant: UUID) -> None:
    with loaded.reading(other_tenant) as session, pytest.raises(NoCriteriaInForce):
        criteria.in_force(session, other_tenant, PROGRAMME, AUDIENCE, 2026)


def test_without_a_rubric_every_indicator_waits_for_a_person(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        frame = rule_files.load(session, tenant, FOLDER / f"{FRAME}.toml", now=now)
        rule_file_id, found = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, 2026)
    assert rule_file_id == frame.id
    assert found.rubric == ""
    assert not any(one.loggable for one in found.indicators)


def test_a_later_rubric_leaves_earlier_years_as_they_were(loaded: Database, tenant: UUID, now: datetime) -> None:
    with loaded.writing(tenant) as session:
        rule_files.load_text(session, tenant, "cua-tinh.toml", own_rubric("cua-tinh-2027", 2027), now=now)
    assert rubric_of(loaded, tenant, 2026) == RUBRIC
    assert rubric_of(loaded, tenant, 2027) == "cua-tinh-2027"


def test_a_rubric_that_replaces_another_stands_in_its_place_from_its_first_year(
    loaded: Database, tenant: UUID, now: datetime
) -> None:
    more = f'replaces = "{RUBRIC}"'
    with loaded.writing(tenant) as session:
        rule_files.load_text(session, tenant, "cua-tinh.toml", own_rubric("cua-tinh", 2023, more), now=now)
    assert rubric_of(loaded, tenant, 2023) == "cua-tinh"
    assert rubric_of(loaded, tenant, 2026) == "cua-tinh"


def test_results_judged_by_a_replaced_rubric_can_still_be_explained(
    loaded: Database, tenant: UUID, now: datetime
) -> None:
    with loaded.writing(tenant) as session:
        before, _ = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, 2026)
        more = f'replaces = "{RUBRIC}"'
        rule_files.load_text(session, tenant, "cua-tinh.toml", own_rubric("cua-tinh", 2023, more), now=now)
        assert criteria.of_rule_file(session, tenant, before) == criteria_set()
