"""What became of each of many, of which something was done at once: a page at the address of the list (`ket-qua`).

Kept sealed for a day, for whoever did it: the page can be loaded again, and read in the other language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from certification.access import drafts
from certification.access.drafts import Draft
from certification.access.permissions import Act
from certification.models import Worker
from certification.resources import looking
from certification.resources.access import database, now, pepper, signed_in, who
from certification.web.frame.forms import Filled
from certification.web.frame.pages import shown
from certification.web.frame.program_words import in_words
from certification.web.officers.scope import within
from lrs.db import Session, among

__all__ = ["STEPS", "Outcome", "asked", "led_to"]

ASKED = "ket-qua"
"""The parameter of the address."""

LEADS: Mapping[str, Callable[[Mapping[str, int]], str]] = {
    "ho-so": lambda many: _("Đã xong với %(done)s người, chưa thực hiện được với %(left)s người.", **many),
    "bao-cao": lambda many: _("Đã xong %(done)s báo cáo, chưa thực hiện được với %(left)s báo cáo.", **many),
    "khai-bao": lambda many: _("Đã xong %(done)s việc, chưa thực hiện được với %(left)s việc.", **many),
    "khieu-nai": lambda many: _("Đã xong %(done)s việc, chưa thực hiện được với %(left)s việc.", **many),
}
"""How many, by what they are about."""

STEPS: dict[str, Mapping[str, Any]] = {}
"""By the same, how each step is called; the modules put theirs in."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one: done, or why not. `name` is what it is called here, or for a worker the id, so that no name is kept."""

    name: str
    is_done: bool
    words: str = ""


def led_to(
    session: Session, form: Filled, about: str, step: str, back: str, outcomes: Sequence[Outcome]
) -> AnyResponse:
    """On to the page that says what became of each."""
    told = [(one.name, json.dumps([one.is_done, one.words])) for one in sorted(outcomes, key=lambda one: one.is_done)]
    draft = Draft(back, (("about", about), ("step", step), *told))
    mine = signed_in()
    token = drafts.keep_in(session, mine.tenant, mine.account, draft, kind=drafts.OUTCOMES, pepper=pepper(), now=now())
    return form.done(f"{back}{'&' if '?' in back else '?'}{urlencode({ASKED: token})}")


def asked() -> Response | None:
    """The page, where the address of a list asks for it; None for the list itself, and where it is kept no longer."""
    mine, token = signed_in(), request.args.get(ASKED, "")
    if not token:
        return None
    kept = drafts.find(database(), mine.tenant, mine.account, token, kind=drafts.OUTCOMES, pepper=pepper(), now=now())
    if kept is None:
        return None
    (_about, about), (_step, step), *told = kept.typed
    outcomes = [Outcome(name, *json.loads(said)) for name, said in told]
    people = _people([UUID(one.name) for one in outcomes]) if about == "ho-so" else {}
    looking.saw_these(people)
    seen = [one for one in outcomes if about != "ho-so" or UUID(one.name) in people]
    done = sum(one.is_done for one in outcomes)
    lead = LEADS[about]({"done": done, "left": len(outcomes) - done})
    return shown(
        "officers/outcomes.html", outcomes=seen, people={str(id): one for id, one in people.items()},
        step=in_words(str(STEPS[about][step])), back=kept.path, lead=lead,
    )  # fmt: skip


def _people(ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    """Number and name by id, of those whose dossiers the reader sees."""
    known = sa.select(Worker.id, Worker.number, Worker.full_name).where(Worker.tenant_id == who().tenant)
    with database().reading(who().tenant) as session:
        seen = within(Act.READ_DOSSIERS).workers(session, Worker.id)
        return {row.id: row for row in session.execute(known.where(among(session, Worker.id, list(ids)), seen))}
