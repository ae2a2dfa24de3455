"""What the record of acts keeps in codes, for people: each act, and what was written down with it.

The codes are what the record's digests are made of, so they stay; here are only their words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.web.frame import written

__all__ = ["ACTS", "DETAILS", "act_said", "detail_said"]

LONGEST = 200
"""Characters of a value that are shown: a signed document is read where it is, not in the list of acts."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

ACTS: Mapping[str, object] = {
    "actor.open": _l("Mở xem một tài khoản học chưa rõ là ai"),
    "candidates.export": _l("Xuất danh sách đề nghị"),
    "certificate.correct": _l("Cấp lại giấy chứng nhận do sửa sai"),
    "certificate.issue": _l("Ký giấy chứng nhận"),
    "certificate.number": _l("Lấy số giấy chứng nhận"),
    "certificate.withdraw": _l("Thu hồi giấy chứng nhận"),
    "consent.give": _l("Đồng ý dùng dữ liệu"),
    "consent.withdraw": _l("Rút lại đồng ý"),
    "decision.record": _l("Ghi quyết định công nhận"),
    "document-template.load": _l("Đưa vào mẫu văn bản"),
    "dossier.appeal": _l("Khiếu nại kết quả hồ sơ"),
    "dossier.confirm": _l("Xác nhận hồ sơ"),
    "dossier.grant": _l("Công nhận danh hiệu"),
    "dossier.propose": _l("Đề nghị công nhận"),
    "dossier.reconsider": _l("Xét lại hồ sơ"),
    "dossier.refuse": _l("Không công nhận"),
    "dossier.register": _l("Đăng ký danh hiệu"),
    "dossier.return": _l("Trả lại hồ sơ"),
    "dossier.review": _l("Xét hồ sơ"),
    "dossier.revoke": _l("Thu hồi danh hiệu"),
    "dossier.self-assess": _l("Tự đánh giá"),
    "dossier.uphold": _l("Giữ nguyên kết quả sau khiếu nại"),
    "dossier.withdraw": _l("Rút hồ sơ"),
    "erasure.confirm": _l("Doanh nghiệp xác nhận đã xoá"),
    "figures.freeze": _l("Chốt số liệu"),
    "figures.publish": _l("Công bố số liệu"),
    "figures.unpublish": _l("Thôi công bố số liệu"),
    "identity.merge": _l("Gộp hai hồ sơ của một người"),
    "identity.split": _l("Tách hồ sơ của hai người"),
    "identity.undo": _l("Hoàn tác gộp hoặc tách hồ sơ"),
    "import.take-in": _l("Ghi tệp đã đưa lên"),
    "import.undo": _l("Hoàn tác một lần đưa tệp lên"),
    "installation.go-live": _l("Cho bản sao chạy thật"),
    "letterhead.set": _l("Đặt tiêu đề văn bản"),
    "national-numbers.rotate": _l("Đổi khoá giữ số định danh"),
    "person.erase": _l("Xoá dữ liệu của một người"),
    "person.erase-number": _l("Xoá số định danh của người đã nghỉ"),
    "person.export": _l("Xuất toàn bộ dữ liệu của một người"),
    "person.import": _l("Nhận dữ liệu của một người từ nơi khác"),
    "report.approve": _l("Duyệt báo cáo"),
    "report.file": _l("Phát hành báo cáo"),
    "report.reopen": _l("Mở lại báo cáo để đính chính"),
    "report.return": _l("Trả lại báo cáo"),
    "report.submit": _l("Nộp báo cáo"),
    "request.confirmed": _l("Xác nhận đã nhận yêu cầu về dữ liệu"),
    "request.extended": _l("Lùi hạn trả lời yêu cầu về dữ liệu"),
    "request.lifted": _l("Thôi hạn chế dùng dữ liệu"),
    "request.met": _l("Làm xong yêu cầu về dữ liệu"),
    "request.open": _l("Nhận yêu cầu về dữ liệu"),
    "request.refused": _l("Từ chối yêu cầu về dữ liệu"),
    "request.taken-back": _l("Rút yêu cầu về dữ liệu"),
    "roll-up-key.add": _l("Thêm khoá của đơn vị gửi số liệu"),
    "roll-up-key.end": _l("Ngừng khoá của đơn vị gửi số liệu"),
    "roll-up-member.add": _l("Thêm đơn vị thành viên gửi số liệu"),
    "roll-up-member.end": _l("Ngừng nhận số liệu của một đơn vị"),
    "roll-up-recipient.remove": _l("Bỏ nơi nhận số liệu"),
    "roll-up-recipient.set": _l("Đặt nơi nhận số liệu"),
    "roll-up-round.close": _l("Đóng kỳ thu số liệu"),
    "roll-up-round.go-on": _l("Mở lại kỳ thu số liệu"),
    "roll-up-round.open": _l("Mở kỳ thu số liệu"),
    "roll-up.discard": _l("Bỏ bản số liệu chưa ký"),
    "roll-up.draft": _l("Lập bản số liệu để gửi"),
    "roll-up.receive": _l("Nhận bản số liệu đã ký"),
    "roll-up.send-again": _l("Gửi lại bản số liệu"),
    "roll-up.sign": _l("Ký bản số liệu"),
    "roll_call.close": _l("Đóng buổi điểm danh"),
    "roll_call.open": _l("Mở buổi điểm danh"),
    "roll_call.pause": _l("Tạm ngừng điểm danh"),
    "roll_call.reopen": _l("Mở lại buổi điểm danh"),
    "roll_call.resume": _l("Điểm danh tiếp"),
    "roll_call.withdraw": _l("Bỏ một người khỏi buổi điểm danh"),
    "rules.load": _l("Nạp quy định"),
    "signer.add": _l("Thêm người ký"),
    "signer.end": _l("Thôi một người ký"),
    "signing-key.ask": _l("Đề nghị đổi khoá ký"),
    "signing-key.make": _l("Tạo khoá ký"),
    "title-review.corrected": _l("Xem lại danh hiệu: sửa giấy chứng nhận"),
    "title-review.kept": _l("Xem lại danh hiệu: giữ nguyên"),
    "title-review.open": _l("Cần xem lại danh hiệu"),
    "title-review.withdrawn": _l("Xem lại danh hiệu: thu hồi"),
    "title.import": _l("Ghi danh hiệu từ danh sách"),
    "title.undo-import": _l("Hoàn tác danh hiệu từ danh sách"),
    "title.withdraw": _l("Ghi thu hồi danh hiệu từ danh sách"),
    "transcript.end": _l("Thôi chia sẻ hồ sơ học tập"),
    "transcript.hand-over": _l("Trao hồ sơ học tập"),
    "transcript.sign": _l("Ký hồ sơ học tập"),
    "year.close": _l("Chốt năm đánh giá"),
    "year.reopen": _l("Mở lại năm đánh giá"),
}
"""What is done, by the code that the record keeps."""

