"""Loudspeaker broadcasts, posts, portal items, leaflets: counted as items, never as persons.

No such item leaves a trace of who heard it, so none is evidence of anybody. They are what the yearly report calls
propaganda: how many a unit sent out, by channel, in a period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from certification import bulk, spreadsheets
from certification.evidence import words
from certification.models import ChannelItem, Organization
from certification.people.row_journal import RowJournal
from certification.spreadsheets import Column, ImportResult, Row, written
from certification.units import organizations
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["CHANNELS", "COLUMNS", "Counted", "Item", "counts", "import_channel_items", "listed"]

CHANNELS: Mapping[str, str] = {
    "loa truyền thanh": "loudspeaker",
    "zalo": "zalo",
    "facebook": "facebook",
    "cổng thông tin": "portal",
    "tờ rơi": "leaflet",
    "video": "video",
    "bảng tin": "board",
    "khác": "other",
}

UNIT, CHANNEL, DAY, TITLE, ITEMS, SOURCE = "Mã đơn vị", "Kênh", "Ngày", "Tiêu đề", "Số lượng", "Nguồn"
COLUMNS = (
    Column(UNIT, ("unit",), meaning="mã đơn vị đã phát, đã đăng", example="vn/lao-cai/xa-a"),
    Column(CHANNEL, ("channel",), meaning="kênh", example="loa truyền thanh", choices=tuple(CHANNELS)),
    Column(DAY, ("day",), kind="day", meaning="ngày phát, ngày đăng", example="05/09/2026"),
    Column(TITLE, ("title",), meaning="tên tin, bài", example="Luật Bảo hiểm xã hội 2024"),
    Column(ITEMS, ("items",), kind="number", meaning="số tin, bài, lượt phát, tờ; 0 là không có", example="2"),
    Column(SOURCE, ("source",), left_out=True, may_be_empty=True, meaning="địa chỉ hoặc số trong sổ", example="Sổ 12"),
)
MOST_ITEMS = 1_000_000


@dataclass(frozen=True, slots=True)
class Counted:
    """Items of a unit and everything below it in a period, by channel and in all; both days in Vietnam, included."""

    code: str
    first: date
    last: date
    by_channel: Mapping[str, int]

    @property
    def items(self) -> int:
        """In all channels."""
        return sum(self.by_channel.values())


def import_channel_items(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    by: str,
    now: datetime,
    units: Collection[UUID] | None = None,
    good_rows: bool = False,
    journal: RowJournal | None = None,
) -> ImportResult:
    """Takes in a CSV or XLSX file of items (docs/imports.md). The same unit, channel, day and title told again with
    another number corrects it; 0 takes it back. `units` are the ids of those it may be about; None means all.

    Raises ImportFaults with every fault; nothing was changed then, unless `good_rows` are asked for: rows at fault are
    left out then, and told. A `journal` is told what changes. May be called again with the same file.
    """
    sheet = spreadsheets.read(data, COLUMNS)
    bulk.import_alone(session, tenant)
    known = {
        code: node for code, node in organizations.nodes(session, tenant).items() if units is None or node.id in units
    }
    told: dict[UUID, dict[str, Any]] = {}
    first: dict[UUID, int] = {}
    for row in sheet.each():
        one = _said(row, known, tenant, by, now)
        if one is None:
            continue
        if first.setdefault(one["id"], row.number) != row.number:
            earlier = first[one["id"]]
            row.clash(TITLE, f"dòng {earlier} đã ghi mục này; chỉ giữ một dòng, cộng số lượng", earlier)
        told[one["id"]] = one
    sheet.refuse_faulty(good_rows=good_rows)
    told = {key: one for key, one in told.items() if sheet.good(first[key])}
    rows = session.execute(
        sa.select(ChannelItem.id, ChannelItem.items, ChannelItem.source).where(
            ChannelItem.tenant_id == tenant, among(session, ChannelItem.id, list(told))
        )
    )
    there = {row.id: (row.items, row.source) for row in rows}
    new = [one for key, one in told.items() if key not in there]
    changed = [one for key, one in told.items() if key in there and there[key] != (one["items"], one["source"])]
    bulk.upsert(session, ChannelItem, [*new, *changed], replacing=("items", "source", "recorded_by", "recorded"))
    if journal is not None:
        for one in (*new, *changed):
            key = {"organization_id": one["organization_id"], "id": one["id"]}
            was = there.get(one["id"])
            before = None if was is None else {"items": was[0], "source": was[1]}
            rest = {name: one[name] for name in ("channel", "day", "title")}
            after = {"items": one["items"], "source": one["source"]}
            journal.add(key | rest, before, after, words=f"“{one['title']}”, ngày {written(one['day'])}")
    notes = tuple(
        f"“{one['title']}” ngày {written(one['day'])}: {there[one['id']][0]} thành {one['items']}" for one in changed
    )
    return sheet.result(len(new), len(changed), len(told) - len(new) - len(changed), notes)


def _said(row: Row, units: Mapping[str, Node], tenant: UUID, by: str, now: datetime) -> dict[str, Any] | None:
    code, channel, day = row.text(UNIT), row.choice(CHANNEL, CHANNELS), row.day(DAY)
    title, items = row.text(TITLE), row.number_of(ITEMS, at_least=0, at_most=MOST_ITEMS)
    source = row.optional_text(SOURCE)
    unit = units.get(code or "")
    if code is not None and unit is None:
        row.fault(UNIT, f"không có đơn vị nào mang mã “{code}”; sửa mã, hoặc nhập đơn vị đó trước")
    if day is not None and day > (today := vietnam_day(now)):
        row.fault(DAY, f"{written(day)} chưa tới (hôm nay {written(today)}); sửa ngày")
    if title is not None and words.tells_who(title):
        row.fault(TITLE, "có số giống số điện thoại, số căn cước hoặc địa chỉ thư; bỏ số đó đi")
    if not row.ok or unit is None or channel is None or day is None or title is None or items is None:
        return None
    return {
        "organization_id": unit.id,
        "id": uuid5(unit.id, f"{channel} {day.isoformat()} {title.casefold()}"),
        "tenant_id": tenant,
        "channel": channel,
        "day": day,
        "title": title,
        "items": items,
        "source": source,
        "recorded_by": by,
        "recorded": now,
    }


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it is kept: of which unit (its code), how many of them, who recorded it and when (UTC)."""

    id: UUID
    unit: str
    channel: str
    day: date
    title: str
    items: int
    source: str | None
    recorded_by: str
    recorded: datetime


