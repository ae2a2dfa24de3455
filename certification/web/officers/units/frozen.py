"""/cong-doan/chot-so-lieu: figures of a day kept for a report, a record of them, and what differs from them today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.judgement import explanations
from certification.resources import cursors
from certification.resources.access import caller, database, now, today, who
from certification.resources.attainment import seen_by
from certification.resources.errors import Fault, NotFound
from certification.rules import plans
from certification.rules.plans import Plan
from certification.targets import figures, freezing
from certification.targets import rates as rates_of_targets
from certification.targets.freezing import Change, Frozen, NotFrozen
from certification.targets.gathered import NoSuchEnterprises
from certification.targets.rates import NotBound, Rates
from certification.units import organizations
from certification.units.trees import NotOnThatDay, UnknownOrganization
from certification.web.frame.fields import Form, long_text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import day, number, percent
from certification.web.officers import pages
from certification.web.officers.units.asked import BASIS_WORDS, Asked, asked, asked_day, way
from certification.web.officers.units.branch import not_then
from lrs.db import Session

__all__ = ["FIGURES", "Compared", "compared"]

ON_A_PAGE = 50

FIGURES: Mapping[str, object] = {
    "headcount": _l("Số lao động"),
    "women": _l("Lao động nữ"),
    "union_cadres": _l("Cán bộ công đoàn"),
    "grassroots_unions": _l("Công đoàn cơ sở"),
    "meets_criteria": _l("Đủ điều kiện theo tiêu chí"),
    "holds_title": _l("Có danh hiệu"),
    "enterprises": _l("Doanh nghiệp"),
    "reporting": _l("Doanh nghiệp có danh sách"),
    "declared": _l("Doanh nghiệp mới khai tổng số"),
}


class FreezeForm(Form):
    """Why."""

    reason = long_text(
        _l("Chốt để làm gì"),
        needed=_l("Ghi báo cáo hoặc công văn dựa vào số liệu này"),
        hint=_l("Ví dụ: Báo cáo số 05/BC-LĐLĐ năm 2026"),
        rows=2,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure as it was frozen and as it is now, in words; `differs` how much, "" where nothing does."""

    name: str
    frozen: str
    now: str
    differs: str


@pages.page("/cong-doan/chot-so-lieu/moi/<path:code>", Act.FREEZE_FIGURES, methods=("GET", "POST"))
def freeze(code: str) -> AnyResponse:
    """Names what would be frozen, and freezes it."""
    tenant, form = who().tenant, filled_in(FreezeForm)
    with database().reading(tenant, snapshot=True) as session:
        try:
            told = asked(session, code, Act.FREEZE_FIGURES)
            headcount_on, not_read = asked_day("ngay_lao_dong", told.on)
            ahead = _("Ngày chưa tới; số liệu chỉ chốt được từ ngày đó trở đi")
            wrong = {
                "ngay": told.wrong or (ahead if told.on > today() else ""),
                "ngay_lao_dong": not_read
                or (ahead if headcount_on > today() and request.args.get("ngay_lao_dong") else ""),
            }
            plan = next((one for one in told.binding if one.id == request.args.get("ke_hoach")), None)
            found = _rates(session, told, headcount_on, plan)
        except NotOnThatDay as error:
            return not_then(session, code, error)
        path = way(session, told, Act.READ_RATES)
    told_wrong = [words for words in wrong.values() if words]
    if form.posted:
        for words in told_wrong:
            form.refuse("", words)
    if form.sent:
        with form.refusals():
            with database().reading(tenant, snapshot=True) as session:
                prepared = freezing.prepare(
                    session, tenant, code, on=told.on, by=who().name, reason=form.values["reason"], now=now(),
                    plan=plan.id if plan is not None else None, basis=told.basis, headcount_on=headcount_on,
                )  # fmt: skip
            with form.submitting() as session:
                freezing.freeze(session, tenant, prepared)
                words = _("Đã chốt số liệu ngày %(day)s của %(unit)s", day=day(told.on), unit=told.name)
                return form.done(url_for("officers.show_frozen", id=prepared.id), words)
    return shown(
        "officers/units/freeze.html", 400 if told_wrong else 200, asked=told, way=path, form=form, found=found,
        headcount_on=headcount_on, plan=plan, plans=explanations.plan_names(told.binding), bases=BASIS_WORDS,
        wrong=wrong, days={"ngay": told.on, "ngay_lao_dong": headcount_on}, may_freeze=not told_wrong,
        coverage=figures.coverage_words(found.organization.coverage),
    )  # fmt: skip


