"""Hostile requests by chance: each is wholly known by the seed of its run and its number.

What is spoilt was good before: the requests with which the table of walls asks every address,
Statements with all their
parts, Attachments and a signature, tables of every kind as CSV and as XLSX.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import xlsxwriter
from flask import Flask

from tests.faults.hostile.spoiling import HEADER_VALUES, HEADERS, bytes_spoilt, place_spoilt, text
from tests.faults.requests.bad_requests import AGENT, CONTEXTS, parameters_that_do_not_fit
from tests.walls.asking import Sent, operations, sent
from tests.walls.callers import COLUMNS, Caller
from tests.walls.objects import Place

__all__ = ["KINDS", "Maker", "Request"]

KINDS = {
    "statements": 34, "attachments": 12, "documents": 8, "parameters": 16, "bulk": 6, "interface": 14,
    "files": 4, "pages": 6,
}  # fmt: skip
"""What is made, and how many of a hundred are."""

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH")
MULTIPART = "multipart/mixed; boundary=xyz"
JSON = "application/json"
PARAMETERS = (
    "statementId", "voidedStatementId", "agent", "verb", "activity", "registration", "related_activities",
    "related_agents", "since", "until", "limit", "format", "attachments", "ascending", "more", "activityId",
    "stateId",
    "profileId", "method", "content", "cursor", "unit", "year", "q", "page", "kind", "plan", "on", "first", "last",
    "only",
)  # fmt: skip
PATHS = (
    "/xapi/statements", "/xapi/statements", "/xapi/activities/state", "/xapi/activities/profile",
    "/xapi/agents/profile", "/xapi/agents", "/xapi/activities", "/xapi/about",
)  # fmt: skip
GOOD = {
    "agent": AGENT, "activityId": "x:y", "activity": "x:y", "verb": "x:y", "since": "2026-11-20T09:30:00Z",
    "limit": "2",
    "until": "2026-11-30T09:30:00Z", "format": "ids", "attachments": "true", "related_agents": "true", "stateId": "a",
    "related_activities": "true", "ascending": "true", "profileId": "a",
    "statementId": "00000000-0000-4000-8000-000000000007",
}  # fmt: skip
FILES = (b"%PDF-1.7 x %%EOF", b"\xff\xd8\xff\xe0x", b"\x89PNG\r\n\x1a\nx", b"PK\x03\x04x", b"GIF89a", b"<svg/>", b"")
FILE_FIELDS = ("picture", "template", "file", "photo", "table")


@dataclass(slots=True)
class Request:
    """What is asked, and by whom: `caller` is a column of the walls. Path and query stand as they go over the wire,
    headers
    as in WSGI."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    caller: str = "xapi"
    kind: str = ""


