"""What one exports and imports into an empty store answers every query alike."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lrs import api
from lrs.transfer import exporting, form, moving
from tests.lrs.statements.builders import VERBS, agent, statement, voiding
from tests.lrs.statements.test_related import COURSE, WANTED
from tests.lrs.transfer.conftest import REGISTRATION, Store

STATEMENTS = "/xapi/statements"


def everything(store: Store) -> list[dict[str, Any]]:
    """Every Statement that stands or is voided, as stored."""
    with store.database.reading(store.tenant) as session:
        found = api.changes(session, store.tenant, None, limit=100_000).statements
    return [{"seq": one.seq, "stored": one.stored, "voided": one.voided, **one.document} for one in found]


def queries(store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    """Some dozens of questions of every kind; which instants and ids, the first store says."""
    stored = everything(store)
    stamps = sorted({one["stored"] for one in stored})
    middle, late = (stamps[len(stamps) * n // 4] for n in (2, 3))
    filters: list[dict[str, Any]] = [
        {}, {"agent": WANTED}, {"agent": agent()}, {"agent": {"mbox": "mailto:a@example.org"}},
        {"agent": {"openid": "https://example.org/b"}}, {"verb": VERBS + "completed"}, {"verb": VERBS + "voided"},
        {"activity": COURSE + "1"}, {"activity": COURSE + "tìm"}, {"registration": REGISTRATION},
        {"since": middle}, {"until": middle}, {"since": middle, "until": late}, {"limit": 3},
        {"agent": agent("bị-huỷ")},
        {"agent": WANTED, "related_agents": True}, {"activity": COURSE + "tìm", "related_activities": True},
        {"agent": agent("1"), "related_agents": True}, {"verb": VERBS + "completed", "since": middle, "limit": 5},
        {"agent": agent(), "activity": COURSE + "1"}, {"activity": COURSE + "1", "related_activities": True},
        {"agent": agent("nul")}, {"agent": stored[0]["authority"], "related_agents": True},
    ]  # fmt: skip
    for each in filters:
        for shape in ({}, {"format": "ids"}, {"format": "canonical"}, {"attachments": True}, {"ascending": True}):
            yield STATEMENTS, {**each, **shape}
    for one in stored:
        yield STATEMENTS, {"voidedStatementId" if one["voided"] else "statementId": one["id"], "attachments": True}
    for about in (agent(), WANTED, {"mbox": "mailto:a@example.org"}, agent("nobody")):
        yield "/xapi/agents", {"agent": about}
        yield "/xapi/agents/profile", {"agent": about}
        yield "/xapi/agents/profile", {"agent": about, "profileId": "hồ-sơ"}
    for iri in (COURSE + "1", COURSE + "x", "https://example.org/một", "https://example.org/unknown"):
        yield "/xapi/activities", {"activityId": iri}
        yield "/xapi/activities/profile", {"activityId": iri}
        yield "/xapi/activities/profile", {"activityId": iri, "profileId": "hồ-sơ"}
    about_state: dict[str, Any] = {"activityId": COURSE + "1", "agent": agent()}
    for registration in ({}, {"registration": REGISTRATION}):
        for id_ in ({}, {"stateId": "một"}, {"stateId": "hai"}, {"stateId": "ba\0"}, {"since": middle}):
            yield "/xapi/activities/state", {**about_state, **registration, **id_}


def answered(store: Store, path: str, query: dict[str, Any]) -> list[Any]:
    """Every page of the answer, without what the store of the moment puts into it: its links and boundaries."""
    pages = []
    answer = store.get(path, **query)
    while True:
        boundary = (answer.mimetype_params.get("boundary") or "no boundary").encode()
        data = answer.data.replace(boundary, b"BOUNDARY")
        more = b""
        if b'"more":"' in data:
            more = data.split(b'"more":"')[1].split(b'"')[0]
            data = data.replace(more, b"") if more else data
        headers = {name: answer.headers.get(name) for name in ("ETag", "Last-Modified", "X-Experience-API-Hash")}
        pages.append((answer.status_code, answer.mimetype, headers, data))
        if not more:
            return pages
        answer = store.send("GET", more.decode())


@pytest.mark.slow
def test_every_query_is_answered_alike(full: Store, another: Store, tmp_path: Path) -> None:
    result = another.take_in(full.export(tmp_path / "export.ndjson"))
    assert "Moving" in result.stderr
    asked = list(queries(full))
    assert len(asked) > 150
    for path, query in asked:
        assert answered(another, path, query) == answered(full, path, query), (path, query)
    assert everything(another) == everything(full)


def test_what_is_kept_beside_the_statements_is_the_same(full: Store, another: Store, tmp_path: Path) -> None:
    another.take_in(full.export(tmp_path / "export.ndjson.gz"))

    keys = "actor_key, verb_key, object_key, registration, authority_key"

    def rows(store: Store) -> dict[str, list[Any]]:
        kept = {
            "lrs_statement": f"id, seq, stored, {keys}, voided, exact",
            "lrs_statement_link": "key, seq, statement_id",
            "lrs_reference": f"seq, steps, statement_id, target_id, voids, {keys}",
            "lrs_attachment": "sha2, content_type, content",
            "lrs_signature": "statement_id, sha2, certificate, root",
            "lrs_document": "context_key, document_key, agent_key, kind, activity, agent, registration, document_id,"
            " content_type, content, etag, updated",
            "lrs_activity": "activity_key, iri, definition",
            "lrs_agent_names": "agent_key, ifi, names",
        }
        with store.database.reading(store.tenant) as session:
            tenant = store.tenant.hex if store.database.is_sqlite else store.tenant
            return {
                table: sorted(
                    map(
                        str,
                        session.execute(sa.text(f"SELECT {columns} FROM {table} WHERE tenant_id = :t"), {"t": tenant}),
                    )
                )
                for table, columns in kept.items()
            }

    expected = rows(full)
    assert all(expected.values())
    assert rows(another) == expected


def test_a_second_generation_is_the_same_file_but_for_who_wrote_it_when(
    full: Store, another: Store, tmp_path: Path
) -> None:
    first = full.export(tmp_path / "first.ndjson").read_bytes().splitlines()
    another.take_in(tmp_path / "first.ndjson")
    second = another.export(tmp_path / "second.ndjson").read_bytes().splitlines()
    assert second[1:] == first[1:]


def test_new_statements_go_on_after_those_that_moved_in(full: Store, another: Store, tmp_path: Path) -> None:
    another.take_in(full.export(tmp_path / "export.ndjson"))
    last = everything(full)[-1]
    [new] = another.post(statement("mới", verb="passed", activity=COURSE + "mới"))
    assert everything(another)[-1]["id"] == new
    assert everything(another)[-1]["seq"] == last["seq"] + 1
    assert another.get("/xapi/activities", activityId=COURSE + "mới").get_json()["definition"]


def test_a_move_that_broke_off_is_taken_up_again(
    full: Store, another: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "AT_ONCE", 7)
    path = full.export(tmp_path / "export.ndjson")
    put = moving._Mover._put
    left = [0]

    def breaking(self: Any, session: Any, waiting: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return put(self, session, waiting)

    monkeypatch.setattr(moving._Mover, "_put", breaking)
    breaks = 0
    for count in (2, 3, 1, 2, 0):
        left[0] = count
        result = another.run("import", str(path))
        breaks += result.exit_code != 0
        assert "Moving" in result.stderr
    assert breaks == 4
    assert everything(another) == everything(full)
    another.take_in(path)
    assert everything(another) == everything(full)
    for path_, query in list(queries(full))[::5]:
        assert answered(another, path_, query) == answered(full, path_, query), (path_, query)


def test_a_cut_file_is_said_to_be_cut_and_the_whole_one_goes_on(full: Store, another: Store, tmp_path: Path) -> None:
    whole = full.export(tmp_path / "export.ndjson").read_bytes()
    for name, cut in (("a.ndjson", whole[: len(whole) // 2]), ("b.ndjson.gz", gzip.compress(whole)[: len(whole) // 8])):
        (tmp_path / name).write_bytes(cut)
        result = another.run("import", str(tmp_path / name))
        assert result.exit_code == 1
        assert "breaks off" in result.output
    another.take_in(tmp_path / "export.ndjson", "--move")
    assert everything(another) == everything(full)


def test_what_came_later_is_exported_on_its_own_and_follows(full: Store, another: Store, tmp_path: Path) -> None:
    first = full.run("export", str(tmp_path / "one.ndjson"))
    token = first.stderr.split("--after ")[1].strip()
    full.post(statement("sau"), statement(attachments=[]))
    full.post(voiding(everything(full)[0]["id"]))
    full.export(tmp_path / "two.ndjson", "--after", token)
    early = another.run("import", str(tmp_path / "two.ndjson"), "--move")
    assert early.exit_code == 1
    another.take_in(tmp_path / "one.ndjson")
    assert "Moving" in another.take_in(tmp_path / "two.ndjson").stderr
    assert everything(another) == everything(full)
    assert "Moving" in another.take_in(tmp_path / "two.ndjson").stderr
    assert everything(another) == everything(full)


@pytest.mark.parametrize("token", ["s999999", "x", "s", "s1.5", "-1", "s²"])
def test_a_token_of_nothing_is_refused(store: Store, tmp_path: Path, token: str) -> None:
    store.post(statement())
    result = store.run("export", str(tmp_path / "x.ndjson"), f"--after={token}")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert list(tmp_path.glob("*x.ndjson*")) == []


def test_an_export_has_its_name_when_it_is_whole_and_is_its_owners_alone(
    full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = full.export(tmp_path / "export.ndjson.gz")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    monkeypatch.setattr(exporting, "_documents", lambda *_: 1 / 0)
    assert full.run("export", str(path)).exit_code != 0
    assert path.read_bytes() == before
    nowhere = full.run("export", str(tmp_path / "none" / "export.gz"))
    assert (nowhere.exit_code, "cannot be written: No such file or directory." in nowhere.output) == (1, True)
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []


def test_an_export_goes_through_pipes_and_holds_no_secret(full: Store, another: Store) -> None:
    piped = full.run("export", "-").stdout_bytes
    assert b"secret" not in piped and full.authorization.encode() not in piped
    lines = [json.loads(line) for line in piped.splitlines()]
    assert lines[0]["kind"] == "export" and lines[-1] == {"kind": "end", "lines": len(lines)}
    assert lines[0]["counts"]["statements"] == len(everything(full))
    files = [line["sha2"] for line in lines if line["kind"] == "attachment"]
    assert len(files) == len(set(files)) == 5
    result = another.run("import", "-", input=piped)
    assert result.exit_code == 0, result.output
    assert everything(another) == everything(full)


def test_an_export_reads_in_pages(full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = full.export(tmp_path / "whole.ndjson").read_bytes().splitlines()
    monkeypatch.setattr(exporting, "PAGE", 3)
    assert full.export(tmp_path / "paged.ndjson").read_bytes().splitlines()[1:] == whole[1:]


def test_an_empty_store_is_exported_and_imported(store: Store, another: Store, tmp_path: Path) -> None:
    another.take_in(store.export(tmp_path / "export.ndjson"))
    assert everything(another) == []


def edited(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """The same export with every line changed by hand."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    for line in lines:
        change(line)
    path.write_bytes(b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines))


