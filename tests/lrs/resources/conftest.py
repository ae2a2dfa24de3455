"""Clients of the xAPI endpoint: a platform of ours, and one of another tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Send = Callable[..., TestResponse]


def sender(client: FlaskClient, authorization: str) -> Send:
    headers = {"Authorization": authorization, "X-Experience-API-Version": "1.0.3"}

    def send(method: str, path: str, **parts: Any) -> TestResponse:
        sent = {**headers, **parts.pop("headers", {})}
        return client.open(path, method=method, headers={k: v for k, v in sent.items() if v is not None}, **parts)

    return send


@pytest.fixture
def xapi(client: FlaskClient, tenant: UUID, credential: Callable[..., str]) -> Send:
    """Sends a request as a platform with scope all, speaking 1.0.3 unless told otherwise."""
    return sender(client, credential(tenant))


@pytest.fixture
def stranger(client: FlaskClient, other_tenant: UUID, credential: Callable[..., str]) -> Send:
    """The same for a platform of another tenant."""
    return sender(client, credential(other_tenant))
