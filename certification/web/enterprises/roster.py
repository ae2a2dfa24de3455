"""/doanh-nghiep/danh-sach: who works here, from the file that people keep: checked, then taken in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.people.roster_changes import Report
from certification.resources import rosters
from certification.resources.uploads import TABLES, XLSX
from certification.spreadsheets import Fault, ImportFaults
from certification.web.enterprises import pages
from certification.web.frame.fields import Form, file, tick
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import number

__all__ = ["StaffForm"]

SHOWN = 200
"""So many faults, changes and names are shown; how many there are is told."""

TAKE_IN, REFUSED = "nhap", "dong-loi"
"""What the buttons of the form ask for; the other one is checking alone."""

MOST_BYTES = TABLES.most_bytes + 1_000_000


class StaffForm(Form):
    """The file, and how it is taken in."""

    table = file(_l("Tệp danh sách"), TABLES, needed=_l("Chọn tệp danh sách"), hint=_l("XLSX hoặc CSV, theo tệp mẫu."))
    whole = tick(
        _l("Tệp này là toàn bộ lao động của doanh nghiệp"),
        hint=_l("Khi đó ai không có trong tệp sẽ được liệt kê để xem lại; không ai bị xoá."),
    )
    good_rows = tick(_l("Nhập các dòng đúng, bỏ qua các dòng có lỗi"))


@pages.page("/doanh-nghiep/danh-sach", Act.IMPORT_PEOPLE, methods=("GET", "POST"), most_bytes=MOST_BYTES)
def staff() -> AnyResponse:
    """Checks a roster, or takes it in; gives back the rows that cannot be."""
    form, asked = filled_in(StaffForm), request.form.get("viec", "")
    report: Report | None = None
    faults: Sequence[Fault] = ()
    if form.sent:
        try:
            if asked == REFUSED:
                return _workbook(rosters.refused_rows(form.values["table"]))
            report = rosters.take_in(_query(form.values, asked), form.values["table"])
            if asked == TAKE_IN:
                return form.done(url_for(".staff"), _taken_in(report))
            faults = report.faults
        except ImportFaults as error:
            faults = error.faults
            _refuse(form, asked, len(faults))
    return shown("enterprises/staff.html", form=form, report=report, faults=faults, most=SHOWN)


def _query(values: dict[str, Any], asked: str) -> dict[str, Any]:
    checking = asked != TAKE_IN
    return {"dry_run": checking, "good_rows": checking or values["good_rows"], "whole": values["whole"]}


def _refuse(form: Filled, asked: str, count: int) -> None:
    words = _("Tệp có %(count)s chỗ cần sửa, chưa nhập gì. Xem từng chỗ ở dưới", count=number(count))
    if asked == TAKE_IN:
        words += _("; hoặc chọn nhập các dòng đúng")
    form.refuse("table", words)


def _taken_in(report: Report) -> str:
    words: str = _(
        "Đã nhập: %(created)s người mới, %(changed)s người thay đổi, %(unchanged)s người giữ nguyên",
        created=number(report.created),
        changed=number(report.changed),
        unchanged=number(report.unchanged),
    )
    if report.refused:
        words += _("; bỏ qua %(refused)s dòng có lỗi", refused=number(len(report.refused)))
    return words


def _workbook(data: bytes) -> Response:
    response = Response(data, mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="dong-can-sua.xlsx"'
    return response
