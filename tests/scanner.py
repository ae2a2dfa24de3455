"""A virus scanner that knows one harmful text: it speaks as ClamAV's clamd does, over a socket of its own."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lrs import scanning

HARMFUL = b"this stands for what a scanner knows as harmful"
MOST = 3_000_000
"""So many bytes it reads (StreamMaxLength)."""


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        asked = b""
        while not asked.endswith(b"\0"):
            asked += self.rfile.read(1)
        if asked == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert asked == b"zINSTREAM\0"
        whole = b""
        while length := int.from_bytes(self.rfile.read(4)):
            whole += self.rfile.read(length)
            if len(whole) > MOST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.wfile.write(b"stream: Test-Signature FOUND\0" if HARMFUL in whole else b"stream: OK\0")


@contextmanager
def scanner(folder: Path) -> Iterator[Path]:
    """Its socket, which this process asks until the end."""
    at = folder / "clamd.ctl"
    with socketserver.ThreadingUnixStreamServer(str(at), _Asked) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        scanning.hold_against(at)
        try:
            yield at
        finally:
            scanning.hold_against(None)
            server.shutdown()
            thread.join(10)
