"""/cong-doan/mau-van-ban: the Word templates of documents: taken out, changed in Word, tried, and put in force."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.documents import kept_templates
from certification.documents.kinds import KINDS, Kind
from certification.documents.samples import sample
from certification.documents.template_checks import MOST_BYTES, BrokenTemplate, check
from certification.documents.word import render
from certification.resources.access import database, everything, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.resources.uploads import Kinds
from certification.web.frame.fields import Form, day, file
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.officers import pages

__all__: list[str] = []

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD = Kinds((DOCX,), most_bytes=MOST_BYTES)


class TemplateForm(Form):
    """A changed template."""

    template = file(_l("Tệp Word đã sửa"), WORD, needed=_l("Chọn tệp .docx đã sửa"))
    starts = day(_l("Dùng cho văn bản từ ngày"), hint=_l("Chỉ cần khi đưa vào dùng"))


@pages.page(
    "/cong-doan/mau-van-ban/<kind>", Act.READ_DOCUMENT_TEMPLATES, methods=("GET", "POST"),
    most_bytes=MOST_BYTES + 1_000_000,
)  # fmt: skip
def word_template(kind: str) -> AnyResponse:
    """The page: tries a changed template, hands it back filled with invented values, or puts it in force."""
    which, tenant, on = _kind(kind), who().tenant, today()
    may_change = rights.reach(who(), Act.CHANGE_DOCUMENT_TEMPLATES, on).everything
    form, asked = filled_in(TemplateForm, start={"starts": on}), request.form.get("viec", "thu")
    faults: tuple[Fault, ...] = ()
    is_good = False
    if form.sent:
        content = form.values["template"].data
        try:
            check(content, which)
            is_good = True
        except BrokenTemplate as error:
            faults = tuple(Fault(one.place, one.message) for one in error.faults)
            form.refuse(
                "template",
                ngettext(
                    "Mẫu có %(count)s chỗ sai, chưa dùng được; xem từng chỗ ở dưới",
                    "Mẫu có %(count)s chỗ sai, chưa dùng được; xem từng chỗ ở dưới",
                    len(faults),
                    count=len(faults),
                ),
            )
    if form.sent and is_good and asked == "dien-thu":
        return _download(render(content, sample(which)), f"{which.id}-dien-thu")
    if form.sent and is_good and asked == "dung":
        everything(Act.CHANGE_DOCUMENT_TEMPLATES)
        if form.values["starts"] is None:
            form.refuse("starts", _("Ghi ngày bắt đầu dùng mẫu"))
        elif (made := _put_in(form, which, content)) is not None:
            return made
    with database().reading(tenant) as session:
        loaded = [one for one in kept_templates.loaded(session, tenant) if one.kind == which.id]
    return shown(
        "officers/reports/word.html", form=form, kind=which, every=KINDS.values(), loaded=loaded, faults=faults,
        good=is_good and form.sent, may_change=may_change, on=on,
        now_from=max((one.starts for one in loaded if one.starts <= on), default=None),
    )  # fmt: skip


def _put_in(form: Filled, which: Kind, content: bytes) -> AnyResponse | None:
    with form.submitting() as session:
        try:
            kept_templates.load(
                session, who().tenant, which, content, starts=form.values["starts"], by=who().name, now=now()
            )
        except BrokenTemplate as error:
            at = {"starts": "starts"}
            raise BadRequest(*(Fault(at.get(one.place, "template"), one.message) for one in error.faults)) from None
        return form.done(url_for(".word_template", kind=which.id), _("Đã đưa mẫu vào dùng"))
    return None


@pages.page("/cong-doan/mau-van-ban/<kind>/tai", Act.READ_DOCUMENT_TEMPLATES)
def download_template(kind: str) -> Response:
    """The template in force today, to be changed in Word; with dien=1 filled with invented values, to look at."""
    which = _kind(kind)
    with database().reading(who().tenant) as session:
        found = kept_templates.template(session, who().tenant, which, today())
    if request.args.get("dien") == "1":
        return _download(render(found.content, sample(which)), f"{which.id}-dien-thu")
    return _download(found.content, which.id)


def _download(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=DOCX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return response


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NoSuchPage
    return KINDS[name]
