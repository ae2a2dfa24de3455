"""Samples of the pages of certification/web/officers: workers of dn/a with names, evidence, points, dossiers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.certificates import issuing
from certification.dossiers import decisions, proceedings, proposals
from certification.dossiers.decisions import Refused
from certification.dossiers.proposals import Meeting, Voted
from certification.evidence import disputes, self_scores, sittings
from certification.evidence.self_scores import OwnScore
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import Witness
from certification.judgement import assessments
from certification.models import Fact, Worker
from certification.people import roster, workers
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.targets import freezing
from certification.units import letterheads
from certification.vietnam import vietnam_day
from lrs.db import Database, Session, new_id
from tests.browser.samples import answers, federation, reports, roll_calls
from tests.certification.certificates.issued import PUBLIC_URL
from tests.certification.web.published import ROSTER_HEADINGS
from tests.conftest import PEPPER

SAMPLES: dict[str, Any] = {
    "officers.show_worker": {"number": "a02"},
    "officers.withdraw_points": None,
    "officers.show_unit": {"code": "cdcs/a"},
    "officers.list_people": {"code": "cdcs/a"},
    "officers.show_binding": {"code": "cdcs/a"},
    "officers.freeze": {"code": "cdcs/a"},
    "officers.close_year": {"year": 2025},
    "officers.download_units": None,
    **reports.SAMPLES,
    "officers.show_declared_file": None,
    "officers.bring_in_fix": None,
    "officers.bring_in_import": None,
    "officers.bring_in_refused": None,
    "officers.bring_in_undo": None,
    "officers.show_dossier": {"year": 0, "number": "a02"},
    "officers.take_one_step": {"step": "review", "year": 0, "number": "a02"},
    "officers.list_signers": {"code": "cdcs/a"},
    "officers.download_proposal": None,
    "officers.download_decision": None,
    "officers.download_certificates": None,
}
"""An attestation is withdrawn in tests/browser/test_officers.py."""

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Vũ", "Đặng", "Bùi", "Đỗ")
MIDDLE = ("Thị", "Văn", "Ngọc", "Thị Thanh", "Hữu", "Minh", "Thị Kim")
GIVEN = ("Ẩn", "Bình", "Cường", "Dung", "Đào", "Én", "Giang", "Hòa", "Ửng Hộ", "Khánh", "Lụa", "Mười", "Nở")
TOPICS = ("law-labour", "reading", "digital-able", "life-skill-finance", "law-safety")


def prepare(database: Database, tenant: UUID, now: datetime) -> None:
    """Every third worker learnt much; points and dossiers stand at every step."""
    SAMPLES.update(roll_calls.prepare(database, tenant, now))
    SAMPLES.update(reports.prepare(database, tenant, now))
    SAMPLES.update(answers.prepare(database, tenant, now))
    year = vietnam_day(now).year
    rows = [
        f"A{at:03};{FAMILY[at % 10]} {MIDDLE[at % 7]} {GIVEN[at % 13]};{'nữ' if at % 3 else 'nam'};"
        "dn/a;02/01/2026;;;có;không;"
        for at in range(1, 121)
    ]
    with database.writing(tenant) as session:
        roster.import_roster(session, tenant, "\n".join([ROSTER_HEADINGS, *rows]).encode(), now=now)
        rows_of = session.execute(sa.select(Worker.number, Worker.id).where(Worker.tenant_id == tenant))
        people = {row[0]: row[1] for row in rows_of}
        for at, number in enumerate(sorted(people)):
            session.add_all(_facts(tenant, people[number], year, at % 6))
    with database.writing(tenant) as session:
        _give_points(session, tenant, sorted(people), year, now)
        some = list(people.values())
        for first in range(0, len(some), 100):
            on = vietnam_day(now)
            assessments.assess(session, tenant, some[first : first + 100], PROGRAMME, year, as_of=on, now=now)
    for endpoint in ("officers.show_dossier", "officers.take_one_step"):
        SAMPLES[endpoint]["year"] = year
    with database.writing(tenant) as session:
        kept = freezing.prepare(
            session, tenant, "cdcs/a", on=vietnam_day(now), by="captren", reason="Báo cáo quý III", now=now
        )
        SAMPLES["officers.show_frozen"] = {"id": freezing.freeze(session, tenant, kept).id}
        _register(session, tenant, year, now)
        witness = Witness("cdcs")
        disputes.open_dispute(
            session, tenant, "A005", year=year, statement_id=None, reason="Thiếu buổi học an toàn lao động tháng 5",
            witness=witness, now=now,
        )  # fmt: skip
    _decide(database, tenant, year, now)
    SAMPLES.update(federation.prepare(database, tenant, now))


def _decide(database: Database, tenant: UUID, year: int, now: datetime) -> None:
    """Four are proposed; of three a decision says something, and two have their certificates."""
    operator, on = Who(tenant, "vanhanh", roles=(Held(Role.OPERATOR),)), vietnam_day(now)
    with database.writing(tenant) as session:
        letterheads.add_signer(
            session, tenant, "vn/lao-cai", name="Lê Văn Ký", office="CHỦ TỊCH", authority="TM. ỦY BAN NHÂN DÂN",
            starts=date(2022, 1, 1), source="QĐ 1/QĐ-TTg", by="vanhanh", now=now,
        )  # fmt: skip
        own = letterheads.add_signer(
            session, tenant, "cdcs/a", name="Lê Hoa", office="CHỦ TỊCH", authority="TM. BAN CHẤP HÀNH",
            starts=date(2024, 1, 1), source="NQ 2", by="vanhanh", now=now,
        )  # fmt: skip
        SAMPLES["officers.end_signer"] = {"code": "cdcs/a", "signer": own}
        members = [Voted(f"A{at:03}", 9, 10) for at in range(1, 5)]
        meeting = Meeting(on, 10, 1, "03/BB-CĐCS", "Lê Hoa", "Trần Nam")
        proposed = proposals.propose(session, tenant, operator, "cdcs/a", year, meeting, members, now=now)
        decided = decisions.decide(
            session, tenant, operator, "vn/lao-cai", year, number="27/QĐ-UBND", decided_on=on, signer="Lê Văn Ký",
            granted=["A001", "A002"], refused=[Refused("A003", "Chưa đủ điểm CS8")], now=now,
        )  # fmt: skip
    issuing.issue(
        database, tenant, programme=PROGRAMME, decision=str(decided.id), public_url=PUBLIC_URL, secret=PEPPER,
        by="vanhanh", clock=lambda: now,
    )  # fmt: skip
    SAMPLES["officers.show_proposal"] = {"proposal": proposed.id}
    SAMPLES["officers.show_decision"] = SAMPLES["officers.issue_certificates"] = {"decision": decided.id}


def _facts(tenant: UUID, worker: UUID, year: int, level: int) -> list[Fact]:
    return [
        Fact(
            worker_id=worker, tenant_id=tenant, statement_id=new_id(), what=TOPICS[at % 5],
            day=date(year, 1 + at % 10, 3 + at), year=year, minutes=45, score=None, quality=2, activity_key=900 + at,
        )
        for at in range(level * 3)
    ]  # fmt: skip


def _give_points(session: Session, tenant: UUID, numbers: list[str], year: int, now: datetime) -> None:
    _file, rules = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, year)
    loggable = [one.id for one in rules.indicators if one.loggable]
    others = [one.id for one in rules.indicators if not one.loggable]
    whole = [
        MemberPoints(number, {**dict.fromkeys(loggable, 8), **dict.fromkeys(others, 9)}) for number in numbers[::7]
    ]
    half = [MemberPoints(number, dict.fromkeys(loggable, 8)) for number in numbers[3::7]]
    part = [
        MemberPoints(number, dict.fromkeys(others[:2], 6))
        for number in numbers[1::5]
        if number not in {*numbers[::7], *numbers[3::7]}
    ]
    sittings.attest(
        session, tenant, Witness("cdcs"), year, [*whole, *half, *part], basis="Biên bản họp tổ ngày 15/11/2026", now=now
    )
    for number in numbers[:40]:
        scores = [OwnScore(one.id, 7) for one in rules.indicators]
        self_scores.score(session, tenant, number, year, scores, by=number, now=now)


def _register(session: Session, tenant: UUID, year: int, now: datetime) -> None:
    operator = Who(tenant, "vanhanh", roles=(Held(Role.OPERATOR),))
    known = workers.known_workers(session, tenant, ["a02", *(f"A{at:03}" for at in range(1, 61))])
    people = [known[number] for number in sorted(known)]
    proceedings.step_many(session, tenant, operator, "register", people, year, now=now)
    for person in people[:36]:
        of_oneself = Who(tenant, person.number, worker=person.id, roles=(Held(Role.WORKER),))
        proceedings.step(session, tenant, of_oneself, "self-assess", person.number, year, now=now)
    proceedings.step_many(session, tenant, operator, "confirm", people[:18], year, now=now)
    proceedings.step_many(session, tenant, operator, "review", people[:9], year, now=now)
