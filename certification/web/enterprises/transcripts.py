"""/doanh-nghiep/bang-ke: transcripts of the enterprise's workers for a purpose; whose it may take, why not others'."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from certification.access import rights
from certification.access.permissions import Act
from certification.people import lists
from certification.people.lists import Found, Sought
from certification.resources import cursors, looking
from certification.resources import transcripts as of_programs
from certification.resources.access import database, now, today, who
from certification.resources.errors import Forbidden, NotFound
from certification.rules.personal_data import NoPersonalDataRules, Purpose
from certification.transcripts import grants, handing_over, words
from certification.transcripts.forms import FORMS, JSON, PDF, XLSX, document, drawn
from certification.transcripts.grants import Refusal
from certification.transcripts.handing_over import Candidate
from certification.transcripts.told import Basis, Transcript
from certification.units.trees import Node
from certification.web.enterprises import pages
from certification.web.enterprises.own import own
from certification.web.frame.fields import Form, choice, several
from certification.web.frame.forms import Filled
from certification.web.frame.pages import shown
from lrs import api
from lrs.db import Session

__all__: list[str] = []

LIMIT = 50
MOST = 20
"""Transcripts drawn at once: as many as a request can draw without making others wait."""

KINDS = (PDF, XLSX, JSON)


class AskForm(Form):
    """Whose transcripts, and as what."""

    nguoi = several(_l("Người đang làm việc"))
    dang = choice(_l("Dạng tệp"))


@dataclass(frozen=True, slots=True)
class Row:
    """A worker of the list: `said` is on which ground the transcript is given, or why it is not."""

    number: str
    full_name: str
    given: bool
    said: str


@pages.page("/doanh-nghiep/bang-ke", Act.RECEIVE_TRANSCRIPTS, methods=("GET", "POST"))
def transcripts() -> Response:
    """The enterprise's workers with what opens each transcript; a POST hands over those that are chosen."""
    form = Filled(AskForm(), MultiDict(request.form), request.method == "POST")
    tenant, on = who().tenant, today()
    with database().reading(tenant) as session:
        node = own(session, Act.RECEIVE_TRANSCRIPTS)
        offered = sorted(grants.offered(session, tenant, on), key=lambda one: one.needs_consent)
        purpose = _purpose(offered)
    if form.posted:
        made = _handed_over(form, node, purpose)
        if made is not None:
            return made
    left = cursors.after(tenant, (str, UUID))
    with database().reading(tenant) as session:
        within = rights.reach(who(), Act.RECEIVE_TRANSCRIPTS, on)
        sought = Sought(on, request.args.get("tim", "")[:100], node.id)
        found = lists.search(session, tenant, sought, within=within, limit=LIMIT + 1, after=left)
        granted = grants.grants(session, tenant, [one.id for one in found[:LIMIT]], node, purpose, on)
    looking.saw_these([one.id for one in found[:LIMIT]])
    page = cursors.page(
        tenant, found, LIMIT, as_of=on, key=lambda one: one.place, show=lambda one: _row(one, granted[one.id])
    )
    chosen = {*form.typed.getlist("nguoi")}
    return shown(
        "enterprises/transcripts.html", form=form, rows=page["items"], following=page["next"], purpose=purpose,
        begins=left is None,
        offered=[(one.title, url_for(".transcripts", muc_dich=one.id)) for one in offered], kinds=KINDS, most=MOST,
        chosen=chosen,
        kind=form.typed.get("dang", PDF), sought=request.args.get("tim", ""),
    )  # fmt: skip


def _purpose(offered: Sequence[Purpose]) -> Purpose:
    if not offered:
        raise NoPersonalDataRules(today())
    asked = request.form.get("muc_dich") or request.args.get("muc_dich")
    return next((one for one in offered if one.id == asked), offered[0])


def _row(one: Found, granted: Basis | Refusal) -> Row:
    if isinstance(granted, Refusal):
        return Row(one.number, one.full_name, False, granted.said)
    return Row(one.number, one.full_name, True, _how_far(granted))


def _how_far(basis: Basis) -> str:
    """What is particular to this worker; the ground stands above the list, once."""
    said = words.said_of(basis).removeprefix(words.GROUNDS[basis.ground]).lstrip(",. ")
    return said[:1].upper() + said[1:]


def _handed_over(form: Filled, node: Node, purpose: Purpose) -> Response | None:
    """The file of those that were chosen; None where something is wrong, which the form says then."""
    numbers, kind = form.typed.getlist("nguoi")[: MOST + 1], form.typed.get("dang", "")
    if kind not in KINDS:
        form.refuse("dang", _("Chọn dạng tệp: PDF, XLSX hoặc JSON"))
    if not numbers:
        form.refuse("nguoi", _("Đánh dấu ít nhất một người"))
    elif len(numbers) > MOST:
        form.refuse(
            "nguoi", _("Mỗi lần nhiều nhất %(most)s người; lấy cả danh sách thì dùng khoá của phần mềm", most=MOST)
        )
    if form.faults:
        return None
    if len(numbers) == 1:
        try:
            return of_programs.hand_over(numbers[0], node.code, purpose.id, kind)
        except Forbidden as error:
            form.refuse("", error.faults[0].message)
        except NotFound:
            form.refuse("", _("Không có người lao động nào mang mã “%(number)s”", number=numbers[0]))
        return None
    looking.saw_these(())  # `pull` notes whom it tells of
    tenant, on = who().tenant, today()
    api.merge_definitions(database(), tenant)
    with database().reading(tenant) as session:
        whom = _candidates(session, node, numbers)
    items = handing_over.pull(database(), tenant, node, purpose, whom, since=0, on=on, by=who().name, now=now())
    told = [one.told for one in items.values() if isinstance(one.told, Transcript)]
    if not told:
        form.refuse("", _("Không lấy được bảng kê của ai trong số này; lý do ghi ở từng người"))
        return None
    given = {one.number for one in told}
    return _file(told, [one for one in numbers if one not in given], node, purpose, kind)


def _candidates(session: Session, node: Node, numbers: Sequence[str]) -> list[Candidate]:
    within = rights.reach(who(), Act.RECEIVE_TRANSCRIPTS, today())
    chosen = Sought(today(), enterprise=node.id, also=(lists.numbered(session, numbers),))
    found = lists.search(session, who().tenant, chosen, within=within, limit=MOST)
    return [Candidate(one.id, one.number, False) for one in found]


def _file(told: Sequence[Transcript], without: Sequence[str], node: Node, purpose: Purpose, kind: str) -> Response:
    """Of several: one JSON document, or an archive of papers; whoever is not among them is named."""
    name = f"bang-ke-hoc-tap-{today().isoformat()}"
    if kind == JSON:
        said = {
            "as_of": today(), "enterprise": node.code, "purpose": purpose.id, "without": without,
            "items": [document(one) for one in told],
        }  # fmt: skip
        content, media_type, ending = msgspec.json.format(msgspec.json.encode(said), indent=2), FORMS[JSON], "json"
    else:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for place, one in enumerate(told, 1):
                archive.writestr(f"{place:02}-{_plain(one.number)}.{kind}", drawn(one, kind))
            if without:
                archive.writestr("khong-co-bang-ke.txt", "\n".join([_("Không lấy được bảng kê của:"), *without]))
        content, media_type, ending = file.getvalue(), "application/zip", "zip"
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(number: str) -> str:
    """A number as a part of a file's name."""
    return "".join(one if one.isalnum() and one.isascii() else "-" for one in number)[:60]
