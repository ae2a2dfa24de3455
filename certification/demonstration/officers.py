"""What officers do in the demonstration beside the platforms: lists of who was there, and one person's two records.

Each grassroots union keeps a list on paper of one talk; the first of them corrects it afterwards. Some people are on
the roster twice, each time with another account: they are found out, and the two records become one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from certification.demonstration import import_files
from certification.demonstration.enterprises import Enterprise
from certification.demonstration.import_files import Attended, CsvFile
from certification.demonstration.people import MARK, Person, World
from certification.evidence import attendance, attendance_lists
from certification.evidence.witnesses import Witness
from certification.people import doubles, merging, workers
from certification.people.doubles import Double
from lrs.db import Database, Session

OFFICER = "can-bo-vi-du"
PAGE = 500
ON_A_LIST = 25
"""People on a list, where so many hear about law at all."""

_TALKS = (("law-labour", "Thời giờ làm việc, nghỉ ngơi"), ("law-safety", "Quyền từ chối việc nguy hiểm"))
_MISTAKEN = 2
"""People on the first list who had not been there, as its correction says."""


@dataclass(frozen=True, slots=True)
class PaperList:
    """A list as it was brought, in the order in which it was: a correction has the code of what it corrects."""

    organizer: str
    code: str
    file: CsvFile
    rows: int
    reason: str | None = None


def take_in_lists(
    database: Database,
    tenant: UUID,
    world: World,
    folder: Path,
    *,
    secret: bytes,
    now: datetime,
    on_row: Callable[[int], None],
) -> int:
    """Write the lists and take them in, one after the other; return how many rows count in the end."""
    counted: dict[str, int] = {}
    for one in lists(world):
        (folder / one.file.name).write_bytes(one.file.data)
        with database.writing(tenant) as session:
            attendance_lists.take_in(
                session,
                tenant,
                one.file.data,
                organizer=one.organizer,
                code=one.code,
                kind=attendance.PAPER,
                file_name=one.file.name,
                witness=Witness(OFFICER),
                secret=secret,
                now=now,
                reason=one.reason,
            )
        counted[one.code] = one.rows
        on_row(one.rows)
    return sum(counted.values())


def lists(world: World) -> Iterator[PaperList]:
    """A list of each grassroots union whose people hear about law, and the first one's correction."""
    chance = random.Random(f"{world.seed}/lists")  # noqa: S311 - invented lists
    corrected = False
    for place, firm in enumerate(world.enterprises):
        day = world.as_of - timedelta(days=chance.randint(10, 300))
        there = _listeners(chance, world, firm, day)
        if len(there) <= _MISTAKEN:
            continue
        code, name = f"DS-{firm.code.rsplit('/', 1)[1]}", f"diem-danh-{firm.code.rsplit('/', 1)[1]}"
        topic, title = _TALKS[place % len(_TALKS)]
        rows = [Attended(person.number, f"{title} {MARK}", day, topic) for person in there]
        yield PaperList(firm.union, code, import_files.attendance(f"{name}.csv", rows), len(rows))
        if not corrected:
            corrected = True
            kept = rows[:-_MISTAKEN]
            file = import_files.attendance(f"{name}-sua.csv", kept)
            yield PaperList(firm.union, code, file, len(kept), f"{_MISTAKEN} người trong danh sách đã vắng {MARK}")


def merge_doubles(database: Database, tenant: UUID, world: World, *, now: datetime) -> int:
    """Go through the list of records that may be one person's and make one of those that are; return how many people
    have one where they had two."""
    of_double = {person.double: person for person in world.people if person.double}
    with database.writing(tenant) as session:
        for listed in list(_listed(session, tenant)):
            first, second = sorted((listed.first.number, listed.second.number))
            if second in of_double and of_double[second].number == first:
                merging.merge(
                    session,
                    tenant,
                    first,
                    second,
                    by=OFFICER,
                    basis=f"cùng họ tên, doanh nghiệp và ngày vào làm; đã hỏi lại {MARK}",
                    now=now,
                )
        known = workers.records(session, tenant, list(of_double))
    return sum(one.merged_into is not None for one in known.values())


def _listed(session: Session, tenant: UUID) -> Iterator[Double]:
    """Every two records that may be one person's."""
    place = None
    while found := doubles.page(session, tenant, limit=PAGE, after=place):
        yield from found
        place = found[-1].place


def _listeners(chance: random.Random, world: World, firm: Enterprise, day: date) -> list[Person]:
    """Whom the union could see at a talk: those of the enterprise who hear about law, employed on the day."""
    there = [
        person
        for person in world.people
        if person.enterprise.code == firm.code and "law" in person.diligence.groups and person.employed_on(day)
    ]
    return chance.sample(there, min(len(there), ON_A_LIST))
