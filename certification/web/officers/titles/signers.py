"""/cong-doan/nguoi-ky: who may sign for a body, from which day, by which document; a decision names one of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.resources.access import database, now, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.units import letterheads, organizations
from certification.units.letterheads import BadLetterhead
from certification.web.frame.fields import Form, day, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.units.asked import open_unit
from lrs.db import Session

__all__: list[str] = []


class SignerForm(Form):
    """Somebody who may sign."""

    name = text(_l("Họ và tên"), needed=_l("Ghi họ và tên người ký"))
    office = text(_l("Chức vụ"), needed=_l("Ghi chức vụ như dưới chữ ký"), hint=_l("Ví dụ: CHỦ TỊCH"))
    authority = text(_l("Dòng trên chức vụ"), hint=_l("Ví dụ: TM. BAN THƯỜNG VỤ"))
    starts = day(_l("Ký từ ngày"), needed=_l("Ghi ngày bắt đầu có quyền ký"))
    source = text(_l("Theo văn bản"), needed=_l("Ghi số văn bản giao quyền ký"))


class EndForm(Form):
    """That somebody signs no more."""

    last = day(_l("Ngày ký cuối cùng"), needed=_l("Ghi ngày ký cuối cùng"))
    reason = text(_l("Lý do"), needed=_l("Ghi lý do hoặc số văn bản"))


@pages.page("/cong-doan/nguoi-ky/<path:code>", Act.CHANGE_LETTERHEADS, methods=("GET", "POST"))
def list_signers(code: str) -> AnyResponse:
    """Those who may sign for the unit, and another one."""
    tenant, form = who().tenant, filled_in(SignerForm, tried=True)
    with database().reading(tenant) as session:
        name, known = _known(session, tenant, code)
    if form.sent:
        told = form.values
        with form.submitting() as session:
            try:
                letterheads.add_signer(
                    session, tenant, code, name=told["name"], office=told["office"], authority=told["authority"],
                    starts=told["starts"], source=told["source"], by=who().name, now=now(),
                )  # fmt: skip
            except BadLetterhead as error:
                raise _faults(error) from None
            return form.done(
                url_for("officers.list_signers", code=code), _("Đã ghi người ký %(name)s", name=told["name"])
            )
    return shown("officers/titles/signers.html", form=form, code=code, name=name, signers=known, on=today())


@pages.page("/cong-doan/thoi-ky/<uuid:signer>/<path:code>", Act.CHANGE_LETTERHEADS, methods=("GET", "POST"))
def end_signer(signer: UUID, code: str) -> AnyResponse:
    """From the day after on this one signs no more."""
    tenant, form = who().tenant, filled_in(EndForm, tried=True)
    with database().reading(tenant) as session:
        name, known = _known(session, tenant, code)
    one = next((each for each in known if each.id == signer), None)
    if one is None:
        raise NotFound(Fault("path/signer", "there is no such signer of the unit"))
    if form.sent:
        with form.submitting() as session:
            try:
                letterheads.end_signer(
                    session, tenant, code, signer, last=form.values["last"], reason=form.values["reason"],
                    by=who().name, now=now(),
                )  # fmt: skip
            except BadLetterhead as error:
                raise _faults(error) from None
            words = _("%(name)s thôi ký sau ngày %(day)s", name=one.name, day=_written(form.values["last"]))
            return form.done(url_for("officers.list_signers", code=code), words)
    return _end_page(form, code, name, one)


def _end_page(form: Any, code: str, name: str, one: Any) -> Response:
    return shown("officers/titles/end-signer.html", form=form, code=code, name=name, one=one)


def _known(session: Session, tenant: UUID, code: str) -> tuple[str, list[letterheads.Signer]]:
    """The unit's name and its signers, the latest first. Raises NotFound for a unit that is not the reader's."""
    open_unit(session, code, Act.CHANGE_LETTERHEADS)
    found = letterheads.signers(session, tenant, code)
    return organizations.nodes(session, tenant)[code].name, sorted(found, key=lambda one: one.valid_from, reverse=True)


def _faults(error: BadLetterhead) -> BadRequest:
    return BadRequest(*(Fault(field, message[:1].upper() + message[1:]) for field, message in error.faults))


def _written(one: date) -> str:
    return f"{one:%d/%m/%Y}"
