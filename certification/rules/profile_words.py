"""Words of the published xAPI Profile for what every mapping has: Vietnamese and English, and schemas of extensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ANY_LEARNING", "EXTENSIONS", "LEARNING_KIND", "ONE_LEARNING", "TOPIC", "Words"]

Words = tuple[str, str, str, str]
"""Title and definition, each in Vietnamese and in English: title, title in English, definition, the same in English."""

TOPIC: Words = (
    "Chủ đề học tập",
    "Topic of learning",
    "Hoạt động category loại này nêu nội dung của việc học.",
    "A category activity of this type says what was learned about.",
)
LEARNING_KIND: Words = (
    "Loại việc học",
    "Kind of learning",
    "Hoạt động category loại này nêu đó là việc học thuộc loại nào.",
    "A category activity of this type says which kind of learning it is.",
)
ONE_LEARNING: Words = (
    "Một việc học",
    "One piece of learning",
    "Một phát biểu theo một trong các mẫu của hồ sơ này.",
    "A Statement by one of the templates of this profile.",
)
ANY_LEARNING: Words = (
    "Các việc học",
    "Any learning",
    "Một hoặc nhiều phát biểu, mỗi phát biểu theo một mẫu của hồ sơ này, cùng một registration.",
    "One or more Statements, each by a template of this profile, under one registration.",
)

_TEXT = {"type": "string", "minLength": 1}

EXTENSIONS: Mapping[str, tuple[Words, Mapping[str, Any]]] = {
    "evidence-level": (
        (
            "Mức minh chứng",
            "Evidence level",
            "0 tự khai, 1 có trong danh sách, 2 có mặt được xác minh hoặc hoàn thành trong hệ thống, 3 được đánh giá.",
            "0 self-declared, 1 listed, 2 presence verified or completed in a system, 3 assessed.",
        ),
        {"enum": [0, 1, 2, 3]},
    ),
    "certificate-number": (
        (
            "Số hiệu chứng chỉ",
            "Certificate number",
            "Số hiệu trên chứng chỉ, giấy chứng nhận hoặc quyết định mà phát biểu nói tới.",
            "The number on the certificate or decision that the Statement is about.",
        ),
        _TEXT,
    ),
    "delivery": (
        (
            "Hình thức tổ chức",
            "Delivery",
            "Buổi nói chuyện, lớp học, hội thi, tự học…",
            "A talk, a class, a contest, self-study …",
        ),
        _TEXT,
    ),
    "org-code": (
        (
            "Mã đơn vị tổ chức",
            "Organizer's code",
            "Mã của đơn vị đã tổ chức hoặc xác nhận.",
            "The code of the unit that organized or confirmed it.",
        ),
        _TEXT,
    ),
    "source-list": (
        (
            "Danh sách nguồn",
            "Source list",
            "Danh sách, phiên bản và dòng mà phát biểu được lập từ đó.",
            "The list, its version and the row that the Statement was made of.",
        ),
        {"type": "object"},
    ),
    "declaration": (
        (
            "Bản khai",
            "Declaration",
            "Mã của bản khai của người lao động.",
            "The id of the worker's declaration.",
        ),
        _TEXT,
    ),
    "provider": (
        (
            "Nơi cấp hoặc nơi học",
            "Provider",
            "Cơ sở đã dạy hoặc đã cấp chứng chỉ.",
            "Who taught, or issued the certificate.",
        ),
        _TEXT,
    ),
}
"""Context extensions by the last part of their IRI: their words, and a JSON Schema of the value."""
