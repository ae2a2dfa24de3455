"""Killed at any step, certification goes on where it was: in the end all is as if it had been worked out in one go."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import feed
from certification.judgement import judging
from certification.models import (
    Assessment,
    Employment,
    Fact,
    FeedPosition,
    Finding,
    Occasion,
    Repeat,
    Stale,
    Standing,
    Tally,
    Uncounted,
    UnknownActor,
    WaitingStatement,
    Worker,
)
from certification.targets import settling
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database
from tests import programs
from tests.certification import learning
from tests.certification.import_files import roster_csv
from tests.certification.targets.test_summaries import compare
from tests.certification.world import World
from tests.faults.conftest import installation
from tests.faults.killed_at import SMALL
from tests.faults.platforms import Counter, Platform, at_once, everything_stored
from tests.faults.serving import Server, scaled

pytestmark = pytest.mark.slow

KILLS = scaled(3)
PEOPLE = 40
STRANGERS = 4
PLATFORMS = 2
BATCHES, BATCH = 6, 15
"""What each platform sends between two kills."""

KINDS = ("law-labour", "law-safety", "digital-able", "life-health", "reading")
ENTERPRISES = ("dn/a", "dn/b", "dn/c", "dn/moi")

OF_STATEMENTS = (Fact, Repeat, Occasion, Finding, WaitingStatement, UnknownActor)


def staff(first: int, last: int) -> bytes:
    """A roster of some of those who learn, each with an account."""
    return roster_csv(
        *(
            {
                "Mã người lao động": f"NV-{number}",
                "Họ và tên": f"Người {number}",
                "Mã doanh nghiệp": ENTERPRISES[number % len(ENTERPRISES)],
                "Tài khoản học tập": f"https://hoc.example.org|w-{number}",
            }
            for number in range(first, last)
        )
    )


class Senders:
    """What platforms tell: learning of today and yesterday, told twice, of groups, voided, of nobody that is known."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.sent: list[dict[str, Any]] = []

    def next_batch(self, chance: random.Random, size: int = BATCH) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        for _ in range(size):
            if self.sent and chance.random() < 0.1:
                batch.append(learning.voiding(chance.choice(self.sent)))
                continue
            names = [f"w-{chance.randrange(PEOPLE + STRANGERS)}" for _ in range(chance.choice([1, 1, 1, 3]))]
            when = self.now - timedelta(hours=chance.choice([1, 2, 20, 30]))
            who = learning.group(*dict.fromkeys(names)) if len(names) > 1 else names[0]
            batch.append(learning.statement(who, chance.choice(KINDS), timestamp=when.isoformat()))
        self.sent += [one for one in batch if one["verb"]["id"] != api.VOIDED]
        return batch


@pytest.fixture
def world(database: Database, tenant: UUID) -> World:
    """Enterprises and rules, for the day on which the test runs, because the commands read the clock."""
    return World(database, tenant, datetime.now(UTC))


# ---------------------------------------------------------------- what there is, and what there should be


def of_statements(database: Database, tenant: UUID) -> dict[str, set[tuple[Any, ...]]]:
    """Facts, repeats, findings and what waits, whole."""
    found = {}
    with database.reading(tenant, snapshot=True) as session:
        for model in OF_STATEMENTS:
            rows = [tuple(row) for row in session.execute(sa.select(model.__table__).where(model.tenant_id == tenant))]
            assert len(rows) == len(set(rows))
            found[model.__tablename__] = set(rows)
    return found


def results(database: Database, tenant: UUID) -> dict[tuple[UUID, int], bytes]:
    """The bytes of the last result of each worker and year. Versions have no gap, and none says what the last said."""
    versions: dict[tuple[UUID, int], list[tuple[int, bytes]]] = defaultdict(list)
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(Assessment.worker_id, Assessment.year, Assessment.version, Assessment.result)
            .where(Assessment.tenant_id == tenant)
            .order_by(Assessment.version)
        )
        for worker, year, version, result in rows:
            versions[worker, year].append((version, result))
    for kept in versions.values():
        assert [version for version, _ in kept] == list(range(1, len(kept) + 1))
        assert all(one[1] != after[1] for one, after in pairwise(kept))
    return {key: kept[-1][1] for key, kept in versions.items()}


