"""PgBouncer between the program and PostgreSQL, in transaction mode: every transaction may meet another connection."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.faults.serving import free_port
from tests.postgresql import Cluster, end_with_parent, unprivileged

CONNECTIONS = 6
"""Of PostgreSQL, for each database; the program of a test asks for up to sixteen."""

SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 300
"""


@pytest.fixture(scope="session")
def pooler(postgresql: Cluster) -> Iterator[int]:
    """The port at which PgBouncer listens."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "pgbouncer is not installed; `make test` installs it"
    port, who = free_port(), unprivileged()
    with tempfile.TemporaryDirectory(prefix="cdht-test-pooler-") as folder:
        settings = SETTINGS.format(server=postgresql.port, port=port, folder=folder, connections=CONNECTIONS)
        Path(folder, "settings").write_text(settings)
        Path(folder, "users").write_text('"cdht" ""\n')
        for path in (Path(folder), *Path(folder).iterdir()):
            path.chmod(0o755)
        as_whom = {**who, "extra_groups": []} if who else {}
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(  # type: ignore[call-overload]
                [program, "-q", f"{folder}/settings"], stdout=log, stderr=log, preexec_fn=end_with_parent, **as_whom
            )
        try:
            _until_it_answers(port, process, Path(folder, "log"))
            yield port
        finally:
            process.kill()
            process.wait(20)


def _until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"postgresql://cdht@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def database_url(postgresql: Cluster, pooler: int) -> Iterator[str]:
    """The URL of a fresh migrated database, by way of PgBouncer."""
    with postgresql.lent_database("migrated") as url:
        yield make_url(url).set(port=pooler).render_as_string()
