"""Criteria in sentences: when they are met, and what each indicator asks and by which learning it gains points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from certification.evaluation.rules import Component
from certification.judgement.explanations import subject
from certification.rules.criteria import build_components
from certification.web.rules.told import Line, Part, Told, level, line, own, readings, said, sure, topics_of

__all__ = ["told"]


def told(frame: Mapping[str, Any], rubric: Mapping[str, Any] | None, topics: Mapping[str, str]) -> Told:
    """A criteria set; with a rubric also what learning suggests how many points. `topics` are names by code."""
    suggested = {one["id"]: one for one in rubric["indicator"]} if rubric is not None else {}
    parts = [
        Part(one["id"], own(one["title"]), tuple(_indicator(one, rubric, suggested.get(one["id"]), topics)))
        for competence in frame["competence"]
        for one in competence["indicator"]
    ]
    return Told((*_whole(frame), *_suggesting(rubric)), tuple(parts), readings(frame))


def _whole(frame: Mapping[str, Any]) -> list[Line]:
    years, rule, year = frame["years"], frame["title_rule"], frame["assessment_year"]
    total = sum(one["max_points"]["value"] for each in frame["competence"] for one in each["indicator"])
    first = said(_("Áp dụng từ năm đánh giá %(year)s."), year=years["first"]["value"])
    last = [
        line(said(_("Áp dụng đến hết năm đánh giá %(year)s."), year=one["value"]), one)
        for one in (years.get("last"),)
        if one
    ]
    days = {"first": _day(year["first_day"]), "last": _day(year["last_day"])}
    return [
        Line(said(_("Dành cho: %(audience)s."), audience=own(frame["audience_title"]))),
        line(first, years["first"]),
        *last,
        line(said(_("Một năm đánh giá từ ngày %(first)s đến hết ngày %(last)s; chỉ tính việc học trong năm."), **days),
             {"status": year.get("status")}),
        line(said(_("Đủ điều kiện khi tổng điểm từ %(need)s trên %(most)s điểm."), need=rule["total_at_least"]["value"],
                  most=total), rule["total_at_least"]),
        line(said(_("Cùng với đó, mỗi chỉ số phải từ %(need)s điểm."), need=rule["each_indicator_at_least"]["value"]),
             rule["each_indicator_at_least"]),
        Line(said(_("Điểm của một chỉ số là điểm do người có trách nhiệm xác nhận; chưa có ai xác nhận thì là điểm gợi "
                    "ý từ nhật ký học tập. Điểm tự chấm chỉ để đối chiếu."))),
    ]  # fmt: skip


def _suggesting(rubric: Mapping[str, Any] | None) -> list[Line]:
    if rubric is None:
        return []
    at_most = rubric["single_statement_at_most"]
    one = ngettext(
        "Một việc học thêm nhiều nhất %(num)s điểm cho mỗi chỉ số, dù dài đến đâu.",
        "Một việc học thêm nhiều nhất %(num)s điểm cho mỗi chỉ số, dù dài đến đâu.", at_most,
    )  # fmt: skip
    name = said(_("Điểm gợi ý tính theo “%(title)s”, từ năm đánh giá %(year)s."), title=own(rubric["title"]),
                year=rubric["first_year"])  # fmt: skip
    return [Line(name, sure(rubric.get("status"))), Line(Markup.escape(one))]


def _indicator(
    one: Mapping[str, Any], rubric: Mapping[str, Any] | None, suggested: Mapping[str, Any] | None,
    topics: Mapping[str, str],
) -> list[Line]:  # fmt: skip
    most = one["max_points"]["value"]
    found = [line(said(_("Nhiều nhất %(most)s điểm."), most=most), one["max_points"])]
    if one["by_person_only"]:
        found.append(Line(said(_("Chỉ người có trách nhiệm cho điểm được; nhật ký học tập không gợi ý điểm."))))
    elif rubric is not None and suggested is None:
        found.append(Line(said(_("Thang điểm không gợi ý gì cho chỉ số này: chờ người có trách nhiệm cho điểm."))))
    if suggested is None:
        return found
    if suggested.get("why"):
        found.append(Line(own(suggested["why"])))
    for component, said_of_it in zip(build_components(suggested["component"]), suggested["component"], strict=True):
        found.append(Line(_component(component, said_of_it, topics)))
    if len(suggested["component"]) > 1:
        found.append(Line(said(_("Cộng điểm các dòng trên, nhiều nhất %(most)s điểm."), most=most)))
    return found


def _component(component: Component, document: Mapping[str, Any], topics: Mapping[str, str]) -> Markup:
    steps = Markup("; ").join(_step(component, step.at_least, step.points) for step in component.steps)
    return said(
        _("%(subject)s: %(steps)s. Tính minh chứng từ mức %(level)s, về: %(topics)s."),
        subject=own(subject(component)), steps=steps, topics=topics_of(document["what"], topics),
        level=level(component.quality_at_least),
    )  # fmt: skip


def _step(component: Component, at_least: int, points: int) -> Markup:
    amount = f"{at_least / 100:g}%".replace(".", ",") if component.measure == "best_score" else str(at_least)
    words = ngettext("từ %(amount)s được %(num)s điểm", "từ %(amount)s được %(num)s điểm", points, amount=amount)
    return Markup.escape(words)


def _day(month_and_day: str) -> str:
    month, day = month_and_day.split("-")
    return f"{day}/{month}"
