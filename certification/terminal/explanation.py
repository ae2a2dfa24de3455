"""One worker's result in full: each chỉ số with its points, the evidence counted, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from certification.evaluation.results import MET
from certification.evidence import retold
from certification.evidence.retold import Retold
from certification.evidence.retold_words import retold_words
from certification.judgement import explanations
from certification.judgement.assessments import Assessed, Judgement
from certification.judgement.explanations import IndicatorRow
from certification.rules import criteria
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session

EXAMPLES = 2
"""Pieces of evidence named for each chỉ số; the others are counted."""


def print_explanation(
    session: Session, tenant: UUID, console: Console, assessed: Assessed | Judgement, *, number: str, full_name: str
) -> None:
    """Print why a worker does, or does not yet, meet the criteria. `number` is the worker's."""
    criteria_set = criteria.of_rule_file(session, tenant, assessed.criteria_set_id)
    explanation = explanations.explain(criteria_set, assessed.result)
    counted = {one for row in explanation.rows for one in row.counted}
    evidence = {one.id: one.document for one in api.get_statements(session, tenant, counted)}
    again = retold.of_counting(session, tenant, assessed.worker_id, counted)
    why = "đủ tiêu chí" if explanation.outcome == MET else "chưa đủ tiêu chí"
    console.print()
    console.rule(Text(f"Vì sao {printable(full_name)} ({printable(number)}) {why}", style="bold"), align="left")
    console.print(explanation.summary)
    for remark in explanation.remarks:
        console.print(f"• {remark}")
    competence = ""
    for row in explanation.rows:
        if row.competence != competence:
            competence = row.competence
            console.print(Text(f"\n{competence}", style="bold"))
        _print_row(console, row, evidence, again)


def _print_row(
    console: Console, row: IndicatorRow, evidence: Mapping[UUID, dict[str, Any]], again: Mapping[UUID, Retold]
) -> None:
    points = "–" if row.points is None else str(row.points)
    style = "" if row.state == MET else "yellow"
    heading = (
        f"{row.indicator:<5}{points:>2}/{row.max_points} điểm, {row.state_words} ({row.source_words}) – {row.title}"
    )
    lines = [Text(heading, style=style)]
    if row.counted:
        named = [_named(evidence[one]) for one in row.counted[-EXAMPLES:] if one in evidence]
        lines.append(Text(f"Dựa trên {number(len(row.counted))} minh chứng, gần đây: {'; '.join(named)}.", style="dim"))
    several = [again[one] for one in row.counted if one in again]
    lines += [Text(f"• {printable(retold_words(one))}", style="dim") for one in several[-EXAMPLES:]]
    if len(several) > EXAMPLES:
        more = f"• {number(len(several) - EXAMPLES)} minh chứng khác cũng được báo nhiều lần, chỉ tính một lần."
        lines.append(Text(more, style="dim"))
    lines += [Text(f"• {remark}") for remark in row.remarks]
    for place, line in enumerate(lines):
        console.print(Padding(line, (0, 0, 0, 2 if place == 0 else 7)))


def _named(statement: Mapping[str, Any]) -> str:
    """ "Sổ tay an toàn (04/05/2026)": what a Statement was about, by name or address, and its day in Vietnam."""
    about = statement["object"]
    names: Mapping[str, str] = about.get("definition", {}).get("name", {})
    day = vietnam_day(api.moment(statement["timestamp"]))
    return f"{printable(next(iter(names.values()), about.get('id', '')))} ({day:%d/%m/%Y})"
