"""Reads the settings, joins the two halves, serves. Nothing else does either.

flask …            finds create_app() here
python wsgi.py     serves for real: migrates, then web workers and the judging of what comes in
"""

from __future__ import annotations

import ctypes
import difflib
import gc
import ipaddress
import json
import logging
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import sqlalchemy.exc
from environs import Env, EnvError
from flask import Flask, Response, current_app, request
from flask.cli import FlaskGroup, with_appcontext
from granian.constants import Interfaces
from granian.server import Server
from marshmallow import ValidationError, fields
from marshmallow.validate import OneOf
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from werkzeug.exceptions import HTTPException

import certification.models
import certification.resources.errors
import lrs.models
import lrs.resources.errors
import migrations
from certification import web
from certification.access import breached, first_run, look_ups, passwords
from certification.access.permissions import WIDE, Role
from certification.access.sessions import SESSION_LASTS, Idle
from certification.access.text_messages import Gateway
from certification.cli import certification_cli
from certification.commands.copies import COPIES
from certification.commands.doctor import doctor
from certification.commands.working import under_way
from certification.evidence.forwarded import MORE
from certification.federation.sending import send
from certification.judgement.pulse import Pulse
from certification.judgement.work import work
from certification.people import national_keys
from certification.privacy.looks import Looks
from certification.reports.mail import MailServer
from certification.resources import api, issuers, published_profile, xapi_ext_check
from certification.resources.limits import SIGNED_IN
from certification.resources.metrics import metrics
from certification.resources.roll_calls import GUESSES
from certification.resources.watching import watch
from certification.vietnam import vietnam_day
from lrs.api import find_tenant, outgoing, scanning
from lrs.attachments import MOST_BYTES
from lrs.bucket.signing import Credentials
from lrs.bucket.store import Bucket
from lrs.cli import lrs_cli
from lrs.cmi5.sessions import keep_ending
from lrs.commands.lacking import words
from lrs.commands.ops import ops_cli
from lrs.db import NOBODY, Database
from lrs.definitions import keep_up
from lrs.forwarding.work import forward
from lrs.last_use import LastUses
from lrs.observing import logs
from lrs.observing.figures import Figures, empty
from lrs.pulling.work import pull
from lrs.resources import xapi, xapi_ext
from lrs.resources.access import EVERYBODY, guarded
from lrs.resources.bodies import Request
from lrs.resources.observed import observe
from lrs.resources.rewriting import Application
from lrs.resources.room import ROOM
from lrs.resources.shares import Quota, Shares
from lrs.statements.writer import Writer
from lrs.tokens.issuers import Issuers
from lrs.versions import SUPPORTED
from migrations import serving

