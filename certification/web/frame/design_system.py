"""/he-thong-thiet-ke: every component as it is, with the call that draws it. Nothing here is kept."""

from __future__ import annotations

from flask import Response

from certification.resources.uploads import TABLES
from certification.web.frame.fields import Form, choice, day, file, long_text, number, secret, several, text, tick
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown

__all__ = ["page"]


class SampleForm(Form):
    """One of each kind of field."""

    name = text("Họ và tên", needed="Nhập họ và tên như ghi trên hợp đồng lao động", autocomplete="off")
    held_on = day("Ngày tổ chức", needed="Nhập ngày tổ chức")
    people = number("Số người dự", 1, 5000, hint="Ví dụ 1.200")
    kind = choice(
        "Hình thức",
        [("online", "Trực tuyến"), ("class", "Tập trung"), ("shift", "Đầu ca")],
        needed="Chọn hình thức",
    )
    team = choice("Tổ", [("1", "Tổ 1"), ("2", "Tổ 2")], as_list=True)
    topics = several("Chủ đề", [("law", "Pháp luật lao động"), ("digital", "Kỹ năng số")])
    remark = long_text("Ghi chú", most=500)
    list_ = file("Danh sách", TABLES, hint="Tệp .xlsx hoặc .csv")
    password = secret("Mật khẩu", needed="Nhập mật khẩu")
    agreed = tick("Tôi đã kiểm tra lại", needed="Đánh dấu khi đã kiểm tra")


def page() -> Response:
    """The page; its form, when it is sent, shows its own faults, or that there are none."""
    return shown("frame/design-system.html", form=filled_in(SampleForm))