DETAILS: Mapping[str, object] = {
    "address": _l("địa chỉ"),
    "authority": _l("thẩm quyền ký"),
    "basis": _l("căn cứ"),
    "batch": _l("lô"),
    "body": _l("nơi quyết định"),
    "by": _l("thay bằng"),
    "bytes": _l("số byte"),
    "changed": _l("sửa"),
    "comment": _l("lời ghi"),
    "content": _l("nội dung"),
    "copied": _l("chép lúc"),
    "corrects": _l("đính chính cho"),
    "corrects_what_never_came": _l("đính chính cho bản chưa nhận được"),
    "created": _l("thêm"),
    "cut_off": _l("số liệu đến ngày"),
    "day": _l("ngày"),
    "decided_on": _l("ngày quyết định"),
    "decision": _l("quyết định"),
    "did": _l("định danh nơi ký (DID)"),
    "digest": _l("mã kiểm tra"),
    "due": _l("hạn"),
    "edition": _l("lần"),
    "endpoint": _l("địa chỉ"),
    "enterprise": _l("doanh nghiệp"),
    "expires": _l("hết hạn"),
    "exported": _l("xuất lúc"),
    "figures": _l("số liệu"),
    "file": _l("tệp"),
    "filing": _l("lần phát hành"),
    "form": _l("dạng"),
    "from": _l("từ"),
    "frozen": _l("lần chốt"),
    "given_how": _l("cách đồng ý"),
    "ground": _l("căn cứ pháp lý"),
    "hashes": _l("mã băm"),
    "headcount_on": _l("tổng số người ngày"),
    "hide_below": _l("ẩn số nhỏ hơn"),
    "id": _l("mã"),
    "issuer": _l("nơi ban hành"),
    "key": _l("khoá"),
    "kind": _l("loại"),
    "last": _l("ngày cuối"),
    "left": _l("để nguyên"),
    "meet_by": _l("phải xong trước"),
    "multikey": _l("khoá công khai"),
    "name": _l("tên"),
    "national_numbers": _l("có số định danh"),
    "number": _l("số"),
    "office": _l("chức vụ"),
    "on": _l("ngày"),
    "organization": _l("đơn vị"),
    "other": _l("người kia"),
    "paper": _l("giấy giữ ở"),
    "parent": _l("cấp trên"),
    "paused": _l("tạm ngừng"),
    "people": _l("số người"),
    "period": _l("kỳ"),
    "place": _l("địa danh"),
    "plan": _l("kế hoạch"),
    "proposal": _l("tờ trình"),
    "purpose": _l("mục đích"),
    "put_back": _l("đưa về như cũ"),
    "reason": _l("lý do"),
    "recipient": _l("nơi nhận"),
    "recipients": _l("nơi nhận"),
    "removed": _l("gỡ bỏ"),
    "round": _l("kỳ thu"),
    "rows": _l("số dòng"),
    "sealed": _l("niêm phong"),
    "sector": _l("khu vực"),
    "sha256": _l("mã kiểm tra (SHA-256)"),
    "shown_digest": _l("mã của lời đã đọc"),
    "signer": _l("người ký"),
    "since": _l("từ ngày"),
    "source": _l("nguồn"),
    "state": _l("tình trạng"),
    "symbol": _l("ký hiệu"),
    "table": _l("bảng"),
    "title": _l("tên"),
    "undoes": _l("hoàn tác cho"),
    "unit": _l("đơn vị"),
    "unreadable": _l("không đọc được"),
    "until": _l("đến ngày"),
    "username": _l("tên đăng nhập"),
    "was": _l("trước đó"),
    "which": _l("loại"),
    "why": _l("vì"),
    "withdrawal": _l("lý do thu hồi"),
    "withdrawn_on": _l("ngày thu hồi"),
    "words": _l("lời ghi"),
    "year": _l("năm"),
    "zone": _l("vùng"),
}
"""What is written down with an act, by its name in the record."""


def act_said(act: str) -> object:
    """What an act is called; its code, for one without a name."""
    return ACTS.get(act, act)


def detail_said(detail: Mapping[str, Any]) -> list[tuple[object, str]]:
    """What was written down with an act, each under its name; what is said of no value is left out."""
    return [(DETAILS.get(name, name), _value(value)) for name, value in detail.items() if value not in (None, "")]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if isinstance(value, Mapping) and not any(isinstance(one, Mapping | list) for one in value.values()):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return written.day(date.fromisoformat(text))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
