"""/cong-doan: the unit of the chosen place against its targets, and what waits for the officer today."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.reports import words as report_words
from certification.resources.access import database, today, who
from certification.targets import figures
from certification.targets import rates as rates_of_targets
from certification.targets.trends import trends
from certification.units.trees import NotOnThatDay, UnknownOrganization
from certification.web.frame import places
from certification.web.frame.pages import shown
from certification.web.frame.places import Place
from certification.web.frame.program_words import in_words
from certification.web.frame.written import day, number
from certification.web.officers import pages, standings, work
from certification.web.officers.reports import named, owed
from certification.web.officers.reports.listed import STATE_KINDS
from certification.web.officers.reports.owed import Owed
from certification.web.officers.scope import narrowed, to_own_page
from certification.web.officers.work import COUNTED, MANY, Waiting
from lrs.db import Session

__all__ = ["tasks"]


@pages.page("/cong-doan", Act.READ_OWN_SESSION)
def home() -> Response:
    """Where officers begin."""
    if (elsewhere := to_own_page()) is not None:
        return elsewhere
    place, on = places.here(), today()
    with database().reading(who().tenant, snapshot=True) as session:
        asking = narrowed(Act.READ_ASSESSMENT)
        unit = place.organization if place is not None and place.team is None else None
        may_read = unit is not None and rights.may(session, asking, Act.READ_RATES, on, organization=unit)
        told = _rates(session, place) if may_read and place is not None else {}
        of_unit = unit if may_read else None
        waits = work.waiting(session, asking.tenant, asking, of_unit, giving=narrowed(Act.ATTEST), on=on)
        reports = _reports(session, place, on)
        days = work.deadlines(session, asking.tenant, on=on)
    return shown("officers/home.html", place=place, on=on, tasks=[*tasks(waits), *reports], days=days, **told)


def _rates(session: Session, place: Place) -> dict[str, Any]:
    """The figures of the unit, by the function that the JSON interface asks."""
    tenant, on = who().tenant, today()
    try:
        found = rates_of_targets.rates(session, tenant, place.code or "", on=on, today=on)
    except (UnknownOrganization, NotOnThatDay):
        return {}
    first = found.targets[0].figures if found.targets else None
    return {
        "plans": standings.of_plans(session, tenant, found),
        "trends": {key: standings.months(each) for key, each in trends(session, tenant, found).items()},
        "unit": found.organization,
        "coverage": figures.coverage_words(found.organization.coverage),
        "behind": figures.behind_words(found.behind) if found.behind is not None else "",
        "below": standings.below(found, first) if first is not None and len(found.children) > 1 else [],
        "below_of": first,
    }


def tasks(waits: Waiting) -> list[dict[str, Any]]:
    """The task list: what waits with how many, where to do it; nothing for a kind of which nothing waits."""
    dossiers = "officers.list_dossiers"
    found: list[dict[str, Any]] = []

    def add(count: int, most: int, words: str, address: str | None, hint: str = "") -> None:
        if count:
            many = _("%(count)s+", count=number(most)) if count > most else number(count)
            found.append(_waits(words, address, many, "todo", hint))

    add(
        waits.attestations,
        MANY,
        _("Xác nhận điểm cho người lao động"),
        url_for("officers.attest_sitting"),
        _("Có chỉ số chỉ người có trách nhiệm mới cho điểm được; chưa xác nhận thì chưa kết luận được"),
    )
    add(
        waits.disputes,
        COUNTED,
        _("Trả lời khiếu nại về minh chứng"),
        url_for("officers.list_cases", loai="khieu-nai"),
        _due(waits.disputes_due),
    )
    add(
        waits.declarations,
        COUNTED,
        _("Xác nhận khai báo học tập"),
        url_for("officers.list_cases", loai="khai-bao"),
        _due(waits.declarations_due),
    )
    add(
        waits.requests,
        COUNTED,
        _("Yêu cầu của người lao động về dữ liệu của họ"),
        url_for("officers.list_cases", loai="du-lieu"),
        _due(waits.requests_due),
    )
    add(
        waits.to_confirm, MANY * MANY, _("Xác nhận hồ sơ đã tự đánh giá"), url_for(dossiers, trang_thai="self_assessed")
    )
    add(waits.to_review, MANY * MANY, _("Xét hồ sơ đã xác nhận"), url_for(dossiers, trang_thai="confirmed"))
    add(waits.to_propose, MANY * MANY, _("Đề nghị công nhận hồ sơ đã xét"), url_for(dossiers, trang_thai="reviewed"))
    for one in waits.others:
        view = _OTHERS.get(one.code)
        address = url_for(view) if view is not None else None
        found.append(_waits(one.words, address, number(one.count), "plain", one.to_do))
    return found


def _waits(words: str, address: str | None, many: str, kind: str, hint: str) -> dict[str, Any]:
    return {
        "words": words, "address": address, "status": many, "counts": _("đang chờ"), "kind": kind, "hint": hint,
    }  # fmt: skip


_OTHERS = {"without-criteria": "officers.list_without_criteria"}
"""Where the kinds of the work list are seen that have a page."""


def _due(value: Any) -> str:
    return _("Gần nhất phải xong ngày %(day)s", day=day(value)) if value is not None else ""


def _reports(session: Session, place: Place | None, on: date) -> list[dict[str, Any]]:
    """The reports of this unit that have a day, and those of the units below that wait for its word."""
    if place is None or place.code is None or place.organization is None or place.team is not None:
        return []
    if not rights.may(session, who(), Act.READ_REPORTS, on, organization=place.organization):
        return []
    found = owed.owed(session, who().tenant, place.code, on=on)
    judges = rights.may(session, who(), Act.APPROVE_REPORTS, on, organization=place.organization)
    waiting = [_to_approve(one) for one in found if judges and one.to_approve and one.key is not None]
    return [*waiting, *(_report(one, on) for one in found if one.due is not None)]


def _to_approve(one: Owed) -> dict[str, Any]:
    assert one.key is not None  # noqa: S101 — `_reports` asks for those alone
    address = url_for("officers.collect_reports", loc="cho-duyet", **named.address(one.code, one.key))
    task = _waits(_("Duyệt báo cáo cấp dưới đã nộp"), address, number(one.to_approve), "todo", one.title)
    return {**task, "which": _cut_off(one)}


def _cut_off(one: Owed) -> str:
    """Tells one report from another one of its title, for whoever hears the link alone."""
    return _("chốt số liệu ngày %(day)s", day=day(one.cut_off)) if one.cut_off is not None else ""


def _report(one: Owed, on: date) -> dict[str, Any]:
    days = one.days_left(on) or 0
    if one.is_done:
        left = ""
    elif days >= 0:
        left = ngettext(
            "Hạn %(day)s, còn %(days)s ngày", "Hạn %(day)s, còn %(days)s ngày", days, day=day(one.due), days=days
        )
    else:
        left = ngettext(
            "Hạn %(day)s, đã quá %(days)s ngày",
            "Hạn %(day)s, đã quá %(days)s ngày",
            -days,
            day=day(one.due),
            days=-days,
        )
    kind = STATE_KINDS[one.state] if one.is_done or one.state == "returned" else "todo" if days >= 0 else "wrong"
    address = (
        url_for("officers.show_report", **named.address(one.code, one.key))
        if one.key is not None
        else url_for("officers.open_report", plan=one.plan, period=one.period, code=one.code)
    )
    return {
        "words": one.title, "address": address, "status": in_words(report_words.STATES[one.state]), "kind": kind,
        "hint": left,
        "which": _cut_off(one),
    }  # fmt: skip
