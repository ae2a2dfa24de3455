"""The tenant next door, in every database of the tests: its data is like the tests' own and would show in any leak.

The actors, verbs, activities, document ids, units and worker numbers are those that the tests' builders use, with every
kind of row at least once. All of it is settled (read as evidence, merged, judged), so that nobody has work with it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from certification.access import accounts, drafts, providers, roles, sessions
from certification.access.drafts import Draft
from certification.access.permissions import Role
from certification.acts import chain
from certification.certificates import issuing
from certification.documents import kept_templates
from certification.documents.kinds import REPORT
from certification.documents.word_layout import default_template
from certification.dossiers import reviews
from certification.evidence import attendance_lists, channel_items, declarations, disputes, entitlements, feed, trust
from certification.evidence.declared import Declared
from certification.evidence.witnesses import Witness
from certification.judgement import judging
from certification.models import (
    Audience,
    DeclaredHeadcount,
    Dossier,
    DossierStep,
    Emptying,
    ErasureNotice,
    NationalNumber,
    Proposal,
    ReceivedRollUp,
    Report,
    ReportAuthor,
    ReportContact,
    ReportFiling,
    ReportReminder,
    ReportStep,
    ReportValue,
    RollUp,
    RollUpKey,
    RollUpMember,
    RollUpRecipient,
    RollUpRound,
    SelfScore,
    SentCode,
    SignInBegun,
    SignInContact,
    TitleDecision,
    TitleReview,
    TranscriptHandover,
    UsedTemplate,
    YearClosing,
)
from certification.people import file_imports, national_numbers, workers
from certification.people.roster_journal import Journal
from certification.people.row_journal import RowJournal
from certification.privacy import access, consents, requests
from certification.roll_calls import meetings, presences
from certification.roll_calls.meetings import Plan
from certification.targets import freezing, publications, settling
from certification.units import letterheads, organizations
from certification.units.letterheads import Letterhead
from lrs import api, definitions, erasure
from lrs.db import NOBODY, Database, Session, new_id
from lrs.models import (
    Course,
    DeadLetter,
    Erasure,
    ForwardedSpan,
    HandedOver,
    LaunchSession,
    Progress,
    Refusal,
    Registration,
    Tenant,
)  # fmt: skip
from tests.certification import learning
from tests.certification.world import World
from tests.lrs.statements.builders import agent, statement, voiding

NAME = "neighbour"
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
ACTIVITY = "https://hoc.example.org/khoa/1"
REGISTRATION = "3f1b0c2e-7d4a-4c59-9a5e-0d6a1b2c3d4e"
SECRET = "của riêng hàng xóm"
"""Stands in whatever the neighbour keeps: where anybody else reads it, there is a leak."""

ERASED = learning.account("da-xoa")
"""Somebody who was erased here."""

BOUNDARY = "ranh-gioi"


def move_in(database: Database, folder: Path, pepper: bytes) -> None:
    """Make the tenant, with all that it keeps."""
    with database.writing(NOBODY) as session:
        tenant = api.create_tenant(session, NAME, now=NOW)
        key, secret = api.create_credential(session, tenant, name=SECRET, scopes=["all"], pepper=pepper, now=NOW)
    authorization = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    _learn(database, folder, pepper, authorization)
    _forward(database, tenant, pepper)
    _add_up(database, tenant)
    definitions.catch_up(database, tenant)
    _certify(database, tenant, pepper)
    _let_in(database, tenant, pepper)


def _learn(database: Database, folder: Path, pepper: bytes, authorization: str) -> None:
    """Statements with an Attachment, one voided, one that refers to another; State and both profiles."""
    from wsgi import Settings, create_app

    url = database.url.render_as_string(hide_password=False)
    client = create_app(Settings(data_dir=folder, database_url=url, secret_key=pepper), database).test_client()
    headers = {"Authorization": authorization, "X-Experience-API-Version": "2.0.0"}
    body = _multipart(_statements(), SECRET.encode())
    kind = f"multipart/mixed; boundary={BOUNDARY}"
    answers = [client.post("/xapi/statements", data=body, content_type=kind, headers=headers)]
    for who in ("0001", "lan"):
        of_agent = {"agent": json.dumps(agent(who))}
        for path, query in (
            ("/xapi/activities/state", {"activityId": ACTIVITY, "stateId": "d", **of_agent}),
            ("/xapi/activities/state", {"activityId": ACTIVITY, "stateId": "bookmark", **of_agent}),
            ("/xapi/agents/profile", {"profileId": "d", **of_agent}),
            ("/xapi/activities/profile", {"activityId": ACTIVITY, "profileId": f"of {who}"}),
        ):
            unseen = {**headers, "If-None-Match": "*"}
            answers.append(client.put(path, query_string=query, json={"nói": SECRET}, headers=unseen))
    assert {answer.status_code for answer in answers} <= {200, 204}, [answer.text for answer in answers]


def _erased(tenant: UUID, pepper: bytes) -> Erasure:
    """That `ERASED` was erased, of whom nothing was there."""
    digest = erasure._agent_digest(api.erasure_key(pepper, tenant), ERASED)
    return Erasure(
        tenant_id=tenant, id=new_id(), agent_digest=digest, account_name="da-xoa", reason=SECRET, begun=NOW,
        finished=NOW, place=0, statements=0, documents=0,
    )  # fmt: skip


def _forward(database: Database, tenant: UUID, pepper: bytes) -> None:
    """Somewhere that Statements go, and one that it refused; where that is, nothing listens."""
    told = {"endpoint": "https://127.0.0.1:1/hang-xom", "username": SECRET, "password": SECRET, "hosts": ["127.0.0.1"]}
    with database.writing(tenant) as session:
        filter_ = {"platforms": [SECRET]}
        one = api.set_destination(session, tenant, "hang-xom", filter=filter_, more={}, pepper=pepper, now=NOW, **told)
        refused = {"seq": 1, "status": 400, "reason": SECRET, "refused": NOW, "again": False}
        session.add(DeadLetter(tenant_id=tenant, destination_id=one.id, statement_id=uuid4(), **refused))
        went = {"name": "hang-xom", "kind": "store", "endpoint": f"https://{SECRET}", "tenant_id": tenant}
        session.add(ForwardedSpan(id=uuid4(), destination_id=one.id, filter="{}", began=0, through=1, **went))
        erased = _erased(tenant, pepper)
        session.add(erased)
        session.add(HandedOver(erasure_id=erased.id, statement_id=uuid4(), **went))
        source = api.set_source(
            session, tenant, "hang-xom", parameters={"verb": SECRET}, pepper=pepper, now=NOW, **told
        )
        (held,) = [known.key for known in api.credentials(session, tenant) if known.scopes == "all"]
        of_client = {"issuer": "https://127.0.0.1:1/hang-xom", "audience": SECRET, "client_id": SECRET}
        api.set_token_client(session, tenant, held, **of_client, hosts=["127.0.0.1"], now=NOW)
        faults = json.dumps([{"place": "/verb/id", "message": SECRET}], ensure_ascii=False)
        _cmi5(session, tenant)
        session.add(Refusal(tenant_id=tenant, source_id=source.id, statement=str(uuid4()), faults=faults, refused=NOW))


def _cmi5(session: Session, tenant: UUID) -> None:
    """A course, a learner enrolled in it, and a launch that has ended."""
    known = {"id": SECRET, "publisher_id": ACTIVITY, "title": {"vi": SECRET}, "description": {}, "parts": []}
    structure = json.dumps({"type": "course", **known})
    course = Course(tenant_id=tenant, digest=SECRET, publisher_id=ACTIVITY, structure=structure, made=NOW)
    session.add(course)
    session.flush()
    learner = {"agent": SECRET, "actor": json.dumps(agent("0001"))}
    session.add(Registration(tenant_id=tenant, id=UUID(REGISTRATION), course_id=course.id, made=NOW, **learner))
    session.add(Progress(tenant_id=tenant, registration_id=UUID(REGISTRATION), object=SECRET, satisfied=NOW))
    launch: dict[str, Any] = {"launched": NOW, "terminated": NOW, "ends": NOW, "fetch_digest": bytes(32)}
    launch |= {"unit": SECRET, "publisher_id": ACTIVITY, "credential": SECRET, "mode": "Normal"}
    session.add(LaunchSession(tenant_id=tenant, registration_id=UUID(REGISTRATION), **launch))


def _add_up(database: Database, tenant: UUID) -> None:
    """A roll-up made, where it goes (held back), one received, and of whom."""
    day, of = date(2026, 11, 15), {"tenant_id": tenant}
    about = {"plan": SECRET, "cut_off": day, **of}
    made = {"edition": 1, "content": SECRET.encode()}
    ids = [uuid4() for _ in range(3)]
    with database.writing(tenant) as session:
        session.add_all(
            [
                RollUp(
                    id=uuid4(), organization=SECRET, freezing_id=uuid4(), salt=b"0" * 32, drafted=NOW,
                    drafted_by=SECRET, **about, **made,
                ),
                RollUpRecipient(
                    id=uuid4(), endpoint="https://127.0.0.1:1/hang-xom", username=SECRET, sealed=b"", paused=NOW,
                    failures=0, answer=SECRET, **of,
                ),
                RollUpMember(id=ids[0], organization=SECRET, did=f"did:web:{ids[0]}", since=day, **of),
                RollUpKey(member_id=ids[0], name=SECRET, multikey=SECRET, added=NOW, **of),
                RollUpRound(id=ids[1], headcount_on=day, basis="all", due=day, opened=NOW, **about),
                ReceivedRollUp(
                    id=ids[2], round_id=ids[1], member_id=ids[0], sha256=SECRET, received=NOW, received_by=SECRET,
                    **made, **of,
                ),
            ]
        )  # fmt: skip


def _statements() -> list[dict[str, Any]]:
    context = {
        "registration": REGISTRATION,
        "platform": SECRET,
        "instructor": agent("0002"),
        "contextActivities": {"grouping": [{"id": "https://hoc.example.org/khoa/2"}]},
    }
    attachment = {
        "usageType": "https://hoc.example.org/dinh-kem",
        "display": {"vi": SECRET},
        "contentType": "text/plain",
        "length": len(SECRET.encode()),
        "sha2": hashlib.sha256(SECRET.encode()).hexdigest(),
    }
    first = statement({**agent("0001"), "name": SECRET}, id=str(uuid4()), context=context, attachments=[attachment])
    first["object"]["definition"] = {"name": {"vi": SECRET}}
    group = statement({"objectType": "Group", "member": [agent("0001"), agent("0002")]}, context=context)
    referring = {**statement(), "object": {"objectType": "StatementRef", "id": first["id"]}}
    gone = statement(id=str(uuid4()), context=context)
    of_a_worker = learning.statement("an", context={**learning.statement("an")["context"], "platform": SECRET})
    of_a_worker["context"]["registration"] = REGISTRATION
    again = {**of_a_worker, "id": str(uuid4())}
    of_nobody = learning.statement("lạ")
    return [first, group, referring, gone, voiding(gone["id"]), of_a_worker, again, of_nobody]


def _multipart(statements: list[dict[str, Any]], content: bytes) -> bytes:
    parts = [
        b"Content-Type: application/json\r\n\r\n" + json.dumps(statements).encode(),
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: "
        + hashlib.sha256(content).hexdigest().encode()
        + b"\r\n\r\n"
        + content,
    ]
    mark = f"--{BOUNDARY}".encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _certify(database: Database, tenant: UUID, pepper: bytes) -> None:
    """Units and rules as shipped, workers with the tests' numbers and accounts, titles, points, figures published."""
    world = World(database, tenant, NOW)
    an = learning.add_worker(database, tenant, "NV-AN", "an", "0001", now=NOW)
    with database.writing(tenant) as session:
        world.also(session, an, "dn/a", started=date(2021, 1, 1), cadre=True)
        somebody = world.employ(session, "dn/b", gender="female", cadre_in=["dn/b"])
        for worker in (an, somebody):
            world.title(session, worker, 2026, decided=date(2026, 6, 1))
            learning.add_facts(session, tenant, worker, ["law-labour", "digital-able", "reading"], times=3)
            learning.attest(session, tenant, worker, {"1.1": 8}, on=date(2026, 6, 1), year=2026, now=NOW)
            own = {"programme": learning.PROGRAMME, "year": 2026, "indicator": "CS4", "points": 9, "note": SECRET}
            said = {"scored_on": date(2026, 6, 1), "scored_by": SECRET, "recorded": NOW}
            session.add(SelfScore(worker_id=worker, tenant_id=tenant, **own, **said))
            _work_here(session, tenant, worker, world.ids["dn/a"])
            _apply(session, tenant, worker, world.ids["cdcs/a"])
        _report(session, tenant, world.ids["cdcs/a"])
        _list_on_paper(session, tenant, pepper)
        _call_the_roll(session, tenant, pepper)
        act = {"number": 1, "closes": True, "decision": SECRET, "decided_by": SECRET, "recorded": NOW}
        session.add(YearClosing(tenant_id=tenant, programme=learning.PROGRAMME, year=2024, **act))
        _tell(session, tenant, pepper)
        trust.decide(session, tenant, trust.ANYBODY, ["reading"], 3, by=SECRET, reason=SECRET, now=NOW)
        publications.publish(session, tenant, as_of=date(2026, 11, 20), now=NOW)
        freezing.freeze(
            session,
            tenant,
            freezing.prepare(session, tenant, "vn", on=date(2026, 11, 20), by=SECRET, reason=SECRET, now=NOW),
        )
    learning.mark(database, tenant, (an, 2026), (somebody, 2026))
    learning.follow_all(database, tenant, NOW)
    while feed.reconsider(database, tenant):
        pass
    judging.judge_all_stale(database, tenant, clock=lambda: NOW)
    told = {"programme": learning.PROGRAMME, "decision": "1", "public_url": "https://neighbour.example.vn"}
    issuing.issue(database, tenant, secret=pepper, by=SECRET, clock=lambda: NOW, **told)
    reviews.look_at_all(database, tenant, now=NOW)
    settling.settle_all(database, tenant, today=NOW.date())