def sums(database: Database, tenant: UUID) -> tuple[Any, ...]:
    """What is kept of counts, byte for byte."""
    with database.reading(tenant) as session:
        return tuple(
            {tuple(row) for row in session.execute(sa.select(model.__table__).where(model.tenant_id == tenant))}
            for model in (Tally, Standing)
        )


def forget_everything(database: Database, tenant: UUID) -> None:
    """Throw away all that is worked out."""
    with database.writing(tenant) as session:
        for model in (*OF_STATEMENTS, FeedPosition, Assessment, Stale, Uncounted):
            session.execute(sa.delete(model).where(model.tenant_id == tenant))
        settling.forget(session, tenant)


def hold_against_a_rebuild(world: World) -> None:
    """What many broken-off steps came to is what is worked out of the Statements at once, and nothing is left to do."""
    database, tenant = world.database, world.tenant
    now = datetime.now(UTC)
    with database.reading(tenant) as session:
        for model in (Stale, Uncounted):
            left = sa.select(sa.func.count()).select_from(model).where(model.tenant_id == tenant)
            assert session.scalar(left) == 0, f"{model.__tablename__}: marks that nobody settled"
    stored = everything_stored(database, tenant)
    saying = {one.id for one in stored if not one.voided and one.document["verb"]["id"] != api.VOIDED}
    there = of_statements(database, tenant)
    waiting = {row[0] for row in ids_of(database, tenant, WaitingStatement)}
    assert learning.told(database, tenant) | waiting == saying, "nothing is missing, and nothing voided counts"
    judged, counted = results(database, tenant), sums(database, tenant)
    compare(world, vietnam_day(now))

    forget_everything(database, tenant)
    learning.follow_all(database, tenant, now)
    assert of_statements(database, tenant) == there
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    again = results(database, tenant)
    assert again.keys() <= judged.keys()
    assert {key: judged[key] for key in again} == again
    settling.settle_all(database, tenant, today=vietnam_day(now))
    assert sums(database, tenant) == counted
    print(
        f"{len(stored)} Statements, {len(there['certification_fact'])} facts,"
        f" {len(there['certification_repeat'])} repeats, {len(judged)} results: as worked out at once"
    )


def ids_of(database: Database, tenant: UUID, model: type[Any]) -> list[Any]:
    with database.reading(tenant) as session:
        return list(session.execute(sa.select(model.statement_id).where(model.tenant_id == tenant)))


# ---------------------------------------------------------------- at random


def position(database: Database, tenant: UUID) -> str | None:
    with database.reading(tenant) as session:
        reader = FeedPosition.tenant_id == tenant, FeedPosition.reader == feed.READER
        return session.scalar(sa.select(FeedPosition.token).where(*reader))


def test_killed_at_any_moment_the_follower_loses_nothing_and_counts_nothing_twice(
    server: Server,
    world: World,
    database: Database,
    tenant: UUID,
    platform: Callable[[], Platform],
    chance: random.Random,
    tmp_path: Path,
) -> None:
    everybody = tmp_path / "staff.csv"
    everybody.write_bytes(staff(0, PEOPLE))
    server.flask("certification", "import-roster", str(everybody))
    senders = Senders(datetime.now(UTC))
    answers = Counter()

    def post(batches: list[list[dict[str, Any]]]) -> None:
        connection = platform()
        for batch in batches:
            answer = connection.send_until_answered("POST", "/xapi/statements", json.dumps(batch).encode())
            assert answer.status == 200, answer
            answers.add()

    for _ in range(KILLS):
        before, answered = position(database, tenant), answers.count
        batches = [[senders.next_batch(chance) for _ in range(BATCHES)] for _ in range(PLATFORMS)]
        with at_once(*(partial(post, each) for each in batches)):
            deadline = time.monotonic() + 60
            while position(database, tenant) == before:  # it reads again since it was killed last
                assert time.monotonic() < deadline, "nobody follows the feed any more"
                time.sleep(0.005)
            answers.wait_until(answered + chance.randint(0, BATCHES))
            if database.is_sqlite:
                server.kill()
                server.start()
            else:
                server.kill_the_judge()
    server.stop()
    server.flask("certification", "work", "--once")
    hold_against_a_rebuild(world)
    print(f"{KILLS} kills")


