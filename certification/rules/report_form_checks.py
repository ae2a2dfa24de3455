"""What the file of a plan's report must keep to that its JSON Schema cannot say (`rule_checks`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from certification.rules.check_parts import CheckFault, Document, Known, Path, meant, not_loaded, repeats
from certification.rules.report_forms import JOINS, with_base

__all__ = ["plan_report_faults"]


def plan_report_faults(document: Document, known: Known) -> Iterator[CheckFault]:
    """The file against its plan, its base, its own sections, and the other forms of the plan."""
    plan = known.of("plan").get(document["plan"])
    if plan is None:
        yield ("plan",), not_loaded("plan", document["plan"], known.of("plan"))
    for other in known.of("plan-report").values():
        same = other["plan"] == document["plan"] and other["in_force_from"] == document["in_force_from"]
        if same and other["id"] != document["id"]:
            yield (
                ("in_force_from",),
                f"the plan report {other['id']!r} begins on that day already; begin on a later one",
            )
    base = None
    if "base" in document:
        base = known.of("plan-report").get(document["base"])
        if base is None:
            yield ("base",), not_loaded("plan report", document["base"], known.of("plan-report"))
            return
        if "base" in base:
            yield ("base",), f"{base['id']!r} rests on another file itself; name the one below, {base['base']!r}"
            return
    yield from _check_left_out(document, base)
    whole = with_base(document, base)
    sections = [one["id"] for one in whole["section"]] if "section" in whole else []
    skipped = len(sections) - len(document.get("section", ()))
    yield from repeats("section", [(("section", place - skipped, "id"), one) for place, one in enumerate(sections)])
    items = whole.get("item", [])
    if not sections or not items:
        yield (), "has no section or no item, neither its own nor of a base; a report says something"
        return
    before = len(items) - len(document.get("item", ()))
    yield from repeats("item", [(("item", place - before, "code"), one["code"]) for place, one in enumerate(items)])
    targets = [target["id"] for target in plan["target"]] if plan is not None else None
    for place, item in enumerate(document.get("item", ())):
        yield from _check_item(("item", place), item, sections, targets)
    yield from _check_filings(document)
    stages = [(("reminder", place, "stage"), one["stage"]) for place, one in enumerate(document.get("reminder", ()))]
    yield from repeats("reminder", stages)
    for name in ("heading", "opening"):
        yield from _check_places((name,), document[name], ("year", "organization"))


def _check_left_out(document: Document, base: Document | None) -> Iterator[CheckFault]:
    codes = [one["code"] for one in base.get("item", ())] if base is not None else []
    for place, code in enumerate(document.get("leaves_out", ())):
        if code not in codes:
            yield ("leaves_out", place), f"the base has no item {code!r}; {meant(code, codes)}"


def _check_item(
    path: Path, item: Document, sections: Collection[str], targets: Collection[str] | None
) -> Iterator[CheckFault]:
    code, entered = item["code"], item["entered"]
    if item["section"] not in sections:
        yield (
            (*path, "section"),
            f"there is no [[section]] with id {item['section']!r}; {meant(item['section'], sections)}",
        )
    if "join" in item and item["join"] not in JOINS[entered]:
        may = " or ".join(f'"{one}"' for one in JOINS[entered]) or "left out: a figure covers the branch already"
        yield (*path, "join"), f"{code!r} is entered as {entered}; its join must be {may}"
    if entered == "count" and "unit" not in item:
        yield path, f"{code!r} is a count without a unit; say what is counted"
    if (entered == "rows") != ("column" in item):
        yield path, f'{code!r}: [[item.column]] goes with entered = "rows", and only with it'
    if (entered == "figure") != ("figure" in item):
        yield path, f'{code!r}: figure goes with entered = "figure", and only with it'
    columns = [((*path, "column", place, "code"), one["code"]) for place, one in enumerate(item.get("column", ()))]
    yield from repeats("column", columns)
    if "target" in item:
        if item.get("figure") != "targets":
            yield (*path, "target"), f'{code!r}: a target goes with figure = "targets"'
        elif targets is not None and item["target"] not in targets:
            yield (*path, "target"), f"the plan has no target {item['target']!r}; {meant(item['target'], targets)}"
    yield from _check_places((*path, "words"), item.get("words", ""), ("value", "unit", "year"))


def _check_filings(document: Document) -> Iterator[CheckFault]:
    filings = document["filing"]
    named = [
        (("filing", place), f"{one['period']} {one.get('from_year', one.get('due_on', ''))}".strip())
        for place, one in enumerate(filings)
    ]
    yield from repeats("filing", named)
    for place, one in enumerate(filings):
        if ("before" in one) != (one["period"] == "yearly") or ("due_on" in one) != (one["period"] != "yearly"):
            yield ("filing", place), 'a yearly filing has before = "11-25", any other due_on = 2030-12-31'
        elif "before" in one and not _is_a_day(one["before"]):
            yield ("filing", place, "before"), f"{one['before']!r} is no day of a common year"


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(f"2027-{text}")
    except ValueError:
        return False
    return True


def _check_places(path: Path, text: str, allowed: tuple[str, ...]) -> Iterator[CheckFault]:
    left = text
    for name in allowed:
        left = left.replace(f"{{{name}}}", "")
    if re.search(r"[{}]", left):
        may = ", ".join(f"{{{one}}}" for one in allowed)
        yield path, f"has a place in braces that nothing fills in; here {may} can be"