def _apply(session: Session, tenant: UUID, worker: UUID, union: UUID) -> None:
    """A dossier that was registered, proposed and granted."""
    dossier, batch, of = new_id(), new_id(), {"tenant_id": tenant, "programme": learning.PROGRAMME, "year": 2026}
    said = {"version": 1, "proposal_id": batch, "decision_id": batch, "due": None, "changed": NOW}
    session.add(Dossier(worker_id=worker, id=dossier, state="granted", **of, **said))
    step = {"step": "register", "state": "registered", "done_by": SECRET, "done": NOW, "reason": SECRET}
    step |= {"batch_id": batch, "votes_for": None, "votes_of": None, "points": None}
    session.add(DossierStep(worker_id=worker, dossier_id=dossier, place=1, tenant_id=tenant, **step))
    met = {"met_on": date(2026, 5, 1), "minutes": SECRET, "chair": SECRET, "secretary": SECRET, "present": 9}
    why = json.dumps([{"kind": "not_met", "of": None, "by": SECRET}])
    opened = {"id": new_id(), "opened": NOW, "why": why, "state": "open", "reason": SECRET}
    session.add(TitleReview(worker_id=worker, decided_by=SECRET, decided=NOW, **opened, **of))
    row = Proposal(organization_id=union, id=batch, absent=0, proposed_by=SECRET, proposed=NOW, **of, **met)
    session.add(row)
    signed = {"decided_on": date(2026, 6, 1), "signer": SECRET, "signer_title": SECRET, "authority": None}
    told = {"number": SECRET, "number_key": str(batch), "digest": "", "recorded_by": SECRET, "recorded": NOW}
    session.add(TitleDecision(organization_id=union, id=batch, decision_year=2026, **of, **signed, **told))