# ---------------------------------------------------------------- at chosen steps


def run(environment: dict[str, str], *words: str) -> int:
    """How a command of the program ended that is killed at a step (`killed_at`)."""
    done = programs.run(["-m", "tests.faults.killed_at", *words], environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def rows(database: Database, tenant: UUID, model: type[Any]) -> int:
    with database.reading(tenant) as session:
        return session.scalar(sa.select(sa.func.count()).where(model.tenant_id == tenant)) or 0


def test_killed_at_every_step_it_goes_on_where_it_was(
    world: World,
    database: Database,
    database_url: str,
    tenant: UUID,
    identity: api.Identity,
    chance: random.Random,
    tmp_path: Path,
) -> None:
    """Process after process dies between two chunks, between facts and judging, within a transaction of either, of the
    sums, of judging everybody, of a roster, of working out all facts again; while Statements keep coming."""
    environment = installation(database_url, tmp_path)
    senders = Senders(datetime.now(UTC))
    last_year = vietnam_day(datetime.now(UTC)).year - 1
    work = ("certification", "work", "--once", "--tenant", "default")
    take_in = ("certification", "import-roster", str(tmp_path / "staff.csv"))
    judge = ("certification", "assess", "--all", "--year", str(last_year))
    steps: list[tuple[str, ...]] = [
        ("roster", "1", *take_in),
        ("roster", "2", *take_in),
        ("facts", "2", *work),
        ("chunk", "2", *work),
        ("judgements", "1", *work),
        ("batch", "1", *work),
        ("counts", "1", *work),
        ("sums", "2", *work),
        ("everybody", "2", *judge),
        ("counts", "2", *judge),
        ("facts", "3", "certification", "rebuild-facts"),
        ("chunk", "1", "certification", "rebuild-facts"),
    ]

    def finish(*words: str) -> None:
        programs.run(["-m", "flask", *words], environment).check_returncode()

    def staff_up_to(last: int) -> None:
        (tmp_path / "staff.csv").write_bytes(staff(0, last))

    known = PEOPLE // 2
    staff_up_to(known)
    finish(*take_in)
    for step in [step for _ in range(scaled(1)) for step in chance.sample(steps, len(steps))]:
        learning.store(database, identity, *senders.next_batch(chance, 4 * BATCH))
        if step[0] == "roster":
            staff_up_to(known + PEOPLE // 2)
        if step[2:] == judge:
            forget_year(database, tenant, last_year)
        assert run(environment, *step) == -signal.SIGKILL, step
        assert rows(database, tenant, Worker) == rows(database, tenant, Employment) == known, "a roster by half"
        if step[0] == "roster":
            finish(*take_in)
            known += PEOPLE // 2
            assert rows(database, tenant, Worker) == rows(database, tenant, Employment) == known
        if step[0] == "everybody":
            assert rows_of_year(database, tenant, last_year) == SMALL, "those of the first transaction, and no other"
    finish(*judge)
    finish(*work)
    assert rows_of_year(database, tenant, last_year) == known, "each was judged once"
    hold_against_a_rebuild(world)


def forget_year(database: Database, tenant: UUID, year: int) -> None:
    with database.writing(tenant) as session:
        session.execute(sa.delete(Assessment).where(Assessment.tenant_id == tenant, Assessment.year == year))


def rows_of_year(database: Database, tenant: UUID, year: int) -> int:
    with database.reading(tenant) as session:
        of_year = Assessment.tenant_id == tenant, Assessment.year == year
        return session.scalar(sa.select(sa.func.count()).where(*of_year)) or 0
