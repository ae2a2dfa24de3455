"""A platform that launches, and what it launches."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lrs.cmi5.rules import CMI5, MASTERY_SCORE, MOVE_ON
from tests.lrs.cmi5.course_files import WHOLE

VERBS = "http://adlnet.gov/expapi/verbs/"
ACTOR = {"objectType": "Agent", "account": {"homePage": "https://lms.example.vn", "name": "hv-0001"}}
XAPI = {"X-Experience-API-Version": "1.0.3"}


@dataclass
class Content:
    """What a launch URL opened, as far as it speaks: like an AU, but telling whatever a test wants."""

    client: FlaskClient
    url: str
    authorization: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    began: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 3, 0, tzinfo=UTC))
    told: int = 0

    @property
    def said(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}

    @property
    def about(self) -> dict[str, str]:
        """The parameters of its State."""
        return {"activityId": self.said["activityId"], "agent": self.said["actor"]} | {
            "registration": self.said["registration"]
        }

    def fetch(self) -> dict[str, str]:
        parts = urlsplit(self.said["fetch"])
        answer = self.client.post(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200
        return dict(answer.get_json())

    def start(self) -> Content:
        self.authorization = f"Basic {self.fetch()['auth-token']}"
        data = self.get("/activities/state", stateId="LMS.LaunchData", **self.about).get_json()
        self.context = data["contextTemplate"]
        return self

    def get(self, path: str, **query: str) -> TestResponse:
        return self.send("GET", path, query_string=query)

    def send(self, method: str, path: str, **parts: Any) -> TestResponse:
        headers = {"Authorization": self.authorization, **XAPI, **parts.pop("headers", {})}
        return self.client.open(f"/xapi{path}", method=method, headers=headers, **parts)

    def statement(self, verb: str, *, scaled: float | None = None, **changed: Any) -> dict[str, Any]:
        """A Statement as cmi5 wants it, a minute after the one before."""
        self.told += 1
        context = json.loads(json.dumps(self.context)) | {"registration": self.said["registration"]}
        category = context["contextActivities"].setdefault("category", [{"id": CMI5}])
        result: dict[str, Any] = {}
        if verb != "initialized":
            result["duration"] = "PT1M"
        if verb in ("passed", "failed"):
            result["success"] = verb == "passed"
        if verb == "completed":
            result["completion"] = True
        if {"success", "completion"} & set(result):
            category.append({"id": MOVE_ON})
        if scaled is not None:
            result["score"] = {"scaled": scaled}
            context["extensions"][MASTERY_SCORE] = 0.8
        moment = self.began + timedelta(minutes=self.told)
        made: dict[str, Any] = {
            "id": str(uuid4()),
            "actor": json.loads(self.said["actor"]),
            "verb": {"id": VERBS + verb, "display": {"en": verb}},
            "object": {"id": self.said["activityId"]},
            "context": context,
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return made | ({"result": result} if result else {}) | changed

    def tell(self, *statements: dict[str, Any] | str) -> TestResponse:
        """Post these, verbs as they should be."""
        sent = [self.statement(one) if isinstance(one, str) else one for one in statements]
        return self.send("POST", "/statements", json=sent)


@dataclass
class Platform:
    """Sends what a platform with the scopes `launch` and `all` sends."""

    client: FlaskClient
    authorization: str
    course: dict[str, Any] = field(default_factory=dict)

    def send(self, method: str, path: str, **parts: Any) -> TestResponse:
        headers = {"Authorization": self.authorization, **XAPI, **parts.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **parts)

    def bring(self, document: bytes = WHOLE, **query: str) -> TestResponse:
        return self.send("POST", "/xapi-ext/cmi5/courses", data=document, query_string=query)

    def launch(self, au: str, **more: Any) -> TestResponse:
        sent = {"course": self.course["id"], "au": au, "actor": ACTOR} | more
        return self.send("POST", "/xapi-ext/cmi5/launches", json=sent)

    def open(self, au: str, **more: Any) -> Content:
        return Content(self.client, self.launch(au, **more).get_json()["url"]).start()

    def progress(self, registration: str) -> dict[str, Any]:
        answer = self.send("GET", f"/xapi-ext/cmi5/registrations/{registration}")
        return dict(answer.get_json())

    def statements(self, **query: str) -> list[dict[str, Any]]:
        asked = {"ascending": "true", "limit": "100"} | query
        return list(self.send("GET", "/xapi/statements", query_string=asked).get_json()["statements"])

    def said(self, verb: str) -> list[str]:
        """The objects of all Statements of a verb of the LMS's, in order."""
        return [one["object"]["id"] for one in self.statements() if one["verb"]["display"] == {"en": verb}]


@pytest.fixture
def platform(client: FlaskClient, tenant: UUID, credential: Callable[..., str]) -> Platform:
    """A platform that has brought in a course of two AUs in a block and one beside it."""
    made = Platform(client, credential(tenant, "all", "launch"))
    made.course = made.bring().get_json()
    return made
