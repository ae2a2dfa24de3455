"""An archive of old Statements is whole, and whatever is changed of it is found."""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import runpy
import shutil
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
from certification.credentials import proofs
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


def test_places_that_a_repeat_used_up_are_no_fault(
    database: Database, identity: api.Identity, tenant: UUID, tmp_path: Path, now: datetime
) -> None:
    sent = [learning.statement("an") for _ in range(7)]
    for batch in (sent[:1], sent[:2], sent[:1] + sent[2:6], sent[5:]):
        learning.store(database, identity, *batch)
    archived = archive(database, tenant, tmp_path / "kho", now)
    document = json.loads((tmp_path / "kho" / "manifest.json").read_bytes())
    assert [(file["first"], file["last"], file["lines"]) for file in document["files"]] == [(1, 6, 4), (7, 10, 3)]
    assert (archived.statements, document["statements"], document["last"]["place"]) == (7, 7, 10)
    assert told(tmp_path / "kho", archived.key) == []
    assert verifying.changed_since(database, tenant, document) == []
    api.erase(database, tenant, learning.account("an"), secret=PEPPER, reason="đơn 3", now=now)
    again = archive(database, tenant, tmp_path / "kho mới", now)
    assert (again.statements, told(tmp_path / "kho mới", again.key)) == (7, []), "erasing leaves no place empty"


def test_a_store_that_begins_later_is_archived_from_there_on(
    stored: None, database: Database, tenant: UUID, tmp_path: Path, now: datetime
) -> None:
    with database.writing(tenant) as session:
        session.execute(sa.delete(Statement).where(Statement.tenant_id == tenant, Statement.seq == 1))
    archived = archive(database, tenant, tmp_path / "kho", now)
    assert (archived.statements, told(tmp_path / "kho", archived.key)) == (9, [])


