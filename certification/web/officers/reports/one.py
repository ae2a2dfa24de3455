"""…/bao-cao/…/xem/<unit>: how one report stands, what is to be done about it next, and all that was done."""

from __future__ import annotations

from typing import Any

from flask import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.reports import filing, words
from certification.reports.reading import OneReport
from certification.resources.access import database, today, who
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import pages
from certification.web.officers.reports import named
from certification.web.officers.reports.listed import STATE_KINDS
from lrs.db import Session

__all__ = ["may_take"]


@pages.page(f"{named.PATH}/xem/<path:code>", Act.READ_REPORTS)
def show_report(plan: str, period: str, cut_off: str, code: str) -> Response:
    """The page."""
    key, tenant, on = named.key_of(plan, period, cut_off), who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.READ_REPORTS)
        filings = filing.filed(session, tenant, code, key) if report.row is not None else []
        may = may_take(session, report)
        collects = rights.may(session, who(), Act.REMIND_OF_REPORTS, on, organization=report.place.unit.id)
    return shown(
        "officers/reports/one.html", report=report, at=named.address(code, key), on=on,
        states=all_in_words(words.STATES),
        kinds=STATE_KINDS, step_words=all_in_words(words.STEPS), periods=all_in_words(words.PERIODS), filings=filings,
        may=may, collects=collects,
        progress=progress(report), below=_below(report),
    )  # fmt: skip


def may_take(session: Session, report: OneReport) -> dict[str, bool]:
    """Which steps the reader may take about the report as it stands."""
    on, unit = today(), report.place.unit.id
    writes = rights.may(session, who(), Act.WRITE_REPORTS, on, organization=unit)
    judges = rights.may(session, who(), Act.APPROVE_REPORTS, on, organization=report.place.judged_by)
    files = rights.may(session, who(), Act.FILE_REPORTS, on, organization=unit)
    state = report.state
    return {
        "enter": writes and state in ("new", "draft", "returned"),
        "submit": writes and state in ("draft", "returned"),
        "approve": judges and state == "submitted",
        "return": judges and state in ("submitted", "approved"),
        "file": files and state == "approved",
        "reopen": files and state == "filed",
    }


def progress(report: OneReport) -> dict[str, Any]:
    """How many items are entered, of how many, and which must not stay empty."""
    asked = report.form.asked
    return {
        "entered": sum(item.code in report.own for item in asked),
        "asked": len(asked),
        "missing": [item for item in asked if item.required and item.code not in report.own],
    }


def _below(report: OneReport) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in report.below:
        counted[one.state] = counted.get(one.state, 0) + 1
    return counted
