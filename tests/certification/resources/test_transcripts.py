"""/api/workers/…/transcript and /api/enterprises/…/transcripts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.acts import chain
from certification.models import Audience, Employment, Organization, Worker
from certification.privacy import access, consents
from certification.rules.criteria import AUDIENCE
from certification.transcripts import gathering, grants, handing_over
from certification.transcripts.handing_over import Item
from certification.transcripts.told import Transcript
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.models import Activity
from tests.certification import learning
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.transcripts.learners import NUMBER, agree, course, hoa
from tests.certification.world import World

ONE = f"/api/workers/{NUMBER}/transcript"
TRAINING = "?enterprise=dn/a&purpose=employer-training"
FEBRUARY = datetime(2026, 2, 1, 3, tzinfo=UTC)
ALL = "/api/enterprises/dn/a/transcripts?purpose=employer-training"


@pytest.fixture
def worker(world: World, identity: api.Identity) -> UUID:
    return hoa(world, identity)


def acts(world: World) -> list[str]:
    with world.database.reading(world.tenant) as session:
        return [one.act for one in reversed(chain.listed(session, world.tenant, limit=99))]


def looks(world: World, worker: UUID) -> list[tuple[str, str, int]]:
    with world.database.reading(world.tenant) as session:
        found = access.of_worker(session, world.tenant, worker, limit=99)
        return [(one.what, one.purpose, one.times) for one in found]


def test_the_worker_has_all_of_it_in_every_form_and_nobody_is_noted(
    world: World, worker: UUID, callers: Callers, ask: Ask
) -> None:
    own = callers.of(None, worker=worker)
    found = ask(own, ONE)
    assert found["basis"]["ground"] == "own"
    assert [one["name"] for one in found["learning"]][-1] == "Luật Lao động cho công nhân"
    assert ask(own, f"{ONE}/paper").startswith(b"%PDF")
    assert ask(own, f"{ONE}/workbook").startswith(b"PK")
    assert b"eddsa-rdfc-2022" in ask(own, f"{ONE}/credential", method="POST")
    assert looks(world, worker) == []
    assert acts(world)[-1:] == ["transcript.sign"]


def test_the_union_of_the_branch_has_it_and_is_noted(world: World, worker: UUID, callers: Callers, ask: Ask) -> None:
    found = ask(callers.officer, ONE)
    assert found["basis"]["ground"] == "union"
    assert looks(world, worker) == [("transcript", "union-work", 1)]
    ask(callers.of(Role.UPPER_OFFICER, "cd/lao-cai"), ONE, 404)
    ask({}, ONE, 401)


def test_an_enterprise_names_itself_and_why_and_has_the_days_of_the_employment(
    world: World, worker: UUID, callers: Callers, ask: Ask
) -> None:
    with world.database.writing(world.tenant) as session:
        session.execute(sa.update(Employment).where(Employment.worker_id == worker).values(started=date(2026, 3, 15)))
    found = ask(callers.enterprise, ONE + TRAINING)
    assert [(one["name"], one["times"]) for one in found["learning"]] == [
        ("Sức khỏe nơi làm việc", 1), ("Luật Lao động cho công nhân", 1),
    ]  # fmt: skip
    assert (found["basis"]["ground"], found["basis"]["recipient"]) == ("employment", "Doanh nghiệp A")
    assert looks(world, worker) == [("transcript", "employer-training", 1)]
    assert acts(world) == ["transcript.hand-over"]
    assert places(ask(callers.enterprise, ONE, 400)) == ["enterprise"]
    assert places(ask(callers.enterprise, ONE + "?enterprise=dn/a", 400)) == ["purpose"]
    assert places(ask(callers.enterprise, ONE + "?enterprise=dn/a&purpose=union-work", 400)) == ["purpose"]
    ask(callers.enterprise, ONE + "?enterprise=dn/b&purpose=employer-training", 404)
    ask(callers.officer, ONE + TRAINING, 404)
    ask(callers.enterprise, ONE + "?enterprise=dn/khong&purpose=employer-training", 404)
    ask(callers.enterprise, "/api/workers/NV-KHONG/transcript" + TRAINING, 404)


def test_a_consent_that_ran_out_is_one_clear_answer_and_nothing_is_handed_over(
    world: World, worker: UUID, callers: Callers, ask: Ask
) -> None:
    path = ONE + "?enterprise=dn/a&purpose=employer-transcript"
    assert "chưa đồng ý" in ask(callers.enterprise, path, 403)["errors"][0]["message"]
    agree(world, NUMBER, "dn/a", "employer-transcript", now=FEBRUARY, expires=date(2026, 3, 1))
    for form in ("", "/paper", "/workbook"):
        (fault,) = ask(callers.enterprise, path.replace("?", f"{form}?"), 403)["errors"]
        assert "đã hết hạn (hiệu lực đến hết ngày 01/03/2026)" in fault["message"]
    ask(callers.enterprise, path.replace("?", "/credential?"), 403, method="POST")
    assert looks(world, worker) == []
    assert acts(world) == ["consent.give"]


def test_what_cannot_be_signed_is_handed_to_nobody(world: World, callers: Callers, ask: Ask) -> None:
    with world.database.writing(world.tenant) as session:
        nobody = world.employ(session, "dn/a")
    path = f"/api/workers/NV-1/transcript/credential{TRAINING}"
    assert "chưa có kết quả" in ask(callers.enterprise, path, 409, method="POST")["errors"][0]["message"]
    assert (looks(world, nobody), acts(world)) == ([], [])


def pulled(ask: Ask, caller: Headers, path: str = ALL, limit: int = 2) -> dict[str, Any]:
    """All parts of a pull: items by number."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        page = ask(caller, f"{path}&limit={limit}{cursor}")
        for item in page["items"]:
            assert item["worker"] not in found
            found[item["worker"]] = item
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def greatest(found: dict[str, Any]) -> int:
    return max(one["place"] for one in found.values())


