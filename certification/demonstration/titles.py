"""From who meets the criteria to certificates: every step that officers and workers take, in the demonstration.

One invented union of the province and the grassroots unions below it: workers register and give themselves points, the
grassroots unions confirm, review and propose, the body decides on all of them at once, and certificates are issued,
drawn, and looked up at the server as somebody with the paper in hand would. Who meets the criteria and who is proposed
are two things: an officer leaves one out here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.certificates import issuing, papers, recognised, register
from certification.certificates.register import Entry
from certification.certificates.verification import EXPIRED, VALID
from certification.credentials import proofs, status_lists
from certification.demonstration.enterprises import TRADE_UNION
from certification.demonstration.errors import NotVerified
from certification.demonstration.people import MARK, Person, World
from certification.demonstration.poster import Connection
from certification.documents import book, certificate_paper
from certification.dossiers import decisions, proceedings, proposals, reviews
from certification.dossiers.decisions import Refused
from certification.dossiers.proposals import Meeting, Voted
from certification.dossiers.steps import NotTwice
from certification.evaluation.results import MET
from certification.evidence import self_scores, sittings
from certification.evidence.self_scores import OwnScore
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import Witness
from certification.judgement import assessments
from certification.judgement.assessments import Judgement
from certification.people import workers
from certification.rules.criteria import PROGRAMME
from certification.units import letterheads, organizations
from certification.units.letterheads import Letterhead
from certification.vietnam import VIETNAM
from lrs.db import Database, Session

__all__ = ["FOLDER", "NUMBER", "Union", "issue_and_draw", "issued", "recognise", "review", "unions", "verify"]

FOLDER = "giay-cong-nhan"
"""Where, in the demonstration's folder, the certificates are drawn."""
NUMBER = f"08/QĐ-VD {MARK}"
"""The number of the decision."""
SIGNER = f"Nguyễn Thị Ví Dụ {MARK}"
LEFT_OUT_OF = 4
"""Where so many are proposed by a union, one of them is refused."""
LOOKED_UP = 5
"""Certificates looked up at their address; the signature of every one is checked."""
IN_ONE_PROCESS = 12
"""So few papers are drawn before other processes would have begun."""


@dataclass(frozen=True, slots=True)
class Union:
    """A grassroots union with those of its people who meet the criteria, and the body above it that decides."""

    code: str
    name: str
    body: str
    people: tuple[tuple[Person, Judgement], ...]


def unions(world: World, judged: Mapping[str, Judgement]) -> tuple[Union, ...]:
    """The grassroots unions below the one invented body under which most people meet the criteria; none where nobody
    does. `judged`: everybody's result, by worker number."""
    bodies = [unit.code for unit in world.units if unit.kind == TRADE_UNION]
    above = {unit.code: unit.union_parent for unit in world.units}
    names = {unit.code: unit.name for unit in world.units}
    met_on = _meeting(world.as_of)
    found: dict[str, list[tuple[Person, Judgement]]] = {}
    for person in world.people:
        one = judged.get(person.number)
        job = next((job for job in person.jobs if job.on(met_on)), None)
        if one is not None and one.outcome == MET and job is not None:
            found.setdefault(job.enterprise.union, []).append((person, one))
    of = {body: [union for union in found if above[union] == body] for body in bodies}
    body = max(bodies, key=lambda one: sum(len(found[union]) for union in of[one]))
    return tuple(Union(union, names[union], body, tuple(found[union])) for union in sorted(of[body]))


# ---------------------------------------------------------------- from registering to the decision


def recognise(
    database: Database, tenant: UUID, world: World, told: Sequence[Union], *, on_person: Callable[[int], None]
) -> None:
    """Every step up to the decision, each union's up to its proposal in one transaction. May be done again."""
    day = world.as_of
    granted: list[str] = []
    refused: list[Refused] = []
    for union in told:
        with database.writing(tenant) as session:
            if _prepare(session, tenant, union, day):
                _propose(session, tenant, union, day)
        for person, _ in union.people[len(_granted(union)) :]:
            refused.append(Refused(person.number, f"Cần xác minh lại minh chứng của chỉ số CS8 {MARK}"))
        granted += [person.number for person, _ in _granted(union)]
        on_person(len(union.people))
    if not told:
        return
    body = told[0].body
    with database.writing(tenant) as session:
        now = _recorded(session, tenant, day, granted)
        _head(session, tenant, body, day, now)
        who = _officer(session, tenant, "can-bo-cap-tren-vi-du", Role.UPPER_OFFICER, body)
        decisions.decide(
            session, tenant, who, body, day.year, number=NUMBER, decided_on=day, signer=SIGNER, granted=granted,
            refused=refused, now=now,
        )  # fmt: skip