def _report(session: Session, tenant: UUID, union: UUID) -> None:
    """A report that was entered, filed and reminded of."""
    report, of = new_id(), {"organization_id": union, "tenant_id": tenant}
    key = {"plan": "lai-chau-31-kh-ldld-2026", "period": "yearly", "cut_off": date(2026, 10, 31)}
    state = {"form_id": new_id(), "state": "filed", "version": 2, "due": None, "said": None, "changed": NOW}
    session.add(Report(id=report, **of, **key, **state))
    session.add(
        ReportValue(report_id=report, item="contests", value="7", note=SECRET, entered_by=SECRET, entered=NOW, **of)
    )
    session.add(ReportAuthor(report_id=report, name=SECRET, **of))
    step = {"step": "open", "state": "draft", "done_by": SECRET, "done": NOW, "comment": SECRET}
    session.add(ReportStep(report_id=report, place=1, **step, **of))
    filed = {"number": SECRET, "filed_on": date(2026, 11, 1), "content": b"{}", "sha256": "", "filed_by": SECRET}
    session.add(ReportFiling(id=new_id(), report_id=report, version=1, corrects_id=None, filed=NOW, **filed, **of))
    session.add(UsedTemplate(tenant_id=tenant, sha256=SECRET, content=SECRET.encode(), used=NOW))
    session.add(ReportContact(name=SECRET, phone=SECRET, email=SECRET, said_by=SECRET, said=NOW, **of))
    sent = {"outcome": "sent", "email": SECRET, "message": SECRET, "sent_by": SECRET, "at": NOW, "fault": ""}
    session.add(ReportReminder(stage="qua-han", **key, **sent, **of))


