"""What people are told of mergers and splits, in Vietnamese."""

from __future__ import annotations

from datetime import date

from certification.people import workers
from certification.spreadsheets import written

__all__ = [
    "AROUND_SLASHES",
    "already_merged",
    "both_attested",
    "both_dossiers",
    "both_titles",
    "changed_since",
    "is_another",
    "itself",
    "later_first",
    "names_differ",
    "national_numbers_differ",
    "new_worker_faults",
    "no_change",
    "not_of_the_worker",
    "overlapping",
    "taken_elsewhere",
    "twice_employed",
    "undone_already",
    "unusable",
]


def already_merged(number: str, into: str) -> str:
    return f"Mã “{number}” đã gộp vào “{into}”; dùng mã “{into}”, hoặc hoàn tác lần gộp đó trước"


def itself(number: str) -> str:
    return f"“{number}” và “{number}” là một; chọn hai mã khác nhau"


def names_differ(kept: str, other: str) -> str:
    return f"Họ tên khác nhau: giữ “{kept}”, mã kia ghi “{other}”; kiểm tra cùng một người"


def national_numbers_differ(kept: str, other: str) -> str:
    return f"Số định danh khác nhau (…{kept} và …{other}): giữ số của mã được giữ; kiểm tra có đúng là một người không"


AROUND_SLASHES = "trước và sau mỗi dấu / phải có chữ hoặc số, không chỉ là dấu chấm; chọn mã khác"


def new_worker_faults(number: str, full_name: str | None) -> list[str]:
    """What is wrong with the number and the name of a worker who is not there yet; as on a roster."""
    faults = [] if workers.is_addressable(number) else [f"Mã người lao động mới: {AROUND_SLASHES}"]
    told = [("Mã người lao động", number, 100)] + ([] if full_name is None else [("Họ và tên", full_name, 200)])
    return faults + [
        f"{what} mới dài từ 1 đến {at_most} ký tự, không có ký tự điều khiển, không bắt đầu hay kết thúc bằng "
        "dấu cách; viết lại"
        for what, text, at_most in told
        if not text.isprintable() or text != text.strip() or not 1 <= len(text) <= at_most
    ]


def both_dossiers(year: int) -> str:
    return f"Cả hai đều có hồ sơ năm {year}: giữ hồ sơ đi xa hơn; hồ sơ kia ghi trong lịch sử gộp, kiểm tra lại"


def both_titles(year: int, kept: str, other: str) -> str:
    return (
        f"Cả hai đều có danh hiệu năm {year}: giữ quyết định “{kept}”; quyết định “{other}” ghi trong lịch sử gộp và "
        f"không tính thêm người"
    )


def both_attested(indicator: str, year: int) -> str:
    return f"Chỉ số {indicator} năm {year} được xác nhận ở cả hai mã: xác nhận có ngày muộn hơn được tính"


def taken_elsewhere(ifi: str) -> str:
    return (
        f"Tài khoản “{ifi}” đã thuộc một người lao động ngoài phạm vi của bạn; nhờ công đoàn cấp trên hoặc người quản "
        "trị xem lại"
    )


def twice_employed(enterprise: str, day: date) -> str:
    return (
        f"Cả hai đều làm tại “{enterprise}” từ {written(day)}: giữ lần ghi kéo dài hơn, lần kia ghi trong lịch sử gộp"
    )


def overlapping(enterprise: str) -> str:
    return f"Thời gian làm tại “{enterprise}” ghi ở hai mã trùng nhau: vẫn chỉ tính một người"


def undone_already() -> str:
    return "Việc này đã được hoàn tác rồi; không có gì để hoàn tác nữa"


def no_change(kind: str) -> str:
    return f"Việc loại “{kind}” không hoàn tác được; hãy làm việc ngược lại"


def later_first(kind: str, number: str, other: str | None, event: object) -> str:
    what = {"merge": f"gộp “{other}” vào “{number}”", "split": f"tách “{other}” khỏi “{number}”"}[kind]
    return f"Sau đó còn lần {what} (số {event}); hoàn tác lần đó trước"


def changed_since(rows: int) -> str:
    return f"{rows} dòng đã được thay hoặc xoá sau lần gộp, nên không trả lại; xem lại danh sách của cả hai mã"


def not_of_the_worker(what: str, told: str, number: str) -> str:
    names = {
        "account": "Tài khoản",
        "employment": "Lần làm việc",
        "title": "Danh hiệu năm",
        "attestation": "Xác nhận",
    }
    return f"{names[what]} “{told}” không phải của người lao động “{number}”; xem lại hồ sơ của người đó"


def unusable(number: str) -> str:
    """Numbers are one for the whole tenant: that it is anybody's, and whose, is not told to whoever may not know."""
    return (
        f"Mã “{number}” không dùng được ở đây; chọn mã khác, hoặc nhờ công đoàn cấp trên xem lại nếu đúng là mã của "
        "người này"
    )


def is_another(number: str) -> str:
    return f"Mã “{number}” đã là một người lao động khác; chọn mã chưa dùng, hoặc mã đã gộp vào người này"
