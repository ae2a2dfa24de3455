"""A Comprehensive Learner Record is signed only after it is on record what is signed, for whom and on which ground."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from uuid import UUID

from certification.acts import chain
from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.credentials import proofs
from certification.credentials.canonical import canonical
from certification.transcripts.learner_record import learner_record
from certification.transcripts.told import Transcript
from lrs.db import Database, new_id

__all__ = ["signed"]


def signed(
    database: Database, tenant: UUID, transcript: Transcript, *, public_url: str, secret: bytes, by: str, now: datetime
) -> bytes:
    """The signed record, JSON in UTF-8. What cannot be signed is refused first; then an act is written with the digest
    of the very bytes; then they are signed.

    Raises NoPublicAddress, NothingLearnt, NotSignable, SealedElsewhere.
    """
    issuer = Issuer.of(public_url, tenant)
    record = new_id()
    unsigned = learner_record(transcript, issuer, record=record, at=now)
    canonical(unsigned)
    basis = transcript.basis
    detail = {
        "purpose": basis.purpose,
        "recipient": basis.recipient,
        "ground": basis.ground,
        "until": None if basis.until is None else basis.until.isoformat(),
        "sha256": hashlib.sha256(_bytes(unsigned)).hexdigest(),
    }
    with database.writing(tenant) as session:
        key = keys.current(session, tenant, issuer, secret=secret, by=by, now=now)
        chain.add(
            session, tenant, by=by, act="transcript.sign", subject=f"transcript:{record}", worker=transcript.worker,
            detail=detail, now=now,
        )  # fmt: skip
    return _bytes(proofs.prove(unsigned, key, created=now))


def _bytes(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
