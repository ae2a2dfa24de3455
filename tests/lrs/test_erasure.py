"""Erasing a person: nothing here holds the identifier afterwards, and other people's records stay as they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.exc import OperationalError

from lrs import actors, api, attachments, definitions, documents, erasure
from lrs.attachments import Content
from lrs.credentials import erasure_key
from lrs.db import EVERY_TENANT, Database
from lrs.documents import Contents, Context, Precondition
from lrs.errors import InvalidRequest, StatementConflict
from lrs.models import Erasure as ErasureRow
from lrs.privacy import OpaqueAccounts
from lrs.statements import originals
from lrs.statements.keys import ERASED, ifi_text
from lrs.statements.store import check, put
from lrs.statements.validate import check_statements, encode
from tests.conftest import PEPPER
from tests.lrs.statements.builders import agent, statement, voiding
from tests.lrs.statements.test_query import found
from tests.lrs.statements.test_related import RELATED_AGENTS, WANTED, group, referring, substatement
from tests.lrs.test_signatures import SIGNER, jws, with_signature

ADDRESS = "bich.ngoc-canary@example.org"
NAME = "Nguyễn Thị Bích Ngọc"
PERSON: dict[str, Any] = {"objectType": "Agent", "mbox": f"mailto:{ADDRESS}", "name": NAME}
SHA1 = hashlib.sha1(f"mailto:{ADDRESS}".encode()).hexdigest()  # noqa: S324
HASHED: dict[str, Any] = {"mbox_sha1sum": SHA1.upper(), "name": NAME}
OTHER = {**agent("người-khác"), "name": "Trần Văn Khác"}

PLACES: dict[str, dict[str, Any]] = {
    "actor": statement(PERSON),
    "actor by the hash of the address": statement(HASHED),
    "object": {**statement(OTHER), "object": PERSON},
    "member of the Group that acts": statement(group(OTHER, PERSON, agent("9"), name="Tổ 1")),
    "member of the Group that is the object": {**statement(OTHER), "object": group(PERSON, OTHER)},
    "identified Group": statement(group(OTHER, mbox=PERSON["mbox"], name=NAME)),
    "both forms in one Group": statement(group(PERSON, HASHED)),
    "everywhere at once": {
        **statement(PERSON, context={"instructor": PERSON, "team": group(PERSON, OTHER)}), "object": PERSON
    },
}  # fmt: skip


def with_person(sent: Any) -> Any:
    """The same with the person in the place of the Agent that `test_related` looks for."""
    if isinstance(sent, dict):
        if sent.get("account") == WANTED["account"]:
            rest = {key: with_person(value) for key, value in sent.items() if key != "account"}
            return {**rest, "mbox": PERSON["mbox"], "name": NAME}
        return {key: with_person(value) for key, value in sent.items()}
    return [with_person(one) for one in sent] if isinstance(sent, list) else sent


PLACES |= {place: with_person(sent) for place, sent in RELATED_AGENTS.items()}


def store(
    database: Database, identity: api.Identity, *sent: dict[str, Any], files: tuple[bytes, ...] = ()
) -> list[UUID]:
    contents = [Content(hashlib.sha256(one).hexdigest(), one) for one in files]
    batch = check(identity, list(sent), contents=contents)
    with database.writing(identity.tenant) as session:
        put(session, batch)
    return [row.id for row in batch.rows]


def erase(database: Database, identity: api.Identity, now: datetime, whom: Any = PERSON, **how: Any) -> erasure.Report:
    return erasure.erase(
        database, identity.tenant, whom, key=identity.erasure_key, accounts=accounts(identity.tenant),
        reason="đơn số 12", now=now, **how,
    )  # fmt: skip


def accounts(tenant: UUID) -> OpaqueAccounts:
    return OpaqueAccounts.of(tenant, PEPPER)


def texts(database: Database, tenant: UUID) -> dict[UUID, str]:
    query = sa.text("SELECT id, exact FROM lrs_statement WHERE tenant_id = :tenant").columns(sa.column("id", sa.Uuid()))
    with database.reading(tenant) as session:
        rows = session.execute(query.bindparams(sa.bindparam("tenant", tenant, type_=sa.Uuid())))
        return {row.id: row.exact for row in rows}


def document(database: Database, tenant: UUID, statement_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(texts(database, tenant)[statement_id])
    return found


def dump(database: Database) -> bytes:
    """Every value of every row of every table, as bytes, one after another."""
    metadata = sa.MetaData()
    metadata.reflect(database.engine)
    values: list[bytes] = []
    with database.reading(EVERY_TENANT) as session:
        for table in metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                values += [one if isinstance(one, bytes) else str(one).encode() for one in row]
    return b"\n".join(values)


def traces(raw: bytes) -> list[str]:
    """What of the person is to be found in there, also inside JSON that escapes what is not ASCII."""
    secrets = {
        "address": ADDRESS.encode(),
        "hash": SHA1.encode(),
        "name": NAME.encode(),
        "escaped name": json.dumps(NAME)[1:-1].encode(),
        "key": str(erasure.key_of(ifi_text(PERSON) or "")).encode(),
        "related key": str(erasure.key_of(f"related {ifi_text(PERSON)}")).encode(),
        "key of the hash": str(erasure.key_of(ifi_text(HASHED) or "")).encode(),
    }
    return [what for what, secret in secrets.items() if secret.lower() in raw.lower()]


def opaque(database: Database, tenant: UUID) -> dict[str, Any]:
    """The account that stands in the person's place."""
    with database.reading(tenant) as session:
        [name] = set(session.scalars(sa.select(ErasureRow.account_name).where(ErasureRow.tenant_id == tenant)))
    return {"account": {"homePage": ERASED, "name": name}}


