"""Two installations over HTTP: what is signed waits while the other one is away, and arrives once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from certification.access.permissions import ROLL_UPS_SCOPE
from certification.federation import making, members, recipients, rounds, sums
from certification.federation.sending import Sender
from certification.models import RollUpRecipient
from lrs.api import create_credential, find_tenant
from lrs.db import NOBODY, Database
from tests.certification.federation.province import PLAN, SECRET, Province
from tests.certification.learning import add_facts
from tests.certification.world import World
from tests.faults.serving import HOST, Server

NOW = datetime.now(UTC)
TODAY = date(2026, 11, 15)


def installed(folder: Path, migrated: Path) -> World:
    """An installation with units and plans of its own."""
    folder.mkdir()
    shutil.copy(migrated, folder / "cdht.sqlite3")
    database = Database(f"sqlite:///{folder}/cdht.sqlite3")
    with database.reading(NOBODY) as session:
        tenant = find_tenant(session)
    return World(database, tenant, NOW)


def server(folder: Path, environment: dict[str, str]) -> Server:
    told = {"DATA_DIR": str(folder), "SECRET_KEY": SECRET.decode(), "DATABASE_URL": "", **environment}
    return Server(told, folder / "log")


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.1)


def test_three_installations_and_one_that_is_away_at_first(tmp_path: Path, migrated_sqlite: Path) -> None:
    """Lai Châu sends over the network while the centre is away; Lào Cai's file is carried; both are in the sum."""
    centre = installed(tmp_path / "centre", migrated_sqlite)
    worlds = {code: installed(tmp_path / code, migrated_sqlite) for code in ("lai-chau", "lao-cai")}
    at_centre = server(tmp_path / "centre", {})
    provinces: dict[str, Province] = {}
    told: dict[str, Any] = {"by": "tong", "reason": "Công văn 1", "now": NOW}
    for code, world in worlds.items():
        with world.database.writing(world.tenant) as session:
            for enterprise in ("dn/a", "dn/c"):
                add_facts(session, world.tenant, world.employ(session, enterprise), ["law-labour"])
        provinces[code] = province = Province(world.database, world.tenant, NOW, f"https://{code}.example.vn")
        with centre.database.writing(centre.tenant) as session:
            since = date(2026, 1, 1)
            unit = f"vn/{code}"
            members.add(
                session, centre.tenant, organization=unit, did=province.issuer.did, key=province.key(), since=since,
                **told,
            )  # fmt: skip
    with centre.database.writing(centre.tenant) as session:
        round_ = rounds.open_round(session, centre.tenant, plan=PLAN, cut_off=TODAY, due=TODAY, by="tong", now=NOW)
        key, secret = create_credential(
            session, centre.tenant, name="Lai Châu", scopes=[ROLL_UPS_SCOPE], pepper=SECRET, now=NOW
        )
    lai_chau = provinces["lai-chau"]
    with lai_chau.database.writing(lai_chau.tenant) as session:
        recipients.set_recipient(
            session, lai_chau.tenant, endpoint=f"http://{HOST}:{at_centre.port}", username=key, password=secret,
            hosts=(HOST,), pepper=SECRET, **told,
        )  # fmt: skip
        recipient = session.scalars(
            sa.select(RollUpRecipient.id).where(RollUpRecipient.tenant_id == lai_chau.tenant)
        ).one()
    made = lai_chau.draft("vn/lai-chau", on=TODAY)
    lai_chau.sign(made.document.id)
    at_province = server(tmp_path / "lai-chau", {"OUTGOING_HOSTS": HOST, "PUBLIC_URL": lai_chau.url})

    def known() -> recipients.Recipient:
        with lai_chau.database.reading(lai_chau.tenant) as session:
            found = recipients.find(session, lai_chau.tenant)
        assert found is not None
        return found

    try:
        at_province.start()
        until(lambda: known().failures > 0)
        at_centre.start()
        until(lambda: known().waiting == 0)
        at_province.stop()
        with lai_chau.database.reading(lai_chau.tenant) as session:
            assert making.find(session, lai_chau.tenant, made.document.id).state == "sent"
        again = lai_chau.sign(lai_chau.draft("vn/lai-chau", on=TODAY).document.id)
        sender = Sender(
            lai_chau.database, lai_chau.tenant, recipient, pepper=SECRET, hosts=(HOST,), clock=lambda: datetime.now(UTC)
        )
        assert sender.step(), "the correction"
        assert not sender.step(), "nothing waits"
        carried = tmp_path / "carried.json"
        carried.write_bytes(provinces["lao-cai"].signed("vn/lao-cai", on=TODAY))
        assert "vn/lao-cai, edition 1 is received" in at_centre.flask("certification", "receive-roll-up", str(carried))
    finally:
        at_province.kill()
        at_centre.kill()
    with centre.database.reading(centre.tenant) as session:
        found = sums.gather(session, centre.tenant, round_.id, today=TODAY)
    assert found.is_whole
    assert [len(one.editions) for one in found.lines] == [2, 1]
    assert found.lines[0].editions[-1].document.content == again.document.content
    assert (found.headcount, found.sums[0].share.counted, found.sums[0].share.denominator) == (2, 2, 2)
