"""Text messages through a gateway, as its operator describes it."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from certification.access.text_messages import Gateway, number, send
from tests.certification.access.sms_gateway import open_gateway

TEXT = 'Mã "12" & {to}\n=1'


def test_a_message_goes_out_as_json_or_as_a_form_with_the_header() -> None:
    with open_gateway() as there:
        as_json = Gateway.of(there.url, "Authorization: Bearer x", '{"den": "{to}", "nd": {"t": "{text}"}}')
        as_form = Gateway.of(there.url, "", "phone={local}&text={text}")
        assert as_json and as_form
        assert (send(as_json, "+84912345678", TEXT), send(as_form, "+84912345678", TEXT)) == ("", "")
        (headers, body), (others, form) = there.messages
        assert json.loads(body) == {"den": "+84912345678", "nd": {"t": TEXT}}
        assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer x", "application/json")
        assert parse_qs(form) == {"phone": ["0912345678"], "text": [TEXT]}
        assert "Authorization" not in others
        for there.status in (302, 401, 500):
            assert f"answered {there.status}" in send(as_form, "+84912345678", TEXT)
    assert "does not answer" in send(as_form, "+84912345678", TEXT)
    assert Gateway.of("", "", "") is None
    assert "Bearer x" not in repr(as_json)


@pytest.mark.parametrize(
    "wrong",
    [
        ("http://sms.example", "", "to={to}&t={text}"),
        ("sms.example", "", "to={to}&t={text}"),
        ("https://sms.example", "Bearer x", "to={to}&t={text}"),
        ("https://sms.example", "A: x\r\nB: y", "to={to}&t={text}"),
        ("https://sms.example", "", "to={to}"),
        ("https://sms.example", "", "{text}"),
        ("https://sms.example", "", '{"to": {to}, "t": "{text}"'),
    ],
)
def test_what_cannot_be_a_gateway_is_refused(wrong: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError):
        Gateway.of(*wrong)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0912 345 678", "+84912345678"),
        ("+84 (0)912345678", None),
        ("84.912.345.678", "+84912345678"),
        ("0212345678", None),
        ("912345678", None),
        ("٠٩١٢٣٤٥٦٧٨", None),
        ("", None),
    ],
)
def test_a_mobile_number_is_read_however_it_is_spaced(written: str, read: str | None) -> None:
    assert number(written) == read
