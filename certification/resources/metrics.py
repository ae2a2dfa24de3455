"""/metrics: figures for Prometheus. For whoever has the token of METRICS_TOKEN, or is this machine where
METRICS_LOCAL says so; closed to everybody otherwise. No value names a person, an address or a tenant."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from certification.judgement import lag, pulse
from certification.judgement.lag import Lag
from certification.resources.access import database
from lrs import api
from lrs.api import Kind, Sample
from lrs.db import NOBODY, Database

__all__ = ["ASKED", "KINDS", "metrics"]

ASKED = (
    Kind("cdht_database_up", "gauge", "1 where the database answers."),
    Kind("cdht_statements_stored_total", "counter", "Statements taken, of all tenants."),
    Kind("cdht_unread_statements", "gauge", "Statements that the certification half has not read yet."),
    Kind("cdht_unread_seconds", "gauge", "How long the first of them has waited."),
    Kind("cdht_workers_unjudged", "gauge", "Workers who wait to be judged again, up to 10,001 for each tenant."),
    Kind("cdht_workers_uncounted", "gauge", "Workers who wait to be counted again, up to 10,001 for each tenant."),
    Kind("cdht_count_seconds", "gauge", "How long the first of those has waited who wait to be counted."),
    Kind("cdht_unforwarded_statements", "gauge", "Statements not yet settled with destinations, paused ones left out."),
    Kind("cdht_unforwarded_seconds", "gauge", "How long the first of them has waited."),
    Kind("cdht_dead_letters", "gauge", "Statements that destinations refused, up to 10,001 for each."),
    Kind("cdht_forwarding_failures", "gauge", "How often in a row the worst destination took nothing."),
    Kind("cdht_pulling_behind_seconds", "gauge", "How long ago the next round of a source should have ended."),
    Kind("cdht_pulling_refused", "gauge", "Statements of sources that are not taken here, up to 10,001 for each."),
    Kind("cdht_unknown_actors", "gauge", "Actors whom nobody knows, up to 10,001 for each tenant."),
    Kind("cdht_database_bytes", "gauge", "Size of the database."),
    Kind("cdht_database_clock_skew_seconds", "gauge", "How far this machine's clock is off the database's."),
    Kind("cdht_postgresql_connections", "gauge", "Connections open to the whole PostgreSQL server."),
    Kind("cdht_postgresql_max_connections", "gauge", "So many it takes."),
    Kind("cdht_postgresql_longest_transaction_seconds", "gauge", "How long the oldest open transaction is open."),
    Kind("cdht_postgresql_archive_failing", "gauge", "1 where a part of the log could not be archived."),
    Kind("cdht_judging_timestamp_seconds", "gauge", "When the judging was last seen at work on this machine."),
    Kind("cdht_backup_timestamp_seconds", "gauge", "When the last backup was taken from this machine; 0: never."),
    Kind("cdht_backup_verified_timestamp_seconds", "gauge", "When a backup was last read to its end; 0: never."),
    Kind("cdht_backup_faulty", "gauge", "1 where the backup that was read last is damaged."),
    Kind("cdht_disk_free_bytes", "gauge", "Room on the disk of the data folder."),
    Kind("cdht_disk_bytes", "gauge", "How large that disk is."),
    Kind("cdht_database_disk_free_bytes", "gauge", "Room where the database's files lie, if on this machine."),
    Kind("cdht_database_disk_bytes", "gauge", "How large that disk is; of several, that with the least room."),
)
"""What is asked when somebody reads the figures."""

KINDS = (*api.COUNTED, *ASKED)

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
def show() -> Response:
    """All figures, as Prometheus reads them; 401 for whoever may not."""
    if not _may():
        return Response("not for everybody\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    figures: api.Figures = current_app.extensions["figures"]
    text = api.exposition(
        KINDS, [*figures.samples(), *_of_machine(), *_of_disks(database()), *_of_database(database())]
    )
    return Response(text, mimetype="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"})


show.guard = "METRICS_TOKEN or METRICS_LOCAL"  # type: ignore[attr-defined]


def _may() -> bool:
    settings = current_app.extensions["settings"]
    sent = request.headers.get("Authorization", "")
    if settings.metrics_token and sent.startswith("Bearer "):
        return hmac.compare_digest(sent.removeprefix("Bearer ").strip().encode(), settings.metrics_token.encode())
    passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"))
    return bool(settings.metrics_local) and request.remote_addr in ("127.0.0.1", "::1") and not passed_on


def _of_machine() -> Iterator[Sample]:
    folder = current_app.extensions["settings"].data_dir
    disk, last, beat = shutil.disk_usage(folder), api.last_backup(folder), pulse.last_beat(folder)
    yield _one("cdht_disk_free_bytes", disk.free)
    yield _one("cdht_disk_bytes", disk.total)
    yield _one("cdht_backup_timestamp_seconds", _stamp(last.taken))
    yield _one("cdht_backup_verified_timestamp_seconds", _stamp(last.verified))
    yield _one("cdht_backup_faulty", bool(last.fault))
    yield _one("cdht_judging_timestamp_seconds", _stamp(beat))


def _of_disks(found: Database) -> Iterator[Sample]:
    """Of the disk under the database that is full first; nothing where it is on another machine."""
    disks = [shutil.disk_usage(one) for one in api.folders_of(found)]
    for disk in sorted(disks, key=lambda disk: disk.free)[:1]:
        yield _one("cdht_database_disk_free_bytes", disk.free)
        yield _one("cdht_database_disk_bytes", disk.total)


def _of_database(found: Database) -> Iterator[Sample]:
    try:
        yield from [*_of_engine(found), *_of_tenants(found), _one("cdht_database_up", 1)]
    except SQLAlchemyError:
        yield _one("cdht_database_up", 0)


def _of_engine(found: Database) -> Iterator[Sample]:
    engine = api.engine_of(found)
    yield _one("cdht_database_bytes", found.size())
    yield _one("cdht_database_clock_skew_seconds", abs(engine.clock - engine.asked).total_seconds())
    if engine.kind == "postgresql":
        yield _one("cdht_postgresql_connections", engine.connections)
        yield _one("cdht_postgresql_max_connections", int(engine.settings["max_connections"]))
        yield _one("cdht_postgresql_longest_transaction_seconds", engine.longest_transaction)
        yield _one("cdht_postgresql_archive_failing", engine.archiving is not None and engine.archiving.is_failing)


def _of_tenants(found: Database) -> Iterator[Sample]:
    present = datetime.now(UTC)
    with found.reading(NOBODY) as session:
        tenants = [tenant for tenant, _ in api.tenants(session)]
    all_of_them = [_lag(found, tenant) for tenant in tenants]
    going = [one for tenant in tenants for one in _destinations(found, tenant)]
    coming = [one for tenant in tenants for one in _sources(found, tenant)]
    waiting = [one for one in going if one.paused is None]
    for name, value in (
        ("cdht_unforwarded_statements", sum(one.waiting for one in waiting)),
        ("cdht_unforwarded_seconds", max((_since(one.waiting_since, present) for one in waiting), default=0)),
        ("cdht_dead_letters", sum(one.letters for one in going)),
        ("cdht_forwarding_failures", max((one.failures for one in waiting), default=0)),
        ("cdht_pulling_behind_seconds", max((_since(one.behind_since(present), present) for one in coming), default=0)),
        ("cdht_pulling_refused", sum(one.refused for one in coming)),
        ("cdht_statements_stored_total", sum(one.stored for one in all_of_them)),
        ("cdht_unread_statements", sum(one.unread for one in all_of_them)),
        ("cdht_unread_seconds", max((_since(one.unread_since, present) for one in all_of_them), default=0)),
        ("cdht_workers_unjudged", sum(one.unjudged for one in all_of_them)),
        ("cdht_workers_uncounted", sum(one.uncounted for one in all_of_them)),
        ("cdht_count_seconds", max((_since(one.uncounted_since, present) for one in all_of_them), default=0)),
        ("cdht_unknown_actors", sum(one.unknown_actors for one in all_of_them)),
    ):
        yield _one(name, value)


def _lag(found: Database, tenant: UUID) -> Lag:
    with found.reading(tenant) as session:
        return lag.lag_of(session, tenant)


def _destinations(found: Database, tenant: UUID) -> list[api.Destination]:
    with found.reading(tenant) as session:
        return api.destinations(session, tenant)


def _sources(found: Database, tenant: UUID) -> list[api.Source]:
    with found.reading(tenant) as session:
        return api.sources(session, tenant)


def _since(when: datetime | None, present: datetime) -> float:
    return max(0.0, (present - when).total_seconds()) if when is not None else 0.0


def _stamp(when: datetime | None) -> float:
    return when.timestamp() if when is not None else 0.0


def _one(name: str, value: float) -> Sample:
    return Sample(name, (), float(value))
