"""One of everything that addresses name: of the own branch, of another branch, and of another tenant.

What is not one's own carries a mark in every word, so that an answer that shows any of it is found out whatever its
status is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access import accounts, keys, own_keys, roles
from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.certificates import issuing
from certification.certificates.keys import Issuer
from certification.dossiers import proceedings
from certification.evidence import attendance_lists, declarations, disputes
from certification.evidence.declared import SELF_STUDY, Declared
from certification.evidence.witnesses import Witness
from certification.federation import making
from certification.judgement import assessments
from certification.models import (
    Attestation,
    Award,
    Certificate,
    Consent,
    Dossier,
    DossierStep,
    Employment,
    IdentityEvent,
    Proposal,
    ReceivedRollUp,
    RollUpKey,
    RollUpMember,
    RollUpRound,
    RuleFile,
    Team,
    TitleDecision,
    TitleReview,
    Worker,
)
from certification.people import file_imports, linking
from certification.privacy import consents, requests
from certification.reports import entering, filing, reading, steps
from certification.reports.reading import Key
from certification.roll_calls import meetings, presences
from certification.roll_calls.meetings import Plan
from certification.targets import freezing
from certification.units import letterheads, organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database, Session, new_id
from tests.certification import learning
from tests.certification.access.people import account, give
from tests.certification.learning import PROGRAMME
from tests.conftest import PEPPER

__all__ = ["CUT_OFF", "PERIOD", "Place", "settle"]

PERIOD = "yearly"
CUT_OFF = date(2026, 10, 31)


@dataclass(slots=True)
class Place:
    """One branch: a grassroots union, its enterprise, a worker, and what hangs on them; by the names of addresses."""

    tenant: UUID
    union: str
    enterprise: str
    upper: str
    number: str
    mark: str
    """Stands in every word that was written there."""
    worker: UUID = field(init=False)
    plan: str = "lai-chau-31-kh-ldld-2026"
    ids: dict[str, Any] = field(default_factory=dict)


def settle(database: Database, place: Place, now: datetime) -> Place:
    """Makes one of everything there; the units are there already."""
    tenant, mark, on = place.tenant, place.mark, vietnam_day(now)
    with database.writing(tenant) as session:
        _employ(session, place, on)
    with database.writing(tenant) as session:
        _tell(session, place, now)
        _recognise(session, place, on, now)
        _report(session, place, now)
        _gather(session, place, now)
    with database.writing(tenant) as session:
        operator = Who(tenant, mark, roles=(Held(Role.OPERATOR),))
        proceedings.register(session, tenant, operator, place.number, on.year, now=now)
        assessments.assess(session, tenant, [place.worker], PROGRAMME, on.year, as_of=on, now=now)
        frozen = freezing.prepare(session, tenant, place.union, on=on, by=mark, reason=mark, now=now)
        place.ids["frozen"] = freezing.freeze(session, tenant, frozen).id
        wanted = {"tenant_id": tenant, "kind": "criteria-set"}
        place.ids["rule"] = session.scalars(sa.select(RuleFile.id).filter_by(**wanted)).first()
    _let_in(database, place, now)
    _certify(database, place, now)
    _forward(database, place, now)
    _add_up(database, place, now)
    return place


def _add_up(database: Database, place: Place, now: datetime) -> None:
    """A roll-up that was made of the place and received of it again, in a round of its own."""
    tenant, mark = place.tenant, place.mark
    issuer = Issuer.of(f"https://kho-{place.worker.hex[-12:]}.example.vn", tenant)
    told: dict[str, Any] = {"plan": "1268-qd-ttg", "on": CUT_OFF, "by": mark, "reason": mark, "now": now}
    with database.writing(tenant) as session:
        prepared = making.prepare(session, tenant, place.union, **told)
        draft = making.draft(session, tenant, prepared, issuer=issuer, now=now).document.id
        made = making.sign(session, tenant, draft, issuer=issuer, secret=PEPPER, by=mark, now=now).document
        of: dict[str, Any] = {"tenant_id": tenant}
        member, round_ = new_id(), new_id()
        days = {"cut_off": CUT_OFF, "headcount_on": CUT_OFF, "due": CUT_OFF}
        session.add_all(
            [
                RollUpMember(id=member, organization=place.union, did=f"did:web:{mark}", since=CUT_OFF, **of),
                RollUpKey(member_id=member, name=mark, multikey=mark, added=now, **of),
                RollUpRound(id=round_, plan=mark, basis="all", opened=now, **days, **of),
                ReceivedRollUp(
                    id=made.id, round_id=round_, member_id=member, edition=1, content=made.content, sha256=mark,
                    received=now, received_by=mark, **of,
                ),
            ]
        )  # fmt: skip
    place.ids |= {"roll-up": made.id, "roll-up member": member, "roll-up round": round_, "roll-up key": mark}


def _forward(database: Database, place: Place, now: datetime) -> None:
    """Somewhere that Statements go, and come from; where that is, nothing listens."""
    place.ids["destination"] = name = f"kho-{place.worker.hex[-12:]}"
    user = place.mark.replace(":", " ")
    told = {"endpoint": "https://127.0.0.1:1/xapi", "username": user, "password": place.mark, "now": now}
    with database.writing(place.tenant) as session:
        only = {"platforms": [place.mark]}
        api.set_destination(
            session, place.tenant, name, filter=only, hosts=["127.0.0.1"], more={}, pepper=PEPPER, **told
        )
        hook = f"tin-{place.worker.hex[-12:]}"
        place.ids["webhook"] = hook
        told_of = {"address": f"https://127.0.0.1:1/{hook}", "hosts": ["127.0.0.1"], "now": now}
        api.set_webhook(session, place.tenant, hook, filter=only, more={}, pepper=PEPPER, **told_of)
        api.set_source(session, place.tenant, name, hosts=["127.0.0.1"], pepper=PEPPER, **told)


def _employ(session: Session, place: Place, on: date) -> None:
    place.worker = new_id()
    known = {"number": place.number, "full_name": f"Người {place.mark}", "gender": "female"}
    session.add(Worker(id=place.worker, tenant_id=place.tenant, **known))
    session.flush()
    enterprise = organizations.node(session, place.tenant, place.enterprise).id
    days = {"started": date(2021, 1, 1), "ended": None, "position": place.mark}
    session.add(Employment(worker_id=place.worker, tenant_id=place.tenant, enterprise_id=enterprise, **days))
    session.flush()
    roles.set_team(session, place.tenant, place.enterprise, f"Tổ {place.mark}", [place.number], on=on)
    place.ids["team"] = session.scalars(sa.select(Team.id).where(Team.enterprise_id == enterprise)).one()


def _tell(session: Session, place: Place, now: datetime) -> None:
    """What the worker says and asks."""
    tenant, number, mark, on = place.tenant, place.number, place.mark, vietnam_day(now)
    own: dict[str, Any] = {"witness": Witness(number), "now": now}
    said = Declared(SELF_STUDY, f"Đọc {mark}", date(on.year, 1, 2), ("reading",), minutes=90)
    pdf = b"%PDF-1.7 " + mark.encode() + b" %%EOF"
    told = {"file": pdf, "file_name": f"{mark}.pdf", "secret": PEPPER, "programme": PROGRAMME, **own}
    place.ids["declaration"] = declarations.declare(session, tenant, number, said, **told).id
    opened = disputes.open_dispute(session, tenant, number, year=on.year, statement_id=None, reason=mark, **own)
    place.ids["dispute"] = opened.id
    place.ids["request"] = requests.open_request(session, tenant, number, kind="see", reason=mark, **own).id
    shown = consents.wordings(session, tenant, place.enterprise, on)
    agreed = [consents.Agreed(one.purpose.id, one.digest) for one in shown]
    how = {"how": consents.ON_PAPER, "paper": mark, "by": mark, "now": now}
    consents.give(session, tenant, number, place.enterprise, agreed, **how)
    given = sa.select(Consent.id).where(Consent.tenant_id == tenant, Consent.worker_id == place.worker)
    place.ids["consent"] = session.scalars(given).first()
    learning.attest(session, tenant, place.worker, {"1.1": 8}, on=date(on.year, 1, 2), year=on.year, now=now)
    attested = sa.select(Attestation.id).where(Attestation.worker_id == place.worker)
    place.ids["attestation"] = session.scalars(attested).first()
    linking.link(session, tenant, f"mailto:{place.number.lower()}@hoc.example", number, by=mark, basis=mark, now=now)
    event = sa.select(IdentityEvent.id).where(IdentityEvent.tenant_id == tenant)
    place.ids["event"] = session.scalars(event.order_by(IdentityEvent.place.desc())).first()


def _recognise(session: Session, place: Place, on: date, now: datetime) -> None:
    """A dossier in hand, and a title of the year before with all its papers, looked at again."""
    tenant, mark, unit = place.tenant, place.mark, organizations.node(session, place.tenant, place.union).id
    year, batch, decision, dossier = on.year - 1, new_id(), new_id(), new_id()
    of = {"tenant_id": tenant, "programme": PROGRAMME, "year": year}
    said = {"version": 1, "proposal_id": batch, "decision_id": decision, "due": None, "changed": now}
    session.add(Dossier(worker_id=place.worker, id=dossier, state="granted", **of, **said))
    taken = (("propose", "proposed", batch), ("grant", "granted", decision))
    for at, (step, state, of_batch) in enumerate(taken, start=1):
        told = {"done_by": mark, "done": now, "reason": mark, "batch_id": of_batch, "votes_for": 9, "votes_of": 10}
        row = {"step": step, "state": state, "place": at, "tenant_id": tenant, "points": None, **told}
        session.add(DossierStep(worker_id=place.worker, dossier_id=dossier, **row))
    met = {"met_on": date(year, 5, 1), "minutes": mark, "chair": mark, "secretary": mark, "present": 9, "absent": 0}
    session.add(Proposal(organization_id=unit, id=batch, proposed_by=mark, proposed=now, **of, **met))
    signed = {"decided_on": date(year, 6, 1), "signer": mark, "signer_title": mark, "authority": None}
    told = {"number": f"{mark}/QĐ", "number_key": str(decision), "digest": "", "recorded_by": mark, "recorded": now}
    session.add(TitleDecision(organization_id=unit, id=decision, decision_year=year, **of, **signed, **told))
    won = {"decision_number": f"{mark}/QĐ", "decided_on": date(year, 6, 1), "body": mark, "recorded": now}
    session.add(Award(worker_id=place.worker, **of, **won))
    why = json.dumps([{"kind": "not_met", "of": None, "by": mark}])
    review = {"id": new_id(), "opened": now, "why": why, "state": "open", "reason": None}
    session.add(TitleReview(worker_id=place.worker, decided_by=None, decided=None, **review, **of))
    place.ids |= {"proposal": batch, "decision": decision, "review": review["id"]}


def _report(session: Session, place: Place, now: datetime) -> None:
    """A report that was approved and filed, and who signs such."""
    told = {"name": place.mark, "office": place.mark, "source": place.mark, "by": place.mark}
    place.ids["signer"] = letterheads.add_signer(
        session, place.tenant, place.union, authority="TM. BCH", starts=date(2022, 1, 1), now=now, **told
    )
    key = Key(place.plan, PERIOD, CUT_OFF)
    lan = Who(place.tenant, place.mark, roles=(Held(Role.OPERATOR),))
    asked = reading.show(session, place.tenant, place.union, key).form.asked
    said = {one.code: {"value": place.mark if one.entered == "text" else 1} for one in asked if one.entered != "rows"}
    entering.enter(session, place.tenant, lan, place.union, key, said, now=now)
    steps.take(session, place.tenant, lan, place.union, key, "submit", now=now)
    chi = Who(place.tenant, f"chi {place.mark}", roles=lan.roles)
    steps.take(session, place.tenant, chi, place.union, key, "approve", now=now)
    paper: dict[str, Any] = {"signer": place.mark, "filed_on": vietnam_day(now), "number": f"05/{place.number}"}
    prepared = filing.prepare(session, place.tenant, lan, place.union, key, **paper, now=now)
    place.ids["filing"] = filing.file(session, place.tenant, lan, prepared, now=now).id


def _gather(session: Session, place: Place, now: datetime) -> None:
    """A roll-call with the worker typed in from a picture of a list."""
    plan = Plan(place.mark, "talk", ["law-safety"], now, now + timedelta(minutes=45), place.mark, place.mark)
    meeting = meetings.open_one(session, place.tenant, place.union, plan, by=place.mark, now=now)
    told: dict[str, Any] = {"by": place.mark, "secret": PEPPER, "now": now}
    picture = b"\xff\xd8\xff" + place.mark.encode()
    presences.type_in(session, place.tenant, meeting.id, [place.number], picture, f"{place.mark}.jpg", **told)
    place.ids |= {"roll-call": meeting.id, "picture": hashlib.sha256(picture).hexdigest()}
    quoted = place.mark.replace('"', '""')
    rows = f'Mã người lao động,Nội dung,Ngày,Hình thức\n{place.number},"{quoted}",{now:%d/%m/%Y},lớp học\n'.encode()
    listed = {"organizer": place.union, "code": f"DS-{place.number}", "kind": "paper", "file_name": f"{place.mark}.csv"}
    attendance_lists.take_in(session, place.tenant, rows, witness=Witness(place.mark), secret=PEPPER, now=now, **listed)


def _let_in(database: Database, place: Place, now: datetime) -> None:
    """An officer of the branch with a role and keys, who brought a file in; a Statement of the tenant's."""
    tenant, mark, name = place.tenant, place.mark, f"lan-{place.number.lower()}"
    made = account(database, tenant, name, now)
    place.ids["name"] = name
    place.ids["role"] = give(database, tenant, name, Role.GRASSROOTS_OFFICER, now, organization=place.union)
    with database.writing(tenant) as session:
        row = accounts.find(session, tenant, name)
        assert row.id == made
        who = roles.at_terminal(tenant)
        made_of = {"reason": mark, "pepper": PEPPER, "now": now}
        place.ids["key"], _ = keys.make(session, who, name=mark, scopes=("statements/write",), **made_of)
        client = {"issuer": "https://127.0.0.1", "audience": mark, "client_id": str(place.ids["key"])}
        api.set_token_client(session, tenant, str(place.ids["key"]), **client, hosts=["127.0.0.1"], now=now)
        until = {"until": vietnam_day(now) + timedelta(30), "pepper": PEPPER, "by": mark, "now": now}
        node = organizations.node(session, tenant, place.enterprise)
        place.ids["own key"], _ = own_keys.make(session, tenant, node, name=mark, **until)
        told: dict[str, Any] = {"kind": "roster", "file_name": f"{mark}.csv", "data": mark.encode(), "checks": False}
        brought = file_imports.begin(session, tenant, account=made, by=mark, **told, pepper=PEPPER, now=now)
        faults = file_imports.Outcome(1, notes=(mark,))
        file_imports.end(session, tenant, brought, file_imports.DONE, faults, keeps_file=True)
        place.ids["import"] = brought
        identity = api.acting(session, tenant, f"walls/{place.number}", name=mark, pepper=PEPPER)
        sent = learning.statement(f"ai-{place.number}")
        api.store(session, identity, [sent])
        place.ids["statement"] = sent["id"]


def _certify(database: Database, place: Place, now: datetime) -> None:
    decision = {"programme": PROGRAMME, "decision": str(place.ids["decision"])}
    told = {"public_url": "https://cdht.example.vn", "secret": PEPPER, "by": place.mark, "clock": lambda: now}
    issuing.issue(database, place.tenant, **decision, **told)
    with database.reading(place.tenant) as session:
        mine = Certificate.tenant_id == place.tenant, Certificate.worker_id == place.worker
        place.ids["certificate"] = session.scalars(sa.select(Certificate.id).where(*mine)).one()
