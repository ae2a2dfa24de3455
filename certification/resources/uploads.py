"""Files that come with a request: as the body itself, or as the one file of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from certification.resources.errors import BadRequest, Fault, TooLarge, Unsupported
from lrs.api import scanning

__all__ = ["CSV", "JSON", "RULES", "TABLES", "TOML", "XLSX", "ZIP", "Kinds", "Upload", "of_form", "uploaded"]

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ZIP = "application/zip"
JSON = "application/json"

FORM = "multipart/form-data"
FIELD = "file"
"""The field of a form that holds the file."""

TOML = "application/toml"

_BY_ENDING = {
    ".csv": CSV, ".xlsx": XLSX, ".toml": TOML, ".zip": ZIP, ".json": JSON, ".pdf": "application/pdf",
    ".png": "image/png", ".jpg": "image/jpeg",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kinds:
    """What files a view takes: media types, and how many bytes at most."""

    media_types: tuple[str, ...]
    most_bytes: int = 32 * 1024 * 1024

    @property
    def endings(self) -> tuple[str, ...]:
        """What names of such files end in."""
        return tuple(ending for ending, kind in _BY_ENDING.items() if kind in self.media_types)


TABLES = Kinds((CSV, XLSX))
"""Rows of a table: a roster, a list, titles."""

RULES = Kinds((TOML,), 256 * 1024)
"""A rule file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. `name` is what the sender calls it, empty when the file is the body; never a path of ours."""

    data: bytes
    media_type: str
    name: str = ""


def uploaded(kinds: Kinds) -> Upload:
    """The file of this request. Raises Unsupported, TooLarge, or BadRequest where there is none.

    Only the media type is looked at, or the ending of a form's file whose type the browser did not know; what the file
    really holds is for whoever reads it.
    """
    request.max_content_length = kinds.most_bytes
    request.max_form_memory_size = 64 * 1024
    try:
        found = _of_form() if request.mimetype == FORM else Upload(request.get_data(cache=False), request.mimetype)
    except RequestEntityTooLarge:
        raise TooLarge(Fault("", f"the file may be {kinds.most_bytes} bytes long, and no more")) from None
    if found.media_type not in kinds.media_types:
        taken = ", ".join(kinds.media_types)
        message = f"files are taken as {taken} (or as the field {FIELD!r} of a form); this is {found.media_type or '?'}"
        raise Unsupported(Fault("Content-Type", message))
    if not found.data:
        raise BadRequest(Fault("", "the file is empty; send its content as the body"))
    scanning.require_clean(found.data)
    return found


def _of_form() -> Upload:
    files = request.files.getlist(FIELD)
    others = [name for name in {*request.form, *request.files} if name != FIELD]
    faults = [Fault(name, f"unknown field of the form; the file stands in {FIELD!r}") for name in sorted(others)]
    if len(files) != 1:
        faults.append(Fault(FIELD, f"{len(files)} files; send one"))
    if faults:
        raise BadRequest(*faults)
    return of_form(files[0])


def of_form(file: FileStorage) -> Upload:
    """A file of a form."""
    name = file.filename or ""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    media_type = file.mimetype or ""
    if media_type in ("", "application/octet-stream", "application/vnd.ms-excel", "text/plain"):
        media_type = _BY_ENDING.get(ending, media_type)
    return Upload(file.read(), media_type, name)


def described(kinds: Kinds) -> Mapping[str, object]:
    """The body as OpenAPI tells it."""
    form = {
        "type": "object",
        "properties": {FIELD: {"type": "string", "contentMediaType": "application/octet-stream"}},
        "required": [FIELD],
        "additionalProperties": False,
    }
    content: dict[str, object] = {
        one: {"schema": {"type": "object"} if one == JSON else {}} for one in kinds.media_types
    }
    return {
        "required": True,
        "description": f"The file itself, at most {kinds.most_bytes:,} bytes; or a form with it as `{FIELD}`.",
        "content": {**content, FORM: {"schema": form}},
    }
