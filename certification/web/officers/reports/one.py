"""…/bao-cao/…/xem/<unit>: how one report stands, what is to be done about it next, and all that was done."""

from __future__ import annotations

from typing import Any

from flask import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.reports import filing, steps, words
from certification.reports.reading import OneReport
from certification.resources.access import database, today, who
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import pages
from certification.web.officers.reports import named
from certification.web.officers.reports.listed import STATE_KINDS
from lrs.db import Session

__all__ = ["is_for_another", "is_own", "may_take", "progress"]


@pages.page(f"{named.PATH}/xem/<path:code>", Act.READ_REPORTS)
def show_report(plan: str, period: str, cut_off: str, code: str) -> Response:
    """The page."""
    key, tenant, on = named.key_of(plan, period, cut_off), who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.READ_REPORTS)
        filings = filing.filed(session, tenant, code, key) if report.row is not None else []
        may, own = may_take(session, report), is_own(session, report)
        collects = rights.may(session, who(), Act.REMIND_OF_REPORTS, on, organization=report.place.unit.id)
    return shown(
        "officers/reports/one.html", report=report, at=named.address(code, key), on=on,
        states=all_in_words(words.STATES),
        kinds=STATE_KINDS, step_words=all_in_words(words.STEPS), periods=all_in_words(words.PERIODS), filings=filings,
        may=may, collects=collects, is_own=own, for_another=is_for_another(report),
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
        "approve": judges and state == "submitted" and not steps.is_own(session, who().tenant, who(), report),
        "return": judges and state in ("submitted", "approved"),
        "file": files and state == "approved",
        "reopen": files and state == "filed",
    }


def is_own(session: Session, report: OneReport) -> bool:
    """Whether the reader might approve the report, had not the reader entered or handed in some of it."""
    judges = rights.may(session, who(), Act.APPROVE_REPORTS, today(), organization=report.place.judged_by)
    return judges and report.state == "submitted" and steps.is_own(session, who().tenant, who(), report)


def is_for_another(report: OneReport) -> bool:
    """Whether whoever writes in it does so for a unit below the reader's own."""
    return report.place.unit.id not in rights.reach(who(), Act.WRITE_REPORTS, today()).roots


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
