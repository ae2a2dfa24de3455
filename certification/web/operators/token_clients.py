"""/van-hanh/khoa/…/token: tokens (OAuth 2.0) of a platform's own provider in place of its key and secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access import keys, token_clients
from certification.access.permissions import Act
from certification.resources.access import database, everything, now, who
from certification.resources.destinations import hosts
from certification.resources.errors import BadRequest, NotFound
from certification.web.frame import refusals
from certification.web.frame.fields import Form, several, text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.destinations import StepForm
from lrs import api
from lrs.api import Fault, TokenClient

__all__ = ["TokenClientForm"]


class TokenClientForm(Form):
    """Who gives the tokens, to which client, for whom, and what they allow."""

    issuer = text(
        _l("Nơi cấp token (issuer)"), needed=_l("Nhập địa chỉ nơi cấp token"), most=500, autocapitalize="off",
        spellcheck="false", hint=_l("https://…, viết đúng như iss trong token"),
    )  # fmt: skip
    client_id = text(
        _l("Mã phần mềm ở nơi đó (client_id)"), needed=_l("Nhập client_id của nền tảng"), most=500,
        autocapitalize="off", spellcheck="false",
    )  # fmt: skip
    audience = text(
        _l("Token dành cho (audience)"), needed=_l("Nhập audience"), most=500, autocapitalize="off",
        spellcheck="false", hint=_l("Giá trị phải có trong aud của token"),
    )  # fmt: skip
    algorithms = several(
        _l("Thuật toán ký"), [(one, one) for one in api.TOKEN_ALGORITHMS], needed=_l("Chọn ít nhất một thuật toán")
    )
    claim = text(
        _l("Quyền nằm ở mục nào của token"), needed=_l("Nhập tên mục"), autocapitalize="off", spellcheck="false",
        hint=_l("Thường là scope; có nơi dùng scp hoặc roles"),
    )  # fmt: skip
    grants = text(
        _l("Token nói gì thì được quyền gì"), most=2000, autocapitalize="off", spellcheck="false",
        hint=_l("Ví dụ lrs:gui=statements/write lrs:doc=statements/read/mine. Để trống: mọi quyền của khoá"),
    )  # fmt: skip
    reason = text(_l("Lý do"), needed=_l("Ghi theo yêu cầu, văn bản nào"), hint=_l("Được lưu trong sổ ghi"))


@pages.page("/van-hanh/khoa/<key>/token", Act.CHANGE_KEYS, methods=("GET", "POST"))
def set_token_client(key: str) -> Response:
    """Says whose tokens are taken for the key."""
    everything(Act.CHANGE_KEYS)
    with database().reading(who().tenant) as session:
        one = keys.find(session, who(), key)
        kept = api.token_client(session, who().tenant, key)
    form = filled_in(TokenClientForm, start=_start(kept), tried=True)
    if form.sent:
        with form.submitting() as session:
            grants, faults = _grants(form.values["grants"] or "")
            try:
                said = {**form.values, "grants": grants}
                token_clients.set_client(session, who(), key, hosts=hosts(), now=now(), **said)
            except api.InvalidRequest as error:
                faults += error.faults
            if faults:
                raise BadRequest(*_in_words(faults))
            return form.done(url_for(".show_key", key=key), _("Từ nay nhận token thay cho khoá này"))
    return shown("operators/set-token-client.html", form=form, key=one, hosts=hosts())


@pages.page("/van-hanh/khoa/<key>/token/bo", Act.CHANGE_KEYS, methods=("GET", "POST"))
def remove_token_client(key: str) -> Response:
    """Asks first; then takes no tokens for the key any more."""
    everything(Act.CHANGE_KEYS)
    form = filled_in(StepForm)
    if form.sent:
        with form.submitting() as session:
            token_clients.remove(session, who(), key, reason=form.values["reason"], now=now())
            return form.done(url_for(".show_key", key=key), _("Đã thôi nhận token"))
    with database().reading(who().tenant) as session:
        one = keys.find(session, who(), key)
        client = api.token_client(session, who().tenant, key)
    if client is None:
        raise NotFound(Fault("", _("Khoá này không nhận token")))
    return shown("operators/remove-token-client.html", form=form, key=one, client=client)


def _grants(written: str) -> tuple[dict[str, str], list[Fault]]:
    """What is typed: pairs parted by blanks; and what is wrong with it."""
    pairs = [one.rpartition("=") for one in written.split()]
    faults = [Fault("grants", "")] if any(not sign for _theirs, sign, _ours in pairs) else []
    return {theirs: ours for theirs, sign, ours in pairs if sign}, faults


def _start(kept: TokenClient | None) -> Mapping[str, Any]:
    """How the form begins: as usual, or as it is."""
    if kept is None:
        return {"algorithms": api.USUAL_TOKEN_ALGORITHMS, "claim": api.TOKEN_CLAIM}
    return {
        "issuer": kept.issuer, "client_id": kept.client_id, "audience": kept.audience, "algorithms": kept.algorithms,
        "claim": kept.claim, "grants": " ".join(f"{theirs}={ours}" for theirs, ours in kept.grants.items()),
    }  # fmt: skip


def _in_words(faults: Iterable[Fault]) -> list[Fault]:
    """What is wrong, in words, beside its field."""
    words = {
        "issuer": _("Ghi địa chỉ https:// của nơi cấp token, viết đúng như iss trong token"),
        "client_id": _("Một khoá khác đã nhận token của phần mềm này; mỗi khoá cần client_id hoặc audience riêng"),
        "grants": _("Ghi từng cặp, cách nhau bằng dấu cách: điều token nói, dấu =, tên quyền của khoá"),
        "claim": _("Đây không phải tên một mục trong token; ví dụ scope, scp hoặc roles"),
        "key": _("Khoá này đã ngừng hoặc không gửi, đọc phát biểu, nên không nhận token"),
    }
    found = []
    for fault in faults:
        said = words.get(fault.place, fault.message)
        if "OUTGOING_HOSTS" in fault.message:
            said = _("Máy này chưa được phép hỏi ở đó: người quản trị máy thêm tên máy ấy vào OUTGOING_HOSTS")
        found.append(Fault("" if fault.place == "key" else fault.place, said))
    return found


refusals.SAYS[token_clients.UnknownTokenClient] = lambda error: _("Khoá này không nhận token")
