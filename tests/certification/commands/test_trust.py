"""`trust`, `trusted`, `findings`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from certification.models import AuthorityTrust
from lrs import api
from lrs.credentials import credentials
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.commands.running import Run, count, succeeded, told_apart_from_the_database
from tests.certification.learning import PROFILE
from tests.conftest import PEPPER

DECIDED = ("--by", "Chị Hoa", "--reason", "biên bản số 3")


@pytest.fixture
def platform(database: Database, tenant: UUID, credential: Callable[..., str], now: datetime) -> api.Identity:
    """A platform whose key is called “test”."""
    authorization = credential(tenant)
    with database.reading(NOBODY) as session:
        return api.identify(session, authorization, pepper=PEPPER, now=now)


@pytest.fixture
def key(database: Database, tenant: UUID, platform: api.Identity) -> str:
    """Its key, as `flask lrs credential list` shows it."""
    with database.reading(NOBODY) as session:
        [one] = [one.key for one in credentials(session, tenant) if one.key in str(platform.authority)]
    return one


def levels(database: Database, tenant: UUID) -> set[tuple[str, int]]:
    return {(what, quality) for _, _, what, _, _, _, quality, _ in learning.facts(database, tenant)}


def test_a_key_is_trusted_for_a_topic_and_what_it_sent_before_is_read_anew(
    run: Run, ready: None, database: Database, tenant: UUID, platform: api.Identity, key: str
) -> None:
    learning.store(database, platform, learning.statement("a1"))
    succeeded(run("work", "--once"))
    assert levels(database, tenant) == {("law-labour", 2), ("learning", 2)}
    told = run("trust", key, "--at-most", "E1", "--topic", "law-labour", *DECIDED)
    assert succeeded(told) == f"{key}: E1 for law-labour.\n"
    assert told_apart_from_the_database(told) == []
    succeeded(run("work", "--once"))
    assert levels(database, tenant) == {("law-labour", 1), ("learning", 2)}
    succeeded(run("trust", key, "--at-most", "nothing", *DECIDED))
    succeeded(run("trust", key, "--at-most", "unlisted", "--topic", "law-labour", *DECIDED))
    succeeded(run("work", "--once"))
    assert levels(database, tenant) == set()


def test_every_decision_is_listed_with_who_when_and_why_and_what_holds_for_the_rest(
    run: Run, ready: None, key: str
) -> None:
    succeeded(run("trust", key, "--at-most", "E3", *DECIDED))
    succeeded(run("trust", "*", "--at-most", "E0", "--topic", "language", "--by", "Anh\x1b[31mNam", "--reason", "thử"))
    succeeded(run("trust", "https://lrs.khac.example.org|khac", "--at-most", "E1", *DECIDED))
    first, second, third, default = succeeded(run("trusted")).splitlines()
    assert first.startswith("1. ")
    assert first.endswith(" (test): E3 for everything; 2026-11-20, Chị Hoa: biên bản số 3")
    assert second.startswith("2. whoever is not listed: E0 for language; 2026-11-20, Anh")
    assert "\x1b" not in second
    assert (
        third == "3. account https://lrs.khac.example.org|khac: E1 for everything; 2026-11-20, Chị Hoa: biên bản số 3"
    )
    pasted = third.removeprefix("3. ").partition(": E1")[0]
    succeeded(run("trust", pasted, "--at-most", "unlisted", *DECIDED))
    assert default.startswith("By default (")
    assert default.endswith("whoever is not listed: E3; may claim E2 for itself.")
    assert not any(line[0].isdigit() for line in succeeded(run("trusted", "--tenant", "other")).splitlines())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("no-such-key", "--at-most", "E1"), "`flask lrs credential list` shows the keys there are"),
        (("*", "--at-most", "E1", "--topic", "law-labor"), "did you mean 'law-labour'?"),
        (("not an IFI|", "--at-most", "E1"), "not an IFI|"),
    ],
)
def test_who_or_what_is_not_known_is_refused_with_what_was_meant_and_nothing_is_decided(
    run: Run, ready: None, database: Database, tenant: UUID, words: tuple[str, ...], told: str
) -> None:
    before = count(database, AuthorityTrust, tenant)
    result = run("trust", *words, *DECIDED)
    assert result.exit_code == 1
    assert told in result.stderr
    assert count(database, AuthorityTrust, tenant) == before


def test_a_key_of_another_tenant_is_not_known(
    run: Run, ready: None, database: Database, other_tenant: UUID, key: str
) -> None:
    result = run("trust", key, "--at-most", "E3", "--tenant", "other", *DECIDED)
    assert result.exit_code == 1
    assert "no credential of this tenant" in result.stderr
    assert count(database, AuthorityTrust, other_tenant) == 0


def test_who_decides_and_why_have_to_be_said(run: Run, ready: None) -> None:
    assert run("trust", "*", "--at-most", "E1", "--by", "Chị Hoa").exit_code == 2
    assert run("trust", "*", "--at-most", "E9", *DECIDED).exit_code == 2


def test_findings_are_counted_by_platform_and_listed_in_words(
    run: Run, ready: None, database: Database, platform: api.Identity
) -> None:
    claiming = learning.statement("a1")
    claiming["context"]["extensions"] = {f"{PROFILE}/extension/evidence-level": 3}
    late = [learning.statement("a1", timestamp=f"2026-01-0{day}T03:00:00Z") for day in (1, 2)]
    learning.store(database, platform, claiming, *late)
    assert succeeded(run("findings")) == ""
    succeeded(run("work", "--once"))
    counted = succeeded(run("findings")).splitlines()
    assert {line.rpartition(" (such as ")[0] for line in counted} == {"test: claims-too-much 1", "test: late 3"}
    only = succeeded(run("findings", "--code", "claims-too-much", "--list", "10")).splitlines()
    assert only == [
        f"test: claims-too-much 1 (such as {claiming['id']})",
        f"{claiming['id']}: Tự nêu mức E3, nhưng chỉ được tính mức E2.",
    ]
    assert len(succeeded(run("findings", "--code", "late", "--list", "2")).splitlines()) == 1 + 2
    assert succeeded(run("findings", "--tenant", "other")) == ""


def test_one_certificate_for_several_workers_is_named(
    run: Run, ready: None, database: Database, platform: api.Identity
) -> None:
    succeeded(run("link-actor", "https://hoc.example.org|a2", "A2", "--by", "Chị Hoa", "--because", "danh sách"))
    number = {f"{PROFILE}/extension/certificate-number": "CN-2026/015"}
    sent = [learning.statement(name, result={"extensions": number}) for name in ("a1", "a2")]
    for one in sent:
        one["context"]["extensions"] = number
    learning.store(database, platform, *sent)
    succeeded(run("work", "--once"))
    told = [line for line in succeeded(run("findings")).splitlines() if line.startswith("One certificate")]
    assert [set(line.rpartition(": Statements ")[2].split(", ")) for line in told] == [{one["id"] for one in sent}]
    assert told[0].startswith("One certificate for 2 workers")
