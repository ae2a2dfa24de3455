"""GET /api/workers-without-criteria: of whom nothing can be judged, because their group has no criteria in the year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.people import without_criteria
from certification.people.without_criteria import Without
from certification.resources import cursors, looking
from certification.resources.access import database, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import Paging
from certification.resources.shapes import Answer, Page

resource = Resource("workers without criteria", "Workers of groups for which no criteria are in force.")


class WorkerWithoutCriteria(Answer):
    """A worker of such a group."""

    worker = fields.String()
    full_name = fields.String()
    audience = fields.String(metadata={"description": "The group, as a criteria set names it."})
    words = fields.String(metadata={"description": "The group in Vietnamese."})
    to_do = fields.String(metadata={"description": "What to do, in Vietnamese."})


class WithoutCriteriaAnswer(Page):
    """Workers by name; `year` is the assessment year."""

    year = fields.Integer()
    items = fields.List(fields.Nested(WorkerWithoutCriteria))


@resource.get("/workers-without-criteria", Act.READ_WORK_LIST, query=Paging, answers=WithoutCriteriaAnswer)
def list_workers_without_criteria(query: Mapping[str, Any]) -> Any:
    """Workers whose group has no criteria this year

    Those employed today, by name. Nothing is said of them before a criteria set for their group is loaded, or their
    group is put right in the roster. Whoever has a branch gets those of the branch.
    """
    tenant, on, limit = who().tenant, today(), query["limit"]
    left = cursors.after(tenant, (str, UUID))
    after = None if left is None else (left[0], left[1])
    with database().reading(tenant) as session:
        reach = rights.reach(who(), Act.READ_WORK_LIST, on)
        found = without_criteria.page(session, tenant, on, within=reach, limit=limit + 1, after=after)
    looking.saw_these(one.found.id for one in found[:limit])

    def show(one: Without) -> Mapping[str, Any]:
        return {
            "worker": one.found.number,
            "full_name": one.found.full_name,
            "audience": one.audience,
            "words": one.words,
            "to_do": without_criteria.to_do(one.words, on.year),
        }

    return cursors.page(tenant, found, limit, as_of=on, year=on.year, key=lambda one: one.found.place, show=show)
