"""/van-hanh/so-ghi: the record of acts, read and checked; and who gave or took which right."""

from __future__ import annotations

import re
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import records
from certification.access.permissions import Act
from certification.acts import chain, noted
from certification.acts.chain import Head
from certification.resources import cursors, looking
from certification.resources.access import database, everything, now, today, who
from certification.web.frame.fields import Form, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.health.asked import this_installation
from certification.web.operators.recorded import act_said, detail_said
from certification.web.operators.words import act_words

__all__ = ["HeadForm"]

ON_A_PAGE = 50


class HeadForm(Form):
    """The head that was kept elsewhere, if any."""

    head = text(
        _l("Đầu sổ đã cất nơi khác"), most=100, pattern=r"[0-9]{1,18}:[0-9a-fA-F]{64}", spellcheck="false",
        hint=_l("SỐ:MÃ như đã in lần trước. Để trống: chỉ kiểm tra sổ tự khớp"),
        wrong=_l("Đầu sổ gồm số, dấu hai chấm và 64 chữ số thập lục phân"),
    )  # fmt: skip


@pages.page("/van-hanh/so-ghi", Act.READ_ACTS)
def list_acts() -> Response:
    """Acts that bind somebody, the newest first; those to one thing alone (`ve`)."""
    everything(Act.READ_ACTS)
    tenant, subject = who().tenant, request.args.get("ve", "").strip().replace("\0", "")
    left = cursors.after(tenant, (int,))
    with database().reading(tenant) as session:
        found = chain.listed(
            session, tenant, limit=ON_A_PAGE + 1, before=left[0] if left else None, subject=subject or None
        )
        head = chain.head(session, tenant)
    part = cursors.page(tenant, found, ON_A_PAGE, as_of=today(), key=lambda one: (one.number,), show=lambda one: one)
    looking.saw_these(one.worker for one in part["items"] if one.worker is not None)
    rows = [(one, act_said(one.act), one.detail and detail_said(one.detail)) for one in part["items"]]
    return shown("operators/acts.html", rows=rows, next=part["next"], first=left is None, subject=subject, head=head)


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
