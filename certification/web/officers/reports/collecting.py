"""…/bao-cao/…/tong-hop/<unit>: who below has handed in and who is late; many approved or returned at once; what they
add up to; whom to remind by mail, and whom to phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.evidence.witnesses import NotForYou
from certification.reports import late, mail, reminding, steps, words
from certification.reports.entered import Said
from certification.reports.late import Contact, Standing
from certification.reports.reading import Key, OneReport
from certification.reports.steps import WrongStep
from certification.resources import outgoing
from certification.resources.access import changing, database, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.resources.reports import unit_within
from certification.rules.report_forms import Item
from certification.spreadsheets import ImportFaults
from certification.web.frame.fields import Form, long_text, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import outcomes, pages
from certification.web.officers.outcomes import Outcome
from certification.web.officers.reports import named
from certification.web.officers.reports.listed import STATE_KINDS

__all__ = ["FILTERS", "Sum", "sums"]

AT_ONCE = 300
"""Reports about which one step is taken at once."""

FILTERS: dict[str, object] = {
    "tat-ca": _l("Tất cả"),
    "cho-duyet": _l("Chờ duyệt"),
    "chua-nop": _l("Chưa nộp"),
    "tre": _l("Quá hạn"),
    "da-duyet": _l("Đã duyệt"),
}


class BatchForm(Form):
    """Why, where a step needs that."""

    comment = long_text(_l("Ý kiến"), hint=_l("Cần khi trả lại; đơn vị đọc được"), rows=2, optional=False)


class ContactForm(Form):
    """Whom to phone or write to."""

    name = text(_l("Họ và tên người liên hệ"), needed=_l("Ghi tên người liên hệ"))
    phone = text(_l("Điện thoại"), autocomplete="off", inputmode="tel")
    email = text(_l("Thư điện tử"), autocomplete="off", inputmode="email", hint=_l("Nơi nhận thư nhắc báo cáo"))


@dataclass(frozen=True, slots=True)
class Sum:
    """An item with numbers: the unit's own, that of the approved reports below, both together; unit by unit."""

    item: Item
    own: int | None
    below: int | None
    whole: int
    units: int
    apart: tuple[Said, ...]


outcomes.STEPS["bao-cao"] = words.STEPS


@pages.page(f"{named.PATH}/tong-hop/<path:code>", Act.REMIND_OF_REPORTS)
def collect_reports(plan: str, period: str, cut_off: str, code: str) -> Response:
    """The list of the units that report."""
    return outcomes.asked() or _page(filled_in(BatchForm), code, named.key_of(plan, period, cut_off))


@pages.page(f"{named.PATH}/tong-hop-lam/<path:code>", Act.APPROVE_REPORTS, methods=("POST",))
def step_reports(plan: str, period: str, cut_off: str, code: str) -> Response:
    """Approves or returns the chosen ones; the page says of each what became of it."""
    key, form = named.key_of(plan, period, cut_off), filled_in(BatchForm)
    step, chosen = request.form.get("viec", ""), request.form.getlist("nguoi")[:AT_ONCE]
    if step not in ("approve", "return"):
        form.refuse("", _("Chọn duyệt hay trả lại"))
    elif not chosen:
        form.refuse("", _("Chưa chọn đơn vị nào; đánh dấu ít nhất một đơn vị"))
    elif step == "return" and not (form.values.get("comment") if form.sent else True):
        form.refuse("comment", words.COMMENT[:1].upper() + words.COMMENT[1:])
    if form.sent:
        back = url_for(".collect_reports", **named.address(code, key))
        results: list[Outcome] = []
        with form.submitting() as session:
            unit_within(session, code, Act.APPROVE_REPORTS)
            known = {one.unit.code: one for one in late.standings(session, who().tenant, code, key)}
            for one in (known[each] for each in chosen if each in known):
                results.append(_taken(session, one, key, step, form.values["comment"]))
            return outcomes.led_to(session, form, "bao-cao", step, back, results)
    return _page(form, code, key)


def _taken(session: Any, one: Standing, key: Key, step: str, comment: str | None) -> Outcome:
    """Everything is checked before anything is written, so that a refusal leaves nothing behind."""
    try:
        steps.take(session, who().tenant, who(), one.unit.code, key, step, comment=comment, now=now())
    except (NotForYou, WrongStep) as error:
        return Outcome(one.unit.name, False, str(error)[:1].upper() + str(error)[1:])
    return Outcome(one.unit.name, True)


