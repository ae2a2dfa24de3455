"""Pages about rules: what is loaded and how it differs, trying and loading a file, what it changed for whom."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from certification.access.permissions import Role
from certification.acts import chain
from certification.judgement import assessments, judging, rule_changes
from certification.models import Look, RuleFile, Worker
from certification.rules import differences
from certification.rules.criteria import PROGRAMME
from certification.rules.rule_files import PROGRAMMES
from certification.vietnam import vietnam_day
from certification.web.operators.rule_words import path_words
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.web.test_operators import operator, words
from tests.certification.web.visitor import Visitor, hidden_fields

__all__ = ["operator"]

LOAD = "/van-hanh/quy-tac/nap"
RUBRIC = (PROGRAMMES / PROGRAMME / "rubric-de-xuat-2026-nguoi-lao-dong.toml").read_text()
YEAR = vietnam_day(datetime.now(UTC)).year


def another() -> bytes:
    """Another rubric, from this year on, with one step that asks for more."""
    text = RUBRIC.replace("rubric-de-xuat-2026", "rubric-khac-2026").replace(
        "first_year = 2023", f"first_year = {YEAR}"
    )
    text = text.replace("{ at_least = 2, points = 1 }", "{ at_least = 3, points = 1 }", 1)
    return text.encode()


def send(visitor: Visitor, data: bytes, name: str = "moi.toml") -> str:
    hidden = hidden_fields(visitor.get(LOAD).text)
    sent = {**hidden, "rules": (io.BytesIO(data), name)}
    page = visitor.client.post(LOAD, data=sent, headers={"Origin": "http://localhost"})
    assert page.status_code in (200, 400), page.text
    return page.text


def test_loaded_files_are_listed_and_differences_told_with_what_they_rest_on(operator: Visitor) -> None:
    page = operator.get("/van-hanh/quy-tac").text
    assert "324/QĐ-KHVN" in page and "Thang điểm gợi ý" in page
    newer = re.search(r'href="(/van-hanh/quy-tac/[0-9a-f-]{36})">Bộ tiêu chí[^<]*2021-2030', page)
    assert newer
    told = words(operator.get(newer[1]).text)
    assert "244/QĐ-KHVN" in told or "Khác với" in told
    assert operator.get("/van-hanh/quy-tac/7a1d6b52-0f0e-4c0e-9f3d-0c3f5f0a1b2c").status_code == 404
    assert operator.get(f"{newer[1]}?voi=x").status_code == 404


def test_every_fault_of_a_file_is_named_by_its_line_and_nothing_is_loaded(
    operator: Visitor, database: Database, tenant: UUID
) -> None:
    broken = another().replace(b'status = "PROPOSAL"', b'status = "SURE"').replace(b"points = 4", b"points = -4", 1)
    page = send(operator, broken)
    assert "chỗ sai, chưa nạp gì" in page
    assert len(re.findall(r'<tr><th scope="row" class="n">\d+</th>', page)) >= 2
    assert "không phải UTF-8" in send(operator, b"\xff\xfe")
    assert "Tệp phải là .toml" in send(operator, b"a", "a.csv")
    assert "không phải TOML, sai ở cuối tệp: giá trị không đúng" in send(operator, b"kind = ")
    assert "phải là &#34;CONFIRMED&#34; (có văn bản nêu rõ)" in page
    with database.reading(tenant) as session:
        assert "rubric-khac-2026" not in " ".join(session.scalars(sa.select(RuleFile.identifier)))


def test_a_file_is_tried_then_loaded_and_whose_results_it_changed_is_listed(
    operator: Visitor, database: Database, tenant: UUID
) -> None:
    present = datetime.now(UTC)
    with database.writing(tenant) as session:
        people = list(session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant)))
        assessments.assess(session, tenant, people, PROGRAMME, YEAR, as_of=vietnam_day(present), now=present)
    page = send(operator, another())
    assert "người đổi kết luận trong 24 người được thử" in words(page)
    assert re.search(r"<del>2</del></td><td[^>]*><ins>3</ins>", page)
    with database.reading(tenant) as session:
        assert chain.head(session, tenant).number == 0, "trying leaves nothing"
    sent = {**hidden_fields(page.split('<button name="viec"')[0]), "viec": "nap"}
    done = operator.send(LOAD, sent)
    assert done.status_code == 303
    assert "Không khác" not in operator.get(done.headers["Location"]).text
    with database.reading(tenant) as session:
        [act] = chain.listed(session, tenant, limit=5)
        kept = session.scalars(sa.select(RuleFile.text).where(RuleFile.identifier.startswith("rubric-khac"))).one()
    assert (act.act, act.by, kept.encode()) == ("rules.load", "vh", another())
    assert "đã nạp rồi" in send(operator, another())
    judging.judge_all_stale(database, tenant, clock=lambda: datetime.now(UTC))
    with database.reading(tenant) as session:
        changed = rule_changes.changes(session, tenant, YEAR, limit=100)
        [first] = rule_changes.changes(session, tenant, YEAR, before=changed[0].place, limit=1)
    assert changed and first.place == changed[1].place
    listed = operator.get("/van-hanh/quy-tac/thay-doi")
    assert changed[0].number in listed.text
    with database.reading(tenant) as session:
        assert "READ_RULE_CHANGES" in set(session.scalars(sa.select(Look.what).where(Look.tenant_id == tenant)))


def test_an_auditor_loads_nothing(
    app: Flask, operator: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    account(database, tenant, "kt", now)
    give(database, tenant, "kt", Role.AUDITOR, now)
    auditor = Visitor(app.test_client())
    auditor.sign_in("kt")
    assert (auditor.get("/van-hanh/quy-tac").status_code, auditor.get(LOAD).status_code) == (200, 403)


def test_rows_are_told_apart_by_what_names_them() -> None:
    source = {"source": [{"id": "s", "title": "Quyết định 1"}]}
    before = {"id": "a", "off": [{"day": date(2026, 1, 1)}, {"day": date(2026, 1, 2), "what": "Tết"}], **source}
    after = {
        "id": "b", "off": [{"day": date(2026, 1, 2), "what": "Bù", "sources": ["s"]}], "total": {"value": 80}, **source,
    }  # fmt: skip
    found = differences.between(before, after)
    assert [(one.path, one.before, one.after, one.grounds) for one in found] == [
        (("off", "2026-01-02", "what"), "Tết", "Bù", ("Quyết định 1",)),
        (("off", "2026-01-01"), {"day": date(2026, 1, 1)}, None, ()),
        (("total",), None, {"value": 80}, ()),
    ]
    assert differences.between(after, after) == []


def test_the_one_before_is_the_last_that_began_earlier_or_the_one_it_names() -> None:
    files = [{"id": str(year), "programme": "p", "year": year} for year in (2024, 2025, 2026)]
    assert differences.predecessor(files[2], files) is files[1]
    assert differences.predecessor({**files[2], "replaces": "2024"}, files) is files[0]
    assert differences.predecessor(files[0], files) is None


def test_every_name_of_a_shipped_rule_file_has_words() -> None:
    def names(value: object) -> set[str]:
        if isinstance(value, Mapping):
            return set(value).union(*map(names, value.values()))
        return set().union(*map(names, value)) if isinstance(value, list) else set()

    files = [path for path in (PROGRAMMES / PROGRAMME).glob("*.toml") if path.name != "organizations.toml"]
    every = set().union(*(names(tomllib.loads(path.read_text())) for path in files))
    assert len(every) > 100
    unnamed = {one for one in every if path_words((one, "x"))[0][1]}
    assert not unnamed, "name it in certification/web/operators/rule_words.py"
