"""What a report's papers are drawn from: a report as it stands today, as a draft, or a filing, as it was filed.

Reading needs a session, drawing none: so nothing is held while a paper is drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from certification.documents import kept_templates
from certification.documents.kinds import REPORT
from certification.documents.office import Signature
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.reports import gathering, reading
from certification.reports.drawing import Report, document
from certification.reports.filing import Filed
from certification.reports.reading import Key
from certification.reports.workbook import as_xlsx
from certification.rules import report_forms
from certification.units import letterheads
from certification.units.letterheads import Letterhead, Signer
from certification.vietnam import vietnam_day
from lrs.db import Session

__all__ = ["MEDIA", "Paper", "draft", "draw", "of_filing"]

MEDIA: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""How a paper comes, by the end of its file's name."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A report to be drawn, and the Word template in force on its day."""

    report: Report
    template: bytes

    @property
    def name(self) -> str:
        """What its file is called, without an end: in letters that any system keeps."""
        figures = self.report.figures
        unit = "".join(one if one.isascii() and one.isalnum() else "-" for one in figures.organization)
        return f"bao-cao-{unit}-{figures.cut_off:%Y-%m-%d}{'-du-thao' if self.report.draft else ''}"

    @property
    def version(self) -> str:
        """Changes with everything that is drawn but the instant of asking."""
        timeless = replace(self.report.figures, as_of=datetime(2000, 1, 1, tzinfo=UTC))
        said = repr((replace(self.report, figures=timeless), hashlib.sha256(self.template).digest()))
        return hashlib.sha256(said.encode()).hexdigest()


def draw(paper: Paper, kind: str) -> bytes:
    """The paper as one of `MEDIA`; the same bytes for the same paper. Raises KeyError for another kind."""
    if kind == "xlsx":
        return as_xlsx(paper.report)
    drawn = document(paper.report)
    return {"docx": lambda: render(paper.template, drawn), "pdf": lambda: render_pdf(drawn)}[kind]()


def draft(session: Session, tenant: UUID, code: str, key: Key, *, now: datetime) -> Paper:
    """The report as it stands, with the figures as they are today. Raises what `reading.show` and `gathering.gather`
    raise."""
    today = vietnam_day(now)
    found = reading.show(session, tenant, code, key)
    signing = letterheads.signers(session, tenant, code, today)
    head = letterheads.letterhead(session, tenant, code, today)
    above = found.place.above
    report = Report(
        form=found.form,
        entered=found.entered,
        figures=gathering.gather(session, tenant, found.form, code, key.cut_off, now=now),
        letterhead=head,
        organization=found.place.unit.name,
        year=key.year,
        period=key.period,
        signature=_signature(signing[-1]) if signing else Signature("CHỦ TỊCH"),
        recipients=_recipients(found.form, code, head, None if above is None else above.name),
    )
    return Paper(report, kept_templates.template(session, tenant, REPORT, today).content)


def of_filing(session: Session, tenant: UUID, filed: Filed) -> Paper:
    """A filed report: what it says, its letterhead, its signer and its template are those that were filed."""
    kept = filed.document
    head, signer = _letterhead(kept["letterhead"]), kept["signer"]
    form = report_forms.by_id(session, tenant, UUID(kept["form"][0]))
    report = Report(
        form=replace(form, heading=kept["heading"], opening=kept["opening"]),
        entered=filed.entered,
        figures=filed.figures,
        letterhead=head,
        organization=kept["organization"]["name"],
        year=filed.key.year,
        period=filed.key.period,
        signature=Signature(signer["office"], signer["name"], signer["authority"]),
        recipients=_recipients(form, filed.organization, head, None),
        draft=False,
        number=filed.number or None,
        day=filed.filed_on,
    )
    return Paper(report, _template(session, tenant, filed))


def _template(session: Session, tenant: UUID, filed: Filed) -> bytes:
    """The one it was filed with. What was filed before templates were kept is drawn with that of its day."""
    kept = filed.document.get("template")
    if kept is None:
        return kept_templates.template(session, tenant, REPORT, filed.filed_on).content
    return kept_templates.used(session, tenant, kept)


def _recipients(form: report_forms.ReportForm, code: str, head: Letterhead, above: str | None) -> tuple[str, ...]:
    """The plan's own at the top of the collection; further down those of the letterhead, or whom it is handed in to."""
    if code == form.top:
        return form.recipients
    return head.recipients or ((f"{above} (b/c)", "Lưu: VT") if above else ())


def _signature(one: Signer) -> Signature:
    return Signature(one.office, one.name, one.authority)


def _letterhead(kept: Mapping[str, Any]) -> Letterhead:
    since = kept["told_from"]
    return Letterhead(
        kept["issuer"],
        kept["parent"],
        kept["place"],
        kept["symbol"],
        tuple(kept["recipients"]),
        kept["address"],
        None if since is None else date.fromisoformat(since),
    )
