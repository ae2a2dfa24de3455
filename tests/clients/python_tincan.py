"""Every network method of PyPI's `tincan`.

In (standard input): one JSON object, `order` of orders.py. Out (standard output): one JSON object with the methods
there are, those called, and what was read. Ends non-zero when something is refused that should not be.

Faults of the library's own, in 1.0.0, and what is done about them here:
- `about` raises as soon as a store names a version that it has not heard of, 2.0.0 for one: that it asks and was
  answered is all that can be shown;
- it looks for the headers of a document under names that they never have, so its documents know neither ETag nor type:
  both are read from the answer;
- it never sends If-None-Match, without which 1.0.3 lets nobody make a profile: profiles are made with its own
  `_send_request`, by which all its methods send;
- `save_state` sends everything twice: with an ETag the second time is refused, unless nothing was changed;
- it knows State with a registration only for reading and clearing: that too is made with `_send_request`;
- it makes text of every body, sends that as Latin-1, which is the end of most words in Vietnamese, and reads every
  answer as UTF-8: `content` of its requests and `data` of its answers are replaced by ones that keep bytes;
- it takes no UUID after version 5 for one;
- it does not know the bytes of Attachments, neither coming nor going: Statements say where theirs are (fileUrl).
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from tincan import (
    Activity,
    ActivityProfileDocument,
    Agent,
    AgentProfileDocument,
    LRSResponse,
    RemoteLRS,
    StateDocument,
    Statement,
    StatementRef,
    Verb,
)
from tincan.http_request import HTTPRequest

ORDER = json.load(sys.stdin)
AGENT = Agent(ORDER["agent"])
ACTIVITY = Activity(id=ORDER["activity"])
TEXT = ORDER["text"]


def _keep_bytes(request: HTTPRequest, content: str | bytes | None) -> None:
    request._content = content.encode() if isinstance(content, str) else content


def _keep_answer(answer: LRSResponse, data: bytes | None) -> None:
    answer._data = bytearray(data or b"")


HTTPRequest.content = property(lambda request: request._content, _keep_bytes)
LRSResponse.data = property(lambda answer: answer._data, _keep_answer)


class Recording(RemoteLRS):
    """The library's client, which notes what is called from outside."""

    def __init__(self, **settings: Any) -> None:
        object.__setattr__(self, "called", set())
        object.__setattr__(self, "inside", False)
        super().__init__(**settings)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if not callable(found) or name.startswith("__") or object.__getattribute__(self, "inside"):
            return found

        def noting(*words: Any, **others: Any) -> Any:
            object.__getattribute__(self, "called").add(name)
            object.__setattr__(self, "inside", True)
            try:
                return found(*words, **others)
            finally:
                object.__setattr__(self, "inside", False)

        return noting


LRS = Recording(version=ORDER["version"], endpoint=ORDER["endpoint"], username=ORDER["key"], password=ORDER["secret"])


def done(answer: LRSResponse) -> LRSResponse:
    """The answer, where the store did as asked."""
    if not answer.success:
        raise SystemExit(f"{answer.response.status} {answer.data!r}")
    return answer


def refusal(answer: LRSResponse) -> Any:
    """What the store refused with, or None."""
    return None if answer.success else json.loads(answer.data)


def send(method: str, resource: str, query: dict[str, str], content: bytes, **headers: str) -> LRSResponse:
    """A request that the library has no method for, sent the way it sends all."""
    request = HTTPRequest(method=method, resource=resource, content=content)
    request.query_params = query
    request.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return LRS._send_request(request)


def statements() -> dict[str, Any]:
    done(LRS.save_statement(Statement(ORDER["single"])))
    given = done(LRS.save_statement(Statement(ORDER["anonymous"]))).content.id
    posted = done(LRS.save_statements([Statement(one) for one in ORDER["statements"]])).content
    page = done(LRS.query_statements({"activity": ACTIVITY, "ascending": "true", "limit": 0})).content
    pages = [[str(one.id) for one in page.statements]]
    while page.more:
        page = done(LRS.more_statements(page)).content
        pages.append([str(one.id) for one in page.statements])
    for one in [ORDER["with_files"], *ORDER["each_with_file"]]:
        elsewhere = [{**each, "fileUrl": "https://tep.example.vn/bai-lam"} for each in one["attachments"]]
        done(LRS.save_statement(Statement({**one, "attachments": elsewhere})))
    for one in [ORDER["single"], *ORDER["statements"][:2]]:
        voided = Verb(id="http://adlnet.gov/expapi/verbs/voided")
        done(LRS.save_statement(Statement(actor=AGENT, verb=voided, object=StatementRef(id=one["id"]))))
    third = ORDER["statements"][2]
    declared = json.loads(done(LRS.retrieve_statement(ORDER["with_files"]["id"])).data)["attachments"]
    single = ORDER["single"]["id"]
    return {
        "given": str(given),
        "posted": [str(one.id) for one in posted],
        "pages": pages,
        "one": json.loads(done(LRS.retrieve_statement(third["id"])).data),
        "attachments_elsewhere": declared,
        "voided": json.loads(done(LRS.retrieve_voided_statement(single)).data),
        "gone": refusal(LRS.retrieve_statement(single)),
        "conflict": refusal(LRS.save_statement(Statement({**third, "verb": ORDER["single"]["verb"]}))),
    }


