"""Loading rule files: once, for good, all or nothing; and what is said of a file that has a fault."""

from __future__ import annotations

import pickle
import re
import tomllib
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.errors import RuleFileFaults
from certification.models import RuleFile
from certification.rules import criteria, plans, rule_files
from certification.rules.rule_files import KINDS
from certification.rules.rule_store import stored
from certification.rules.toml_lines import keys_of_pointer, line_of
from lrs.db import Database, Session
from tests.certification.shipped_rules import FOLDER

BROKEN = sorted((Path(__file__).parent / "broken_rule_files").glob("*.toml"))
SHIPPED = sorted(FOLDER.glob("*.toml"))

NATIONAL = "plan-1268-qd-ttg.toml"


@pytest.fixture
def loaded(database: Database, tenant: UUID, now: datetime) -> Database:
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
    return database


def faults_of(session: Session, tenant: UUID, name: str, text: str, now: datetime) -> list[str]:
    with pytest.raises(RuleFileFaults) as refused:
        rule_files.load_text(session, tenant, name, text, now=now)
    return [str(fault) for fault in refused.value.faults]


# ---------------------------------------------------------------- faults


def test_all_faults_of_a_file_are_said_at_once_and_it_is_named(loaded: Database, tenant: UUID, now: datetime) -> None:
    text = (FOLDER / NATIONAL).read_text(encoding="utf-8").replace("2025, percent", "25, percent")
    with loaded.reading(tenant) as session, pytest.raises(RuleFileFaults) as refused:
        rule_files.load_text(session, tenant, "sua.toml", text, now=now)
    assert len(refused.value.faults) == 5
    assert str(refused.value).startswith("sua.toml is not loaded, it has 5 faults:\n- sua.toml, line ")


