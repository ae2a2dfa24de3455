"""What was typed into a form, its faults, and doing what it asks for once.

    form = filled_in(AddTeamForm)
    if form.sent:
        with form.submitting() as session:
            roles.add_team(session, who(), **form.values, now=now())
            return form.done(url_for(".teams"), _("Đã thêm tổ"))
    return shown("officers/add-team.html", form=form)

`sent` is true for a form that was posted without faults of its own. What the functions called refuse becomes a fault of
the form as well: what was typed is kept, nothing is stored, and the page says what to do. A form that comes twice, by a
double click, is done once; the second one is led to where the first one went. Whoever goes back in the browser gets the
form drawn anew: where it then says the very same as a few minutes before, and nothing refuses it, it is not done but
shown, with the question whether that is meant; sent once more, it is done. `submitting(settles=True)` is for forms that
say how something is to be, which no repetition makes more of. One that was kept while somebody signed in again may come
only to be looked at: it is then as typed, and not `sent`.

With `filled_in(…, tried=True)` a form of which some fields are empty or unreadable is tried all the same, with
something in their place, and nothing of it stays: what the functions say of the other fields is told together with
those faults, and not in a second round when they are mended.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import g, redirect, request
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from certification.access import forms_sent
from certification.evidence.witnesses import NotForYou
from certification.resources import access
from certification.resources.errors import Forbidden, NotFound, understood
from certification.resources.uploads import Upload, of_form
from certification.web.frame import messages, refusals
from certification.web.frame.fields import Form
from certification.web.frame.form_tokens import ONCE, OWN, SAID, looks_again
from certification.web.frame.written import as_typed, instant, size
from lrs.api import InvalidRequest, scanning
from lrs.db import Session

__all__ = ["Again", "Choices", "Filled", "FormFault", "SaidBefore", "Tried", "filled_in"]

STAND_IN: Mapping[str, Callable[[], Any]] = {
    "text": lambda: "-",
    "long_text": lambda: "-",
    "day": access.today,
    "number": int,
    "tick": lambda: True,
}
"""What is tried in the place of what is at fault, by the kind of field."""

TENTH = 100_000
"""To so many bytes, a tenth of a MB, a file that is too large is said to come to."""

Choices = Mapping[str, Sequence[tuple[str | None, Any]]]
"""By field, what can be chosen: values with their words; among them headings, of which the value is None."""


@dataclass(frozen=True, slots=True)
class FormFault:
    """What is wrong, at which field; "" for the form as a whole."""

    field: str
    message: Any


class Again(Exception):
    """The form was sent before; `location` is where that led."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(location)


class SaidBefore(Exception):
    """The same was said at `when`, a few minutes ago, by another sending; nothing of this one was kept. The view is
    asked once more, and then shows the form with the question (`filled_in`)."""

    def __init__(self, content: str, when: datetime) -> None:
        self.content, self.when = content, when
        super().__init__(content)


class Tried(Exception):
    """A form with faults was tried to the end, and nothing but these is wrong with it. The view is asked once more, and
    then shows the form with them."""

    def __init__(self, faults: Sequence[FormFault]) -> None:
        self.faults = faults
        super().__init__(faults)


