"""`flask ops doctor`: what is wrong, in words, with what to do."""

from __future__ import annotations

import dataclasses
import json
import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import Flask

from certification.access import accounts, roles
from certification.access.permissions import Role
from certification.acts import chain
from certification.judgement import pulse
from certification.web.frame import languages
from certification.web.operators.health import of_database, of_machine, of_outside
from certification.web.operators.health.asked import GOOD, MIND, WRONG, this_installation
from lrs.api import Engine
from lrs.backup import noted
from lrs.backup.noted import Noted, Sized
from lrs.db import NOBODY, Database
from lrs.engine import Archiving, engine_of, filesystem_of, folders_of
from tests.scanner import scanner
from tests.test_docs import HERE, _heading_anchors
from wsgi import create_app


@pytest.fixture(autouse=True)
def nobody_is_asked_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(host: str, port: int, trusted: ssl.SSLContext) -> datetime:
        raise OSError("away")

    monkeypatch.setattr(of_outside, "_until", away)


@pytest.fixture
def ask(app: Flask) -> Callable[..., tuple[int, dict[str, dict[str, Any]]]]:
    """Runs it as a program does; the exit code, and every check by its id."""

    def asked(on: Flask = app) -> tuple[int, dict[str, dict[str, Any]]]:
        result = on.test_cli_runner().invoke(args=["ops", "doctor", "--json"])
        assert result.stdout.startswith("{"), result.output
        found = json.loads(result.stdout)["checks"]
        return result.exit_code, {one["check"]: one for one in found if one["tenant"] in (None, "default")}

    return asked


UNTIL = of_outside._until
Ask = Callable[..., tuple[int, dict[str, dict[str, Any]]]]


def test_a_well_kept_installation_ends_with_0_and_one_without_a_backup_with_1(
    app: Flask, ask: Ask, tmp_path: Path
) -> None:
    folder, data_dir = tmp_path / "cdht-1", app.extensions["settings"].data_dir
    status, checks = ask()
    assert status == 1
    assert (checks["backup"]["state"], checks["database"]["state"]) == ("wrong", "well")
    assert "flask ops backup" in checks["backup"]["do"]
    folder.mkdir()
    noted.keep(data_dir, folder, at=datetime.now(UTC), is_new=True)
    pulse.Pulse(data_dir)()
    status, checks = ask()
    wrong = {name for name, one in checks.items() if one["state"] == "wrong"}
    # The server of the tests gives up durability for speed, the tests' secret is short, and there are no rules.
    allowed = {"durability", "rules", "settings"}
    assert wrong <= allowed and (status == 1) == bool(wrong)


def test_every_check_that_is_not_well_names_what_to_do_and_a_heading_that_is_there() -> None:
    sources = (HERE / "certification/web/operators/health").glob("of_*.py")
    text = "\n".join(source.read_text() for source in sources)
    named = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|keys|upgrading|certificates)"', text))
    anchors = _heading_anchors(HERE / "docs/operate.md")
    ids = set(re.findall(r'Check\(\s*"([a-z-]+)"', text))
    assert named - ids - anchors - {"secret_key"} == set()


def test_the_doctor_leads_to_whatever_an_alert_leads_to() -> None:
    """But for what is seen in many requests alone, which only figures over time tell."""
    alerts = (HERE / "docs/operate/alerts.yml").read_text()
    text = "\n".join(path.read_text() for path in (HERE / "certification/web/operators/health").glob("*.py"))
    led = {heading for heading in re.findall(r"read: docs/operate\.md#([a-z-]+)", alerts) if f'"{heading}"' not in text}
    assert led == {"requests-fail", "answers-are-slow"}


