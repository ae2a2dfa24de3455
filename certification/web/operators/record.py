"""/van-hanh/so-ghi: the record of acts, read and checked; and who gave or took which right."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from uuid import UUID

from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import records, rights
from certification.access.permissions import Act, act_of
from certification.acts import chain, noted
from certification.acts.chain import Head
from certification.people import workers
from certification.people.workers import Person
from certification.resources import cursors, looking
from certification.resources.access import database, everything, now, today, who
from certification.web.frame.fields import Form, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.health.asked import this_installation
from certification.web.operators.recorded import ACTS, choices
from certification.web.operators.recorded_entries import Entry, Page, entries, people_of
from certification.web.operators.words import act_words

__all__ = ["HeadForm"]

ON_A_PAGE = 50
LONGEST = 100
"""Characters of a filter."""

_SEEING = (Act.READ_DOSSIERS, Act.READ_ASSESSMENT, Act.READ_IDENTITY)
"""Whoever may do one of these to a worker may see who that is."""


class HeadForm(Form):
    """The head that was kept elsewhere, if any."""

    head = text(
        _l("Đầu sổ đã cất nơi khác"), most=100, pattern=r"[0-9]{1,18}:[0-9a-fA-F]{64}", spellcheck="false",
        hint=_l("SỐ:MÃ như đã in lần trước. Để trống: chỉ kiểm tra sổ tự khớp"),
        wrong=_l("Đầu sổ gồm số, dấu hai chấm và 64 chữ số thập lục phân"),
    )  # fmt: skip


@pages.page("/van-hanh/so-ghi", Act.READ_ACTS)
def list_acts() -> Response:
    """Acts that bind somebody, the newest first: those of one kind (`viec`), about one worker (`nguoi`, the number), to
    one thing alone (`ve`)."""
    everything(Act.READ_ACTS)
    tenant, act, number, subject = who().tenant, _asked("viec"), _asked("nguoi"), _asked("ve")
    left, fault = cursors.after(tenant, (int,)), ""
    with database().reading(tenant) as session:
        worker = workers.records(session, tenant, [number]).get(number) if number else None
        if number and worker is None:
            fault = _("Không có mã “%(number)s”", number=number)
        if act and act not in ACTS:
            fault = _("Sổ không có việc nào tên “%(act)s”; chọn một việc trong danh sách", act=act)
        found = [] if fault else chain.listed(
            session, tenant, limit=ON_A_PAGE + 1, before=left[0] if left else None, subject=subject or None,
            act=act or None, worker=worker.person.id if worker else None,
        )  # fmt: skip
        head = chain.head(session, tenant)
        part = cursors.page(
            tenant, found, ON_A_PAGE, as_of=today(), key=lambda one: (one.number,), show=lambda one: one
        )
        people = people_of(part["items"])
        known = {act: set(rights.knowing(session, who(), act, today())(people)) for act in _SEEING} if people else {}
        seen = {one for these in known.values() for one in these}
        rows = entries(session, tenant, part["items"], seen.__contains__)
    looking.saw_these(seen)
    return shown(
        "operators/acts.html", rows=rows, next=part["next"], first=left is None, subject=subject, head=head,
        acts=choices(), act=act, number=number, fault=fault, page_of=lambda one, of: _page_of(known, one, of),
        may_open=_may_open,
    )  # fmt: skip


def _asked(name: str) -> str:
    """A filter of the address; nothing that is kept is longer."""
    return request.args.get(name, "").strip().replace("\0", "")[:LONGEST]


def _page_of(known: Mapping[Act, Collection[UUID]], person: Person, entry: Entry) -> str:
    """Where the reader sees this person: the dossier an act was about, the results, or who that is."""
    if not workers.is_addressable(person.number):
        return ""
    year = (entry.act.detail or {}).get("year")
    if entry.act.act.startswith("dossier.") and isinstance(year, int) and person.id in known[Act.READ_DOSSIERS]:
        return url_for("officers.show_dossier", year=year, number=person.number)
    if person.id in known[Act.READ_ASSESSMENT]:
        return url_for("officers.show_worker", number=person.number)
    return url_for(".show_identity", ma=person.number) if person.id in known[Act.READ_IDENTITY] else ""


def _may_open(page: Page | None) -> str:
    """The address of a page that the reader may open; nothing otherwise."""
    if page is None:
        return ""
    act = act_of(current_app.view_functions[page[0]])
    return url_for(page[0], **page[1]) if act is not None and rights.reach(who(), act, today()).everything else ""


@pages.page("/van-hanh/so-ghi/kiem-tra", Act.READ_ACTS, methods=("GET", "POST"))
def verify_acts() -> Response:
    """Works out every digest again, and whether the record still holds a head that was kept elsewhere."""
    everything(Act.READ_ACTS)
    form, checked = filled_in(HeadForm), None
    if form.sent:
        said = form.values["head"]
        known = None
        if said and (found := re.fullmatch(r"(\d+):([0-9a-fA-F]{64})", said)):
            known = Head(int(found[1]), found[2].lower())
        with database().reading(who().tenant) as session:
            checked = chain.verify(session, who().tenant, known)
        noted.keep(this_installation(now()).data_dir, who().tenant, checked, at=now())
    return shown("operators/verify-acts.html", form=form, checked=checked, has_known=bool(form.values.get("head")))


@pages.page("/van-hanh/so-quyen", Act.READ_ACCESS_RECORD)
def list_access_record() -> Response:
    """Who gave or took which right, the newest first; about one account or key alone (`ve`)."""
    everything(Act.READ_ACCESS_RECORD)
    tenant, about = who().tenant, request.args.get("ve", "").strip().replace("\0", "")
    left = cursors.after(tenant, (UUID,))
    with database().reading(tenant) as session:
        found = records.latest(
            session, tenant, limit=ON_A_PAGE + 1, before=left[0] if left else None, about=about or None
        )
    part = cursors.page(tenant, found, ON_A_PAGE, as_of=today(), key=lambda one: (one.id,), show=lambda one: one)
    rows = [(act_words(one.act), one) for one in part["items"]]
    title = _("Ai đã cho, lấy quyền nào")
    return shown(
        "operators/access-record.html", rows=rows, next=part["next"], first=left is None, about=about, title=title
    )
