"""Published client libraries against the served program: every method of each that speaks to a store.

Each script reports the methods that its library has and those it called; a method that is neither called nor named here
as one that does not speak to the store fails the test, so that a new version of a library brings none in unnoticed.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from lrs import multipart
from tests.clients.conftest import Platform
from tests.clients.orders import ACTIVITY, EVERY_BYTE, FILES, MORE_THAN_A_PAGE, ONE_LINE, TEXT, order

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent

NOT_FOR_THE_STORE = {
    "@xapi/xapi": {
        "adapter": "what the client was given to send with",
        "generateURL": "writes an address",
        "requestResource": "what all methods end in",
        "requestURL": "what all methods end in",
        "Verbs": "a list",
        "calculateISO8601Duration": "works out a text",
        "default": "the class itself",
        "getSearchQueryParamsAsObject": "reads an address",
        "getTinCanLaunchData": "reads the page's address",
        "getXAPILaunchData": "asks a launch service, which is no store",
        "toBasicAuth": "works out a text",
    },
    "tincanjs": {
        "log": "writes to the console",
        "init": "called by the constructor",
        "addRecordStore": "called by the constructor",
        "prepareStatement": "makes an object",
        "_initFromQueryString": "called by the constructor",
        "_initByEnvironment": "called by the constructor",
        "_getBoundary": "makes a text",
        "_makeRequest": "what all methods end in",
        "_getMultipartRequestData": "makes a body",
        "_IEModeConversion": "makes a body",
        "_processGetStatementResult": "reads an answer",
        "_queryStatementsRequestCfg": "makes an object",
        "_assignAttachmentContent": "reads an answer",
        "_parseMultipart": "reads an answer",
        "_parseHeaders": "reads an answer",
        "__uint8ToString": "reads an answer",
    },
    "adl-xapiwrapper": {
        "XAPIWrapper": "the class",
        "dateFromISOString": "reads a text",
        "hash": "works out a text",
        "log": "writes to the console",
        "ruuid": "makes a text",
    },
    "tincan": {
        "_delete_state": "what two methods end in",
        "get_endpoint_server_root": "works out a text",
    },
}
"""Methods of each library that send nothing to a store, or nothing that the methods called do not send, and why."""


def _run(words: list[str], order: dict[str, Any]) -> dict[str, Any]:
    finished = subprocess.run(
        words, cwd=HERE, input=json.dumps(order), capture_output=True, text=True, encoding="utf-8", timeout=120,
        check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr[-4000:]
    told: dict[str, Any] = json.loads(finished.stdout)
    return told


def _node(script: str, order: dict[str, Any]) -> dict[str, Any]:
    return _run(["node", "--no-deprecation", script], order)


def _in_a_page(browser: Browser, site: str, scripts: list[str], order: dict[str, Any]) -> dict[str, Any]:
    """What `everyMethod` of these scripts gives in a page of this site, which the store's CORS list names."""
    page = browser.new_page()
    try:
        page.goto(f"{site}/")
        for script in scripts:
            page.add_script_tag(path=HERE / script)
        told: dict[str, Any] = page.evaluate("order => everyMethod(order)", order)
        return told
    finally:
        page.close()


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("adapter", ["fetch", "axios"])
def test_xapi_js(platform: Platform, version: str, adapter: str) -> None:
    sent = order(platform, version, files=ONE_LINE) | {"adapter": adapter}
    told = _node("xapi_xapi.js", sent)
    _check_all_called("@xapi/xapi", told)
    _check_results(sent, told["results"], version=version)
    _check_files(platform, sent, told["results"])


@pytest.mark.parametrize("version", ["1.0.0", "1.0.2"])
def test_tincanjs_in_a_browser(platform: Platform, chromium: Browser, site: str, version: str) -> None:
    sent = order(platform, version)
    told = _in_a_page(chromium, site, ["node_modules/tincanjs/build/tincan.js", "recording.js", "tincanjs.js"], sent)
    _check_all_called("tincanjs", told)
    results = told["results"]
    _check_results(sent, results, version=version)
    _check_files(platform, sent, results)
    assert results["statements"]["files_again"] == results["statements"]["files"]
    assert results["statements"]["voided_again"] == results["statements"]["voided"]
    assert results["statements"]["short"] == 1
    assert results["states"]["by_the_front"] == TEXT
    assert results["agent_profiles"]["by_the_front"] == results["activity_profiles"]["by_the_front"] == {"a": TEXT}


@pytest.mark.parametrize("version", ["1.0.1", "2.0.0"])
def test_adl_xapiwrapper(platform: Platform, version: str) -> None:
    sent = order(platform, version)
    told = _node("adl_xapiwrapper.js", sent)
    _check_all_called("adl-xapiwrapper", told)
    assert told["results"]["statements"]["works"] is True
    _check_results(sent, told["results"], version=version)
    _check_files(platform, sent, told["results"])


