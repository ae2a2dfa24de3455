"""Forwarding to our own program over real HTTP: each Statement is there once, whatever is in the way."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from lrs import api, attachments
from lrs.attachments import Content
from lrs.db import NOBODY, Database
from lrs.errors import InvalidRequest
from lrs.forwarding import sending
from lrs.models import AttachmentUse, Destination, Statement
from lrs.statements.store import check, put
from tests.conftest import PEPPER
from tests.lrs.forwarding.stores import HOSTS, known, letters, point_at, secret_for, send_all, sender, served
from tests.lrs.statements.builders import agent, statement, voiding
from wsgi import Settings, create_app


@dataclass
class There:
    """The other store."""

    database: Database
    endpoint: str
    tenant: UUID
    credential: dict[str, str]

    def ids(self) -> list[str]:
        """What it has, in its order."""
        with self.database.reading(self.tenant) as session:
            mine = sa.select(Statement.id).where(Statement.tenant_id == self.tenant).order_by(Statement.seq)
            return [str(one) for one in session.scalars(mine)]

    def documents(self) -> dict[str, dict[str, Any]]:
        with self.database.reading(self.tenant) as session:
            found = api.get_statements(session, self.tenant, [UUID(one) for one in self.ids()])
        return {str(one.id): one.document for one in found}


@pytest.fixture
def there(migrated_sqlite: Path, tmp_path: Path, now: datetime) -> Iterator[There]:
    path = tmp_path / "there.sqlite3"
    shutil.copy(migrated_sqlite.with_name("empty.sqlite3"), path)
    database = Database(f"sqlite:///{path}")
    app = create_app(Settings(data_dir=tmp_path, database_url=f"sqlite:///{path}", secret_key=PEPPER), database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    credential = secret_for(database, now)
    with served(app) as endpoint:
        yield There(database, endpoint, tenant, credential)
    database.close()


def store(database: Database, identity: api.Identity, *statements: dict[str, Any]) -> list[str]:
    with database.writing(identity.tenant) as session:
        return [str(one) for one in api.store(session, identity, statements)]


def numbered(count: int, **parts: Any) -> list[dict[str, Any]]:
    return [statement(activity=f"https://hoc.example.org/khoa/{at}", id=str(uuid4()), **parts) for at in range(count)]


def test_all_arrives_once_in_order_and_goes_on_from_where_it_was(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    first = store(database, identity, *numbered(250))
    point_at(database, tenant, there.endpoint, now, **there.credential)
    assert known(database, tenant).waiting == 250
    one = sender(database, tenant, lambda: now)
    send_all(one)
    assert there.ids() == first
    second = store(database, identity, *numbered(3))
    send_all(one)
    assert there.ids() == first + second
    found = known(database, tenant)
    assert (found.waiting, found.delivered, found.letters, found.answer, found.took) == (0, 253, 0, "200", now)
    assert found.waiting_since is None
    ours, theirs = first[0], there.documents()[first[0]]
    with database.reading(tenant) as session:
        sent = api.get_statements(session, tenant, [UUID(ours)])[0].document
    own = {"stored", "authority"}
    assert {k: v for k, v in theirs.items() if k not in own} == {k: v for k, v in sent.items() if k not in own}


def test_killed_at_every_step_each_is_there_once(
    database: Database,
    tenant: UUID,
    identity: api.Identity,
    there: There,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before it was sent, after it was taken, and while what came of it was being kept."""
    ids = store(database, identity, *numbered(30))
    point_at(database, tenant, there.endpoint, now, **there.credential)
    monkeypatch.setattr(sending, "MOST", 10)
    real_post, real_settled = sending.post, sending.letters.settled

    class Killed(BaseException):
        pass

    def before(*_: Any, **__: Any) -> Any:
        raise Killed

    def after(*told: Any, **more: Any) -> Any:
        real_post(*told, **more)
        raise Killed

    for name, end in (("post", before), ("post", after), ("settled", before)):
        target = sending if name == "post" else sending.letters
        monkeypatch.setattr(target, name, end)
        with pytest.raises(Killed):
            sender(database, tenant, lambda: now).step()
        monkeypatch.setattr(sending, "post", real_post)
        monkeypatch.setattr(sending.letters, "settled", real_settled)
        assert known(database, tenant).position in (0, 10, 20)
        sender(database, tenant, lambda: now).step()
    assert there.ids() == ids
    assert known(database, tenant).waiting == 0


