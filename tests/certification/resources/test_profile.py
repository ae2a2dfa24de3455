"""The vocabulary published as an xAPI Profile: valid by the specification's words, versioned, and what is read by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator

from certification.evidence import findings
from certification.rules import profile, rule_files
from certification.rules.locations import location
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.learning import PROFILE, PROGRAMME, follow_all, group, statement, store

ADDRESS = f"/profile/{PROGRAMME}"


def published(database: Database, tenant: UUID) -> profile.Published:
    with database.reading(tenant) as session:
        found = profile.published(session, tenant, PROGRAMME)
    assert found is not None
    return found


def inside(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from inside(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from inside(inner, f"{path}/{place}")


def breaks(document: Mapping[str, Any]) -> list[str]:
    """What a profile breaks of Structure 4.0 to 9.0, in our words."""
    found = [f"{path} is empty" for path, value in inside(document) if value in (None, "", [], {})]
    for key in ("id", "@context", "type", "conformsTo", "prefLabel", "definition", "versions", "author"):
        if key not in document:
            found.append(f"no {key}")
    versions = document["versions"]
    ids = [version["id"] for version in versions]
    found += [f"version {one} is the profile's own id" for one in ids if one == document["id"]]
    if len(set(ids)) < len(ids):
        found.append("a version twice")
    found += [f"{one['id']} revises nothing" for one in versions[:-1] if "wasRevisionOf" not in one]
    members = [*document.get("concepts", ()), *document.get("templates", ()), *document.get("patterns", ())]
    by_id = {one["id"]: one for one in members}
    if len(by_id) < len(members):
        found.append("an id twice")
    for one in members:
        name = one["id"]
        if one["inScheme"] != ids[0]:
            found.append(f"{name} is in another scheme")
        if not name.startswith(f"{document['id']}/"):
            found.append(f"{name} is not ours to define")
        if one["type"] != "Activity" and not (one.get("prefLabel") and one.get("definition")):
            found.append(f"{name} has no words")
        for relation in ("broader", "narrower"):
            found += [
                f"{name} {relation} {other}" for other in one.get(relation, ())
                if by_id.get(other, {}).get("type") != one["type"]
            ]  # fmt: skip
        match one["type"]:
            case "Activity":
                if one["activityDefinition"].get("@context") != profile.ACTIVITY_CONTEXT:
                    found.append(f"{name} has no context")
            case "ContextExtension":
                Draft7Validator.check_schema(json.loads(one["inlineSchema"]))
            case "StatementTemplate":
                found += _broken_template(one)
            case "Pattern":
                kinds = {"alternates", "optional", "oneOrMore", "sequence", "zeroOrMore"} & one.keys()
                if len(kinds) != 1 or len(one.get("alternates", "two")) < 2:
                    found.append(f"{name} is no pattern")
                named = one.get("alternates") or [one.get("oneOrMore")]
                found += [f"{name} names {each}" for each in named if each not in by_id]
    return found


def _broken_template(one: Mapping[str, Any]) -> Iterator[str]:
    if not {"verb", "objectActivityType", "contextCategoryActivityType"} & one.keys():
        yield f"{one['id']} matches everything"
    for rule in one.get("rules", ()):
        location(rule["location"])
        if not {"presence", "any", "all", "none"} & rule.keys():
            yield f"{one['id']} asks for nothing at {rule['location']}"


def test_it_is_valid_and_has_every_kind_of_part(database: Database, tenant: UUID, now: datetime) -> None:
    learning.load_rules(database, tenant, now=now)
    found = published(database, tenant)
    [document] = found.versions
    assert breaks(document) == []
    assert (document["id"], document["type"], document["conformsTo"]) == (PROFILE, "Profile", profile.CONFORMS_TO)
    kinds = {one["type"] for part in ("concepts", "templates", "patterns") for one in document[part]}
    assert kinds == {"ActivityType", "Activity", "ContextExtension", "StatementTemplate", "Pattern"}
    names = {one["id"]: one["activityDefinition"]["name"] for one in document["concepts"] if one["type"] == "Activity"}
    assert names[f"{PROFILE}/topic/law-labour"] == {"vi": "Pháp luật lao động", "en": "Labour law"}
    assert all({"vi", "en"} <= name.keys() for name in names.values())


def test_a_load_that_changes_the_vocabulary_is_a_version_and_the_old_one_stays(
    database: Database, tenant: UUID, now: datetime
) -> None:
    learning.load_rules(database, tenant, now=now)
    head = """kind = "evidence-mapping"
