"""Somebody is proposed or recognised although the criteria are not met, or not known to be: a tick and a reason each.

Nothing is forbidden by it, since the decision is with whoever is competent; what is asked is that it is known and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from certification.evidence.words import REASON_AT_MOST
from certification.web.frame import fields
from certification.web.frame.forms import Filled
from certification.web.officers.statuses import Short

__all__ = ["LEAVE_OUT", "PROPOSED", "RECOGNISED", "Still", "because", "check", "known", "left", "reasons", "schema"]

LEAVE_OUT = "bo-chua-dat"
"""What the button sends that leaves out whoever is below and not ticked."""


@dataclass(frozen=True, slots=True)
class Still:
    """What is done all the same: how that is called; what to do about somebody (`name`) who is below (`how`) and not
    ticked; that the reason is lacking."""

    does: Any
    unticked: Any
    unexplained: Any


PROPOSED = Still(
    _l("Vẫn đề nghị"),
    _l("%(name)s %(how)s. Đánh dấu là đã biết và ghi lý do, hoặc bỏ ra khỏi danh sách"),
    _l("%(name)s: ghi lý do vẫn đề nghị"),
)
RECOGNISED = Still(
    _l("Vẫn công nhận"),
    _l("%(name)s %(how)s. Đánh dấu là đã biết và ghi lý do, hoặc đánh dấu không công nhận"),
    _l("%(name)s: ghi lý do vẫn công nhận"),
)


def known(worker: UUID) -> str:
    """The field that says that it is known."""
    return f"biet-{worker}"


def because(worker: UUID) -> str:
    """The field that says why all the same."""
    return f"vi-{worker}"


def schema(workers: Iterable[UUID], still: Still) -> dict[str, Any]:
    """The fields of those who are below."""
    described: dict[str, Any] = {}
    for one in workers:
        described[known(one)] = fields.tick(still.does)
        described[because(one)] = fields.text(_l("Lý do"), most=REASON_AT_MOST)
    return described


def check(form: Filled, below: Sequence[tuple[UUID, str, Short]], still: Still) -> None:
    """Refuses the form for each of these workers, by id and name, about whom it is not said."""
    for worker, name, status in below:
        ticked, reason = form.typed.get(known(worker)) == "1", form.typed.get(because(worker), "").strip()
        if not ticked:
            form.refuse(known(worker), str(still.unticked) % {"name": name, "how": how(status)})
        elif not reason:
            form.refuse(because(worker), str(still.unexplained) % {"name": name})


def how(status: Short) -> str:
    """In which way somebody is below, within a sentence."""
    lacks = f", {status.lacks}" if status.is_unknown and status.lacks else ""
    return f"{status.below_words}{lacks}"


def reasons(form: Filled, below: Iterable[UUID]) -> dict[UUID, str]:
    """Why, of each who is ticked; of a form that is only tried, where it is said."""
    said = {one: form.values.get(because(one)) or "" for one in below if form.values.get(known(one))}
    return {one: why for one, why in said.items() if why or not form.stood_in}


def left(form: Filled, below: Iterable[UUID]) -> set[UUID]:
    """Whom the button leaves out."""
    return {one for one in below if form.typed.get(known(one)) != "1"}
