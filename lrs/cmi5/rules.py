"""What Statements of a session break of cmi5: pure, every fault with its place and its clause.

Order is that of `timestamp` (9.3). What is *cmi5 defined* carries the category of cmi5 and is held to all rules; all
else is *cmi5 allowed* (7.1.3) and held to actor, context and its place between "initialized" and "terminated".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from lrs.errors import Fault
from lrs.statements.keys import ifi_text
from lrs.statements.validate import check_timestamp

__all__ = ["CMI5", "MASTERY_SCORE", "MOVE_ON", "SESSION_ID", "Standing", "check", "duration", "verb"]

CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
MASTERY_SCORE = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"

_OF_UNITS = {
    f"http://adlnet.gov/expapi/verbs/{name}": name
    for name in ("initialized", "completed", "passed", "failed", "terminated")
}
_OF_LMS = (
    "http://adlnet.gov/expapi/verbs/launched",
    "https://w3id.org/xapi/adl/verbs/abandoned",
    "https://w3id.org/xapi/adl/verbs/waived",
    "https://w3id.org/xapi/adl/verbs/satisfied",
)
_VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_CLAUSES = {"initialized": "9.3.2", "completed": "9.3.3", "passed": "9.3.4", "failed": "9.3.5", "terminated": "9.3.8"}
_TIMED = ("completed", "passed", "failed", "terminated")
_UTC = ("Z", "z", "+00:00", "+0000", "+00")
_SUCCESS = {"passed": True, "failed": False}


@dataclass(frozen=True, slots=True)
class Standing:
    """A session as far as it has come. All instants are `timestamp`s of Statements."""

    session: UUID
    registration: UUID
    agent: str
    activity: str
    publisher_id: str
    mode: str
    mastery_score: Decimal | None
    initialized: datetime | None = None
    completed: datetime | None = None
    passed: datetime | None = None
    failed: datetime | None = None
    terminated: datetime | None = None
    latest: datetime | None = None
    ever_completed: bool = False
    """In this registration, whichever session."""
    ever_passed: bool = False


def check(
    standing: Standing, statements: Sequence[tuple[Mapping[str, Any], Mapping[str, Any], str]]
) -> tuple[Standing, list[Fault]]:
    """How a session stands after these Statements of it, and what they break.

    Each is given as it was sent, as it is kept, and with the place of its faults.
    """
    faults: list[Fault] = []
    moments = []
    for sent, kept, place in statements:
        faults += _alone(standing, sent, kept, place)
        moment = check_timestamp(sent["timestamp"], "timestamp") if "timestamp" in sent else None
        if moment is not None:
            moments.append((moment, kept, place))
    if faults:
        return standing, faults
    # What happened at one moment happened in the order sent, but for the first and the last of all.
    for moment, kept, place in sorted(moments, key=lambda one: (one[0], _rank(one[1]))):
        standing = _follow(standing, moment, kept, place, faults)
    return standing, faults


def verb(statement: Mapping[str, Any]) -> str | None:
    """Which verb of AUs a cmi5 defined Statement has; None where it is not cmi5 defined."""
    return _OF_UNITS.get(statement["verb"]["id"]) if CMI5 in _ids(statement, "category") else None


def _rank(statement: Mapping[str, Any]) -> int:
    return {"initialized": 0, "terminated": 2}.get(verb(statement) or "", 1)


def _fault(place: str, message: str, clause: str) -> Fault:
    return Fault(place, message, f"cmi5 {clause}")


def _alone(standing: Standing, sent: Mapping[str, Any], kept: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """What one Statement breaks whatever came before it."""
    context = kept.get("context", {})
    if "id" not in sent:
        yield _fault(f"{place}/id", "is missing: the AU gives each Statement its id", "9.1")
    if "timestamp" not in sent:
        yield _fault(f"{place}/timestamp", "is missing", "9.7")
    elif not sent["timestamp"].endswith(_UTC):
        yield _fault(f"{place}/timestamp", f"{sent['timestamp']} is not in UTC; end it with Z", "9.7")
    if ifi_text(kept["actor"]) != standing.agent or kept["actor"].get("objectType") == "Group":
        yield _fault(f"{place}/actor", "is not the learner for whom this was launched", "8.1.3")
    if kept["verb"]["id"] == _VOIDED:
        yield _fault(f"{place}/verb/id", "an AU may not void Statements", "6.3")
    if str(context.get("registration", "")).lower() != str(standing.registration):
        yield _fault(f"{place}/context/registration", f"is not {standing.registration}, as launched", "9.6.1")
    if context.get("extensions", {}).get(SESSION_ID) != str(standing.session):
        where = f"{place}/context/extensions/{_pointed(SESSION_ID)}"
        yield _fault(where, f"is not {standing.session}, as in the contextTemplate", "9.6.3.1")
    if standing.publisher_id not in _ids(kept, "grouping"):
        where = f"{place}/context/contextActivities/grouping"
        yield _fault(where, f"lacks {standing.publisher_id}, which is in the contextTemplate", "10.2.1")
    if CMI5 in _ids(kept, "category"):
        yield from _defined(standing, kept, place)
    elif MOVE_ON in _ids(kept, "category"):
        where = f"{place}/context/contextActivities/category"
        yield _fault(where, f"{MOVE_ON} belongs to cmi5 defined Statements alone", "9.6.2.2")


def _defined(standing: Standing, kept: Mapping[str, Any], place: str) -> Iterator[Fault]:
    name = _OF_UNITS.get(kept["verb"]["id"])
    if name is None:
        whose = "the LMS alone" if kept["verb"]["id"] in _OF_LMS else "no AU"
        message = f"is issued by {whose} with the category {CMI5}; leave the category out for verbs of your own"
        yield _fault(f"{place}/verb/id", message, "7.1.3")
        return
    if standing.mode != "Normal" and name not in ("initialized", "terminated"):
        yield _fault(f"{place}/verb/id", f"{name} is not sent in the launch mode {standing.mode}", "10.2.2")
    target = kept["object"]
    if target.get("objectType", "Activity") != "Activity" or target.get("id") != standing.activity:
        yield _fault(f"{place}/object/id", f"is not {standing.activity}, the activityId of the launch", "9.4")
    result = kept.get("result", {})
    yield from _result(name, result, place)
    yield from _score(standing, name, kept, place)
    has_category = MOVE_ON in _ids(kept, "category")
    if has_category != ("success" in result or "completion" in result):
        where = f"{place}/context/contextActivities/category"
        message = "must not hold" if has_category else "must hold"
        yield _fault(where, f"{message} {MOVE_ON}: it goes with result.success and result.completion", "9.6.2.2")


def _result(name: str, result: Mapping[str, Any], place: str) -> Iterator[Fault]:
    for key, wanted, clause in (
        ("success", _SUCCESS.get(name), "9.5.2"),
        ("completion", True if name == "completed" else None, "9.5.3"),
    ):
        if wanted is None and key in result:
            yield _fault(f"{place}/result/{key}", f"does not stand in {name}", clause)
        elif wanted is not None and result.get(key) is not wanted:
            yield _fault(f"{place}/result/{key}", f"must be {str(wanted).lower()} in {name}", clause)
    if name in _TIMED and "duration" not in result:
        yield _fault(f"{place}/result/duration", f"is missing; {name} says how long it took", "9.5.4.1")
    progress = result.get("extensions", {}).get(PROGRESS)
    if progress is not None and (isinstance(progress, bool) or progress not in range(101)):
        where = f"{place}/result/extensions/{_pointed(PROGRESS)}"
        yield _fault(where, "is no whole number from 0 to 100", "9.5.5.1")


def _score(standing: Standing, name: str, kept: Mapping[str, Any], place: str) -> Iterator[Fault]:
    score = kept.get("result", {}).get("score")
    told = kept.get("context", {}).get("extensions", {}).get(MASTERY_SCORE)
    where = f"{place}/context/extensions/{_pointed(MASTERY_SCORE)}"
    needed = standing.mastery_score
    if told is not None and (isinstance(told, bool) or told != needed):
        yield _fault(where, f"is not the masteryScore of the launch, {'none' if needed is None else needed}", "9.6.3.2")
    if score is None:
        return
    if name not in _SUCCESS:
        yield _fault(f"{place}/result/score", f"does not stand in {name}", "9.5.1")
        return
    if "raw" in score and not ("min" in score and "max" in score):
        yield _fault(f"{place}/result/score", "raw comes with min and max", "9.5.1")
    scaled = score.get("scaled")
    if scaled is None:
        return
    if not 0 <= scaled <= 1:
        yield _fault(f"{place}/result/score/scaled", f"{scaled} is not from 0 to 1", "9.5.1")
    if needed is None:
        return
    if _SUCCESS[name] != (scaled >= needed):
        message = f"{scaled} is {'below' if _SUCCESS[name] else 'not below'} the masteryScore {needed}"
        yield _fault(f"{place}/result/score/scaled", f"{message}: that is not {name}", _CLAUSES[name])
    if told is None:
        yield _fault(where, f"is missing; a score was judged by the masteryScore {needed}", "9.6.3.2")


def _follow(standing: Standing, moment: datetime, kept: Mapping[str, Any], place: str, faults: list[Fault]) -> Standing:
    """The session after one more Statement; what it breaks of the order is added to the faults."""
    name = verb(kept)
    latest = moment if standing.latest is None else max(moment, standing.latest)
    found = [_fault(place + where, message, clause) for where, message, clause in _out_of_order(standing, moment, name)]
    faults += found
    if found:
        return standing
    if name is None:
        return replace(standing, latest=latest)
    known: dict[str, Any] = {name: moment, "latest": latest}
    if name in ("completed", "passed"):
        known[f"ever_{name}"] = True
    return replace(standing, **known)


def _out_of_order(standing: Standing, moment: datetime, name: str | None) -> Iterator[tuple[str, str, str]]:
    if name is not None and getattr(standing, name) is not None:
        yield "/verb/id", f"{name} was sent in this session already", "9.3"
    elif name == "initialized":
        if standing.latest is not None and moment > standing.latest:
            yield "/timestamp", "other Statements of this session are earlier", "9.3"
    elif standing.initialized is None:
        yield "/verb/id", "the first Statement of a session is initialized", "7.1.1"
    elif moment < standing.initialized:
        yield "/timestamp", "is before initialized, the first Statement of the session", "9.3"
    if standing.terminated is not None and moment > standing.terminated:
        yield "/timestamp", "is after terminated, the last Statement of the session", "7.1.2"
    if name == "terminated" and standing.latest is not None and moment < standing.latest:
        yield "/timestamp", "other Statements of this session are later, and terminated is the last", "7.1.2"
    if (name == "passed" and standing.failed is not None) or (name == "failed" and standing.passed is not None):
        yield "/verb/id", "a session is passed or failed, not both", "9.3"
    elif name == "failed" and standing.ever_passed:
        yield "/verb/id", "this registration has passed the AU already", "9.3"
    elif name == "passed" and standing.ever_passed and standing.passed is None:
        yield "/verb/id", "this registration has passed the AU already; passed is sent once", "9.3.4"
    if name == "completed" and standing.ever_completed and standing.completed is None:
        yield "/verb/id", "this registration has completed the AU already; completed is sent once", "9.3.3"


def _ids(statement: Mapping[str, Any], kind: str) -> list[Any]:
    listed = statement.get("context", {}).get("contextActivities", {}).get(kind, [])
    return [one["id"] for one in ([listed] if isinstance(listed, dict) else listed)]


def _pointed(key: str) -> str:
    """A key as it stands in a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def duration(length: timedelta) -> str:
    """A length of time as ISO 8601, to the hundredth of a second."""
    return f"PT{max(length.total_seconds(), 0.0):.2f}S"
