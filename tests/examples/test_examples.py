"""Every example of a worker in this folder: what was learned and attested must give what the file expects.

The examples go the whole way from Statements through the evidence mapping to the judgement, with the shipped rules.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from pprint import pformat
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest

from certification.evaluation.evaluate import evaluate
from certification.evaluation.results import MET, NOT_MET, Attested, Evidence, Fact, SelfGiven
from certification.evaluation.rules import CriteriaSet
from certification.judgement.explanations import explain
from certification.rules.stated_facts import facts_of
from certification.targets import persons
from certification.targets.persons import NOT_FOR, PersonalTarget, Title
from tests.certification.shipped_rules import criteria_set, criteria_set_2022, mapping, plan

FOLDER = Path(__file__).parent / "cong-dan-hoc-tap"
EXAMPLES = sorted(FOLDER.glob("*.toml"))
NAMESPACE = UUID(int=324)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

ADL, STREAMS, TINCAN = "http://adlnet.gov/expapi/", "http://activitystrea.ms/schema/1.0/", "http://id.tincanapi.com/"
ADL_VERBS = (
    "answered", "attempted", "attended", "completed", "experienced", "failed", "passed", "progressed", "registered",
    "scored",
)  # fmt: skip
VERBS = {name: f"{ADL}verbs/{name}" for name in ADL_VERBS}
VERBS |= {name: f"{STREAMS}{name}" for name in ("read", "watch", "join")}
VERBS |= {name: f"{TINCAN}verb/{name}" for name in ("viewed", "earned", "mentored")}
KINDS = {name: f"{ADL}activities/{name}" for name in ("course", "lesson", "assessment", "meeting", "media")}
KINDS |= {name: f"{TINCAN}activitytype/{name}" for name in ("book", "goal", "suggestion", "conference")}

NOT_YET = "chưa có"
STATES = {MET: "đạt", NOT_MET: "chưa đạt", NOT_FOR: "không tính"}


STORIES = FOLDER.with_name("cau-chuyen")
EDGES = {
    "80 exactly": ["cong-dan-hoc-tap/vua-du-80-diem", "cong-dan-hoc-tap/deu-8-diem"],
    "79": ["cong-dan-hoc-tap/deu-8-rieng-mot-so-7", "cong-dan-hoc-tap/xet-lai-con-79-diem"],
    "one chỉ số at 4 with 94 in all": [f"cong-dan-hoc-tap/94-diem-ma-cs{number}-chi-4" for number in range(1, 11)],
    "5+5+5+5": ["cong-dan-hoc-tap/dung-80-bang-nhat-ky-va-bon-so-5", "cong-dan-hoc-tap/bon-so-5-nhung-mot-so-4"],
    "no foreign language": ["cong-dan-hoc-tap/mat-ngoai-ngu"],
    "logs alone": ["cong-dan-hoc-tap/chi-co-nhat-ky"],
    "31/12 16:59Z and 17:00Z": ["cong-dan-hoc-tap/giao-thua-1659z", "cong-dan-hoc-tap/giao-thua-1700z"],
    "job change": ["cau-chuyen/doi-cho-lam-trong-nam", "cau-chuyen/hai-noi-lam-cung-luc"],
    "double account": ["cau-chuyen/mot-nguoi-hai-tai-khoan", "cau-chuyen/hai-ho-so-mot-nguoi-gop-lai"],
    "a Group": ["cau-chuyen/nhom-co-ten-thanh-vien", "cau-chuyen/nhom-khong-ten"],
    "closed year": ["cau-chuyen/nam-da-dong"],
    "no criteria in force": ["cau-chuyen/khong-co-bo-tieu-chi"],
    "corrected by voiding": ["cau-chuyen/huy-mot-minh-chung"],
    "criteria of 2022 and of 2023": ["cong-dan-hoc-tap/nam-2022-theo-244", "cong-dan-hoc-tap/nam-2023-theo-324"],
}
"""Where the rules could go either way, and the examples that say which."""


def test_there_are_examples_of_every_edge() -> None:
    there = {f"{one.parent.name}/{one.stem}" for one in [*EXAMPLES, *STORIES.glob("*.toml")]}
    assert len(EXAMPLES) >= 60
    assert {one for named in EDGES.values() for one in named} <= there


def statements(learned: Mapping[str, Any], place: int) -> Iterator[dict[str, Any]]:
    """The Statements that one [[learned]] stands for."""
    for number, moment in enumerate(learned["on"]):
        when = moment if isinstance(moment, datetime) else datetime.combine(moment, time(8), VIETNAM)
        activity = f"{learned['activity']} {number if learned.get('different') else ''}".strip()
        for again in range(learned.get("times", 1)):
            name = f"{place}/{number}" if learned.get("same_statement") else f"{place}/{number}/{again}"
            yield statement(learned, str(uuid5(NAMESPACE, name)), activity, when)


def statement(learned: Mapping[str, Any], statement_id: str, activity: str, when: datetime) -> dict[str, Any]:
    profile = mapping().profile
    definition = {"type": KINDS[learned["kind"]]} if "kind" in learned else {}
    result: dict[str, Any] = {key: learned[key] for key in ("success", "completion") if key in learned}
    if "score" in learned:
        result["score"] = {"scaled": learned["score"] / 100}
    if "hours" in learned:
        result["duration"] = f"PT{learned['hours']}H"
    categories = [{"id": f"{profile}/topic/{code}"} for code in learned.get("about", ())]
    extensions = {f"{profile}/extension/evidence-level": learned["level"]} if "level" in learned else {}
    return {
        "id": statement_id,
        "verb": {"id": VERBS[learned["did"]]},
        "object": {"id": f"https://example.org/{activity.replace(' ', '-')}", "definition": definition},
        "result": result,
        "context": {"contextActivities": {"category": categories}, "extensions": extensions},
        "timestamp": when.isoformat(),
    }


def facts(one: Mapping[str, Any]) -> Iterator[Fact]:
    for stated in facts_of(mapping(), one):
        key = uuid5(NAMESPACE, stated.activity_iri).int % 2**63
        yield Fact(UUID(one["id"]), stated.what, stated.day, stated.minutes, stated.score, stated.quality, key)


def evidence_of(example: Mapping[str, Any]) -> Evidence:
    learned = [
        fact
        for place, each in enumerate(example.get("learned", ()))
        for one in statements(each, place)
        for fact in facts(one)
    ]
    attested = [
        Attested(one["indicator"], one["points"], one["on"], one["by"], one["basis"])
        for one in example.get("attested", ())
    ]
    own = [SelfGiven(one["indicator"], one["points"], one["on"]) for one in example.get("self_given", ())]
    return Evidence(tuple(learned), tuple(attested), tuple(own))


def rules_of(year: int) -> CriteriaSet:
    """The shipped criteria set that holds for a year."""
    return next(
        one
        for one in (criteria_set_2022(), criteria_set())
        if one.first_year <= year and (one.last_year is None or year <= one.last_year)
    )


def targets_of(example: Mapping[str, Any]) -> Mapping[str, PersonalTarget]:
    """What the targets of the example's plan say of the worker, with those that stand beside them."""
    of_plan = plan(example["plan"])
    titles = [Title(one["year"], one["decided"], one.get("withdrawn")) for one in example.get("title_held", ())]
    found: dict[str, PersonalTarget] = {}
    for target in of_plan.targets:
        one = persons.judge(
            of_plan, target, evidence_of(example), titles, cadre=example.get("cadre", False), on=example["as_of"]
        )
        found |= {each.target: each for each in (one, *one.beside)}
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_comes_out_as_it_says(path: Path) -> None:
    example = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = rules_of(example["year"])
    result = evaluate(rules, evidence_of(example), year=example["year"], as_of=example["as_of"])
    explanation = explain(rules, result)
    told = pformat(explanation)
    expected = example["expected"]
    points = {one.indicator: one.points for one in result.indicators}
    assert result.outcome == expected["outcome"], told
    assert result.criteria_set == expected.get("criteria_set", result.criteria_set)
    for kind in ("suggested", "self_given"):
        for name, value in expected.get(kind, {}).items():
            [found] = [getattr(one, kind) for one in result.indicators if one.indicator == name]
            assert found == (None if value == NOT_YET else value), (kind, name, told)
    said = [explanation.summary, *explanation.remarks]
    said += [f"{row.indicator}: {remark}" for row in explanation.rows for remark in row.remarks]
    if "plan" in example:
        targets = targets_of(example)
        said += [persons.words(one, mapping().topics) for one in targets.values()]
        wanted_states = expected.get("targets", {})
        assert {name: STATES[targets[name].state] for name in wanted_states} == wanted_states, pformat(targets)
        times = expected.get("times", {})
        assert {name: targets[name].participations for name in times} == times, pformat(targets)
    for words in expected.get("words", ()):
        assert any(words in one for one in said), (words, pformat(said))
    assert result.total == expected.get("total", result.total), told
    wanted = {name: None if value == NOT_YET else value for name, value in expected.get("points", {}).items()}
    assert {name: points[name] for name in wanted} == wanted, told
    assert all((one or 0) <= expected.get("at_most", 10) for one in points.values()), told
    assert set(expected.get("reasons", ())) <= {reason.code for reason in result.reasons}, told


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_holds_nothing_that_is_not_read(path: Path) -> None:
    example = tomllib.loads(path.read_text(encoding="utf-8"))
    parts = {"title", "why", "year", "as_of", "learned", "attested", "self_given", "plan", "cadre", "title_held"}
    assert set(example) <= parts | {"expected"}
    assert example["title"] and example["why"], "every example explains itself"
    keys = {"did", "activity", "different", "kind", "about", "on", "score", "hours", "level", "success", "completion"}
    assert {key for one in example.get("learned", ()) for key in one} <= keys | {"times", "same_statement"}
    known = {"outcome", "total", "points", "at_most", "reasons", "words", "targets", "times", "suggested", "self_given"}
    assert set(example["expected"]) <= known | {"criteria_set"}
    codes = {code for one in example.get("learned", ()) for code in one.get("about", ())}
    assert codes <= set(mapping().topics)