def test_it_speaks_english_to_people_unless_asked_otherwise(app: Flask) -> None:
    run = app.test_cli_runner()
    english = run.invoke(args=["ops", "doctor", "--all"]).output
    assert "WRONG  Backup: No backup was taken" in english and re.search(r"^\d+ wrong, \d+ to look at", english, re.M)
    assert not re.search(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", english), english
    assert "Chưa thấy bản sao lưu nào" in run.invoke(args=["ops", "doctor", "--language", "vi"]).output


def test_a_database_that_does_not_answer_is_the_finding_and_no_traceback(app: Flask, ask: Ask) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    status, checks = ask(create_app(app.extensions["settings"], gone))
    assert status == 1
    assert checks["database"]["state"] == "wrong" and "127.0.0.1" in checks["database"]["words"]
    assert checks["disk"]["name"] == "Disk", "what needs no database is told all the same"


def test_tables_that_are_not_up_to_date_are_told_of(app: Flask, ask: Ask, database: Database) -> None:
    with database.writing(NOBODY) as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert ask()[1]["revision"]["state"] == "wrong"
    with database.writing(NOBODY) as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert "knows none after" in ask()[1]["revision"]["words"]


def test_secrets_that_others_read_a_disk_that_fills_up_and_an_unchecked_record_are_told_of(
    app: Flask, ask: Ask, database: Database, tenant: UUID
) -> None:
    data_dir: Path = app.extensions["settings"].data_dir
    (data_dir / "secret_key").write_text("x" * 64)
    (data_dir / "secret_key").chmod(0o644)
    present = datetime.now(UTC)
    sizes = (Sized(present - timedelta(days=3), 10**3), Sized(present, 10**6))
    kept = Noted("cdht-1", present, 10**6, present, "", sizes)
    noted.keep(data_dir, data_dir, at=present)  # the same file, written by the program
    import msgspec

    (data_dir / noted.FILE).write_bytes(msgspec.json.encode(kept))
    with database.writing(tenant) as session:
        chain.add(session, tenant, by="vh", act="title.decide", subject="dossier:1", now=present)
    checks = ask()[1]
    assert checks["secret-file"]["state"] == "wrong" and "chmod 600" in checks["secret-file"]["do"]
    assert "a day" in checks["growth"]["words"]
    assert checks["acts"]["state"] == "look"
    assert app.test_cli_runner().invoke(args=["certification", "verify-acts"]).exit_code == 0
    assert "act 1 of 1" in ask()[1]["acts"]["words"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_virus_scanner_that_does_not_answer_is_told_where_one_is_set(app: Flask, tmp_path: Path) -> None:
    def told(where: Path | None) -> list[tuple[str, str]]:
        settings = dataclasses.replace(app.extensions["settings"], scanner=where)
        with app.test_request_context(), languages.spoken("en"):
            asked = dataclasses.replace(this_installation(datetime.now(UTC)), settings=settings)
            return [(one.kind, one.words) for one in of_machine.scanner(asked)]

    assert told(None) == []
    assert told(tmp_path / "nobody") == [(WRONG, f"{tmp_path}/nobody does not answer: no file is taken.")]
    with scanner(tmp_path) as at:
        assert told(at) == [(GOOD, f"{at} answers.")]


def test_the_disk_of_a_cluster_is_looked_at_where_it_is_its_own(tmp_path: Path) -> None:
    cluster = tmp_path / "15" / "main"
    cluster.mkdir(parents=True)
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    assert folders_of(database, tmp_path) == [tmp_path, cluster]
    assert folders_of(database, tmp_path / "elsewhere") == []
    assert folders_of(Database(f"sqlite:///{cluster}/data.sqlite3")) == [cluster]


def test_the_engine_says_how_it_is_set(database: Database) -> None:
    engine = engine_of(database)
    assert abs(engine.clock - engine.asked) < timedelta(seconds=2)
    if database.is_sqlite:
        assert (engine.settings["journal_mode"], engine.settings["synchronous"]) == ("wal", "2")
        assert engine.filesystem and not engine.is_elsewhere
    else:
        assert engine.settings["fsync"] == "off" and int(engine.settings["max_connections"]) == 200
        assert engine.connections >= 1 and not engine.passes_wall and engine.archiving is None


def test_what_is_set_wrongly_is_named_by_its_setting(app: Flask, database: Database) -> None:
    present = datetime.now(UTC)
    settings = {
        "fsync": "off", "full_page_writes": "on", "synchronous_commit": "off", "data_checksums": "off",
        "autovacuum": "off", "max_connections": "100", "server_version_num": "140005",
    }  # fmt: skip
    broken = Engine(
        "postgresql", settings, present - timedelta(seconds=30), present, 99, 3600.0, 10, True,
        archiving=Archiving(None, present),
    )  # fmt: skip
    checks = (
        of_database.durability, of_database.version, of_database.wall, of_database.clock, of_database.connections,
        of_database.transactions, of_database.upkeep, of_database.archive,
    )  # fmt: skip
    with app.test_request_context(), languages.spoken("en"):
        asked = this_installation(present)
        found = {one.id: one for check in checks for one in check(asked, broken)}
    assert {name for name, one in found.items() if one.kind == WRONG} == {
        "durability", "version", "wall", "clock", "connections", "autovacuum", "archive",
    }  # fmt: skip
    assert "fsync = off, synchronous_commit = off" in found["durability"].words
    assert "30 seconds" in found["clock"].words and "60 minutes" in found["transactions"].words


@contextmanager
def served_with_certificate(days: int) -> Iterator[tuple[int, ssl.SSLContext]]:
    """The port of a server here whose own certificate holds for so many days, and a context that trusts it."""
    key, present = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(present - timedelta(days=100)).not_valid_after(present + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    )  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as both:
        both.write(made + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
        both.flush()
        offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        offered.load_cert_chain(both.name)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)

        def answer() -> None:
            with suppress(OSError):
                opened, _address = listening.accept()
                with opened, offered.wrap_socket(opened, server_side=True) as spoken:
                    spoken.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1], ssl.create_default_context(cadata=made)
        thread.join(30)


@pytest.mark.parametrize(
    ("days", "is_trusted", "kind"), [(90, True, GOOD), (10, True, MIND), (-1, True, WRONG), (90, False, WRONG)]
)
def test_a_certificate_of_https_that_ends_or_that_no_browser_takes_is_told_of(
    app: Flask, monkeypatch: pytest.MonkeyPatch, days: int, is_trusted: bool, kind: str
) -> None:
    monkeypatch.setattr(of_outside, "_until", UNTIL)
    with served_with_certificate(days) as (port, trusted):
        settings = dataclasses.replace(app.extensions["settings"], public_url=f"https://localhost:{port}")
        with app.test_request_context(), languages.spoken("en"):
            asked = dataclasses.replace(this_installation(datetime.now(UTC)), settings=settings)
            [found] = of_outside.certificate_of_https(asked, trusted if is_trusted else None)
    assert (found.kind, found.words.startswith(f"localhost:{port}")) == (kind, True), found
    if days < 0:
        assert "certificate has expired" in found.words


def test_one_administrator_alone_and_those_without_a_code_are_told_of(
    app: Flask, ask: Ask, database: Database, tenant: UUID
) -> None:
    present = datetime.now(UTC)
    assert ask()[1]["administrators"]["words"] == "Nobody does."
    with database.writing(tenant) as session:
        made: dict[str, Any] = {"by": "vh", "reason": "QĐ 1", "now": present}
        for name in ("an", "binh"):
            accounts.create(session, tenant, name=name, full_name=name.title(), **made)
            first = present.date() - timedelta(days=2)
            at = roles.at_terminal(tenant)
            roles.give(session, at, Role.OPERATOR, account=name, starts=first, reason="QĐ 1", now=present)
    checks = ask()[1]
    assert "administrators" not in checks and checks["administrators-codes"]["words"].endswith(": an, binh.")
    with database.writing(tenant) as session:
        accounts.deactivate(session, tenant, "binh", **made)
    assert ask()[1]["administrators"]["words"] == "One person alone administers: an."


def test_a_file_on_another_machine_is_known_by_its_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/vda / ext4 rw 0 0\nnas:/x /srv/du\\040lieu nfs4 rw 0 0\n")
    assert filesystem_of(Path("/srv/du lieu/cdht.sqlite3"), mounts) == "nfs4"
    assert filesystem_of(Path("/srv/cdht.sqlite3"), mounts) == "ext4"
    engine = Engine("sqlite", {}, datetime.now(UTC), datetime.now(UTC), filesystem="nfs4")
    assert engine.is_elsewhere
