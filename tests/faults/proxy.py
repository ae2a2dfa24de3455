"""A connection between the program and PostgreSQL that does what networks do: takes its time, breaks off, is away."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"


class Proxy:
    """Hands on what both sides say. Set its attributes at any time."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self.delay = 0.0
        """Seconds that everything PostgreSQL says is late."""
        self.away = False
        """Whether whoever connects is turned away at once."""
        self.cut_at_commit = 0
        """So many connections more are cut when PostgreSQL has committed and before it is heard."""
        self.commits_cut = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections there are."""
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.away:
                client.close()
                continue
            server = socket.create_connection((HOST, self._to))
            committing = threading.Event()
            with self._lock:
                self._open |= {client, server}
            threading.Thread(target=self._hear, args=(client, server, committing), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client, committing), daemon=True).start()

    def _hear(self, client: socket.socket, server: socket.socket, committing: threading.Event) -> None:
        """What the program says. COMMIT is a message of its own."""
        with suppress(OSError):
            while said := client.recv(65536):
                if self.cut_at_commit and b"COMMIT\0" in said:
                    committing.set()
                server.sendall(said)
        self._end(client, server)

    def _answer(self, server: socket.socket, client: socket.socket, committing: threading.Event) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                if committing.is_set():
                    with self._lock:
                        self.cut_at_commit -= 1
                        self.commits_cut += 1
                    break  # committed, and nobody is told
                if self.delay:
                    time.sleep(self.delay)
                client.sendall(said)
        self._end(client, server)

    def _end(self, *sides: socket.socket) -> None:
        with self._lock:
            self._open -= {*sides}
        for side in sides:
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()


@contextmanager
def between(port: int) -> Iterator[Proxy]:
    """A proxy to this port for as long as the block lasts."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
