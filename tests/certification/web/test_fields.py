"""What forms say of what was typed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from certification.web.frame.fields import Form, day, text
from certification.web.frame.forms import Filled, FormFault


class Held(Form):
    name = text("Tên gọi")
    held_on = day("Ngày học")


@pytest.mark.parametrize("typed", ["5/2/2026", "05 - 02 - 2026", "5.2.26", "05022026", "2026-02-05"])
def test_a_day_is_read_as_people_write_it(app: Flask, typed: str) -> None:
    with app.test_request_context(), force_locale("vi"):
        assert f"{Held().load({'held_on': typed})['held_on']:%d/%m/%Y}" == "05/02/2026"


def test_a_day_that_cannot_be_read_is_told_as_it_was_typed(app: Flask) -> None:
    with app.test_request_context(), force_locale("vi"), pytest.raises(ValidationError, match="“hôm nay” không phải"):
        Held().load({"held_on": "hôm nay"})


def test_a_fault_that_does_not_name_its_field_is_told_with_the_label() -> None:
    form = Filled(Held(), MultiDict(), True)
    told = [FormFault("name", "Nhiều nhất 200 ký tự"), FormFault("held_on", "Ghi ngày học"), FormFault("", "Hết hạn")]
    assert [form.about(one) for one in told] == ["Tên gọi", "", ""]