HERE = Path(__file__).parent
MAX_BODY_BYTES = 64 * 1024 * 1024
"""The largest request body read; a larger one is refused with 413 before it is."""
MOST_WORKERS = 64
IDLE_MINUTES = (5, SESSION_LASTS // timedelta(minutes=1))
JUDGE = "judge"
"""What this file is started with to judge beside the web processes, with the number of the process that starts it."""

SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds until judging that ended is begun again: twice as long each time that it ends at once."""

MOST_A_MINUTE = 1_000_000
"""The highest limit by the minute: one that is meant to hold, and that a database counts."""

BLOCKING_THREADS = 8
"""Requests that a web process works on at once. Those that store are put in together (`lrs.statements.writer`), so more
than the cores could work on pays."""

NEARLY = 0.87
"""How alike (of 1) a name of the environment has to be to one of a setting, to be taken for that one misspelt."""

log = logging.getLogger("wsgi")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment decides. `secret_key` is the pepper of API secrets and seals `more` links."""

    data_dir: Path
    database_url: str
    secret_key: bytes
    migration_database_url: str = field(default="", repr=False)
    """The same database (PostgreSQL) for the role that owns the tables; empty: the one that serves owns them."""
    port: int = 8000
    host: str = "127.0.0.1"
    workers: int = 0
    """Web processes on PostgreSQL; 0 means one for each core. On SQLite there is one, whatever this says."""
    attachment_max_bytes: int = MOST_BYTES
    """The largest attachment of a Statement that is taken."""
    cors_origins: tuple[str, ...] = ()
    """Web sites whose pages may call the xAPI endpoint, as scheme://host:port; "*" for every one."""
    xapi_version_named_by_default: str = "2.0.0"
    """The version that answers name when the request names none or an unknown one: 1.0.3 or 2.0.0."""
    public_url: str = ""
    """The address under which the world reaches this installation, without a slash at its end. Certificates name it for
    good; without it none is issued."""
    requests_at_once: int = 0
    """Of its threads each web process lets one key have so many while others are there; 0: all of them."""
    key_requests_a_minute: int = 0
    tenant_requests_a_minute: int = 0
    """What one key, and all keys of one tenant, may send to the store in a minute; 0: as much as they like."""
    look_ups_a_minute: int = 120
    """What one address may look up in a minute in each web process, of certificates, lists of those withdrawn, keys and
    profiles; 0: as much as it likes."""
    smtp_url: str = field(default="", repr=False)
    """The mail server that letters are handed to, as smtp://USER:PASSWORD@HOST:587 or smtps://…; empty: none go out."""
    mail_from: str = ""
    """The address that letters come from; without it none go out."""
    sms_url: str = field(default="", repr=False)
    """The gateway that text messages with one-time codes are handed to, over HTTPS; empty: none go out."""
    sms_header: str = field(default="", repr=False)
    """A header that the gateway asks for, as Authorization: Bearer …"""
    sms_body: str = field(default="", repr=False)
    """What is sent to it, with {to} or {local} for the number and {text}; JSON where it begins with {, else a form."""
    attachments_url: str = ""
    """A bucket that speaks S3, as https://HOST/BUCKET, in which bytes of attachments are kept; empty: the database."""
    attachments_key: str = ""
    attachments_secret: str = field(default="", repr=False)
    attachments_region: str = "us-east-1"
    """By what the bucket knows who asks, and where it says it is."""
    outgoing_hosts: tuple[str, ...] = ()
    """Hosts of other systems that operators may have Statements forwarded to and pulled from, as host or host:port;
    without any, neither is done."""
    metrics_token: str = field(default="", repr=False)
    """Whoever sends it reads the figures of /metrics; empty: nobody by a token."""
    metrics_local: bool = False
    """Whether programs on this very machine read them without a token."""
    log_format: str = logs.PLAIN
    """How lines of the log look: plain, or json for programs."""
    log_requests: bool = False
    """Whether every request has a line in the log: its id, the template of its address, its status, how long."""
    slow_query_ms: int = 1000
    """SQL commands that take longer are logged, without their parameters; 0: none are."""
    idle: Idle = field(default_factory=Idle)
    """After how long without a request people's sessions end."""
    require_second_factor: frozenset[Role] = frozenset()
    """Whoever holds one of these roles signs in with a code of an app as well."""
    breached_passwords: Path | None = None
    """A file of breached passwords, in the order of their SHA-1, that new ones are held against."""
    scanner: Path | None = None
    """The socket of a virus scanner (clamd) that looks at files which are handed in."""
    key_change_by_two: bool = False
    """Whether it takes two persons to change the key that signs certificates."""
    enterprises_tell_union_roles: bool = False
    """Whether an enterprise's own roster may change who of its known workers is a member or cadre of the union."""
    misspelt: tuple[str, ...] = ()
    """What is to be said of names that are nearly those of settings."""


def read_settings() -> Settings:
    """Settings from the environment: DATA_DIR, DATABASE_URL, MIGRATION_DATABASE_URL, SECRET_KEY, HOST, PORT, WORKERS,
    ATTACHMENT_MAX_BYTES,
    ATTACHMENTS_URL, ATTACHMENTS_KEY, ATTACHMENTS_SECRET, ATTACHMENTS_REGION,
    CORS_ORIGINS, XAPI_VERSION_NAMED_BY_DEFAULT, PUBLIC_URL, LOOK_UPS_A_MINUTE,
    REQUESTS_AT_ONCE, KEY_REQUESTS_A_MINUTE, TENANT_REQUESTS_A_MINUTE,
    SMTP_URL, MAIL_FROM, SMS_URL, SMS_HEADER, SMS_BODY, OUTGOING_HOSTS, METRICS_TOKEN, METRICS_LOCAL, LOG_FORMAT,
    LOG_REQUESTS, SLOW_QUERY_MS, SESSION_IDLE_MINUTES, SESSION_IDLE_MINUTES_OTHERS, REQUIRE_SECOND_FACTOR,
    ENTERPRISES_TELL_UNION_ROLES, KEY_CHANGE_BY_TWO, BREACHED_PASSWORDS, CLAMD_SOCKET. Of those that are secrets each
    may lie in a file of its name in CREDENTIALS_DIRECTORY instead, where systemd puts what it has opened.

    Without DATABASE_URL the data is in `cdht.sqlite3` in DATA_DIR (default: `var` beside this file). Without SECRET_KEY
    a secret is made once and kept in DATA_DIR. What cannot be used ends the program with one line for each setting.
    """
    _take_credentials()
    env = Env(eager=False)
    data_dir = Path(env.str("DATA_DIR", "") or HERE / "var").resolve()
    secret = env.str("SECRET_KEY", "", validate=_check_secret)
    database_url = env.str("DATABASE_URL", "", validate=_check_database_url)
    migration_url = env.str("MIGRATION_DATABASE_URL", "", validate=_check_migration_url)
    port = env.str("PORT", "", validate=_whole(1, 65535))
    host = env.str("HOST", "127.0.0.1", validate=_check_host)
    workers = env.str("WORKERS", "", validate=_whole(0, MOST_WORKERS))
    attachment_max_bytes = env.str("ATTACHMENT_MAX_BYTES", "", validate=_whole(1))
    cors_origins = env.str("CORS_ORIGINS", "", validate=_check_cors_origins)
    version = env.str("XAPI_VERSION_NAMED_BY_DEFAULT", "2.0.0", validate=_one_of(SUPPORTED))
    public_url = env.str("PUBLIC_URL", "", validate=_check_public_url)
    look_ups_a_minute = env.str("LOOK_UPS_A_MINUTE", "", validate=_whole(0, MOST_A_MINUTE))
    requests_at_once = env.str("REQUESTS_AT_ONCE", "", validate=_whole(0, BLOCKING_THREADS))
    key_requests = env.str("KEY_REQUESTS_A_MINUTE", "", validate=_whole(0, MOST_A_MINUTE))
    tenant_requests = env.str("TENANT_REQUESTS_A_MINUTE", "", validate=_whole(0, MOST_A_MINUTE))
    smtp_url = env.str("SMTP_URL", "", validate=_check_smtp_url)
    mail_from = env.str("MAIL_FROM", "", validate=_check_mail_from)
    sms_url = env.str("SMS_URL", "", validate=_check_sms_url)
    sms_header = env.str("SMS_HEADER", "", validate=_check_sms_header)
    sms_body = env.str("SMS_BODY", "", validate=_check_sms_body)
    outgoing_hosts = env.str("OUTGOING_HOSTS", "", validate=_check_outgoing_hosts)
    attachments_url = env.str("ATTACHMENTS_URL", "", validate=_check_attachments_url)
    attachments_key = env.str("ATTACHMENTS_KEY", "", validate=_check_attachments_key)
    attachments_secret = env.str("ATTACHMENTS_SECRET", "", validate=_check_attachments_key)
    attachments_region = env.str("ATTACHMENTS_REGION", "us-east-1", validate=_check_attachments_region)
    metrics_token = env.str("METRICS_TOKEN", "", validate=_check_metrics_token)
    metrics_local = env.str("METRICS_LOCAL", "", validate=_check_yes_or_no)
    log_format = env.str("LOG_FORMAT", logs.PLAIN, validate=_one_of((logs.PLAIN, logs.JSON)))
    log_requests = env.str("LOG_REQUESTS", "", validate=_check_yes_or_no)
    slow_query_ms = env.str("SLOW_QUERY_MS", "", validate=_whole(0))
    idle_wide = env.str("SESSION_IDLE_MINUTES", "", validate=_whole(*IDLE_MINUTES))
    idle_others = env.str("SESSION_IDLE_MINUTES_OTHERS", "", validate=_whole(*IDLE_MINUTES))
    second_factor = env.str("REQUIRE_SECOND_FACTOR", ",".join(_names(WIDE)), validate=_check_roles)
    breached_file = env.str("BREACHED_PASSWORDS", "", validate=_check_breached)
    scanner = env.str("CLAMD_SOCKET", "", validate=_check_scanner)
    key_change_by_two = env.str("KEY_CHANGE_BY_TWO", "", validate=_check_yes_or_no)
    enterprises_tell_union_roles = env.str("ENTERPRISES_TELL_UNION_ROLES", "", validate=_check_yes_or_no)
    misspelt = _misspelt(env.dump())
    told: dict[str, list[str]] = {}
    try:
        env.seal()
    except EnvError as error:
        told |= error.error_messages  # type: ignore[attr-defined]
    if sms_url and not sms_body and not told.keys() & {"SMS_URL", "SMS_BODY"}:
        told["SMS_BODY"] = ["SMS_URL is set and this is not: say what the gateway is sent, to={to}&text={text} say."]
    if attachments_url and not told.keys() & {"ATTACHMENTS_URL", "OUTGOING_HOSTS"}:
        if not outgoing.is_listed(attachments_url, _listed(outgoing_hosts)):
            told["ATTACHMENTS_URL"] = ["Its host is not in OUTGOING_HOSTS: add it there."]
        elif not (attachments_key and attachments_secret):
            told["ATTACHMENTS_KEY"] = ["ATTACHMENTS_URL is set: give ATTACHMENTS_KEY and ATTACHMENTS_SECRET as well."]
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
        secret_key = secret.encode() if secret else _kept_secret(data_dir / "secret_key")
    except OSError as error:
        told["DATA_DIR"] = [
            f"{error.filename} cannot be used: {error.strerror}. Name a folder that this user may write."
        ]
    except ValueError as error:
        told["SECRET_KEY"] = [str(error)]
    if told:
        said = [f"{name}: {message}" for name, messages in told.items() for message in messages]
        sys.exit("\n".join([*said, *misspelt]))
    return Settings(
        data_dir=data_dir,
        database_url=database_url or f"sqlite:///{data_dir}/cdht.sqlite3",
        secret_key=secret_key,
        migration_database_url=migration_url,
        port=_number(port, 8000),
        host=host,
        workers=_number(workers, 0),
        attachment_max_bytes=_number(attachment_max_bytes, MOST_BYTES),
        cors_origins=tuple(one.strip().rstrip("/") for one in cors_origins.split(",") if one.strip()),
        xapi_version_named_by_default=version,
        public_url=public_url.rstrip("/"),
        look_ups_a_minute=_number(look_ups_a_minute, 120),
        requests_at_once=_number(requests_at_once, 0),
        key_requests_a_minute=_number(key_requests, 0),
        tenant_requests_a_minute=_number(tenant_requests, 0),
        smtp_url=smtp_url,
        mail_from=mail_from.strip(),
        sms_url=sms_url,
        sms_header=sms_header,
        sms_body=sms_body,
        attachments_url=attachments_url.rstrip("/"),
        attachments_key=attachments_key,
        attachments_secret=attachments_secret,
        attachments_region=attachments_region,
        outgoing_hosts=_listed(outgoing_hosts),
        metrics_token=metrics_token,
        metrics_local=metrics_local in fields.Boolean.truthy,
        log_format=log_format,
        log_requests=log_requests in fields.Boolean.truthy,
        slow_query_ms=_number(slow_query_ms, 1000),
        idle=Idle(timedelta(minutes=_number(idle_wide, 30)), timedelta(minutes=_number(idle_others, 240))),
        require_second_factor=frozenset(one for one in Role if one.value in _role_values(second_factor)),
        breached_passwords=Path(breached_file).resolve() if breached_file else None,
        scanner=Path(scanner) if scanner else None,
        key_change_by_two=key_change_by_two in fields.Boolean.truthy,
        enterprises_tell_union_roles=enterprises_tell_union_roles in fields.Boolean.truthy,
        misspelt=misspelt,
    )


SEALED = (
    "SECRET_KEY", "DATABASE_URL", "MIGRATION_DATABASE_URL", "SMTP_URL", "SMS_HEADER", "METRICS_TOKEN",
    "ATTACHMENTS_SECRET",
)  # fmt: skip
"""Settings that are, or hold, secrets."""


def _take_credentials() -> None:
    """Take secrets that are not in the environment from files that systemd put there for this service alone."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    for name in SEALED if folder else ():
        file = Path(folder) / name
        if name not in os.environ and file.is_file():
            os.environ[name] = file.read_text(encoding="utf-8").strip()


def _check_yes_or_no(text: str) -> None:
    """Raise ValidationError for what says neither; nothing at all leaves the setting out."""
    if text and text not in fields.Boolean.truthy | fields.Boolean.falsy:
        raise ValidationError("Neither yes nor no; write true or false.")


def _whole(least: int, most: int | None = None) -> Callable[[str], None]:
    """Raises ValidationError for anything but a whole number between these, in digits alone; nothing at all leaves the
    setting out."""

    def check(text: str) -> None:
        written = re.fullmatch("[0-9]{1,18}", text.strip())
        if text and not (written and least <= int(text) and (most is None or int(text) <= most)):
            within = f"from {least} to {most}" if most is not None else f"of {least} or more"
            raise ValidationError(f"Not a number that can be used; write a whole number {within}, or leave it out.")

    return check


def _number(text: str, otherwise: int) -> int:
    return int(text) if text else otherwise


def _misspelt(known: Collection[str]) -> tuple[str, ...]:
    """What is said of each name of the environment that is none of ours and could be meant for one."""
    found = []
    for name in sorted(os.environ.keys() - set(known)):
        meant = difflib.get_close_matches(name.upper().replace("-", "_"), known, 1, NEARLY)
        if meant and (len(name) > 5 or name.upper() == meant[0]):
            found.append(f"{name} is no setting and changes nothing; if {meant[0]} is meant, write it so")
    return tuple(found)


def _one_of(known: Sequence[str]) -> OneOf:
    return OneOf(known, error=f"Not known; write {' or '.join(known)}, or leave it out.")


def _check_secret(secret: str) -> None:
    """Raise ValidationError for a secret that is none. (One that is short is for `flask ops doctor` to tell: another
    would end every key.)"""
    if secret and not (secret.strip() and secret.isprintable()):
        raise ValidationError("Holds nothing that could be a secret; make one with: openssl rand -hex 32")


def _check_database_url(url: str) -> None:
    """Raise ValidationError for what names no database that the program knows."""
    if url and not url.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValidationError("Must begin with postgresql:// or sqlite:///.")
    try:
        parts = make_url(url or "sqlite://")
    except (ArgumentError, ValueError):
        raise ValidationError(
            "Not a database URL; write postgresql://USER:PASSWORD@HOST:PORT/NAME, with %40 for an @ in the password."
        ) from None
    if url.startswith("sqlite") and not parts.database:
        raise ValidationError("Names no file; write sqlite:////var/lib/cong-dan-hoc-tap/cdht.sqlite3, or leave it out.")
    if not url.startswith("sqlite") and url:
        try:
            conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
        except ProgrammingError as error:
            said = str(error).strip().splitlines()[0]
            raise ValidationError(f"PostgreSQL does not take it ({said}); see its manual on connection URIs.") from None


def _check_migration_url(url: str) -> None:
    """Raise ValidationError for what names no database in which one role may own what another one serves."""
    _check_database_url(url)
    if url.startswith("sqlite"):
        raise ValidationError("SQLite knows no roles; leave it out.")


def _check_host(host: str) -> None:
    """Raise ValidationError for what is no address of a machine."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        if not re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", host):
            raise ValidationError(
                "Not an address to serve at; write 127.0.0.1 behind a proxy on this machine, or 0.0.0.0 for everybody."
            ) from None


