from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from lrs import api, attachments
from lrs.attachments import Content
from lrs.bucket.store import Bucket
from lrs.bucket.sweeping import LEFT_ALONE, sweep
from lrs.db import NOBODY, Database
from lrs.errors import StoreAway
from lrs.models import Attachment
from lrs.statements.store import check
from lrs.statements.writer import Writer
from tests.lrs.resources.test_attachments import NOTES, PICTURE, with_files
from tests.s3 import S3
from tests.threads import ended

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TENANT = uuid4()


def sha2(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def names(bucket: Bucket) -> list[str]:
    return [one.name for one in bucket.listed()]


def test_what_is_put_comes_back_is_listed_and_goes(s3: S3) -> None:
    bucket = s3.bucket()
    large = bytes(range(256)) * 4000
    put = {bucket.put(TENANT, sha2(data), data): data for data in (PICTURE, NOTES, b"", large, PICTURE)}
    assert len(put) == 5, "each has a name of its own"
    for name, data in put.items():
        assert b"".join(bucket.pieces(name, len(data), sha2(data))) == data
    assert sorted(names(bucket)) == sorted(put)
    assert {(one.tenant, one.length) for one in bucket.listed()} == {(TENANT, len(data)) for data in put.values()}
    (one, *rest) = put
    for _ in range(2):
        bucket.remove(one)
    assert sorted(names(bucket)) == sorted(rest)
    bucket.answers()
    with pytest.raises(StoreAway) as caught:
        next(bucket.pieces(one, 1, sha2(b"x")))
    assert caught.value.why == "the bucket answered 404 NoSuchKey"


def test_a_list_goes_on_where_one_answer_ends(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    from lrs.bucket import store

    bucket = s3.bucket()
    put = sorted(bucket.put(TENANT, sha2(bytes([at])), bytes([at])) for at in range(5))
    monkeypatch.setattr(store, "_MOST_KEYS", "2")
    assert names(bucket) == put


def test_a_wrong_key_or_bytes_that_are_not_what_was_put_are_told(s3: S3) -> None:
    bucket = s3.bucket("dung")
    name = bucket.put(TENANT, sha2(PICTURE), PICTURE)
    with pytest.raises(StoreAway) as caught:
        s3.bucket("dung", "sai").put(TENANT, sha2(PICTURE), PICTURE)
    assert caught.value.why == "the bucket answered 403 InvalidAccessKeyId"
    for length, digest in ((len(PICTURE) + 1, sha2(PICTURE)), (len(PICTURE), sha2(NOTES))):
        with pytest.raises(StoreAway) as caught:
            list(bucket.pieces(name, length, digest))
        assert caught.value.why == f"the object {name} is not what was put there"


# ---------------------------------------------------------------- with the database


@pytest.fixture
def bucket(database: Database, s3: S3) -> Bucket:
    database.bucket = s3.bucket()
    return database.bucket


def post(database: Database, identity: api.Identity, *files: bytes) -> None:
    contents = [Content(sha2(data), data) for data in files]
    Writer(database).put(check(identity, [with_files(*files)], contents=contents))


@on_sqlite
def test_a_repeat_leaves_nothing_behind_and_what_is_there_is_not_put_again(
    database: Database, bucket: Bucket, identity: api.Identity
) -> None:
    post(database, identity, PICTURE)
    post(database, identity, PICTURE, NOTES, PICTURE)
    assert len(names(bucket)) == 2
    wrong = with_files(PICTURE, b"x", id=str(uuid4()))
    contents = [Content(sha2(data), data) for data in (PICTURE, b"x")]
    Writer(database).put(check(identity, [wrong], contents=contents))
    for data, refused in ((b"y", True), (b"x", False)):
        again = {**with_files(PICTURE, data), "id": wrong["id"]}
        with suppress(api.LrsError) if not refused else pytest.raises(api.LrsError):
            Writer(database).put(
                check(identity, [again], contents=[Content(sha2(PICTURE), PICTURE), Content(sha2(data), data)])
            )
    assert len(names(bucket)) == 3, "of what was refused nothing stays"


@on_sqlite
def test_bytes_that_a_statement_keeps_no_more_go_after_the_transaction_that_says_so(
    database: Database, tenant: UUID, bucket: Bucket, identity: api.Identity
) -> None:
    post(database, identity, PICTURE)
    with database.writing(tenant) as session:
        uses = session.execute(
            sa.select(attachments.AttachmentUse.statement_id, attachments.AttachmentUse.sha2).where(
                attachments.AttachmentUse.tenant_id == tenant
            )
        ).all()
        attachments.drop_use(session, tenant, [(row[0], row[1]) for row in uses])
        with session.begin_nested():
            assert attachments.drop_unused(session, tenant, [sha2(PICTURE)]) == 1
        assert len(names(bucket)) == 1
    assert names(bucket) == []


@on_sqlite
def test_what_nobody_needs_is_swept_and_what_is_missing_is_counted(
    database: Database, tenant: UUID, bucket: Bucket, identity: api.Identity
) -> None:
    post(database, identity, PICTURE, NOTES)
    left = bucket.put(tenant, sha2(b"x"), b"x")
    foreign = Bucket(f"{bucket.address}/khac", bucket.credentials).put(tenant, sha2(b"y"), b"y")
    now = datetime.now(UTC)
    found = sweep(database, bucket, now=now)
    assert (found.kept, found.removed, found.young, found.foreign, found.missing) == (2, 0, 1, 1, 0)
    later = now + LEFT_ALONE + timedelta(minutes=1)
    with database.writing(NOBODY) as session:
        api.mark_copy(session, now=now)
    assert sweep(database, bucket, now=later).removed == 0
    with database.writing(NOBODY) as session:
        api.take_for_original(session)
    with database.reading(tenant) as session:
        kept = session.scalars(sa.select(Attachment.name).where(Attachment.tenant_id == tenant)).all()
    bucket.remove(str(kept[0]))
    found = sweep(database, bucket, now=later)
    assert (found.kept, found.removed, found.young, found.foreign, found.missing) == (1, 1, 0, 1, 1)
    assert left not in names(bucket) and f"khac/{foreign}" in names(bucket)


@on_sqlite
def test_commands_say_how_the_bucket_is(app: Flask, database: Database, identity: api.Identity, s3: S3) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(args=["ops", *arguments])
        return done.exit_code, done.output + done.stderr

    code, said = run("sweep-attachments")
    assert code == 1 and "ATTACHMENTS_URL is not set" in said
    database.bucket = s3.bucket()
    post(database, identity, PICTURE)
    code, said = run("sweep-attachments")
    assert code == 0 and "1 attachments in use; 0 removed" in said, said
    for name in names(database.bucket):
        database.bucket.remove(name)
    code, said = run("sweep-attachments")
    assert code == 1 and "1 attachments are missing" in said
    assert "Store of attachments: http://127.0.0.1" in run("doctor", "--all")[1]
    database.bucket = s3.bucket(key="la")
    code, said = run("doctor")
    assert code == 1 and "the bucket answered 403 InvalidAccessKeyId" in said
    code, said = run("sweep-attachments")
    assert code == 1 and "403 InvalidAccessKeyId" in said


@on_sqlite
def test_a_restored_copy_reads_the_bucket_and_changes_nothing_there(
    database: Database, tenant: UUID, bucket: Bucket, identity: api.Identity
) -> None:
    post(database, identity, PICTURE)
    with database.writing(NOBODY) as session:
        api.mark_copy(session, now=datetime.now(UTC))
    post(database, identity, NOTES)
    assert len(names(bucket)) == 1
    with database.reading(tenant) as session:
        assert attachments.read(session, tenant, sha2(PICTURE)) == PICTURE
        assert attachments.read(session, tenant, sha2(NOTES)) == NOTES


@on_sqlite
def test_a_store_that_is_killed_in_the_middle_of_a_request_leaves_nothing_half_stored(
    database: Database, tenant: UUID, identity: api.Identity, tmp_path: Path
) -> None:
    s3 = S3(tmp_path / "s3")
    bucket = database.bucket = s3.bucket()
    large = bytes(range(256)) * 40_000
    told: list[BaseException] = []

    def send() -> None:
        try:
            post(database, identity, large)
        except BaseException as error:
            told.append(error)

    s3.hold()
    sender = Thread(target=send)
    sender.start()
    end = monotonic() + 30
    while not s3.receives(20_000):
        assert monotonic() < end and sender.is_alive(), told
        sleep(0.01)
    s3.kill()
    ended(sender)
    assert [type(one) for one in told] == [StoreAway]
    with database.reading(tenant) as session:
        assert session.scalars(sa.select(Attachment.sha2).where(Attachment.tenant_id == tenant)).all() == []
        assert api.statements_about(session, tenant, []) == []
    s3.start()
    assert names(bucket) == []
    post(database, identity, large)
    with database.reading(tenant) as session:
        assert attachments.read(session, tenant, sha2(large)) == large
    s3.kill()
    with database.reading(tenant) as session, pytest.raises(StoreAway):
        attachments.read(session, tenant, sha2(large))
