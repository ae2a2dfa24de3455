"""/van-hanh/don-vi: independent owners of data in this installation, and how each keeps what comes in.

Whoever runs the installation is an operator of its first tenant; operators of others see none of it.
"""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import first_run, rights
from certification.access.permissions import Act
from certification.resources.access import database, now, pepper, today, who
from certification.resources.errors import Forbidden
from certification.web.frame.fields import Form, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.accounts import with_token
from lrs import api
from lrs.api import Fault
from lrs.db import NOBODY

__all__ = ["TenantForm", "runs_installation"]


class TenantForm(Form):
    """A new owner of data, and who administers it."""

    name = text(
        _l("Tên ngắn"), needed=_l("Nhập tên ngắn"), most=60, pattern=r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
        wrong=_l("Chỉ chữ thường không dấu, chữ số và dấu gạch ngang ở giữa"), autocapitalize="off", spellcheck="false",
        hint=_l("Ví dụ ldld-lai-chau. Người của đơn vị này đăng nhập bằng tên@tên-ngắn"),
    )  # fmt: skip
    administrator = text(
        _l("Tên đăng nhập của người vận hành"), needed=_l("Nhập tên đăng nhập của người vận hành"), most=64,
        autocapitalize="off", spellcheck="false",
    )  # fmt: skip
    full_name = text(_l("Họ và tên của người vận hành"), needed=_l("Nhập họ và tên của người vận hành"))


def runs_installation() -> bool:
    """Whether the reader runs the installation: in its first tenant, over all of it."""
    with database().reading(NOBODY) as session:
        first = api.find_tenant(session)
    return who().tenant == first and rights.reach(who(), Act.READ_HEALTH, today()).everything


@pages.page("/van-hanh/don-vi", Act.RUN_INSTALLATION)
def list_tenants() -> Response:
    """The tenants by age, with what each keeps of people."""
    _only_who_runs_it()
    with database().reading(NOBODY) as session:
        found = [(name, api.has_opaque_accounts(session, one)) for one, name in api.tenants(session)]
    return shown("operators/tenants.html", tenants=found)


@pages.page("/van-hanh/them-don-vi", Act.RUN_INSTALLATION, methods=("GET", "POST"))
def make_tenant() -> Response:
    """Makes a tenant with the rules that come with the program, and its administrator, whose invitation follows."""
    _only_who_runs_it()
    form = filled_in(TenantForm, start={"administrator": "quan-tri"})
    if form.sent:
        said = form.values
        with database().reading(NOBODY) as session:
            if said["name"] in {name for _id, name in api.tenants(session, sandboxes=True)}:
                form.refuse("name", _("Tên này đã có; chọn tên khác"))
    if form.sent:
        with form.refusals():
            made = first_run.begin(
                database(), said["name"], administrator=said["administrator"], full_name=said["full_name"], units=(),
                pepper=pepper(), now=now(),
            )  # fmt: skip
            return with_token(
                f"{said['administrator']}@{said['name']}", said["full_name"], made.token or "", here=False
            )
    return shown("operators/make-tenant.html", form=form)


def _only_who_runs_it() -> None:
    if not runs_installation():
        raise Forbidden(Fault("", _("Việc này dành cho người vận hành của cả hệ thống")))
