"""/van-hanh/kiem-tra-phat-bieu: Statements that are pasted, held against the specification and our xAPI Profile.

What posting them would come to is told by the steps of a POST themselves (`evidence.self_check`). Nothing is stored.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.access.permissions import Act
from certification.evidence import self_check
from certification.resources.access import database, everything, now, pepper, who
from certification.resources.errors import Refusal
from certification.resources.self_check import MOST_BYTES, MOST_STATEMENTS, statements_in
from certification.web.frame.fields import Form, choice, long_text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.open.check_page import EXAMPLE, placed, result
from certification.web.operators import pages
from lrs import api
from lrs.api import Fault

__all__ = ["StatementsForm"]


class StatementsForm(Form):
    """What is pasted, and the version it is held against."""

    version = choice(
        _l("Phiên bản xAPI"), [(one, one) for one in reversed(api.VERSIONS)], needed=_l("Chọn phiên bản xAPI")
    )
    statement = long_text(
        _l("Phát biểu (JSON)"), needed=_l("Dán một phát biểu hoặc một danh sách"), most=MOST_BYTES, rows=14
    )


@pages.page("/van-hanh/kiem-tra-phat-bieu", Act.READ_STATEMENTS, methods=("GET", "POST"), most_bytes=4 * MOST_BYTES)
def validate_statements() -> Response:
    """The form, with every fault of what was pasted."""
    everything(Act.READ_STATEMENTS)
    form = filled_in(StatementsForm, start={"version": api.VERSIONS[-1]})
    results: list[dict[str, Any]] = []
    faults: tuple[Fault, ...] = ()
    if form.sent:
        documents, faults = _documents(form)
        if documents is not None:
            results = _checked(documents, form.values["version"])
    page = shown(
        "operators/validator.html", form=form, results=results, faults=faults, example=EXAMPLE, most=MOST_STATEMENTS,
        broken=sum(len(one["faults"]) for one in results),
    )  # fmt: skip
    page.headers["Cache-Control"] = "no-store"
    return page


def _documents(form: Filled) -> tuple[list[object] | None, tuple[Fault, ...]]:
    """What was pasted, decoded; or why it cannot be."""
    pasted: str = form.values["statement"]
    try:
        return statements_in(pasted.encode("utf-8", "surrogatepass")), ()
    except api.InvalidRequest as error:
        form.refuse("statement", _("Không đọc được nội dung đã dán: không phải JSON đúng. Xem từng chỗ ở dưới"))
        return None, placed(error, pasted)
    except Refusal:
        form.refuse("statement", _("Mỗi lần chỉ kiểm tra được %(most)s phát biểu", most=MOST_STATEMENTS))
        return None, ()


def _checked(documents: list[object], version: str) -> list[dict[str, Any]]:
    asking = who()
    with database().reading(asking.tenant) as session:
        identity = api.acting(session, asking.tenant, f"validator/{asking.name}", name=asking.name, pepper=pepper())
    checked = self_check.check(database(), identity, documents, version=version, now=now())
    return [dict(result(number, one)) for number, one in enumerate(checked, 1)]
