"""What a plan's report holds: sections, texts that people write, what is counted, our figures, who files it and when.

Data, since every plan asks for its own and names its own day. The order of sections is that of the one report at hand
(xã Hoằng Cát, 2023), so that an officer recognises it. No item asks for anything about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from certification.errors import CertificationError
from certification.rules.rule_store import StoredRule, stored
from lrs.db import Session

__all__ = [
    "ENTERED",
    "FIGURES",
    "PERIODS",
    "Column",
    "Filing",
    "Item",
    "NoReportForm",
    "Reminder",
    "ReportForm",
    "Section",
    "all_forms",
    "build",
    "by_id",
    "in_force",
    "with_base",
]

ENTERED = ("text", "count", "money", "rows")
"""How an item comes that people enter: a text, a whole number, whole đồng, or rows of a table. The fifth way is
"figure": one of ours."""

FIGURES = (
    "base", "targets", "enterprises", "law-topics", "skill-routes", "life-skills", "digital", "titles", "channels",
    "commitments", "evidence",
)  # fmt: skip
"""Our figures by name, in the order of the report. "targets" is the plan's own table, or one line of it (`target`)."""

PERIODS = ("yearly", "mid-term", "final", "interim")
"""What a report covers. "interim" is any other cut-off; it has no day of its own."""

JOINS: Mapping[str, tuple[str, ...]] = {
    "count": ("sum", "apart"),
    "money": ("sum", "apart"),
    "rows": ("list", "apart"),
    "text": ("apart",),
    "figure": (),
}
"""How the values of the units below can be joined, the usual way first. A figure of ours covers the branch already."""