def states() -> dict[str, Any]:
    content_type = "text/plain; charset=utf-8"

    def document(content: Any, etag: str | None = None, id_: str = ORDER["state"]) -> StateDocument:
        return StateDocument(
            id=id_, content=content, content_type=content_type, etag=etag, activity=ACTIVITY, agent=AGENT
        )

    def read(id_: str, registration: str | None = None) -> LRSResponse:
        return done(LRS.retrieve_state(ACTIVITY, AGENT, id_, registration=registration))

    registration = ORDER["registration"]
    query = {"activityId": ACTIVITY.id, "agent": AGENT.to_json(LRS.version)}
    done(LRS.save_state(document(TEXT)))
    content = f"{TEXT} ({registration})".encode()
    with_registration = {**query, "stateId": ORDER["state"], "registration": registration}
    done(send("PUT", "activities/state", with_registration, content, Content_Type=content_type))
    without_condition = refusal(LRS.save_state(document(TEXT)))
    first = read(ORDER["state"]).response.getheader("ETag")
    done(LRS.save_state(document(TEXT, first)))
    changed = refusal(LRS.save_state(document(TEXT + "!", first)))
    done(send("POST", "activities/state", {**query, "stateId": "json"}, json.dumps({"a": TEXT}).encode(),
              Content_Type="application/json"))  # fmt: skip
    done(send("POST", "activities/state", {**query, "stateId": "json"}, b'{"b": 1}', Content_Type="application/json"))
    done(LRS.save_state(document(bytearray(base64.b64decode(ORDER["bytes"])), id_="bytes")))
    results = {
        "plain": bytes(read(ORDER["state"]).content.content).decode(),
        "registered": bytes(read(ORDER["state"], registration).content.content).decode(),
        "json": json.loads(read("json").content.content),
        "bytes": base64.b64encode(read("bytes").content.content).decode(),
        "ids": done(LRS.retrieve_state_ids(ACTIVITY, AGENT, since=ORDER["since"])).content,
        "ids_registered": done(LRS.retrieve_state_ids(ACTIVITY, AGENT, registration)).content,
        "without_condition": without_condition,
        "stale": changed,
    }
    done(LRS.delete_state(document("", id_="bytes")))
    results["ids_after_delete"] = done(LRS.retrieve_state_ids(ACTIVITY, AGENT)).content
    done(LRS.clear_state(ACTIVITY, AGENT, registration))
    results["ids_registered_after_delete"] = done(LRS.retrieve_state_ids(ACTIVITY, AGENT, registration)).content
    return results


def profiles(kind: str, about: Any, query: dict[str, str], made: type[Any]) -> dict[str, Any]:
    """One of the two kinds of profile; `about` is what it is a profile of, `query` says so in a request."""
    save, retrieve = getattr(LRS, f"save_{kind}_profile"), getattr(LRS, f"retrieve_{kind}_profile")
    ids, delete = getattr(LRS, f"retrieve_{kind}_profile_ids"), getattr(LRS, f"delete_{kind}_profile")
    resource = {"agent": "agents/profile", "activity": "activities/profile"}[kind]
    query = {**query, "profileId": ORDER["profile"]}

    def document(content: Any, etag: str | None = None) -> Any:
        parts = {"id": ORDER["profile"], "content": json.dumps(content), "etag": etag, kind: about}
        return made(content_type="application/json", **parts)

    unconditional = refusal(save(document({"a": TEXT})))
    if unconditional is None:
        raise SystemExit("a new profile was taken without a condition")
    first = json.dumps({"a": TEXT}).encode()
    done(send("PUT", resource, query, first, Content_Type="application/json", If_None_Match="*"))
    refused = refusal(send("PUT", resource, query, first, Content_Type="application/json", If_None_Match="*"))
    etag = done(retrieve(about, ORDER["profile"])).response.getheader("ETag")
    done(save(document({"a": TEXT, "b": 1}, etag)))
    stale = refusal(save(document({}, etag)))
    results = {
        "merged": json.loads(done(retrieve(about, ORDER["profile"])).content.content),
        "ids": done(ids(about, since=ORDER["since"])).content,
        "refused": refused,
        "stale": stale,
    }
    done(delete(document({})))
    results["ids_after_delete"] = done(ids(about)).content
    return results


def about() -> Any:
    """What /about says, though the library will not have it."""
    try:
        LRS.about()
    except ValueError as error:
        if "'2.0.0' in ['1.0.3', '2.0.0']" not in str(error):
            raise
    return json.loads(done(LRS._send_request(HTTPRequest(method="GET", resource="about"))).data)


def main() -> None:
    results = {
        "about": about(),
        "statements": statements(),
        "states": states(),
        "agent_profiles": profiles("agent", AGENT, {"agent": AGENT.to_json(LRS.version)}, AgentProfileDocument),
        "activity_profiles": profiles("activity", ACTIVITY, {"activityId": ACTIVITY.id}, ActivityProfileDocument),
    }
    methods = [name for name, value in vars(RemoteLRS).items() if callable(value) and not name.startswith("__")]
    sys.stdout.write(json.dumps({"methods": methods, "called": sorted(LRS.called), "results": results}))


if __name__ == "__main__":
    main()
