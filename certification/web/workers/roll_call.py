"""/d: being present at a session. /d/<address> is what its QR code holds; on /d six digits are typed in.

Whoever scans need not be signed in yet: the digits are sealed with the moment (`roll_calls.codes.ticket`), and are
worth some minutes of signing in.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.resources import cookies
from certification.resources.access import caller, changing, database, now, pepper, today, who
from certification.resources.roll_calls import heed_guesses, own_person
from certification.roll_calls import codes, presences, words
from certification.roll_calls.meetings import UnknownRollCall
from certification.roll_calls.presences import Confirmed, NotTaken
from certification.rules import roll_call_rules
from certification.rules.criteria import PROGRAMME
from certification.rules.roll_call_rules import NoRollCallRules
from certification.web.frame.fields import Form, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.workers import pages
from lrs.db import Session

__all__: list[str] = []

DEVICE = "cdht-may"
"""A cookie by which a telephone is known again within a session; random, for a day."""


class CodeForm(Form):
    """Six digits from under the code."""

    digits = text(
        _l("Sáu số dưới mã"), needed=_l("Nhập sáu số đang hiện dưới mã"), pattern=r"\d{3}[ .]?\d{3}", width="short",
        wrong=_l("Nhập đủ sáu số, ví dụ 042 917"), inputmode="numeric", autocomplete="one-time-code",
    )  # fmt: skip


@pages.page("/d", Act.BE_PRESENT, methods=("GET", "POST"))
def type_code() -> Response:
    """Six digits are typed in, in place of scanning."""
    form = filled_in(CodeForm)
    if form.sent:
        digits = form.values["digits"].replace(" ", "").replace(".", "")
        done: Confirmed | None = None
        with form.submitting(settles=True) as session:
            heed_guesses()
            done = _confirm(session, digits, "", proven=False)
        if done is not None and not form.faults:
            return _with_device(shown("workers/roll-call-present.html", done=done, clock=words.clock))
    return shown("workers/roll-call-code.html", form=form)


@pages.page("/d/<address>", Act.BRING_CODES)
def bring_code(address: str) -> Response:
    """Where the QR code leads: seals what was scanned, and on to confirming."""
    digits = request.args.get("m", "")[:6]
    if not (address.isascii() and address.isalnum() and digits.isdigit() and digits.isascii()):
        return redirect(url_for(".type_code"), 303)
    sealed = codes.ticket(pepper(), address, digits, now())
    response = redirect(url_for(".be_present", phieu=sealed), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.page("/d/co-mat/<phieu>", Act.BE_PRESENT, methods=("GET", "POST"))
def be_present(phieu: str) -> Response:
    """Confirms what was scanned. Looking tries it out, so that whoever is too late is told before pressing."""
    ticket = codes.read_ticket(pepper(), phieu)
    if ticket is None:
        return shown("workers/roll-call-not.html", why=words.NO_SUCH_SESSION)
    posted = request.method == "POST"
    try:
        with changing(caller().tenant, dry_run=not posted) as session:
            done = _confirm(session, ticket.digits, ticket.address, seen=ticket.seen, proven=True)
    except (NotTaken, UnknownRollCall) as error:
        why = str(error) if isinstance(error, NotTaken) else words.NO_SUCH_SESSION
        return shown("workers/roll-call-not.html", why=why)
    if posted or done.again:
        return _with_device(shown("workers/roll-call-present.html", done=done, clock=words.clock))
    return _with_device(shown("workers/roll-call-confirm.html", done=done, clock=words.clock, ticket=ticket))


@pages.context_processor
def _waiting() -> dict[str, Any]:
    """What `workers/waiting.html` needs: by what this phone knows the account again, and for how long what was seen at
    a session is worth sending."""

    def mark() -> str:
        return codes.device_mark(pepper(), f"waiting {caller().tenant} {who().name}")

    def seconds() -> int:
        with database().reading(caller().tenant) as session:
            try:
                rules = roll_call_rules.in_force(session, caller().tenant, PROGRAMME, today())
            except NoRollCallRules:
                return 0
        return int(rules.send_within.total_seconds())

    return {"waiting_mark": mark, "waiting_seconds": seconds}


def _confirm(session: Session, digits: str, address: str, *, proven: bool, seen: Any = None) -> Confirmed:
    moment = now()
    return presences.confirm(
        session, caller().tenant, own_person(session), digits, seen or moment, address=address, proven=proven,
        device=_device(), account=who().name, secret=pepper(), now=moment,
    )  # fmt: skip


def _device() -> str:
    if "roll_call_device" not in g:
        g.roll_call_device = (cookies.sent(DEVICE) or secrets.token_urlsafe(16))[:64]
    device: str = g.roll_call_device
    return device


def _with_device(response: Response) -> Response:
    cookies.keep(response, DEVICE, _device(), timedelta(days=1))
    return response
