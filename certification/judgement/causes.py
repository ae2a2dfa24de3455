"""Why a worker was judged again: kept as one small number with the mark and with the version that came of it."""

from __future__ import annotations

from enum import IntFlag

__all__ = ["Cause"]


class Cause(IntFlag):
    """What changed. Several may have, by the time somebody is judged."""

    EVIDENCE = 1
    """Statements came, or say something else than before."""
    WITHDRAWN = 2
    """Evidence is gone: a Statement was voided, or says nothing any more."""
    ATTESTED = 4
    """Somebody attested points, or took them back."""
    SELF_GIVEN = 8
    """The worker gave himself points."""
    PERSON = 16
    """It was found whose learning it is: an Actor was linked, two records were merged or parted."""
    EMPLOYMENT = 32
    """The roster says something else: another employment, another audience."""
    RULES = 64
    """Other rules hold for the year."""
    DAY = 128
    """The day came of evidence that was dated later."""
    ASKED = 256
    """Somebody asked for it."""