def _site(address: str) -> SplitResult | None:
    """The parts of a web address; None for what is none."""
    try:
        parts = urlsplit(address)
        known = parts.port is None or parts.port > 0
    except ValueError:
        return None
    named = parts.hostname and not re.search(r"[\s,;]", parts.netloc)
    return parts if known and named and parts.scheme in ("http", "https") and parts.username is None else None


def _check_cors_origins(written: str) -> None:
    """Raise ValidationError where one of them is no origin: it would never match any."""
    for one in (part.strip().rstrip("/") for part in written.split(",")):
        parts = _site(one)
        if one not in ("", "*") and (parts is None or parts.path or parts.query or parts.fragment):
            raise ValidationError(
                f"{one!r} is no web site; write https://learn.example.org (no path), several parted by commas, or *."
            )


NO_ROLE, EVERY_ROLE = "none", "all"


def _names(roles: Iterable[Role]) -> list[str]:
    return sorted(one.value.replace("_", "-") for one in roles)


def _role_values(roles: str) -> set[str]:
    named = {one.strip().lower().replace("-", "_") for one in roles.split(",") if one.strip()} - {NO_ROLE}
    return {one.value for one in Role} if named == {EVERY_ROLE} else named


def _check_roles(roles: str) -> None:
    """Raise ValidationError for what names no roles."""
    if _role_values(roles) - {one.value for one in Role} or not roles.strip():
        known = ", ".join(_names(Role))
        raise ValidationError(f"Write roles, parted by commas, of {known}; or {EVERY_ROLE}; or {NO_ROLE}.")


