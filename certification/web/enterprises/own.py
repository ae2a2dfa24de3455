"""The enterprise that the reader speaks for here."""

from __future__ import annotations

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.resources.access import today, who
from certification.resources.errors import NotFound
from certification.units import organizations
from certification.units.trees import Node
from certification.web.frame import places
from lrs.api import Fault
from lrs.db import Session

__all__ = ["own"]


def own(session: Session, act: Act) -> Node:
    """The enterprise of the chosen place, or the first one of the reader's. Raises NotFound for whoever has none."""
    mine = [one for one in (places.here(), *places.places()) if one is not None and one.role is Role.ENTERPRISE]
    nodes = organizations.nodes(session, who().tenant)
    for one in mine:
        node = nodes.get(one.code or "")
        if node is not None and rights.may(session, who(), act, today(), organization=node.id):
            return node
    raise NotFound(Fault("", "there is no enterprise that you may speak for"))
