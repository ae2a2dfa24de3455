"""Closings, titles, who is whom, frozen and published figures stand in the record of acts, each with who and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from certification.acts import chain
from certification.judgement import awards, closings
from certification.people import merging, splitting, undoing
from certification.rules.criteria import PROGRAMME
from certification.targets import freezing, publications
from tests.certification.import_files import titles_csv
from tests.certification.world import World

WHO: dict[str, Any] = {"by": "hoa", "basis": "xem thẻ"}


def test_every_act_that_binds_somebody_is_recorded_once_and_the_record_holds(world: World, other_world: World) -> None:
    tenant, now = world.tenant, world.now
    year: dict[str, Any] = {"decision": "12/QĐ", "by": "hoa", "now": now, "programme": PROGRAMME}
    with world.database.writing(tenant) as session:
        before = chain.head(session, tenant).number
        for _ in range(3):
            world.employ(session, "dn/a")
        closings.close(session, tenant, 2025, **year)
        closings.reopen(session, tenant, 2025, **year)
        merged = merging.merge(session, tenant, "NV-1", "NV-2", now=now, **WHO)
        undoing.undo(session, tenant, merged.event, now=now, **WHO)
        splitting.split(session, tenant, "NV-1", "NV-9", full_name="Bình", now=now, **WHO)
        row = {"Mã người lao động": "NV-3", "Năm đánh giá": 2025}
        awards.import_titles(session, tenant, titles_csv(row), now=now, by="lan")
        awards.import_titles(session, tenant, titles_csv(row), now=now, by="lan")
        record = freezing.freeze(
            session,
            tenant,
            freezing.prepare(session, tenant, "vn", on=date(2026, 11, 19), by="hoa", reason="báo cáo", now=now),
        )
        publications.publish(session, tenant, as_of=date(2026, 11, 19), now=now, by="lan")
        publications.unpublish(session, tenant, now=now, by="lan")
        publications.unpublish(session, tenant, now=now, by="lan")
    with world.database.reading(tenant) as session:
        done = [one for one in reversed(chain.listed(session, tenant, limit=100)) if one.number > before]
        assert chain.verify(session, tenant).faults == ()
    assert [(one.by, one.act) for one in done] == [
        ("hoa", "year.close"),
        ("hoa", "year.reopen"),
        ("hoa", "identity.merge"),
        ("hoa", "identity.undo"),
        ("hoa", "identity.split"),
        ("lan", "title.import"),
        ("hoa", "figures.freeze"),
        ("lan", "figures.publish"),
        ("lan", "figures.unpublish"),
    ]
    of = {one.act: one for one in done}
    assert of["year.close"].subject == f"year:{PROGRAMME}/2025"
    assert of["identity.undo"].detail is not None
    assert of["identity.undo"].detail["undoes"] == str(merged.event)
    assert (of["identity.merge"].worker, of["figures.freeze"].worker) == (merged.worker.id, None)
    assert of["figures.freeze"].subject == f"frozen-figures:{record.id}"
    assert of["figures.freeze"].detail is not None
    assert of["figures.freeze"].detail["figures"]["headcount"] == 3
    with other_world.database.reading(other_world.tenant) as session:
        assert not any(one.act == "figures.freeze" for one in chain.listed(session, other_world.tenant, limit=100))
