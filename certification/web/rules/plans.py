"""Plans in sentences: whom they bind, and of each target how much, by when, of whom, and who counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from certification.web.frame import written
from certification.web.rules.told import Line, Part, Told, level, line, own, readings, said, sure, topics_of

__all__ = ["inheritance_told", "told"]


def told(
    plan: Mapping[str, Any], parent: Mapping[str, Any] | None, topics: Mapping[str, str], units: Mapping[str, str]
) -> Told:
    """A plan. `parent` is the one above it, where it is loaded; `units` are names of organizations by code."""
    parts = [Part(one["id"], own(one["title"]), tuple(_target(one, topics))) for one in plan["target"]]
    return Told(tuple(_whole(plan, parent, units)), tuple(parts), readings(plan))


def inheritance_told(document: Mapping[str, Any], plan: Mapping[str, Any] | None, units: Mapping[str, str]) -> Told:
    """Who goes on with whose plan, and on what it rests."""
    names = {key: _unit(document[key], units) for key in ("organization", "predecessor")}
    what = said(
        _("%(organization)s tiếp tục kế hoạch của %(predecessor)s từ ngày %(day)s: %(plan)s."),
        plan=own(plan["title"] if plan is not None else document["plan"]), day=written.day(document["from_day"]),
        **names,
    )  # fmt: skip
    lines = [Line(what)]
    for part in ("succession", "carry_over"):
        one = document.get(part)
        if one is not None:
            lines.append(line(own(one["basis"]), {"status": one.get("status")}))
            if one.get("decided_by"):
                lines.append(Line(said(_("Người quyết định: %(who)s"), who=own(one["decided_by"]))))
    return Told(tuple(lines))


def _whole(plan: Mapping[str, Any], parent: Mapping[str, Any] | None, units: Mapping[str, str]) -> list[Line]:
    found = [Line(said(_("Ràng buộc %(unit)s và mọi đơn vị bên dưới."), unit=_unit(plan["owner"], units)))]
    for one in plan.get("also_binds", ()):
        words = said(_("Cũng ràng buộc %(unit)s và mọi đơn vị bên dưới."), unit=_unit(one["organization"], units))
        found.append(Line(words, sure(one["status"]), own(one["basis"])))
    days = {"first": written.day(plan["in_force_from"]), "last": written.day(plan.get("in_force_to"))}
    words = (
        said(_("Có hiệu lực từ ngày %(first)s đến hết ngày %(last)s."), **days)
        if plan.get("in_force_to")
        else said(_("Có hiệu lực từ ngày %(first)s."), first=days["first"])
    )
    found.append(line(words, {"status": plan["in_force_status"], "note": plan.get("in_force_note")}))
    if parent is not None:
        name = ", ".join(one for one in (parent["number"], parent["title"]) if one)
        found.append(Line(said(_("Kế hoạch cấp trên: %(plan)s."), plan=own(name))))
    if report := plan.get("report"):
        found.append(Line(said(_("Báo cáo: “%(line)s”"), line=own(report["source_line"]))))
    return found


def _target(target: Mapping[str, Any], topics: Mapping[str, str]) -> list[Line]:
    above = target["operator"] == ">"
    shares = Markup("; ").join(
        said(_("đến hết năm %(year)s trên %(percent)s%%") if above else _("đến hết năm %(year)s từ %(percent)s%%"),
             year=one["year"], percent=one["percent"])
        for one in target["values"]
    )  # fmt: skip
    found = [
        line(said(_("Phải đạt: %(shares)s."), shares=shares), {"status": target["status"]}),
        Line(said(_("Tính trên (mẫu số): %(whom)s."), whom=_population(target["population"]))),
        Line(said(_("Được tính (tử số): %(who)s."), who=_numerator(target["numerator"], topics))),
    ]
    for one in target.get("also", ()):
        words = _("Hiện bên cạnh, không đối chiếu với mức: “%(title)s”; được tính: %(who)s.")
        found.append(Line(said(words, title=own(one["title"]), who=_numerator(one["numerator"], topics))))
    if target.get("related_to"):
        words = _("Gần với nhóm %(group)s của kế hoạch cấp trên, nhưng hai bên đếm khác nhau.")
        found.append(Line(said(words, group=target["related_to"])))
    found.append(Line(said(_("Nguyên văn: “%(line)s”"), line=own(target["source_line"]))))
    if target.get("result_line"):
        found.append(Line(said(_("Nguyên văn về kết quả: “%(line)s”"), line=own(target["result_line"]))))
    return [*found, *readings(target)]


def _population(population: str) -> str:
    match population:
        case "union_cadres":
            return str(_("người đang làm việc tại doanh nghiệp được ghi là cán bộ công đoàn vào ngày chốt số liệu"))
        case "grassroots_unions":
            return str(_("công đoàn cơ sở đang có vào ngày chốt số liệu"))
    return str(_("người đang làm việc tại doanh nghiệp vào ngày chốt số liệu"))


def _numerator(numerator: Mapping[str, Any], topics: Mapping[str, str]) -> Markup:
    match numerator["rule"]:
        case "title_holders":
            return said(_("người có danh hiệu của %(years)s"), years=_years(numerator.get("title_years", (0,))))
        case "commitment":
            words = _("đơn vị đã đưa “%(what)s” vào chương trình của năm chốt số liệu")
            return said(words, what=own(numerator["commitment"]))
        case "all_of":
            words = _("người có minh chứng từ mức %(level)s, trong năm đến ngày chốt, về đủ mọi nội dung: %(what)s")
        case _:
            words = _(
                "người có minh chứng từ mức %(level)s, trong năm đến ngày chốt, về ít nhất một nội dung: %(what)s"
            )
    return said(words, what=topics_of(numerator["what"], topics), level=level(numerator["quality_at_least"]))


def _years(relative: tuple[int, ...]) -> str:
    named = {0: _("năm chốt số liệu"), -1: _("năm liền trước")}
    said_of = [named.get(one) or _("%(count)s năm trước", count=-one) for one in relative]
    return str(_(" hoặc ")).join(map(str, said_of))


def _unit(code: str, units: Mapping[str, str]) -> Markup:
    return own(units[code]) if code in units else Markup("<code>%s</code>") % code