class Maker:
    """Makes requests about these places, for callers whose forms have these hidden fields; `names` are those of all
    fields."""

    def __init__(
        self, app: Flask, places: Sequence[Place], callers: Mapping[str, Caller], names: Sequence[str]
    ) -> None:
        self._hidden = {name: dict(caller.fields) for name, caller in callers.items()}
        self._names = names
        self._good: dict[str, list[tuple[str, str, Sent]]] = {"interface": [], "files": [], "pages": []}
        for place in places:
            for method, rule in operations(app):
                if rule.startswith(("/xapi", "/assets")):
                    continue
                asked = sent(method, rule, place)
                kind = "interface" if rule.startswith(("/api", "/issuers")) else "pages"
                self._good["files" if asked.content_type is not None else kind].append((method, rule, asked))
        self._whole = [json.loads(json.dumps(one)) for one in _statements()]
        self._attached = [_attached(self._whole[0]), _signed(self._whole[1])]
        self._workbooks = {
            id(asked): _workbook(asked.data.decode())
            for _, _, asked in self._good["files"]
            if asked.content_type == "text/csv"
        }
        self._unfit = [one for one in parameters_that_do_not_fit() if sum(len(str(part)) for part in one[2]) < 5000]

    def one(self, number: int, seed: int) -> Request:
        """The request of this number."""
        chance = random.Random(seed * 1_000_003 + number)
        [kind] = chance.choices([*KINDS], [*KINDS.values()])
        make: Callable[[random.Random], Request] = getattr(self, f"_{kind}")
        made = make(chance)
        made.kind = kind
        if chance.random() < 0.12:
            made.headers[chance.choice(HEADERS)] = chance.choice(HEADER_VALUES)
        if chance.random() < 0.02:
            made.method = chance.choice(METHODS)
        if chance.random() < 0.02:
            made.path = "/" + quote(bytes_spoilt(chance, made.path.encode()), safe="/%").lstrip("/")
        if made.body and chance.random() < 0.02:
            made.headers["CONTENT_ENCODING"] = "gzip"
            made.body = gzip.compress(made.body, 1)
            if chance.random() < 0.7:
                made.body = bytes_spoilt(chance, made.body)
        return made

    def pages(self) -> Iterator[tuple[str, str]]:
        """Address and query of every page."""
        for method, _, asked in self._good["pages"]:
            if method == "GET":
                yield asked.path, _query(asked.query)

    # ---------------------------------------------------------------- xAPI

    def _spoilt(self, chance: random.Random, good: Any) -> bytes:
        """A document spoilt as a document, as bytes, or both."""
        way = chance.random()
        body = _written(place_spoilt(chance, good) if way < 0.6 else good)
        return bytes_spoilt(chance, body) if way > 0.5 else body

    def _statement(self, chance: random.Random) -> dict[str, Any]:
        return {**chance.choice(self._whole), "id": _id(chance)}

    def _statements(self, chance: random.Random) -> Request:
        batch = [self._statement(chance) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
        headers = {"CONTENT_TYPE": JSON, "X_EXPERIENCE_API_VERSION": chance.choice(("2.0.0", "2.0.0", "1.0.3"))}
        body = self._spoilt(chance, batch if len(batch) > 1 else batch[0])
        if chance.random() < 0.15:
            return Request("PUT", "/xapi/statements", f"statementId={batch[0]['id']}", body, headers)
        path = "/xapi-ext/check" if chance.random() < 0.05 else "/xapi/statements"
        return Request("POST", path, "", body, headers)

    def _attachments(self, chance: random.Random) -> Request:
        good = chance.choice(self._attached).replace(b"@id@", _id(chance).encode())
        headers = {"CONTENT_TYPE": MULTIPART, "X_EXPERIENCE_API_VERSION": "2.0.0"}
        if chance.random() < 0.05:
            headers["CONTENT_TYPE"] = bytes_spoilt(chance, MULTIPART.encode()).decode("latin-1").strip()
        return Request("POST", "/xapi/statements", "", bytes_spoilt(chance, good), headers)

    def _documents(self, chance: random.Random) -> Request:
        path, name, context = CONTEXTS[chance.choice([*CONTEXTS])]
        told = {
            **context,
            name: chance.choice(("a", "b", "ă")),
            **({"registration": _id(chance)} if chance.random() < 0.1 else {}),
        }
        if chance.random() < 0.4:
            told[chance.choice([*told])] = text(chance)
        headers = {
            "X_EXPERIENCE_API_VERSION": "2.0.0",
            "CONTENT_TYPE": chance.choice((JSON, JSON, "text/plain", "image/png")),
        }
        if chance.random() < 0.7:
            headers[chance.choice(("IF_MATCH", "IF_NONE_MATCH"))] = chance.choice(
                ("*", '"a"', '"' + "0" * 40 + '"', *HEADER_VALUES[:6])
            )
        good = {"xong": True, "điểm": [1, 2.5], "tên": "Ánh", "trong": {"a": None}}
        return Request(
            chance.choice(("PUT", "POST", "POST", "GET", "DELETE")),
            path,
            _query(told),
            self._spoilt(chance, good),
            headers,
        )

    def _parameters(self, chance: random.Random) -> Request:
        if chance.random() < 0.3:
            method, path, known, _ = chance.choice(self._unfit)
            query = urlencode(known)
        else:
            method, path = "GET", chance.choice(PATHS)
            told = [(chance.choice(PARAMETERS), text(chance)) for _ in range(chance.randint(0, 3))]
            told += [(name, GOOD[name]) for name in chance.sample([*GOOD], chance.randint(0, 4))]
            query = urlencode(told, errors="surrogatepass")
        if chance.random() < 0.3:
            query = quote(bytes_spoilt(chance, query.encode()), safe="=&%+;")
        return Request(method, path, query, b"{}" if method == "PUT" else b"", {"X_EXPERIENCE_API_VERSION": "2.0.0"})

    def _bulk(self, chance: random.Random) -> Request:
        lines = b"\n".join(_written(self._statement(chance)) for _ in range(3))
        headers = {"CONTENT_TYPE": "application/x-ndjson", "X_EXPERIENCE_API_VERSION": "2.0.0"}
        query = "" if chance.random() < 0.8 else _query({chance.choice(("from", "only", "x")): text(chance)})
        return Request("POST", "/xapi-ext/statements/bulk", query, bytes_spoilt(chance, lines), headers)

    # ---------------------------------------------------------------- the rest

    def _interface(self, chance: random.Random) -> Request:
        method, _, asked = chance.choice(self._good["interface"])
        made = Request(method, asked.path, _query(asked.query), caller=chance.choice(COLUMNS))
        way = chance.random()
        if asked.json is not None:
            made.headers["CONTENT_TYPE"] = JSON
            made.body = self._spoilt(chance, asked.json) if way < 0.8 else _written(asked.json)
        if asked.json is None or way > 0.7:
            self._ask_otherwise(chance, made, asked)
        return made

    def _files(self, chance: random.Random) -> Request:
        method, _, asked = chance.choice(self._good["files"])
        made = Request(method, asked.path, _query(asked.query), asked.data or b"", caller=chance.choice(COLUMNS))
        made.headers["CONTENT_TYPE"] = asked.content_type or ""
        if id(asked) in self._workbooks and chance.random() < 0.4:
            made.headers["CONTENT_TYPE"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            made.body = self._workbooks[id(asked)]
        way = chance.random()
        if way < 0.3 and asked.content_type == "text/csv":
            rows = [line.split(",") for line in (asked.data or b"").decode().splitlines()]
            row = chance.choice(rows)
            row[chance.randrange(len(row))] = '"' + text(chance).replace('"', '""') + '"'
            made.body = "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass")
        elif way < 0.9:
            made.body = bytes_spoilt(chance, made.body)
        if way > 0.8:
            self._ask_otherwise(chance, made, asked)
        return made

    def _pages(self, chance: random.Random) -> Request:
        method, _, asked = chance.choice(self._good["pages"])
        made = Request(method, asked.path, _query(asked.query), caller=chance.choice(COLUMNS))
        if method != "POST":
            self._ask_otherwise(chance, made, asked)
            return made
        fields = {**self._hidden[made.caller], **(asked.data or {})}
        for _ in range(chance.randint(0, 8)):
            fields[chance.choice(self._names)] = text(chance)
        if chance.random() < 0.3:
            fields[chance.choice([*fields])] = text(chance)
        if chance.random() < 0.3:
            made.headers["CONTENT_TYPE"] = "multipart/form-data; boundary=xyz"
            made.body = _form(fields, chance)
        else:
            made.headers["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
            made.body = _query(fields).encode()
        if chance.random() < 0.3:
            made.body = bytes_spoilt(chance, made.body)
        return made

    def _ask_otherwise(self, chance: random.Random, made: Request, asked: Sent) -> None:
        """Another parameter, or another part of the address."""
        if chance.random() < 0.5:
            parts = made.path.split("/")
            parts[chance.randrange(1, len(parts))] = quote(text(chance).encode("utf-8", "surrogatepass"), safe="")
            made.path = "/".join(parts)
            return
        told = [(name, str(value)) for name, value in asked.query.items()]
        known = [name for name, _ in told] or [chance.choice(PARAMETERS)]
        told.append((chance.choice([*known, chance.choice(PARAMETERS), chance.choice(self._names)]), text(chance)))
        if chance.random() < 0.5:
            told = told[::-1]
        made.query = urlencode(dict(told) if chance.random() < 0.8 else told, errors="surrogatepass")


def _id(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def _written(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _query(told: Mapping[str, Any]) -> str:
    return urlencode(told, doseq=True, errors="surrogatepass")


def _form(fields: Mapping[str, Any], chance: random.Random) -> bytes:
    """The fields as parts, and a file among them."""
    parts = [
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'.encode("utf-8", "surrogatepass")
        for name, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    name, title = chance.choice(FILE_FIELDS), text(chance).replace('"', "%22").replace("\r", "").replace("\n", "")
    kind = chance.choice(("application/pdf", "image/jpeg", "image/png", "text/csv", "text/html", ""))
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"; filename="{title}"\r\nContent-Type: {kind}\r\n\r\n'
    parts.append(head.encode("utf-8", "surrogatepass") + chance.choice(FILES) + b"\r\n")
    return b"".join(parts) + b"--xyz--\r\n"


# ---------------------------------------------------------------- what was good


def _statements() -> list[dict[str, Any]]:
    """Statements that between them have every part there is."""
    agent = {
        "objectType": "Agent",
        "name": "Ánh",
        "account": {"homePage": "https://hoc.example.org", "name": "ai-NV-1"},
    }
    group = {"objectType": "Group", "name": "Tổ 1", "member": [agent, {"mbox": "mailto:binh@example.org"}]}
    activity: dict[str, Any] = {
        "objectType": "Activity", "id": "https://hoc.example.org/khoa/1",
        "definition": {
            "name": {"vi": "An toàn lao động", "en": "Safety"}, "description": {"vi": "…"},
            "type": "http://adlnet.gov/expapi/activities/course", "moreInfo": "https://hoc.example.org/x",
            "extensions": {"https://hoc.example.org/chu-de": "law-safety", "x:y": {"a": [1, 2.5, None, True]}},
        },
    }  # fmt: skip
    choice = {
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction", "interactionType": "choice",
        "correctResponsesPattern": ["a[,]b"], "choices": [{"id": "a", "description": {"vi": "A"}}, {"id": "b"}],
    }  # fmt: skip
    verb = {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"vi": "đã học"}}
    result = {
        "score": {"scaled": 0.8, "raw": 8, "min": 0, "max": 10}, "success": True, "completion": True,
        "response": "a", "duration": "PT1H30M", "extensions": {"x:y": 1},
    }  # fmt: skip
    context = {
        "registration": "3f1b0c2e-7d4a-4c59-9a5e-0d6a1b2c3d4e", "instructor": agent, "team": group, "revision": "1",
        "platform": "moodle", "language": "vi-VN", "statement": {"objectType": "StatementRef", "id": str(UUID(int=7,
        version=4))},
        "contextActivities": {"parent": [activity], "grouping": [{"id": "x:y"}], "category": [],
        "other": [{"id": "x:z"}]},
        "extensions": {"x:y": "z"},
    }  # fmt: skip
    context2 = {
        "contextAgents": [{"objectType": "contextAgent", "agent": agent, "relevantTypes": ["x:y"]}],
        "contextGroups": [{"objectType": "contextGroup", "group": group, "relevantTypes": ["x:y"]}],
    }
    told = {"actor": agent, "verb": verb, "object": activity}
    elsewhere = {
        "usageType": "x:y", "display": {"vi": "Tệp"}, "contentType": "a/b", "length": 3, "sha2": "0" * 64,
        "fileUrl": "https://hoc.example.org/tep",
    }  # fmt: skip
    return [
        told,
        {**told, "result": result, "context": context, "timestamp": "2026-11-20T09:30:00.123+07:00",
        "version": "2.0.0"},
        {**told, "actor": group, "context": context2, "authority": agent, "stored": "2026-11-20T09:30:00Z"},
        {**told, "object": {**activity, "definition": choice}, "result": {"response": "a"},
        "attachments": [elsewhere]},
        {**told, "object": {"objectType": "SubStatement", **told, "result": result}},
        {**told, "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}, "object": {"objectType": "StatementRef",
        "id": str(UUID(int=9, version=4))}},
        {**told, "object": agent, "actor": {"mbox_sha1sum": "a" * 40}},
        {**told, "object": {"objectType": "StatementRef", "id": str(UUID(int=9, version=4))},
        "actor": {"openid": "https://a.vn/b"}},
    ]  # fmt: skip


def _attached(statement: Mapping[str, Any]) -> bytes:
    """A Statement with an Attachment."""
    return _multipart(statement, "x:y", "text/plain", "Báo cáo\r\n--xy\x00".encode())


def _signed(statement: Mapping[str, Any]) -> bytes:
    """A Statement with its own signature beside it, of the right form: nobody's key."""
    parts = ({"alg": "RS256", "typ": "JWT", "x5c": ["MIIB"]}, {**statement, "id": "@id@"}, None)
    packed = [base64.urlsafe_b64encode(_written(one) if one else b"x" * 256).rstrip(b"=") for one in parts]
    usage = "http://adlnet.gov/expapi/attachments/signature"
    return _multipart(statement, usage, "application/octet-stream", b".".join(packed))


def _multipart(statement: Mapping[str, Any], usage: str, kind: str, content: bytes) -> bytes:
    digest = sha256(content).hexdigest()
    told = {"usageType": usage, "display": {"vi": "Tệp"}, "contentType": kind, "length": len(content), "sha2": digest}
    return b"".join((
        b"--xyz\r\nContent-Type: application/json\r\n\r\n", _written({**statement, "id": "@id@",
        "attachments": [told]}),
        f"\r\n--xyz\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n".encode(),
        f"X-Experience-API-Hash: {digest}\r\n\r\n".encode(), content, b"\r\n--xyz--\r\n",
    ))  # fmt: skip


def _workbook(table: str) -> bytes:
    """The same table as XLSX."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(table.splitlines()):
            for column, cell in enumerate(line.split(",")):
                sheet.write_string(row, column, cell)
    return packed.getvalue()
