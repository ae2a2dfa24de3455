"""The forms in which a transcript is given: JSON, PDF, XLSX, and signed as a Comprehensive Learner Record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from certification.documents import transcript_book, transcript_paper
from certification.transcripts import words
from certification.transcripts.told import Transcript

__all__ = ["CLR", "FORMS", "JSON", "PDF", "XLSX", "document", "drawn"]

JSON, PDF, XLSX, CLR = "json", "pdf", "xlsx", "clr"
FORMS: Mapping[str, str] = {
    JSON: "application/json",
    PDF: "application/pdf",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CLR: "application/vc+ld+json",
}
"""Each form with its media type. What is signed, `signing` makes."""


def document(transcript: Transcript) -> dict[str, Any]:
    """What it says, and as of which day, for whom, for what, on which ground and until when."""
    basis = transcript.basis
    return {
        "as_of": transcript.as_of,
        "basis": {
            "ground": basis.ground,
            "words": words.said_of(basis),
            "purpose": basis.purpose,
            "recipient": basis.recipient,
            "until": basis.until,
        },
        **transcript.content(),
    }


def drawn(transcript: Transcript, form: str) -> bytes:
    """The transcript in one of the forms that are not signed."""
    make: Mapping[str, Callable[[], bytes]] = {
        JSON: lambda: msgspec.json.format(msgspec.json.encode(document(transcript)), indent=2),
        PDF: lambda: transcript_paper.draw(transcript),
        XLSX: lambda: transcript_book.as_xlsx(transcript),
    }
    return make[form]()
