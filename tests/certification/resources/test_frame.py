"""What every resource of the JSON interface shares: parameters, bodies, files, cursors, ETags, trying out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from flask.testing import FlaskClient
from marshmallow import fields, validate

from certification.models import Publication
from certification.resources import answers, cursors
from certification.resources.access import changing
from certification.resources.errors import BadRequest, Fault, Refusal, TooLarge, Unsupported
from certification.resources.parameters import Body, Paging, parameters, parameters_and_body
from certification.resources.uploads import CSV, TABLES, XLSX, Kinds, Upload, uploaded
from lrs.api import InvalidRequest
from lrs.db import Database
from tests.scanner import HARMFUL, scanner


class Part(Body):
    """One of several things in a body."""

    code = fields.String(required=True)
    points = fields.Integer(validate=validate.Range(0, 10))
    of_each = fields.Dict(keys=fields.String(), values=fields.List(fields.Integer()))


class Whole(Body):
    """A body with things within."""

    year = fields.Integer(required=True)
    parts = fields.List(fields.Nested(Part))
    one = fields.Nested(Part, allow_none=True)


@contextmanager
def asking(app: Flask, path: str = "/api/x", **request: Any) -> Iterator[None]:
    with app.test_request_context(path, **request):
        yield


def faults(refusal: Refusal) -> list[tuple[str, str]]:
    return [(fault.place, fault.message) for fault in refusal.faults]


def json(body: str | bytes) -> dict[str, Any]:
    return {"method": "POST", "data": body, "content_type": "application/json"}


# ---------------------------------------------------------------- bodies


def test_all_faults_of_query_and_body_are_named_at_once_each_with_its_place(app: Flask) -> None:
    body = '{"yaer": 1, "parts": [{"code": "CS1", "points": 11}, {"points": "x", "a/b": 1}, 7], "one": {"p": 1}}'
    with asking(app, "/api/x?limit=0&tenant=other&limit=2", **json(body)), pytest.raises(BadRequest) as refused:
        parameters_and_body(Paging, Whole)
    found = dict(faults(refused.value))
    assert set(found) == {
        "limit", "tenant", "/year", "/yaer", "/parts/0/points", "/parts/1/points", "/parts/1/code", "/parts/1/a~1b",
        "/parts/2", "/one/code", "/one/p",
    }  # fmt: skip
    assert found["/yaer"] == "unknown field; those taken here: one, parts, year"
    assert found["/parts/1/a~1b"] == "unknown field; those taken here: code, of_each, points"
    assert found["/one/p"] == "unknown field; those taken here: code, of_each, points"
    assert found["/parts/2"] == "an object is needed here"
    assert found["/parts/0/points"] == "Must be greater than or equal to 0 and less than or equal to 10."


@pytest.mark.parametrize("body", ["[]", "7", "null", '"x"'])
def test_a_body_that_is_no_object_is_refused(app: Flask, body: str) -> None:
    with asking(app, **json(body)), pytest.raises(BadRequest) as refused:
        parameters_and_body(Paging, Whole)
    assert faults(refused.value) == [("", "an object is needed here")]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"year": NaN}', b'{"year": 1, "year": 2}', b'{"a":' * 2000 + b"1" + b"}" * 2000],
)
def test_a_body_that_cannot_be_read_is_refused_beside_the_faults_of_the_query(app: Flask, body: bytes) -> None:
    with asking(app, "/api/x?day=1", **json(body)), pytest.raises(BadRequest) as refused:
        parameters_and_body(Paging, Whole)
    assert faults(refused.value)[0][0] == "day"
    assert len(refused.value.faults) >= 2


@pytest.mark.parametrize("number", ["%2B7", "1_000", "+7", "7%20", "%D9%A7", "7.0", ""])
def test_a_number_of_a_query_is_written_in_digits_alone(app: Flask, number: str) -> None:
    with asking(app, f"/api/x?limit={number}", **json("{}")), pytest.raises(BadRequest) as refused:
        parameters_and_body(Paging, Part)
    assert ("limit", "not a number; write it as 100") in faults(refused.value)


@pytest.mark.parametrize("number", ["2026.5", '"2026"', "true", "1e400"])
def test_a_number_is_a_number(app: Flask, number: str) -> None:
    with asking(app, **json(f'{{"year": {number}}}')), pytest.raises(BadRequest) as refused:
        parameters_and_body(Paging, Whole)
    assert faults(refused.value)[0][0] in ("/year", "")


@pytest.mark.parametrize("number", ["1.5", "1.0", '"7"', "true"])
def test_a_whole_number_is_written_as_one_wherever_it_stands(app: Flask, number: str) -> None:
    parts = f'[{{"code": "a", "of_each": {{"b": [1, {number}]}}}}]'
    body = f'{{"year": 2026, "parts": {parts}, "one": {{"code": "a", "points": {number}}}}}'
    with asking(app, **json(body)), pytest.raises(BadRequest) as refused:
        parameters_and_body(Paging, Whole)
    assert {place for place, _ in faults(refused.value)} == {"/parts/0/of_each/b/value/1", "/one/points"}


def test_what_was_sent_is_repeated_in_short(app: Flask) -> None:
    long = "dài " * 100_000
    refused = BadRequest(Fault(f"/{long}", f"there is no worker {long!r}; look the number up"))
    (fault,) = (Fault(*one) for one in faults(refused))
    assert len(fault.place) < 2000 > len(fault.message)
    assert fault.message.startswith("there is no worker 'dài dài") and fault.message.endswith("look the number up")


def test_a_body_of_another_kind_or_too_long_is_refused_before_it_is_read(app: Flask) -> None:
    with asking(app, method="POST", data="a=1", content_type="text/plain"), pytest.raises(Unsupported):
        parameters_and_body(Paging, Whole)
    compressed = {**json("{}"), "headers": {"Content-Encoding": "gzip"}}
    with asking(app, **compressed), pytest.raises(Unsupported):
        parameters_and_body(Paging, Whole)
    with asking(app, **json(" " * 101)), pytest.raises(TooLarge):
        parameters_and_body(Paging, Whole, most_bytes=100)


def test_a_good_body_comes_typed(app: Flask) -> None:
    with asking(app, "/api/x?limit=7", **json('{"year": 2026, "parts": [{"code": "CS1"}], "one": null}')):
        wanted, sent = parameters_and_body(Paging, Whole)
    assert wanted == {"limit": 7}
    assert sent == {"year": 2026, "parts": [{"code": "CS1"}], "one": None}


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("in_a_form", [False, True])
def test_a_file_that_the_virus_scanner_knows_is_refused(app: Flask, tmp_path: Path, in_a_form: bool) -> None:
    def asked(data: bytes) -> Any:
        form = {"data": {"file": (BytesIO(data), "a.csv")}}
        return asking(app, method="POST", **(form if in_a_form else {"data": data, "content_type": CSV}))

    with scanner(tmp_path):
        with asked(HARMFUL), pytest.raises(InvalidRequest, match="Test-Signature"):
            uploaded(TABLES)
        with asked(b"a,b"):
            assert uploaded(TABLES).data == b"a,b"


@pytest.mark.parametrize(("name", "said", "kind"), [("a.CSV", "application/vnd.ms-excel", CSV), ("b.xlsx", XLSX, XLSX)])
def test_a_file_comes_as_the_body_or_in_a_form(app: Flask, name: str, said: str, kind: str) -> None:
    with asking(app, method="POST", data=b"Ma\n", content_type=kind):
        assert uploaded(TABLES) == Upload(b"Ma\n", kind)
    form = {"file": (BytesIO(b"Ma\n"), name, said)}
    with asking(app, method="POST", data=form, content_type="multipart/form-data"):
        found = uploaded(TABLES)
    assert (found.data, found.media_type, found.name) == (b"Ma\n", kind, name)


def test_files_that_are_none_too_many_too_long_or_of_another_kind_are_refused(app: Flask) -> None:
    few = Kinds((CSV,), most_bytes=10)
    with asking(app, method="POST", data=b"x" * 11, content_type=CSV), pytest.raises(TooLarge):
        uploaded(few)
    with asking(app, method="POST", data=b"", content_type=CSV), pytest.raises(BadRequest):
        uploaded(few)
    with asking(app, method="POST", data=b"x", content_type="image/png"), pytest.raises(Unsupported):
        uploaded(few)
    several = {"file": [(BytesIO(b"1"), "a.csv"), (BytesIO(b"2"), "b.csv")], "note": "x"}
    with (
        asking(app, method="POST", data=several, content_type="multipart/form-data"),
        pytest.raises(BadRequest) as refused,
    ):
        uploaded(TABLES)
    assert [place for place, _ in faults(refused.value)] == ["note", "file"]


# ---------------------------------------------------------------- lists in parts


ITEMS = [(date(2026, 1, number), UUID(int=number), f"người {number}") for number in range(1, 8)]
KINDS = (date, UUID)


def part(
    app: Flask, tenant: UUID, cursor: str | None, *, limit: int = 3, path: str = "/api/x?sort=a"
) -> dict[str, Any]:
    with asking(app, path if cursor is None else f"{path}&cursor={cursor}&limit={limit}"):
        left = cursors.after(tenant, KINDS)
        found = [item for item in ITEMS if left is None or item[:2] > left][: limit + 1]
        return dict(
            cursors.page(
                tenant, found, limit, as_of=date(2026, 11, 20), key=lambda one: one[:2], show=lambda one: one[2]
            )
        )


def test_parts_make_the_whole_list_and_the_last_one_says_so(app: Flask, tenant: UUID) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        found = part(app, tenant, cursor)
        seen += found["items"]
        cursor = found["next"]
        if cursor is None:
            break
    assert seen == [name for _, _, name in ITEMS]


@pytest.mark.parametrize("limit", [1, 6, 7, 8])
def test_whatever_the_length_of_a_part_nothing_is_missed(app: Flask, tenant: UUID, limit: int) -> None:
    first = part(app, tenant, None, limit=limit)
    assert (first["next"] is None) == (limit >= len(ITEMS))
    if first["next"]:
        assert part(app, tenant, first["next"], limit=limit)["items"] == [
            name for _, _, name in ITEMS[limit : 2 * limit]
        ]


def test_a_cursor_is_good_for_its_own_list_alone(app: Flask, tenant: UUID) -> None:
    cursor = part(app, tenant, None)["next"]
    changed = cursor[:5] + ("B" if cursor[5] == "A" else "A") + cursor[6:]
    for wrong in (cursor[:-2], changed, cursor + "%3D", cursor + "!", "." + cursor, "x", "", "é", "%00", "A" * 60):
        with pytest.raises(BadRequest):
            part(app, tenant, wrong)
    for path in ("/api/y?sort=a", "/api/x?sort=b", "/api/x?sort=a&year=2026"):
        with pytest.raises(BadRequest):
            part(app, tenant, cursor, path=path)
    with pytest.raises(BadRequest):
        part(app, uuid4(), cursor)


def test_a_cursor_says_nothing_of_the_person_at_whom_the_list_was_left(app: Flask, tenant: UUID) -> None:
    """It stands in the address of the next part, which proxies write down."""
    with app.test_request_context("/api/x"):
        told = [cursors.cursor(tenant, ("Nguyễn Thị Canh Báo", "NV-CANH-BAO")) for _ in range(2)]
    assert told[0] == told[1], "the same part has the same address"
    sealed = base64.urlsafe_b64decode(told[0] + "=" * (-len(told[0]) % 4))
    assert b"CANH" not in sealed
    assert b"Canh" not in sealed


# ---------------------------------------------------------------- ETags


def test_an_answer_the_caller_has_is_not_made_again_when_its_version_tells(app: Flask) -> None:
    with asking(app):
        answers.unless_known("worker", 3)
        first = answers.conditional(answers.answer({"n": 1}))
    etag = first.headers["ETag"]
    with asking(app, headers={"If-None-Match": f'"other", {etag}'}), pytest.raises(answers.Unchanged) as unchanged:
        answers.unless_known("worker", 3)
    assert f'"{unchanged.value.etag}"' == etag
    with asking(app, headers={"If-None-Match": etag}):
        answers.unless_known("worker", 4)
        assert answers.conditional(answers.answer({"n": 1})).status_code == 200


def test_an_etag_changes_with_the_answer(app: Flask) -> None:
    def ask(document: Any, known: str = "") -> Response:
        with asking(app, headers={"If-None-Match": known}):
            return answers.conditional(answers.answer(document))

    etag = ask({"n": 1}).headers["ETag"]
    assert ask({"n": 1}, etag).status_code == 304
    assert ask({"n": 2}, etag).status_code == 200


def test_an_answer_of_the_interface_carries_its_etag(client: FlaskClient) -> None:
    assert client.get("/api/attainment").headers.get("ETag") is None, "a refusal has none"
    assert client.head("/api/openapi.json").headers["ETag"] == client.get("/api/openapi.json").headers["ETag"]


# ---------------------------------------------------------------- trying out


@pytest.mark.parametrize("dry_run", [True, False])
def test_of_a_dry_run_nothing_stays(app: Flask, database: Database, tenant: UUID, dry_run: bool) -> None:
    with app.app_context(), changing(tenant, dry_run=dry_run) as session:
        session.add(Publication(tenant_id=tenant, as_of=date(2026, 1, 1), published=datetime(2026, 1, 1, tzinfo=UTC)))
    with database.reading(tenant) as session:
        kept = session.scalar(sa.select(sa.func.count()).where(Publication.tenant_id == tenant))
    assert kept == (0 if dry_run else 1)


def test_a_query_without_parameters_takes_none(app: Flask) -> None:
    with asking(app, "/api/x?a=1"), pytest.raises(BadRequest) as refused:
        parameters(Body)
    assert faults(refused.value) == [("a", "unknown parameter; those taken here: none")]
