"""Lines of the log: plain for people, or one JSON object each for programs; each with the request it belongs to.

A line says the template of the address that was asked for, never the address and never its query string: xAPI puts
people into both. What came from outside makes no line of its own: in plain lines whatever is not printable is escaped,
and lines of a traceback are indented.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from lrs.db import Database
from lrs.observing.figures import CountingHandler, Figures

__all__ = ["CURRENT", "JSON", "PLAIN", "Asked", "begin", "configure", "identified", "told_by_json", "watch_queries"]

PLAIN, JSON = "plain", "json"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
MOST_SQL = 2000
"""So many characters of a slow command are told."""

slow = logging.getLogger("lrs.observing.slow")
slow.addHandler(logging.NullHandler())  # of a command, whose log nobody set up, the terminal is no place for SQL


@dataclass(slots=True)
class Asked:
    """The request that is being answered: its id, the template of its address, since when (`time.monotonic`); what is
    known of who asks, and whether an event was told (`events`)."""

    id: str
    route: str
    method: str
    since: float
    known: dict[str, str] = field(default_factory=dict)
    told: bool = False


CURRENT: ContextVar[Asked | None] = ContextVar("asked", default=None)
"""What this thread is answering; None beside requests."""


def identified(sent: str | None) -> str:
    """The id of a request: as it was sent where that is well-formed, a new one otherwise."""
    return sent if sent and _ID.fullmatch(sent) else secrets.token_hex(8)


def begin(id: str, route: str, method: str) -> Asked:
    """From now on this thread answers this request."""
    asked = Asked(id, route, method, time.monotonic())
    CURRENT.set(asked)
    return asked


class _Plain(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        asked = CURRENT.get()
        line = super().formatMessage(record) + (f" [{asked.id} {asked.method} {asked.route}]" if asked else "")
        return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in line)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return "\n".join(f"    {line}" for line in super().formatException(ei).splitlines())


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if asked := CURRENT.get():
            told |= {"request": asked.id, "method": asked.method, "route": asked.route}
        told |= getattr(record, "told", {})
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def configure(form: str) -> None:
    """Have everything that is logged written to standard error in this form, unless somebody else takes it already."""
    root = logging.getLogger()
    ours = [one for one in root.handlers if isinstance(one.formatter, _Plain | _Json)]
    if any(one not in ours and not isinstance(one, CountingHandler) for one in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == JSON else _Plain())
    for one in ours:
        root.removeHandler(one)
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def told_by_json() -> dict[str, Any]:
    """What makes the server underneath (granian) log in the same form: its loggers go through ours."""
    through = {"handlers": [], "level": "INFO", "propagate": True}
    return {"loggers": {"_granian": dict(through), "granian.access": dict(through)}}


def watch_queries(database: Database, milliseconds: int, figures: Figures) -> None:
    """Log every SQL command that takes longer, without its parameters, and count it."""

    def started(connection: sa.Connection, *_: Any) -> None:
        connection.info["since"] = time.monotonic()

    def ended(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        took = (time.monotonic() - connection.info.get("since", time.monotonic())) * 1000
        if took >= milliseconds:
            figures.count_slow_query()
            text = " ".join(statement.split())[:MOST_SQL]
            slow.warning("%.0f ms: %s", took, text, extra={"told": {"ms": round(took), "sql": text}})

    database.hear("before_cursor_execute", started)
    database.hear("after_cursor_execute", ended)
