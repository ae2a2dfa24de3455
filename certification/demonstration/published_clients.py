"""Learning posted by published client libraries, in their words and not in ours: npm's tincanjs and PyPI's tincan.

The scripts in `clients/` are what a platform built on such a library would run. Our rules were not written around what
they say.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certification.demonstration.errors import ClientFailed
from certification.demonstration.people import World
from certification.demonstration.poster import Connection

CLIENTS = Path(__file__).with_name("clients")
DEADLINE = 120
"""Seconds a client may take."""


@dataclass(frozen=True, slots=True)
class PublishedClient:
    """A client library, the script that uses it, and the enterprise whose workers learn with it."""

    library: str
    script: str
    enterprise: str
    interpreter: Callable[[], str]


def _python() -> str:
    return sys.executable


def _node() -> str:
    beside = Path(sys.executable).with_name("node")
    node = str(beside) if beside.exists() else shutil.which("node")
    if node is None:
        raise ClientFailed("Node.js is needed for the tincanjs client: install the package nodejs, or run `make demo`")
    if not (CLIENTS / "node_modules" / "tincanjs").is_dir():
        raise ClientFailed(f"the tincanjs library is not installed: run `make demo`, or `npm ci` in {CLIENTS}")
    return node


PUBLISHED_CLIENTS = (
    PublishedClient("tincanjs (npm)", "learn_with_tincanjs.js", "dn/vd-02", _node),
    PublishedClient("tincan (PyPI)", "learn_with_tincan.py", "dn/vd-09", _python),
)


def learners(world: World, enterprise: str) -> list[str]:
    """The mail addresses, as IFIs, of those working in an enterprise on the as-of day."""
    return [
        account.ifi
        for person in world.people
        if person.enterprise.code == enterprise and person.jobs[-1].on(world.as_of)
        for account in person.accounts
        if account.mail
    ]


def run(client: PublishedClient, world: World, connection: Connection, *, statements: int) -> Sequence[dict[str, Any]]:
    """Let a client post `statements` Statements (and void one); return what the store acknowledged to it, as sent."""
    order = {
        "endpoint": f"{connection.base}/xapi",
        "key": connection.key,
        "secret": connection.secret,
        "seed": world.seed,
        "until": world.as_of.isoformat(),
        "statements": statements,
        "learners": learners(world, client.enterprise),
    }
    finished = subprocess.run(  # noqa: S603 - our own script, arguments over standard input
        [client.interpreter(), str(CLIENTS / client.script)],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=DEADLINE,
        check=False,
    )
    if finished.returncode != 0:
        raise ClientFailed(f"{client.library} ended with {finished.returncode}: {finished.stderr.strip()[-2000:]}")
    return [json.loads(line)["statement"] for line in finished.stdout.splitlines()]