def _check_scanner(socket: str) -> None:
    """Raise ValidationError for what is no socket; it may still have to be made."""
    place = Path(socket)
    if socket and (not place.is_absolute() or (place.exists() and not place.is_socket())):
        raise ValidationError(f"{socket} is no socket. Name that of clamd by its whole path, /run/clamav/clamd.ctl say")


def _check_breached(file: str) -> None:
    """Raise ValidationError for what is no file of breached passwords."""
    if file and (fault := breached.fault_of(Path(file))):
        raise ValidationError(f"{file} {fault}; name a file of SHA-1 digests, one a line, ordered by hash.")


def _check_public_url(url: str) -> None:
    """Raise ValidationError for what is no address that verifiers could reach."""
    parts = _site(url)
    plain = parts and not (parts.query or parts.fragment)
    if url and not (parts and plain and (parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1"))):
        raise ValidationError("Must be an https:// address, https://cdht.example.vn say.")


def _check_attachments_url(url: str) -> None:
    """Raise ValidationError for what is no bucket that may be asked."""
    parts = _site(url) if url else None
    if url and (parts is None or not outgoing.is_safe(url) or parts.query or len(parts.path.strip("/")) < 3):
        raise ValidationError("Not a bucket; write https://HOST/BUCKET, or https://HOST/BUCKET/FOLDER.")


def _check_attachments_key(text: str) -> None:
    """Raise ValidationError for what no bucket gives."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValidationError("Has signs that no key or secret of a bucket has; copy it again, alone.")


def _check_attachments_region(region: str) -> None:
    """Raise ValidationError for what is no region."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", region, re.ASCII):
        raise ValidationError("Not a region; write what the provider calls it, or leave it out.")


def _check_smtp_url(url: str) -> None:
    """Raise ValidationError for what names no mail server."""
    try:
        MailServer.of(url, "-")
    except ValueError:
        raise ValidationError("Not a mail server; write smtp://USER:PASSWORD@HOST:587 or smtps://….") from None


def _check_mail_from(address: str) -> None:
    """Raise ValidationError for what is no mail address."""
    local, at, host = address.strip().rpartition("@")
    if address and not (local and at and host and address.isprintable() and " " not in address.strip()):
        raise ValidationError("Not a mail address; write bao-cao@cong-doan.example.vn, say.")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip().lower() for one in text.split(",") if one.strip())


