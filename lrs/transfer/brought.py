"""Attachments of a file that is being imported, kept on disk until the Statement that declares them is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from lrs import attachments
from lrs.attachments import SIGNATURE, Content
from lrs.db import Database
from lrs.errors import InvalidRequest
from lrs.transfer import form

__all__ = ["Brought", "bringing", "declared"]


class Brought:
    """What came before the Statements that are still to come."""

    def __init__(self, folder: Path, database: Database, tenant: UUID) -> None:
        self._folder, self._database, self._tenant = folder, database, tenant
        self._waiting: set[str] = set()

    def take(self, line: form.Attachment) -> None:
        """Keep these bytes; raises InvalidRequest where they do not have the hash that the line says."""
        sha2 = line.sha2.lower()
        found = attachments.hasher(sha2)
        if found is not None:
            found.update(line.content)
        if found is None or found.hexdigest() != sha2:
            raise InvalidRequest.at("/sha2", "the bytes do not have the hash that the line says")
        (self._folder / sha2).write_bytes(line.content)
        self._waiting.add(sha2)

    def of(self, document: Any) -> tuple[list[Content], set[str]]:
        """The Attachments that this document, checked or not, declares and that came: their bytes, or, where they are
        stored already, their hashes. A signature's bytes are always given, since it has to be looked into."""
        found = dict(declared(document))
        if not found:
            return [], set()
        with self._database.reading(self._tenant) as session:
            there = attachments.known(session, self._tenant, found.keys())
            contents = [
                Content(sha2, attachments.read(session, self._tenant, sha2))
                for sha2, usage in found.items()
                if sha2 in there and usage == SIGNATURE
            ]
        self._let_go(there)
        for sha2 in found.keys() & self._waiting:
            contents.append(Content(sha2, (self._folder / sha2).read_bytes()))
        return contents, there

    def let_stored_go(self) -> None:
        """Keep no more what is stored meanwhile."""
        if self._waiting:
            with self._database.reading(self._tenant) as session:
                there = attachments.known(session, self._tenant, self._waiting)
            self._let_go(there)

    def _let_go(self, stored: set[str]) -> None:
        for sha2 in stored & self._waiting:
            (self._folder / sha2).unlink()
            self._waiting.remove(sha2)


@contextmanager
def bringing(database: Database, tenant: UUID) -> Iterator[Brought]:
    """A place for them for as long as the import lasts."""
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        yield Brought(Path(folder), database, tenant)


def declared(document: Any) -> Iterator[tuple[str, Any]]:
    """Hash and usage of whatever looks like a declared Attachment."""
    if not isinstance(document, Mapping):
        return
    for one in (document, document.get("object")):
        listed = one.get("attachments") if isinstance(one, Mapping) else None
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, Mapping) and isinstance(each.get("sha2"), str) and attachments.hasher(each["sha2"]):
                yield each["sha2"].lower(), each.get("usageType")
