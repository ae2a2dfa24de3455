"""/api/units: units and enterprises on both trees, on any day; moving and ending them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.resources import cursors
from certification.resources.access import changing, database, everything, now, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, Body, DryRun, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.spreadsheets import ImportFaults
from certification.units import changes, organizations
from certification.units.organization_periods import PARENT_HEADING
from certification.units.trees import TREES, NotOnThatDay, Tree, UnknownOrganization

resource = Resource("units", "Units, unions and enterprises on the administrative and the union tree, on any day.")

_ON = {"description": "The day in Vietnam; today when left out."}


class UnitParameters(Parameters):
    """`on`: as it was on that day."""

    on = fields.Date(format="iso", validate=DAY, metadata=_ON, error_messages={"invalid": "write it as yyyy-mm-dd"})


class ChildrenParameters(UnitParameters):
    """Of one tree, or of both."""

    tree = fields.String(validate=validate.OneOf(TREES))


class UnitsParameters(Paging):
    """Which units."""

    on = fields.Date(format="iso", validate=DAY, metadata=_ON, error_messages={"invalid": "write it as yyyy-mm-dd"})
    below = fields.String(metadata={"description": "Only what stands under this unit, on either tree."})
    kind = fields.String(
        validate=validate.OneOf(["administrative", "trade_union", "grassroots_union", "enterprise"]),
    )
    words = fields.String(
        validate=validate.Length(min=1, max=500),
        metadata={
            "description": "A present or former name, with or without diacritics, a code or an official code; finds"
            " what has ended, too."
        },
    )


class UnitAnswer(Answer):
    """A unit on the day."""

    code = fields.String()
    name = fields.String(metadata={"description": "What it was called on the day."})
    called = fields.String(metadata={"description": "The name as people should read it, with who followed."})
    kind = fields.String()
    official_code = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    zone = fields.String(allow_none=True)
    exists_from = fields.Date(allow_none=True)
    exists_to = fields.Date(allow_none=True)
    exists = fields.Boolean(metadata={"description": "Whether it exists on the day."})
    parents = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "By tree."})
    in_its_place = fields.List(
        fields.String(), metadata={"description": "Codes of its successors, or of those from whom it came."}
    )


class UnitsAnswer(Page):
    """Part of the list."""

    items = fields.List(fields.Nested(UnitAnswer))


class UnitChangeAnswer(Answer):
    """What was done to a unit."""

    what = fields.String(metadata={"description": "moved or ended."})
    day = fields.Date()
    to = fields.List(fields.String())
    source = fields.String()
    done_by = fields.String()
    at = fields.DateTime()


class OneUnitAnswer(AsOf):
    """A unit, and what was done to it."""

    unit = fields.Nested(UnitAnswer)
    changes = fields.List(fields.Nested(UnitChangeAnswer))


class ChildrenAnswer(AsOf):
    """What stands directly under a unit."""

    children = fields.List(fields.Nested(UnitAnswer))


class MoveUnitBody(Body):
    """Where a unit goes."""

    tree = fields.String(required=True, validate=validate.OneOf(TREES))
    parent = fields.String(allow_none=True, metadata={"description": "null takes it out of that tree."})
    on = fields.Date(required=True, validate=DAY)
    source = fields.String(required=True, validate=REASON, metadata={"description": "Which document says so."})


class EndUnitBody(Body):
    """When a unit ends, and who follows it."""

    successors = fields.List(fields.String(), load_default=list)
    on = fields.Date(required=True, validate=DAY, metadata={"description": "First day on which it is there no more."})
    source = fields.String(required=True, validate=REASON, metadata={"description": "Which document says so."})


@resource.get("/units", Act.READ_UNITS, query=UnitsParameters, answers=UnitsAnswer)
def list_units(query: Mapping[str, Any]) -> Any:
    """Units that exist on a day, in order of code

    With `words`, whatever has or had such a name, whether it exists on the day or not.
    """
    tenant = who().tenant
    on: date = query.get("on") or today()
    after = cursors.after(tenant, (str,))
    with _refusing(), database().reading(tenant) as session:
        tree = organizations.tree(session, tenant, on)
        if "words" in query:
            codes = set(organizations.search(session, tenant, query["words"], limit=1000))
        else:
            codes = {node.code for node in tree.nodes}
        if "below" in query:
            tree.existing(query["below"])
            codes &= set(tree.descendants(query["below"]))
    kind = query.get("kind")
    wanted = sorted(code for code in codes if kind is None or tree.node(code).kind == kind)
    found = [code for code in wanted if after is None or code > after[0]][: query["limit"] + 1]
    return cursors.page(
        tenant, found, query["limit"], as_of=on, key=lambda code: (code,), show=lambda code: _shown(tree, code)
    )


@resource.get("/units/<path:code>/children", Act.READ_UNITS, query=ChildrenParameters, answers=ChildrenAnswer)
def list_children(code: str, query: Mapping[str, Any]) -> Any:
    """What stands directly under a unit on a day

    A unit that had ended, or had not begun, is refused with the names of those in its place.
    """
    tenant = who().tenant
    on: date = query.get("on") or today()
    with _refusing(), database().reading(tenant) as session:
        tree = organizations.tree(session, tenant, on)
        tree.existing(code)
    trees = [query["tree"]] if "tree" in query else TREES
    children = sorted({child for which in trees for child in tree.children(code, which)})
    return {"as_of": on, "children": [_shown(tree, child) for child in children]}


@resource.get("/units/<path:code>", Act.READ_UNITS, query=UnitParameters, answers=OneUnitAnswer)
def show_unit(code: str, query: Mapping[str, Any]) -> Any:
    """A unit as it was on a day, ended or not

    `called` and `in_its_place` name who stands in the place of one that does not exist on the day.
    """
    tenant = who().tenant
    on: date = query.get("on") or today()
    with _refusing(), database().reading(tenant) as session:
        tree = organizations.tree(session, tenant, on)
        tree.node(code)
        done = changes.history(session, tenant, code)
    return {"as_of": on, "unit": _shown(tree, code), "changes": done}


@resource.post("/units/<path:code>/move", Act.CHANGE_UNITS, query=DryRun, body=MoveUnitBody, answers=OneUnitAnswer)
def move_unit(code: str, query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Put a unit under another from a day on

    Figures of earlier days stay on the tree of their day.
    """
    everything(Act.CHANGE_UNITS)
    asking = who()
    with _refusing(), changing(asking.tenant, dry_run=query["dry_run"]) as session:
        changes.move(
            session,
            asking.tenant,
            code,
            body.get("parent"),
            tree=body["tree"],
            on=body["on"],
            source=body["source"],
            by=asking.name,
            now=now(),
        )
        tree = organizations.tree(session, asking.tenant, body["on"])
        done = changes.history(session, asking.tenant, code)
    return {"as_of": tree.on, "unit": _shown(tree, code), "changes": done}


