"""`flask certification draw-report`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.reports import filing, papers
from certification.reports.reading import Key
from certification.rules.report_forms import PERIODS
from certification.terminal.printable import printable

__all__ = ["REPORT_PAPERS"]


@click.command("draw-report")
@click.argument("code", metavar="UNIT")
@click.argument("plan", metavar="PLAN")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--cut-off", type=Day(), required=True, help="The report's cut-off day (2026-11-20 or 20/11/2026).")
@click.option("--period", type=click.Choice(PERIODS), default="yearly", show_default=True, help="What it covers.")
@click.option("--filed", is_flag=True, help="The last filing, as it was filed; default: a draft with today's figures.")
@for_tenant
def draw_report(
    code: str, plan: str, files: tuple[Path, ...], cut_off: date, period: str, filed: bool, tenant: str
) -> None:
    """Draw the report of UNIT on PLAN into each FILE: .docx, .pdf or .xlsx by the end of its name."""
    odd = [str(one) for one in files if one.suffix.lower().removeprefix(".") not in papers.MEDIA]
    if odd:
        ends = ", ".join(f".{one}" for one in papers.MEDIA)
        raise click.ClickException(f"{printable(', '.join(odd))}: end the name of a file with one of {ends}")
    key = Key(plan, period, cut_off)
    with invocation.reading(tenant) as (session, owner):
        if filed:
            paper = papers.of_filing(session, owner, filing.find(session, owner, code, key))
        else:
            paper = papers.draft(session, owner, code, key, now=invocation.now())
    for file in files:
        file.write_bytes(papers.draw(paper, file.suffix.lower().removeprefix(".")))
        click.echo(f"{printable(str(file))}: {'as it was filed' if filed else 'a draft'}, cut-off {cut_off:%d/%m/%Y}.")


REPORT_PAPERS = (draw_report,)
"""For the command line of the program."""
