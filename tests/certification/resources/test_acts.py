"""GET /api/acts and /api/acts/head."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.acts import chain
from lrs.db import Database
from tests.certification.access import people

LAN = uuid4()


@pytest.fixture
def operator(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> dict[str, str]:
    """Headers of an operator, after five acts, two of them about Lan."""
    with database.writing(tenant) as session:
        for number in range(5):
            worker = LAN if number % 2 else None
            chain.add(session, tenant, by="hoa", act="thử", subject=f"việc:{number}", worker=worker, now=now)
    people.account(database, tenant, "vh", now)
    people.give(database, tenant, "vh", Role.OPERATOR, now)
    return people.signed_in(client, "vh")


def test_acts_are_listed_in_parts_the_newest_first(client: FlaskClient, operator: dict[str, str]) -> None:
    first = client.get("/api/acts?limit=3", headers=operator).json
    rest = client.get(f"/api/acts?limit=3&cursor={first['next']}", headers=operator).json  # type: ignore[index]
    assert [one["number"] for page in (first, rest) for one in page["items"]] == [5, 4, 3, 2, 1]  # type: ignore[index]
    assert rest["next"] is None  # type: ignore[index]


def test_acts_of_one_subject_or_worker(client: FlaskClient, operator: dict[str, str]) -> None:
    about = client.get(f"/api/acts?worker={LAN}", headers=operator).json
    assert [one["number"] for one in about["items"]] == [4, 2]  # type: ignore[index]
    subject = client.get("/api/acts", query_string={"subject": "việc:0"}, headers=operator).json
    assert [one["number"] for one in subject["items"]] == [1]  # type: ignore[index]
    assert client.get("/api/acts?worker=x&limit=0", headers=operator).status_code == 400


def test_the_head_is_that_of_the_record(
    client: FlaskClient, operator: dict[str, str], database: Database, tenant: UUID
) -> None:
    with database.reading(tenant) as session:
        head = chain.head(session, tenant)
    answer = client.get("/api/acts/head", headers=operator).json
    assert (answer["number"], answer["digest"]) == (5, head.digest)  # type: ignore[index]


def test_a_branch_is_not_enough_to_read_the_whole_record(
    client: FlaskClient, operator: dict[str, str], database: Database, tenant: UUID, now: datetime
) -> None:
    people.account(database, tenant, "hoa", now)
    assert client.get("/api/acts", headers=people.signed_in(client, "hoa")).status_code == 403
