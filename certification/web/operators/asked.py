"""What an operator asks the store for: fields of a form, made the very query string of the Statements Resource."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _

from certification.people import identifiers
from certification.people.identifiers import NoIdentifier
from certification.spreadsheets.days import read_day
from certification.vietnam import VIETNAM

__all__ = ["FIELDS", "TICKS", "Asked", "asked", "curl"]

FIELDS = ("statementId", "agent", "verb", "activity", "registration", "since", "until", "limit", "format")
TICKS = ("related_agents", "related_activities", "ascending")

VERBS = "http://adlnet.gov/expapi/verbs/"
"""What a verb of one word is short for."""

_MAIL = re.compile(r"[^\s@|]+@[^\s@|]+")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")


class Asked:
    """Parameters of the Statements Resource by name, and what could not be read, by field."""

    def __init__(self, arguments: Mapping[str, str], faults: Mapping[str, str]) -> None:
        self.arguments, self.faults = arguments, faults

    @property
    def query_string(self) -> str:
        """As it stands behind the question mark."""
        return urlencode(self.arguments)


def asked(typed: Mapping[str, str]) -> Asked:
    """The parameters that these fields mean; empty ones are left out."""
    arguments: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name in FIELDS:
        text = typed.get(name, "").strip()
        if not text:
            continue
        try:
            arguments[name] = _READ.get(name, str)(text)
        except NoIdentifier as error:
            faults[name] = str(error)
        except ValueError as error:
            faults[name] = str(error)
    arguments |= {name: "true" for name in TICKS if typed.get(name)}
    if arguments.get("format") == "exact":
        del arguments["format"]
    return Asked(arguments, faults)


def curl(arguments: Mapping[str, Any], address: str) -> str:
    """The same question for a terminal; key and secret are for whoever runs it to fill in."""
    lines = [f"curl -G {shlex.quote(f'{address}xapi/statements')}", "-u KEY:SECRET"]
    lines.append("-H 'X-Experience-API-Version: 2.0.0'")
    lines += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in arguments.items()]
    return " \\\n  ".join(lines)


def _agent(text: str) -> str:
    """An Agent as JSON, from JSON or from what people write: homePage|name, a mail address, its hash, an OpenID."""
    if text.startswith("{"):
        return text
    if _SHA1.fullmatch(text):
        agent: Any = {"mbox_sha1sum": text.lower()}
    elif _MAIL.fullmatch(text):
        agent = {"mbox": f"mailto:{text.removeprefix('mailto:')}"}
    elif text.startswith(("http://", "https://")) and "|" not in text:
        agent = {"openid": text}
    else:
        agent = identifiers.agent_of(identifiers.read(text))
    return json.dumps(agent, ensure_ascii=False, separators=(",", ":"))


def _verb(text: str) -> str:
    return f"{VERBS}{text}" if re.fullmatch(r"[a-z-]+", text) else text


def _moment(text: str) -> str:
    """An instant: as xAPI writes it, or a day, perhaps with a time, as people in Vietnam do."""
    if "T" in text:
        return text
    day, _blank, clock = text.partition(" ")
    try:
        at = time.fromisoformat(clock) if clock else time()
        return datetime.combine(read_day(day), at, VIETNAM).isoformat()
    except ValueError:
        raise ValueError(_("Viết là 20/11/2026, 20/11/2026 07:30 hoặc 2026-11-20T07:30:00+07:00")) from None


def _limit(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(_("Số phát biểu phải là số nguyên từ 0"))
    return text


_READ: Mapping[str, Any] = {
    "agent": _agent,
    "verb": _verb,
    "since": _moment,
    "until": _moment,
    "limit": _limit,
}