@pages.page("/cong-doan/chot-so-lieu", Act.READ_FROZEN)
def list_frozen() -> Response:
    """What was frozen, the newest first."""
    tenant = who().tenant
    left, unit = cursors.after(tenant, (datetime, UUID)), request.args.get("don_vi") or None
    with database().reading(tenant) as session:
        found = freezing.frozen(
            session, tenant, unit, within=seen_by(session, caller(), Act.READ_FROZEN), newest_first=True,
            after=(left[0], left[1]) if left else None, limit=ON_A_PAGE + 1,
        )  # fmt: skip
        nodes = organizations.nodes(session, tenant)
        may_gather = bool(rights.reach(who(), Act.READ_GATHERED, today()))
    given = found[:ON_A_PAGE]
    place = (given[-1].frozen, given[-1].id) if len(found) > ON_A_PAGE else None
    following = cursors.part(tenant, [], place, as_of=today(), show=str)["next"]
    return shown(
        "officers/units/frozen.html", records=given, nodes=nodes, unit=nodes.get(unit or ""), next=following,
        first=left is None, may_freeze=bool(rights.reach(who(), Act.FREEZE_FIGURES, today())), bases=BASIS_WORDS,
        may_send=bool(rights.reach(who(), Act.READ_ROLL_UPS, today())), may_gather=may_gather,
    )  # fmt: skip


@pages.page("/cong-doan/chot-so-lieu/<uuid:id>", Act.READ_FROZEN)
def show_frozen(id: UUID) -> Response:
    """One record beside today's answer to the same question. Where that is counted person by person (a headcount of
    another day) it is asked for apart."""
    tenant = who().tenant
    with database().reading(tenant, snapshot=True) as session:
        record = _record(session, tenant, id)
        asks = record.headcount_on == record.on or request.args.get("so-sanh") == "1"
        changes = _changes(session, tenant, record) if asks else None
        names = {one.id: one for one in plans.all_plans(session, tenant)}
        node = organizations.nodes(session, tenant).get(record.organization)
    general, targets = compared(record, changes, names)
    return shown(
        "officers/units/one-frozen.html", record=record, node=node, changes=changes, general=general, targets=targets,
        names=explanations.plan_names(names.values()), bases=BASIS_WORDS,
    )  # fmt: skip


def compared(
    record: Frozen, changes: tuple[Change, ...] | None, known: Mapping[str, Plan]
) -> tuple[list[Compared], list[Compared]]:
    """The figures of the unit itself, and those of targets, each as frozen and as now."""
    differs = {one.figure: one.now for one in changes or ()}
    present: dict[str, int | None] = {**record.figures, **differs}
    general = [
        _compared(str(words), record.figures.get(name), present.get(name))
        for name, words in FIGURES.items()
        if name in record.figures or name in present
    ]
    found = []
    for key in sorted({name.rpartition("/")[0] for name in present if "/" in name}):
        plan, _slash, target = key.partition("/")
        if f"{key}/denominator" in present:
            named = next((one.title for one in known[plan].targets if one.id == target), "") if plan in known else ""
            found.append(_rate_compared(f"{target}. {named}" if named else key, key, record.figures, present))
    return general, found


def _compared(name: str, frozen: int | None, present: int | None) -> Compared:
    more = "" if frozen == present or frozen is None or present is None else f"{present - frozen:+}".replace("-", "−")
    if (frozen is None) != (present is None):
        more = _("chỉ có ở một bên")
    return Compared(name, number(frozen), number(present), more)


def _rate_compared(name: str, key: str, before: Mapping[str, int], present: Mapping[str, int | None]) -> Compared:
    then, today_ = _rate(key, before), _rate(key, present)
    counted, counts = before.get(f"{key}/counted"), present.get(f"{key}/counted")
    more = ""
    if then != today_:
        more = f"{(counts or 0) - (counted or 0):+}".replace("-", "−")
    return Compared(name, then, today_, more)


def _rate(key: str, told: Mapping[str, Any]) -> str:
    """ "613/1.000 · 61,3%"."""
    counted, denominator = told.get(f"{key}/counted"), told.get(f"{key}/denominator")
    if counted is None or denominator is None:
        return number(None)
    return (
        f"{number(counted)}/{number(denominator)} · {percent(Fraction(counted, denominator) if denominator else None)}"
    )


def _rates(session: Session, told: Asked, headcount_on: date, plan: Plan | None) -> Rates:
    """What would be frozen, as it is read now; freezing counts it to the end."""
    return rates_of_targets.rates(
        session, who().tenant, told.node.code, on=told.on, today=today(), basis=told.basis,
        headcount_on=headcount_on if headcount_on != told.on else None, plan=plan.id if plan is not None else None,
    )  # fmt: skip


def _record(session: Session, tenant: UUID, id: UUID) -> Frozen:
    """The record, if the reader may know of its unit."""
    try:
        record = freezing.find(session, tenant, id)
    except NotFrozen:
        record = None
    seen = seen_by(session, caller(), Act.READ_FROZEN)
    if record is None or (seen is not None and record.organization not in seen):
        raise NotFound(Fault("path/id", f"no figures were frozen under {id}"))
    return record


def _changes(session: Session, tenant: UUID, record: Frozen) -> tuple[Change, ...]:
    try:
        return freezing.difference(session, tenant, record, today=today())
    except (UnknownOrganization, NotOnThatDay, NotBound, NoSuchEnterprises):
        # What was asked then has no answer any more.
        return tuple(Change(name, record.figures[name], None) for name in sorted(record.figures))