def _check_outgoing_hosts(text: str) -> None:
    """Raise ValidationError for what names no hosts."""
    for one in _listed(text):
        if not re.fullmatch(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", one):
            raise ValidationError(f"{one} is no host; write lrs.example.vn, or lrs.example.vn:8443, parted by commas.")


def _check_metrics_token(token: str) -> None:
    """Raise ValidationError for what can be guessed."""
    if token and len(token) < 16:
        raise ValidationError("Must have 16 characters or more; make one with: openssl rand -hex 24")


def _check_sms_url(url: str) -> None:
    """Raise ValidationError for what is no gateway of text messages."""
    _check_gateway(url=url)


def _check_sms_header(header: str) -> None:
    """Raise ValidationError for what is no header that a gateway could ask for."""
    _check_gateway(header=header)


def _check_sms_body(body: str) -> None:
    """Raise ValidationError for what tells a gateway neither whom to send to nor what."""
    if body:
        _check_gateway(body=body)


def _check_gateway(url: str = "https://sms.example", header: str = "", body: str = "to={to}&text={text}") -> None:
    try:
        Gateway.of(url, header, body)
    except json.JSONDecodeError as error:
        raise ValidationError(
            f"Begins like JSON and is none (character {error.pos + 1}); quote what is text."
        ) from None
    except ValueError as error:
        raise ValidationError(f"Not for a gateway: {error}.") from None


def _kept_secret(path: Path) -> bytes:
    """The secret kept in this file; made, readable by its owner alone, when the file is not there.

    Raises ValueError where the file is there and holds none: with another secret every key would be refused.
    """
    if not path.exists():
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_hex(32))
        try:
            os.link(new, path)  # fails when another process was first: then that one's counts
        except FileExistsError:
            pass
        finally:
            new.unlink()
    found = path.read_bytes().strip()
    if not found:
        raise ValueError(f"{path} is empty; put the one back that you kept. On a new installation remove the file.")
    return found


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The whole application. It starts without a database that answers; `/readyz` then says so."""
    settings = settings or read_settings()
    return furnished(assembled(), settings, database or Database(settings.database_url))


def assembled() -> Application:
    """Every address and command, without anything that they work with."""
    app = Application("cong_dan_hoc_tap", static_folder=None)
    app.request_class = Request
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    observe(app)
    watch(app)
    app.register_blueprint(metrics)
    app.register_blueprint(xapi)
    app.register_blueprint(xapi_ext)
    app.register_blueprint(api)
    app.register_blueprint(xapi_ext_check)
    app.register_blueprint(published_profile)
    app.register_blueprint(issuers)
    web.mount(app)
    for status in (400, 404, 405, 411, 413, 415):
        app.register_error_handler(status, unmatched)
    app.after_request(_held_to_its_kind)
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    for group in (lrs_cli, certification_cli):
        group.callback = with_appcontext(lambda: current_app.extensions["bring_up_to_date"]())
        app.cli.add_command(group)
    for command in (doctor, under_way, *COPIES):
        ops_cli.add_command(command)
    app.cli.add_command(ops_cli)  # not migrated before: a backup is put into a database without tables
    return app


def furnished(app: Application, settings: Settings, database: Database) -> Application:
    """The same application, with what its addresses and commands work with."""
    passwords.hold_against(settings.breached_passwords)
    scanning.hold_against(settings.scanner)
    app.extensions["settings"] = settings
    app.extensions["forwarding_filters"] = MORE
    app.extensions["database"] = database
    if settings.attachments_url:
        by = Credentials(settings.attachments_key, settings.attachments_secret, settings.attachments_region)
        database.bucket = Bucket(settings.attachments_url, by)
    app.extensions["writer"] = Writer(database)
    app.extensions["last_uses"] = LastUses()
    app.extensions["issuers"] = Issuers(settings.outgoing_hosts)
    for name, a_minute in (
        ("look_ups", settings.look_ups_a_minute),
        ("look_ups_signed_in", SIGNED_IN * settings.look_ups_a_minute),
        ("guesses", GUESSES),
    ):
        app.extensions[name] = look_ups.limit(database, settings.secret_key, a_minute)
    app.extensions["quotas"] = tuple(
        Quota(look_ups.limit(database, settings.secret_key, a_minute), a_minute)
        for a_minute in (settings.key_requests_a_minute, settings.tenant_requests_a_minute)
    )
    app.extensions["shares"] = Shares(settings.requests_at_once, BLOCKING_THREADS)
    app.extensions["looks"] = Looks()
    app.extensions["figures"] = figures = Figures(settings.data_dir, database.connections)
    if settings.slow_query_ms:
        logs.watch_queries(database, settings.slow_query_ms, figures)
    app.extensions["revisions"] = migrations.revisions
    app.extensions["upgrade"] = migrations.upgrade
    app.extensions["bring_up_to_date"] = partial(bring_up_to_date, database, settings.migration_database_url)
    app.extensions["tables"] = [
        table for base in (lrs.models.Base, certification.models.Base) for table in base.metadata.sorted_tables
    ]
    app.extensions["migration_lock"] = migrations.LOCK
    app.extensions["key_files"] = (national_keys.FILE,)  # with `secret_key` all that reading the data takes
    return app


def _held_to_its_kind(response: Response) -> Response:
    """What a browser is told of every answer: it is of the kind it says, no page of another site shows it in a frame,
    nobody is told its address, nothing keeps it unless it says so itself, and, where the program is served over HTTPS,
    it comes over HTTPS alone."""
    settings: Settings = current_app.extensions["settings"]
    if response.status_code == 308 and response.location:
        # Routing writes host and scheme as the request came, which behind a proxy are not those that the client knows.
        response.location = urlsplit(response.location)._replace(scheme="", netloc="").geturl()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    if settings.public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def unmatched(error: HTTPException) -> Response:
    """What is refused before a view has it, as an unknown address is: in each half's one form, all else as a page."""
    if request.path.startswith(lrs.resources.errors.PREFIXES):
        return lrs.resources.errors.unmatched(error)
    if request.path.startswith(("/api/", "/issuers/")):
        return certification.resources.errors.unmatched(error)
    return web.page_of(error)


