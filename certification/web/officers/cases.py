"""/cong-doan/viec: what workers wait for an answer to, in the branch of the chosen place, the most urgent first:
disputes, declarations, requests about their data. Answering is in `answers`."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import lazy_gettext as _l

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import declarations, disputes
from certification.evidence.disputes import KEPT, VOIDED
from certification.people import workers
from certification.privacy import requests
from certification.resources import cursors, looking
from certification.resources.access import database, today, who
from certification.web.frame.fields import Form, long_text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import outcomes, pages
from certification.web.officers.scope import within
from lrs.db import Session

__all__ = ["KINDS", "KIND_WORDS", "ON_A_PAGE", "WAYS", "ReasonForm", "page"]

ON_A_PAGE = 50
COUNTED = 99
"""So many of a kind are counted; of more it is said that there are more."""

KINDS = {
    "khieu-nai": (Act.READ_DISPUTES, Act.ANSWER_DISPUTES),
    "khai-bao": (Act.READ_DECLARATIONS, Act.DECIDE_DECLARATIONS),
    "du-lieu": (Act.READ_DATA_REQUESTS, Act.ANSWER_DATA_REQUESTS),
}
"""By kind: who may read, and who answers."""

WAYS = {
    "khai-bao": {"confirm": _l("Xác nhận"), "refuse": _l("Từ chối")},
    "khieu-nai": {KEPT: _l("Giữ nguyên"), VOIDED: _l("Huỷ minh chứng")},
}
"""What may be said to several at once."""

KIND_WORDS = {
    "see": _l("Xem dữ liệu về mình"),
    "copy": _l("Nhận bản sao dữ liệu"),
    "correct": _l("Sửa dữ liệu sai"),
    "delete": _l("Xoá dữ liệu"),
    "restrict": _l("Hạn chế dùng dữ liệu"),
    "object": _l("Phản đối việc dùng dữ liệu"),
    "withdraw": _l("Rút sự đồng ý"),
}


class ReasonForm(Form):
    """Why."""

    reason = long_text(
        _l("Lý do và căn cứ"), needed=_l("Ghi lý do và căn cứ chung"), hint=_l("Từng người lao động đọc được"), rows=2
    )


@pages.page("/cong-doan/viec", Act.READ_DISPUTES)
def list_cases() -> Response:
    """Open disputes, declarations to confirm, or requests about data."""
    sent = request.args.get("loai", "")
    return outcomes.asked() or page(sent if sent in KINDS else None, None)


def page(kind: str | None, form: Filled | None) -> Response:
    """The list, with the form by which several are answered as it was sent; of no kind that of the first of which any
    wait. As many SQL commands for many as for few."""
    tenant, on = who().tenant, today()
    left = cursors.after(tenant, (date, UUID))
    place = None if left is None else (left[0], left[1])
    with database().reading(tenant) as session:
        counts = {one: len(_waiting(session, tenant, one, COUNTED + 1)) for one in KINDS}
        kind = kind or next((one for one, many in counts.items() if many), "khieu-nai")
        found = _waiting(session, tenant, kind, ON_A_PAGE + 1, place)
        people = workers.known_workers(session, tenant, {one.number for one in found})
    part = cursors.page(tenant, found, ON_A_PAGE, as_of=on, key=lambda one: (one.due, one.id), show=lambda one: one)
    looking.saw(one.number for one in found[:ON_A_PAGE])
    own = {one.number for one in people.values() if one.id == who().worker}
    return shown(
        "officers/cases.html", kind=kind, items=part["items"], next=part["next"], first=left is None, people=people,
        on=on, own=own, ways=WAYS.get(kind, {}) if rights.reach(who(), KINDS[kind][1], on) else {},
        form=form if form is not None else begun(ReasonForm), states=all_in_words(requests.STATES),
        kind_words=KIND_WORDS, counts=counts, counted=COUNTED,
    )  # fmt: skip


def _waiting(
    session: Session, tenant: UUID, kind: str, limit: int, after: tuple[date, UUID] | None = None
) -> list[Any]:
    """Those of a kind that wait, the most urgent first, as far as the reader may know of them."""
    told: dict[str, Any] = {"within": within(KINDS[kind][0]), "limit": limit, "after": after}
    if not told["within"]:
        return []
    if kind == "khai-bao":
        return list(declarations.listing(session, tenant, state=declarations.DECLARED, **told))
    if kind == "khieu-nai":
        return list(disputes.listing(session, tenant, state=disputes.OPEN, **told))
    return requests.waiting(session, tenant, **told)


def begun(schema: Any) -> Filled:
    """The form before anything is typed."""
    form = filled_in(schema)
    form.posted = False
    form.faults.clear()
    return form