@dataclass(slots=True)
class Filled:
    """A form with what was typed, right or wrong. `values` are typed values, once there are no faults."""

    schema: Form
    typed: MultiDict[str, str]
    posted: bool
    choices: Choices = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    readable: Mapping[str, Any] = field(default_factory=dict)
    """Of what was posted, the typed values of the fields that nothing is wrong with by themselves."""
    faults: list[FormFault] = field(default_factory=list)
    stood_in: frozenset[str] = frozenset()
    """While a form with faults is tried: their fields, which have something in their place."""
    tries: bool = False
    """Whether a field that the view refuses is stood in for, so that the functions called are asked all the same."""
    stands: Mapping[str, Any] = field(default_factory=dict)
    """What is tried in the place of these fields, whatever their kind."""
    content: str = ""
    """A keyed digest of what was said, to which address; "" where nothing was."""
    _session: Session | None = None

    @property
    def key(self) -> str:
        """What tells this sending from others: the key that stood in the form, and what was said. "" without the first:
        in a form that a browser kept and showed again, something else may have been typed."""
        key = request.form.get(ONCE, "")[:64]
        return "" if not key or "\0" in key else f"{key}.{self.content[:16]}"

    @property
    def sent(self) -> bool:
        """Whether it was posted, and nothing is wrong with it as far as is known."""
        return self.posted and all(one.field in self.stood_in for one in self.faults)

    def metadata(self, name: str) -> Mapping[str, Any]:
        """How a field is drawn."""
        found: Mapping[str, Any] = self.schema.fields[name].metadata
        return found

    def options(self, name: str) -> Sequence[tuple[str | None, Any]]:
        """What can be chosen at a field."""
        return self.choices.get(name) or self.metadata(name).get("options") or ()

    def fault(self, name: str) -> Any:
        """What is wrong at a field, or ""."""
        return next((one.message for one in self.faults if one.field == name), "")

    def about(self, fault: FormFault) -> Any:
        """The label of the field that a fault is at, where its sentence does not name it; else ""."""
        field = self.schema.fields.get(fault.field)
        if field is None or field.metadata.get("widget") == "tick":
            return ""
        label = field.metadata.get("label", "")
        return "" if str(label).casefold() in str(fault.message).casefold() else label

    @property
    def lost_files(self) -> list[Any]:
        """The labels of fields for files that came with a form that is given back: browsers do not keep files."""
        fields = self.schema.fields.items() if self.posted else ()
        return [
            one.metadata["label"]
            for name, one in fields
            if one.metadata.get("widget") == "file" and any(sent.filename for sent in request.files.getlist(name))
        ]

    def refuse(self, field: str, message: Any) -> None:
        """Adds a fault that the view itself found."""
        if self.stood_in and (field in self.stood_in or field not in self.schema.fields):
            return  # it may be the fault of what stands in
        fault = FormFault(field if field in self.schema.fields else "", message)
        if fault in self.faults:
            return  # told when the form was tried
        self.faults.append(fault)
        if self.tries:
            self._stand_in()

    def stop(self, field: str, message: Any) -> None:
        """Adds a fault of the whole form, to be mended at this field first, with which nothing of it can be tried."""
        self.tries, self.stood_in = False, frozenset()
        self.refuse(field, message)

    def _beside_a_day(self, field: str) -> bool:
        """Whether a field is a day beside another that is stood in for: days are held against each other."""
        days = {name for name, one in self.schema.fields.items() if one.metadata["widget"] == "day"}
        return field in days and not days.isdisjoint(self.stood_in)

    def _stand_in(self) -> None:
        """Puts something in the place of what is at fault, where that says nothing about the other fields: of words,
        days, ticks and the only number, not of what was to be chosen."""
        at = {one.field for one in self.faults}
        kinds = {one: self.metadata(one)["widget"] if one else "" for one in at - {*self.stands}}
        numbers = [one for one in self.schema.fields.values() if one.metadata["widget"] == "number"]
        self.tries = all(kind in STAND_IN for kind in kinds.values())
        self.tries = self.tries and ("number" not in kinds.values() or len(numbers) == 1)
        if self.tries:
            given = {name: one for name, one in self.stands.items() if name in at}
            self.values = {**self.readable, **given, **{name: STAND_IN[kind]() for name, kind in kinds.items()}}
        self.stood_in = frozenset(at) if self.tries else frozenset()

    @contextmanager
    def refusals(self, at: Mapping[str, str] | None = None) -> Iterator[None]:
        """What is refused inside becomes a fault of the form. For functions that open transactions of their own.

        `at` says beside which field of this form a fault stands that they call by another name; "" for any other that
        is about no field.
        """
        at = at or {}
        try:
            yield
        except refusals.REFUSED as error:
            # A worker of one's own record, say, is a refusal of what was asked for, although programs are told 403.
            if isinstance(understood(error), NotFound | Forbidden) and not isinstance(error, NotForYou):
                if self.stood_in:
                    raise Tried(self.faults) from None
                raise
            self.tries = False
            for fault in refusals.faults_of(error):
                place = at.get(fault.place, fault.place)
                if self._beside_a_day(place):
                    continue
                self.refuse(place if place in self.schema.fields else at.get("", ""), _begun(fault.message))
            order = ["", *self.schema.fields]
            self.faults.sort(key=lambda one: order.index(one.field))

    @contextmanager
    def submitting(self, at: Mapping[str, str] | None = None, *, settles: bool = False) -> Iterator[Session]:
        """A transaction in which the form is done, once. What is refused inside becomes a fault (beside which field:
        see `refusals`), and nothing stays. `settles`: saying the same again changes nothing, and is not asked about."""
        caller = access.caller()
        with self.refusals(at), access.database().writing(caller.tenant) as session:
            if self.stood_in:
                yield session
                session.flush()
                raise Tried(self.faults)
            self._once(session, caller)
            before = None if settles or not self.content else self._said(session, caller)
            yield session
            session.flush()
            if before is not None and not self.faults:
                raise SaidBefore(self.content, before)

    def _once(self, session: Session, caller: access.Caller) -> None:
        """Keeps that this form was sent. Raises Again for one that was."""
        key = self.key
        if key:
            before = forms_sent.note(session, caller.tenant, access.signed_in().account, key, access.now())
            if before is not None:
                raise Again(before)
            self._session = session

    def _said(self, session: Session, caller: access.Caller) -> datetime | None:
        """Keeps what is said now. When the same was said before, unless somebody was asked and said it is meant."""
        told = caller.tenant, access.signed_in().account, self.content, access.now()
        before = forms_sent.said_at(session, *told)
        forms_sent.said(session, *told)
        return None if self.content in (request.form.get(SAID), g.get("said_before")) else before

    def done(self, location: str, message: Any = "", *, undo: str = "") -> Response:
        """On to the next page, which says `message`, with a button for `undo`, an address that takes it back."""
        if self._session is not None:
            account = access.signed_in().account
            forms_sent.led_to(self._session, access.caller().tenant, account, self.key, location)
        response = redirect(location, 303)
        if message:
            messages.leave(response, str(message), undo)
        return response


