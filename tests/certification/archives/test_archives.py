"""An archive of old Statements is whole, and whatever is changed of it is found."""

from __future__ import annotations

import gzip
import json
import re
import runpy
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.acts import chain
from certification.archives import making, verifying
from certification.archives.making import Archived, NotArchivable
from certification.certificates.keys import Issuer
from certification.credentials.proofs import SigningKey
from lrs import api
from lrs.db import Database
from lrs.models import Statement
from tests.certification import learning
from tests.conftest import PEPPER

ROOT = Path(__file__).parents[3]
LATER = date(2100, 1, 1)


@pytest.fixture(autouse=True)
def _few_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "IN_A_FILE", 4)


@pytest.fixture
def stored(database: Database, identity: api.Identity) -> None:
    """Ten Statements, of three people."""
    learning.store(
        database, identity, *[learning.statement(name) for name in ("an", "bình", "chi") * 3], learning.statement("an")
    )


@pytest.fixture
def archived(stored: None, database: Database, tenant: UUID, tmp_path: Path, now: datetime) -> Archived:
    return archive(database, tenant, tmp_path / "kho", now)


def archive(database: Database, tenant: UUID, folder: Path, now: datetime, before: date = LATER) -> Archived:
    issuer = Issuer.of("https://cdht.example.vn", tenant)
    return making.archive(database, tenant, folder, before=before, issuer=issuer, secret=PEPPER, by="Hoa", now=now)


def told(folder: Path, key: str) -> list[str]:
    return [f"{one.place}: {one.message}" for one in verifying.faults(folder, lambda _: key)[1]]


def test_all_statements_are_there_as_the_store_has_them_and_it_is_on_record(
    archived: Archived, database: Database, tenant: UUID, tmp_path: Path
) -> None:
    folder = tmp_path / "kho"
    assert (archived.statements, archived.files) == (10, 3)
    assert told(folder, archived.key) == []
    texts = [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.gz"))]
    lines = [json.loads(line) for text in texts for line in text.splitlines()]
    assert [line["place"] for line in lines] == [*range(1, 11)]
    with database.reading(tenant) as session:
        exact = session.scalars(sa.select(Statement.exact).where(Statement.tenant_id == tenant).order_by(Statement.seq))
        assert [line["statement"] for line in lines] == [json.loads(text) for text in exact]
        act = chain.listed(session, tenant, limit=1)[0]
    assert (act.by, act.act, act.subject) == ("Hoa", "statements.archive", "archive:2100-01-01")
    assert act.detail is not None
    assert (act.detail["statements"], act.detail["digest"]) == (10, archived.digest)
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}


