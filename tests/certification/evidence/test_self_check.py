"""Trying Statements out: what is told equals what posting them then gives, and nothing more is told of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from certification.evidence import feed, self_check
from certification.evidence.findings_words import FINDINGS
from certification.evidence.self_check import Assay, Checked
from certification.evidence.self_check_words import EFFECTS, OUTCOMES, REMARKS, remark_words
from certification.judgement import assessments
from certification.models import Base
from certification.rules import plans, rule_files
from certification.targets import numerators
from lrs import api
from lrs.db import EVERY_TENANT, Database
from tests.certification.learning import (
    PROFILE,
    PROGRAMME,
    VERBS,
    account,
    facts,
    follow_all,
    group,
    ifi,
    load_rules,
    statement,
    store,
    voiding,
    waiting,
)
from tests.certification.shipped_rules import FOLDER

LEVEL = f"{PROFILE}/extension/evidence-level"


def tagged(*topics: str, level: object = None) -> dict[str, Any]:
    context: dict[str, Any] = {"contextActivities": {"category": [{"id": f"{PROFILE}/topic/{one}"} for one in topics]}}
    if level is not None:
        context["extensions"] = {LEVEL: level}
    return context


def verb(name: str) -> dict[str, Any]:
    return {"id": name if ":" in name else VERBS + name}


def activity(kind: str | None = None) -> dict[str, Any]:
    definition = {"definition": {"type": kind}} if kind else {}
    return {"objectType": "Activity", "id": "https://hoc.example.org/bai/1", **definition}


def samples() -> dict[str, dict[str, Any]]:
    """Statements of every kind that matters to the evidence mapping, by what is tried with them."""
    return {
        "plain": statement("an"),
        "everything": statement(
            "an", verb=verb("passed"), context=tagged("digital-able", "law-labour", level=3),
            result={"score": {"scaled": 0.85}, "success": True, "duration": "PT1H30M"},
        ),
        "weak": statement("an", verb=verb("attempted")),
        "claims too much": statement("an", verb=verb("experienced"), context=tagged("law-labour", level=3)),
        "claims nonsense": statement("an", context=tagged("law-labour", level="cao")),
        "unknown actor": statement("nobody"),
        "mail": statement({"mbox": "mailto:an@hoc.example.org"}),
        "group": statement(group("an", "nobody", "an")),
        "empty group": statement(group(mbox="mailto:to@hoc.example.org")),
        "unknown verb": statement("an", verb=verb("https://w3id.org/xapi/dod-isd/verbs/completed")),
        "object is a person": statement("an", object=account("binh")),
        "failed": statement("an", verb=verb("failed")),
        "not done": statement("an", verb=verb("registered"), result={"completion": False}),
        "wrong type": statement("an", verb=verb("shared"), object=activity("http://adlnet.gov/expapi/activities/course")),
        "no topic": statement("an", context={}),
        "topic unknown": statement("an", context=tagged("law-labor")),
        "other profile": statement(
            "an", context={"contextActivities": {"category": [{"id": "https://khac.example.org/topic/law-labour"}]}}
        ),
        "ability": statement("an", verb=verb("attended"), context=tagged("digital-able")),
        "catalogue": statement(
            "an", object={"id": "https://lms.example.org/khoa-hoc/luat-lao-dong-co-ban"}, context={}
        ),
        "short": statement("an", result={"duration": "PT20S"}),
        "raw only": statement("an", result={"score": {"raw": 8}}),
        "raw and max": statement("an", result={"score": {"raw": 8, "max": 10}}),
        "new year": statement("an", timestamp="2025-12-31T17:00:00Z"),
        "of 2022": statement("an", timestamp="2022-11-01T03:00:00Z"),
        "before mappings": statement("an", timestamp="2021-05-04T03:00:00Z"),
        "future": statement("an", timestamp="2031-05-04T03:00:00Z"),
        "voiding": voiding({"id": str(uuid4())}),
    }  # fmt: skip


def check(database: Database, identity: api.Identity, *documents: Any, now: datetime) -> list[Checked]:
    return self_check.check(database, identity, documents, version="2.0.0", now=now)


def assay(database: Database, identity: api.Identity, document: Mapping[str, Any], now: datetime) -> Assay:
    [checked] = check(database, identity, document, now=now)
    assert checked.assay is not None
    return checked.assay


def codes(found: Assay) -> set[str]:
    return {remark.code for remark in found.remarks}


@pytest.mark.usefixtures("an", "other_an")
@pytest.mark.parametrize("name", samples())
def test_what_is_told_is_what_posting_then_gives(
    database: Database, identity: api.Identity, tenant: UUID, an: UUID, now: datetime, name: str
) -> None:
    sent = samples()[name]
    told = assay(database, identity, sent, now)
    store(database, identity, sent)
    follow_all(database, tenant, now)

    known = {one.actor for one in told.who if one.known}
    expected = {
        ("NV-AN", UUID(sent["id"]), fact.what, fact.day, fact.minutes, fact.score, fact.quality, fact.day.year)
        for fact in told.facts
        if known
    }
    assert facts(database, tenant) == expected
    unknown = {one.actor for one in told.who if not one.known}
    waits = "voids" not in codes(told)
    assert {actor for actor, _, _ in waiting(database, tenant)} == (unknown if waits else set())
    assert told.effect == ("counts" if expected else "waits" if told.facts and unknown else "nothing")

    # The indicators that rest on it when the worker is judged, and the targets it counts towards.
    if expected and told.feeds.criteria_set:
        year = told.day.year
        as_of = date(year, 12, 31)
        with database.writing(tenant) as session:
            assessments.assess(session, tenant, [an], PROGRAMME, year, as_of=as_of, now=now)
            result = assessments.latest(session, tenant, an, PROGRAMME, year)
        assert result is not None
        rests_on_it = [one.indicator for one in result.result.indicators if one.counted]
        assert rests_on_it == [identifier for identifier, _ in told.feeds.indicators]
    with database.reading(tenant) as session:
        counted = {
            (plan.id, identifier)
            for plan in plans.all_plans(session, tenant)
            if plan.in_force_from <= told.day and (plan.in_force_to is None or told.day <= plan.in_force_to)
            for target in plan.targets
            for identifier, rule in ((target.id, target.numerator), *((one.id, one.numerator) for one in target.also))
            if rule.rule == "any_of" and numerators.count(session, tenant, rule, told.day, PROGRAMME)
        }
    if expected:
        assert {(one.plan, one.target) for one in told.feeds.targets} == counted

    again = check(database, identity, sent, now=now)[0]
    assert again.trial.outcome is api.Outcome.ALREADY_THERE
    assert again.assay is not None
    assert (again.assay.facts, again.assay.feeds, again.assay.who) == (told.facts, told.feeds, told.who)


@pytest.mark.usefixtures("an")
@pytest.mark.parametrize(
    ("name", "effect", "expected"),
    [
        ("plain", "counts", {"no-duration", "no-type"}),
        ("everything", "counts", {"no-type"}),
        ("weak", "counts", {"too-weak-for", "topics-not-taken", "no-duration"}),
        ("claims too much", "counts", {"level-bounded", "no-type", "no-duration"}),
        ("claims nonsense", "counts", {"level-unreadable", "no-type", "no-duration"}),
        ("unknown actor", "waits", {"actor-unknown", "no-type", "no-duration"}),
        ("mail", "waits", {"actor-unknown", "actor-is-no-account", "no-type", "no-duration"}),
        ("group", "counts", {"actor-unknown", "no-type", "no-duration"}),
        ("empty group", "nothing", {"group-without-members", "no-type", "no-duration"}),
        ("unknown verb", "nothing", {"verb-not-mapped"}),
        ("object is a person", "nothing", {"object-is-no-activity"}),
        ("failed", "counts", {"topics-not-taken", "no-duration"}),
        ("not done", "nothing", {"outcome-unfinished"}),
        ("wrong type", "nothing", {"type-not-mapped"}),
        ("no topic", "counts", {"no-topic", "no-type", "no-duration"}),
        ("topic unknown", "counts", {"topic-unknown", "no-topic", "no-type", "no-duration"}),
        ("other profile", "counts", {"topic-of-another-profile", "no-topic", "no-type", "no-duration"}),
        ("ability", "counts", {"ability-not-shown", "no-duration"}),
        ("catalogue", "counts", {"no-type", "no-duration"}),
        ("short", "counts", {"duration-too-short", "no-type"}),
        ("raw only", "counts", {"score-without-scale", "no-type", "no-duration"}),
        ("new year", "counts", {"no-type", "no-duration"}),
        ("of 2022", "counts", {"no-type", "no-duration"}),
        ("before mappings", "nothing", {"before-the-first-mapping"}),
        ("future", "counts", {"in-the-future", "no-type", "no-duration"}),
        ("voiding", "nothing", {"voids"}),
    ],
)
def test_what_is_missing_is_told_in_codes(
    database: Database, identity: api.Identity, now: datetime, name: str, effect: str, expected: set[str]
) -> None:
    told = assay(database, identity, samples()[name], now)
    beside = {"actor-unknown", "no-timestamp"} if name == "voiding" else {"too-weak-for"} - expected
    assert codes(told) - beside - {"late"} == expected
    assert ("late" in codes(told)) == (name not in ("future", "voiding")), "they are of May, and it is November"
    assert told.effect == effect


@pytest.mark.usefixtures("an")
def test_remarks_point_to_the_place_and_say_what_was_probably_meant(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    def remark(name: str, code: str) -> self_check.Remark:
        [found] = [one for one in assay(database, identity, samples()[name], now).remarks if one.code == code]
        return found

    near = remark("topic unknown", "topic-unknown")
    assert (near.place, near.about) == (
        "/context/contextActivities/category/0", {"topic": "law-labor", "near": "law-labour"},
    )  # fmt: skip
    assert remark_words(near) == "Không có chủ đề “law-labor”. Có phải là law-labour?"
    assert remark("group", "actor-unknown").place == "/actor/member/1"
    several = assay(database, identity, statement(group("x", "an", "y", "z")), now)
    assert [one.known for one in several.who] == [False, True, False, False]
    assert "và 2 tài khoản khác" in " ".join(remark_words(one) for one in several.remarks)
    assert f"{VERBS}completed" in remark_words(remark("unknown verb", "verb-not-mapped"))
    assert remark("claims too much", "level-bounded").place == "/context/extensions/" + LEVEL.replace("/", "~1")
    weak = [one for one in assay(database, identity, samples()["weak"], now).remarks if one.code == "too-weak-for"]
    assert [one.about["level"] for one in weak] == ["E1", "E2"]
    assert remark_words(weak[1]) == "Còn một phần của CS5 chỉ nhận minh chứng từ mức E2 trở lên."


@pytest.mark.usefixtures("an")
def test_a_score_that_a_test_of_skill_needs_is_missed(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    sent = statement("an", verb=verb("passed"), context=tagged("digital-able"))
    assert "no-score" in codes(assay(database, identity, sent, now))
    scored = statement("an", verb=verb("passed"), context=tagged("digital-able"), result={"score": {"scaled": 0.7}})
    assert "no-score" not in codes(assay(database, identity, scored, now))


@pytest.mark.usefixtures("an")
def test_what_is_voided_says_so(database: Database, identity: api.Identity, now: datetime) -> None:
    sent = statement("an")
    store(database, identity, sent, voiding(sent))
    told = assay(database, identity, sent, now)
    assert (told.effect, told.facts) == ("nothing", ())
    assert "voided" in codes(told)


def test_without_rules_nothing_counts_and_it_is_said(database: Database, identity: api.Identity, now: datetime) -> None:
    told = assay(database, identity, statement("an"), now)
    assert (told.effect, told.facts) == ("nothing", ())
    assert codes(told) == {"no-mapping", "actor-unknown"}


def test_a_year_without_criteria_is_told(
    database: Database, identity: api.Identity, tenant: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        rule_files.load(session, tenant, FOLDER / "evidence-mapping-2026.toml", now=now)
    told = assay(database, identity, statement("an"), now)
    assert "no-criteria-for-the-year" in codes(told)
    assert told.facts and not told.feeds.criteria_set


@pytest.mark.usefixtures("an")
def test_what_the_store_would_not_keep_is_not_assayed(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    stored = statement("an")
    store(database, identity, stored)
    for document in ({**stored, "result": {"success": True}}, {**stored, "verb": {}}, 5):
        [checked] = check(database, identity, document, now=now)
        assert checked.assay is None


@pytest.mark.usefixtures("other_an")
def test_another_tenants_workers_and_rules_are_not_there(
    database: Database, identity: api.Identity, other_identity: api.Identity, now: datetime
) -> None:
    """Both have the account "an" in their rules' reach; only the other tenant has linked it to somebody."""
    assert [one.known for one in assay(database, identity, statement("an"), now).who] == [False]
    assert [one.known for one in assay(database, other_identity, statement("an"), now).who] == [True]


