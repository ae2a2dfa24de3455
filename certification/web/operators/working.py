"""/van-hanh/viec-dang-lam: all work under way, of every tenant to whoever runs the installation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Response, url_for

from certification.access import rights
from certification.access.permissions import Act
from certification.resources.access import database, everything, now, signed_in, today, who
from certification.web.frame import bringing_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.health.asked import this_installation
from certification.web.operators.health.under_way import Asking, Work, is_silent, under_way
from certification.web.operators.tenants import runs_installation
from lrs import api
from lrs.db import NOBODY

__all__: list[str] = []

TENANTS = 100
"""Work of so many tenants is listed on the page; the command lists that of all."""


@dataclass(frozen=True, slots=True)
class Line:
    """Work of a tenant, with the address of its own page, "" where the reader may not see that."""

    tenant: str
    work: Work
    address: str


@pages.page("/van-hanh/viec-dang-lam", Act.READ_HEALTH)
def list_work() -> Response:
    """What is stuck first."""
    everything(Act.READ_HEALTH)
    own = who().tenant
    with database().reading(NOBODY) as session:
        known = api.tenants(session)
    listed = known[:TENANTS] if runs_installation() else [one for one in known if one[0] == own]
    lines = [line for tenant, name in listed for line in _lines(tenant, name)]
    lines.sort(key=lambda line: not line.work.stuck)
    return shown(
        "operators/work.html", lines=lines, stuck=sum(one.work.stuck for one in lines), many=len(listed) > 1,
        more=len(known) > len(listed) > 1,
    )  # fmt: skip


def _lines(tenant: UUID, name: str) -> Iterator[Line]:
    is_own, installation = tenant == who().tenant, this_installation(now())
    with database().reading(tenant) as session:
        asked = Asking(
            now(), tenant, name, account=signed_in().account if is_own else None, progress=bringing_in.progress,
            on_sqlite=database().is_sqlite, is_copy=api.copied_since(session) is not None,
            is_silent=is_silent(installation),
        )  # fmt: skip
        found = under_way(session, asked)
    runs = runs_installation() and bool(rights.reach(who(), Act.RUN_INSTALLATION, today()))
    for one in found:
        may = runs if one.kind == "emptying" else is_own
        yield Line(name, one, url_for(one.page, **one.part) if one.page and may else "")
