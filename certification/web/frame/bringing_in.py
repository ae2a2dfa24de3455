"""Pages on which tables are brought in: a file is checked, its faults are shown where they are, then it is taken in.

    bringing_in.add(pages, "/nhap-danh-sach", Act.IMPORT_PEOPLE, ("roster", "headcounts"), name="bring_in")

adds six views to a package: the form; what came of a file, with its progress while it is worked on; correcting the rows
at fault, which makes another file that is checked; taking in what was checked; the rows at fault as a workbook;
undoing. Small files are worked on at once, large ones beside the request: the page asks how far that is, and whoever
opens it after the server died has the work begun anew. All of a file is taken in, with what became of it, or nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification import import_undoing
from certification.access import rights
from certification.access.permissions import Act
from certification.acts import chain
from certification.evidence import attendance, attendance_lists
from certification.import_tables import TABLES as KNOWN
from certification.import_undoing import Undoing
from certification.models import FileImport
from certification.people import file_imports
from certification.people.file_imports import DONE, REFUSED, RUNNING, UNDONE, Ended, ListTold, Outcome, UnknownImport
from certification.people.roster_changes import Report
from certification.people.roster_journal import Journal
from certification.people.row_journal import RowJournal
from certification.resources import rosters
from certification.resources.access import caller, changing, database, now, pepper, signed_in, today, who
from certification.resources.errors import BadRequest, NotFound
from certification.resources.speaking import in_the_name_of
from certification.resources.uploads import TABLES, XLSX, Upload
from certification.spreadsheets import Fault, ImportFaults, given_back, watched, written
from certification.spreadsheets.corrected import Kept
from certification.spreadsheets.encodings import HOW_TO_SAVE, what_else
from certification.spreadsheets.xlsx import is_zip, unfolded
from certification.web.frame import fixing, places
from certification.web.frame.fields import Form, choice, file, long_text, text, tick
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import Pages, shown
from certification.web.frame.taken_in import ATTENDANCE, OTHERS
from lrs.api import Fault as StoreFault
from lrs.db import Session

__all__ = ["AT_ONCE", "add", "progress"]

AT_ONCE = 16 * 1024
"""Tables of so many bytes, some 300 rows, are worked on before the page answers."""
IN_A_WORKBOOK = 8
"""So many times as much a table is as XLSX, unfolded: a quarter of a megabyte of it holds ten thousand rows."""

MOST_BYTES = TABLES.most_bytes + 1_000_000

CHECK, TAKE_IN = "kiem-tra", "nhap"
"""What the buttons of the form ask for."""

TAKEN_IN = "import.take-in"

TOLD_AFTER = timedelta(seconds=1)
"""So long passes before other processes are told again how far the work is."""

ROSTER = "roster"

STATES: Mapping[str, tuple[Any, str]] = {
    RUNNING: (_l("Đang làm"), "todo"),
    DONE: (_l("Đã nhập"), "good"),
    REFUSED: (_l("Chưa nhập gì"), "wrong"),
    UNDONE: (_l("Đã hoàn tác"), "off"),
}

UNDOING: Mapping[str, Any] = {
    ROSTER: _l("Việc hoàn tác được ghi vào sổ việc cùng lý do; kết quả của những người này được tính lại."),
    ATTENDANCE: _l(
        "Phát biểu (Statement) của các dòng này bị huỷ, không bị xoá; danh sách và tệp vẫn được giữ cùng lý do. Kết "
        "quả của những người này được tính lại."
    ),
    "attestations": _l("Điểm được rút từ hôm nay, không bị xoá: đến hôm qua điểm vẫn được coi là đã xác nhận."),
    "titles": _l("Quyết định nhập nhầm được gỡ khỏi sổ danh hiệu; sổ việc vẫn ghi đã nhập và đã gỡ, do ai, vì sao."),
    "links": _l("Tài khoản được gỡ khỏi người lao động: việc học của tài khoản đó chờ đến khi được gắn lại."),
    **dict.fromkeys(
        ("headcounts", "commitments", "report-contacts", "channel-items"),
        _l("Việc hoàn tác được ghi vào sổ việc cùng lý do; số liệu được tính lại."),
    ),
}
"""What undoing is, as the law of each table allows."""

log = logging.getLogger(__name__)

_under_way: dict[UUID, tuple[int, int]] = {}
"""How far this process is with what it works on: rows done, and rows."""
_lock = threading.Lock()


class BringInForm(Form):
    """The file, which table it is, and how it is taken in."""

    kind = choice(_l("Bảng"), needed=_l("Chọn bảng cần nhập"))
    table = file(
        _l("Tệp danh sách"), TABLES, needed=_l("Chọn tệp danh sách"),
        hint=_l("XLSX hoặc CSV, theo tệp mẫu. Chọn tệp, hoặc kéo tệp thả vào đây."),
    )  # fmt: skip
    list_of = text(
        _l("Mã đơn vị tổ chức"),
        optional=False,
        hint=_l("Đơn vị mở lớp, hội thi, buổi học; mỗi dòng được ghi nhận với tên đơn vị này"),
    )
    list_code = text(
        _l("Mã danh sách"), optional=False, most=attendance_lists.CODE_AT_MOST,
        hint=_l("Số hiệu hoặc ngày, ví dụ HT-2026-09. Nhập lại cùng mã là sửa danh sách đó"),
    )  # fmt: skip
    list_kind = choice(
        _l("Danh sách này là"),
        [
            (attendance.PAPER, _l("Danh sách ghi trên giấy, chép lại")),
            (attendance.ROLL_CALL, _l("Điểm danh: người tổ chức đã gọi tên hoặc quét mã từng người")),
        ],
        optional=False,
    )
    whole = tick(
        _l("Tệp này là toàn bộ lao động của doanh nghiệp"),
        hint=_l("Khi đó ai không có trong tệp sẽ được liệt kê để xem lại; không ai bị xoá."),
    )
    good_rows = tick(_l("Nhập các dòng đúng, bỏ qua các dòng có lỗi"))
    viec = choice("", [(CHECK, ""), (TAKE_IN, "")])


class AgainForm(Form):
    """Taking in what was checked."""

    good_rows = tick(_l("Nhập các dòng đúng, bỏ qua các dòng có lỗi"))


class UndoForm(Form):
    """Why an import is undone."""

    reason = long_text(_l("Lý do hoàn tác"), needed=_l("Ghi lý do, ví dụ: nhập nhầm tệp của tháng trước"), rows=2)


@dataclass(frozen=True, slots=True)
class _Desk:
    """The views of one package."""

    package: str
    name: str
    kinds: tuple[str, ...]

    def address(self, view: str = "", **values: Any) -> str:
        return url_for(f"{self.package}.{self.name}{view}", **values)

    def offered(self) -> list[tuple[str, str]]:
        """The tables that the reader may bring in, with their titles."""
        return [(kind, KNOWN[kind].title) for kind in self.kinds if _may(kind)]


def _may(kind: str) -> bool:
    """Whether the reader may bring this table in, today."""
    return bool(rights.reach(who(), Act.IMPORT_PEOPLE if kind == ROSTER else OTHERS[kind].act, today()))


def _is_whole(kind: str) -> bool:
    """Whether the rows of the table hang together: all of a file is taken in or nothing, and undone by no button."""
    return kind != ROSTER and OTHERS[kind].whole


def add(pages: Pages, rule: str, act: Act, kinds: tuple[str, ...], *, name: str) -> None:
    """Adds the views at `rule` and below it, guarded by `act`; the first is called `name`. `kinds` are the tables."""
    desk = _Desk(pages.name, name, kinds)

    def page(below: str, view: str, does: Callable[..., Any], *methods: str, most_bytes: int = 1024 * 1024) -> None:
        does.__name__ = f"{name}{view}"
        pages.page(rule + below, act, methods=methods, most_bytes=most_bytes)(does)

    page("", "", lambda: _bring_in(desk), "GET", "POST", most_bytes=MOST_BYTES)
    page("/<uuid:id>", "_import", lambda id: _show(desk, id), "GET")
    page("/<uuid:id>/nhap", "_take_in", lambda id: _take_in_checked(desk, id), "POST")
    page("/<uuid:id>/sua", "_fix", lambda id: _fix(desk, id), "GET", "POST")
    page("/<uuid:id>/dong-can-sua.xlsx", "_refused", lambda id: _refused_rows(desk, id), "GET")
    page("/<uuid:id>/hoan-tac", "_undo", lambda id: _undo(desk, id), "GET", "POST")


# ---------------------------------------------------------------- views


def _bring_in(desk: _Desk) -> AnyResponse:
    """The form. What is sent becomes a piece of work; on to its page."""
    offered = desk.offered()
    form = filled_in(BringInForm, start=_as_begun(offered), choices={"kind": offered})
    if form.sent and (fault := _no_table(form.values["table"])):
        form.refuse("table", fault)
    of_list = _list_told(form) if form.sent else None
    if form.sent:
        values, sent = form.values, form.values["table"]
        checks = values["viec"] != TAKE_IN
        with form.submitting(settles=checks) as session:
            whole = values["whole"] and values["kind"] == ROSTER
            good_rows = (checks or values["good_rows"]) and not _is_whole(values["kind"])
            told: Any = {"checks": checks, "good_rows": good_rows, "whole": whole, "of_list": of_list}
            made = _begin(session, values["kind"], sent, told)
            answer = form.done(desk.address("_import", id=made))
        if not form.faults:
            _start(made, sent.data)
            return answer
    tenant, account = who().tenant, signed_in().account
    with database().reading(tenant) as session:
        before = file_imports.listed(session, tenant, account, desk.kinds)
    return shown(
        "frame/bring-in.html",
        form=form,
        desk=desk,
        before=before,
        states=STATES,
        titles=KNOWN,
        one=len(offered) == 1,
        in_parts=any(not _is_whole(kind) for kind, _title in offered),
        wholes=any(_is_whole(kind) for kind, _title in offered),
        kinds=[kind for kind, _title in offered],
    )


def _no_table(sent: Upload) -> str:
    """What a file is that is no table at all, whatever its name says; "" for one whose rows are looked at."""
    what = None if is_zip(sent.data) else what_else(sent.data)
    if what is None:
        return ""
    if sent.media_type == XLSX:
        return str(
            _(
                "Tệp “%(name)s” không phải bảng tính Excel, hoặc đã hỏng. Lưu lại từ Excel thành .xlsx rồi chọn lại",
                name=sent.name,
            )
        )
    return f"{what[:1].upper()}{what[1:]}. {HOW_TO_SAVE}"


def _as_begun(offered: list[tuple[str, str]]) -> dict[str, Any]:
    """What the form begins with: the table of the address, and the reader's unit as the organizer of lists."""
    kinds = [kind for kind, _title in offered]
    asked = request.args.get("bang", "")
    place = places.here()
    unit = place.code if place is not None and place.code is not None else ""
    kind = asked if asked in kinds else kinds[0] if kinds else ""
    return {"kind": kind, "list_of": unit, "list_kind": attendance.PAPER}


