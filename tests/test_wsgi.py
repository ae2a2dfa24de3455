"""The program as it is really served: a process, a port, signals."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from flask import Flask
from flask.testing import FlaskClient

import migrations
import wsgi
from certification.access.permissions import Role
from certification.access.sessions import Idle
from lrs.db import NOBODY, Database
from tests.lrs.statements.builders import statement
from wsgi import BLOCKING_THREADS, JudgingProcess, bring_up_to_date, create_app, is_news, judge, read_settings

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@contextmanager
def served(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`make run`'s process, once it is ready; killed at the end if it is still there."""
    process = subprocess.Popen(
        [sys.executable, "wsgi.py"], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                if get(f"http://127.0.0.1:{environment['PORT']}/readyz")[0] == 200:
                    break
            except OSError:
                pass
            assert process.poll() is None, process.communicate(timeout=30)[0]
            assert time.monotonic() < deadline, "not ready in time"
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)  # ends only when the web and judging processes have ended too


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation: an empty data folder, and PostgreSQL where that is the database."""
    chosen = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DATABASE_URL")}
    chosen |= {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port()), "WORKERS": "2"}
    if database_url.startswith("postgresql"):
        chosen["DATABASE_URL"] = database_url.replace("+psycopg", "")
    return chosen


def flask(environment: dict[str, str], *words: str) -> str:
    run = [sys.executable, "-m", "flask", *words]
    return subprocess.run(
        run, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=120
    ).stdout


def test_of_what_the_server_warns_only_the_settled_is_left_out() -> None:
    def warning(text: str) -> logging.LogRecord:
        return logging.LogRecord("_granian", logging.WARNING, "", 0, text, (), None)

    assert not is_news(warning(f"Configuration allows spawning up to {BLOCKING_THREADS} Python threads, which seems"))
    assert is_news(warning("Configured number of workers appears to be higher than the amount of CPU cores available."))
    assert is_news(warning("Killing worker-1 after it refused to gracefully stop"))


def test_the_judging_is_started_again_though_a_web_process_is_forked_at_that_moment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever pipe starting it makes, a process forked just then holds on to it for as long as it lives."""
    make_pipe, forked = os.pipe, []

    def pipe_and_fork() -> tuple[int, int]:
        ends = make_pipe()
        forked.append(os.fork())
        if not forked[-1]:
            signal.pause()
        return ends

    monkeypatch.setattr(os, "pipe", pipe_and_fork)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    began = tmp_path / "began"
    command = [sys.executable, "-c", f"open({str(began)!r}, 'a').write('x')"]
    judging = JudgingProcess(read_settings(), command)
    judging.start()
    try:
        deadline = time.monotonic() + 60
        while not began.exists() or len(began.read_text()) < 2:
            assert time.monotonic() < deadline, "nobody starts it again"
            time.sleep(0.01)
    finally:
        for one in forked:
            os.kill(one, signal.SIGKILL)
            os.waitpid(one, 0)
        judging.stop()


def test_judging_that_cannot_begin_says_why_once_and_is_tried_later_and_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ends: list[str | int] = [*["tables at 9999"] * 7, "no database", "no database", 0]
    paused: list[float] = []

    def begin() -> None:
        sys.exit(ends.pop(0))

    monkeypatch.setattr(wsgi, "end_with_parent", lambda: None)
    monkeypatch.setattr(time, "sleep", paused.append)
    with pytest.raises(SystemExit) as ended:
        judge(os.getppid(), begin)
    assert ended.value.code == 0
    assert paused == [2, 4, 8, 16, 32, 60, 60, 2, 4]
    assert [line.partition(": ")[2] for line in caplog.messages] == ["tables at 9999", "no database"]
    judge(server=0, begin=begin)  # whoever started it is gone: nothing is begun