def test_an_enterprise_pulls_everybody_in_parts_and_then_what_changed_alone(
    world: World, identity: api.Identity, worker: UUID, callers: Callers, ask: Ask
) -> None:
    with world.database.writing(world.tenant) as session:
        others = [world.employ(session, "dn/a") for _ in range(4)]
        world.employ(session, "dn/b")
    caller = callers.enterprise
    first = pulled(ask, caller)
    assert set(first) == {NUMBER, "NV-1", "NV-2", "NV-3", "NV-4"}
    assert first[NUMBER]["transcript"]["minutes"] == 240
    assert acts(world) == ["transcript.hand-over"] * 5
    since = greatest(first)
    assert pulled(ask, caller, f"{ALL}&since={since}") == {}
    assert acts(world) == ["transcript.hand-over"] * 5

    more = course(4, "digital-able", "Bảng tính", day="2026-10-01")
    learning.store(world.database, identity, more)
    learning.follow_all(world.database, world.tenant, world.now)
    second = pulled(ask, caller, f"{ALL}&since={since}")
    assert set(second) == {NUMBER}
    assert "Bảng tính" in [one["name"] for one in second[NUMBER]["transcript"]["learning"]]

    learning.store(world.database, identity, learning.voiding(more))
    learning.follow_all(world.database, world.tenant, world.now)
    third = pulled(ask, caller, f"{ALL}&since={greatest(second)}")
    assert set(third) == {NUMBER}, "what is as it once was has changed since as well"
    assert pulled(ask, caller, f"{ALL}&since={since}")[NUMBER] == third[NUMBER]

    with world.database.writing(world.tenant) as session:
        session.execute(sa.update(Employment).where(Employment.worker_id == others[0]).values(ended=date(2026, 11, 1)))
    fourth = pulled(ask, caller, f"{ALL}&since={greatest(third)}")
    assert {name: (one["transcript"], one["ended"]["code"]) for name, one in fourth.items()} == {
        "NV-1": (None, "employment_ended")
    }
    assert acts(world)[-1] == "transcript.end"
    assert pulled(ask, caller, f"{ALL}&since={greatest(fourth)}") == {}
    assert set(pulled(ask, caller)) == {NUMBER, "NV-1", "NV-2", "NV-3", "NV-4"}
    with world.database.reading(world.tenant) as session:
        assert chain.verify(session, world.tenant).faults == ()