def _list_told(form: Filled) -> ListTold | None:
    """Which list a file of attendance is; what is missing becomes a fault at its field."""
    values = form.values
    if values["kind"] != ATTENDANCE:
        return None
    unit, code = values["list_of"] or "", values["list_code"] or ""
    if not code:
        form.refuse("list_code", _("Nhập mã danh sách, để sau này sửa hoặc rút được"))
    try:
        with database().reading(who().tenant) as session:
            in_the_name_of(session, unit, Act.TAKE_IN_LISTS, "list_of")
    except BadRequest:
        form.refuse("list_of", _("Nhập mã của đơn vị mình, ví dụ cdcs/may-a"))
    return ListTold(unit, code, values["list_kind"] or attendance.PAPER)


def _show(desk: _Desk, id: UUID) -> Response:
    """What came of a file, or how far the work on it is."""
    row = _known(id)
    if row.state == RUNNING:
        _go_on(row)
    done, rows = _under_way.get(id, (row.rows_done, row.rows))
    return shown(
        "frame/bring-in-import.html", row=row, desk=desk, outcome=file_imports.outcome_of(row), state=STATES[row.state],
        done=done, rows=rows, title=KNOWN[row.kind].title, running=row.state == RUNNING,
        undoable=row.state == DONE and not row.checks and not _is_whole(row.kind) and _may(row.kind),
        most=file_imports.SHOWN, whole=_is_whole(row.kind), fixable=_may_be_fixed(row),
    )  # fmt: skip


