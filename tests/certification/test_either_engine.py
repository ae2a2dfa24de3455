"""SQLite and PostgreSQL side by side: told the same in another order, they keep the same bytes and the same rates."""

from __future__ import annotations

import random
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from certification import marks
from certification.evidence import feed
from certification.judgement import judging
from certification.models import Assessment, Attestation, Repeat, Worker
from certification.people import roster, workers
from certification.targets import attainment, settling
from certification.targets.populations import BASES
from lrs import api
from lrs.credentials import create_credential
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.import_files import roster_csv
from tests.certification.world import ON, World
from tests.conftest import PEPPER
from tests.postgresql import Cluster

PEOPLE = 200
FILES = 5
KINDS = ("law-labour", "law-trade-union", "law-safety", "digital-able", "skill-upskilling", "life-health", "reading")
ENTERPRISES = ("dn/a", "dn/b", "dn/c", "dn/moi", "dn/xong")
DAYS = (date(2026, 6, 30), ON)


@dataclass(frozen=True)
class Told:
    """What happened to a population in a year, however it is told."""

    rosters: list[bytes]
    statements: list[dict[str, Any]]
    voidings: list[dict[str, Any]]
    attested: list[tuple[str, dict[str, Any]]]


def year_of(chance: random.Random) -> Told:
    """A few hundred workers' year: some change or have two employers, half have two accounts, some learn nothing."""
    rosters, statements, attested = [], [], []
    for part in range(FILES):
        rows: list[dict[str, object]] = []
        for number in range(part, PEOPLE, FILES):
            who = f"NV-{number}"
            accounts = f"https://hoc.example.org|w-{number}" + f" https://hoc.example.org|x-{number}" * (number % 2)
            one = {"Mã người lao động": who, "Họ và tên": f"Người {number}", "Tài khoản học tập": accounts}
            one["Giới tính"] = chance.choice(["Nam", "Nữ"])
            one["Mã doanh nghiệp"], other = chance.sample(ENTERPRISES, 2)
            rows.append({**one, "Ngày vào làm": "01/02/2021", "Đoàn viên": "có"})
            if chance.random() < 0.2:
                rows.append({**one, "Mã doanh nghiệp": other, "Ngày vào làm": "15/07/2026"})
            for _ in range(chance.choice([0, 2, 5, 9])):
                name = chance.choice(["w", "x"]) if number % 2 else "w"
                when = date(2026, 1, 1) + timedelta(days=chance.randrange(323))
                learnt = learning.statement(
                    f"{name}-{number}", chance.choice(KINDS), id=str(UUID(int=chance.getrandbits(128), version=4)),
                    timestamp=f"{when}T{chance.randrange(24):02}:00:00Z",
                    result={"duration": f"PT{chance.choice([30, 90, 600])}M"},
                )  # fmt: skip
                statements.append(learnt)
                if chance.random() < 0.3:  # told again, elsewhere or by another account
                    again = {**learnt, "id": str(UUID(int=chance.getrandbits(128), version=4))}
                    statements.append(again)
            for indicator in chance.sample([f"CS{place}" for place in range(1, 11)], chance.choice([0, 3, 10])):
                for _ in range(chance.choice([1, 1, 2])):
                    on = date(2026, 1, 1) + timedelta(days=chance.randrange(323))
                    values = {"id": UUID(int=chance.getrandbits(128), version=4), "indicator": indicator}
                    attested.append((who, {**values, "points": chance.randint(4, 10), "attested_on": on}))
        rosters.append(roster_csv(*rows))
    voidings = [
        {**learning.voiding(one), "id": str(UUID(int=chance.getrandbits(128), version=4))}
        for one in chance.sample(statements, len(statements) // 20)
    ]
    once = {(who, said["indicator"], said["attested_on"]): (who, said) for who, said in attested}
    return Told(rosters, statements, voidings, list(once.values()))


class Office:
    """One installation to which all of it is told."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        with database.reading(NOBODY) as session:
            self.tenant = api.find_tenant(session, "default")
        World(database, self.tenant, now)
        self.platforms = [self._platform() for _ in range(2)]

    def _platform(self) -> api.Identity:
        with self.database.writing(NOBODY) as session:
            made = create_credential(session, self.tenant, name="x", scopes=["all"], pepper=PEPPER, now=self.now)
            sent = "Basic " + b64encode(":".join(made).encode()).decode()
            return api.identify(session, sent, pepper=PEPPER, now=self.now)

    def take_in(self, file: bytes) -> None:
        with self.database.writing(self.tenant) as session:
            roster.import_roster(session, self.tenant, file, now=self.now)

    def send(self, statements: list[dict[str, Any]]) -> None:
        """By the one or the other platform, always the same for a Statement."""
        for place, platform in enumerate(self.platforms):
            own = [one for one in statements if UUID(one["id"]).int % 2 == place]
            if own:
                learning.store(self.database, platform, *own)

    def attest(self, attested: list[tuple[str, dict[str, Any]]]) -> None:
        with self.database.writing(self.tenant) as session:
            people = workers.known_workers(session, self.tenant, {who for who, _ in attested})
            for who, said in attested:
                worker = people[who].id
                same = {"programme": learning.PROGRAMME, "year": 2026, "attested_by": "Tổ trưởng", "basis": "họp tổ"}
                session.add(Attestation(worker_id=worker, tenant_id=self.tenant, recorded=self.now, **same, **said))
                marks.mark_stale(session, self.tenant, [(worker, 2026)])

    def work(self, chance: random.Random) -> None:
        """A little of what the loop does."""
        for _ in range(chance.randint(0, 3)):
            feed.follow(self.database, self.tenant, now=self.now, limit=chance.choice([7, 50, 300]))
        if chance.random() < 0.5:
            judging.judge_stale(self.database, self.tenant, now=self.now)
            settling.settle(self.database, self.tenant, today=ON)

    def finish(self) -> None:
        learning.follow_all(self.database, self.tenant, self.now)
        judging.judge_all_stale(self.database, self.tenant, clock=lambda: self.now)
        settling.settle_all(self.database, self.tenant, today=ON)

    def results(self) -> dict[str, tuple[str, int, bytes]]:
        """Outcome, total and bytes of each worker's last result, by number."""
        with self.database.reading(self.tenant) as session:
            rows = session.execute(
                sa.select(Worker.number, Assessment.outcome, Assessment.total, Assessment.result)
                .join(Worker, Worker.id == Assessment.worker_id)
                .where(Assessment.tenant_id == self.tenant, Assessment.year == 2026)
                .order_by(Assessment.version)
            )
            return {number: (outcome, total, result) for number, outcome, total, result in rows}

    def repeats(self) -> set[tuple[UUID, UUID]]:
        with self.database.reading(self.tenant) as session:
            asked = sa.select(Repeat.statement_id, Repeat.repeats).where(Repeat.tenant_id == self.tenant)
            return {(one, other) for one, other in session.execute(asked)}

    def rates(self) -> list[attainment.Attainment]:
        with self.database.reading(self.tenant) as session:
            measure = partial(attainment.measure_all, session, self.tenant)
            return [measure(on=on, basis=basis) for on in DAYS for basis in BASES]


def tell(office: Office, told: Told, chance: random.Random) -> None:
    """Everything in an order of chance, with some judging in between; who is attested is on a roster by then."""
    acts: list[Callable[[], None]] = []
    statements = [*told.statements, *told.voidings]
    chance.shuffle(statements)
    size = chance.choice([100, 300])
    acts += [partial(office.send, statements[at : at + size]) for at in range(0, len(statements), size)]
    acts += [partial(office.take_in, file) for file in told.rosters]
    chance.shuffle(acts)
    for act in acts:
        act()
        office.work(chance)
    attested = list(told.attested)
    chance.shuffle(attested)
    for at in range(0, len(attested), 500):
        office.attest(attested[at : at + 500])
        office.work(chance)
    office.finish()


@contextmanager
def one_of_each(sqlite: Path, postgresql: Cluster, now: datetime) -> Iterator[tuple[Office, Office]]:
    with TemporaryDirectory() as folder, postgresql.lent_database("migrated") as url:
        shutil.copy(sqlite, Path(folder) / "test.sqlite3")
        databases = Database(f"sqlite:///{folder}/test.sqlite3"), Database(url)
        try:
            yield Office(databases[0], now), Office(databases[1], now)
        finally:
            for database in databases:
                database.close()


@pytest.mark.slow
@settings(max_examples=2, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_both_engines_keep_the_same_bytes_and_give_the_same_rates_in_whatever_order(
    migrated_sqlite: Path, postgresql: Cluster, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    told = year_of(chance)
    with one_of_each(migrated_sqlite, postgresql, now) as offices:
        for office in offices:
            tell(office, told, random.Random(chance.random()))
        one, other = offices
        assert one.results() == other.results()
        assert {outcome for outcome, _, _ in one.results().values()} >= {"met", "not_met"}
        assert one.repeats() == other.repeats() != set()
        assert one.rates() == other.rates()
