"""Statements of another store become this one's, with their store's word kept beside ours."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from lrs import api
from lrs.transfer import reading
from tests.lrs.resources.test_attachments import PICTURE, with_files
from tests.lrs.statements.builders import agent, statement, voiding
from tests.lrs.transfer.conftest import Store
from tests.lrs.transfer.test_moving import answered, everything

THEIRS = {"objectType": "Agent", "account": {"homePage": "https://lrs.example.org", "name": "LMS"}}
OAUTH = {"objectType": "Group", "member": [THEIRS, {"mbox": "mailto:a@example.org"}]}


def foreign(number: int = 1, **parts: Any) -> dict[str, Any]:
    """A Statement as another store answers it."""
    said = {"stored": f"2019-05-0{number}T10:00:00.123Z", "authority": THEIRS, "version": "1.0.0"}
    return statement(f"w{number}", id=str(uuid4()), timestamp="2019-05-01T09:00:00Z", **{**said, **parts})


def chain(store: Store, id_: str) -> Any:
    with store.database.reading(store.tenant) as session:
        return api.provenance(session, store.tenant, [UUID(id_)]).get(UUID(id_))


def refused(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def written(path: Path, lines: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return path


def test_what_the_other_store_said_is_kept_beside_ours(store: Store, tmp_path: Path) -> None:
    bare = statement(id=str(uuid4()))
    sent = [foreign(1), foreign(2, authority=OAUTH, version="2.0.0"), bare]
    result = store.take_in(written(tmp_path / "theirs.ndjson", sent))
    assert "Taking over" in result.stderr
    assert "3 stored" in result.stderr
    for one in sent:
        got = store.get(statementId=one["id"]).get_json()
        assert got["stored"] > "2026"
        assert got["authority"]["account"]["homePage"] == f"urn:uuid:{store.tenant}"
        assert got["timestamp"][:4] in ("2019", "2026")
        assert got["version"] == one.get("version", "2.0.0")
    assert chain(store, sent[0]["id"]) == [{"stored": sent[0]["stored"], "authority": THEIRS}]
    assert chain(store, sent[1]["id"]) == [{"stored": sent[1]["stored"], "authority": OAUTH}]
    assert chain(store, bare["id"]) is None
    keys = store.run("credential", "list").stdout
    assert "revoked" in keys and "import of theirs.ndjson" in keys
    again = store.take_in(tmp_path / "theirs.ndjson")
    assert "0 stored, 3 there already" in again.stderr
    assert chain(store, sent[0]["id"]) == [{"stored": sent[0]["stored"], "authority": THEIRS}]


def test_the_chain_grows_with_every_store(store: Store, another: Store, tmp_path: Path) -> None:
    one = foreign()
    store.take_in(written(tmp_path / "theirs.ndjson", [one]))
    first = store.get(statementId=one["id"]).get_json()
    another.post(statement("there already"))
    another.take_in(store.export(tmp_path / "ours.ndjson"))
    [their, our] = chain(another, one["id"])
    assert their == {"stored": one["stored"], "authority": THEIRS}
    assert our == {"stored": first["stored"], "authority": first["authority"]}


def test_a_move_keeps_the_chain_as_it_is(store: Store, another: Store, tmp_path: Path) -> None:
    one = foreign()
    store.take_in(written(tmp_path / "theirs.ndjson", [one]))
    another.take_in(store.export(tmp_path / "ours.ndjson"), "--move")
    assert chain(another, one["id"]) == chain(store, one["id"]) != []


def test_definitions_and_names_follow_from_what_was_taken_over(store: Store, tmp_path: Path) -> None:
    one = {**foreign(), "actor": {"mbox": "mailto:a@example.org", "name": "Nguyễn Thị A"}}
    store.take_in(written(tmp_path / "theirs.ndjson", [one]))
    person = store.get("/xapi/agents", agent={"mbox": "mailto:a@example.org"}).get_json()
    assert person["name"] == ["Nguyễn Thị A"]
    activity = store.get("/xapi/activities", activityId=one["object"]["id"]).get_json()
    assert activity["definition"] == one["object"]["definition"]


@pytest.mark.parametrize("form", ["page", "indented", "pages", "list", "indented list", "gz", "one"])
def test_pages_and_lists_are_read_as_stores_give_them(store: Store, tmp_path: Path, form: str) -> None:
    sent = [foreign(number) for number in range(1, 5)]
    path = tmp_path / ("theirs.json.gz" if form == "gz" else "theirs.json")
    page = {"statements": sent, "more": "/xapi/statements?more=x"}
    texts = {
        "page": json.dumps(page),
        "indented": json.dumps(page, indent=2),
        "pages": "\n".join(json.dumps({"statements": [one], "more": ""}) for one in sent),
        "list": json.dumps(sent),
        "indented list": json.dumps(sent, indent=4),
        "gz": json.dumps(page),
        "one": "\n".join(map(json.dumps, sent)),
    }
    text = texts[form].encode()
    path.write_bytes(gzip.compress(text) if form == "gz" else text)
    assert "4 stored" in store.take_in(path).stderr
    assert [one["id"] for one in everything(store)] == [one["id"] for one in sent]


def test_bad_ones_are_listed_and_the_rest_is_stored(store: Store, tmp_path: Path) -> None:
    good = [foreign(1), foreign(2), foreign(3)]
    nameless = foreign()
    del nameless["id"]
    conflicting = {**good[0], "verb": {"id": "http://example.org/other"}}
    bad = [{**foreign(), "actor": {}}, nameless, conflicting, {"statements": [good[1], {"x": 1}]}, [], "text", None]
    path = written(tmp_path / "theirs.ndjson", [good[0], *bad, good[2]])
    path.write_bytes(path.read_bytes() + b"\xff\n{\n\x00\n")
    result = store.run("import", str(path))
    assert result.exit_code == 1
    told = refused(result.stdout)
    assert [line["line"] for line in told] == [2, 3, 4, 5, 7, 8, 10, 11, 12]
    assert told[3]["errors"][0]["place"].startswith("/statements/1")
    assert "3 stored, 0 there already, 9 refused" in result.stderr
    assert len(everything(store)) == 3


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\n\n", b"{", b"[\n{\n", b"\xff\xfe", b"\x1f\x8b\x08", b"<html>\n<p>\n", b'{"statements": 1}', b"[[[1]]]",
        b'{"statements":[[{}]]}', b'{"version":[1.0]}', b"[" * 10_000, b'{"kind":"end","lines":1}',
        b'{"kind":"export"}', b'{"kind":"export","format":"x"}', b'{"kind":"export","format":99}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["x.ndjson", "x.gz"])
def test_what_is_nothing_of_the_kind_is_refused_without_a_stack_trace(
    store: Store, tmp_path: Path, text: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(text)
    result = store.run("import", str(tmp_path / name))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert everything(store) == []
    if text.strip():
        assert result.exit_code == 1


def test_a_file_too_large_for_one_document_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 3000)
    (tmp_path / "x.json").write_text(json.dumps([foreign(1) for _ in range(9)], indent=2))
    result = store.run("import", str(tmp_path / "x.json"))
    assert result.exit_code == 1
    assert "3000 bytes" in result.stdout
    path = written(tmp_path / "y.ndjson", [foreign(1), foreign(2, result={"response": "x" * 4000}), foreign(3)])
    result = store.run("import", str(path))
    assert [line["line"] for line in refused(result.stdout)] == [2]
    assert len(everything(store)) == 2


def test_an_export_into_a_store_in_use_is_taken_over_with_its_files(
    full: Store, another: Store, tmp_path: Path
) -> None:
    another.post(statement("there already", id=str(uuid4())))
    result = another.run("import", str(full.export(tmp_path / "export.ndjson")))
    assert "Taking over" in result.stderr
    assert result.exit_code == 0, result.output
    theirs = {one["id"]: one for one in everything(full)}
    ours = {one["id"]: one for one in everything(another)}
    assert theirs.keys() < ours.keys()
    for id_, one in theirs.items():
        assert ours[id_]["voided"] == one["voided"]
        assert ours[id_]["stored"] > one["stored"]
        assert chain(another, id_) == [{"stored": one["stored"], "authority": one["authority"]}]
    picture = with_files(PICTURE)["attachments"][0]["sha2"]
    asked = next(id_ for id_, one in theirs.items() if any(a["sha2"] == picture for a in one.get("attachments", ())))
    assert PICTURE in another.get(statementId=asked, attachments="true").data
    state = {"activityId": "https://hoc.example.org/khoa/1", "agent": agent()}
    assert answered(another, "/xapi/activities/state", state) == answered(full, "/xapi/activities/state", state)
    again = another.take_in(tmp_path / "export.ndjson")
    assert "0 stored" in again.stderr


def test_documents_of_a_store_in_use_stay_as_they_are(full: Store, another: Store, tmp_path: Path) -> None:
    query = {"activityId": "https://hoc.example.org/khoa/1", "agent": json.dumps(agent()), "stateId": "hai"}
    sent = another.send("PUT", "/xapi/activities/state", query_string=query, json={"ours": True})
    assert sent.status_code == 204
    result = another.run("import", str(full.export(tmp_path / "export.ndjson")), "--take-over")
    assert result.exit_code == 1
    [line] = refused(result.stdout)
    assert "another document" in line["errors"][0]["message"]
    assert another.get("/xapi/activities/state", **query).get_json() == {"ours": True}


def test_a_take_over_can_be_asked_for_and_only_an_export_be_moved(full: Store, another: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "theirs.ndjson", [foreign()])
    result = another.run("import", str(path), "--move")
    assert result.exit_code == 1 and "no export" in result.output
    another.take_in(full.export(tmp_path / "export.ndjson"), "--take-over")
    assert everything(another)[0]["stored"] > everything(full)[-1]["stored"]


def test_an_attachment_without_its_bytes_is_refused_with_its_line(store: Store, tmp_path: Path) -> None:
    missing = foreign(1, attachments=with_files(PICTURE)["attachments"])
    result = store.run("import", str(written(tmp_path / "theirs.ndjson", [missing, foreign(2)])))
    [line] = refused(result.stdout)
    assert line["line"] == 1 and line["errors"][0]["place"] == "/attachments/0/sha2"
    assert len(everything(store)) == 1


def test_a_take_over_that_broke_off_is_taken_up_again(store: Store, tmp_path: Path) -> None:
    sent = [foreign(1 + number % 9) for number in range(30)]
    whole = written(tmp_path / "theirs.ndjson", [*sent, voiding(sent[0]["id"])])
    (tmp_path / "half.ndjson").write_bytes(whole.read_bytes()[:9000])
    assert store.run("import", str(tmp_path / "half.ndjson")).exit_code == 1
    held = len(everything(store))
    assert 0 < held < 30
    assert f"{31 - held} stored, {held} there already" in store.take_in(whole).stderr
    assert len(everything(store)) == 31
    assert everything(store)[0]["voided"]


def test_tenants_are_apart(store: Store, other_identity: api.Identity, tmp_path: Path) -> None:
    one = foreign()
    path = written(tmp_path / "theirs.ndjson", [one])
    store.take_in(path, "--tenant", "other")
    assert everything(store) == []
    assert chain(store, one["id"]) is None
    store.take_in(path)
    assert len(everything(store)) == 1
    assert len(store.export(tmp_path / "ours.ndjson").read_bytes().splitlines()) < 8
    unknown = store.run("import", str(path), "--tenant", "nobody")
    assert unknown.exit_code == 1 and "tenant list" in unknown.output


def test_what_goes_into_a_tenant_with_opaque_accounts_comes_under_these(
    store: Store, another: Store, tmp_path: Path
) -> None:
    person = {"mbox": "mailto:canary@example.org", "name": "Nguyễn Thị Canary"}
    told = agent("001203004567")
    for one in (person, told):
        store.post(statement(one, id=str(uuid4())))
        state = {"activityId": "https://hoc.example.org/khoa/1", "stateId": "s", "agent": json.dumps(one)}
        assert store.send("PUT", "/xapi/activities/state", query_string=state, data=b"x").status_code == 204
    path = store.export(tmp_path / "export.ndjson")
    assert another.run("tenant", "privacy", "--opaque-accounts", "on").exit_code == 0
    for words in ((), ("--move",)):
        not_moved = another.run("import", str(path), *words)
        assert not_moved.exit_code == 1 and "--take-over" in not_moved.output
        assert everything(another) == []
    taken = another.run("import", str(path), "--take-over")
    places = [line["errors"][0]["place"] for line in refused(taken.stdout)]
    assert places == ["/statement/actor/account/name", "/agent/account/name"]
    asked = {"agent": person, "activityId": "https://hoc.example.org/khoa/1"}
    assert len(another.get(agent=person).json["statements"]) == 1
    assert another.get("/xapi/activities/state", **asked).json == ["s"]
    again = another.export(tmp_path / "again.ndjson").read_text()
    assert "canary" not in again.casefold()
    assert "0 stored, 2 there" in another.run("import", str(path), "--take-over").stderr