def _may_be_fixed(row: FileImport) -> bool:
    """Whether the rows at fault are offered to be corrected on a page: of what was not taken in, and is still kept."""
    waits = row.state == REFUSED or (row.state == DONE and row.checks)
    return waits and row.sealed is not None and _may(row.kind) and fixing.may_be_fixed(file_imports.outcome_of(row))


def _fix(desk: _Desk, id: UUID) -> AnyResponse:
    """The rows at fault with a field for each cell at fault; what is sent is checked again, with all other rows."""
    before, form = _known(id), filled_in(fixing.FixForm)
    if not _may_be_fixed(before):
        return form.done(desk.address("_import", id=id))
    told: Any = {"row": before, "desk": desk, "title": KNOWN[before.kind].title}
    try:
        file = Kept.of(file_imports.file_of(before, pepper()), KNOWN[before.kind].columns)
        rows = fixing.rows_at_fault(file, file_imports.outcome_of(before))
    except ImportFaults as error:
        return shown("frame/bring-in-not-here.html", faults=error.faults, **told)
    cells = fixing.corrected(form, rows) if form.sent else {}
    if form.sent:
        data = file.as_csv(cells)
        with form.submitting(settles=True) as session:
            of_list = file_imports.list_told(before)
            how: Any = {"checks": True, "good_rows": not _is_whole(before.kind), "whole": before.whole}
            sent = Upload(data, "", before.file_name)
            made = _begin(session, before.kind, sent, {**how, "of_list": of_list})
            answer = form.done(desk.address("_import", id=made))
        if not form.faults:
            _start(made, data)
            return answer
    return shown("frame/bring-in-fix.html", form=form, rows=rows, **told)


