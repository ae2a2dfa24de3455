"""What a worker is told to do next: what is the worker's own to do, and for what others are waited for."""

from __future__ import annotations

from certification.evaluation.results import Evidence
from certification.web.workers.own import Year
from tests.certification.judgement.test_explanations import judge
from tests.certification.shipped_rules import BY_PERSON, attested, fact


def year(evidence: Evidence) -> Year:
    return Year(2026, judge(evidence), 0, 100, 80, 5, None)


def test_a_worker_is_given_nothing_to_do_that_others_do() -> None:
    bare = year(Evidence((fact(1, "reading"),)))
    assert {one.indicator for one in bare.waiting} == set(BY_PERSON)
    assert "CS1" in {one.indicator for one in bare.lacking}
    assert not {one.indicator for one in bare.lacking} & set(BY_PERSON)
    given = year(Evidence((fact(1, "reading"),), (attested("CS1", 4), attested("CS3", 7))))
    told = {one.indicator for one in given.waiting}
    assert "CS1" in told and "CS3" not in told, "whoever gave points below the floor is waited for"
    assert not {"CS1", "CS3"} & {one.indicator for one in given.lacking}