@guarded(EVERYBODY)
def healthz() -> Response:
    """The process lives. Open to everybody."""
    return Response("ok\n", mimetype="text/plain")


@guarded(EVERYBODY)
def readyz() -> Response:
    """The database answers and stands at the newest revision; 503 otherwise. Open to everybody."""
    database: Database = current_app.extensions["database"]
    try:
        ready = migrations.is_current(database)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("the database does not answer: %s", error)
        ready = False
    return Response("ready\n" if ready else "not ready\n", 200 if ready else 503, mimetype="text/plain")


def end_with_parent() -> None:
    """Have the kernel send this process SIGTERM when the one that started it dies, even by kill -9.

    Otherwise web processes would live on as orphans, hold the port, and keep the next start from serving. Linux only;
    elsewhere nothing happens.
    """
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def end_when_told() -> None:
    """Have SIGTERM and SIGINT end web processes that are forked from now on while they start, until the server below
    sets what they do then. They are copies of this process, and would else note them down for it alone, and be killed
    20 s later. What is sent before a copy has come to itself waits for it."""
    told = (signal.SIGTERM, signal.SIGINT)

    def hold() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, told)

    def let_go() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, told)

    def begin() -> None:
        for one in told:
            signal.signal(one, signal.SIG_DFL)
        let_go()

    os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=begin)