@pytest.mark.slow
def test_a_platform_posts_to_the_served_program_and_it_stops_cleanly(environment: dict[str, str]) -> None:
    made = json.loads(flask(environment, "lrs", "credential", "create", "--name", "LMS").splitlines()[-1])
    assert set(made) == {"key", "secret"}
    pair = base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "X-Experience-API-Version": "1.0.3"}
    root = f"http://127.0.0.1:{environment['PORT']}"
    with served(environment) as process:
        assert get(f"{root}/healthz") == (200, "ok\n")
        body = json.dumps([statement(id=str(uuid4())) for _ in range(5)]).encode()
        request = urllib.request.Request(  # noqa: S310 — our own server
            f"{root}/xapi/statements", body, {**headers, "Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            posted = json.loads(answer.read())
        status, text = get(f"{root}/xapi/statements?ascending=true", **headers)
        assert (status, [one["id"] for one in json.loads(text)["statements"]]) == (200, posted)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=40)
        assert process.returncode == 0, output
        assert "Traceback" not in output
        assert "Python threads" not in output, "what puzzles a newcomer and asks for nothing"
    assert "  used 2" in flask(environment, "lrs", "credential", "list")
    with served(environment):
        status, text = get(f"{root}/xapi/statements?ascending=true", **headers)
        assert [one["id"] for one in json.loads(text)["statements"]] == posted


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_web_process_that_is_told_to_end_while_it_starts_ends_at_once(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "wsgi.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any("Spawning worker" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        assert "refused" not in process.communicate(timeout=60)[0]
    assert process.returncode == 0


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    first = read_settings()
    assert len(first.secret_key) >= 32
    assert first.database_url == f"sqlite:///{tmp_path}/new/cdht.sqlite3"
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert read_settings().secret_key == first.secret_key
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    assert read_settings().secret_key == b"from the environment"


def test_settings_of_the_endpoint_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name in ("ATTACHMENT_MAX_BYTES", "CORS_ORIGINS", "XAPI_VERSION_NAMED_BY_DEFAULT"):
        monkeypatch.delenv(name, raising=False)
    settings = read_settings()
    assert settings.attachment_max_bytes == 32 * 1024 * 1024
    assert (settings.cors_origins, settings.xapi_version_named_by_default) == ((), "2.0.0")
    monkeypatch.setenv("ATTACHMENT_MAX_BYTES", "1000")
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example.org, https://b.example.org:8443/,")
    monkeypatch.setenv("XAPI_VERSION_NAMED_BY_DEFAULT", "1.0.3")
    settings = read_settings()
    assert settings.attachment_max_bytes == 1000
    assert settings.cors_origins == ("https://a.example.org", "https://b.example.org:8443")
    assert settings.xapi_version_named_by_default == "1.0.3"


def test_secrets_come_from_files_that_systemd_opened_for_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECRET_KEY", "SMTP_URL", "METRICS_TOKEN"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
        (tmp_path / name).write_text(
            f"smtp://a:{name}-of-a-file@mail.example\n" if name == "SMTP_URL" else f"{name}-of-a-file\n"
        )
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("METRICS_TOKEN", "of-the-environment")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = read_settings()
    assert (settings.secret_key, settings.metrics_token) == (b"SECRET_KEY-of-a-file", "of-the-environment")
    assert "SMTP_URL-of-a-file" in settings.smtp_url
    assert not (tmp_path / "data" / "secret_key").exists()


def test_a_file_of_breached_passwords_and_every_role_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breached.txt").write_text(f"{'0' * 40}:3\n")
    for name, value in (("DATA_DIR", ""), ("BREACHED_PASSWORDS", "breached.txt")):
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setenv("REQUIRE_SECOND_FACTOR", "all")
    settings = read_settings()
    assert settings.breached_passwords == tmp_path / "breached.txt"
    assert settings.require_second_factor == frozenset(Role)


UNUSABLE = {
    "SECRET_KEY": {" ": "openssl rand -hex 32", "a\x07b": "openssl rand -hex 32"},
    "DATABASE_URL": {
        "mysql://nobody@nowhere/none": "Must begin with postgresql:// or sqlite:///",
        "postgresql:": "Must begin with",
        "cdht.sqlite3": "Must begin with",
        "postgresql://somebody@host:port/name": "%40 for an @",
        "sqlite:///": "Names no file",
        "postgresql:///cdht?hots=/run/postgresql": '"hots"',
    },
    "MIGRATION_DATABASE_URL": {"mysql://x/y": "Must begin with", "sqlite:////x.db": "knows no roles"},
    "PORT": {
        "abc": "from 1 to 65535", "0": "from 1 to 65535", "65536": "from 1 to 65535", "+7": "from 1", "8_0": "from 1",
        "\uff18\uff10": "from 1",
    },
    "HOST": {"http://0.0.0.0": "127.0.0.1", "0.0.0.0:8000": "127.0.0.1", "a b": "127.0.0.1", "1.2.3": "127.0.0.1"},
    "WORKERS": {"-1": "from 0 to 64", "65": "from 0 to 64", "two": "from 0 to 64"},
    "ATTACHMENTS_URL": {
        "s3.example/cdht": "https://", "http://s3.example/cdht": "https://", "https://s3.example": "https://HOST/BUCKET",
        "https://s3.example/cdht": "OUTGOING_HOSTS",
    },
    "ATTACHMENTS_KEY": {"a b": "copy it again", "a\x07": "copy it again"},
    "ATTACHMENTS_SECRET": {"bí": "copy it again"},
    "ATTACHMENTS_REGION": {"a b": "Not a region"},
    "ATTACHMENT_MAX_BYTES": {"0": "1 or more", "32MiB": "1 or more"},
    "CORS_ORIGINS": {
        "learn.example.org": "'learn.example.org'",
        "https://a.example, b": "'b'",
        "https://a.example/path": "no path",
        "https://a.example:x": "no web site",
        "https://a.example https://b.example": "parted by commas",
    },
    "XAPI_VERSION_NAMED_BY_DEFAULT": {"0.95": "2.0.0"},
    "PUBLIC_URL": {
        "http://hoctap.example.org": "https://", "hoctap.example.org": "https://", "https://[::1": "https://",
        "https://hoctap.example.org:x": "https://", "https://hoctap.example.org/?a": "https://",
    },
    "REQUESTS_AT_ONCE": {"9": "from 0 to 8", "all": "from 0 to 8", " ": "from 0 to 8", "1e0": "from 0 to 8"},
    "KEY_REQUESTS_A_MINUTE": {"-1": "from 0 to 1000000", "99999999999999999999": "from 0 to 1000000"},
    "TENANT_REQUESTS_A_MINUTE": {"many": "from 0 to 1000000"},
    "LOOK_UPS_A_MINUTE": {"-1": "from 0 to 1000000", "many": "from 0 to 1000000"},
    "SMTP_URL": {"mail.example.org": "smtp://USER", "smtp://a:b@c:99999": "smtp://USER", "smtp://[": "smtp://USER"},
    "MAIL_FROM": {"cong-doan": "Not a mail address", "a b@c.example": "Not a mail address"},
    "SMS_URL": {"http://sms.example": "https://", "https://[": "gateway", "sms.example": "https://"},
    "SMS_HEADER": {"Bearer x": "Authorization: Bearer"},
    "SMS_BODY": {
        "to={to}": "{text}", "text={text}": "{to}", '{"to": {to}, "text": "{text}"}': "character 8", "x": "{to}",
    },
    "OUTGOING_HOSTS": {
        "https://lrs.example.vn": "write lrs.example.vn", "a.example b.example": "parted by commas",
        "a.example,/": "write lrs.example.vn",
    },
    "METRICS_TOKEN": {"short": "16 characters"},
    "METRICS_LOCAL": {"perhaps": "true or false"},
    "LOG_FORMAT": {"xml": "plain or json"},
    "LOG_REQUESTS": {"2": "true or false"},
    "SESSION_IDLE_MINUTES": {"0": "write a whole number from", "long": "write a whole number from"},
    "SESSION_IDLE_MINUTES_OTHERS": {"100000": "write a whole number from"},
    "CLAMD_SOCKET": {"clamd.ctl": "by its whole path", "/etc/passwd": "is no socket"},
    "BREACHED_PASSWORDS": {"/nowhere": "cannot be read", str(ROOT / "README.md"): "ordered by hash"},
    "REQUIRE_SECOND_FACTOR": {"boss": "or none", "operator, boss": "of auditor,", " ": "or none"},
    "SLOW_QUERY_MS": {"-1": "0 or more", "fast": "0 or more"},
    "KEY_CHANGE_BY_TWO": {"some": "true or false"},
    "ENTERPRISES_TELL_UNION_ROLES": {"some": "true or false"},
}  # fmt: skip
"""Values that cannot be meant, by setting, each with what its sentence says."""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[str]]:
    """What the program says to these settings when it ends instead of starting; nothing else is set."""

    def lines(**settings: str) -> list[str]:
        for name in set(os.environ) & {*UNUSABLE}:
            monkeypatch.delenv(name)
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        with monkeypatch.context() as only:
            for name, value in settings.items():
                only.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                read_settings()
        assert isinstance(ended.value.code, str), "told on standard error, with exit code 1"
        return ended.value.code.splitlines()

    return lines


def test_every_setting_that_cannot_be_used_has_one_sentence_that_names_it_and_says_what_to_do(
    told: Callable[..., list[str]],
) -> None:
    any_text_will_do = {"DATA_DIR"}
    assert set(re.findall(r"env\.\w+\(\"([A-Z_]+)\"", (ROOT / "wsgi.py").read_text())) - any_text_will_do == set(
        UNUSABLE
    )
    for name, values in UNUSABLE.items():
        for value, said in values.items():
            [line] = told(**{name: value})
            assert line.startswith(f"{name}: ") and said in line, f"{name}={value}: {line}"


def test_a_setting_that_is_empty_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "REQUESTS_AT_ONCE", "SLOW_QUERY_MS", "METRICS_LOCAL", "SESSION_IDLE_MINUTES", "SMTP_URL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    settings = read_settings()
    assert (settings.port, settings.requests_at_once, settings.slow_query_ms) == (8000, 0, 1000)
    assert (settings.metrics_local, settings.idle.wide) == (False, Idle().wide)


def test_names_that_are_nearly_those_of_settings_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[..., list[str]]
) -> None:
    meant = {
        "DATABSE_URL": "DATABASE_URL", "database_url": "DATABASE_URL", "PUBLICURL": "PUBLIC_URL",
        "MAIL_FORM": "MAIL_FROM",
        "REQUEST_AT_ONCE": "REQUESTS_AT_ONCE", "SECRETKEY": "SECRET_KEY", "PORTS": "",
    }  # fmt: skip
    for name in (*meant, "HOSTNAME", "LOGNAME", "HTTPS_PROXY", "CREDENTIALS_DIRECTORY", "XDG_DATA_DIRS", "POST"):
        monkeypatch.setenv(name, "x" if name != "CREDENTIALS_DIRECTORY" else str(tmp_path))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    found = dict(re.findall(r"^(\w+) is no setting .* if (\w+) is meant", "\n".join(read_settings().misspelt), re.M))
    assert found == {name: setting for name, setting in meant.items() if setting}
    assert any(line.startswith("DATABSE_URL is no setting") for line in told(PORT="x"))