@pytest.mark.parametrize("name", ["manifest", "a file", "a folder meanwhile"])
def test_what_is_not_written_whole_is_not_there_and_not_on_record(
    name: str,
    stored: None,
    database: Database,
    tenant: UUID,
    tmp_path: Path,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (home := tmp_path / "nhà").mkdir()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if name == "manifest":
        monkeypatch.setattr(making.api, "write_new", full)
    elif name == "a file":
        monkeypatch.setattr(making.gzip.GzipFile, "write", full)
    else:
        (home / "kho").symlink_to(home / "không có")
    with pytest.raises(OSError):
        archive(database, tenant, home / "kho", now)
    assert [path.name for path in home.iterdir()] == (["kho"] if name == "a folder meanwhile" else [])
    with database.reading(tenant) as session:
        assert [act.act for act in chain.listed(session, tenant, limit=5) if act.act == "statements.archive"] == []


SECOND = "statements-000002.jsonl.gz"


def of_second(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Changes the bytes of the second file."""

    def change_it(folder: Path) -> None:
        (folder / SECOND).write_bytes(change((folder / SECOND).read_bytes()))

    return change_it


def of_manifest(change: Callable[[dict[str, Any]], Any], key: SigningKey | None = None) -> Callable[[Path], None]:
    """Changes the manifest, and signs it again where there is a key."""

    def change_it(folder: Path) -> None:
        document = json.loads((folder / "manifest.json").read_bytes())
        change(document)
        if key is not None:
            del document["proof"]
            document = proofs.prove(document | {"key": key.public}, key, created=datetime.now(UTC), suite=proofs.PLAIN)
        (folder / "manifest.json").write_text(json.dumps(document), encoding="utf-8")

    return change_it


def in_place_of_second(make: Callable[[Path], Any]) -> Callable[[Path], None]:
    def change_it(folder: Path) -> None:
        (folder / SECOND).rename(folder.parent / "kept.gz")
        make(folder / SECOND)

    return change_it


CHANGED = [f"{SECOND}: was changed after it was signed"]
CHANGED_MANIFEST = ["manifest.json: The document was changed after it was signed."]
NO_FILE = [f"{SECOND}: cannot be read, or is no regular file"]
MORE = b"\x1f\x8b\x08\x10" + bytes(6) + b"kept out of sight\0\x03\0" + bytes(8)
"""A member of gzip that unfolds to nothing, with a comment."""

SPOILT: dict[str, tuple[Callable[[Path], Any], list[str] | str]] = {
    "a byte changed": (of_second(lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]), CHANGED),
    "a word of its head changed": (of_second(lambda data: data[:4] + b"abcd" + data[8:]), CHANGED),
    "packed otherwise": (of_second(lambda data: gzip.compress(gzip.decompress(data), 1)), "when it was signed"),
    "zeros after it": (of_second(lambda data: data + bytes(1000)), "when it was signed"),
    "a member after it": (of_second(lambda data: data + MORE), "when it was signed"),
    "cut off": (of_second(lambda data: data[:200]), "has 200 bytes, and had"),
    "a link": (in_place_of_second(lambda path: path.symlink_to(path.parent.parent / "kept.gz")), NO_FILE),
    "a pipe": (in_place_of_second(os.mkfifo), NO_FILE),
    "a folder": (in_place_of_second(Path.mkdir), NO_FILE),
    "gone": (lambda folder: (folder / SECOND).unlink(), [f"{SECOND}: is not there"]),
    "a file more": (
        lambda folder: (folder / "statements-000004.jsonl.gz").write_bytes(b""),
        ["statements-000004.jsonl.gz: is not named in the manifest"],
    ),
    "a file left out of the manifest": (of_manifest(lambda document: document["files"].pop(1)), CHANGED_MANIFEST),
    "fewer in the manifest": (of_manifest(lambda document: document.update(statements=9)), CHANGED_MANIFEST),
}

OTHER = SigningKey("did:web:x#1", b"x" * 32)
SIGNED_SO: dict[str, tuple[Callable[[dict[str, Any]], Any], list[str]]] = {
    "as it is": (lambda document: None, []),
    "a name twice": (
        lambda document: document["files"].append(document["files"][0]),
        ["manifest.json: names a file twice"],
    ),
    "a file left out": (
        lambda document: document["files"].pop(1),
        [
            f"{SECOND}: is not named in the manifest",
            "statements-000003.jsonl.gz: does not hold what the manifest says",
        ],
    ),
    "two changed over": (
        lambda document: document["files"].insert(0, document["files"].pop(1)),
        [
            f"{SECOND}: line 1: is not the Statement that the manifest names",
            "statements-000001.jsonl.gz: begins at place 1, and the one before ends at 8",
            "statements-000001.jsonl.gz: does not hold what the manifest says",
            "statements-000003.jsonl.gz: does not hold what the manifest says",
        ],
    ),
    "fewer": (
        lambda document: document.update(statements=9),
        ["manifest.json: its files hold 10 Statements up to place 10, and it says others"],
    ),
    "another last one": (
        lambda document: document["last"].update(id=document["first"]["id"]),
        ["statements-000003.jsonl.gz: line 2: is not the Statement that the manifest names"],
    ),
}


def test_whatever_is_changed_is_found(archived: Archived, tmp_path: Path) -> None:
    for name, (spoil, faults) in SPOILT.items():
        spoil(folder := copied(tmp_path, name))
        found = told(folder, archived.key)
        if isinstance(faults, str):
            assert len(found) == 1 and found[0].startswith(f"{SECOND}: ") and faults in found[0], name
        else:
            assert found == faults, name
    by_another = copied(tmp_path, "by another")
    of_manifest(lambda _: None, OTHER)(by_another)
    assert told(by_another, archived.key) == [f"manifest.json: is signed by another key: {OTHER.public}"]
    for unread in by_another.glob("*.gz"):
        unread.unlink()
    assert len(told(by_another, archived.key)) == 1, "nothing is read on"
    assert told(tmp_path / "kho", OTHER.public) == [f"manifest.json: is signed by another key: {archived.key}"]


def test_a_manifest_that_contradicts_its_files_is_no_proof_however_well_signed(
    archived: Archived, tmp_path: Path
) -> None:
    for name, (change, faults) in SIGNED_SO.items():
        of_manifest(change, OTHER)(folder := copied(tmp_path, name))
        assert told(folder, OTHER.public) == faults, name


def copied(home: Path, name: str) -> Path:
    (home / name).mkdir()
    return Path(shutil.copytree(home / "kho", home / name / "kho"))


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
    assert f"is signed by another key: {archived.key}" in verify("--key", OTHER.public).stderr
    for key in ("", "zzz", "z6Mk", f" {archived.key}"):
        assert (refused := verify("--key", key)).exit_code == 2 and "is no key" in refused.stderr, key


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
    (tmp_path / "trỏ").symlink_to(tmp_path / "không có")
    assert "is there already" in run("archive-statements", str(tmp_path / "trỏ"), "--before", "2020-01-01", *by).stderr
    assert "holds no archive" in run("verify-archive", str(tmp_path / "đã có")).stderr
    os.mkfifo(tmp_path / "đã có" / "manifest.json")
    assert "manifest.json is no regular file" in run("verify-archive", str(tmp_path / "đã có")).stderr
    (tmp_path / "đã có" / "manifest.json").unlink()
    (tmp_path / "đã có" / "manifest.json").write_text('{"type": "x"}', encoding="utf-8")
    assert "must be 'statement-archive/1'" in run("verify-archive", str(tmp_path / "đã có")).stderr
