"""Which report an address names, for pages: found by the functions that the JSON interface asks."""

from __future__ import annotations

from typing import Any

from certification.access.permissions import Act
from certification.reports import reading
from certification.reports.reading import Key, OneReport
from certification.resources.access import who
from certification.resources.errors import Fault, NotFound
from certification.resources.reports import key_of, unit_within
from certification.units.trees import NotOnThatDay
from lrs.db import Session

__all__ = ["PATH", "address", "key_of", "report_at"]

PATH = "/cong-doan/bao-cao/<plan>/<period>/<cut_off>"
"""Of every page about one report; the unit's code, which has strokes, comes last."""


def address(code: str, key: Key) -> dict[str, Any]:
    """The parts of such an address."""
    return {"plan": key.plan, "period": key.period, "cut_off": key.cut_off.isoformat(), "code": code}


def report_at(session: Session, code: str, key: Key, act: Act) -> OneReport:
    """The report of a unit about which the reader may do the act. Raises NotFound otherwise, as for none at all."""
    unit_within(session, code, act)
    try:
        return reading.show(session, who().tenant, code, key)
    except NotOnThatDay as error:
        raise NotFound(Fault("", str(error))) from None
