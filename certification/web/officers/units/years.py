"""/cong-doan/nam: which assessment years are closed, on what decision; closing one and opening it again."""

from __future__ import annotations

from datetime import date

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.judgement import closings, judging
from certification.judgement.closings import NotBegun, NothingToDo, StillRuns
from certification.resources.access import database, everything, now, today, who
from certification.rules.criteria import PROGRAMME
from certification.web.frame import refusals
from certification.web.frame.fields import Form, text, tick
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.scope import assessed

refusals.SAYS[StillRuns] = lambda error: _("Năm này chưa hết. Nếu vẫn muốn chốt, đánh dấu ô xác nhận")
refusals.SAYS[NotBegun] = lambda error: _("Năm này chưa bắt đầu")
refusals.SAYS[NothingToDo] = lambda error: _("Năm này đã ở tình trạng đó; tải lại trang để xem")


class CloseForm(Form):
    """On what decision, and that a year which is not over is meant."""

    decision = text(_l("Theo quyết định, văn bản"), needed=_l("Ghi số quyết định hoặc lý do"), most=2000)
    still_running = tick(_l("Năm chưa hết: những gì học từ nay đến 31/12 sẽ không được tính"))


@pages.page("/cong-doan/nam", Act.READ_YEARS)
def list_years() -> Response:
    """Years, the newest first: this one, the one before, and every other that was ever closed."""
    tenant, this = who().tenant, today().year
    with database().reading(tenant) as session:
        acts = closings.histories(session, tenant, PROGRAMME)
        waiting = judging.waiting_by_year(session, tenant)
    years = sorted({this, this - 1, *acts}, reverse=True)
    return shown(
        "officers/units/years.html", years=years, acts=acts, waiting=waiting, this=this,
        may_close=rights.reach(who(), Act.CLOSE_YEARS, today()).everything,
    )  # fmt: skip


@pages.page("/cong-doan/nam/<int:year>/dong-mo", Act.CLOSE_YEARS, methods=("GET", "POST"))
def close_year(year: int) -> AnyResponse:
    """Closes a year that is open, opens one that is closed: by an act with a decision."""
    everything(Act.CLOSE_YEARS)
    tenant, form, year = who().tenant, filled_in(CloseForm), assessed(year)
    with database().reading(tenant) as session:
        acts = closings.history(session, tenant, PROGRAMME, year)
        waiting = judging.count_waiting(session, tenant, year)
    is_closed = bool(acts) and acts[-1].closes
    if form.sent:
        told = {"decision": form.values["decision"], "by": who().name, "now": now(), "programme": PROGRAMME}
        with form.submitting() as session:
            if is_closed:
                closings.reopen(session, tenant, year, **told)
                words = _("Đã mở lại năm đánh giá %(year)s", year=year)
            else:
                still = form.values["still_running"]
                closings.close(session, tenant, year, still_running=still, **told)
                words = _("Đã chốt năm đánh giá %(year)s", year=year)
            return form.done(url_for("officers.list_years"), words)
    return shown(
        "officers/units/close-year.html", form=form, year=year, is_closed=is_closed, waiting=waiting,
        runs=date(year, 12, 31) >= today(),
    )  # fmt: skip
