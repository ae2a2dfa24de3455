"""Three PostgreSQL servers that Patroni keeps, three of etcd that it agrees by, and what stands before them: HAProxy,
which finds the one that takes changes, and PgBouncer, which lends its connections for a transaction.

All of it on this machine, so that what a machine does when it falls over, hangs or is cut off can be done to it here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tests.faults.pooled.conftest import SETTINGS as POOLER
from tests.faults.serving import HOST, free_port
from tests.postgresql import binaries, unprivileged

__all__ = ["Highly", "Node", "missing"]

PACKAGES = {"etcd": "etcd-server", "haproxy": "haproxy", "pgbouncer": "pgbouncer"}
"""Programs, and the Debian packages that have them."""
FIRST_SAFE = (3, 0, 3)
"""Before it a leader that hung and came back took its place from whoever had it meanwhile, on etcd 3: what that one had
acknowledged was rewound away. Debian 12 has 3.0.2, with which this trial loses Statements."""
WHERE = f"{os.environ['PATH']}:/usr/sbin:/sbin"
NAMES = ("a", "b", "c")
PATIENCE = 180.0
T = TypeVar("T")

DOCS = Path(__file__).parents[3] / "docs/operate/three-servers"
"""What operators are told to write: the settings tried here are those, with other addresses."""


def missing(patroni: str) -> list[str]:
    """What is to be done first, in words."""
    packages = [package for program, package in PACKAGES.items() if not shutil.which(program, path=WHERE)]
    found = [f"apt-get install {' '.join(packages)}"] if packages else []
    try:
        told = subprocess.run([patroni, "--version"], check=True, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.CalledProcessError):
        return [*found, f"{patroni} is no Patroni: name one with --patroni"]
    if tuple(int(part) for part in told.split()[-1].split(".")) < FIRST_SAFE:
        found.append(f"{told.strip()} can lose what was acknowledged: take {'.'.join(map(str, FIRST_SAFE))} or later")
    return found


class Program:
    """One program, started in a process group of its own."""

    def __init__(self, words: Sequence[str | Path], folder: Path) -> None:
        self._words, self._folder = words, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.log = folder / f"{Path(words[0]).name}.log"

    def start(self) -> None:
        as_whom = unprivileged()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                self._words, stdout=log, stderr=log, cwd=self._folder, start_new_session=True,
                env={"PATH": WHERE, "LC_ALL": "C.UTF-8"},
                **({**as_whom, "extra_groups": []} if as_whom else {}),
            )  # fmt: skip

    def everybody(self) -> list[int]:
        """The processes of it, and what they started. Patroni's PostgreSQL is nobody's child, and outlasts it."""
        found = [self._process.pid] if self._process is not None else []
        noted = self._folder / "data" / "postmaster.pid"
        if noted.exists() and str(noted.parent).encode() in _command(pid := int(noted.read_text().split()[0])):
            found.append(pid)
        parents = set(found)
        while parents:
            parents = {pid for pid, parent in _parents().items() if parent in parents} - set(found)
            found += parents
        return found

    def signal(self, number: signal.Signals) -> None:
        for pid in self.everybody():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """Kill -9 it and all it started, as a machine that falls over does."""
        everybody = self.everybody()
        for number in (signal.SIGSTOP, signal.SIGKILL):  # none starts another meanwhile
            for pid in everybody:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
        if self._process is not None:
            self._process.wait(PATIENCE)
            self._process = None


class Node:
    """One machine of the three: a PostgreSQL server, and the Patroni that keeps it."""

    def __init__(self, name: str, folder: Path, etcd: str, patroni: str) -> None:
        self.name, self.port, self._rest = name, free_port(), free_port()
        self.rest = f"{HOST}:{self._rest}"
        self._data = folder / "data"
        settings = yaml.safe_load((DOCS / "patroni.yml").read_text())
        settings |= {
            "name": name,
            "etcd3": {"hosts": etcd},
            "restapi": {"listen": self.rest, "connect_address": self.rest},
        }
        self.lease: int = settings["bootstrap"]["dcs"]["ttl"]
        settings["postgresql"] |= {
            "listen": f"{HOST}:{self.port}",
            "connect_address": f"{HOST}:{self.port}",
            "data_dir": str(self._data),
            "bin_dir": str(binaries()),
            "pgpass": str(folder / "pgpass"),
            "pg_hba": [f"host {whose} all {HOST}/32 trust" for whose in ("all", "replication")],
            "authentication": {"superuser": {"username": "tester"}, "replication": {"username": "replicator"}},
            "parameters": {"unix_socket_directories": str(folder), "shared_buffers": "64MB"},
        }
        (folder / "patroni.yml").write_text(json.dumps(settings))  # JSON is YAML as well
        self.program = Program([patroni, folder / "patroni.yml"], folder)

    def cluster(self) -> list[str]:
        """What its Patroni says that each of the three is which runs, in order of the alphabet."""
        running = [one for one in self._asked("cluster").get("members", []) if one["state"] in ("running", "streaming")]
        return sorted(one["role"] for one in running)

    def state(self) -> dict[str, Any]:
        """What its Patroni says of it; nothing when it does not answer."""
        return self._asked("patroni")

    def postmaster(self) -> int:
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def leads(self) -> bool:
        """Whether it takes changes."""
        state = self.state()
        return state.get("role") in ("master", "primary") and state.get("state") == "running"

    def _asked(self, what: str) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://{self.rest}/{what}", timeout=1) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        except (OSError, ValueError):
            return {}
        return found


class Highly:
    """The whole, highly available; `port` is that of PgBouncer."""

    def __init__(self, folder: Path, patroni: str) -> None:
        self._folder = folder
        peers = {name: (free_port(), free_port()) for name in NAMES}
        clients = ",".join(f"{HOST}:{client}" for client, _ in peers.values())
        members = ",".join(f"{name}=http://{HOST}:{peer}" for name, (_, peer) in peers.items())
        self.etcd = [Program(_etcd(name, client, peer, members), self._made(f"etcd-{name}"))
                     for name, (client, peer) in peers.items()]  # fmt: skip
        self.nodes = [Node(name, self._made(name), clients, patroni) for name in NAMES]
        self.port, found_by = free_port(), free_port()
        front = self._made("front")
        proxy = (DOCS / "haproxy.cfg").read_text().replace("127.0.0.1:5000", f"{HOST}:{found_by}")
        for number, one in enumerate(self.nodes, start=11):
            as_told = f"10.0.0.{number}:5432 check port 8008"
            assert as_told in proxy
            proxy = proxy.replace(as_told, f"{HOST}:{one.port} check port {one.rest.partition(':')[2]}")
        (front / "haproxy.cfg").write_text(proxy)
        pooler = POOLER.format(server=found_by, port=self.port, folder=front, connections=10)
        (front / "settings").write_text(pooler + "server_login_retry = 1\nquery_wait_timeout = 10\n")
        (front / "users").write_text('"cdht" ""\n"tester" ""\n')
        self._proxy = Program(
            [shutil.which("haproxy", path=WHERE) or "haproxy", "-db", "-f", front / "haproxy.cfg"], front
        )
        self._pooler = Program([shutil.which("pgbouncer", path=WHERE) or "pgbouncer", "-q", front / "settings"], front)

    @property
    def programs(self) -> list[Program]:
        return [*self.etcd, *(one.program for one in self.nodes), self._proxy, self._pooler]

    def start(self) -> None:
        """Start all, and return when one leads and two follow, one of them in step with it."""
        for one in self.programs:
            one.start()
        self.whole()

    def stop(self) -> None:
        for one in reversed(self.programs):
            one.signal(signal.SIGCONT)
            one.kill()

    def leader(self) -> Node:
        """The one that takes changes; waits for it."""
        return until(lambda: next((one for one in self.nodes if one.leads()), None), "nobody leads")

    def whole(self) -> Node:
        """The leader, once two follow it and one of them is noted as in step: none but that one may take over."""

        def settled() -> Node | None:
            leaders = [one for one in self.nodes if one.leads()]  # one that hung may say so until it looks around
            found = len(leaders) == 1 and leaders[0].cluster() == ["leader", "replica", "sync_standby"]
            return leaders[0] if found else None

        return until(settled, "the three do not come together")

    def switch(self, leader: Node, to: Node) -> None:
        """Have another one lead, in order."""
        asked = json.dumps({"leader": leader.name, "candidate": to.name}).encode()
        address = f"http://{leader.rest}/switchover"
        request = urllib.request.Request(address, asked, {"Content-Type": "application/json"})

        def accepted() -> bool | None:
            """It is refused for as long as Patroni has not noted that the other is in step."""
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 — an address of ours
                    return bool(answer.read())
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.PRECONDITION_FAILED:
                    raise
                return None

        until(accepted, "nobody may be told to lead")

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(mode=0o700)
        if who := unprivileged():
            shutil.chown(folder, who["user"], who["group"])
        return folder


def until(found: Callable[[], T | None], otherwise: str) -> T:
    """What is found, once it is; AssertionError when it never is."""
    deadline = time.monotonic() + PATIENCE
    while (one := found()) is None:
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)
    return one


def _etcd(name: str, client: int, peer: int, members: str) -> list[str]:
    listening = {"client-urls": f"http://{HOST}:{client}", "peer-urls": f"http://{HOST}:{peer}"}
    words = [
        shutil.which("etcd", path=WHERE) or "etcd",
        f"--name={name}",
        "--data-dir=data",
        "--initial-cluster-state=new",
    ]
    words += [f"--listen-{kind}={url}" for kind, url in listening.items()]
    words += [f"--advertise-client-urls={listening['client-urls']}"]
    words += [f"--initial-advertise-peer-urls={listening['peer-urls']}", f"--initial-cluster={members}"]
    return words


def _command(pid: int) -> bytes:
    """What a process was started with; nothing for one that is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _parents() -> dict[int, int]:
    """Every process and who started it."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                found[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return found
