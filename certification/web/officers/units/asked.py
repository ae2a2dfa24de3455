"""What an address about a unit asks for: the unit, a target of a plan that binds it, the cut-off day, over whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.access import rights
from certification.access.permissions import Act
from certification.judgement import explanations
from certification.models import Organization
from certification.resources.access import today, who
from certification.resources.errors import Fault, NotFound
from certification.rules import plans
from certification.rules.plans import Plan, Target
from certification.spreadsheets.days import read_day
from certification.targets import grounds
from certification.targets.grounds import Ground
from certification.targets.populations import ALL_ENTERPRISES, BASES, UNIONISED
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, GRASSROOTS_UNION, TRADE_UNION, Node
from certification.web.frame import places
from lrs.db import Session, among

__all__ = ["BASIS_WORDS", "KIND_WORDS", "Asked", "asked", "asked_day", "open_unit", "tabs", "way", "within_reach"]

KIND_WORDS: Mapping[str, object] = {
    ADMINISTRATIVE: _l("Đơn vị hành chính"),
    TRADE_UNION: _l("Công đoàn cấp trên"),
    GRASSROOTS_UNION: _l("Công đoàn cơ sở"),
    ENTERPRISE: _l("Doanh nghiệp"),
}

BASIS_WORDS: Mapping[str, object] = {
    ALL_ENTERPRISES: _l("Mọi doanh nghiệp"),
    UNIONISED: _l("Doanh nghiệp có công đoàn cơ sở"),
}
"""Over whom a rate is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit on a day. `binding` are the plans that bind it, nearest first; `plan` and `target` the chosen ones, None
    where no plan binds. `wrong` says what could not be read of the address."""

    node: Node
    ground: Ground
    on: date
    basis: str
    binding: tuple[Plan, ...]
    plan: Plan | None
    target: Target | None
    wrong: str

    @property
    def name(self) -> str:
        """The unit's name on the day."""
        return self.node.name

    @property
    def query(self) -> dict[str, Any]:
        """The same as parameters of an address."""
        return {
            "chi_tieu": f"{self.plan.id}:{self.target.id}"
            if self.plan is not None and self.target is not None
            else None,
            "ngay": None if self.on == today() else f"{self.on:%d/%m/%Y}",
            "tinh": None if self.basis == ALL_ENTERPRISES else self.basis,
        }

    @property
    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The targets that can be chosen, by plan; those of the nearest plan first."""
        names = explanations.plan_names(self.binding)
        return [
            (names[plan.id], [(f"{plan.id}:{one.id}", f"{one.id}. {one.title}") for one in plan.targets])
            for plan in self.binding
        ]


def asked_day(name: str, default: date) -> tuple[date, str]:
    """The day of a parameter; the default one, and what is wrong with it, where it is none."""
    sent = request.args.get(name, "").strip()
    if not sent:
        return default, ""
    try:
        found = read_day(sent)
    except ValueError as error:
        return default, str(error)
    if not 2000 <= found.year <= 2100:
        return default, _("“%(day)s” có năm ngoài khoảng 2000–2100; kiểm tra lại năm", day=sent)
    return found, ""


def open_unit(session: Session, code: str, act: Act) -> UUID:
    """The id of a unit that the act is open for. Raises NotFound for any other, as for one that is not there."""
    tenant = who().tenant
    known = Organization.tenant_id == tenant, Organization.code == code.replace("\0", "")
    found = session.scalar(sa.select(Organization.id).where(*known))
    if found is None or not rights.may(session, who(), act, today(), organization=found):
        raise NotFound(Fault("path/code", f"there is no organization {code!r}"))
    return found


def asked(session: Session, code: str, act: Act) -> Asked:
    """What the address asks for. Raises NotFound for a unit that is not the reader's; NotOnThatDay."""
    open_unit(session, code, act)
    tenant = who().tenant
    on, wrong = asked_day("ngay", today())
    basis = request.args.get("tinh", "")
    ground = grounds.land(session, tenant).on(on)
    node = ground.tree.existing(code)
    every, inherited = plans.all_plans(session, tenant), plans.inheritances(session, tenant)
    binding = tuple(plans.binding(every, inherited, ground.tree.chain(code), on))
    plan, target = _chosen(binding, request.args.get("chi_tieu", ""))
    return Asked(node, ground, on, basis if basis in BASES else ALL_ENTERPRISES, binding, plan, target, wrong)


def _chosen(binding: tuple[Plan, ...], sent: str) -> tuple[Plan | None, Target | None]:
    """The target that was sent; the first one of the nearest plan where that binds no more."""
    for plan in binding:
        for target in plan.targets:
            if f"{plan.id}:{target.id}" == sent:
                return plan, target
    first = next((plan for plan in binding if plan.targets), None)
    return first, first.targets[0] if first is not None else None


def way(session: Session, found: Asked, act: Act) -> list[tuple[str, str]]:
    """The units from where the reader works down to the one that is shown, which is not among them, with their
    addresses; of several ways the shortest."""
    reach = rights.reach(who(), act, today())
    place = places.here()
    roots = {place.organization} if place is not None and place.organization in reach.roots else set(reach.roots)
    tree, code = found.ground.tree, found.node.code
    paths: list[tuple[str, ...]] = [(code,)]
    whole: tuple[str, ...] = ()
    for _depth in range(20):
        ended = next((one for one in paths if tree.node(one[0]).id in roots), None)
        if ended is not None:
            whole = ended
            break
        if reach.everything and paths:
            whole = paths[0]
        paths = [
            (parent, *one)
            for one in paths
            for which in ("union", "administrative")
            for parent in tree.parents(one[0], which)
        ]
    query: dict[str, Any] = {name: value for name, value in found.query.items() if value}
    return [(tree.node(one).name, url_for("officers.show_unit", code=one, **query)) for one in whole[:-1]]


def tabs(found: Asked) -> list[tuple[object, str]]:
    """The pages about a unit."""
    code, query = found.node.code, found.query
    return [
        (_("Tỷ lệ"), url_for("officers.show_unit", code=code, **query)),
        (
            _("Kế hoạch và thời hạn"),
            url_for("officers.show_binding", code=code, ngay=query["ngay"], tinh=query["tinh"]),
        ),
        (_("Số liệu đã chốt"), url_for("officers.list_frozen", don_vi=code)),
    ]


def within_reach(session: Session, codes: list[str], act: Act, ground: Ground) -> set[str]:
    """Which of these units (codes) the reader may go to. One SQL command."""
    reach = rights.reach(who(), act, today())
    if reach.everything:
        return set(codes)
    ids = {ground.tree.node(code).id: code for code in codes}
    rows: Any = session.scalars(
        sa.select(Organization.id).where(
            Organization.tenant_id == who().tenant,
            among(session, Organization.id, list(ids)),
            reach.organizations(session, Organization.id),
        )
    )
    return {ids[one] for one in rows}
