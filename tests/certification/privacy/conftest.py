"""A person with something in every table that a worker fills."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access import accounts
from certification.evidence import declarations, disputes
from certification.evidence.witnesses import Witness
from certification.models import NationalNumber, Worker
from certification.people import linking, merging, national_numbers
from certification.targets import freezing
from lrs import api
from tests.certification.certificates.issued import issue
from tests.certification.dossiers.desk import YEAR, Desk
from tests.certification.evidence.test_attendance_lists import list_csv, said
from tests.certification.evidence.test_declarations import COURSE, PDF
from tests.certification.learning import follow_all, ifi, statement, store
from tests.certification.privacy.secrets_of_nga import ACCOUNT, LOGIN, NAME, NATIONAL, NUMBER
from tests.certification.test_erasure import take_in
from tests.conftest import PEPPER


@pytest.fixture
def desk(world: Any) -> Desk:
    return Desk(world)


@pytest.fixture
def nga(desk: Desk, identity: api.Identity) -> UUID:
    """NV-1 under a name and number of her own, with something in every table that a worker fills."""
    worker, tenant, now = desk.workers["NV-1"], desk.tenant, desk.now
    with desk.world.database.writing(tenant) as session:
        session.execute(sa.update(Worker).where(Worker.id == worker).values(number=NUMBER, full_name=NAME))
        linking.link(session, tenant, ifi(ACCOUNT), NUMBER, by="hoa", basis="chị Nga", now=now)
        merging.merge(session, tenant, NUMBER, "NV-2", by="hoa", basis="chị Nga", now=now)
        keys = national_numbers.Keys.of(tenant, PEPPER)
        row = national_numbers.row(keys, national_numbers.check(NATIONAL), worker, sealed=True, now=now)
        session.add(NationalNumber(**row))
        accounts.create(
            session, tenant, name=LOGIN, full_name=NAME, worker=worker, by="hoa", reason="chị Nga", now=now
        )  # fmt: skip
        disputes.open_dispute(
            session, tenant, NUMBER, year=YEAR, statement_id=None, reason="chị Nga nói", witness=Witness(LOGIN), now=now
        )
        declared = {"file": PDF, "file_name": "chị Nga.pdf", "witness": Witness(LOGIN), "secret": PEPPER, "now": now}
        declarations.declare(session, tenant, NUMBER, COURSE, **declared)
    store(desk.world.database, identity, statement(ACCOUNT), statement("binh"))
    take_in(desk.world, list_csv(said(NUMBER), said("NV-3")))
    follow_all(desk.world.database, tenant, now)
    desk.workers[NUMBER] = worker
    desk.score(NUMBER)
    own = desk.oneself(NUMBER, LOGIN)
    for who, name in ((own, "register"), (own, "self-assess"), (desk.operator, "confirm"), (desk.operator, "review")):
        desk.step(who, name, NUMBER, reason="chị Nga xin" if name != "review" else None)
    desk.reviewed("NV-3")
    desk.propose(NUMBER)
    desk.propose("NV-3", unit="cdcs/b", who=desk.operator)
    desk.decide(NUMBER, "NV-3")
    issue(desk.world.database, tenant, now)
    with desk.world.database.writing(tenant) as session:
        freezing.freeze(
            session,
            tenant,
            freezing.prepare(session, tenant, "vn", on=date(2026, 11, 20), by="hoa", reason="báo cáo", now=now),
        )
    return worker
