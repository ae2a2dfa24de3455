"""What anybody may find out about a certificate whose code they have: what its paper says, and how it stands today.

No account, no list, no search: whoever has no code finds nothing, and a code cannot be guessed. Checked, and told one
by one, are that the record is what was signed, by the issuer's key, and that it was not withdrawn.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.certificates import codes
from certification.certificates.badges import replaced_number
from certification.certificates.keys import Issuer
from certification.credentials import proofs
from certification.models import Certificate, CertificateCode, SigningKey
from certification.rules.certificate_forms import CertificateForm, build
from certification.rules.rule_store import one_stored
from lrs.db import NOBODY, Database

__all__ = ["CORRECTED", "EXPIRED", "VALID", "WITHDRAWN", "Shown", "look_up"]

VALID, EXPIRED, WITHDRAWN, CORRECTED = "valid", "expired", "withdrawn", "corrected"

KEPT = 2048
"""Credentials of which a process remembers that their signature was good, or that it was not, by a digest alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate as the world may see it on a day.

    `state` is VALID, EXPIRED (its years are over, of which `last_day` is the last), WITHDRAWN or CORRECTED (then
    `corrected_by` is the code of the one in its place); `replaces`: the number of the one that it corrects itself;
    `unaltered`: the record is what was signed, by the issuer's key.
    """

    name: str
    title: str
    year: int
    body: str
    decision_number: str
    decided_on: date
    number: str
    code: str
    state: str
    last_day: date | None
    withdrawn_on: date | None
    corrected_by: str | None
    replaces: str | None
    unaltered: bool
    erased: bool
    """The holder was erased: there is no name, no credential, and nothing left to be compared (`unaltered` is False);
    number, decision and status hold as before."""
    credential: bytes


def look_up(database: Database, text: str, on: date, *, public_url: str) -> Shown | None:
    """The certificate with this code, however it was typed, as it stands on the day; None where there is none."""
    code = codes.read(text)
    if code is None:
        return None
    with database.reading(NOBODY) as session:
        place = session.execute(
            sa.select(CertificateCode.tenant_id, CertificateCode.certificate_id).where(CertificateCode.code == code)
        ).first()
    return None if place is None else _shown(database, place.tenant_id, place.certificate_id, on, public_url)


def _shown(database: Database, tenant: UUID, certificate: UUID, on: date, public_url: str) -> Shown | None:
    """In one SQL command, once the process knows the form."""
    with database.reading(tenant) as session:
        row = session.execute(_ASKED.where(Certificate.tenant_id == tenant, Certificate.id == certificate)).first()
        if row is None or row.signed is None:
            return None
        rule = one_stored(session, tenant, row.form_id)
    form = build(rule.document, rule.id)
    last_day, erased = form.last_day(row.year), not row.signed
    if row.withdrawn_on is not None and row.withdrawn_on <= on:
        state = CORRECTED if row.corrected_by else WITHDRAWN
    else:
        state = EXPIRED if last_day is not None and on > last_day else VALID
    return Shown(
        name="" if erased else row.name,
        title=form.title,
        year=row.year,
        body=row.body,
        decision_number=row.decision_number,
        decided_on=row.decided_on,
        number=row.printed_number,
        code=row.code,
        state=state,
        last_day=last_day,
        withdrawn_on=row.withdrawn_on,
        corrected_by=row.corrected_by,
        replaces=None if erased else _replaces(row.signed),
        unaltered=not erased and _is_unaltered(row, form, Issuer.of(public_url, tenant)),
        erased=erased,
        credential=row.signed,
    )


_in_its_place = aliased(Certificate)
_ASKED = (
    sa.select(
        Certificate.form_id, Certificate.name, Certificate.year, Certificate.body, Certificate.decision_number,
        Certificate.decided_on, Certificate.printed_number, Certificate.code, Certificate.withdrawn_on,
        Certificate.signed, Certificate.key_name, SigningKey.multikey, _in_its_place.code.label("corrected_by"),
    )
    .outerjoin(
        SigningKey, sa.and_(SigningKey.tenant_id == Certificate.tenant_id, SigningKey.name == Certificate.key_name)
    )
    .outerjoin(
        _in_its_place,
        sa.and_(
            _in_its_place.worker_id == Certificate.worker_id, _in_its_place.id == Certificate.replaced_by,
            _in_its_place.tenant_id == Certificate.tenant_id,
        ),
    )
)  # fmt: skip
"""A certificate with the key that is to have signed it and the code of the one in its place."""


def _is_unaltered(row: Any, form: CertificateForm, issuer: Issuer) -> bool:
    """Whether the stored credential is signed by the tenant's key that the register names, and says what it says."""
    grounds = form.grounds_of(row.decision_number, row.decided_on, row.body).strip("()")
    kept = (
        row.name, row.printed_number, f"{form.title} {form.year_of(row.year)}", grounds, row.body, row.code,
    )  # fmt: skip
    key = issuer.key(row.key_name), row.multikey or ""
    return _said(row.signed) == kept and _signed.by(row.signed, (key,))


def _replaces(credential: bytes) -> str | None:
    try:
        return replaced_number(json.loads(credential))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _said(credential: bytes) -> tuple[str, ...] | None:
    """What a credential says; None where it is none."""
    try:
        document: Any = json.loads(credential)
        subject = document["credentialSubject"]
        code = document["evidence"][0]["id"].rpartition("/")[2]
        return (
            subject["identifier"][0]["identityHash"], subject["licenseNumber"], document["name"],
            document["description"], document["issuer"]["name"], code,
        )  # fmt: skip
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


class _Signed:
    """Of which credentials a process has found out whether a key signed them.

    Remembered by a digest of the very bytes and keys, so that nothing of what a credential says stays in memory once
    its holder was erased. It says nothing of how the certificate stands today, which is read each time.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[bytes, bool] = OrderedDict()
        self._lock = threading.Lock()

    def by(self, credential: bytes, keys_of: tuple[tuple[str, str], ...]) -> bool:
        """Whether one of these keys (address, Multikey) signed it."""
        of = hashlib.sha256(json.dumps(keys_of).encode() + b"\0" + credential).digest()
        with self._lock:
            if of in self._found:
                self._found.move_to_end(of)
                return self._found[of]
        good = self._check(credential, keys_of)
        with self._lock:
            self._found[of] = good
            if len(self._found) > KEPT:
                self._found.popitem(last=False)
        return good

    def _check(self, credential: bytes, keys_of: tuple[tuple[str, str], ...]) -> bool:
        try:
            proofs.check(json.loads(credential), dict(keys_of).get)
        except (proofs.BadProof, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return False
        return True


_signed = _Signed()