def test_a_pull_makes_the_transcripts_alone_that_can_have_changed(
    world: World,
    identity: api.Identity,
    worker: UUID,
    callers: Callers,
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with world.database.writing(world.tenant) as session:
        others = [world.employ(session, "dn/a") for _ in range(40)]
    made, commands, real = list[str](), list[str](), gathering.Ground.transcript

    def making(ground: gathering.Ground, of: UUID) -> Transcript:
        transcript = real(ground, of)
        made.append(transcript.number)
        return transcript

    monkeypatch.setattr(gathering.Ground, "transcript", making)
    sa.event.listen(world.database.engine, "before_cursor_execute", lambda *told: commands.append(told[2]))

    def pull(since: int) -> tuple[list[str], dict[str, Any]]:
        made.clear()
        commands.clear()
        found = pulled(ask, callers.enterprise, f"{ALL}&since={since}", limit=100)
        return list(made), found

    def change(*values: sa.Update) -> None:
        with world.database.writing(world.tenant) as session:
            for one in values:
                session.execute(one)

    some, first = pull(0)
    assert len(some) == len(first) == 41
    at = greatest(first)
    assert pull(at) == ([], {})
    assert len(commands) < 45, "no more for forty than for one"

    learning.store(world.database, identity, course(4, "digital-able", "Bảng tính", day="2026-10-01"))
    learning.follow_all(world.database, world.tenant, world.now)
    some, found = pull(at)
    assert (some, list(found)) == ([NUMBER], [NUMBER])
    at = greatest(found)

    with world.database.writing(world.tenant) as session:
        world.title(session, others[1], 2026, decided=date(2026, 6, 1))
    change(sa.update(Worker).where(Worker.number == "NV-3").values(full_name="Lý Thị Mới"))
    some, found = pull(at)
    assert set(some) == set(found) == {"NV-2", "NV-3"}
    at = greatest(found)

    renamed = json.dumps({"name": {"vi": "Bảng tính cho công nhân"}})
    change(sa.update(Activity).where(Activity.iri == "https://hoc.example.org/khoa/4").values(definition=renamed))
    some, found = pull(at)
    assert (some, list(found)) == ([NUMBER], [NUMBER]), "of whoever took the course"
    at = greatest(found)

    with world.database.writing(world.tenant) as session:
        session.add(Audience(worker_id=worker, year=2020, tenant_id=world.tenant, audience=AUDIENCE))
    assert pull(at) == ([NUMBER], {}), "made from something else, and says the same"
    assert pull(at) == ([], {})
    change(sa.update(Organization).where(Organization.code == "dn/a").values(name="Doanh nghiệp A mới"))
    some, found = pull(at)
    assert len(some) == len(found) == 41


def test_a_pull_that_read_before_another_one_kept_something_reads_again(
    world: World, identity: api.Identity, worker: UUID, callers: Callers, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, between = handing_over.read, list[Any]()

    def pull() -> Item:
        on = vietnam_day(world.now)
        with world.database.reading(world.tenant) as session:
            node = organizations.node(session, world.tenant, "dn/a")
            purpose = grants.purpose_of(session, world.tenant, "employer-training", on)
            whom = handing_over.candidates(session, world.tenant, node, purpose, on, limit=9, after=None)
        told = {"since": 0, "on": on, "by": "dn-a", "now": world.now}
        return handing_over.pull(world.database, world.tenant, node, purpose, whom, **told)[worker]

    def meanwhile(*args: Any, **told: Any) -> Any:
        found = real(*args, **told)
        if not between:
            between.append("once")
            learning.store(world.database, identity, course(4, "digital-able", "Bảng tính", day="2026-10-01"))
            learning.follow_all(world.database, world.tenant, world.now)
            between.append(pull())
        return found

    monkeypatch.setattr(handing_over, "read", meanwhile)
    first = pull()
    assert isinstance(first.told, Transcript)
    told = {one.activity for one in first.told.learning}
    assert "https://hoc.example.org/khoa/4" in told, "not what it read before the other one"
    assert first.place == between[1].place
    assert acts(world) == ["transcript.hand-over"]


def test_a_pull_that_is_known_already_is_not_sent_again(
    world: World, worker: UUID, callers: Callers, client: FlaskClient
) -> None:
    first = client.get(ALL, headers=callers.enterprise)
    again = client.get(ALL, headers={**callers.enterprise, "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert client.get(f"{ALL}&cursor=x", headers=callers.enterprise).status_code == 400
    assert client.get(f"{ALL}&since=x", headers=callers.enterprise).status_code == 400


def test_a_pull_by_consent_is_of_those_who_agreed_until_they_take_it_back(
    world: World, worker: UUID, callers: Callers, ask: Ask
) -> None:
    path = "/api/enterprises/dn/b/transcripts?purpose=new-employer"
    caller = callers.of(Role.ENTERPRISE, "dn/b")
    assert pulled(ask, caller, path) == {}
    agree(world, NUMBER, "dn/b", "new-employer", now=datetime.now(UTC))
    first = pulled(ask, caller, path)
    assert first[NUMBER]["transcript"]["basis"]["ground"] == "consent"
    assert first[NUMBER]["transcript"]["employments"] == []
    with world.database.writing(world.tenant) as session:
        (one,) = consents.of_worker(session, world.tenant, worker)
        consents.withdraw(session, world.tenant, NUMBER, [one.id], by="worker:1", now=datetime.now(UTC))
    then = pulled(ask, caller, f"{path}&since={greatest(first)}")
    assert (then[NUMBER]["transcript"], then[NUMBER]["ended"]["code"]) == (None, "consent_withdrawn")
    ask(callers.enterprise, path, 404)
    ask(callers.officer, path, 403)
    ask(caller, "/api/enterprises/dn/b/transcripts", 400)
    ask(caller, "/api/enterprises/dn/b/transcripts?purpose=khac", 400)
