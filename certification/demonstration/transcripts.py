"""The transcripts of some who hold the title, in every form; and those that are signed, checked by what the server
publishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from certification.credentials import proofs
from certification.demonstration import titles
from certification.demonstration.errors import NotVerified
from certification.demonstration.poster import Connection
from certification.models import Worker
from certification.transcripts import gathering, signing, words
from certification.transcripts.forms import CLR, FORMS, drawn
from certification.transcripts.told import OWN, Basis
from lrs import api
from lrs.db import Database, among

__all__ = ["FOLDER", "SHOWN", "verify", "write"]

FOLDER = "bang-ke-hoc-tap"
"""Where, in the demonstration's folder, the transcripts are written."""
SHOWN = 3
"""Of so many workers."""
_SIGNED = "-clr.json"


def write(
    database: Database,
    tenant: UUID,
    day: date,
    folder: Path,
    *,
    public_url: str,
    secret: bytes,
    now: datetime,
    on_written: Callable[[int], None],
) -> None:
    """Writes the transcripts, as of the day, of the first in the register of certificates; a file for each form, named
    after the worker's number."""
    folder.mkdir(parents=True, exist_ok=True)
    api.merge_definitions(database, tenant)
    mine = Basis(OWN, words.OWN_PURPOSE, words.THE_WORKER)
    with database.reading(tenant, snapshot=True) as session:
        chosen = [one.worker for one in titles.issued(session, tenant)[:SHOWN]]
        known = session.scalars(
            sa.select(Worker.id).where(Worker.tenant_id == tenant, among(session, Worker.id, chosen))
        )
        found = gathering.gather(session, tenant, dict.fromkeys(known, mine), on=day)
    for one in found.values():
        for form in FORMS:
            if form == CLR:
                content = signing.signed(
                    database, tenant, one, public_url=public_url, secret=secret, by="can-bo-vi-du", now=now
                )
            else:
                content = drawn(one, form)
            (folder / f"{one.number}{_SIGNED if form == CLR else f'.{form}'}").write_bytes(content)
            on_written(1)


def verify(folder: Path, base: str) -> int:
    """Checks every signed transcript in the folder by the keys that the server publishes; how many there are.

    Raises NotVerified, which names what does not hold.
    """
    files = sorted(folder.glob(f"*{_SIGNED}"))
    with closing(Connection(base, "", "")) as connection:
        keys: dict[str, str] = {}
        for file in files:
            record = json.loads(file.read_bytes())
            path = "/" + "/".join(record["issuer"]["id"].split(":")[3:]) + "/did.json"
            if not keys:
                answer = connection.request("GET", path, key=False)
                if answer.status != 200:
                    raise NotVerified(f"{base}{path} answers {answer.status}")
                keys |= {one["id"]: one["publicKeyMultibase"] for one in json.loads(answer.body)["verificationMethod"]}
            try:
                proofs.check(record, keys.get)
            except proofs.BadProof as error:
                raise NotVerified(f"{file.name}: {error}") from None
    return len(files)
