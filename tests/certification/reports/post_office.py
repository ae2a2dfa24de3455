"""A mail server of our own on this machine, that keeps what it is given: real SMTP over a real socket."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from tests.threads import ended


class PostOffice(socketserver.ThreadingTCPServer):
    """`letters` are those taken in. Addresses in `refused` are not taken; `breaks_after` bytes of so many letters the
    line breaks, before the server has said whether it took the last one."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.letters: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.breaks_after: int | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Counter(socketserver.StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        self._say("220 post office")
        while line := self.rfile.readline().decode().strip():
            verb, _, rest = line.partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 bye")
                return
            if verb.upper() == "DATA":
                self._say("354 go on")
                if not self._take():
                    return
            elif verb.upper() == "RCPT" and rest.partition("<")[2].partition(">")[0] in self.server.refused:
                self._say("550 no such mailbox")
            else:
                self._say("250 fine")

    def _take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.server.breaks_after is not None and len(self.server.letters) >= self.server.breaks_after:
            return False
        read = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        self.server.letters.append(read)
        self._say("250 taken")
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        thread = threading.Thread(target=office.serve_forever, daemon=True)
        thread.start()
        try:
            yield office
        finally:
            office.shutdown()
            ended(thread)