def _take_in_checked(desk: _Desk, id: UUID) -> AnyResponse:
    """Takes in the file that was checked, without its being chosen again."""
    before, form = _permitted(id), filled_in(AgainForm)
    try:
        data = file_imports.file_of(before, pepper())
    except UnknownImport:
        form.refuse("", _("Tệp đã kiểm tra không còn được giữ; chọn lại tệp"))
    if form.sent:
        with form.submitting() as session:
            sent = Upload(data, "", before.file_name)
            of_list = file_imports.list_told(before)
            good_rows = form.values["good_rows"] and not _is_whole(before.kind)
            told: Any = {"checks": False, "good_rows": good_rows, "whole": before.whole, "of_list": of_list}
            made = _begin(session, before.kind, sent, told)
            answer = form.done(desk.address("_import", id=made))
        if not form.faults:
            _start(made, data)
            return answer
    return shown("frame/send-file-again.html", form=form, desk=desk)


def _refused_rows(desk: _Desk, id: UUID) -> Response:
    """The rows at fault, each with why, to be corrected and brought in again."""
    row = _permitted(id)
    if _is_whole(row.kind):
        raise NotFound(StoreFault("", _("Bảng này được nhập trọn vẹn: sửa các chỗ có lỗi trong tệp rồi chọn lại tệp")))
    try:
        sent = Upload(file_imports.file_of(row, pepper()), "", row.file_name)
    except UnknownImport:
        raise NotFound(StoreFault("", _("Tệp này không còn được giữ; chọn lại tệp để kiểm tra"))) from None
    if row.kind == ROSTER:
        data = rosters.refused_rows(sent)
    else:
        with changing(who().tenant, dry_run=True) as session:
            outcome, refused = OTHERS[row.kind].take_in(session, row, sent.data, True, None)
        data = given_back.as_xlsx(sent.data, KNOWN[row.kind].columns, outcome.faults, refused)
    response = Response(data, mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="dong-can-sua.xlsx"'
    return response


def _undo(desk: _Desk, id: UUID) -> AnyResponse:
    """Says what undoing comes to and asks why; then undoes."""
    row, form, tenant = _permitted(id), filled_in(UndoForm), who().tenant
    if _is_whole(row.kind):
        raise NotFound(StoreFault("", _("Bảng này không hoàn tác theo lần nhập: sửa bằng một dòng mới rồi nhập lại")))
    if form.sent:
        with form.submitting() as session:
            undoing = Undoing(by=who().name, reason=form.values["reason"], now=now(), secret=pepper())
            plan = import_undoing.undo(session, tenant, row, undoing)
            return form.done(desk.address(), _undone_words(row.kind, plan))
    with database().reading(tenant) as session:
        plan = import_undoing.survey(session, tenant, row)
    return shown(
        "frame/bring-in-undo.html", row=row, desk=desk, plan=plan, form=form, most=file_imports.SHOWN,
        law=UNDOING[row.kind], of_people=row.kind == ROSTER,
    )  # fmt: skip


def _undone_words(kind: str, plan: import_undoing.Plan) -> Any:
    counts = {"gone": plan.removed, "back": plan.put_back, "left": len(plan.left)}
    if kind == ROSTER:
        return _(
            "Đã hoàn tác: %(gone)s người mới được đưa ra, %(back)s người trở về như trước, %(left)s người còn điều "
            "giữ nguyên",
            **counts,
        )
    return _("Đã hoàn tác: %(gone)s dòng được gỡ, %(back)s dòng trở về như trước, %(left)s dòng giữ nguyên", **counts)


def _known(id: UUID) -> FileImport:
    with database().reading(who().tenant) as session:
        return file_imports.find(session, who().tenant, id, signed_in().account)


def _permitted(id: UUID) -> FileImport:
    """An import of a table that the reader may bring in today, whoever he was when it was checked."""
    row = _known(id)
    if not _may(row.kind):
        raise NotFound(StoreFault("", _("Bảng này không còn thuộc việc của anh/chị")))
    return row


# ---------------------------------------------------------------- the work


def progress(id: UUID) -> tuple[int, int] | None:
    """How far this process is with an import, rows done and rows; None for one that it does not work on."""
    return _under_way.get(id)


def _begin(session: Session, kind: str, sent: Upload, told: Mapping[str, Any]) -> UUID:
    return file_imports.begin(
        session, who().tenant, account=signed_in().account, by=who().name, kind=kind, file_name=sent.name,
        data=sent.data, pepper=pepper(), now=now(), **told,
    )  # fmt: skip


def _start(id: UUID, data: bytes) -> None:
    """Works on it: before the page answers where the file is small, otherwise beside it."""
    with _lock:
        if id in _under_way:
            return
        _under_way[id] = (0, 0)
    if _is_small(data):
        _work(id)
        return
    app, whom = current_app._get_current_object(), caller()  # type: ignore[attr-defined]
    threading.Thread(target=_beside, args=(app, whom, id), name=f"import {id}", daemon=True).start()


def _is_small(data: bytes) -> bool:
    if not is_zip(data):
        return len(data) <= AT_ONCE
    most = AT_ONCE * IN_A_WORKBOOK
    return len(data) <= most and unfolded(data) <= most


def _beside(app: Flask, whom: Any, id: UUID) -> None:
    with app.test_request_context():
        g.certification_caller = whom
        _work(id)


def _go_on(row: FileImport) -> None:
    """Begins work anew that nobody does any more: the process that did it is gone, and took in nothing."""
    if row.id in _under_way:
        return
    if not database().is_sqlite:  # there another process may be at it
        with database().writing(who().tenant) as session:
            if not file_imports.take_up(session, who().tenant, row.id, now()):
                return
    _start(row.id, file_imports.file_of(row, pepper()) if row.sealed else b"")


def _work(id: UUID) -> None:
    tenant = who().tenant
    try:
        row = _known(id)
        sent = Upload(file_imports.file_of(row, pepper()), "", row.file_name)
        try:
            _take_in(row, sent)
        except ImportFaults as error:
            _end(tenant, id, REFUSED, Outcome(faults=error.faults, good_rows=error.good_rows), keeps_file=True)
        except (Ended, UnknownImport):
            log.info("import %s was ended elsewhere", id)
        except Exception:
            log.exception("import %s failed; nothing of it was kept", id)
            message = _("Lỗi của máy chủ, chưa nhập gì. Thử lại; nếu vẫn lỗi, báo người vận hành")
            _end(tenant, id, REFUSED, Outcome(faults=(Fault(0, "", message),)))
    finally:
        _under_way.pop(id, None)


def _take_in(row: FileImport, sent: Upload) -> None:
    tenant, by = row.tenant_id, who().name
    progress = _Progress(row)

    def ended(session: Session, outcome: Outcome) -> None:
        """In the transaction in which the rows are written: all of it stays, or nothing."""
        file_imports.end(session, tenant, row.id, DONE, outcome)
        detail = {"table": row.kind, "file": row.file_name, "created": outcome.created, "changed": outcome.changed}
        chain.add(session, tenant, by=by, act=TAKEN_IN, subject=f"import:{row.id}", now=now(), detail=detail)

    if row.kind == ROSTER:
        query = {"dry_run": row.checks, "good_rows": row.good_rows, "whole": row.whole}
        report = rosters.take_in(
            query, sent, journal=None if row.checks else Journal(row.id), begun=progress.begun, progress=progress.more,
            ended=None if row.checks else lambda session, report: ended(session, _of_report(report)),
        )  # fmt: skip
        outcome = _of_report(report)
    else:
        journal = None if row.checks else RowJournal(row.id)
        with watched(progress), changing(tenant, dry_run=row.checks) as session:
            outcome, _refused = OTHERS[row.kind].take_in(session, row, sent.data, row.good_rows, journal)
            if journal is not None:
                journal.write(session, tenant)
                ended(session, outcome)
    if row.checks:
        _end(tenant, row.id, DONE, outcome, keeps_file=True)


def _end(tenant: UUID, id: UUID, state: str, outcome: Outcome, *, keeps_file: bool = False) -> None:
    with database().writing(tenant) as session:
        file_imports.end(session, tenant, id, state, outcome, keeps_file=keeps_file)


def _of_report(report: Report) -> Outcome:
    return Outcome(
        report.created, report.changed, report.unchanged, len(report.refused), report.faults, report.notes,
        [(one.number, one.full_name, one.what) for one in report.changes],
        [(one.number, one.full_name, written(one.started)) for one in report.missing],
        report.created + report.changed + report.unchanged,
    )  # fmt: skip


class _Progress:
    """Tells how far the work is: this process at once, others through the database, where more than one serves."""

    def __init__(self, row: FileImport) -> None:
        self.row, self.done, self.rows, self.told = row, 0, 0, now()

    def begun(self, rows: int) -> None:
        self.rows = rows
        self._tell()

    def more(self, rows: int) -> None:
        self.done += rows
        self._tell()

    def _tell(self) -> None:
        _under_way[self.row.id] = (self.done, self.rows)
        at = now()
        if self.done and at - self.told < TOLD_AFTER:
            return
        self.told = at
        if not database().is_sqlite:  # there the one who writes is alone, and one process serves
            with database().writing(self.row.tenant_id) as session:
                file_imports.beat(session, self.row.tenant_id, self.row.id, self.done, self.rows, now())
