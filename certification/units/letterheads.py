"""How the documents of an organization are headed on a day, and who may sign for it (Decree 30/2020/NĐ-CP, annex I).

Both are data with days: a document of a past day is headed and signed as things were then. What nobody has told is
worked out of the trees and marked so, in order that a document can be drawn on the first day: the name in capitals, and
above it that of the union it reports to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.errors import CertificationError
from certification.models import Letterhead as LetterheadRow
from certification.models import Organization
from certification.models import Signer as SignerRow
from certification.spreadsheets.columns import plain
from certification.units import organizations
from certification.units.trees import ADMINISTRATIVE, UNION, Node, UnknownOrganization
from lrs.db import Session, new_id

__all__ = [
    "BadLetterhead",
    "Letterhead",
    "Signer",
    "UnknownSigner",
    "add_signer",
    "end_signer",
    "letterhead",
    "set_letterhead",
    "signer",
    "signers",
]

AT_MOST = 2000
"""Characters of a line; more is no line of a letterhead."""


class BadLetterhead(CertificationError):
    """What was told of a letterhead or a signer cannot be so; `faults` names the field and what is wrong with it."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{field}: {message}" for field, message in self.faults))


class UnknownSigner(CertificationError):
    """Nobody of that name may sign for the organization on the day."""

    def __init__(self, name: str, unit: str, on: date, known: Iterable[str]) -> None:
        who = ", ".join(sorted(known))
        may = f"Ngày đó có quyền ký: {who}" if who else "Ngày đó chưa ghi ai có quyền ký; ghi người ký trước"
        super().__init__(f"“{name}” không có quyền ký thay mặt {unit} ngày {on:%d/%m/%Y}. {may}")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """How documents are headed: line breaks stand where the lines break.

    `symbol` is what stands after the kind of document in its number (LĐLĐ of 05/BC-LĐLĐ); `recipients` receive every
    document. `told_from` is the day from which somebody said so; None where it is worked out of the trees.
    """

    issuer: str
    parent: str | None = None
    place: str | None = None
    symbol: str | None = None
    recipients: tuple[str, ...] = ()
    address: str | None = None
    told_from: date | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who may sign, from the first to the last day (None: open). `authority` is the line above the office."""

    id: UUID
    name: str
    office: str
    authority: str | None
    valid_from: date
    valid_to: date | None
    source: str


# ---------------------------------------------------------------- letterheads


def letterhead(session: Session, tenant: UUID, code: str, on: date) -> Letterhead:
    """How documents of the organization are headed on the day. Raises UnknownOrganization."""
    node = _node(session, tenant, code)
    row = session.execute(
        sa.select(LetterheadRow)
        .where(
            LetterheadRow.organization_id == node.id,
            LetterheadRow.tenant_id == tenant,
            LetterheadRow.valid_from <= on,
        )
        .order_by(LetterheadRow.valid_from.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        return _worked_out(session, tenant, code, on)
    return Letterhead(
        row.issuer, row.parent, row.place, row.symbol, tuple(row.recipients.splitlines()), row.address, row.valid_from
    )


def set_letterhead(
    session: Session, tenant: UUID, code: str, told: Letterhead, *, starts: date, by: str, now: datetime
) -> None:
    """From the day `starts` on documents are headed so, until the next day on which somebody said something else.

    Saying it again for the same day replaces what was said. Raises UnknownOrganization, BadLetterhead with every fault.
    """
    node = _node(session, tenant, code)
    lines = {
        "issuer": told.issuer,
        "parent": told.parent,
        "place": told.place,
        "symbol": told.symbol,
        "recipients": "\n".join(told.recipients),
        "address": told.address,
    }
    faults = [(field, fault) for field, text in lines.items() if (fault := _bad(text, empty=field != "issuer"))]
    faults += [(field, "viết trên một dòng") for field in ("place", "symbol") if "\n" in (lines[field] or "")]
    if faults:
        raise BadLetterhead(faults)
    values = {field: _clean(text) for field, text in lines.items()}
    row = {
        "organization_id": node.id,
        "valid_from": starts,
        "tenant_id": tenant,
        **values,
        "issuer": values["issuer"] or "",
        "recipients": values["recipients"] or "",
    }
    bulk.upsert(session, LetterheadRow, [row], replacing=tuple(lines))
    detail = {"from": starts.isoformat(), **values}
    chain.add(session, tenant, by=by, act="letterhead.set", subject=f"unit:{code}", detail=detail, now=now)


def _worked_out(session: Session, tenant: UUID, code: str, on: date) -> Letterhead:
    tree = organizations.tree(session, tenant, on)
    node = tree.node(code)
    which = ADMINISTRATIVE if node.kind == "administrative" else UNION
    above = tree.parents(code, which) if node.exists_on(on) else ()
    printed = node.kind != "administrative" and bool(above)
    return Letterhead(node.name.upper(), tree.node(above[0]).name.upper() if printed else None)


# ---------------------------------------------------------------- signers


def signers(session: Session, tenant: UUID, code: str, on: date | None = None) -> list[Signer]:
    """Who may sign for the organization on the day, or ever, the earliest first. Raises UnknownOrganization."""
    node = _node(session, tenant, code)
    query = sa.select(
        SignerRow.id,
        SignerRow.name,
        SignerRow.office,
        SignerRow.authority,
        SignerRow.valid_from,
        SignerRow.valid_to,
        SignerRow.source,
    ).where(SignerRow.organization_id == node.id, SignerRow.tenant_id == tenant)
    if on is not None:
        query = query.where(SignerRow.valid_from <= on, sa.or_(SignerRow.valid_to.is_(None), SignerRow.valid_to >= on))
    return [Signer(*row) for row in session.execute(query.order_by(SignerRow.valid_from, SignerRow.id))]


def signer(session: Session, tenant: UUID, code: str, name: str, on: date) -> Signer:
    """Who of this name, however it is written, may sign for the organization on the day; of several offices the last
    one begun. Raises UnknownSigner, which names those who may; UnknownOrganization."""
    known = signers(session, tenant, code, on)
    found = [one for one in known if plain(one.name) == plain(name)]
    if not found:
        raise UnknownSigner(name, _node(session, tenant, code).name, on, (one.name for one in known))
    return found[-1]


def add_signer(
    session: Session,
    tenant: UUID,
    code: str,
    *,
    name: str,
    office: str,
    authority: str | None = None,
    starts: date,
    last: date | None = None,
    source: str,
    by: str,
    now: datetime,
) -> UUID:
    """Says who may sign for the organization from the day `starts` on (to `last`, the last day).

    Returns its id; that of what is known already where the same was said for days that meet. Raises BadLetterhead with
    every fault, UnknownOrganization.
    """
    node = _node(session, tenant, code)
    texts = {"name": name, "office": office, "source": source}
    faults = [(field, fault) for field, text in texts.items() if (fault := _bad(text, empty=False))]
    faults += [("authority", fault) for fault in (_bad(authority, empty=True),) if fault]
    if last is not None and last < starts:
        faults.append(("last", f"trước ngày bắt đầu {starts:%d/%m/%Y}"))
    if faults:
        raise BadLetterhead(faults)
    bulk.import_alone(session, tenant)
    told = {"name": _clean(name) or "", "office": _clean(office) or "", "authority": _clean(authority)}
    for one in signers(session, tenant, code):
        same = (plain(one.name), one.office, one.authority) == (plain(name), told["office"], told["authority"])
        meets = one.valid_from <= (last or date.max) and starts <= (one.valid_to or date.max)
        if same and meets:
            return one.id
    made = new_id()
    row = {
        "organization_id": node.id,
        "id": made,
        "tenant_id": tenant,
        **told,
        "plain": plain(name),
        "valid_from": starts,
        "valid_to": last,
        "source": _clean(source) or "",
    }
    bulk.insert(session, SignerRow, [row])
    detail = {**told, "unit": code, "from": starts.isoformat(), "source": source}
    chain.add(session, tenant, by=by, act="signer.add", subject=f"signer:{made}", detail=detail, now=now)
    return made


def end_signer(
    session: Session, tenant: UUID, code: str, signer_id: UUID, *, last: date, reason: str, by: str, now: datetime
) -> None:
    """From the day after `last` on this signer signs no more. Raises BadLetterhead where there is no such signer, or
    the day lies before the first; UnknownOrganization."""
    node = _node(session, tenant, code)
    bulk.import_alone(session, tenant)
    known = {one.id: one for one in signers(session, tenant, code)}.get(signer_id)
    if known is None:
        raise BadLetterhead([("signer", "không có người ký này ở đơn vị")])
    if last < known.valid_from - timedelta(days=1):
        raise BadLetterhead([("last", f"trước ngày bắt đầu {known.valid_from:%d/%m/%Y}")])
    if fault := _bad(reason, empty=False):
        raise BadLetterhead([("reason", fault)])
    session.execute(
        sa.update(SignerRow)
        .where(SignerRow.organization_id == node.id, SignerRow.id == signer_id)
        .values(valid_to=last)
    )
    detail = {"unit": code, "last": last.isoformat(), "reason": reason}
    chain.add(session, tenant, by=by, act="signer.end", subject=f"signer:{signer_id}", detail=detail, now=now)


# ---------------------------------------------------------------- what both share


def _node(session: Session, tenant: UUID, code: str) -> Node:
    row = session.execute(
        sa.select(
            Organization.id,
            Organization.code,
            Organization.name,
            Organization.kind,
            Organization.exists_from,
            Organization.exists_to,
        ).where(Organization.tenant_id == tenant, Organization.code == code.replace("\0", ""))
    ).first()
    if row is None:
        raise UnknownOrganization(code)
    return Node(*row)


def _bad(text: str | None, *, empty: bool) -> str | None:
    """What is wrong with a text that is to be printed; None: nothing."""
    if text is None or not text.strip():
        return None if empty else "còn trống"
    if len(text) > AT_MOST:
        return f"dài quá {AT_MOST} ký tự"
    odd = sorted({f"U+{ord(letter):04X}" for letter in text if letter != "\n" and _is_odd(letter)})
    return f"có ký tự không in được ({', '.join(odd[:5])}); gõ lại dòng này" if odd else None


def _is_odd(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") or letter in "\u2028\u2029\ufffe\uffff"


def _clean(text: str | None) -> str | None:
    """Composed (NFC), without spaces at the ends of lines; None where nothing is left."""
    if text is None:
        return None
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).strip().splitlines()]
    return "\n".join(lines) or None
