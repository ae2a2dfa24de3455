"""Packed columns arrive in PostgreSQL as the driver's own would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest

from lrs.arrays import Bigints, Booleans, Texts, Uuids
from tests.postgresql import Cluster

SOME = [UUID(int=1), UUID(int=2**128 - 1)]


@pytest.mark.parametrize(
    ("kind", "type_name", "values"),
    [
        (Bigints, "bigint", [0, -1, 2**63 - 1, -(2**63)]),
        (Bigints, "bigint", range(3, 6)),
        (Bigints, "bigint", [None, 7, None]),
        (Uuids, "uuid", SOME),
        (Uuids, "uuid", [None, *SOME, None]),
        (Booleans, "boolean", [True, False, True]),
        (Texts, "text", ["", "a", "Công đoàn \U0001f600", '{,}"\\ NULL']),
        *((kind, name, []) for kind, name in ((Bigints, "bigint"), (Uuids, "uuid"), (Texts, "text"))),
    ],
)
def test_a_column_arrives_as_it_is(postgresql: Cluster, kind: Any, type_name: str, values: Sequence[Any]) -> None:
    with psycopg.connect(postgresql.url("postgres").replace("+psycopg", "")) as connection:
        query = (
            f"SELECT coalesce(array_agg(v ORDER BY n), '{{}}') FROM unnest(%b::{type_name}[]) WITH ORDINALITY u(v, n)"
        )
        [found] = connection.execute(query, (kind(values),)).fetchone() or ()
    assert found == list(values)
