"""A server that speaks S3 for tests: npm's s3rver, over HTTP on this machine.

It knows who asks by the key, and does not work out signatures: those are held against Amazon's own example.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from uuid import uuid4

from lrs.bucket.signing import Credentials
from lrs.bucket.store import Bucket
from tests.test_wsgi import free_port

__all__ = ["S3"]

PACKAGES = Path(__file__).parent / "clients"
_SERVE = """
const S3rver = require("s3rver");
const [port, directory] = process.argv.slice(1);
new S3rver({ port: Number(port), directory, silent: true, configureBuckets: [{ name: "cdht" }] })
  .run().then(() => console.log("ready"));
"""


class S3:
    """The server; what it keeps outlives it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.start()

    def start(self) -> None:
        # It makes its tokens of lists with DES, which OpenSSL has no more unless it is asked for.
        command = ["node", "--openssl-legacy-provider", "-e", _SERVE, "--", str(self.port), str(self._folder)]
        self._process = subprocess.Popen(
            command, cwd=PACKAGES, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        too_late = threading.Timer(60, self._process.kill)
        too_late.start()
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        too_late.cancel()
        assert said == "ready\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)

    def hold(self) -> None:
        """It takes connections, and does nothing about them."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def receives(self, least: int) -> bool:
        """Whether so many bytes came that it has not read."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        here = [line.split() for line in lines if line.split()[1].endswith(f":{self.port:04X}")]
        return any(int(fields[4].partition(":")[2], 16) >= least for fields in here)

    def bucket(self, folder: str | None = None, key: str = "S3RVER") -> Bucket:
        """One that nobody else uses."""
        folder = folder or uuid4().hex
        by = Credentials(key, "S3RVER-secret", "us-east-1")
        return Bucket(f"http://127.0.0.1:{self.port}/cdht/{folder}", by)