def _granted(union: Union) -> tuple[tuple[Person, Judgement], ...]:
    """Those of the union whom the body recognises."""
    return union.people[: -1 if len(union.people) >= LEFT_OUT_OF else None]


def _recorded(session: Session, tenant: UUID, day: date, numbers: Sequence[str]) -> datetime:
    """When the decision is recorded: on its day, and after the results that it rests on were kept."""
    people = [one.id for one in workers.known_workers(session, tenant, numbers).values()]
    kept = assessments.latest_of(session, tenant, people, PROGRAMME, day.year)
    return max([_at(day, 15), *(one.judged for one in kept.values())])


def review(database: Database, tenant: UUID, told: Sequence[Union], *, now: datetime) -> None:
    """The points attested for one of those recognised are taken back, since the sitting was written down wrong, and
    given again; of that comes an item, and whoever may revoke titles keeps this one. May be done again."""
    rests = [(person, points) for union in told for person, _ in _granted(union) for points in person.vouchings]
    with database.writing(tenant) as session:
        if not rests or reviews.listing(session, tenant, limit=1, state=None):
            return
        person, points = rests[0]
        witness = Witness(points.attested_by)
        worker = workers.find(session, tenant, person.number).id
        standing = next(
            one for one in sittings.history(session, tenant, worker, points.year)
            if (one.indicator, one.withdrawn_on) == (points.indicator, None)
        )  # fmt: skip
        sittings.withdraw(
            session, tenant, witness, person.number, standing.id, reason=f"Ghi nhầm buổi họp {MARK}", now=now
        )
        again = MemberPoints(person.number, {points.indicator: standing.points})
        sittings.attest(
            session, tenant, witness, points.year, [again], basis=standing.basis, now=now, on=standing.attested_on
        )
        # In one transaction: the server beside us looks at touched titles as well, and would hold what we wait for.
        reviews.look_within(session, tenant, now=now)
        revoking = Who(tenant, "nguoi-van-hanh-vi-du", roles=(Held(Role.OPERATOR),))
        for one in reviews.listing(session, tenant, limit=1):
            reviews.decide(
                session, tenant, revoking, one.id, "kept", reason=f"Tổ đã xác nhận lại cùng số điểm {MARK}", now=now
            )


def _prepare(session: Session, tenant: UUID, union: Union, day: date) -> bool:
    """Takes each dossier of the union from registering to reviewed; False where that was done before."""
    officer = _officer(session, tenant, f"can-bo-{union.code.rpartition('/')[2]}", Role.GRASSROOTS_OFFICER, union.code)
    year = day.year
    for person, judgement in union.people:
        known = workers.find(session, tenant, person.number)
        oneself = Who(tenant, person.number, worker=known.id, roles=(Held(Role.WORKER),))
        own = [OwnScore(one.indicator, one.points) for one in judgement.result.indicators if one.points is not None]
        try:
            proceedings.register(session, tenant, oneself, person.number, year, now=_at(day, 8, before=14))
        except NotTwice:
            return False
        self_scores.score(session, tenant, person.number, year, own, by=person.number, now=_at(day, 9, before=13))
        for who, step, before in ((oneself, "self-assess", 13), (officer, "confirm", 9), (officer, "review", 4)):
            proceedings.step(session, tenant, who, step, person.number, year, now=_at(day, 10, before=before))
    return True


def _propose(session: Session, tenant: UUID, union: Union, day: date) -> None:
    officer = _officer(session, tenant, f"can-bo-{union.code.rpartition('/')[2]}", Role.GRASSROOTS_OFFICER, union.code)
    meeting = Meeting(
        _meeting(day), present=11, absent=1, minutes=f"01/BB-{union.code.rpartition('/')[2].upper()} {MARK}",
        chair=f"Chủ tịch {union.code.upper()} {MARK}", secretary=f"Thư ký {union.code.upper()} {MARK}",
    )  # fmt: skip
    voted = [Voted(person.number, 11 - place % 3, 11) for place, (person, _) in enumerate(union.people)]
    proposals.propose(session, tenant, officer, union.code, day.year, meeting, voted, now=_at(day, 16, before=3))


def _head(session: Session, tenant: UUID, body: str, day: date, now: datetime) -> None:
    """How the body's documents are headed, and who may sign for it."""
    head = letterheads.letterhead(session, tenant, body, day)
    issuer = head.issuer.replace(" VÍ DỤ", "\nVÍ DỤ", 1)
    told = Letterhead(issuer, head.parent, "Ví Dụ", "CĐVD", (f"Các công đoàn cơ sở {MARK}",))
    starts = date(day.year, 1, 1)
    letterheads.set_letterhead(session, tenant, body, told, starts=starts, by="can-bo-vi-du", now=now)
    letterheads.add_signer(
        session, tenant, body, name=SIGNER, office="CHỦ TỊCH", authority="TM. BAN CHẤP HÀNH", starts=starts,
        source=f"Quyết định phân công {MARK}", by="can-bo-vi-du", now=now,
    )  # fmt: skip


