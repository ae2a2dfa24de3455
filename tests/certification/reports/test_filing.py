"""A filed report never changes; what the same question answers today is told item by item; a correction names it."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
import sqlalchemy as sa

from certification.access.rights import NotAllowed
from certification.acts import chain
from certification.models import ReportFiling
from certification.reports import filing
from certification.reports.figures import Figures
from certification.reports.filing import UnknownFiling
from certification.reports.steps import WrongStep
from certification.spreadsheets import ImportFaults
from tests.certification.learning import add_facts
from tests.certification.reports.office import KEY, TEXTS, TOP, Office


@pytest.fixture
def ready(office: Office) -> Office:
    """The province's report approved, with two workers of whom one learned something."""
    with office.world.database.writing(office.tenant) as session:
        first = office.world.employ(session, "dn/a", gender="female")
        office.world.employ(session, "dn/b")
        add_facts(session, office.tenant, first, ["law-labour", "digital-able"], day=date(2026, 3, 2))
    office.approved(office.hoa, "cdcs/a", {"loudspeaker-items": {"value": 4}})
    office.approved(office.chi, TOP, {"loudspeaker-items": {"value": 6}, "commune-spending": {"value": 3_500_000}})
    return office


def changes(office: Office) -> dict[str, tuple[object, object]]:
    with office.world.database.reading(office.tenant) as session:
        one = filing.find(session, office.tenant, TOP, KEY)
        found = filing.difference(session, office.tenant, one, now=office.now)
    return {each.item: (each.filed, each.now) for each in found}


def test_a_filing_holds_all_that_the_report_says(ready: Office) -> None:
    made = ready.file()
    with ready.world.database.reading(ready.tenant) as session:
        kept = filing.find(session, ready.tenant, TOP, KEY)
        acts = chain.listed(session, ready.tenant, limit=1, subject=f"report:{made.report_id}")
    assert kept == made
    assert kept.sha256 == hashlib.sha256(kept.content).hexdigest()
    assert kept.document["signer"]["name"] == "Lò Thị Hằng"
    assert kept.document["letterhead"]["issuer"]
    assert kept.document["heading"].endswith("giai đoạn 2026 - 2030, năm 2026")
    assert len(kept.document["form"]) == 2
    assert kept.entered.number("loudspeaker-items") == 10
    assert kept.figures.headcount == 2
    assert kept.figures.as_of == ready.now
    assert Figures.from_json(kept.figures.as_json()) == kept.figures
    assert acts[0].act == "report.file"
    assert acts[0].detail is not None
    assert acts[0].detail["sha256"] == made.sha256
    assert changes(ready) == {}


def test_what_comes_late_changes_nothing_filed_and_shows_as_a_difference(ready: Office) -> None:
    made = ready.file()
    with ready.world.database.writing(ready.tenant) as session:
        late = ready.world.employ(session, "dn/b")
        add_facts(session, ready.tenant, late, ["law-labour"], day=date(2026, 5, 2))
    ready.take(ready.dung, "cdcs/a", "return", "Đếm lại")
    ready.enter(ready.hoa, "cdcs/a", {"loudspeaker-items": {"value": 7}})
    ready.take(ready.hoa, "cdcs/a", "submit")
    ready.take(ready.dung, "cdcs/a", "approve")
    found = changes(ready)
    assert found["headcount"] == (2, 3)
    assert found["entered/loudspeaker-items"] == (10, 13)
    assert any(name.endswith("/counted") for name in found)
    assert "entered/commune-spending" not in found
    with ready.world.database.reading(ready.tenant) as session:
        assert filing.find(session, ready.tenant, TOP, KEY) == made
    assert ready.show(TOP).entered.number("loudspeaker-items") == 10


def test_a_correction_is_another_filing_that_names_the_former(ready: Office) -> None:
    first = ready.file()
    with pytest.raises(WrongStep):
        ready.enter(ready.chi, TOP, {"loudspeaker-items": {"value": 9}})
    with pytest.raises(WrongStep):
        ready.file()
    with pytest.raises(ImportFaults):
        ready.take(ready.chi, TOP, "reopen")
    ready.take(ready.chi, TOP, "reopen", "Sót ba tin, bài của quý III")
    ready.enter(ready.chi, TOP, {**TEXTS, "loudspeaker-items": {"value": 9}})
    ready.take(ready.chi, TOP, "submit")
    ready.take(ready.dung, TOP, "approve")
    second = ready.file(number="06/BC-LĐLĐ")
    assert (second.version, second.corrects) == (2, first.id)
    with ready.world.database.reading(ready.tenant) as session:
        assert [one.id for one in filing.filed(session, ready.tenant, TOP, KEY)] == [second.id, first.id]
        assert filing.find(session, ready.tenant, TOP, KEY, first.id).entered.number("loudspeaker-items") == 10
        assert second.entered.number("loudspeaker-items") == 13
        assert not chain.verify(session, ready.tenant).faults


def test_every_fault_of_a_filing_is_told_at_once(ready: Office) -> None:
    with pytest.raises(ImportFaults) as refused:
        ready.file(signer="Ai đó", filed_on=date(2026, 11, 21), number="x" * 101)
    assert [fault.column for fault in refused.value.faults] == ["filed_on", "number", "signer"]
    with pytest.raises(ImportFaults):
        ready.file(filed_on=date(2026, 10, 30))
    with pytest.raises(NotAllowed):
        ready.file(ready.hoa)
    assert ready.show(TOP).state == "approved"
    with ready.world.database.reading(ready.tenant) as session:
        assert not session.scalar(
            sa.select(sa.func.count()).select_from(ReportFiling).where(ReportFiling.tenant_id == ready.tenant)
        )
        with pytest.raises(UnknownFiling):
            filing.find(session, ready.tenant, TOP, KEY)
