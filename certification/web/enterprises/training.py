"""/doanh-nghiep/gio-hoc: hours learnt in a year by group of the programme, and by position or audience; as XLSX too."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from certification.access.permissions import Act, Role
from certification.documents import training_book
from certification.privacy import purposes
from certification.resources.access import database, today, who
from certification.resources.errors import NotFound
from certification.resources.uploads import XLSX
from certification.transcripts import training
from certification.transcripts.training import Training
from certification.units.trees import Node
from certification.web.enterprises import pages
from certification.web.enterprises.own import own
from certification.web.frame.pages import shown
from lrs.api import Fault

__all__: list[str] = []


@pages.page("/doanh-nghiep/gio-hoc", Act.RECEIVE_TRANSCRIPTS)
def training_hours() -> Response:
    """The year's hours, this year's where none is named."""
    found, node = _found()
    years = [today().year - back for back in range(3)]
    by = "nhom" if request.args.get("theo") == "nhom" else "chuc-danh"
    parts = found.audiences if by == "nhom" else found.positions
    return shown("enterprises/training.html", found=found, parts=parts, by=by, node=node, years=years)


@pages.page("/doanh-nghiep/gio-hoc.xlsx", Act.RECEIVE_TRANSCRIPTS)
def training_book_of_year() -> Response:
    """The same as a workbook."""
    found, node = _found()
    response = Response(training_book.as_xlsx(found, node.name), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="gio-hoc-{found.year}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _found() -> tuple[Training, Node]:
    asked = request.args.get("nam", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today().year
    if not today().year - 10 <= year <= today().year:
        raise NotFound(Fault("nam", _("Không có số liệu của năm này")))
    purpose = purposes.OF_ROLE[Role.ENTERPRISE]
    with database().reading(who().tenant) as session:
        node = own(session, Act.RECEIVE_TRANSCRIPTS)
        return training.hours(session, who().tenant, node.id, year, purpose=purpose, on=today()), node
