"""/van-hanh/can-xem-lai: what is to be looked at in Statements: in groups by month, platform and kind; each opened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import findings
from certification.evidence import trust as decided
from certification.judgement import lag
from certification.models import Finding
from certification.resources import looking, trust
from certification.resources.access import database, today, who
from certification.web.frame.pages import shown
from certification.web.frame.written import number
from certification.web.operators import pages
from lrs import api

__all__: list[str] = []

ON_A_PAGE = 50

KINDS: Mapping[str, object] = {
    "late": _l("Gửi muộn"),
    "in-the-future": _l("Ngày chưa tới"),
    "claims-too-much": _l("Tự nêu mức cao hơn được tính"),
    "not-trusted": _l("Nơi gửi không được tin cậy cho chủ đề"),
    "rule-broken": _l("Không theo quy tắc của hồ sơ xAPI"),
    "no-template": _l("Không khớp mẫu nào của hồ sơ xAPI"),
    "no-registration": _l("Thiếu lượt học (registration)"),
    "version-unknown": _l("Phiên bản hồ sơ xAPI không có"),
    "extension-misplaced": _l("Phần mở rộng sai chỗ"),
    "extension-unreadable": _l("Phần mở rộng không đọc được"),
    "national-number": _l("Tên tài khoản giống số căn cước"),
}
"""Kinds of findings, in short."""


BY_MONTH = 200_000
"""So many findings are gone through while somebody waits, to be told by month."""

FEW = 20
"""Of so many findings each is listed at once."""


@dataclass(frozen=True, slots=True)
class Line:
    """A group of findings: of one platform and kind, and of a month where they could be told by month."""

    platform: str | None
    kind: object
    month: str
    statements: str
    address: str


def _groups() -> list[Line]:
    """All findings in groups, so that a backlog which a platform brings in is one line."""
    tenant = who().tenant
    every = sa.select(Finding.statement_id).where(Finding.tenant_id == tenant).limit(BY_MONTH + 1).subquery()
    with database().reading(tenant) as session:
        few = (session.scalar(sa.select(sa.func.count()).select_from(every)) or 0) <= BY_MONTH
        found = findings.by_month(session, tenant) if few else findings.groups(session, tenant, counted=lag.COUNTED)
        names = {api.key_of(authority): name for authority, name in decided.names(session, tenant).items()}
    lines = []
    for one in found:
        more = not few and one.statements > lag.COUNTED
        count = (_("hơn ") if more else "") + number(min(one.statements, lag.COUNTED) if more else one.statements)
        told: dict[str, Any] = {"loai": one.code, "noi_gui": one.said_by, **({"thang": one.month} if one.month else {})}
        month = "/".join(reversed(one.month.split("-")))
        kind = KINDS.get(one.code, one.code)
        lines.append(Line(names.get(one.said_by), kind, month, count, url_for(".list_findings", **told)))
    return lines


@pages.page("/van-hanh/can-xem-lai", Act.READ_FINDINGS)
def list_findings() -> Response:
    """Findings in groups, for whoever sees all of them; and by Statement those of a kind, a platform, a month."""
    kind, platform = request.args.get("loai", ""), request.args.get("noi_gui", "")
    query: dict[str, Any] = {"limit": ON_A_PAGE}
    if kind in KINDS:
        query["kind"] = kind
    if platform.lstrip("-").isdigit() and platform.isascii() and len(platform) < 20:
        query["platform"] = int(platform)
    if re.match(trust.MONTH, month := request.args.get("thang", "")):
        query["month"] = month
    chosen = [name for name in ("kind", "platform", "month") if name in query]
    everything = rights.reach(who(), Act.READ_FINDINGS, today()).everything
    groups = _groups() if everything and not chosen and "cursor" not in request.args else []
    found = trust.list_findings({**query, "limit": FEW} if groups else query)
    is_listed = not groups or found["next"] is None
    looking.named(found if is_listed else {"items": []})
    return shown(
        "operators/findings.html", found=found, groups=groups, is_listed=is_listed, kinds=KINDS,
        kind=query.get("kind", ""), chosen=chosen, month="/".join(reversed(month.split("-"))),
        first="cursor" not in request.args,
        may=bool(rights.reach(who(), Act.READ_STATEMENTS, today())),
    )  # fmt: skip
