"""/van-hanh/can-xem-lai: what is to be looked at in Statements, counted by platform and listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.judgement import lag
from certification.models import Finding
from certification.resources import looking, trust
from certification.resources.access import database, today, who
from certification.web.frame.pages import shown
from certification.web.operators import pages

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


def _is_countable() -> bool:
    """Whether findings are few enough to be counted by platform while somebody waits, for whoever sees all of them."""
    tenant = who().tenant
    every = sa.select(Finding.statement_id).where(Finding.tenant_id == tenant)
    with database().reading(tenant) as session:
        few = lag.up_to(session, every) <= lag.COUNTED
    return few and rights.reach(who(), Act.READ_FINDINGS, today()).everything


@pages.page("/van-hanh/can-xem-lai", Act.READ_FINDINGS)
def list_findings() -> Response:
    """Findings, by Statement; those of a kind or of a platform alone."""
    kind, platform = request.args.get("loai", ""), request.args.get("noi_gui", "")
    query: dict[str, Any] = {"limit": ON_A_PAGE}
    if kind in KINDS:
        query["kind"] = kind
    if platform.lstrip("-").isdigit() and platform.isascii() and len(platform) < 20:
        query["platform"] = int(platform)
    found = trust.list_findings(query)
    looking.named(found)
    counts = trust.count_findings() if _is_countable() else None
    return shown(
        "operators/findings.html", found=found, counts=counts, kinds=KINDS, kind=query.get("kind", ""),
        platform=query.get("platform"), first="cursor" not in request.args,
        may=bool(rights.reach(who(), Act.READ_STATEMENTS, today())),
    )  # fmt: skip
