"""A restored copy knows that it is one, and a drill asks the installation and its copy the same questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.acts import chain
from certification.certificates.keys import IsACopy
from certification.resources import outgoing
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification.certificates.issued import issue, recognise
from tests.conftest import PEPPER
from tests.postgresql import Cluster
from wsgi import Settings, create_app


@pytest.fixture
def elsewhere(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the same kind."""
    if database.is_sqlite:
        yield f"sqlite:///{tmp_path}/elsewhere.sqlite3"
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        with cluster.lent_database("template0") as url:
            yield url


def test_a_copy_signs_nothing_and_sends_nothing_until_somebody_says_it_is_the_installation(
    database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    url = database.url.render_as_string(hide_password=False)
    said = Settings(
        data_dir=tmp_path, database_url=url, secret_key=PEPPER, smtp_url="smtp://mail.example.org", mail_from="a@b.vn",
        sms_url="https://sms.example.org", sms_header="Authorization: Bearer x", sms_body="to={to}&text={text}",
    )  # fmt: skip
    app = create_app(said, database)
    run = app.test_cli_runner()
    recognise(database, tenant, now, "NV-1", "NV-2")
    with app.app_context():
        assert outgoing.mail_server() is not None and outgoing.gateway() is not None
        assert run.invoke(args=["ops", "mark-copy"]).exit_code == 0
        assert outgoing.mail_server() is None and outgoing.gateway() is None
    with pytest.raises(IsACopy, match="flask ops go-live"):
        issue(database, tenant, now)
    told = run.invoke(args=["ops", "doctor"])
    assert told.exit_code == 1 and "WRONG  Copy: This is a copy" in told.output
    assert run.invoke(args=["ops", "go-live", "--by", "vh"], input="n\n").exit_code == 1
    assert run.invoke(args=["ops", "go-live", "--by", "vh"], input="y\n").exit_code == 0
    with app.app_context():
        assert outgoing.mail_server() is not None
    issue(database, tenant, now)
    with database.reading(tenant) as session:
        assert [one.by for one in chain.listed(session, tenant, limit=5, subject="installation")] == ["vh"]
    assert "no copy" in run.invoke(args=["ops", "go-live", "--by", "vh", "--yes"]).output


def test_what_is_restored_is_a_copy_and_brought_up_to_date(app: Flask, elsewhere: str, tmp_path: Path) -> None:
    backup = app.test_cli_runner().invoke(args=["ops", "backup", str(tmp_path / "copies")]).stdout.splitlines()[-1]
    settings = Settings(data_dir=tmp_path / "there", database_url=elsewhere, secret_key=PEPPER)
    settings.data_dir.mkdir()
    there = Database(elsewhere)
    result = create_app(settings, there).test_cli_runner().invoke(args=["ops", "restore", backup])
    assert result.exit_code == 0 and "it is a copy" in result.output, result.output
    with there.reading(NOBODY) as session:
        assert api.copied_since(session) is not None
    there.close()


def test_a_drill_asks_both_the_same_and_finds_what_differs(
    app: Flask, database: Database, tenant: UUID, elsewhere: str, tmp_path: Path, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    recognise(database, tenant, now, "NV-1", "NV-2")
    run, folder = app.test_cli_runner(), str(tmp_path / "copies")
    into = [] if database.is_sqlite else ["--into", elsewhere]
    result = run.invoke(args=["ops", "drill", folder, *into])
    assert result.exit_code == 0, result.output
    assert " 0 differ" in result.output and "Backup: " in result.output
    assert not [path for path in app.extensions["settings"].data_dir.iterdir() if path.name.startswith("cdht-drill")]
    told = run.invoke(args=["ops", "drill", folder])
    if not database.is_sqlite:
        assert told.exit_code == 2 and "--into" in told.output
        return
    restore = api.restore_backup

    def restore_badly(backup: Path, copy: Database, **more: object) -> object:
        found = restore(backup, copy, **more)  # type: ignore[arg-type]
        with copy.writing(tenant) as session:
            session.execute(sa.text("UPDATE certification_act SET done_by = 'somebody else' WHERE number = 1"))
        return found

    monkeypatch.setattr(api, "restore_backup", restore_badly)
    monkeypatch.setattr("certification.commands.invocation.now", lambda: datetime(2026, 11, 23, tzinfo=UTC))
    told = run.invoke(args=["ops", "drill", folder])
    assert told.exit_code == 1 and "record of acts" in told.output, told.output