@pytest.mark.parametrize("version", ["1.0.0", "1.0.3"])
def test_tincan(platform: Platform, version: str) -> None:
    sent = order(platform, version)
    told = _run([sys.executable, "python_tincan.py"], sent)
    _check_all_called("tincan", told)
    _check_results(sent, told["results"], version=version)
    elsewhere = told["results"]["statements"]["attachments_elsewhere"]
    assert [one["sha2"] for one in elsewhere] == [one["sha2"] for one in sent["with_files"]["attachments"]]


def test_the_lock_file_pins_every_package_and_names_no_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all("integrity" in one and "resolved" not in one for one in packages.values())


def _check_all_called(library: str, told: dict[str, Any]) -> None:
    assert set(told["methods"]) - set(told["called"]) - set(NOT_FOR_THE_STORE[library]) == set(), "not called"
    assert set(NOT_FOR_THE_STORE[library]) <= set(told["methods"]), "no longer there"


def _check_results(sent: dict[str, Any], results: dict[str, Any], *, version: str) -> None:
    """What every library has to read, whatever its own words for it are."""
    assert results["about"] == {"version": ["1.0.3", "2.0.0"]}
    _check_statements(sent, results["statements"])
    if "activity" in results:
        assert (results["activity"]["id"], results["activity"]["definition"]["name"]) == (ACTIVITY, {"vi-VN": TEXT})
        assert (results["person"]["objectType"], results["person"]["name"]) == ("Person", [TEXT])
    _check_states(sent, results["states"], version=version)
    for kind in ("agent_profiles", "activity_profiles"):
        read = results[kind]
        assert read["merged"] == {"a": TEXT, "b": 1}
        assert (read["ids"], read["ids_after_delete"]) == ([sent["profile"]], [])
        assert "If-Match or If-None-Match" in _message(read["refused"])
        assert "If-Match or If-None-Match" in _message(read["stale"])


def _check_statements(sent: dict[str, Any], read: dict[str, Any]) -> None:
    posted = [one["id"] for one in sent["statements"]]
    assert read["posted"] == posted
    assert [len(page) for page in read["pages"]] == [500, MORE_THAN_A_PAGE - 500 + 2]
    assert [id_ for page in read["pages"] for id_ in page] == [sent["single"]["id"], read["given"], *posted]
    third = sent["statements"][2]
    one = read["one"]
    assert (one["id"], one["actor"]["name"], one["object"]["id"]) == (third["id"], TEXT, ACTIVITY)
    assert (one["verb"]["display"], one["result"]["response"]) == (third["verb"]["display"], TEXT)
    assert one["object"]["definition"]["name"] == {"vi-VN": TEXT}
    if "ids" in read:
        assert (read["ids"]["actor"], read["ids"]["object"]["id"]) == (
            {"objectType": "Agent", "mbox": sent["agent"]["mbox"]}, ACTIVITY,
        )  # fmt: skip
    assert read["voided"]["id"] == sent["single"]["id"]
    assert "there is no Statement" in _message(read["gone"])
    assert (read["conflict"]["errors"][0]["place"], len(read["conflict"]["errors"])) == ("/verb/id", 1)
    if "invalid" in read:
        [fault] = read["invalid"]["errors"]
        assert (fault["place"], fault["clause"]) == ("/id", "xAPI 1.0.3 Data 4.4")


def _check_states(sent: dict[str, Any], read: dict[str, Any], *, version: str) -> None:
    assert read["plain"] in (TEXT, TEXT + "!")
    assert read["registered"] == f"{TEXT} ({sent['registration']})"
    assert read["json"] == {"a": TEXT, "b": 1}
    if "bytes" in read:
        assert base64.b64decode(read["bytes"]) == EVERY_BYTE
    assert sorted(read["ids"]) == sorted([sent["state"], "json", "bytes"])
    assert sorted(read["ids_after_delete"]) == sorted([sent["state"], "json"])
    assert (read["ids_registered"], read["ids_registered_after_delete"]) == ([sent["state"]], [])
    if version.startswith("2."):
        assert "send again with the header If-Match" in _message(read["without_condition"])
    else:
        assert read["without_condition"] is None
    assert "If-Match or If-None-Match" in _message(read["stale"])


def _message(refusal: dict[str, Any]) -> str:
    [fault] = refusal["errors"]
    return str(fault["message"])


def _check_files(platform: Platform, sent: dict[str, Any], results: dict[str, Any]) -> None:
    """The library read each file to the byte, and so does whoever asks without it."""
    contents = [base64.b64decode(file["content"]) for file in sent["files"]]
    assert [base64.b64decode(file) for file in results["statements"]["files"]] == contents
    assert sorted(base64.b64decode(file) for file in results["statements"]["files_of_list"]) == sorted(contents)
    assert set(contents) <= {content for content, _ in FILES}
    query = urllib.parse.urlencode({"statementId": sent["with_files"]["id"], "attachments": "true"})
    headers = {"Authorization": platform.authorization, "X-Experience-API-Version": "1.0.3"}
    request = urllib.request.Request(f"{platform.endpoint}/statements?{query}", headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 — our own server
        _, kept = multipart.read(answer.read(), answer.headers["Content-Type"])
    assert [one.data for one in kept] == contents
