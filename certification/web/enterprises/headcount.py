"""/doanh-nghiep/so-lao-dong: how many work here, told by the enterprise as long as there is no roster."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.people import headcounts
from certification.people.headcounts import Declared, HeadcountRefused
from certification.resources.access import database, now, today, who
from certification.web.enterprises import pages
from certification.web.enterprises.own import own
from certification.web.frame.fields import Form, day, number, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import day as as_day
from certification.web.frame.written import number as as_number

__all__ = ["HeadcountForm"]


class HeadcountForm(Form):
    """A declared headcount."""

    day = day(_l("Số liệu của ngày"), needed=_l("Ghi ngày mà số liệu nói tới"))
    total = number(_l("Tổng số lao động"), 0, headcounts.MOST_PEOPLE, needed=_l("Ghi tổng số lao động"))
    women = number(_l("Trong đó nữ"), 0, headcounts.MOST_PEOPLE)
    union_members = number(_l("Trong đó đoàn viên công đoàn"), 0, headcounts.MOST_PEOPLE)
    source = text(
        _l("Căn cứ"), needed=_l("Ghi văn bản, báo cáo cho số liệu này"), hint=_l("Ví dụ: Báo cáo lao động quý III/2026")
    )
    declared_by = text(_l("Người báo"), needed=_l("Ghi người hoặc phòng báo số liệu"), hint=_l("Ví dụ: Phòng nhân sự"))


@pages.page("/doanh-nghiep/so-lao-dong", Act.DECLARE_OWN_HEADCOUNT, methods=("GET", "POST"))
def headcount() -> Response:
    """What was declared last, whether it still counts, and the form for another declaration."""
    tenant = who().tenant
    with database().reading(tenant) as session:
        node = own(session, Act.DECLARE_OWN_HEADCOUNT)
        known = headcounts.reporting(session, tenant, today())
    form = filled_in(HeadcountForm, tried=True)
    for part in ("women", "union_members") if form.sent else ():
        if (form.values[part] or 0) > form.values["total"]:
            form.refuse(part, _("Số này lớn hơn tổng số lao động; sửa một trong hai số"))
    if form.sent and form.values["day"] > today():
        form.refuse("day", _("Ngày này chưa tới; sửa ngày"))
    if form.sent:
        try:
            with form.submitting(settles=True) as session:
                told = Declared(**form.values)
                headcounts.declare(session, tenant, node.code, told, now=now(), within=frozenset({node.id}))
                words = _("Đã ghi ngày %(day)s: %(total)s người", day=as_day(told.day), total=as_number(told.total))
                return form.done(url_for(".headcount"), words)
        except HeadcountRefused as error:
            for line in str(error).splitlines():
                form.refuse("", line)
    declared = known.declared.get(node.id)
    return shown("enterprises/headcount.html", form=form, declared=declared, has_roster=node.id in known.with_roster)
