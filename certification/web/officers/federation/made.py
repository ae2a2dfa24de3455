"""/cong-doan/gui-len: figures of a unit for another installation's sum: drafted, looked at again, signed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.certificates import keys
from certification.certificates.keys import NoPublicAddress
from certification.federation import making, recipients
from certification.federation.making import Made, NotSendable, UnknownRollUp
from certification.judgement import explanations
from certification.resources.access import caller, database, now, pepper, today, who
from certification.resources.attainment import seen_by
from certification.resources.errors import BadRequest, Fault
from certification.resources.roll_ups import file_of, find_made, issuer, may_make
from certification.rules import plans
from certification.targets import grounds
from certification.targets.freezing import NotFrozen
from certification.targets.rates import NotBound
from certification.units.trees import ENTERPRISE, NotOnThatDay, UnknownOrganization
from certification.web.frame import refusals
from certification.web.frame.fields import Form, choice, day, long_text, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.federation.gathered import in_words
from lrs.api import Fault as LineFault
from lrs.db import Session

__all__ = ["STATES", "DraftForm", "SignForm"]

MOST_UNITS = 200
"""So many units are in a list; others are named by their code."""

STATES: Mapping[str, tuple[object, str]] = {
    "draft": (_l("bản nháp, chưa ký"), "todo"),
    "signed": (_l("đã ký, chưa gửi tới"), "todo"),
    "sent": (_l("nơi nhận đã có"), "good"),
    "refused": (_l("nơi nhận từ chối"), "wrong"),
    "superseded": (_l("đã có bản sửa"), "off"),
}
"""How a roll-up stands, in words, and as what that is drawn."""


NO_UNIT = _l("Không có đơn vị mang mã này mà anh/chị được lập số liệu")


class DraftForm(Form):
    """What to count."""

    unit = choice(_l("Đơn vị"), needed=_l("Chọn đơn vị"), as_list=True)
    plan = choice(
        _l("Kế hoạch"), needed=_l("Chọn kế hoạch"), hint=_l("Những kế hoạch ràng buộc các đơn vị trên"), as_list=True
    )
    on = day(_l("Ngày chốt"), needed=_l("Nhập ngày chốt"))
    reason = long_text(_l("Gửi theo văn bản nào"), needed=_l("Ghi công văn hoặc kế hoạch yêu cầu"), rows=2)


class WideDraftForm(DraftForm):
    """The same where there are more units than a list is good for: others by their code."""

    unit = choice(_l("Đơn vị"), as_list=True, optional=False)
    other = text(
        _l("Hoặc mã của đơn vị không có trong danh sách"), hint=_l("Ví dụ dn/vd-01; ghi thì lấy đơn vị này"),
        spellcheck="false",
    )  # fmt: skip


class SignForm(Form):
    """Nothing to fill in: what is signed stands above."""


@pages.page("/cong-doan/gui-len", Act.READ_ROLL_UPS)
def list_roll_ups() -> Response:
    """What was made here, where it goes, and by which key others know it."""
    tenant = who().tenant
    with database().reading(tenant) as session:
        seen = seen_by(session, caller(), Act.READ_ROLL_UPS)
        found = [one for one in making.made(session, tenant) if seen is None or one.document.unit in seen]
        recipient, public = recipients.find(session, tenant), keys.public_keys(session, tenant)
        names = explanations.plan_names(plans.all_plans(session, tenant))
    try:
        did = issuer().did
    except NoPublicAddress:
        did = ""
    sent = [one for one in found if one.delivered is not None]
    return shown(
        "officers/federation/made.html", found=found, states=STATES, recipient=recipient, did=did, keys=public,
        last=max(sent, key=lambda one: one.delivered or one.drafted, default=None),
        may=bool(rights.reach(who(), Act.MAKE_ROLL_UPS, today())), plans=names,
        may_set=rights.reach(who(), Act.CHANGE_DESTINATIONS, today()).everything,
    )  # fmt: skip


@pages.page("/cong-doan/gui-len/moi", Act.MAKE_ROLL_UPS, methods=("GET", "POST"))
def draft_roll_up() -> AnyResponse:
    """Counts, freezes and drafts; then shows what would be signed."""
    tenant = who().tenant
    with database().reading(tenant) as session:
        units, known, is_wide = _offered(session, tenant)
        start = {"unit": units[0][0]} if len(units) == 1 else {}
        form = filled_in(WideDraftForm if is_wide else DraftForm, choices={"unit": units, "plan": known}, start=start)
        other = form.readable.get("other")
        if form.posted and is_wide and not (form.readable.get("unit") or other):
            form.refuse("unit", _("Chọn đơn vị"))
        if form.faults and other and not may_make(session, other):
            form.refuse("other", NO_UNIT)
    if form.readable.get("on") and form.readable["on"] > today():
        form.refuse("on", _("Ngày chưa tới; số liệu chỉ chốt được từ ngày đó trở đi"))
    if form.sent:
        with form.refusals():
            to, prepared = issuer(), _drafted(form.values)
            with form.submitting() as session:
                one = making.draft(session, tenant, prepared, issuer=to, now=now())
                return form.done(url_for(".sign_roll_up", id=one.document.id), _("Xem lại rồi ký"))
    return shown("officers/federation/draft.html", form=form, is_wide=is_wide)


@pages.page("/cong-doan/gui-len/<uuid:id>", Act.READ_ROLL_UPS)
def show_roll_up(id: UUID) -> Response:
    """One of them: its figures, how it stands, and what it was refused for."""
    with database().reading(who().tenant) as session:
        one = find_made(session, id, Act.READ_ROLL_UPS)
        may = may_make(session, one.document.unit)
        names, to = _names(session, one), recipients.find(session, who().tenant)
    waits = one.state in ("signed", "refused") and to is not None and to.paused is None
    return shown(
        "officers/federation/one-made.html", **_view(one, names), may=may, may_send=may and waits,
        refused=[received_words(line) for line in (one.refused or "").splitlines()],
    )  # fmt: skip


@pages.page("/cong-doan/gui-len/<uuid:id>/ky", Act.MAKE_ROLL_UPS, methods=("GET", "POST"))
def sign_roll_up(id: UUID) -> AnyResponse:
    """The second look: all that would be signed; then signs it, for good."""
    form = filled_in(SignForm)
    with database().reading(who().tenant) as session:
        one = find_made(session, id, Act.MAKE_ROLL_UPS)
        names, recipient = _names(session, one), recipients.find(session, who().tenant)
    if form.sent:
        with form.submitting(settles=True) as session:
            made = making.sign(
                session, who().tenant, id, issuer=issuer(), secret=pepper(), by=who().name, now=now()
            )  # fmt: skip
            return form.done(url_for(".show_roll_up", id=made.document.id), _("Đã ký số liệu"))
    return shown("officers/federation/sign.html", form=form, recipient=recipient, **_view(one, names))


@pages.page("/cong-doan/gui-len/<uuid:id>/tep", Act.READ_ROLL_UPS)
def roll_up_file(id: UUID) -> Response:
    """The very bytes that are sent."""
    with database().reading(who().tenant) as session:
        return file_of(find_made(session, id, Act.READ_ROLL_UPS))


def _drafted(said: Mapping[str, Any]) -> making.Prepared:
    """The figures, counted. Raises BadRequest, beside the field that is wrong."""
    tenant, on, unit = who().tenant, said["on"], said.get("other") or said["unit"]
    place = "other" if said.get("other") else "unit"
    told = {"plan": said["plan"], "on": on, "by": who().name, "reason": said["reason"], "now": now()}
    try:
        with database().reading(tenant, snapshot=True) as session:
            if not may_make(session, unit):
                raise UnknownOrganization(unit)
            return making.prepare(session, tenant, unit, **told)
    except UnknownOrganization:
        raise BadRequest(Fault(place, str(NO_UNIT))) from None
    except NotOnThatDay as error:
        raise BadRequest(Fault(place, str(error))) from None
    except NotBound:
        raise BadRequest(Fault("plan", _("Kế hoạch này không áp dụng cho đơn vị vào ngày đó"))) from None
    except NotFrozen:
        raise BadRequest(Fault("on", _("Chưa chốt được số liệu ngày này"))) from None


def _offered(session: Session, tenant: UUID) -> tuple[list[tuple[str, str]], list[tuple[str, str]], bool]:
    """The reader's units, from the top, enterprises last, and whether there are more than the list has; plans, those
    that bind any of these now first: the day of the figures may be one on which another did."""
    on, reach = today(), rights.reach(who(), Act.MAKE_ROLL_UPS, today())
    tree = grounds.land(session, tenant).on(on).tree
    own = None if reach.everything else {one.id for one in rights.units_within(session, reach)}
    nodes = [one for one in tree.nodes if own is None or one.id in own]
    nodes.sort(key=lambda one: (one.kind == ENTERPRISE, len(tree.chain(one.code)), one.name))
    every, handed_on = plans.all_plans(session, tenant), plans.inheritances(session, tenant)
    listed = nodes[:MOST_UNITS]
    bound = {plan.id for one in listed for plan in plans.binding(every, handed_on, tree.chain(one.code), on)}
    names = explanations.plan_names(sorted(every, key=lambda one: one.id not in bound))
    return (
        [(one.code, f"{one.name} ({one.code})") for one in listed],
        list(names.items()),
        len(nodes) > MOST_UNITS,
    )


def _names(session: Session, one: Made) -> dict[str, str]:
    """What its plan is called, and the targets of the plan."""
    plan = next((each for each in plans.all_plans(session, who().tenant) if each.id == one.document.plan), None)
    if plan is None:
        return {}
    return {plan.id: explanations.plan_name(plan)} | {target.id: target.title for target in plan.targets}


def received_words(line: str) -> str:
    """A fault that the recipient named, "/place: what is wrong", in words."""
    place, _colon, message = line.partition(": ")
    return in_words(LineFault(place, message)) if message and place.startswith("/") else line


def _view(one: Made, names: Mapping[str, str]) -> dict[str, Any]:
    targets = [
        {
            "name": f"{each.id}. {names.get(each.id, '')}".rstrip(". "),
            "counted": each.counted,
            "denominator": each.denominator,
            "rate": Fraction(each.counted, each.denominator) if each.denominator else None,
        }
        for each in one.document.targets
    ]
    plan = names.get(one.document.plan, one.document.plan)
    return {"one": one, "plan": plan, "targets": targets, "states": STATES}


refusals.SAYS[UnknownRollUp] = lambda error: _("Không có bản số liệu này, hoặc chưa nạp kế hoạch này")
refusals.SAYS[NotSendable] = lambda error: _("Bản này đã ký hoặc được lập ở địa chỉ khác; lập bản mới để sửa")
refusals.SAYS[NoPublicAddress] = lambda error: _("Người quản trị máy cần đặt PUBLIC_URL trước: chữ ký mang địa chỉ đó")
