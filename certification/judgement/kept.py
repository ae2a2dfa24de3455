"""How findings are kept: as a few hundred bytes, the same for the same findings whichever database holds them.

Nothing but what was found is in them. Points, states, reasons and words come out of the findings and the rules they
were found by, which the assessment names; so a wording can be bettered and a page redrawn without judging anybody
again, and whoever judges the same evidence anew can compare byte by byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

import msgspec

from certification.evaluation.results import Findings, Found, Given, IndicatorResult, Reason, Result

__all__ = ["decode", "encode", "is_of_old", "of_old"]

FORM = 1
"""The first value of what is kept, so that another form can tell itself from this one."""

SMALL = 256
"""Places below it are bytes."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


def encode(findings: Findings) -> bytes:
    """Findings as bytes. Statements may be named by UUIDs, their bytes or those in hexadecimal: it is the same."""
    statements = findings.statements
    packed: Callable[[Sequence[int]], bytes | Sequence[int]] = bytes if len(statements) <= SMALL else _places
    return _encoder.encode(
        (
            FORM,
            _joined(statements),
            [
                (value, packed(counted), packed(weak)) if weak else (value, packed(counted)) if counted else value
                for value, counted, weak in findings.found
            ],
            [(indicator, points, name and _bytes_of(name)) for indicator, points, name in findings.attested],
            [(indicator, points, name and _bytes_of(name)) for indicator, points, name in findings.self_given],
            [(key, packed(places)) for key, places in findings.reached],
        )
    )


def decode(kept: bytes) -> Findings:
    """The findings that `encode` wrote. Raises ValueError for anything else."""
    try:
        form, statements, found, attested, self_given, reached = _decoder.decode(kept)
    except (msgspec.DecodeError, TypeError, ValueError) as error:
        raise ValueError("these bytes are no findings") from error
    if form != FORM:
        raise ValueError(f"findings of the form {form!r} are not known here")
    return Findings(
        tuple([UUID(bytes=statements[start : start + 16]) for start in range(0, len(statements), 16)]),
        tuple([_found(one) for one in found]),
        tuple([_given(one) for one in attested]),
        tuple([_given(one) for one in self_given]),
        tuple([(key, tuple(places)) for key, places in reached]),
    )


def is_of_old(kept: bytes) -> bool:
    """Whether this is what was kept before findings were: the whole result as JSON."""
    return kept.startswith(b"{")


def of_old(kept: bytes) -> Result:
    """The result that was kept as JSON. Who gave which points is not told apart there."""
    document = msgspec.json.decode(kept)
    return Result(
        criteria_set=document["criteria_set"],
        rubric=document["rubric"],
        year=document["year"],
        as_of=date.fromisoformat(document["as_of"]),
        outcome=document["outcome"],
        total=document["total"],
        indicators=tuple(
            IndicatorResult(
                indicator=one["indicator"],
                points=one["points"],
                state=one["state"],
                source=one["source"],
                counted=tuple(map(UUID, one["counted"])),
                reasons=_reasons(one["reasons"]),
                suggested=one["points"] if one["source"] == "log" else None,
                attested=one["points"] if one["source"] == "attestation" else None,
            )
            for one in document["indicators"]
        ),
        reasons=_reasons(document["reasons"]),
    )


def _reasons(documents: Sequence[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(
        Reason(one["code"], tuple(sorted((name, number) for name, number in one.items() if name != "code")))
        for one in documents
    )


def _joined(names: Sequence[UUID | bytes | str]) -> bytes:
    """The bytes of all of them; a database gives all in one form."""
    if names and isinstance(names[0], str):
        return bytes.fromhex("".join(cast(Sequence[str], names)))
    if names and isinstance(names[0], bytes):
        return b"".join(cast(Sequence[bytes], names))
    return b"".join([name.bytes for name in cast(Sequence[UUID], names)])


def _bytes_of(name: UUID | bytes | str) -> bytes:
    if isinstance(name, bytes):
        return name
    return bytes.fromhex(name) if isinstance(name, str) else name.bytes


def _places(places: Sequence[int]) -> bytes | Sequence[int]:
    """Bytes iterate to the same numbers; they take half the room, as long as each is small enough."""
    return bytes(places) if not places or max(places) < SMALL else places


def _found(one: Any) -> Found:
    if isinstance(one, int):
        return Found(one, (), ())
    value, counted, *weak = one
    return Found(value, tuple(counted), tuple(weak[0]) if weak else ())


def _given(one: Any) -> Given:
    indicator, points, name = one
    return Given(indicator, points, UUID(bytes=name) if name else None)
