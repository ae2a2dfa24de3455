"""Filing a report: a snapshot of all it says, in bytes that never change; and what the same question answers today.

The snapshot holds the figures as they were gathered, what was entered, the form's files, letterhead and signer. A
correction is another filing that names the former: the report is reopened, handed in, approved and filed again.

Working figures out takes seconds, so it is done before anything is locked (`prepare`, in a snapshot); what was found
is then written in a transaction of milliseconds (`file`). Between the two anybody writes. A step about the report
itself (returned, or filed by somebody else) refuses the filing: what was checked is no longer so. Evidence, rosters,
titles and rules that came meanwhile count as what comes after the filing: the figures say of which instant and of which
place in the feed they are, and `difference` shows the rest. Letterhead, signer and Word template are those of the
writing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access.who import Who
from certification.documents import kept_templates
from certification.documents.kinds import REPORT
from certification.errors import CertificationError
from certification.models import Organization, Report, ReportFiling
from certification.reports import gathering, reading, steps, words
from certification.reports.entered import Entered, Plain, canonical
from certification.reports.figures import Figures
from certification.reports.reading import Key, OneReport
from certification.reports.steps import WrongStep
from certification.spreadsheets import Fault, ImportFaults
from certification.units import letterheads
from certification.units.letterheads import Signer, UnknownSigner
from certification.vietnam import vietnam_day
from lrs.db import Session, new_id

__all__ = ["Change", "Filed", "Filing", "Prepared", "UnknownFiling", "difference", "file", "filed", "find", "prepare"]

MOST_NUMBER = 100


class UnknownFiling(CertificationError):
    """The report was not filed, or not under this id."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Báo cáo của “{code}” chưa có bản phát hành đó")


@dataclass(frozen=True, kw_only=True)
class Filing:
    """That a report was filed; `corrects` is the filing that it corrects; `filed` in UTC."""

    id: UUID
    report_id: UUID
    organization: str
    key: Key
    version: int
    number: str
    filed_on: date
    corrects: UUID | None
    sha256: str
    filed_by: str
    filed: datetime


@dataclass(frozen=True, kw_only=True)
class Filed(Filing):
    """A filing with all it says: `content` are its bytes."""

    content: bytes

    @cached_property
    def document(self) -> dict[str, Any]:
        """The snapshot as JSON values: figures, entered, form, letterhead, signer, template, heading, opening."""
        found: dict[str, Any] = json.loads(self.content)
        return found

    @cached_property
    def entered(self) -> Entered:
        return Entered.from_json(self.document["entered"])

    @cached_property
    def figures(self) -> Figures:
        return Figures.from_json(json.dumps(self.document["figures"]))


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is no longer what was filed: a figure by its name, or "entered/<item>". None: not there."""

    item: str
    title: str
    filed: Plain | None
    now: Plain | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A report about to be filed: what is to stand on the paper, the figures, and at which of its steps the report was
    when they were worked out."""

    code: str
    key: Key
    signer: str
    filed_on: date
    number: str
    report_id: UUID
    version: int
    figures: Figures


def prepare(
    session: Session,
    tenant: UUID,
    who: Who,
    code: str,
    key: Key,
    *,
    signer: str,
    filed_on: date,
    number: str = "",
    now: datetime,
) -> Prepared:
    """Works out the figures of an approved report; in a snapshot, so that they agree with one another and nobody waits.

    `number` is number and symbol of the paper, empty where it is given by hand. Raises ImportFaults with every fault;
    NotAllowed; WrongStep; what `gathering.gather` raises; and as `reading.show`.
    """
    report = reading.show(session, tenant, code, key)
    steps.check(session, tenant, who, report, "file", None, now)
    _signing(session, tenant, code, key, signer, filed_on, number, now)
    assert report.row is not None  # noqa: S101 — `check` refused what has none
    figures = gathering.gather(session, tenant, report.form, code, key.cut_off, now=now)
    return Prepared(code, key, signer, filed_on, number.strip(), report.row.id, report.row.version, figures)


def file(session: Session, tenant: UUID, who: Who, prepared: Prepared, *, now: datetime) -> Filed:
    """Files what was prepared, unless the report is at another step by now.

    Everything is checked again that may have changed: raises as `prepare`, and WrongStep where somebody was faster.
    """
    code, key = prepared.code, prepared.key
    report = steps.at_hand(session, tenant, code, key)
    steps.check(session, tenant, who, report, "file", None, now)
    if report.row is None or (report.row.id, report.row.version) != (prepared.report_id, prepared.version):
        raise WrongStep(words.FASTER)
    signing = _signing(session, tenant, code, key, prepared.signer, prepared.filed_on, prepared.number, now)
    former = _former(session, tenant, report)
    head = letterheads.letterhead(session, tenant, code, prepared.filed_on)
    unit = report.place.unit
    content = canonical(
        {
            "plan": key.plan,
            "period": key.period,
            "cut_off": key.cut_off.isoformat(),
            "organization": {"code": unit.code, "name": unit.name, "kind": unit.kind},
            "number": prepared.number,
            "filed_on": prepared.filed_on.isoformat(),
            "corrects": None if former is None else str(former[0]),
            "form": [str(one) for one in report.form.rule_file_ids],
            "template": kept_templates.use(session, tenant, REPORT, prepared.filed_on, now=now),
            "heading": report.form.heading_of(key.year, unit.name),
            "opening": report.form.opening_of(key.year, unit.name),
            "letterhead": _plain(asdict(head)),
            "signer": _plain(asdict(signing)),
            "entered": report.entered.as_json(),
            "figures": json.loads(prepared.figures.as_json()),
        }
    )
    after = steps.change(session, tenant, report, "file", now)
    made = Filed(
        id=new_id(),
        report_id=after.id,
        organization=code,
        key=key,
        version=1 if former is None else former[1] + 1,
        number=prepared.number,
        filed_on=prepared.filed_on,
        corrects=None if former is None else former[0],
        sha256=hashlib.sha256(content).hexdigest(),
        filed_by=who.name,
        filed=now,
        content=content,
    )
    session.execute(
        sa.insert(ReportFiling).values(
            organization_id=unit.id,
            id=made.id,
            report_id=made.report_id,
            version=made.version,
            tenant_id=tenant,
            corrects_id=made.corrects,
            number=made.number,
            filed_on=made.filed_on,
            content=made.content,
            sha256=made.sha256,
            filed_by=made.filed_by,
            filed=now,
        )
    )
    steps.write(session, tenant, who, after, "file", None, now)
    told = {"filing": str(made.id), "sha256": made.sha256, "number": made.number, "signer": signing.name}
    told |= {} if made.corrects is None else {"corrects": str(made.corrects)}
    steps.record(session, tenant, who, report, "report.file", now, **told)
    return made