def state(database: Database, identity: api.Identity, whom: dict[str, Any], now: datetime) -> None:
    for context in (
        Context("state", activity="https://hoc.example.org/khoa/1", agent=ifi_text(whom)),
        Context("agent_profile", agent=ifi_text(whom)),
    ):
        contents = Contents("application/json", encode({"of": whom}).encode())
        with database.writing(identity.tenant) as session:
            documents.put(
                session, identity.tenant, context, "d", contents, Precondition(none_match=frozenset({"*"})),
                version="2.0.0", now=now,
            )  # fmt: skip


def test_the_person_is_erased_wherever_they_stand(
    database: Database, identity: api.Identity, other_identity: api.Identity, now: datetime
) -> None:
    ours = dict(zip(PLACES, store(database, identity, *PLACES.values()), strict=True))
    store(database, other_identity, *PLACES.values())
    before, foreign = texts(database, identity.tenant), texts(database, other_identity.tenant)
    report = erase(database, identity, now)
    assert report.statements == len(PLACES)
    after = texts(database, identity.tenant)
    for place, id_ in ours.items():
        assert traces(before[id_].encode()), place
        assert not traces(after[id_].encode()), place
        assert ERASED in after[id_], place
        kept = json.loads(after[id_])
        check_statements([kept], version="2.0.0")
        assert {"id", "stored", "timestamp", "version", "verb", "authority"} <= kept.keys()
        assert all(kept[name] == json.loads(before[id_])[name] for name in ("id", "stored", "timestamp", "verb")), place
    assert texts(database, other_identity.tenant) == foreign