def _list_on_paper(session: Session, tenant: UUID, pepper: bytes) -> None:
    """A list with its file, of a unit that is entitled to assess."""
    officer = Witness(SECRET)
    told = {"valid_from": date(2020, 1, 1), "valid_to": None, "source": SECRET, "by": SECRET, "now": NOW}
    entitlements.entitle(session, tenant, "cdcs/a", **told)
    rows = f"Mã người lao động,Nội dung,Ngày,Hình thức\nNV-AN,{SECRET},05/09/2026,lớp học\n".encode()
    told = {"organizer": "cdcs/a", "code": "DS-01", "kind": "paper", "file_name": f"{SECRET}.csv"}
    attendance_lists.take_in(session, tenant, rows, witness=officer, secret=pepper, now=NOW, **told)


def _call_the_roll(session: Session, tenant: UUID, pepper: bytes) -> None:
    """A session with somebody ticked, and somebody typed in from paper."""
    said = {"title": SECRET, "delivery": "talk", "topics": ["law-labour"], "instructor": SECRET, "place": SECRET}
    plan = Plan(starts=NOW - timedelta(hours=1), ends=NOW, **said)
    meeting = meetings.open_one(session, tenant, "cdcs/a", plan, by=SECRET, now=NOW)
    told = {"by": SECRET, "secret": pepper, "now": NOW}
    presences.type_in(session, tenant, meeting.id, ["NV-AN"], b"\xff\xd8\xff" + SECRET.encode(), SECRET, **told)
    presences.withdraw(session, tenant, meeting.id, "NV-AN", reason=SECRET, **told)
    presences.tick(session, tenant, meeting.id, [presences.Tick(new_id(), "NV-AN")], **told)


