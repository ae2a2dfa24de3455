"""What to send to every address so that it is about a place: its parts, its query, its body or its file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Flask

from certification.import_tables import TABLES
from certification.resources.openapi import description
from certification.vietnam import vietnam_day
from lrs.api import ifi_text
from tests.walls.objects import CUT_OFF, PERIOD, Place

__all__ = ["Sent", "is_about_a_place", "operations", "sent"]

NOW = datetime.now(UTC)
YEAR = vietnam_day(NOW).year
BODIES = frozenset({"POST", "PUT"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: where, and what with."""

    path: str
    query: dict[str, Any]
    json: Any = None
    data: Any = None
    content_type: str | None = None


def operations(app: Flask) -> Iterator[tuple[str, str]]:
    """Every method and rule of the application."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule


def is_about_a_place(method: str, rule: str) -> bool:
    """Whether a request differs from place to place; of others one is enough."""
    there, elsewhere = (_probe(method, rule, letter) for letter in "ab")
    return there != elsewhere


def _probe(method: str, rule: str, letter: str) -> Sent:
    place = Place(UUID(int=ord(letter)), f"cdcs/{letter}", f"dn/{letter}", f"cd/{letter}", f"NV-{letter}", letter)
    place.plan = letter
    place.worker, place.ids = UUID(int=ord(letter)), _Any(letter)
    return sent(method, rule, place)


class _Any(dict[str, Any]):
    def __init__(self, letter: str) -> None:
        super().__init__()
        self._letter = letter

    def __missing__(self, key: str) -> str:
        return f"{key} {self._letter}"


def sent(method: str, rule: str, place: Place) -> Sent:
    """The request that asks this address for something of the place's."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: quote(_part(rule, part[1], place), safe="/"), rule)
    asks = method == "GET" or rule in _ALSO_POSTED
    query = dict(_QUERIES(place).get(rule, {})) if asks else {}
    if not rule.startswith("/api/"):
        form = _form(rule, place) if method == "POST" else None
        if rule.startswith(("/xapi/", "/xapi-ext/")):
            return _xapi(method, rule, path, place)
        return Sent(path, query, data=form)
    described = description()["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule), {}).get(method.lower(), {})
    content = described.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        body = _plausible("", content["application/json"]["schema"], place)
        body |= _BODIES(place).get(rule, {})
        return Sent(path, query, json={name: value for name, value in body.items() if value is not None})
    if "text/csv" in content:
        return Sent(path, query, data=_table(rule, place), content_type="text/csv")
    return Sent(
        path, query, data=b"PK\x05\x06" + bytes(18) if content else None, content_type=next(iter(content), None)
    )


# ---------------------------------------------------------------- parts of addresses

_IDS = (
    ("attestations", "attestation"), ("rut-xac-nhan", "attestation"), ("declarations", "declaration"),
    ("khai-bao", "declaration"), ("disputes", "dispute"), ("khieu-nai", "dispute"), ("data-requests", "request"),
    ("du-lieu", "request"), ("frozen-figures", "frozen"), ("chot-so-lieu", "frozen"), ("identity-events", "event"),
    ("hoan-tac/<uuid:id>", "event"), ("roll-calls", "roll-call"), ("diem-danh", "roll-call"), ("teams", "team"),
    ("roles", "role"), ("vai-tro", "role"), ("nhap-danh-sach", "import"), ("danh-sach", "import"),
    ("roll-up-members", "roll-up member"), ("roll-up-rounds", "roll-up round"),
    ("thanh-vien", "roll-up member"), ("tong-hop", "roll-up round"), ("roll-ups", "roll-up"), ("gui-len", "roll-up"),
    ("phat-bieu", "statement"), ("quy-tac", "rule"), ("dong-y", "consent"),
)  # fmt: skip
"""What `id`, `case` and the like name in an address that has this in it; the first that fits counts."""

_WORDS = {
    "period": PERIOD, "cut_off": CUT_OFF.isoformat(), "year": str(YEAR), "kind": "bien-ban", "end": "pdf",
    "target": "L1", "step": "register", "way": "nop", "table": "roster", "indicator": "CS1",
    "programme": "cong-dan-hoc-tap",
    "rest": "verbs/x", "phieu": "x", "address": "x",
}  # fmt: skip

_OWN_WORDS = {
    "/api/document-templates/": {"kind": "bao-cao"}, "/cong-doan/mau-van-ban/": {"kind": "bao-cao"},
    "/cong-doan/bang-don-vi/": {"kind": "csv"}, "/cong-doan/bao-cao/": {"kind": "docx"},
    "/cong-doan/ho-so": {"year": str(YEAR)}, "/van-hanh/nguoi-dung/": {"step": "tat-ma"},
    "/van-hanh/danh-tinh/": {"step": "gop"}, "/van-hanh/chuyen-tiep/": {"step": "tam-dung"},
    "/van-hanh/lay-ve/": {"step": "tam-dung"},
    "/ngon-ngu/": {"code": "vi"}, "/api/years/": {"year": str(YEAR - 2)},
    "/cong-doan/nam/": {"year": str(YEAR - 2)}, "/assets/": {"name": "frame/x"}, "/k/": {"code": "x"},
    "/api/certificates/by-code/": {"code": "x"}, "/api/units/<path:code>/reports": {"step": "submit"},
    "/profile/": {"number": "1"}, "/xapi-ext/cmi5/": {"course": str(UUID(int=1)), "registration": str(UUID(int=1))},
    "/issuers/": {"number": "1"}, "/cong-doan/de-nghi/": {"kind": "bien-ban"},
    "/cong-doan/tong-hop/": {"kind": "csv", "step": "dong"},
}  # fmt: skip


def _part(rule: str, name: str, place: Place) -> str:
    own = next((words[name] for start, words in _OWN_WORDS.items() if rule.startswith(start) and name in words), None)
    if own is not None:
        return own
    if name in ("id", "case", "declaration", "consent"):
        kind = name if name == "consent" else next(kind for part, kind in _IDS if part in rule)
        return str(place.ids[kind])
    if name == "code":
        return place.enterprise if rule.startswith("/api/enterprises") else place.union
    if name == "sha256":
        return str(place.ids["picture"])
    if name == "plan":
        return place.plan
    if name == "key":
        return str(place.ids["key"])
    if name == "name" and rule.startswith(("/api/roll-up-members/", "/cong-doan/tong-hop/thanh-vien/")):
        return str(place.ids["roll-up key"])
    if name == "name" and rule.startswith(
        ("/api/destinations/", "/van-hanh/chuyen-tiep/", "/api/sources/", "/van-hanh/lay-ve/")
    ):
        return str(place.ids["destination"])
    if name == "name" and rule.startswith(("/api/webhooks/", "/van-hanh/webhook/")):
        return str(place.ids["webhook"])
    known = {"number": place.number, "name": place.ids["name"], "tenant": place.tenant, "provider": place.tenant}
    known |= {"proposal": place.ids["proposal"], "decision": place.ids["decision"], "review": place.ids["review"]}
    known |= {"certificate": place.ids["certificate"], "filing_id": place.ids["filing"]}
    known |= {"signer": place.ids["signer"], "attestation": place.ids["attestation"]}
    return str(known[name] if name in known else _WORDS[name])


def _QUERIES(place: Place) -> Mapping[str, Mapping[str, Any]]:  # noqa: N802 — read like a table
    year = {"first": f"{YEAR}-01-01", "last": f"{YEAR}-12-31"}
    attended = {"organizer": place.union, "list": f"DS-{place.number}"}
    own = {"dn": place.enterprise, "cs": place.union, "don_vi": place.union, "ma": place.number}
    return {
        "/api/attendance-lists": attended,
        "/api/attendance-lists/file": attended,
        "/api/channel-items": {"unit": place.union, **year},
        "/api/channel-items/list": {"unit": place.union, **year},
        "/api/dossiers": {"unit": place.union, "year": YEAR - 1},
        "/api/dossiers/counts": {"unit": place.union, "year": YEAR - 1},
        "/api/proposals": {"unit": place.union, "year": YEAR - 1},
        "/api/title-decisions": {"year": YEAR - 1},
        "/api/consent-wordings": {"recipient": place.enterprise},
        "/api/enterprises/<path:code>/transcripts": {"purpose": "employer-training"},
        "/api/workers/<path:number>/transcript": {"enterprise": place.enterprise, "purpose": "employer-training"},
        "/api/workers/<path:number>/assessment": {"year": YEAR},
        "/api/candidates.csv": {},
        "/doanh-nghiep/khoa/thu-hoi": {"khoa": place.ids["own key"]},
        "/cong-doan/nguoi-lao-dong": own,
        "/cong-doan/ho-so": own,
        "/cong-doan/xac-nhan": {**own, "to": place.ids["team"]},
        "/nhap-danh-sach": own,
        "/tim-nhanh": {"q": place.mark},
        "/van-hanh/tai-khoan-hoc/gan": {"ma": place.number, "ifi": _ifi(place)},
        "/api/self-assessment/<year>/sheets.pdf": {"enterprise": place.enterprise},
        "/api/self-assessment/<year>/sheets.zip": {"enterprise": place.enterprise},
    }


_ALSO_POSTED = ("/api/attendance-lists", "/doanh-nghiep/khoa/thu-hoi", "/van-hanh/tai-khoan-hoc/gan")


def _ifi(place: Place) -> str:
    return ifi_text({"mbox": f"mailto:{place.number.lower()}@hoc.example"}) or ""


# ---------------------------------------------------------------- bodies


def _BODIES(place: Place) -> Mapping[str, Mapping[str, Any]]:  # noqa: N802 — read like a table
    why, number, today = "vì thế", place.number, vietnam_day(NOW).isoformat()
    meeting = {
        "met_on": f"{YEAR}-01-02",
        "present": 9,
        "absent": 0,
        "minutes": "1/BB",
        "chair": None,
        "secretary": None,
    }
    role = {"account": place.ids["name"], "key": None, "organization": place.enterprise, "role": "team_lead"}
    team = f"Tổ {place.mark}"
    learned = [{"what": "reading", "day": f"{YEAR}-01-02", "level": 1, "minutes": 30, "percent": None}]
    return {
        "/api/attestations": {"year": YEAR, "on": None, "table": [{"worker": number, "points": {"CS4": 8}}] * 1},
        "/api/title-decisions": {
            "body": "vn/lai-chau", "year": YEAR, "number": "9/QĐ", "decided_on": f"{YEAR}-01-02", "signer": "Lê Ký",
            "granted": [number], "refused": [],
        },
        "/api/proposals": {
            "unit": place.union, "year": YEAR, **meeting,
            "workers": [{"worker": number, "votes_for": 5, "votes_of": 6}],
        },
        "/api/teams": {"enterprise": place.enterprise, "team": "Tổ mới", "members": [number], "on": None},
        "/api/roles": {**role, "team": team, "purpose": None, "starts": None, "until": None, "reason": why},
        "/api/roles/<id>/end": {"on": None, "reason": why},
        "/api/roles/<id>/hand-over": {"on": None, "to": place.ids["name"]},
        "/api/keys": {"role": "grassroots_officer", "unit": place.union, "team": None, "until": None, "purpose": None},
        "/api/headcounts": {
            "enterprise": place.enterprise, "day": f"{YEAR}-06-30", "total": 9, "women": 1, "union_members": 1,
        },
        "/api/frozen-figures": {
            "unit": place.union, "zone": None, "sector": None, "on": f"{YEAR}-06-30", "headcount_on": None,
            "plan": None, "basis": "all",
        },
        "/api/roll-calls": {
            "unit": place.union, "delivery": "talk", "topics": ["law-safety"], "starts": NOW.isoformat(),
            "ends": (NOW + timedelta(hours=1)).isoformat(), "early_minutes": None, "late_minutes": None,
        },
        "/api/units/<path:code>/entitlements": {"starts": f"{YEAR}-01-01", "last": None},
        "/api/units/<path:code>/signers": {"starts": f"{YEAR}-01-01", "last": None, "authority": None},
        "/api/units/<path:code>/signers/<uuid:signer>/end": {"last": today},
        "/api/units/<path:code>/letterhead": {"starts": f"{YEAR}-01-01"},
        "/api/units/<path:code>/move": {"tree": "union", "parent": "cd/lao-cai", "on": f"{YEAR}-11-01"},
        "/api/units/<path:code>/end": {"successors": [], "on": f"{YEAR}-11-01"},
        "/api/units/<path:code>/report-contact": {"phone": "0912 345 678", "email": ""},
        "/api/workers/<path:number>/data-requests": {"kind": "see", "purpose": None, "received_on": None},
        "/api/workers/<path:number>/declarations": {
            "kind": "self_study", "title": "Đọc sách", "learned_on": f"{YEAR}-01-02", "topics": ["reading"],
            "provider": None, "minutes": 30, "certificate_number": None, "file": None,
        },
        "/api/workers/<path:number>/disputes": {"year": YEAR, "statement": None},
        "/api/workers/<path:number>/disputes/<id>/answer": {"outcome": "kept", "added": None, "unit": place.union},
        "/api/workers/<path:number>/what-if": {"year": YEAR, "learned": learned, "points": {}},
        "/api/what-if": {
            "year": YEAR, "learned": learned, "points": {}, "unit": place.union, "pass_mark": None, "floor": None,
        },
        "/api/workers/<path:number>/self-scores": {"year": YEAR, "scores": [{"indicator": "CS4", "points": 8}]},
        "/api/workers/<path:number>/split": {
            "other": "NV-77", "full_name": None, "accounts": [], "employments": [], "titles": [], "attestations": [],
        },
        "/api/workers/<path:number>/merge": {"other": "NV-1"},
        "/api/workers/<path:number>/different": {"other": "NV-1"},
        "/api/links": {"ifi": f"mailto:x-{number.lower()}@hoc.example", "worker": number},
        "/api/links/not": {"ifi": f"mailto:x-{number.lower()}@hoc.example", "worker": number},
        "/api/links/remove": {"ifi": _ifi(place)},
        "/api/assessments/status": {"year": YEAR, "said_on": None, "known_on": None, "workers": [number]},
        "/api/workers/<path:number>/consents/withdraw": {"consents": [str(place.ids["consent"])]},
        "/api/attendance-lists/withdraw": {"organizer": place.union, "list": f"DS-{place.number}"},
        "/api/certificates": {"decision": str(place.ids["decision"]), "body": None, "decided_on": None},
        "/api/roll-calls/<id>/steps": {"step": "close"},
        "/api/roll-calls/<id>/take-back": {"worker": number},
        "/api/units/<path:code>/reports/<plan>/<period>/<cut_off>/steps/<step>": {"comment": None},
    }  # fmt: skip


def _plausible(name: str, schema: Mapping[str, Any], place: Place) -> Any:
    """Something of the right kind, of the place where the name tells."""
    while "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema or "oneOf" in schema:
        return _plausible(name, (schema.get("anyOf") or schema["oneOf"])[0], place)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    known = {"worker": place.number, "unit": place.union, "organizer": place.union, "year": YEAR}
    known |= {"enterprise": place.enterprise, "recipient": place.enterprise}
    if schema.get("enum"):
        return schema["enum"][0]
    if name in known:
        return known[name]
    if schema.get("format") in ("date", "uuid"):
        return f"{YEAR}-01-02" if schema["format"] == "date" else str(place.worker)
    if kind == "object":
        return {key: _plausible(key, below, place) for key, below in schema.get("properties", {}).items()}
    if kind == "array":
        return [_plausible(name.removesuffix("s"), schema.get("items", {}), place)]
    return {"integer": 1, "number": 1, "boolean": False}.get(kind or "", "chữ")


def _form(rule: str, place: Place) -> dict[str, Any]:
    """The fields of a page's form that choose what it is about; the rest is left empty."""
    numbers = [place.number]
    if "/viec/nhieu/" in rule:
        case = place.ids["dispute" if "khieu-nai" in rule else "declaration"]
        numbers = [f"{case} {place.number}"]
    if rule == "/cong-doan/bao-cao/<plan>/<period>/<cut_off>/tong-hop-lam/<path:code>":
        numbers = [place.union]
    if rule == "/diem-danh/<uuid:id>/buoc":
        return {"buoc": "close"}
    fields = {"nguoi": numbers, "worker": numbers, "don_vi": place.union, "khoa": str(place.ids["own key"])}
    return {**fields, "reason": "vì thế", "basis": "vì thế", "enterprise": place.enterprise}


# ---------------------------------------------------------------- files

_OF_RULE = {
    "/api/roster": "roster", "/api/headcounts": "headcounts", "/api/titles": "titles", "/api/links": "links",
    "/api/attestations": "attestations", "/api/attendance-lists": "attendance", "/api/channel-items": "channel-items",
    "/api/commitments": "commitments", "/api/report-contacts": "report-contacts", "/api/units/file": "organizations",
    "/api/successions": "successions",
}  # fmt: skip


def _table(rule: str, place: Place) -> bytes:
    """A table of one row about the place, filled in as the handed-out template shows it."""
    if rule.endswith("/table"):
        return b"x,y\n1,2\n"
    name = next(name for start, name in _OF_RULE.items() if rule.startswith(start))
    own = {"Mã người lao động": place.number, "Mã doanh nghiệp": place.enterprise, "Mã đơn vị": place.union}
    own |= {"Mã đơn vị cũ": place.union, "Mã đơn vị mới": "cdcs/trong", "Tài khoản học tập": "", "Số định danh": ""}
    own |= {"Họ và tên": f"Người {place.mark}", "Nội dung": "Công đoàn học tập", "Năm": str(YEAR), "Căn cứ": "NQ 1"}
    own |= {"Ngày thu hồi": "", "Căn cứ thu hồi": "", "Mã": f"{place.union}/moi", "Tên": "Mới", "Loại": "doanh nghiệp"}
    own |= {"Mã cấp trên hành chính": "vn/lai-chau", "Mã cấp trên công đoàn": place.union, "Từ ngày": f"{YEAR}-01-01"}
    own |= {
        "Cán bộ công đoàn": "",
        "Cán bộ từ ngày": "",
        "Cán bộ đến ngày": "",
        "Ngày nghỉ việc": "",
        "Ngày vào công đoàn": "",
    }
    own |= {
        "Ngày ra công đoàn": "",
        "Năm đánh giá": str(YEAR - 2),
        "Ngày vào làm": "01/01/2021",
        "Nhóm đối tượng": "",
        "Nhóm từ năm": "",
    }
    if name == "links":
        own["Tài khoản học tập"] = "https://hoc.example|moi"
    text = io.StringIO()
    columns = TABLES[name].columns
    writer = csv.writer(text)
    writer.writerow([one.heading for one in columns])
    writer.writerow([own.get(one.heading, one.example) for one in columns])
    return text.getvalue().encode()


def _xapi(method: str, rule: str, path: str, place: Place) -> Sent:
    """A Statement of the place's tenant, or a document about its worker."""
    agent = {"account": {"homePage": "https://hoc.example.org", "name": f"ai-{place.number}"}}
    statement = {"actor": agent, "verb": {"id": "https://x.example/v"}, "object": {"id": "https://x.example/o"}}
    if rule == "/xapi/statements":
        query = {"statementId": place.ids["statement"]} if method != "POST" else {}
        return Sent(path, query, json=None if method == "GET" else statement)
    if rule.startswith("/xapi-ext/cmi5/"):
        return Sent(path, {})
    if rule.startswith("/xapi-ext"):
        return Sent(path, {}, json=statement)
    told = {"activityId": "https://x.example/o", "agent": json.dumps(agent), "stateId": "s", "profileId": "p"}
    needed = {
        "/xapi/activities": ["activityId"],
        "/xapi/agents": ["agent"],
        "/xapi/agents/profile": ["agent", "profileId"],
    }
    needed |= {"/xapi/activities/profile": ["activityId", "profileId"], "/xapi/about": []}
    needed |= {"/xapi/activities/state": ["activityId", "agent", "stateId"]}
    query = {name: told[name] for name in needed[rule]}
    return Sent(path, query, json={"x": 1} if method in BODIES else None)
