"""Faults of Statements and of questions for them, said in Vietnamese.

The store says them in English, with the clause of xAPI that is broken, to programs. Whoever reads a page in Vietnamese
is told the same in Vietnamese: each sentence of the store has its own here, with the same values in it. A test sends
whatever the store refuses and finds none left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from certification.web.frame import languages
from lrs.api import Fault

__all__ = ["Sentences", "fault_words", "in_vietnamese"]

_SENTENCES: Mapping[str, str] = {
    "there is nothing here; JSON is needed": "không có gì; cần JSON",
    "the text begins with a byte order mark; send UTF-8 without one": "đầu văn bản có ký hiệu BOM; lưu lại ở dạng "
    "UTF-8 không có BOM rồi gửi",
    "JSON is malformed: it breaks off, or a text holds half of a surrogate pair": "JSON sai: bị đứt giữa chừng, hoặc "
    "một chuỗi có ký tự bị cắt đôi (nửa cặp surrogate)",
    "JSON is malformed: {reason} ({where})": "JSON sai: {reason} ({where})",
    "Invalid number ({where})": "JSON sai: số viết không đúng ({where})",
    "the text is not UTF-8: byte {place} is {byte}, {reason}": "văn bản không phải UTF-8: byte thứ {place} là {byte}",
    "the text is not UTF-8": "văn bản không phải UTF-8",
    "the text is not Unicode: it holds half of a surrogate pair": "văn bản không phải Unicode: có ký tự bị cắt "
    "đôi (nửa cặp surrogate)",
    "a whole number has too many digits": "một số nguyên có quá nhiều chữ số",
    "a number has an exponent beyond what can be kept": "một số có số mũ quá lớn, không lưu được",
    "Number out of range": "một số quá lớn, không lưu được",
    "objects and lists are nested more than {many} deep": "đối tượng và danh sách lồng nhau quá {many} tầng",
    "this key stands more than once in its object; send it once": "khoá này lặp lại trong cùng một đối tượng; chỉ "
    "ghi một lần",
    "there are more; mend these first, then send it again": "còn nhiều chỗ sai nữa; sửa những chỗ này trước rồi gửi "
    "lại",
    "{value} is the id of {place} too; each Statement of a batch has its own": "{value} cũng là id của {place}; mỗi "
    "phát biểu trong một lần gửi có id riêng",
    "{value} is the id of another entry of {key}; each needs its own": "{value} đã là id của một mục khác trong "
    "{key}; mỗi mục cần id riêng",
    "{value} is not a real date and time: {calendar}": "{value} không phải ngày giờ có thật{calendar}",
    "{value} must be less than max, which is {limit}": "{value} phải nhỏ hơn max ({limit})",
    "{value} must be at least min, which is {limit}": "{value} phải từ min ({limit}) trở lên",
    "{value} must be at most max, which is {limit}": "{value} không được lớn hơn max ({limit})",
    "Statement {id} is itself a voiding Statement and cannot be voided; issue a new Statement with the content it had "
    "voided instead": "phát biểu {id} dùng để huỷ một phát biểu khác nên không huỷ được; muốn lấy lại phát biểu đã bị "
    "huỷ thì gửi nội dung của nó thành một phát biểu mới",
    "{value} is neither true nor false": "{value} không phải true hay false",
    "{value} is not a whole number from 0 on": "{value} không phải số nguyên từ 0",
    "{value} is none of exact, ids and canonical": "{value} không phải exact, ids hay canonical",
    "unknown parameter; known here (letter case counts): {names}": "không có tham số này; các tham số (phân biệt hoa "
    "thường): {names}",
    "this parameter stands more than once": "tham số này lặp lại; chỉ gửi một lần",
    "ask for statementId or voidedStatementId, not for both": "hỏi theo statementId hoặc voidedStatementId, không "
    "theo cả hai",
    "cannot be combined with {names}": "không đi cùng được với {names}",
    "no part of the request has this X-Experience-API-Hash, and there is no fileUrl either": "không phần nào của yêu "
    "cầu mang X-Experience-API-Hash này, và cũng không có fileUrl",
    "no Statement declares an attachment with the hash {hash}": "không phát biểu nào khai tệp đính kèm có mã băm "
    "{hash}",
    "a line holds one Statement, which is a JSON object": "mỗi dòng là một phát biểu, tức một đối tượng JSON",
    "the line is longer than the {most} bytes that are taken here; it was not read": "dòng dài hơn {most} byte nên "
    "không được đọc",
}
"""Whole sentences."""

_ABOUT: Mapping[str, str] = {
    "needs the property {name}": "cần có thuộc tính {name}",
    "needs the property {name}, because it has {other}": "cần có thuộc tính {name}, vì đã có {other}",
    "is not a property that may stand here; did you mean {name}": "không dùng được ở đây; có phải muốn viết {name}",
    "is not a property that may stand here; allowed are {names}": "không dùng được ở đây; chỉ dùng: {names}",
    "is not a property that may stand here; none may": "không dùng được ở đây; ở đây không có thuộc tính nào",
    "must be at least {limit}": "phải từ {limit} trở lên",
    "must be at most {limit}": "không được lớn hơn {limit}",
    "must be more than {limit}": "phải lớn hơn {limit}",
    "must be less than {limit}": "phải nhỏ hơn {limit}",
    "must be a multiple of {step}": "phải là bội số của {step}",
    "must match {pattern}": "phải theo mẫu {pattern}",
    "must not be empty": "không được để trống",
    "must have at least {limit} characters": "phải có ít nhất {limit} ký tự",
    "must have at least {limit} entries": "phải có ít nhất {limit} mục",
    "must have at least {limit} properties": "phải có ít nhất {limit} thuộc tính",
    "must have at most {limit} characters": "chỉ được có nhiều nhất {limit} ký tự",
    "must have at most {limit} entries": "chỉ được có nhiều nhất {limit} mục",
    "must have at most {limit} properties": "chỉ được có nhiều nhất {limit} thuộc tính",
    "must not hold the same entry twice": "không được lặp lại mục nào",
    "is not allowed here": "không được có ở đây",
    "must hold at least one entry of the kind described": "phải có ít nhất một mục đúng loại",
    "must be a valid {kind}": "phải là {kind} viết đúng quy cách",
    "must have exactly one of mbox, mbox_sha1sum, openid and account": "phải có đúng một trong mbox, mbox_sha1sum, "
    "openid, account",
    "must have exactly one of mbox, mbox_sha1sum, openid and account, or none of them and a list of members": "phải "
    "có đúng một trong mbox, mbox_sha1sum, openid, account; hoặc không có cái nào mà có danh sách thành viên (member)",
    "must be identified by mbox, mbox_sha1sum, openid or account": "phải được định danh bằng mbox, mbox_sha1sum, "
    "openid hoặc account",
    "must be a mailto IRI such as mailto:name@example.org": "phải là IRI mailto, như mailto:name@example.org",
    "must be the SHA-1 hash of a mailto IRI in 40 hexadecimal digits": "phải là mã băm SHA-1 của một IRI mailto, gồm "
    "40 ký tự 0–9, a–f",
    "must have exactly two members, the OAuth consumer and the user": "phải có đúng hai thành viên: ứng dụng OAuth và "
    "người dùng",
    "must have one member with an account, the OAuth consumer": "phải có một thành viên có account, là ứng dụng OAuth",
    "must be an Agent, or a Group that has two members and no identifier of its own": "phải là Agent, hoặc Group có "
    "hai thành viên và không có định danh riêng",
    "must be the number of bytes, a whole number from 0 on": "phải là số byte, một số nguyên từ 0",
    "must be a list of Activities": "phải là danh sách Activity",
    "must be a number from -1 to 1 (80 of 100 is 0.8)": "phải là số từ -1 đến 1 (80 trên 100 là 0.8)",
    "must be 1.0.x in a request of xAPI 1.0.x; send it with the header X-Experience-API-Version: 2.0.0": "phải là "
    "1.0.x trong yêu cầu theo xAPI 1.0.x; gửi kèm tiêu đề X-Experience-API-Version: 2.0.0",
    "came with xAPI 2.0.0; send it with the header X-Experience-API-Version: 2.0.0": "chỉ có từ xAPI 2.0.0; gửi kèm "
    "tiêu đề X-Experience-API-Version: 2.0.0",
    "may stand here only when the object is an Activity": "chỉ được có ở đây khi object là Activity",
    "must be 'StatementRef', because the Verb says voided: name the Statement to be voided": "phải là 'StatementRef', "
    "vì động từ là voided: nêu phát biểu cần huỷ",
    "must have the objectType 'StatementRef', because the Verb says voided: name the Statement to be voided": "phải "
    "có objectType 'StatementRef', vì động từ là voided: nêu phát biểu cần huỷ",
    "must be 'Activity', 'Agent', 'Group' or 'StatementRef'; a SubStatement holds no other SubStatement": "phải là "
    "'Activity', 'Agent', 'Group' hoặc 'StatementRef'; SubStatement không chứa SubStatement khác",
    "must be a UUID in its standard form, such as {example}": "phải là UUID viết theo dạng chuẩn, như {example}",
    "must be an IRI with its scheme, such as {example} (a space is written %20)": "phải là IRI đầy đủ, có phần đầu "
    "như https: hay urn:, ví dụ {example} (dấu cách viết là %20)",
    "must be a language tag of RFC 5646, such as vi or vi-VN": "phải là mã ngôn ngữ theo RFC 5646, như vi hoặc vi-VN",
    "must be a language map, such as {example}": "phải ghi lời theo từng ngôn ngữ, như {example}",
    "must be a date and time such as {example} (an offset of zero is Z or +00:00, never -00:00)": "phải là ngày giờ, "
    "như {example} (giờ UTC viết là Z hoặc +00:00, không viết -00:00)",
    "must be an ISO 8601 duration such as PT1H30M (weeks stand alone; only the last number may have a fraction)": ""
    "phải là khoảng thời gian theo ISO 8601, như PT1H30M (tính theo tuần thì chỉ ghi số tuần; chỉ "
    "số cuối cùng được có phần lẻ)",
    "must be 1.0.x or 2.0.x, such as 1.0.0 or 2.0.0; better leave it out": "phải là 1.0.x hoặc 2.0.x, như 1.0.0 hoặc "
    "2.0.0; nên bỏ hẳn",
    "must be an Internet media type such as application/pdf": "phải là kiểu nội dung Internet, như application/pdf",
    "must be the SHA-2 hash of the data in hexadecimal digits (64 of them for SHA-256)": "phải là mã băm SHA-2 của dữ "
    "liệu, viết bằng các ký tự 0–9, a–f (SHA-256 có 64 ký tự)",
    "fits several of the forms allowed here; it must fit exactly one": "khớp nhiều dạng cùng lúc; chỉ được khớp "
    "một dạng",
    "must be {choices}": "phải là {choices}",
}
"""What is said of a value, which stands before it."""

_KINDS: Mapping[str, str] = {
    "an object": "đối tượng",
    "a list": "danh sách",
    "a text": "chuỗi",
    "a number": "số",
    "a whole number": "số nguyên",
}

_READING: Mapping[str, str] = {
    "invalid number": "số viết không đúng",
    "invalid utf-16 surrogate pair": "ký tự viết bằng hai mã \\u (cặp surrogate) không đúng",
    "unexpected end of hex escape": "sau \\u phải có đủ 4 ký tự 0–9, a–f",
    "invalid escaped character": "ký tự sau dấu \\ không đúng",
    "invalid escape character in string": "ký tự sau dấu \\ không đúng",
    "invalid character": "ký tự không đúng",
    "expected ',' or ']'": "thiếu ',' hoặc ']'",
    "expected ',' or '}'": "thiếu ',' hoặc '}'",
    "trailing comma in array": "thừa dấu phẩy cuối danh sách",
    "trailing comma in object": "thừa dấu phẩy cuối đối tượng",
    "expected '\"'": "thiếu '\"'",
    "expected ':'": "thiếu ':'",
    "trailing characters": "thừa ký tự ở cuối",
    "object keys must be strings": "khoá của đối tượng phải là chuỗi",
}
"""Why JSON cannot be read."""

_CALENDAR: Mapping[str, str] = {
    "month": "tháng từ 1 đến 12",
    "day": "tháng đó không có ngày này",
    "hour": "giờ từ 0 đến 23",
    "minute": "phút từ 0 đến 59",
    "second": "giây từ 0 đến 59; giây nhuận chỉ có ở cuối tháng theo giờ UTC",
    "year": "năm nằm ngoài phạm vi",
    "offset": "múi giờ phải lệch dưới 24 giờ",
}
"""What is wrong with a day or time, by the first word of it."""


def fault_words(fault: Fault) -> str:
    """What a fault says, in the language of the page."""
    return fault.message if languages.chosen() == "en" else in_vietnamese(fault.message)


def in_vietnamese(message: str) -> str:
    """The same in Vietnamese; as it is, where the store says something that it never said before."""
    return _sentences().say(message) or message


class Sentences:
    """Sentences of the program with their Vietnamese: `whole` ones, and what is said `about` a value, which stands
    before it or not. In braces stand values, which stay unless `says` has words for them."""

    def __init__(
        self, whole: Mapping[str, str], about: Mapping[str, str], says: Mapping[str, Callable[[str], str]]
    ) -> None:
        self.says = says
        # The longest first: what says more is not taken for what says less.
        self.patterns = (
            *((_pattern(said), words) for said, words in _by_length(whole)),
            *((_pattern("{subject} " + said), "{subject} " + words) for said, words in _by_length(about)),
            *((_pattern(said), words) for said, words in _by_length(about) if not said.startswith("must be {")),
        )

    def say(self, message: str) -> str | None:
        """The Vietnamese of a sentence; None for one that is not known."""
        for pattern, words in self.patterns:
            if found := pattern.fullmatch(message):
                told = {name: self.says.get(name, _as_it_is)(value) for name, value in found.groupdict().items()}
                return words.format(**told)
        return None


@cache
def _sentences() -> Sentences:
    return Sentences(_SENTENCES, _ABOUT, _SAYS)


def _by_length(said: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return sorted(said.items(), key=lambda one: -len(one[0]))


def _pattern(said: str) -> re.Pattern[str]:
    parts = re.split(r"(?<!\{)\{(\w+)\}(?!\})", said)
    made = "".join(
        f"(?P<{part}>.+)" if place % 2 else re.escape(part.replace("{{", "{").replace("}}", "}"))
        for place, part in enumerate(parts)
    )
    return re.compile(made, re.DOTALL)


def _as_it_is(value: str) -> str:
    return value


def _subject(value: str) -> str:
    if value.startswith("the key "):
        return f"khoá {value.removeprefix('the key ')}"
    return {"the object": "đối tượng này", "the list": "danh sách này"}.get(value, value)


def _choices(value: str) -> str:
    many = re.split(r", | or ", value)
    if "true or false" in value:
        many = [one for one in many if one not in ("true", "false")] + ["true hoặc false"]
    said = [_KINDS.get(one, one) for one in many]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} hoặc {said[-1]}"


def _calendar(value: str) -> str:
    known = _CALENDAR.get(value.partition(" ")[0])
    return f": {known}" if known else ""


_SAYS: Mapping[str, Callable[[str], str]] = {
    "subject": _subject,
    "choices": _choices,
    "calendar": _calendar,
    "reason": lambda value: _READING.get(value, value),
}
"""Parts of a sentence that are words themselves; others are values, which stay."""