def test_settings_that_cannot_be_used_are_all_told_at_once(told: Callable[..., list[str]], tmp_path: Path) -> None:
    wrong = {name: next(iter(values)) for name, values in UNUSABLE.items() if name != "SECRET_KEY"}
    file = tmp_path / "file"
    file.touch()
    said = told(**wrong, DATA_DIR=str(file))
    assert sorted(line.split(":")[0] for line in said) == sorted((*wrong, "DATA_DIR"))
    assert any(line.startswith(f"DATA_DIR: {file} cannot be used: File exists. Name a folder") for line in said)


def test_what_is_missing_beside_a_setting_or_in_a_file_is_named(told: Callable[..., list[str]], tmp_path: Path) -> None:
    [line] = told(ATTACHMENTS_URL="https://s3.example/cdht", OUTGOING_HOSTS="s3.example", ATTACHMENTS_KEY="k")
    assert line.startswith("ATTACHMENTS_KEY: ATTACHMENTS_URL is set")
    [line] = told(SMS_URL="https://sms.example")
    assert line.startswith("SMS_BODY: SMS_URL is set and this is not")
    (tmp_path / "secret_key").write_text("\n")
    [line] = told(PORT="8000")
    assert line.startswith(f"SECRET_KEY: {tmp_path}/secret_key is empty; put the one back")