def listed(
    session: Session,
    tenant: UUID,
    first: date,
    last: date,
    *,
    unit: str | None = None,
    units: Collection[UUID] | None = None,
    after: tuple[date, UUID] | None = None,
    limit: int | None = None,
) -> list[Item]:
    """Items from one day to another, by day and id, from behind `after` on: of the unit with this code itself, and of
    those whose ids are `units` (None means all). One SQL command."""
    query = (
        sa.select(
            ChannelItem.id,
            Organization.code,
            ChannelItem.channel,
            ChannelItem.day,
            ChannelItem.title,
            ChannelItem.items,
            ChannelItem.source,
            ChannelItem.recorded_by,
            ChannelItem.recorded,
        )
        .join(Organization, Organization.id == ChannelItem.organization_id)
        .where(
            ChannelItem.tenant_id == tenant, ChannelItem.day >= first, ChannelItem.day <= last, ChannelItem.items > 0
        )
        .order_by(ChannelItem.day, ChannelItem.id)
        .limit(limit)
    )
    if unit is not None:
        query = query.where(Organization.code == unit)
    if units is not None:
        query = query.where(among(session, ChannelItem.organization_id, units))
    if after is not None:
        later = sa.and_(ChannelItem.day == after[0], ChannelItem.id > after[1])
        query = query.where(sa.or_(ChannelItem.day > after[0], later))
    return [Item(*row) for row in session.execute(query)]


def counts(session: Session, tenant: UUID, code: str, first: date, last: date) -> Counted:
    """What the unit `code` and everything below it on either tree sent out from one day to another.

    Each item belongs where its unit stood on the day of the item. Raises UnknownOrganization. Three SQL commands.
    """
    forest = organizations.forest(session, tenant)
    forest.on(last).node(code)
    rows = session.execute(
        sa.select(Organization.code, ChannelItem.channel, ChannelItem.day, sa.func.sum(ChannelItem.items))
        .join(Organization, Organization.id == ChannelItem.organization_id)
        .where(ChannelItem.tenant_id == tenant, ChannelItem.day >= first, ChannelItem.day <= last)
        .group_by(Organization.code, ChannelItem.channel, ChannelItem.day)
    )
    found: Counter[str] = Counter()
    within: dict[tuple[date, str], bool] = {}
    for unit, channel, day, items in rows:
        since = forest.unchanged_since(day)
        if (since, unit) not in within:
            within[since, unit] = unit == code or code in forest.on(day).chain(unit)
        if within[since, unit]:
            found[channel] += items
    return Counted(code, first, last, {channel: found[channel] for channel in sorted(found) if found[channel]})