def give_memory_back() -> None:
    """Have what is large lie on its own in memory, and go back to the machine when it is let go. Of itself the C
    library keeps, for every thread, as much as a large body once took. Linux only; elsewhere nothing happens."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        arena_max, mmap_threshold = -8, -3  # M_… of mallopt(3)
        library.mallopt(mmap_threshold, 1024 * 1024)
        library.mallopt(arena_max, 2)
        ROOM.when_empty = lambda: library.malloc_trim(0)  # a batch is thousands of small objects, too


def create_web_app() -> Flask:
    """The application for a process that does nothing but answer.

    A batch of Statements is thousands of objects, none of them garbage: Python is to look for cycles less often than it
    would, and never among what is there from the start.
    """
    app = create_app()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    return app


def create_serving_app() -> Flask:
    """What each web process runs; threads beside it merge what Statements define and keep when keys were used
    and who looked at whom.

    On SQLite this one process also judges, in a thread under the same writer lock; it forwards and pulls, in others.
    """
    end_with_parent()
    give_memory_back()
    app = create_web_app()
    database: Database = app.extensions["database"]
    logs.configure(app.extensions["settings"].log_format)
    stop = threading.Event()
    figures: Figures = app.extensions["figures"]
    figures.count_messages()
    uses: LastUses = app.extensions["last_uses"]
    looks: Looks = app.extensions["looks"]
    threads = [
        _beside("merging", keep_up, database, stop=stop),
        _beside(
            "ending sessions",
            keep_ending,
            database,
            pepper=app.extensions["settings"].secret_key,
            clock=lambda: datetime.now(UTC),
            stop=stop,
        ),
        _beside("noting uses", uses.keep_writing, database, stop=stop),
        _beside("noting looks", looks.keep_writing, database, stop=stop, clock=lambda: datetime.now(UTC)),
        threading.Thread(target=figures.keep_writing, kwargs={"stop": stop}, name="figures", daemon=True),
    ]
    threads[-1].start()
    if database.is_sqlite:
        beat = Pulse(app.extensions["settings"].data_dir)
        threads.append(_beside("judging", work, database, stop=stop, clock=lambda: datetime.now(UTC), beat=beat))
        settings: Settings = app.extensions["settings"]
        told: dict[str, Any] = {"pepper": settings.secret_key, "hosts": settings.outgoing_hosts, "stop": stop}
        told["clock"] = lambda: datetime.now(UTC)
        threads.append(_beside("forwarding", forward, database, more=MORE, site=settings.public_url, **told))
        threads.append(_beside("sending roll-ups", send, database, **told))
        threads.append(_beside("pulling", pull, database, most_bytes=settings.attachment_max_bytes, **told))

    def end_threads() -> None:
        stop.set()
        deadline = time.monotonic() + 8  # well before the server ends a process that does not stop
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    # Not atexit: a web process is a child that multiprocessing forks, and ends without what is registered there.
    Finalize(None, end_threads, exitpriority=1)
    return app


def _beside(name: str, target: Callable[..., object], database: Database, **arguments: Any) -> threading.Thread:
    """Start this in a thread of its own."""
    thread = threading.Thread(target=target, args=(database,), kwargs=arguments, name=name, daemon=True)
    thread.start()
    return thread


class JudgingProcess:
    """`flask certification work` beside the web processes (PostgreSQL): started again when it dies, and later and
    later where it dies at once; ended with us."""

    def __init__(self, settings: Settings, command: Sequence[str] | None = None) -> None:
        self._command = command or [sys.executable, str(HERE / "wsgi.py"), JUDGE, str(os.getpid())]
        # A data folder named relative to another one would be a different folder.
        self._environment = {**os.environ, "DATA_DIR": str(settings.data_dir)}
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="judging", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._thread.join(15)

    def _keep(self) -> None:
        pause = SHORTEST_PAUSE
        while not self._stop.is_set():
            started = time.monotonic()
            # Started so that Python spawns it without a pipe of its own (no preexec_fn, cwd or closing of descriptors,
            # of which none is passed on anyway): a web process forked at that moment would hold that pipe open for as
            # long as it lives, this thread would wait for its end, and nobody would start the judging again.
            self._process = subprocess.Popen(self._command, env=self._environment, close_fds=False)  # noqa: S603
            status = self._process.wait()
            if not self._stop.is_set():
                lived = time.monotonic() - started
                pause = SHORTEST_PAUSE if lived > LONGEST_PAUSE else pause
                log.error("the judging process ended with %s; starting it again", status)
                self._stop.wait(max(0.0, pause - lived))
                pause = min(LONGEST_PAUSE, 2 * pause)


def judge(server: int, begin: Callable[[], object] | None = None) -> None:
    """`flask certification work`, for as long as the process lives that started it.

    What it says where it cannot begin, as beside tables of a newer program, is told once; it waits, and tries again
    later and later.
    """
    end_with_parent()
    told, pause = "", SHORTEST_PAUSE
    while os.getppid() == server:
        try:
            (begin or _judge)()
        except SystemExit as ended:
            if not isinstance(ended.code, str):
                raise
            if ended.code != told:
                told, pause = ended.code, SHORTEST_PAUSE
                log.warning("judging waits, and is tried again after %.0f s at most: %s", LONGEST_PAUSE, told)
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, 2 * pause)


def _judge() -> None:
    logs.configure(read_settings().log_format)
    FlaskGroup(create_app=create_app).main(["certification", "work"], prog_name="flask")


def require_free(host: str, port: int) -> None:
    """Exit with a message where something else listens already; the server itself would only show a backtrace."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Cannot serve at {host}:{port}: {error.strerror}. Set PORT (or HOST) to a free one.")


