"""Webhooks: what a message holds, that somebody else's library takes its signature, and that none is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lrs import api
from lrs.db import Database
from lrs.errors import InvalidRequest
from lrs.forwarding import webhooks
from lrs.forwarding.sending import Sender
from tests.conftest import PEPPER
from tests.lrs.forwarding.stores import HOSTS, Scripted, Store, known, letters, scripted, send_all, sender
from tests.lrs.statements.builders import agent, statement, voiding

SITE = "https://cdht.example.vn"


@dataclass
class Heard:
    """A receiver: what came, as it came; answers with the next of `answers`, then 204."""

    server: Store
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def take(self, request: Scripted) -> None:
        self.came.append((dict(request.headers.items()), request.body))
        request.answer(self.answers.pop(0) if self.answers else 204, b"no", Content_Type="text/plain")

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]

    @property
    def told(self) -> list[str]:
        return [one["data"]["statement"] for one in self.messages]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    monkeypatch.setattr(Scripted, "do_POST", _kept)
    with scripted() as server:
        found = Heard(server)
        server.answering = found.take
        yield found


def _kept(request: Scripted) -> None:
    request.body = request.rfile.read(int(request.headers["Content-Length"]))
    request.server.answering(request)


def hook(database: Database, tenant: UUID, heard: Heard, now: datetime, **told: Any) -> str | None:
    said: dict[str, Any] = {"address": f"{heard.server.endpoint}/tin", "hosts": HOSTS, "more": {}, "now": now}
    said |= {"from_beginning": True, "pepper": PEPPER}
    with database.writing(tenant) as session:
        return api.set_webhook(session, tenant, "kia", **(said | told))[1]


def store(database: Database, identity: api.Identity, *statements: dict[str, Any]) -> list[str]:
    with database.writing(identity.tenant) as session:
        return [str(one) for one in api.store(session, identity, statements)]


def courier(database: Database, tenant: UUID, at: datetime) -> Sender:
    return sender(database, tenant, lambda: at, site=SITE)


def test_a_message_is_signed_and_tells_of_the_statement_without_its_person(
    database: Database, tenant: UUID, identity: api.Identity, heard: Heard
) -> None:
    at = datetime.now(UTC)  # the other side's library asks its own clock
    secret = hook(database, tenant, heard, at)
    assert secret is not None
    said = statement(actor=agent("079199000007"), activity="https://hoc.example.org/lam-bai?user=079199000007")
    [first] = store(database, identity, said)
    [second] = store(database, identity, voiding(first))
    send_all(courier(database, tenant, at))
    for headers, body in heard.came:
        assert Webhook(secret).verify(body, headers) == json.loads(body)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body + b" ", headers)
    told, voided = heard.messages
    assert [headers["Webhook-Id"] for headers, _ in heard.came] == [f"statement_{first}", f"statement_{second}"]
    assert (told["type"], voided["type"]) == ("statement.stored", "statement.voided")
    assert told["data"] == {
        "statement": first,
        "verb": said["verb"]["id"],
        "link": f"{SITE}/xapi/statements?statementId={first}",
    }
    assert (voided["data"]["statement"], voided["data"]["voids"]) == (second, first)
    assert not [body for _, body in heard.came if b"079199000007" in body]
    found = known(database, tenant)
    assert (found.kind, found.delivered, found.waiting, found.answer) == ("webhook", 2, 0, "204")


def test_the_link_is_where_the_statement_is_read(
    client: Any, credential: Any, database: Database, tenant: UUID, identity: api.Identity
) -> None:
    [one] = store(database, identity, statement())
    headers = {"Authorization": credential(tenant, "statements/read"), "X-Experience-API-Version": "2.0.0"}
    answer = client.get(webhooks.link(UUID(one), ""), headers=headers)
    assert (answer.status_code, answer.get_json()["id"]) == (200, one)


def test_two_secrets_sign_while_one_is_exchanged_for_another(
    database: Database, tenant: UUID, identity: api.Identity, heard: Heard
) -> None:
    at = datetime.now(UTC)
    old = hook(database, tenant, heard, at)
    assert old and hook(database, tenant, heard, at) is None  # set again it keeps its secret
    with database.writing(tenant) as session:
        new = api.rotate_webhook_secret(session, tenant, "kia", overlap=timedelta(days=1), pepper=PEPPER, now=at)
    store(database, identity, statement())
    send_all(courier(database, tenant, at))
    for secret in (old, new):
        Webhook(secret).verify(heard.came[0][1], heard.came[0][0])
    assert known(database, tenant).old_secret_until == at + timedelta(days=1)
    store(database, identity, statement())
    with database.writing(tenant) as session:
        newest = api.rotate_webhook_secret(session, tenant, "kia", overlap=timedelta(0), pepper=PEPPER, now=at)
    send_all(courier(database, tenant, at))
    Webhook(newest).verify(heard.came[1][1], heard.came[1][0])
    for secret in (old, new):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(heard.came[1][1], heard.came[1][0])
    elsewhere = hook(database, tenant, heard, at, address=f"{heard.server.endpoint}/khac")
    assert elsewhere not in (None, old, new, newest)  # whoever had the one address has no secret of the other


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_answered_each_is_told_at_last_under_the_same_id(
    database: Database, tenant: UUID, identity: api.Identity, heard: Heard, now: datetime
) -> None:
    hook(database, tenant, heard, now)
    ids = store(database, identity, *(statement(id=str(uuid4())) for _ in range(50)))
    heard.answers = [200, 202, 503]
    courier(database, tenant, now).step()
    found = known(database, tenant)
    assert (found.delivered, found.waiting, found.answer, found.failures) == (2, 48, "503", 1)
    assert found.again_at is not None and found.again_at > now
    assert not courier(database, tenant, now).step()
    later = found.again_at
    for status in (301, 401, 404, 429, 500, 400):
        heard.answers = [status]
        courier(database, tenant, later).step()
        found = known(database, tenant)
        assert found.answer.startswith(str(status)) and found.again_at is not None
        later = found.again_at
    send_all(courier(database, tenant, later))
    assert [*dict.fromkeys(heard.told)] == ids and known(database, tenant).letters == 0
    third = [(headers["Webhook-Id"], body) for headers, body in heard.came if ids[2] in headers["Webhook-Id"]]
    assert len(third) == 8 and len(set(third)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_refused_for_an_hour_is_laid_aside_and_told_again(
    database: Database, tenant: UUID, identity: api.Identity, heard: Heard, now: datetime
) -> None:
    hook(database, tenant, heard, now)
    bad, good = store(database, identity, statement(id=str(uuid4())), statement(id=str(uuid4())))

    def take(request: Scripted) -> None:
        heard.answers = [422] if bad.encode() in request.body else []
        heard.take(request)

    heard.server.answering = take
    at, tries = now, 0
    while known(database, tenant).waiting and tries < 20:
        courier(database, tenant, at).step()
        tries, at = tries + 1, known(database, tenant).again_at or at
    assert tries == 13 and timedelta(minutes=15) < at - now < timedelta(hours=2)
    [letter] = letters(database, tenant)
    assert (str(letter.statement), letter.status, letter.reason) == (bad, 422, "no")
    assert heard.told[-1] == good
    heard.server.answering = heard.take
    with database.writing(tenant) as session:
        assert api.replay_dead_letters(session, tenant, "kia", None) == 1
    send_all(courier(database, tenant, at))
    assert heard.told[-1] == bad and not letters(database, tenant)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_that_is_gone_is_asked_no_more_until_somebody_says_so(
    database: Database, tenant: UUID, identity: api.Identity, heard: Heard, now: datetime
) -> None:
    hook(database, tenant, heard, now)
    [one] = store(database, identity, statement())
    heard.answers = [410]
    send_all(courier(database, tenant, now))
    found = known(database, tenant)
    assert found.paused == now and found.answer.startswith("410") and found.waiting == 1
    with database.writing(tenant) as session:
        api.resume_destination(session, tenant, "kia")
    send_all(courier(database, tenant, now))
    assert heard.told == [one, one] and known(database, tenant).waiting == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_filter_holds_and_the_erased_are_not_told_of(
    database: Database, tenant: UUID, identity: api.Identity, heard: Heard, now: datetime
) -> None:
    hook(database, tenant, heard, now, filter={"activities": ["https://hoc.example.org/b"]})
    store(database, identity, statement(activity="https://hoc.example.org/a"))
    [erased] = store(database, identity, statement(actor=agent("lan"), activity="https://hoc.example.org/b"))
    [told] = store(database, identity, statement(actor=agent("hoa"), activity="https://hoc.example.org/b"))
    api.erase(database, tenant, agent("lan"), secret=PEPPER, reason="đơn 3", now=now)
    send_all(courier(database, tenant, now))
    assert heard.told == [told] != [erased]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_fault_is_named_and_a_name_is_of_one_kind(
    database: Database, tenant: UUID, heard: Heard, now: datetime
) -> None:
    told: dict[str, Any] = {"hosts": HOSTS, "more": {}, "pepper": PEPPER, "now": now}
    with database.writing(tenant) as session:
        with pytest.raises(InvalidRequest) as wrong:
            api.set_webhook(session, tenant, "Kia!", address="http://10.0.0.8/?k=1", filter={"x": 1}, **told)
        assert {fault.place for fault in wrong.value.faults} == {"name", "endpoint", "filter/x"}
        for address in (f"{heard.server.endpoint}/é", f"{heard.server.endpoint}/a b"):
            with pytest.raises(InvalidRequest, match="endpoint"):
                api.set_webhook(session, tenant, "kia", address=address, **told)
        made, _ = api.set_webhook(session, tenant, "kia", address=f"{heard.server.endpoint}/", **told)
        assert made.endpoint == f"{heard.server.endpoint}/", "an address is asked as it was written"
        with pytest.raises(InvalidRequest, match="name"):
            api.set_destination(
                session, tenant, "kia", endpoint=heard.server.endpoint, username="k", password="s", **told
            )
        api.set_destination(session, tenant, "kho", endpoint=heard.server.endpoint, username="k", password="s", **told)
        with pytest.raises(api.NotFound):
            api.rotate_webhook_secret(session, tenant, "kho", overlap=timedelta(0), pepper=PEPPER, now=now)
