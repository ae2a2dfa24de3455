"""The real application behind a real server, over an installation with somebody of every role."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from lrs import api
from lrs.db import NOBODY, Database
from tests.browser.prepared import prepare
from tests.certification.certificates.issued import PUBLIC_URL
from tests.conftest import PEPPER
from tests.threads import ended
from wsgi import Settings, create_app

__all__ = ["fill", "over", "served", "serving"]


def fill(path: Path) -> None:
    """Put everything of `tests.browser.prepared` into a migrated SQLite file."""
    database = Database(f"sqlite:///{path}")
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    prepare(database, tenant, datetime.now(UTC))
    database.close()


@contextmanager
def over(path: Path) -> Iterator[Flask]:
    """The application over such a file."""
    database = Database(f"sqlite:///{path}")
    yield create_app(Settings(path.parent, f"sqlite:///{path}", PEPPER, public_url=PUBLIC_URL), database)
    database.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Where it is served, without a slash at the end. With `app.extensions["cut"]` the line is cut: nothing answers."""

    def line(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if app.extensions.get("cut"):
            # Nothing is answered, and nothing more comes on this line: else its body would be read as the next request.
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, line, threaded=True)
    thread = threading.Thread(daemon=True, target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    ended(thread)
    server.server_close()


@contextmanager
def served(path: Path) -> Iterator[str]:
    """All at once."""
    fill(path)
    with over(path) as app, serving(app) as address:
        yield address