def test_ready_means_migrated_and_healthy_means_alive(app: Flask, database: Database, client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200
    with database.writing(NOBODY) as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_an_address_with_too_many_slashes_leads_on_within_the_site_whatever_host_was_named(client: FlaskClient) -> None:
    answer = client.get("/xapi//about", headers={"Host": "elsewhere.example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "/xapi/about")


def test_the_program_starts_without_its_database_and_says_it_is_not_ready(app: Flask) -> None:
    gone = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing?connect_timeout=2")
    client = create_app(app.extensions["settings"], gone).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    answer = client.get(
        "/xapi/statements", headers={"X-Experience-API-Version": "1.0.3", "Authorization": "Basic eDp5"}
    )
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


def test_a_command_brings_the_database_up_to_date_first(app: Flask, database: Database) -> None:
    command.downgrade(migrations.config_for(database), "base")
    result = app.test_cli_runner().invoke(
        args=["lrs", "credential", "create", "--name", "x", "--scope", "statements/write"]
    )
    assert result.exit_code == 0, result.output
    assert migrations.is_current(database)


def test_a_database_that_does_not_answer_or_is_of_a_newer_program_ends_the_start_in_words(database: Database) -> None:
    gone = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing?connect_timeout=2")
    with pytest.raises(SystemExit, match=r"cannot be used: .*whether DATABASE_URL is right"):
        bring_up_to_date(gone)
    with database.writing(NOBODY) as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SystemExit, match=r"of a newer program \(tables at 9999\): install that one"):
        bring_up_to_date(database)


def test_a_busy_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        environment = {**os.environ, "DATA_DIR": str(tmp_path), "PORT": port}
        run = subprocess.run(
            [sys.executable, "wsgi.py"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )
    assert run.returncode == 1
    assert f"Cannot serve at 127.0.0.1:{port}" in run.stderr
    assert "Traceback" not in run.stderr