def test_lists_find_what_was_erased_by_the_account_that_stands_there_and_by_nothing_else(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    """Also what is found only through a reference, stored before or after its target."""
    targets = [{**sent, "id": str(uuid4())} for sent in PLACES.values()]
    early = store(database, identity, *(referring(target["id"]) for target in targets))
    store(database, identity, *targets)
    store(database, identity, *(referring(target["id"]) for target in targets))
    store(database, identity, statement(OTHER))
    of_one = {*found(database, identity.tenant, agent=PERSON), *found(database, identity.tenant, agent=HASHED)}
    related = {
        *found(database, identity.tenant, agent=PERSON, related_agents=True),
        *found(database, identity.tenant, agent=HASHED, related_agents=True),
    }
    assert len(of_one) < len(related) == 3 * len(PLACES)
    assert UUID(targets[0]["id"]) in of_one
    erase(database, identity, now, chunk=10)
    later = store(database, identity, *(referring(one) for one in early))
    for whom in (PERSON, HASHED):
        for looking_further in (False, True):
            assert found(database, identity.tenant, agent=whom, related_agents=looking_further) == []
    account = opaque(database, identity.tenant)
    assert {*found(database, identity.tenant, agent=account)} - {*later} == of_one
    assert {*found(database, identity.tenant, agent=account, related_agents=True)} == related | {*later}


def test_nothing_here_holds_the_person_afterwards(
    database: Database, identity: api.Identity, other_identity: api.Identity, now: datetime
) -> None:
    signed = {**statement(PERSON), "id": str(uuid4())}
    signature = jws(signed, SIGNER)
    photograph = f"ảnh của {NAME}".encode()
    store(database, identity, with_signature(signed, signature), files=(signature,))
    store(database, identity, with_file(statement(PERSON), photograph), files=(photograph,))
    store(database, identity, *PLACES.values())
    for one in PLACES.values():
        store(database, identity, {**one, "id": (target := str(uuid4()))}, referring(target), voiding(target))
    state(database, identity, PERSON, now)
    state(database, identity, HASHED, now)
    state(database, identity, OTHER, now)
    definitions.catch_up(database, identity.tenant)
    assert len(traces(dump(database))) >= 6
    erase(database, identity, now, chunk=7)
    assert traces(dump(database)) == []
    with database.reading(identity.tenant) as session:
        assert actors.person(session, identity.tenant, OTHER)["name"] == [OTHER["name"]]
        assert documents.count(session, identity.tenant, ifi_text(OTHER) or "") == 2
        assert documents.count(session, identity.tenant, ifi_text(PERSON) or "") == 0
    if database.is_sqlite:
        name = str(database.url.database)
        raw = b"".join(Path(name + end).read_bytes() for end in ("", "-wal"))
        assert traces(raw) == []


def test_all_else_stays_to_the_byte(
    database: Database, identity: api.Identity, other_identity: api.Identity, now: datetime
) -> None:
    others = [
        statement(OTHER, result={"score": {"raw": 1.1}}, context={"extensions": {"https://e.org/x": [None]}}),
        statement({"mbox": f"mailto:x{ADDRESS}"}), voiding(uuid4()), statement(group(OTHER, agent("9"))),
    ]  # fmt: skip
    store(database, identity, *others)
    kept = texts(database, identity.tenant)
    sent = statement(
        group(OTHER, PERSON, agent("9")), result={"score": {"scaled": 0.50}, "response": "đúng"},
        context={"extensions": {"https://e.org/x": {"objectType": "Agent", "n": 10**25}}},
    )  # fmt: skip
    [ours] = store(database, identity, sent)
    before = texts(database, identity.tenant)[ours]
    erase(database, identity, now)
    after = texts(database, identity.tenant)
    assert {id_: after[id_] for id_ in kept} == kept
    account = encode({"objectType": "Agent", **opaque(database, identity.tenant)})
    assert after[ours] == before.replace(encode(PERSON), account)


# --- Attachments and signatures


def with_file(sent: dict[str, Any], *data: bytes, **parts: Any) -> dict[str, Any]:
    declared = [
        {
            "usageType": "https://hoc.example.org/ảnh", "display": {"vi": "Ảnh"}, "contentType": "image/png",
            "length": len(one), "sha2": hashlib.sha256(one).hexdigest().upper(), **parts,
        }
        for one in data
    ]  # fmt: skip
    return {**sent, "attachments": declared}


def kept_files(database: Database, tenant: UUID) -> list[bytes]:
    with database.reading(tenant) as session:
        rows = session.scalars(
            sa.select(attachments.Attachment.content).where(attachments.Attachment.tenant_id == tenant)
        )
        return sorted(map(bytes, rows))


def test_files_of_the_persons_own_statements_go_unless_somebody_else_uses_them(
    database: Database, identity: api.Identity, other_identity: api.Identity, now: datetime
) -> None:
    own, shared, mentioned, inner, elsewhere = (f"tệp {n}".encode() for n in range(5))
    link = "https://hoc.example.org/bich-ngoc.pdf"
    [first] = store(database, identity, with_file(statement(PERSON), own, shared), files=(own, shared))
    store(database, identity, with_file(statement(OTHER), shared), files=(shared,))
    [third] = store(
        database, identity, with_file(statement(OTHER, context={"instructor": PERSON}), mentioned), files=(mentioned,)
    )
    sub = with_file(substatement(actor=PERSON), inner)
    store(database, identity, {**statement(OTHER), "object": sub}, files=(inner,))
    [fifth] = store(database, identity, with_file({**statement(OTHER), "object": PERSON}, elsewhere, fileUrl=link))
    store(database, other_identity, with_file(statement(PERSON), own), files=(own,))
    foreseen = erasure.survey(database, identity.tenant, PERSON, accounts=accounts(identity.tenant))
    report = erase(database, identity, now)
    assert (foreseen.statements, report.statements) == (4, 4)
    assert report.kept_attachments == foreseen.kept_attachments == {third}
    assert report.attachments == 2
    assert kept_files(database, identity.tenant) == [shared, mentioned]
    assert kept_files(database, other_identity.tenant) == [own]
    for id_ in (first, fifth):
        after = document(database, identity.tenant, id_)
        assert {each["fileUrl"] for each in after["attachments"]} == {ERASED}
        attachments.check([after], [], 10**9)
    assert "fileUrl" not in document(database, identity.tenant, third)["attachments"][0]


def test_a_signature_goes_and_the_statement_is_a_valid_one_without(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    for parts in ({}, with_file({}, b"x")):
        sent = {**statement(OTHER, context={"team": group(PERSON)}), "id": str(uuid4()), **parts}
        signature = jws(sent, SIGNER)
        whole = with_signature(sent, signature)
        files = (signature, b"x") if parts else (signature,)
        [ours] = store(database, identity, whole, files=files)
        report = erase(database, identity, now)
        assert (report.statements, report.attachments) == (1, 1)
        after = document(database, identity.tenant, ours)
        assert [each["contentType"] for each in after.get("attachments", ())] == (["image/png"] if parts else [])
        check(identity, [after], contents=[Content(hashlib.sha256(b"x").hexdigest(), b"x")] if parts else [])
        with database.reading(identity.tenant) as session:
            assert session.scalar(sa.text("SELECT count(*) FROM lrs_signature")) == 0
        # Sent again with what signed it, it is a repeat, and the signature stays away.
        assert store(database, identity, whole, files=files) == [ours]
        assert signature not in kept_files(database, identity.tenant)


def test_a_file_that_somebody_is_declaring_just_now_is_not_removed(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    """It is kept for an erased Statement no more; while another one is being stored, it is to be removed."""
    data = b"giao trinh chung"
    sha2 = hashlib.sha256(data).hexdigest()
    [ours] = store(database, identity, with_file(statement(PERSON), data), files=(data,))
    with database.writing(identity.tenant) as session:
        attachments.drop_use(session, identity.tenant, [(ours, sha2)])
    batch = check(identity, [with_file(statement(OTHER), data)], contents=[Content(sha2, data)])

    def remove() -> int:
        with database.writing(identity.tenant) as session:
            return attachments.drop_unused(session, identity.tenant, [sha2])

    with ThreadPoolExecutor(1) as others:
        with database.writing(identity.tenant) as session:
            documents_sent = [row.document for row in batch.rows]
            assert attachments.keep(session, identity.tenant, documents_sent, batch.contents) == set()
            removing = others.submit(remove)
            put(session, batch)
        assert removing.result() == 0
    assert kept_files(database, identity.tenant) == [data]


# --- The original sent again


def test_the_original_is_a_repeat_that_brings_nothing_back_and_another_one_a_conflict(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    data = f"tệp của {NAME}".encode()
    moment = {"timestamp": "2026-11-20T08:00:00+07:00"}
    sent = [with_file({**one, **moment, "id": str(uuid4())}, data) for one in PLACES.values()]
    for one in sent:
        store(database, identity, one, files=(data,))
    erase(database, identity, now)
    after = texts(database, identity.tenant), kept_files(database, identity.tenant)
    for one in sent:
        same_id = [UUID(one["id"])]
        untimed = {key: value for key, value in one.items() if key != "timestamp"}
        in_other_letters = {**one, "verb": {**one["verb"], "display": {}}, "timestamp": "2026-11-20T01:00:00.000Z"}
        for again in (one, untimed, in_other_letters, json.loads(after[0][same_id[0]])):
            assert store(database, identity, again, files=(data,)) == same_id
        for other in ({**one, "result": {"success": True}}, {**one, "actor": agent("khác")}):
            with pytest.raises(StatementConflict) as refused:
                store(database, identity, other, files=(data,))
            assert refused.value.differences == ()
            assert not traces(str(refused.value).encode())
    assert (texts(database, identity.tenant), kept_files(database, identity.tenant)) == after


def test_over_http_the_original_is_answered_like_any_repeat(
    app: Flask, database: Database, tenant: UUID, identity: api.Identity, credential: Callable[..., str], now: datetime
) -> None:
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}
    client = app.test_client()
    sent = statement(PERSON, id=str(uuid4()))
    wanted = {"statementId": sent["id"]}
    assert client.post("/xapi/statements", json=sent, headers=headers).status_code == 200
    erase(database, identity, now)
    answer = client.post("/xapi/statements", json=[sent], headers=headers)
    assert (answer.status_code, answer.json) == (200, [sent["id"]])
    assert client.put("/xapi/statements", query_string=wanted, json=sent, headers=headers).status_code == 204
    refused = client.put(
        "/xapi/statements", query_string=wanted, json={**sent, "verb": {"id": "https://e.org/v"}}, headers=headers
    )
    assert refused.status_code == 409
    assert not traces(refused.data)
    kept = client.get("/xapi/statements", query_string=wanted | {"attachments": "true"}, headers=headers)
    assert kept.status_code == 200
    assert not traces(kept.data)
    known = client.get("/xapi/agents", query_string={"agent": json.dumps({"mbox": PERSON["mbox"]})}, headers=headers)
    assert "name" not in (known.json or {})


def test_digests_are_keyed_and_each_erasure_of_a_statement_is_remembered(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    sent = statement(PERSON, id=str(uuid4()), context={"instructor": OTHER})
    [ours] = store(database, identity, sent)
    erase(database, identity, now)
    between = document(database, identity.tenant, ours)
    erase(database, identity, now, OTHER)
    for again in (sent, between):
        assert store(database, identity, again) == [ours]
    with database.reading(identity.tenant) as session:
        kept = originals.known(session, identity.tenant, [ours, uuid4()])
    assert list(kept) == [ours]
    assert len(kept[ours]) == 4  # twice, each as it was and as it would be with opaque accounts
    assert not originals.is_one(kept[ours], erasure_key(b"another secret", identity.tenant), ours, sent)


# --- Where opaque accounts stand in for mail addresses


@pytest.mark.slow
@pytest.mark.parametrize("named", ["by address", "by hash", "by opaque account"])
def test_whom_an_opaque_account_stands_in_for_is_erased_too(
    database: Database, identity: api.Identity, now: datetime, named: str
) -> None:
    standing_in = accounts(identity.tenant).actor(PERSON)
    whom = {"by address": PERSON, "by hash": HASHED, "by opaque account": standing_in}[named]
    sender = replace(identity, opaque_accounts=accounts(identity.tenant))
    sent = [{**one, "id": str(uuid4())} for one in PLACES.values()]
    store(database, sender, *sent)
    state(database, identity, standing_in, now)
    assert standing_in["account"]["name"].encode() in dump(database)
    foreseen = erasure.survey(database, identity.tenant, whom, accounts=accounts(identity.tenant))
    done = erase(database, identity, now, whom)
    assert (foreseen.statements, foreseen.documents) == (done.statements, done.documents) == (len(PLACES), 2)
    everything = dump(database)
    assert traces(everything) == []
    assert standing_in["account"]["name"].encode() not in everything
    before = texts(database, identity.tenant)
    store(database, sender, *sent)
    assert texts(database, identity.tenant) == before


def test_the_original_is_a_repeat_though_opaque_accounts_came_in_between(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    sent = [{**one, "id": str(uuid4())} for one in PLACES.values()]
    store(database, identity, *sent)
    erase(database, identity, now)
    before = texts(database, identity.tenant)
    for sender in (identity, replace(identity, opaque_accounts=accounts(identity.tenant))):
        store(database, sender, *sent)
        assert texts(database, identity.tenant) == before


# --- Twice, nobody, broken off, and others writing meanwhile


def test_erasing_twice_and_erasing_nobody_change_nothing(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    store(database, identity, *PLACES.values())
    erase(database, identity, now, agent("nobody"))
    state(database, identity, OTHER, now)
    first = erase(database, identity, now)
    before = texts(database, identity.tenant)
    second = erase(database, identity, now)
    assert first.statements == len(PLACES)
    assert (second.statements, second.attachments, second.documents) == (0, 0, 0)
    assert texts(database, identity.tenant) == before
    how = {"key": identity.erasure_key, "accounts": accounts(identity.tenant)}
    with database.reading(identity.tenant) as session:
        assert erasure.last(session, identity.tenant, PERSON, **how) == now
        assert erasure.last(session, identity.tenant, HASHED, **how) == now
        assert erasure.last(session, identity.tenant, OTHER, **how) is None


@pytest.mark.slow
def test_a_person_may_come_back_and_be_erased_again_under_the_same_account(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    [first] = store(database, identity, statement(PERSON))
    erase(database, identity, now)
    [second] = store(database, identity, statement(PERSON))
    assert found(database, identity.tenant, agent=PERSON) == [second]
    erase(database, identity, now)
    assert found(database, identity.tenant, agent=PERSON) == []
    account = opaque(database, identity.tenant)
    assert found(database, identity.tenant, agent=account, ascending=True) == [first, second]


@pytest.mark.parametrize(
    "whom", [{"account": {"homePage": ERASED, "name": "x"}}, {"mbox": "nobody"}, {}, group(PERSON)]
)
def test_what_cannot_be_erased_is_refused(
    database: Database, identity: api.Identity, now: datetime, whom: dict[str, Any]
) -> None:
    for one in (whom, identity.authority):
        with pytest.raises(InvalidRequest):
            erase(database, identity, now, one)


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_broken_off_at_any_command_it_goes_on_where_it_was(
    database: Database, identity: api.Identity, now: datetime, chunk: int
) -> None:
    """The connection breaks, each time a little later, and the same is asked for again."""
    store(database, identity, *list(PLACES.values())[:6], with_file(statement(PERSON), b"x"), files=(b"x",))
    state(database, identity, PERSON, now)
    definitions.catch_up(database, identity.tenant)
    attempts = 0
    left = 1
    while True:
        attempts += 1
        try:
            with broken_after(database, left):
                erase(database, identity, now, chunk=chunk)
            break
        except OperationalError:
            left += 3
    assert attempts > 5
    assert traces(dump(database)) == []
    with database.reading(identity.tenant) as session:
        assert erasure.unfinished(session, identity.tenant) == []
        [row] = session.execute(
            sa.select(ErasureRow.statements, ErasureRow.documents, ErasureRow.finished).where(
                ErasureRow.tenant_id == identity.tenant
            )
        )
        assert row[:2] == (7, 2)
        assert row.finished is not None
    assert len({encode(one["account"]) for one in opaque_actors(database, identity.tenant)}) == 1


@contextmanager
def broken_after(database: Database, commands: int) -> Any:
    """The connection breaks after so many SQL commands."""
    sent = 0

    def breaking(*_: Any) -> None:
        nonlocal sent
        sent += 1
        if sent > commands:
            raise OperationalError("broken", None, Exception("the server has gone away"))

    sa.event.listen(database.engine, "before_cursor_execute", breaking)
    try:
        yield
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", breaking)


def opaque_actors(database: Database, tenant: UUID) -> list[dict[str, Any]]:
    actors = [json.loads(text)["actor"] for text in texts(database, tenant).values()]
    return [one for one in actors if one.get("account", {}).get("homePage") == ERASED]


@pytest.mark.slow
def test_what_is_stored_meanwhile_is_erased_too(database: Database, identity: api.Identity, now: datetime) -> None:
    """A platform goes on sending, references to what was erased among it, after every chunk but the last."""
    ids = store(database, identity, *(statement(PERSON) for _ in range(6)))
    sending = iter(ids[:4])

    def send(_: erasure.Report) -> None:
        if (target := next(sending, None)) is not None:
            store(database, identity, statement(PERSON), referring(target), referring(ids[-1]))
            state(database, identity, PERSON, now) if target == ids[0] else None

    report = erase(database, identity, now, chunk=2, after_chunk=send)
    assert (report.statements, report.documents) == (10, 2)
    assert traces(dump(database)) == []
    account = opaque(database, identity.tenant)
    assert len(found(database, identity.tenant, agent=account)) == 6 + 4 * 3


def test_names_merged_by_somebody_who_read_before_do_not_come_back(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    """Whoever merges definitions has read Statements, then the person is erased, then the names are to be written."""
    store(database, identity, statement(PERSON), statement(OTHER))
    advance = definitions._advance

    def erased_meanwhile(*arguments: Any) -> bool:
        definitions._advance = advance
        raise _Pause

    definitions._advance = erased_meanwhile
    with pytest.raises(_Pause):
        definitions.catch_up(database, identity.tenant)
    erase(database, identity, now)
    with database.writing(identity.tenant) as session:
        assert not advance(session, identity.tenant, 0, 2)


class _Pause(Exception):
    """The one who merges has read, and not written yet."""


# --- The command


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    return lambda *words, **how: app.test_cli_runner().invoke(args=["lrs", "erase", *words], **how)


def test_the_command_tells_first_and_asks(
    run: Callable[..., Result], database: Database, identity: api.Identity
) -> None:
    store(database, identity, *PLACES.values(), statement(PERSON, result={"response": f"Tôi là {NAME}"}))
    before = texts(database, identity.tenant)
    whom = ("--agent", json.dumps(PERSON), "--reason", "đơn số 12")
    foreseen = run(*whom, "--dry-run")
    assert foreseen.exit_code == 0, foreseen.output
    assert f"{len(PLACES) + 1} Statements would be rewritten." in foreseen.output
    assert "1 Statements tell the identifier or the name" in foreseen.output
    assert run(*whom, input="n\n").exit_code == 1
    assert texts(database, identity.tenant) == before
    done = run(*whom, input="y\n")
    assert done.exit_code == 0, done.output
    assert f"{len(PLACES) + 1} Statements were rewritten." in done.output
    assert ADDRESS not in done.output
    again = run("--ifi", f"mbox mailto:{ADDRESS}", "--yes")
    assert "was erased on" in again.output
    assert "0 Statements were rewritten." in again.output


def test_the_command_does_not_say_that_somebody_is_erased_whom_nothing_named(
    run: Callable[..., Result], database: Database, identity: api.Identity
) -> None:
    store(database, identity, statement(PERSON))
    assert "Nothing here named this Agent" in run("--ifi", f"mbox mailto:{ADDRESS}.vn", "--yes").stderr
    for _ in range(2):
        assert "The person is erased here" in run("--ifi", f"mbox mailto:{ADDRESS}", "--yes").stderr


def test_the_command_finds_whom_an_opaque_account_stands_in_for(
    run: Callable[..., Result], database: Database, identity: api.Identity
) -> None:
    store(database, replace(identity, opaque_accounts=accounts(identity.tenant)), statement(PERSON))
    assert "1 Statements were rewritten." in run("--ifi", f"mbox mailto:{ADDRESS}", "--yes").output


def test_the_command_goes_on_with_what_was_broken_off(
    run: Callable[..., Result], database: Database, identity: api.Identity, now: datetime
) -> None:
    store(database, identity, statement(agent("a")), statement(PERSON))
    with pytest.raises(OperationalError), broken_after(database, 12):
        erase(database, identity, now)
    assert run("--unfinished").exit_code == 0
    assert traces(dump(database)) == []
    assert "No erasure was broken off." in run("--unfinished").output


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--agent", "{}", "--ifi", "x"),
        ("--agent", "{"),
        ("--agent", "{}"),
        ("--ifi", "nothing"),
        ("--ifi", "mbox x"),
    ],
)
def test_the_command_refuses_what_names_nobody(run: Callable[..., Result], words: tuple[str, ...]) -> None:
    refused = run(*words, "--yes")
    assert refused.exit_code in (1, 2)
    assert "Traceback" not in refused.output


def test_the_key_is_the_tenants_own(identity: api.Identity, other_identity: api.Identity) -> None:
    assert identity.erasure_key == erasure_key(PEPPER, identity.tenant) != other_identity.erasure_key
    assert "erasure_key" not in repr(identity)