def _signing(
    session: Session, tenant: UUID, code: str, key: Key, signer: str, filed_on: date, number: str, now: datetime
) -> Signer:
    """Who signs for the unit on the day. Raises ImportFaults with everything that cannot stand on the paper."""
    faults = []
    today = vietnam_day(now)
    if not key.cut_off <= filed_on <= today:
        said = f"từ ngày chốt số liệu {words.written(key.cut_off)} đến hôm nay {words.written(today)}"
        faults.append(Fault(0, "filed_on", f"ngày phát hành {words.written(filed_on)} không hợp lệ; ghi ngày {said}"))
    if len(number) > MOST_NUMBER or not number.isprintable():
        faults.append(Fault(0, "number", f"viết trên một dòng, nhiều nhất {MOST_NUMBER} ký tự"))
    signing = None
    try:
        signing = letterheads.signer(session, tenant, code, signer, filed_on)
    except UnknownSigner as error:
        faults.append(Fault(0, "signer", str(error)))
    if faults or signing is None:
        raise ImportFaults(faults)
    return signing


def _former(session: Session, tenant: UUID, report: OneReport) -> tuple[UUID, int] | None:
    """The last filing of a report: its id and version."""
    row = session.execute(
        sa.select(ReportFiling.id, ReportFiling.version)
        .where(
            ReportFiling.tenant_id == tenant,
            ReportFiling.organization_id == report.place.unit.id,
            ReportFiling.report_id == (None if report.row is None else report.row.id),
        )
        .order_by(ReportFiling.version.desc())
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value
        for name, value in values.items()
    }


_LISTED = (
    ReportFiling.id, ReportFiling.report_id, ReportFiling.version, ReportFiling.number, ReportFiling.filed_on,
    ReportFiling.corrects_id.label("corrects"), ReportFiling.sha256, ReportFiling.filed_by, ReportFiling.filed,
)  # fmt: skip


def filed(session: Session, tenant: UUID, code: str, key: Key) -> list[Filing]:
    """Every filing of an organization's report, the last one first; one SQL command, which reads no content."""
    rows = session.execute(_of_report(tenant, code, key, *_LISTED)).mappings()
    return [Filing(organization=code, key=key, **row) for row in rows]


def find(session: Session, tenant: UUID, code: str, key: Key, filing: UUID | None = None) -> Filed:
    """One filing of a report, the last one where none is named. Raises UnknownFiling."""
    query = _of_report(tenant, code, key, *_LISTED, ReportFiling.content).limit(1)
    if filing is not None:
        query = query.where(ReportFiling.id == filing)
    row = session.execute(query).mappings().first()
    if row is None:
        raise UnknownFiling(code)
    return Filed(organization=code, key=key, **row)


def _of_report(tenant: UUID, code: str, key: Key, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .join(
            Report,
            sa.and_(Report.organization_id == ReportFiling.organization_id, Report.id == ReportFiling.report_id),
        )
        .join(Organization, Organization.id == ReportFiling.organization_id)
        .where(ReportFiling.tenant_id == tenant, Organization.code == code, *reading.of_key(tenant, key))
        .order_by(ReportFiling.version.desc())
    )


def difference(session: Session, tenant: UUID, one: Filed, *, now: datetime) -> list[Change]:
    """What the same question answers otherwise today: figures first, then what is entered now, item by item.

    Raises what `gathering.gather` and `reading.show` raise.
    """
    report = reading.show(session, tenant, one.organization, one.key)
    figures = gathering.gather(session, tenant, report.form, one.organization, one.key.cut_off, now=now)
    was, are = one.figures.numbers(), figures.numbers()
    found: list[Change] = [
        Change(name, name, was.get(name), are.get(name))
        for name in dict.fromkeys([*was, *are])
        if was.get(name) != are.get(name)
    ]
    before, after = _said(one.entered), _said(report.now)
    titles = {item.code: item.title for item in report.form.items}
    order = [item.code for item in report.form.asked]
    for code in [*order, *sorted((before.keys() | after.keys()) - set(order))]:
        if before.get(code) != after.get(code):
            found.append(Change(f"entered/{code}", titles.get(code, code), before.get(code), after.get(code)))
    return found


def _said(entered: Entered) -> dict[str, Plain]:
    """By item what is printed: the branch's number or rows, the own text."""
    return {code: one.value for code, one in entered.joined.items()}
