"""What a virus scanner says decides, and nothing is taken while it says nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import ServiceUnavailable

from lrs import scanning
from lrs.errors import InvalidRequest
from tests.lrs.statements.builders import agent, statement
from tests.scanner import HARMFUL, MOST, scanner


def test_what_is_harmful_is_found_wherever_it_stands_and_what_is_not_passes(tmp_path: Path) -> None:
    scanning.require_clean(HARMFUL)  # nobody looks
    with scanner(tmp_path) as at:
        assert scanning.is_answering(at)
        for clean in (b"", b"x", memoryview(b"x" * (MOST - 1))):
            scanning.require_clean(clean)
        for harmful in (HARMFUL, b"x" * (2**20 - 9) + HARMFUL):
            with pytest.raises(InvalidRequest, match="knows this as Test-Signature"):
                scanning.require_clean(harmful, "part 2")
        with pytest.raises(InvalidRequest, match="larger than the virus scanner reads"):
            scanning.require_clean(b"x" * (4 * MOST))
    assert not scanning.is_answering(at)


def test_while_it_does_not_answer_nothing_is_taken(tmp_path: Path) -> None:
    scanning.hold_against(tmp_path / "nobody")
    try:
        with pytest.raises(ServiceUnavailable, match="does not answer just now"):
            scanning.require_clean(b"x")
    finally:
        scanning.hold_against(None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_scanner_knows_is_refused_wherever_it_is_handed_in(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], tmp_path: Path
) -> None:
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}
    state = {"activityId": "https://e.org/a", "agent": json.dumps(agent()), "stateId": "tep"}

    def posted(content: bytes) -> int:
        sha2 = hashlib.sha256(content).hexdigest()
        declared = {"usageType": "x:y", "display": {"vi": "tệp"}, "contentType": "text/plain"}
        sent = statement(attachments=[{**declared, "length": len(content), "sha2": sha2}])
        body = (
            b"--b\r\nContent-Type: application/json\r\n\r\n" + json.dumps(sent).encode() + b"\r\n--b\r\n"
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n"
            b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--b--\r\n"
        )  # fmt: skip
        kind = "multipart/mixed; boundary=b"
        answer = client.post("/xapi/statements", data=body, content_type=kind, headers=headers)
        assert answer.status_code == 200 or answer.get_json()["errors"][0]["place"] == "part 2"
        return answer.status_code

    def put(content: bytes) -> int:
        sent = {"data": content, "content_type": "text/plain", "query_string": state}
        return client.put("/xapi/activities/state", **sent, headers=headers | {"If-None-Match": "*"}).status_code

    with scanner(tmp_path):
        assert (posted(HARMFUL), put(HARMFUL)) == (400, 400)
        assert client.get("/xapi/activities/state", query_string=state, headers=headers).status_code == 404
        assert (posted(b"harmless"), put(b"harmless")) == (200, 204)
