"""What comes of a form that says the same as a few minutes before: a browser went back, and drew it anew."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from flask import Flask

import certification.web
from certification.web.frame.form_tokens import ONCE, SAID
from lrs import api
from lrs.db import Database
from tests.certification.web.test_operators import operator, words
from tests.certification.web.visitor import Visitor, hidden_fields

__all__ = ["operator"]

PAGE = "/van-hanh/khoa/moi"
KEY = {"name": "Moodle A", "kind": "platform", "test": "no", "reason": "Công văn 5"}


def keys(database: Database, tenant: UUID) -> int:
    with database.reading(tenant) as session:
        return sum(one.name == "Moodle A" for one in api.credentials(session, tenant))


def test_the_same_said_again_in_a_form_drawn_anew_is_asked_about_and_then_done(
    operator: Visitor, database: Database, tenant: UUID
) -> None:
    made = operator.fill_in(PAGE, KEY)
    assert made.status_code == 200 and "/ngon-ngu/" not in made.text, "nothing leads away from what is shown once"
    asked = operator.fill_in(PAGE, KEY)
    assert asked.status_code == 400 and "đã gửi đúng nội dung này lúc" in words(asked.text)
    assert 'value="Moodle A"' in asked.text, "what was typed is kept"
    assert keys(database, tenant) == 1
    drawn = hidden_fields(asked.text)
    assert operator.send(PAGE, {**drawn, **KEY}).status_code == 200, "it is meant"
    assert keys(database, tenant) == 2
    assert operator.send(PAGE, {**drawn, **KEY}).status_code == 303, "a double click is led to where the first one led"
    other = {**KEY, "reason": "Công văn 6"}
    assert (
        operator.send(PAGE, {**hidden_fields(operator.get(PAGE).text), SAID: drawn[SAID], **other}).status_code == 200
    )
    assert keys(database, tenant) == 3


def test_another_language_asked_for_beside_faults_keeps_what_was_typed_and_does_nothing(
    operator: Visitor, database: Database, tenant: UUID
) -> None:
    typed = {**KEY, "kind": "", "reason": "Công văn\n<5>"}
    refused = operator.fill_in(PAGE, typed)
    assert refused.status_code == 400 and "/ngon-ngu/" not in refused.text, "a link would lose what was typed"
    [asking] = re.findall(
        r'<form method="post" action="([^"]*)">(?:(?!</form>).)*name="_tieng"', refused.text, re.DOTALL
    )
    shown = operator.send(asking.rstrip("?"), {**hidden_fields(refused.text), **KEY, "_tieng": "en"})
    assert shown.status_code == 200 and '<html lang="en">' in shown.text and 'value="Moodle A"' in shown.text
    assert '<html lang="en">' in operator.get(PAGE).text, "from now on"
    assert keys(database, tenant) == 0, "nothing was done, though nothing is wrong with it"


def test_a_form_that_the_browser_kept_may_say_something_else(
    operator: Visitor, database: Database, tenant: UUID
) -> None:
    drawn = hidden_fields(operator.get(PAGE).text)
    assert operator.send(PAGE, {**drawn, **KEY}).status_code == 200
    assert operator.send(PAGE, {**drawn, **KEY, "reason": "Công văn 7"}).status_code == 200, "corrected, under one key"
    assert operator.send(PAGE, {**drawn, **KEY}).status_code == 303
    assert (drawn[ONCE] != "", keys(database, tenant)) == (True, 2)


def test_a_form_that_settles_something_is_not_asked_about(app: Flask, operator: Visitor) -> None:
    """A file that is only checked, for one."""
    for _ in range(2):
        drawn = hidden_fields(operator.get("/van-hanh/nhap-danh-sach").text)
        table = (io.BytesIO("Mã lao động;Họ và tên\nx;y\n".encode()), "ds.csv")
        sent = {**drawn, "kind": "roster", "viec": "kiem-tra", "table": table}
        answer = operator.send("/van-hanh/nhap-danh-sach", sent)
        assert answer.status_code == 303 and "/van-hanh/nhap-danh-sach/" in answer.headers["Location"]
    for code in (303, 400):
        drawn = hidden_fields(operator.get("/van-hanh/nhap-danh-sach").text)
        table = (io.BytesIO("Mã lao động;Họ và tên\nx;y\n".encode()), "ds.csv")
        sent = {**drawn, "kind": "roster", "viec": "nhap", "table": table}
        assert operator.send("/van-hanh/nhap-danh-sach", sent).status_code == code, "the same file taken in again"


SETTLES = {
    "enterprises.headcount.headcount": "how many they are on that day",
    "frame.bringing_in._bring_in": "while a file is only checked; taking it in again is asked about",
    "frame.bringing_in._fix": "checks the corrected file",
    "officers.answers.many.answer_many": "of each it is said that it was answered",
    "officers.answers.many.decide_many": "of each it is said that it was decided",
    "officers.dossiers.take_step": "of each it is said that the step was taken",
    "officers.federation.gathered.receive_roll_up": "the same bytes are known, and the page says so",
    "officers.federation.made.sign_roll_up": "a step from a state; a second one finds another state",
    "officers.federation.members.end_member": "the last day, as it is from now on",
    "officers.federation.members.end_member_key": "what is ended is ended",
    "officers.federation.opening.change_round": "closed or open, and due when, as it is from now on",
    "officers.federation.recipient.remove_recipient": "what was removed is not there any more",
    "officers.federation.recipient.send_roll_up_now": "what has arrived is not sent again",
    "officers.federation.recipient.set_recipient": "where figures go, as it is from now on",
    "officers.reports.entering.enter_report": "values of a draft, as they are from now on",
    "officers.reports.stepping.step_report": "a step from a state; a second one finds another state",
    "officers.roll_calls.tick_roll_call": "who is there is there",
    "officers.roll_calls.type_in_roll_call": "who is there is there; one picture is kept once",
    "officers.titles.dossier.take_one_step": "a step from a state; a second one finds another state",
    "operators.account.change_account": "a step from a state; a second one finds another state",
    "operators.destinations.change_destination": "a step from a state; a second one finds another state",
    "operators.sources.change_source": "a step from a state; a second one finds another state",
    "signing_in.own_account.end_session": "what has ended is not there any more",
    "signing_in.second_factor.begin_second_factor": "a secret for an app that no code was shown of",
    "signing_in.sent_code.forget_contact": "what was forgotten is forgotten",
    "workers.applying.take_own_step": "a step from a state; a second one finds another state",
    "workers.my_data.withdraw_consent": "what was withdrawn is withdrawn",
    "workers.agreeing.agree": "what is agreed to is agreed to",
    "workers.self_assessment.assess_oneself": "the own points, as they are from now on",
    "workers.roll_call.type_code": "who is there is there",
}
"""Forms that say how something is to be: said twice it is the same."""

WITHOUT = {
    "enterprises.transcripts.transcripts": "hands out a file and changes nothing",
    "frame.views.change_place": "a cookie",
    "frame.views.show_design_system": "keeps nothing",
    "officers.reports.listed.open_report": "leads to the report of the day",
    "officers.roll_calls.step_roll_call": "a step from a state; the second one finds another state",
    "officers.titles.decisions.issue_certificates": "numbers and signs what has no certificate yet",
    "open.check_page.check_statements": "keeps nothing",
    "operators.identity.decide_identity": "whoever was merged, or parted, cannot be once more",
    "operators.identity.link_actor": "whoever is linked is linked",
    "operators.identity.undo_identity": "what was undone cannot be once more",
    "operators.record.verify_acts": "reads",
    "operators.sandboxes.empty_sandbox": "runs already, or finds nothing",
    "operators.tenants.make_tenant": "the name is taken",
    "operators.tenants.switch_opaque_accounts": "is so already",
    "operators.validator.validate_statements": "keeps nothing",
    "signing_in.by_organization.go_to_organization": "leads elsewhere",
    "signing_in.first_start.first_start": "there is somebody then",
    "signing_in.own_account.change_password": "the old password is another then",
    "signing_in.own_organization.link_organization": "is linked already",
    "signing_in.second_factor.turn_off_second_factor": "is off already",
    "signing_in.second_factor.type_code": "signs in",
    "signing_in.sent_code.ask_for_code": "codes that are sent are limited, and the last one holds",
    "signing_in.sent_code.confirm_contact": "a code holds once",
    "signing_in.sent_code.type_sent_code": "a code holds once",
    "signing_in.sign_in.set_password": "a token holds once",
    "signing_in.sign_in.sign_in": "signs in",
    "signing_in.sign_in.sign_out": "signs out",
    "signing_in.slips.sign_in_by_slip": "a slip holds once",
    "workers.my_data.my_copy": "hands out a file and changes nothing",
    "workers.roll_call.be_present": "who is there is there",
}
"""Views that are posted to and keep no record of it, with what a second sending comes to."""


def views() -> Iterator[tuple[str, list[ast.Call]]]:
    """Every view that is posted to, with the calls of `submitting` in it and in what it calls of its own module."""
    root = Path(certification.web.__file__).parent
    for path in sorted(root.rglob("*.py")):
        functions = {one.name: one for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)}
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        for name, function in functions.items():
            posted = any('"POST"' in ast.unparse(one).replace("'", '"') for one in function.decorator_list)
            if posted or (module == "frame.bringing_in" and name in ("_bring_in", "_fix", "_take_in_checked", "_undo")):
                yield f"{module}.{name}", list(_submitting(function, functions, set()))


def _submitting(function: ast.FunctionDef, known: dict[str, ast.FunctionDef], seen: set[str]) -> Iterator[ast.Call]:
    seen.add(function.name)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "submitting":
            yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known.keys() - seen:
            yield from _submitting(known[node.func.id], known, seen)


def test_of_every_form_it_is_known_what_comes_of_sending_it_again() -> None:
    """A form that adds something is done by `submitting`, which asks; any other says above why it need not."""
    found = dict(views())
    assert len(found) > 90
    settles = {name for name, calls in found.items() if any(one.keywords for one in calls)}
    assert settles == SETTLES.keys()
    assert {name for name, calls in found.items() if not calls} == WITHOUT.keys(), "say what a second sending comes to"


def test_a_form_is_tried_only_where_a_transaction_takes_all_of_it_back() -> None:
    """What is tried with something in the place of what is at fault must not stay."""
    tried = [
        (path.stem, one)
        for path in sorted(Path(certification.web.__file__).parent.rglob("*.py"))
        for one in ast.walk(ast.parse(path.read_text()))
        if isinstance(one, ast.FunctionDef) and "tried=True" in ast.unparse(one)
    ]
    assert len(tried) > 20
    assert [f"{stem}.{one.name}" for stem, one in tried if not list(_submitting(one, {}, set()))] == []
