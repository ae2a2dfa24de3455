"""What plans and their inheritances must keep to that their JSON Schemas cannot say (`rule_checks`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from certification.rules.check_parts import CheckFault, Document, Known, Path, fact_faults, not_loaded, repeats

__all__ = ["inheritance_faults", "plan_faults"]


def plan_faults(document: Document, known: Known) -> Iterator[CheckFault]:
    """Targets against themselves, the plan's days and the sentence they quote."""
    plans = known.of("plan")
    parent = document.get("parent")
    if parent is not None and parent not in plans:
        yield ("parent",), not_loaded("plan", parent, plans)
    yield from _check_period(document)
    targets = document["target"]
    for key in ("id", "group"):
        yield from repeats(key, [(("target", place, key), one[key]) for place, one in enumerate(targets)])
    for place, target in enumerate(targets):
        yield from _check_target(("target", place), target, known)
        for number, value in enumerate(target["values"]):
            last = document.get("in_force_to")
            if value["year"] < document["in_force_from"].year or (last is not None and value["year"] > last.year):
                yield (
                    ("target", place, "values", number),
                    f"{target['id']}: the year {value['year']} lies outside the plan's in_force_from and in_force_to",
                )


def _check_target(path: Path, target: Document, known: Known) -> Iterator[CheckFault]:
    name = target["id"]
    counts_unions = target["population"] == "grassroots_unions"
    if counts_unions != (target["unit"] == "organization"):
        right = "organization" if counts_unions else "person"
        yield (*path, "unit"), f"{name}: population {target['population']!r} is counted by unit {right!r}"
    yield from _check_numerator((*path, "numerator"), name, target["numerator"], counts_unions, known)
    beside = target.get("also", ())
    yield from repeats("also", [((*path, "also", number, "id"), one["id"]) for number, one in enumerate(beside)])
    for number, one in enumerate(beside):
        if not one["id"].startswith(f"{name}-"):
            yield (*path, "also", number, "id"), f'{one["id"]!r} stands beside {name} and must begin with "{name}-"'
        yield from _check_numerator(
            (*path, "also", number, "numerator"), one["id"], one["numerator"], counts_unions, known
        )
    values = target["values"]
    for number in range(1, len(values)):
        if values[number]["year"] <= values[number - 1]["year"]:
            yield (*path, "values", number), f"{name}: years must rise, each once"
    yield from _check_quotation(path, target)


def _check_numerator(
    path: Path, name: str, numerator: Document, counts_unions: bool, known: Known
) -> Iterator[CheckFault]:
    """One numerator over the target's population, its own or one shown beside it."""
    if counts_unions != (numerator["rule"] == "commitment"):
        yield path, f"{name}: the rule commitment goes with population grassroots_unions, and only with it"
    what = numerator.get("what", ())
    yield from fact_faults((*path, "what"), what, known)
    if numerator["rule"] == "all_of" and "*" in what:
        yield (
            (*path, "what"),
            f'{name}: all_of asks for a fact of every kind listed, and "*" is no kind; list the kinds, or use any_of',
        )


def _check_quotation(path: Path, target: Document) -> Iterator[CheckFault]:
    """What the quoted sentence says in digits and what the values say must be the same numbers."""
    quoted = {int(number) for number in re.findall(r"([0-9]+) ?%", target["source_line"])}
    given = {value["percent"] for value in target["values"]}
    for percent in sorted(quoted - given):
        yield (*path, "values"), f"{target['id']}: the source line says {percent} %, which is not among the values"
    for percent in sorted(given - quoted):
        yield (*path, "values"), f"{target['id']}: {percent} % does not stand in the source line"


def inheritance_faults(document: Document, known: Known) -> Iterator[CheckFault]:
    """Whether there is such a plan to take over, of whom and when."""
    plans = known.of("plan")
    plan = plans.get(document["plan"])
    if plan is None:
        yield ("plan",), not_loaded("plan", document["plan"], plans)
        return
    if document["predecessor"] != plan["owner"]:
        yield ("predecessor",), f"the plan {plan['id']!r} belongs to {plan['owner']!r}, not to this predecessor"
    if document["organization"] == document["predecessor"]:
        yield ("organization",), "an organization does not inherit from itself"
    last = plan.get("in_force_to")
    if document["from_day"] < plan["in_force_from"] or (last is not None and document["from_day"] > last):
        yield ("from_day",), f"the plan {plan['id']!r} is not in force on this day"


def _check_period(document: Document) -> Iterator[CheckFault]:
    last = document.get("in_force_to")
    if last is not None and last < document["in_force_from"]:
        yield ("in_force_to",), "lies before in_force_from; correct one of them"