def of_kind(kind: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda line: change(line) if line["kind"] == kind else None


def in_statement(**parts: Any) -> Callable[[dict[str, Any]], Any]:
    return of_kind("statement", lambda line: line["statement"].update(parts))


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "stored in the future": in_statement(stored="2999-01-01T00:00:00.000000Z"),
    "stored backwards": of_kind(
        "statement", lambda line: line["statement"].update(stored=f"20{99 - line['place'] % 90:02}-01-01T00:00:00Z")
    ),
    "stored is no time": in_statement(stored="yesterday"),
    "no authority": of_kind("statement", lambda line: line["statement"].pop("authority")),
    "authority of two": in_statement(
        authority={"objectType": "Group", "member": [agent("1"), {"mbox": "mailto:a@example.org"}]}
    ),
    "one id for all": in_statement(id=str(uuid4())),
    "one place for all": of_kind("statement", lambda line: line.update(place=1)),
    "a place beyond all": of_kind("statement", lambda line: line.update(place=2**63 - 1)),
    "a place below all": of_kind("statement", lambda line: line.update(place=-1)),
    "a list that is none": in_statement(context={"contextActivities": {"parent": {"id": "https://example.org/1"}}}),
    "a verb that is none": in_statement(verb={}),
    "no Statement": of_kind("statement", lambda line: line.update(statement=[1])),
    "null": of_kind("statement", lambda line: line.update(statement=None)),
    "a chain that is none": of_kind("statement", lambda line: line.update(provenance=[{"stored": 1}])),
    "a chain of others' words": of_kind("statement", lambda line: line.update(provenance=[{"x": "\0"}])),
    "a signature of nobody": of_kind(
        "statement", lambda line: line.update(signatures=[{"sha2": "\0", "certificate": None, "root": "x"}])
    ),
    "bytes of another hash": of_kind("attachment", lambda line: line.update(content="AAAA")),
    "a hash that is a path": of_kind("attachment", lambda line: line.update(sha2="../../etc/passwd")),
    "bytes that are none": of_kind("attachment", lambda line: line.update(content="ă")),
    "a document about nothing": of_kind("document", lambda line: line.update(activity=None, agent=None)),
    "a document of a NUL": of_kind("document", lambda line: line.update(agent="account \0|x", activity="\0")),
    "a document of a type with line ends": of_kind("document", lambda line: line.update(content_type="a\r\nb: c")),
    "a document of another age": of_kind("document", lambda line: line.update(updated=2**63 - 1)),
    "a document of no kind": of_kind("document", lambda line: line.update(of="x")),
    "a document without id": of_kind("document", lambda line: line.update(id="")),
    "a definition that is none": of_kind("activity", lambda line: line.update(definition={"type": 1})),
    "an Activity that is none": of_kind("activity", lambda line: line.update(id="\0")),
    "an Agent that is none": of_kind("agent", lambda line: line.update(agent="\0", names=["\0"])),
    "an unknown kind": of_kind("agent", lambda line: line.update(kind="x")),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_wrong_in_an_export_is_refused_line_by_line(
    exported: bytes, another: Store, tmp_path: Path, broken: str
) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(exported)
    edited(path, BROKEN[broken])
    result = another.run("import", str(tmp_path / "export.ndjson"), "--move")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    refused = [json.loads(line) for line in result.stdout.splitlines()]
    assert refused
    for line in refused:
        assert line["result"] == "refused" and line["errors"][0]["message"]
    assert f"{len(refused)} refused" in result.stderr
    seqs = [one["seq"] for one in everything(another)]
    assert seqs == sorted(seqs)
    another.post(statement("after it all"))


def test_an_export_written_differently_says_the_same(full: Store, another: Store, tmp_path: Path) -> None:
    path = full.export(tmp_path / "export.ndjson")
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    path.write_text("\r\n".join(json.dumps(line) for line in lines))
    another.take_in(path, "--move")
    asked = {"agent": agent("bị-huỷ"), "related_agents": True}
    assert answered(another, STATEMENTS, asked) == answered(full, STATEMENTS, asked)
    another.take_in(path, "--move")


def test_a_tenant_that_is_not_empty_takes_nothing_as_it_was(full: Store, another: Store, tmp_path: Path) -> None:
    path = full.export(tmp_path / "export.ndjson")
    another.post(statement("schon da"))
    result = another.run("import", str(path), "--move")
    assert result.exit_code == 1
    assert len(everything(another)) == 1
    changed = tmp_path / "changed.ndjson"
    changed.write_bytes(path.read_bytes())
    header = json.loads(path.read_bytes().splitlines()[0])
    later = {**header, "after": 1, "after_id": str(uuid4())}
    changed.write_bytes(json.dumps(later).encode() + b"\n" + path.read_bytes().split(b"\n", 1)[1])
    assert another.run("import", str(changed), "--move").exit_code == 1
    assert len(everything(another)) == 1


def test_a_tenant_that_goes_its_own_way_half_way_is_left_alone(
    full: Store, another: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "AT_ONCE", 5)
    path = full.export(tmp_path / "export.ndjson")
    put, count = moving._Mover._put, [0]

    def meeting(self: Any, session: Any, waiting: Any) -> Any:
        count[0] += 1
        if count[0] == 3:
            raise KeyboardInterrupt
        return put(self, session, waiting)

    monkeypatch.setattr(moving._Mover, "_put", meeting)
    another.run("import", str(path))
    held = len(everything(another))
    assert 0 < held < len(everything(full))
    another.post(statement("somebody else"))
    result = another.run("import", str(path))
    assert result.exit_code == 1
    assert "another Statement" in result.output
    assert len(everything(another)) == held + 1


def test_a_newer_form_is_not_guessed_at(full: Store, another: Store, tmp_path: Path) -> None:
    path = full.export(tmp_path / "export.ndjson")
    edited(path, of_kind("export", lambda line: line.update(format=form.FORMAT + 1)))
    result = another.run("import", str(path))
    assert result.exit_code == 1
    assert "newer" in result.output
    assert everything(another) == []


@pytest.mark.parametrize("header", [{"format": 0}, {"after": -1}, {"after": 10**30}, {"store": "x"}])
def test_a_first_line_that_is_none_is_refused_and_nothing_goes_in(
    full: Store, another: Store, tmp_path: Path, header: dict[str, Any]
) -> None:
    path = full.export(tmp_path / "export.ndjson")
    edited(path, of_kind("export", lambda line: line.update(header)))
    result = another.run("import", str(path))
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert everything(another) == []
