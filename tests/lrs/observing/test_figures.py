"""Figures are added up over processes, told in the form that Prometheus reads, and name nobody."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.resources.metrics import KINDS
from lrs.db import NOBODY, Database
from lrs.engine import folders_of
from lrs.observing import figures, logs
from lrs.observing.figures import Figures, Kind, Sample, exposition
from wsgi import Settings, create_app

TOKEN = "a-token-that-nobody-guesses"
LABEL = r'[a-z_]+="(?:[^"\\\n]|\\.)*"'
LINE = re.compile(rf"^(?P<name>[a-z_]+)(?:\{{{LABEL}(?:,{LABEL})*\}})? (?P<value>\S+)$")


def settings(tmp_path: Path, database: Database, **more: Any) -> Settings:
    url = database.url.render_as_string(hide_password=False)
    return Settings(data_dir=tmp_path, database_url=url, secret_key=b"x" * 32, **more)


def read(text: str) -> dict[str, float]:
    """Every value by its name and labels; each line has the form that Prometheus takes, after the type of its name."""
    found, declared = {}, ""
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            declared = line.split()[2]
        elif not line.startswith("# HELP "):
            parts = LINE.match(line)
            assert parts and parts["name"].removeprefix(declared) in ("", "_bucket", "_sum", "_count"), line
            found[line.rpartition(" ")[0]] = float(parts["value"])
    return found


def ask(app: Flask, headers: Mapping[str, str] | None = None) -> dict[str, float]:
    answer = app.test_client().get("/metrics", headers=headers or {"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def test_requests_are_counted_by_template_and_status_and_name_nobody(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    app = create_app(settings(tmp_path, database, metrics_token=TOKEN), database)
    client = app.test_client()
    client.get("/api/workers/CANARY-7/erasure?name=CANARY-8")
    client.get("/CANARY-9/what?agent=CANARY-10")
    client.open("/healthz", method="BREW")
    client.get("/healthz")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "CANARY" not in text
    found = read(text)
    assert found['cdht_requests_total{method="GET",route="/api/workers/<path:number>/erasure",status="401"}'] == 1
    assert found['cdht_requests_total{method="GET",route="(none)",status="404"}'] == 1
    assert found['cdht_requests_total{method="other",route="(none)",status="405"}'] == 1
    assert found['cdht_request_seconds_count{route="/healthz"}'] == 1
    assert found['cdht_request_seconds_bucket{route="/healthz",le="+Inf"}'] == 1
    assert found["cdht_database_up"] == 1 and found["cdht_statements_stored_total"] >= 0
    assert found["cdht_disk_bytes"] > found["cdht_disk_free_bytes"] > 0
    assert ("cdht_postgresql_connections" in found) != database.is_sqlite
    if folders_of(database):
        assert found["cdht_database_disk_bytes"] > found["cdht_database_disk_free_bytes"] > 0
    told = {re.sub(r"_(bucket|sum|count)$", "", name.partition("{")[0]) for name in found}
    silent = {"cdht_slow_queries_total", "cdht_log_messages_total", "cdht_pool_connections"}
    silent |= set() if database.is_sqlite else {"cdht_database_disk_free_bytes", "cdht_database_disk_bytes"}
    assert {kind.name for kind in KINDS} - told <= silent | ({kind.name for kind in KINDS if "postgresql" in kind.name})


def test_figures_are_closed_unless_a_setting_opens_them(app: Flask, database: Database, tmp_path: Path) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
        assert app.test_client().get("/metrics", headers=headers).status_code == 401, "nothing was set"
    guarded = create_app(settings(tmp_path, database, metrics_token=TOKEN), database).test_client()
    assert guarded.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert guarded.get("/metrics").status_code == 401
    local = create_app(settings(tmp_path, database, metrics_local=True), database).test_client()
    assert local.get("/metrics").status_code == 200
    assert local.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 401
    assert local.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 401, "came through a proxy"


def test_without_the_database_the_figures_say_so(database: Database, tmp_path: Path) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    found = ask(create_app(settings(tmp_path, database, metrics_token=TOKEN), gone))
    assert found["cdht_database_up"] == 0 and "cdht_disk_bytes" in found


def test_what_other_processes_counted_is_added_up_and_stays_when_one_is_killed(tmp_path: Path) -> None:
    own = Figures(tmp_path)
    own.count_request("/healthz", "GET", 200, 0.01)
    count = (
        "import os, pathlib, signal; from lrs.observing.figures import Figures\n"
        f"one = Figures(pathlib.Path({str(tmp_path)!r}), lambda: {{'busy': 1, 'idle': 2}})\n"
        "for _ in range(3): one.count_request('/healthz', 'GET', 200, 30.0)\n"
        "one.write(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", count], check=False, timeout=60).returncode == -9
    own.write()
    found = read(exposition(figures.COUNTED, own.samples()))
    assert found['cdht_requests_total{method="GET",route="/healthz",status="200"}'] == 7
    assert found['cdht_request_seconds_bucket{route="/healthz",le="10.0"}'] == 1
    assert found['cdht_request_seconds_sum{route="/healthz"}'] == pytest.approx(180.01)
    assert found['cdht_pool_connections{use="idle"}'] == 4 and found["cdht_processes"] == 3
    (tmp_path / figures.FOLDER / "broken.json").write_text("{")
    assert read(exposition(figures.COUNTED, own.samples())) == found
    figures.empty(tmp_path)
    assert read(exposition(figures.COUNTED, Figures(tmp_path).samples())) == {"cdht_processes": 1}


def test_what_a_thread_writes_last_is_what_was_counted_last(tmp_path: Path) -> None:
    one, stop = Figures(tmp_path), threading.Event()
    stop.set()
    one.count_slow_query()
    one.keep_writing(stop=stop)
    [path] = (tmp_path / figures.FOLDER).iterdir()
    assert "cdht_slow_queries_total" in path.read_text()


def test_a_value_of_no_declared_kind_is_refused_and_labels_are_escaped() -> None:
    kind = Kind("cdht_x_total", "counter", "X.")
    text = exposition([kind], [Sample("cdht_x_total", (("route", 'a"b\\c\n'),), 1)])
    assert text == '# HELP cdht_x_total X.\n# TYPE cdht_x_total counter\ncdht_x_total{route="a\\"b\\\\c\\n"} 1\n'
    with pytest.raises(ValueError, match="cdht_y"):
        exposition([kind], [Sample("cdht_y", (), 1)])


# ---------------------------------------------------------------- lines of the log


def lines(caught: list[logging.LogRecord], form: str) -> list[str]:
    formatter = logs._Json() if form == logs.JSON else logs._Plain()
    return [formatter.format(record) for record in caught]


def test_every_answer_names_its_request_and_a_proxy_on_this_machine_may_name_it(client: FlaskClient) -> None:
    made = client.get("/healthz").headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{16}", made) and client.get("/healthz").headers["X-Request-Id"] != made
    sent = {"X-Request-Id": "0123456789abcdef-proxy"}
    assert client.get("/healthz", headers=sent).headers["X-Request-Id"] == sent["X-Request-Id"]
    for headers, address in (({"X-Request-Id": "Lò Thị"}, "127.0.0.1"), (sent, "10.0.0.7")):
        other = client.get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": address})
        assert re.fullmatch(r"[0-9a-f]{16}", other.headers["X-Request-Id"])


def test_a_failure_is_logged_with_its_request_and_no_address_and_the_page_names_it(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings(tmp_path, database, log_requests=True), database)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    told: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.extend(lines([record], logs.JSON))

    def fail(number: str) -> str:
        raise RuntimeError("what went wrong")

    fail.guard = "everybody"  # type: ignore[attr-defined]
    app.add_url_rule("/loi/<number>", view_func=fail)
    app.register_error_handler(500, lambda error: __import__("wsgi").unmatched(error))
    logging.getLogger().addHandler(keep := Keep())
    caplog.set_level(logging.INFO)
    try:
        answer = app.test_client().get("/loi/CANARY-1?ten=CANARY-2")
    finally:
        logging.getLogger().removeHandler(keep)
    assert answer.status_code == 500
    id = answer.headers["X-Request-Id"]
    assert f"<code>{id}</code>" in answer.text
    documents = [json.loads(line) for line in told]
    assert "CANARY" not in "".join(told)
    failed = next(one for one in documents if "trace" in one)
    assert (failed["request"], failed["route"], failed["level"]) == (id, "/loi/<number>", "error")
    assert "what went wrong" in failed["trace"]
    asked = next(one for one in documents if one["logger"] == "lrs.requests" and "status" in one)
    assert (asked["status"], asked["request"], asked["method"]) == (500, id, "GET") and asked["ms"] >= 0


def test_slow_commands_are_logged_without_their_parameters_and_counted(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = Database(database.url.render_as_string(hide_password=False))
    counted = Figures(tmp_path)
    logs.watch_queries(own, 0, counted)
    with own.reading(NOBODY) as session:
        session.execute(sa.text("SELECT id FROM lrs_tenant WHERE name = :name"), {"name": "CANARY"})
    own.close()
    caught = [record for record in caplog.records if record.name == "lrs.observing.slow"]
    assert any("SELECT id FROM lrs_tenant WHERE name" in line for line in lines(caught, logs.PLAIN))
    assert "CANARY" not in "".join(lines(caught, logs.JSON))
    assert any(sample.name == "cdht_slow_queries_total" for sample in counted.samples())
