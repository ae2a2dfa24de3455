"""A bulk upload to the program as it is really served, over a connection that dies half-way."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
from typing import Any
from uuid import uuid4

import pytest

from tests.lrs.statements.builders import statement
from tests.test_wsgi import environment, flask, get, served

__all__ = ["environment"]

LINES = 3_000


def body(*statements: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in statements)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.slow
def test_an_upload_that_was_cut_off_is_sent_again_and_all_is_there_once(environment: dict[str, str]) -> None:
    made = json.loads(flask(environment, "lrs", "credential", "create", "--name", "LMS").splitlines()[-1])
    authorization = "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()
    headers = {"Authorization": authorization, "Content-Type": "application/x-ndjson"}
    port = int(environment["PORT"])
    start = "POST /xapi-ext/statements/bulk HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    start += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    sent = [statement(f"w{number % 7}", id=str(uuid4())) for number in range(LINES)]

    def there(one: dict[str, Any]) -> bool:
        url = f"http://127.0.0.1:{port}/xapi/statements?statementId={one['id']}"
        return get(url, **headers | {"X-Experience-API-Version": "2.0.0"})[0] == 200

    def upload(query: str, *statements: dict[str, Any]) -> list[dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        path = f"/xapi-ext/statements/bulk{query}"
        connection.request("POST", path, iter([body(*statements)]), headers, encode_chunked=True)
        answer = connection.getresponse()
        told = [json.loads(line) for line in answer.read().splitlines()]
        connection.close()
        assert answer.status == 200, told
        return told

    with served(environment):
        with socket.create_connection(("127.0.0.1", port), timeout=120) as cut:
            cut.sendall(f"{start}Transfer-Encoding: chunked\r\n\r\n".encode())
            cut.sendall(chunk(body(*sent[:1700])[:-100]))
            deadline = time.monotonic() + 60
            while not there(sent[999]):  # the second group of lines, while the third is still incomplete
                assert time.monotonic() < deadline
        # Whatever was under way when it died: the same lines again are not stored twice.
        *each, summary = upload("", *sent)
        assert summary["lines"] == summary["stored"] + summary["there"] == LINES
        assert summary["there"] >= 1000
        assert [line["result"] for line in each[:1000]] == ["there"] * 1000
        *each, summary = upload("?from=2001&only=refused", *sent[2000:], {})
        assert summary == {"stored": 0, "there": 1000, "refused": 1, "lines": 1001}
        assert [line["line"] for line in each] == [3001]
        url = f"http://127.0.0.1:{port}/xapi/statements?ascending=true"
        found: list[str] = []
        while True:
            _, text = get(url, **headers | {"X-Experience-API-Version": "2.0.0"})
            page = json.loads(text)
            found += [one["id"] for one in page["statements"]]
            if not page.get("more"):
                break
            url = f"http://127.0.0.1:{port}{page['more']}"
        assert len(found) == len(set(found)) == LINES
        assert set(found) == {one["id"] for one in sent}
        # Everything is sent before a byte of the answer is read; the answer is longer than what sockets hold.
        nonsense = b"{}\n" * 60_000
        with socket.create_connection(("127.0.0.1", port), timeout=120) as deaf:
            deaf.sendall(f"{start}Content-Length: {len(nonsense)}\r\n\r\n".encode())
            deaf.sendall(nonsense)
            answer = b"".join(iter(lambda: deaf.recv(1 << 20), b""))
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.rstrip().endswith(b'{"stored":0,"there":0,"refused":60000,"lines":60000}')
