"""Statements that are there when their use of Attachments comes to be kept are known as users, like later ones."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command

import migrations
from lrs import api
from lrs.attachments import Content
from lrs.db import EVERY_TENANT, Database
from lrs.statements.store import check, put
from tests.lrs.statements.builders import statement


def declaring(*files: bytes, **parts: Any) -> dict[str, Any]:
    listed = [
        {
            "usageType": "https://hoc.example.org/ảnh", "display": {}, "contentType": "image/png", "length": len(one),
            "sha2": hashlib.sha256(one).hexdigest().upper(), "fileUrl": "https://hoc.example.org/x.png",
        }
        for one in files
    ]  # fmt: skip
    return statement(attachments=listed, **parts)


def uses(database: Database) -> list[str]:
    with database.reading(EVERY_TENANT) as session:
        found = session.execute(sa.text("SELECT tenant_id, sha2, statement_id, dropped FROM lrs_attachment_use"))
        return sorted(str(tuple(row)) for row in found)


def test_rows_are_carried_across_both_ways(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    file = b"bytes"
    sent = [
        declaring(b"1", b"2", b"1"), declaring(b"2", id=str(UUID(int=0))), statement("sha2"), declaring(),
        {**statement(), "object": {**declaring(file), "objectType": "SubStatement"}},
    ]  # fmt: skip
    contents = [Content(hashlib.sha256(file).hexdigest(), file)]
    for who in (identity, other_identity):
        batch = check(who, sent, contents=contents)
        with database.writing(who.tenant) as session:
            put(session, batch)
    expected = uses(database)
    assert len(expected) == 2 * 4
    command.downgrade(migrations.config_for(database), "0003")
    with database.reading(EVERY_TENANT) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM lrs_attachment")) == 2
    migrations.upgrade(database)
    assert uses(database) == expected
