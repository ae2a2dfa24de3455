"""/van-hanh: where operators and auditors begin: how the installation is, what runs, what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Response, url_for
from flask_babel import gettext as _

from certification.access import rights
from certification.access.permissions import TABLE, Act
from certification.judgement import lag
from certification.models import Finding, UnknownActor
from certification.resources.access import database, now, today, who
from certification.web.frame.pages import shown
from certification.web.frame.written import number
from certification.web.operators import health, pages
from certification.web.operators.health.asked import this_installation
from certification.web.operators.tenants import runs_installation
from lrs.db import Session

__all__: list[str] = []


@pages.page("/van-hanh", Act.READ_HEALTH)
def home() -> Response:
    """The home. Who reviews a branch alone sees what there is to do, and nothing of the installation."""
    tenant, reach = who().tenant, rights.reach(who(), Act.READ_HEALTH, today())
    if not reach.everything:
        return shown("operators/home.html", checks=None, jobs=[], facts=[], waiting=[], wrong=0, installation=False)
    of_installation, installation = runs_installation(), this_installation(now())
    with database().reading(tenant) as session:
        checks = health.checks(session, tenant, installation)
        jobs, facts = health.jobs(session, tenant), health.facts(session, installation, of_installation=of_installation)
        waiting = list(_waiting(session, tenant))
    if of_installation:
        checks = health.sorted_checks([*checks, *health.of_installation(installation)])
    wrong = sum(one.kind == health.WRONG for one in checks)
    may = of_installation and bool(rights.reach(who(), Act.RUN_INSTALLATION, today()))
    brings_in = rights.reach(who(), Act.IMPORT_PEOPLE, today()).everything
    return shown(
        "operators/home.html", checks=checks, jobs=jobs, facts=facts, waiting=waiting, wrong=wrong, installation=may,
        brings_in=brings_in,
    )  # fmt: skip


def _waiting(session: Session, tenant: UUID) -> Iterator[dict[str, Any]]:
    """Lists that the reader may work through, with how much waits there; of doubles only their own list tells."""
    unknown = sa.select(UnknownActor.actor_key).where(UnknownActor.tenant_id == tenant)
    findings = sa.select(Finding.statement_id).where(Finding.tenant_id == tenant)
    for words, view, act, query in (
        (_("Tài khoản học chưa biết là của ai"), ".list_unknown_actors", Act.READ_UNKNOWN_ACTORS, unknown),
        (_("Phát biểu cần xem lại"), ".list_findings", Act.READ_FINDINGS, findings),
        (_("Hai mã có thể là một người"), ".list_doubles", Act.READ_DOUBLES, None),
    ):
        if not any(held.role in TABLE[act].roles for held in who().roles):
            continue
        count = 0 if query is None else lag.up_to(session, query)
        if query is None or count:
            more = _("hơn ") if count > lag.COUNTED else ""
            status = f"{more}{number(min(count, lag.COUNTED))}" if count else ""
            yield {"words": words, "address": url_for(view), "status": status, "kind": "todo"}
