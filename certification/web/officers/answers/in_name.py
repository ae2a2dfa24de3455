"""In the name of which unit an officer answers: that of the chosen place, otherwise the first where the role allows."""

from __future__ import annotations

from flask_babel import gettext as _

from certification.access import rights
from certification.access.permissions import Act
from certification.resources.access import today, who
from certification.resources.errors import BadRequest, Fault
from certification.web.frame import places
from lrs.db import Session

__all__ = ["unit_for"]


def unit_for(session: Session, act: Act) -> str:
    """The code of the unit. Raises BadRequest where the reader has no role in one that allows the act."""
    here = places.here()
    known = [one for one in [here, *places.places()] if one is not None and one.team is None]
    for one in known:
        unit = one.organization
        if one.code and unit is not None and rights.may(session, who(), act, today(), organization=unit):
            return one.code
    raise BadRequest(Fault("", _("Chọn nơi làm việc là công đoàn đứng tên trả lời trước")))
