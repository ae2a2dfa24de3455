"""Kinds of fields of forms: how each is read, what is said when it is wrong, how it is drawn (`frame/fields.html`).

A form is a marshmallow schema, as the bodies of the JSON interface are:

    class SignInForm(Form):
        account = text(_l("Tên đăng nhập"), needed=_l("Nhập tên đăng nhập"))

`needed` is said where nothing was typed; a field without it may be left empty, and then is None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate

from certification.resources.uploads import Kinds
from certification.spreadsheets.days import read_day

__all__ = [
    "Form", "choice", "day", "file", "hidden", "long_text", "number", "secret", "several", "text", "tick",
]  # fmt: skip

Options = Sequence[tuple[str, Any]]
"""Values with their words."""


class Form(Schema):
    """What a form takes. Texts come composed (NFC), without blanks at their ends; empty ones are as if not there."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def _tidy(self, data: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        tidied: dict[str, Any] = {}
        for name, value in data.items():
            if isinstance(value, str):
                plain = self.fields.get(name)
                keeps = plain is not None and plain.metadata.get("widget") == "password"
                value = value if keeps else unicodedata.normalize("NFC", value).strip().replace("\r\n", "\n")
            if value not in ("", [], None):
                tidied[name] = value
        return tidied


def _described(label: Any, widget: str, needed: Any, hint: Any, **more: Any) -> dict[str, Any]:
    """The arguments that every kind of field has."""
    arguments: dict[str, Any] = {
        "required": needed is not None,
        "metadata": {"label": label, "widget": widget, "hint": hint, "optional": needed is None, **more},
        "error_messages": {"required": needed, "invalid": needed or _l("Chưa đọc được nội dung này")},
    }
    if needed is None:
        arguments["load_default"] = None
    return arguments


def _plain(text: str) -> None:
    if any(unicodedata.category(one) == "Cc" and one not in "\n\t" for one in text):
        raise ValidationError(_("Có ký tự lạ, không hiện ra được; xoá và gõ lại"))


def text(
    label: Any,
    *,
    needed: Any = None,
    most: int = 200,
    hint: Any = None,
    pattern: str = "",
    wrong: Any = None,
    **more: Any,
) -> fields.String:
    """A line of text. `pattern` is a regular expression that it matches whole; `wrong` is said where it does not.

    `more` goes to the input: `width` ("short", "day"), `autocomplete`, `inputmode`, `spellcheck`; with `optional` False
    it is not called optional, although it may be empty: the view asks for it where it is needed.
    """
    checks: list[Any] = [_plain, validate.Length(max=most, error=_l("Nhiều nhất %(most)s ký tự", most=most))]
    if pattern:
        checks.append(validate.Regexp(rf"(?:{pattern})\Z", error=wrong))
    return fields.String(validate=checks, **_described(label, "text", needed, hint, most=most, **more))


def long_text(
    label: Any, *, needed: Any = None, most: int = 2000, hint: Any = None, rows: int = 4, **more: Any
) -> fields.String:
    """Some lines of text. `more` as for a text."""
    checks: list[Any] = [_plain, validate.Length(max=most, error=_l("Nhiều nhất %(most)s ký tự", most=most))]
    return fields.String(validate=checks, **_described(label, "long_text", needed, hint, rows=rows, **more))


def secret(label: Any, *, needed: Any, hint: Any = None, autocomplete: str = "current-password") -> fields.String:
    """A password: taken as it is typed, never shown again. Name the field "password…", so that it is never kept."""
    checks = validate.Length(max=800, error=_l("Dài quá"))
    return fields.String(validate=checks, **_described(label, "password", needed, hint, autocomplete=autocomplete))


def hidden(*, most: int = 400) -> fields.String:
    """A value that the page itself put there."""
    return fields.String(validate=[_plain, validate.Length(max=most)], **_described("", "hidden", None, None))


class _Number(fields.Field[int]):
    """A whole number as people write it: 1.234 or 1234."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        written = re.sub(r"(?<=\d)[.\s\u00a0](?=\d{3}(?!\d))", "", str(value))
        if not re.fullmatch(r"[-−]?\d{1,15}", written, re.ASCII):
            raise ValidationError(_("%(label)s phải là số nguyên", label=self.metadata["label"]))
        return int(written.replace("−", "-"))


def number(label: Any, least: int, most: int, *, needed: Any = None, hint: Any = None) -> fields.Field[int]:
    """A whole number from `least` to `most`."""
    words = _l("%(label)s phải là số nguyên từ %(least)s đến %(most)s", label=label, least=least, most=most)
    checks = validate.Range(least, most, error=words)
    return _Number(validate=checks, **_described(label, "number", needed, hint, width="short", inputmode="numeric"))


class _Day(fields.Field[date]):
    """A day as people write it: 5/2/2026, 05-02-2026, 5.2.26, 05022026."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        typed = " ".join(str(value).split())
        written = typed.replace(" ", "")
        if match := re.fullmatch(r"(\d{2})(\d{2})(\d{4})", written, re.ASCII):
            written = "/".join(match.groups())
        if match := re.fullmatch(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2})", written, re.ASCII):
            day, month, year = match.groups()
            written = f"{day}/{month}/{'20' + year if len(year) == 2 else year}"
        try:
            return read_day(written if re.fullmatch(r"[\d/-]+", written) else typed)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def day(label: Any, *, needed: Any = None, hint: Any = None) -> fields.Field[date]:
    """A day, typed: quicker than a calendar for most, and the same on every phone."""
    hint = hint or _l("Ví dụ 05/09/2026")
    return _Day(**_described(label, "day", needed, hint, width="day", inputmode="numeric"))


def choice(
    label: Any,
    options: Options | None = None,
    *,
    needed: Any = None,
    hint: Any = None,
    as_list: bool = False,
    **more: Any,
) -> fields.String:
    """One of some: radio buttons, or with `as_list` a list to choose from. Without `options` the view gives them.
    `more` as for a text."""
    widget = "select" if as_list else "radios"
    return fields.String(**_described(label, widget, needed, hint, options=options, **more))


def several(label: Any, options: Options | None = None, *, needed: Any = None, hint: Any = None) -> fields.List[str]:
    """Any of some: check boxes. Without `options` the view gives them. Nothing chosen is an empty list."""
    arguments = _described(label, "checkboxes", needed, hint, options=options)
    if needed is None:
        arguments["load_default"] = list
    return fields.List(fields.String(), **arguments)


def tick(label: Any, *, needed: Any = None, hint: Any = None) -> fields.Boolean:
    """One box to tick; False where it is not. With `needed` it must be."""
    arguments = _described(label, "tick", needed, hint)
    if needed is None:
        arguments["load_default"] = False
    return fields.Boolean(truthy={"1", "on"}, falsy={"0"}, **arguments)


def file(label: Any, kinds: Kinds, *, needed: Any = None, hint: Any = None, **more: Any) -> fields.Raw:
    """A file of some kinds; in `form.values` an `Upload`, or None. `more`: `optional`, as for a text."""
    return fields.Raw(**_described(label, "file", needed, hint, kinds=kinds, **more))
