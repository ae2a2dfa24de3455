"""What a report was made from stays; what came late is shown beside it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from certification.targets import freezing
from certification.targets.freezing import Change, Frozen, NotFrozen
from tests.certification.learning import add_facts
from tests.certification.world import World

REPORTED = date(2026, 11, 19)
TODAY = date(2026, 11, 20)


def freeze(world: World, code: str = "vn", **other: Any) -> Frozen:
    told = {"on": REPORTED, "by": "Lò Thị Sen", "reason": "Báo cáo năm", "now": world.now} | other
    with world.database.writing(world.tenant) as session:
        return freezing.freeze(session, world.tenant, freezing.prepare(session, world.tenant, code, **told))


def changes(world: World, record: Frozen) -> tuple[Change, ...]:
    with world.database.reading(world.tenant) as session:
        return freezing.difference(session, world.tenant, record, today=TODAY)


def test_late_evidence_changes_todays_figures_and_not_the_frozen_ones(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        early, late = world.employ(session, "dn/a"), world.employ(session, "dn/a")
        add_facts(session, world.tenant, early, ["law-labour"])
    record = freeze(world, plan="1268-qd-ttg")
    assert changes(world, record) == ()
    with world.database.writing(world.tenant) as session:
        add_facts(session, world.tenant, late, ["law-labour"], day=date(2026, 6, 1), times=2)
    assert changes(world, record) == (
        Change("1268-qd-ttg/G1/counted", 1, 2),
        Change("1268-qd-ttg/G1/participations", 1, 3),
    )
    with world.database.reading(world.tenant) as session:
        (kept,) = freezing.frozen(session, world.tenant, "vn")
        assert kept == freezing.find(session, world.tenant, record.id) == record
    assert (kept.frozen_by, kept.reason, kept.figures["headcount"]) == ("Lò Thị Sen", "Báo cáo năm", 2)


def test_freezing_again_is_another_record_beside_the_first(world: World) -> None:
    first, second = freeze(world, "dn/a"), freeze(world, "dn/a", basis="unionised", headcount_on=date(2026, 6, 30))
    assert first.id != second.id
    assert (second.basis, second.headcount_on, first.headcount_on) == ("unionised", date(2026, 6, 30), REPORTED)
    with world.database.reading(world.tenant) as session:
        assert freezing.frozen(session, world.tenant) == [first, second]


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"on": date(2026, 11, 21)}, "cut-off day 2026-11-21 is still to come"),
        ({"headcount_on": date(2026, 12, 31)}, "day of the headcount 2026-12-31 is still to come"),
        ({"by": " "}, "say who freezes them"),
        ({"reason": ""}, "say why"),
    ],
)
def test_what_cannot_be_frozen(world: World, other: dict[str, Any], fault: str) -> None:
    with pytest.raises(NotFrozen, match=fault):
        freeze(world, **other)


def test_another_tenants_record_is_not_found(world: World, other_world: World) -> None:
    record = freeze(world)
    with other_world.database.reading(other_world.tenant) as session:
        for unknown in (record.id, uuid4()):
            with pytest.raises(NotFrozen, match=f"under {unknown}"):
                freezing.find(session, other_world.tenant, unknown)
        assert freezing.frozen(session, other_world.tenant) == []


def test_nobody_waits_while_figures_are_counted_and_what_comes_meanwhile_is_late(world: World) -> None:
    """Figures are counted in a snapshot: another writer goes on, and what it wrote is a difference."""
    told: dict[str, Any] = {"on": REPORTED, "by": "Sen", "reason": "Báo cáo năm", "now": world.now}
    with world.database.reading(world.tenant, snapshot=True) as session:
        prepared = freezing.prepare(session, world.tenant, "vn", **told)
        with world.database.writing(world.tenant) as other:
            world.employ(other, "dn/a")
        again = freezing.prepare(session, world.tenant, "vn", **told)
    assert prepared.figures == again.figures, "one moment"
    with world.database.reading(world.tenant) as session:
        assert freezing.frozen(session, world.tenant) == [], "nothing is kept yet"
    with world.database.writing(world.tenant) as session:
        record = freezing.freeze(session, world.tenant, prepared)
    assert ("headcount", 0, 1) in [(one.figure, one.frozen, one.now) for one in changes(world, record)]
