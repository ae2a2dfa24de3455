"""Which unit somebody means who types its code or its name."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from certification.access.permissions import OVER, Role
from certification.models import Organization
from certification.units import organizations
from certification.web.frame.forms import Filled
from lrs.db import Session, among

__all__ = ["code_of"]

NAMED = 5
"""So many are named where several are meant."""


def code_of(session: Session, tenant: UUID, form: Filled, field: str, role: str | None) -> str | None:
    """The code of the unit typed at a field, by code, official code or name; None where nothing was typed.

    Of several, those that the role can be over are meant. What is no unit, or may be several, becomes a fault.
    """
    typed: str | None = form.values.get(field)
    if typed is None:
        return None
    found = organizations.search(session, tenant, typed)
    if typed in found:
        return typed
    named = (Organization.code, Organization.name, Organization.kind)
    mine = Organization.tenant_id == tenant, among(session, Organization.code, found)
    rows = session.execute(sa.select(*named).where(*mine).order_by(Organization.code)).all()
    meant = [row for row in rows if role is not None and row.kind in OVER[Role(role)]] or rows
    if len(meant) == 1:
        code: str = meant[0].code
        return code
    if not meant:
        form.refuse(field, _("Không có đơn vị nào như vậy; gõ mã hoặc tên đơn vị"))
    else:
        several = "; ".join(f"{row.code} ({row.name})" for row in meant[:NAMED])
        form.refuse(field, _("Có nhiều đơn vị như vậy; gõ mã của một đơn vị: %(several)s", several=several))
    return None