def _officer(session: Session, tenant: UUID, name: str, role: Role, unit: str) -> Who:
    return Who(tenant, name, roles=(Held(role, organizations.node(session, tenant, unit).id),))


def _meeting(day: date) -> date:
    return day - timedelta(days=3)


def _at(day: date, hour: int, *, before: int = 0) -> datetime:
    """An instant so many days before the as-of day, as a clock in Vietnam shows it."""
    return datetime.combine(day - timedelta(days=before), time(hour), tzinfo=VIETNAM)


# ---------------------------------------------------------------- certificates


def issue_and_draw(
    database: Database,
    tenant: UUID,
    day: date,
    folder: Path,
    *,
    public_url: str,
    secret: bytes,
    on_paper: Callable[[int], None],
) -> None:
    """Issues a certificate for each title of the decision; draws them, and the book of the register, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    issuing.issue(
        database, tenant, programme=PROGRAMME, decision=NUMBER, public_url=public_url, secret=secret,
        by="can-bo-cap-tren-vi-du", clock=lambda: _at(day, 16),
    )  # fmt: skip
    with database.reading(tenant) as session:
        entries = issued(session, tenant)
        processes = 1 if len(entries) <= IN_ONE_PROCESS else os.cpu_count() or 1
        which = recognised.decision(session, tenant, PROGRAMME, NUMBER)
        found = papers.of_decision(session, tenant, which, public_url=public_url)
        certificate_paper.draw_all(_told(found, folder, on_paper), folder, processes=processes)
        (folder / f"so-cap-giay-{day.year}.xlsx").write_bytes(
            book.as_xlsx(papers.book(session, tenant, day.year), day.year)
        )


def _told(
    found: Iterator[certificate_paper.Paper], folder: Path, on_paper: Callable[[int], None]
) -> Iterator[certificate_paper.Paper]:
    """Beside each paper its credential, as a file that other people's software takes."""
    for paper in found:
        (folder / f"{certificate_paper.file_name(paper)}.json").write_bytes(paper.credential)
        on_paper(1)
        yield paper


def issued(session: Session, tenant: UUID) -> Sequence[Entry]:
    """The lines of the register that the decision led to."""
    return register.entries(session, tenant, limit=100_000, decision=NUMBER)


# ---------------------------------------------------------------- as somebody with the paper in hand


def verify(folder: Path, base: str, *, on_checked: Callable[[int], None]) -> None:
    """Checks each credential in the folder as somebody would who has nothing else: by the keys and the list of what is
    withdrawn that the server publishes; and looks some up at the address that their papers name.

    Raises NotVerified, which names what does not hold.
    """
    with closing(Connection(base, "", "")) as connection:
        keys: dict[str, str] = {}
        withdrawn: dict[str, frozenset[int]] = {}
        for place, file in enumerate(sorted(folder.glob("*.json"))):
            credential = json.loads(file.read_bytes())
            status = credential["credentialStatus"]
            address = str(status["statusListCredential"])
            if address not in withdrawn:
                document = _fetched(connection, address.rpartition("/status/")[0] + "/did.json")
                keys |= {one["id"]: one["publicKeyMultibase"] for one in document["verificationMethod"]}
                listed = _signed(_fetched(connection, address), keys, address)
                withdrawn[address] = status_lists.decode(listed["credentialSubject"]["encodedList"])
            _signed(credential, keys, file.name)
            if int(status["statusListIndex"]) in withdrawn[address]:
                raise NotVerified(f"{file.name}: the certificate is withdrawn")
            if place < LOOKED_UP:
                _look_up(connection, credential, file.name)
            on_checked(1)


def _signed(document: Any, keys: Mapping[str, str], name: str) -> Any:
    try:
        proofs.check(document, keys.get)
    except proofs.BadProof as error:
        raise NotVerified(f"{name}: {error}") from None
    return document


def _look_up(connection: Connection, credential: Any, name: str) -> None:
    code = credential["evidence"][0]["id"].rpartition("/")[2]
    shown = _fetched(connection, f"/api/certificates/by-code/{code}")
    if not shown["unaltered"] or shown["state"] not in (VALID, EXPIRED) or shown["credential"] != credential:
        raise NotVerified(f"{name}: the server shows it as {shown['state']}")


def _fetched(connection: Connection, address: str) -> Any:
    path = urlsplit(address).path
    answer = connection.request("GET", path, key=False)
    if answer.status != 200:
        raise NotVerified(f"{connection.base}{path} answers {answer.status}")
    return json.loads(answer.body)
