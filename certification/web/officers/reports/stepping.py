"""…/bao-cao/…/buoc/… and phat-hanh: the steps of a report, each with a page that says what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.reports import filing, steps, words
from certification.reports.filing import Prepared
from certification.resources.access import database, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.spreadsheets import ImportFaults
from certification.targets.rates import NotBound
from certification.units import letterheads
from certification.units.trees import NotOnThatDay
from certification.web.frame.fields import Form, choice, day, long_text, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import pages
from certification.web.officers.reports import named
from certification.web.officers.reports.one import is_for_another, is_own, may_take, progress

__all__ = ["WAYS", "Way"]


@dataclass(frozen=True, slots=True)
class Way:
    """A step by its address: its name, what comes of it, what its button says, what is said when it is done."""

    step: str
    heading: object
    consequence: object
    button: object
    done: object
    kind: str = ""


WAYS: Mapping[str, Way] = {
    "nop": Way(
        "submit",
        _l("Nộp báo cáo"),
        _l(
            "Nội dung nhập được giữ nguyên như lúc nộp; muốn sửa thì cấp trên trả lại. Việc nộp được ghi vào sổ, có "
            "tên người nộp."
        ),
        _l("Nộp báo cáo"),
        _l("Đã nộp báo cáo"),
    ),
    "duyet": Way(
        "approve",
        _l("Duyệt báo cáo"),
        _l("Số của báo cáo này được cộng vào báo cáo của cấp trên. Người đã nhập hoặc nộp không tự duyệt."),
        _l("Duyệt báo cáo"),
        _l("Đã duyệt báo cáo"),
    ),
    "tra-lai": Way(
        "return",
        _l("Trả lại báo cáo"),
        _l(
            "Đơn vị sửa được nội dung và nộp lại; họ đọc được lý do. Số của báo cáo này thôi được cộng vào cấp trên "
            "cho đến khi duyệt lại."
        ),
        _l("Trả lại để sửa"),
        _l("Đã trả lại báo cáo"),
        "danger",
    ),
    "mo-lai": Way(
        "reopen",
        _l("Mở lại để đính chính"),
        _l(
            "Bản đã phát hành vẫn giữ nguyên; sau khi sửa, nộp và duyệt lại thì phát hành một bản đính chính, có ghi "
            "bản trước."
        ),
        _l("Mở lại để đính chính"),
        _l("Đã mở lại báo cáo"),
        "danger",
    ),
}
"""The steps that are taken with a comment, by their part of the address."""


class CommentForm(Form):
    """Why."""

    comment = long_text(_l("Ý kiến"), hint=_l("Đơn vị và cấp trên đều đọc được. Trả lại và mở lại phải ghi lý do"))


class FileForm(Form):
    """What stands on the paper."""

    signer = choice(_l("Người ký"), needed=_l("Chọn người ký"), as_list=True)
    filed_on = day(_l("Ngày văn bản"), needed=_l("Ghi ngày văn bản"))
    number = text(_l("Số, ký hiệu"), most=100, hint=_l("Ví dụ 05/BC-LĐLĐ. Để trống nếu văn thư ghi tay"))


@pages.page(f"{named.PATH}/buoc/<way>/<path:code>", Act.TAKE_REPORT_STEPS, methods=("GET", "POST"))
def step_report(plan: str, period: str, cut_off: str, way: str, code: str) -> Response:
    """Asks whether to, and does it."""
    if way not in WAYS:
        raise NoSuchPage
    key, tenant, of = named.key_of(plan, period, cut_off), who().tenant, WAYS[way]
    with database().reading(tenant) as session:
        report = named.report_at(session, code, key, Act.TAKE_REPORT_STEPS)
        may = may_take(session, report)[of.step]
        own = of.step == "approve" and is_own(session, report)
    form, at = filled_in(CommentForm), named.address(code, key)
    if form.sent:
        with form.submitting(settles=True) as session:
            try:
                steps.take(session, tenant, who(), code, key, of.step, comment=form.values["comment"], now=now())
            except ImportFaults as error:
                raise BadRequest(*(_fault(one) for one in error.faults)) from None
            return form.done(url_for(".show_report", **at), of.done)
    waiting = [one for one in report.below if one.state not in ("approved", "filed")]
    return shown(
        "officers/reports/step.html", form=form, report=report, at=at, way=of, may=may,
        states=all_in_words(words.STATES),
        periods=all_in_words(words.PERIODS), progress=progress(report), waiting=waiting if of.step == "submit" else [],
        too_early=of.step == "submit" and key.cut_off > today(), is_own=own,
        for_another=of.step == "submit" and is_for_another(report),
    )  # fmt: skip


def _fault(one: Any) -> Fault:
    message = one.message[:1].upper() + one.message[1:]
    return Fault(one.column if one.column == "comment" else "", message)


@pages.page(f"{named.PATH}/phat-hanh/<path:code>", Act.FILE_REPORTS, methods=("GET", "POST"))
def file_report(plan: str, period: str, cut_off: str, code: str) -> Response:
    """Files an approved report with number, day and signer; nothing of it changes again."""
    key, tenant = named.key_of(plan, period, cut_off), who().tenant
    with database().reading(tenant) as session:
        report = named.report_at(session, code, key, Act.FILE_REPORTS)
        may = may_take(session, report)["file"]
        signers = letterheads.signers(session, tenant, code)
        former = filing.filed(session, tenant, code, key)[:1] if report.row is not None else []
    known = {one.name: f"{one.name}, {one.office}" for one in signers}
    form = filled_in(FileForm, start={"filed_on": today()}, choices={"signer": tuple(known.items())})
    prepared = _prepared(form, code, named.key_of(plan, period, cut_off)) if form.sent else None
    if prepared is not None and form.sent:
        with form.submitting() as session:
            made = filing.file(session, tenant, who(), prepared, now=now())
            where = url_for(".show_filing", filing_id=made.id, **named.address(code, key))
            return form.done(where, _("Đã phát hành báo cáo"))
    return shown(
        "officers/reports/file.html", form=form, report=report, at=named.address(code, key), may=may, signers=signers,
        states=all_in_words(words.STATES), periods=all_in_words(words.PERIODS), former=former,
    )  # fmt: skip


def _prepared(form: Filled, code: str, key: Any) -> Prepared | None:
    """What is to be filed, worked out while nobody waits; None where something stands against it."""
    told = form.values
    with form.refusals(), database().reading(who().tenant, snapshot=True) as session:
        try:
            return filing.prepare(
                session, who().tenant, who(), code, key, signer=told["signer"], filed_on=told["filed_on"],
                number=told["number"] or "", now=now(),
            )  # fmt: skip
        except (NotBound, NotOnThatDay) as error:
            form.refuse("", str(error))
    return None
