"""What other systems answered, as pages say it."""

from __future__ import annotations

import pytest
from flask import Flask

from certification.web.frame.answered import answered, in_words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("kho.vn does not answer within 10 s", "kho.vn không trả lời trong 10 giây"),
        ("kho.vn is not in OUTGOING_HOSTS", "kho.vn không có trong OUTGOING_HOSTS"),
        ("401: the user name or password is refused, or may not store Statements", "401: tên hoặc mật khẩu bị từ chối"),
        ("302: it sends us elsewhere, which is not followed; write the address it means", "302: bên kia chuyển sang"),
        ("200, but not a page of Statements: /: is no object", "200, nhưng không phải danh sách phát biểu"),
    ],
)
def test_what_is_known_is_said_in_the_reader_s_language(app: Flask, answer: str, words: str) -> None:
    with app.test_request_context():
        assert in_words(answer).startswith(words)
        assert "lang=" not in answered(answer)


def test_what_is_not_known_is_marked_as_english_and_shown_as_text(app: Flask) -> None:
    with app.test_request_context():
        assert answered("500: out of <b>luck</b>") == '<span lang="en">500: out of &lt;b&gt;luck&lt;/b&gt;</span>'
        assert (answered("200"), answered("")) == ("200", "")