def filled_in(
    schema: type[Form],
    *,
    start: Mapping[str, Any] | None = None,
    choices: Choices | None = None,
    tried: bool | Mapping[str, Any] = False,
) -> Filled:
    """The form of this request: as posted, or as it begins, with the values `start` in it. `tried`: see the module; for
    views that keep nothing but within `submitting`. As a mapping: with these in the place of these fields, where their
    kind does not tell what could stand there."""
    made = schema()
    chosen = dict(choices or {})
    if request.method != "POST":
        begun: MultiDict[str, str] = MultiDict()
        for name, value in (start or {}).items():
            begun.setlist(name, [str(one) for one in value] if isinstance(value, list | tuple) else [as_typed(value)])
        return Filled(made, begun, False, chosen)
    if looks_again():
        g.shown_again = True
        return Filled(made, MultiDict(request.form), False, chosen)
    form = Filled(made, MultiDict(request.form), True, chosen)
    try:
        form.values = form.readable = made.load(_sent(form))
    except ValidationError as error:
        form.readable = dict(error.valid_data or {})
        messages_of = error.messages_dict
        for name in made.fields:
            said = messages_of.get(name)
            for one in _first(said):
                form.refuse(name, one)
    for name in made.fields:
        _check_choice(form, name)
    if g.get("form_tried"):
        form.faults = [*g.form_tried]
    form.tries = tried is not False and not g.get("form_tried")
    form.stands = tried if isinstance(tried, Mapping) else {}
    if form.tries and form.faults:
        form._stand_in()
    reader = g.get("certification_caller")
    if form.sent and not form.stood_in and reader is not None and reader.signed_in is not None:
        form.content = _content(form)
        if g.get("said_before") == form.content:
            form.refuse(
                "",
                _(
                    "Anh/chị đã gửi đúng nội dung này lúc %(when)s và đã được ghi; lần này chưa ghi gì. Muốn ghi thêm "
                    "một lần nữa thì bấm nút ở cuối biểu mẫu.",
                    when=instant(g.said_at),
                ),
            )
    return form


