"""/van-hanh/don-vi/<name>/xoa-du-lieu-thu: removing what test keys stored, and how far that is."""

from __future__ import annotations

import threading
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import emptying
from certification.access.emptying import RUNNING, AlreadyRuns
from certification.access.permissions import Act
from certification.resources.access import database, now
from certification.resources.errors import Fault, NotFound
from certification.web.frame.fields import Form, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.tenants import by_name, found, only_who_runs_it
from lrs import api
from lrs.db import Database

__all__ = ["AT_ONCE", "THREAD", "EmptyForm"]

AT_ONCE = 500
"""Up to so many rows of a table go before the page answers; more of them beside it."""

THREAD = "emptying a sandbox"
"""What the work beside a page is called."""

_under_way: set[UUID] = set()
"""Tenants whose sandbox this process is emptying."""
_lock = threading.Lock()


class EmptyForm(Form):
    """Why what test keys stored is removed."""

    reason = text(_l("Lý do"), needed=_l("Ghi vì sao xoá dữ liệu thử"), hint=_l("Được lưu trong sổ ghi"))


@pages.page("/van-hanh/don-vi/<name>/xoa-du-lieu-thu", Act.RUN_INSTALLATION, methods=("GET", "POST"))
def empty_sandbox(name: str) -> Response:
    """Asks first; then begins to remove all that the tenant's test keys stored, and leads to how far that is."""
    only_who_runs_it()
    tenant, _is_on = found(name)
    form = filled_in(EmptyForm)
    if form.sent:
        try:
            with database().writing(tenant) as session:
                emptying.begin(
                    session, tenant, about=name, by=by_name(name), reason=form.values["reason"], now=now()
                )  # fmt: skip
            _start(tenant)
        except AlreadyRuns:
            pass  # somebody pressed it before: its page says how far that is
        return form.done(url_for(".show_emptying", name=name))
    return shown("operators/empty-sandbox.html", form=form, name=name)


@pages.page("/van-hanh/don-vi/<name>/xoa-du-lieu-thu/tien-do", Act.RUN_INSTALLATION)
def show_emptying(name: str) -> Response:
    """How far it is, or what came of it. Work that was broken off goes on when somebody looks."""
    only_who_runs_it()
    tenant, _is_on = found(name)
    with database().reading(tenant) as session:
        row = emptying.find(session, tenant)
    if row is None:
        raise NotFound(Fault("", _("Chưa có lần xoá dữ liệu thử nào của đơn vị này")))
    if row.state == RUNNING and tenant not in _under_way and _is_left(tenant):
        _start(tenant)
    return shown("operators/emptying.html", row=row, name=name, running=row.state == RUNNING)


def _is_left(tenant: UUID) -> bool:
    """Whether nobody works on it any more: on SQLite one process serves, and it is not this one."""
    if database().is_sqlite:
        return True
    with database().writing(tenant) as session:
        return emptying.take_up(session, tenant, now())


def _start(tenant: UUID) -> None:
    with _lock:
        if tenant in _under_way:
            return
        _under_way.add(tenant)
    store = database()
    if api.count_sandbox(store, tenant, AT_ONCE + 1) <= AT_ONCE:
        _work(store, tenant)
    else:
        threading.Thread(target=_work, args=(store, tenant), name=THREAD, daemon=True).start()


def _work(store: Database, tenant: UUID) -> None:
    try:
        emptying.work(store, tenant)
    finally:
        _under_way.discard(tenant)