def test_of_two_who_forward_at_once_one_moves_on(
    database: Database,
    tenant: UUID,
    identity: api.Identity,
    there: There,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = store(database, identity, *numbered(5))
    point_at(database, tenant, there.endpoint, now, **there.credential)
    real_post = sending.post
    second = sender(database, tenant, lambda: now)

    def meanwhile(*told: Any, **more: Any) -> Any:
        monkeypatch.setattr(sending, "post", real_post)
        send_all(second)
        return real_post(*told, **more)

    monkeypatch.setattr(sending, "post", meanwhile)
    sender(database, tenant, lambda: now).step()
    assert there.ids() == ids
    assert known(database, tenant).delivered == 5


def test_attachments_are_carried(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    content = "Giấy chứng nhận\r\n--x".encode()
    sha2 = hashlib.sha256(content).hexdigest()
    declared = {
        "usageType": "https://hoc.example.org/giay", "display": {"vi": "Giấy"}, "contentType": "text/plain",
        "length": len(content), "sha2": sha2,
    }  # fmt: skip
    with database.writing(tenant) as session:
        put(session, check(identity, [statement(attachments=[declared])], contents=[Content(sha2, content)]))
    store(database, identity, *numbered(2))
    point_at(database, tenant, there.endpoint, now, **there.credential)
    send_all(sender(database, tenant, lambda: now))
    with there.database.reading(there.tenant) as session:
        assert len(there.ids()) == 3
        assert attachments.read(session, there.tenant, sha2) == content
        assert session.scalar(sa.select(sa.func.count()).select_from(AttachmentUse)) == 1


def test_a_voiding_goes_where_what_it_voids_goes(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    wanted, early, other = (statement(verb=verb, id=str(uuid4())) for verb in ("passed", "passed", "failed"))
    voids_early = voiding(early["id"])
    store(database, identity, voids_early)
    store(database, identity, wanted, early, other)
    voids_wanted, voids_other = voiding(wanted["id"]), voiding(other["id"])
    store(database, identity, voids_wanted, voids_other)
    verbs = ["http://adlnet.gov/expapi/verbs/passed"]
    point_at(database, tenant, there.endpoint, now, filter={"verbs": verbs}, **there.credential)
    send_all(sender(database, tenant, lambda: now))
    assert there.ids() == [wanted["id"], early["id"], voids_early["id"], voids_wanted["id"]]
    with there.database.reading(there.tenant) as session:
        found = api.get_statements(session, there.tenant, [UUID(wanted["id"]), UUID(early["id"])])
    assert [one.voided for one in found] == [True, True]
    assert known(database, tenant).waiting == 0


def test_what_is_filtered_by(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    typed = {"id": "https://a.example/1", "definition": {"type": "https://a.example/course"}}
    one = statement(id=str(uuid4()), context={"platform": "Moodle"}) | {"object": typed}
    store(database, identity, one, *numbered(2))
    for asked in (
        {"activity_types": ["https://a.example/course"]},
        {"platforms": ["Moodle", "Canvas"]},
        {"activities": ["https://a.example/1"], "keys": [identity.key]},
    ):
        point_at(database, tenant, there.endpoint, now, filter=asked, **there.credential)
        with database.writing(tenant) as session:
            session.execute(sa.update(Destination).values(position=0, delivered=0))
        send_all(sender(database, tenant, lambda: now))
        assert there.ids() == [one["id"]]
        assert (known(database, tenant).waiting, known(database, tenant).delivered) == (0, 1)


def test_nothing_of_an_erased_person_goes_out_later(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    gone, stays = statement("lan", id=str(uuid4())), statement("mai", id=str(uuid4()))
    store(database, identity, gone, stays)
    conflicting = dict(gone, verb={"id": "https://a.example/other"})
    with there.database.writing(there.tenant) as session:
        theirs = api.acting(session, there.tenant, "test/x", name="x", pepper=PEPPER)
        api.store(session, theirs, [conflicting])
    point_at(database, tenant, there.endpoint, now, **there.credential)
    send_all(sender(database, tenant, lambda: now))
    (letter,) = letters(database, tenant)
    assert (str(letter.statement), letter.status) == (gone["id"], 409)
    assert "stored already" in letter.reason
    with database.writing(tenant) as session:
        session.execute(sa.update(Destination).values(position=0))
    api.erase(database, tenant, agent("lan"), secret=PEPPER, reason="đơn 3", now=now)
    assert letters(database, tenant) == []
    send_all(sender(database, tenant, lambda: now))
    assert set(there.ids()) == {gone["id"], stays["id"]}
    assert there.documents()[gone["id"]]["verb"]["id"] == "https://a.example/other"
    assert known(database, tenant).waiting == 0


def test_dead_letters_are_replayed_once_what_stood_in_the_way_is_gone(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    """A store of 1.0.3 has no contextAgents: such a Statement is not sent as less than it is."""
    telling = statement(id=str(uuid4()), context={"contextAgents": [{"objectType": "contextAgent", "agent": agent()}]})
    plain = statement(id=str(uuid4()))
    store(database, identity, telling, plain)
    point_at(database, tenant, there.endpoint, now, version="1.0.3", **there.credential)
    one = sender(database, tenant, lambda: now)
    send_all(one)
    assert there.ids() == [plain["id"]]
    assert there.documents()[plain["id"]]["version"] == "1.0.0"
    (letter,) = letters(database, tenant)
    assert (str(letter.statement), letter.status) == (telling["id"], 0)
    assert "contextAgents" in letter.reason
    point_at(database, tenant, there.endpoint, now, version="2.0.0", **there.credential)
    with database.writing(tenant) as session:
        assert api.replay_dead_letters(session, tenant, "kia", [UUID(telling["id"])]) == 1
    send_all(one)
    assert there.ids() == [plain["id"], telling["id"]]
    assert letters(database, tenant) == []


def test_a_copy_forwards_nothing_and_neither_does_a_paused_one(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    store(database, identity, *numbered(2))
    point_at(database, tenant, there.endpoint, now, **there.credential)
    one = sender(database, tenant, lambda: now)
    with database.writing(NOBODY) as session:
        api.mark_copy(session, now=now)
    assert not one.step()
    with database.writing(NOBODY) as session:
        api.take_for_original(session)
    with database.writing(tenant) as session:
        api.pause_destination(session, tenant, "kia", now=now)
    assert not one.step()
    assert there.ids() == []
    with database.writing(tenant) as session:
        api.resume_destination(session, tenant, "kia")
    send_all(one)
    assert len(there.ids()) == 2


def test_a_wrong_password_waits_and_is_not_laid_aside(
    database: Database, tenant: UUID, identity: api.Identity, there: There, now: datetime
) -> None:
    store(database, identity, *numbered(2))
    point_at(database, tenant, there.endpoint, now)
    one = sender(database, tenant, lambda: now)
    assert not one.step()
    found = known(database, tenant)
    assert found.answer.startswith("401")
    assert (found.failures, found.waiting, found.letters) == (1, 2, 0)
    assert found.again_at is not None and timedelta(seconds=0.4) < found.again_at - now <= timedelta(seconds=1)
    point_at(database, tenant, there.endpoint, now, **there.credential)
    send_all(one)
    assert len(there.ids()) == 2


def test_every_fault_of_a_destination_is_told_and_no_secret_is_kept_in_the_clear(
    database: Database, tenant: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session, pytest.raises(InvalidRequest) as refused:
        api.set_destination(
            session, tenant, "Kia!", endpoint="http://10.0.0.8/xapi", username="", password="", version="0.9",
            filter={"verbs": [], "unknown": 1}, hosts=HOSTS, more={}, pepper=PEPPER, now=now,
        )  # fmt: skip
    places = {fault.place for fault in refused.value.faults}
    assert places == {"name", "endpoint", "username", "password", "version", "filter/verbs", "filter/unknown"}
    with pytest.raises(InvalidRequest, match="OUTGOING_HOSTS"):
        point_at(database, tenant, "https://lrs.example.vn/xapi", now)
    point_at(database, tenant, "https://127.0.0.1/xapi", now, password="bí-mật-của-kho")
    with pytest.raises(InvalidRequest, match="password"):
        point_at(database, tenant, "https://127.0.0.1/elsewhere", now, password=None)
    with database.reading(tenant) as session:
        row = session.scalars(sa.select(Destination).where(Destination.tenant_id == tenant)).one()
        assert "bí-mật-của-kho".encode() not in row.sealed
    one = sender(database, tenant, lambda: now, pepper=b"another secret of the installation..")
    store_nothing = json.dumps(known(database, tenant).filter)
    assert store_nothing == "{}"
    assert not one.step()