class NoReportForm(CertificationError):
    """No loaded form covers the plan on the day."""

    def __init__(self, plan: str, on: date, known: tuple[str, ...] = ()) -> None:
        there = f" Đã có biểu mẫu cho: {', '.join(known)}." if known else ""
        super().__init__(
            f"Chưa có biểu mẫu báo cáo cho kế hoạch “{plan}” vào ngày {on:%d/%m/%Y}; nạp tệp quy tắc loại plan-report "
            f"cho kế hoạch đó trước.{there}"
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A heading: `id` as it is printed (I, I.1), and its words."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an item of rows; `entered` is text, count, money or day."""

    code: str
    title: str
    entered: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the report says. `entered`: text, count, money, rows, or figure (ours: `figure`, and with
    `target` the one line of the plan's table). `join`: sum, list or apart; "" for a figure. `words`: how the report
    says it, with {value}, {unit} and {year}; "" where title and number stand side by side."""

    code: str
    section: str
    title: str
    entered: str
    status: str
    unit: str = ""
    words: str = ""
    join: str = ""
    required: bool = False
    figure: str = ""
    target: str | None = None
    columns: tuple[Column, ...] = ()
    note: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether the program works it out, and nobody enters it."""
        return self.entered == "figure"


@dataclass(frozen=True, slots=True)
class Filing:
    """By when: a yearly report is in `before` a (month, day), from `from_year` on; of the others the last day."""

    period: str
    status: str
    from_year: int = 0
    before: tuple[int, int] | None = None
    due_on: date | None = None
    source_line: str = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A stage of reminding: from `days` before the last day on; below nought: after it."""

    stage: str
    days: int


@dataclass(frozen=True, slots=True)
class ReportForm:
    """A plan's report. `rule_file_ids` are the files it is made of (its own first, then its base's), its version.

    `heading` and `opening` have {year} and {organization} filled in by `heading_of` and `opening_of`;
    `recipients` are the lines of Nơi nhận; `to` whom the topmost unit sends it, in words; `top` the code of the unit
    at which the collection ends, on `tree`; each level below hands in `days_per_level` days before the one above."""

    id: str
    rule_file_ids: tuple[UUID, ...]
    plan: str
    title: str
    status: str
    in_force_from: date
    heading: str
    opening: str
    recipients: tuple[str, ...]
    tree: str
    top: str
    to: tuple[str, ...]
    days_per_level: int
    filings: tuple[Filing, ...]
    reminders: tuple[Reminder, ...]
    sections: tuple[Section, ...]
    items: tuple[Item, ...]

    def of_section(self, section: str) -> tuple[Item, ...]:
        """The items under a heading, in the report's order."""
        return tuple(item for item in self.items if item.section == section)

    def item(self, code: str) -> Item | None:
        """The item of this code, or None."""
        return next((item for item in self.items if item.code == code), None)

    @property
    def asked(self) -> tuple[Item, ...]:
        """The items that people enter."""
        return tuple(item for item in self.items if not item.is_ours)

    def last_day(self, period: str, year: int, level: int = 0) -> date | None:
        """The last day (in Vietnam) on which a unit `level` steps below the top hands in; None where no day is set."""
        found = [one for one in self.filings if one.period == period and one.from_year <= year]
        if period == "yearly" and found:
            month, day = max(found, key=lambda one: one.from_year).before or (1, 1)
            last = date(year, month, day) - timedelta(days=1)
        else:
            days = [one.due_on for one in found if one.due_on is not None and one.due_on.year == year]
            if not days:
                return None
            last = min(days)
        return last - timedelta(days=self.days_per_level * level)

    def heading_of(self, year: int, organization: str) -> str:
        """What the report is called under BÁO CÁO."""
        return _filled(self.heading, year=str(year), organization=organization)

    def opening_of(self, year: int, organization: str) -> str:
        """The sentence that it opens with."""
        return _filled(self.opening, year=str(year), organization=organization)


def _filled(text: str, **values: str) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def all_forms(session: Session, tenant: UUID) -> list[ReportForm]:
    """Every loaded form of the tenant, by id. At most two SQL commands."""
    rules = stored(session, tenant, "plan-report")
    by_id = {rule.identifier: rule for rule in rules}
    return [_built(rule, by_id.get(rule.document.get("base", ""))) for rule in rules]


def in_force(session: Session, tenant: UUID, plan: str, on: date) -> ReportForm:
    """The form of a plan on a day: of those begun the one that began last. Raises NoReportForm."""
    forms = all_forms(session, tenant)
    begun = [form for form in forms if form.plan == plan and form.in_force_from <= on]
    if not begun:
        raise NoReportForm(plan, on, tuple(sorted({form.plan for form in forms if form.in_force_from <= on})))
    return max(begun, key=lambda form: (form.in_force_from, form.id))


def by_id(session: Session, tenant: UUID, rule_file_id: UUID) -> ReportForm:
    """The form that a report was opened with, whatever is in force since. Raises KeyError for one that is none."""
    for form in all_forms(session, tenant):
        if form.rule_file_ids[0] == rule_file_id:
            return form
    raise KeyError(f"no report form is the rule file {rule_file_id}")


def _built(rule: StoredRule, base: StoredRule | None) -> ReportForm:
    key = (rule.id, base.id if base else None)
    if key not in _made:
        if len(_made) > MOST_MADE:
            _made.clear()
        ids = (rule.id,) if base is None else (rule.id, base.id)
        _made[key] = build(with_base(rule.document, base.document if base else None), ids)
    return _made[key]


MOST_MADE = 1000
"""Forms that a process keeps made; a tenant has some five."""

_made: dict[tuple[UUID, UUID | None], ReportForm] = {}


def with_base(document: Mapping[str, Any], base: Mapping[str, Any] | None) -> dict[str, Any]:
    """The document with its base's sections and items before its own, and the base's reminders where it has none."""
    if base is None:
        return dict(document)
    left_out = set(document.get("leaves_out", ()))
    sections = [*base.get("section", ()), *document.get("section", ())]
    items = [one for one in base.get("item", ()) if one["code"] not in left_out]
    reminders = document.get("reminder", base.get("reminder", []))
    return {**document, "section": sections, "item": [*items, *document.get("item", ())], "reminder": reminders}


def build(document: Mapping[str, Any], rule_file_ids: tuple[UUID, ...]) -> ReportForm:
    """A form from a checked document that holds its base's sections and items already (`with_base`)."""
    sections = tuple(Section(one["id"], one["title"]) for one in document["section"])
    order = {section.id: place for place, section in enumerate(sections)}
    items = sorted((_item(one) for one in document["item"]), key=lambda item: order[item.section])
    collecting = document["collecting"]
    return ReportForm(
        id=document["id"],
        rule_file_ids=rule_file_ids,
        plan=document["plan"],
        title=document["title"],
        status=document["status"],
        in_force_from=document["in_force_from"],
        heading=document["heading"],
        opening=document["opening"],
        recipients=tuple(document["recipients"]),
        tree=collecting["tree"],
        top=collecting["top"],
        to=tuple(collecting.get("to", ())),
        days_per_level=collecting["days_per_level"]["value"],
        filings=tuple(_filing(one) for one in document["filing"]),
        reminders=tuple(Reminder(one["stage"], one["days"]) for one in document.get("reminder", ())),
        sections=sections,
        items=tuple(items),
    )


def _filing(document: Mapping[str, Any]) -> Filing:
    before = document.get("before")
    return Filing(
        period=document["period"],
        status=document["status"],
        from_year=document.get("from_year", 0),
        before=None if before is None else (int(before[:2]), int(before[3:])),
        due_on=document.get("due_on"),
        source_line=document.get("source_line", ""),
    )


def _item(document: Mapping[str, Any]) -> Item:
    entered = document["entered"]
    usual = JOINS[entered][0] if JOINS[entered] else ""
    return Item(
        code=document["code"],
        section=document["section"],
        title=document["title"],
        entered=entered,
        status=document["status"],
        unit="đồng" if entered == "money" else document.get("unit", ""),
        words=document.get("words", ""),
        join=document.get("join", usual),
        required=document.get("required", False),
        figure=document.get("figure", ""),
        target=document.get("target"),
        columns=tuple(Column(one["code"], one["title"], one["entered"]) for one in document.get("column", ())),
        note=document.get("note", ""),
    )