programme = "cong-dan-hoc-tap"
title = "Của đơn vị"
status = "INFERRED"
checked = 2026-11-20
adds_to = "evidence-mapping-2026"
"""
    more = {
        "khoa-hoc": '[[activity]]\nid = "https://a.example/1"\ntitle = "Khóa 1"\ntopics = ["reading"]\n',
        "chu-de": '[[topic]]\ncode = "sewing"\ntitle = "May công nghiệp"\n',
    }
    for days, (name, text) in enumerate(more.items(), start=1):
        with database.writing(tenant) as session:
            rule_files.load_text(
                session, tenant, f"{name}.toml", f'id = "{name}"\n{head}\n{text}', now=now + timedelta(days=days)
            )
    first, second = published(database, tenant).versions
    assert [version["id"] for version in second["versions"]] == [f"{PROFILE}/v/2", f"{PROFILE}/v/1"]
    assert second["versions"][0]["wasRevisionOf"] == [f"{PROFILE}/v/1"]
    assert breaks(first) == breaks(second) == []
    added = {one["id"] for one in second["concepts"]} - {one["id"] for one in first["concepts"]}
    assert added == {f"{PROFILE}/topic/sewing"}


def test_it_is_served_without_a_key_as_json_ld_and_not_sent_again_unchanged(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime
) -> None:
    assert client.get(ADDRESS).status_code == 404
    learning.load_rules(database, tenant, now=now)
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.get_json(force=True) == published(database, tenant).versions[0]
    assert client.get(ADDRESS, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(f"{ADDRESS}/v/1").get_json(force=True) == answer.get_json(force=True)
    one = client.get(f"{ADDRESS}/template/law-session").get_json(force=True)
    assert one["id"] == f"{PROFILE}/template/law-session"
    for unknown in (f"{ADDRESS}/v/2", f"{ADDRESS}/v/0", f"{ADDRESS}/template/none", "/profile/khac"):
        assert client.get(unknown).status_code == 404


def test_a_profile_whose_address_is_not_ascii_is_published_and_read_by(
    database: Database, tenant: UUID, identity: api.Identity, client: FlaskClient, now: datetime
) -> None:
    address = "https://hồ-sơ.example.org/công-dân-học-tập"
    for name in ("evidence-mapping-2026", "evidence-mapping-2026-ho-so-xapi"):
        text = (rule_files.PROGRAMMES / PROGRAMME / f"{name}.toml").read_text(encoding="utf-8")
        with database.writing(tenant) as session:
            rule_files.load_text(session, tenant, f"{name}.toml", text.replace(PROFILE, address), now=now)
    document = client.get(ADDRESS).get_json(force=True)
    assert document["id"] == address
    assert breaks(document) == []
    learning.add_worker(database, tenant, "NV-AN", "an", now=now)
    sent = statement("an", context={"contextActivities": {"category": [{"id": f"{address}/topic/language"}]}})
    store(database, identity, sent)
    follow_all(database, tenant, now)
    assert ("NV-AN", "language") in learning.whats(database, tenant)


# ---------------------------------------------------------------- what a Statement breaks of it


def session_on_law(*topics: str, **parts: Any) -> dict[str, Any]:
    categories = [f"{PROFILE}/kind/law-session", *(f"{PROFILE}/topic/{one}" for one in topics)]
    context = {"contextActivities": {"category": [{"id": one} for one in categories]}, **parts.pop("context", {})}
    return statement(parts.pop("actor", "an"), verb={"id": learning.VERBS + "attended"}, context=context,
                     **{"timestamp": "2026-11-04T03:00:00Z", **parts})  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (session_on_law("law-labour"), set()),
        (session_on_law(), {"rule-broken"}),
        (session_on_law("law-labour", actor={"mbox": "mailto:an@example.org"}), {"rule-broken"}),
        (session_on_law("law-labour", actor="001190000123"), {"national-number"}),
        (session_on_law("law-labour", actor=group("an", "001190000123")), {"national-number"}),
        (session_on_law("law-labour", actor="005190000123"), set()),
        (session_on_law("law-labour", actor="001490000123"), set()),
        (session_on_law("law-labour", actor="0011900001234"), set()),
        (session_on_law("law-labour", timestamp="1970-01-01T00:00:00Z"), {"late"}),
        (session_on_law("law-labour", timestamp="2090-01-01T00:00:00Z"), {"in-the-future"}),
        (
            session_on_law("law-labour", context={"extensions": {f"{PROFILE}/extension/evidence-level": "cao"}}),
            {"extension-unreadable"},
        ),
        (
            session_on_law("law-labour", result={"extensions": {f"{PROFILE}/extension/evidence-level": 2}}),
            {"extension-misplaced"},
        ),
        (
            statement(
                "an",
                timestamp="2026-11-04T03:00:00Z",
                context={"contextActivities": {"category": [{"id": f"{PROFILE}/v/1"}]}},
            ),
            {"no-template"},
        ),
    ],
)
def test_what_a_statement_breaks_is_found_kept_and_counted_and_nothing_refused(
    database: Database,
    tenant: UUID,
    identity: api.Identity,
    now: datetime,
    sent: dict[str, Any],
    expected: set[str],
) -> None:
    learning.load_rules(database, tenant, now=now)
    learning.add_worker(database, tenant, "NV-AN", "an", now=now)
    store(database, identity, sent)
    follow_all(database, tenant, now)
    with database.reading(tenant) as session:
        kept = {one.found.code for one in findings.listed(session, tenant)}
        counted = findings.by_platform(session, tenant)
        assert findings.total(session, tenant) == bool(expected)
    assert kept - {"claims-too-much"} == expected
    assert {one.code for one in counted} == kept
    assert {one.said_by for one in counted} <= {api.key_of(str(api.ifi_text(identity.authority)))}
