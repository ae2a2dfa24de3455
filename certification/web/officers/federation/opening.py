"""/cong-doan/tong-hop/moi: for which plan and cut-off figures are gathered; closed, taken up again, due later."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.federation import members, rounds
from certification.judgement import explanations
from certification.resources.access import database, everything, now, who
from certification.resources.errors import NotFound
from certification.rules import plans
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.web.frame.fields import Form, choice, day
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import day as written_day
from certification.web.officers import pages
from certification.web.officers.federation.members import REASON, WhyForm, to_rounds
from certification.web.officers.federation.said import beside
from certification.web.officers.units.asked import BASIS_WORDS
from lrs.api import Fault

__all__ = ["STEPS", "DueForm", "RoundForm"]

STEPS: Mapping[str, tuple[object, object, object]] = {
    "dong": (
        _l("Đóng kỳ thu"),
        _l("Không nhận thêm số liệu của kỳ này; số liệu đã nhận và bảng cộng giữ nguyên. Mở lại được."),
        _l("Đã đóng kỳ thu"),
    ),
    "thu-tiep": (_l("Thu tiếp"), _l("Lại nhận số liệu và bản sửa của kỳ này."), _l("Kỳ thu đã mở lại")),
    "doi-han": (
        _l("Đổi hạn gửi"),
        _l("Đơn vị gửi sau hạn mới là muộn, cả những đơn vị đã gửi; kỳ đã đóng vẫn đóng."),
        _l("Đã đổi hạn gửi"),
    ),
}
"""What can be done about a round, by its part of the address: how it is called, what comes of it, what is said then."""


class RoundForm(Form):
    """What is gathered, until when."""

    plan = choice(_l("Kế hoạch"), needed=_l("Chọn kế hoạch"), as_list=True)
    cut_off = day(_l("Ngày chốt"), needed=_l("Nhập ngày chốt"))
    due = day(_l("Hạn gửi"), needed=_l("Nhập hạn gửi"), hint=_l("Hết ngày này là muộn. Ví dụ 15/01/2027"))
    headcount_on = day(_l("Ngày tính số lao động"), hint=_l("Để trống: theo ngày chốt"))
    basis = choice(
        _l("Tính trên"), [(one, BASIS_WORDS[one]) for one in BASES], needed=_l("Chọn tính trên doanh nghiệp nào")
    )


class DueForm(Form):
    """Another last day."""

    due = day(_l("Hạn gửi mới"), needed=_l("Nhập hạn gửi mới"))
    reason = REASON


@pages.page("/cong-doan/tong-hop/moi", Act.GATHER_ROLL_UPS, methods=("GET", "POST"))
def open_round() -> AnyResponse:
    """Begins to gather."""
    everything(Act.GATHER_ROLL_UPS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        known = explanations.plan_names(plans.all_plans(session, tenant))
        alone = not members.members(session, tenant)
    standing = {"plan": "", "basis": ALL_ENTERPRISES}
    choices = {"plan": list(known.items())}
    form = filled_in(RoundForm, start={"basis": ALL_ENTERPRISES}, choices=choices, tried=standing)
    if form.sent:
        with form.submitting() as session, beside(ROUND_SAYS):
            made = rounds.open_round(session, tenant, by=who().name, now=now(), **form.values)
            return form.done(url_for(".show_round", id=made.id), _("Đã mở kỳ thu số liệu"))
    lead = _("Mỗi đơn vị thành viên được chờ một bản số liệu đã ký, đếm đúng ngày chốt này.")
    if alone:
        lead = _("Chưa có đơn vị thành viên nào: mở được kỳ thu, nhưng chưa chờ số liệu của ai.")
    return shown(
        "officers/federation/form.html", form=form, heading=_("Mở kỳ thu số liệu"), words=_("Mở kỳ thu"), lead=lead,
        way=[to_rounds()], back=url_for(".list_rounds"), kind="",
        names=("plan", "cut_off", "due", "headcount_on", "basis"),
    )  # fmt: skip


@pages.page("/cong-doan/tong-hop/<uuid:id>/doi/<step>", Act.GATHER_ROLL_UPS, methods=("GET", "POST"))
def change_round(id: UUID, step: str) -> AnyResponse:
    """Asks first; then closes it, goes on with it, or has it due on another day."""
    everything(Act.GATHER_ROLL_UPS)
    if step not in STEPS:
        raise NotFound(Fault("", _("Không có trang này")))
    tenant = who().tenant
    with database().reading(tenant) as session:
        one = rounds.find(session, tenant, id)
    words, comes, said = STEPS[step]
    form = filled_in(DueForm if step == "doi-han" else WhyForm, tried=True)
    if form.sent:
        closed = one.closed is not None if step == "doi-han" else step == "dong"
        with form.submitting(settles=True) as session, beside(ROUND_SAYS):
            rounds.change(session, tenant, id, closed=closed, by=who().name, now=now(), **form.values)
            return form.done(url_for(".show_round", id=id), said)
    address, name = url_for(".show_round", id=id), _("Tổng hợp ngày %(day)s", day=written_day(one.cut_off))
    return shown(
        "officers/federation/form.html", form=form, heading=words, words=words, lead=comes, kind="",
        way=[to_rounds(), (name, address)], back=address, names=("due", "reason") if step == "doi-han" else ("reason",),
    )  # fmt: skip


ROUND_SAYS = {
    ("due", ""): _l("Hạn gửi phải từ ngày chốt trở đi: trước đó chưa đơn vị nào đếm được"),
    ("cut_off", ""): _l("Đã có kỳ thu của kế hoạch này vào ngày chốt này"),
}
"""What is wrong, in words, by its place."""
