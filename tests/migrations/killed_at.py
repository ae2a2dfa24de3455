"""Bring a database to the newest version, and be broken off right before a command.

`python -m tests.migrations.killed_at URL HOW NUMBER`: HOW is `killed` (kill -9 of this process) or `cut` (PostgreSQL
ends the connection); NUMBER counts the SQL commands.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from typing import Any

import psycopg
import sqlalchemy as sa

import migrations
from lrs.db import Database


def break_off(database: Database, how: str, number: int) -> None:
    """Have this happen when so many commands have been sent."""
    sent = itertools.count(1)

    def before(_connection: sa.Connection, cursor: Any, *_: Any) -> None:
        if next(sent) != number:
            return
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        elsewhere = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(elsewhere, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", (cursor.connection.info.backend_pid,))

    sa.event.listen(database.engine, "before_cursor_execute", before)


if __name__ == "__main__":
    url, how, number = sys.argv[1:]
    database = Database(url)
    break_off(database, how, int(number))
    migrations.upgrade(database)