def _work_here(session: Session, tenant: UUID, worker: UUID, enterprise: UUID) -> None:
    """What a roster and a declaration say beside who works where."""
    session.add(Audience(worker_id=worker, year=2026, tenant_id=tenant, audience="nguoi-lao-dong"))
    number = national_numbers.check("001090000001")
    row = national_numbers.row(national_numbers.Keys.of(tenant, b"x" * 32), number, worker, sealed=True, now=NOW)
    session.add(NationalNumber(**row))
    national_numbers.set_sealing(session, tenant, on=True)
    day = date(2026, 6, 1)
    said = {"source": SECRET, "declared_by": SECRET, "recorded": NOW}
    counts = {"total": 1000, "women": 500, "union_members": 900}
    session.merge(DeclaredHeadcount(organization_id=enterprise, day=day, tenant_id=tenant, **counts, **said))


def _let_in(database: Database, tenant: UUID, pepper: bytes) -> None:
    """Somebody who signs in, failed once, leads a team, and has been given a new token."""
    operator, on = roles.at_terminal(tenant), date(2026, 11, 20)
    with database.writing(tenant) as session:
        accounts.create(session, tenant, name="lan", full_name=SECRET, by=SECRET, reason=SECRET, now=NOW)
        token = accounts.invite(session, tenant, "lan", by=SECRET, reason=SECRET, pepper=pepper, now=NOW)
        accounts.set_password(session, tenant, token, "mật khẩu của hàng xóm", pepper=pepper, now=NOW)
        roles.set_team(session, tenant, "dn/a", "Tổ 1", ["NV-AN"], on=on)
        for role, unit, team in ((Role.TEAM_LEAD, "dn/a", "Tổ 1"), (Role.OPERATOR, None, None)):
            roles.give(
                session,
                operator,
                role,
                account="lan",
                organization=unit,
                team=team,
                starts=on,
                reason=SECRET,
                now=NOW,
            )
    _token, begun = sessions.sign_in(database, f"lan@{NAME}", "mật khẩu của hàng xóm", pepper=pepper, now=NOW)
    drafts.keep(database, tenant, begun.account, Draft("/cong-doan", (("note", SECRET),)), pepper=pepper, now=NOW)
    _bring_in(database, tenant, begun.account, pepper)
    with suppress(accounts.SignInRefused):
        sessions.sign_in(database, f"hoa@{NAME}", "không phải", pepper=pepper, now=NOW)
    with database.writing(tenant) as session:
        elsewhere = {"issuer": "https://dang-nhap.example", "client_id": SECRET, "secret": SECRET, "claim": "email"}
        told = {"pepper": pepper, "by": SECRET, "reason": SECRET, "now": NOW}
        one = providers.set_provider(session, tenant, "hang-xom", name=SECRET, **elsewhere, **told)
        providers.link(session, tenant, "lan", "hang-xom", SECRET, **told)
        way = {
            "digest": b"way",
            "browser": b"b",
            "onward": SECRET,
            "kept": SECRET,
            "expires": NOW + timedelta(days=999),
        }
        lan = accounts.find(session, tenant, "lan").id
        session.add(SignInContact(account_id=lan, kind="mail", tenant_id=tenant, sealed=SECRET.encode(), confirmed=NOW))
        sent = {"digest": b"code", "tries": 0, "sent": NOW, "expires": NOW}
        session.add(SentCode(account_id=lan, purpose="sign-in", tenant_id=tenant, **sent))
        session.add(SignInBegun(tenant_id=tenant, provider_id=one.id, **way))
        counts = dict.fromkeys(("rows_done", "rows", "statements"), 7)
        session.add(Emptying(tenant_id=tenant, state="done", began=NOW, beat=NOW, by=SECRET, **counts))
    with database.writing(tenant) as session:
        accounts.invite(session, tenant, "lan", by=SECRET, reason=SECRET, pepper=pepper, now=NOW)


