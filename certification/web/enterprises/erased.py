"""/doanh-nghiep/nguoi-da-xoa: whom the enterprise has to delete as well, until it says that it has."""

from __future__ import annotations

from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.privacy import notices
from certification.resources import cursors
from certification.resources.access import database, now, pepper, today, who
from certification.web.enterprises import pages
from certification.web.enterprises.own import own
from certification.web.frame.fields import Form, several
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.written import number

__all__: list[str] = []

LIMIT = 50


class ErasedForm(Form):
    """Whose data the enterprise has deleted."""

    xoa = several(_l("Đã xoá dữ liệu của"), needed=_l("Đánh dấu người đã xoá xong"))


@pages.page("/doanh-nghiep/nguoi-da-xoa", Act.RECEIVE_ERASURES, methods=("GET", "POST"))
def erased() -> Response:
    """Whom to delete, by the enterprise's own numbers; a POST says who is deleted."""
    tenant = who().tenant
    with database().reading(tenant) as session:
        node = own(session, Act.RECEIVE_ERASURES)
        left = cursors.after(tenant, (UUID,))
        found = notices.listed(
            session, tenant, node, today(), secret=pepper(), limit=LIMIT + 1, after=left[0] if left else None
        )
    names = [(str(one.id), one.number or _("(không đọc được mã)")) for one in found[:LIMIT]]
    form = filled_in(ErasedForm, choices={"xoa": names})
    if form.sent:
        with form.submitting() as session:
            ids = [UUID(one) for one in form.values["xoa"]]
            done = notices.confirm(session, tenant, node, ids, by=who().name, now=now())
            return form.done(url_for(".erased"), _("Đã xác nhận xoá %(count)s người", count=number(len(done))))
    page = cursors.page(tenant, found, LIMIT, as_of=today(), key=lambda one: (one.id,), show=lambda one: one)
    return shown("enterprises/erased.html", form=form, notices=page["items"], following=page["next"])
