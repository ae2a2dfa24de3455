"""Somebody is proposed or recognised although the criteria are not met: a tick and a reason for each of them.

Nothing is forbidden by it, since the decision is with whoever is competent; what is asked is that it is known and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.evidence.words import REASON_AT_MOST
from certification.web.frame import fields
from certification.web.frame.forms import Filled
from certification.web.officers.statuses import Short

__all__ = ["LEAVE_OUT", "because", "check", "known", "left", "reasons", "schema"]

LEAVE_OUT = "bo-chua-dat"
"""What the button sends that leaves out whoever is below and not ticked."""


def known(worker: UUID) -> str:
    """The field that says that it is known."""
    return f"biet-{worker}"


def because(worker: UUID) -> str:
    """The field that says why all the same."""
    return f"vi-{worker}"


def schema(workers: Iterable[UUID]) -> dict[str, Any]:
    """The fields of those who are below."""
    described: dict[str, Any] = {}
    for one in workers:
        described[known(one)] = fields.tick(_l("Chưa đạt, vẫn làm"))
        described[because(one)] = fields.text(_l("Lý do"), most=REASON_AT_MOST)
    return described


def check(form: Filled, below: Sequence[tuple[UUID, str, Short]], *, unticked: Any) -> None:
    """Refuses the form for each of these workers, by id and name, about whom it is not said; `unticked` is what to do
    about one who is not ticked, with %(name)s, %(total)s and %(need)s in it."""
    for worker, name, status in below:
        ticked, reason = form.typed.get(known(worker)) == "1", form.typed.get(because(worker), "").strip()
        if not ticked:
            said = str(unticked) % {"name": name, "total": status.total or 0, "need": status.need}
            form.refuse(known(worker), said)
        elif not reason:
            form.refuse(because(worker), _("%(name)s: ghi lý do vẫn làm dù chưa đạt", name=name))


def reasons(form: Filled, below: Iterable[UUID]) -> dict[UUID, str]:
    """Why, of each who is ticked."""
    return {one: form.values.get(because(one)) or "" for one in below if form.values.get(known(one))}


def left(form: Filled, below: Iterable[UUID]) -> set[UUID]:
    """Whom the button leaves out."""
    return {one for one in below if form.typed.get(known(one)) != "1"}