@resource.post("/units/<path:code>/end", Act.CHANGE_UNITS, query=DryRun, body=EndUnitBody, answers=OneUnitAnswer)
def end_unit(code: str, query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """End a unit; what stands under it goes to its one successor

    With several successors, or none, move what stands under it first.
    """
    everything(Act.CHANGE_UNITS)
    asking = who()
    with _refusing(), changing(asking.tenant, dry_run=query["dry_run"]) as session:
        changes.end(
            session,
            asking.tenant,
            code,
            body["successors"],
            day=body["on"],
            source=body["source"],
            by=asking.name,
            now=now(),
        )
        tree = organizations.tree(session, asking.tenant, body["on"])
        done = changes.history(session, asking.tenant, code)
    return {"as_of": tree.on, "unit": _shown(tree, code), "changes": done}


def _shown(tree: Tree, code: str) -> dict[str, Any]:
    standing = tree.standing(code)
    node = standing.node
    return {
        "code": code,
        "name": node.name,
        "called": tree.called(code),
        "kind": node.kind,
        "official_code": node.official_code,
        "sector": node.sector,
        "zone": node.zone,
        "exists_from": node.exists_from,
        "exists_to": node.exists_to,
        "exists": standing.exists,
        "parents": {which: above[0] for which in TREES if (above := tree.parents(code, which))},
        "in_its_place": [one.code for one in standing.others],
    }


_PLACES = dict.fromkeys(PARENT_HEADING.values(), "/parent")
"""Where in a body stands what a file of units has in a column."""


@contextmanager
def _refusing() -> Iterator[None]:
    """What the units refuse, as HTTP says it."""
    try:
        yield
    except UnknownOrganization as error:
        raise NotFound(Fault("", str(error))) from None
    except NotOnThatDay as error:
        raise NotFound(Fault("on", str(error))) from None
    except ImportFaults as error:
        raise BadRequest(*[Fault(_PLACES.get(one.column, ""), one.message) for one in error.faults]) from None