def test_the_digests_can_be_worked_out_as_the_documentation_says(
    archived: Archived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    documented = (ROOT / "docs/operate.md").read_text(encoding="utf-8").partition("## Archives of old Statements")[2]
    (tmp_path / "by_hand.py").write_text(re.search(r"```python\n(.*?)```", documented, re.DOTALL)[1], encoding="utf-8")  # type: ignore[index]
    monkeypatch.chdir(tmp_path / "kho")
    runpy.run_path(str(tmp_path / "by_hand.py"))
    assert capsys.readouterr().out == f"10 {archived.digest}\n"


def test_only_what_was_stored_before_the_day_is_there(
    stored: None, database: Database, tenant: UUID, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(NotArchivable, match="Nothing was stored before 2020-01-01"):
        archive(database, tenant, tmp_path / "kho", now, date(2020, 1, 1))
    with database.writing(tenant) as session:
        later = int(datetime(2099, 12, 31, 17, tzinfo=UTC).timestamp() * 1_000_000)  # midnight in Vietnam
        session.execute(
            sa.update(Statement).where(Statement.tenant_id == tenant, Statement.seq > 7).values(stored=later)
        )
    assert archive(database, tenant, tmp_path / "kho", now).statements == 7


def test_a_store_with_a_gap_in_its_order_is_not_archived(
    stored: None, database: Database, tenant: UUID, tmp_path: Path, now: datetime
) -> None:
    with database.writing(tenant) as session:
        session.execute(sa.delete(Statement).where(Statement.tenant_id == tenant, Statement.seq == 6))
    (home := tmp_path / "nhà").mkdir()
    with pytest.raises(NotArchivable, match="place 6 of the order is not there"):
        archive(database, tenant, home / "kho", now)
    assert list(home.iterdir()) == []


def rewritten(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """Changes the lines of the second file."""

    def change_it(folder: Path) -> None:
        path = folder / "statements-000002.jsonl.gz"
        path.write_bytes(gzip.compress(b"".join(change(gzip.decompress(path.read_bytes()).splitlines(keepends=True)))))

    return change_it


def of_manifest(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def change_it(folder: Path) -> None:
        document = json.loads((folder / "manifest.json").read_bytes())
        change(document)
        (folder / "manifest.json").write_text(json.dumps(document), encoding="utf-8")

    return change_it


SECOND = "statements-000002.jsonl.gz"
CHANGED_MANIFEST = "manifest.json: The document was changed after it was signed."
SPOILT: dict[str, tuple[Callable[[Path], Any], list[str]]] = {
    "a word changed": (
        rewritten(lambda lines: [line.replace(b"completed", b"attempted") for line in lines]),
        [f"{SECOND}: does not hold what the manifest says: lines were changed, added or left out"],
    ),
    "two lines changed over": (
        rewritten(lambda lines: [lines[1], lines[0], *lines[2:]]),
        [f"{SECOND}: line 1: has place 6, and 5 comes next"],
    ),
    "a line left out": (
        rewritten(lambda lines: lines[:2] + lines[3:]),
        [f"{SECOND}: line 3: has place 8, and 7 comes next"],
    ),
    "the last line left out": (
        rewritten(lambda lines: lines[:-1]),
        [f"{SECOND}: does not hold what the manifest says: lines were changed, added or left out"],
    ),
    "no JSON": (rewritten(lambda lines: [b"x\n", *lines[1:]]), [f"{SECOND}: line 1: is no line of an archive"]),
    "a file cut off": (
        lambda folder: (folder / SECOND).write_bytes((folder / SECOND).read_bytes()[:200]),
        [f"{SECOND}: cannot be read after line 0: it broke off or was changed"],
    ),
    "a file gone": (lambda folder: (folder / SECOND).unlink(), [f"{SECOND}: is not there"]),
    "a file more": (
        lambda folder: (folder / "statements-000004.jsonl.gz").write_bytes(b""),
        ["statements-000004.jsonl.gz: is not named in the manifest"],
    ),
    "a file left out of the manifest": (
        of_manifest(lambda document: document["files"].pop(1)),
        [
            CHANGED_MANIFEST,
            f"{SECOND}: is not named in the manifest",
            "statements-000003.jsonl.gz: begins at place 9, and 5 comes next",
            "statements-000003.jsonl.gz: does not hold what the manifest says: lines were changed, added or left out",
        ],
    ),
    "fewer in the manifest": (
        of_manifest(lambda document: document.update(statements=9)),
        [CHANGED_MANIFEST, "manifest.json: its files end at place 10, and it speaks of others"],
    ),
    "another last one": (
        of_manifest(lambda document: document["last"].update(id=document["first"]["id"])),
        [CHANGED_MANIFEST, "statements-000003.jsonl.gz: line 2: is not the Statement that the manifest names"],
    ),
}


def test_whatever_is_changed_is_found(archived: Archived, tmp_path: Path, database: Database) -> None:
    kept = {path.name: path.read_bytes() for path in (tmp_path / "kho").iterdir()}
    for name, (spoil, faults) in SPOILT.items():
        (folder := tmp_path / name).mkdir()
        for file, content in kept.items():
            (folder / file).write_bytes(content)
        spoil(folder)
        assert told(folder, archived.key) == faults, name
    other = SigningKey("x", b"x" * 32).public
    assert told(tmp_path / "kho", other) == [CHANGED_MANIFEST]


def test_the_files_with_somebody_who_was_erased_since_are_named(
    archived: Archived, app: Flask, database: Database, tenant: UUID, tmp_path: Path, now: datetime
) -> None:
    def verify(*options: str) -> Any:
        return app.test_cli_runner().invoke(args=["certification", "verify-archive", str(tmp_path / "kho"), *options])

    assert "The store has the same." in verify("--compare").stdout
    api.erase(database, tenant, learning.account("chi"), secret=PEPPER, reason="đơn 3", now=now)
    found = verify("--compare")
    assert found.exit_code == 1
    assert found.stderr.splitlines() == [
        f"statements-00000{number}.jsonl.gz: the store has it otherwise by now" for number in (1, 2, 3)
    ]
    assert "Whole: 10 Statements, stored before 2100-01-01." in found.stdout
    assert verify("--key", archived.key).exit_code == 0, "by the public key alone"
    assert verify("--key", SigningKey("x", b"x" * 32).public).exit_code == 1


def test_the_commands_say_what_they_cannot_do(app: Flask, stored: None, tmp_path: Path) -> None:
    def run(*arguments: str) -> Any:
        return app.test_cli_runner().invoke(args=["certification", *arguments])

    by = ("--by", "Hoa")
    done = run("archive-statements", str(tmp_path / "kho"), "--before", "2020-01-01", *by)
    assert "Nothing was stored before 2020-01-01." in done.stderr
    assert "is still to come" in run("archive-statements", str(tmp_path / "kho"), "--before", "2100-01-01", *by).stderr
    (tmp_path / "đã có").mkdir()
    assert (
        "is there already" in run("archive-statements", str(tmp_path / "đã có"), "--before", "2020-01-01", *by).stderr
    )
    assert "holds no archive" in run("verify-archive", str(tmp_path / "đã có")).stderr
    (tmp_path / "đã có" / "manifest.json").write_text('{"type": "x"}', encoding="utf-8")
    assert "must be 'statement-archive/1'" in run("verify-archive", str(tmp_path / "đã có")).stderr
