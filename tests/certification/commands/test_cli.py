"""All commands of `flask certification`: their help, whose data they touch, and where."""

from __future__ import annotations

import click
import pytest

from certification.cli import certification_cli
from lrs.db import Database
from tests.certification.commands.running import Run, succeeded


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_help_leads_to_every_command_and_every_command_and_option_has_help(run: Run) -> None:
    overview = succeeded(run("--help"))
    for name, command in certification_cli.commands.items():
        assert f"  {name} " in overview
        assert command.help
        assert (
            command.help in succeeded(run(name, "--help")).replace("\n  ", "\n") or command.help.split()[0] in overview
        )
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.opts}"


def test_all_commands_that_touch_data_take_a_tenant() -> None:
    without = {
        name
        for name, command in certification_cli.commands.items()
        if not any("--tenant" in parameter.opts for parameter in command.params)
    }
    assert without == {"demo", "report", "template", "verify-certificate", "check-roll-up-lists"}


def test_an_unknown_tenant_is_refused_by_name(run: Run) -> None:
    result = run("unknown-actors", "--tenant", "nobody")
    assert result.exit_code == 1
    assert "nobody" in result.stderr


def test_every_command_that_writes_says_once_which_database_without_the_password(
    run: Run, database: Database, ready: None
) -> None:
    for arguments in (("load-rules",), ("assess", "--all"), ("work", "--once"), ("rebuild-facts",), ("unpublish",)):
        result = run(*arguments)
        succeeded(result)
        told = [line for line in result.stderr.splitlines() if line.startswith("Database: ")]
        assert told == [f"Database: {database.place}"]
    assert "Database" not in run("unknown-actors").stderr


def test_the_place_of_a_database_names_no_password() -> None:
    place = Database("postgresql://cdht:secret@db.example:5433/learning?sslpassword=hidden&sslmode=require").place
    assert place == "postgresql+psycopg://cdht:***@db.example:5433/learning?sslmode=require&sslpassword=%2A%2A%2A"
