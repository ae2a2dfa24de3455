"""Results as of the as-of day, whatever the server judged as of its own today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from certification.demonstration import judging
from certification.judgement import assessments
from certification.rules.criteria import PROGRAMME
from lrs.db import Database
from tests.certification import learning

DAY = date(2026, 11, 20)


def test_everybody_has_a_result_of_the_day_even_where_the_server_said_the_same_later(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    learning.load_rules(database, tenant, other_tenant, now=now)
    an = learning.add_worker(database, tenant, "NV-AN", "an", now=now)
    binh = learning.add_worker(database, tenant, "NV-BINH", "binh", now=now)
    learning.add_worker(database, other_tenant, "NV-AN", "an", now=now)
    with database.writing(tenant) as session:
        later = DAY + timedelta(days=1)
        assessments.assess(session, tenant, [an], PROGRAMME, 2026, as_of=later, now=now)

    judged: list[int] = []
    results = judging.judge_as_of(database, tenant, DAY, on_judged=judged.append)
    assert [(one.worker_id, one.result.as_of) for one in results] == [(an, DAY), (binh, DAY)]
    assert sum(judged) == 2
