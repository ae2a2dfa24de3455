"""What steps about many dossiers share: whom the numbers name, and every fault with its place and worker number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from certification.dossiers import steps
from certification.dossiers.steps import OneDossier
from certification.people import workers
from certification.people.workers import Known
from certification.spreadsheets import Fault, ImportFaults
from lrs.db import Session

__all__ = ["Named", "faults_of", "named", "raise_faults", "text_faults"]

TEXT_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Named:
    """The dossiers that numbers name, the number each was sent by and its place, and what is wrong with the others."""

    dossiers: tuple[OneDossier, ...]
    sent: dict[UUID, str]
    places: dict[UUID, int]
    faults: tuple[Fault, ...]


def named(session: Session, tenant: UUID, programme: str, year: int, numbers: Sequence[str], *, known: Known) -> Named:
    """The dossiers of these workers of the year, locked; a few SQL commands. Whoever is not `known` to the caller is as
    if there were nobody."""
    people = workers.known_workers(session, tenant, set(numbers))
    seen = set(known({person.id for person in people.values()}))
    people = {number: person for number, person in people.items() if person.id in seen}
    found = steps.at_hand(session, tenant, programme, year, [person.id for person in people.values()])
    faults: list[Fault] = []
    sent: dict[UUID, str] = {}
    places: dict[UUID, int] = {}
    if not numbers:
        faults.append(Fault(0, "workers", "danh sách trống; ghi ít nhất một người"))
    for place, number in enumerate(numbers, start=1):
        person = people.get(number)
        if person is None:
            faults.append(Fault(place, "number", f"không có người lao động nào mang mã “{number}”; sửa mã"))
        elif person.id in places:
            faults.append(Fault(place, "number", f"mã “{number}” đã có ở mục {places[person.id]}; chỉ ghi một lần"))
        else:
            places[person.id], sent[person.id] = place, number
            if person.id not in found:
                faults.append(Fault(place, "number", f"mã “{number}” chưa đăng ký danh hiệu năm {year}"))
    return Named(tuple(found[one] for one in places if one in found), sent, places, tuple(faults))


def faults_of(told: Named, said: Iterable[tuple[UUID, str]]) -> list[Fault]:
    """What is said of workers as faults in their places."""
    return [Fault(told.places[one], "number", f"mã “{told.sent[one]}”: {message}") for one, message in said]


def text_faults(field: str, text: str | None, *, needed: bool = False) -> list[Fault]:
    """What is wrong with a short text that is printed."""
    if text is None or not text.strip():
        return [Fault(0, field, "còn trống; ghi vào đây")] if needed else []
    if not text.isprintable():
        return [Fault(0, field, "có ký tự không in được; xoá rồi gõ lại")]
    if len(text) > TEXT_AT_MOST:
        return [Fault(0, field, f"dài {len(text)} ký tự, nhiều nhất là {TEXT_AT_MOST}; viết ngắn lại")]
    return []


def raise_faults(faults: Iterable[Fault]) -> None:
    """Raises ImportFaults where there is a fault, each once."""
    found = list(dict.fromkeys(faults))
    if found:
        raise ImportFaults(found)