def bring_up_to_date(served: Database, owner_url: str = "") -> None:
    """Migrate, as the role that owns the tables; exit with a message where the database cannot be used, or is of a
    newer program."""
    database = Database(owner_url) if owner_url and not served.is_sqlite else served
    try:
        here = migrations.revision(database)
        if here is not None and here not in migrations.revisions():
            sys.exit(
                f"{database.place} is of a newer program (tables at {here}): install that one, or restore the backup"
                " from before it came (docs/operate.md#upgrading). Nothing was changed."
            )
        migrations.upgrade(database)
        if database is not served and not serving.is_granted(database, role := serving.role_of(served)):
            serving.grant(database, role)
    except sqlalchemy.exc.ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        sys.exit(
            f"{database.place} belongs to another role, which has to bring its tables up to date first:"
            " flask ops migrate (docs/operate.md#two-roles)."
        )
    except ValueError as error:
        sys.exit(f"{error}: leave the first out, or name the role that owns the tables (docs/operate.md#two-roles).")
    except sqlalchemy.exc.OperationalError as error:
        sys.exit(words(error, database))
    finally:
        if database is not served:
            database.close()


def warn_without_wall(database: Database) -> None:
    """Say it in the log where PostgreSQL does not hold tenants apart, because of the role that connects."""
    if not database.is_sqlite and not database.has_wall():
        log.warning(
            "this role of PostgreSQL passes row-level security (SUPERUSER or BYPASSRLS): nothing but the program holds"
            " tenants apart; connect as an ordinary role that owns the database, see docs/operate.md"
        )


def tell_first_start(database: Database, settings: Settings) -> None:
    """Write the code that makes the first administrator into the log, as long as there is none."""
    with database.reading(NOBODY) as session:
        tenant = find_tenant(session)
    with database.reading(tenant) as session:
        begun = first_run.is_administered(session, tenant, vietnam_day(datetime.now(UTC)))
    if not begun:
        log.warning(
            "nobody administers this installation yet: open http://%s:%s/bat-dau and enter the code %s",
            settings.host,
            settings.port,
            first_run.code(settings.secret_key),
        )


def is_news(record: logging.LogRecord) -> bool:
    """Whether what granian wants to log is to be logged: everything but its doubt about `BLOCKING_THREADS`.

    It takes more threads than two a core for a mistake. Ours mostly wait, for the database or for one another.
    """
    return not record.getMessage().startswith(f"Configuration allows spawning up to {BLOCKING_THREADS} Python threads")


def serve() -> None:
    """Migrate, then serve until SIGTERM or SIGINT; requests under way are answered first."""
    settings = read_settings()
    logs.configure(settings.log_format)
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    os.environ["RUST_BACKTRACE"] = "0"  # short of memory, the server below hangs for good over drawing one up
    for said in settings.misspelt:
        log.warning("%s (README.md)", said)
    require_free(settings.host, settings.port)
    empty(settings.data_dir)
    database = Database(settings.database_url)
    bring_up_to_date(database, settings.migration_database_url)
    is_sqlite = database.is_sqlite
    warn_without_wall(database)
    tell_first_start(database, settings)
    database.close()
    judging = None if is_sqlite else JudgingProcess(settings)
    server = Server(
        "wsgi:create_serving_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1 if is_sqlite else (settings.workers or os.cpu_count() or 1),
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        working_dir=HERE,
        log_dictconfig=logs.told_by_json() if settings.log_format == logs.JSON else None,
    )
    logging.getLogger("_granian").addFilter(is_news)
    end_when_told()
    if judging:
        judging.start()
    print(f"Serving at http://{settings.host}:{settings.port} (stop: Ctrl-C or SIGTERM)", flush=True)
    try:
        server.serve()
    finally:
        if judging:
            judging.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == [JUDGE]:
        judge(int(sys.argv[2]))
    else:
        serve()