def _bring_in(database: Database, tenant: UUID, account: UUID, pepper: bytes) -> None:
    """A file that was taken in, and can be undone still."""
    with database.writing(tenant) as session:
        told: dict[str, Any] = {"kind": "roster", "file_name": SECRET, "data": SECRET.encode(), "checks": False}
        made = file_imports.begin(session, tenant, account=account, by=SECRET, **told, pepper=pepper, now=NOW)
        outcome = file_imports.Outcome(1, notes=(SECRET,))
        file_imports.end(session, tenant, made, file_imports.DONE, outcome, keeps_file=True)
        journal = Journal(made)
        worker = workers.find(session, tenant, "NV-AN").id
        journal.person(worker, [SECRET, None], [SECRET, "female"])
        journal.write(session, tenant)
        rows = RowJournal(made)
        rows.add({"ifi": SECRET}, None, {"basis": SECRET}, words=SECRET, worker=worker)
        rows.write(session, tenant)


def _tell(session: Session, tenant: UUID, pepper: bytes) -> None:
    """What a worker declares and disputes, and what went out by a channel."""
    said = Declared("certificate", SECRET, date(2026, 5, 4), ["digital-able"], SECRET, 600, "CN-1")
    pdf = b"%PDF-1.7 " + SECRET.encode() + b" %%EOF"
    worker = {"witness": Witness("NV-AN"), "now": NOW}
    one = declarations.declare(session, tenant, "NV-AN", said, file=pdf, secret=pepper, **worker)
    officer = {"unit": "cdcs/a", "reason": SECRET, "witness": Witness(SECRET), "secret": pepper, "now": NOW}
    declarations.confirm(session, tenant, "NV-AN", one.id, **officer)
    disputes.open_dispute(session, tenant, "NV-AN", year=2026, statement_id=None, reason=SECRET, **worker)
    items = f"Mã đơn vị,Kênh,Ngày,Tiêu đề,Số lượng\ncdcs/a,zalo,05/09/2026,{SECRET},20\n".encode()
    channel_items.import_channel_items(session, tenant, items, by=SECRET, now=NOW)
    signing = {"by": SECRET, "starts": date(2020, 1, 1), "now": NOW}
    letterheads.set_letterhead(session, tenant, "cdcs/a", Letterhead(SECRET), **signing)
    letterheads.add_signer(session, tenant, "cdcs/a", name=SECRET, office=SECRET, source=SECRET, **signing)
    kept_templates.load(session, tenant, REPORT, default_template(REPORT), starts=date(2026, 11, 2), by=SECRET, now=NOW)
    _agree(session, tenant)
    chain.add(session, tenant, by=SECRET, act="dossier.open", subject="dossier:1", detail={"nói": SECRET}, now=NOW)