@pytest.mark.usefixtures("an")
def test_of_a_person_it_is_told_only_whether_the_account_sent_is_known(
    database: Database, identity: api.Identity, now: datetime, an: UUID
) -> None:
    [checked] = check(database, identity, statement("an"), now=now)
    assert checked.assay is not None
    assert [(one.place, one.actor, one.known) for one in checked.assay.who] == [("/actor", ifi("an"), True)]
    told = repr((checked, [remark_words(one) for one in checked.assay.remarks]))
    for private in ("NV-AN", "Người", str(an), an.hex):
        assert private not in told


@pytest.mark.usefixtures("an")
def test_nothing_is_stored_by_trying_out(database: Database, identity: api.Identity, now: datetime) -> None:
    def rows() -> dict[str, int]:
        with database.reading(EVERY_TENANT) as session:
            return {
                name: session.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0
                for name in sorted([*Base.metadata.tables, "lrs_statement", "lrs_statement_link", "lrs_reference"])
            }

    before = rows()
    check(database, identity, *samples().values(), now=now)
    assert rows() == before


@pytest.mark.usefixtures("an")
def test_sql_commands_do_not_grow_with_the_statements(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    def commands(*documents: Any) -> int:
        count = 0

        def note(*_: Any) -> None:
            nonlocal count
            count += 1

        sa.event.listen(database.engine, "before_cursor_execute", note)
        check(database, identity, *documents, now=now)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        return count

    commands(statement("an"))  # the first one finds the rules not made yet
    assert commands(*(statement("an") for _ in range(40))) == commands(statement("an"))


def test_every_code_has_words_and_every_sentence_its_values(
    database: Database, identity: api.Identity, now: datetime, an: UUID
) -> None:
    told: set[str] = set()
    for one in samples().values():
        for remark in assay(database, identity, one, now).remarks:
            words = remark_words(remark)
            assert "{" not in words
            told.add(remark.code)
    assert told <= REMARKS.keys() | FINDINGS.keys()
    rare = {"voided", "no-mapping", "no-score", "outcome-fine", "outcome-failed", "no-timestamp", "actor-unknown"}
    rare.add("no-criteria-for-the-year")
    assert REMARKS.keys() - told <= rare
    assert OUTCOMES.keys() == set(api.Outcome)
    assert EFFECTS.keys() == {"counts", "waits", "nothing"}


SIGNED = f"""\
kind = "evidence-mapping"
id = "diem-danh-co-ky-2026"
programme = "cong-dan-hoc-tap"
title = "Điểm danh có ký số"
status = "PROPOSAL"
checked = 2026-11-20
adds_to = "evidence-mapping-2026"

[[template]]
id = "attended-signed"
title = "Có mặt, có chữ ký số"
verbs = ["{VERBS}attended"]
outcomes = ["fine"]
gives = []
stated_topics = true
shows_ability = false
quality = 1
quality_at_most = 2
quality_at_most_when_trusted = 3
"""


@pytest.mark.usefixtures("an")
def test_a_trusted_signature_lifts_the_bound_on_a_claimed_level_where_the_mapping_says_so(
    database: Database, identity: api.Identity, tenant: UUID, now: datetime
) -> None:
    claiming = tagged("law-labour", level=3)
    by_root = {
        "unsigned": statement("an", verb=verb("attended"), context=claiming),
        None: statement("an", verb=verb("attended"), context=claiming),
        "root": statement("an", verb=verb("attended"), context=claiming),
    }
    claims_nothing = statement("an", verb=verb("attended"), context=tagged("law-labour"))
    store(database, identity, *by_root.values(), claims_nothing)
    with database.writing(tenant) as session:
        rule_files.load_text(session, tenant, "signed.toml", SIGNED, now=now)
        for sent, root in ((by_root[None], None), (by_root["root"], "root"), (claims_nothing, "root")):
            session.execute(
                sa.text(
                    "INSERT INTO lrs_signature VALUES (:tenant, :statement, 'sha2', 'certificate', :root)"
                ).bindparams(sa.bindparam("tenant", type_=sa.Uuid()), sa.bindparam("statement", type_=sa.Uuid())),
                {"tenant": tenant, "statement": UUID(sent["id"]), "root": root},
            )
    follow_all(database, tenant, now)

    def levels() -> dict[UUID, int]:
        return {one: level for _, one, what, _, _, _, level, _ in facts(database, tenant) if what == "law-labour"}

    assert levels() == {
        UUID(by_root["unsigned"]["id"]): 2,
        UUID(by_root[None]["id"]): 2,
        UUID(by_root["root"]["id"]): 3,
        UUID(claims_nothing["id"]): 1,
    }
    incremental = facts(database, tenant)
    feed.rebuild(database, tenant, now=now)
    assert facts(database, tenant) == incremental
    told = assay(database, identity, by_root["root"], now)
    assert {fact.what: fact.quality for fact in told.facts}["law-labour"] == 3
    assert "level-bounded" not in codes(told)


def test_loading_the_rules_twice_changes_nothing_of_what_is_told(
    database: Database, identity: api.Identity, tenant: UUID, an: UUID, now: datetime
) -> None:
    before = assay(database, identity, samples()["everything"], now)
    load_rules(database, tenant, now=now)
    after = assay(database, identity, samples()["everything"], now)
    assert (before.facts, before.feeds) == (after.facts, after.feeds)