def test_a_file_that_is_not_utf_8_names_the_line(
    database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "tcvn.toml"
    path.write_bytes(b'kind = "plan"\ntitle = "K\xd5 ho\xb9ch"\n')
    with database.reading(tenant) as session, pytest.raises(RuleFileFaults, match=r"tcvn.toml, line 2: is not UTF-8"):
        rule_files.load(session, tenant, path, now=now)


def test_a_file_nested_too_deep_is_refused(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        [fault] = faults_of(session, tenant, "deep.toml", "a = " + "[" * 5000 + "]" * 5000, now)
    assert "nested too deep" in fault


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = " + "9" * 5000, "rong.toml: holds a number that is too long"),
        ("a" + ".a" * 20_000 + " = 1", "rong.toml, line 2: is nested too deep"),
        ("x = { " + '"a" . ' * 60 + "b = 1 }", "rong.toml, line 2: is nested too deep"),
        ('title = "a\\u0000b"', "rong.toml, line 2, /title: holds the character U+0000"),
        ('title = "a\\u202Eb"', "rong.toml, line 2, /title: holds the character U+202E"),
    ],
)
def test_what_no_rule_needs_is_refused(text: str, told: str, database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        found = faults_of(session, tenant, "rong.toml", f'kind = "plan"\n{text}\n', now)
    assert any(one.startswith(told) for one in found), found


def test_of_very_many_faults_the_first_are_told(database: Database, tenant: UUID, now: datetime) -> None:
    text = 'kind = "working-days"\n' + "".join(f"a{number} = 1\n" for number in range(20_000))
    with database.writing(tenant) as session:
        found = faults_of(session, tenant, "nhieu.toml", text, now)
    assert len(found) == rule_files.MOST + 1
    assert "faults; the first 100 are told" in found[-1]


def test_a_file_that_is_not_there_says_where_it_was_looked_for(
    database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    with database.reading(tenant) as session, pytest.raises(RuleFileFaults, match=f"no such file in {tmp_path}"):
        rule_files.load(session, tenant, tmp_path / "ke-hoach.toml", now=now)


def test_units_are_not_loaded_as_rules(database: Database, tenant: UUID, now: datetime) -> None:
    with database.reading(tenant) as session, pytest.raises(RuleFileFaults, match="holds units, not rules"):
        rule_files.load(session, tenant, FOLDER / "organizations.toml", now=now)


def test_a_refusal_can_be_handed_to_another_process(loaded: Database, tenant: UUID, now: datetime) -> None:
    with loaded.reading(tenant) as session, pytest.raises(RuleFileFaults) as refused:
        rule_files.load(session, tenant, BROKEN[0], now=now)
    assert str(pickle.loads(pickle.dumps(refused.value.faults))) == str(refused.value.faults)  # noqa: S301


# ---------------------------------------------------------------- loading once, and for good


def test_everything_shipped_loads_and_only_once(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        first = rule_files.load_all(session, tenant, now=now)
    with database.writing(tenant) as session:
        second = rule_files.load_all(session, tenant, now=now)
    assert len(first) == len(SHIPPED) - 1
    assert {one.kind for one in first} == set(KINDS)
    assert [one.is_new for one in first] == [True] * len(first)
    assert [one.is_new for one in second] == [False] * len(first)
    assert [one.id for one in second] == [one.id for one in first]


def test_a_loaded_file_is_never_edited(loaded: Database, tenant: UUID, now: datetime) -> None:
    text = (FOLDER / NATIONAL).read_text(encoding="utf-8")
    with loaded.reading(tenant) as session:
        (said,) = faults_of(session, tenant, NATIONAL, text + "\n# sửa\n", now)
    assert re.match(
        r"plan-1268-qd-ttg.toml, line \d+, /id: plan '1268-qd-ttg' is loaded already with another text", said
    )
    assert "give the changed rules a new id" in said


def test_the_text_is_kept_as_it_was(loaded: Database, tenant: UUID) -> None:
    with loaded.reading(tenant) as session:
        text = session.scalar(sa.select(RuleFile.text).where(RuleFile.identifier == "1268-qd-ttg"))
    assert text == (FOLDER / NATIONAL).read_text(encoding="utf-8")


def test_each_tenant_loads_for_itself(loaded: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    with loaded.reading(other_tenant) as session:
        assert stored(session, other_tenant) == []
    with loaded.writing(other_tenant) as session:
        assert all(one.is_new for one in rule_files.load_all(session, other_tenant, now=now))


def test_one_faulty_file_keeps_all_out(
    database: Database, tenant: UUID, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cong-dan-hoc-tap"
    folder.mkdir()
    for path in SHIPPED:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "plan-thieu.toml").write_text('kind = "plan"\n', encoding="utf-8")
    monkeypatch.setattr(rule_files, "PROGRAMMES", tmp_path)
    with database.writing(tenant) as session, pytest.raises(RuleFileFaults, match=r"plan-thieu.toml"):
        rule_files.load_all(session, tenant, now=now)
    with database.reading(tenant) as session:
        assert stored(session, tenant) == []


def test_a_programme_nobody_knows_is_named(database: Database, tenant: UUID, now: datetime) -> None:
    with database.reading(tenant) as session, pytest.raises(KeyError, match="there are cong-dan-hoc-tap"):
        rule_files.load_all(session, tenant, "gia-dinh-hoc-tap", now=now)


def test_loading_all_takes_two_commands_however_many_files(database: Database, tenant: UUID, now: datetime) -> None:
    commands: list[str] = []
    sa.event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *args: commands.append(args[2]) if "rule_file" in args[2] else None,
    )
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
    assert [command.split()[0] for command in commands] == ["SELECT", "INSERT"]


def test_warnings_come_with_the_plan_they_are_about_every_time(loaded: Database, tenant: UUID, now: datetime) -> None:
    with loaded.writing(tenant) as session:
        warned = {one.identifier: one.warnings for one in rule_files.load_all(session, tenant, now=now) if one.warnings}
    assert list(warned) == ["lai-chau-31-kh-ldld-2026"]
    assert "60 % for 2030 is below the 75 % of its parent plan 1268-qd-ttg" in warned["lai-chau-31-kh-ldld-2026"][0]


def test_rubrics_and_plans_may_name_topics_by_their_iris(loaded: Database, tenant: UUID, now: datetime) -> None:
    page = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    by_code = next(text for text in re.findall(r"```toml\n(.+?)```", page, re.DOTALL) if 'kind = "rubric"' in text)
    national = (FOLDER / NATIONAL).read_text(encoding="utf-8")
    iri = "https://profiles.example.org/cong-dan-hoc-tap/topic/"
    by_iri = by_code.replace('what = ["reading"]', f'what = ["{iri}reading"]').replace("thang-diem", "theo-iri")
    plan_by_iri = national.replace('"law-labour"', '"topic/law-labour"').replace('"1268-qd-ttg"', '"theo-iri-2"')
    assert by_iri != by_code
    assert plan_by_iri.count("topic/law-labour") == 1
    frame = tomllib.loads((FOLDER / "criteria-324-qd-khvn-2023-nguoi-lao-dong.toml").read_text(encoding="utf-8"))
    first, second = (criteria.build(frame, tomllib.loads(text)) for text in (by_code, by_iri))
    assert [one.components for one in first.indicators] == [one.components for one in second.indicators]
    targets = (plans.build(tomllib.loads(text), UUID(int=1)).targets for text in (national, plan_by_iri))
    assert next(targets) == next(targets)
    with loaded.writing(tenant) as session:
        for text in (by_iri, plan_by_iri):
            assert rule_files.load_text(session, tenant, "theo-iri.toml", text, now=now).is_new


# ---------------------------------------------------------------- the shipped files


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_is_named_by_its_kind_and_says_when_it_was_checked(path: Path) -> None:
    document = rule_files.read(path)
    assert document["programme"] == "cong-dan-hoc-tap"
    assert document["checked"].isoformat() >= "2026-11-20"
    begins = {"criteria-set": "criteria-"}.get(document["kind"], document["kind"])
    assert path.stem.startswith(begins)


def test_ids_of_shipped_files_are_never_the_same() -> None:
    ids = [rule_files.read(path)["id"] for path in SHIPPED]
    assert len(set(ids)) == len(ids)


def test_the_profile_stands_once() -> None:
    said = [path.name for path in SHIPPED if "profiles.example.org" in path.read_text(encoding="utf-8")]
    assert said == ["evidence-mapping-2026.toml"]


def test_the_examples_in_the_documentation_load(database: Database, tenant: UUID, now: datetime) -> None:
    page = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.+?)```", page, re.DOTALL)
    whole = [one for one in examples if one.startswith("kind = ")]
    [part] = [one for one in examples if one not in whole]
    assert len(whole) == 3 and part.startswith("[attestation]")
    # As the text beside it says: the shipped file with another id and a later day, and this.
    shipped = (FOLDER / "procedure-2026.toml").read_text(encoding="utf-8")
    later = shipped.replace('id = "procedure-2026"', 'id = "procedure-2027"').replace("2022-10-19", "2027-01-01")
    examples = [*whole, f"{later}\n{part}"]
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
        for example in examples:
            assert rule_files.load_text(session, tenant, "docs/rules.md", example, now=now).is_new


def test_every_shipped_file_is_described_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert [path.name for path in SHIPPED if f"`{path.name}`" not in page] == []


# ---------------------------------------------------------------- lines

TEXT = """kind = "plan"
[report]
to = "cd"
[[target]]
id = "G1"
values = [
    { year = 2025 },
]
[[target.reading]]
text = "a"
[[target]]
id = "G2"
[[target.reading]]
text = "b"
[[target.reading]]
text = "c"
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/kind", 1),
        ("/report", 2),
        ("/report/to", 3),
        ("/target/0", 4),
        ("/target/0/values/0/year", 6),
        ("/target/0/reading/0/text", 10),
        ("/target/1/id", 12),
        ("/target/1/reading/1/text", 16),
        ("/target/1/title", 11),
        ("/elsewhere", None),
        ("", None),
    ],
)
def test_a_field_is_found_by_its_line(pointer: str, line: int | None) -> None:
    assert line_of(TEXT, keys_of_pointer(pointer)) == line