def _page(form: Filled, code: str, key: Key) -> Response:
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.REMIND_OF_REPORTS)
        found = late.standings(session, tenant, code, key)[1:]
    which = request.args.get("loc", "tat-ca")
    which = which if which in FILTERS else "tat-ca"
    return shown(
        "officers/reports/collect.html", form=form, report=report, at=named.address(code, key), on=on, which=which,
        items=[one for one in found if _fits(one, which)], every=len(found), filters=FILTERS,
        counts={name: sum(_fits(one, name) for one in found) for name in FILTERS}, states=all_in_words(words.STATES),
        kinds=STATE_KINDS, periods=all_in_words(words.PERIODS), sums=sums(report),
        open_states=("approved",) if which == "da-duyet" else ("submitted",),
        direct=sum(one.above == code for one in found),
    )  # fmt: skip


def _fits(one: Standing, which: str) -> bool:
    match which:
        case "cho-duyet":
            return one.state == "submitted"
        case "chua-nop":
            return not one.handed_in
        case "tre":
            return one.days_late(today()) > 0
        case "da-duyet":
            return one.state in ("approved", "filed")
    return True


def sums(report: OneReport) -> list[Sum]:
    """The items with numbers of which anybody said something, as they add up now."""
    found = []
    for item in report.form.asked:
        joined, own = report.now.joined.get(item.code), report.own.get(item.code)
        if item.join != "sum" or joined is None or not isinstance(joined.value, int):
            continue
        mine = own.value if own is not None and isinstance(own.value, int) else None
        units = joined.organizations - (own is not None)
        apart = tuple(_said(report, item.code))
        found.append(Sum(item, mine, joined.value - (mine or 0) if units else None, joined.value, units, apart))
    return found


def _said(report: OneReport, item: str) -> list[Said]:
    """What each unit right below says, its own branch joined."""
    found = []
    for one in report.below:
        said = None if one.entered is None else one.entered.joined.get(item)
        if said is not None:
            found.append(Said(one.unit.code, one.unit.name, said.value))
    return found


# ---------------------------------------------------------------- reminding


@pages.page(f"{named.PATH}/nhac/<path:code>", Act.REMIND_OF_REPORTS, methods=("GET", "POST"))
def remind_of_reports(plan: str, period: str, cut_off: str, code: str) -> Response:
    """Whom a letter would go to, and whom to phone; sends the letters where a mail server is set."""
    key, tenant = named.key_of(plan, period, cut_off), who().tenant
    server, form = outgoing.mail_server(), filled_in(Form)
    with database().reading(tenant) as session:
        report = named.report_at(session, code, key, Act.REMIND_OF_REPORTS)
        waiting = reminding.due(session, tenant, code, key, today=today())
    if form.sent and server is not None:
        claimed = []
        with form.submitting() as session:
            claimed = reminding.claim(session, tenant, code, key, by=who().name, now=now())
            form.done(url_for(".remind_of_reports", **named.address(code, key)))
        outcomes = mail.send(server, [letter for _one, letter in claimed])
        with changing(tenant) as session:
            sent = [(one, outcome) for (one, _letter), outcome in zip(claimed, outcomes, strict=True)]
            reminding.settle(session, tenant, key, sent, now=now())
        went = sum(outcome == mail.SENT for outcome, _fault in outcomes)
        words_ = ngettext(
            "Đã gửi %(sent)s thư nhắc, %(failed)s thư chưa gửi được",
            "Đã gửi %(sent)s thư nhắc, %(failed)s thư chưa gửi được",
            went,
            sent=went,
            failed=len(outcomes) - went,
        )
        return form.done(url_for(".remind_of_reports", **named.address(code, key)), words_)
    return shown(
        "officers/reports/remind.html", form=form, report=report, at=named.address(code, key), on=today(),
        letters=[one for one in waiting if one.can_be_written_to] if server is not None else [],
        phones=[one for one in waiting if server is None or not one.can_be_written_to], has_mail=server is not None,
        states=all_in_words(words.STATES), kinds=STATE_KINDS, periods=all_in_words(words.PERIODS),
    )  # fmt: skip


@pages.page("/cong-doan/bao-cao/lien-he/<path:code>", Act.WRITE_REPORTS, methods=("GET", "POST"))
def set_report_contact(code: str) -> Response:
    """Says whom to phone or write to about a unit's reports."""
    tenant = who().tenant
    with database().reading(tenant) as session:
        unit_within(session, code, Act.WRITE_REPORTS)
        known = late.contact(session, tenant, code)
    start = {} if known is None else {"name": known.name, "phone": known.phone, "email": known.email}
    form = filled_in(ContactForm, start=start, tried=True)
    if form.sent:
        told = Contact(form.values["name"], form.values["phone"] or "", form.values["email"] or "")
        with form.submitting() as session:
            try:
                late.set_contact(session, tenant, who(), code, told, now=now())
            except ImportFaults as error:
                raise BadRequest(*(Fault(one.column, one.message.capitalize()) for one in error.faults)) from None
            return form.done(url_for(".list_reports"), _("Đã ghi người liên hệ"))
    return shown("officers/reports/contact.html", form=form, code=code)