def _content(form: Filled) -> str:
    """A keyed digest of what is said, with files, and of the address that it goes to."""
    said = [[name, text] for name, texts in form.typed.lists() if name not in OWN for text in texts]
    files = [[name, one.name, hashlib.sha256(one.data).hexdigest()] for name, one in _files(form)]
    whole = json.dumps([request.full_path, sorted(said), sorted(files)]).encode()
    return hmac.new(access.pepper(), b"certification form said\0" + whole, "sha256").hexdigest()


def _files(form: Filled) -> Iterator[tuple[str, Upload]]:
    for name, value in form.values.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Upload):
                yield name, one


def _sent(form: Filled) -> dict[str, Any]:
    """What was sent, field by field; files are read here, and their faults told."""
    sent: dict[str, Any] = {}
    for name, one in form.schema.fields.items():
        widget = one.metadata.get("widget")
        if widget == "file":
            upload = _file(form, name, one.metadata["kinds"])
            if upload is not None:
                sent[name] = upload
        elif widget == "checkboxes":
            sent[name] = form.typed.getlist(name)
        elif name in form.typed:
            sent[name] = form.typed[name]
    return sent


def _file(form: Filled, name: str, kinds: Any) -> Upload | None:
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    read: dict[str, Upload] = g.setdefault("files_read", {})  # for a view that is asked once more: see `SaidBefore`
    if name not in read:
        read[name] = of_form(sent)
        sent.close()
    upload = read[name]
    wanted = ", ".join(kinds.endings)
    if upload.media_type not in kinds.media_types:
        form.refuse(name, _("Tệp phải là %(kinds)s. Tệp vừa chọn là “%(name)s”", kinds=wanted, name=upload.name))
    elif not upload.data:
        form.refuse(name, _("Tệp “%(name)s” rỗng, không có nội dung", name=upload.name))
    elif len(upload.data) > kinds.most_bytes:
        form.refuse(
            name,
            _(
                "Tệp “%(name)s” lớn %(size)s, nhiều nhất là %(most)s; chọn tệp nhỏ hơn", name=upload.name,
                size=size(-(-len(upload.data) // TENTH) * TENTH), most=size(kinds.most_bytes),
            ),
        )  # fmt: skip
    else:
        try:
            scanning.require_clean(upload.data)
        except InvalidRequest:
            words = _("Chương trình quét vi-rút không nhận tệp “%(name)s”: gửi tệp khác", name=upload.name)
            form.refuse(name, words)
    return upload


def _check_choice(form: Filled, name: str) -> None:
    """That what was chosen is among what could be."""
    if form.metadata(name).get("widget") not in ("radios", "select", "checkboxes"):
        return
    known = {value for value, _words in form.options(name)}
    chosen = form.readable.get(name)
    for one in chosen if isinstance(chosen, list) else [chosen] if chosen is not None else []:
        if one not in known:
            form.refuse(name, _("Chọn lại: mục này không còn trong danh sách"))
            return


def _begun(said: Any) -> str:
    """A message as a sentence begins; one that begins with no word, but an address or a number, as it is."""
    words = str(said)
    return words[:1].upper() + words[1:] if words.partition(" ")[0].isalpha() else words


def _first(said: Any) -> list[Any]:
    """The first thing said at a field."""
    while isinstance(said, Mapping):
        said = next(iter(said.values()), None)
    return said[:1] if isinstance(said, list) else [said] if said else []
