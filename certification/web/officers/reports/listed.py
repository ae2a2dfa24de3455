"""/cong-doan/bao-cao: the reports that the unit of the chosen place hands in; opening one."""

from __future__ import annotations

from datetime import date

from flask import Response, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.reports import places as reporting
from certification.reports import words
from certification.reports.reading import Key
from certification.resources.access import database, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.reports import unit_within
from certification.rules import report_forms
from certification.rules.report_forms import PERIODS
from certification.units.trees import NotOnThatDay
from certification.web.frame import places
from certification.web.frame.fields import Form, day
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words, in_words
from certification.web.officers import pages
from certification.web.officers.reports import named, owed

__all__ = ["STATE_KINDS"]

STATE_KINDS = {
    "new": "off",
    "draft": "todo",
    "submitted": "plain",
    "returned": "wrong",
    "approved": "good",
    "filed": "good",
}


class OpenForm(Form):
    """As of which day."""

    cut_off = day(
        _l("Ngày chốt số liệu"),
        needed=_l("Ghi ngày chốt số liệu"),
        hint=_l("Số liệu tính đến hết ngày này. Cả tuyến báo cáo dùng chung một ngày thì số mới cộng được với nhau"),
    )


@pages.page("/cong-doan/bao-cao", Act.READ_REPORTS)
def list_reports() -> Response:
    """What is owed, the most urgent first."""
    place, on = places.here(), today()
    code = place.code if place is not None else None
    with database().reading(who().tenant, snapshot=True) as session:
        if place is not None and place.organization is not None:
            unit = place.organization
            code = code if rights.may(session, who(), Act.READ_REPORTS, on, organization=unit) else ""
        elif not rights.reach(who(), Act.READ_REPORTS, on).everything:
            code = ""
        found = [] if code == "" else owed.owed(session, who().tenant, code, on=on)
        may_collect = bool(rights.reach(who(), Act.REMIND_OF_REPORTS, on))
    return shown(
        "officers/reports/list.html", items=found, on=on, states=all_in_words(words.STATES), kinds=STATE_KINDS,
        periods=all_in_words(words.PERIODS), may_collect=may_collect, address=named.address,
    )  # fmt: skip


@pages.page("/cong-doan/bao-cao/mo/<plan>/<period>/<path:code>", Act.READ_REPORTS, methods=("GET", "POST"))
def open_report(plan: str, period: str, code: str) -> AnyResponse:
    """Says as of which day the report is; it is opened by the first thing that is entered."""
    tenant, on = who().tenant, today()
    if period not in PERIODS:
        raise NotFound(Fault("path/period", f"there is no period {period!r}"))
    with database().reading(tenant) as session:
        unit_within(session, code, Act.READ_REPORTS)
        form_of_plan = report_forms.in_force(session, tenant, plan, on)
        try:
            place = reporting.place(session, tenant, form_of_plan, code, on)
        except NotOnThatDay as error:
            raise NotFound(Fault("path/code", str(error))) from None
        usual = owed.usual_cut_off(session, tenant, form_of_plan, place, period, on.year)
    form = filled_in(OpenForm, start={"cut_off": usual or on})
    if form.sent:
        chosen = form.values["cut_off"]
        if not date(2000, 1, 1) <= chosen <= date(on.year + 1, 12, 31):
            form.refuse("cut_off", _("Ngày chốt phải từ năm 2000 đến hết năm sau"))
        else:
            return redirect(url_for(".enter_report", **named.address(code, Key(plan, period, chosen))), 303)
    return shown(
        "officers/reports/open.html", form=form, title=form_of_plan.title, period=in_words(words.PERIODS[period]),
        place=place,
        usual=usual, due=form_of_plan.last_day(period, on.year, place.level),
    )  # fmt: skip
