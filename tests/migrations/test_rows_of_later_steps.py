"""Steps of 2026's second half with rows of the program's own: what they carry over, and what stays, down and up."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.script import ScriptDirectory

import migrations
from certification.access import records as access_records
from certification.certificates import register
from certification.credentials import status_lists
from certification.judgement import assessments
from certification.models import TranscriptHandover, Worker
from certification.people import linking
from certification.people import names as written
from certification.roll_calls import meetings, presences
from certification.roll_calls.meetings import Plan
from certification.rules.criteria import PROGRAMME
from lrs import copies
from lrs.db import EVERY_TENANT, NOBODY, Database, new_id
from lrs.models import Attachment
from tests.certification.certificates.issued import entries, issue, recognise
from tests.certification.learning import add_facts, ifi
from tests.certification.reports.office import TOP, Office
from tests.certification.world import World
from tests.conftest import PEPPER
from tests.migrations.test_worked_out_rows import down_and_up, rows

WRITES = re.compile(r"\bINSERT INTO\b|\bUPDATE [a-z{]|\bsa\.(update|insert)\(")


def test_every_step_that_writes_rows_is_driven_with_rows_by_a_test_of_its_own() -> None:
    here = Path(__file__).parent
    told = "".join(one.read_text() for one in here.glob("test_*.py") if one.name != "test_rows.py")
    without = [
        script.path
        for script in ScriptDirectory(str(migrations.HERE)).walk_revisions()
        if WRITES.search(Path(script.path).read_text()) and f'"{script.down_revision}"' not in told
    ]
    assert without == []


def test_a_copy_stays_one_over_later_steps_and_is_to_be_marked_anew_after_going_below_the_mark(
    database: Database, now: datetime
) -> None:
    with database.writing(EVERY_TENANT) as session:
        copies.mark_copy(session, now=now)
    query = "SELECT id, name FROM lrs_tenant ORDER BY id"
    tenants = rows(database, query)
    assert down_and_up(database, "0057", query) == tenants
    with database.reading(NOBODY) as session:
        assert copies.copied_since(session) == now
    assert down_and_up(database, "0056", query) == tenants
    with database.writing(EVERY_TENANT) as session:
        assert copies.copied_since(session) is None
        copies.mark_copy(session, now=now)
        assert copies.copied_since(session) == now
    assert rows(database, query) == tenants


def test_certificates_stay_and_those_withdrawn_are_found_again(database: Database, tenant: UUID, now: datetime) -> None:
    recognise(database, tenant, now, "NV-1", "NV-2")
    issue(database, tenant, now)
    one = entries(database, tenant)[1].id
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, one, reason="QĐ 20", ends_title=False, by="hoa", now=now)
    query = "SELECT number, list_place, withdrawn_on FROM certification_certificate"
    before = rows(database, query)
    assert len(before) == 2
    assert down_and_up(database, "0041", query) == before
    with database.reading(tenant) as session:
        assert len(register.withdrawn_places(session, tenant, 0, status_lists.LENGTH - 1)) == 1


def test_who_entered_something_in_a_report_is_whoever_s_values_stand(
    database: Database, tenant: UUID, now: datetime
) -> None:
    office = Office(World(database, tenant, now))
    office.enter(office.chi, TOP, {"results-text": {"value": "Nhận thức có chuyển biến"}})
    office.enter(office.dung, TOP, {"limits-text": {"value": "Kinh phí"}, "loudspeaker-items": {"value": 4}})
    office.enter(office.hoa, "cdcs/a", {"loudspeaker-items": {"value": 4}})
    authors = "SELECT o.code, a.name FROM certification_report_author a JOIN certification_organization o"
    authors += " ON o.id = a.organization_id"
    before = rows(database, authors)
    assert before == [(TOP, "chi"), (TOP, "dung"), ("cdcs/a", "hoa")]
    values = "SELECT item, entered_by FROM certification_report_value"
    standing = rows(database, values)
    assert len(standing) == 4
    assert down_and_up(database, "0042", values) == standing
    assert rows(database, authors) == before


def test_roll_calls_go_and_what_they_proved_stays(database: Database, tenant: UUID, now: datetime) -> None:
    world = World(database, tenant, now)
    said: dict[str, Any] = {"delivery": "talk", "topics": ["law-labour"], "instructor": None, "place": None}
    plan = Plan(title="Nói chuyện", starts=now - timedelta(hours=1), ends=now, **said)
    with database.writing(tenant) as session:
        world.employ(session, "dn/a")
        linking.link(session, tenant, ifi("an"), "NV-1", by="Chị Hoa", now=now)
        meeting = meetings.open_one(session, tenant, "cdcs/a", plan, by="hoa", now=now)
        told: dict[str, Any] = {"by": "hoa", "secret": PEPPER, "now": now}
        presences.tick(session, tenant, meeting.id, [presences.Tick(new_id(), "NV-1")], **told)
    presence = "SELECT statement_id FROM certification_presence"
    statements = "SELECT id FROM lrs_statement"
    ((proof,),) = rows(database, presence)
    assert down_and_up(database, "0043", statements) == [(proof,)]
    assert rows(database, presence) == rows(database, "SELECT id FROM certification_roll_call") == []
    with database.writing(tenant) as session:
        again = meetings.open_one(session, tenant, "cdcs/a", plan, by="hoa", now=now)
        presences.tick(session, tenant, again.id, [presences.Tick(new_id(), "NV-1")], **told)
    assert len(rows(database, presence)) == 1


def test_names_come_in_order_and_are_found_as_the_program_writes_them(
    database: Database, tenant: UUID, now: datetime
) -> None:
    world = World(database, tenant, now)
    names = ["Đỗ Thị Ánh", "Lê  Văn Ân", "NGUYỄN Thúy An", "Tống Đức Ấn", "Vừ A Dính"]
    with database.writing(tenant) as session:
        for name in names:
            one = session.get_one(Worker, world.employ(session, "dn/a"))
            one.full_name = name
            one.name_order, one.name_sought = written.order(name), written.sought(name)
    query = "SELECT full_name, name_order, name_sought FROM certification_worker"
    before = rows(database, query)
    assert len({bytes(row[1]) for row in before}) == len(names)
    assert [row[0] for row in down_and_up(database, "0046", "SELECT full_name FROM certification_worker")] == [
        row[0] for row in before
    ]
    assert rows(database, query) == before


def test_what_follows_from_other_rows_is_asked_again(database: Database, tenant: UUID, now: datetime) -> None:
    world = World(database, tenant, now)
    with database.writing(tenant) as session:
        worker = world.employ(session, "dn/a")
        add_facts(session, tenant, worker, ["law-labour"], day=date(2026, 3, 2))
        assessments.assess(session, tenant, [worker], PROGRAMME, 2026, as_of=date(2026, 11, 1), now=now)
        held = {"recipient_id": world.ids["dn/a"], "purpose": "employer-training", "digest": b"x", "place": 1}
        session.add(TranscriptHandover(worker_id=worker, tenant_id=tenant, given=now, stamp=b"y", **held))
    results, handovers = "SELECT result, total FROM certification_assessment", "SELECT digest, place"
    handovers += " FROM certification_transcript_handover"
    before = rows(database, results)
    assert rows(database, "SELECT states FROM certification_assessment") != [(None,)]
    assert down_and_up(database, "0051", handovers) == rows(database, handovers)
    assert rows(database, results) == before
    assert rows(database, "SELECT states FROM certification_assessment") == [(None,)]
    assert rows(database, "SELECT stamp FROM certification_transcript_handover") == [(None,)]


def test_attachments_stay_and_none_in_a_bucket_is_forgotten(database: Database, tenant: UUID) -> None:
    told = {"tenant_id": tenant, "content_type": "image/png"}
    with database.writing(tenant) as session:
        session.add(Attachment(sha2="ab", content=b"\0\1", length=2, **told))
    kept = "SELECT sha2, content_type, content FROM lrs_attachment WHERE sha2 IN ('ab', 'cd')"
    assert down_and_up(database, "0069", kept) == rows(database, kept) == [("ab", "image/png", b"\0\1")]
    with database.writing(tenant) as session:
        session.add(Attachment(sha2="cd", content=b"", name=f"{tenant}/cd/1", length=7, **told))
    with pytest.raises(RuntimeError, match="attachments are in a bucket"):
        down_and_up(database, "0069", kept)
    assert rows(database, "SELECT name, length FROM lrs_attachment WHERE sha2 = 'cd'") == [(f"{tenant}/cd/1", 7)]


def test_the_record_of_rights_and_of_signing_in_stays(database: Database, tenant: UUID, now: datetime) -> None:
    acts = ("give-role", access_records.TRIED, access_records.SIGNED_IN)
    with database.writing(tenant) as session:
        for act in acts:
            access_records.add(session, tenant, by="admin", act=act, about="lan", reason="x", now=now)
    kept = "SELECT id, act, about, reason FROM certification_access_record ORDER BY act, id"
    before = rows(database, kept)
    assert {one[1] for one in before} >= set(acts)
    assert down_and_up(database, "0071", kept) == before == rows(database, kept)
    with database.reading(tenant) as session:
        assert [one.act for one in access_records.latest(session, tenant, limit=5)][:1] == ["give-role"]