def _agree(session: Session, tenant: UUID) -> None:
    """What a worker agreed to and asked about the own data, and who looked at that worker."""
    asked = consents.wordings(session, tenant, "dn/a", NOW.date())
    agreed = [consents.Agreed(one.purpose.id, one.digest) for one in asked]
    told = {"how": consents.ON_PAPER, "paper": SECRET, "by": SECRET, "now": NOW}
    consents.give(session, tenant, "NV-AN", "dn/a", agreed, **told)
    worker, enterprise = workers.find(session, tenant, "NV-AN").id, organizations.node(session, tenant, "dn/a").id
    access.note(session, tenant, worker, SECRET, SECRET, SECRET, NOW)
    held = {"recipient_id": enterprise, "purpose": "employer-training", "digest": b"x", "place": 99, "given": NOW}
    session.add(TranscriptHandover(worker_id=worker, tenant_id=tenant, **held))
    told = {"erased_on": NOW.date(), "kept_until": date(2027, 1, 1), "sealed": SECRET.encode()}
    session.add(ErasureNotice(organization_id=enterprise, id=new_id(), tenant_id=tenant, **told))
    one = requests.open_request(session, tenant, "NV-AN", kind="see", reason=SECRET, witness=Witness("NV-AN"), now=NOW)
    requests.confirm(session, tenant, "NV-AN", one.id, reason=SECRET, witness=Witness(SECRET), now=NOW)


def not_hers(tenant_id: Any) -> sa.ColumnElement[bool]:
    """A condition for a test that looks over all tenants at what it did itself."""
    hers = sa.select(Tenant.id).where(Tenant.name == NAME)
    found: sa.ColumnElement[bool] = tenant_id.not_in(hers)
    return found
