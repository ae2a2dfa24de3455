"""The yearly report of a province with a thousand enterprises: its figures, then DOCX, PDF and XLSX.

The population is that of `bench.attainment`, settled as the work loop leaves it; all that people enter is entered.
Drawing starts with everything loaded: a server has drawn before.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import migrations
from bench import attainment, machine
from bench.attainment import IN_AN_ENTERPRISE, NOW, TODAY
from certification.documents.kinds import REPORT
from certification.documents.word_layout import default_template
from certification.reports import papers
from certification.reports.drawing import Report
from certification.reports.entered import Plain, Value, join
from certification.reports.figures import Figures
from certification.reports.gathering import gather
from certification.reports.papers import MEDIA, Paper
from certification.rules import report_forms
from certification.rules.report_forms import ReportForm
from certification.targets import settling
from certification.units.letterheads import Letterhead
from lrs.db import Database

PLAN, WHOLE = "1268-qd-ttg", "vn"
ROUNDS = 5


def measure(url: str, *, enterprises: int, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Seconds by the clock, and of CPU, for each part of the way; medians of `ROUNDS`."""
    database = Database(url)
    migrations.upgrade(database)
    began = time.perf_counter()
    tenant, made = attainment.populate(database, enterprises * IN_AN_ENTERPRISE)
    settling.settle_all(database, tenant, today=TODAY)
    say(f"{len(made)} enterprises in {time.perf_counter() - began:.0f} s")
    with database.reading(tenant) as session:
        form = report_forms.in_force(session, tenant, PLAN, TODAY)

    def figures() -> Figures:
        with database.reading(tenant) as session:
            return gather(session, tenant, form, WHOLE, TODAY, now=NOW)

    figures()  # the trees are remembered from now on
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        _cost(found, "figures", figures)
        paper = _paper(form, figures())
        for kind in MEDIA:
            _cost(found, kind, partial(papers.draw, paper, kind))
    database.close()
    measured: dict[str, Any] = {"enterprises": len(made), "workers": enterprises * IN_AN_ENTERPRISE}
    for name, costs in found.items():
        measured[name] = statistics.median(seconds for seconds, _ in costs)
        measured[f"{name}_cpu"] = statistics.median(cpu for _, cpu in costs)
    measured["whole"] = sum(measured[name] for name in found)
    measured["whole_cpu"] = sum(measured[f"{name}_cpu"] for name in found)
    return measured | {"load": os.getloadavg()[0]}


def _paper(form: ReportForm, figures: Figures) -> Paper:
    head = Letterhead("ỦY BAN NHÂN DÂN\nTỈNH MẪU", None, "Tỉnh Mẫu", "UBND")
    said: dict[str, Plain] = {"text": "Nội dung do đơn vị viết. " * 60, "count": 1200, "money": 3_500_000, "rows": ()}
    own = {item.code: Value(said[item.entered], "hoa", NOW) for item in form.asked}
    events: Plain = tuple(
        {"name": f"Sự kiện {n}", "day": date(2026, 10, 1 + n).isoformat(), "participations": 100 * n, "spent": 10**6}
        for n in range(20)
    )
    own["events"] = replace(own["events"], value=events)
    report = Report(form, join(form, own, ()), figures, head, "UBND tỉnh Mẫu", TODAY.year)
    return Paper(report, default_template(REPORT))


def _cost(found: dict[str, list[tuple[float, float]]], name: str, action: Callable[[], Any]) -> None:
    cpu, began = machine.cpu_seconds(), time.perf_counter()
    own = time.process_time()
    action()
    seconds, own = time.perf_counter() - began, time.process_time() - own
    # What the database has used is known to a hundredth of a second.
    found.setdefault(name, []).append((seconds, max(own, machine.cpu_seconds() - cpu) if seconds > 1 else own))
