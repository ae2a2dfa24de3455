"""/van-hanh/nguoi-dung/<name>: one account: roles, sessions, code, invitations, and what was done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import accounts, oversight, records, rights, roles
from certification.access.accounts import AccountRefused, KnownAccount
from certification.access.permissions import Act
from certification.resources.access import database, everything, now, pepper, signed_in, today, who
from certification.resources.errors import Fault, NotFound
from certification.web.frame.fields import Form, hidden, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.places import ROLES
from certification.web.operators import pages
from certification.web.operators.accounts import with_token
from certification.web.operators.words import act_words
from lrs.db import Session

__all__ = ["ReasonForm"]


class ReasonForm(Form):
    """Why something is done about an account."""

    session = hidden()
    reason = text(_l("Lý do"), needed=_l("Ghi vì sao"), hint=_l("Được lưu trong sổ ghi"))


@dataclass(frozen=True, slots=True)
class Step:
    """Something done about an account: how it is called, what comes of it, what is said once it is done."""

    title: object
    consequence: object
    button: object
    done: object
    do: Callable[[Session, str, str, str], None]
    kind: str = ""


@pages.page("/van-hanh/nguoi-dung/<name>", Act.READ_ACCOUNTS)
def show_account(name: str) -> Response:
    """One account."""
    everything(Act.READ_ACCOUNTS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        one = _known(session, name)
        state = oversight.state(session, tenant, one, pepper=pepper(), now=now())
        held = roles.given(session, tenant, account=one.id)
        record = records.latest(session, tenant, limit=50, about=name)
    current = [role for role in held if role.until is None or role.until > today()]
    return shown(
        "operators/account.html", account=one, state=state, current=current, roles=ROLES,
        ended=[role for role in held if role not in current], may=_may_change(),
        record=[(act_words(kept.act), kept) for kept in record],
    )  # fmt: skip


@pages.page("/van-hanh/nguoi-dung/<name>/moi-lai", Act.CHANGE_ACCOUNTS, methods=("GET", "POST"))
def invite_account(name: str) -> Response:
    """Makes a one-time code to set the password anew; of a deactivated account it is taken into use again first."""
    everything(Act.CHANGE_ACCOUNTS)
    form, tenant, by = filled_in(ReasonForm), who().tenant, who().name
    if form.sent:
        with form.submitting() as session:
            reason = form.values["reason"]
            accounts.reactivate(session, tenant, name, by=by, reason=reason, now=now())
            session.flush()
            token = accounts.invite(session, tenant, name, by=by, reason=reason, pepper=pepper(), now=now())
            return with_token(name, _known(session, name).full_name, token)
    with database().reading(tenant) as session:
        one = _known(session, name)
    return shown("operators/invite-account.html", form=form, account=one)


@pages.page("/van-hanh/nguoi-dung/<name>/<step>", Act.CHANGE_ACCOUNTS, methods=("GET", "POST"))
def change_account(name: str, step: str) -> Response:
    """Asks for the reason, says what comes of it, and does it."""
    everything(Act.CHANGE_ACCOUNTS)
    known = STEPS.get(step)
    if known is None:
        raise NotFound(Fault("", _("Không có việc này")))
    with database().reading(who().tenant) as session:
        one = _known(session, name)
    form = filled_in(ReasonForm, start={"session": request.args.get("phien", "")})
    if form.sent and step == DEACTIVATE and one.id == signed_in().account:
        form.refuse("", _("Không tự ngừng tài khoản của mình; nhờ người vận hành khác"))
    if form.sent:
        with form.submitting(settles=True) as session:
            known.do(session, name, form.values["reason"], form.values["session"] or "")
            return form.done(url_for(".show_account", name=name), known.done)
    return shown("operators/change-account.html", form=form, account=one, step=known)


def _may_change() -> bool:
    return bool(rights.reach(who(), Act.CHANGE_ACCOUNTS, today()))


def _known(session: Session, name: str) -> KnownAccount:
    try:
        return accounts.find(session, who().tenant, name)
    except AccountRefused:
        raise NotFound(Fault("", _("Không có tài khoản này"))) from None


def _deactivate(session: Session, name: str, reason: str, key: str) -> None:
    accounts.deactivate(session, who().tenant, name, by=who().name, reason=reason, now=now())


def _end_sessions(session: Session, name: str, reason: str, key: str) -> None:
    if not oversight.end_sessions(session, who().tenant, name, key=key, by=who().name, reason=reason, now=now()):
        raise AccountRefused("", _("Không còn phiên nào như vậy; có thể đã kết thúc rồi"))


def _lift(session: Session, name: str, reason: str, key: str) -> None:
    oversight.lift_wait(session, who().tenant, name, by=who().name, reason=reason, pepper=pepper(), now=now())


def _turn_off(session: Session, name: str, reason: str, key: str) -> None:
    oversight.turn_off_code(session, who().tenant, name, by=who().name, reason=reason, now=now())


DEACTIVATE = "ngung"

STEPS: dict[str, Step] = {
    DEACTIVATE: Step(
        _l("Ngừng tài khoản"),
        _l("Người này không đăng nhập được nữa và mọi phiên đang mở kết thúc ngay. Việc đã làm và vai trò vẫn còn "
            "trong sổ ghi."),
        _l("Ngừng tài khoản"), _l("Đã ngừng tài khoản"), _deactivate, "danger",
    ),
    "ket-thuc-phien": Step(
        _l("Kết thúc phiên đăng nhập"),
        _l("Máy đang dùng phiên đó phải đăng nhập lại. Việc đã lưu không mất."),
        _l("Kết thúc phiên"), _l("Đã kết thúc phiên đăng nhập"), _end_sessions,
    ),
    "cho-thu-lai": Step(
        _l("Cho thử đăng nhập lại ngay"),
        _l("Số lần gõ sai được xoá. Chỉ làm khi đã chắc đúng là người này đang đăng nhập."),
        _l("Cho thử lại"), _l("Người này đăng nhập lại được ngay"), _lift,
    ),
    "tat-ma": Step(
        _l("Tắt mã của ứng dụng"),
        _l("Dành cho người mất điện thoại và mã dự phòng. Từ nay tài khoản chỉ hỏi mật khẩu, cho đến khi người đó "
            "bật lại. Chỉ làm khi đã nhận ra đúng người."),
        _l("Tắt mã"), _l("Đã tắt mã của ứng dụng"), _turn_off, "danger",
    ),
}  # fmt: skip
"""By the last part of the address."""
